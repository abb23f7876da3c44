"""One project, as a notebook uses it: tables, the mesh, the view.

Above the usual length because every question of a notebook to a project is one method here, and they share what was
fetched.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from tqdm.auto import tqdm

from bimplus_nb import frames
from bimplus_nb.api import Api
from bimplus_nb.api.parallel import fetch_chunks, side_by_side
from bimplus_nb.frames.objects import layer_name
from bimplus_nb.geometry import threejs
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.geometry.templates import place
from bimplus_nb.http import Answer
from bimplus_nb.records import Record, Records
from bimplus_nb.text import markup, plain

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer

Names = str | Iterable[str] | None
"""One name or id, several, or None for all."""

Report = bool | Callable[[int, int], None]
"""Whether to show a progress bar once something takes longer; or a function called with steps done and steps known."""

# Layers the service keeps for itself (published JavaScript renderer 0.4.90); shown only where asked for.
_INTERNAL = {"a330fde2-1a2f-48ed-a6e3-90b92965dca6": "Clash", "8fdb13a4-92c3-49fd-b074-7c481d601274": "RevisionCompare"}
_VIEWER_ATTRIBUTES = 2


@dataclass(frozen=True, slots=True)
class _Part:
    """One layer of one model: what a geometry answer is about. `models` and `layers` are the names each goes by."""

    topology_id: str
    model: str
    layer_id: str
    layer: str
    models: frozenset[str]
    layers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the service answered for a part, and whether the objects' attributes were asked for."""

    answers: list[threejs.Answer]
    attributes: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """An answer that has come, the steps done with it, and the steps known of."""

    answer: threejs.Answer
    done: int
    known: int


class Project:
    """One project of a team.

    What was fetched is kept, for each model, layer and revision: the geometry, shared by `mesh` and `view`, and what
    the objects say of themselves, shared by `objects` and `properties`; who asks for the latter first has both.
    `reload` forgets it. Everywhere `models`, `layers` and `storeys` take names or ids, one or several; `revision` is a
    revision's number, by default the newest.
    """

    def __init__(self, api: Api, record: Record) -> None:
        self.api = api
        self.record = record
        self._lock = threading.RLock()
        self._models: Records | None = None
        self._trees: dict[tuple[str, int | None], list[frames.Node]] = {}
        self._answers: dict[tuple[_Part, int | None], _Kept] = {}

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.record.get("name") or "")

    def reload(self) -> None:
        """Ask the service anew from now on."""
        with self._lock:
            self.record = self.api.projects.get(self.id)
            self._models = None
            self._trees.clear()
            self._answers.clear()

    def models(self) -> pd.DataFrame:
        """One row a model, index id: name, description, status, layers, revisions, revision, created, changed."""
        return frames.models_frame(self._all_models(), self._disciplines())

    def layers(self) -> pd.DataFrame:
        """One row a model and layer: layer, model, revision, layer_id, model_id."""
        return frames.layers_frame([entry for entry in self._disciplines() if entry.id.lower() not in _INTERNAL])

    def topology(self, *, models: Names = None, revision: int | None = None) -> pd.DataFrame:
        """One row an entry of the models' trees, index id: name, type, ifc_type, model, storey, parent, depth, path."""
        return frames.topology_frame(self._nodes(self._parts(models, None), revision))

    def objects(
        self,
        *,
        layers: Names = None,
        models: Names = None,
        storeys: Names = None,
        types: Names = None,
        revision: int | None = None,
        columns: Sequence[str] | Literal["all"] = (),
        progress: Report = True,
    ) -> pd.DataFrame:
        """One row an object, index id; see `frames.objects_frame` for the columns and what `columns` adds."""
        parts = self._parts(models, layers)
        return self._objects(parts, storeys=storeys, types=types, revision=revision, columns=columns, progress=progress)

    def _objects(
        self,
        parts: Sequence[_Part],
        *,
        storeys: Names,
        revision: int | None,
        types: Names = None,
        columns: Sequence[str] | Literal["all"] = (),
        progress: Report = True,
    ) -> pd.DataFrame:
        said = [item for answer in self._geometry(parts, revision, progress) for item in answer.objects]
        rows = self._rows(parts, revision, storeys)
        wanted = _chosen(types, {node.type for node in rows}, "type")
        rows = [node for node in rows if wanted is None or node.type in wanted]
        ids = {node.id.lower() for node in rows}
        names = {part.layer_id: part.layer for part in parts}
        return frames.objects_frame(
            rows, [item for item in said if item["id"].lower() in ids], layers=names, columns=columns
        )

    def properties(
        self,
        ids: Names = None,
        *,
        layers: Names = None,
        models: Names = None,
        revision: int | None = None,
        progress: Report = True,
    ) -> pd.DataFrame:
        """One row a value of an object: object_id, group, name, attribute_id, value, unit, type, source.

        For `ids` each object is asked for. Without, the geometry answers' own attributes are taken for all, and a few
        objects are asked for, as many as it needs to learn what each attribute is. Those answers hold one value a
        name, so an object with one name in two property sets shows one of them.
        """
        if ids is not None:
            asked = list(dict.fromkeys([ids] if isinstance(ids, str) else map(str, ids)))
            described = self._described(asked, revision, progress)
            return frames.properties_frame(described, described)
        answers = self._geometry(self._parts(models, layers), revision, progress)
        objects = [item for answer in answers for item in answer.objects]
        return frames.properties_frame(objects, self._described(frames.samples(objects), revision, progress))

    def issues(self) -> pd.DataFrame:
        """One row an issue, index id; see `frames.issues_frame`."""
        issues, pins = side_by_side(lambda ask: ask(self.id), [self.api.issues.all, self.api.pins.all])
        return frames.issues_frame(issues, pins)

    def pins(self) -> Records:
        """The pins of all issues, as the service sends them (mm, Y up, world)."""
        return self.api.pins.all(self.id)

    def mesh(
        self,
        *,
        layers: Names = None,
        models: Names = None,
        storeys: Names = None,
        revision: int | None = None,
        progress: Report = True,
    ) -> Mesh:
        """The geometry: mm, Y up, world. What the service sent and cannot be read is in `.problems`."""
        parts = self._parts(models, layers)
        arriving = self._arriving(parts, revision, progress, attributes=False)
        mesh = Mesh.concatenate(step.answer.mesh for step in arriving)
        if storeys is not None:
            there = {node.id.lower() for node in self._rows(parts, revision, storeys)}
            mesh = mesh.of(*(id_ for id_ in mesh.ids if id_.lower() in there))
        return mesh

    def view(
        self,
        *,
        layers: Names = None,
        models: Names = None,
        storeys: Names = None,
        revision: int | None = None,
        progress: Report = True,
        **options: Any,
    ) -> Viewer:
        """The building in 3D; `options` are the Viewer's own. Rooms are there but not shown until asked for, and other
        layers than `layers` are not fetched until they are: ``viewer.add(viewer.more[0])``, or in the tree on the page.

        It comes bit by bit: what this returns has the first answer of the service, and gets the others while it is
        displayed, or when something needs all of it.
        """
        from bimplus_nb.viewer import Arrival, Viewer

        parts = self._parts(models, layers)  # of which there are more when more is loaded

        def arrivals(some: Sequence[_Part], progress: Report) -> Iterator[Arrival]:
            there = None
            if storeys is not None:
                there = {node.id.lower() for node in self._rows([*parts, *some], revision, storeys)}
            for step in self._arriving(some, revision, progress, attributes=False):
                mesh = step.answer.mesh
                if there is not None:
                    mesh = mesh.of(*(id_ for id_ in mesh.ids if id_.lower() in there))
                yield Arrival(mesh, step.answer.rooms, step.done, step.known)

        def load(some: Sequence[_Part]) -> list[Arrival]:
            come = [*arrivals(some, False)]
            parts.extend(some)
            return come

        def objects() -> pd.DataFrame:
            return self._objects(parts, storeys=storeys, revision=revision, progress=False)

        def outline(ids: Sequence[str]) -> pd.DataFrame:
            names = {part.layer_id: part.layer for part in parts}
            rows = self._rows(parts, revision, storeys)
            return frames.objects_frame(rows, ({"id": id_} for id_ in ids), layers=names)

        more = {name: partial(load, some) for name, some in self._rest(parts).items()}
        given = {"objects": objects, "outline": outline, "title": plain(self.name, 80), "more": more}
        return Viewer(arrivals(tuple(parts), progress), **{**given, **options})

    def _rest(self, parts: Sequence[_Part]) -> dict[str, list[_Part]]:
        """The other parts, by the names of their layers, with the model's where others go by the same name."""
        everything = self._parts(None, None)
        times = Counter(part.layer for part in everything)
        rest: dict[str, list[_Part]] = {}
        for part in everything:
            if part not in parts:
                name = part.layer if times[part.layer] == 1 else f"{part.layer} ({part.model})"
                rest.setdefault(name, []).append(part)
        return rest

    def __repr__(self) -> str:
        return f"<Project {plain(self.name, 60)!r}, {self.id}>"

    def _repr_html_(self) -> str:
        parts = [entry for entry in self._disciplines() if entry.id.lower() not in _INTERNAL]
        models = list(dict.fromkeys(str(entry.get("divisionName") or "") for entry in parts))
        lines = [
            markup(self.record.get("shortDescr")),
            f"Team {markup(self.record.get('teamName') or self.record.get('teamSlug'))}",
            f"{len(models)} models: {markup(', '.join(models))}" if models else "No model with geometry yet",
            f"Changed {markup(self.record.get('changed'), 10)}" if self.record.get("changed") else "",
        ]
        body = "".join(f"<div dir='auto'>{line}</div>" for line in lines if line)
        return (
            "<div style='border:1px solid #8884;border-radius:6px;padding:8px 12px;max-width:40em'>"
            f"<strong dir='auto'>{markup(self.name)}</strong>{body}<code>{markup(self.id)}</code></div>"
        )

    def _all_models(self) -> Records:
        with self._lock:
            if self._models is None:
                self._models = self.api.models.all(self.id)
            return self._models

    def _disciplines(self) -> list[Record]:
        """The entries of `disciplines`: one a model and layer."""
        found = self.record.get("disciplines")
        entries = found if isinstance(found, list) else []
        return [Record(entry) for entry in entries if isinstance(entry, Mapping) and entry.get("id")]

    def _parts(self, models: Names, layers: Names) -> list[_Part]:
        parts = [self._part(entry) for entry in self._disciplines()]
        of_models = _chosen(models, frozenset().union(*(part.models for part in parts)), "model")
        of_layers = _chosen(layers, frozenset().union(*(part.layers for part in parts)), "layer")
        return [
            part
            for part in parts
            if (of_models is None or part.models & of_models)
            and (part.layer_id not in _INTERNAL if of_layers is None else part.layers & of_layers)
        ]

    def _part(self, entry: Record) -> _Part:
        model_id, wire_name = str(entry.get("divisionId") or ""), str(entry.get("name") or entry.id)
        # Older services leave out the model's name and root, which then are the model's to tell.
        complete = entry.get("divisionTopologyId") and entry.get("divisionName")
        known = {} if complete else self._model(model_id)
        model, layer = str(entry.get("divisionName") or known.get("name") or model_id), layer_name(wire_name)
        return _Part(
            topology_id=str(entry.get("divisionTopologyId") or known.get("topologyId") or model_id),
            model=model,
            layer_id=entry.id.lower(),
            layer=layer,
            models=frozenset({model, model_id}),
            layers=frozenset({layer, wire_name, entry.id}),
        )

    def _model(self, model_id: str) -> Mapping[str, Any]:
        return next((model for model in self._all_models() if model.id == model_id), {})

    def _nodes(self, parts: Sequence[_Part], revision: int | None) -> list[frames.Node]:
        """The entries of the trees of these parts' models."""
        roots = {part.topology_id: part.model for part in parts}
        with self._lock:
            missing = [root for root in roots if (root, revision) not in self._trees]
            trees = side_by_side(lambda root: self.api.objects.topology(root, revision=revision), missing)
            for root, tree in zip(missing, trees, strict=True):
                self._trees[root, revision] = frames.nodes(tree, roots[root])
            return [node for root in roots for node in self._trees[root, revision]]

    def _rows(self, parts: Sequence[_Part], revision: int | None, storeys: Names) -> list[frames.Node]:
        """The entries that are objects of these parts' layers, on these storeys."""
        chosen = {(part.model, part.layer_id) for part in parts}
        rows = [
            node
            for node in self._nodes(parts, revision)
            if not node.branch and (not node.layer_id or (node.model, node.layer_id) in chosen)
        ]
        wanted = _chosen(storeys, {node.storey for node in rows if node.storey}, "storey")
        return rows if wanted is None else [node for node in rows if node.storey in wanted]

    def _geometry(self, parts: Sequence[_Part], revision: int | None, progress: Report) -> list[threejs.Answer]:
        """What the service answers for these parts, with what the objects say of themselves."""
        return [step.answer for step in self._arriving(parts, revision, progress, attributes=True)]

    def _arriving(
        self, parts: Sequence[_Part], revision: int | None, progress: Report, *, attributes: bool
    ) -> Iterator[_Step]:
        """The answers for these parts as they come, in an order that is always the same. Each is fetched once, but for
        one that was fetched without the objects' attributes when these are asked for."""
        with self._lock:
            kept = {part: self._answers[part, revision] for part in parts if (part, revision) in self._answers}
        kept = {part: found for part, found in kept.items() if found.attributes or not attributes}
        missing = [part for part in parts if part not in kept]
        known = len(missing)

        def fetch(part: _Part) -> Callable[[int], Answer]:
            bits = _VIEWER_ATTRIBUTES if attributes else 0
            return lambda chunk: self.api.objects.layer_geometry_properties(
                part.topology_id, part.layer_id, bits, revision=revision, chunk=chunk
            )

        with _progress(progress if missing else False, "Geometry") as report:

            def count(done: int, so_far: int) -> None:
                nonlocal known
                known = so_far
                if report is not None:
                    report(done, so_far)

            yield from (_Step(answer, 0, 0) for found in kept.values() for answer in found.answers)
            read: dict[_Part, list[threejs.Answer]] = {part: [] for part in missing}
            for done, (part, _, answer) in enumerate(fetch_chunks([(part, fetch(part)) for part in missing], count), 1):
                read[part].append(_read(answer.body, attributes))
                yield _Step(read[part][-1], done, known)
        with self._lock:
            self._answers |= {(part, revision): _Kept(answers, attributes) for part, answers in read.items()}

    def _described(self, ids: Sequence[str], revision: int | None, progress: Report) -> list[Record]:
        """Objects with their attributes in full, one request each, side by side."""
        with _progress(progress if len(ids) > 1 else False, "Properties") as report:
            return side_by_side(lambda id_: self.api.objects.properties(id_, revision=revision), ids, report)


def _read(data: bytes, attributes: bool) -> threejs.Answer:
    answer = threejs.read(data, attributes=attributes)
    if not answer.instances:
        return answer
    # Templates are not asked for, so none should come; an object that is one anyway is missed in words.
    mesh = Mesh.concatenate([answer.mesh, place(answer.instances, Mesh.empty())])
    return replace(answer, mesh=mesh, instances=())


def _chosen(wanted: Names, there: Set[str], what: str) -> set[str] | None:
    """Those of the names there that are wanted, compared without case; None for all. ValueError for an unknown one."""
    if wanted is None:
        return None
    spelled: dict[str, set[str]] = {}
    for name in there:
        spelled.setdefault(name.casefold(), set()).add(name)
    chosen: set[str] = set()
    for name in [wanted] if isinstance(wanted, str) else wanted:
        found = spelled.get(str(name).casefold())
        if found is None:
            close = get_close_matches(str(name), sorted(there), n=5, cutoff=0.3) or sorted(there)[:10]
            known = ", ".join(repr(plain(word, 60)) for word in close)
            raise ValueError(f"There is no {what} {plain(name, 60)!r}. There are: {known or 'none'}.")
        chosen |= found
    return chosen


@contextmanager
def _progress(show: Report, text: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function that moves a progress bar, which shows itself only where it takes longer."""
    if callable(show) or not show:
        yield show if callable(show) else None
        return
    with tqdm(desc=text, delay=1.0, leave=False) as bar:

        def move(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield move

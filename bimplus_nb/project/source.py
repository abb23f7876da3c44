"""`Source`: what a project was asked and has answered, kept for all who ask again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bimplus_nb import frames
from bimplus_nb.api import Api
from bimplus_nb.api.parallel import fetch_chunks, side_by_side
from bimplus_nb.frames.objects import layer_name
from bimplus_nb.geometry import threejs
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.geometry.templates import place
from bimplus_nb.http import Answer
from bimplus_nb.progress import Report, progress_bar
from bimplus_nb.project.parts import INTERNAL, Names, Part, chosen
from bimplus_nb.records import Record, Records

_VIEWER_ATTRIBUTES = 2


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the service answered for a part, and whether the objects' attributes were asked for."""

    answers: list[threejs.Answer]
    attributes: bool


@dataclass(frozen=True, slots=True)
class Step:
    """An answer that has come and what it is about, the steps done with it, and the steps known of."""

    part: Part
    answer: threejs.Answer
    done: int
    known: int


class Source:
    """A project's record, models, trees and geometry answers. Each is fetched once, whoever asks for it first."""

    def __init__(self, api: Api, record: Record) -> None:
        self.api = api
        self.record = record
        self._lock = threading.RLock()
        self._models: Records | None = None
        self._structures: list[frames.Node] | None = None
        self._trees: dict[tuple[str, int | None], list[frames.Node]] = {}
        self._answers: dict[tuple[Part, int | None], _Kept] = {}
        self._described: dict[tuple[str, int | None], Record] = {}

    def reload(self) -> None:
        """Ask the service anew from now on."""
        with self._lock:
            self.record = self.api.projects.get(self.record.id)
            self.forget()

    def forget(self) -> None:
        """Keep nothing of what was answered: it has changed."""
        with self._lock:
            self._models = self._structures = None
            self._trees.clear()
            self._answers.clear()
            self._described.clear()

    def models(self) -> Records:
        with self._lock:
            if self._models is None:
                self._models = self.api.models.all(self.record.id)
            return self._models

    def disciplines(self) -> list[Record]:
        """The entries of `disciplines`: one a model and layer."""
        found = self.record.get("disciplines")
        entries = found if isinstance(found, list) else []
        return [Record(entry) for entry in entries if isinstance(entry, Mapping) and entry.get("id")]

    def parts(self, models: Names, layers: Names, revision: int | None = None) -> list[Part]:
        """The parts by these names, of a `revision` those too that the newest one has not any more."""
        parts = [self._part(entry) for entry in self.disciplines()]
        of_models = chosen(models, frozenset().union(*(part.models for part in parts)), "model")
        parts += self.lost([part for part in parts if of_models is None or part.models & of_models], revision)
        of_layers = chosen(layers, frozenset().union(*(part.layers for part in parts)), "layer")
        return [
            part
            for part in parts
            if (of_models is None or part.models & of_models)
            and (part.layer_id not in INTERNAL if of_layers is None else part.layers & of_layers)
        ]

    def lost(self, parts: Sequence[Part], revision: int | None) -> list[Part]:
        """The layers beside these, of the same models, that a revision has objects of. The project lists the layers of
        the newest revision only, so the others are called by their ids."""
        known = {(part.model, part.layer_id) for part in parts}
        of_model = {part.model: part for part in parts}
        found: list[Part] = []
        for node in self.nodes(parts, revision) if revision is not None else ():
            key = node.layer_id
            if key and key not in INTERNAL and (node.model, key) not in known:
                known.add((node.model, key))
                found.append(replace(of_model[node.model], layer_id=key, layer=key, layers=frozenset({key})))
        return found

    def _part(self, entry: Record) -> Part:
        model_id, wire_name = str(entry.get("divisionId") or ""), str(entry.get("name") or entry.id)
        # Older services leave out the model's name and root, which then are the model's to tell.
        complete = entry.get("divisionTopologyId") and entry.get("divisionName")
        known = {} if complete else self._model(model_id)
        model, layer = str(entry.get("divisionName") or known.get("name") or model_id), layer_name(wire_name)
        return Part(
            topology_id=str(entry.get("divisionTopologyId") or known.get("topologyId") or model_id),
            model=model,
            layer_id=entry.id.lower(),
            layer=layer,
            models=frozenset({model, model_id}),
            layers=frozenset({layer, wire_name, entry.id}),
        )

    def _model(self, model_id: str) -> Mapping[str, Any]:
        return next((model for model in self.models() if model.id == model_id), {})

    def nodes(self, parts: Sequence[Part], revision: int | None) -> list[frames.Node]:
        """The entries of the trees of these parts' models."""
        roots = {part.topology_id: part.model for part in parts}
        with self._lock:
            missing = [root for root in roots if (root, revision) not in self._trees]
            known = self._project_tree() if len(missing) > 1 and revision is None else {}
            alone = [root for root in missing if root.lower() not in known]
            trees = side_by_side(lambda root: self.api.objects.topology(root, revision=revision), alone)
            known |= {root.lower(): tree for root, tree in zip(alone, trees, strict=True)}
            for root in missing:
                self._trees[root, revision] = frames.nodes(known[root.lower()], roots[root])
            return [node for root in roots for node in self._trees[root, revision]]

    def known(self) -> frozenset[str]:
        """The ids of all entries of the trees, in lower case."""
        return frozenset(node.id.lower() for node in self.nodes(self.parts(None, None), None))

    def structures(self) -> list[frames.Node]:
        """The entries of the tree of all structures."""
        with self._lock:
            if self._structures is None:
                self._structures = frames.nodes(self.api.structures.project_topology(self.record.id))
            return self._structures

    def _project_tree(self) -> dict[str, Mapping[str, Any]]:
        """The trees of all models in one answer, by their roots' ids in lower case; without those nothing is below."""
        children = self.api.objects.topology(self.record.id).get("children")
        models = [model for model in children if isinstance(model, Mapping)] if isinstance(children, list) else []
        return {str(model.get("id")).lower(): model for model in models if model.get("children")}

    def rows(self, parts: Sequence[Part], revision: int | None, storeys: Names) -> list[frames.Node]:
        """The entries that are objects of these parts' layers, on these storeys."""
        layers = {(part.model, part.layer_id) for part in parts}
        rows = [
            node
            for node in self.nodes(parts, revision)
            if not node.branch and (not node.layer_id or (node.model, node.layer_id) in layers)
        ]
        wanted = chosen(storeys, {node.storey for node in rows if node.storey}, "storey")
        return rows if wanted is None else [node for node in rows if node.storey in wanted]

    def geometry(self, parts: Sequence[Part], revision: int | None, progress: Report) -> list[threejs.Answer]:
        """What the service answers for these parts, with what the objects say of themselves."""
        return [step.answer for step in self.arriving(parts, revision, progress, attributes=True)]

    def arriving(
        self, parts: Sequence[Part], revision: int | None, progress: Report, *, attributes: bool
    ) -> Iterator[Step]:
        """The answers for these parts as they come, in an order that is always the same. Each is fetched once, but for
        one that was fetched without the objects' attributes when these are asked for."""
        with self._lock:
            kept = {part: self._answers[part, revision] for part in parts if (part, revision) in self._answers}
        kept = {part: found for part, found in kept.items() if found.attributes or not attributes}
        missing = [part for part in parts if part not in kept]
        asks = self._asks(missing, revision) if attributes else [(part,) for part in missing]
        known = len(asks)

        def fetch(ask: tuple[Part, ...]) -> Callable[[int], Answer]:
            root, bits = ask[0].topology_id, _VIEWER_ATTRIBUTES if attributes else 0
            if len(ask) > 1:
                whole = self.api.objects.geometry_properties
                return lambda chunk: whole(root, bits, revision=revision, chunk=chunk)
            layer = self.api.objects.layer_geometry_properties
            return lambda chunk: layer(root, ask[0].layer_id, bits, revision=revision, chunk=chunk)

        with progress_bar(progress if asks else False, "Geometry") as report:

            def count(done: int, so_far: int) -> None:
                nonlocal known
                known = so_far
                if report is not None:
                    report(done, so_far)

            yield from (Step(part, answer, 0, 0) for part, found in kept.items() for answer in found.answers)
            read: dict[Part, list[threejs.Answer]] = {part: [] for part in missing}
            for done, (ask, _, answer) in enumerate(fetch_chunks([(ask, fetch(ask)) for ask in asks], count), 1):
                for part, piece in self._pieces(ask, _read(answer.body, attributes), revision):
                    read[part].append(piece)
                    yield Step(part, piece, done, known)
        with self._lock:
            self._answers |= {(part, revision): _Kept(answers, attributes) for part, answers in read.items()}

    def _asks(self, parts: Sequence[Part], revision: int | None) -> list[tuple[Part, ...]]:
        """The parts that are asked for together: all of a model, where its tree says which object is of which layer.

        One by one, a model of ten small layers would cost ten requests.
        """
        everything = self.parts(None, None)
        self.nodes(parts, revision)  # of all models at once
        asks: list[tuple[Part, ...]] = []
        for root in dict.fromkeys(part.topology_id for part in parts):
            wanted = tuple(part for part in parts if part.topology_id == root)
            whole = len(wanted) > 1 and {part for part in everything if part.topology_id == root} <= {*wanted}
            tree = self.nodes(wanted, revision) if whole else []
            asks += [wanted] if tree and all(node.layer_id or node.branch for node in tree) else [(p,) for p in wanted]
        return asks

    def _pieces(
        self, ask: tuple[Part, ...], answer: threejs.Answer, revision: int | None
    ) -> Iterator[tuple[Part, threejs.Answer]]:
        """An answer for several layers as one for each, in the order of the layers."""
        if len(ask) == 1:
            yield ask[0], answer
            return
        layer = {node.id.lower(): node.layer_id for node in self.nodes(ask, revision)}
        for part in ask:
            ids = {id_ for id_ in answer.mesh.ids if layer.get(id_.lower()) == part.layer_id}
            objects = [item for item in answer.objects if layer.get(item["id"].lower()) == part.layer_id]
            # What is wrong with an object that the tree does not know is said once.
            problems = [
                each for each in answer.mesh.problems if layer.get(each.id.lower(), ask[0].layer_id) == part.layer_id
            ]
            if ids or objects or problems:
                mesh = replace(answer.mesh.of(*ids), problems=tuple(problems))
                rooms, terrain = answer.rooms & ids, answer.terrain & ids
                yield part, replace(answer, mesh=mesh, objects=objects, rooms=rooms, terrain=terrain)

    def described(self, ids: Sequence[str], revision: int | None, progress: Report) -> list[Record]:
        """Objects with their attributes in full, one request each, side by side. Each is fetched once, and what has
        come is kept when the rest is interrupted."""
        missing = [id_ for id_ in ids if (id_, revision) not in self._described]

        def ask(id_: str) -> None:
            self._described[id_, revision] = self.api.objects.properties(id_, revision=revision)

        with progress_bar(progress if len(missing) > 1 else False, "Properties") as report:
            side_by_side(ask, missing, report)
        return [self._described[id_, revision] for id_ in ids]


def _read(data: bytes, attributes: bool) -> threejs.Answer:
    answer = threejs.read(data, attributes=attributes)
    if not answer.instances:
        return answer
    # Templates are not asked for, so none should come; an object that is one anyway is missed in words.
    mesh = Mesh.concatenate([answer.mesh, place(answer.instances, Mesh.empty())])
    return replace(answer, mesh=mesh, instances=())

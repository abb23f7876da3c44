"""A project's bodies, as they come: for a mesh at once, or for the viewer bit by bit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.progress import Report
from bimplus_nb.project.parts import Names, Part
from bimplus_nb.project.source import Source, Step
from bimplus_nb.text import plain

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer


def bodies(
    source: Source,
    parts: Sequence[Part],
    *,
    storeys: Names,
    revision: int | None,
    progress: Report,
    among: Sequence[Part] = (),
) -> Iterator[tuple[Mesh, Step]]:
    """Each answer for these parts, and the mesh of those of its objects that are on these storeys.

    `among`: parts that have storeys of these names too, or there would be no such storey.
    """
    there = None
    if storeys is not None:
        there = {node.id.lower() for node in source.rows([*among, *parts], revision, storeys)}
    for step in source.arriving(parts, revision, progress, attributes=False):
        mesh = step.answer.mesh
        yield mesh if there is None else mesh.of(*(id_ for id_ in mesh.ids if id_.lower() in there)), step


def view(
    source: Source,
    parts: list[Part],
    *,
    storeys: Names,
    revision: int | None,
    progress: Report,
    objects: Callable[[Sequence[Part]], pd.DataFrame],
    options: Mapping[str, Any],
) -> Viewer:
    """See `Project.view`. `objects` is the table of what is in some parts."""
    from bimplus_nb.viewer import Arrival, Viewer

    def arrivals(some: Sequence[Part], progress: Report) -> Iterator[Arrival]:
        coming = bodies(source, some, storeys=storeys, revision=revision, progress=progress, among=parts)
        for mesh, step in coming:
            layer = step.part.layer_id.lower(), step.part.topology_id.lower()
            yield Arrival(mesh, step.answer.rooms, step.done, step.known, layer, step.answer.terrain)

    def load(some: Sequence[Part]) -> list[Arrival]:
        come = [*arrivals(some, False)]
        parts.extend(some)
        return come

    def outline(ids: Sequence[str]) -> pd.DataFrame:
        names = {part.layer_id: part.layer for part in parts}
        return frames.objects_frame(source.rows(parts, revision, storeys), ({"id": id_} for id_ in ids), layers=names)

    given = {
        "objects": lambda: objects(parts),
        "outline": outline,
        "title": plain(source.record.get("name") or "", 80),
        "more": {name: partial(load, some) for name, some in _others(source, parts).items()},
    }
    return Viewer(arrivals(tuple(parts), progress), **{**given, **options})


def _others(source: Source, parts: Sequence[Part]) -> dict[str, list[Part]]:
    """The other parts, by the names of their layers, with the model's where others go by the same name."""
    everything = source.parts(None, None)
    times = Counter(part.layer for part in everything)
    others: dict[str, list[Part]] = {}
    for part in everything:
        if part not in parts:
            name = part.layer if times[part.layer] == 1 else f"{part.layer} ({part.model})"
            others.setdefault(name, []).append(part)
    return others

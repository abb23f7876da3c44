"""Two states of a project's models side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.frames.quantities import measured
from bimplus_nb.frames.values import date as moment
from bimplus_nb.geometry.comparing import differences
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.progress import Report
from bimplus_nb.project.parts import Part
from bimplus_nb.project.quantities import bodies
from bimplus_nb.project.source import Source
from bimplus_nb.records import Record
from bimplus_nb.text import plain

When = int | str | date | None
"""A revision's number; a day or a moment, for what was the newest then; None for the newest."""

_States = dict[Part, int | None]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What there is of some parts, each as of a revision of its own."""

    rows: list[frames.Node]
    items: dict[str, Mapping[str, Any]]
    mesh: Mesh
    objects: pd.DataFrame
    amounts: pd.DataFrame


def compare(
    source: Source, parts: Sequence[Part], a: When, b: When, progress: Report, *, whole: bool
) -> frames.Comparison:
    """See `Project.compare`. `whole`: `parts` are all layers of their models."""
    older, newer, left_out = _chosen(source, parts, a, b)
    if whole:
        older, newer = _with_lost(source, older), _with_lost(source, newer)
    layers = {part.layer_id: part.layer for part in parts}
    before, after = (_state(source, chosen, layers, progress) for chosen in (older, newer))
    gone = before.objects.index.difference(after.objects.index, sort=False)
    lost = {id_.lower() for id_ in gone}
    objects = frames.objects_frame(
        [*after.rows, *(node for node in before.rows if node.id.lower() in lost)],
        [*after.items.values(), *(item for id_, item in before.items.items() if id_.lower() in lost)],
        layers=layers,
    )
    different = [
        id_ for id_, item in after.items.items() if id_ in before.items and _said(item) != _said(before.items[id_])
    ]
    described = [
        one
        for state, chosen in ((before, older), (after, newer))
        for revision, ids in _by_revision(state, chosen, different).items()
        for one in source.described(frames.samples([state.items[id_] for id_ in ids]), revision, progress)
    ]
    known = frames.Definitions.described(described)
    said = [frames.properties_frame([state.items[id_] for id_ in different], known) for state in (before, after)]
    frame = frames.comparison_frame(
        objects,
        before.amounts,
        after.amounts,
        _bodies(before, after),
        frames.changes_frame(before.objects, after.objects, *said),
    )
    frame.attrs["revisions"] = {part.model: [older[part], newer[part]] for part in newer if part in older}
    frame.attrs["left_out"] = left_out
    return frame


def _bodies(before: State, after: State) -> pd.DataFrame:
    """x, y, z, reshaped and recolored of the objects of both states that have a body in either."""
    found = differences(before.mesh, after.mesh)
    frame = pd.DataFrame(found.moved, columns=["x", "y", "z"], index=pd.Index(found.ids, dtype="str"))
    frame = frame.assign(reshaped=found.reshaped, recolored=found.recolored)
    both = before.objects.index.intersection(after.objects.index)
    once = [id_ for id_ in both if (id_ in before.mesh) != (id_ in after.mesh)]  # a body came, or went
    nowhere = pd.DataFrame(0.0, columns=["x", "y", "z"], index=pd.Index(once, dtype="str"))
    return pd.concat([frame, nowhere.assign(reshaped=True, recolored=False)]) if once else frame


def _chosen(source: Source, parts: Sequence[Part], a: When, b: When) -> tuple[_States, _States, tuple[str, ...]]:
    """The revision of each part at both times, and the models that have no two of them."""
    known = [one for one in source.api.revisions.of_project(source.record.id) if type(one.get("revisionNr")) is int]
    older, newer, left_out = _States(), _States(), dict[str, None]()
    for part in parts:
        own = [one for one in known if one.get("divisionId") in part.models]
        first, last = _revision(own, a), _revision(own, b)
        if last is None or (first is None and isinstance(a, int)):
            left_out[part.model] = None
        else:
            older[part], newer[part] = first, last
    if parts and not newer:
        there = {
            part.model: sorted(one["revisionNr"] for one in known if one.get("divisionId") in part.models)
            for part in parts
        }
        words = "; ".join(
            f"{plain(model, 60)} has {', '.join(map(str, numbers)) or 'none'}" for model, numbers in there.items()
        )
        raise ValueError(f"No model has both revisions. {words}.")
    return older, newer, tuple(left_out)


def _with_lost(source: Source, chosen: _States) -> _States:
    """The same with the layers that there were at the time and are not any more."""
    lost = {part: revision for revision, parts in _grouped(chosen).items() for part in source.lost(parts, revision)}
    return {**chosen, **lost}


def _revision(own: Sequence[Record], when: When) -> int | None:
    """The number of the revision that is meant, None where there is none."""
    numbers = {int(one["revisionNr"]): moment(one.get("created")) for one in own}
    if isinstance(when, int):
        return when if when in numbers else None
    if when is None:
        return max(numbers, default=None)
    end = _end(when)
    return max((number for number, made in numbers.items() if made is not None and made <= end), default=None)


def _end(when: str | date) -> datetime:
    """The moment, or the end of the day; without a zone it is UTC."""
    if isinstance(when, str):
        read = pd.Timestamp(when)
        when = read.to_pydatetime() if len(when.strip()) > len("2026-01-31") else read.date()
    if not isinstance(when, datetime):
        when = datetime.combine(when, time.max)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _state(source: Source, chosen: _States, layers: Mapping[str, str], progress: Report) -> State:
    rows, items, meshes = list[frames.Node](), dict[str, Mapping[str, Any]](), list[Mesh]()
    for revision, parts in _grouped(chosen).items():
        there = {node.id.lower(): node for node in source.rows(parts, revision, None)}
        rows += there.values()
        for answer in source.geometry(parts, revision, progress):
            items |= {item["id"]: item for item in answer.objects if item["id"].lower() in there}
            meshes.append(answer.mesh)
    mesh = Mesh.concatenate(meshes)
    objects = frames.objects_frame(rows, items.values(), layers=layers)
    return State(rows, items, mesh, objects, measured(objects, bodies(mesh)))


def _grouped(chosen: _States) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    for part, revision in chosen.items():
        if revision is not None:
            found.setdefault(revision, []).append(part)
    return found


def _by_revision(state: State, chosen: _States, ids: Sequence[str]) -> dict[int, list[str]]:
    """These objects by the revision that they are taken from."""
    of_model = {part.model: revision for part, revision in chosen.items()}
    model = state.objects["model"].astype(object)
    found: dict[int, list[str]] = {}
    for id_ in ids:
        if (revision := of_model.get(model[id_])) is not None:
            found.setdefault(revision, []).append(id_)
    return found


def _said(item: Mapping[str, Any]) -> Any:
    return item.get("type"), item.get("attributes")

"""From an edited table to `Changes`: each edit is held against what the service says now and what it allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.frames import UNKNOWN, Attribute, Edit, Units
from bimplus_nb.frames.attribute import cell
from bimplus_nb.frames.values import snake
from bimplus_nb.progress import Report, progress_bar
from bimplus_nb.project.changes import Changes
from bimplus_nb.project.journal import Planned
from bimplus_nb.project.things import described
from bimplus_nb.project.writing import Writing
from bimplus_nb.records import Record
from bimplus_nb.text import plain

_OWN_GROUPS = ("general", "element", "quantity")


def difference(writing: Writing, frame: pd.DataFrame, progress: Report) -> Changes:
    """What an edited table would change; see `Project.diff`. Asks for the objects that were edited; sends nothing."""
    fetched = frame.attrs.get("fetched")
    of = fetched.get("project") if isinstance(fetched, Mapping) else None
    if of is not None and str(of).lower() != writing.project_id.lower():
        raise ValueError("This table is of another project.")
    edits = frames.edits(frame)
    catalogue = _Catalogue([Attribute.of(said) for said in writing.api.attributes.all(scope="team")] if edits else [])
    # A column that somebody added to calculate with is no attribute, and that is no mistake.
    added = {edit.column for edit in edits if edit.before is UNKNOWN and not edit.attribute_id}
    ignored = sorted(column for column in added if not catalogue.has(column))
    edits = [edit for edit in edits if edit.column not in ignored or edit.before is not UNKNOWN or edit.attribute_id]
    there = writing.things.known() if edits else frozenset[str]()
    asked = list(dict.fromkeys(edit.object_id for edit in edits if edit.object_id.lower() in there))
    with progress_bar(progress if len(asked) > 1 else False, "Comparing") as report:
        answers = side_by_side(writing.things.read, asked, report)
    now = {id_: record for id_, record in zip(asked, answers, strict=True) if record is not None}
    catalogue.learn(now.values())
    units = Units(frame.attrs.get("unit_definitions") or {})
    if not units and any(edit.unit for edit in edits):
        units = Units.of(writing.api.units.all(scope="team"))
    plan: list[Planned] = []
    problems: list[str] = []
    for edit in edits:
        record = now.get(edit.object_id)
        planned, problem = _held(edit, record, catalogue.find(edit, record), units)
        if planned is not None:
            plan.append(planned)
            problems.append(problem)
    return Changes(writing, *once(plan, problems), ignored=ignored)


class _Catalogue:
    """The attributes by id, and by the names people use."""

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self.by_id = {one.id: one for one in attributes}
        self._name()

    def _name(self) -> None:
        self.by_name: dict[str, list[Attribute]] = {}
        for one in self.by_id.values():
            self.by_name.setdefault(snake(one.name), []).append(one)

    def learn(self, records: Iterable[Record]) -> None:
        """Takes in what objects say of their attributes, which is more than the catalogue does."""
        found = {key: said for record in records for key, said in described(record).items()}
        self.by_id |= {key: Attribute.of(said) for key, said in found.items()}
        self._name()

    def has(self, column: str) -> bool:
        """Whether a column's name is an attribute's name or id."""
        return column.lower() in self.by_id or any(name in self.by_name for name, _ in frames.called(column))

    def find(self, edit: Edit, record: Record | None) -> tuple[Attribute, str | None] | str:
        """The attribute that is meant, and the unit its column is in; or why there is none."""
        key = edit.attribute_id or edit.column
        if key.lower() in self.by_id:
            return self.by_id[key.lower()], edit.unit
        if edit.attribute_id:
            return f"there is no attribute {plain(edit.attribute_id, 40)}"
        for name, unit in frames.called(edit.column):
            meant = self.by_name.get(name, [])
            # The service's own come first, then what the object says something of already.
            for narrower in (
                [one for one in meant if one.group.lower() in _OWN_GROUPS],
                [one for one in meant if record is not None and one.id in described(record)],
                meant,
            ):
                if len(narrower) == 1:
                    return narrower[0], edit.unit or unit
            if meant:
                groups = ", ".join(plain(one.group or one.id, 40) for one in meant[:6])
                return f"{len(meant)} attributes go by this name ({groups}); name the column by the id of one"
        return "this is no attribute, so it cannot be written back"


def _held(
    edit: Edit, record: Record | None, known: tuple[Attribute, str | None] | str, units: Units
) -> tuple[Planned | None, str]:
    """The change an edit asks for, None if it asks for none, and why it is refused."""
    attribute, unit = (Attribute("", edit.column, ""), edit.unit) if isinstance(known, str) else known
    said = {} if record is None else described(record)
    now = said.get(attribute.id, {}).get("value")
    name = "" if record is None else str(record.get("name") or "")
    new, problem = _plainly(edit.new), ""
    if record is None:
        problem = "this is no object of the project, or you may not see it"
    elif isinstance(known, str):
        problem = known
    elif edit.twice:
        problem = "the table says two different things of it"
    else:
        try:
            if edit.before is UNKNOWN and unit is None and attribute.numeric and attribute.unit:
                words = f'the table does not say its unit: df.attrs["units"] = {{{edit.column!r}: {attribute.unit!r}}}'
                raise ValueError(words)
            wanted = attribute.wanted(edit.new, unit, units)
        except ValueError as error:
            if attribute.same(now, new):
                return None, ""
            problem = str(error)
        else:
            new = wanted
            if attribute.same(now, new):
                return None, ""
            if edit.before is not UNKNOWN and not _unchanged(attribute, now, edit.before, unit, units):
                said_now = plain(attribute.read(now), 60) if now is not None else None
                problem = f"it was changed on the service since the table was fetched: it says {said_now!r} now"
    shown = attribute.name or edit.column
    planned = Planned(edit.object_id, name, attribute.id, shown, attribute.type, attribute.unit, now, new)
    return planned, problem


def _unchanged(attribute: Attribute, now: Any, before: Any, unit: str | None, units: Units) -> bool:
    try:
        return attribute.unchanged(now, before, unit, units)
    except ValueError:
        return False


def _plainly(value: Any) -> Any:
    """A cell as it can be shown and kept, whatever it is."""
    try:
        value = cell(value)
    except ValueError:
        return plain(value, 60)
    return value if isinstance(value, (str, bool, int, float)) or value is None else str(value)


def once(plan: list[Planned], problems: list[str]) -> tuple[list[Planned], list[str]]:
    """Two columns or rows of a table may speak of one value: once if they agree, refused if they do not."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, one in enumerate(plan):
        if one.attribute_id:
            rows.setdefault((one.object_id.lower(), one.attribute_id), []).append(row)
    dropped = set()
    for same in rows.values():
        first = plan[same[0]]
        if any(plan[row].new != first.new for row in same):
            for row in same:
                problems[row] = problems[row] or "the table says two different things of it"
        else:
            dropped.update(same[1:])
    kept = [row for row in range(len(plan)) if row not in dropped]
    return [plan[row] for row in kept], [problems[row] for row in kept]

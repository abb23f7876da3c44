"""From an edited table of issues to the changes it asks for, each held against what the service says now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.frames import UNKNOWN, Edit
from bimplus_nb.frames.values import date
from bimplus_nb.project.changes import Proposed, texts
from bimplus_nb.project.diff import once
from bimplus_nb.project.issues import wire
from bimplus_nb.project.issues.rights import in_project, refusal
from bimplus_nb.project.issues.things import COMMENT
from bimplus_nb.project.journal import Planned
from bimplus_nb.project.writing import Writing
from bimplus_nb.records import Record
from bimplus_nb.text import plain

# What a table says of an issue besides, and nobody writes.
_FIXED: Final = frozenset(
    {"short_id", "author", "created", "modified", "overdue", "pins", "comments", "attachments", "object_ids", "storeys"}
)


class IssueChanges(Proposed):
    """What an edited table of issues would change, a row a value: issue (its id), name (with its number), field, old,
    new, and the problem of one that is refused. Nothing is sent before `apply`; `undo` takes it back.

    `path` is the journal's, from the moment `apply` begins. `ignored` names the columns of the table that issues do not
    have and that were left alone.
    """

    _noun = "issue"
    _left_alone = "No fields of issues, left alone"
    _columns = ("name", "field", "old", "new")

    @property
    def issue_ids(self) -> pd.Index[Any]:
        """The issues that would change, each once."""
        ids = dict.fromkeys(one.object_id for one, why in zip(self._plan, self._problems, strict=True) if not why)
        return pd.Index(list(ids), name="id", dtype="str")

    def frame(self) -> pd.DataFrame:
        """One row a value: issue, name ("#17 A crack"), field (the table's column), old, new, problem ("" where there
        is none). Dates are Timestamps, who is responsible is said by name, and what there is none of is missing."""
        return pd.DataFrame(
            {
                "issue": texts(one.object_id for one in self._plan),
                "name": texts(one.name for one in self._plan),
                "field": pd.Categorical([one.attribute_id for one in self._plan]),
                "old": pd.Series([self._read(one, one.old) for one in self._plan], dtype=object),
                "new": pd.Series([self._read(one, one.new) for one in self._plan], dtype=object),
                "problem": texts(self._problems),
            },
            index=pd.RangeIndex(len(self._plan)),
        )

    def _read(self, one: Planned, value: Any) -> Any:
        shown = self._writing.things.shown(value)
        moment = date(shown) if one.attribute_id == "due" else None
        return shown if moment is None else pd.Timestamp(moment)


def difference(
    writing: Writing,
    frame: pd.DataFrame,
    *,
    find: Callable[[object], list[list[str]]],
    user: Record,
    project: Record,
    records: list[Record],
    said: Mapping[str, list[str]],
) -> IssueChanges:
    """What an edited table would change; see `Issues.diff`. `find`: people as [id, name]; `records`: as it is now;
    `said`: one's own comments on each issue, by its id in lower case."""
    fetched = frame.attrs.get("fetched")
    of = fetched.get("project") if isinstance(fetched, Mapping) else None
    if of is not None and str(of).lower() != writing.project_id.lower():
        raise ValueError("This table is of another project.")
    edits = frames.edits(frame)
    there = {**{str(one.get("shortId")): one for one in records}, **{one.id.lower(): one for one in records}}
    now = frames.issues_frame(records)
    also = {name: [str(word) for word in now[name].cat.categories] for name in wire.CHOICES}
    people: dict[str, list[list[str]] | ValueError] = {}

    def found(name: object) -> list[list[str]]:
        """Looks for each name once, also in vain: many issues have the same."""
        key = repr(name)
        if key not in people:
            try:
                people[key] = find(name)
            except ValueError as error:
                people[key] = error
        known = people[key]
        if isinstance(known, ValueError):
            raise known
        return known

    ignored = sorted({edit.column for edit in edits if _field(edit.column) is None and edit.column not in _FIXED})
    plan: list[Planned] = []
    problems: list[str] = []
    for edit in edits:
        field = _field(edit.column)
        if field is None and (edit.column not in _FIXED or edit.before is UNKNOWN):
            continue
        record = there.get(edit.object_id.lower())
        if record is not None and field == COMMENT:
            record = Record(record | {COMMENT: [{"text": text} for text in said.get(record.id.lower(), ())]})
        planned, problem = _planned(writing, edit, field, record, found, also)
        if planned is None:
            continue
        if not problem and record is not None and field is not None:
            if field == COMMENT:
                problem = in_project(project).why("create")
            elif edit.before is not UNKNOWN and not _alike(now.at[record.id, edit.column], edit.before):
                shown = plain(writing.things.shown(planned.old), 60)
                problem = f"it was changed on the service since the table was fetched: it says {shown!r} now"
            else:
                problem = refusal(record, user, project, {field: planned.new})
        plan.append(planned)
        problems.append(problem)
    return IssueChanges(writing, *once(plan, problems), ignored=ignored)


def _planned(
    writing: Writing,
    edit: Edit,
    field: str | None,
    record: Record | None,
    find: Callable[[object], list[list[str]]],
    also: Mapping[str, list[str]],
) -> tuple[Planned | None, str]:
    """The change an edit asks for, None if it asks for none, and why it cannot be."""
    problem, old, before = "", None, ""
    new: Any = plain(edit.new, 200)
    if record is None:
        problem = "there is no such issue in the project, or you may not see it"
    elif field is None:
        problem = f"{edit.column} is not changed by hand"
    elif field == COMMENT:
        new = "" if pd.isna(edit.new) else str(edit.new).strip()
        if not new:
            return None, ""
        before = str(writing.things.values(record)[COMMENT].count(new))
    else:
        old = writing.things.values(record)[field]
        try:
            if edit.twice:
                raise ValueError("the table says two different things of it")
            new = find(edit.new) if field == "responsible" else wire.value(field, edit.new, also.get(field, ()))
        except ValueError as error:
            problem = str(error)
    id_ = edit.object_id if record is None else record.id
    name = "" if record is None else plain(f"#{record.get('shortId')} {record.get('name') or ''}", 200)
    called = field or edit.column
    planned = Planned(id_, name, called, called, before, "", old, new)
    if not problem and field != COMMENT and writing.things.same(planned, old, new):
        return None, ""
    return planned, problem


def _field(column: str) -> str | None:
    """The field that a column is of."""
    name = {"responsibles": "responsible"}.get(column, column)
    return name if name in wire.FIELDS or name == COMMENT else None


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) or isinstance(other, tuple):
        return bool(one == other)
    gone, was_gone = pd.isna(one), pd.isna(other)
    return bool(gone and was_gone) or bool(not gone and not was_gone and one == other)

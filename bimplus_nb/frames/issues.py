"""Issues as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd

from bimplus_nb.frames.members import Members
from bimplus_nb.frames.pins import places
from bimplus_nb.frames.topology import Node, storeys
from bimplus_nb.frames.values import Problem, column, ordered, pick

# Bimplus documentation, Topic Service; older samples use other values, which are kept.
STATUS: Final = ("Open", "Solved", "Closed")
PRIORITY: Final = ("Low", "Medium", "High")
TYPE: Final = ("Problem", "Remark", "Task", "Appointment", "Document", "Contact", "Clash")

_NOWHERE: Final = "No storey"
_COUNTS: Final = {"pins": "pinsCount", "comments": "commentsCount", "attachments": "attachmentsCount"}


def issues_frame(
    issues: Sequence[Mapping[str, Any]],
    pins: Sequence[Mapping[str, Any]] = (),
    entries: Sequence[Node] = (),
    *,
    now: datetime | None = None,
) -> pd.DataFrame:
    """One row an issue, index `id`, in the service's order. `entries`: of the models' trees, for the storeys.

    Columns: short_id, name, status, priority, type (ordered categoricals; values the documents do not know come last),
    author, responsible (names), responsibles (all names, a tuple each), created, modified, due, overdue (due before
    `now` and still open), pins, comments, attachments (how many), object_ids, storeys (of what is pinned, a tuple each,
    storeys from the lowest up), classification, tag, description, solution. Rows and columns stand for the objects
    pinned: ``viewer.select(issues[issues["overdue"]])``, ``viewer.color_by(issues["priority"])``.
    """
    now = now or datetime.now(UTC)
    index = pd.Index([str(issue["id"]) for issue in issues], name="id", dtype="str")
    keys = index.str.lower()
    problems: list[Problem] = []
    pinned = places(pins, entries)
    pinned = pinned[pinned["issue"].isin(keys)]
    there = pinned[pinned["object_id"] != ""].drop_duplicates(["issue", "object_id"])
    floors = pinned[pinned["storey"].notna()].drop_duplicates(["issue", "storey"]).sort_values("storey", kind="stable")

    def told(*names: str) -> list[Any]:
        return [pick(issue, *names) for issue in issues]

    def typed(kind: Any, *names: str) -> pd.Series[Any]:
        return column(told(*names), kind, index=index, name=names[0], problems=problems)

    def gathered(rows: pd.DataFrame, name: str) -> pd.Series[Any]:
        found: dict[str, list[str]] = {}
        for key, one in zip(rows["issue"].tolist(), rows[name].tolist(), strict=True):
            found.setdefault(key, []).append(one)
        return pd.Series([tuple(found.get(key, ())) for key in keys], index=index, dtype=object)

    def counted(name: str) -> pd.Series[Any]:
        said = typed("integer", _COUNTS[name])
        if name != "pins":
            return said
        # What came is what counts; the service's own number is for where no pins were asked for.
        there = pinned.groupby("issue").size().reindex(keys).astype("Int64")
        there.index = index
        return there.fillna(said).fillna(0)

    several = [tuple(name for one in people(issue) if (name := person(one))) for issue in issues]
    status = ordered(told("status"), STATUS, index=index)
    due = typed("date", "dueDate")
    columns = {
        "short_id": typed("integer", "shortId"),
        "name": typed("text", "name"),
        "status": status,
        "priority": ordered(told("priority"), PRIORITY, index=index),
        "type": ordered(told("type"), TYPE, index=index),
        "author": column([person(value) for value in told("author")], "text", index=index),
        "responsible": column([names[0] if names else None for names in several], "text", index=index),
        "responsibles": pd.Series(several, index=index, dtype=object),
        "created": typed("date", "createdAt"),
        "modified": typed("date", "modifiedAt"),
        "due": due,
        "overdue": (due < pd.Timestamp(now)).astype("boolean") & ~status.isin(["Solved", "Closed"]),
        **{name: counted(name) for name in _COUNTS},
        "object_ids": gathered(there, "object_id"),
        "storeys": gathered(floors, "storey"),
        "classification": typed("text", "classification"),
        "tag": typed("text", "tag"),
        "description": typed("text", "description"),
        "solution": typed("text", "solution"),
    }
    frame = pd.DataFrame(columns, index=index)
    frame.attrs = {"units": {}, "problems": tuple(problems), "object_ids": Members.of(index, frame["object_ids"])}
    return frame


def by_storey(issues: pd.DataFrame, entries: Sequence[Node]) -> pd.DataFrame:
    """How many issues there are on each storey: one row a storey of `entries`, index `storey` from the lowest up.

    Columns: one a status, overdue, issues (all). An issue that is pinned on several storeys counts on each; what is
    pinned on none counts in the last row, "No storey", which is there only then. A row stands for all objects of its
    storey, and the last for none: ``viewer.color_by(frame["Open"])`` is a heat map.
    """
    known = storeys(entries, pd.RangeIndex(len(entries)))
    each = issues["storeys"].map(lambda found: found or (_NOWHERE,)).explode()
    names = [*known.cat.categories, *[_NOWHERE] * bool(each.eq(_NOWHERE).any())]
    floors = pd.CategoricalIndex(names, categories=names, ordered=True, name="storey")
    status = issues["status"].reindex(each.index)
    counts = pd.crosstab(each.to_numpy(object), status.to_numpy(object))
    late = each[issues["overdue"].fillna(False).reindex(each.index).to_numpy(bool)]
    columns = {
        **{word: counts.get(word, 0) for word in issues["status"].cat.categories},
        "overdue": late.value_counts(),
        "issues": each.value_counts(),
    }
    frame = pd.DataFrame(columns, index=pd.Index(names)).fillna(0).astype("Int64").set_axis(floors)
    there: dict[str, list[str]] = {}
    for node in entries:
        if node.storey and not node.branch:
            there.setdefault(node.storey, []).append(node.id)
    frame.attrs = {
        "units": {},
        "problems": (),
        "object_ids": Members.of(floors, (there.get(name, ()) for name in floors)),
    }
    return frame


def person(value: object) -> str | None:
    """Somebody's name, from the text or the object the service sends; e-mail address or id where it has none."""
    if isinstance(value, str):
        return value.strip() or None
    if not isinstance(value, Mapping):
        return None
    full = " ".join(str(part) for part in (pick(value, "firstname"), pick(value, "lastname")) if part)
    found = pick(value, "displayname") or full or pick(value, "name", "email", "id")
    return None if found is None else str(found)


def people(issue: Mapping[str, Any]) -> list[Any]:
    """Who is to solve an issue, as the service says it, the first being its `responsible`."""
    several, one = pick(issue, "responsibles"), pick(issue, "responsible")
    found = [each for each in several if each] if isinstance(several, list) else []
    return found or ([one] if one else [])

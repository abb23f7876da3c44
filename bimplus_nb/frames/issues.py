"""Issues as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from bimplus_nb.frames.members import Members
from bimplus_nb.frames.values import Problem, column, date, ordered, pick

# Bimplus documentation, Topic Service; older samples use other values, which are kept.
STATUS = ("Open", "Solved", "Closed")
PRIORITY = ("Low", "Medium", "High")
TYPE = ("Problem", "Remark", "Task", "Appointment", "Document", "Contact", "Clash")

_NOBODY = "00000000-0000-0000-0000-000000000000"


def issues_frame(
    issues: Sequence[Mapping[str, Any]], pins: Sequence[Mapping[str, Any]] = (), *, now: datetime | None = None
) -> pd.DataFrame:
    """One row an issue, index `id`, in the service's order.

    Columns: short_id, name, status, priority, type (ordered categoricals; values the documents do not know come last),
    author, responsible (names), created, modified, due, overdue (due before `now` and still open), pins (how many),
    object_ids (the objects pinned, a tuple each), description, solution. Rows and columns stand for these objects:
    ``viewer.select(issues[issues["overdue"]])``, ``viewer.color_by(issues["priority"])``.
    """
    now = now or datetime.now(UTC)
    index = pd.Index([str(issue["id"]) for issue in issues], name="id", dtype="str")
    problems: list[Problem] = []
    pinned: dict[str, list[str]] = {str(issue["id"]).lower(): [] for issue in issues}
    counts = dict.fromkeys(pinned, 0)
    for pin in pins:
        issue_id, object_id = str(pick(pin, "issueId") or "").lower(), str(pick(pin, "objectId") or "")
        if issue_id in pinned:
            counts[issue_id] += 1
            if object_id and object_id != _NOBODY:
                pinned[issue_id].append(object_id)

    def dates(*names: str) -> pd.Series[Any]:
        return column([pick(issue, *names) for issue in issues], "date", index=index, name=names[0], problems=problems)

    status = ordered([pick(issue, "status") for issue in issues], STATUS, index=index)
    late = [(due := date(pick(issue, "dueDate"))) is not None and due < now for issue in issues]
    columns = {
        "short_id": column([pick(issue, "shortId") for issue in issues], "integer", index=index, problems=problems),
        "name": column([pick(issue, "name") for issue in issues], "text", index=index),
        "status": status,
        "priority": ordered([pick(issue, "priority") for issue in issues], PRIORITY, index=index),
        "type": ordered([pick(issue, "type") for issue in issues], TYPE, index=index),
        "author": column([person(pick(issue, "author")) for issue in issues], "text", index=index),
        "responsible": column([person(pick(issue, "responsible")) for issue in issues], "text", index=index),
        "created": dates("createdAt"),
        "modified": dates("modifiedAt"),
        "due": dates("dueDate"),
        "overdue": pd.Series(pd.array(late, dtype="boolean"), index=index) & ~status.isin(["Solved", "Closed"]),
        "pins": pd.Series(pd.array([counts[key.lower()] for key in index], dtype="Int64"), index=index),
        "object_ids": pd.Series(
            [tuple(dict.fromkeys(pinned[key.lower()])) for key in index], index=index, dtype=object
        ),
        "description": column([pick(issue, "description") for issue in issues], "text", index=index),
        "solution": column([pick(issue, "solution") for issue in issues], "text", index=index),
    }
    frame = pd.DataFrame(columns, index=index)
    frame.attrs = {"units": {}, "problems": tuple(problems), "object_ids": Members.of(index, frame["object_ids"])}
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

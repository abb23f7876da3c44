"""What became of issues, as a table: from the service's messages, the issues themselves and their comments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pandas as pd

from bimplus_nb.frames.issues import person
from bimplus_nb.frames.members import Members
from bimplus_nb.frames.values import Kind, column, date, pick, snake, text, whole

WHAT: Final = ("created", "changed", "commented", "deleted")
# Topics: Bimplus documentation, Messaging Service; ISSUE_CREATED is the sandbox's own.
_TOPICS: Final = {"ISSUE_CREATED": "created", "ISSUE_UPDATED": "changed", "ISSUE_DELETED": "deleted"}
_CALLED: Final = {"due_date": "due"}
_ONCE: Final = pd.Timedelta(seconds=2)
"""Everybody who is told of one change gets a message of their own, one after the other."""


def history_frame(
    issues: pd.DataFrame,
    comments: pd.DataFrame,
    messages: Sequence[Mapping[str, Any]],
    *,
    project: str,
    names: Mapping[str, str],
) -> pd.DataFrame:
    """One row an event, the oldest first: issue (its id), short_id, name, when, who, what, detail.

    `issues` and `comments` as from `issues_frame` and `comments_frame`; `names`: of people, by their ids and e-mail
    addresses in lower case. what: "created", "changed", "commented" or "deleted". detail: of a change the columns that
    changed ("status, due"), of a comment its text.
    """
    made = pd.DataFrame(
        {"issue": issues.index, "when": issues["created"].array, "who": issues["author"].array, "what": "created"}
    )
    said = pd.DataFrame(
        {"issue": comments["issue"].array, "when": comments["created"].array, "who": comments["author"].array,
         "what": "commented", "detail": comments["text"].array}
    )  # fmt: skip
    told = _told(messages, {str(id_).lower(): str(id_) for id_ in issues.index}, project, names)
    # Of an issue that is there its own word is better: who was told, and that messages get lost, does not matter.
    told = told[~((told["what"] == "created") & told["issue"].isin(issues.index))]
    rows = pd.concat([made, said, told], ignore_index=True).sort_values("when", kind="stable", ignore_index=True)
    of = issues.reindex(pd.Index(rows["issue"]))

    def known(name: str, kind: Kind) -> pd.Series[Any]:
        """What the issue says, or what was told of one that is no longer there."""
        own, other = of[name].astype(object).to_numpy(), rows[name].astype(object).to_numpy()
        values = [b if pd.isna(a) else a for a, b in zip(own, other, strict=True)]
        return column([None if pd.isna(value) else value for value in values], kind, index=rows.index)

    return pd.DataFrame(
        {
            "issue": rows["issue"].astype("str"),
            "short_id": known("short_id", "integer"),
            "name": known("name", "text"),
            "when": pd.DatetimeIndex(rows["when"], dtype="datetime64[us, UTC]"),
            "who": rows["who"].astype("str"),
            "what": pd.Categorical(rows["what"], categories=WHAT),
            "detail": rows["detail"].astype("str"),
        },
        index=rows.index,
    )


SINCE: Final = ("new", "changed", "solved", "closed", "opened again", "commented", "deleted")


def since_frame(history: pd.DataFrame, issues: pd.DataFrame, start: datetime) -> pd.DataFrame:
    """What has become of which issue since a moment, one row an issue and what; see `Issues.since` for the columns.

    `history` as from `history_frame`, `issues` as from `issues_frame`.
    """
    events = history[history["when"] >= start]
    what = events["what"].astype(object).replace("created", "new")
    status = issues["status"].reindex(pd.Index(events["issue"])).astype(object)
    turned = (what == "changed") & events["detail"].fillna("").str.split(", ").map(lambda names: "status" in names)
    now = status.map({"Open": "opened again", "Solved": "solved", "Closed": "closed"}).to_numpy(object)
    what = what.mask(turned & pd.notna(now), pd.Series(now, index=what.index))
    events = events.assign(what=what)
    # Nobody is told of what concerns only whoever did it, but the issue has a date.
    told = events[~events["what"].isin(["commented"])]
    silent = issues[(issues["modified"] >= start) & (issues["created"] < start) & ~issues.index.isin(told["issue"])]
    more = pd.DataFrame(
        {"issue": silent.index, "short_id": silent["short_id"].array, "name": silent["name"].array,
         "when": silent["modified"].array, "what": "changed"}
    )  # fmt: skip
    rows = pd.concat([events, more], ignore_index=True) if len(more) else events
    keys = ["issue", "what"]
    groups = rows.sort_values("when", kind="stable").groupby(keys, sort=False, observed=True)
    found = groups.agg(
        short_id=("short_id", "last"),
        name=("name", "last"),
        times=("when", "size"),
        last=("when", "last"),
        who=("who", lambda names: ", ".join(dict.fromkeys(names.dropna())) or None),
        detail=("detail", "last"),
    ).reset_index()
    found["what"] = pd.Categorical(found["what"], categories=SINCE, ordered=True)
    found = found.sort_values(["last"], ascending=False, kind="stable", ignore_index=True)
    index = found.index
    of = issues.reindex(pd.Index(found["issue"]))
    frame = pd.DataFrame(
        {
            "issue": found["issue"].astype("str"),
            "short_id": found["short_id"].astype("Int64"),
            "name": found["name"].astype("str"),
            "status": of["status"].array,
            "what": found["what"],
            "times": found["times"].astype("Int64"),
            "who": found["who"].astype("str"),
            "last": pd.DatetimeIndex(found["last"], dtype="datetime64[us, UTC]"),
            "detail": found["detail"].astype("str"),
        },
        index=index,
    )
    objects = [ids if isinstance(ids, tuple) else () for ids in of["object_ids"]]
    frame.attrs = {"units": {}, "problems": (), "object_ids": Members.of(index, objects)}
    return frame


def _told(
    messages: Sequence[Mapping[str, Any]], spelled: Mapping[str, str], project: str, names: Mapping[str, str]
) -> pd.DataFrame:
    """The messages about issues of this project, one row an issue and event."""
    columns = ["issue", "short_id", "name", "when", "who", "what", "detail"]
    rows = [row for message in messages for row in _events(message, spelled, project, names)]
    found = pd.DataFrame(rows, columns=columns).sort_values("when", kind="stable")
    since = found.groupby(["issue", "who", "what", "detail"], dropna=False)["when"].diff()
    return found[~(since <= _ONCE)]


def _events(
    message: Mapping[str, Any], spelled: Mapping[str, str], project: str, names: Mapping[str, str]
) -> Iterator[tuple[Any, ...]]:
    what, when = _TOPICS.get(str(pick(message, "topic")).upper()), date(pick(message, "timestamp"))
    if what is None or when is None:
        return
    data = _data(pick(message, "additionalData"))
    ids = pick(data, "issueIds")
    # In the documents' own samples only the message's `correlationId` says which issue it is about.
    listed = ids if isinstance(ids, list) else [pick(message, "correlationId")]
    ours = str(pick(data, "projectId") or "").lower() == project.lower()
    sender = pick(message, "sender")
    keys = [str(pick(sender, key) or "").lower() for key in ("id", "email")] if isinstance(sender, Mapping) else []
    who = next((names[key] for key in keys if key in names), person(sender))
    changed = pick(data, "changed")
    fields = [snake(str(name)) for name in changed] if isinstance(changed, list) else []
    detail = ", ".join(dict.fromkeys(_CALLED.get(name, name) for name in fields)) or None
    for id_ in listed:
        key = str(id_ or "").lower()
        if key and (ours or key in spelled):
            short, name = whole(pick(data, "shortId")), text(pick(data, "name"))
            yield spelled.get(key, key), short, name, when, who, what, detail


def _data(value: object) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}

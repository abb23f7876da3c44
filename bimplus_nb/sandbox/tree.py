"""Finding an object, and everything that hangs below it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Literal, NamedTuple

import orjson

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.people import Right
from bimplus_nb.sandbox.private import Hidden, condition, hidden
from bimplus_nb.sandbox.problem import missing
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Ask, Record

Keep = Literal["all", "nodes", "models"]
_KEEP = {"all": "", "nodes": "AND NOT o.is_element", "models": "AND o.type = 'TopologyDivision'"}


def below(keep: Keep = "all", without: Hidden = ()) -> str:
    """SQL for the rows at and below one. A project has the latest revision of each model below it, a model's node its
    own. What is not kept, or is hidden, is not entered either."""
    return f"""WITH RECURSIVE below (seq, model) AS (
        SELECT seq, model FROM objects WHERE seq = ?
        UNION ALL SELECT o.seq, o.model FROM below b JOIN objects o
            ON o.up = b.seq AND (b.model IS NOT NULL OR o.current) {_KEEP[keep]} AND {condition(without, "o")}) """


class Found(NamedTuple):
    """One object in one revision."""

    seq: int
    id: str
    revision: int
    up: int | None
    project: str
    model: str | None
    type: str
    layer: str | None
    body: Record


def find(ask: Ask, right: Right = "Project_View", *, name: str = "object") -> Found:
    """The object of the address, in the revision the query asks for, else in the latest."""
    key = ask.id(name)
    rows = ask.store.rows(
        "SELECT current, seq, id, revision, up, project, model, type, layer, body FROM objects WHERE id = ?", key
    )
    project = access.require(ask, "Project_View", rows[0][5] if rows else None, what="object", name=ask.path[name])
    unseen = hidden(ask, project)
    if any((row[6], row[8]) in unseen for row in rows):
        raise missing("object", ask.path[name])
    access.require(ask, right, project["id"])
    asked = ask.whole("revision")
    if not asked or all(row[3] == 0 for row in rows):
        rows = [row for row in rows if row[0]]
    else:
        rows = [row for row in rows if row[3] == asked]
    if not rows:
        raise missing("object", f"{key} in revision {asked}" if asked else key)
    return found(rows[0][1:])


def found(row: Any) -> Found:
    """The object in a row whose columns are `Found`'s fields."""
    *columns, body = row
    return Found._make((*columns, orjson.loads(body)))


def tree(store: Store, root: int, *, keep: Keep = "all", short: bool = False, without: Hidden = ()) -> bytes:
    """The tree from a row down as the JSON of nested entries, in the order the objects were made."""
    rows = store.rows(
        below(keep, without)
        + "SELECT o.seq, o.up, o.entry, o.details FROM below JOIN objects o USING (seq) ORDER BY o.seq",
        root,
    )
    children: dict[int, list[int]] = defaultdict(list)
    entries: dict[int, bytes] = {}
    ids: dict[int, bytes] = {}
    for seq, up, entry, details in rows:
        entries[seq] = entry if short else entry + b"," + details
        ids[seq] = entry[5:43]  # "id" leads an entry: its GUID with the quotes
        if seq != root:
            children[up].append(seq)

    def written(seq: int, parent: bytes) -> bytes:
        inner = b",".join([written(one, ids[seq]) for one in children.get(seq, ())])
        return b'{"parent":' + parent + b"," + entries[seq] + b',"children":[' + inner + b"]}"

    return written(root, b"null")

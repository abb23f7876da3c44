"""Locks: who works on an object just now. While it is locked, nobody else changes or deletes it.

Source: published JavaScript SDK 1.0.56 (addresses, `withChildren`, `asAdmin`). What a lock does is not documented.
"""

from __future__ import annotations

from typing import Any

import orjson

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.problem import conflict, forbidden, missing
from bimplus_nb.sandbox.routes.session import person
from bimplus_nb.sandbox.tree import Found, below, find
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_LOCKS = "/{team}/objects/{object}/locks"


@table.get(_LOCKS)
def every(ask: Ask) -> Any:
    """The object's lock in a list, which is empty if there is none; with `withChildren` also those below it."""
    found = find(ask)
    locks = _below(ask, found) if ask.flag("withChildren") else ask.store.all("lock", owner=found.id)
    return [_shown(ask, lock) for lock in locks]


@table.put(_LOCKS)
def create(ask: Ask) -> Any:
    """Locks the object for this user. Who holds the lock already keeps it as it is."""
    found = find(ask, "Project_Edit")
    ask.fields()
    check(ask, found)
    lock = next(iter(ask.store.all("lock", owner=found.id)), None)
    if lock is None:
        record = {"objectId": found.id, "user": ask.user["id"], "created": now()}
        lock = ask.store.add("lock", record, owner=found.id, project=found.project)
    return _shown(ask, lock)


@table.delete(_LOCKS)
def delete(ask: Ask) -> Any:
    """Its holder unlocks, or with `asAdmin` an administrator of the project."""
    found = find(ask)
    lock = next(iter(ask.store.all("lock", owner=found.id)), None)
    if lock is None:
        raise missing("lock", found.id)
    if lock["user"] != ask.user["id"]:
        if not ask.flag("asAdmin"):
            raise forbidden(f"{_words(ask, lock)} A project admin may unlock it with asAdmin=true.")
        access.require(ask, "Project_Admin", found.project)
    ask.store.delete(lock["id"])


def check(ask: Ask, found: Found, *, and_below: bool = False) -> None:
    """Refuses to go on where somebody else holds a lock on the object, or on anything below it."""
    locks = _below(ask, found) if and_below else ask.store.all("lock", owner=found.id)
    for lock in locks:
        if lock["user"] != ask.user["id"]:
            raise conflict(_words(ask, lock))


def _below(ask: Ask, found: Found) -> list[Record]:
    rows = ask.store.rows(
        below() + "SELECT t.body FROM things t WHERE t.kind = 'lock' AND t.project = ? AND t.owner IN "
        "(SELECT o.id FROM below JOIN objects o USING (seq)) ORDER BY t.seq",
        *(found.seq, found.project),
    )
    return [orjson.loads(body) for (body,) in rows]


def _words(ask: Ask, lock: Record) -> str:
    holder = ask.store.get("user", lock["user"])
    return f"Locked by {holder['displayname'] if holder else 'somebody'} since {lock['created']}."


def _shown(ask: Ask, lock: Record) -> Record:
    holder = ask.store.get("user", lock["user"])
    return {**lock, "user": person(holder) if holder else None}

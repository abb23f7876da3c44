"""Pins: where on the building an issue is. Source: Bimplus documentation, Issue Service and Pin Service.

Coordinates are millimetres in the scene's frame, Y up (published JavaScript renderer 0.4.90). The documents send them
as texts and read them as numbers; both are taken, numbers are answered.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import Fields, now
from bimplus_nb.sandbox.ingest import node_above
from bimplus_nb.sandbox.problem import bad
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()


@table.get("/{team}/projects/{project}/pins")
def of_project(ask: Ask) -> Any:
    return ask.store.all("pin", project=access.project(ask)["id"])


@table.get("/{team}/issues/{issue}/pins")
def of_issue(ask: Ask) -> Any:
    return ask.store.all("pin", owner=access.thing(ask, "issue")["id"])


@table.post("/{team}/issues/{issue}/pins")
def create(ask: Ask) -> Any:
    issue, fields = access.thing(ask, "issue", "Project_Edit"), ask.fields()
    target = fields.guid("objectId")
    if target is None:
        raise bad("objectId must say which object the pin is on.")
    record = {
        "issueId": issue["id"],
        **_object(ask, issue["projectId"], target),
        "position": _vector(fields, "position", (0.0, 0.0, 0.0)),
        "normalVector": _vector(fields, "normalVector", (0.0, 1.0, 0.0)),
        "createdAt": now(),
    }
    return ask.store.add("pin", record, owner=issue["id"], project=issue["projectId"], about=target)


@table.delete("/{team}/issues/{issue}/pins")
def delete_all(ask: Ask) -> Any:
    issue = access.thing(ask, "issue", "Project_Edit")
    ask.store.run("DELETE FROM things WHERE kind = 'pin' AND owner = ?", issue["id"])


@table.get("/{team}/pins/{pin}")
def one(ask: Ask) -> Any:
    return access.thing(ask, "pin")


@table.put("/{team}/pins/{pin}")
def update(ask: Ask) -> Any:
    """Moves the pin; `newObjectId` puts it on another object."""
    pin, fields = access.thing(ask, "pin", "Project_Edit"), ask.fields()
    for name in ("issueId", "objectId"):
        if (fields.guid(name) or pin[name]) != pin[name]:
            raise bad(f"{name} is not this pin's; newObjectId moves it to another object.")
    moved = fields.guid("newObjectId")
    if moved is not None:
        pin |= _object(ask, ask.store.project_of(pin["id"]), moved)
    for name in ("position", "normalVector"):
        pin[name] = _vector(fields, name, tuple(pin[name].values()))
    return ask.store.save(pin, about=moved)


@table.delete("/{team}/pins/{pin}")
def delete(ask: Ask) -> Any:
    ask.store.delete(access.thing(ask, "pin", "Project_Edit")["id"])


def _object(ask: Ask, project: str | None, key: str) -> Record:
    """The object a pin is on, which must be of the issue's project, and the topology node above it."""
    if not ask.store.row("SELECT 1 FROM objects WHERE id = ? AND project = ? AND current", key, project):
        raise bad("objectId must name an object of the issue's project.")
    return {"objectId": key, "topologyNodeId": node_above(ask.store, key)}


def _vector(fields: Fields, name: str, default: tuple[float, ...]) -> Record:
    vector = fields.within(name)
    numbers = (vector.number(axis) if vector else None for axis in "xyz")
    return {axis: old if new is None else new for axis, new, old in zip("xyz", numbers, default, strict=True)}

"""Structures. Source: Bimplus documentation, Structure Service; taking an object off again, and `type` in the query:
published JavaScript SDK 1.0.56. Who edits the project changes them; only an administrator deletes all at once."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, structures
from bimplus_nb.sandbox.fields import TEXT, Fields
from bimplus_nb.sandbox.people import Right
from bimplus_nb.sandbox.private import hidden
from bimplus_nb.sandbox.problem import bad, conflict, missing
from bimplus_nb.sandbox.tree import Found, find
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_ALL, _ONE = "/{team}/projects/{project}/structures", "/{team}/structures/{structure}"


@table.get(_ALL)
def every(ask: Ask) -> Any:
    """The structures of a project without what is below them; with ``type=CostStructure`` those of a kind."""
    project, kind = access.project(ask), ask.query.get("type", "").strip().lower()
    found = structures.below(ask.store, project["id"]).get(project["id"], [])
    return [_shown(one) for one in found if kind in ("", "undefined", "null", one["type"].lower())]


@table.post(_ALL)
def create(ask: Ask) -> Any:
    project = access.project(ask, "Project_Edit")
    return _create(ask, project["id"], project["id"])


@table.delete(_ALL)
def delete_all(ask: Ask) -> Any:
    project = access.project(ask, "Project_Admin")
    ask.store.run("DELETE FROM things WHERE kind = 'structure' AND owner = ?", project["id"])


@table.get("/{team}/structures/{structure}/topology")
def topology(ask: Ask) -> Any:
    """The tree of a structure or node, or of all of a project: the address is the same, the id tells."""
    key = ask.id("structure")
    project = ask.store.get("project", key)
    top = None if project else access.thing(ask, "structure")
    project = access.require(
        ask, "Project_View", top["projectId"] if top else key, what="structure", name=ask.path["structure"]
    )
    return structures.tree(ask.store, project, top, hidden(ask, project))


@table.get(_ONE)
def one(ask: Ask) -> Any:
    return _shown(access.thing(ask, "structure"))


@table.post(_ONE)
def create_node(ask: Ask) -> Any:
    """A new node below a structure or node, the last of its siblings."""
    above = access.thing(ask, "structure", "Project_Edit")
    return _create(ask, above["projectId"], above["id"])


@table.put(_ONE)
def update(ask: Ask) -> Any:
    """Changes what is given; `nr` and `parentId` move the node with all below it."""
    found, fields = access.thing(ask, "structure", "Project_Edit"), ask.fields()
    changes = _changes(fields)
    number, parent = fields.number("nr"), fields.guid("parentId") or found["parentId"]
    if number is not None and (number != int(number) or number < 1):
        raise bad("nr must be a whole number from 1.")
    if parent != found["parentId"]:
        _check_parent(ask, found, parent)
    ask.store.save({**found, **changes, "parentId": parent})
    if parent != found["parentId"]:
        ask.store.run("UPDATE things SET owner = ? WHERE id = ?", parent, found["id"])
    _settle(ask, found, parent, number)
    return _shown(access.thing(ask, "structure"))


@table.delete(_ONE)
def delete(ask: Ask) -> Any:
    """Deletes the node with all nodes below it; the objects on them stay."""
    found = access.thing(ask, "structure", "Project_Edit")
    ask.store.delete(found["id"])
    structures.arrange(ask.store, structures.below(ask.store, found["projectId"]).get(found["parentId"], []))


@table.post("/{team}/structures/{structure}/assign/{object}")
def assign(ask: Ask) -> Any:
    """Hangs an object on the node, by a connection with a name."""
    at, thing = _both(ask, "Project_Edit")
    name = ask.fields().needed("name")
    there = ask.store.all("structureelement", owner=at["id"])
    if any(one["objectId"] == thing.id for one in there):
        raise conflict(f"The object hangs on {at['name'][:80]!r} already.")
    number = max((one["nr"] for one in there), default=0) + 1
    return structures.connection(ask.store, at, thing.id, name, number)


@table.delete("/{team}/structures/{structure}/delete/{object}")
def unassign(ask: Ask) -> Any:
    """Takes an object off the node; with ``removeAllNodes=true`` off all nodes below it too."""
    at, thing = _both(ask, "Project_Edit")
    deep, inside = ask.flag("removeAllNodes"), structures.below(ask.store, at["projectId"])
    waiting, nodes = [at["id"]], []
    while waiting:
        nodes.append(waiting.pop())
        waiting += [one["id"] for one in inside.get(nodes[-1], ())] if deep else []
    gone = [
        one["id"]
        for one in ask.store.all("structureelement", project=at["projectId"])
        if one["objectId"] == thing.id and one["structureId"] in nodes
    ]
    if not gone:
        raise missing("object on this node", thing.id)
    for key in gone:
        ask.store.delete(key)


def _both(ask: Ask, right: Right) -> tuple[Record, Found]:
    """The node and the object of the address, which lie in one project."""
    at = access.thing(ask, "structure", right)
    thing = find(ask, right)
    if thing.project != at["projectId"]:
        raise bad("The object lies in another project than the structure.")
    return at, thing


def _create(ask: Ask, project: str, parent: str) -> Record:
    fields = ask.fields()
    name, changes = fields.needed("name"), _changes(fields)
    inside = structures.below(ask.store, project)
    if len(structures.above(_nodes(inside), parent)) >= structures.DEEPEST:
        raise bad(f"Structures are at most {structures.DEEPEST} deep.")
    made = structures.node(project, parent, name, "TopologyStructure", len(inside.get(parent, ())) + 1)
    return _shown(ask.store.add("structure", {**made, **changes}, owner=parent, project=project))


def _changes(fields: Fields) -> Record:
    """What a request says of a node. `parentId` and `nr` are the service's own when one is made."""
    changes: Record = {}
    if "name" in fields:
        changes["name"] = fields.needed("name")
    if "description" in fields:
        changes["description"] = fields.text("description", limit=TEXT) or ""
    if fields.raw("type") is not None:
        changes["type"] = fields.choice("type", structures.TYPES)
    color = fields.number("color")
    if color is not None:
        if color != int(color) or not -(2**31) <= color < 2**32:
            raise bad("color must be a whole number of 32 bits.")
        changes["color"] = int(color)
    return changes


def _check_parent(ask: Ask, found: Record, parent: str) -> None:
    inside = structures.below(ask.store, found["projectId"])
    nodes = _nodes(inside)
    if parent != found["projectId"] and parent not in nodes:
        raise bad("parentId must be a structure of the same project, or the project.")
    line = structures.above(nodes, parent)
    if found["id"] in line:
        raise bad("A node cannot be below itself.")
    if len(line) + structures.height(inside, found["id"]) > structures.DEEPEST:
        raise bad(f"Structures are at most {structures.DEEPEST} deep.")


def _settle(ask: Ask, found: Record, parent: str, number: float | None) -> None:
    """Puts a node in its place among its siblings: where the request says, else where it was, or last if it moved."""
    inside = structures.below(ask.store, found["projectId"])
    siblings = inside[parent]
    if number is not None or parent != found["parentId"]:
        moved = next(one for one in siblings if one["id"] == found["id"])
        siblings.remove(moved)
        siblings.insert(int(number) - 1 if number else len(siblings), moved)
        structures.arrange(ask.store, siblings)
        structures.arrange(ask.store, inside.get(found["parentId"], []) if parent != found["parentId"] else [])


def _nodes(inside: dict[str, list[Record]]) -> dict[str, Record]:
    return {one["id"]: one for nodes in inside.values() for one in nodes}


def _shown(one: Record) -> Record:
    return {name: one[name] for name in ("parentId", "name", "description", "type", "nr", "color", "id")}

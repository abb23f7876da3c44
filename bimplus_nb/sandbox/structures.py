"""Structures of a project: trees of named nodes, on which objects hang by a named connection.

Source: Bimplus documentation, Structure Service. A node hangs from what it is below (`owner`), so that it goes with it;
a connection from its node and points at its object (`about`), so that it goes with either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import orjson

from bimplus_nb.sandbox import content, people
from bimplus_nb.sandbox.private import Hidden, condition
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

TYPES = ("CostStructure", "SpecificationStructure", "TopologyStructure")
DEEPEST = 40


def seed(store: Store, project: str, structures: Sequence[content.Structure], above: str | None = None) -> None:
    """Structures that come with a project's content."""
    for number, one in enumerate(structures, 1):
        parent = above or project
        body = node(project, parent, one.name, one.type, number) | {"id": people.guid("structure", parent, number)}
        store.add("structure", body, owner=parent, project=project)
        for place, (key, name) in enumerate(one.objects, 1):
            connection(store, body, key, name, place, id=people.guid("connection", body["id"], place))
        seed(store, project, one.nodes, body["id"])


def node(project: str, parent: str, name: str, type: str, number: int) -> Record:
    """A node nothing is known of but its place."""
    place = {"projectId": project, "parentId": parent}
    return {**place, "name": name, "description": "", "type": type, "nr": number, "color": 0}


def connection(store: Store, at: Record, key: str, name: str, number: int, *, id: str | None = None) -> Record:
    """The connection of an object with a node, now kept."""
    body = {"structureId": at["id"], "objectId": key, "name": name, "nr": number}
    return store.add(
        "structureelement", {"id": id, **body} if id else body, owner=at["id"], project=at["projectId"], about=key
    )


def below(store: Store, project: str) -> dict[str, list[Record]]:
    """The nodes of a project by what they are below, each list in its order."""
    found: dict[str, list[Record]] = defaultdict(list)
    for one in store.all("structure", project=project):
        found[one["parentId"]].append(one)
    return {key: sorted(nodes, key=lambda one: one["nr"]) for key, nodes in found.items()}


def arrange(store: Store, nodes: Sequence[Record]) -> None:
    """Numbers siblings from 1 in the order given."""
    for number, one in enumerate(nodes, 1):
        if one["nr"] != number:
            store.save({**one, "nr": number})


def above(nodes: Mapping[str, Record], key: str) -> list[str]:
    """A node and those it is below, up to the project."""
    found = []
    while key in nodes:
        found.append(key)
        key = nodes[key]["parentId"]
    return found


def height(inside: Mapping[str, list[Record]], key: str) -> int:
    return 1 + max((height(inside, one["id"]) for one in inside.get(key, ())), default=0)


def tree(store: Store, project: Record, top: Record | None, without: Hidden) -> Record:
    """The tree from a structure down, or from the project: nodes, connections, objects."""
    inside, hanging = below(store, project["id"]), defaultdict(list)
    objects = {
        key: orjson.loads(b"{" + entry + b"}")
        for key, entry in store.rows(
            "SELECT o.id, o.entry FROM things t JOIN objects o ON o.id = t.about AND o.current "
            f"WHERE t.kind = 'structureelement' AND t.project = ? AND {condition(without, 'o')}",
            project["id"],
        )
    }
    for one in store.all("structureelement", project=project["id"]):
        if one["objectId"] in objects:
            hanging[one["structureId"]].append(one)

    def connected(one: Record) -> Record:
        thing = objects[one["objectId"]]
        end = _branch(one["id"], thing["name"], thing["type"], thing["id"], [])
        return _branch(one["structureId"], one["name"], "StructureElement", one["id"], [end])

    def branch(one: Record, parent: str | None) -> Record:
        nodes = [branch(child, one["id"]) for child in inside.get(one["id"], ())]
        return _branch(parent, one["name"], "Structure", one["id"], [*nodes, *map(connected, hanging[one["id"]])])

    if top is not None:
        return branch(top, None)
    structures = [branch(one, project["id"]) for one in inside.get(project["id"], ())]
    return _branch(None, project["name"], "ID_Project", project["id"], structures)


def _branch(parent: str | None, name: str, type: str, key: str, children: list[Record]) -> Record:
    return {"parent": parent, "name": name, "type": type, "children": children, "id": key}

"""Structures: trees of nodes with objects on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sandbox.service_content import MODEL, OLD_WALL, PROJECT, READ_ONLY, ROOM, VERSIONED, WALL, WINDOW

from bimplus_nb.sandbox import Sandbox, content, demo, people, seeding
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.store import Store

Call = Callable[..., httpx.Client]

ALL = f"/riverside/projects/{PROJECT}/structures"


def add(client: httpx.Client, parent: str | None, name: str, **more: Any) -> str:
    path = ALL if parent is None else f"/riverside/structures/{parent}"
    answer = client.post(path, json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def hang(client: httpx.Client, node: str, key: str, name: str = "Part of") -> httpx.Response:
    return client.post(f"/riverside/structures/{node}/assign/{key}", json={"name": name})


def shape(tree: dict[str, Any]) -> Any:
    """A tree as nested names; an object as itself."""
    return {child["name"]: shape(child) for child in tree["children"]}


def walk(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree["children"]:
        assert child["parent"] == tree["id"]
        yield from walk(child)


def tree(client: httpx.Client, key: str = PROJECT) -> dict[str, Any]:
    answer = client.get(f"/riverside/structures/{key}/topology")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    assert found["parent"] is None
    return found


def test_a_structure_is_a_tree_with_objects_on_it(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    root = add(carla, None, "Costs", description="By part", type="costStructure", color=-65536, nr=9)
    record = carla.get(f"/riverside/structures/{root}").json()
    assert record == {"id": root, "parentId": PROJECT, "name": "Costs", "description": "By part",
                      "type": "CostStructure", "nr": 1, "color": -65536}  # fmt: skip
    walls, openings = add(carla, root, "Walls"), add(carla, root, "Openings")
    windows = add(carla, openings, "Windows")
    made = hang(carla, walls, WALL, "The wall")
    assert made.status_code == 201
    connection = made.json()
    assert {**connection, "id": ""} == {"id": "", "structureId": walls, "objectId": WALL, "name": "The wall", "nr": 1}
    hang(carla, windows, WINDOW)
    hang(carla, walls, ROOM, "Beside it")
    inside = {"Walls": {"The wall": {"Wall <1>": {}}, "Beside it": {"Room 1": {}}},
              "Openings": {"Windows": {"Part of": {"Window": {}}}}}  # fmt: skip
    assert shape(tree(carla)) == {"Costs": inside}
    assert shape(tree(carla, root)) == inside
    assert shape(tree(carla, openings)) == inside["Openings"]
    nodes = {node["id"]: node["type"] for node in walk(tree(carla))}
    assert nodes[PROJECT] == "ID_Project"
    assert (nodes[root], nodes[windows], nodes[connection["id"]]) == ("Structure", "Structure", "StructureElement")
    assert nodes[WALL] == "ID_ArchWall"
    assert [one["id"] for one in carla.get(ALL).json()] == [root]
    assert carla.get(f"{ALL}?type=SpecificationStructure").json() == []


def test_places_among_siblings(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    root = add(carla, None, "Root")
    ids = {name: add(carla, root, name) for name in "abcd"}

    def order(parent: str = root) -> list[str]:
        names = list(shape(tree(carla, parent)))
        children = [node["id"] for node in tree(carla, parent)["children"]]
        numbers = [carla.get(f"/riverside/structures/{key}").json()["nr"] for key in children]
        assert numbers == [*range(1, len(names) + 1)]
        return names

    assert order() == ["a", "b", "c", "d"]
    carla.put(f"/riverside/structures/{ids['d']}", json={"nr": 2})
    assert order() == ["a", "d", "b", "c"]
    carla.put(f"/riverside/structures/{ids['a']}", json={"nr": 99, "name": "A"})
    assert order() == ["d", "b", "c", "A"]
    moved = carla.put(f"/riverside/structures/{ids['b']}", json={"parentId": ids["c"]}).json()
    assert (moved["parentId"], moved["nr"]) == (ids["c"], 1)
    assert (order(), order(ids["c"])) == (["d", "c", "A"], ["b"])
    carla.put(f"/riverside/structures/{ids['b']}", json={"parentId": root, "nr": 1})
    assert order() == ["b", "d", "c", "A"]
    carla.delete(f"/riverside/structures/{ids['d']}")
    assert order() == ["b", "c", "A"]
    for wrong in ({"parentId": root, "nr": 0}, {"parentId": guid("none")}, {"type": "Wish"}, {"name": ""},
                  {"color": "red"}, {"nr": 1.5}):  # fmt: skip
        assert carla.put(f"/riverside/structures/{ids['b']}", json=wrong).status_code == 400
    assert carla.put(f"/riverside/structures/{root}", json={"parentId": ids["c"]}).status_code == 400
    assert order() == ["b", "c", "A"]


def test_what_goes_takes_its_connections_along(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    root = add(carla, None, "Costs")
    outer = add(carla, root, "Outer")
    inner = add(carla, outer, "Inner")
    for node, key in ((outer, WALL), (inner, WALL), (inner, WINDOW), (root, ROOM)):
        assert hang(carla, node, key).status_code == 201
    carla.delete(f"/riverside/objects/{WINDOW}")
    assert shape(tree(carla, inner)) == {"Part of": {"Wall <1>": {}}}
    assert carla.delete(f"/riverside/structures/{outer}").status_code == 200
    assert carla.get(f"/riverside/structures/{inner}").status_code == 404
    assert shape(tree(carla, root)) == {"Part of": {"Room 1": {}}}
    assert carla.get(f"/riverside/objects/{WALL}").status_code == 200
    caller(own_house, "anna").delete(f"/riverside/divisions/{MODEL}")
    assert shape(tree(carla, root)) == {}


def test_an_object_is_taken_off_one_node_or_all_below(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    root = add(carla, None, "Costs")
    inner = add(carla, root, "Inner")
    for node in (root, inner):
        hang(carla, node, WALL)
    assert hang(carla, root, WALL).status_code == 409
    off = f"/riverside/structures/{root}/delete/{WALL}"
    assert carla.delete(off).status_code == 200
    assert carla.delete(off).status_code == 404, "it hangs there no more"
    assert shape(tree(carla, root)) == {"Inner": {"Part of": {"Wall <1>": {}}}}
    assert carla.delete(f"{off}?removeAllNodes=true&varianttype=").status_code == 200
    assert shape(tree(carla, root)) == {"Inner": {}}


def test_an_object_of_another_project_does_not_hang_here(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    root = add(carla, None, "Costs")
    assert hang(carla, root, OLD_WALL).status_code == 400
    assert hang(carla, root, guid("none")).status_code == 404
    assert hang(carla, guid("none"), WALL).status_code == 404
    assert carla.post(f"/riverside/structures/{root}/assign/{WALL}", json={}).status_code == 400
    assert shape(tree(carla, root)) == {}
    other = carla.post(f"/riverside/projects/{VERSIONED}/structures", json={"name": "Other"}).json()["id"]
    assert carla.put(f"/riverside/structures/{root}", json={"parentId": other}).status_code == 400


@pytest.mark.parametrize(("user", "edits", "empties"), [("anna", 201, 200), ("ben", 201, 200), ("carla", 201, 403),
                                                        ("david", 403, 403)])  # fmt: skip
def test_who_may_change_structures(own_house: Sandbox, caller: Call, user: str, edits: int, empties: int) -> None:
    anna, client = caller(own_house), caller(own_house, user)
    root = add(anna, None, "Costs")
    hang(anna, root, WALL)
    changed = 200 if edits == 201 else edits
    assert client.post(ALL, json={"name": "More"}).status_code == edits
    assert client.post(f"/riverside/structures/{root}", json={"name": "Node"}).status_code == edits
    assert hang(client, root, ROOM).status_code == edits
    assert client.put(f"/riverside/structures/{root}", json={"name": "x"}).status_code == changed
    assert client.delete(f"/riverside/structures/{root}/delete/{WALL}").status_code == changed
    assert client.get(f"/riverside/structures/{PROJECT}/topology").status_code == 200
    assert client.delete(ALL).status_code == empties
    assert (client.get(ALL).json() == []) == (empties == 200)
    assert client.post(f"/riverside/projects/{READ_ONLY}/structures", json={"name": "x"}).status_code == 403


def test_a_private_layer_is_not_shown_in_a_structure(own_house: Sandbox, caller: Call) -> None:
    carla, david = caller(own_house, "carla"), caller(own_house, "david")
    root = add(carla, None, "Costs")
    for key in (WALL, WINDOW):
        hang(carla, root, key, key)
    layer = carla.get(f"/riverside/objects/{WINDOW}/topology").json()["layerid"]
    anna = caller(own_house)
    answer = anna.put(f"/riverside/divisions/{MODEL}/disciplines/{layer}", json={"private": True})
    assert answer.status_code == 200
    assert set(shape(tree(carla, root))) == {WALL, WINDOW}
    assert set(shape(tree(david, root))) == {WALL}


def test_depth_is_bounded(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    deepest = add(carla, None, "0")
    answer = carla.post(f"/riverside/structures/{deepest}", json={"name": "1"})
    while answer.status_code == 201:
        deepest = answer.json()["id"]
        answer = carla.post(f"/riverside/structures/{deepest}", json={"name": "x"})
    assert answer.status_code == 400
    assert len([*walk(tree(carla))]) == 41


def test_the_demo_project_has_its_costs_in_groups() -> None:
    """Every object with a cost group of the building hangs on the node of that group, once."""
    project = demo.riverside()
    (costs,) = project.structures
    assert [node.name[:3] for node in costs.nodes] == ["320", "330", "340", "350", "360"]
    group = {element.id: element.values.get(demo.ATTRIBUTE["cost_group"].id)
             for model in project.models for element in model.elements}  # fmt: skip
    hanging = {key: node.name for part in costs.nodes for node in part.nodes for key, _ in node.objects}
    assert hanging == {key: value for key, value in group.items() if value and "320" <= value[:3] < "370"}
    assert len(hanging) > 1000


def test_content_brings_its_structures() -> None:
    store = Store()
    inner = content.Structure("Inner", objects=((PROJECT, "All of it"),))
    project = content.Project(PROJECT, "P", "", structures=(content.Structure("Top", "CostStructure", (inner,)),))
    seeding.fill(store, [(people.RIVERSIDE, project)])
    top, below = store.all("structure", project=PROJECT)
    assert (top["name"], top["type"], top["parentId"]) == ("Top", "CostStructure", PROJECT)
    assert (below["name"], below["parentId"]) == ("Inner", top["id"])
    (connection,) = store.all("structureelement", project=PROJECT)
    assert (connection["structureId"], connection["objectId"]) == (below["id"], PROJECT)
    store.delete(top["id"])
    assert store.all("structureelement", project=PROJECT) == []
    store.close()

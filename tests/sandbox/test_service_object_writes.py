"""Objects: how they are made, changed, moved and deleted."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from sandbox.service_content import (
    GROUND,
    OLD_WALL,
    PROJECT,
    ROOM,
    SLAB,
    UPPER,
    WALL,
)  # fmt: skip

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]

CUBE = {
    "color": 4291407461,
    "vertices": [0, 0, 0, 1000, 0, 0, 1000, 1000, 0, 0, 1000, 0, 0, 0, 2000, 1000, 0, 2000, 1000, 1000,
                 2000, 0, 1000, 2000],
    "faces": [4, 0, 1, 2, 3, 4, 7, 6, 5, 4, 4, 4, 5, 1, 0, 4, 5, 6, 2, 1, 4, 6, 7, 3, 2, 4, 7, 4, 0, 3],
}  # fmt: skip
LINE = [0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0]  # a polygon without an inside
OLDER = json.dumps({"C": CUBE["color"], "V": CUBE["vertices"], "F": CUBE["faces"]})


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from walk(child)


def new(name: str, **attributes: Any) -> dict[str, Any]:
    return {"parent": GROUND, "type": "Wall", "attributes": {"general": {"name": name}, **attributes}}


def bodies(client: httpx.Client, node: str, query: str = "") -> list[dict[str, Any]]:
    return client.get(f"/riverside/objects/{node}/geometries/threejs{query}").json()["objects"] or []


@pytest.mark.parametrize("mesh", [CUBE, OLDER, json.loads(OLDER)], ids=["object", "text", "short names"])
def test_a_mesh_comes_back_as_threejs(own_house: Sandbox, caller: Call, mesh: Any) -> None:
    anna = caller(own_house)
    made = anna.post("/riverside/objects", json=new("Cube", geometry={"mesh": mesh}, quantity={"volume": 2e9}))
    assert made.status_code == 201
    record = made.json()
    assert record["attributes"]["geometry"] == {"mesh": mesh}
    assert record["attributes"]["quantity"] == {"volume": 2e9}
    assert anna.get(f"/riverside/objects/{record['id']}").json() == record
    answer = anna.get(f"/riverside/objects/{record['id']}/geometries/threejs").json()
    (body,) = answer["objects"]
    threejs = body["attributes"]["geometry"]["threejs"]
    points = np.array(threejs["vertices"]).reshape(-1, 3)
    expected = np.array(CUBE["vertices"], dtype=float).reshape(-1, 3)[:, [0, 2, 1]] * (1, 1, -1)
    assert np.array_equal(points, expected)
    assert threejs["faces"][:5] == [1, 3, 2, 1, 0]
    assert answer["colors"] == [CUBE["color"] - 2**32]
    assert body["attributes"]["quantity"] == {"volume": 2e9}
    among = next(one for one in bodies(anna, GROUND) if one["id"] == record["id"])
    among["attributes"]["geometry"]["threejs"]["metadata"]["colorid"] = 0  # another palette there
    assert among == body


def test_a_matrix_puts_the_mesh_in_its_place(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    matrix = np.array([[0, -1, 0, 100], [1, 0, 0, 200], [0, 0, 1, 300], [0, 0, 0, 1]], dtype="<f8")
    element = {"matrix": base64.b64encode(matrix.tobytes()).decode()}
    made = anna.post("/riverside/objects", json=new("Cube", geometry={"mesh": CUBE}, element=element)).json()
    assert made["attributes"]["element"]["matrix"] == element["matrix"]
    (body,) = bodies(anna, made["id"])
    points = np.array(body["attributes"]["geometry"]["threejs"]["vertices"]).reshape(-1, 3)
    assert points.min(axis=0).tolist() == [-900, 300, -1200]
    assert points.max(axis=0).tolist() == [100, 2300, -200]
    identity = base64.b64encode(np.eye(4, dtype="<f8").tobytes()).decode()
    anna.put(f"/riverside/objects/{made['id']}", json={"attributes": {"element": {"matrix": identity}}})
    (body,) = bodies(anna, made["id"])
    points = np.array(body["attributes"]["geometry"]["threejs"]["vertices"]).reshape(-1, 3)
    assert points.min(axis=0).tolist() == [0, 0, -1000], "another matrix moves it"
    wrong = {"attributes": {"element": {"matrix": "AAAA"}}}
    assert anna.put(f"/riverside/objects/{made['id']}", json=wrong).status_code == 400


def test_a_concave_polygon_is_cut_into_triangles(own_house: Sandbox, caller: Call) -> None:
    """A wall of 4 m x 3 m x 0.2 m with a door opening that reaches the floor: faces of eight corners."""
    outline = [(0, 0), (1500, 0), (1500, 2100), (2500, 2100), (2500, 0), (4000, 0), (4000, 3000), (0, 3000)]
    points = [(x, y, z) for y in (0, 200) for x, z in outline]
    sides = [[i, (i + 1) % 8, 8 + (i + 1) % 8, 8 + i] for i in range(8)]
    faces = [list(range(7, -1, -1)), list(range(8, 16)), *sides]
    mesh = {
        "vertices": [n for point in points for n in point],
        "faces": [n for face in faces for n in (len(face), *face)],
    }
    anna = caller(own_house)
    made = anna.post("/riverside/objects", json=new("Door wall", geometry={"mesh": mesh})).json()
    (body,) = bodies(anna, made["id"])
    threejs = body["attributes"]["geometry"]["threejs"]
    assert volume(threejs) == pytest.approx((4000 * 3000 - 1000 * 2100) * 200)
    assert threejs["faces"].count(1) >= 8


def volume(threejs: dict[str, Any]) -> float:
    """The signed volume of a body of triangles and quads, by divergence."""
    points = np.array(threejs["vertices"]).reshape(-1, 3)
    faces, total = list(threejs["faces"]), 0.0
    while faces:
        corners = faces[1 : 4 + (faces[0] & 1)]
        for i in range(1, len(corners) - 1):
            total += float(np.linalg.det(points[[corners[0], corners[i], corners[i + 1]]])) / 6
        faces = faces[1 + len(corners) + bool(faces[0] & 16) :]
    return total


def test_the_mesh_read_back_makes_the_same_body(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    mesh = anna.get(f"/riverside/objects/{SLAB}").json()["attributes"]["geometry"]["mesh"]
    made = anna.post("/riverside/objects", json=new("Copy", geometry={"mesh": mesh})).json()
    (first,), (second,) = bodies(anna, SLAB), bodies(anna, made["id"])
    assert first["attributes"]["geometry"] == second["attributes"]["geometry"]
    assert volume(first["attributes"]["geometry"]["threejs"]) == pytest.approx(5e8)


def test_attributes_are_changed_one_by_one(own_house: Sandbox, caller: Call) -> None:
    anna, path = caller(own_house), f"/riverside/objects/{WALL}"
    before = anna.get(path).json()["attributes"]
    group = ATTRIBUTE["fire_rating"].group
    body = {
        "type": "Wall",
        "attributes": {
            group.upper(): {"Fire rating": "F30", "LOAD BEARING": None},
            ATTRIBUTE["cost"].id.upper(): 99,
            "Allplan": {"Allplan_Id": 2065507287},
            "general": {"name": "Wall 1"},
            "quantity": {"width": 300},
            "element": {"divisionid": guid("ignored"), "nr": 4},
        },
    }
    after = anna.put(path, json=body).json()["attributes"]
    assert after[group.lower()] == {"fire rating": "F30", "u-value": 0.24}
    assert after["cost planning"]["cost"] == 99
    assert after["allplan"] == {"allplan_id": 2065507287}
    assert after["quantity"] == {"length": 5000.0, "volume": 3750000000.0, "width": 300}
    assert after["element"] == {**before["element"], "nr": 4}
    assert after["geometry"] == before["geometry"]
    own, virtual = bodies(anna, WALL)
    assert own["attributes"]["general"] == {"name": "Wall 1"}
    assert own["attributes"]["quantity"] == after["quantity"]
    assert virtual["attributes"]["related_objects"] == {"0": {"id": WALL, "type": "Wall"}}
    rich = anna.get(f"{path}/properties/8").json()["attributes"]["allplan"]["allplan_id"]
    assert (rich["value"], rich["type"], rich["id"]) == (2065507287, "int", "")


def test_a_new_mesh_replaces_every_body(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    assert len(bodies(anna, WALL)) == 2
    anna.put(f"/riverside/objects/{WALL}", json={"attributes": {"geometry": {"mesh": CUBE}}})
    (body,) = bodies(anna, WALL)
    assert volume(body["attributes"]["geometry"]["threejs"]) == pytest.approx(2e9)


def test_an_object_moves(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    assert anna.put(f"/riverside/objects/{WALL}", json={"parent": UPPER}).json()["parent"] == UPPER
    tree = anna.get(f"/riverside/objects/{UPPER}/topology").json()
    assert WALL in {one["id"] for one in walk(tree)}
    assert {one["parent"] for one in bodies(anna, UPPER) if one["id"] == WALL} == {UPPER}
    part = anna.post("/riverside/objects", json={**new("Layer"), "parent": WALL}).json()["id"]
    entry = next(one for one in walk(anna.get(f"/riverside/objects/{UPPER}/topology").json()) if one["id"] == part)
    assert (entry["isChild"], entry["parent"]) == (True, WALL)
    assert anna.put(f"/riverside/objects/{WALL}", json={"parent": part}).status_code == 400
    assert anna.put(f"/riverside/objects/{WALL}", json={"parent": WALL}).status_code == 400
    assert anna.put(f"/riverside/objects/{WALL}", json={"parent": OLD_WALL}).status_code == 400


def test_another_type_is_another_layer(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    anna.put(f"/riverside/objects/{ROOM}", json={"type": "window"})
    used = {one["type"] for one in anna.get(f"/riverside/projects/{PROJECT}/element-types").json()}
    assert used == {"Wall", "Window", "Slab"}
    assert anna.put(f"/riverside/objects/{ROOM}", json={"type": "Storey"}).status_code == 400
    assert anna.put(f"/riverside/objects/{GROUND}", json={"type": "Wall"}).status_code == 400


def test_children_are_made_with_their_parent(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    layers = [{"type": "Wall", "attributes": {"general": {"name": f"Layer {n}"}}} for n in range(3)]
    made = anna.post("/riverside/objects", json={**new("Whole"), "children": layers}).json()["id"]
    tree = anna.get(f"/riverside/objects/{made}/topology").json()
    assert [one["name"] for one in tree["children"]] == ["Layer 0", "Layer 1", "Layer 2"]
    before = anna.get(f"/riverside/objects/{PROJECT}/topology").json()
    broken = {**new("Half"), "children": [{"type": "Wall"}, {"type": "no such type"}]}
    assert anna.post("/riverside/objects", json=broken).status_code == 400
    assert anna.get(f"/riverside/objects/{PROJECT}/topology").json() == before


def test_objects_are_not_nested_without_end(own_house: Sandbox, caller: Call) -> None:
    anna, parent, depth = caller(own_house), GROUND, 0
    while True:
        answer = anna.post("/riverside/objects", json={**new("Deeper"), "parent": parent})
        if answer.status_code != 201:
            break
        parent, depth = answer.json()["id"], depth + 1
    assert answer.status_code == 400
    assert 40 < depth < 60
    chain = [
        one["id"] for one in walk(anna.get(f"/riverside/objects/{GROUND}/topology").json()) if one["name"] == "Deeper"
    ]
    assert len(chain) == depth
    lonely = anna.post("/riverside/objects", json={**new("Pair"), "children": [{"type": "Wall"}]}).json()["id"]
    for place, status in ((-1, 400), (-2, 400), (-3, 200)):
        assert anna.put(f"/riverside/objects/{lonely}", json={"parent": chain[place]}).status_code == status
    assert anna.get(f"/riverside/objects/{PROJECT}/topology").status_code == 200


def test_a_deleted_object_takes_what_hangs_on_it(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    part = anna.post("/riverside/objects", json={**new("Layer"), "parent": WALL}).json()["id"]
    anna.post(f"/riverside/objects/{part}/comments", json={"text": "x"})
    assert len(anna.get(f"/riverside/projects/{PROJECT}/pins").json()) == 1
    assert anna.delete(f"/riverside/objects/{WALL}").status_code == 200
    assert anna.get(f"/riverside/objects/{part}").status_code == 404
    assert anna.get(f"/riverside/projects/{PROJECT}/pins").json() == []
    assert [one["id"] for one in bodies(anna, GROUND)] == [ROOM]
    assert anna.delete(f"/riverside/objects/{WALL}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "Wall"},
        {"type": "Project", "parent": GROUND},
        {"type": "Wall", "parent": "x"},
        {"type": "Wall", "parent": 5},
        {"type": "Wall", "parent": GROUND, "attributes": []},
        {"type": "Wall", "parent": GROUND, "attributes": {"quantity": 5}},
        {"type": "Wall", "parent": GROUND, "attributes": {"quantity": {"volume": "much"}}},
        {"type": "Wall", "parent": GROUND, "attributes": {"quantity": {"length": -1}}},
        {"type": "Wall", "parent": GROUND, "attributes": {"quantity": {"volume": True}}},
        {"type": "Wall", "parent": GROUND, "attributes": {"general": {"name": ["x"]}}},
        {"type": "Wall", "parent": GROUND, "attributes": {"element": {"nr": 1.5}}},
        {"type": "Wall", "parent": GROUND, "attributes": {"element": {"divisionid": guid("no model")}}},
        {"type": "Wall", "parent": GROUND, "attributes": {"element": {"matrix": "AAAA"}, "geometry": {"mesh": CUBE}}},
        {"type": "Wall", "parent": GROUND, "attributes": {guid("no attribute"): 1}},
        {"type": "Wall", "parent": GROUND, "attributes": {ATTRIBUTE["load_bearing"].id: "yes"}},
        {"type": "Wall", "parent": GROUND, "attributes": {ATTRIBUTE["installation_date"].id: "yesterday"}},
        {"type": "Wall", "parent": GROUND, "children": {}},
        {"type": "Wall", "parent": GROUND, "children": [5]},
        {"type": "TopologyDivision", "parent": GROUND},
        {"type": "Storey", "parent": GROUND, "attributes": {"geometry": {"mesh": CUBE}}},
        {"type": "Wall", "parent": GROUND, "attributes": {"geometry": {"picture": "H4sI", "compress": True}}},
    ],
)
def test_what_an_object_cannot_be(house: Sandbox, caller: Call, body: Any) -> None:
    answer = caller(house).post("/riverside/objects", json=body)
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: 5,
        lambda _: "{",
        lambda _: [],
        lambda _: {},
        lambda mesh: {**mesh, "vertices": mesh["vertices"][:-1]},
        lambda mesh: {**mesh, "vertices": ["1"] * 24},
        lambda mesh: {**mesh, "vertices": [1e300] * 24},
        lambda mesh: {**mesh, "vertices": [None] * 24},
        lambda mesh: {**mesh, "faces": mesh["faces"][:-1]},
        lambda mesh: {**mesh, "faces": [4, 0, 1, 2, 8]},
        lambda mesh: {**mesh, "faces": [4, 0, 1, 2, -1]},
        lambda mesh: {**mesh, "faces": [2, 0, 1]},
        lambda mesh: {**mesh, "faces": [-1]},
        lambda mesh: {**mesh, "faces": [0]},
        lambda mesh: {**mesh, "faces": [3.0, 0, 1, 2]},
        lambda _: {"vertices": LINE, "faces": [5, 0, 1, 2, 3, 4]},
        lambda mesh: {**mesh, "faces": [501, *[0] * 501]},
        lambda mesh: {**mesh, "color": "red"},
    ],
)
def test_what_a_mesh_cannot_be(house: Sandbox, caller: Call, spoil: Callable[[dict[str, Any]], Any]) -> None:
    answer = caller(house).post("/riverside/objects", json=new("Bad", geometry={"mesh": spoil(CUBE)}))
    assert answer.status_code == 400, answer.text
    assert "geometry.mesh" in answer.json()["message"] or "JSON" in answer.json()["message"]


def test_an_unchangeable_attribute(house: Sandbox, caller: Call) -> None:
    answer = caller(house).put(f"/riverside/objects/{WALL}", json={"attributes": {GLOBAL_ID: "x"}})
    assert answer.status_code == 400
    assert "may not be changed" in answer.json()["message"]


def test_a_project_is_not_changed_as_an_object(house: Sandbox, caller: Call) -> None:
    assert caller(house).put(f"/riverside/objects/{PROJECT}", json={"type": "Project"}).status_code == 400
    assert caller(house).delete(f"/riverside/objects/{PROJECT}").status_code == 400

"""Geometry answers: the format, the bits, the chunks, the filters, the ETags."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from sandbox.service_content import (
    GLASS,
    GROUND,
    MODEL,
    NEW_WALL,
    OLD_WALL,
    PROJECT,
    RED,
    ROOM,
    SLAB,
    UPPER,
    VERSIONED,
    WALL,
    WALL_LAYER,
    WINDOW,
    box,
    wedge,
)  # fmt: skip

from bimplus_nb.sandbox import Sandbox, scene
from bimplus_nb.sandbox.catalogue import TYPES
from bimplus_nb.sandbox.content import Solid
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.scene import CHUNK_SIZES, Plan, Scenes, Wanted
from bimplus_nb.sandbox.threejs import bodies, face_records, faces_of, signed, with_normals

Call = Callable[..., httpx.Client]
BASE = "/riverside/objects"


@pytest.fixture
def topology(anna: httpx.Client) -> str:
    return str(anna.get(f"/riverside/divisions/{MODEL}").json()["topologyId"])


def threejs(anna: httpx.Client, node: str, suffix: str = "") -> dict[str, Any]:
    answer = anna.get(f"{BASE}/{node}/geometries/threejs{suffix}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_the_answer_of_a_node(anna: httpx.Client, topology: str) -> None:
    answer = threejs(anna, topology)
    assert set(answer) == {"elementsCount", "faceCount", "verticesCount", "viewbox", "colors", "objects"}
    objects = answer["objects"]
    assert [one["id"] for one in objects if not one["id"].endswith("-0000-0000-0000-000000000000")] == [
        WALL,
        WINDOW,
        SLAB,
        ROOM,
    ]
    assert answer["elementsCount"] == len(objects) == 5
    assert answer["faceCount"] == 4 * 12 + 8
    assert answer["verticesCount"] == 4 * 8 + 6
    assert answer["colors"] == [signed(RED), signed(GLASS)]
    assert all(-(2**31) <= color < 2**31 for color in answer["colors"])
    for one in objects:
        data = one["attributes"]["geometry"]["threejs"]
        assert set(data) == {"faces", "vertices", "metadata"}
        assert data["metadata"]["formatVersion"] == 3
        assert set(data["faces"]) <= set(range(8))
    colours = {
        one["id"]: answer["colors"][one["attributes"]["geometry"]["threejs"]["metadata"]["colorid"]] for one in objects
    }
    assert colours[WALL] == signed(RED)
    assert colours[ROOM] == colours[WINDOW] == signed(GLASS)


def test_viewbox_is_centre_and_size(anna: httpx.Client) -> None:
    box_of_window = threejs(anna, WINDOW)["viewbox"]
    assert box_of_window == {"x": 1600, "y": 4700, "z": 120, "width": 1200, "height": 1400, "depth": 40}


def test_further_bodies_are_virtual_objects(anna: httpx.Client) -> None:
    own, virtual = threejs(anna, WALL)["objects"]
    assert own["id"] == WALL
    assert own["attributes"]["general"] == {"name": "Wall <1>"}
    assert virtual["id"][8:] == "-0000-0000-0000-000000000000"
    assert virtual["attributes"]["related_objects"] == {"0": {"id": WALL, "type": "Wall"}}
    assert virtual["parent"] == WALL


@pytest.mark.parametrize("node", [GROUND, UPPER, WALL])
def test_a_node_has_what_lies_below_it(anna: httpx.Client, node: str) -> None:
    below = {GROUND: {WALL, ROOM}, UPPER: {WINDOW, SLAB}, WALL: {WALL}}[node]
    assert {one["id"] for one in threejs(anna, node)["objects"] if "related_objects" not in one["attributes"]} == below


def test_the_project_has_all_and_an_empty_node_nothing(anna: httpx.Client, topology: str) -> None:
    assert threejs(anna, PROJECT)["objects"] == threejs(anna, topology)["objects"]
    empty = threejs(anna, PROJECT, f"?elementTypeId={TYPES['Beam'].id}")
    assert empty["objects"] is None
    assert empty["viewbox"] == dict.fromkeys(("x", "y", "z", "width", "height", "depth"), 0)
    assert (empty["elementsCount"], empty["colors"]) == (0, [])


def test_filters(anna: httpx.Client, topology: str) -> None:
    layer = anna.get(f"{BASE}/{topology}/disciplines/{WALL_LAYER.upper()}/geometries/threejs").json()
    assert {one["id"] for one in layer["objects"]} >= {WALL, SLAB}
    assert not {one["id"] for one in layer["objects"]} & {WINDOW, ROOM}
    (slab,) = threejs(anna, topology, f"?elementTypeId={TYPES['Slab'].id}&levelofdetail=100")["objects"]
    assert slab["id"] == SLAB
    both = f"{BASE}/{GROUND}/disciplines/{WALL_LAYER}/geometries/threejs/properties/8?elementTypeId={TYPES['Slab'].id}"
    assert anna.get(both).json()["objects"] is None
    assert threejs(anna, topology, "?elementTypeId=undefined") == threejs(anna, topology)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{BASE}/{guid('none')}/geometries/threejs", 404),
        (f"{BASE}/{PROJECT}/disciplines/{MODEL}/geometries/threejs", 404),
        (f"{BASE}/{PROJECT}/disciplines/x/geometries/threejs", 404),
        (f"{BASE}/{PROJECT}/geometries/threejs?chunkSize=huge", 400),
        (f"{BASE}/{PROJECT}/geometries/threejs?chunkSize=medium&chunk=0", 400),
        (f"{BASE}/{PROJECT}/geometries/threejs?chunkSize=medium&chunk=-1", 400),
        (f"{BASE}/{PROJECT}/geometries/threejs?chunkSize=medium&chunk=2", 404),
        (f"{BASE}/{PROJECT}/geometries/threejs?chunkSize=medium&chunk=99999999999999999999", 400),
        (f"{BASE}/{PROJECT}/geometries/threejs?levelofdetail=101", 400),
        (f"{BASE}/{PROJECT}/geometries/threejs?elementTypeId=wall", 400),
        (f"{BASE}/{PROJECT}/geometries/threejs?revision=x", 400),
        (f"{BASE}/{OLD_WALL}/geometries/threejs?revision=9", 404),
    ],
)
def test_questions_without_an_answer(anna: httpx.Client, path: str, status: int) -> None:
    assert anna.get(path).status_code == status


def test_revisions(anna: httpx.Client) -> None:
    node = anna.get(f"/riverside/projects/{VERSIONED}/topology").json()["children"][0]["id"]
    first, latest = threejs(anna, node, "?revision=1"), threejs(anna, node)
    assert [one["id"] for one in first["objects"]] == [OLD_WALL]
    assert [one["id"] for one in latest["objects"]] == [OLD_WALL, NEW_WALL]
    assert latest == threejs(anna, node, "?revision=2")
    assert first["viewbox"]["width"] == 1000
    assert threejs(anna, OLD_WALL)["viewbox"]["width"] == 2000
    assert threejs(anna, VERSIONED)["objects"] == latest["objects"]


# the bits of properties/{n}


def test_bit_1_nests_the_objects_in_the_topology(anna: httpx.Client, topology: str) -> None:
    (root,) = threejs(anna, topology, "/properties/1")["objects"]
    assert root["id"] == topology
    flat: dict[str, dict[str, Any]] = {}

    def walk(node: dict[str, Any]) -> None:
        flat[node["id"]] = node
        for child in node["children"]:
            assert child["parent"] == node["id"]
            walk(child)

    walk(root)
    with_geometry = {key: one for key, one in flat.items() if "geometry" in one["attributes"]}
    for one in threejs(anna, topology)["objects"]:
        assert {key: value for key, value in with_geometry.pop(one["id"]).items() if key != "children"} == one
    assert not with_geometry
    assert [one["id"] for one in flat[WALL]["children"]] == [threejs(anna, WALL)["objects"][1]["id"]]
    (wall,) = threejs(anna, WALL, "/properties/1")["objects"]
    assert wall == flat[WALL]


def test_bit_2_adds_viewer_attributes(anna: httpx.Client) -> None:
    own, virtual = threejs(anna, WALL, "/properties/2")["objects"]
    groups = own["attributes"]
    assert set(groups) == {"geometry", "general", "element", "elementstate", "quantity", "allfreeattrib"}
    assert groups["general"]["name"] == "Wall <1>"
    assert groups["element"]["elementtyp"] == "Wall"
    assert (groups["element"]["layer"], groups["element"]["model"]) == ("BuildingModel", "Architecture")
    assert groups["quantity"] == {"length": 5000.0, "volume": 3750000000.0}
    free = groups["allfreeattrib"]
    assert {name: free[name] for name in ("fire rating", "load bearing", "u-value", "cost")} == {
        "fire rating": "F90", "load bearing": "True", "u-value": "0,24", "cost": "1234,5",
    }  # fmt: skip
    assert all(isinstance(value, str) for value in free.values())
    assert set(virtual["attributes"]) == {"geometry", "related_objects"}


def test_bit_4_adds_face_normals(anna: httpx.Client, topology: str) -> None:
    plain, with_them = threejs(anna, topology)["objects"], threejs(anna, topology, "/properties/4")["objects"]
    for before, after in zip(plain, with_them, strict=True):
        data, old = (one["attributes"]["geometry"]["threejs"] for one in (after, before))
        assert data["vertices"] == old["vertices"]
        points = np.array(data["vertices"]).reshape(-1, 3)
        normals = np.array(data["normals"]).reshape(-1, 3)
        faces, used, bare = list(data["faces"]), [], []
        while faces:
            kind, count = faces[0], 4 if faces[0] & 1 else 3
            assert kind & ~1 == 16
            corners, normal = faces[1 : 1 + count], faces[1 + count]
            a, b, c = points[corners[:3]]
            across = np.cross(b - a, c - a)
            assert np.allclose(across / np.linalg.norm(across), normals[normal], atol=1e-6)
            used.append(normal)
            bare += [kind & 1, *corners]
            faces = faces[2 + count :]
        assert used == list(range(len(normals)))
        assert bare == old["faces"]


@pytest.mark.parametrize("bits", range(16))
def test_every_combination_of_bits(anna: httpx.Client, topology: str, bits: int) -> None:
    answer = threejs(anna, topology, f"/properties/{bits}")
    assert answer["elementsCount"] == 5
    assert answer == threejs(anna, topology, f"/properties/{bits ^ 8}"), "bit 8 changes nothing"
    assert ('"normals"' in str(answer).replace("'", '"')) == bool(bits & 4)
    assert ("allfreeattrib" in str(answer)) == bool(bits & 2)
    assert (len(answer["objects"]) == 1) == bool(bits & 1)


# chunks


@pytest.fixture
def many(own_house: Sandbox, caller: Call) -> tuple[httpx.Client, str]:
    """A model of 4,003 more objects in two colours, and one of its storeys."""
    anna = caller(own_house)
    point = {
        "vertices": [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
        "faces": [3, 0, 1, 2, 3, 0, 3, 1, 3, 0, 2, 3, 3, 1, 3, 2],
    }
    children = [
        {"type": "Wall", "attributes": {"geometry": {"mesh": {**point, "color": 0xFF000000 + number % 2}}}}
        for number in range(4002)
    ]
    made = anna.post("/riverside/objects", json={"type": "Storey", "parent": GROUND, "children": children}, timeout=60)
    assert made.status_code == 201
    return anna, made.json()["id"]


def test_the_chunks_together_are_the_whole(many: tuple[httpx.Client, str]) -> None:
    anna, storey = many
    whole = threejs(anna, storey)
    assert len(whole["objects"]) == 4002
    for name, size in CHUNK_SIZES.items():
        path = f"{BASE}/{storey}/geometries/threejs/properties/8?chunkSize={name.upper()}&chunk="
        first = anna.get(path + "1")
        total = int(first.headers["X-Total-Count"])
        assert total == -(-4002 // size)
        answers = [anna.get(f"{path}{number}").json() for number in range(1, total + 1)]
        assert answers[0] == first.json()
        assert [len(answer["objects"]) for answer in answers] == [size] * (total - 1) + [4002 - size * (total - 1)]
        joined = [resolved(one, answer["colors"]) for answer in answers for one in answer["objects"]]
        assert joined == [resolved(one, whole["colors"]) for one in whole["objects"]]
        assert sum(answer["faceCount"] for answer in answers) == whole["faceCount"]
        trees = [
            anna.get(f"{BASE}/{storey}/geometries/threejs/properties/1?chunkSize={name}&chunk={n + 1}").json()
            for n in range(total)
        ]
        assert sum(len(tree["objects"][0]["children"]) for tree in trees) == 4002
    last = anna.get(f"{BASE}/{storey}/geometries/threejs?chunkSize=medium&chunk=3").json()
    assert len(last["objects"]) == 2
    assert len(last["colors"]) == 2
    without = anna.get(f"{BASE}/{storey}/geometries/threejs")
    assert without.headers["X-Total-Count"] == "1"
    assert len(anna.get(f"{BASE}/{storey}/geometries/threejs?chunk=3").json()["objects"]) == 2, "medium is the default"


def resolved(one: dict[str, Any], colors: list[int]) -> tuple[str, int, str]:
    """An object without its palette: palettes differ from chunk to chunk."""
    data = one["attributes"]["geometry"]["threejs"]
    return one["id"], colors[data["metadata"]["colorid"]], str((data["faces"], data["vertices"]))


@pytest.mark.parametrize("counts", [[], [1], [1, 2, 1], [3, 3, 3, 1, 1]])
@pytest.mark.parametrize("size", [1, 2, 3, 7, None])
def test_a_plan_keeps_an_object_s_bodies_together(counts: list[int], size: int | None) -> None:
    owners = [owner for owner, count in enumerate(counts) for _ in range(count)]
    plan = Plan(list(range(len(owners))), [sum(counts[:owner]) for owner in range(len(counts))])
    chunks = [plan.chunk(size, number) for number in range(1, plan.chunks(size) + 1)]
    assert [body for chunk in chunks for body in chunk] == plan.bodies
    seen = [{owners[body] for body in chunk} for chunk in chunks]
    assert sum(map(len, seen)) == len(counts)
    assert all(len(one) <= (size or len(counts)) for one in seen)


# ETags


def test_an_unchanged_model_is_not_sent_again(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    paths = [
        f"{BASE}/{node}/geometries/threejs{suffix}"
        for node in (PROJECT, GROUND, WALL)
        for suffix in ("", "/properties/7")
    ]
    tags = {path: anna.get(path).headers["ETag"] for path in paths}
    assert len(set(tags.values())) == len(paths), "different questions have different tags"
    for path, tag in tags.items():
        again = anna.get(path, headers={"If-None-Match": tag.removeprefix("W/")})
        assert (again.status_code, again.headers["X-Total-Count"]) == (304, "1")
        assert anna.head(path).headers["ETag"] == tag
    other = anna.get(f"{BASE}/{VERSIONED}/geometries/threejs").headers["ETag"]
    anna.put(f"{BASE}/{WINDOW}", json={"attributes": {"general": {"name": "Changed"}}})
    for path, tag in tags.items():
        assert anna.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert anna.get(f"{BASE}/{VERSIONED}/geometries/threejs", headers={"If-None-Match": other}).status_code == 304


def test_what_is_asked_for_again_is_written_once(
    own_house: Sandbox, caller: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    write = Scenes._written

    def counted(self: Scenes, wanted: Wanted, bodies: list[int]) -> bytes:
        written.append(wanted.bits)
        return write(self, wanted, bodies)

    monkeypatch.setattr(Scenes, "_written", counted)
    anna = caller(own_house)
    path = f"{BASE}/{PROJECT}/geometries/threejs/properties/2"
    first, again = anna.get(path), anna.get(path)
    assert (again.content, written) == (first.content, [2])
    anna.delete(f"{BASE}/{WINDOW}")
    assert anna.get(path).json()["elementsCount"] < first.json()["elementsCount"]
    assert written == [2, 2]
    own_house._store.run("UPDATE attributes SET body = body")
    anna.get(path)
    assert written.pop() == 2, "what attributes are called is in it too"
    assert len(written) == 2
    monkeypatch.setattr(scene, "_READY", 0)
    assert [anna.get(path).content for _ in range(2)] == [anna.get(path).content] * 2
    assert len(written) == 4, "what is too much is not kept, nor is what was kept before"


# the encoder


def test_colours_are_signed() -> None:
    assert [signed(color) for color in (0xFF696969, 0xFFBECCBA, 0, 0x7FFFFFFF, 0xFFFFFFFF)] == [
        -9868951,
        -4272966,
        0,
        2**31 - 1,
        -1,
    ]


def test_face_records() -> None:
    solid = wedge((0, 0, 0))
    records = face_records(solid.triangles, solid.quads).tolist()
    assert records == [1, 0, 1, 4, 3, 1, 1, 2, 5, 4, 1, 2, 0, 3, 5, 0, 0, 2, 1, 0, 3, 4, 5]
    triangles, quads = faces_of(records)
    assert np.array_equal(triangles, solid.triangles)
    assert np.array_equal(quads, solid.quads)
    assert faces_of([])[0].shape == (0, 3)


def test_bodies_keep_every_point_and_box() -> None:
    rng = np.random.default_rng(0)
    solids = [
        Solid(rng.normal(size=(n, 3)) * 1e5, np.array([[0, 1, 2]], dtype=np.int32), np.empty((0, 4), dtype=np.int32), 7)
        for n in (3, 5, 40)
    ]
    for solid, body in zip(solids, bodies([*solids, box((0, 0, 0), (1, 1, 1))])[:3], strict=True):
        points = np.array(json.loads(b"{" + body.geometry + b"}")["vertices"]).reshape(-1, 3)
        assert np.abs(points - solid.vertices).max() <= 0.5001e-4
        assert body.box == (*points.min(axis=0), *points.max(axis=0))
        assert (body.triangles, body.points, body.color) == (1, len(solid.vertices), 7)
    assert bodies([]) == []
    assert with_normals([bodies([box((0, 0, 0), (1, 1, 1))])[0].geometry])[0].count(b"17,") == 6

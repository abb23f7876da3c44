"""Compressed polyhedra: what the client's reader makes of them is what the same bodies are as THREE JSON."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from sandbox.service_content import GROUND, PROJECT, ROOM, SLAB, UPPER, WALL, WALL_LAYER, WINDOW

from bimplus_nb.geometry import decode_meshblob, decode_threejs, nrbf
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import TYPES
from bimplus_nb.sandbox.meshblob import stream

Call = Callable[..., httpx.Client]
BASE = "/riverside/objects"


@pytest.mark.parametrize("node", [PROJECT, GROUND, UPPER, WALL, WINDOW, SLAB, ROOM])
def test_it_is_the_same_geometry(anna: httpx.Client, node: str) -> None:
    """Vertex for vertex after (X, Z, -Y), face for face after turning round, colour for colour."""
    blob, json = (anna.get(f"{BASE}/{node}/geometries/{form}") for form in ("meshblob", "threejs"))
    mine, theirs = decode_threejs(blob.content), decode_threejs(json.content)
    assert not mine.problems
    assert mine.ids == theirs.ids
    np.testing.assert_allclose(mine.vertices, theirs.vertices, atol=1e-9)
    assert np.array_equal(mine.color, theirs.color)
    np.testing.assert_allclose(mine.volume, theirs.volume, rtol=1e-12)
    assert (mine.closed, blob.json()["elementsCount"]) == (pytest.approx(theirs.closed), len(json.json()["objects"]))


def test_one_record_has_the_documented_parts(anna: httpx.Client) -> None:
    own, virtual = anna.get(f"{BASE}/{WALL}/geometries/meshblob").json()["objects"]
    assert (own["id"], own["parent"], own["type"]) == (WALL, GROUND, "Wall")
    geometry = own["attributes"]["geometry"]
    assert {name: geometry[name] for name in ("compress", "type")} == {"compress": True, "type": 3}
    assert len(base64.b64decode(geometry["matrix"])) == 128
    assert virtual["attributes"]["related_objects"] == {"0": {"id": WALL, "type": "Wall"}}
    mesh = decode_meshblob(geometry["picture"], matrix=geometry["matrix"])
    assert mesh.volume.tolist() == [5000 * 2500 * 300]
    root, found = nrbf.objects(gzip.decompress(base64.b64decode(geometry["picture"])))
    assert found[root]["class"] == "CBaseElementPolyeder"
    classes = [value["class"] for value in found.values() if isinstance(value, dict)]
    assert [classes.count(name) for name in ("CElementPoint", "CElementEdge", "CElementFace")] == [8, 12, 6]


def test_one_layer_or_type_of_it(anna: httpx.Client) -> None:
    layer = anna.get(f"{BASE}/{PROJECT}/disciplines/{WALL_LAYER}/geometries/meshblob")
    other = anna.get(f"{BASE}/{PROJECT}/disciplines/{WALL_LAYER}/geometries/threejs")
    assert decode_threejs(layer.content).ids == decode_threejs(other.content).ids != ()
    slabs = anna.get(f"{BASE}/{PROJECT}/geometries/meshblob", params={"elementTypeId": TYPES["Slab"].id})
    assert decode_threejs(slabs.content).ids == (SLAB,)
    again = anna.get(f"{BASE}/{WALL}/geometries/meshblob", headers={"If-None-Match": layer.headers["ETag"]})
    assert again.status_code == 200
    tag = again.headers["ETag"]
    assert anna.get(f"{BASE}/{WALL}/geometries/meshblob", headers={"If-None-Match": tag}).status_code == 304


def test_alike_bodies_have_one_picture(own_house: Sandbox, caller: Call) -> None:
    carla, places = caller(own_house, "carla"), [(0, 0), (1234.5, 0), (-7, 88.25)]
    corners = np.array([[0, 0, 0], [1000, 0, 0], [0, 1000, 0], [0, 0, 1000]])
    made = []
    for x, y in places:
        mesh = {
            "vertices": np.add(corners, (x, y, 5)).ravel().tolist(),
            "faces": [3, 0, 1, 2, 3, 0, 3, 1, 3, 1, 3, 2, 3, 0, 2, 3],
        }
        body = {"type": "Wall", "parent": GROUND, "attributes": {"geometry": {"mesh": mesh}}}
        made.append(carla.post(BASE, json=body).json()["id"])
    blobs = [
        carla.get(f"{BASE}/{key}/geometries/meshblob").json()["objects"][0]["attributes"]["geometry"] for key in made
    ]
    assert len({blob["matrix"] for blob in blobs}) == 3
    assert blobs[0]["picture"] != blobs[1]["picture"], "a half stays within the picture, as the matrix is whole"
    for key, blob in zip(made, blobs, strict=True):
        whole = decode_threejs(carla.get(f"{BASE}/{key}/geometries/threejs").content)
        mesh = decode_meshblob(blob["picture"], matrix=blob["matrix"])
        np.testing.assert_allclose(mesh.vertices, whole.vertices, atol=1e-9)
        assert mesh.volume == pytest.approx([1e9 / 6])


def test_very_many_are_to_be_had_in_chunks(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    mesh = {"vertices": [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1], "faces": [3, 0, 1, 2, 3, 0, 3, 1, 3, 0, 2, 3, 3, 1, 3, 2]}
    children = [{"type": "Wall", "attributes": {"geometry": {"mesh": mesh}}} for _ in range(5001)]
    storey = anna.post(BASE, json={"type": "Storey", "parent": GROUND, "children": children}, timeout=60).json()["id"]
    refused = anna.get(f"{BASE}/{storey}/geometries/meshblob")
    assert refused.status_code == 413
    assert "chunks" in refused.json()["message"]
    ids: list[str] = []
    for chunk in (1, 2, 3):
        answer = anna.get(f"{BASE}/{storey}/geometries/meshblob?chunkSize=medium&chunk={chunk}")
        assert answer.headers["X-Total-Count"] == "3"
        ids += [one["id"] for one in answer.json()["objects"]]
    assert len(set(ids)) == 5001


@pytest.mark.parametrize("corners", [3, 4])
def test_the_writer_takes_any_polygons(corners: int) -> None:
    rng = np.random.default_rng(corners)
    points = rng.normal(size=(50, 3)) * 1e4
    faces = np.array([rng.choice(50, corners, replace=False) for _ in range(300)])
    picture = base64.b64encode(gzip.compress(stream(points, [faces, np.empty((0, 3), int)], 0x80010203)))
    root, found = nrbf.objects(gzip.decompress(base64.b64decode(picture)))
    assert sum(isinstance(value, dict) and value["class"] == "CElementFace" for value in found.values()) == 300
    mesh = decode_meshblob(picture)
    np.testing.assert_allclose(mesh.vertices, points[:, [0, 2, 1]] * (1, 1, -1))
    assert mesh.color.tolist() == [[1, 2, 3, 128]]
    assert root == 1
    empty = decode_meshblob(base64.b64encode(gzip.compress(stream(points[:1], [np.empty((0, 4), int)], -1))))
    assert len(empty.triangles) == 0


def test_nothing_is_sent_as_a_template(anna: httpx.Client) -> None:
    """Every body is written out in `geometries/threejs`, so there is nothing that one would have to fetch here."""
    answer = anna.get(f"{BASE}/{PROJECT}/disciplines/{WALL_LAYER}/templates/threejs?levelofdetail=100&chunk=1")
    assert answer.json() == [{"revision": 0, "colors": [], "templates": []}]
    assert answer.headers["X-Total-Count"] == "1"
    everything = anna.get(f"{BASE}/{PROJECT}/geometries/threejs").json()["objects"]
    assert all("threejs" in one["attributes"]["geometry"] for one in everything)


def test_less_detail_leaves_out_what_is_small(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    small = {
        "vertices": [0, 0, 0, 60, 0, 0, 0, 60, 0, 0, 0, 60],
        "faces": [3, 0, 1, 2, 3, 0, 3, 1, 3, 1, 3, 2, 3, 0, 2, 3],
    }
    body = {"type": "Wall", "parent": GROUND, "attributes": {"geometry": {"mesh": small}}}
    key = anna.post(BASE, json=body).json()["id"]
    # The house is 5.4 m long, so that the limit at detail 0 is 108 mm, and 54 mm at 50.
    shown = {
        detail: {
            one["id"]
            for one in anna.get(f"{BASE}/{PROJECT}/geometries/threejs?levelofdetail={detail}").json()["objects"]
        }
        for detail in (0, 40, 60, 100)
    }
    assert shown[100] - shown[0] == {key}
    assert [key in shown[detail] for detail in (0, 40, 60, 100)] == [False, False, True, True]
    assert [one["id"] for one in anna.get(f"{BASE}/{key}/geometries/threejs?levelofdetail=0").json()["objects"]] == [
        key
    ]

"""Revisions, comparisons, moved models, private layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from sandbox.service_content import (
    GROUND,
    MODEL,
    NEW_WALL,
    OLD_WALL,
    OPEN_ISSUE,
    PROJECT,
    ROOM,
    ROOM_LAYER,
    SLAB,
    VERSIONED,
    VERSIONED_MODEL,
    WALL,
    WALL_LAYER,
    WINDOW,
)

from bimplus_nb.geometry import decode_threejs
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
TEAM = "/riverside"
MESH = {
    "vertices": [0, 0, 0, 1000, 0, 0, 0, 1000, 0, 0, 0, 1000],
    "faces": [3, 0, 1, 2, 3, 0, 3, 1, 3, 1, 3, 2, 3, 0, 2, 3],
}


def ids(http: httpx.Client, node: str, query: str = "") -> list[str]:
    objects = http.get(f"{TEAM}/objects/{node}/geometries/threejs{query}").json()["objects"] or []
    return [one["id"] for one in objects]


def root_of(http: httpx.Client, model: str) -> str:
    return str(http.get(f"{TEAM}/divisions/{model}").json()["topologyId"])


# revisions ------------------------------------------------------------------------------------------------------------


def test_a_new_revision_begins_as_a_copy_and_lives_on_its_own(own_house: Sandbox, caller: Call) -> None:
    anna, root = caller(own_house), root_of(caller(own_house), VERSIONED_MODEL)
    paths = [f"objects/{OLD_WALL}/properties/8", f"objects/{root}/topology", f"objects/{OLD_WALL}/nogeometry"]
    before = {path: anna.get(f"{TEAM}/{path}").json() for path in paths}
    shapes = decode_threejs(anna.get(f"{TEAM}/objects/{root}/geometries/threejs").content)
    tag = anna.get(f"{TEAM}/divisions/{VERSIONED_MODEL}").headers["ETag"]
    made = anna.post(f"{TEAM}/divisions/{VERSIONED_MODEL}/revisions", json={"name": "Permit", "description": "For it"})
    assert made.status_code == 201
    revision = made.json()
    assert (revision["name"], revision["description"], revision["revisionNr"]) == ("Permit", "For it", 3)
    assert (revision["divisionId"], revision["projectId"]) == (VERSIONED_MODEL, VERSIONED)
    assert {path: anna.get(f"{TEAM}/{path}").json() for path in paths} == before
    assert anna.get(f"{TEAM}/divisions/{VERSIONED_MODEL}").headers["ETag"] != tag
    third = decode_threejs(anna.get(f"{TEAM}/objects/{root}/geometries/threejs?revision=3").content)
    assert np.array_equal(third.vertices, shapes.vertices)
    assert third.ids == shapes.ids
    anna.put(f"{TEAM}/objects/{OLD_WALL}", json={"attributes": {"general": {"name": "Renamed"}}})
    anna.delete(f"{TEAM}/objects/{NEW_WALL}")
    assert ids(anna, root, "?revision=2") == [OLD_WALL, NEW_WALL]
    assert ids(anna, root) == ids(anna, root, "?revision=3") == [OLD_WALL]
    assert ids(anna, root, "?revision=1") == [OLD_WALL]
    name = anna.get(f"{TEAM}/objects/{OLD_WALL}/nogeometry?revision=2").json()["attributes"]["general"]["name"]
    assert name == "Stays, wider"
    layer = anna.get(f"{TEAM}/projects/{VERSIONED}").json()["disciplines"][0]
    assert layer["revisions"] == [1, 2, 3]
    listed = anna.get(f"{TEAM}/projects/{VERSIONED}/revisions").json()
    assert [one["revisionNr"] for one in listed] == [1, 2, 3]
    assert listed == anna.get(f"{TEAM}/divisions/{VERSIONED_MODEL}/revisions").json()


def test_the_first_revision_of_a_model_with_content_keeps_that(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    pins = anna.get(f"{TEAM}/projects/{PROJECT}/pins").json()
    whole = anna.get(f"{TEAM}/objects/{PROJECT}/geometries/threejs").json()
    assert anna.post(f"{TEAM}/divisions/{MODEL}/revisions", json={"name": "Second"}).json()["revisionNr"] == 2
    revisions = anna.get(f"{TEAM}/divisions/{MODEL}/revisions").json()
    assert [(one["revisionNr"], one["name"]) for one in revisions] == [(1, "Revision 1"), (2, "Second")]
    after = anna.get(f"{TEAM}/objects/{PROJECT}/geometries/threejs").json()
    assert after == whole
    assert anna.get(f"{TEAM}/projects/{PROJECT}/pins").json() == pins
    anna.delete(f"{TEAM}/objects/{WALL}")
    assert WALL in ids(anna, root_of(anna, MODEL), "?revision=1")
    assert anna.get(f"{TEAM}/projects/{PROJECT}/pins").json() == []


def test_an_empty_model_begins_with_revision_1(own_house: Sandbox, caller: Call) -> None:
    ben = caller(own_house, "ben")
    model = ben.post(f"{TEAM}/projects/{PROJECT}/divisions", json={"name": "Empty"}).json()["id"]
    assert ben.post(f"{TEAM}/divisions/{model}/revisions", json={"name": "Begin"}).json()["revisionNr"] == 1
    body = {"type": "Wall", "attributes": {"element": {"divisionid": model}, "geometry": {"mesh": MESH}}}
    wall = ben.post(f"{TEAM}/objects", json=body).json()["id"]
    assert ben.post(f"{TEAM}/divisions/{model}/revisions", json={"name": "Go on"}).json()["revisionNr"] == 2
    assert ben.get(f"{TEAM}/objects/{wall}?revision=1").json() == ben.get(f"{TEAM}/objects/{wall}?revision=2").json()
    assert ben.delete(f"{TEAM}/divisions/{model}").status_code == 200
    store = own_house._store
    assert store.row("SELECT count(*) FROM objects WHERE model = ?", model)[0] == 0
    assert store.all("revision", owner=model) == []


@pytest.mark.parametrize("verb", ["PUT", "POST"])
def test_a_revision_is_renamed_by_either_verb(own_house: Sandbox, caller: Call, verb: str) -> None:
    anna, path = caller(own_house), f"{TEAM}/revisions/{guid('revision', VERSIONED_MODEL, 1)}"
    before = anna.get(path).json()
    after = anna.request(verb, path, json={"name": "First", "description": "d"})
    assert after.status_code == 200
    assert anna.get(path).json() == after.json()
    changed = {key for key in before if before[key] != after.json()[key]}
    assert changed == {"name", "description", "changed"}


WRITES = [
    ("POST", f"{TEAM}/divisions/{MODEL}/revisions", {"name": "x"}),
    ("PUT", f"{TEAM}/revisions/{guid('revision', VERSIONED_MODEL, 1)}", {"name": "x"}),
    ("PUT", f"{TEAM}/divisions/{MODEL}/move", {"x": 1}),
    ("PUT", f"{TEAM}/divisions/{MODEL}/disciplines/{WALL_LAYER}", {"private": True}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_only_who_makes_models_may(own_house: Sandbox, caller: Call, method: str, path: str, body: Any) -> None:
    for user, status in (("david", 403), ("carla", 403), ("ben", (200, 201)), ("anna", (200, 201))):
        answer = caller(own_house, user).request(method, path, json=body)
        assert answer.status_code == status or answer.status_code in (status if isinstance(status, tuple) else ())


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"divisions/{MODEL}/revisions", {}, 400),
        ("POST", f"divisions/{MODEL}/revisions", {"name": " "}, 400),
        ("POST", f"divisions/{guid('none')}/revisions", {"name": "x"}, 404),
        ("PUT", f"revisions/{guid('none')}", {"name": "x"}, 404),
        ("PUT", f"divisions/{MODEL}/move", {}, 400),
        ("PUT", f"divisions/{MODEL}/move", {"x": "far"}, 400),
        ("PUT", f"divisions/{MODEL}/move", {"x": 1e12}, 400),
        ("PUT", f"divisions/{MODEL}/disciplines/{WALL_LAYER}", {}, 400),
        ("PUT", f"divisions/{MODEL}/disciplines/{WALL_LAYER}", {"private": "yes"}, 400),
        ("PUT", f"divisions/{MODEL}/disciplines/{guid('none')}", {"private": True}, 404),
        ("GET", f"divisions/{VERSIONED_MODEL}/revisionscomparison/2/3", None, 404),
        ("GET", f"divisions/{VERSIONED_MODEL}/revisionscomparison/2/x", None, 404),
        ("GET", f"divisions/{MODEL}/revisionscomparison/1/0", None, 404),
        ("GET", f"divisions/{MODEL}/download", None, 404),
    ],
)
def test_what_cannot_be(house: Sandbox, caller: Call, method: str, path: str, body: Any, status: int) -> None:
    anna = caller(house)
    before = anna.get(f"{TEAM}/divisions").content
    assert anna.request(method, f"{TEAM}/{path}", json=body).status_code == status
    assert anna.get(f"{TEAM}/divisions").content == before


# comparison -----------------------------------------------------------------------------------------------------------


def compared(http: httpx.Client, newer: int = 2, older: int = 1, model: str = VERSIONED_MODEL) -> Any:
    return http.get(f"{TEAM}/divisions/{model}/revisionscomparison/{newer}/{older}").json()


def test_what_a_comparison_says(anna: httpx.Client) -> None:
    found = compared(anna)
    assert found["counts"] == {"added": 1, "removed": 0, "modified": 1, "unchanged": 0}
    assert (found["newer"], found["older"], found["complete"]) == (2, 1, True)
    added, modified = found["objects"]
    assert (added["id"], added["change"], added["changes"]) == (NEW_WALL, "added", [])
    assert (modified["id"], modified["change"], modified["name"]) == (OLD_WALL, "modified", "Stays, wider")
    assert modified["changes"] == [
        {"what": "name", "old": "Stays", "new": "Stays, wider"},
        {"what": "geometry", "old": None, "new": None, "moved": None},
    ]
    backwards = compared(anna, 1, 2)
    assert backwards["counts"] == {"added": 0, "removed": 1, "modified": 1, "unchanged": 0}
    assert backwards["objects"][0]["id"] == NEW_WALL
    assert compared(anna, 2, 2)["objects"] == []
    assert anna.post(f"{TEAM}/divisions/{VERSIONED_MODEL}/revisionscomparison/2/1", json={}).json() == found


def test_a_comparison_says_what_became_of_every_value(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    anna.post(f"{TEAM}/divisions/{MODEL}/revisions", json={"name": "Second"})
    assert compared(anna, model=MODEL)["objects"] == []
    cost, rating = ATTRIBUTE["cost"].id, ATTRIBUTE["fire_rating"].id
    attributes = {cost: 99.5, rating: None, "own": {"note": "kept"}}
    assert anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": attributes}).status_code == 200
    anna.put(f"{TEAM}/objects/{SLAB}", json={"type": "Roof", "parent": GROUND})
    anna.delete(f"{TEAM}/objects/{WINDOW}")
    found = compared(anna, model=MODEL)
    assert found["counts"] == {"added": 0, "removed": 1, "modified": 2, "unchanged": 1}
    by_id = {one["id"]: one for one in found["objects"]}
    said = {(one.get("name") or one["what"]): (one["old"], one["new"]) for one in by_id[WALL]["changes"]}
    assert said == {"Cost": (1234.5, 99.5), "Fire rating": ("F90", None), "note": (None, "kept")}
    assert {one["what"] for one in by_id[SLAB]["changes"]} == {"type", "parent"}
    assert by_id[WINDOW]["change"] == "removed"


def test_a_body_that_only_lies_elsewhere_is_moved(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    body = {"type": "Wall", "parent": GROUND, "attributes": {"geometry": {"mesh": MESH}}}
    wall = anna.post(f"{TEAM}/objects", json=body).json()["id"]
    anna.post(f"{TEAM}/divisions/{MODEL}/revisions", json={"name": "Second"})
    corners = np.add(np.reshape(MESH["vertices"], (-1, 3)), (10, 20, 30)).ravel().tolist()
    anna.put(f"{TEAM}/objects/{wall}", json={"attributes": {"geometry": {"mesh": {**MESH, "vertices": corners}}}})
    (found,) = compared(anna, model=MODEL)["objects"]
    assert found["id"] == wall
    assert found["changes"] == [{"what": "geometry", "old": None, "new": None, "moved": [10.0, 30.0, -20.0]}]


def test_a_large_model_is_compared(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    model = anna.post(f"{TEAM}/projects/{PROJECT}/divisions", json={"name": "Large"}).json()["id"]
    wall = {"type": "Wall", "attributes": {"geometry": {"mesh": MESH}}}
    body = {"type": "TopologyDivision", "attributes": {"element": {"divisionid": model}}, "children": [wall] * 10_000}
    anna.post(f"{TEAM}/objects", json=body, timeout=120)
    anna.post(f"{TEAM}/divisions/{model}/revisions", json={"name": "Second"}, timeout=60)
    assert compared(anna, model=model)["counts"]["unchanged"] == 10_000
    anna.put(f"{TEAM}/divisions/{model}/move", json={"x": 5}, timeout=60)
    assert compared(anna, model=model)["counts"]["unchanged"] == 10_000, "a model moves with all its revisions"


# moving ---------------------------------------------------------------------------------------------------------------


def test_a_moved_model_lies_elsewhere_as_a_whole(own_house: Sandbox, caller: Call) -> None:
    anna, root = caller(own_house), root_of(caller(own_house), MODEL)
    body = {"type": "Wall", "parent": GROUND, "attributes": {"geometry": {"mesh": MESH}}}
    made = anna.post(f"{TEAM}/objects", json=body).json()["id"]
    before = decode_threejs(anna.get(f"{TEAM}/objects/{root}/geometries/threejs").content)
    box = anna.get(f"{TEAM}/objects/{root}/geometries/threejs").json()["viewbox"]
    (pin,) = anna.get(f"{TEAM}/issues/{OPEN_ISSUE}/pins").json()
    tag = anna.head(f"{TEAM}/divisions/{root}").headers["ETag"]
    assert anna.put(f"{TEAM}/divisions/{MODEL}/move", json={"x": 1000, "y": 200, "z": "-30.5"}).status_code == 200
    answer = anna.get(f"{TEAM}/objects/{root}/geometries/threejs")
    np.testing.assert_allclose(
        decode_threejs(answer.content).vertices, np.add(before.vertices, (1000, -30.5, -200)), atol=1e-9
    )
    now = answer.json()["viewbox"]
    assert [now[axis] - box[axis] for axis in "xyz"] == [1000, -30.5, -200]
    assert [now[side] for side in ("width", "height", "depth")] == [box[side] for side in ("width", "height", "depth")]
    assert anna.get(f"{TEAM}/pins/{pin['id']}").json()["position"] == {"x": 3500.0, "y": 1219.5, "z": 100.0}
    assert anna.head(f"{TEAM}/divisions/{root}").headers["ETag"] != tag
    # What was made with a mesh keeps it, and has a matrix now.
    wall = anna.get(f"{TEAM}/objects/{made}")
    assert wall.json()["attributes"]["geometry"]["mesh"] == MESH
    own = decode_threejs(wall.content)
    np.testing.assert_allclose(own.vertices, np.add(before.of(made).vertices, (1000, -30.5, -200)), atol=1e-9)
    anna.put(f"{TEAM}/divisions/{MODEL}/move", json={"x": -1000, "y": -200, "z": 30.5})
    back = decode_threejs(anna.get(f"{TEAM}/objects/{root}/geometries/threejs").content)
    np.testing.assert_allclose(back.vertices, before.vertices, atol=1e-9)
    assert decode_threejs(anna.get(f"{TEAM}/objects/{OLD_WALL}/geometries/threejs").content).vertices.min() == 0


# private layers -------------------------------------------------------------------------------------------------------


def test_a_private_layer_is_gone_for_who_may_not_edit(own_house: Sandbox, caller: Call) -> None:
    ben, carla, david = (caller(own_house, user) for user in ("ben", "carla", "david"))
    root, path = root_of(ben, MODEL), f"{TEAM}/divisions/{MODEL}/disciplines/{ROOM_LAYER}"
    tree = f"{TEAM}/objects/{root}/topology"
    asked = [
        tree, f"{TEAM}/objects/{root}/geometries/threejs", f"{TEAM}/objects/{PROJECT}/geometries/threejs/properties/7",
        f"{TEAM}/objects/{GROUND}/geometries/meshblob", f"{TEAM}/projects/{PROJECT}", f"{TEAM}/divisions/{MODEL}",
        f"{TEAM}/objects/{root}/disciplines/{ROOM_LAYER}/geometries/threejs",
        f"{TEAM}/divisions/{MODEL}/disciplines", f"{TEAM}/projects/{PROJECT}/element-types",
        f"{TEAM}/projects/{PROJECT}/disciplines",
    ]  # fmt: skip
    before = [david.get(one).text for one in asked]
    assert all(ROOM in one or ROOM_LAYER in one for one in before)
    answer = ben.put(path, json={"private": True})
    assert (answer.status_code, answer.json()["private"], answer.json()["id"]) == (200, True, ROOM_LAYER)
    for one in asked:
        assert ROOM not in david.get(one).text
        assert ROOM_LAYER not in david.get(one).text
        assert ROOM in carla.get(one).text or ROOM_LAYER in carla.get(one).text
    for one in ("", "/properties/8", "/nogeometry", "/topology", "/comments", "/geometries/threejs"):
        assert david.get(f"{TEAM}/objects/{ROOM}{one}").status_code == 404
        assert carla.get(f"{TEAM}/objects/{ROOM}{one}").status_code == 200
    assert david.delete(f"{TEAM}/objects/{ROOM}").status_code == 404
    assert david.delete(f"{TEAM}/objects/{WALL}").status_code == 403
    assert [one.get(f"{TEAM}/divisions/{MODEL}").json()["revisionObjects"] for one in (carla, david)] == [4, 3]
    assert david.get(tree).headers["ETag"] != carla.get(tree).headers["ETag"]
    assert "private" not in carla.get(f"{TEAM}/divisions/{MODEL}").json()
    ben.put(path, json={"private": False})
    assert [david.get(one).json().keys() for one in asked[:4]] == [ben.get(one).json().keys() for one in asked[:4]]
    assert ROOM in david.get(tree).text


def test_a_private_layer_is_hidden_in_comparisons_too(own_house: Sandbox, caller: Call) -> None:
    ben, david = caller(own_house, "ben"), caller(own_house, "david")
    ben.put(f"{TEAM}/divisions/{VERSIONED_MODEL}/disciplines/{WALL_LAYER}", json={"private": True})
    found = compared(david)
    assert found["objects"] == []
    assert sum(found["counts"].values()) == 0
    assert compared(ben)["counts"]["modified"] == 1

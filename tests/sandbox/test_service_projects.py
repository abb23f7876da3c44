"""Projects and models: what is created, changed and deleted, and what that does to the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import (
    GROUND,
    MODEL,
    OPEN_ISSUE,
    PROJECT,
    ROOM_LAYER,
    VERSIONED,
    VERSIONED_MODEL,
    WALL,
    WALL_LAYER,
    WINDOW_LAYER,
)  # fmt: skip

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]


def test_a_project_comes_into_being(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    made = anna.post("/riverside/projects", json={"name": "New", "shortDescr": "d", "created": "2001-01-01"})
    assert made.status_code == 201
    record = made.json()
    assert (record["name"], record["shortDescr"], record["teamSlug"]) == ("New", "d", "riverside")
    assert record["created"] == record["changed"] > "2026"
    assert record["disciplines"] == []
    assert anna.get(f"/riverside/projects/{record['id']}").json() == record
    assert record["id"] in {one["id"] for one in anna.get("/projects").json()}
    assert anna.post("/riverside/projects", json={"NAME": "New"}).status_code == 409
    root = anna.get(f"/riverside/projects/{record['id']}/topology").json()
    assert (root["id"], root["name"], root["type"], root["children"]) == (record["id"], "New", "ID_Project", [])


def test_a_project_is_changed_piece_by_piece(own_house: Sandbox, caller: Call) -> None:
    anna, path = caller(own_house), f"/riverside/projects/{PROJECT}"
    before = anna.get(path).json()
    after = anna.put(
        path, json={"shortDescr": None, "properties": {"MainFloorArea": "456m²", "Client": {"Zip": "1"}}}
    ).json()
    assert after["shortDescr"] is None
    assert after["properties"] == {"architect": {"city": "Riverside"}, "mainfloorarea": "456m²", "client": {"zip": "1"}}
    assert after["name"] == before["name"]
    assert after["changed"] > before["changed"]
    assert "mainfloorarea" not in anna.put(path, json={"properties": {"mainFloorArea": None}}).json()["properties"]
    assert anna.put(path, json={"name": "House 2"}).json()["name"] == "House 2"
    assert anna.get(f"{path}/topology").json()["name"] == "House 2"
    assert anna.put(path, json={"name": "Two states"}).status_code == 409
    assert anna.put(path, json={"name": "House 2"}).status_code == 200


def test_a_deleted_project_takes_everything_with_it(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    pin = anna.get(f"/riverside/projects/{PROJECT}/pins").json()[0]["id"]
    assert anna.delete(f"/riverside/projects/{PROJECT}").status_code == 200
    for path in (f"projects/{PROJECT}", f"divisions/{MODEL}", f"objects/{WALL}", f"issues/{OPEN_ISSUE}", f"pins/{pin}"):
        assert anna.get(f"/riverside/{path}").status_code == 404, path
    assert anna.get(f"/riverside/projects/{VERSIONED}").status_code == 200


def test_layers_say_where_their_objects_are(anna: httpx.Client) -> None:
    record = anna.get(f"/riverside/projects/{PROJECT}").json()
    assert {one["id"] for one in record["disciplines"]} == {WALL_LAYER, WINDOW_LAYER, ROOM_LAYER}
    assert {one["divisionId"] for one in record["disciplines"]} == {MODEL}
    (topology,) = {one["divisionTopologyId"] for one in record["disciplines"]}
    assert anna.get(f"/riverside/divisions/{MODEL}").json()["topologyId"] == topology
    assert all(one["revisions"] == [] for one in record["disciplines"])
    assert anna.get(f"/riverside/projects/{PROJECT}/disciplines").json() == record["disciplines"]
    assert "disciplines" not in anna.get(f"/riverside/projects/{PROJECT}?disciplines=false").json()
    (layer,) = anna.get(f"/riverside/projects/{VERSIONED}").json()["disciplines"]
    assert layer["revisions"] == [1, 2]


def test_the_types_a_project_uses(anna: httpx.Client) -> None:
    used = anna.get(f"/riverside/projects/{PROJECT}/element-types").json()
    assert {one["type"] for one in used} == {"Wall", "Window", "Slab", "Room"}
    every = anna.get("/riverside/element-types").json()
    assert all(one in every for one in used)
    for one in used:
        assert anna.get(f"/riverside/element-types/{one['id'].upper()}").json() == one
    layers = anna.get("/riverside/element-types/disciplines").json()
    assert {one["layerid"] for one in every} <= set(layers)
    for key, layer in layers.items():
        assert anna.get(f"/riverside/element-types/disciplines/{key}").json() == layer
    assert anna.get(f"/riverside/element-types/{guid('none')}").status_code == 404
    assert anna.get(f"/riverside/element-types/disciplines/{guid('none')}").status_code == 404


def test_a_model_is_found_by_both_its_ids(anna: httpx.Client) -> None:
    model = anna.get(f"/riverside/divisions/{MODEL}").json()
    assert set(model["disciplines"]) == {WALL_LAYER, WINDOW_LAYER, ROOM_LAYER}
    assert model["revisionObjects"] == 4
    assert anna.get(f"/riverside/divisions/{model['topologyId']}").json() == model
    assert anna.head(f"/riverside/divisions/{model['topologyId'].upper()}").status_code == 200
    listed = [one["id"] for one in anna.get(f"/riverside/projects/{PROJECT}/divisions").json()]
    assert listed == [MODEL]
    assert {MODEL, VERSIONED_MODEL} == {one["id"] for one in anna.get("/riverside/divisions").json()}


def test_a_model_grows_from_nothing(own_house: Sandbox, caller: Call) -> None:
    """The way the documents describe: a model, its topology node, an object on it."""
    anna = caller(own_house)
    model = anna.post(f"/riverside/projects/{PROJECT}/divisions", json={"name": "Extension", "shortDescr": "x"}).json()
    assert (model["status"], model["topologyId"], model["description"]) == ("EMPTY", None, None)
    assert anna.post(f"/riverside/projects/{PROJECT}/divisions", json={"name": "Extension"}).status_code == 409
    node = {
        "parent": PROJECT,
        "type": "TopologyDivision",
        "attributes": {"element": {"divisionid": model["id"]}, "general": {"name": "Extension"}},
    }
    topology = anna.post("/riverside/objects/", json=node)
    assert topology.status_code == 201
    assert anna.post("/riverside/objects/", json=node).status_code == 409
    record = anna.get(f"/riverside/divisions/{model['id']}").json()
    assert (record["topologyId"], record["status"]) == (topology.json()["id"], "DONE")
    children = anna.get(f"/riverside/projects/{PROJECT}/topology").json()["children"]
    assert [one["name"] for one in children] == ["Architecture", "Extension"]
    wall = {"type": "wall", "attributes": {"element": {"divisionid": model["id"]}, "general": {"name": "W"}}}
    assert anna.post("/riverside/objects", json=wall).json()["parent"] == topology.json()["id"]
    assert anna.get(f"/riverside/divisions/{model['id']}").json()["disciplines"] == [WALL_LAYER]
    assert anna.delete(f"/riverside/objects/{topology.json()['id']}").status_code == 200
    assert anna.get(f"/riverside/divisions/{model['id']}").json()["topologyId"] is None


def test_a_model_is_renamed_and_deleted(own_house: Sandbox, caller: Call) -> None:
    anna, path = caller(own_house), f"/riverside/divisions/{MODEL}"
    tag = anna.head(path).headers["ETag"]
    assert anna.put(path, json={"name": "Arch", "description": None}).json()["name"] == "Arch"
    assert anna.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert anna.delete(path).status_code == 200
    assert anna.get(path).status_code == 404
    assert anna.get(f"/riverside/objects/{GROUND}").status_code == 404
    assert anna.get(f"/riverside/projects/{PROJECT}/pins").json() == []
    assert anna.get(f"/riverside/projects/{PROJECT}").json()["disciplines"] == []
    assert len(anna.get(f"/riverside/projects/{PROJECT}/issues").json()) == 2


def test_a_change_to_an_object_changes_its_model(own_house: Sandbox, caller: Call) -> None:
    """How a client asks whether it must load again: HEAD of the model, or of its topology."""
    anna = caller(own_house)
    topology = anna.get(f"/riverside/divisions/{MODEL}").json()["topologyId"]
    asked = [
        f"/riverside/divisions/{MODEL}",
        f"/riverside/divisions/{topology}",
        f"/riverside/objects/{topology}?revision=0",
    ]
    before = [anna.head(path).headers["ETag"] for path in asked]
    assert [anna.head(path).headers["ETag"] for path in asked] == before
    anna.put(f"/riverside/objects/{WALL}", json={"attributes": {"general": {"name": "x"}}})
    after = [anna.head(path).headers["ETag"] for path in asked]
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_revisions(anna: httpx.Client) -> None:
    found = anna.get(f"/riverside/divisions/{VERSIONED_MODEL}/revisions").json()
    assert [(one["revisionNr"], one["name"]) for one in found] == [(1, "Sketch"), (2, "Design")]
    assert anna.get(f"/riverside/revisions/{found[0]['id']}").json() == found[0]
    assert anna.get(f"/riverside/divisions/{MODEL}/revisions").json() == []


@pytest.mark.parametrize(
    "body",
    [{}, {"name": None}, {"name": ""}, {"name": "  "}, {"name": 7}, {"name": "x" * 20_001},
     {"name": "x", "shortDescr": []},
     {"name": "x", "properties": "y"}],
)  # fmt: skip
def test_what_a_project_cannot_be(anna: httpx.Client, body: dict[str, Any]) -> None:
    answer = anna.post("/riverside/projects", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "</script>", "\u202ereversed", "x" * 10_000, "𝄞 é 名"]
)
def test_hostile_names_are_names(own_house: Sandbox, caller: Call, name: str) -> None:
    anna = caller(own_house)
    made = anna.post("/riverside/projects", json={"name": name}).json()
    assert made["name"] == name
    assert name in {one["name"] for one in anna.get("/riverside/projects").json()}

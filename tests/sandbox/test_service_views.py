"""Object views and user settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import CLOSED, MODEL, OLD_WALL, OPEN_ISSUE, ROOM, SLAB, WALL, WALL_LAYER, WINDOW

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import TYPES
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]

VIEWS, BUILDING = "/riverside/objectview", "onProjectElements_Building"
HIERARCHY = "/riverside/usersettings/hierarchy/all"


def content(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post(f"{VIEWS}/tablecontent", json={"tablename": BUILDING, **body})


def test_the_views_and_their_columns(anna: httpx.Client) -> None:
    views = anna.get(VIEWS).json()
    assert len(views) == len({view["viewname"] for view in views}) == 17
    for view in views:
        assert anna.get(f"{VIEWS}/{view['viewname']}").json() == [view]
        columns = anna.get(f"{VIEWS}/{view['viewname']}/tablecolumns").json()
        assert [column["ordernr"] for column in columns] == [*range(1, len(columns) + 1)]
    assert len(anna.get(f"{VIEWS}/{BUILDING}/tablecolumns").json()) == 13
    assert anna.get(f"{VIEWS}/none").status_code == anna.get(f"{VIEWS}/none/tablecolumns").status_code == 404


def test_a_row_says_what_the_object_says(anna: httpx.Client) -> None:
    answer = content(anna, elementsguid=[WALL.upper(), SLAB])
    assert answer.status_code == 200
    wall, slab = answer.json()
    columns = [column["name"].lower() for column in anna.get(f"{VIEWS}/{BUILDING}/tablecolumns").json()]
    assert [*wall] == columns
    said = anna.get(f"/riverside/objects/{WALL}").json()["attributes"]
    assert {name: wall[name] for name in ("length", "volume")} == said["quantity"]
    assert (wall["objectid"], wall["name"], wall["width"]) == (WALL, "Wall <1>", None)
    assert (wall["division"], wall["divisionid"]) == ("Architecture", MODEL)
    assert (wall["elementtyp"], wall["modeltype"]) == (TYPES["Wall"].id, WALL_LAYER)
    assert (slab["objectid"], slab["volume"]) == (SLAB, 5e8)
    some = content(anna, elementsId=[WINDOW, WALL, WALL], filterColumns=["Width", "ObjectId"]).json()
    assert some == [{"objectid": WINDOW, "width": 1200.0}, {"objectid": WALL, "width": None}]


def test_a_table_has_only_what_its_reader_may_see(own_house: Sandbox, caller: Call) -> None:
    anna, carla = caller(own_house), caller(own_house, "carla")
    model = anna.post(f"/riverside/projects/{CLOSED}/divisions", json={"name": "M"}).json()["id"]
    secret = anna.post("/riverside/objects", json={"type": "Wall", "attributes": {"element": {"divisionid": model}}})
    ids = [secret.json()["id"], ROOM, OLD_WALL, guid("none")]
    assert [row["objectid"] for row in content(anna, elementsId=ids).json()] == ids[:3]
    assert [row["objectid"] for row in content(carla, elementsId=ids).json()] == ids[1:3]
    assert content(caller(own_house, "ben"), elementsId=ids, tablename="onProjectIssues").json() == []
    issues = content(carla, elementsId=[OPEN_ISSUE], tablename="onprojectissues").json()
    assert issues == [{"objectid": OPEN_ISSUE, "nr": 1, "name": "Fire exit", "description": "Wrong place",
                       "status": "Open", "priority": "High"}]  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"elementsId": "x"}, {"elementsId": ["x"]}, {"elementsId": [1]},
                                  {"elementsId": [], "filterColumns": ["Colour"]}, {"tablename": "none"},
                                  {"tablename": None}])  # fmt: skip
def test_what_a_table_cannot_show(anna: httpx.Client, body: dict[str, Any]) -> None:
    assert content(anna, **body).status_code == 400


def test_making_a_view_is_not_ready(anna: httpx.Client) -> None:
    assert anna.post("/riverside/objectviews", json={"viewName": "Mine"}).status_code == 501


def test_the_columns_a_users_tables_show(house: Sandbox, caller: Call) -> None:
    anna, module = caller(house), guid("module")
    body = {"moduleid": module, "userid": house.users[0].id.upper()}
    answer = anna.post(HIERARCHY, json=body)
    assert answer.status_code == 200
    settings = {one["valuename"]: one for one in answer.json()}
    assert len(settings) == 15
    defaults = [
        one["name"] for one in anna.get(f"{VIEWS}/{BUILDING}/tablecolumns").json() if one["isdefault"] == "true"
    ]
    assert settings[BUILDING]["value"].split("[I]") == defaults
    assert (settings[BUILDING]["module"], settings[BUILDING]["userid"]) == (module, house.users[0].id)
    assert anna.post(HIERARCHY.replace("hier", "heir"), json=body).json() == answer.json()
    assert anna.post(HIERARCHY, json={**body, "category": "Other"}).json() == []
    assert anna.post(HIERARCHY, json={**body, "userid": house.users[1].id}).status_code == 403
    for wrong in ({}, {"moduleid": module}, {**body, "moduleid": "x"}):
        assert anna.post(HIERARCHY, json=wrong).status_code == 400


def test_everybody_keeps_their_own_settings(own_house: Sandbox, caller: Call) -> None:
    anna, ben, path = caller(own_house), caller(own_house, "ben"), "/riverside/userSettings/viewer.camera"
    assert anna.get(path).status_code == 404
    value = {"fov": 45, "layers": [1, None, {"ü": True}]}
    assert anna.post(path, json=value).json() == value
    assert anna.get(path).json() == anna.get("/riverside/usersettings/VIEWER.camera").json() == value
    assert ben.get(path).status_code == 404
    ben.post(path, json={"fov": 60})
    anna.post(path, json={})
    assert (anna.get(path).json(), ben.get(path).json()) == ({}, {"fov": 60})
    assert ben.get(path.replace("riverside", "harbour")).status_code == 404
    assert anna.post(path, json=[1]).status_code == 400
    assert anna.get(path).json() == {}

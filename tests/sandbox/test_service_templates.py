"""Attribute templates and the project attribute templates they are in; element types and what is made for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, ELEMENT_TYPES, LAYERS, TYPES
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]

DEFAULT = "0149c4a8-4e84-4c40-bfdd-5dd63b109266"
HOMES, TEMPLATES = "/riverside/projectattributetemplates", "/riverside/attributetemplates"
WALL, DOOR, PROXY = (TYPES[name].id for name in ("Wall", "Door", "GeometryObject"))
RATING, COST = ATTRIBUTE["fire_rating"].id, ATTRIBUTE["cost"].id


def body(home: str, name: str = "Fire", **more: Any) -> dict[str, Any]:
    groups = [
        {"name": "Safety", "description": "Of people", "freeattributes": [{"id": RATING.upper()}]},
        {"name": "Money", "groups": [{"name": "Net", "freeattributes": [{"id": COST}, {"id": RATING}]}]},
    ]
    types = [{"id": WALL}, {"id": DOOR.upper()}]
    return {"name": name, "elementtypes": types, "groups": groups, "projectAttributeTemplate": home, **more}


def new_home(client: httpx.Client, name: str = "Schools") -> str:
    answer = client.post(HOMES, json={"name": name, "description": "For schools"})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def names(client: httpx.Client, home: str) -> list[str]:
    return [one["name"] for one in client.get(TEMPLATES).json() if one["projectAttributeTemplate"] == home]


def content(part: dict[str, Any]) -> Any:
    """A template's groups and attributes as nested names."""
    groups = {group["name"]: content(group) for group in part["groups"]}
    return [one["name"] for one in part["freeattributes"]], groups


def test_every_team_has_the_default_one(house: Sandbox, caller: Call) -> None:
    ben = caller(house, "ben")
    for team in ("riverside", "harbour"):
        (home,) = ben.get(f"/{team}/projectattributetemplates").json()
        assert (home["id"], home["name"], home["isDefault"]) == (DEFAULT, "Default", True)
        inside = ben.get(f"/{team}/attributetemplates").json()
        assert {one["projectAttributeTemplate"] for one in inside} == {DEFAULT}
        wanted = {one["elementtypes"][0]["type"] for one in inside}
        assert {"Wall", "Door", "Window", "Room", "Slab"} <= wanted
    own, theirs = (
        {one["id"] for one in ben.get(f"/{team}/attributetemplates").json()} for team in ("riverside", "harbour")
    )
    assert not own & theirs
    assert ben.get(f"/riverside/attributetemplates/{theirs.pop()}").status_code == 404


def test_a_template_comes_back_as_it_was_given(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    home = new_home(anna)
    answer = anna.post(TEMPLATES, json=body(home, freeattributes=[{"id": COST}]))
    assert answer.status_code == 201
    template = answer.json()
    assert [one["id"] for one in template["elementtypes"]] == [WALL, DOOR]
    assert content(template) == (
        ["Cost"],
        {"Safety": (["Fire rating"], {}), "Money": ([], {"Net": (["Cost", "Fire rating"], {})})},
    )
    assert template["createdby"] == template["changedby"] == {
        "id": own_house.users[0].id, "email": own_house.users[0].email
    }  # fmt: skip
    assert anna.get(f"{TEMPLATES}/{template['id']}").json() == template

    ben = caller(own_house, "ben")
    changed = ben.put(f"{TEMPLATES}/{template['id']}", json=body(home, "Fire 2", groups=[])).json()
    assert (changed["name"], content(changed)) == ("Fire 2", (["Cost"], {}))
    assert changed["changedby"]["email"] == "ben@example.com"
    assert changed["created"] == template["created"] < changed["changed"]

    # A template goes on without an attribute that is no more.
    gone = anna.post("/riverside/freeattributes", json={"name": "Short", "type": "int"}).json()["id"]
    anna.put(f"{TEMPLATES}/{template['id']}", json={"freeattributes": [{"id": gone}, {"id": COST}]})
    assert anna.delete(f"/riverside/freeattributes/{gone}").status_code == 200
    assert content(anna.get(f"{TEMPLATES}/{template['id']}").json()) == (["Cost"], {})


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"elementtypes": []}, {"elementtypes": [{"id": PROXY}]}, {"elementtypes": [{"id": guid("none")}]},
     {"elementtypes": [WALL]}, {"freeattributes": [{"id": guid("none")}]}, {"groups": [{}]}, {"groups": ["x"]},
     {"groups": [{"name": "x", "freeattributes": [{"id": guid("none")}]}]}, {"orderNumber": -1},
     {"projectAttributeTemplate": guid("none")}, {"projectAttributeTemplate": None}],
)  # fmt: skip
def test_what_a_template_cannot_be(house: Sandbox, caller: Call, wrong: dict[str, Any]) -> None:
    anna = caller(house)
    before = anna.get(TEMPLATES).content
    assert anna.post(TEMPLATES, json={**body(DEFAULT), **wrong}).status_code == 400
    assert anna.get(TEMPLATES).content == before


def test_the_order_of_templates(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    home = new_home(anna)
    ids = {name: anna.post(TEMPLATES, json=body(home, name)).json()["id"] for name in "abc"}
    assert names(anna, home) == ["a", "b", "c"]
    anna.post(TEMPLATES, json=body(home, "first", orderNumber=1))
    assert names(anna, home) == ["first", "a", "b", "c"]
    anna.put(f"{TEMPLATES}/{ids['a']}", json={"orderNumber": 0})
    assert names(anna, home) == ["first", "b", "c", "a"]
    anna.put(f"{TEMPLATES}/{ids['a']}", json={"orderNumber": 2})
    assert anna.delete(f"{TEMPLATES}/{ids['b']}").status_code == 200
    inside = [one for one in anna.get(TEMPLATES).json() if one["projectAttributeTemplate"] == home]
    assert [(one["name"], one["orderNumber"]) for one in inside] == [("first", 1), ("a", 2), ("c", 3)]


def test_templates_are_copied_doubles_included(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    home, other = new_home(anna), new_home(anna, "Halls")
    default = names(anna, DEFAULT)
    assert anna.put(f"{HOMES}/{home}/copyfrom", json={"id": DEFAULT}).json()["id"] == home
    assert anna.put(f"{HOMES}/{home}/copyfrom", json={}).status_code == 200, "the default one where none is named"
    assert names(anna, home) == [*default, *default]
    assert names(anna, DEFAULT) == default

    # What is the default can be changed; then this is what is copied where none is named.
    anna.post(TEMPLATES, json=body(other, "Only one"))
    assert anna.put(f"{HOMES}/{other}/default").json()["isDefault"] is True
    assert [one["isDefault"] for one in anna.get(HOMES).json()] == [False, False, True]
    anna.put(f"{HOMES}/{home}/copyfrom", json={})
    assert names(anna, home)[-1] == "Only one"
    assert anna.delete(f"{HOMES}/{other}").status_code == anna.delete(f"{HOMES}/{DEFAULT}").status_code == 409
    for source in (home, guid("none")):
        assert anna.put(f"{HOMES}/{home}/copyfrom", json={"id": source}).status_code == 400
    copied = [one["id"] for one in anna.get(TEMPLATES).json() if one["projectAttributeTemplate"] == home]
    assert anna.delete(f"{HOMES}/{home}").status_code == 200
    assert {anna.get(f"{TEMPLATES}/{key}").status_code for key in copied} == {404}
    assert names(anna, DEFAULT) == default


def test_names_of_project_templates_are_their_own(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    home = new_home(anna)
    assert anna.post(HOMES, json={"name": "schools"}).status_code == 409
    assert anna.put(f"{HOMES}/{home}", json={"name": "default"}).status_code == 409
    assert anna.put(f"{HOMES}/{home}", json={"name": "Schools", "description": "x"}).json()["description"] == "x"
    ben = caller(own_house, "ben")
    assert ben.get(f"/harbour/projectattributetemplates/{home}").status_code == 404
    assert ben.post("/harbour/projectattributetemplates", json={"name": "Schools"}).status_code == 201


@pytest.mark.parametrize(("user", "status"), [("anna", 201), ("ben", 201), ("carla", 403), ("david", 403)])
def test_who_may_make_templates(own_house: Sandbox, caller: Call, user: str, status: int) -> None:
    client = caller(own_house, user)
    assert client.post(HOMES, json={"name": "Mine"}).status_code == status
    assert client.post(TEMPLATES, json=body(DEFAULT)).status_code == status
    assert client.put(f"{HOMES}/{DEFAULT}", json={"description": "x"}).status_code == (200 if status == 201 else 403)
    assert client.get(f"{HOMES}/{DEFAULT}").status_code == client.get(TEMPLATES).status_code == 200
    assert client.delete(f"{HOMES}/{guid('none')}").status_code == 404, "what is not there comes before what may not be"


def test_templates_of_an_element_type(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    home = new_home(anna)
    anna.post(TEMPLATES, json=body(home))
    path = f"/riverside/element-types/{DOOR}/attributetemplates"
    both = anna.get(path).json()
    assert [one["name"] for one in both] == ["Door (default property set)", "Fire"]
    assert not any("groups" in one or "elementtypes" in one for one in both)
    (only,) = anna.get(path, params={"attributes": "true", "projectAttributeTemplate": home.upper()}).json()
    assert only == anna.get(f"{TEMPLATES}/{only['id']}").json()
    assert anna.get(path, params={"projectattributetemplate": guid("none")}).json() == []
    assert anna.get(f"/riverside/element-types/{guid('none')}/attributetemplates").status_code == 404


def test_element_types_that_take_templates_and_their_tree(anna: httpx.Client) -> None:
    able = anna.get("/riverside/element-types/attributetemplates").json()
    assert {one["type"] for one in able} == set(TYPES) - {"GeometryObject"}
    some = anna.get("/riverside/element-types/attributetemplates?filter=type=wall").json()
    assert [one["type"] for one in some] == ["Wall", "CurtainWall"]
    tree = anna.get("/riverside/element-types/topology").json()
    assert [one["id"] for one in tree] == [layer.id for layer in LAYERS]
    below = {child["id"]: layer["id"] for layer in tree for child in layer["children"]}
    assert below == {one.id: one.layer for one in ELEMENT_TYPES}

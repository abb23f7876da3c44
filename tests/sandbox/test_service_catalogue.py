"""The attribute catalogue: attributes, groups and units, by the service's own door and by the teams'."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import httpx
import pint
import pytest
from sandbox.service_content import PROJECT, ROOM, UPPER, WALL, WALL_GUID, WALL_LAYER, WINDOW

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, ATTRIBUTES, GLOBAL_ID, TYPES, group_id
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]

CONTENT, TEAM = "/content", "/riverside"
COST, LOAD = ATTRIBUTE["cost"].id, ATTRIBUTE["load_bearing"].id


def made(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


def symbol(client: httpx.Client, text: str) -> str:
    (unit,) = client.get("/content/units", params={"symbol": text}).json()
    return str(unit["id"])


def test_the_catalogue_is_what_objects_are_described_by(anna: httpx.Client) -> None:
    listed = {one["id"]: one for one in anna.get("/content/freeattributes").json()}
    assert set(listed) == {one.id for one in ATTRIBUTES}
    described = anna.get(f"{TEAM}/objects/{WALL}/properties/8").json()["attributes"]
    for item in (item for group in described.values() for item in (group or {}).values()):
        free = listed[item["id"]]
        assert (free["name"], free["type"], free["unit"] or "") == (item["name"], item["type"], item["unit"])
        assert free["controltype"].lower() == item["control"]
        assert free["changeable"] == int(item["isChangeable"])
    tree = anna.get("/content/freeattributes?topology=true").json()

    def nested(groups: list[dict[str, Any]]) -> list[str]:
        return [
            key
            for group in groups
            for key in [*(one["id"] for one in group["freeattributes"]), *nested(group["children"])]
        ]

    assert sorted(nested(tree)) == sorted(listed)


def test_a_new_attribute_is_one_of_objects_at_once(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    group = made(anna, "/content/freeattributegroups", name="Upkeep", description="Years")
    body = {
        "name": "Next visit", "description": "in years", "type": "int", "minvalue": "1", "maxvalue": "30",
        "defaultvalue": "5", "decimal": "0", "unitid": symbol(anna, "a"), "optionalsymbol": "y", "visible": "1",
        "changeable": "1", "controltype": "TextBox", "parent": group["id"],
    }  # fmt: skip
    attribute = made(anna, "/content/freeattributes", **body)
    numbers = {"decimal": 0, "visible": 1, "changeable": 1}
    assert {name: attribute[name] for name in body} == {**body, **numbers}
    assert (attribute["unit"], attribute["freeattribtype"]) == ("a", "int")
    assert anna.get(f"/content/freeattributes/{attribute['id']}").json() == attribute
    assert anna.get(f"/content/freeattributegroups/{group['id']}/freeattributes").json() == [attribute]

    for value, sent in ((7, {attribute["id"]: 7}), (9, {"UPKEEP": {"Next Visit": 9}})):
        assert anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": sent}).status_code == 200
        described = anna.get(f"{TEAM}/objects/{WALL}/properties/8").json()["attributes"]["upkeep"]["next visit"]
        assert described["value"] == value
        assert (described["unit"], described["minValue"], described["defaultValue"]) == ("a", 1, 5)
    for wrong in (31, "soon", 1.5):
        sent = {"attributes": {attribute["id"]: wrong}}
        assert anna.put(f"{TEAM}/objects/{WALL}", json=sent).status_code == 400

    # A group's new name is the one objects show; what is in use stays.
    anna.put(f"/content/freeattributegroups/{group['id']}", json={"name": "Care"})
    assert anna.get(f"{TEAM}/objects/{WALL}").json()["attributes"]["care"] == {"next visit": 9}
    assert anna.delete(f"/content/freeattributes/{attribute['id']}").status_code == 409
    assert anna.put(f"/content/freeattributes/{attribute['id']}", json={"type": "string"}).status_code == 409
    assert anna.delete(f"/content/freeattributegroups/{group['id']}").status_code == 409
    assert anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": {attribute["id"]: None}}).status_code == 200
    assert anna.delete(f"/content/freeattributes/{attribute['id']}").status_code == 200
    assert anna.delete(f"/content/freeattributegroups/{group['id']}").status_code == 200
    assert anna.get(f"/content/freeattributes/{attribute['id']}").status_code == 404


def test_an_attribute_takes_over_what_was_said_before_it_was_known(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": {"Trade": {"Lot": "7"}}})
    group = made(anna, f"{TEAM}/freeattributegroups", name="Trade")
    attribute = made(anna, f"{TEAM}/freeattributes", name="Lot", type="string", parent=group["id"])
    anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": {"trade": {"lot": "8"}}})
    assert anna.get(f"{TEAM}/objects/{WALL}/properties/8").json()["attributes"]["trade"]["lot"]["value"] == "8"
    anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": {attribute["id"]: None}})
    assert "trade" not in anna.get(f"{TEAM}/objects/{WALL}").json()["attributes"]


@pytest.mark.parametrize(
    ("user", "content", "team"), [("anna", 201, 201), ("ben", 201, 201), ("carla", 403, 403), ("david", 403, 403)]
)
@pytest.mark.parametrize("kind", ["freeattributes", "freeattributegroups", "units"])
def test_who_may_change_the_catalogue(
    own_house: Sandbox, caller: Call, user: str, content: int, team: int, kind: str
) -> None:
    """The service's own: the account owner of any team, as ben is of another one. A team's: its project admins."""
    client, body = caller(own_house, user), {"name": "New", "type": "string", "unit": "nw"}
    assert client.post(f"{CONTENT}/{kind}", json=body).status_code == content
    assert client.post(f"{TEAM}/{kind}", json={**body, "name": "Newer"}).status_code == team
    assert len(client.get(f"{TEAM}/{kind}").json()) >= 1


@pytest.mark.parametrize("kind", ["freeattributes", "freeattributegroups", "units"])
def test_what_a_team_made_is_its_own(own_house: Sandbox, caller: Call, kind: str) -> None:
    ben = caller(own_house, "ben")
    theirs = made(ben, f"/harbour/{kind}", name="Of the harbour", type="string", unit="knot")
    assert ben.get(f"/harbour/{kind}/{theirs['id']}").json()["name"] == "Of the harbour"
    everybodys = made(ben, f"{CONTENT}/{kind}", name="Of all", type="string", unit="all")
    for door in (TEAM, CONTENT):
        assert ben.get(f"{door}/{kind}/{theirs['id']}").status_code == 404
        assert ben.put(f"{door}/{kind}/{theirs['id']}", json={"name": "x"}).status_code == 404
        assert ben.delete(f"{door}/{kind}/{theirs['id']}").status_code == 404
        listed = ben.get(f"{door}/{kind}").text
        assert everybodys["id"] in listed
        assert theirs["id"] not in listed
    # What is everybody's is seen by the team's door and changed by its own.
    assert ben.get(f"/harbour/{kind}/{everybodys['id']}").json()["name"] == "Of all"
    assert ben.put(f"/harbour/{kind}/{everybodys['id']}", json={"name": "x"}).status_code == 403
    assert ben.delete(f"/harbour/{kind}/{everybodys['id']}").status_code == 403
    assert ben.put(f"{CONTENT}/{kind}/{everybodys['id']}", json={"name": "Of us all"}).json()["name"] == "Of us all"


def test_another_teams_attribute_is_none_for_objects(own_house: Sandbox, caller: Call) -> None:
    ben = caller(own_house, "ben")
    theirs = made(ben, "/harbour/freeattributes", name="Berth", type="string")
    assert ben.put(f"{TEAM}/objects/{WALL}", json={"attributes": {theirs["id"]: "7"}}).status_code == 400
    assert ben.get(f"{TEAM}/objects/{PROJECT}/query?{theirs['id']}=7").status_code == 400


def test_the_attribute_of_names_is_the_name(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    renamed = anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": {ATTRIBUTE["name"].id: "Gable"}})
    assert renamed.json()["attributes"]["general"]["name"] == "Gable"
    assert anna.get(f"{TEAM}/objects/{WALL}/topology").json()["name"] == "Gable"


def test_an_attribute_alone_is_of_no_group(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    alone = made(anna, f"{TEAM}/freeattributes", name="Remark", type="string")
    assert alone["parent"] is None
    anna.put(f"{TEAM}/objects/{WALL}", json={"attributes": {alone["id"]: "look"}})
    assert anna.get(f"{TEAM}/objects/{WALL}").json()["attributes"]["allfreeattrib"] == {"remark": "look"}
    group = made(anna, f"{TEAM}/freeattributegroups", name="Remarks")
    moved = anna.put(f"{TEAM}/freeattributes/{alone['id']}", json={"parent": group["id"]}).json()
    assert moved["parent"] == group["id"]
    assert anna.get(f"{TEAM}/objects/{WALL}").json()["attributes"]["remarks"] == {"remark": "look"}


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"name": "x"}, 400), ({"type": "int"}, 400), ({"name": "x", "type": "wish"}, 400),
     ({"name": "x", "type": "int", "minvalue": "5", "maxvalue": "4"}, 400),
     ({"name": "x", "type": "int", "maxvalue": "4", "defaultvalue": "5"}, 400),
     ({"name": "x", "type": "int", "defaultvalue": "1.5"}, 400), ({"name": "x", "type": "int", "decimal": 16}, 400),
     ({"name": "x", "type": "int", "unitid": guid("none")}, 400), ({"name": "x", "type": "int", "visible": 2}, 400),
     ({"name": "x", "type": "string", "controltype": "Enumeration"}, 400),
     ({"name": "x", "type": "string", "controltype": "Slider"}, 400),
     ({"name": "x", "type": "string", "parent": guid("none")}, 400),
     ({"name": "x", "type": "double", "parent": group_id("quantity")}, 403),
     ({"name": "COST", "type": "double", "parent": group_id("Cost planning")}, 409)],
)  # fmt: skip
def test_what_an_attribute_cannot_be(house: Sandbox, caller: Call, body: dict[str, Any], status: int) -> None:
    anna = caller(house)
    before = anna.get("/content/freeattributes").content
    assert anna.post("/content/freeattributes", json=body).status_code == status
    assert anna.get("/content/freeattributes").content == before


def test_what_the_service_reads_itself_stays(own_house: Sandbox, caller: Call) -> None:
    anna, volume = caller(own_house), ATTRIBUTE["volume"].id
    assert anna.put(f"/content/freeattributes/{volume}", json={"name": "space"}).status_code == 403
    assert anna.put(f"/content/freeattributes/{volume}", json={"description": "in all"}).status_code == 200
    assert anna.delete(f"/content/freeattributes/{GLOBAL_ID}").status_code == 403
    quantity = f"/content/freeattributegroups/{group_id('quantity')}"
    assert anna.put(quantity, json={"name": "Sizes"}).status_code == 403
    assert anna.delete(quantity).status_code == 409


def test_groups_are_a_tree(own_house: Sandbox, caller: Call) -> None:
    anna, path = caller(own_house), "/content/freeattributegroups"
    top = made(anna, path, name="Sound")
    inner = made(anna, path, name="Inside", parent=top["id"])
    assert anna.get(f"{path}/{top['id']}").json()["children"] == [{**inner, "children": []}]
    assert anna.post(path, json={"name": "sound"}).status_code == 409
    assert anna.put(f"{path}/{top['id']}", json={"parent": inner["id"]}).status_code == 400
    assert anna.delete(f"{path}/{top['id']}").status_code == 409
    anna.put(f"{path}/{inner['id']}", json={"parent": None})
    assert {top["id"], inner["id"]} <= {one["id"] for one in anna.get(path).json()}
    assert anna.delete(f"{path}/{top['id']}").status_code == 200
    assert anna.get(f"{path}/{top['id']}").status_code == 404


def test_attributes_are_found_by_part_of_their_name(anna: httpx.Client) -> None:
    found = anna.get("/content/freeattributes?filter=name=RATING").json()
    assert sorted(one["name"] for one in found) == ["Acoustic rating", "Fire rating"]
    assert anna.get("/content/freeattributes?filter=type=int").status_code == 400


def test_the_attributes_a_project_uses(anna: httpx.Client) -> None:
    path = f"{TEAM}/projects/{PROJECT}/attributes"
    everything = {one["name"] for one in anna.get(path).json()}
    assert everything == {"length", "width", "volume", "Fire rating", "Load bearing", "U-value", "Cost", "GlobalId"}
    of_layer = {one["name"] for one in anna.get(path, params={"layer": WALL_LAYER}).json()}
    assert of_layer == everything - {"width"}
    for kind in ("slab", TYPES["Slab"].id):
        assert [one["name"] for one in anna.get(path, params={"type": kind}).json()] == ["volume"]
    assert anna.get(path, params={"layer": "x"}).status_code == 400


# units

# The symbols that pint knows by another name. Money, decibels and degrees Celsius are no multiples of anything in it.
PINT = {"m²": "m**2", "mm²": "mm**2", "m³": "m**3", "mm³": "mm**3", "kg/m³": "kg/m**3", "a": "year", "h": "hour",
        "d": "day", "m³/s": "m**3/s", "m³/h": "m**3/hour", "l/s": "liter/s", "l": "liter", "t": "metric_ton",
        "W/(m²K)": "W/(m**2*K)", "°": "degree", "%": "percent", "1": "dimensionless", "lx": "lux", "min": "minute",
        "rad": "radian", "g": "gram"}  # fmt: skip
ALONE = {"EUR", "°C", "dB"}


def in_base(units: dict[str, dict[str, Any]], key: str) -> tuple[float, dict[str, int]]:
    """Factor and powers of base units, by nothing but what the service says."""
    unit = units[key]
    if not unit["baseunits"]:
        return 1.0, {unit["symbol"]: 1}
    factor, powers = 1.0, dict[str, int]()
    for part in unit["baseunits"]:
        inner, inner_powers = in_base(units, part["baseunitid"])
        factor *= part["ufactor"] * inner ** part["upower"]
        for symbol, power in inner_powers.items():
            powers[symbol] = powers.get(symbol, 0) + power * part["upower"]
    return factor, powers


def test_units_convert_as_an_independent_library_says(anna: httpx.Client) -> None:
    units = {unit["id"]: unit for unit in anna.get("/content/units").json()}
    registry: Any = pint.UnitRegistry()
    registry.define("EUR = [currency]")
    checked = 0
    for key, unit in units.items():
        factor, powers = in_base(units, key)
        if unit["symbol"] in ALONE:
            assert (factor, powers) == (1.0, {unit["symbol"]: 1})
            continue
        base = math.prod(
            (registry(PINT.get(name, name)) ** power for name, power in powers.items()), start=registry("1")
        )
        quantity = 1 * registry(PINT.get(unit["symbol"], unit["symbol"].replace("²", "**2")))
        ratio = (quantity / (factor * base)).to_base_units()
        assert ratio.dimensionless, unit["symbol"]
        assert ratio.magnitude == pytest.approx(1), unit["symbol"]
        checked += 1
    assert checked == len(units) - len(ALONE) > 35


def test_every_attribute_has_its_unit(anna: httpx.Client) -> None:
    units = {unit["id"]: unit for unit in anna.get("/content/units").json()}
    for attribute in anna.get("/content/freeattributes").json():
        assert (attribute["unit"] is None) == (attribute["unitid"] is None)
        if attribute["unitid"]:
            assert units[attribute["unitid"]]["unit"] == attribute["unit"] == attribute["symbol"]


def test_a_units_life(own_house: Sandbox, caller: Call) -> None:
    anna, metre = caller(own_house), "7be3452a-47f9-4fd8-bd94-ef6c967d684e"
    parts = [{"baseunitid": metre, "usequence": 1, "ufactor": 1.8288, "upower": 1}]
    body = {"name": "Fathom", "description": "Six feet", "symbol": "ftm", "contextUnitType": "LENGTHUNIT"}
    unit = made(anna, "/content/units", **body, baseunits=parts)
    assert {name: unit[name] for name in (*body, "baseunits")} == {**body, "baseunits": parts}
    attribute = made(anna, "/content/freeattributes", name="Depth", type="double", unitid=unit["id"])
    changed = anna.put(f"/content/units/{unit['id']}", json={"unit": "fm"}).json()
    assert changed == {**unit, "unit": "fm", "symbol": "fm"}
    assert anna.get(f"/content/freeattributes/{attribute['id']}").json()["symbol"] == "fm"
    own = [{"baseunitid": unit["id"]}]
    cable = made(anna, "/content/units", name="Cable", symbol="cb", baseunits=[{**own[0], "ufactor": 100}])
    for wrong in ([{**own[0]}], [{"baseunitid": cable["id"]}], [{"baseunitid": guid("none")}], [{}], ["m"],
                  [{"baseunitid": metre, "upower": 0}], [{"baseunitid": metre, "ufactor": 0}]):  # fmt: skip
        assert anna.put(f"/content/units/{unit['id']}", json={"baseunits": wrong}).status_code == 400
    assert anna.delete(f"/content/units/{unit['id']}").status_code == 409, "the attribute and the cable need it"
    assert anna.delete(f"/content/units/{metre}").status_code == 409
    anna.delete(f"/content/freeattributes/{attribute['id']}")
    anna.delete(f"/content/units/{cable['id']}")
    assert anna.delete(f"/content/units/{unit['id']}").status_code == 200
    assert anna.get("/content/units", params={"symbol": "fm"}).json() == []


# what objects say


def test_attributes_in_groups_and_flat(anna: httpx.Client) -> None:
    wall = f"{TEAM}/objects/{WALL}"
    rich = anna.get(f"{wall}/properties/8").json()
    assert anna.get(f"{wall}?freeattributes=true").json() == rich
    flat = anna.get(f"{wall}?freeattributes=true&internal=true&attributedefinition=true").json()
    items = [item for group in rich["attributes"].values() for item in (group or {}).values()]
    assert flat["attributes"] == {"content": {item["id"]: item for item in items}}
    assert flat["attributes"]["content"][COST]["value"] == 1234.5
    assert anna.get(f"{wall}/internal").json() == flat
    short = anna.get(f"{wall}?freeattributes=true&internal=true").json()["attributes"]["content"]
    assert short[COST] == {"id": COST, "name": "Cost", "value": 1234.5}


def test_one_attribute_of_many_objects(anna: httpx.Client) -> None:
    def values(node: str, attribute: str, query: str = "?children=true") -> dict[str, Any]:
        answer = anna.get(f"{TEAM}/objects/{node}/attributes/{attribute}{query}")
        return {one["id"]: one["value"] for one in answer.json()}

    volume = ATTRIBUTE["volume"].id
    assert values(WALL, volume, "") == {WALL: 3750000000.0}
    everywhere = values(PROJECT, volume)
    assert everywhere[WALL] == 3750000000.0
    assert len(everywhere) == 2
    assert values(PROJECT, volume, "") == {}
    assert list(values(UPPER, volume).values()) == [5e8]
    assert values(PROJECT, ATTRIBUTE["name"].id)[ROOM] == "Room 1"
    assert values(PROJECT, GLOBAL_ID) == {WALL: WALL_GUID}
    assert anna.get(f"{TEAM}/objects/{WALL}/attributes/{guid('none')}").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [({GLOBAL_ID: WALL_GUID}, [WALL]), ({GLOBAL_ID: WALL_GUID.swapcase()}, []), ({COST: "1234.50"}, [WALL]),
     ({COST.upper(): "1.2345e3"}, [WALL]), ({LOAD: "TRUE"}, [WALL]), ({LOAD: "false"}, []),
     ({LOAD: "true", COST: "1234.5"}, [WALL]), ({LOAD: "true", COST: "1"}, []),
     ({ATTRIBUTE["name"].id: "Window"}, [WINDOW]), ({ATTRIBUTE["name"].id: "Wall <1>", "divisions": guid("none")}, []),
     ({ATTRIBUTE["name"].id: "Wall <1>", "divisions": f"{guid('test', 'model')},x", "_": "17"}, [WALL])],
)  # fmt: skip
def test_objects_are_found_by_what_they_say(anna: httpx.Client, query: dict[str, str], found: list[str]) -> None:
    answer = anna.get(f"{TEAM}/objects/{PROJECT}/query", params=query)
    assert answer.status_code == 200
    assert answer.json() == found
    assert anna.get(f"{TEAM}/objects/{ROOM}/query", params=query).json() == []


@pytest.mark.parametrize("query", [{}, {"_": "1"}, {guid("none"): "1"}, {COST: "much"}, {LOAD: "maybe"}])
def test_what_cannot_be_looked_for(anna: httpx.Client, query: dict[str, str]) -> None:
    assert anna.get(f"{TEAM}/objects/{PROJECT}/query", params=query).status_code == 400

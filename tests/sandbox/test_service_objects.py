"""Objects: the shapes they are served in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sandbox.service_content import (
    GROUND,
    MODEL,
    NEW_WALL,
    OLD_WALL,
    PLOT,
    PROJECT,
    ROOM,
    SLAB,
    UPPER,
    VERSIONED,
    WALL,
    WALL_GUID,
    WALL_LAYER,
    WINDOW,
)  # fmt: skip

from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID, TYPES

Call = Callable[..., httpx.Client]


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from walk(child)


def test_the_tree_of_a_project(anna: httpx.Client) -> None:
    root = anna.get(f"/riverside/objects/{PROJECT}/topology").json()
    assert (root["id"], root["parent"], root["type"]) == (PROJECT, None, "ID_Project")
    found = {one["id"]: one for one in walk(root)}
    assert {PLOT, GROUND, UPPER, WALL, WINDOW, SLAB, ROOM} <= set(found)
    for node in found.values():
        assert all(child["parent"] == node["id"] for child in node["children"])
        assert set(node) == {"id", "parent", "name", "type", "elementTypeId", "layerid", "isChild", "ifcId", "ifcType",
                             "number", "level", "children"}  # fmt: skip
    wall, floor = found[WALL], found[UPPER]
    assert (wall["type"], wall["layerid"], wall["elementTypeId"]) == ("ID_ArchWall", WALL_LAYER, TYPES["Wall"].id)
    assert (wall["ifcId"], wall["ifcType"], wall["parent"]) == (WALL_GUID, "IfcWall", GROUND)
    assert (floor["ifcType"], floor["number"], floor["level"], floor["layerid"]) == (
        "IfcBuildingStorey",
        1,
        3000.0,
        None,
    )


def test_less_of_a_tree(anna: httpx.Client) -> None:
    path = f"/riverside/objects/{PROJECT}/topology"
    whole, hidden = anna.get(path).json(), anna.get(f"{path}?hideElements=true").json()
    topology = {one["id"] for one in walk(whole) if one["layerid"] is None}
    assert {one["id"] for one in walk(hidden)} == topology
    short = anna.get(f"{path}?shortinfo=true").json()
    assert [one["id"] for one in walk(short)] == [one["id"] for one in walk(whole)]
    assert set(short) == {"id", "parent", "name", "type", "elementTypeId", "layerid", "isChild", "children"}
    models = anna.get(f"/riverside/projects/{PROJECT}/topology").json()
    assert [one["type"] for one in walk(models)] == ["ID_Project", "ID_TopologyDivision"]
    branch = anna.get(f"/riverside/objects/{GROUND}/topology").json()
    assert {one["id"] for one in walk(branch)} == {GROUND, WALL, ROOM}
    assert branch["parent"] is None
    assert anna.get(f"{path}?hideElements=maybe").status_code == 400


def test_a_project_is_an_object_too(anna: httpx.Client) -> None:
    record = anna.get(f"/riverside/objects/{PROJECT}").json()
    assert (record["id"], record["type"]) == (PROJECT, "Project")
    assert record["attributes"]["general"]["name"] == "House"
    assert record["attributes"]["element"]["isparent"] is True


def test_plain_groups(anna: httpx.Client) -> None:
    record = anna.get(f"/riverside/objects/{WALL}").json()
    groups = record["attributes"]
    assert (record["parent"], record["type"]) == (GROUND, "Wall")
    assert groups["general"] == {"name": "Wall <1>", "isobjectvalid": True}
    assert groups["element"]["divisionid"] == MODEL
    assert groups["element"]["logparentid"] == PROJECT
    assert groups["element"]["elementtyp"] == TYPES["Wall"].id
    assert groups["quantity"] == {"length": 5000.0, "volume": 3750000000.0}
    assert groups[ATTRIBUTE["fire_rating"].group.lower()] == {
        "fire rating": "F90",
        "load bearing": True,
        "u-value": 0.24,
    }
    bare = anna.get(f"/riverside/objects/{WALL}/nogeometry").json()
    assert "geometry" not in bare["attributes"]
    assert {**bare["attributes"], "geometry": groups["geometry"]} == groups
    assert anna.get(f"/riverside/objects/{WALL}/properties/4").json() == record
    assert anna.get(f"/riverside/objects/{WALL}/properties/0").json() == bare


def test_rich_groups(anna: httpx.Client) -> None:
    record = anna.get(f"/riverside/objects/{WALL}/properties/8").json()
    assert (record["layerid"], record["elementTypeId"], record["parent"]) == (WALL_LAYER, TYPES["Wall"].id, GROUND)
    groups, titles = record["attributes"], record["localizedAttributeGroups"]
    assert set(groups) == set(titles)
    assert groups["element"] is None
    catalogue = ATTRIBUTE["u_value"]
    assert groups[catalogue.group.lower()]["u-value"] == {
        "id": catalogue.id, "name": "U-value", "description": catalogue.description, "group": catalogue.group,
        "type": "double", "unit": "W/(m²K)", "decimal": 2, "control": "textbox", "enumdefinition": "",
        "isChangeable": True, "defaultValue": None, "minValue": 0, "maxValue": 6, "value": 0.24,
    }  # fmt: skip
    assert titles[catalogue.group.lower()] == catalogue.group
    assert groups["general"]["name"]["value"] == "Wall <1>"
    assert groups["ifc"]["globalid"] == {**groups["ifc"]["globalid"], "id": GLOBAL_ID, "value": WALL_GUID}


@pytest.mark.parametrize("bits", ["16", "-1", "x", "1.0", "99999999999", "٣"])
@pytest.mark.parametrize("where", ["properties", "geometries/threejs/properties"])
def test_bits_are_a_number_below_16(anna: httpx.Client, where: str, bits: str) -> None:
    assert anna.get(f"/riverside/objects/{WALL}/{where}/{bits}").status_code == 400


def test_revisions_of_an_object(anna: httpx.Client) -> None:
    def name(query: str) -> str:
        return str(anna.get(f"/riverside/objects/{OLD_WALL}{query}").json()["attributes"]["general"]["name"])

    assert [name(query) for query in ("", "?revision=2", "?revision=1")] == ["Stays, wider", "Stays, wider", "Stays"]
    assert anna.get(f"/riverside/objects/{OLD_WALL}?revision=3").status_code == 404
    assert anna.get(f"/riverside/objects/{NEW_WALL}?revision=1").status_code == 404
    assert anna.get(f"/riverside/objects/{OLD_WALL}?revision=one").status_code == 400
    assert anna.get(f"/riverside/objects/{WALL}?revision=1").status_code == 200, (
        "a model without revisions has one state"
    )
    topology = anna.get(f"/riverside/projects/{VERSIONED}/topology").json()["children"][0]["id"]
    counts = [len(anna.get(f"/riverside/objects/{topology}/topology?revision={n}").json()["children"]) for n in (1, 2)]
    assert counts == [1, 2]
    assert len(list(walk(anna.get(f"/riverside/objects/{VERSIONED}/topology").json()))) == 4, "the latest, once"

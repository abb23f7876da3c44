"""The client's catalogue, templates, structures, views and settings against a real sandbox, each through its life."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sandbox.service_content import PROJECT, ROOM, WALL, WALL_GUID, WALL_LAYER, WINDOW, seed

import bimplus_nb as bp
from bimplus_nb.client import Client, connect
from bimplus_nb.errors import NotOffered
from bimplus_nb.records import Records
from bimplus_nb.sandbox import Sandbox

GLOBAL_ID = "93027bad-df91-48ee-a0bb-60a8184cddba"
DEFAULT = "0149c4a8-4e84-4c40-bfdd-5dd63b109266"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox with the small known house."""
    path = seed(tmp_path_factory.mktemp("small") / "sandbox.db")
    with Sandbox(path=path) as running:
        yield running


@pytest.fixture(scope="module")
def client(small: Sandbox) -> Iterator[Client]:
    with connect(small) as signed_in:
        yield signed_in


def test_an_attribute_of_the_team_from_unit_to_value(client: Client) -> None:
    metre = client.units.all(symbol="m")[0].id
    part = {"baseunitid": metre, "usequence": 1, "ufactor": 0.0254, "upower": 1}
    inch = client.units.create(name="Inch", symbol="in", kind="LENGTHUNIT", base_units=[part], scope="team")
    assert client.units.get(inch.id, scope="team")["baseunits"] == [part]
    with pytest.raises(bp.NotFound):
        client.units.get(inch.id)
    assert client.units.update(inch.id, description="25.4 mm", scope="team")["description"] == "25.4 mm"
    group = client.attribute_groups.create(name="Delivery", scope="team")
    inner = client.attribute_groups.create(name="Packing", parent_id=group.id, scope="team")
    assert [one["id"] for one in client.attribute_groups.get(group.id, scope="team")["children"]] == [inner.id]
    attribute = client.attributes.create(
        name="Gap", type="double", description="to the frame", group_id=inner.id, unit_id=inch.id, minimum=0.5,
        maximum=40, default="1", decimals=2, symbol="″", control="TextBox", visible=False, changeable=True,
        scope="team",
    )  # fmt: skip
    shown = {"minvalue": "0.5", "maxvalue": "40", "defaultvalue": "1", "decimal": 2, "visible": 0, "changeable": 1,
             "unit": "in", "optionalsymbol": "″", "parent": inner.id}  # fmt: skip
    assert shown.items() <= client.attributes.get(attribute.id, scope="team").items()
    assert attribute.id in client.attributes.all(name="gap", scope="team").ids
    assert client.attributes.all(name="gap") == []
    assert client.attributes.of_group(inner.id, scope="team").ids == [attribute.id]
    assert group.id in client.attributes.topology(scope="team").ids
    assert group.id not in client.attribute_groups.all().ids

    client.objects.update(WALL, type="Wall", attributes={attribute.id: 12.5})
    assert client.objects.attributes(WALL)["attributes"]["packing"]["gap"]["value"] == 12.5
    item = client.objects.flat_attributes(WALL)["attributes"]["content"][attribute.id]
    assert (item["value"], item["unit"], item["type"]) == (12.5, "in", "double")
    assert client.objects.internal(WALL).id == WALL
    assert client.objects.attribute_values(WALL, attribute.id)[0]["value"] == 12.5
    assert client.objects.attribute_values(PROJECT, attribute.id, children=True).ids == [WALL]
    assert client.objects.query(PROJECT, attribute=attribute.id, value="12.50") == [WALL]
    assert client.objects.query(PROJECT, attribute=attribute.id, value="12.5", models=["none"]) == []
    assert attribute.id in client.attributes.of_project(PROJECT, layer_id=WALL_LAYER).ids
    with pytest.raises(bp.Conflict):
        client.attributes.delete(attribute.id, scope="team")
    client.objects.update(WALL, type="Wall", attributes={attribute.id: None})
    assert client.attributes.update(attribute.id, name="Slit", scope="team")["name"] == "Slit"
    client.attributes.delete(attribute.id, scope="team")
    assert client.attribute_groups.update(inner.id, name="Pallets", scope="team")["name"] == "Pallets"
    client.attribute_groups.delete(inner.id, scope="team")
    client.attribute_groups.delete(group.id, scope="team")
    client.units.delete(inch.id, scope="team")
    assert inch.id not in client.units.all(scope="team").ids


def test_objects_are_found_by_their_global_id(client: Client) -> None:
    assert client.objects.query(PROJECT, attribute=GLOBAL_ID, value=WALL_GUID) == [WALL]
    assert client.objects.query(ROOM, attribute=GLOBAL_ID, value=WALL_GUID) == []


def test_a_scope_that_is_none(client: Client) -> None:
    with pytest.raises(ValueError, match="scope must be"):
        client.units.all(scope="global")  # type: ignore[arg-type]


def test_templates_through_their_life(client: Client) -> None:
    assert client.project_templates.all().ids == [DEFAULT]
    home = client.project_templates.create(name="Schools", description="d")
    assert client.project_templates.get(home.id) == home
    assert client.project_templates.update(home.id, name="Schools 2")["name"] == "Schools 2"
    client.project_templates.copy(home.id)
    copied = client.attribute_templates.all()
    assert len(copied) == 2 * len([one for one in copied if one["projectAttributeTemplate"] == DEFAULT])
    wall = next(one for one in client.element_types.templatable(type="wall") if one["type"] == "Wall")
    rating = client.attributes.all(name="fire rating")[0].id
    group: dict[str, Any] = {"name": "Safety", "freeattributes": [{"id": rating}]}
    made = client.attribute_templates.create(
        name="Walls", project_template_id=home.id, element_types=[wall.id], groups=[group], order=1
    )
    assert made["orderNumber"] == 1
    assert client.attribute_templates.get(made.id) == made
    changed = client.attribute_templates.update(
        made.id,
        name="Outer walls",
        project_template_id=home.id,
        element_types=[wall.id],
        attributes=[rating],
        groups=[],
    )
    assert ([one["id"] for one in changed["freeattributes"]], changed["groups"]) == ([rating], [])
    found = client.element_types.templates(wall.id, attributes=True, project_template_id=home.id)
    assert [one["name"] for one in found] == ["Outer walls", "Wall (default property set)"]
    client.attribute_templates.delete(made.id)
    client.project_templates.set_default(home.id)
    with pytest.raises(bp.Conflict):
        client.project_templates.delete(home.id)
    client.project_templates.set_default(DEFAULT)
    client.project_templates.delete(home.id)
    assert client.project_templates.all().ids == [DEFAULT]
    assert wall.id in [child["id"] for layer in client.element_types.topology() for child in layer["children"]]


def test_a_structures_life(client: Client) -> None:
    root = client.structures.create(PROJECT, name="Costs", description="By part", type="CostStructure", color=255)
    walls = client.structures.create_node(root.id, name="Walls")
    openings = client.structures.create_node(root.id, name="Openings")
    assert client.structures.get(openings.id)["nr"] == 2
    connection = client.structures.assign(walls.id, WALL, name="The wall")
    assert (connection["structureId"], connection["objectId"]) == (walls.id, WALL)
    client.structures.assign(openings.id, WINDOW, name="The window")
    moved = client.structures.update(openings.id, name="All openings", parent_id=walls.id, number=1)
    assert (moved["parentId"], moved["nr"], moved["name"]) == (walls.id, 1, "All openings")
    tree = client.structures.topology(root.id)
    assert [node["name"] for node in tree["children"][0]["children"]] == ["All openings", "The wall"]
    assert client.structures.project_topology(PROJECT)["children"][0]["id"] == root.id
    assert client.structures.all(PROJECT, type="CostStructure").ids == [root.id]
    assert client.structures.all(PROJECT, type="SpecificationStructure") == []
    client.structures.unassign(walls.id, WINDOW, below=True)
    client.structures.unassign(walls.id, WALL)
    with pytest.raises(bp.NotFound):
        client.structures.unassign(walls.id, WALL)
    client.structures.delete(walls.id)
    assert client.structures.topology(root.id)["children"] == []
    client.structures.delete_all(PROJECT)
    assert client.structures.all(PROJECT) == []


def test_views_show_objects_as_a_table(client: Client) -> None:
    view = "onProjectElements_Building"
    assert view in [one["viewname"] for one in client.object_views.all()]
    assert client.object_views.get(view)["objectname"] == "Element"
    names = [column["name"] for column in client.object_views.columns(view)]
    rows = client.object_views.content(view=view, objects=[WALL, WINDOW], columns=["ObjectID", "Name"])
    assert isinstance(rows, Records)
    assert rows == [{"objectid": WALL, "name": "Wall <1>"}, {"objectid": WINDOW, "name": "Window"}]
    whole = client.object_views.content(view=view, objects=[WALL])
    assert [*whole[0]] == [name.lower() for name in names]
    with pytest.raises(NotOffered, match="not ready"):
        client.object_views.create(name="Mine")


def test_settings_are_kept_by_user(client: Client, small: Sandbox, tmp_path: Path) -> None:
    client.user_settings.set("notebook", value={"folder": str(tmp_path), "shown": [1, 2]})
    assert client.user_settings.get("notebook") == {"folder": str(tmp_path), "shown": [1, 2]}
    me = client.users.current().id
    shown = client.user_settings.hierarchy(module_id=GLOBAL_ID, user_id=me)
    assert {one["userid"] for one in shown} == {me}
    with connect(small, user="ben") as ben:
        with pytest.raises(bp.NotFound):
            ben.user_settings.get("notebook")
        with pytest.raises(bp.Forbidden):
            ben.user_settings.hierarchy(module_id=GLOBAL_ID, user_id=me)

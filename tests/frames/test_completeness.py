"""Which attributes templates want, and which objects lack them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from frames import schemas
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.client import connect
from bimplus_nb.frames import Definition, Definitions, attributes_frame, properties_frame
from bimplus_nb.frames.attributes import definition, group_names
from bimplus_nb.frames.completeness import completeness_frame
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox

FIRE = {"id": "F1", "name": "FireRating", "type": "string"}
LOAD = {"id": "l1", "name": "LoadBearing", "type": "int", "parent": "G9"}
TEMPLATE = {
    "name": "Walls",
    "elementtypes": [{"type": "Wall"}, {"type": "Beam"}],
    "freeattributes": [LOAD],
    "groups": [{"name": "Group 1", "groups": [{"name": "Sub", "freeattributes": [FIRE]}]}],
}


def frame() -> pd.DataFrame:
    things = [
        {"id": "w1", "type": "Wall", "attributes": {"free": {"firerating": "F90", "loadbearing": "1"}}},
        {"id": "w2", "type": "Wall", "attributes": {"free": {"firerating": ""}}},
        {"id": "s1", "type": "Slab", "attributes": {"free": {"firerating": "F30"}}},
    ]
    known = Definitions([Definition("f1", "FireRating", "x"), Definition("L1", "LoadBearing", "y")])
    types = {"w1": "Wall", "w2": "Wall", "w3": "Wall", "s1": "Slab"}
    templates = [TEMPLATE, {**TEMPLATE, "name": "again"}]
    return completeness_frame(types, properties_frame(things, known), templates, {"g9": "Own"})


def test_what_each_type_should_have_and_who_lacks_it() -> None:
    found = frame()
    schemas.COMPLETENESS.validate(found)
    assert found.drop(columns=["attribute_id", "template"]).to_numpy().tolist() == [
        ["Wall", "Own", "LoadBearing", 3, 1, 2, pytest.approx(100 / 3), ("w2", "w3")],
        ["Wall", "Sub", "FireRating", 3, 1, 2, pytest.approx(100 / 3), ("w2", "w3")],
    ]
    assert set(found["template"]) == {"Walls"}


def test_the_demo_building_against_its_own_table(project: Project) -> None:
    objects, found = project.objects(columns="all", progress=False), project.completeness(progress=False)
    columns = {id_: name for name, id_ in objects.attrs["attributes"].items()}
    assert len(found) > 40
    assert found["lacking"].sum() > 100
    for row in found.itertuples():
        own = objects.loc[objects["type"] == row.type, columns[row.attribute_id]]
        assert (row.objects, row.present, row.lacking) == (len(own), own.notna().sum(), own.isna().sum())
        assert set(row.missing) == set(own.index[own.isna()])
    viewer = project.view(height=200)
    try:
        viewer.select(found["missing"].explode())
        assert set(viewer.selected_ids) == {id_ for ids in found["missing"] for id_ in ids}
    finally:
        viewer.close()


def test_another_project_template_is_named(own_sandbox: Sandbox) -> None:
    with connect(own_sandbox) as client:
        wanted = client.attributes.create(name="Inspected", type="datetime", scope="team")
        own = client.project_templates.create(name="Handover")
        wall = next(one.id for one in client.element_types.all() if one["type"] == "Wall")
        client.attribute_templates.create(
            name="Walls", project_template_id=own.id, element_types=[wall], attributes=[wanted.id]
        )
        project = client.project("Riverside Offices")
        for name in ("Handover", "handover", own.id):
            found = project.completeness(template=name, progress=False)
            assert found[["type", "name", "template", "present", "percent"]].to_numpy().tolist() == [
                ["Wall", "Inspected", "Walls", 0, 0.0]
            ]
        with pytest.raises(ValueError, match="There is no project attribute template 'Nowhere'"):
            project.completeness(template="Nowhere")


def test_definitions_from_either_spelling() -> None:
    rich = definition(
        {"id": "a", "name": "N", "group": "G", "type": "Int32", "control": "Enumeration", "enumdefinition": "1|new;2;",
         "isChangeable": False, "minValue": "0", "maxValue": 5, "decimal": 2, "defaultValue": 1}
    )  # fmt: skip
    free = definition(
        {"id": "a", "name": "N", "freeattribtype": "int", "controltype": "enumeration", "enumDefinition": "1|new;2",
         "changeable": 0, "minvalue": 0, "maxvalue": "5", "decimal": "2", "defaultvalue": "1"}, group="G",
    )  # fmt: skip
    assert rich == free
    assert free.choices == (("1", "new"), ("2", "2"))
    either = definition({"id": "b", "controltype": "Combobox", "enumDefinition": "x|y"})
    assert either.choices == (("x", "x"), ("y", "y"))
    table = attributes_frame([free], used=[rich])
    schemas.ATTRIBUTES.validate(table)
    assert table.loc["a", ["choices", "changeable", "used", "maximum"]].tolist() == ["new, 2", False, True, 5.0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = ("id", "name", "type", "unit", "parent", "controltype", "enumDefinition", "changeable", "minvalue", "children")


@settings(deadline=None, max_examples=60)
@given(st.fixed_dictionaries(dict.fromkeys(keys, json_values)), json_values)
def test_no_answer_breaks_a_definition(record: dict[str, Any], odd: Any) -> None:
    definition(record)
    group_names([record, odd])
    template = {"name": odd, "elementtypes": [{"type": odd}, {"type": "Wall"}, odd], "freeattributes": [record, odd],
                "groups": [odd, {"groups": odd, "freeattributes": odd, "name": odd}]}  # fmt: skip
    schemas.COMPLETENESS.validate(completeness_frame({"w": "Wall"}, properties_frame([]), [template]))
    schemas.ATTRIBUTES.validate(attributes_frame([definition(record)]))

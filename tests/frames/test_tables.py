"""Frames of objects, issues and models, from the service's own shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from frames import schemas
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.frames import (
    Definition,
    Definitions,
    issues_frame,
    layers_frame,
    models_frame,
    nodes,
    objects_frame,
    plain_frame,
    properties_frame,
    samples,
    topology_frame,
    with_columns,
)

TREE: dict[str, Any] = {
    "id": "root", "parent": None, "name": "A", "type": "ID_TopologyDivision", "layerid": None,
    "children": [
        {
            "id": "s2", "name": "Upper", "type": "ID_Storey", "ifcType": "IfcBuildingStorey", "level": 3000.0,
            "children": [
                {"id": "W1", "name": "Wall 1", "type": "ID_ArchWall", "layerid": "L1", "ifcType": "IfcWall",
                 "ifcId": "g1", "children": [{"id": "d1", "name": "Door", "type": "ID_Door", "layerid": "L2"}]},
            ],
        },
        {
            "id": "s1", "name": "Lower", "type": "Storey", "level": -500.0,
            "children": [{"id": "c1", "name": "", "type": "Column", "layerid": "l1", "ifcType": "ID_IFCColumn"}],
        },
    ],
}  # fmt: skip

OBJECTS: list[dict[str, Any]] = [
    {
        "id": "w1", "type": "Wall", "parent": "s2",
        "attributes": {
            "general": {"name": "Wall 1"},
            "element": {"elementtyp": "Wall", "layer": "BuildingModel", "model": "A", "material": "Brick"},
            "elementstate": {"state": "Nothing Defined"},
            "quantity": {"length": 5000, "height": 2500.0, "area": 12.5e6, "volume": 3e9},
            "allfreeattrib": {"fire rating": "F90", "load bearing": "True", "u-value": "0,24", "color code": "007"},
        },
    },
    {
        "id": "c1", "type": "Column", "parent": "s1",
        "attributes": {
            "general": {"name": "Column 1"},
            "quantity": {"length": "3000,5"},
            "allfreeattrib": {
                "firerating": "F60", "u-value": "n/a", "globalid": "g2", "installed": "2020-05-05", "pieces": "3",
            },
        },
    },
    {"id": "x1", "type": "Extra", "parent": None, "attributes": None},
]  # fmt: skip


def test_objects() -> None:
    frame = objects_frame(nodes(TREE, "A"), OBJECTS, layers={"l1": "ID_BuildingModel", "l2": "ID_DoorWindowModel"})
    schemas.objects(frame).validate(frame)
    assert list(frame.index) == ["w1", "d1", "c1"]
    assert frame["name"].tolist() == ["Wall 1", "Door", "Column 1"]
    assert frame["type"].tolist() == ["Wall", "Door", "Column"]
    assert frame["ifc_type"].tolist()[::2] == ["IfcWall", "IfcColumn"]
    assert frame["layer"].tolist() == ["Building", "DoorWindow", "Building"]
    assert frame["storey"].tolist() == ["Upper", "Upper", "Lower"]
    assert list(frame["storey"].cat.categories) == ["Lower", "Upper"]
    assert frame["storey"].max() == "Upper"
    assert frame["parent"].tolist() == ["s2", "W1", "s1"]
    assert frame["guid"].tolist()[::2] == ["g1", "g2"]
    wall, column = frame.loc["w1"], frame.loc["c1"]
    assert (wall["length_m"], wall["height_m"], wall["area_m2"], wall["volume_m3"]) == (5.0, 2.5, 12.5, 3.0)
    assert column["length_m"] == pytest.approx(3.0005)
    assert pd.isna(wall["width_m"])
    assert (wall["material"], wall["fire_rating"], wall["load_bearing"], wall["u_value"]) == (
        "Brick",
        "F90",
        True,
        0.24,
    )
    assert column["fire_rating"] == "F60"
    assert frame.attrs["units"]["volume_m3"] == "m³"
    assert [(each.id, each.column, each.value) for each in frame.attrs["problems"]] == [("c1", "u_value", "n/a")]
    assert "color_code" not in frame


def test_more_columns_are_asked_for_by_name_or_all() -> None:
    known = Definitions([Definition("a9", "Color code", "Paint", "string"), Definition("a8", "Pieces", "Count", "int")])
    frame, more = objects_frame(nodes(TREE, "A"), OBJECTS, definitions=known), properties_frame(OBJECTS, known)
    for asked in (["Color code", "installed", "Count.Pieces"], ["a9", "INSTALLED", "pieces", "volume_m3"]):
        found = with_columns(frame, more, asked)
        assert {name: str(found[name].dtype) for name in found.columns[len(frame.columns) :]} == {
            "color_code": "str", "installed": "datetime64[us, UTC]", "pieces": "Int64",
        }  # fmt: skip
        assert found.attrs["attributes"] == {"color_code": "a9", "pieces": "a8"}
    everything = with_columns(frame, more, "all")
    assert set(everything.columns) >= {"color_code", "installed", "pieces"}
    assert everything.index.equals(frame.index)
    with pytest.raises(ValueError, match=r"'colour code'\. There are: 'Color code'"):
        with_columns(frame, more, ["colour code"])
    taken = [{"id": "c1", "attributes": {"allfreeattrib": {"type": "t", "Length m": "l"}}}]
    beside = with_columns(objects_frame(nodes(TREE, "A"), taken), properties_frame(taken), "all")
    assert list(beside.columns) == [*schemas.BASE]


def test_a_name_of_several_attributes_wants_its_group() -> None:
    areas = [Definition(f"a{n}", "Area", f"Set {n}", "double", unit) for n, unit in ((1, "m²"), (2, "mm²"))]
    exact = {each.id: (each, {"c1": 4.0 + place}) for place, each in enumerate(areas)}
    things = [{"id": "c1", "type": "Column", "attributes": {"allfreeattrib": {"area": "4,0"}}}]
    frame, more = objects_frame(nodes(TREE, "A"), things), properties_frame(things, Definitions(areas), exact=exact)
    with pytest.raises(ValueError, match=r"'Area' may be several attributes: say 'Set 1.Area' or 'Set 2.Area'"):
        with_columns(frame, more, ["Area"])
    one = with_columns(frame, more, ["Set 2.Area"])
    assert (one.loc["c1", "area"], one.attrs["units"]["area"]) == (5.0, "mm²")
    assert more.wide().loc["c1"].to_dict() == {"set_1_area": 4.0, "set_2_area": 5.0}


def test_a_project_without_objects_has_all_base_columns() -> None:
    frame = objects_frame([])
    schemas.objects(frame).validate(frame)
    assert list(frame.columns) == schemas.BASE
    assert objects_frame(nodes({"id": "r", "type": "TopologyDivision", "children": None})).empty


def test_what_only_the_tree_or_only_the_geometry_names() -> None:
    frame = objects_frame(nodes(TREE, "A"))
    assert list(frame.index) == ["W1", "d1", "c1"]
    assert frame[["length_m", "volume_m3"]].isna().all(axis=None)
    older = nodes({"id": "r", "type": "Project", "children": [{"id": "a", "type": "ID_Wall", "name": "n"}]})
    assert list(objects_frame(older).index) == ["a"]
    assert list(objects_frame(older, [{"id": "R", "type": "Wall"}]).index) == ["R", "a"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
groups = st.dictionaries(
    st.sampled_from(["general", "element", "quantity", "allfreeattrib", "Pset", "geometry"]),
    st.dictionaries(st.sampled_from(["name", "length", "u-value", "load bearing", "Cost", "x"]), json_values)
    | json_values,
)


@settings(deadline=None, max_examples=60)
@given(st.lists(groups | json_values, max_size=3), json_values)
def test_no_answer_breaks_a_frame(attributes: list[Any], odd: Any) -> None:
    ids = ["w1", "c1", "x1"]
    objects = [{"id": id_, "type": odd, "attributes": each} for id_, each in zip(ids, attributes, strict=False)]
    frame = objects_frame(nodes(TREE, "A"), objects)
    schemas.objects(frame).validate(frame)
    schemas.PROPERTIES.validate(properties_frame(objects, Definitions.described(objects)))
    wide = properties_frame(objects).wide()
    assert not [name for name, dtype in wide.dtypes.items() if pd.api.types.is_object_dtype(dtype)]
    assert set(samples(objects)) <= set(ids)
    tree = {**TREE, "children": odd, "name": odd, "layerid": odd, "type": odd, "level": odd}
    children = [each for each in odd if isinstance(each, dict)] if isinstance(odd, list) else []
    assert len(topology_frame(nodes(tree))) >= 1 + len(children)
    frame = objects_frame(nodes(tree), objects)
    assert with_columns(frame, properties_frame(objects), "all").index.equals(frame.index)
    issues = [{"id": "i", "name": odd, "status": odd, "author": odd, "dueDate": odd, "shortId": odd}]
    schemas.ISSUES.validate(issues_frame(issues, [{"issueId": odd, "objectId": odd}]))
    assert len(plain_frame([{"id": "a", "x": odd}, {"id": "b", "x": "y"}])) == 2
    layers = [{"id": "l", "divisionId": "m", "revisions": odd}]
    assert len(models_frame([{"id": "m", "name": odd, "created": odd}], layers)) == 1


def test_topology() -> None:
    frame = topology_frame(nodes(TREE, "A"))
    assert list(frame.index) == ["root", "s2", "W1", "d1", "s1", "c1"]
    assert frame["depth"].tolist() == [0, 1, 2, 3, 1, 2]
    assert frame["is_object"].tolist() == [False, False, True, True, False, True]
    assert frame.loc["d1", "path"] == "A/Upper/Wall 1/Door"
    assert frame.loc["d1", "parent"] == "W1"
    deep: dict[str, Any] = {"id": "0"}
    for number in range(1, 3000):
        deep = {"id": str(number), "children": [deep]}
    assert 1000 <= len(nodes(deep)) < 3000


def test_issues_in_every_spelling() -> None:
    issues = [
        {"id": "1", "shortId": 1, "name": "A", "status": "open", "priority": "very high", "author": "Anna A.",
         "responsible": {"id": "u", "displayname": "Ben B."}, "createdAt": "2013-06-02T10:05:00+00:00",
         "dueDate": "2013-06-05T10:05:00", "type": "TASK"},
        {"id": "2", "shortId": "2", "name": None, "status": "Closed", "priority": "low", "author": {"id": "u1"},
         "responsible": None, "createdAt": "2013-06-02T10:05:00.1234567Z", "dueDate": "2013-06-05", "type": None},
        {"id": "3", "shortId": 3, "status": "Waiting", "priority": "High", "author": None, "modifiedAt": "later",
         "responsible": {"firstname": "C.", "lastname": "D.", "email": "e"}, "dueDate": "2999-01-01"},
    ]  # fmt: skip
    nobody = "00000000-0000-0000-0000-000000000000"
    pins = [
        {"issueId": "1", "objectId": "o1"}, {"issueId": "1", "objectId": "o2"}, {"issueId": "1", "objectId": "o1"},
        {"issueId": "2", "objectId": nobody}, {"issueId": "elsewhere", "objectId": "o3"},
    ]  # fmt: skip
    frame = issues_frame(issues, pins, now=datetime(2020, 1, 1, tzinfo=UTC))
    schemas.ISSUES.validate(frame)
    assert frame["status"].tolist() == ["Open", "Closed", "Waiting"]
    assert list(frame["status"].cat.categories) == ["Open", "Solved", "Closed", "Waiting"]
    assert list(frame["priority"].cat.categories) == ["Low", "Medium", "High", "very high"]
    assert frame["type"].tolist()[0] == "Task"
    assert frame["author"].tolist()[:2] == ["Anna A.", "u1"]
    assert frame["responsible"].tolist()[::2] == ["Ben B.", "C. D."]
    assert frame["overdue"].tolist() == [True, False, False]
    assert frame["pins"].tolist() == [3, 1, 0]
    assert frame["object_ids"].tolist() == [("o1", "o2"), (), ()]
    assert frame.sort_values("priority").index.tolist() == ["2", "3", "1"]
    assert [(each.id, each.column) for each in frame.attrs["problems"]] == [("3", "modifiedAt")]
    schemas.ISSUES.validate(issues_frame([]))


def test_models_and_layers() -> None:
    layers = [
        {"id": "l1", "name": "ID_BuildingModel", "divisionId": "m1", "divisionName": "A", "revisions": [1, 3, 2]},
        {"id": "l2", "name": "ID_RoomModel", "divisionId": "m1", "divisionName": "A", "revisions": [3]},
        {"id": "l1", "name": "Odd layer", "divisionId": "m2", "divisionName": None, "revisions": None},
    ]
    models = [{"id": "m1", "name": "A", "status": "DONE", "created": "2020-01-01"}, {"id": "m2", "name": "B"}]
    frame = models_frame(models, layers)
    assert list(frame.columns) == [
        "name",
        "description",
        "status",
        "layers",
        "revisions",
        "revision",
        "created",
        "changed",
    ]
    assert frame.loc["m1", ["layers", "revisions", "revision"]].tolist() == ["Building, Room", 3, 3]
    assert pd.isna(frame.loc["m2", "revision"])
    assert str(frame["created"].dtype) == "datetime64[us, UTC]"
    shown = layers_frame(layers)
    assert shown["layer"].tolist() == ["Building", "Room", "Odd layer"]
    assert shown["revision"].tolist()[:2] == [3, 3]
    assert models_frame([]).empty
    assert layers_frame([]).empty


def test_any_list() -> None:
    frame = plain_frame(
        [
            {
                "id": "a",
                "dueDate": "2020-01-01",
                "n": 1,
                "author": {"name": "X", "deep": {"y": 1}},
                "tags": ["p", "q"],
                "l": [{}],
            },
            {"id": "b", "dueDate": None, "n": None, "author": {"name": None}, "tags": [], "ok": True, "createdBy": "c"},
        ]
    )
    assert frame.index.tolist() == ["a", "b"]
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "due_date": "datetime64[us, UTC]", "n": "Int64", "author_name": "str", "author_deep_count": "Int64",
        "tags": "str", "l_count": "Int64", "ok": "boolean", "created_by": "str",
    }  # fmt: skip
    assert frame["tags"].tolist()[0] == "p, q"
    assert plain_frame([]).empty
    assert list(plain_frame([{"x": 1}, {"id": "b"}]).index) == [0, 1]
    assert not any(pd.api.types.is_object_dtype(dtype) for dtype in frame.dtypes)

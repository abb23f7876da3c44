"""Frames of objects, properties, issues and models: pinned columns and dtypes, from the service's own shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.frames import (
    issues_frame,
    layers_frame,
    models_frame,
    nodes,
    objects_frame,
    plain_frame,
    properties_frame,
    samples,
    topology_frame,
)

UTC_DATE = pd.DatetimeTZDtype("us", "UTC")

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

_TEXT, _CHOICE, _NUMBER, _YES = "str", "category", "float64", "boolean"
OBJECT_COLUMNS = {
    "name": _TEXT, "type": _CHOICE, "ifc_type": _CHOICE, "layer": _CHOICE, "model": _CHOICE, "storey": _CHOICE,
    "parent": _TEXT, "guid": _TEXT, "length_m": _NUMBER, "width_m": _NUMBER, "height_m": _NUMBER, "area_m2": _NUMBER,
    "volume_m3": _NUMBER, "material": _CHOICE, "fire_rating": _CHOICE, "load_bearing": _YES, "is_external": _YES,
    "u_value": _NUMBER, "acoustic_rating": _NUMBER, "mass_kg": _NUMBER, "cost": _NUMBER, "room_number": _TEXT,
    "room_usage": _CHOICE,
}  # fmt: skip
BASE = list(OBJECT_COLUMNS)[:13]


def valid(frame: pd.DataFrame) -> bool:
    """Whether it is a frame of objects: base columns, and after them the well-known ones that occur."""
    there = [name for name in OBJECT_COLUMNS if name in BASE or name in frame]
    columns = {name: pa.Column(OBJECT_COLUMNS[name], nullable=True) for name in there}
    pa.DataFrameSchema(columns, index=pa.Index("str", name="id"), strict=True, ordered=True).validate(frame)
    return True


def test_objects() -> None:
    frame = objects_frame(nodes(TREE, "A"), OBJECTS, layers={"l1": "ID_BuildingModel", "l2": "ID_DoorWindowModel"})
    assert valid(frame)
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
    entries = nodes(TREE, "A")
    frame = objects_frame(entries, OBJECTS, columns=["Color code", "installed", "pieces", "volume_m3"])
    assert {name: str(frame[name].dtype) for name in frame.columns[-3:]} == {
        "color_code": "str", "installed": "datetime64[us, UTC]", "pieces": "Int64",
    }  # fmt: skip
    everything = objects_frame(entries, OBJECTS, columns="all")
    assert set(everything.columns) >= {"color_code", "installed", "pieces"}
    assert not {"globalid", "firerating"} & set(everything.columns)
    with pytest.raises(ValueError, match=r"'colour_code'\. There are: color_code"):
        objects_frame(entries, OBJECTS, columns=["colour code"])
    taken = [{"id": "c1", "attributes": {"allfreeattrib": {"type": "t", "Length m": "l"}}}]
    assert {"attribute_type", "attribute_length_m"} < set(objects_frame(entries, taken, columns="all").columns)


def test_a_project_without_objects_has_all_base_columns() -> None:
    frame = objects_frame([])
    assert valid(frame)
    assert list(frame.columns) == BASE
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
    assert valid(objects_frame(nodes(TREE, "A"), objects))
    PROPERTY_SCHEMA.validate(properties_frame(objects, objects))
    assert set(samples(objects)) <= set(ids)
    tree = {**TREE, "children": odd, "name": odd, "layerid": odd, "type": odd, "level": odd}
    children = [each for each in odd if isinstance(each, dict)] if isinstance(odd, list) else []
    assert len(topology_frame(nodes(tree))) >= 1 + len(children)
    assert isinstance(objects_frame(nodes(tree), objects, columns="all"), pd.DataFrame)
    issues = [{"id": "i", "name": odd, "status": odd, "author": odd, "dueDate": odd, "shortId": odd}]
    ISSUE_SCHEMA.validate(issues_frame(issues, [{"issueId": odd, "objectId": odd}]))
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


RICH: dict[str, Any] = {
    "id": "w1", "name": "Wall 1", "type": "Wall",
    "localizedAttributeGroups": {"pset_wall": "Wall common", "quantity": "Quantities"},
    "attributes": {
        "general": {"name": {"id": "a0", "name": "name", "value": "Wall 1", "type": "string", "group": "general"}},
        "pset_wall": {
            "u-value": {"id": "a1", "name": "U-value", "value": 0.24, "type": "Double", "unit": "W/(m²K)"},
            "load bearing": {"id": "a2", "name": "Load bearing", "value": True, "type": "boolean", "unit": None},
            "installed": {"id": "a3", "name": "Installed", "value": "2020-05-05T00:00:00Z", "type": "datetime"},
            "layers": {"id": "a4", "name": "Layers", "value": "3", "type": "int32"},
            "empty": {"id": "a5", "name": "Empty", "value": None, "type": "string"},
        },
        "quantity": {"volume": {"id": "a6", "name": "volume", "value": 3e9, "type": "double", "unit": "mm³"}},
        "nothing": None,
    },
}  # fmt: skip
PROPERTY_SCHEMA = pa.DataFrameSchema(
    {
        "object_id": pa.Column("str"),
        "group": pa.Column("category"),
        "name": pa.Column("category"),
        "attribute_id": pa.Column("str", nullable=True),
        "value": pa.Column(object),
        "unit": pa.Column("category", nullable=True),
        "type": pa.Column("category"),
        "source": pa.Column("category", pa.Check.isin(["described", "plain"])),
    },
    strict=True,
    ordered=True,
)


def values(frame: pd.DataFrame) -> dict[str, Any]:
    return dict(zip(frame["name"], frame["value"], strict=True))


def test_rich_properties() -> None:
    frame = properties_frame([RICH], [RICH])
    PROPERTY_SCHEMA.validate(frame)
    found = frame.set_index("name")
    assert found.loc["U-value", ["group", "attribute_id", "value", "unit", "type"]].tolist() == [
        "Wall common", "a1", 0.24, "W/(m²K)", "double",
    ]  # fmt: skip
    assert values(frame)["Installed"] == pd.Timestamp("2020-05-05", tz="UTC")
    assert (values(frame)["Load bearing"], values(frame)["Layers"]) == (True, 3)
    assert "Empty" not in values(frame)
    assert set(frame["source"]) == {"described"}


def test_plain_properties_learn_from_a_described_object() -> None:
    plain = {
        "id": "w2",
        "attributes": {
            "element": {"elementtyp": "Wall", "layer": "x"},
            "allfreeattrib": {
                "u-value": "0,3", "load bearing": "False", "layers": "2", "unheard of": "5", "installed": "soon",
            },
        },
    }  # fmt: skip
    frame = properties_frame([RICH, plain], [RICH])
    PROPERTY_SCHEMA.validate(frame)
    own = frame[frame["object_id"] == "w2"].set_index("name")
    assert own.loc["U-value", ["group", "value", "unit", "type", "source"]].tolist() == [
        "Wall common", 0.3, "W/(m²K)", "double", "described",
    ]  # fmt: skip
    assert own.loc["Load bearing", "value"] is False
    assert own.loc["unheard of", ["group", "value", "type", "source"]].tolist() == ["allfreeattrib", 5, "int", "plain"]
    assert own.loc["Installed", "value"] == "soon"
    assert [(each.id, each.column, each.value) for each in frame.attrs["problems"]] == [("w2", "Installed", "soon")]
    assert not {"elementtyp", "layer"} & set(frame["name"])


def test_flat_and_document_shapes() -> None:
    flat = {
        "id": "w1",
        "attributes": {"content": {"a1": {"id": "a1", "name": "U-value", "value": 0.5, "type": "double", "unit": "W"}}},
    }
    documented = {
        "id": "w3",
        "attributes": {"general": {"name": "n", "isobjectvalid": True}, "quantity": {"length": 9775}},
    }
    frame = properties_frame([flat, documented])
    PROPERTY_SCHEMA.validate(frame)
    assert values(frame) == {"U-value": 0.5, "name": "n", "length": 9775}
    PROPERTY_SCHEMA.validate(properties_frame([]))


def test_a_name_of_two_attributes_is_not_guessed() -> None:
    def described(id_: str, type_: str, *ids: str) -> dict[str, Any]:
        groups = {f"set {at}": {"area": {"id": at, "name": "Area", "value": 1.5, "type": "double"}} for at in ids}
        return {"id": id_, "type": type_, "attributes": groups}

    def plain(id_: str, type_: str) -> dict[str, Any]:
        return {"id": id_, "type": type_, "attributes": {"allfreeattrib": {"area": "2,5"}}}

    known = [described("1", "Wall", "a1"), described("2", "Slab", "a2"), described("3", "Roof", "a1", "a2")]
    frame = properties_frame([plain("4", "Wall"), plain("5", "Slab"), plain("6", "Roof"), plain("7", "Beam")], known)
    assert frame["attribute_id"].fillna("").tolist() == ["a1", "a2", "", ""]
    assert frame["group"].tolist() == ["set a1", "set a2", "allfreeattrib", "allfreeattrib"]
    assert frame["value"].tolist() == [2.5] * 4
    assert properties_frame([plain("7", "Beam")], known[:1])["attribute_id"].tolist() == ["a1"]


def test_samples_cover_every_attribute() -> None:
    def thing(id_: str, *names: str, kind: str = "Wall") -> dict[str, Any]:
        return {"id": id_, "type": kind, "attributes": {"g": dict.fromkeys(names, 1)}}

    objects = [
        thing("a", "x"),
        thing("b", "x", "y"),
        thing("c", "y"),
        thing("d", "z"),
        thing("e"),
        thing("f", "z", "x"),
    ]
    chosen = samples(objects)
    assert {name for each in objects if each["id"] in chosen for name in each["attributes"]["g"]} == {"x", "y", "z"}
    assert len(chosen) == 2
    assert len(samples([*objects, thing("g", "x", kind="Slab")])) == 3
    assert samples([]) == samples([thing("e")]) == []


ISSUE_SCHEMA = pa.DataFrameSchema(
    {
        "short_id": pa.Column("Int64", nullable=True),
        "name": pa.Column("str", nullable=True),
        **{name: pa.Column("category", nullable=True) for name in ("status", "priority", "type")},
        **{name: pa.Column("str", nullable=True) for name in ("author", "responsible")},
        **{name: pa.Column(UTC_DATE, nullable=True) for name in ("created", "modified", "due")},
        "overdue": pa.Column("boolean"),
        "pins": pa.Column("Int64"),
        "object_ids": pa.Column(object),
        **{name: pa.Column("str", nullable=True) for name in ("description", "solution")},
    },
    index=pa.Index("str", unique=True, name="id"),
    strict=True,
    ordered=True,
)  # fmt: skip


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
    ISSUE_SCHEMA.validate(frame)
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
    ISSUE_SCHEMA.validate(issues_frame([]))


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

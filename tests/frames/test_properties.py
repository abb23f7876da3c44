"""Properties in long and wide form, from every shape of the service."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from frames import schemas

from bimplus_nb.frames import Definition, Definitions, Units, properties_frame, samples, unclear
from bimplus_nb.frames.reading import read

UNITS = Units(
    {"m": (1.0, {"m": 1}), "mm": (0.001, {"m": 1}), "m²": (1.0, {"m": 2}), "mm²": (1e-6, {"m": 2}),
     "kg": (1.0, {"kg": 1}), "a": (31_557_600.0, {"s": 1}), "%": (0.01, {"1": 1})}
)  # fmt: skip
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


def values(frame: pd.DataFrame) -> dict[str, Any]:
    return dict(zip(frame["name"], frame["value"], strict=True))


def test_rich_properties() -> None:
    frame = properties_frame([RICH])
    schemas.PROPERTIES.validate(frame)
    found = frame.set_index("name")
    assert found.loc["U-value", ["group", "attribute_id", "value", "unit", "type"]].tolist() == [
        "Wall common", "a1", 0.24, "W/(m²K)", "double",
    ]  # fmt: skip
    assert values(frame)["Installed"] == pd.Timestamp("2020-05-05", tz="UTC")
    assert (values(frame)["Load bearing"], values(frame)["Layers"]) == (True, 3)
    assert "Empty" not in values(frame)
    assert set(frame["source"]) == {"instance"}


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
    frame = properties_frame([RICH, plain], Definitions.described([RICH]))
    schemas.PROPERTIES.validate(frame)
    own = frame[frame["object_id"] == "w2"].set_index("name")
    assert own.loc["U-value", ["group", "value", "unit", "type", "attribute_id"]].tolist() == [
        "Wall common", 0.3, "W/(m²K)", "double", "a1",
    ]  # fmt: skip
    assert own.loc["Load bearing", "value"] is False
    assert own.loc["unheard of", ["group", "value", "type"]].tolist() == ["allfreeattrib", 5, "int"]
    assert pd.isna(own.loc["unheard of", "attribute_id"])
    assert own.loc["Installed", "value"] == "soon"
    assert frame.problems.to_numpy().tolist() == [["w2", "Installed", "soon", "no date"]]
    wide = frame.wide()
    assert wide["installed"].tolist() == [pd.Timestamp("2020-05-05", tz="UTC"), pd.NaT]
    assert wide.attrs["problems"] == (("w2", "installed", "soon", "no date"),)
    assert wide.attrs["units"] == {"u_value": "W/(m²K)", "volume": "mm³"}
    assert wide.attrs["attributes"]["load_bearing"] == "a2"
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
    schemas.PROPERTIES.validate(frame)
    assert values(frame) == {"U-value": 0.5, "name": "n", "length": 9775}
    schemas.PROPERTIES.validate(properties_frame([]))


def test_a_name_of_two_attributes_is_not_guessed() -> None:
    def described(id_: str, type_: str, *ids: str) -> dict[str, Any]:
        groups = {f"set {at}": {"area": {"id": at, "name": "Area", "value": 1.5, "type": "double"}} for at in ids}
        return {"id": id_, "type": type_, "attributes": groups}

    def plain(id_: str, type_: str) -> dict[str, Any]:
        return {"id": id_, "type": type_, "attributes": {"allfreeattrib": {"area": "2,5"}}}

    known = [described("1", "Wall", "a1"), described("2", "Slab", "a2"), described("3", "Roof", "a1", "a2")]
    things = [plain("4", "Wall"), plain("5", "Slab"), plain("6", "Roof"), plain("7", "Beam")]
    frame = properties_frame(things, Definitions.described(known))
    assert [key[0] for key in unclear(things, Definitions.described(known))] == ["roof", "beam"]
    assert frame["attribute_id"].fillna("").tolist() == ["a1", "a2", "", ""]
    assert frame["group"].tolist() == ["set a1", "set a2", "allfreeattrib", "allfreeattrib"]
    assert frame["value"].tolist() == [2.5] * 4
    alone = properties_frame([plain("7", "Beam")], Definitions.described(known[:1]))
    assert alone["attribute_id"].tolist() == ["a1"]


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
    known = Definitions([Definition("1", "X", "g"), Definition("2", "Z", "g")])
    assert samples([*objects, thing("g", "y", kind="Slab")], known) in (["b"], ["c"])


# reading


@pytest.mark.parametrize(
    ("values", "declared", "read_as", "unit"),
    [
        (["0,25", 1, "1.234,5"], ("double", "m"), [0.25, 1, 1234.5], "m"),
        (["456m²", "1 m2", 7.0], ("double", "m²"), [456, 1, 7], "m²"),
        (["1.234,5 mm", "2 m"], ("double", "mm"), [1234.5, 2000], "mm"),
        (["12 mm", "1 m"], ("double", ""), [12, 1000], "mm"),
        (["5", 6, "7,5"], ("int", ""), [5, 6, 7.5], ""),
        (["True", False], ("boolean", ""), [True, False], ""),
        (["True", "false"], ("string", ""), [True, False], ""),
        (["456m²", "1.000.000 mm²"], ("string", ""), [456, 1], "m²"),
        (["1,5", "2"], ("string", "kg"), [1.5, 2], "kg"),
        # What people may have meant otherwise stays text.
        (["101", "102"], ("string", ""), ["101", "102"], ""),
        (["12 a", "13 a"], ("string", ""), ["12 a", "13 a"], ""),
        (["456m²", "about 400"], ("string", ""), ["456m²", "about 400"], ""),
        (["True", "no"], ("string", ""), ["True", "no"], ""),
        (["F90"], ("", ""), ["F90"], ""),
        (["007", "12"], ("", ""), ["007", "12"], ""),
        (["1.234", "2"], ("", ""), ["1.234", "2"], ""),
        # Nobody says what these are, and all of them say the same.
        (["5", 6], ("", ""), [5, 6], ""),
        (["5", "2,5"], ("", ""), [5.0, 2.5], ""),
        (["True"], ("", ""), [True], ""),
        (["50 %"], ("", ""), [50.0], "%"),
    ],
)  # fmt: skip
def test_values_are_read_as_what_they_are(
    values: list[Any], declared: tuple[str, str], read_as: list[Any], unit: str
) -> None:
    found = read(values, *declared, UNITS)
    assert found.values == read_as
    assert [type(value) is bool for value in found.values] == [type(value) is bool for value in read_as]
    assert found.unit == unit
    assert not found.wrong


@pytest.mark.parametrize(
    ("value", "declared", "why"),
    [
        ("5 kg", ("double", "m"), "no number in m"),
        ("5 furlong", ("double", "m"), "no number in m"),
        ("1.234 mm", ("double", "mm"), "no number in mm"),
        ("n/a", ("double", ""), "no number"),
        ("maybe", ("boolean", ""), "neither True nor False"),
        ("soon", ("datetime", ""), "no date"),
    ],
)
def test_what_cannot_be_read_stays_text_and_is_listed(value: str, declared: tuple[str, str], why: str) -> None:
    attribute = Definition("a1", "Depth", "Set", *declared)
    things = [
        {"id": id_, "type": "Wall", "attributes": {"allfreeattrib": {"depth": said}}}
        for id_, said in (("w1", value), ("w2", {"boolean": "True", "datetime": "2020-01-01"}.get(declared[0], "3")))
    ]
    frame = properties_frame(things, Definitions([attribute]), units=UNITS)
    assert frame["value"].iloc[0] == value
    assert frame.problems.to_numpy().tolist() == [["w1", "Depth", value, why]]
    wide = frame[frame["name"] == "Depth"].wide()
    assert wide["depth"].isna().tolist() == [True, False]
    assert wide.attrs["problems"] == (("w1", "depth", value, why),)


def test_numbers_in_different_units_are_not_put_in_one_column() -> None:
    things = [{"id": "w1", "type": "Wall", "attributes": {"allfreeattrib": {"depth": "3"}}}]
    in_mm, in_m = (
        properties_frame(things, Definitions([Definition("a1", "Depth", "Set", "double", unit)]))
        for unit in ("mm", "m")
    )
    both = pd.concat([in_mm, in_m.assign(object_id="w2")])
    wide = both.wide()
    assert wide["depth"].isna().tolist() == [False, True]
    assert wide.attrs["problems"] == (("w2", "depth", "3.0", "in m, not in mm"),)


def test_an_enumeration_is_ordered_as_the_service_defines() -> None:
    def wide(choices: tuple[tuple[str, str], ...], *said: str) -> pd.Series[Any]:
        attribute = Definition("a1", "State", "Set", "string", control="enumeration", choices=choices)
        things = [
            {"id": f"w{n}", "type": "Wall", "attributes": {"allfreeattrib": {"state": word}}}
            for n, word in enumerate(said)
        ]
        return properties_frame(things, Definitions([attribute])).wide()["state"]

    choices = (("1", "new"), ("2", "existing"), ("3", "gone"))
    assert [*wide(choices, "3", "1").cat.categories] == ["1", "2", "3"]
    assert [*wide(choices, "gone", "new").cat.categories] == ["new", "existing", "gone"]
    assert [*wide(choices, "gone", "odd").cat.categories] == ["1", "2", "3", "gone", "odd"]
    assert wide(choices, "gone", "new").max() == "gone"


def test_what_nobody_can_change_is_computed() -> None:
    kept = {"id": "a1", "name": "GlobalId", "value": "x", "type": "string", "isChangeable": False}
    frame = properties_frame([{"id": "w1", "type": "Wall", "attributes": {"ifc": {"globalid": kept}}}])
    assert frame["source"].tolist() == ["computed"]

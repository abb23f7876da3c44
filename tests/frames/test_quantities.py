"""Quantities of groups, from frames whose every number is known."""

from __future__ import annotations

import copy
import io
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.frames import hanging, nodes, quantities_frame, structures_frame
from bimplus_nb.frames.quantities import measured

COLUMNS = {
    "objects": "Int64", "length_m": "float64", "length_known": "Int64", "area_m2": "float64", "area_known": "Int64",
    "volume_m3": "float64", "volume_known": "Int64", "mass_kg": "float64", "mass_known": "Int64",
    "volume_source": "category", "volume_mesh_m3": "float64", "volume_compared": "Int64",
    "volume_deviation_m3": "float64", "volume_deviation_most": "float64", "surface_m2": "float64",
    "open_meshes": "Int64",
}  # fmt: skip
SUMS = ("length_m", "area_m2", "volume_m3", "mass_kg", "volume_mesh_m3", "volume_deviation_m3", "surface_m2")
COUNTS = [name for name, dtype in COLUMNS.items() if dtype == "Int64"]

OBJECTS = pd.DataFrame(
    {
        "storey": pd.Categorical(["Upper", "Lower", "Lower", None, "Lower"], ["Lower", "Upper"], ordered=True),
        "type": pd.Categorical(["Wall", "Wall", "Slab", "Wall", "Wall"]),
        "fire_exit": pd.array([True, None, None, False, True], dtype="boolean"),
        "length_m": [1.0, 2.0, np.nan, 4.0, 8.0],
        "area_m2": np.nan,
        "volume_m3": [10.0, 20e-9, 30.0, np.nan, np.nan],
    },
    index=pd.Index(list("abcde"), dtype="str", name="id"),
)
BODIES = pd.DataFrame(
    {
        "volume_m3": [-10.0, 20.0, 33.0, 40.0, 50.0],
        "surface_m2": [1.0, 1.0, 1.0, 1.0, 1.0],
        "closed": [True, True, True, True, False],
    },
    index=pd.Index(list("abcde"), dtype="str"),
)  # fmt: skip


def valid(frame: pd.DataFrame) -> pd.DataFrame:
    columns = {name: pa.Column(dtype, nullable=True) for name, dtype in COLUMNS.items()}
    pa.DataFrameSchema(columns, strict=True, ordered=True).validate(frame)
    assert frame.index.is_unique
    assert not frame[COUNTS].isna().any(axis=None)
    assert set(frame.attrs["units"]) <= set(frame)
    assert all(
        name.endswith({"m³": "_m3", "m²": "_m2"}.get(unit, f"_{unit}")) for name, unit in frame.attrs["units"].items()
    )
    return frame


def test_every_number_of_a_small_frame() -> None:
    frame = valid(quantities_frame(OBJECTS, BODIES, ["storey", "type"]))
    assert frame.index.names == ["storey", "type"]
    assert frame.index.tolist() == [("Lower", "Slab"), ("Lower", "Wall"), ("Upper", "Wall"), ("No storey", "Wall")]
    walls = frame.loc["Lower", "Wall"]
    assert walls[["objects", "length_m", "length_known", "area_known", "mass_known"]].tolist() == [2, 10.0, 2, 0, 0]
    assert pd.isna(walls["area_m2"]), "nothing is known of it, which is not 0"
    assert pd.isna(walls["mass_kg"])
    # b declares its volume in another unit; e declares none, and its body has a hole.
    assert walls[["volume_m3", "volume_known", "volume_mesh_m3", "volume_compared"]].tolist() == [20e-9, 1, 20.0, 1]
    assert walls["volume_deviation_m3"] == pytest.approx(20)
    assert walls["volume_deviation_most"] == pytest.approx(1 - 1e-9)
    assert walls["open_meshes"] == 1
    assert frame["volume_source"].tolist() == ["declared", "declared", "declared", "mesh"]
    assert frame["volume_m3"].tolist() == [30.0, 20e-9, 10.0, 40.0]
    assert frame.loc["Upper", "Wall"]["volume_deviation_m3"] == 0, "a body that is inside out encloses as much"
    slab = frame.loc["Lower", "Slab"]
    assert slab[["volume_deviation_m3", "volume_deviation_most"]].tolist() == pytest.approx([3, 1 / 11])
    assert pd.isna(frame.loc["No storey", "Wall"]["volume_deviation_m3"])
    total = valid(quantities_frame(OBJECTS, BODIES, []))
    assert total.index.tolist() == ["All objects"]
    assert total["volume_source"].tolist() == ["mixed"]
    assert total[["objects", "volume_known", "volume_m3"]].iloc[0].tolist() == [5, 4, pytest.approx(80)]


def test_rows_know_their_objects() -> None:
    frame = quantities_frame(OBJECTS, BODIES, ["storey"])
    known = dict(frame.attrs["object_ids"])
    assert known == {"Lower": ("b", "c", "e"), "Upper": ("a",), "No storey": ("d",)}
    for part in (frame.iloc[0], frame["volume_m3"], frame["volume_m3"] > 1, frame[frame["objects"] > 1]):
        assert part.attrs["object_ids"] is frame.attrs["object_ids"], "handed on, and not copied"
    assert copy.deepcopy(frame.attrs["object_ids"]) is frame.attrs["object_ids"]
    file = io.BytesIO()
    frame.reset_index().to_csv(file)
    assert b"Lower" in file.getvalue()


def test_groups_by_truths_numbers_and_ids() -> None:
    assert quantities_frame(OBJECTS, BODIES, ["fire_exit"]).index.tolist() == [False, True, "No fire_exit"]
    assert quantities_frame(OBJECTS, BODIES, ["length_m"]).index.tolist() == [1.0, 2.0, 4.0, 8.0, "No length_m"]
    each = quantities_frame(OBJECTS, BODIES, ["id"])
    assert each.index.tolist() == list("abcde")
    assert each["objects"].tolist() == [1] * 5
    odd = OBJECTS.assign(storey=pd.Categorical(["No storey", None, None, "x", "x"]))
    assert len(quantities_frame(odd, BODIES, ["storey"])) == 3, "a name that says there is none is a name"


def test_nothing_at_all() -> None:
    empty = valid(quantities_frame(OBJECTS.iloc[:0], BODIES.iloc[:0], ["storey", "type"]))
    assert empty.empty
    assert empty.index.names == ["storey", "type"]
    bodiless = valid(quantities_frame(OBJECTS, BODIES.iloc[:0], ["type"]))
    assert bodiless["open_meshes"].tolist() == [0, 0]
    assert bodiless["volume_mesh_m3"].isna().all()


NUMBERS = st.one_of(st.none(), st.floats(0, 1e6))


@st.composite
def known(draw: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Objects and bodies of any numbers, some of them missing."""
    n = draw(st.integers(0, 30))
    ids = pd.Index([f"o{k}" for k in range(n)], dtype="str", name="id")

    def column(values: Any) -> list[Any]:
        return draw(st.lists(values, min_size=n, max_size=n))  # type: ignore[no-any-return]

    def floats(values: Any = NUMBERS) -> pd.Series[Any]:
        return pd.Series(column(values), index=ids, dtype="float64")

    names = st.sampled_from(["a", "b", "c", None])
    objects = pd.DataFrame(
        {
            "storey": pd.Categorical(column(names), ["c", "a", "b"], ordered=True),
            "text": pd.Series(column(names), index=ids, dtype="str"),
            "number": floats(st.sampled_from([1.0, 2.5, None])),
            **{name: floats() for name in ("length_m", "area_m2", "volume_m3", "mass_kg")},
        },
        index=ids,
    )
    bodies = pd.DataFrame(
        {"volume_m3": floats(st.floats(-1e6, 1e6)), "surface_m2": floats(st.floats(0, 1e6)),
         "closed": pd.Series(column(st.booleans()), index=ids, dtype=bool)}, index=ids,
    )  # fmt: skip
    return objects, bodies.loc[[k % 3 > 0 for k in range(n)]] if draw(st.booleans()) else bodies


@settings(deadline=None)
@given(known(), st.lists(st.sampled_from(["storey", "text", "number", "id"]), unique=True, min_size=1))
def test_groups_add_up_to_everything(frames: tuple[pd.DataFrame, pd.DataFrame], by: list[str]) -> None:
    objects, bodies = frames
    total, groups = quantities_frame(objects, bodies, []), valid(quantities_frame(objects, bodies, by))
    assert sorted(id_ for _, ids in groups.attrs["object_ids"] for id_ in ids) == sorted(objects.index)
    assert len(total) == (1 if len(objects) else 0)
    if len(total) == 0:
        return
    for name in COUNTS:
        assert groups[name].sum() == total[name].iloc[0]
    for name in SUMS:
        assert groups[name].sum(min_count=1) == pytest.approx(total[name].iloc[0], rel=1e-9, abs=1e-6, nan_ok=True)
    assert groups["volume_deviation_most"].max() == pytest.approx(total["volume_deviation_most"].iloc[0], nan_ok=True)
    assert groups["volume_deviation_most"].dropna().between(0, 1).all()
    # Each row is what its own objects say, added up by plain Python.
    each = measured(objects, bodies)
    for row, (label, ids) in zip(groups.itertuples(), groups.attrs["object_ids"], strict=True):
        assert row.Index == label
        own = each.loc[list(ids)]
        assert row.objects == len(ids)
        assert row.volume_known == sum(value == value for value in own["volume_m3"])
        words = {word for word in own["volume_source"] if isinstance(word, str)}
        said = row.volume_source if isinstance(row.volume_source, str) else None
        assert said == ("mixed" if len(words) == 2 else words.pop() if words else None)


STRUCTURES: dict[str, Any] = {
    "id": "p", "name": "Project", "type": "ID_Project", "children": [
        {"id": "s", "name": "Costs", "type": "Structure", "parent": "p", "children": [
            {"id": "n1", "name": "300/400", "type": "Structure", "parent": "s", "children": [
                {"id": "n2", "name": "Walls", "type": "Structure", "parent": "n1", "children": [
                    {"id": "e1", "name": "One", "type": "StructureElement", "parent": "n2", "children": [
                        {"id": "a", "name": "A", "type": "ID_ArchWall", "parent": "e1", "children": []}]},
                    {"id": "e2", "name": "Two", "type": "StructureElement", "parent": "n2", "children": [
                        {"id": "b", "name": "B", "type": "ID_ArchWall", "parent": "e2", "children": []}]}]},
                {"id": "e3", "name": "Again", "type": "StructureElement", "parent": "n1", "children": [
                    {"id": "a", "name": "A", "type": "ID_ArchWall", "parent": "e3", "children": []}]}]}]},
        {"id": "t", "name": "Lots", "type": "Structure", "parent": "p", "children": []},
    ],
}  # fmt: skip


def test_structures() -> None:
    frame = structures_frame(nodes(STRUCTURES))
    schema = {
        "name": "str",
        "structure": "category",
        "parent": "str",
        "depth": "Int64",
        "path": "str",
        "objects": "Int64",
    }
    columns = {name: pa.Column(dtype, nullable=name == "parent") for name, dtype in schema.items()}
    pa.DataFrameSchema(columns, index=pa.Index("str", name="id"), strict=True, ordered=True).validate(frame)
    assert frame.index.tolist() == ["s", "n1", "n2", "t"]
    assert frame["depth"].tolist() == [0, 1, 2, 0]
    assert frame["parent"].fillna("").tolist() == ["", "s", "n1", ""]
    assert frame["path"].tolist()[2] == "Costs/300/400/Walls"
    assert frame["objects"].tolist() == [2, 2, 2, 0], "an object on two nodes is one object"
    assert dict(frame.attrs["object_ids"])["n1"] == ("a", "b")
    assert structures_frame([]).empty


def test_quantities_by_a_structure() -> None:
    """An object on two nodes counts under each, and what hangs nowhere has a group of its own."""
    of = {"Costs": hanging(nodes(STRUCTURES))["Costs"]}
    frame = valid(quantities_frame(OBJECTS, BODIES, ["Costs", "type"], of))
    assert frame["objects"].to_dict() == {
        ("300/400/Walls", "Wall"): 2, ("300/400", "Wall"): 1, ("No Costs", "Slab"): 1, ("No Costs", "Wall"): 2,
    }  # fmt: skip
    assert dict(frame.attrs["object_ids"])["300/400", "Wall"] == ("a",)
    assert frame.loc["300/400/Walls", "Wall"]["length_m"] == 3.0

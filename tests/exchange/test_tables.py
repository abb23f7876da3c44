"""Tables as files: what is in them, that they come back as they were, and that nobody's name is run as a formula."""

from __future__ import annotations

import csv
import json
import math
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bimplus_nb as bp
from bimplus_nb.client import connect
from bimplus_nb.exchange.cells import image, packed, same, unpacked
from bimplus_nb.frames import Fetched, remember
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil","x")', "\t=1", "\r=1", "=cmd|' /C calc'!A0"]
NAMES = [
    *FORMULAS, "http://example.com", "mailto:a@b.c", "{=1}", "a\x00b\x1bc", "_x0041_", "x" * 40_000, "“ü” 漢字",
    "line\r\nbreak", " space ", "007", "1e5", "TRUE", "2026-01-01", "<b>&amp;", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def project(sandbox: Sandbox) -> Iterator[Project]:
    with connect(sandbox) as client:
        yield client.project("Riverside Offices")


def table() -> pd.DataFrame:
    """A small one with every kind of column and hostile names."""
    count = len(NAMES)
    index = pd.Index([f"id{n}" for n in range(count)], name="id", dtype="str")
    frame = pd.DataFrame(
        {
            "name": pd.array(NAMES, dtype="str"),
            "type": pd.Categorical((["[Wall]", "wall:/", "=Door", "History", "'", "x" * 50, None] * count)[:count]),
            "length_m": pd.array([0.1 + 0.2, math.nan, 1e-300, 1e300, -0.0] * count, dtype="float64")[:count],
            "count": pd.array([1, None, 2**60, -5] * count, dtype="Int64")[:count],
            "yes": pd.array([True, None, False] * count, dtype="boolean")[:count],
            "when": pd.DatetimeIndex(
                (["2026-03-01T10:00:00.123456Z", None, "1500-01-01", "9999-12-31T23:59:59Z"] * count)[:count],
                dtype="datetime64[us, UTC]",
            ),
            "=rating": pd.Categorical((["F30", "F90", None] * count)[:count], ["F0", "F30", "F90"], ordered=True),
        },
        index=index,
    )
    frame.attrs = {"units": {"length_m": "m"}, "attributes": {"length_m": "41e11a59"}, "problems": ()}
    return remember(frame, "p1")


def edit(path: Path, sheet: str, row: int, header: str, value: Any) -> None:
    """Types something into a cell, as a person does."""
    book = openpyxl.load_workbook(path)
    there = book[sheet]
    column = [cell.value for cell in there[1]].index(header) + 1
    there.cell(row, column).value = value
    book.save(path)


# Excel


def test_what_nobody_touched_comes_back_to_the_last_digit(tmp_path: Path) -> None:
    frame = table()
    assert bp.to_excel(frame, tmp_path / "t.xlsx") == tmp_path / "t.xlsx"
    back = bp.read_excel(tmp_path / "t.xlsx")
    pd.testing.assert_frame_equal(back.loc[frame.index], frame)
    assert back.attrs["units"] == {"length_m": "m"}
    assert back.attrs["attributes"] == {"length_m": "41e11a59"}
    assert back.attrs["problems"] == ()
    fetched = back.attrs["fetched"]
    assert isinstance(fetched, Fetched)
    assert fetched == frame.attrs["fetched"]
    pd.testing.assert_frame_equal(fetched.frame, frame.attrs["fetched"].frame)
    # And so it does when Excel has saved it again.
    openpyxl.load_workbook(tmp_path / "t.xlsx").save(tmp_path / "again.xlsx")
    pd.testing.assert_frame_equal(bp.read_excel(tmp_path / "again.xlsx").loc[frame.index], frame)


def test_nothing_is_a_formula_or_a_link(tmp_path: Path) -> None:
    bp.to_excel(table(), tmp_path / "t.xlsx", by=None)
    with zipfile.ZipFile(tmp_path / "t.xlsx") as inside:
        sheets = [inside.read(name).decode() for name in inside.namelist() if "worksheets/sheet" in name]
        assert len(sheets) == 2
        assert not any("<f>" in sheet or "<f " in sheet or "<hyperlink" in sheet for sheet in sheets)
        assert not any("externalLink" in name for name in inside.namelist())
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    column = [cell.value for cell in book["objects"]["B"]][1:]
    assert column[: len(FORMULAS) - 2] == FORMULAS[: len(FORMULAS) - 2] or column[0] == "=1+1"
    assert all(cell.data_type != "f" for row in book["objects"].iter_rows() for cell in row)


def test_how_it_looks(tmp_path: Path, project: Project) -> None:
    objects = project.objects()
    bp.to_excel(objects, tmp_path / "o.xlsx")
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    shown = [sheet for sheet in book if sheet.sheet_state == "visible"]
    assert [sheet.title for sheet in shown] == list(objects["type"].drop_duplicates())
    assert sum(sheet.max_row - 1 for sheet in shown) == len(objects)
    doors = book["Door"]
    heads = [cell.value for cell in doors[1]]
    assert heads[:2] == ["id", "name"]
    assert "length_m [m]" in heads
    assert "u_value [W/(m²K)]" in heads
    assert doors.freeze_panes == "C2"
    assert doors.auto_filter.ref.startswith("A1:")
    assert doors.column_dimensions["A"].hidden
    assert doors.column_dimensions["B"].width > 15
    assert book["bimplus_nb"].sheet_state == "veryHidden"


def test_sheet_names_that_excel_does_not_take(tmp_path: Path) -> None:
    bp.to_excel(table(), tmp_path / "t.xlsx")
    names = openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    assert names[:3] == ["_Wall_", "wall__", "=Door"]
    assert "History_" in names
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 for name in names)


def test_an_edited_file_is_a_table_to_compare(tmp_path: Path, project: Project) -> None:
    objects = project.objects()
    bp.to_excel(objects, tmp_path / "o.xlsx")
    assert len(project.diff(bp.read_excel(tmp_path / "o.xlsx"), progress=False)) == 0
    first, second, third, fourth = objects.index[objects["type"] == "Door"][:4]
    edit(tmp_path / "o.xlsx", "Door", 2, "fire_rating", "F60")
    edit(tmp_path / "o.xlsx", "Door", 3, "mass_kg [kg]", -5)
    edit(tmp_path / "o.xlsx", "Door", 4, "material", 12)
    edit(tmp_path / "o.xlsx", "Door", 5, "length_m [m]", None)
    edited = bp.read_excel(tmp_path / "o.xlsx")
    assert {name: str(dtype) for name, dtype in edited.dtypes.items()} == {
        name: str(dtype) for name, dtype in objects.dtypes.items()
    }
    frame = project.diff(edited, progress=False).frame().set_index("object_id")
    assert frame.loc[[first, second, third, fourth], ["attribute", "new", "problem"]].astype(object).where(
        lambda cells: cells.notna(), None
    ).to_numpy().tolist() == [
        ["Fire rating", "F60", ""],
        ["Mass", -5.0, "-5 kg is not at least 0"],
        ["material", "12", ""],
        ["length", None, ""],
    ]  # fmt: skip


def test_what_people_do_to_a_sheet(tmp_path: Path) -> None:
    """Rows deleted, sorted, copied, and added below; a column added; a column deleted; a sheet of their own."""
    frame = table()
    bp.to_excel(frame, tmp_path / "t.xlsx", by=None)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = book["objects"]
    sheet.delete_rows(3)
    sheet.cell(1, sheet.max_column + 1).value = "mass [kg]"
    sheet.cell(2, sheet.max_column).value = 7.5
    sheet.cell(sheet.max_row + 2, 2).value = "Sum"
    copied = [cell.value for cell in sheet[2]]
    sheet.append(copied)
    sheet.delete_cols([cell.value for cell in sheet[1]].index("yes") + 1)
    book.create_sheet("Notes").append(["just", "words"])
    book.save(tmp_path / "t.xlsx")
    back = bp.read_excel(tmp_path / "t.xlsx")
    assert "id1" not in back.index
    assert list(back.index).count("id0") == 2
    assert "yes" not in back
    assert back.loc["id0", "mass"].tolist()[0] == 7.5
    assert back.attrs["units"] == {"length_m": "m", "mass": "kg"}
    assert [(one.column, one.value) for one in back.attrs["problems"]] == [("id", "Sum")]


def test_the_long_table_goes_there_and_back(tmp_path: Path, project: Project) -> None:
    some = project.properties().iloc[:2000]
    bp.to_excel(some, tmp_path / "p.xlsx")
    back = bp.read_excel(tmp_path / "p.xlsx")
    pd.testing.assert_frame_equal(back, some, check_index_type=False)
    assert len(project.diff(back, progress=False)) == 0
    row = some.index[some["name"] == "Cost"][0]
    edit(tmp_path / "p.xlsx", "properties", int(row) + 2, "value", 1.5)
    assert project.diff(bp.read_excel(tmp_path / "p.xlsx")).frame()["new"].tolist() == [1.5]


def test_a_table_edited_before_it_was_written_is_still_edited(tmp_path: Path, project: Project) -> None:
    fix = project.objects()
    one = fix.index[fix["cost"].notna()][0]
    fix.loc[one, "cost"] = 1.25
    bp.to_excel(fix, tmp_path / "o.xlsx")
    assert project.diff(bp.read_excel(tmp_path / "o.xlsx")).frame()["new"].tolist() == [1.25]


@pytest.mark.parametrize("how", ["no Excel", "no ZIP", "of somebody else", "damaged", "another version"])
def test_files_that_are_none_of_ours(tmp_path: Path, how: str) -> None:
    path = tmp_path / "t.xlsx"
    bp.to_excel(table(), path)
    book = openpyxl.load_workbook(path)
    if how == "of somebody else":
        del book["bimplus_nb"]
    elif how == "damaged":
        book["bimplus_nb"]["A3"].value = "[nonsense"
    elif how == "another version":
        book["bimplus_nb"]["A1"].value = json.dumps({"form": 99})
    book.save(path)
    if how == "no Excel":
        with zipfile.ZipFile(path, "w") as inside:
            inside.writestr("a", "b")
    elif how == "no ZIP":
        path.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(ValueError, match=r"no Excel file|not written by to_excel|damaged"):
        bp.read_excel(path)


def test_what_does_not_fit_into_excel_is_said_before_it_is_tried(tmp_path: Path) -> None:
    wide = pd.DataFrame({f"c{n}": [1] for n in range(16_001)})
    with pytest.raises(ValueError, match="do not fit; Parquet"):
        bp.to_excel(wide, tmp_path / "t.xlsx")
    with pytest.raises(ValueError, match="different names"):
        bp.to_excel(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "t.xlsx")
    with pytest.raises(ValueError, match=r"ends with \.xlsx"):
        bp.to_excel(table(), tmp_path / "t.xls")
    assert list(tmp_path.iterdir()) == []


VALUES = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False), st.integers(-(2**70), 2**70), st.text(max_size=40),
    st.datetimes().map(lambda moment: pd.Timestamp(moment, tz="UTC")),
)  # fmt: skip


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_a_value_is_kept_beside_what_the_cell_shows_of_it(value: Any) -> None:
    assert same(image(value), image(value))
    assert unpacked(json.loads(json.dumps(packed(value)))) == value


# CSV


@pytest.mark.parametrize("decimal", [".", ","])
def test_csv_is_read_by_others(tmp_path: Path, decimal: Any) -> None:
    frame = table()
    bp.to_csv(frame, tmp_path / "t.csv", decimal=decimal)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";" if decimal == "," else ",")
    assert head == ["id", "name", "type", "length_m [m]", "count", "yes", "when", "'=rating"]
    assert len(rows) == len(frame)
    for row, (name, length) in zip(rows, zip(frame["name"], frame["length_m"], strict=True), strict=True):
        assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row[1].lstrip("'") == name.encode("utf-8", "replace").decode().lstrip("'")
        assert row[3] == "" if math.isnan(length) else float(row[3].replace(",", ".")) == length
    assert rows[0][6] == "2026-03-01T10:00:00.123456+00:00"
    assert [row[5] for row in rows[:3]] == ["True", "", "False"]
    bp.to_csv(frame, tmp_path / "t.csv", formulas=True)
    assert ",=1+1," in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")


# Parquet


def test_parquet_keeps_types_units_and_attributes(tmp_path: Path, project: Project) -> None:
    objects = project.objects()
    bp.to_parquet(objects, tmp_path / "o.parquet")
    back = pd.read_parquet(tmp_path / "o.parquet")
    pd.testing.assert_frame_equal(back, objects, check_categorical=False)
    assert back.attrs["units"] == objects.attrs["units"]
    schema = pyarrow.parquet.read_schema(tmp_path / "o.parquet")
    assert schema.field("length_m").metadata[b"unit"] == b"m"
    assert schema.field("volume_m3").metadata[b"unit"] == "m³".encode()


def test_values_of_several_kinds_have_a_column_a_kind(tmp_path: Path, project: Project) -> None:
    properties = project.properties()
    bp.to_parquet(properties, tmp_path / "p.parquet")
    back = pd.read_parquet(tmp_path / "p.parquet")
    parts = ["value_number", "value_text", "value_boolean", "value_date"]
    assert "value" not in back
    assert (back[parts].notna().sum(axis=1) == 1).all()
    assert {str(back[name].dtype) for name in parts} == {"float64", "str", "boolean", "datetime64[us, UTC]"}
    joined = back["value_number"].astype(object)
    for name in parts[1:]:
        joined = joined.where(joined.notna(), back[name].astype(object))
    assert joined.tolist() == properties["value"].tolist()
    issues = project.issues()
    bp.to_parquet(issues, tmp_path / "i.parquet")
    there = pd.read_parquet(tmp_path / "i.parquet")["object_ids"]
    assert [tuple(ids) for ids in there] == issues["object_ids"].tolist()


def test_pandas_itself_can_write_a_table_that_remembers(tmp_path: Path, project: Project) -> None:
    """What a table remembers is of no hindrance, and what is too large to be kept is not."""
    project.objects().to_parquet(tmp_path / "o.parquet")
    back = pd.read_parquet(tmp_path / "o.parquet")
    assert back.attrs["fetched"]["project"] == project.id
    assert len(project.diff(back[["cost"]].head(3), progress=False)) == 0


# whole or not at all


@pytest.mark.parametrize("write", [bp.to_excel, bp.to_csv, bp.to_parquet])
def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Any) -> None:
    path = tmp_path / f"t.{ {'to_excel': 'xlsx', 'to_csv': 'csv', 'to_parquet': 'parquet'}[write.__name__] }"
    path.write_bytes(b"before")

    def full(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", full)
    frame = table()[["length_m", "count"]]
    with pytest.raises(OSError, match="No space"):
        write(frame, path)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"before"]
    monkeypatch.undo()
    write(frame, path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    with pytest.raises(OSError, match="No such file"):
        write(frame, tmp_path / "nowhere" / path.name)

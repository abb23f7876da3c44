from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.frames.values import Kind, Problem, boolean, column, date, infer, measure, number, ordered, pick, snake
from bimplus_nb.text import plain


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("8,5", 8.5),
        ("8.5", 8.5),
        (" 12 ", 12),
        ("-,5", -0.5),
        ("+3.", 3),
        ("1e3", 1000),
        ("1,5E-3", 0.0015),
        (7, 7),
        (0.25, 0.25),
        ("1.234,5", None),
        ("1,234.5", None),
        ("456 m²", None),
        ("", None),
        ("-", None),
        (".", None),
        ("nan", None),
        ("inf", None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
        ("9" * 100, None),
        ("1e999", None),
        ("٣", 3),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_numbers(value: object, read: float | None) -> None:
    assert number(value) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("456m²", (456, "m²")),
        ("1.234,5 mm", (1234.5, "mm")),
        ("1,234,567.5 kg", (1234567.5, "kg")),
        ("1 234 mm", (1234, "mm")),
        ("12'345.6 m", (12345.6, "m")),
        ("0.123 mm", (0.123, "mm")),
        ("1234,567 mm", (1234.567, "mm")),
        ("-3,5 °C", (-3.5, "°C")),
        ("50 %", (50, "%")),
        ("5 km/h", (5, "km/h")),
        ("1.234.567", (1234567, "")),
        ("8,5", (8.5, "")),
        # Read in two ways, or in none.
        ("1.234", None),
        ("1,234 mm", None),
        ("5 - 6 m", None),
        ("ca. 5 m", None),
        ("1.23.4", None),
        ("1,234,56", None),
        ("1 2 3", None),
        ("F90", None),
        ("m", None),
        ("", None),
        ("9" * 70, None),
    ],
)
def test_numbers_with_units(text: str, read: tuple[float, str] | None) -> None:
    assert measure(text) == read


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_back_as_the_service_writes_it(value: float) -> None:
    """Viewer attributes write a comma for the decimal point."""
    assert number(repr(value).replace(".", ",")) == value


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("True", True),
        ("FALSE", False),
        (" true ", True),
        (True, True),
        ("1", None),
        (1, None),
        (None, None),
        ("", None),
    ],
)
def test_booleans(value: object, read: bool | None) -> None:
    assert boolean(value) is read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2014-01-30T15:43:55.1302187Z", datetime(2014, 1, 30, 15, 43, 55, 130218, UTC)),
        ("2013-06-02T10:05:00+00:00", datetime(2013, 6, 2, 10, 5, tzinfo=UTC)),
        ("2013-06-02T10:05:00+0200", datetime(2013, 6, 2, 8, 5, tzinfo=UTC)),
        ("2013-06-02 10:05:00", datetime(2013, 6, 2, 10, 5, tzinfo=UTC)),
        ("2013-06-02", datetime(2013, 6, 2, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0000-00-00T00:00:00", None),
        ("2013-13-02", None),
        ("2013-06-02T25:00:00", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("2013-06-02T10:05:00+99:99", None),
        ("02.06.2013", None),
        ("", None),
        (20130602, None),
    ],
)
def test_dates(value: object, read: datetime | None) -> None:
    assert date(value) == read


@given(st.datetimes(min_value=datetime(1700, 1, 1), max_value=datetime(2200, 1, 1)), st.integers(-720, 720))
def test_every_date_is_the_moment_it_names(moment: datetime, minutes: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert date(zoned.isoformat(timespec="microseconds")) == zoned


@given(st.text(max_size=80))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (number, boolean, date, measure):
        read(text)
    assert snake(text)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], "text"),
        ([None, ""], "text"),
        (["True", "False", None], "boolean"),
        ([True, False], "boolean"),
        (["1", 2, None], "integer"),
        (["1", "2,5"], "number"),
        ([1.0, 2.0], "number"),
        ([1, True], "text"),
        (["1", "x"], "text"),
        (["007", "008"], "text"),
        (["0,5", "0"], "number"),
        (["99999999999999999999"], "number"),
        (["2020-01-01", "2021-05-05T01:02:03Z"], "date"),
        (["2020-01-01", "0001-01-01T00:00:00"], "date"),
        (["2020-01-01", "soon"], "text"),
    ],
)
def test_the_narrowest_kind(values: list[Any], kind: Kind) -> None:
    assert infer(values) == kind


@pytest.mark.parametrize(
    ("kind", "values", "dtype", "read", "wrong"),
    [
        ("text", ["a", "", None, 5, 2.5], "str", ["a", None, None, "5", "2.5"], []),
        ("category", ["b", None, "a", "b"], "category", ["b", None, "a", "b"], []),
        ("number", ["1,5", None, "x", 2], "float64", [1.5, None, None, 2.0], ["x"]),
        ("integer", ["1", None, "y", 3], "Int64", [1, None, None, 3], ["y"]),
        ("boolean", ["True", None, "maybe", False], "boolean", [True, None, None, False], ["maybe"]),
        ("date", ["2020-01-01", "", "0001-01-01T00:00:00", "soon"], "datetime64[us, UTC]", None, ["soon"]),
    ],
)
def test_columns_have_one_dtype_and_report_what_they_lack(
    kind: Kind, values: list[Any], dtype: str, read: list[Any] | None, wrong: list[str]
) -> None:
    problems: list[Problem] = []
    index = pd.Index([f"id{n}" for n in range(len(values))], dtype="str")
    found = column(values, kind, index=index, name="col", problems=problems)
    assert str(found.dtype) == dtype
    if read is not None:
        assert [None if pd.isna(value) else value for value in found] == read
    assert [problem.value for problem in problems] == wrong
    assert all(problem.column == "col" and problem.id in index for problem in problems)
    for count in (0, 2):
        empty = column([None] * count, kind, index=pd.RangeIndex(count))
        assert (str(empty.dtype), len(empty), empty.isna().all()) == (dtype, count, True)


def test_choices_are_ordered_and_unknown_ones_kept() -> None:
    found = ordered(["closed", "Open", "very high", None, " OPEN "], ["Open", "Closed"], index=pd.RangeIndex(5))
    assert list(found.cat.categories) == ["Open", "Closed", "very high"]
    assert found.tolist()[:3] == ["Closed", "Open", "very high"]
    assert found.cat.ordered
    assert found.iloc[4] == "Open"
    assert pd.isna(found.iloc[3])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("dueDate", "due_date"),
        ("U-value", "u_value"),
        ("sizeInMB", "size_in_mb"),
        ("ifcId", "ifc_id"),
        ("HTTPServer", "http_server"),
        ("fire rating", "fire_rating"),
        ("Größe (m²)", "größe_m²"),
        ("__x__", "x"),
        ("", "unnamed"),
        ("%", "unnamed"),
    ],
)
def test_snake(name: str, shown: str) -> None:
    assert snake(name) == shown


def test_twins_of_a_key() -> None:
    assert pick({"createdby": "a"}, "createdBy") == "a"
    assert pick({"createdBy": None, "createdby": "b"}, "createdBy") == "b"
    assert pick({"changedBy": "c"}, "createdBy", "changedBy") == "c"
    assert pick({}, "x") is None


def test_half_a_character_is_shown_as_one_that_is_missing() -> None:
    """JSON may hold it, and neither Arrow, in which pandas may keep texts, nor a page can."""
    found = column(["\ud800 wall", "wäll"], "text", index=pd.RangeIndex(2))
    assert found.tolist() == ["\ufffd wall", "wäll"]
    assert plain("\ud800 wall") == "  wall"

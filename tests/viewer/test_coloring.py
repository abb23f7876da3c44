"""Values become colours and a legend that says the truth about them."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bimplus_nb.viewer.amounts import Shading
from bimplus_nb.viewer.coloring import Coloring, coloring, ruled
from bimplus_nb.viewer.palette import CATEGORIES, MISSING, OTHER, RAMPS, hexed, ramp

IDS = [f"id{k}" for k in range(12)]
ROWS = {name: row for row, name in enumerate(IDS)}
NO_ROOM = np.zeros(12, bool)
ROOMS = np.arange(12) >= 9


def labels(made: Coloring) -> dict[str, int]:
    return {one.label: len(one.members) for one in made.classes}


def colors(made: Coloring) -> list[str]:
    return [hexed(made.color[row]) if made.colored[row] else "" for row in range(12)]


def test_categories_by_frequency_with_their_counts() -> None:
    values = pd.Series(["b", "a", "b", "b", "a", "c"], index=IDS[:6], name="type")
    made = coloring(values, ROWS, NO_ROOM)
    assert made.title == "type"
    assert labels(made) == {"b": 3, "a": 2, "c": 1}
    assert colors(made)[:6] == [CATEGORIES[k] for k in (0, 1, 0, 0, 1, 2)]
    assert made.spoken_of.tolist() == [True] * 6 + [False] * 6
    legend = made.legend(np.arange(12) != 5, np.arange(12) % 2 == 1)
    assert legend["rows"][0] == {"label": "b", "color": CATEGORIES[0], "count": 3, "bar": False}
    assert legend["off"] == [2], "all of c is hidden"
    assert legend["chosen"] == [2], "and all of it selected, but not all of a and b"


def test_more_than_eight_values_share_other() -> None:
    made = coloring({name: f"v{k}" for k, name in enumerate(IDS)}, ROWS, NO_ROOM)
    assert len(made.classes) == 8
    assert list(labels(made).items())[-1] == ("other (5 values)", 5)
    assert made.classes[-1].color == OTHER
    assert sorted(np.concatenate([one.members for one in made.classes])) == list(range(12))


def test_missing_values_are_grey_and_counted() -> None:
    made = coloring(pd.Series(["a", None, np.nan], index=IDS[:3]), ROWS, NO_ROOM)
    assert labels(made) == {"a": 1, "no value": 2}
    assert colors(made)[:3] == [CATEGORIES[0], MISSING, MISSING]


def test_numbers_get_a_ramp_and_a_histogram_on_round_numbers() -> None:
    values = pd.Series([0.3, 2.0, 4.1, 9.7, np.inf, np.nan], index=IDS[:6], name="area")
    values.attrs["unit"] = "m²"
    made = coloring(values, ROWS, NO_ROOM)
    assert made.unit == "m²"
    assert made.axis is not None
    assert made.axis.ticks == ((0.0, "0"), (0.2, "2"), (0.4, "4"), (0.6, "6"), (0.8, "8"), (1.0, "10"))
    assert made.axis.words == "0.3 – 9.7"
    bars = [one for one in made.classes if one.bar]
    assert [one.label for one in bars][:2] == ["0.0 – 0.5", "0.5 – 1.0"]
    assert {one.label: len(one.members) for one in bars if len(one.members)} == {
        "0.0 – 0.5": 1,
        "2.0 – 2.5": 1,
        "4.0 – 4.5": 1,
        "9.5 – 10.0": 1,
    }
    assert [(one.label, len(one.members)) for one in made.classes if not one.bar] == [("no value", 2)]
    assert colors(made)[:4] == [hexed(one) for one in ramp(np.array([0.03, 0.2, 0.41, 0.97]))]
    assert colors(made)[4] == MISSING


def bars_hold_what_they_say(made: Coloring, values: NDArray[np.float64]) -> None:
    """Every value is in exactly one class, and where that is a range, between its ends."""
    assert sorted(np.concatenate([one.members for one in made.classes])) == list(range(len(values)))
    for one in made.classes:
        ends = [float(end.replace(",", "")) for end in re.findall(r"-?[\d,]+(?:\.\d+)?", one.label)]
        some = values[one.members]
        if one.label.startswith("above"):
            assert (some > ends[0]).all()
        elif one.label.startswith("below"):
            assert (some < ends[0]).all()
        elif len(ends) == 2:
            slack = 0.51 * 10.0 ** -len(one.label.partition(".")[2].partition(" ")[0])
            assert (some >= ends[0] - slack).all()
            assert (some <= ends[1] + slack).all()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "shading",
    [
        Shading(),
        Shading(scale="log"),
        Shading(scale="quantile"),
        Shading(bins=7),
        Shading(bins=[1, 2.5, 10]),
        Shading(low=0.5, high=3),
        Shading(center=1.0),
    ],
)
def test_every_number_is_in_the_class_that_says_so(shading: Shading, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = 10.0 ** rng.integers(-3, 5) * rng.lognormal(sigma=rng.uniform(0.1, 2), size=200) + rng.choice([0, 1000])
    if seed % 3 == 0:
        values = np.round(values)
    if shading.scale == "log":
        values = np.maximum(values, 1e-3)
    ids = [str(k) for k in range(200)]
    made = coloring(
        pd.Series(values, ids), {name: k for k, name in enumerate(ids)}, np.zeros(200, bool), shading=shading
    )
    bars_hold_what_they_say(made, values)
    assert len(made.classes) <= 42
    if made.axis:
        places = [place for place, _ in made.axis.ticks]
        assert 1 <= len(places) <= 8
        assert places == sorted(places)
        assert 0 <= places[0] <= places[-1] <= 1


def many(values: Any, **told: Any) -> Coloring:
    ids = [str(k) for k in range(len(values))]
    rows = {name: k for k, name in enumerate(ids)}
    return coloring(pd.Series(values, ids), rows, np.zeros(len(ids), bool), shading=Shading(**told))


def test_an_outlier_does_not_eat_the_shades_and_the_legend_says_so() -> None:
    made = many([*np.linspace(0, 1, 99), 5000.0])
    assert made.classes[-1].label == "above 1.00"
    assert made.classes[-1].members.tolist() == [99]
    assert made.axis is not None
    assert made.axis.words == "0 – 5,000"
    assert hexed(made.color[99]) == hexed(made.color[98]) == made.classes[-1].color
    assert len(np.unique(made.color, axis=0)) > 90
    assert many(np.linspace(0, 1, 100)).classes[-1].bar, "no outliers, no such line"


def test_values_around_zero_part_there() -> None:
    made = many(np.linspace(-1, 4, 101))
    assert made.axis is not None
    assert made.axis.colors == RAMPS["orange-blue"]
    assert {text: place for place, text in made.axis.ticks}["0"] == 0.5
    assert hexed(made.color[20]) == hexed(ramp(np.array([0.5]), RAMPS["orange-blue"])[0])
    stray = many([*np.linspace(1, 4, 100), -0.2])
    assert stray.axis is not None
    assert stray.axis.colors == RAMPS["blue"], "one wrong sign is no reason"
    told = many(np.linspace(1, 4, 100), center=2.0)
    assert told.axis is not None
    assert {text: place for place, text in told.axis.ticks}["2"] == 0.5


def test_a_few_whole_numbers_are_a_class_each_highest_on_top() -> None:
    made = many([1, 3, 3, 7, np.nan])
    assert labels(made) == {"7": 1, "3": 2, "1": 1, "no value": 1}
    assert [one.color for one in made.classes[:3]] == [RAMPS["blue"][-1], hexed(ramp(np.array([0.5]))[0]), "#e3ebf8"]
    assert made.axis is None
    assert many([1.5, 3, 3, 7]).axis is not None, "not whole"
    assert many(range(9)).axis is not None, "not few"


def test_bins_and_quantiles() -> None:
    assert labels(many(np.arange(100.0), bins=4)) == {
        "74.2 – 99.0": 25,
        "49.5 – 74.2": 25,
        "24.8 – 49.5": 25,
        "0.0 – 24.8": 25,
    }
    edges = labels(many(np.arange(100.0), bins=[0, 10, 50]))
    assert edges == {"above 50": 49, "10 – 50": 41, "0 – 10": 10}
    skewed = many(np.arange(100.0) ** 3, scale="quantile", bins=4)
    assert [len(one.members) for one in skewed.classes] == [25] * 4


def test_dates_have_ticks_of_the_calendar() -> None:
    days = pd.date_range("2026-01-05", periods=400, tz="Europe/Berlin")
    made = many(days)
    assert made.axis is not None
    assert [text for _, text in made.axis.ticks] == ["Jul 2026", "Jan 2027"]
    assert made.axis.words == "05 Jan 2026 – 08 Feb 2027"
    assert sum(len(one.members) for one in made.classes) == 400
    early = many(days, high=pd.Timestamp("2026-01-31"))
    assert early.classes[-1].label.startswith("above 31 Jan 2026")
    durations = many(pd.to_timedelta([1.5, 2, 9], "D"))
    assert durations.unit == "days"


@pytest.mark.parametrize("years", [1e-4, 1e-3, 0.01, 0.1, 0.5, 1, 3, 8, 40, 200])
def test_a_time_axis_has_a_few_ticks_whatever_it_spans(years: float) -> None:
    made = many(pd.Timestamp("1990-02-03 04:05") + pd.to_timedelta(np.linspace(0, 365 * years, 50), "D"))
    assert made.axis is not None
    assert 1 <= len(made.axis.ticks) <= 5


@pytest.mark.parametrize(
    "told",
    [
        {"scale": "exponential"},
        {"low": 2, "high": 1},
        {"low": np.nan},
        {"bins": 0},
        {"bins": 1000},
        {"bins": [1]},
        {"bins": [2, 1]},
        {"scale": "quantile", "bins": [1, 2]},
        {"scale": "log", "center": 1},
        {"scale": "log", "low": -1},
    ],
)
def test_a_shading_that_makes_no_sense_says_so(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"scale|vmin|bins"):
        many([1.5, 2.5], **told)
    with pytest.raises(ValueError, match="above 0"):
        many([-1.0, 0.0], scale="log")


def test_an_ordered_categorical_keeps_its_order_highest_on_top() -> None:
    storeys = [f"S{k}" for k in range(12)]
    values = pd.Categorical(["S0", "S0", "S1", "S9", "S10", None], categories=storeys, ordered=True)
    made = coloring(pd.Series(values, index=IDS[:6]), ROWS, NO_ROOM)
    assert list(labels(made)) == ["S10", "S9", "S1", "S0", "no value"]
    assert made.classes[3].color == RAMPS["sea"][0]
    assert made.classes[0].color == RAMPS["sea"][-1]
    tower = pd.Series(pd.Categorical(storeys, categories=storeys, ordered=True), index=IDS)
    assert list(labels(coloring(tower, ROWS, NO_ROOM))) == storeys[::-1], "in order, more than eight can be read"


def test_truths_have_colours_that_do_not_change_with_their_number() -> None:
    for truths in ([True, False, False], [True, True, False]):
        made = coloring(pd.Series(truths, index=IDS[:3]), ROWS, NO_ROOM)
        assert [(one.label, one.color) for one in made.classes] == [("Yes", CATEGORIES[0]), ("No", CATEGORIES[1])]


def test_colours_given_are_the_colours() -> None:
    made = coloring({"id0": "#FF0000", "id1": "#00ff7f", "id2": "#00ff7f", "id3": None}, ROWS, NO_ROOM)
    assert colors(made)[:4] == ["#ff0000", "#00ff7f", "#00ff7f", MISSING]
    assert [(one.label, one.color) for one in made.classes[:2]] == [("#00ff7f", "#00ff7f"), ("#FF0000", "#ff0000")]
    assert colors(coloring({"id0": "#ff0000", "id1": "#red"}, ROWS, NO_ROOM))[0] == CATEGORIES[0], "not all are"


def test_palettes() -> None:
    kinds = {"id0": "a", "id1": "b", "id2": "c", "id3": "c"}
    listed = coloring(kinds, ROWS, NO_ROOM, palette=["#000001", "#000002", "#000003"])
    assert colors(listed)[:4] == ["#000002", "#000003", "#000001", "#000001"]
    few = coloring(kinds, ROWS, NO_ROOM, palette=["#000001", "#000002"])
    assert colors(few)[:4] == ["#000002", OTHER, "#000001", "#000001"]
    told = coloring(kinds, ROWS, NO_ROOM, palette={"a": "#000009"})
    assert colors(told)[:4] == ["#000009", CATEGORIES[1], CATEGORIES[0], CATEGORIES[0]]
    shades = coloring({"id0": 0.5, "id1": 1.5}, ROWS, NO_ROOM, palette="-heat")
    assert shades.axis is not None
    assert shades.axis.colors == RAMPS["heat"][::-1]
    for wrong in ("rainbow", ["red"], [], ["#12345"], {"a": "url(x)"}):
        with pytest.raises(ValueError, match=r"palette|colour"):
            coloring(kinds, ROWS, NO_ROOM, palette=wrong)
    with pytest.raises(ValueError, match="numbers"):
        coloring({"id0": 0.5}, ROWS, NO_ROOM, palette={"a": "#000009"})


def test_the_first_rule_that_holds_wins() -> None:
    members = {"thin": np.array([1, 2]), "heavy": np.array([2, 3]), "none": np.array([], np.int64)}
    made = ruled(members, NO_ROOM, title="Checks")
    assert labels(made) == {"thin": 2, "heavy": 1, "none": 0}
    assert colors(made)[:5] == ["", CATEGORIES[0], CATEGORIES[0], CATEGORIES[1], ""]
    assert np.flatnonzero(made.spoken_of).tolist() == [1, 2, 3]
    assert colors(ruled(members, NO_ROOM, palette={"heavy": "#aa0000"}))[3] == "#aa0000"
    assert not ruled({"rooms too": np.arange(12)}, ROOMS).colored[9:].any()
    assert ruled({"rooms": np.arange(9, 12)}, ROOMS).colored[9:].all()
    with pytest.raises(ValueError, match="9 rules"):
        ruled({str(k): np.array([k]) for k in range(9)}, NO_ROOM)


@pytest.mark.parametrize("values", [[3, 3, 3], [3.5, 3.5, 3.5]])
def test_equal_numbers_are_one_class(values: list[float]) -> None:
    assert len(coloring(pd.Series(values, index=IDS[:3]), ROWS, NO_ROOM).classes) == 1


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([True, False, True], {"Yes": 2, "No": 1}),
        (pd.array([True, None, False], "boolean"), {"Yes": 1, "No": 1, "no value": 1}),
        (pd.Categorical(["x", "y", "x"]), {"x": 2, "y": 1}),
        (pd.array([1, None, 1], "Int64"), {"1": 2, "no value": 1}),
        (pd.to_datetime(["2026-01-01", None, "2026-01-02"]), None),
        ([datetime.date(2026, 1, 1), None, datetime.date(2026, 1, 2)], None),
        ([Decimal("1.5"), None, Decimal("2.5")], None),
        ([True, None, False], {"Yes": 1, "No": 1, "no value": 1}),
        ([[1], [1], {"a": 2}], {"[1]": 2, "{'a': 2}": 1}),
        ([1, "1", None], {"1": 2, "no value": 1}),
        ([None, None, None], {"no value": 3}),
    ],
)
def test_every_dtype_of_a_column_works(values: Any, kinds: dict[str, int] | None) -> None:
    made = coloring(pd.Series(values, index=IDS[:3], dtype=getattr(values, "dtype", object)), ROWS, NO_ROOM)
    assert sum(len(one.members) for one in made.classes) == 3
    if kinds is not None:
        assert labels(made) == kinds


def test_rooms_are_coloured_only_when_they_alone_have_values() -> None:
    both = coloring(dict.fromkeys(IDS, "a"), ROWS, ROOMS)
    assert labels(both) == {"a": 9}
    assert not both.colored[9:].any()
    values = pd.Series([np.nan] * 9 + [1.0, 2.0, 3.0], index=IDS)
    rooms = coloring(values, ROWS, ROOMS)
    assert rooms.colored.tolist() == [False] * 9 + [True] * 3
    assert rooms.spoken_of.tolist() == rooms.colored.tolist(), "the building around them becomes x-ray"


def test_an_id_given_twice_counts_once() -> None:
    made = coloring(pd.Series(["a", "b", "a"], index=["id0", "id0", "id1"]), ROWS, NO_ROOM)
    assert labels(made) == {"a": 1, "b": 1}


def test_objects_without_geometry_are_passed_over_but_not_all_may_be() -> None:
    assert labels(coloring({"id0": "a", "storey": "b"}, ROWS, NO_ROOM)) == {"a": 1}
    with pytest.raises(ValueError, match="must be object ids"):
        coloring({"storey": "b"}, ROWS, NO_ROOM)


def test_long_and_crooked_labels_are_bounded() -> None:
    made = coloring({"id0": "x" * 10_000, "id1": "a\u202eb\n"}, ROWS, NO_ROOM, title="t" * 10_000)
    assert max(len(one.label) for one in made.classes) <= 80
    assert len(made.title) <= 80
    assert not any("\u202e" in one.label or "\n" in one.label for one in made.classes)

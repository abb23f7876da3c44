"""Values become colours and a legend that says the truth about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bimplus_nb.viewer.coloring import Coloring, coloring
from bimplus_nb.viewer.palette import CATEGORIES, MISSING, OTHER, SEQUENTIAL, hexed

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
    assert made.legend()["rows"][0] == {"label": "b", "color": CATEGORIES[0], "count": 3}


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


def test_numbers_get_one_ramp_and_round_classes() -> None:
    values = pd.Series([0.3, 2.0, 4.1, 9.7, np.inf, np.nan], index=IDS[:6], name="area")
    values.attrs["unit"] = "m²"
    made = coloring(values, ROWS, NO_ROOM)
    assert made.unit == "m²"
    assert labels(made) == {"0 – 2": 1, "2 – 4": 1, "4 – 6": 1, "8 – 10": 1, "no value": 2}
    assert colors(made)[0] == SEQUENTIAL[0]
    assert colors(made)[3] == SEQUENTIAL[-1]
    assert colors(made)[4] == MISSING


@pytest.mark.parametrize("values", [[3, 3, 3], [3.5, 3.5, 3.5]])
def test_equal_numbers_are_one_class(values: list[float]) -> None:
    assert len(coloring(pd.Series(values, index=IDS[:3]), ROWS, NO_ROOM).classes) == 1


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([True, False, True], {"True": 2, "False": 1}),
        (pd.array([True, None, False], "boolean"), {"False": 1, "True": 1, "no value": 1}),
        (pd.Categorical(["x", "y", "x"]), {"x": 2, "y": 1}),
        (pd.array([1, None, 1], "Int64"), {"1": 2, "no value": 1}),
        (pd.to_datetime(["2026-01-01", None, "2026-01-02"]), None),
    ],
)
def test_every_dtype_of_a_column_works(values: Any, kinds: dict[str, int] | None) -> None:
    made = coloring(pd.Series(values, index=IDS[:3]), ROWS, NO_ROOM)
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


def test_objects_without_geometry_are_passed_over_but_not_all_may_be() -> None:
    assert labels(coloring({"id0": "a", "storey": "b"}, ROWS, NO_ROOM)) == {"a": 1}
    with pytest.raises(ValueError, match="must be object ids"):
        coloring({"storey": "b"}, ROWS, NO_ROOM)


def test_long_and_crooked_labels_are_bounded() -> None:
    made = coloring({"id0": "x" * 10_000, "id1": "a\u202eb\n"}, ROWS, NO_ROOM, title="t" * 10_000)
    assert max(len(one.label) for one in made.classes) <= 80
    assert len(made.title) <= 80
    assert not any("\u202e" in one.label or "\n" in one.label for one in made.classes)

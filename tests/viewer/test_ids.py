"""All the ways of naming objects lead to the same rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bimplus_nb.viewer.ids import members, rows

KNOWN = {name: row for row, name in enumerate("abcde")}
TABLE = pd.DataFrame(
    {"type": ["Wall", "Slab", "Wall", "Storey"], "fire": [True, False, None, True]}, index=list("acez")
)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("c", [2]),
        (["c", "a", "c"], [0, 2]),
        ((name for name in "ab"), [0, 1]),
        ((), []),
        (pd.Index(["e", "a"]), [0, 4]),
        (pd.Series(["e", None, "b"]), [1, 4]),
        (TABLE, [0, 2, 4]),
        (TABLE[TABLE["type"] == "Wall"], [0, 4]),
        (TABLE["type"] == "Wall", [0, 4]),
        (TABLE["fire"].astype("boolean"), [0]),
        ({"b": 1}, [1]),
    ],
)
def test_rows(ids: Any, expected: list[int]) -> None:
    assert rows(ids, KNOWN, lambda: TABLE.index).tolist() == expected


GROUPS = pd.DataFrame({"n": [2, 1]}, index=pd.MultiIndex.from_tuples([("x", "Wall"), ("y", "Slab")]))
GROUPS.attrs["object_ids"] = ((("x", "Wall"), ("a", "c")), (("y", "Slab"), ("b", "z")))


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (GROUPS, [0, 1, 2]),
        (GROUPS.loc["x", "Wall"], [0, 2]),
        (GROUPS.iloc[1], [1]),
        (GROUPS[GROUPS["n"] == 1], [1]),
        (GROUPS["n"] > 1, [0, 2]),
        (GROUPS["n"], [0, 1, 2]),
        (GROUPS.iloc[:0], []),
        (GROUPS.sort_values("n").iloc[0], [1]),
    ],
)
def test_rows_that_stand_for_several_objects(ids: Any, expected: list[int]) -> None:
    assert rows(ids, KNOWN, lambda: TABLE.index).tolist() == expected


def test_a_column_of_groups_is_a_value_an_object() -> None:
    spread = members(GROUPS["n"] * 10)
    assert spread is not None
    assert spread.to_dict() == {"a": 20, "c": 20, "b": 10, "z": 10}
    assert spread.name == "n"
    assert members(TABLE) is None
    assert members(["a"]) is None


def test_rows_that_are_groups_no_more_are_refused() -> None:
    """Counted anew or without half of its label, a row cannot be told, and is not guessed."""
    for lost in (GROUPS.reset_index(drop=True), GROUPS.loc["x"], GROUPS.reset_index().iloc[0]):
        with pytest.raises(ValueError, match="of no object that is here"):
            rows(lost, KNOWN, lambda: TABLE.index)


def test_unknown_ids_are_named() -> None:
    with pytest.raises(ValueError, match="4 of 5 ids are of no object that is here: q, r, s, …"):
        rows(["a", "q", "r", "s", "t"], KNOWN, lambda: TABLE.index)


def test_the_table_is_not_asked_for_ids_that_are_drawn() -> None:
    def never() -> list[str]:
        raise AssertionError

    assert rows(["a", "b"], KNOWN, never).tolist() == [0, 1]

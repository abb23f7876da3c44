"""All the ways of naming objects lead to the same rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bimplus_nb.viewer.ids import rows

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


def test_unknown_ids_are_named() -> None:
    with pytest.raises(ValueError, match="4 of 5 ids are not of this project's objects: q, r, s, …"):
        rows(["a", "q", "r", "s", "t"], KNOWN, lambda: TABLE.index)


def test_the_table_is_not_asked_for_ids_that_are_drawn() -> None:
    def never() -> list[str]:
        raise AssertionError

    assert rows(["a", "b"], KNOWN, never).tolist() == [0, 1]

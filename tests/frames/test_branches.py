"""A frame as a tree of rows: equal to the plain way of saying it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.frames.branches import Branches
from bimplus_nb.frames.members import Members


def frame_of(parents: list[int | None], names: list[str] | None = None, **columns: Any) -> pd.DataFrame:
    ids = [f"n{k}" for k in range(len(parents))]
    above = [None if at is None else f"n{at}" for at in parents]
    return pd.DataFrame({"name": names or ids, "parent": pd.array(above, dtype="str"), **columns}, index=ids)


TREE = frame_of(
    [None, 0, 1, 1, 0, 4, 4],
    ["Site", "Low", "Wall 1", "Door", "High", "Wall 2", "Slab"],
    is_object=[False, False, True, True, False, True, True],
)


def seen(tree: Branches) -> list[str]:
    return [tree.names[at] for at in tree.rows()]


def test_opening_and_closing() -> None:
    tree = Branches(TREE)
    assert seen(tree) == ["Site"]
    tree.turn(0, True)
    assert seen(tree) == ["Site", "Low", "High"]
    tree.turn(tree.number["n4"], True)
    assert seen(tree) == ["Site", "Low", "High", "Wall 2", "Slab"]
    tree.turn(0, False)
    assert seen(tree) == ["Site"]
    tree.turn(0, True)
    assert seen(tree) == ["Site", "Low", "High", "Wall 2", "Slab"], "what was open within is open again"
    tree.reveal(tree.number["n3"])
    assert "Door" in seen(tree)


def test_filtering() -> None:
    tree = Branches(TREE)
    tree.filter("WALL")
    assert seen(tree) == ["Site", "Low", "Wall 1", "High", "Wall 2"]
    tree.filter("low")
    assert seen(tree) == ["Site", "Low"]
    tree.turn(tree.number["n1"], True)
    assert seen(tree) == ["Site", "Low", "Wall 1", "Door"], "what is below something that fits can be looked at"
    tree.reveal(tree.number["n6"])
    assert "Slab" in seen(tree), "what is filtered out and wanted ends the filter"
    tree.filter("nothing like it")
    assert seen(tree) == []


def test_members() -> None:
    tree = Branches(TREE)
    assert tree.objects([tree.number["n1"]]) == ["n2", "n3"]
    assert tree.size.tolist() == [4, 2, 1, 1, 2, 1, 1]
    assert tree.chosen(["n2", "n3", "n6", "elsewhere"]).tolist() == [3, 2, 1, 1, 1, 0, 1]
    assert tree.nearest("n2") == tree.number["n2"]
    assert "n2" in tree
    assert "n1" not in tree
    costs = frame_of([None, 0, 0])
    costs.attrs["object_ids"] = Members.of(["n0", "n1", "n2"], [["a", "b"], ["a"], ["a", "b"]])
    tree = Branches(costs)
    assert tree.size.tolist() == [2, 1, 2]
    assert tree.chosen(["a"]).tolist() == [1, 1, 1]
    assert tree.nearest("a") == 1
    assert tree.objects([1, 2]) == ["a", "b"]


def test_what_is_no_tree() -> None:
    with pytest.raises(ValueError, match="each id is once"):
        Branches(pd.DataFrame({"name": ["a", "b"], "parent": [None, None]}, index=["x", "x"]))
    with pytest.raises(ValueError, match="parent is missing"):
        Branches(pd.DataFrame({"name": ["a"]}, index=["x"]))
    assert len(Branches(TREE.iloc[:0]).rows()) == 0
    deep = Branches(frame_of([None, *range(20_000)]))
    assert deep.level[-1] == 20_000


@settings(deadline=None)
@given(st.data())
def test_any_frame_is_a_tree(data: st.DataObject) -> None:
    """Whatever parents are named, rings and strangers too: each entry is once, behind what it is below."""
    n = data.draw(st.integers(0, 25))
    parents = data.draw(st.lists(st.one_of(st.none(), st.integers(0, n + 3)), min_size=n, max_size=n))
    names = data.draw(st.lists(st.sampled_from(["ab", "b", "c", ""]), min_size=n, max_size=n))
    frame = frame_of(parents, names)
    tree = Branches(frame)
    assert sorted(tree.order.tolist()) == list(range(n))
    row = tree.order.tolist()
    for at in range(n):
        up = int(tree.up[at])
        assert up < at < tree.end[at] <= n
        assert tree.level[at] == (tree.level[up] + 1 if up >= 0 else 0)
        if up >= 0:
            assert row[up] == parents[row[at]]
            assert at < tree.end[up]
        below = [k for k in range(n) if above(tree, k, at)]
        assert below == list(range(at + 1, tree.end[at]))
        own = [k for k in range(n) if tree.up[k] == up]
        assert (tree.nth[at], tree.siblings[at]) == (own.index(at) + 1, len(own))
        assert tree.objects([at]) == [frame.index[row[k]] for k in [at, *below]]
    opened = data.draw(st.sets(st.integers(0, n - 1))) if n else set()
    for at in opened:
        tree.turn(at, True)
    expected = [at for at in range(n) if all(up in opened for up in line(tree, at))]
    assert tree.rows().tolist() == expected
    wanted = data.draw(st.sampled_from(["a", "B", "c", "x"]))
    tree.filter(wanted)
    fits = [wanted.lower() in tree.names[at] for at in range(n)]
    # Opened is what has something that fits below; seen is what fits, is above such, or below an opened one that fits.
    open_ = [any(fits[k] for k in range(at + 1, tree.end[at])) for at in range(n)]
    kept = [fits[at] or open_[at] or any(fits[up] for up in line(tree, at)) for at in range(n)]
    assert tree.rows().tolist() == [at for at in range(n) if kept[at] and all(open_[up] for up in line(tree, at))]
    tree.filter("")
    assert tree.rows().tolist() == expected
    chosen = data.draw(st.sets(st.sampled_from(list(frame.index)))) if n else set()
    ids = [frame.index[k] for k in row]
    assert tree.chosen(chosen).tolist() == [sum(one in chosen for one in ids[at : tree.end[at]]) for at in range(n)]
    assert np.array_equal(tree.size, tree.end - np.arange(n))


def line(tree: Branches, at: int) -> list[int]:
    """The entries above one."""
    found = []
    while (at := int(tree.up[at])) >= 0:
        found.append(at)
    return found


def above(tree: Branches, at: int, holder: int) -> bool:
    return holder in line(tree, at)

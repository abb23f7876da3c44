"""The tree without a page: what the page would say arrives by `_heard`, what it would hear is noted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bimplus_nb.project import Project
from bimplus_nb.widgets import Tree


def heard(tree: Tree, monkeypatch: pytest.MonkeyPatch, first: int = 0, count: int = 50) -> list[list[Any]]:
    """The rows that a page is told when it asks for them."""
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(tree._page, "send", said.append)
    tree._heard({"do": "rows", "first": first, "count": count})
    assert said[-1]["number"] == tree._page.number
    return said[-1]["rows"] if said else []


def entry(tree: Tree, id_: str) -> int:
    return tree._branches.number[id_]


def test_tree_and_viewer_are_one_selection(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, viewer = project.topology(), project.view(progress=False)
    tree = Tree(frame, viewer=viewer)
    try:
        objects = project.objects(progress=False)
        (storey,) = frame.index[(frame["name"] == "Second floor") & (frame["model"] == "Structure")]
        below = set(objects.index[(objects["storey"] == "Second floor") & (objects["model"] == "Structure")])
        tree._heard({"do": "choose", "entry": entry(tree, storey), "add": False})
        assert set(viewer.selected_ids) == set(tree.selected_ids) == below
        assert storey in tree.selected.index
        one = sorted(below)[0]
        tree._heard({"do": "choose", "entry": entry(tree, one), "add": True})
        assert set(viewer.selected_ids) == below - {one}
        tree._heard({"do": "choose", "entry": entry(tree, storey), "add": True})
        assert set(viewer.selected_ids) == below
        # The other way: what is chosen in the picture is gone to, and all above it is open.
        wall = objects.index[objects["type"] == "Wall"][-1]
        viewer.select(wall)
        assert tree.selected_ids == (wall,)
        goal = tree._page.goal
        (row,) = heard(tree, monkeypatch, goal, 1)
        assert row[0] == entry(tree, wall)
        assert row[6] == 2
        partly = [row for row in heard(tree, monkeypatch, 0, 200) if row[6] == 1]
        assert len(partly) == frame.loc[wall, "depth"], "all that it is in"
        viewer.select()
        assert tree.selected.empty
        tree.close()
        assert not viewer._callbacks, "a closed tree is not told of anything"
    finally:
        viewer.close()


def test_a_structure_and_the_picture(project: Project) -> None:
    frame, viewer = project.structures(), project.view(progress=False)
    tree = Tree(frame, viewer=viewer)
    try:
        (node,) = frame.index[frame["name"] == "342 Inner walls"]
        tree.select(node)
        assert len(viewer.selected_ids) == frame.loc[node, "objects"]
        assert tree.selected.index.tolist() == [node]
    finally:
        viewer.close()


def test_only_what_is_asked_for_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"Object {k}" for k in range(10_000)]
    frame = pd.DataFrame(
        {"name": ["Top", *names], "parent": [None, *["top"] * 10_000]}, index=["top", *map(str, range(10_000))]
    )
    tree = Tree(frame)
    assert tree._page.total == 10_001, "the only one at the top is open"
    assert len(heard(tree, monkeypatch, 5000, 100_000)) == 200
    assert [row[2] for row in heard(tree, monkeypatch, 0, 2)] == ["Top", "Object 0"]
    before = tree._page.number
    tree._heard({"do": "filter", "text": "object 999"})
    assert tree._page.number == before + 1
    assert [row[2] for row in heard(tree, monkeypatch)][:3] == ["Top", "Object 999", "Object 9990"]
    tree.filter()
    tree._heard({"do": "turn", "entry": 0, "open": False})
    assert tree._page.total == 1
    assert len(tree._page.get_state()) < 20, "no rows in the state that a notebook keeps"


@pytest.mark.parametrize(
    "message",
    [
        None, [], {}, {"do": "__init__"}, {"do": "rows"}, {"do": "rows", "first": -1, "count": 5},
        {"do": "rows", "first": 10**9, "count": 5}, {"do": "rows", "first": True, "count": 5},
        {"do": "turn", "entry": "0"},
        {"do": "choose", "entry": 10**9}, {"do": "choose", "entry": -1}, {"do": "filter", "text": 5}, {"do": ["rows"]},
    ],
)  # fmt: skip
def test_a_page_that_talks_nonsense_changes_nothing(message: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree(pd.DataFrame({"name": ["a"], "parent": [None]}, index=["x"]))
    said: list[Any] = []
    monkeypatch.setattr(tree._page, "send", said.append)
    before = tree._page.number
    tree._heard(message)
    assert (said, tree._page.number, tree.selected_ids) == ([], before, ())


def test_callbacks_and_words() -> None:
    frame = pd.DataFrame({"name": ["a", "b\u202e<b>", None], "parent": [None, "x", "x"]}, index=["x", "y", "z"])
    tree = Tree(frame)
    told: list[tuple[str, ...]] = []
    tree.on_select(told.append)
    tree.select("y")
    tree.select(["y"])
    assert told == [("y",)]
    tree.select()
    assert told[-1] == ()
    with pytest.raises(ValueError, match="no entry 'nowhere'"):
        tree.select("nowhere")
    with pytest.raises(ValueError, match="no entry 'nowhere'"):
        tree.open("nowhere")
    tree.open("x")
    names = [tree._said(at)[2] for at in range(3)]
    assert "\u202e" not in names[1]
    assert names[2] == "z", "an entry without a name goes by its id"
    tree.close()

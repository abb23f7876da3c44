"""Choosing objects without a browser: queries, what is alike, boxes, and what a page says."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import houses
import numpy as np
import pandas as pd
import pytest

from bimplus_nb.viewer import Viewer, building
from bimplus_nb.viewer.building import Building
from bimplus_nb.viewer.within import within

HERE = (1e6, 2e6, -3e6)
NAMES = houses.house().ids
HOSTILE = "<img src=x onerror=1>\u202e" + "x" * 1_000
TABLE = pd.DataFrame(
    {
        "name": [name.upper() for name in NAMES],
        "type": pd.Categorical([name.split("-")[0] for name in NAMES]),
        "storey": pd.Categorical([None if name in ("slab", "terrace", "column") else "Level 1" for name in NAMES]),
        "layer": ["" if name == "room" else "A" for name in NAMES],
        "fire rating": [90.0 if "wall" in name else np.nan for name in NAMES],
        "load_bearing": pd.array([True if "wall" in name else None for name in NAMES], "boolean"),
    },
    index=pd.Index([*NAMES], name="id", dtype="str"),
)
WALLS = tuple(name for name in NAMES if "wall" in name)


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer(houses.house(HERE), objects=lambda: TABLE, rooms="room")
    yield made
    made.close()


def hear(viewer: Viewer, **message: Any) -> list[dict[str, Any]]:
    """What the viewer tells the page when this is done there."""
    viewer.widget  # noqa: B018
    page, told = viewer._page, []
    assert page is not None
    tell = page.side.tell
    page.side.tell = lambda message, *buffers: (told.append(message), tell(message, *buffers))  # type: ignore[assignment]
    page._listen(page.side, {"type": "act", **message}, [])
    page.side.tell = tell  # type: ignore[method-assign]
    return told


def part_of(viewer: Viewer, name: str) -> int:
    return viewer.mesh.owner.tolist().index(NAMES.index(name))


# --- find -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type == 'wall'", WALLS),
        ("type == 'wall' and storey == 'Level 1' and name.str.contains('FRONT')", ("wall-front-1", "wall-front-2")),
        ("`fire rating` > 60", WALLS),
        ("load_bearing", WALLS),
        ("storey.isna()", ("slab", "column", "terrace")),
        ("index == 'roof'", ("roof",)),
        ("name == 'nobody'", ()),
    ],
)
def test_find(viewer: Viewer, query: str, expected: tuple[str, ...]) -> None:
    assert tuple(viewer.find(query)) == expected
    viewer.select(viewer.find(query))
    assert viewer.selected_ids == expected


def test_find_knows_the_variables_of_who_asks(viewer: Viewer) -> None:
    wanted = ["roof", "slab"]  # noqa: F841
    assert tuple(viewer.find("type in @wanted")) == ("slab", "roof")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("typ == 'wall'", r"name 'typ' is not defined; the columns are: name, type, storey, layer, fire rating"),
        ("name == @nowhere", r"'nowhere' is not defined"),
        ("type ==", r"'type ==' is not understood"),
        ("", r"'' is not understood"),
        ("type", r"'type' is not true or false of an object"),
        ("name = 'x'", r"not true or false"),
        ("name < 3", r"not understood"),
    ],
)
def test_what_is_no_query_is_said_in_words(viewer: Viewer, query: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        viewer.find(query)
    assert viewer.selected_ids == ()


def test_a_message_names_a_few_columns_and_each_briefly() -> None:
    wide = pd.DataFrame({HOSTILE + str(k): [k] for k in range(500)}, index=["slab"])
    with pytest.raises(ValueError, match="the columns are") as problem:
        Viewer(houses.house(), objects=wide).find("nothing == 1")
    assert len(str(problem.value)) < 3_000
    assert "\u202e" not in str(problem.value)


def test_names_from_a_model_are_values_and_never_programs() -> None:
    """`find` is the one door to programs, and no message of a page leads there."""
    trap = "@__import__('os').abort()"
    table = TABLE.assign(type=trap, name=trap).rename(columns={"layer": trap})
    viewer = Viewer(houses.house(), objects=table)
    viewer.select("roof")
    viewer.select_same("type")
    assert len(viewer.selected_ids) == 12
    assert tuple(viewer.find("name == @trap")) == NAMES
    source = {name: inspect.getsource(getattr(Viewer, name)) for name in dir(Viewer) if name.startswith("_on_")}
    assert not [name for name, text in source.items() if "find" in text or "matching" in text]


# --- what is alike --------------------------------------------------------------------------------------------------


def test_select_same(viewer: Viewer) -> None:
    viewer.select("wall-left")
    viewer.select_same("type")
    assert viewer.selected_ids == WALLS
    viewer.select(["wall-left", "roof"])
    viewer.select_same("type")
    assert viewer.selected_ids == tuple(name for name in NAMES if name in (*WALLS, "roof"))
    viewer.select("wall-left")
    viewer.select_same("fire rating")
    assert viewer.selected_ids == WALLS


def test_select_same_means_what_is_seen(viewer: Viewer) -> None:
    viewer.hide("wall-left")
    viewer.xray("wall-back")
    viewer.select("wall-right")
    viewer.select_same("storey")
    assert not {"wall-left", "wall-back", "room"} & {*viewer.selected_ids}
    assert {"wall-right", "roof"} < {*viewer.selected_ids}


def test_select_same_colour(viewer: Viewer) -> None:
    with pytest.raises(ValueError, match="no legend"):
        viewer.select_same()
    viewer.color_by({"roof": "a", "slab": "b", "sill": "b"})
    viewer.select("slab")
    viewer.select_same()
    assert viewer.selected_ids == ("slab", "sill")
    viewer.select("column")
    with pytest.raises(ValueError, match="nothing selected is in the legend"):
        viewer.select_same()


def test_nothing_alike_is_said_and_changes_nothing(viewer: Viewer) -> None:
    viewer.select("terrace")
    for column, words in (("storey", "nothing selected has a value for 'storey'"), ("stories", "columns are: name,")):
        with pytest.raises(ValueError, match=words):
            viewer.select_same(column)
    assert viewer.selected_ids == ("terrace",)
    viewer.select()
    with pytest.raises(ValueError, match="nothing selected has a value for 'type'"):
        viewer.select_same("type")


# --- boxes ----------------------------------------------------------------------------------------------------------


def planes(rng: np.random.Generator, k: int, around: Any, reach: float) -> Any:
    """k planes about a place, positive on the side of that place."""
    normal = rng.normal(size=(k, 3))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return np.column_stack([normal, rng.uniform(0.05, 1, k) * reach - normal @ around])


def slowly(viewer: Viewer, sides: Any, cuts: Any) -> set[str]:
    """The same one triangle at a time, by points on it that are kept."""
    mesh, found = viewer.mesh, set()
    weights = np.array([(i, j, 24 - i - j) for i in range(25) for j in range(25 - i)]) / 24
    for row, name in enumerate(mesh.ids):
        part = np.flatnonzero(mesh.owner == row)
        triangles = mesh.triangles[mesh.triangle_start[part[0]] : mesh.triangle_start[part[-1] + 1]]
        points = np.einsum("wk,tkx->twx", weights, mesh.vertices[triangles]).reshape(-1, 3)
        kept = points[np.all([points @ cut[:3] <= cut[3] for cut in cuts] + [np.ones(len(points))], axis=0)]
        if len(kept) and np.all(kept @ sides[:, :3].T + sides[:, 3] >= 0):
            found.add(name)
    return found


@pytest.mark.parametrize("cuts", [0, 1, 2])
def test_within_is_exact(viewer: Viewer, cuts: int) -> None:
    """Against points on every triangle: what is found has none outside, and what is not found has some, or has none."""
    rng, everything = np.random.default_rng(cuts), np.ones(12, bool)
    middle, some = viewer._building.bounds.mean(axis=(0, 1)), 0
    for _ in range(60):
        sides = planes(rng, 4, middle, 9_000)
        sections = [(*-plane[:3], plane[3]) for plane in planes(rng, cuts, middle, 5_000)]
        rows = np.flatnonzero(within(viewer._building, everything, np.zeros(12), sides, sections))
        quick = {NAMES[row] for row in rows}
        # Points miss slivers that a section leaves, and tips that are outside: hence what there is, and the margin.
        assert slowly(viewer, sides - [0, 0, 0, 450], sections) <= quick
        assert quick & slowly(viewer, np.array([[0.0, 0.0, 0.0, 1.0]]), sections) <= slowly(viewer, sides, sections)
        some += len(quick)
    assert some > 60


def test_within_needs_few_triangles(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Building()
    list(made.add(building.Arrival(houses.many(5_000))))
    asked: list[int] = []
    from bimplus_nb.viewer import within as module

    triangles = module._triangles
    monkeypatch.setattr(module, "_triangles", lambda mesh, parts: (asked.append(len(parts)), triangles(mesh, parts))[1])
    low, high = made.bounds.min(axis=(0, 1)), made.bounds.max(axis=(0, 1))
    middle = (low + high) / 2
    sides = np.array([[1, 0, 0, -low[0]], [-1, 0, 0, middle[0]], [0, 0, 1, -low[2]], [0, 0, -1, middle[2]]], float)
    which = within(made, np.ones(5_000, bool), np.zeros(5_000), sides)
    expected = (made.bounds[:, 1, [0, 2]] <= middle[[0, 2]]).all(axis=1)
    assert (which == expected).all()
    assert sum(asked) < 500
    lift = np.where(np.arange(5_000) % 7, 0.0, 1e9)
    assert (within(made, np.ones(5_000, bool), lift, np.array([[0, -1.0, 0, 1e6]])) == (lift == 0)).all()


def test_a_box_seen_adds_or_replaces(viewer: Viewer) -> None:
    parts = [part_of(viewer, name) for name in ("roof", "slab")]
    hear(viewer, name="box", parts=[*parts, parts[0]])
    assert viewer.selected_ids == ("slab", "roof")
    hear(viewer, name="box", parts=[part_of(viewer, "column")], add=True)
    assert viewer.selected_ids == ("slab", "roof", "column")
    viewer.hide("roof")
    hear(viewer, name="box", parts=parts)
    assert viewer.selected_ids == ("slab",)
    hear(viewer, name="box", parts=[])
    assert viewer.selected_ids == ()


def test_a_box_of_sides_is_in_the_frame_of_the_scene(viewer: Viewer) -> None:
    low = np.subtract(np.add(HERE, (9_900, 0, 2_900)), viewer._building.origin)
    sides = [[1, 0, 0, -low[0]], [-1, 0, 0, low[0] + 9e3], [0, 0, 1, -low[2]], [0, 0, -1, low[2] + 9e3]]
    hear(viewer, name="box", sides=sides)
    assert viewer.selected_ids == ("column", "terrace")
    viewer.xray("terrace")
    hear(viewer, name="box", sides=sides)
    assert viewer.selected_ids == ("column",)
    viewer.section("y", HERE[1] - 500)
    hear(viewer, name="box", sides=sides)
    assert viewer.selected_ids == (), "all of it is cut away"


# --- what a page says -----------------------------------------------------------------------------------------------


def test_the_rows_of_the_menu(viewer: Viewer) -> None:
    hear(viewer, name="pick", part=part_of(viewer, "wall-left"))
    hear(viewer, name="same", column="type")
    assert viewer.selected_ids == WALLS
    hear(viewer, name="xray_others")
    assert viewer.visible_ids == WALLS
    hear(viewer, name="xray_others")
    assert viewer.visible_ids == WALLS, "once more is no more"
    hear(viewer, name="hide")
    hear(viewer, name="show")
    assert len(viewer.visible_ids) == 11
    viewer.color_by({"roof": "a", "slab": "b", "sill": "b"})
    hear(viewer, name="pick", part=part_of(viewer, "sill"))
    hear(viewer, name="same", column=None)
    assert viewer.selected_ids == ("slab", "sill")
    (copied,) = hear(viewer, name="copy")
    assert copied == {"type": "copy", "text": "slab\nsill"}


def test_what_is_under_the_mouse_is_told_in_words(viewer: Viewer) -> None:
    part = part_of(viewer, "window")
    (told,) = hear(viewer, name="about", part=part)
    assert told["part"] == part
    assert told["parts"] == [part, part + 1, part + 2]
    assert told["words"] == {"name": "WINDOW", "type": "window", "storey": "Level 1", "layer": "A", "count": 1}
    viewer.select(["roof", "slab", "column"])
    (told,) = hear(viewer, name="about", part=None)
    assert told["words"] == {"name": "3 values", "type": "3 values", "storey": "Level 1", "layer": "A", "count": 3}


def test_words_are_bounded_and_come_without_a_table() -> None:
    viewer = Viewer(houses.house(), objects=TABLE.assign(name=HOSTILE, type=HOSTILE))
    (told,) = hear(viewer, name="about", part=0)
    assert all(len(str(word)) <= 120 and "\u202e" not in str(word) for word in told["words"].values())
    viewer.close()

    def away() -> pd.DataFrame:
        raise OSError("the service is away")

    viewer = Viewer(houses.house(), objects=away)
    (told,) = hear(viewer, name="about", part=0)
    assert told["words"] == {"name": "slab", "count": 1}
    assert viewer._page is not None
    assert viewer._page.side.notice == ""
    viewer.close()


@pytest.mark.parametrize(
    "message",
    [
        {"name": "box"},
        {"name": "box", "parts": "all"},
        {"name": "box", "parts": {"0": 1}},
        {"name": "box", "sides": [[1, 2, 3, 4]]},
        {"name": "box", "sides": [[float("nan")] * 4] * 4},
        {"name": "box", "sides": [[10**400] * 4] * 4},
        {"name": "box", "sides": "roof"},
        {"name": "box", "sides": [[{}]]},
        {"name": "box", "parts": ["0", -1, 10**30, None, True, [0], 1.0], "add": True},
        {"name": "pick", "part": [0], "toggle": True},
        {"name": "pick", "part": True, "toggle": True},
        {"name": "same"},
        {"name": "same", "column": "name"},
        {"name": "same", "column": ["type"]},
        {"name": "same", "column": "type == 'wall'"},
        {"name": "about", "part": "roof"},
        {"name": "about", "part": 10**30},
        {"name": "legend", "row": 0},
        {"name": "find", "query": "type == 'wall'"},
        {"name": "select_same", "column": "type"},
    ],
)
def test_nonsense_changes_nothing(viewer: Viewer, message: dict[str, Any]) -> None:
    viewer.select("roof")
    before = viewer.capture()
    told = hear(viewer, **message)
    assert viewer.capture() == before
    assert told == []


def test_the_selection_of_many_is_the_rows_of_the_table() -> None:
    mesh = houses.many(3_000)
    table = pd.DataFrame({"kind": np.arange(3_000) % 5}, index=pd.Index(mesh.ids[::-1], dtype="str"))
    viewer = Viewer(mesh, objects=table)
    heard: list[int] = []
    viewer.on_select(lambda ids: heard.append(len(ids)))
    viewer.select(viewer.find("kind == 2"))
    assert heard == [600]
    assert viewer.selected.index.tolist() == [name for name in table.index if table["kind"][name] == 2]

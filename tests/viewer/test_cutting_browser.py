"""Sections on the page: what is cut open, what a mouse can still reach, and the tool's handles."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray

from bimplus_nb.viewer.palette import THEMES

pytestmark = pytest.mark.browser

HERE = (1e6, 2e6, -3e6)
SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import numpy as np, pandas as pd, houses
from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.raster import Frame
house = houses.house(at={HERE})
table = pd.DataFrame({{"storey": ["top" if i == "roof" else "ground" for i in house.ids]}}, index=list(house.ids))
def spot(*point):
    x, y, _ = Frame(viewer.camera, *viewer.size).project(np.add(point, {HERE})).tolist()
    return x, y
"""
SHOW = "viewer = Viewer(house, objects=table, rooms='room', title='A house'); viewer"
COMPLETE = "viewer._page.side.light_shape and viewer._page.picture"
MIDDLE = HERE[2] + 3_000  # z


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW]) as notebook:
        notebook.run(0)
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """A notebook with a fresh house on the page, everything of it there and at rest."""
    opened.kernel("'viewer' in globals() and viewer.close()")
    opened.run(1)
    opened.until(COMPLETE)
    opened.settle()
    opened.errors.clear()
    return opened


def at(notebook: Notebook, *point: float) -> tuple[float, float]:
    """Where on the canvas a place of the house is, mm from its corner."""
    x, y = notebook.ask(f"spot{point}")
    return x, y


def color(notebook: Notebook, *point: float) -> NDArray[np.float64]:
    x, y = at(notebook, *point)
    return np.asarray(notebook.pixels()[round(y), round(x)] / 255)


def is_cap(color: NDArray[np.float64], theme: str = "light") -> bool:
    low, high = np.sort([THEMES[theme]["capColor"], THEMES[theme]["hatchColor"]], axis=0)
    return bool((color > low - 0.02).all() and (color < high + 0.02).all())


def click(notebook: Notebook, *point: float) -> list[str]:
    """What a click on a place of the house selects."""
    notebook.click(*at(notebook, *point))
    notebook.settle()
    return list(notebook.ask("viewer.selected_ids"))


def test_a_section_opens_the_house_and_closes_what_it_cuts(notebook: Notebook) -> None:
    before = notebook.pixels()
    places = [(150, 1_400, 3_000), (5_000, 2_950, 3_000), (9_850, 1_000, 3_000), (5_000, -100, 3_000)]
    names = ["wall-left", "roof", "wall-right", "slab"]
    room = (5_000, 1_400, 3_000)
    for theme in ("light", "dark"):
        notebook.kernel(f"viewer.close(); viewer._theme = {theme!r}")
        notebook.run(1)
        notebook.until(COMPLETE)
        notebook.settle()
        assert not is_cap(color(notebook, *room), theme)
        notebook.kernel(
            f"viewer._theme = {theme!r}; viewer._page.side.theme = {theme!r}; viewer.section('z', {MIDDLE})"
        )
        notebook.settle()
        assert [is_cap(color(notebook, *place), theme) for place in places] == [True] * 4
        assert not is_cap(color(notebook, *room), theme), "one looks into the room"
        notebook.kernel("viewer._page.side.theme = 'light'")
    assert [click(notebook, *place) for place in places] == [[name] for name in names]
    assert click(notebook, *room) == ["wall-back"], "and what is cut away cannot be hit"
    notebook.kernel("viewer.select(); viewer.hide('wall-left'); viewer.xray('wall-right')")
    notebook.settle()
    assert not is_cap(color(notebook, *places[0]))
    assert not is_cap(color(notebook, *places[2]))
    assert is_cap(color(notebook, *places[1]))
    notebook.kernel("viewer.show(); viewer.section()")
    notebook.settle()
    assert np.array_equal(notebook.pixels(), before)
    assert notebook.errors == []


def test_a_box_has_a_cap_on_each_side_one_sees(notebook: Notebook) -> None:
    low, high = np.add(HERE, (200, -500, -900)).tolist(), np.add(HERE, (7_000, 2_000, 5_900)).tolist()
    notebook.kernel(f"viewer.section_box(low={low}, high={high})")
    notebook.settle()
    sides = [(200, 1_000, 2_000), (150 + 100, 2_000, 3_000), (1_500, 1_000, 5_900), (6_800, 1_000, 5_900)]
    assert [is_cap(color(notebook, *place)) for place in sides] == [True] * 4
    assert click(notebook, 6_800, 1_000, 5_900) == ["wall-front-2"]
    x, y = at(notebook, 8_500, 2_900, 6_400)
    notebook.click(x, y)
    notebook.settle()
    assert "roof" not in notebook.ask("viewer.selected_ids")


def test_a_hand_moves_the_plane_and_python_sees_it(notebook: Notebook) -> None:
    before = notebook.pixels()
    notebook.click(4, 4)
    notebook.page.keyboard.press("c")
    notebook.until(f"viewer.sections == ((0, 0, 1, {MIDDLE}),)")
    notebook.settle()
    handle = notebook.page.locator(".bv-handle").first
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    # The middle of what is cut, and where it would be a metre nearer to the eye.
    (ax, ay), (bx, by) = at(notebook, 6_450, 1_450, 3_000), at(notebook, 6_450, 1_450, 4_000)
    notebook.page.mouse.move(x, y)
    notebook.page.mouse.down()
    frames = notebook.traffic()["frames"]
    notebook.page.mouse.move(x + (bx - ax), y + (by - ay), steps=3)
    notebook.page.wait_for_function("n => __lab.frames > n", arg=frames)
    assert notebook.ask("viewer.sections[0][3]") == MIDDLE, "while it is dragged only the page knows"
    notebook.page.mouse.up()
    notebook.until(f"abs(viewer.sections[0][3] - {MIDDLE + 1_000}) < 60")
    notebook.settle()
    d = notebook.ask("viewer.sections[0][3]") - HERE[2]
    assert is_cap(color(notebook, 150, 1_400, d))
    assert notebook.ask("viewer.capture()['clippingPlanes'][0]['constant']") == d + HERE[2]
    notebook.page.keyboard.press("ArrowUp")
    notebook.until(f"abs(viewer.sections[0][3] - {d + HERE[2] + 100}) < 0.01")
    notebook.page.get_by_label("Position of the section in metres").press("Control+a")
    notebook.page.keyboard.type(str((MIDDLE + 500) / 1_000))
    notebook.page.keyboard.press("Enter")
    notebook.until(f"abs(viewer.sections[0][3] - {MIDDLE + 500}) < 0.01")
    notebook.page.get_by_label("Keep the other side").click()
    notebook.until(f"abs(viewer.sections[0][3] - {-MIDDLE - 500}) < 0.01 and viewer.sections[0][2] == -1")
    notebook.page.keyboard.press("Escape")
    notebook.settle()
    assert not notebook.page.locator(".bv-section").is_visible()
    assert not handle.is_visible()
    assert len(notebook.ask("viewer.sections")) == 1, "the cut stays"
    notebook.page.keyboard.press("c")
    notebook.page.get_by_label("No section any more").click()
    notebook.until("viewer.sections == ()")
    notebook.page.keyboard.press("Escape")
    notebook.settle()
    assert np.array_equal(notebook.pixels(), before)
    assert notebook.errors == []


def test_a_face_that_is_clicked_and_a_box_around_the_selection(notebook: Notebook) -> None:
    notebook.click(4, 4)
    notebook.page.keyboard.press("c")
    notebook.page.get_by_label("No section any more").click()
    notebook.until("viewer.sections == ()")
    notebook.page.get_by_label("Cut parallel to a face: click one in the picture").click()
    notebook.settle()
    notebook.click(*at(notebook, 0, 1_400, 3_000))
    notebook.until("len(viewer.sections) == 1")
    x, y, z, d = notebook.ask("viewer.sections[0]")
    assert np.allclose((x, y, z), (-1, 0, 0), atol=1e-6)
    assert d == pytest.approx(-HERE[0] - 10, abs=1)
    assert notebook.ask("viewer.selected_ids") == []
    notebook.kernel("viewer.section(); viewer.select('sill')")
    notebook.page.get_by_label("Cut away all but a box around the selection, or everything").click()
    notebook.until("len(viewer.sections) == 6")
    kept = [abs(plane[3]) for plane in notebook.ask("viewer.sections")]
    ends = np.add(HERE, [(3_000 - 300, -300, 5_700 - 300), (6_500 + 300, 900 + 300, 6_000 + 300)])
    assert kept == pytest.approx(np.abs(ends.T).ravel().tolist(), abs=1)
    assert notebook.page.locator(".bv-handle:visible").count() == 6


def test_storeys_apart_are_hit_where_they_are_drawn(notebook: Notebook) -> None:
    before = notebook.pixels()
    home = notebook.ask("viewer.camera.position")
    notebook.kernel("viewer.explode(1500)")
    notebook.until(f"list(viewer.camera.position) != {home}")  # stepped back, to see all of it
    notebook.settle()
    assert click(notebook, 5_000, 3_100 + 1_500, 3_000) == ["roof"]
    lit = notebook.pixels()
    x, y = at(notebook, 5_000, 3_100 + 1_500, 3_000)
    red, _, blue = lit[round(y), round(x)].astype(int)
    assert blue > red + 60, "it is lit where it is drawn"
    points = itertools.product((3_000, 7_000), (1_500, 4_000))
    assert all(click(notebook, x, 2_000, z) == ["wall-back"] for x, z in points if z < 2_000), "one sees below it"
    notebook.kernel("viewer.select(); viewer.explode(0); viewer.reset()")
    notebook.settle()
    assert np.array_equal(notebook.pixels(), before)

"""Measuring and labels on the page: a real mouse on a house whose corners are known, 10^6 mm from the origin."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray
from PIL import Image

pytestmark = pytest.mark.browser

AT = np.array((1e6, 2e6, -3e6))
SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import os, numpy as np, pandas as pd, houses, sight
from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.camera import Camera
table = pd.DataFrame({{"name": [i.upper() for i in houses.house().ids]}}, index=list(houses.house().ids))
house = houses.house(at={tuple(AT.tolist())})
"""
SHOW = "viewer = Viewer(house, objects=table, rooms='room', title='A house'); viewer"
HOSTILE = "<img src=x onerror=window.hacked=1></script>"

# Corners that can be seen from home.
ROOF = [(10_400, 3100, -400), (10_400, 3100, 6400)]
SILL = [(3000, 900, 6000), (6500, 900, 6000), (6500, 0, 6000), (3000, 0, 6000)]
TERRACE = (13_000, -50, 6000)
WALL = (8500, 1500, 6000)  # in the middle of the red one


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW, "viewer"]) as notebook:
        notebook.run(0)
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """A notebook with a fresh house on the page, everything of it there and at rest."""
    opened.kernel("'viewer' in globals() and viewer.close()")
    opened.run(1)
    opened.until("viewer._page.side.light_shape and viewer._page.picture")
    opened.settle()
    opened.errors.clear()
    return opened


def screen(notebook: Notebook, place: tuple[float, float, float]) -> tuple[float, float]:
    """Where a place of the house is on the canvas, CSS pixels."""
    x, y = notebook.ask(f"sight.Rays(viewer).screen(np.array([{(AT + place).tolist()}]))[0].tolist()")
    return x, y


def point(notebook: Notebook, place: tuple[float, float, float], dx: float = 0, dy: float = 0) -> str:
    """Move the mouse there, give or take some pixels; what it would take: "corner", "edge", "face", or nothing."""
    x, y = screen(notebook, place)
    mark = ".bv-m-mark"
    before = notebook.page.evaluate("mark => document.querySelector(mark).getAttribute('d')", mark)
    notebook.page.mouse.move(*notebook.at(x + dx, y + dy))
    notebook.page.wait_for_function(
        "([mark, before]) => document.querySelector(mark).getAttribute('d') !== before", arg=[mark, before]
    )
    return str(notebook.page.evaluate("mark => document.querySelector(mark).dataset.snap", mark))


def click(notebook: Notebook, *places: tuple[float, float, float], dx: float = 0, dy: float = 0) -> None:
    for place in places:
        x, y = screen(notebook, place)
        notebook.click(x + dx, y + dy)


@contextlib.contextmanager
def held(notebook: Notebook, key: str) -> Iterator[None]:
    notebook.page.keyboard.down(key)
    try:
        yield
    finally:
        notebook.page.keyboard.up(key)


def choose(notebook: Notebook, kind: str) -> None:
    notebook.page.locator(f".bv-m-kinds [data-kind={kind}]").click()


def measured(notebook: Notebook, count: int = 1) -> list[tuple[float, float, float]]:
    """The places of the last measurement, relative to the house."""
    notebook.until(f"len(viewer.measurements) == {count}")
    return [tuple(np.subtract(p, AT).tolist()) for p in notebook.ask("viewer.measurements.points.iloc[-1]")]


def labels(notebook: Notebook) -> list[str]:
    return [text for text in notebook.page.locator(".bv-m-label:not([hidden]) b").all_inner_texts() if text]


def pixels(notebook: Notebook) -> NDArray[np.uint8]:
    """What a person sees where the canvas is: the canvas, and what lies over it."""
    png = notebook.page.locator(".bv-stage").last.screenshot()
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def orange(picture: NDArray[np.uint8], x: float, y: float, reach: int = 2) -> NDArray[np.bool_]:
    """Where around a point the colour is that of a dimension line."""
    around = picture[round(y) - reach : round(y) + reach + 1, round(x) - reach : round(x) + reach + 1].astype(int)
    return np.abs(around - (0xC2, 0x41, 0x0C)).max(axis=2) < 60


def test_two_corners_give_their_distance_exactly(notebook: Notebook) -> None:
    notebook.page.locator("[data-tool=measure]").click()
    assert point(notebook, ROOF[0], 3, 4) == "corner", "from just beside it"
    click(notebook, ROOF[0], dx=3, dy=4)
    click(notebook, ROOF[1], dx=-3, dy=2)
    assert measured(notebook) == ROOF
    assert notebook.ask("viewer.measurements.value.iloc[0]") == 6.8
    assert notebook.ask("viewer.measurements.object_ids.iloc[0]") == ["roof", "roof"]
    notebook.settle()
    assert labels(notebook) == ["6.800 m"]
    row = notebook.page.locator(".bv-m-bar li")
    assert row.locator("small").all_inner_texts() == [
        "ΔX 0.000  ΔY 0.000  ΔZ 6.800 m",
        "horizontal 6.800 m, vertical 0.0000 m",
    ]
    assert notebook.ask("viewer.selected_ids") == [], "the click was the tool's"
    picture = pixels(notebook)
    assert orange(picture, *screen(notebook, ROOF[1]), 1).all(), "a dot at the corner"
    x, y = screen(notebook, (10_400, 3100, 900))
    assert orange(picture, x, y, 1).any(), "a line from one to the other"
    assert not orange(picture, x + 25, y + 12, 3).any()
    assert notebook.errors == []


def test_the_marker_says_what_will_be_taken(notebook: Notebook) -> None:
    notebook.page.locator("[data-tool=measure]").click()
    assert point(notebook, SILL[0], 2, 3) == "corner"
    assert point(notebook, ((SILL[0][0] + SILL[1][0]) / 2, 900, 6000), 0, 5) == "edge"
    x, y = screen(notebook, ((SILL[0][0] + SILL[1][0]) / 2, 900, 6000))
    assert orange(pixels(notebook), x, y, 6).any()
    assert point(notebook, WALL) == "face"
    x, y = screen(notebook, WALL)
    picture = pixels(notebook)
    assert orange(picture, x - 5, y, 1).any()
    assert orange(picture, x, y + 5, 1).any()
    assert not orange(picture, x - 5, y + 5, 1).any(), "a cross"
    with held(notebook, "Alt"):
        assert point(notebook, SILL[0], 2, 3) == "face"
    notebook.page.mouse.move(*notebook.at(5, 480))
    notebook.page.wait_for_function("() => !document.querySelector('.bv-m-mark').getAttribute('d')")


def test_places_on_faces_lie_on_the_building(notebook: Notebook) -> None:
    """Without snapping, at random: within a thousandth of a millimetre of the plane, and where the mouse was."""
    notebook.page.locator("[data-tool=measure]").click()
    choose(notebook, "point")
    rng = np.random.default_rng(3)
    spots = [(x, y, 6000.0) for x, y in rng.uniform((6900, 300), (9300, 2300), (5, 2)).tolist()]
    spots += [(x, 3100.0, z) for x, z in rng.uniform((2000, 1000), (9000, 5000), (3, 2)).tolist()]
    for count, place in enumerate(spots, 1):
        with held(notebook, "Alt"):
            click(notebook, place)
        (found,) = measured(notebook, count)
        axis = 2 if place[2] == 6000 else 1
        assert abs(found[axis] - place[axis]) < 1e-3
        assert found == pytest.approx(place, abs=60), "a pixel is some centimetres, and clicks are whole pixels"
    assert notebook.ask("viewer.measurements.object_ids.iloc[0]") == ["wall-front-2"]


def test_heights_angles_areas_and_places(notebook: Notebook) -> None:
    notebook.click(5, 480)
    notebook.page.keyboard.press("m")
    notebook.page.keyboard.press("2")
    click(notebook, TERRACE, ROOF[1])
    assert measured(notebook) == [TERRACE, ROOF[1]]
    assert notebook.ask("viewer.measurements.value.iloc[0]") == pytest.approx(3.15)
    choose(notebook, "angle")
    click(notebook, SILL[0], SILL[3], SILL[2])
    assert measured(notebook, 2) == [SILL[0], SILL[3], SILL[2]]
    assert notebook.ask("viewer.measurements.value.iloc[1]") == pytest.approx(90)
    choose(notebook, "area")
    click(notebook, *SILL)
    notebook.page.keyboard.press("Enter")
    assert measured(notebook, 3) == SILL
    assert notebook.ask("viewer.measurements.value.iloc[2]") == pytest.approx(3.5 * 0.9)
    choose(notebook, "point")
    click(notebook, ROOF[0])
    assert measured(notebook, 4) == [ROOF[0]]
    notebook.settle()
    assert labels(notebook) == ["3.150 m", "90.00°", "3.150 m²", "+2,003.100 m"]
    said = notebook.page.locator(".bv-m-label .bv-quiet").last.inner_text()
    assert said == "X 1,010,400.0  Y 2,003,100.0  Z -3,000,400.0 mm"
    assert "around it 8.800 m; flat" in notebook.page.locator(".bv-m-bar li small").all_text_contents()
    before = pixels(notebook)
    x, y = screen(notebook, (4000, 700, 6000))
    notebook.kernel("viewer.clear_measurements([1, 3])")
    notebook.settle()
    assert labels(notebook) == ["90.00°", "+2,003.100 m"]
    assert (before[round(y), round(x)] != pixels(notebook)[round(y), round(x)]).any(), "the area was tinted"
    assert notebook.errors == []


def test_a_double_click_closes_and_backspace_takes_back(notebook: Notebook) -> None:
    notebook.page.locator("[data-tool=measure]").click()
    choose(notebook, "area")
    click(notebook, SILL[0], SILL[2], SILL[1])
    notebook.page.keyboard.press("Backspace")
    click(notebook, SILL[3])
    notebook.page.keyboard.press("Backspace")
    notebook.page.keyboard.press("Backspace")
    click(notebook, SILL[1], SILL[2])
    x, y = notebook.at(*screen(notebook, SILL[3]))
    notebook.page.mouse.dblclick(x, y)
    assert measured(notebook) == SILL


def test_an_area_whose_sides_cross_is_not_closed(notebook: Notebook) -> None:
    notebook.page.locator("[data-tool=measure]").click()
    choose(notebook, "area")
    click(notebook, SILL[0], SILL[2], SILL[1], SILL[3])
    notebook.page.keyboard.press("Enter")
    notebook.page.wait_for_function(
        "() => [...document.querySelectorAll('.bv-m-label:not([hidden])')].some(l => l.title.includes('cross'))"
    )
    assert notebook.ask("len(viewer.measurements)") == 0


def test_escape_ends_and_leaves_what_was_measured(notebook: Notebook) -> None:
    notebook.page.locator("[data-tool=measure]").click()
    click(notebook, *ROOF, SILL[0])
    measured(notebook)
    notebook.page.keyboard.press("Escape")
    assert notebook.page.locator(".bv-m-bar").is_hidden()
    assert notebook.page.locator("[data-tool=measure]").get_attribute("aria-pressed") == "false"
    notebook.settle()
    assert labels(notebook) == ["6.800 m"], "and the one that was begun is gone"
    notebook.click_object("viewer", "wall-left")
    notebook.until("viewer.selected_ids == ('wall-left',)")
    assert notebook.ask("len(viewer.measurements)") == 1


def test_the_camera_still_turns_and_lines_follow(notebook: Notebook) -> None:
    notebook.page.locator("[data-tool=measure]").click()
    click(notebook, *ROOF)
    measured(notebook)
    notebook.settle()
    x, y = notebook.at(*screen(notebook, WALL))
    notebook.page.mouse.move(x, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(x + 50, y + 10, steps=4)
    notebook.page.mouse.up()
    notebook.settle()
    assert len(measured(notebook)) == 2, "a drag is no click"
    assert orange(pixels(notebook), *screen(notebook, ROOF[1]), 1).all()


def test_a_measurement_is_deleted_at_its_label_and_in_the_list(notebook: Notebook) -> None:
    for corner in SILL[:2]:
        notebook.kernel(f"viewer.measure('distance', {(AT + ROOF[0]).tolist()}, {(AT + corner).tolist()})")
    notebook.settle()
    assert len(labels(notebook)) == 2
    label = notebook.page.locator(".bv-m-label:not([hidden])").first
    label.hover()
    label.locator("button").click()
    notebook.until("len(viewer.measurements) == 1")
    assert notebook.ask("viewer.measurements.points.iloc[0][1]") == (AT + SILL[1]).tolist()
    notebook.page.locator("[data-tool=measure]").click()
    notebook.page.locator(".bv-m-bar li button").click()
    notebook.until("viewer.measurements.empty")
    assert labels(notebook) == []


def test_it_works_while_the_kernel_is_busy_and_says_so(notebook: Notebook) -> None:
    notebook.page.locator("[data-tool=measure]").click()
    corners = [screen(notebook, place) for place in ROOF]
    # Stopped, and not kept busy by a cell: while that runs, JupyterLab may have messages answered in a subshell.
    kernel = notebook.ask("os.getpid()")
    os.kill(kernel, signal.SIGSTOP)
    try:
        for x, y in corners:
            notebook.click(x, y)
        label = notebook.page.locator(".bv-m-label:not([hidden]) b", has_text="≈")
        label.wait_for()
        assert label.inner_text() == "≈ 6.800 m"
        small = notebook.page.locator(".bv-m-bar li small").last.inner_text()
        assert "places to ±0.1" in small
        assert "until the kernel has answered" in small
    finally:
        os.kill(kernel, signal.SIGCONT)
    label.wait_for(state="detached")
    assert measured(notebook) == ROOF
    notebook.settle()
    assert labels(notebook) == ["6.800 m"]


def test_measurements_come_back_with_the_page_and_in_a_second_view(notebook: Notebook) -> None:
    notebook.kernel(f"viewer.measure('distance', {(AT + ROOF[0]).tolist()}, {(AT + ROOF[1]).tolist()})")
    notebook.kernel("viewer.labels({'roof': 'Roof'})")
    notebook.run(2)
    notebook.settle()
    assert labels(notebook) == ["6.800 m"] * 2
    notebook.save()
    notebook.reload()
    notebook.page.locator(".jupyter-threejs canvas").first.wait_for()
    notebook.settle()
    assert labels(notebook) == ["6.800 m"] * 2
    assert notebook.page.locator(".bv-labels div:not([hidden])").all_inner_texts() == ["Roof"] * 2
    notebook.run(1)
    assert notebook.page.locator(".bv-m-label:not([hidden])").count() == 0, "nothing is left of the old one"


def test_labels_are_text_do_not_overlap_and_go_with_their_objects(notebook: Notebook) -> None:
    shown = notebook.page.locator(".bv-labels div:not([hidden])")
    notebook.kernel("viewer.labels({i: 'the name of ' + i for i in house.ids})")
    notebook.settle()
    texts = shown.all_inner_texts()
    assert "the name of roof" in texts
    assert "the name of room" not in texts, "which is not drawn"
    boxes = [one.bounding_box() for one in shown.all()]
    assert len(boxes) > 4
    for one, other in itertools.combinations(boxes, 2):
        assert one is not None
        assert other is not None
        across = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        assert across or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    x, y = screen(notebook, (5000, 2950, 3000))
    box = notebook.page.locator(".bv-labels div", has_text="the name of roof").bounding_box()
    assert box is not None
    assert [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2] == pytest.approx(notebook.at(x, y), abs=1)
    notebook.kernel("viewer.hide('roof'); viewer.xray('terrace')")
    notebook.settle()
    assert not {"the name of roof", "the name of terrace"} & set(shown.all_inner_texts())
    notebook.kernel(f"viewer.labels({{'sill': {HOSTILE!r}}})")
    notebook.settle()
    assert shown.all_inner_texts() == [HOSTILE]
    assert notebook.page.locator(".bv-labels img").count() == 0
    assert notebook.page.evaluate("window.hacked") is None
    notebook.kernel("at = viewer.camera.target; viewer._look(Camera(at, (*at[:2], at[2] - 9e4)))")
    notebook.settle()
    assert shown.count() == 0, "it is behind the camera"
    assert notebook.errors == []


def test_rooms_are_translucent_blocks_with_their_names(notebook: Notebook) -> None:
    before = notebook.pixels().astype(int)
    x, y = screen(notebook, (5000, 1400, 3000))
    notebook.kernel("viewer.show_rooms()")
    notebook.settle()
    assert notebook.page.locator(".bv-labels div:not([hidden])").inner_text().split("\n") == ["ROOM", "50.8 m²"]
    after = notebook.pixels().astype(int)
    red, _, blue = after[round(y) - 3 : round(y) + 4, round(x) - 60 : round(x) - 50].reshape(-1, 3).mean(axis=0)
    assert blue > red + 12, "the colour of the room"
    assert len(np.unique(after[round(y) : round(y) + 200 : 4, round(x)] // 8, axis=0)) > 3, "and what lies behind it"
    notebook.kernel("from bimplus_nb.viewer.png import png as drawn")
    with Image.open(io.BytesIO(bytes.fromhex(notebook.ask("drawn(viewer._still()).hex()")))) as drawn:
        still = np.asarray(drawn.convert("RGB").resize(after.shape[1::-1])).astype(int)
    assert np.abs(still - after).max(axis=2).mean() < 14, "Python draws the same"
    notebook.kernel("viewer.reset()")
    notebook.settle()
    assert notebook.page.locator(".bv-labels div:not([hidden])").count() == 0
    assert np.abs(notebook.pixels() - before).max() < 25

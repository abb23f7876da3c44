"""Pins in the building and places on it, with a real mouse, on a house 1,000 km from the origin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook

pytestmark = pytest.mark.browser

AT = np.array((1e9, 2e6, -1e9))
HOSTILE = "<img src=x onerror=window.hacked=1></b>"
SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import numpy as np, pandas as pd, houses, sight
from bimplus_nb.viewer import Viewer
house = houses.house(at={tuple(AT.tolist())})
places = np.array([(8500, 1500, 6000), (10_400, 3100, 6400), (5000, 1500, 0)] + [(13_000, -50, 6000)] * 3)
places = places + {AT.tolist()}
pins = pd.DataFrame(dict(
    issue=list("abcdef"), short_id=range(11, 17), name=[{HOSTILE!r}, "Roof", "Behind", "One", "Two", "Three"],
    status=["Open", "Solved", "Closed", "Open", "Odd", "Open"], overdue=[True] + [False] * 5,
    x_mm=places[:, 0], y_mm=places[:, 1], z_mm=places[:, 2],
))
told, places_told = [], []
viewer = Viewer(house, rooms="room", title="A house", height=420)
viewer.pin(pins)
viewer.on_pin(told.append)
viewer
"""


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP]) as opened:
        opened.run(0)
        opened.until("viewer._page.side.light_shape and viewer._page.picture")
        opened.settle()
        yield opened


def screen(notebook: Notebook, place: tuple[float, float, float]) -> tuple[float, float]:
    """Where a place of the house is on the canvas, CSS pixels."""
    x, y = notebook.ask(f"sight.Rays(viewer).screen(np.array([{(AT + place).tolist()}]))[0].tolist()")
    return x, y


def mark(number: str) -> str:
    """The mark that has these words."""
    return f".bv-pin:not([hidden]):has(b:text-is({number!r}))"


def where(notebook: Notebook, number: str) -> list[float]:
    return [float(k[:-2]) for k in notebook.page.locator(mark(number)).evaluate("e => e.style.translate").split()]


def test_a_pin_is_where_its_place_is_and_faint_behind_something(notebook: Notebook) -> None:
    for number, place in (("11", (8500, 1500, 6000)), ("12", (10_400, 3100, 6400)), ("13", (5000, 1500, 0))):
        assert np.abs(np.subtract(where(notebook, number), screen(notebook, place))).max() < 0.6, number
    box = notebook.page.locator(mark("11")).bounding_box()
    x, y = notebook.at(*screen(notebook, (8500, 1500, 6000)))
    assert box is not None
    assert abs(box["x"] + box["width"] / 2 - x) < 1
    assert 4 < y - (box["y"] + box["height"]) < 8, "its tip points at the place"
    notebook.page.wait_for_selector(".bv-faint:not([hidden])")
    faint = notebook.page.locator(".bv-faint:not([hidden]) b").all_inner_texts()
    assert faint == ["13"], "what is behind the house, and nothing else"
    notebook.kernel("viewer.section('z', viewer._building.origin[2] - 2000)")
    notebook.settle()
    assert notebook.page.locator(mark("11")).count() == 0, "cut away"
    notebook.kernel("viewer.reset()")
    notebook.settle()


def test_pins_are_told_to_python_by_mouse_and_keyboard(notebook: Notebook) -> None:
    page = notebook.page
    page.locator(mark("11")).hover()
    assert page.locator(".bv-words:not([hidden]) b").inner_text() == f"#11 {HOSTILE}"
    assert page.evaluate("window.hacked") is None
    page.locator(mark("11")).click()
    notebook.until("told == ['a']")
    page.wait_for_selector(f"{mark('11')}.bv-chosen-pin")
    assert notebook.ask("viewer.selected_ids") == [], "the click was the pin's"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    notebook.until("told == ['a', 'b']")
    # Three in one place: nothing takes them apart, so they are named.
    page.locator(mark("3")).click()
    rows = page.locator(".bv-menu [role=menuitem] em")
    assert rows.all_inner_texts() == ["One", "Three", "Two"], "the open ones first"
    rows.nth(2).click()
    notebook.until("told == ['a', 'b', 'e']")
    notebook.kernel("viewer.go_to_pin('c')")
    notebook.settle()
    width, height = notebook.ask("viewer.size")
    assert np.abs(np.subtract(where(notebook, "13"), (width / 2, height / 2))).max() < 1
    page.wait_for_function("() => !document.querySelector('.bv-chosen-pin.bv-faint:not([hidden])')")
    notebook.kernel("viewer.pin()")
    page.wait_for_function("() => !document.querySelector('.bv-pin:not([hidden])')")
    assert notebook.errors == []


def test_a_place_is_asked_for(notebook: Notebook) -> None:
    notebook.kernel("viewer.reset(); viewer.place(places_told.append, 'Click where the crack is')")
    notebook.settle()
    assert notebook.page.locator(".bv-hint span").first.inner_text() == "Click where the crack is"
    x, y = screen(notebook, (8500, 1500, 6000))
    notebook.click(round(x), round(y))
    notebook.until("len(places_told) == 1")
    name, point, normal = notebook.ask("[places_told[0].object_id, places_told[0].point, places_told[0].normal]")
    assert (name, normal) == ("wall-front-2", [0, 0, 1])
    assert abs(point[2] - AT[2] - 6000) < 1e-3, "on the wall, exactly"
    seen = notebook.ask(f"sight.Rays(viewer).screen(np.array([{point}]))[0].tolist()")
    assert np.abs(np.subtract(seen, (round(x), round(y)))).max() < 0.1
    assert notebook.ask("viewer.selected_ids") == []
    notebook.kernel("viewer.place(places_told.append)")
    notebook.page.wait_for_selector(".bv-hint")
    notebook.page.keyboard.press("Escape")
    notebook.until("places_told[1:] == [None]")
    assert notebook.page.locator(".bv-hint").count() == 0
    assert notebook.errors == []

"""Choosing with a real mouse and keyboard: boxes, what is under the mouse, the menu."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook

pytestmark = pytest.mark.browser

NAMES = houses.house().ids
HOSTILE = "<img src=x onerror=window.hacked=1></script><b>\u202e"
SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import houses, sight, numpy as np, pandas as pd
from bimplus_nb.viewer import Viewer
house = houses.house(at=(1e6, 2e6, -3e6))
table = pd.DataFrame({{"name": [i.upper() for i in house.ids], "type": [i.split("-")[0] for i in house.ids],
                      "storey": "Level 1", "layer": "Architecture"}}, index=pd.Index(house.ids, dtype="str"))
table.loc["roof", "name"] = {HOSTILE!r}
"""
WORDS = ".bv-words:not(.bv-pin-words)"
SHOW = "viewer = Viewer(house, objects=table, rooms='room', title='A house'); viewer"


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW]) as notebook:
        notebook.run(0)
        notebook.run(1)
        notebook.until("viewer._page.side.light_shape and viewer._page.picture", timeout=60)
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """The house as it was in the beginning, at rest, with the keyboard in the canvas and the mouse away from it."""
    opened.page.keyboard.press("Escape")
    opened.page.locator(".bv-box .jupyter-threejs").focus()
    opened.page.mouse.move(2, 2)
    opened.kernel("viewer.reset()")
    opened.settle()
    opened.errors.clear()
    return opened


def selected(notebook: Notebook, *names: str) -> None:
    notebook.until(f"viewer.selected_ids == {tuple(name for name in NAMES if name in names)}")


def box_of(notebook: Notebook, *names: str) -> tuple[float, float, float, float]:
    boxes = np.array(notebook.ask(f"[sight.Rays(viewer).box(name) for name in {list(names)}]"))
    return (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())


def drag(notebook: Notebook, start: tuple[float, float], end: tuple[float, float], *, key: str = "") -> None:
    """Press at one place of the canvas and let go at another."""
    notebook.page.mouse.move(*notebook.at(*start))
    if key:
        notebook.page.keyboard.down(key)
    notebook.page.mouse.down()
    notebook.page.mouse.move(*notebook.at(*end), steps=4)
    notebook.page.mouse.up()
    if key:
        notebook.page.keyboard.up(key)


def rest(notebook: Notebook, x: float, y: float, words: str) -> None:
    """Let the mouse rest until there are these words, on a machine that may have no time for it at first."""
    shown = notebook.page.locator(".bv-words:not([hidden])", has_text=words)
    for step in range(40):
        notebook.page.mouse.move(*notebook.at(x + step % 2, y))
        notebook.page.wait_for_timeout(500)
        if shown.count():
            return
    raise AssertionError("the mouse rests, and nothing is said")


def menu(notebook: Notebook, name: str) -> None:
    x, y = notebook.find("viewer", name)
    notebook.page.mouse.click(*notebook.at(x, y), button="right")
    notebook.page.locator(".bv-menu").wait_for()


def focused(notebook: Notebook) -> str:
    return str(notebook.page.evaluate("document.activeElement.firstChild?.textContent ?? ''"))


# --- boxes ----------------------------------------------------------------------------------------------------------


def test_rightwards_takes_what_is_wholly_inside(notebook: Notebook) -> None:
    left, top, right, bottom = box_of(notebook, "window", "sill")
    camera, before = notebook.ask("viewer.camera.position"), notebook.pixels()
    notebook.page.keyboard.press("b")
    drag(notebook, (left - 3, top - 3), (right + 3, bottom + 3))
    selected(notebook, "window", "sill")
    notebook.settle()
    after = notebook.pixels()
    assert notebook.ask("viewer.camera.position") == camera, "the tool had the mouse"
    changed = np.abs(before.astype(int) - after).max(axis=2) > 24
    rows, columns = np.nonzero(changed)
    assert changed[round(top) : round(bottom), round(left) : round(right)].mean() > 0.3
    assert columns.min() > left - 8
    assert columns.max() < right + 8
    assert rows.min() > top - 8
    assert rows.max() < bottom + 8
    drag(notebook, (left - 3, top - 3), (right - 3, bottom + 3))
    selected(notebook, "sill")  # the window reaches seven pixels farther, and so out of the box
    notebook.page.keyboard.press("b")
    assert notebook.page.locator("[data-tool=box][aria-pressed=true]").count() == 0
    assert notebook.page.locator(".jp-CodeCell").count() == 3, "the Lab kept its hands off the keys"
    assert notebook.errors == []


def test_leftwards_takes_what_is_seen(notebook: Notebook) -> None:
    """Against rays cast in numpy through every second pixel of the box."""
    x, y = notebook.find("viewer", "sill")
    notebook.kernel("viewer.hide('window'); viewer.xray('wall-front-2')")
    notebook.settle()
    start, end = (round(x) + 70, round(y) + 16), (round(x) - 26, round(y) - 20)
    drag(notebook, start, end, key="Alt")
    rays = f"{{house.ids[k] for x in range({end[0]}, {start[0]}, 2) for y in range({end[1]}, {start[1]}, 2)"
    notebook.kernel(f"rays = sight.Rays(viewer); seen = {rays} if (k := rays.first(x + .5, y + .5)) >= 0}}")
    seen = notebook.ask("sorted(seen)")
    assert {"sill"} < {*seen}, "more than one thing should be in the box"
    selected(notebook, *seen)
    assert not {"window", "wall-front-2"} & {*notebook.ask("viewer.selected_ids")}
    assert notebook.errors == []


def test_boxes_add_and_a_click_is_still_a_click(notebook: Notebook) -> None:
    button = notebook.page.locator("[data-tool=box]")
    button.click()
    left, top, right, bottom = box_of(notebook, "sill")
    notebook.click_object("viewer", "roof")
    selected(notebook, "roof")
    for key in ("Control", "Shift"):
        drag(notebook, (left - 3, top - 3), (right + 3, bottom + 3), key=key)
        selected(notebook, "roof", "sill")
    band = notebook.page.locator(".bv-band")
    notebook.page.mouse.move(*notebook.at(20, 20))
    notebook.page.mouse.down()
    notebook.page.mouse.move(*notebook.at(200, 200), steps=3)
    assert band.inner_text() == "wholly inside"
    notebook.page.keyboard.press("Escape")
    assert band.count() == 0
    notebook.page.mouse.up()
    notebook.settle()
    selected(notebook, "roof", "sill")
    assert button.get_attribute("aria-pressed") == "false"


# --- what is under the mouse ----------------------------------------------------------------------------------------


def test_the_mouse_at_rest_lights_up_and_names(notebook: Notebook) -> None:
    canvas, light = notebook.pixels(), notebook.page.locator(".bv-light")
    rest(notebook, *notebook.find("viewer", "window"), "WINDOW")
    assert notebook.page.locator(WORDS).inner_text().split("\n") == ["WINDOW", "window · Level 1"]
    where = light.bounding_box()
    x, y = notebook.at(0, 0)
    assert where is not None
    left, top, right, bottom = box_of(notebook, "window")
    assert left - 4 < where["x"] - x
    assert where["x"] + where["width"] - x < right + 4
    assert top - 4 < where["y"] - y
    assert where["y"] + where["height"] - y < bottom + 4
    assert (notebook.pixels() == canvas).all(), "nothing is drawn into the picture"
    notebook.page.mouse.move(*notebook.at(5, 5))
    light.wait_for(state="hidden")
    assert notebook.page.locator(WORDS).is_hidden()
    assert notebook.ask("viewer.selected_ids") == []


def test_names_are_text(notebook: Notebook) -> None:
    rest(notebook, *notebook.find("viewer", "roof"), "<img")
    words = notebook.page.locator(WORDS)
    assert words.locator("img, script").count() == 0
    assert "\u202e" not in words.inner_text()
    assert notebook.page.evaluate("window.hacked") is None


def test_a_kernel_without_time_is_asked_once_and_the_light_is_there(notebook: Notebook) -> None:
    roof, sill = notebook.find("viewer", "roof"), notebook.find("viewer", "sill")
    rest(notebook, *roof, "<img")  # the view has been read
    light, words = notebook.page.locator(".bv-light"), notebook.page.locator(WORDS)
    notebook.kernel("asked = []; viewer._on_about = asked.append")
    try:
        for place in (sill, roof, sill):
            notebook.page.mouse.move(*notebook.at(5, 5))
            light.wait_for(state="hidden")
            notebook.page.mouse.move(*notebook.at(*place))
            light.wait_for()
            notebook.until("asked")
            assert words.is_hidden()
        assert notebook.ask("len(asked)") == 1
    finally:
        notebook.kernel("del viewer._on_about")
    notebook.page.mouse.move(*notebook.at(*roof))
    notebook.kernel("viewer._on_about(asked[0])")
    notebook.page.locator(".bv-words:not([hidden])", has_text="<img").wait_for()
    assert notebook.errors == []


# --- the menu -------------------------------------------------------------------------------------------------------


def test_a_right_click_opens_the_menu_of_what_is_there(notebook: Notebook) -> None:
    menu(notebook, "wall-front-1")
    selected(notebook, "wall-front-1")
    rows = notebook.page.locator(".bv-menu [role=menuitem]")
    rows.locator("em", has_text="Architecture").wait_for()
    assert rows.locator("span").all_inner_texts() == [
        *("Select same type", "Select same storey", "Select same layer"),
        *("Hide", "Isolate", "X-ray others", "Show all", "Fit", "Copy id"),
    ]
    assert notebook.page.locator(".bv-menu h4").inner_text() == "WALL-FRONT-1"
    assert notebook.page.locator(".lm-Menu:visible").count() == 0, "the Lab's own menu stays away"
    rows.filter(has_text="same type").click()
    selected(notebook, *(name for name in NAMES if "wall" in name))
    menu(notebook, "wall-front-2")
    rows.filter(has_text="X-ray others").click()
    notebook.until("all('wall' in name for name in viewer.visible_ids) and len(viewer.visible_ids) == 5")
    menu(notebook, "wall-front-1")
    rows.filter(has_text="Show all").click()
    notebook.until("len(viewer.visible_ids) == 11")
    assert notebook.errors == []


def test_the_menu_works_by_keyboard(notebook: Notebook) -> None:
    keyboard, here = notebook.page.keyboard, notebook.page.locator(".bv-menu")
    notebook.kernel("viewer.select('roof')")
    notebook.settle()
    before = notebook.pixels()
    for key in ("ContextMenu", "Shift+F10"):
        keyboard.press(key)
        here.wait_for()
        assert focused(notebook) == "Select same type"
        keyboard.press("Escape")
        assert here.count() == 0
    keyboard.press("Shift+F10")
    for _ in range(3):
        keyboard.press("ArrowDown")
    assert focused(notebook) == "Hide"
    keyboard.press("ArrowUp")
    assert focused(notebook) == "Select same layer"
    keyboard.press("End")
    assert focused(notebook) == "Copy id"
    keyboard.press("ArrowDown")
    assert focused(notebook) == "Select same type"
    for _ in range(3):
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    notebook.until("'roof' not in viewer.visible_ids and not viewer.selected_ids")
    notebook.settle()
    assert (np.abs(before.astype(int) - notebook.pixels()).max(axis=2) > 24).mean() > 0.05
    keyboard.press("Escape")
    notebook.until("len(viewer.visible_ids) == 11")
    assert notebook.page.locator(".jp-CodeCell").count() == 3, "the keyboard is the canvas's again"


def test_the_menu_stays_inside_and_closes_without_a_click(notebook: Notebook) -> None:
    width, height = notebook.ask("viewer.size")
    here = notebook.page.locator(".bv-menu")
    notebook.kernel("viewer.select('roof')")
    notebook.page.mouse.click(*notebook.at(width - 3, height - 3), button="right")
    where, (x, y) = here.bounding_box(), notebook.at(0, 0)
    assert where is not None
    assert x <= where["x"] <= x + width - where["width"]
    assert y <= where["y"] <= y + height - where["height"]
    notebook.click_object("viewer", "sill")
    assert here.count() == 0
    notebook.settle()
    selected(notebook, "roof")
    notebook.click_object("viewer", "sill")
    selected(notebook, "sill")


def test_a_right_drag_shifts_and_opens_nothing(notebook: Notebook) -> None:
    before = notebook.ask("viewer.camera.target")
    x, y = notebook.find("viewer", "roof")
    notebook.page.mouse.move(*notebook.at(x, y))
    notebook.page.mouse.down(button="right")
    notebook.page.mouse.move(*notebook.at(x + 50, y + 20), steps=4)
    notebook.page.mouse.up(button="right")
    notebook.settle()
    assert np.linalg.norm(np.subtract(notebook.ask("viewer.camera.target"), before)) > 100
    assert notebook.page.locator(".bv-menu, .lm-Menu:visible").count() == 0
    selected(notebook)


def test_ids_go_to_the_clipboard(notebook: Notebook) -> None:
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.kernel("viewer.select(['roof', 'sill'])")
    menu(notebook, "sill")
    notebook.page.locator(".bv-menu button", has_text="Copy id").click()
    notebook.page.wait_for_function("async () => await navigator.clipboard.readText() === 'sill\\nroof'")
    assert notebook.ask("viewer._page.side.notice") == ""


def test_a_selection_has_outlines_all_over_or_nowhere(lab: Lab) -> None:
    with lab.open([SETUP, "mesh = houses.many(5000); viewer = Viewer(mesh); viewer"]) as notebook:
        notebook.run(0)
        notebook.run(1)
        notebook.until("viewer._page.side.light_shape and viewer._page.picture", timeout=60)

        def in_line_color(some: str) -> int:
            notebook.kernel(f"viewer.select({some})")
            notebook.settle()
            return int((np.abs(notebook.pixels()[..., :3] - np.array([11, 79, 196])).max(axis=-1) < 16).sum())

        outlined, tinted = in_line_color("mesh.ids[:2000]"), in_line_color("mesh.ids")
        assert outlined > 5_000
        assert 0 < tinted < outlined / 10, "95,000 lines: they would hide what they are of"
        assert in_line_color("()") == 0

"""The tree in a real JupyterLab: real mouse and keys, and what the canvas shows then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import numpy as np, pandas as pd, houses
from bimplus_nb.viewer import Arrival, Viewer
whole = houses.house(at=(1e6, 2e6, -3e6))
storey = ['Top' if i == 'roof' else 'Outside' if i in ('terrace', 'column') else 'Ground' for i in whole.ids]
table = pd.DataFrame({{'name': [i.upper() for i in whole.ids], 'type': [i.split('-')[0].title() for i in whole.ids],
                      'storey': pd.Categorical(storey, ['Outside', 'Ground', 'Top'], ordered=True)}}, index=whole.ids)
house = whole.of(*(i for i in whole.ids if i != 'column'))
def column():
    if broken: raise ValueError('the service is away')
    return [Arrival(whole.of('column'))]
broken = False
"""
SHOW = "viewer = Viewer(house, objects=table, rooms='room', title='A house', more={'Columns': column}); viewer"
COMPLETE = "viewer._page.side.light_shape and viewer._page.picture"


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW, "viewer"]) as notebook:
        notebook.run(0)
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """A fresh house with its tree open."""
    opened.kernel("'viewer' in globals() and viewer.close()")
    opened.run(1)
    opened.until(COMPLETE)
    opened.page.locator(".bv-lister").click()
    row(opened, "Ground").wait_for()
    opened.settle()
    opened.errors.clear()
    return opened


def row(notebook: Notebook, name: str) -> Locator:
    """The row of this name."""
    exactly = re.compile(f"^{re.escape(name)}$")
    return notebook.page.locator(".bv-row", has=notebook.page.locator("bdi", has_text=exactly))


def names(notebook: Notebook) -> list[str]:
    return notebook.page.locator(".bv-row bdi").all_inner_texts()


def seen(notebook: Notebook, name: str, state: str) -> None:
    expect(row(notebook, name)).to_have_attribute("data-seen", state, timeout=20_000)


def eye(notebook: Notebook, name: str, *, alt: bool = False) -> None:
    row(notebook, name).locator(".bv-shown").click(modifiers=["Alt"] if alt else [])
    notebook.settle()


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.abs(before.astype(int) - after).max(axis=2) > 24


def around(x: float, y: float, reach: int = 2) -> tuple[slice, slice]:
    return slice(round(y) - reach, round(y) + reach + 1), slice(round(x) - reach, round(x) + reach + 1)


def test_the_eye_of_a_storey_hides_its_objects_and_no_others(notebook: Notebook) -> None:
    assert names(notebook) == ["Top", "Ground", "Outside", "Not loaded", "Columns"]
    wall, terrace = (notebook.find("viewer", name) for name in ("wall-front-2", "terrace"))
    left, top, right, bottom = notebook.ask("sight.Rays(viewer).box('roof')")
    before = notebook.pixels()
    eye(notebook, "Top")
    assert notebook.ask("set(viewer.mesh.ids) - set(viewer.visible_ids) == {'roof', 'room'}")
    different = changed(before, notebook.pixels())
    rows, columns = np.nonzero(different)
    assert len(rows) > 0.2 * (right - left) * (bottom - top), "the roof is gone"
    assert left - 5 <= columns.min() <= columns.max() <= right + 5
    assert top - 5 <= rows.min() <= rows.max() <= bottom + 5
    assert not different[around(*wall)].any()
    assert not different[around(*terrace)].any()
    seen(notebook, "Top", "hidden")
    seen(notebook, "Ground", "shown")
    eye(notebook, "Top")
    seen(notebook, "Top", "shown")
    assert not changed(before, notebook.pixels()).any()
    eye(notebook, "Top", alt=True)
    seen(notebook, "Top", "ghosts")
    assert "roof" not in notebook.ask("viewer.visible_ids")
    assert changed(before, notebook.pixels()).any()
    assert notebook.errors == []


def test_a_click_selects_control_adds_and_a_double_click_isolates(notebook: Notebook) -> None:
    row(notebook, "Top").click()
    notebook.until("viewer.selected_ids == ('roof',)")
    expect(row(notebook, "Top")).to_have_attribute("aria-selected", "true")
    row(notebook, "Outside").click(modifiers=["Control"])
    notebook.until("viewer.selected_ids == ('roof', 'terrace')")
    wall = notebook.find("viewer", "wall-front-2")
    notebook.settle()
    before = notebook.pixels()
    row(notebook, "Top").dblclick()
    notebook.until("viewer.visible_ids == ('roof',)")
    seen(notebook, "Ground", "hidden")
    notebook.settle()
    assert changed(before, notebook.pixels())[around(*wall)].all()
    notebook.page.locator("[data-tool=all]").click()
    notebook.until("len(viewer.visible_ids) == 10")


def test_groups_open_down_to_single_objects(notebook: Notebook) -> None:
    row(notebook, "Ground").locator(".bv-twist").click()
    assert names(notebook)[1:8] == ["Ground", "Wall", "Room", "Sill", "Slab", "Window", "Outside"]
    seen(notebook, "Room", "hidden")
    eye(notebook, "Room")
    assert notebook.ask("'room' in viewer.visible_ids"), "a room on its own is asked for"
    eye(notebook, "Room")
    seen(notebook, "Room", "hidden")
    row(notebook, "Wall").locator(".bv-twist").click()
    row(notebook, "WALL-FRONT-2").wait_for()
    assert names(notebook)[3:8] == ["WALL-BACK", "WALL-FRONT-1", "WALL-FRONT-2", "WALL-LEFT", "WALL-RIGHT"]
    wall, other = notebook.find("viewer", "wall-front-2"), notebook.find("viewer", "wall-front-1")
    before = notebook.pixels()
    eye(notebook, "WALL-FRONT-2")
    assert notebook.ask("set(viewer.mesh.ids) - set(viewer.visible_ids) == {'wall-front-2', 'room'}")
    assert changed(before, notebook.pixels())[around(*wall)].all()
    assert not changed(before, notebook.pixels())[around(*other)].any()
    seen(notebook, "WALL-FRONT-2", "hidden")
    seen(notebook, "WALL-FRONT-1", "shown")
    seen(notebook, "Wall", "partly")
    seen(notebook, "Ground", "partly")
    row(notebook, "WALL-LEFT").click()
    notebook.until("viewer.selected_ids == ('wall-left',)")
    eye(notebook, "Ground")
    seen(notebook, "WALL-FRONT-2", "shown")


def test_it_follows_python(notebook: Notebook) -> None:
    notebook.kernel("viewer.hide('wall-left'); viewer.select('terrace')")
    seen(notebook, "Ground", "partly")
    expect(row(notebook, "Outside")).to_have_attribute("aria-selected", "true")
    notebook.kernel("viewer.xray('roof')")
    seen(notebook, "Top", "ghosts")
    notebook.kernel("viewer.tree('type')")
    row(notebook, "Wall").wait_for()
    seen(notebook, "Wall", "partly")
    assert names(notebook)[0] == "Wall", "the most frequent first"
    notebook.kernel("viewer.tree(None)")
    expect(notebook.page.locator(".bv-tree")).to_be_hidden()


def test_all_of_it_by_keyboard(notebook: Notebook) -> None:
    page = notebook.page
    page.locator(".bv-lister").click()
    expect(page.locator(".bv-tree")).to_be_hidden()
    notebook.settle()
    narrow = notebook.ask("viewer.size[0]")
    page.keyboard.press("t")
    row(notebook, "Ground").wait_for()
    notebook.settle()
    assert narrow - notebook.ask("viewer.size[0]") == 232, "the picture has made room"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    active = page.locator(".bv-here")
    expect(active).to_contain_text("Wall")
    rows = page.locator(".bv-rows")
    assert rows.get_attribute("aria-activedescendant") == active.get_attribute("id")
    expect(active).to_have_attribute("aria-level", "2")
    page.keyboard.press("Space")
    seen(notebook, "Wall", "hidden")
    assert not any("wall" in name for name in notebook.ask("viewer.visible_ids"))
    page.keyboard.press("Enter")
    notebook.until("len(viewer.selected_ids) == 5")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".bv-row", has_text="Ground")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Home")
    page.keyboard.press("Control+Enter")
    notebook.until("len(viewer.selected_ids) == 6")
    page.keyboard.press("x")
    seen(notebook, "Top", "ghosts")
    page.keyboard.press("i")
    notebook.until("viewer.visible_ids == ('roof',)")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    notebook.until("not viewer.selected_ids")
    assert page.locator(".jp-CodeCell").count() == 3, "the Lab kept its hands off the keys"


def test_typing_narrows_it_down(notebook: Notebook) -> None:
    words = notebook.page.locator(".bv-narrow input")
    words.click()
    notebook.page.keyboard.type("wal")
    assert names(notebook) == ["Ground", "Wall"]
    notebook.page.keyboard.press("Enter")
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Enter")
    notebook.until("len(viewer.selected_ids) == 5")
    words.fill("no such")
    assert names(notebook) == []
    assert "Nothing has this in its name" in notebook.page.locator(".bv-tree").inner_text()
    words.press("Escape")
    assert len(names(notebook)) == 5


def test_what_is_not_loaded_loads(notebook: Notebook) -> None:
    notebook.kernel("broken = True")
    row(notebook, "Columns").locator(".bv-load").click()
    notebook.page.locator(".bv-notice", has_text="the service is away").wait_for()
    expect(row(notebook, "Columns").locator(".bv-load")).to_have_text("Load")
    notebook.kernel("broken = False; viewer.select('roof')")
    notebook.settle()
    before = notebook.pixels()
    row(notebook, "Columns").locator(".bv-load").click()
    expect(row(notebook, "Columns")).to_have_count(0)
    notebook.until("'column' in viewer.visible_ids")
    notebook.until("len(viewer._page.side.light_shape)")
    notebook.settle()
    where = notebook.find("viewer", "column")
    assert notebook.ask("viewer.selected_ids") == ["roof"]
    assert row(notebook, "Outside").locator("em").inner_text() == "2"
    assert before.shape == notebook.pixels().shape
    notebook.click(*where)
    notebook.until("viewer.selected_ids == ('column',)")
    eye(notebook, "Outside")
    assert "column" not in notebook.ask("viewer.visible_ids")


def test_a_narrow_viewer_keeps_its_picture_whole(notebook: Notebook) -> None:
    wide = notebook.ask("viewer.size[0]")
    page = notebook.page
    assert page.locator(".bv-floats").count() == 0
    page.evaluate("document.querySelector('.bv-box').style.width = '600px'")
    notebook.until("viewer.size[0] in (598, 600)")
    assert page.locator(".bv-floats").count() == 1
    eye(notebook, "Top")
    seen(notebook, "Top", "hidden")
    page.evaluate("document.querySelector('.bv-box').style.width = '100%'")
    notebook.until(f"viewer.size[0] == {wide}")


def test_every_place_shows_it_and_it_comes_back(notebook: Notebook) -> None:
    notebook.run(2)
    notebook.settle()
    expect(notebook.page.locator(".bv-row", has_text="Ground")).to_have_count(2)
    notebook.kernel("viewer.hide('roof')")
    expect(notebook.page.locator(".bv-row[data-seen=hidden]", has_text="Top")).to_have_count(2)
    notebook.save()
    notebook.reload()
    row(notebook, "Top").first.wait_for()
    notebook.settle()
    expect(notebook.page.locator(".bv-row[data-seen=hidden]", has_text="Top")).to_have_count(2)
    assert notebook.errors == []


def test_a_group_of_many_is_quickly_scrolled(notebook: Notebook) -> None:
    """Three thousand objects in one group: only what is in sight is asked for and drawn."""
    notebook.kernel("viewer.close(); viewer = Viewer(houses.many(3_000)); viewer.tree('type')")
    notebook.run(2, timeout=120)
    row(notebook, "No type").locator(".bv-twist").click()
    row(notebook, "object-0").wait_for()
    notebook.page.locator(".bv-rows").press("End")
    row(notebook, "object-2999").wait_for()
    assert notebook.page.locator(".bv-row").count() < 40
    row(notebook, "object-2999").click()
    notebook.until("viewer.selected_ids == ('object-2999',)")
    assert notebook.errors == []

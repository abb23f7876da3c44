"""The tree in a real JupyterLab, at 10,000 entries: real mouse and keys, and the picture beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import houses
import pytest
from lab import Lab
from labnotebook import Notebook
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import pandas as pd, houses, bimplus_nb as bp
house = houses.house()
evil = '<img src=x onerror="window.hacked=1">'
rows = [('site', 'Site', None, False), ('low', 'Low', 'site', False), ('high', 'High', 'site', False)]
rows += [(f'r{{k}}', f'Rivet {{k}}', 'low', True) for k in range(10_000)]
rows += [(i, evil if i == 'terrace' else i.upper(), 'high', True) for i in house.ids]
frame = pd.DataFrame(rows, columns=['id', 'name', 'parent', 'is_object']).set_index('id')
frame['type'] = ['Storey' if not one else 'Part' for one in frame['is_object']]
viewer = bp.Viewer(house, objects=frame, height=320)
"""


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, "viewer", "tree = bp.Tree(frame, viewer=viewer, height=480); tree"]) as notebook:
        notebook.run(0)
        notebook.run(1)
        notebook.run(2)
        notebook.settle()
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    opened.kernel("viewer.select()")  # a new tree would go to what is selected
    opened.run(2)
    row(opened, "High").wait_for()
    opened.settle()
    opened.errors.clear()
    return opened


def row(notebook: Notebook, name: str) -> Locator:
    exactly = re.compile(f"^{re.escape(name)}$")
    return notebook.page.locator(".bp-tree-row", has=notebook.page.locator("bdi", has_text=exactly))


def names(notebook: Notebook) -> list[str]:
    """From top to bottom."""
    rows = notebook.page.locator(".bp-tree-row")
    found = rows.evaluate_all("all => all.map(one => [Number(one.dataset.row), one.querySelector('bdi').textContent])")
    return [name for _, name in sorted(found)]


def twist(notebook: Notebook, name: str) -> None:
    row(notebook, name).locator(".bp-tree-twist").click()


def test_the_mouse_opens_and_chooses(notebook: Notebook) -> None:
    assert names(notebook) == ["Site", "Low", "High"]
    twist(notebook, "High")
    row(notebook, "ROOF").click()
    notebook.until("viewer.selected_ids == ('roof',)")
    expect(row(notebook, "ROOF")).to_have_attribute("aria-selected", "true")
    expect(row(notebook, "High")).to_have_class(re.compile("bp-tree-some"))
    row(notebook, "COLUMN").click(modifiers=["Control"])
    notebook.until("set(viewer.selected_ids) == {'roof', 'column'}")
    row(notebook, "High").click()
    notebook.until("set(viewer.selected_ids) == set(house.ids)")
    expect(row(notebook, "High")).to_have_attribute("aria-selected", "true")
    twist(notebook, "High")
    expect(row(notebook, "ROOF")).to_have_count(0)
    assert notebook.page.evaluate("window.hacked") is None
    assert notebook.errors == []


def test_a_name_is_text(notebook: Notebook) -> None:
    twist(notebook, "High")
    evil = notebook.page.locator(".bp-tree-row bdi", has_text="<img src=x")
    expect(evil).to_have_text('<img src=x onerror="window.hacked=1">')
    assert notebook.page.locator(".bp-tree img").count() == 0
    assert notebook.page.evaluate("window.hacked") is None


def test_ten_thousand_rows_by_keyboard(notebook: Notebook) -> None:
    tree = notebook.page.get_by_role("tree").last
    row(notebook, "Low").click()
    notebook.page.keyboard.press("ArrowRight")
    expect(row(notebook, "Low")).to_have_attribute("aria-expanded", "true")
    expect(row(notebook, "Rivet 0")).to_be_visible()
    before = notebook.traffic()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("End")
    expect(row(notebook, "High")).to_be_visible()
    notebook.page.keyboard.press("ArrowUp")
    expect(row(notebook, "Rivet 9999")).to_be_visible()
    assert notebook.page.locator(".bp-tree-row").count() < 30, "only what is in sight is on the page"
    for _ in range(3):
        notebook.page.keyboard.press("PageUp")
    here = tree.get_attribute("aria-activedescendant")
    active = notebook.page.locator(f"#{here}")
    expect(active).to_have_attribute("aria-setsize", "10000")
    expect(active).to_have_attribute("aria-level", "3")
    name = active.locator("bdi").inner_text()
    assert 9900 < int(name.removeprefix("Rivet ")) < 9999
    after = notebook.traffic()
    assert after["receivedBytes"] - before["receivedBytes"] < 100_000, "nobody is sent 10,000 rows"
    notebook.page.keyboard.press("Enter")
    notebook.until(f"tree.selected_ids == ('r{name.removeprefix('Rivet ')}',)")
    assert notebook.ask("len(viewer.selected_ids)") == 0, "rivets are not drawn"
    notebook.page.keyboard.press("ArrowLeft")
    expect(row(notebook, "Low")).to_have_class(re.compile("bp-tree-here"))
    notebook.page.keyboard.press("ArrowLeft")
    expect(row(notebook, "Low")).to_have_attribute("aria-expanded", "false")
    expect(row(notebook, "Site")).to_be_visible()  # a row out of sight has no name until it is asked for
    assert names(notebook) == ["Site", "Low", "High"]
    assert notebook.errors == []


def test_searching(notebook: Notebook) -> None:
    row(notebook, "Site").click()
    notebook.page.keyboard.press("/")
    notebook.page.keyboard.type("rivet 777")
    expect(row(notebook, "Rivet 7770")).to_be_visible()
    assert names(notebook)[:3] == ["Site", "Low", "Rivet 777"]
    notebook.page.keyboard.press("Enter")
    notebook.page.keyboard.press("End")
    expect(row(notebook, "Rivet 7779")).to_have_class(re.compile("bp-tree-here"))
    notebook.page.locator(".bp-tree-search").last.fill("no such thing")
    expect(notebook.page.get_by_text("Nothing has this in its name.").last).to_be_visible()
    notebook.page.keyboard.press("Escape")
    expect(row(notebook, "High")).to_be_visible()


def test_a_click_in_the_picture_goes_to_the_row(notebook: Notebook) -> None:
    assert "ROOF" not in names(notebook)
    notebook.click_object("viewer", "roof")
    notebook.until("viewer.selected_ids == ('roof',)")
    expect(row(notebook, "ROOF")).to_have_attribute("aria-selected", "true")
    expect(row(notebook, "ROOF")).to_be_visible()
    notebook.kernel("tree.open('r5000')")
    expect(row(notebook, "Rivet 5000")).to_be_visible()
    assert notebook.errors == []


def test_who_has_lost_the_kernel_is_told(lab: Lab) -> None:
    with lab.open([SETUP, "bp.Tree(frame)"]) as opened:
        opened.run(0)
        opened.run(1)
        row(opened, "High").wait_for()
        opened.settle()
        opened.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        row(opened, "High").click()
        expect(opened.page.get_by_text("The kernel of this tree has ended.")).to_be_visible()
        assert names(opened) == ["Site", "Low", "High"]
        assert opened.errors == []

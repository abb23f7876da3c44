"""The first notebook as a newcomer meets it: JupyterLab, the keyboard, a click on a wall, a row of the table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray

FIRST = Path(__file__).parent.parent / "notebooks" / "01_first_look.ipynb"

# Keeps the first wall that can be clicked, by rays cast in numpy.
SEEN_WALL = """
import sight
def seen_wall():
    for name in objects.index[(objects["type"] == "Wall") & objects["is_external"].fillna(False)]:
        try:
            sight.where(viewer, name)
        except LookupError:
            continue
        return name
wall = seen_wall()
"""


@pytest.fixture(scope="module")
def first_look(lab: Lab) -> Iterator[Notebook]:
    with lab.open(FIRST, size=(1280, 1000)) as notebook:
        notebook.run_all(timeout=120)
        notebook.settle()
        yield notebook


def hues(pixels: NDArray[np.uint8]) -> int:
    """How many different coarse colours a picture has that are no grey."""
    coarse = (pixels.reshape(-1, 3) // 32).astype(int)
    colorful = np.ptp(coarse, axis=1) >= 2
    names, counts = np.unique(coarse[colorful] @ [64, 8, 1], return_counts=True)
    return int((counts > 50).sum()) if len(names) else 0


def around(pixels: NDArray[np.uint8], x: float, y: float, reach: int = 3) -> NDArray[np.uint8]:
    """The pixels around a point of the canvas."""
    row, column = round(y), round(x)
    return pixels[row - reach : row + reach + 1, column - reach : column + reach + 1]


@pytest.mark.browser
def test_the_building_is_there_in_several_colours(first_look: Notebook) -> None:
    first_look.kernel("viewer.reset()")
    first_look.settle()
    pixels = first_look.pixels()
    corners = pixels[[5, 5], [5, -5]].astype(int)
    middle = pixels[pixels.shape[0] // 4 : -pixels.shape[0] // 4, pixels.shape[1] // 4 : -pixels.shape[1] // 4]
    differs = np.abs(middle.astype(int) - corners.mean(axis=0)).max(axis=2) > 40
    assert differs.mean() > 0.3, "the building fills the middle of the canvas"
    first_look.kernel("viewer.color_by(objects['storey'])")
    first_look.settle()
    assert hues(first_look.pixels()) >= 5, "each storey has its colour"
    first_look.kernel("viewer.reset()")


@pytest.mark.browser
def test_a_click_on_a_wall_is_a_row_and_a_row_lights_up_a_wall(first_look: Notebook) -> None:
    page = first_look.page
    first_look.kernel("viewer.reset()")
    first_look.settle()
    first_look.kernel(f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n{SEEN_WALL}")
    wall = first_look.ask("wall")
    name = first_look.ask("objects.loc[wall, 'name']")
    before = first_look.pixels()

    x, y = first_look.click_object("viewer", wall)
    first_look.until(f"viewer.selected_ids == ({wall!r},)")
    assert first_look.ask("list(viewer.selected.index)") == [wall]
    first_look.settle()
    selected = first_look.pixels()
    assert np.abs(around(selected, x, y).astype(int) - around(before, x, y)).mean() > 15, "it lights up"
    row = page.locator("table.dataTable tbody tr.selected").first
    row.wait_for()
    assert name in row.inner_text()

    # A row far from it, chosen in the table: what was lit goes out, and Python knows the new one.
    search = page.locator(".dt-search input").first
    search.fill("Fire door 3.W")
    page.locator("table.dataTable tbody tr", has_text="Fire door 3.W").first.click()
    first_look.until("list(viewer.selected['name']) == ['Fire door 3.W']")
    first_look.settle()
    after = first_look.pixels()
    assert np.abs(around(after, x, y).astype(int) - around(before, x, y)).mean() < 8, "the wall is as it was"

    # And the wall's own row, found again: the wall lights up where it is.
    first_look.kernel("viewer.select()")
    first_look.settle()
    search.fill(name)
    page.locator("table.dataTable tbody tr", has_text=name).first.click()
    first_look.until(f"{wall!r} in viewer.selected_ids")
    first_look.settle()
    assert np.abs(around(first_look.pixels(), x, y).astype(int) - around(before, x, y)).mean() > 15


@pytest.mark.browser
def test_the_page_has_nothing_to_complain_about(first_look: Notebook) -> None:
    assert first_look.errors == []

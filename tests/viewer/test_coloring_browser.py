"""The legend in a real JupyterLab: its colours are those on the canvas, and it is a way to the objects."""

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

pytestmark = pytest.mark.browser

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import numpy as np, pandas as pd, houses
from bimplus_nb.viewer import Viewer
house = houses.house(at=(1e6, 2e6, -3e6))
"""
SHOW = "viewer = Viewer(house, rooms='room', title='A house'); viewer"
KINDS = "{i: 'wall' if 'wall' in i else 'roof' if i == 'roof' else 'rest' for i in house.ids if i not in 'room window'}"
WALLS = tuple(name for name in houses.house().ids if "wall" in name)


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW]) as notebook:
        notebook.run(0)
        notebook.run(1)
        notebook.until("viewer._page.side.light_shape and viewer._page.picture", timeout=60)
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    opened.kernel("viewer.reset()")
    opened.settle()
    opened.errors.clear()
    return opened


def around(picture: NDArray[np.uint8], x: float, y: float) -> NDArray[np.float64]:
    """The colour about a point, 0 to 1."""
    some = picture[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].reshape(-1, 3)
    return np.asarray(np.median(some, axis=0) / 255)


def swatch(notebook: Notebook, row: int) -> NDArray[np.float64]:
    """The colour of a line of the legend as the page has it, 0 to 1."""
    line = notebook.page.locator(f".bv-legend [data-row='{row}'] i")
    said = line.evaluate("one => getComputedStyle(one).backgroundColor")
    return np.array([int(one) for one in re.findall(r"\d+", said)]) / 255


def test_surfaces_have_the_colour_of_the_legend(notebook: Notebook) -> None:
    """What is coloured has no shadows: only the angle makes it lighter or darker, in all three channels alike."""
    notebook.kernel(f"viewer.color_by({KINDS}, palette=['#6a58a0', '#4f9178', '#a0684f'])")
    notebook.settle()
    picture = notebook.pixels()
    rows = dict(zip(notebook.page.locator(".bv-class bdi").all_inner_texts(), range(3), strict=True))
    assert set(rows) == {"wall", "rest", "roof"}
    for name, kind in {"roof": "roof", "wall-left": "wall", "wall-front-2": "wall", "terrace": "rest"}.items():
        seen = around(picture, *notebook.find("viewer", name))
        brighter = seen**2.2 / swatch(notebook, rows[kind]) ** 2.2
        assert np.ptp(brighter) < 0.12 * brighter.mean(), name
        assert 0.55 < brighter.mean() < 1.35, name


def test_a_line_selects_adds_and_hides(notebook: Notebook) -> None:
    notebook.kernel(f"viewer.color_by({KINDS}, title='Kind')")
    notebook.settle()
    legend = notebook.page.locator(".bv-legend")
    assert legend.locator("h4").inner_text() == "Kind"
    rest = len(houses.house().ids) - 3 - len(WALLS)
    counts = sorted([(-len(WALLS), "wall"), (-rest, "rest"), (-1, "roof")])
    assert legend.locator(".bv-class").all_inner_texts() == [f"{label}\n{-count}" for count, label in counts]
    wall, roof = legend.locator(".bv-class", has_text="wall"), legend.locator(".bv-class", has_text="roof")
    place, other = notebook.find("viewer", "wall-left"), notebook.find("viewer", "roof")
    before = notebook.pixels()
    wall.click()
    notebook.until(f"viewer.selected_ids == {WALLS}")
    notebook.settle()
    after = notebook.pixels()
    assert np.abs(around(before, *place) - around(after, *place)).max() > 0.03, "lit up"
    assert np.abs(around(before, *other) - around(after, *other)).max() < 0.01
    assert wall.get_attribute("aria-pressed") == "true"
    roof.click(modifiers=["Control"])
    notebook.until(f"len(viewer.selected_ids) == {len(WALLS) + 1}")
    roof.click(modifiers=["Control"])
    notebook.until(f"viewer.selected_ids == {WALLS}")
    notebook.kernel("viewer.select()")
    eye = legend.locator(".bv-line", has_text="wall").locator(".bv-eye")
    assert eye.get_attribute("aria-label") == "Hide wall"
    eye.click()
    notebook.until("not set(viewer.visible_ids) & {i for i in house.ids if 'wall' in i}")
    notebook.settle()
    hidden = notebook.pixels()
    assert np.abs(around(before, *place) - around(hidden, *place)).max() > 0.1, "gone"
    assert np.abs(around(before, *other) - around(hidden, *other)).max() < 0.01
    assert eye.get_attribute("aria-label") == "Show wall"
    eye.click()
    notebook.until("'wall-left' in viewer.visible_ids")
    assert notebook.errors == []


def test_the_keyboard_is_enough(notebook: Notebook) -> None:
    notebook.kernel(f"viewer.color_by({KINDS}, title='Kind')")
    notebook.settle()
    keyboard, legend = notebook.page.keyboard, notebook.page.locator(".bv-legend")
    cells = notebook.page.locator(".jp-CodeCell").count()
    labels = legend.locator(".bv-class bdi").all_inner_texts()
    legend.locator(".bv-fold").focus()
    keyboard.press("Tab")  # the cross
    keyboard.press("Tab")
    for _ in range(labels.index("wall")):
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    notebook.until(f"viewer.selected_ids == {WALLS}")
    keyboard.press("ArrowUp")
    keyboard.press("Control+Enter")
    notebook.until(f"len(viewer.selected_ids) > {len(WALLS)}")
    keyboard.press("ArrowDown")
    keyboard.press("h")
    notebook.until("'wall-left' not in viewer.visible_ids and 'roof' in viewer.visible_ids")
    keyboard.press("h")
    notebook.until("'wall-left' in viewer.visible_ids")
    keyboard.press("Escape")
    notebook.until("not viewer.selected_ids")
    assert notebook.page.locator(".jp-CodeCell").count() == cells, "the Lab kept its hands off the keys"
    legend.locator(".bv-fold").click()
    assert legend.locator(".bv-classes").is_hidden()
    legend.locator(".bv-fold").click()
    legend.locator(".bv-close").click()
    notebook.until("not viewer._looks.colored.any()")
    notebook.settle()
    assert legend.is_hidden()


def test_a_bar_of_the_histogram_selects(notebook: Notebook) -> None:
    notebook.kernel("areas = {i: k + 0.5 for k, i in enumerate(i for i in house.ids if i != 'room')}")
    notebook.kernel("viewer.color_by({**areas, 'roof': None}, title='Area', unit='m²')")
    notebook.settle()
    legend = notebook.page.locator(".bv-legend")
    assert legend.locator(".bv-ticks span").all_inner_texts()[0] == "0"
    assert legend.locator("h4").inner_text() == "Aream²"
    bars = legend.locator(".bv-bar")
    assert bars.count() == notebook.ask("len(areas) - 1")
    assert (bars.first.get_attribute("aria-label") or "").endswith(" m²: 1")
    colors = [
        notebook.page.evaluate(
            "one => getComputedStyle(one).backgroundColor", bars.nth(k).locator("i").element_handle()
        )
        for k in (0, -1)
    ]
    assert colors[0] != colors[1]
    bars.first.click()
    notebook.until("viewer.selected_ids == (min(areas, key=areas.get),)")
    legend.locator(".bv-class", has_text="no value").click()
    notebook.until("viewer.selected_ids == ('roof',)")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_words_can_be_read(notebook: Notebook, theme: str) -> None:
    """Contrast of at least 4.5 (WCAG 2.2, AA), over the lightest and the darkest of what is behind."""
    notebook.theme(theme)
    notebook.kernel(
        "viewer.color_by({i: float(len(i)) + 0.5 for i in house.ids} | {'roof': None}, title='Length', unit='m')"
    )
    notebook.settle()
    for place in ("h4", "h4 span", ".bv-class bdi", ".bv-class em", ".bv-ticks span", "p"):
        found = notebook.page.locator(f".bv-legend {place}").first.evaluate(
            "one => [getComputedStyle(one).color, getComputedStyle(one.closest('.bv-legend')).backgroundColor]"
        )
        ink, paper = (numbers(one) for one in found)
        for behind in (0.0, 1.0):
            mixed = paper[:3] * paper[3] + behind * (1 - paper[3])
            over = ink[:3] * ink[3] + mixed * (1 - ink[3])
            light, dark = sorted((luminance(over), luminance(mixed)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{place} on {theme} over {behind}"
    notebook.theme("JupyterLab Light")


def numbers(color: str) -> NDArray[np.float64]:
    """Red, green, blue, alpha of a computed colour, 0 to 1."""
    found = [float(one) for one in re.findall(r"[\d.]+(?:e-?\d+)?", color.replace("srgb", ""))]
    rgb = np.array(found[:3]) / (1 if "srgb" in color else 255)
    return np.append(rgb, found[3] if len(found) > 3 else 1.0)


def luminance(color: NDArray[np.float64]) -> float:
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])

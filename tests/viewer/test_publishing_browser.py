"""A view as a page of its own, opened from the disk in a browser that has no network."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import houses
import lab as harness
import numpy as np
import pandas as pd
import pytest
import sight
from PIL import Image

from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.scene import DIRECTION

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=window.hacked=1><b>"
WIDTH, HEIGHT = 900, 400
SETTLED = "() => new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 0))"


@pytest.fixture(scope="module")
def viewer() -> Iterator[Viewer]:
    house = houses.house((1e6, 2e6, -3e6))
    about = pd.DataFrame(
        {"name": [f"{HOSTILE}{name}" for name in house.ids], "type": "Wall", "storey": ["Ground", "Upper"] * 6},
        index=pd.Index(house.ids, dtype="str"),
    )
    made = Viewer(house, objects=about, rooms="room", title=HOSTILE)
    made.color_by({"roof": HOSTILE, **dict.fromkeys([name for name in house.ids if "wall" in name], "walls")})
    yield made
    made.close()


@contextmanager
def opened(path: Path, theme: str) -> Iterator[Page]:
    """The file in a browser; whatever it asks for, and whatever its console says, is an error."""
    complaints: list[str] = []
    with harness.chromium() as browser:
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            offline=True,
            color_scheme=theme,  # type: ignore[arg-type]
        )
        page = context.new_page()
        page.on("request", lambda request: complaints.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type != "log" else None)
        page.goto(path.as_uri())
        page.wait_for_function("() => document.querySelector('footer')?.textContent")
        yield page
        assert complaints == [path.as_uri()]
        assert page.evaluate("window.hacked") is None
        context.close()


def pixels(page: Page) -> np.ndarray:
    with Image.open(io.BytesIO(page.locator("canvas").first.screenshot())) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def still(page: Page, before: np.ndarray | None = None) -> np.ndarray:
    """The canvas once two looks at it are the same, and other than `before`."""
    last = pixels(page)
    for _ in range(100):
        page.wait_for_timeout(100)  # a frame of a machine without a graphics card
        now = pixels(page)
        if np.array_equal(now, last) and now.std() > 5 and (before is None or not np.array_equal(now, before)):
            return now
        last = now
    raise AssertionError("the picture does not come to rest, or never changes")


def where(viewer: Viewer, page: Page, name: str) -> tuple[float, float]:
    """Where an object is in front, on the page."""
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    ends = np.add(viewer._home()["points"], viewer._building.origin)
    camera = Camera.fitted(ends, DIRECTION, box["width"] / box["height"])
    rays = sight.Rays.through(viewer.mesh, camera, int(box["width"]), int(box["height"]), viewer._looks.there)
    x, y = sight.spot(rays, viewer.mesh.ids.index(name))
    return box["x"] + x, box["y"] + y


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_file_is_a_live_viewer(viewer: Viewer, tmp_path: Path, theme: str) -> None:
    viewer.to_html(tmp_path / "house.html")
    with opened(tmp_path / "house.html", theme) as page:
        first = still(page)
        assert (first.mean() < 110) == (theme == "dark")
        assert len(np.unique(first.reshape(-1, 3) // 24, axis=0)) > 20
        assert page.locator("header b").inner_text() == HOSTILE
        assert page.locator(".bv-legend").inner_text().startswith("Colours")
        assert HOSTILE in page.locator(".bv-legend").inner_text()
        paper = page.locator(".bv > header").evaluate("one => getComputedStyle(one).backgroundColor")
        assert (int(re.findall(r"\d+", paper)[0]) < 100) == (theme == "dark")

        # A click selects what is there; the mouse at rest tells what it is.
        x, y = where(viewer, page, "wall-left" if theme == "dark" else "roof")
        page.mouse.click(x, y)
        assert page.locator(".bv-chosen").inner_text() == "1 selected"
        chosen = still(page, first)
        page.mouse.move(x + 1, y)
        page.locator(".bv-words b").wait_for(state="visible")
        assert page.locator(".bv-words b").inner_text().startswith(HOSTILE)
        assert page.locator(".bv-words span").inner_text().startswith("Wall · ")
        if theme == "dark":
            return

        page.locator(".jupyter-threejs").focus()
        page.keyboard.press("h")
        hidden = still(page, chosen)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 120, y + 20, steps=4)
        page.mouse.up()
        turned = still(page, hidden)

        # The tree: two storeys, and one of them away.
        page.keyboard.press("t")
        rows = page.locator(".bv-row")
        rows.nth(1).wait_for()
        assert sorted(rows.all_inner_texts())[0].split()[0] == "Ground"
        beside = still(page, turned)
        rows.nth(0).hover()
        rows.nth(0).locator(".bv-shown").click()
        without = still(page, beside)

        # A section, and everything as it was.
        page.locator(".jupyter-threejs").focus()
        page.keyboard.press("c")
        page.locator("[data-way=y]").click()
        still(page, without)
        assert page.locator(".bv-section label", has_text="Storeys apart").count() == 1
        page.locator("[data-tool=reset]").click()
        still(page, without)
        assert page.locator(".bv-legend").is_hidden()
        assert page.locator(".bv-chosen").inner_text() == ""
        assert page.locator("[data-tool=measure]").count() == 0, "what needs a kernel is not offered"

"""A building on the page while it is still coming, and what stays in the notebook afterwards."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import CODE_CELL, Notebook
from PIL import Image

pytestmark = pytest.mark.browser

SETUP = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import houses
from bimplus_nb.viewer import Arrival, Viewer
house = houses.house(at=(1e6, 2e6, -3e6))
def slowly():
    yield Arrival(house.of(*house.ids[:4]), done=1, known=2)
    while not Path("more").exists():  # the test opens this gate
        time.sleep(0.05)
    yield Arrival(house.of(*house.ids[4:]), {{"room"}}, 2, 2)
"""
SHOW = "viewer = Viewer(slowly(), title='House'); viewer"


def outputs(notebook: Notebook, cell: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = notebook.page.evaluate(f"i => {CODE_CELL}.outputs.toJSON()", cell)
    return found


def picture(notebook: Notebook, cell: int, before: str | None = None) -> str:
    """The picture that a cell keeps for the saved notebook, in base64, once it is another than `before`."""
    png = f"i => {CODE_CELL}.outputs.toJSON()[1]?.data['image/png']"
    notebook.page.wait_for_function(
        f"([i, before]) => {{ const png = ({png})(i); return png && png !== before; }}", arg=[cell, before]
    )
    return str(notebook.page.evaluate(png, cell))


def press_run(notebook: Notebook, cell: int) -> None:
    notebook.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".cm-content").click()
    notebook.page.keyboard.press("Shift+Enter")


def test_the_first_bit_is_seen_while_the_rest_is_coming(lab: Lab) -> None:
    (lab.folder / "more").unlink(missing_ok=True)
    with lab.open([SETUP, SHOW]) as notebook:
        notebook.run(0)
        press_run(notebook, 1)
        notebook.page.wait_for_function("() => __lab.triangles > 20")
        early = notebook.traffic()["triangles"]
        seen = notebook.page.locator(".jupyter-threejs")
        assert seen.get_attribute("aria-busy") == "true"
        (lab.folder / "more").touch()
        notebook.page.wait_for_function("() => __lab.triangles > 200", timeout=30_000)
        notebook.until("viewer._page.side.light_shape and viewer._page.picture")
        notebook.settle()
        assert seen.get_attribute("aria-busy") == "false"
        assert early < 100
        home = notebook.ask("viewer.camera.position")
        bits = notebook.pixels()
        assert notebook.errors == []
        with lab.open([SETUP, "viewer = Viewer(house, rooms='room', title='House'); viewer"]) as other:
            other.run_all()
            other.until("viewer._page.side.light_shape and viewer._page.picture")
            other.settle()
            assert other.ask("viewer.camera.position") == pytest.approx(home, abs=2), (
                "seen from where the whole is seen"
            )
            assert (np.abs(other.pixels().astype(int) - bits) > 24).mean() < 0.005


WATCH = """
() => {
  const seen = window.__seen = {drew: false, told: []};
  const ask = window.requestAnimationFrame.bind(window), {drawElements} = WebGL2RenderingContext.prototype;
  window.requestAnimationFrame = turn => ask(time => { seen.drew = false; turn(time); });
  WebGL2RenderingContext.prototype.drawElements = function (...all) {
    seen.drew = true;
    return drawElements.apply(this, all);
  };
  const {send} = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    if (text.includes('"type":"whole"')) seen.told.push(seen.drew);
    return send.call(this, data);
  };
}
"""


def test_lines_and_light_wait_until_the_whole_is_on_the_screen(lab: Lab) -> None:
    """The kernel hears of it in a later turn of the page than that which gives WebGL the orders to draw."""
    with lab.open([SETUP, "viewer = Viewer(house, rooms='room'); viewer"]) as notebook:
        notebook.run(0)
        notebook.page.evaluate(WATCH)
        notebook.run(1)
        notebook.until("viewer._page.side.light_shape")
        assert notebook.page.evaluate("__seen.told") == [False]


def test_interrupted_it_keeps_what_has_come(lab: Lab) -> None:
    (lab.folder / "more").unlink(missing_ok=True)
    with lab.open([SETUP, SHOW]) as notebook:
        notebook.run(0)
        press_run(notebook, 1)
        notebook.page.wait_for_function("() => __lab.triangles > 20")
        notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
        notebook.settle()
        assert outputs(notebook, 1)[-1]["ename"] == "KeyboardInterrupt"
        assert notebook.page.locator(".bv footer").inner_text().strip().endswith("so far")
        notebook.click_object("viewer", "slab")
        notebook.until("viewer.selected_ids == ('slab',)")


def test_a_picture_stays_in_the_notebook_and_is_not_seen_twice(lab: Lab) -> None:
    with lab.open([SETUP, "viewer = Viewer(house, rooms='room', title='House'); viewer"]) as notebook:
        notebook.run_all()
        notebook.until("viewer._page.side.light_shape and viewer._page.picture")
        notebook.settle()
        kept = picture(notebook, 1)
        view, paper = outputs(notebook, 1)
        assert "application/vnd.jupyter.widget-view+json" in view["data"]
        assert view["data"]["text/plain"] == paper["data"]["text/plain"] == "House: 12 objects"
        with Image.open(io.BytesIO(base64.b64decode(kept))) as saved:
            assert saved.width > 400
            assert len(kept) < 150_000
            assert len(np.unique(np.asarray(saved.convert("RGB")).reshape(-1, 3) // 24, axis=0)) > 15
        assert not notebook.page.locator(".jp-RenderedImage").is_visible()
        notebook.kernel("viewer.look('back')")
        picture(notebook, 1, kept)  # what was seen last is what stays
        notebook.save()
        notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        notebook.page.goto(notebook.page.url)
        notebook.page.locator(".jp-RenderedImage img").wait_for(state="visible")


def test_a_cleared_output_is_no_longer_pictured(lab: Lab) -> None:
    with lab.open([SETUP, "viewer = Viewer(house, rooms='room', title='House'); viewer", "viewer"]) as notebook:
        notebook.run(0)
        notebook.run(1)
        notebook.until("viewer._page.side.light_shape and viewer._page.picture")
        notebook.settle()
        before = picture(notebook, 1)
        notebook.kernel("viewer.look('back')")
        notebook.settle()  # that it renews its picture in the notebook is still to come
        notebook.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        assert notebook.page.locator(".jupyter-threejs canvas").count() == 0
        notebook.page.wait_for_timeout(4_000)  # longer than it waits for that
        assert notebook.errors == []
        notebook.run(2)
        picture(notebook, 2, before)
        assert notebook.errors == []


HIDDEN = """
viewer = Viewer(house, rooms='room', title='House')
box = ipywidgets.Box([viewer.widget], layout=ipywidgets.Layout(display='none'))
box
"""


def test_what_has_no_size_yet_is_drawn_once_it_has(lab: Lab) -> None:
    with lab.open([SETUP + "import ipywidgets", HIDDEN]) as notebook:
        notebook.run_all()
        notebook.page.locator(".jupyter-threejs canvas").wait_for(state="attached")
        notebook.page.wait_for_timeout(1_500)  # it has come, and there is nowhere to draw it
        assert notebook.errors == []
        assert notebook.ask("viewer.stats['seconds'].get('picture')") is None
        notebook.kernel("box.layout.display = 'flex'")
        notebook.until("viewer._page.side.light_shape and viewer._page.picture")
        notebook.settle()
        assert len(np.unique(notebook.pixels().reshape(-1, 3) // 24, axis=0)) > 15
        assert notebook.errors == []


LATE = """
const Unpacking = DecompressionStream;
globalThis.DecompressionStream = class {
  constructor(kind) {
    const {readable, writable} = new Unpacking(kind);
    const gate = new TransformStream({start: () => new Promise(open => setTimeout(open, 4000))});
    Object.assign(this, {writable, readable: readable.pipeThrough(gate)});
  }
};
"""


def test_on_a_page_that_is_late_with_its_code_nothing_is_lost(lab: Lab) -> None:
    """A widget that has not begun after two seconds is not told anything any more by anywidget."""
    show = "viewer = Viewer(house, rooms='room', title='House'); viewer"
    with lab.open([SETUP, show], script=LATE) as notebook:
        notebook.run(0)
        press_run(notebook, 1)
        notebook.until("viewer._page.side.light_shape and viewer._page.picture")
        notebook.settle()
        shown = notebook.pixels()
        notebook.kernel("viewer.hide('roof')")
        notebook.settle()
        hidden = notebook.pixels()
        assert (np.abs(shown.astype(int) - hidden) > 24).any()
        notebook.save()
        notebook.reload()
        notebook.kernel("viewer.show('roof')")
        notebook.page.locator(".bv-stage").wait_for(timeout=30_000)
        notebook.settle()
        assert (np.abs(shown.astype(int) - notebook.pixels()) > 24).mean() < 0.001
        assert notebook.errors == []

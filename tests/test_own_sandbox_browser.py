"""The notebook of a sandbox of one's own in a real JupyterLab, run twice: a building from a file, and nothing stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab import Lab

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

# Keeps the WebGL contexts of the page, as long as they live.
CONTEXTS = """
(() => {
  const made = window.__contexts = [], {getContext} = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    const context = getContext.call(this, kind, ...more);
    const known = made.some(one => one.deref() === context);
    if (context && /webgl/.test(kind) && !known) made.push(new WeakRef(context));
    return context;
  };
})();
"""
LIVING = "__contexts.filter(one => one.deref() && !one.deref().isContextLost()).length"
# A subshell is JupyterLab's: it has messages of widgets answered there while a cell runs.
LEFT = """(__import__("gc").collect(), [len(__import__("ipywidgets").widgets.widget._instances),
    sum("subshell" not in one.name for one in __import__("threading").enumerate())])[1]"""


@pytest.mark.browser
def test_the_notebook_of_a_sandbox_of_ones_own(lab: Lab) -> None:
    with lab.open(NOTEBOOKS / "10_your_own_sandbox.ipynb", size=(1280, 1000), script=CONTEXTS) as notebook:
        notebook.run_all(timeout=120)
        notebook.settle()
        assert notebook.output(3) == "My own building: 36 objects\n"
        assert notebook.ask("sorted(viewer.selected['name'])") == [
            "Boat gate", "Gable east", "Rowing boat", "Wall to the land",
        ]  # fmt: skip
        before, contexts = notebook.ask(LEFT), notebook.page.evaluate(LIVING)
        notebook.run_all(timeout=120)
        notebook.settle()
        assert notebook.ask(LEFT) == before
        assert notebook.page.evaluate(LIVING) <= contexts
        assert notebook.page.locator(".jupyter-threejs canvas").count() == 1

        notebook.kernel("viewer.reset(); viewer.color_by(before)")
        notebook.settle()
        pixels = notebook.pixels().astype(int)
        blue, green = (pixels[..., one] > pixels.sum(axis=-1) / 3 + 30 for one in (2, 1))
        assert min(blue.mean(), green.mean()) > 0.02, "the roof, and the walls, each in the colour of its material"
        boat = notebook.ask("now.index[now['name'] == 'Rowing boat'][0]")
        notebook.click_object("viewer", boat)
        notebook.until(f"viewer.selected_ids == ({boat!r},)")
        assert notebook.errors == []

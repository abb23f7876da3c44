"""What stays behind: after a cell was run again and again, after the page was loaded again, after many viewers.

    python tests/benchmarks/living.py [--quick] [--pictures FOLDER] [OBJECTS]    # by default 20000

- **Runs**: ten further runs of the cell that shows a view: widgets in the kernel, WebGL contexts of the page, what the
  page holds after it was made to clean up (JavaScript's own and its arrays), threads of the kernel. With Ctrl+Enter,
  which stays in the cell, and with Shift+Enter, which goes on to the next: for each cell that one comes to, JupyterLab
  makes a toolbar and never lets it go. The floors are as many runs of a cell that says 1, and of one that shows a cube
  by pythreejs alone and closes the one before
- **Reload**: the page loaded again while the kernel lives: pixels of the canvas that differ from before, with half of
  the building selected, and the time from loading the page (JupyterLab included) to the whole building
- **Many**: eight viewers of 1,000 objects in one notebook, all drawn, then all closed; and once more

The page keeps up to eight contexts of closed viewers and lends them to the next ones; that is pythreejs' own pool,
which the first eight fill.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import lab as harness
import numpy as np
import probe
import report
from labnotebook import Notebook
from PIL import Image
from report import Against, Options, table
from scale import SETUP, SHOWN

from bimplus_nb.sandbox import Sandbox

MORE = """
import gc, threading
from ipywidgets.widgets import widget
project = client.project(name)
project.mesh(progress=False)

def left():
    gc.collect()
    # A subshell is JupyterLab's: it has messages of widgets answered there while a cell runs.
    threads = [one.name for one in threading.enumerate() if "subshell" not in one.name]
    return {"widgets": len(widget._instances), "threads": len(threads)}
"""
VIEW = "viewer = project.view(progress=False)\nviewer"
CUBE = """
import pythreejs as three
for part in globals().get("parts", ()):
    part.close()
camera, shape, material = three.PerspectiveCamera(position=[3, 3, 3]), three.BoxGeometry(), three.MeshBasicMaterial()
cube = three.Mesh(shape, material)
scene, controls = three.Scene(children=[cube, camera]), three.OrbitControls(controlling=camera)
renderer = three.Renderer(camera=camera, scene=scene, controls=[controls], width=600, height=400)
parts = renderer, controls, scene, cube, shape, material, camera
renderer
"""
# What is run again: which cell, whether one stays in it, and what it is called; ours are the "runs".
VIEWS = ((2, True, "runs"), (2, False, "runs, Shift+Enter"), (3, False, "of a cell: 1"))
CUBES = ((2, True, "of a cube"), (2, False, "of a cube, Shift+Enter"))
VIEWERS = 8
AGAIN = 10
TRIANGLES = "__import__('bimplus_nb.geometry').geometry.batch(viewer.mesh).triangles"


def rest(notebook: Notebook, kernel: probe.Process) -> None:
    """Wait until lines and light are there too."""
    kernel.rest()
    notebook.settle(1.5, timeout=300)


def held(notebook: Notebook, eyes: probe.Probe) -> dict[str, float]:
    """What there is at the moment. The heap comes first: weighing it cleans up contexts that nobody holds."""
    return {"heap": eyes.heap(), "contexts": eyes.contexts(), **notebook.ask("left()")}


def compared(what: str, before: dict[str, float], after: dict[str, float], *, ours: bool = True) -> list[Any]:
    """A row: what there is now, beside what there was; with goals where it is `ours`."""
    more = {name: after[name] - before[name] for name in before}
    more["heap"] *= 100 / before["heap"]
    goals = {"widgets": (0, "{:+.0f}"), "contexts": (0, "{:+.0f}"), "threads": (0, "{:+.0f}"), "heap": (5, "{:+.1f} %")}
    grown = {
        name: Against(more[name], most, form) if ours else form.format(more[name])
        for name, (most, form) in goals.items()
    }
    was = {name: f"{before[name]:.0f}" for name in before} | {"heap": f"{before['heap'] / 1e6:.1f}"}
    return [what, *(cell for name in goals for cell in (was[name], grown[name]))]


def run_again(
    notebook: Notebook, eyes: probe.Probe, times: int, cells: Iterable[tuple[int, bool, str]]
) -> list[list[Any]]:
    """Cells run `times` more: rows of what has grown. Runs before have filled what is filled but once."""
    rows: list[list[Any]] = []
    kernel = probe.Process(notebook)
    for cell, stay, what in cells:
        for _ in range(1 if rows else 2):
            notebook.run(cell, stay=stay, timeout=300)
            rest(notebook, kernel)
        before = held(notebook, eyes)
        for _ in range(times):
            notebook.run(cell, stay=stay, timeout=300)
            rest(notebook, kernel)
        rows.append(compared(f"{times} more {what}", before, held(notebook, eyes), ours=what.startswith("runs")))
    return rows


def load_again(
    notebook: Notebook, eyes: probe.Probe, kernel: probe.Process, count: int, options: Options
) -> list[list[Any]]:
    """The page loaded again: the row of what is different."""
    triangles = notebook.ask(TRIANGLES)
    notebook.kernel("viewer.select(list(viewer.mesh.ids)[::2])")
    rest(notebook, kernel)
    before = notebook.canvas_png()
    notebook.save()
    # What a page draws has no key before it: a run begins with the page.
    notebook.reload()
    whole = eyes.frame(triangles)
    rest(notebook, kernel)
    after = notebook.canvas_png()
    options.keep(f"{count} before reload", before)
    options.keep(f"{count} after reload", after)
    old, new = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int) for png in (before, after))
    share = float((np.abs(old - new).max(axis=2) > 8).mean()) if old.shape == new.shape else 1.0
    since = whole["at"] - eyes.page.evaluate("performance.timeOrigin")
    return [["reload", f"{count:,}", f"{old.std():.0f}", Against(100 * share, 0, "{:.3f} %"), since / 1000]]


def many(lab: harness.Lab, options: Options) -> tuple[list[list[Any]], list[list[Any]]]:
    """Eight viewers: the rows of what is drawn, and of what is left once all are closed."""
    cells = [f"viewer{k} = project.view(progress=False)\nviewer{k}" for k in range(VIEWERS)]
    with lab.open([SETUP, MORE, VIEW, *cells], script=probe.PAGE_SCRIPT) as notebook:
        eyes, kernel = probe.Probe(notebook), probe.Process(notebook)
        notebook.run(0)
        notebook.run(1)
        eyes.run(2, SHOWN)  # once, so that the page and the kernel have loaded all that stays for good
        rest(notebook, kernel)
        notebook.kernel("viewer.close(); del viewer")
        notebook.settle(1)
        kept = [held(notebook, eyes)]
        for _ in range(2):
            for cell in range(3, 3 + VIEWERS):
                eyes.run(cell, SHOWN)
            rest(notebook, kernel)
            drawn, contexts = 0, eyes.contexts()
            for number in range(eyes.page.locator(".jupyter-threejs canvas").count()):
                notebook.at(0, 0, number)  # scrolls there
                notebook.settle(1, timeout=120)
                options.keep(f"viewer {number + 1} of {VIEWERS}", notebook.canvas_png(number))
                drawn += bool(notebook.pixels(number).std() > 5)
            notebook.kernel(f"for k in range({VIEWERS}): globals().pop(f'viewer{{k}}').close()")
            rest(notebook, kernel)
            kept.append(held(notebook, eyes))
    shown = [["viewers", VIEWERS, Against(drawn, VIEWERS, "{:.0f}", least=True), contexts]]
    closed = [compared(f"{VIEWERS} viewers", kept[0], kept[1]), compared(f"{VIEWERS} more viewers", kept[1], kept[2])]
    return shown, closed


def main(options: Options) -> None:
    """Measure and print the tables."""
    rows, reloaded, shown = [], [], []
    times = AGAIN if options.runs > 1 else 3
    for count, work in ((options.sizes[-1], "runs"), (1_000, "many")):
        with tempfile.TemporaryDirectory() as folder, Sandbox(scale=count) as sandbox:
            os.environ["BIMPLUS_SANDBOX_URL"] = sandbox.url
            with harness.running(Path(folder), {"JUPYTER_WIDGETS_ECHO": "0"}) as lab:
                if work == "many":
                    shown, closed = many(lab, options)
                    rows += closed
                    continue
                with lab.open([SETUP, MORE, VIEW, "1"], script=probe.PAGE_SCRIPT) as notebook:
                    eyes, kernel = probe.Probe(notebook), probe.Process(notebook)
                    notebook.run(0)
                    notebook.run(1, timeout=300)
                    rows += run_again(notebook, eyes, times, VIEWS)
                    reloaded = load_again(notebook, eyes, kernel, count, options)
                with lab.open([SETUP, MORE, CUBE, "1"], script=probe.PAGE_SCRIPT) as notebook:
                    notebook.run(0)
                    notebook.run(1, timeout=300)
                    rows += run_again(notebook, probe.Probe(notebook), times, CUBES)
    columns = ("after", "widgets", "+widgets", "contexts", "+contexts", "threads", "+threads", "page MB", "+page")
    table("Left behind", columns, rows)
    table("Reload with a live kernel", ("", "objects", "contrast", "pixels that differ", "whole, s"), reloaded)
    table("Many viewers in one notebook", ("", "shown", "drawn", "contexts"), shown)


if __name__ == "__main__":
    if why := harness.missing():
        raise SystemExit(why)
    main(Options.from_line((20_000,)))
    report.verdict()

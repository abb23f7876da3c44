"""What it costs to change the looks of all objects: from the call in the kernel to the pixels.

    python tests/benchmarks/looks.py [--quick] [--pictures FOLDER] [OBJECTS ...]    # by default 20000

`change` is the time from the call until the changed picture can be seen, less the `frame` itself, which is the graphics
card's; here software draws. `call` is what of it passes in the kernel. The others are floors, measured between two
calls: `message`, a few bytes from the kernel until the page has its next turn to draw; `resize`, another canvas of this
size made as coarse as one in motion (what is at rest is drawn finer than the screen, see ``detail.js``). `B/object`:
kernel to page, everything that passes because of the call.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import lab as harness
import probe
import report
from report import Against, Options, table
from scale import SETUP, SHOWN, VIEW

from bimplus_nb.sandbox import Sandbox

MORE = """
import time
import numpy as np, pandas as pd
ids = list(viewer.mesh.ids)
numbers = pd.Series(np.random.default_rng(1).normal(size=len(ids)), index=ids, name="a number")
words = pd.Series(np.array(["north", "east", "south", "west"])[np.arange(len(ids)) % 4], index=ids, name="a word")

def timed(change):
    start = time.time()
    change()
    return start * 1000, (time.time() - start) * 1000
"""

# What is done, how, and how to be where it began.
CHANGES = {
    "select": ("viewer.select(ids)", "viewer.select()"),
    "select half": ("viewer.select(ids[::2])", "viewer.select()"),
    "hide": ("viewer.hide(ids)", "viewer.show()"),
    "hide half": ("viewer.hide(ids[::2])", "viewer.show()"),
    "colour by words": ("viewer.color_by(words)", "viewer.reset()"),
    "colour by numbers": ("viewer.color_by(numbers)", "viewer.reset()"),
}


MESSAGE = """
async code => {
  const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
  const [at, called] = await new Promise(done => {
    future.onIOPub = ({content}) => {
      const turn = () => done([performance.timeOrigin + performance.now(), content.data.called]);
      if (content.data) requestAnimationFrame(turn);
    };
  });
  await future.done;
  return at - called;
}
"""
RESIZE = """
() => {
  const {width, height} = document.querySelector('.jupyter-threejs canvas').getBoundingClientRect();
  const gl = window.__bare ??= document.createElement('canvas').getContext('webgl2', {
    alpha: false, depth: true, stencil: true, antialias: false, preserveDrawingBuffer: true,
  });
  const drawn = times => {
    Object.assign(gl.canvas, {width: times * width, height: times * height});
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  };
  drawn(2);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  const start = performance.now();
  drawn(0.5);
  return performance.now() - start;
}
"""
SEND = "get_ipython().display_pub.publish({'called': time.time() * 1000})"


def changed(eyes: probe.Probe, call: str) -> dict[str, float]:
    """Make one call and wait for its picture."""
    notebook = eyes.notebook
    eyes.begin()
    called, took = notebook.ask(f"timed(lambda: {call})")
    frame = eyes.frame(0)
    notebook.settle(1, timeout=120)
    sent = notebook.traffic()
    return {
        "change": frame["at"] - called - frame["ms"],
        "call": took,
        "message": eyes.page.evaluate(MESSAGE, SEND),
        "resize": eyes.page.evaluate(RESIZE),
        "frame": frame["ms"],
        "frames": len(eyes.frames()),
        "bytes": sent["receivedBytes"],
    }


def measure(count: int, options: Options) -> list[list[Any]]:
    """The rows of one size."""
    rows: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as folder, Sandbox(scale=count) as sandbox:
        os.environ["BIMPLUS_SANDBOX_URL"] = sandbox.url
        with (
            harness.running(Path(folder), {"JUPYTER_WIDGETS_ECHO": "0"}) as lab,
            lab.open([SETUP, VIEW, MORE], script=probe.PAGE_SCRIPT) as notebook,
        ):
            eyes = probe.Probe(notebook)
            notebook.run(0)
            eyes.run(1, SHOWN)
            notebook.run(2)
            probe.Process(notebook).rest()
            notebook.settle(2, timeout=300)
            eyes.page.locator(".jupyter-threejs canvas").scroll_into_view_if_needed()
            for name, (call, back) in CHANGES.items():
                before = notebook.canvas_png()

                def run(call: str = call, back: str = back) -> dict[str, float]:
                    figures = changed(eyes, call)
                    changed(eyes, back)
                    return figures

                figures, runs = report.repeated(options.runs, run)
                changed(eyes, call)
                after = notebook.canvas_png()
                if after == before:
                    raise AssertionError(f"{call} changed nothing on the canvas")
                options.keep(f"{count} {name}", after)
                changed(eyes, back)
                rows.append(
                    [
                        name,
                        count,
                        runs,
                        Against(figures["change"], 60, "{:.0f}"),
                        *(f"{figures[part]:.0f}" for part in ("call", "message", "resize")),
                        f"{figures['frame']:.0f}",
                        int(figures["frames"]),
                        Against(figures["bytes"] / count, 4, "{:.1f}"),
                    ]
                )
    return rows


def main(options: Options) -> None:
    """Measure and print the table."""
    columns = (
        "change",
        "objects",
        "runs",
        "change, ms",
        "call, ms",
        "message, ms",
        "resize, ms",
        "frame, ms",
        "frames",
        "B/object",
    )
    rows = [row for count in options.sizes for row in measure(count, options)]
    table("Looks: from the call in the kernel to the changed pixels", columns, rows)


if __name__ == "__main__":
    if why := harness.missing():
        raise SystemExit(why)
    main(Options.from_line((20_000,)))
    report.verdict()

"""What a view costs, stage by stage, from HTTP to the first picture in a real browser.

    python tests/benchmarks/scale.py [OBJECTS ...]        # by default 1000 20000 100000

For each number of objects a sandbox of that size runs in this process, JupyterLab and its kernel in others, Chromium
(software GL) in a third. Printed as one table:

- fetch: all geometry answers over loopback, eight at a time, bytes only; the sandbox has worked them out before
- decode: those bytes to one mesh; batch: the mesh to buffers
- send: from the cell's run until the last message has left the kernel; with what the kernel is given in memory
- first, whole: from the cell's run to the first frame with triangles, and to the frame with all of them
- open: the same to the first frame from nothing, `client.project(...).view()`, fetching included
- messages, MB: kernel to page; peak: greatest memory of the kernel process

Times are of one run on a machine that may be busy: compare rows of one table, not tables.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import lab as harness
from labnotebook import Notebook

from bimplus_nb.sandbox import Sandbox

SETUP = """
import resource, time
import bimplus_nb as bp
from bimplus_nb.api.parallel import fetch_chunks
from bimplus_nb.geometry import Mesh, batch, threejs
client = bp.connect()
name = next(p["name"] for p in client.projects.everywhere() if p["name"].startswith("Quarter"))
project = client.project(name)
"""

STAGES = """
def stages():
    parts = project._parts(None, None)
    def ask(part):
        get = project.api.objects.layer_geometry_properties
        return lambda chunk: get(part.topology_id, part.layer_id, 2, chunk=chunk)
    start = time.perf_counter()
    answers = [answer.body for _, _, answer in fetch_chunks([(part, ask(part)) for part in parts])]
    fetched = time.perf_counter()
    mesh = Mesh.concatenate(threejs.read(body).mesh for body in answers)
    decoded = time.perf_counter()
    batch(mesh)
    batched = time.perf_counter()
    return {"objects": len(mesh), "triangles": len(mesh.triangles), "answer": sum(map(len, answers)),
            "fetch": fetched - start, "decode": decoded - fetched, "batch": batched - decoded}
figures = stages()
"""

SHOW = "viewer = bp.Viewer(mesh)\nviewer"
PEAK = "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"

# Notes the time of the first frame with triangles and of the latest one.
WATCH = """
() => {
  const run = window.__run = {start: performance.now(), first: null, most: 0, whole: null};
  const look = () => {
    if (__lab.frames > 0 && __lab.triangles >= 100) {
      run.first ??= performance.now() - run.start;
      if (__lab.triangles > run.most) { run.most = __lab.triangles; run.whole = performance.now() - run.start; }
    }
    requestAnimationFrame(look);
  };
  __lab.frames = __lab.triangles = __lab.received = __lab.receivedBytes = 0;
  look();
}
"""


def drawn(notebook: Notebook, cell: int) -> dict[str, float]:
    """Run a cell that shows a viewer: seconds to its first and its complete picture, messages and bytes."""
    notebook.page.evaluate(WATCH)
    notebook.run(cell, timeout=600)
    sent = notebook.page.evaluate("(performance.now() - __run.start) / 1000")
    notebook.until("viewer.stats['seconds'].get('picture')", timeout=300)
    notebook.settle(3, timeout=600)
    run: dict[str, float] = notebook.page.evaluate("__run")
    passed = notebook.page.evaluate("({messages: __lab.received, bytes: __lab.receivedBytes})")
    return {"send": sent, "first": run["first"] / 1000, "whole": run["whole"] / 1000, **passed}


def measure(count: int, folder: Path) -> dict[str, Any]:
    """The figures of one size."""
    with Sandbox(scale=count) as sandbox:
        os.environ["BIMPLUS_SANDBOX_URL"] = sandbox.url
        with harness.running(folder, {"JUPYTER_WIDGETS_ECHO": "0"}) as lab:
            opening = "viewer = client.project(name).view(progress=False)\nviewer"
            with lab.open([SETUP, STAGES, "mesh = project.mesh(progress=False)", SHOW, opening]) as notebook:
                notebook.run(0)
                notebook.kernel(STAGES)  # the sandbox works its answers out once; that is not the client's time
                notebook.run(1, timeout=600)
                figures: dict[str, Any] = notebook.ask("figures")
                notebook.run(2, timeout=600)
                figures |= drawn(notebook, 3)
                notebook.kernel("viewer.close()")
                notebook.settle(1)
                figures["open"] = drawn(notebook, 4)["first"]
                figures["peak"] = notebook.ask(PEAK) * 1024
                return figures


def main(sizes: list[int]) -> None:
    columns = ("fetch", "decode", "batch", "send", "first", "whole", "open")
    print(f"{'objects':>8} {'triangles':>10} {'answer':>7} " + " ".join(f"{name:>7}" for name in columns), end="")
    print(f" {'messages':>8} {'MB':>6} {'B/object':>8} {'peak MB':>7}", flush=True)
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            got = measure(count, Path(folder))
        row = f"{got['objects']:>8,} {got['triangles']:>10,} {got['answer'] / 1e6:>6.1f}M "
        row += " ".join(f"{got[name]:>6.2f}s" for name in columns)
        row += f" {got['messages']:>8,.0f} {got['bytes'] / 1e6:>6.1f} {got['bytes'] / got['objects']:>8.0f}"
        print(f"{row} {got['peak'] / 1e6:>7.0f}   ({time.perf_counter() - start:.0f} s in all)", flush=True)


if __name__ == "__main__":
    if why := harness.missing():
        raise SystemExit(why)
    main([int(word) for word in sys.argv[1:]] or [1_000, 20_000, 100_000])

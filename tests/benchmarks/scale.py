"""What a view costs, stage by stage, from HTTP to the picture in a real browser.

    python tests/benchmarks/scale.py [--quick] [--pictures FOLDER] [OBJECTS ...]    # by default 1000 20000 100000

For each number of objects a sandbox of that size runs in this process, JupyterLab and its kernels in others, Chromium
(software GL) in a third. The sandbox has worked out its answers before. Tables:

**View**: `client.project(name).view()`, seconds from the key that runs the cell, nothing fetched before. `first`: the
first triangles can be seen; `whole`: all of the building's; `decorated`: the last frame, with lines and light. `new
page` is the same in a notebook just opened, where the page has yet to load what draws; libraries are imported.

**Traffic**, kernel to page until the building is whole: messages, bytes an object (and until it is decorated), bytes
an object that deflate leaves. `memory`: peak of the kernel above its level before the cell, over the bytes of the mesh
and the buffers that it ends with, of the view on a new page; until the building is whole, and until it is decorated.

**Stages**: fetch: all geometry answers, eight at a time, bytes only; decode: those to one mesh; batch: that to buffers;
then `Viewer(mesh)` in a cell: send: everything after the batch that is not named here (widgets, messages, the page's
own work, earlier frames); upload: buffers to WebGL; frame: drawing all triangles once; finished: the same with lines
and light.

**Floors**: what the same machine needs at least, at the same time: the answers' bytes over one loopback connection,
simdjson's parse of them without taking anything out, a copy of the buffers, the whole picture's own frame. For `send`
it is a yardstick and no bound: one triangle shown by pythreejs, with as many bytes along as a view takes, less upload
and frame too.

Times are of a machine that may be busy: compare figures of one run, not runs.
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
import probe
import report
from report import Against, Options, table

from bimplus_nb.sandbox import Sandbox

# Seconds: first pixels and the whole building. Sizes without a goal of their own take that of the next larger one.
GOALS = {1_000: (0.6, 0.6), 20_000: (0.8, 2.0), 100_000: (1.0, 6.0)}
SHOWN = 100  # triangles; below that a frame shows the background

SETUP = """
import bimplus_nb as bp
bp.Viewer
client = bp.connect()
name = next(p["name"] for p in client.projects.everywhere() if p["name"].startswith("Quarter"))
"""
VIEW = "viewer = client.project(name).view(progress=False)\nviewer"
SHOW = "viewer = bp.Viewer(mesh)\nviewer"
TRIANGLE = """
import numpy as np
import pythreejs as three
corners = three.BufferAttribute(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32))
along = three.BufferAttribute(np.zeros((sent // 4, 4), np.uint8))
solid = three.Mesh(three.BufferGeometry(attributes={"position": corners, "along": along}), three.MeshBasicMaterial())
camera = three.PerspectiveCamera(position=[0, 0, 5])
display(three.Renderer(three.Scene(children=[solid, camera]), camera, width=1100, height=560))
camera.position = [0, 0, 4]  # it is drawn again, because the first time may be before the canvas is on the page
"""

STAGES = """
import socket, threading, time
import numpy as np, simdjson
from bimplus_nb.api.parallel import fetch_chunks
from bimplus_nb.geometry import Mesh, batch, decode_threejs
project = client.project(name)
parts = [(entry["divisionTopologyId"], entry["id"]) for entry in project.record["disciplines"]]

def ask(topology, layer):
    get = project.api.objects.layer_geometry_properties
    return lambda chunk: get(topology, layer, 0, chunk=chunk)  # as a view does

def seconds(work):
    start = time.perf_counter()
    return work(), time.perf_counter() - start

def over_loopback(bodies):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as far:
        near, _ = server.accept()
        with near:
            sender = threading.Thread(target=lambda: [far.sendall(body) for body in bodies])
            sender.start()
            left, room = sum(map(len, bodies)), bytearray(1 << 20)
            while left:
                left -= near.recv_into(room)
            sender.join()

def parse(bodies):
    parser = simdjson.Parser()
    for body in bodies:
        parser.parse(body)

def stages():
    global mesh
    bodies, fetch = seconds(lambda: [answer.body for _, _, answer in fetch_chunks([(p, ask(*p)) for p in parts])])
    mesh, decode = seconds(lambda: Mesh.concatenate(map(decode_threejs, bodies)))
    made, batching = seconds(lambda: batch(mesh))
    buffers = [np.zeros(made.nbytes, np.uint8), np.ones(made.nbytes, np.uint8)]
    arrays = (mesh.vertices, mesh.triangles, mesh.vertex_start, mesh.triangle_start, mesh.owner, mesh.color)
    return {"objects": len(mesh), "triangles": made.triangles, "chunks": len(made.chunks),
            "answers": sum(map(len, bodies)), "final": sum(array.nbytes for array in arrays) + made.nbytes,
            "fetch": fetch, "decode": decode, "batch": batching,
            "loopback": seconds(lambda: over_loopback(bodies))[1], "parse": seconds(lambda: parse(bodies))[1],
            "copy": seconds(lambda: np.copyto(*buffers))[1]}

# The sandbox works out what it answers when it is first asked; that is nobody's time.
stages()
"""


def staged(lab: harness.Lab, options: Options) -> dict[str, Any]:
    """Medians of the stages and floors of one size, one after the other in one kernel."""
    with lab.open([SETUP, STAGES, SHOW, TRIANGLE], script=probe.PAGE_SCRIPT) as notebook:
        eyes = probe.Probe(notebook)
        notebook.run(0)
        notebook.run(1, timeout=900)
        kernel = probe.Process(notebook)
        figures, _ = report.repeated(options.runs, lambda: notebook.ask("stages()"))

        def show() -> dict[str, float]:
            frame = eyes.run(2, int(figures["triangles"]))
            kernel.rest()
            notebook.settle(1, timeout=300)
            batching = notebook.ask("viewer.stats['seconds'].get('batch', 0)")
            upload, drawing = frame["uploads"] / 1000, frame["ms"] / 1000
            eyes.begin()
            notebook.kernel("viewer.fit()")
            again = eyes.frame(int(figures["triangles"]))
            notebook.settle(1, timeout=300)
            notebook.kernel("viewer.close()")
            send = frame["seconds"] - batching - upload - drawing
            notebook.kernel(f"sent = {int(frame['receivedBytes'])}")
            least = eyes.run(3, 1)
            eyes.clear(3)
            kernel.rest()
            triangle = least["seconds"] - (least["uploads"] + least["ms"]) / 1000
            return {
                "send": send,
                "upload": upload,
                "frame": drawing,
                "finished": again["ms"] / 1000,
                "triangle": triangle,
            }

        show()  # the page loads what draws
        return figures | report.repeated(options.runs, show)[0]


def viewed(lab: harness.Lab, triangles: int, options: Options) -> dict[str, float]:
    """One notebook: the figures of a view on a page just opened, and of one more there."""
    with lab.open([SETUP, VIEW], script=probe.PAGE_SCRIPT) as notebook:
        eyes = probe.Probe(notebook)
        notebook.run(0)
        kernel = probe.Process(notebook)
        kernel.rest()
        before = kernel.memory
        kernel.forget()

        def view() -> dict[str, float]:
            whole = eyes.run(1, triangles)
            peak = kernel.peak
            first = eyes.frame(SHOWN)
            kernel.rest()
            notebook.settle(1, timeout=300)
            last = eyes.frames()[-1]
            return {
                "first": first["seconds"],
                "whole": whole["seconds"],
                "decorated": last["seconds"],
                "messages": whole["received"],
                "bytes": whole["receivedBytes"],
                "all bytes": last["receivedBytes"],
                "peak": peak - before,
                "highest": kernel.peak - before,
            }

        new = view()
        options.keep(f"view of {triangles} triangles", eyes.png(1))
        notebook.kernel("viewer.close()")
        eyes.page.evaluate("__probe.kept = []; 0")
        again = view()
        deflated = eyes.page.evaluate("count => __probe.deflated(count)", again["messages"])
        notebook.kernel("viewer.close()")
        fresh = {"new first": new["first"], "new whole": new["whole"], "peak": new["peak"], "highest": new["highest"]}
        return again | fresh | {"deflated": deflated}


def measure(count: int, options: Options) -> dict[str, Any]:
    """The figures of one size."""
    with tempfile.TemporaryDirectory() as folder, Sandbox(scale=count) as sandbox:
        os.environ["BIMPLUS_SANDBOX_URL"] = sandbox.url
        with harness.running(Path(folder), {"JUPYTER_WIDGETS_ECHO": "0"}) as lab:
            figures = staged(lab, options)
            seen, runs = report.repeated(options.runs, lambda: viewed(lab, int(figures["triangles"]), options))
            return figures | seen | {"runs": runs}


def main(options: Options) -> list[dict[str, Any]]:
    """Measure all sizes, print the tables but the last, and return the figures for that."""
    got = []
    for count in options.sizes:
        start = time.perf_counter()
        got.append(measure(count, options))
        print(f"{count:,} objects measured in {time.perf_counter() - start:.0f} s", flush=True)

    def rows(*cells: Any) -> list[list[Any]]:
        return _rows(got, *cells)

    def goal(row: dict[str, Any], which: int) -> float:
        return next((GOALS[size][which] for size in GOALS if row["objects"] <= size), GOALS[100_000][which])

    table(
        "View: from HTTP to canvas, s",
        ("objects", "triangles", "runs", "first", "whole", "decorated", "new page: first", "new page: whole"),
        rows(
            lambda row: int(row["triangles"]),
            lambda row: int(row["runs"]),
            lambda row: Against(row["first"], goal(row, 0)),
            lambda row: Against(row["whole"], goal(row, 1)),
            lambda row: row["decorated"],
            lambda row: row["new first"],
            lambda row: row["new whole"],
        ),
    )
    table(
        "Traffic and memory",
        (
            "objects",
            "answers MB",
            "messages",
            "B/object",
            "deflated",
            "decorated B/object",
            "peak MB",
            "memory",
            "decorated",
        ),
        rows(
            lambda row: row["answers"] / 1e6,
            lambda row: Against(row["messages"], 60 + 20 * (row["chunks"] - 1), "{:.0f}"),
            lambda row: Against(row["bytes"] / row["objects"], 350, "{:.0f}"),
            lambda row: Against(row["deflated"] / row["objects"], 150, "{:.0f}"),
            lambda row: f"{row['all bytes'] / row['objects']:.0f}",
            lambda row: f"{row['peak'] / 1e6:.0f}",
            # In a small view a few megabytes of anything else are the figure.
            lambda row: (Against if row["objects"] >= 100_000 else lambda value, _: value)(
                row["peak"] / row["final"], 4.0
            ),
            lambda row: row["highest"] / row["final"],
        ),
    )
    names = ("fetch", "decode", "batch", "send", "upload", "frame", "finished")
    table("Stages, s", ("objects", *names), rows(*(lambda row, name=name: f"{row[name]:.3f}" for name in names)))
    return got


def floors(got: list[dict[str, Any]]) -> None:
    """Print the table of what the machine needs at least."""
    pairs = (("fetch", "loopback"), ("decode", "parse"), ("batch", "copy"), ("send", "triangle"), ("whole", "frame"))
    table(
        "Floors, s: each stage, what it cannot be quicker than (send: a yardstick), and how many times that it takes",
        ("objects", *(word for stage, floor in pairs for word in (stage, floor, "×"))),
        _rows(
            got,
            *(
                cell
                for pair in pairs
                for cell in (
                    lambda row, pair=pair: f"{row[pair[0]]:.3f}",
                    lambda row, pair=pair: f"{row[pair[1]]:.4f}",
                    lambda row, pair=pair: f"{row[pair[0]] / row[pair[1]]:.1f}",
                )
            ),
        ),
    )


def _rows(got: list[dict[str, Any]], *cells: Any) -> list[list[Any]]:
    return [[f"{row['objects']:,.0f}", *(cell(row) for cell in cells)] for row in got]


if __name__ == "__main__":
    if why := harness.missing():
        raise SystemExit(why)
    floors(main(Options.from_line()))
    report.verdict()

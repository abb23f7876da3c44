"""The viewer beside other ways to draw the same triangles in a notebook.

    python tests/benchmarks/peers.py [--quick] [--pictures FOLDER] [OBJECTS ...]    # by default 1000 20000 100000

The triangles are in the kernel's memory, in the form that each library takes. A cell hands them over; measured are the
seconds from the key that runs the cell to the first frame that shows all of them, as one script on the page sees it:
in a notebook just opened, where the page has yet to load what draws, and run again there. Each library has a notebook
of its own. `×` is how many times as long as ours it takes; the frame itself is what the graphics card would save.

Ours gets a `Mesh` and makes its buffers in the cell; k3d, anythreejs and pyvista get merged buffers that lie ready.
pythreejs is used as its documentation does, one mesh an object, and only for 1,000 of them. That takes ten messages an
object; a kernel drops what is above 1,000 that its server has not taken yet, the server what is above 1,000 a second,
and where the kernel is quick nothing is ever drawn. So the server here passes on all of them (`UNLIMITED`), and that
kernel keeps all (`SNDHWM`). All other rows are drawn with both limits, too.

What is not installed (`pip install -e ".[bench]"` has them all) or does not draw is a row that says so.
"""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import lab as harness
import numpy as np
import probe
import report
from PIL import Image
from report import Against, Options, table

from bimplus_nb import connect
from bimplus_nb.sandbox import Sandbox

UNLIMITED = {"ZMQChannelsWebsocketConnection": {"limit_rate": False}}
EMPTY = 2  # grey levels of 255 by which a picture of nothing may vary

SETUP = """
import numpy as np
import bimplus_nb as bp
bp.Viewer
from bimplus_nb.geometry import Mesh, batch
with np.load({file!r}) as file:
    arrays = {{name: file[name] for name in file.files}}
mesh = Mesh(tuple(arrays.pop("ids").tolist()), **arrays)
low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
points = (mesh.vertices - (low + high) / 2).astype(np.float32)
faces = mesh.triangles.astype(np.uint32)
color = mesh.color[mesh.vertex_part]
radius = float(np.linalg.norm(high - low)) / 2
eye = [-1.1 * radius, 0.65 * radius, 1.55 * radius]
"""


@dataclass(frozen=True)
class Peer:
    """A library: what its notebook needs first, and the cell that draws."""

    name: str
    needs: tuple[str, ...]
    before: str
    cell: str
    least: float | None = 1.0
    """How many times as long as ours it should take, at least; None for what ours stands on, which shows a floor."""
    most: int = 1_000_000
    """Objects up to which it is asked."""

    @property
    def missing(self) -> str:
        """What of it is not installed."""
        return ", ".join(name for name in self.needs if importlib.util.find_spec(name) is None)


OURS = Peer("bimplus-nb", ("bimplus_nb",), "", "viewer = bp.Viewer(mesh)\nviewer")

PEERS = (
    Peer(
        "pythreejs, a mesh an object",
        ("pythreejs",),
        """
import pythreejs as three
import zmq
kernel = get_ipython().kernel
kernel.iopub_thread.schedule(lambda: kernel.iopub_thread.socket.setsockopt(zmq.SNDHWM, 0))
first_vertex = np.append(mesh.vertex_start[np.searchsorted(mesh.owner, np.arange(len(mesh)))], len(points))
first_face = np.append(mesh.triangle_start[np.searchsorted(mesh.owner, np.arange(len(mesh)))], len(faces))
objects = [
    (points[a:b], (faces[c:d] - a).astype(np.uint32).ravel(), "#%02x%02x%02x" % tuple(color[a, :3]))
    for a, b, c, d in zip(first_vertex, first_vertex[1:], first_face, first_face[1:])
]
""",
        """
materials = {
    name: three.MeshPhongMaterial(color=name, flatShading=True, side="DoubleSide") for name in {o[2] for o in objects}
}
meshes = [
    three.Mesh(
        three.BufferGeometry(attributes={"position": three.BufferAttribute(p), "index": three.BufferAttribute(f)}),
        materials[c],
    )
    for p, f, c in objects
]
camera = three.PerspectiveCamera(position=eye, fov=45, aspect=2, near=radius / 100, far=radius * 10)
camera.lookAt([0, 0, 0])
lights = [three.AmbientLight(intensity=0.6), three.DirectionalLight(position=[-1, 2, 1.5], intensity=0.6)]
three.Renderer(
    scene=three.Scene(children=[*meshes, *lights, camera]), camera=camera, antialias=True, width=1100, height=560,
    controls=[three.OrbitControls(controlling=camera)],
)
""",
        least=15.0,
        most=1_000,
    ),
    Peer(
        "pythreejs, merged",
        ("pythreejs",),
        "import pythreejs as three\nshades = (color[:, :3] / 255).astype(np.float32)",
        """
geometry = three.BufferGeometry(
    attributes={
        "position": three.BufferAttribute(points),
        "color": three.BufferAttribute(shades),
        "index": three.BufferAttribute(faces.ravel()),
    }
)
solid = three.Mesh(geometry, three.MeshPhongMaterial(vertexColors="VertexColors", flatShading=True, side="DoubleSide"))
camera = three.PerspectiveCamera(position=eye, fov=45, aspect=2, near=radius / 100, far=radius * 10)
camera.lookAt([0, 0, 0])
lights = [three.AmbientLight(intensity=0.6), three.DirectionalLight(position=[-1, 2, 1.5], intensity=0.6)]
three.Renderer(
    scene=three.Scene(children=[solid, *lights, camera]), camera=camera, antialias=True, width=1100, height=560,
    controls=[three.OrbitControls(controlling=camera)],
)
""",
        least=None,
    ),
    Peer(
        "k3d, merged",
        ("k3d",),
        "import k3d\npacked = color[:, :3].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)",
        """
plot = k3d.plot(height=560, camera=[*eye, 0, 0, 0, 0, 1, 0], camera_auto_fit=False, grid_visible=False)
plot += k3d.mesh(points, faces, colors=packed, flat_shading=True)
plot.display()
""",
    ),
    Peer(
        "anythreejs, merged",
        ("anythreejs",),
        "import anythreejs as three\nshades = (color[:, :3] / 255).astype(np.float32)",
        """
geometry = three.BufferGeometry(
    attributes={"position": three.BufferAttribute(points), "color": three.BufferAttribute(shades)},
    index=three.BufferAttribute(faces.ravel(), itemSize=1),
)
solid = three.Mesh(geometry, three.MeshPhongMaterial(vertexColors=True, flatShading=True, side="DoubleSide"))
camera = three.PerspectiveCamera(position=eye, fov=45, aspect=2, near=radius / 100, far=radius * 10)
scene = three.Scene(background="#ffffff")
for one in (solid, three.AmbientLight(intensity=1.0), three.DirectionalLight(position=[-1, 2, 1.5], intensity=2.0)):
    scene.add(one)
three.Renderer(
    camera=camera, scene=scene, controls=[three.OrbitControls(controlling=camera)], width=1100, height=560
)
""",
    ),
    Peer(
        "pyvista (trame client), merged",
        ("pyvista", "trame", "trame_vtk", "trame_vuetify"),
        "import pyvista as pv\n",
        """
solid = pv.PolyData.from_regular_faces(points, faces.astype(np.int64))
solid.point_data["color"] = color[:, :3]
plotter = pv.Plotter(notebook=True, window_size=(1100, 560))
plotter.add_mesh(solid, scalars="color", rgb=True)
plotter.camera_position = [eye, (0, 0, 0), (0, 1, 0)]
plotter.show(jupyter_backend="client")
""",
    ),
)


def drawn(lab: harness.Lab, peer: Peer, file: Path, options: Options, name: str) -> dict[str, float]:
    """Seconds of one library on a new page (`new`) and there again (`again`), and how many `runs` that is of."""
    with lab.open([SETUP.format(file=str(file)) + peer.before, peer.cell], script=probe.PAGE_SCRIPT) as notebook:
        eyes = probe.Probe(notebook)
        notebook.run(0, timeout=300)
        triangles = notebook.ask("batch(mesh).triangles" if peer is OURS else "len(faces)")

        def run() -> dict[str, float]:
            frame = eyes.run(1, triangles)
            return {"again": frame["seconds"], "frame": frame["ms"] / 1000}

        new = run()["again"]
        eyes.calm()
        png = eyes.png(1)
        options.keep(name, png)
        if np.asarray(Image.open(io.BytesIO(png)).convert("L")).std() < EMPTY:
            raise AssertionError("triangles were drawn, but the picture is empty")
        again, runs = report.repeated(options.runs, run)
        return again | {"new": new, "runs": runs}


def compared(count: int, options: Options) -> list[list[Any]]:
    """The rows of one size."""
    rows: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "mesh.npz")
        with Sandbox(scale=count) as sandbox, connect(sandbox) as client:
            name = next(p["name"] for p in client.projects.everywhere() if p["name"].startswith("Quarter"))
            mesh = client.project(name).mesh(progress=False)
        parts = ("vertices", "triangles", "vertex_start", "triangle_start", "owner", "color")
        np.savez(file, ids=np.array(mesh.ids), **{part: getattr(mesh, part) for part in parts})
        del mesh
        config = Path(folder, "config", "jupyter_server_config.json")
        config.parent.mkdir()
        config.write_text(json.dumps(UNLIMITED))
        with harness.running(Path(folder), {"JUPYTER_WIDGETS_ECHO": "0"}) as lab:
            ours: dict[str, float] = {}
            for peer in (OURS, *(peer for peer in PEERS if count <= peer.most)):
                row: list[Any] = [peer.name, count]
                if peer.missing:
                    rows.append([*row, f"not installed: {peer.missing}", *[None] * 5])
                    continue
                try:
                    got = drawn(lab, peer, file, options, f"{count} {peer.name}")
                except Exception as problem:  # a peer's fault is a finding
                    if peer is OURS:
                        raise
                    rows.append([*row, f"does not draw: {str(problem).strip().splitlines()[-1][:80]}", *[None] * 5])
                    continue
                ours = ours or got
                row += [int(got["runs"])]
                for figure in ("new", "again"):
                    times = got[figure] / ours[figure]
                    against = times if peer.least is None else Against(times, peer.least, "{:.1f}", least=True)
                    row += [got[figure], None if peer is OURS else against]
                rows.append([*row, got["frame"]])
                print(f"{count:,} objects: {peer.name} {got['new']:.2f} s, again {got['again']:.2f} s", flush=True)
    return rows


def main(options: Options) -> None:
    """Measure and print the table."""
    rows = [row for count in options.sizes for row in compared(count, options)]
    columns = ("library", "objects", "runs", "new page, s", "×", "again, s", "× again", "of it the frame")
    table("Peers: memory to all triangles on the canvas", columns, rows)


if __name__ == "__main__":
    if why := harness.missing():
        raise SystemExit(why)
    main(Options.from_line())
    report.verdict()

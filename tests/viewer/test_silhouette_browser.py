"""Real buildings on the page against a second picture of the same file: read by ifcopenshell, drawn by VTK.

Both are drawn with one camera; what is compared is which pixels the building covers. Of ours these are the pixels of
the canvas that change when everything is hidden, without the ground, which hides cellars and takes shadows, and without
the lines, half of which lies beyond the building. What is left between the two is less than half a pixel at its rim.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray
from real import ABSENT, FILES, bodies

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.viewer.camera import Camera, ends

# From the front left and a little above, as every view begins; and almost level, from behind.
DIRECTIONS = ((0.545, -0.315, -0.777), (-0.8, -0.08, 0.6))

pytestmark = [pytest.mark.browser, pytest.mark.ifc]
if ABSENT:
    pytest.skip(ABSENT, allow_module_level=True)

# Lines reach a little beyond what they bound.
SETUP = """
import bimplus_nb as bp
from bimplus_nb.viewer.decor import Decor
Decor._chunk_lines = lambda self: []
client = bp.connect(user='carla')
"""
SHOW = "viewer = client.project(name).view(progress=False)\nviewer"
COMPLETE = "viewer._page.side.light_shape and viewer._page.picture"
# The ground hides footings; so far below, it is not drawn. The page puts it there when it hears of the light again.
BARE = """
viewer._page.side.home = {**viewer._page.side.home, 'ground': -1e7}
viewer._page.thin_out(True)
viewer._page.thin_out(False)
"""

FINE = 4  # the witness samples a pixel so many times along each side

Silhouette = NDArray[np.bool_]


class Witness:
    """The solids of a file in VTK: everything with geometry but rooms and openings."""

    def __init__(self, path: Path) -> None:
        import ifcopenshell
        import pyvista

        vertices, faces, count = [], [], 0
        self.guids: set[str] = set()
        for product, body in bodies(ifcopenshell.open(str(path)), "IfcSpace", use_world_coords=True):
            vertices.append(np.array(body.verts).reshape(-1, 3))
            faces.append(np.array(body.faces).reshape(-1, 3) + count)
            count += len(vertices[-1])
            if len(faces[-1]):
                self.guids.add(product.GlobalId)
        self.vertices = np.concatenate(vertices)  # metres, Z up
        self._solid = pyvista.PolyData.from_regular_faces(self.vertices, np.concatenate(faces))

    def silhouette(self, camera: dict[str, Any], width: int, height: int) -> Silhouette:
        """The pixels it covers, wholly or in part, seen from a camera in mm, Y up: (height, width)."""
        fine = self.picture(camera, FINE * width, FINE * height, lighting=False, color="black").max(axis=2) < 128
        return fine.reshape(height, FINE, width, FINE).any(axis=(1, 3))

    def picture(self, camera: dict[str, Any], width: int, height: int, **look: Any) -> NDArray[np.uint8]:
        """The picture, (height, width, 3), on white."""
        import pyvista

        plotter = pyvista.Plotter(off_screen=True, window_size=(width, height))
        plotter.background_color = "white"
        plotter.add_mesh(self._solid, **look)
        plotter.camera.up = (0.0, 0.0, 1.0)
        plotter.camera.position = z_up_metres(camera["position"])
        plotter.camera.focal_point = z_up_metres(camera["target"])
        plotter.camera.view_angle = camera["fov"]
        plotter.reset_camera_clipping_range()
        try:
            return np.asarray(plotter.screenshot(None, return_img=True))
        finally:
            plotter.close()


def z_up_metres(point: list[float]) -> tuple[float, float, float]:
    """IFC's own frame; the test does the sum itself, so that it shares none with the client."""
    x, y, z = point
    return x / 1000, -z / 1000, y / 1000


def agreement(a: Silhouette, b: Silhouette) -> float:
    """Intersection over union."""
    return float((a & b).sum() / (a | b).sum())


@pytest.fixture(scope="module")
def notebook(real_models: Sandbox, lab: Lab) -> Iterator[Notebook]:
    begin = f"import os; os.environ['BIMPLUS_SANDBOX_URL'] = {real_models.url!r}\n"
    with lab.open([begin + SETUP, SHOW]) as opened:
        opened.run(0)
        yield opened


@pytest.mark.parametrize("name", FILES)
def test_the_building_covers_what_another_renderer_says(notebook: Notebook, name: str) -> None:
    notebook.kernel(f"name = {name!r}")
    notebook.run(1)
    notebook.until(COMPLETE, timeout=120)
    notebook.kernel(BARE)
    witness = Witness(FILES[name])
    guids = notebook.ask("client.project(name).objects(progress=False)['guid'].to_dict()")
    assert {guids[id] for id in notebook.ask("viewer.visible_ids")} == witness.guids
    corners = np.stack([witness.vertices.min(axis=0), witness.vertices.max(axis=0)]) * 1000
    box = np.sort(np.stack([corners[:, 0], corners[:, 2], -corners[:, 1]], axis=1), axis=0)
    width, height = notebook.ask("viewer.size")
    for direction in DIRECTIONS:
        camera = Camera.fitted(ends(box[None]), direction, width / height).to_scene()
        notebook.kernel(f"viewer.apply({{'version': [2, 0, 0], 'camera': {camera}}})")
        notebook.settle(timeout=120)
        assert notebook.ask("viewer.camera.position") == pytest.approx(camera["position"], abs=1.0)
        shown = notebook.pixels().astype(int)
        notebook.kernel("viewer.hide(viewer.mesh.ids)")
        notebook.settle(timeout=120)
        empty = notebook.pixels()
        ours = np.abs(shown - empty).max(axis=2) > 2
        theirs = witness.silhouette(camera, width, height)
        assert 0.1 < theirs.mean() < 0.9
        assert agreement(ours, theirs) > 0.995
    assert notebook.errors == []

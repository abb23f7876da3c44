"""Pictures drawn without a page, held against rays cast one by one."""

from __future__ import annotations

import io

import houses
import numpy as np
import sight
from PIL import Image

from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.raster import Frame
from bimplus_nb.viewer.still import png

HERE = (1e6, 2e6, -3e6)


def picture(viewer: Viewer) -> np.ndarray:
    with Image.open(io.BytesIO(viewer.screenshot())) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def test_png_is_read_by_others() -> None:
    image = np.random.default_rng(0).integers(0, 256, (7, 11, 3), np.uint8)
    with Image.open(io.BytesIO(png(image))) as read:
        assert np.array_equal(np.asarray(read), image)


def test_the_rasteriser_agrees_with_rays() -> None:
    mesh = houses.house(HERE)
    camera = Camera.fitted(mesh.bounds.reshape(-1, 3), (0.6, -0.4, -0.8), 1.5)
    frame = Frame(camera, 300, 200)
    near, number = frame.front(mesh.vertices[mesh.triangles])
    rays = sight.Rays.through(mesh, camera, 300, 200, np.ones(len(mesh), bool))
    rng = np.random.default_rng(1)
    agree = 0
    for x, y in zip(rng.integers(0, 300, 400), rng.integers(0, 200, 400), strict=True):
        sample = y * 300 + x
        row = mesh.owner[mesh.triangle_part[number[sample]]] if number[sample] >= 0 else -1
        agree += row == rays.first(x + 0.5, y + 0.5)
        assert (near[sample] > 0) == (row >= 0)
    assert agree >= 398, "all but ties on edges"


def test_a_picture_needs_no_page_and_shows_looks() -> None:
    viewer = Viewer(houses.house(HERE), rooms="room")
    plain = picture(viewer)
    assert plain.shape[1] == 960
    assert len(np.unique(plain.reshape(-1, 3) // 24, axis=0)) > 15
    solid = np.array([name != "room" for name in viewer.mesh.ids])
    rays = sight.Rays.through(viewer.mesh, viewer.camera, plain.shape[1], plain.shape[0], solid)
    viewer.select("wall-front-2")
    x, y = (round(v) for v in sight.spot(rays, viewer.mesh.ids.index("wall-front-2")))
    red, _, blue = picture(viewer)[y, x]
    assert plain[y, x, 0] > plain[y, x, 2] + 20
    assert blue > red + 60
    viewer.hide("wall-front-2")
    assert np.abs(picture(viewer)[y, x] - plain[y, x]).max() > 20

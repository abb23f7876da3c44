"""Pictures drawn without a page, held against rays cast one by one."""

from __future__ import annotations

import io
from typing import Any

import houses
import numpy as np
import pytest
import sight
from PIL import Image

from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.png import png
from bimplus_nb.viewer.raster import Frame

HERE = (1e6, 2e6, -3e6)


def picture(viewer: Viewer) -> np.ndarray:
    with Image.open(io.BytesIO(viewer.screenshot())) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def test_png_is_read_by_others() -> None:
    image = np.random.default_rng(0).integers(0, 256, (7, 11, 3), np.uint8)
    with Image.open(io.BytesIO(png(image))) as read:
        assert np.array_equal(np.asarray(read), image)


@pytest.mark.parametrize("direction", [(0.6, -0.4, -0.8), (0, -1, 0)])
@pytest.mark.parametrize("projection", ["perspective", "orthographic"])
def test_the_rasteriser_agrees_with_rays(projection: Any, direction: tuple) -> None:
    mesh = houses.house(HERE)
    camera = Camera.fitted(mesh.bounds.reshape(-1, 3), direction, 1.5, projection=projection)
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
    # Where a sample is, is on its triangle.
    there = np.flatnonzero(near > 0)
    a, b, c = mesh.vertices[mesh.triangles[number[there]]].transpose(1, 0, 2)
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    off = np.einsum("ij,ij->i", frame.place(near[there], there) - a, normal)
    assert np.abs(off).max() < 2, "mm, of single precision"


def test_an_orthographic_eye_sees_what_is_behind_it_and_nothing_shrinks_with_distance() -> None:
    camera = Camera((0, 0, 0), (0, 0, -1_000), height=4_000)
    x, y, near = Frame(camera, 400, 400).project(np.array([[1_000.0, 0, 5_000], [1_000.0, 0, -5_000]])).T
    assert (x == 300).all()
    assert (y == 200).all()
    assert near[0] > near[1] > 0


def test_a_plan_is_drawn_without_a_page() -> None:
    viewer = Viewer(houses.house(HERE), rooms="room")
    viewer.projection = "orthographic"
    viewer.look("top")
    plan = picture(viewer)
    rays = sight.Rays.through(
        viewer.mesh, viewer.camera, plan.shape[1], plan.shape[0], np.array([name != "room" for name in viewer.mesh.ids])
    )
    left, top, right, bottom = (round(k) for k in rays.box("roof"))
    roof = plan[top + 3 : bottom - 3, left + 3 : right - 3].reshape(-1, 3)
    red, green, blue = roof.T
    assert ((green > red + 5) & (green > blue + 5)).all(), "all roof, to its straight edges"
    assert (np.abs(plan[top - 6, left:right] - plan[top + 6, left:right]).max(axis=1) > 10).all()
    assert (right - left) / (bottom - top) == pytest.approx(10_800 / 6_800, abs=0.02)


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

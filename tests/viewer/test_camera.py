"""Cameras: what they say of themselves in a scene, and that a fitted one sees everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.viewer.camera import FIELD_OF_VIEW, NEAREST, VIEWS, Camera, axes, ends

FAR = st.floats(-1e7, 1e7)
POINT = st.tuples(FAR, FAR, FAR)


def turned(euler: list[float]) -> np.ndarray:
    """The rotation that three.js makes of Euler angles in the order XYZ."""
    x, y, z = euler
    cx, sx, cy, sy, cz, sz = np.cos(x), np.sin(x), np.cos(y), np.sin(y), np.cos(z), np.sin(z)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


@settings(deadline=None)
@given(POINT, POINT)
def test_euler_angles_look_at_the_target_with_the_head_up(position: tuple, target: tuple) -> None:
    way = np.subtract(target, position)
    if np.linalg.norm(way) < 1 or np.hypot(way[0], way[2]) < 1e-3 * np.linalg.norm(way):
        return
    matrix = turned(Camera(position, target).to_scene()["euler"][:3])
    assert matrix @ (0, 0, -1) == pytest.approx(way / np.linalg.norm(way), abs=1e-6)
    assert (matrix @ (1, 0, 0))[1] == pytest.approx(0, abs=1e-6)
    assert (matrix @ (0, 1, 0))[1] >= 0


@settings(deadline=None)
@given(POINT, POINT, st.floats(1, 120), st.none() | st.floats(1, 1e7))
def test_a_scene_gives_the_camera_back(position: tuple, target: tuple, fov: float, height: float | None) -> None:
    if position == target:
        return
    camera = Camera(position, target, fov, height)
    back = Camera.from_scene(camera.to_scene())
    assert back is not None
    assert (back.position, back.target, back.fov, back.projection) == (position, target, fov, camera.projection)
    assert back.height == pytest.approx(height, abs=1e-3)


def test_an_orthographic_scene_says_half_of_its_height_in_metres() -> None:
    scene = Camera((0, 0, 9_000), (0, 0, 0), height=8_000).to_scene()
    assert scene["isOrthographicCamera"] is True
    assert scene["viewToWorldScale"] == 4


@pytest.mark.parametrize("scale", [0, -1, None, "4", np.nan, np.inf, 1e300])
def test_a_scale_that_cannot_be_is_a_perspective(scale: object) -> None:
    scene = Camera((0, 0, 9_000), (0, 0, 0), height=8_000).to_scene() | {"viewToWorldScale": scale}
    camera = Camera.from_scene(scene)
    assert camera is not None
    assert camera.projection == "perspective"


@settings(deadline=None)
@given(POINT, POINT, st.floats(1, 120))
def test_what_is_at_the_target_keeps_its_size_in_the_other_projection(
    position: tuple, target: tuple, fov: float
) -> None:
    away = np.linalg.norm(np.subtract(target, position))
    if away < 1:
        return
    flat = Camera(position, target, fov).projected("orthographic")
    assert flat.height == pytest.approx(2 * away * np.tan(np.radians(fov / 2)), rel=1e-9)
    assert flat.projected("orthographic") is flat
    assert np.allclose(flat.projected("perspective").position, position, rtol=0, atol=1e-3)
    nearer = Camera(position, target, fov, flat.height / 2).projected("perspective")
    assert np.linalg.norm(np.subtract(nearer.position, target)) == pytest.approx(away / 2, rel=1e-9)


def test_named_views_have_the_head_up_and_plans_have_x_to_the_right() -> None:
    for name, direction in VIEWS.items():
        right, up, forward = axes(direction)
        assert np.cross(right, up) == pytest.approx(-forward), name
        assert up[1] >= 0
    assert axes(VIEWS["top"])[:2].tolist() == [[1, 0, 0], [0, 0, -1]]
    assert axes(VIEWS["bottom"])[:2].tolist() == [[1, 0, 0], [0, 0, 1]]
    # A turn towards the pole ends where the pole begins: no jump of what is on the right.
    assert axes((0, -1, -1e-5))[0] == pytest.approx((1, 0, 0), abs=1e-9)


def test_older_scenes_are_understood() -> None:
    half = np.sqrt(0.5)  # a quarter turn to the left about the vertical
    old = {
        "fov": 45,
        "position": {"x": 1.0, "y": 2.0, "z": 3.0},
        "quaternion": {"x": 0, "y": half, "z": 0, "w": half},
        "target": {"objectId": "?", "position": None},
    }
    camera = Camera.from_scene(old)
    assert camera is not None
    assert camera.fov == 45
    assert np.subtract(camera.target, camera.position) == pytest.approx([-10_000, 0, 0], abs=1e-6)
    with_target = Camera.from_scene({**old, "target": {"objectId": "?", "position": {"x": 0, "y": 0, "z": 0}}})
    assert with_target is not None
    assert with_target.target == (0, 0, 0)
    turned_by_euler = Camera.from_scene({"position": [1, 2, 3], "euler": [0, np.pi / 2, 0, "XYZ"]})
    assert turned_by_euler is not None
    assert np.subtract(turned_by_euler.target, (1, 2, 3)) == pytest.approx([-10_000, 0, 0], abs=1e-6)


@pytest.mark.parametrize("broken", [{}, {"position": [1, 2]}, {"position": ["1", 2, 3]}, {"position": [1, 2, np.nan]}])
def test_a_scene_without_a_place_has_no_camera(broken: dict) -> None:
    assert Camera.from_scene(broken) is None


@settings(deadline=None)
@given(
    st.lists(POINT, min_size=1, max_size=30),
    st.floats(0.5, 3),
    st.sampled_from([(1, -0.4, -1), (0, -1, 0), (-1, 0.2, 0)]),
)
def test_a_fitted_camera_sees_every_point_and_is_as_near_as_can_be(
    points: list, aspect: float, direction: tuple
) -> None:
    cloud = np.array(points)
    camera = Camera.fitted(cloud, direction, aspect, fill=0.8)
    forward = np.subtract(camera.target, camera.position)
    forward /= np.linalg.norm(forward)
    assert forward == pytest.approx(np.array(direction) / np.linalg.norm(direction), abs=1e-6)
    right = np.array((1.0, 0, 0)) if abs(forward[1]) > 0.9999 else np.cross(forward, (0, 1, 0))
    right /= np.linalg.norm(right)
    seen = (cloud - camera.position) @ np.stack([right, np.cross(right, forward), forward]).T
    slope = np.tan(np.radians(FIELD_OF_VIEW) / 2) * np.array((aspect, 1))
    places = seen[:, :2] / seen[:, 2:] / slope
    share = np.abs(places)
    assert (seen[:, 2] > 0).all()
    assert share.max() <= 0.8 + 1e-4
    assert places.max(axis=0) == pytest.approx(-places.min(axis=0), abs=1e-4), "as much is left free on either side"
    if seen[:, 2].min() > NEAREST + 1:
        assert share.max() == pytest.approx(0.8, abs=1e-3)


@settings(deadline=None)
@given(
    st.lists(POINT, min_size=2, max_size=30),
    st.floats(0.5, 3),
    st.sampled_from([(1, -0.4, -1), (0, -1, 0), (-1, 0.2, 0)]),
)
def test_a_fitted_orthographic_camera_has_every_point_around_its_middle(
    points: list, aspect: float, direction: tuple
) -> None:
    cloud = np.array(points)
    camera = Camera.fitted(cloud, direction, aspect, 0.8, "orthographic")
    assert camera.height is not None
    seen = (cloud - camera.target) @ axes(direction).T
    share = seen[:, :2] / camera.height * 2 / (aspect, 1)
    assert np.abs(share).max() <= 0.8 + 1e-6
    assert share.max(axis=0) == pytest.approx(-share.min(axis=0), abs=1e-6), "in the middle"
    assert np.subtract(camera.target, camera.position) @ axes(direction)[2] > 0
    if np.ptp(seen[:, :2], axis=0).min() > 1_000:
        assert np.abs(share).max() == pytest.approx(0.8, abs=1e-6)


def test_ends_are_enough_to_fit_boxes() -> None:
    rng = np.random.default_rng(2)
    low = rng.normal(0, 9_000, (400, 3))
    boxes = np.stack([low, low + rng.uniform(1, 4_000, (400, 3))], axis=1)
    corners = np.concatenate([np.where(np.array(pick), boxes[:, 1], boxes[:, 0]) for pick in np.ndindex(2, 2, 2)])
    few = ends(boxes)
    assert few.shape == (26, 3)
    for way in np.eye(3):
        assert (few @ way).max() == corners[:, way > 0].max()
        assert (few @ way).min() == corners[:, way > 0].min()
    assert all((corners == point).all(axis=1).any() for point in few)

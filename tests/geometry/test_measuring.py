from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.geometry.measuring import Measurement, angle, area_vector, crosses, exact, flatness
from geometry.solids import FAR_AWAY, box, l_shape, mesh_of, prism, tetra, turning

Place = tuple[float, float, float]
AT = [(0.0, 0.0, 0.0), FAR_AWAY]
turns = st.tuples(st.floats(0, 7), st.floats(0, 7))
lengths = st.floats(1, 1e5)


def turned(points: list[Place], turn: tuple[float, float], at: Place) -> np.ndarray:
    return np.asarray(points, float) @ (turning(turn[0]) @ turning(turn[1], 0)).T + at


def measured(kind: str, points: np.ndarray) -> float:
    return Measurement(kind, np.asarray(points, float), ("",) * len(points)).value  # type: ignore[arg-type]


@given(lengths, lengths, lengths, st.sampled_from(AT))
def test_a_distance_is_the_diagonal_of_its_box(x: float, y: float, z: float, at: Place) -> None:
    points = np.array([(0, 0, 0), (x, y, z)]) + at
    assert measured("distance", points) == pytest.approx((x * x + y * y + z * z) ** 0.5, abs=1e-5)
    assert measured("height", points) == pytest.approx(y, abs=1e-5)
    assert measured("height", points[::-1]) == pytest.approx(-y, abs=1e-5)
    assert measured("point", points[1:]) == pytest.approx(y + at[1], abs=1e-5)


@given(st.floats(0, 180), lengths, lengths, turns)
def test_an_angle_is_the_one_it_was_made_of(degrees: float, a: float, b: float, turn: tuple[float, float]) -> None:
    radians = np.radians(degrees)
    points = turned([(a, 0, 0), (0, 0, 0), (b * np.cos(radians), b * np.sin(radians), 0)], turn, (0, 0, 0))
    assert measured("angle", points) == pytest.approx(degrees, abs=1e-5)
    assert angle(*points) == measured("angle", points[::-1])


def test_an_angle_without_sides_is_none() -> None:
    assert measured("angle", np.zeros((3, 3))) == 0


@given(lengths, lengths, turns, st.sampled_from(AT))
def test_an_area_is_that_of_the_l_it_was_made_of(a: float, b: float, turn: tuple[float, float], at: Place) -> None:
    """An L: a convex hull or a sum of triangles without signs would give more."""
    points = turned([(0, 0, 0), (2 * a, 0, 0), (2 * a, b, 0), (a, b, 0), (a, 3 * b, 0), (0, 3 * b, 0)], turn, at)
    assert measured("area", points) == pytest.approx(4 * a * b, rel=1e-3 if at[0] else 1e-9)
    assert flatness(points) < 1e-3
    assert not crosses(np.roll(points, 2, axis=0)[::-1])


def test_corners_off_the_plane_are_told_by_how_far() -> None:
    points = np.array([(0, 10, 0), (1000, -10, 0), (1000, 10, 1000), (0, -10, 1000)], float)
    assert flatness(points) == pytest.approx(10, abs=1e-9)
    assert measured("area", points) == pytest.approx(1e6)


@given(st.permutations(range(5)), turns)
def test_sides_cross_unless_the_corners_come_in_their_order(order: list[int], turn: tuple[float, float]) -> None:
    ring = [(np.cos(k * np.pi * 0.4), np.sin(k * np.pi * 0.4), 0.0) for k in range(5)]
    points = turned(ring, turn, (0, 0, 0))[order]
    steps = {(b - a) % 5 for a, b in pairwise([*order, order[0]])}
    assert crosses(points) == (steps not in ({1}, {4}))


@pytest.mark.parametrize(
    ("kind", "points", "words"),
    [
        ("area", [(0, 0, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1)], "cross"),
        ("area", [(0, 0, 0), (1, 0, 0), (2, 0, 0)], "it has none"),
        ("area", [(0, 0, 0), (1, 0, 0)], "3 to 500 places, not 2"),
        ("distance", [(0, 0, 0)], "needs 2 places, not 1"),
        ("length", [(0, 0, 0)], "one of point, distance, height, angle, area; not 'length'"),
        ("point", [(0, np.nan, 0)], "three numbers"),
        ("point", [(0, 0)], "three numbers"),
    ],
)
def test_what_cannot_be_measured_says_why(kind: str, points: list[tuple[float, ...]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        measured(kind, np.array(points, float))


@given(st.integers(0, 11), st.floats(0.05, 0.95), st.floats(0.05, 0.9), turns, st.sampled_from(AT))
def test_a_place_beside_a_body_means_the_place_on_it(
    which: int, u: float, v: float, turn: tuple[float, float], at: Place
) -> None:
    """A place on a known triangle, moved by less than a grid, is found again: on the plane, and where it was."""
    solid = box()
    mesh = mesh_of(solid)
    vertices = mesh.vertices @ (turning(turn[0]) @ turning(turn[1], 0)).T + at
    a, b, c = vertices[mesh.triangles[which]]
    v *= 1 - u
    place = a + u * (b - a) + v * (c - a)
    normal = np.cross(b - a, c - a) / np.linalg.norm(np.cross(b - a, c - a))
    found = exact(place + 0.4 * normal, vertices, mesh.triangles, "face", 2.0)
    assert found == pytest.approx(place, abs=1e-3 if at[0] else 1e-6)
    assert abs((found - a) @ normal) < 1e-4
    corner = exact(a + 0.3, vertices, mesh.triangles, "corner", 2.0)
    assert corner == pytest.approx(a, abs=1e-6)


@pytest.mark.parametrize("solid", [box(), l_shape(), prism(12), tetra()], ids=["box", "l", "prism", "tetra"])
def test_the_nearest_face_is_what_trying_many_places_finds(solid) -> None:  # type: ignore[no-untyped-def]
    mesh = mesh_of(solid)
    rng = np.random.default_rng(5)
    low, high = mesh.bounds[0]
    corners = mesh.vertices[mesh.triangles]
    weights = rng.dirichlet((1, 1, 1), 4000)
    many = np.einsum("ki,tij->tkj", weights, corners).reshape(-1, 3)
    for near in rng.uniform(low - 200, high + 200, (30, 3)):
        found = exact(near, mesh.vertices, mesh.triangles, "face", 0.0)
        best = np.linalg.norm(many - near, axis=1).min()
        assert np.linalg.norm(found - near) <= best + 1e-9
        assert np.linalg.norm(found - near) >= best - 0.05 * np.linalg.norm(high - low)
        plane = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        plane /= np.linalg.norm(plane, axis=1, keepdims=True)
        assert np.abs(np.einsum("ij,ij->i", plane, found - corners[:, 0])).min() < 1e-9, "on one of the planes"


def test_an_edge_is_a_crease_and_no_diagonal() -> None:
    mesh = mesh_of(box())
    (left, _, back), (right, top, front) = mesh.bounds[0]
    on_top = np.array([(left + right) / 2 + 1, top + 0.3, back + 0.2])
    assert exact(on_top, mesh.vertices, mesh.triangles, "edge", 2.0) == pytest.approx([on_top[0], top, back], abs=1e-9)
    middle = np.array([(left + right) / 2, top, (back + front) / 2])
    assert exact(np.add(middle, (0, 0.3, 0)), mesh.vertices, mesh.triangles, "edge", 2.0) == pytest.approx(
        middle, abs=1e-9
    )


def test_area_vectors_of_a_closed_body_add_up_to_nothing() -> None:
    mesh = mesh_of(l_shape().moved(FAR_AWAY))
    total = sum(area_vector(corners) for corners in mesh.vertices[mesh.triangles])
    assert np.abs(total).max() < 1e-2

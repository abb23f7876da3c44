from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.geometry.polygons import triangulate
from geometry.solids import turning

Flat = list[tuple[float, float]]


def area_of(points: np.ndarray) -> np.ndarray:
    """The area vector of a polygon (n, 3)."""
    return np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0) / 2


def check(flat: Flat, turned: np.ndarray | None = None) -> None:
    """Every triangle faces as the polygon does, and together they have its area: so they cover it exactly once."""
    points = np.column_stack([np.array(flat), np.zeros(len(flat))])
    if turned is not None:
        points = points @ turned.T + 1000.0
    triangles = np.array(triangulate(points, range(len(flat))))
    assert len(triangles) == len(flat) - 2
    whole = area_of(points - points[0])
    corners = points[triangles]
    vectors = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    size = np.linalg.norm(whole)
    assert np.allclose(vectors.sum(axis=0), whole, rtol=1e-9, atol=1e-9 * size)
    assert (vectors @ whole >= -1e-9 * size**2).all()
    assert np.linalg.norm(vectors, axis=1).sum() == pytest.approx(size, rel=1e-6)


COMB: Flat = [(0, 0), (9, 0), (9, 5), (8, 5), (8, 1), (7, 1), (7, 5), (6, 5), (6, 1), (5, 1), (5, 5), (0, 5)]
SPIRAL: Flat = [
    (0, 0), (10, 0), (10, 10), (2, 10), (2, 4), (6, 4), (6, 6), (4, 6), (4, 8), (8, 8), (8, 2), (0, 2),
]  # fmt: skip
DOOR: Flat = [(0, 0), (1, 0), (1, 2), (2, 2), (2, 0), (4, 0), (4, 3), (0, 3)]
# A hole joined to the outline by a cut that is walked there and back.
KEYHOLE: Flat = [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (1, 3), (3, 3), (3, 1), (1, 1)]
ON_A_LINE: Flat = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (0, 2), (0, 1)]


@pytest.mark.parametrize(
    "flat", [COMB, SPIRAL, DOOR, KEYHOLE, ON_A_LINE], ids=["comb", "spiral", "door", "hole", "line"]
)
def test_concave_polygons_are_covered_exactly(flat: Flat) -> None:
    for outline in (flat, flat[::-1], flat[3:] + flat[:3]):
        check(outline)
        for axis in range(3):
            check(outline, turning(0.7, axis) @ turning(2.1, (axis + 1) % 3))


@given(st.lists(st.floats(0.05, 10), min_size=4, max_size=40), st.floats(0, 7), st.floats(0, 7))
def test_any_star_shaped_polygon_is_covered_exactly(radii: list[float], one: float, two: float) -> None:
    turn = 2 * np.pi * np.arange(len(radii)) / len(radii)
    outline = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.array(radii)[:, None]
    check([(float(x), float(y)) for x, y in outline], turning(one) @ turning(two, 0))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=14))
def test_polygons_that_cross_themselves_keep_their_area_vector(flat: Flat) -> None:
    points = np.column_stack([np.array(flat, float), np.zeros(len(flat))])
    triangles = np.array(triangulate(points, range(len(flat))))
    assert len(triangles) == len(flat) - 2
    corners = points[triangles]
    total = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).sum(axis=0) / 2
    assert np.allclose(total, area_of(points))

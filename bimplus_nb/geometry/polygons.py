"""Planar polygons in space cut into triangles, by cutting off ears."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bimplus_nb.geometry.arrays import Floats

Point = tuple[float, float]
Triangle = tuple[int, int, int]


def triangulate(points: Floats, polygon: Sequence[int]) -> list[Triangle]:
    """The triangles of one simple polygon, convex or not, in its own direction.

    `points`: (v, 3); `polygon`: n vertex numbers. n - 2 triangles whose area vectors add up to the polygon's, so that a
    closed polyhedron stays closed. A hole may be joined to the outline by a cut that is walked twice. A polygon that
    crosses itself is cut as well as can be, and still into n - 2.
    """
    if len(polygon) == 3:
        return [(polygon[0], polygon[1], polygon[2])]
    corners = points[list(polygon)]
    local = corners - corners[0]
    after = np.roll(local, -1, axis=0)
    normal = [(local[:, i] * after[:, j] - local[:, j] * after[:, i]).sum() for i, j in ((1, 2), (2, 0), (0, 1))]
    # Seen along the axis it faces most, the polygon keeps its shape, and with this order its direction turns left.
    axis = int(np.argmax(np.abs(normal)))
    across, up = ((1, 2), (2, 0), (0, 1))[axis]
    if normal[axis] < 0:
        across, up = up, across
    flat: list[Point] = [(x, y) for x, y in local[:, [across, up]].tolist()]
    return [(polygon[a], polygon[b], polygon[c]) for a, b, c in _ears(flat)]


def _ears(flat: list[Point]) -> list[Triangle]:
    """The triangles of a polygon that turns left, as positions in it. The best shaped ear goes first."""
    n = len(flat)
    before, after = [(k - 1) % n for k in range(n)], [(k + 1) % n for k in range(n)]
    turn = [_turn(flat[before[k]], flat[k], flat[after[k]]) for k in range(n)]
    reflex = {k for k in range(n) if turn[k] <= 0}

    def shape(k: int) -> float:
        """How far a corner is from a sliver, 0 where it is no ear."""
        if turn[k] <= 0:
            return 0.0
        a, b, c = flat[before[k]], flat[k], flat[after[k]]
        if reflex and _any_within([flat[r] for r in reflex], a, b, c):
            return 0.0
        return turn[k] / max(_square(a, b), _square(b, c), _square(c, a))

    shapes = {k: shape(k) for k in range(n)}
    out: list[Triangle] = []
    while len(shapes) > 3:
        ear = max(shapes, key=shapes.__getitem__)
        if shapes[ear] == 0:  # no ear left: something crosses itself, or all lies on a line
            ear = min(shapes, key=lambda k: abs(turn[k]))
        a, c = before[ear], after[ear]
        out.append((a, ear, c))
        del shapes[ear]
        reflex.discard(ear)
        after[a], before[c] = c, a
        for k in (a, c):
            turn[k] = _turn(flat[before[k]], flat[k], flat[after[k]])
            (reflex.add if turn[k] <= 0 else reflex.discard)(k)
        for k in (a, c):
            shapes[k] = shape(k)
    last = next(iter(shapes))
    return [*out, (last, after[last], before[last])]


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the signed area of a triangle: positive where the way a, b, c turns left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _square(a: Point, b: Point) -> float:
    return (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2


def _any_within(points: list[Point], a: Point, b: Point, c: Point) -> bool:
    """Whether a point lies in a triangle or on its border. One at a corner does not count: there the ring touches."""
    x, y = np.array(points).T
    inside = np.ones(len(points), bool)
    for p, q in ((a, b), (b, c), (c, a)):
        inside &= (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) >= 0
        inside &= (x != p[0]) | (y != p[1])
    return bool(inside.any())

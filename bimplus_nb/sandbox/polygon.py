"""Polygons with holes, cut into triangles without adding a point, so that neighbouring faces share whole edges.

Ear clipping; each hole is first joined to the outline by a bridge that is walked in both directions. Points on a
straight edge are kept. Outlines here have tens of points, for which the quadratic search is quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Outline = tuple[Point, ...]


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Outline:
    """A rectangle, counter-clockwise."""
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def signed_area(outline: Sequence[Point]) -> float:
    """The area of an outline, positive when it runs counter-clockwise."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise((*outline, outline[0]))) / 2


def counter_clockwise(outline: Sequence[Point]) -> Outline:
    """The outline as a tuple that runs counter-clockwise."""
    points = tuple((float(x), float(y)) for x, y in outline)
    return points if signed_area(points) > 0 else points[::-1]


@lru_cache(maxsize=4096)
def triangulate(outline: Outline, holes: tuple[Outline, ...] = ()) -> tuple[tuple[int, int, int], ...]:
    """Counter-clockwise triangles as indices into the outline's points followed by the holes' points.

    `outline` runs counter-clockwise, `holes` clockwise; nothing may touch or cross. Raises ValueError when it is stuck.
    """
    points = np.array([point for loop in (outline, *holes) for point in loop])
    return tuple(_clip_ears(points, _joined(points, outline, holes)))


def _cross(o: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twice the signed area of the triangles o, a, b."""
    u, v = a - o, b - o
    return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])


def _joined(points: NDArray[np.float64], outline: Outline, holes: tuple[Outline, ...]) -> list[int]:
    """One walk around outline and holes."""
    starts = np.cumsum([len(outline), *map(len, holes)])
    walk = list(range(len(outline)))
    waiting = [list(range(start, start + len(hole))) for start, hole in zip(starts, holes, strict=False)]
    # Rightmost hole first: the shortest bridges then rarely meet a hole that still waits.
    waiting.sort(key=lambda hole: -points[hole, 0].max())
    while waiting:
        hole = waiting.pop(0)
        i, j = _bridge(points, walk, hole, waiting)
        walk[i : i + 1] = [walk[i], *hole[j:], *hole[:j], hole[j], walk[i]]
    return walk


def _bridge(points: NDArray[np.float64], walk: list[int], hole: list[int], others: list[list[int]]) -> tuple[int, int]:
    """Places in the walk and in the hole between which the shortest free line runs."""
    distance = np.linalg.norm(points[walk][:, None] - points[hole][None], axis=2)
    loops = [walk, hole, *others]
    start = np.concatenate([points[loop] for loop in loops])
    end = np.concatenate([points[np.roll(loop, -1)] for loop in loops])
    for flat in np.argsort(distance, axis=None, kind="stable"):
        i, j = divmod(int(flat), len(hole))
        a, b = points[walk[i]], points[hole[j]]
        previous, following = points[walk[i - 1]], points[walk[(i + 1) % len(walk)]]
        if _inside_corner(previous, a, following, b) and not _blocked(a, b, start, end):
            return i, j
    raise ValueError("a hole touches or leaves the outline")


def _inside_corner(
    previous: NDArray[np.float64], corner: NDArray[np.float64], following: NDArray[np.float64], to: NDArray[np.float64]
) -> bool:
    """Whether the line from a corner to a point starts inside the polygon."""
    if _cross(previous, corner, following) > 0:
        return bool(_cross(corner, to, previous) > 0 and _cross(corner, following, to) > 0)
    return not bool(_cross(corner, to, following) >= 0 and _cross(corner, previous, to) >= 0)


def _blocked(
    a: NDArray[np.float64], b: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> bool:
    """Whether the line a-b meets any edge other than at its own ends."""
    sides = _cross(a, b, start), _cross(a, b, end)
    apart = (_cross(start, end, a) * _cross(start, end, b) < 0) & (sides[0] * sides[1] < 0)
    on_line = (sides[0] == 0) & (np.einsum("ij,ij->i", start - a, start - b) < 0)
    return bool(np.any(apart | on_line))


def _clip_ears(points: NDArray[np.float64], walk: list[int]) -> list[tuple[int, int, int]]:
    triangles = []
    place = 0
    misses = 0
    while len(walk) > 3:
        count = len(walk)
        a, b, c = walk[place - 1], walk[place % count], walk[(place + 1) % count]
        if _is_ear(points, walk, a, b, c):
            triangles.append((a, b, c))
            del walk[place % count]
            # Step past the neighbour: it gives rounder triangles than a fan from one corner.
            place, misses = place % (count - 1) + 1, 0
        else:
            place, misses = place + 1, misses + 1
            if misses > count:
                raise ValueError("the outline crosses itself")
        place %= len(walk)
    triangles.append((walk[0], walk[1], walk[2]))
    return triangles


def _is_ear(points: NDArray[np.float64], walk: list[int], a: int, b: int, c: int) -> bool:
    corners = points[[a, b, c]]
    if _cross(corners[0], corners[1], corners[2]) <= 0:
        return False
    rest = points[walk]
    inside = np.all([_cross(corners[i], corners[i - 2], rest) >= 0 for i in range(3)], axis=0)
    at_corner = np.any([np.all(rest == corner, axis=1) for corner in corners], axis=0)
    return not bool(np.any(inside & ~at_corner))


def offset(outline: Outline, distance: float) -> Outline:
    """The outline moved inwards by `distance` (outwards where negative), corners mitred; it runs counter-clockwise."""
    points = np.asarray(outline, dtype=float)
    edge = np.roll(points, -1, axis=0) - points
    edge /= np.linalg.norm(edge, axis=1, keepdims=True)
    inward = np.column_stack([-edge[:, 1], edge[:, 0]])
    before = np.roll(inward, 1, axis=0)
    moved = points + distance * (before + inward) / (1 + np.einsum("ij,ij->i", before, inward))[:, None]
    return tuple((float(x), float(y)) for x, y in moved)

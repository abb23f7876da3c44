"""Which objects lie wholly inside a frame drawn on the screen. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh
from bimplus_nb.geometry.arrays import Floats, ranges
from bimplus_nb.viewer.building import Building

_UP: Final = np.array([0.0, 1.0, 0.0])


def within(
    building: Building, which: NDArray[np.bool_], lift: Floats, sides: Floats, cuts: Sequence[Sequence[float]] = ()
) -> NDArray[np.bool_]:
    """(o,) bool: those of `which` (o,) of which nothing lies outside, and of which something is left by `cuts`.

    `lift` (o,) is how much higher each object is taken to be than it is.

    `sides` (k, 4): a place p is inside where ``sides[:, :3] @ p + sides[:, 3] >= 0``. `cuts` are sections, as
    (nx, ny, nz, d): what lies at ``n @ p > d`` is cut away, and does not count. mm, world.

    Most objects are settled by the boxes around them: those with the whole box inside are, and those with a whole face
    of it outside are not, because an object touches each face of its box. Only of the others the triangles are asked.
    """
    keep = np.array([[*(-np.array(cut[:3])), cut[3]] for cut in cuts]).reshape(-1, 4)
    rows = np.flatnonzero(which & building.drawn)
    bounds = building.bounds[rows] + lift[rows, None, None] * _UP
    least, _, most = _over(bounds, keep)
    there, whole = np.all(most >= 0, axis=1), np.all(least >= 0, axis=1)
    rows, bounds, whole = rows[there], bounds[there], whole[there]
    least, face, most = _over(bounds, sides)
    out = np.zeros(len(which), bool)
    out[rows] = whole & np.all(least >= 0, axis=1)
    maybe = np.all(np.where(whole[:, None], face, most) >= 0, axis=1)
    asked, outside, left = (np.zeros(len(which), bool) for _ in range(3))
    asked[rows] = maybe & ~out[rows]
    for one in building.instalments if asked.any() else ():
        of = building.owner[one.parts]
        parts = np.flatnonzero(asked[of])
        corners, part = _triangles(one.mesh, parts)
        corners = corners + lift[of[part], None, None] * _UP
        for plane in keep:
            corners, part = _clipped(corners, part, plane)
        left[of[part]] = True
        beyond = (corners @ sides[:, :3].T + sides[:, 3] < 0).any(axis=(1, 2))
        outside[of[part[beyond]]] = True
    return out | (left & ~outside)


def _over(bounds: Floats, planes: Floats) -> tuple[Floats, Floats, Floats]:
    """How high boxes (n, 2, 3) are over planes (k, 4), each (n, k): at least, the lowest face at most, and at most."""
    half, middle = (bounds[:, 1] - bounds[:, 0]) / 2, bounds.mean(axis=1)
    at, slope = middle @ planes[:, :3].T + planes[:, 3], np.abs(planes[:, :3])
    reach = half @ slope.T
    deepest = (half[:, None] * slope).max(axis=2, initial=0.0)
    return at - reach, at + reach - 2 * deepest, at + reach


def _triangles(mesh: Mesh, parts: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """The corners (t, 3, 3) of all triangles of these parts, and to which part each belongs (t,)."""
    count = np.diff(mesh.triangle_start)[parts]
    return mesh.vertices[mesh.triangles[ranges(mesh.triangle_start[parts], count)]], np.repeat(parts, count)


def _clipped(corners: Floats, part: NDArray[Any], plane: Floats) -> tuple[Floats, NDArray[Any]]:
    """What is left of triangles (t, 3, 3) on the side of a plane where it is positive, in triangles again."""
    at = corners @ plane[:3] + plane[3]
    kept = at >= 0
    count = kept.sum(axis=1)
    done, odd = count == 3, (count == 1) | (count == 2)
    # Turn each so that the corner that is alone on its side comes first.
    alone = np.argmax(kept[odd] == (count[odd] == 1)[:, None], axis=1)
    turn = (alone[:, None] + np.arange(3)) % 3
    a, b, c = np.take_along_axis(corners[odd], turn[..., None], axis=1).swapaxes(0, 1)
    u, v, w = np.take_along_axis(at[odd], turn, axis=1).T
    ab, ac = a + (b - a) * (u / (u - v))[:, None], a + (c - a) * (u / (u - w))[:, None]
    tip = count[odd] == 1
    corner = np.stack([np.where(tip[:, None], a, b), ab, np.where(tip[:, None], ac, c)], axis=1)
    rest = np.stack([c, ab, ac], axis=1)[~tip]
    return np.concatenate([corners[done], corner, rest]), np.concatenate([part[done], part[odd], part[odd][~tip]])

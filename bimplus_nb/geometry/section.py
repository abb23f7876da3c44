"""Where a plane cuts a mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints
from bimplus_nb.geometry.mesh import Mesh


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """The outline of a cut: ``segments`` (s, 2, 3) float64, mm, Y up, world; ``part`` (s,) int64, whose outline it is.

    Seen from the tip of the plane's normal, the solid lies left of each segment.
    """

    segments: Floats
    part: Ints


def section(
    mesh: Mesh, normal: Sequence[float] | Floats, at: float, *, parts: NDArray[np.bool_] | None = None
) -> Section:
    """The outline where the plane ``normal · p = at`` cuts a mesh, or those of its `parts` (a (p,) mask).

    `at` in mm along a normal of length 1 (another length is brought to 1, and `at` with it). A face that lies in the
    plane gives no segment of its own; its neighbours behind the plane do.
    """
    direction = np.asarray(normal, np.float64)
    length = float(np.linalg.norm(direction))
    if direction.shape != (3,) or not 0 < length < np.inf:
        raise ValueError("a plane needs a normal of three numbers that is not nought")
    height = (mesh.vertices @ direction - at) / length
    above = height >= 0
    side = above[mesh.triangles]
    triangle_part = mesh.triangle_part
    hit = side.any(axis=1) & ~side.all(axis=1)
    if parts is not None:
        hit &= parts[triangle_part]
    corners, side = mesh.triangles[hit], side[hit]
    # Turned so that the corner alone on its side comes first; both cut edges start there.
    alone = np.argmax(side == (side.sum(axis=1) == 1)[:, None], axis=1)
    turned = np.take_along_axis(corners, (alone[:, None] + np.arange(3)) % 3, axis=1)
    tip, one, two = turned.T
    ends = [_crossing(mesh.vertices, height, tip, other) for other in (one, two)]
    lone_above = above[tip][:, None, None]
    segments = np.stack(ends, axis=1)
    segments = np.where(lone_above, segments, segments[:, ::-1])
    return Section(segments, triangle_part[hit])


def _crossing(vertices: Floats, height: Floats, a: NDArray[np.int32], b: NDArray[np.int32]) -> Floats:
    """Where the edges a b meet the plane: (s, 3). Walked from the lower vertex, so that two triangles agree exactly."""
    low, high = np.where(height[a] < height[b], a, b), np.where(height[a] < height[b], b, a)
    share = height[low] / (height[low] - height[high])
    return np.asarray(vertices[low] + share[:, None] * (vertices[high] - vertices[low]))

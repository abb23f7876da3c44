"""What is measured between places, and the exact place that a rough one on a body means. Lengths mm, areas mm²."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.edges import creases
from bimplus_nb.geometry.mesh import Mesh

Kind: TypeAlias = Literal["point", "distance", "height", "angle", "area"]
Snap: TypeAlias = Literal["corner", "edge", "face"]

MOST: Final = 500
"""Corners of an area at most: what is drawn by hand has fewer."""

_PLACES: Final[dict[str, tuple[int, int]]] = {
    "point": (1, 1),
    "distance": (2, 2),
    "height": (2, 2),
    "angle": (3, 3),
    "area": (3, MOST),
}
# Of the square around its corners an area fills at least this share, or it is a line.
_SOME_AREA: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """One thing that was measured: its kind, the places (n, 3) it is measured between, and what lies there.

    - "point": one place; its value is the height above zero
    - "distance": two places
    - "height": two places, and how much higher the second is
    - "angle": three places, the corner being the second
    - "area": three or more, in the order in which they lie around it

    `ids` are the objects the places are on, "" where a place is on none or nobody said. Too few or too many places, and
    the corners of an area whose sides cross: ValueError.
    """

    kind: Kind
    points: Floats
    ids: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"a measurement is one of {', '.join(get_args(Kind))}; not {str(self.kind)[:40]!r}")
        least, most = _PLACES[self.kind]
        if self.points.shape != (len(self.points), 3) or not np.isfinite(self.points).all():
            raise ValueError("a place is three numbers: x, y and z in mm")
        if not least <= len(self.points) <= most or len(self.ids) != len(self.points):
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise ValueError(f"{self.kind} needs {wanted} places, not {len(self.points)}")
        if self.kind == "area" and crosses(self.points):
            raise ValueError("the sides of this area cross, or it has none: give its corners in the order around it")

    @property
    def value(self) -> float:
        """Degrees for an angle, mm² for an area, else mm."""
        first, last = self.points[0], self.points[-1]
        if self.kind == "point":
            return float(first[1])
        if self.kind == "distance":
            return float(np.linalg.norm(last - first))
        if self.kind == "height":
            return float(last[1] - first[1])
        if self.kind == "angle":
            return angle(*self.points)
        return float(np.linalg.norm(area_vector(self.points)))


def angle(one: Floats, corner: Floats, other: Floats) -> float:
    """The angle at a corner between the ways to two places, 0 to 180 degrees; 0 where one of them is the corner."""
    a, b = one - corner, other - corner
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)))


def area_vector(points: Floats) -> Floats:
    """(3,) mm²: as long as the area between the corners (n, 3) is large, and normal to it.

    Corners that lie in no plane: the area seen along the normal, which is where most is seen of it.
    """
    local = points - points[0]
    return np.asarray(np.cross(local, np.roll(local, -1, axis=0)).sum(axis=0) / 2)


def flatness(points: Floats) -> float:
    """How far the corners (n, 3) of an area lie off their mean plane, at most, mm."""
    vector = area_vector(points)
    height = (points - points.mean(axis=0)) @ (vector / (np.linalg.norm(vector) or 1.0))
    return float(np.abs(height).max())


def crosses(points: Floats) -> bool:
    """Whether sides of this polygon (n, 3), seen along its normal, cross one another, or it encloses nothing."""
    vector = area_vector(points)
    size, reach = np.linalg.norm(vector), np.ptp(points, axis=0).max()
    if size <= _SOME_AREA * reach**2:
        return True
    axes = np.delete(np.arange(3), np.argmax(np.abs(vector)))  # laid flat along an axis, which keeps what crosses
    start = (points - points[0])[:, axes]
    end = np.roll(start, -1, axis=0)

    def side(p: Floats, q: Floats, r: Floats) -> Floats:
        """(n, m): on which side of the line p q each r is."""
        way, to = (q - p)[:, None], r[None] - p[:, None]
        return np.asarray(np.sign(way[..., 0] * to[..., 1] - way[..., 1] * to[..., 0]))

    apart = side(start, end, start) * side(start, end, end) < 0
    return bool((apart & apart.T).any())


def exact(
    near: Sequence[float] | Floats, vertices: Floats, triangles: NDArray[np.int32], snap: Snap, reach: float
) -> Floats:
    """The place (3,) on a body that a place beside it means: the nearest corner, or on the nearest edge or face.

    An edge is where the surface bends or ends, as `creases` has it. Where no corner or edge is within `reach` mm, it is
    the nearest place on the surface.
    """
    local = vertices - np.asarray(near, np.float64)  # small numbers, wherever the body is
    ways = local if snap == "corner" else np.empty((0, 3))
    if snap == "edge":
        ways = _to_segments(local[_edges(vertices, triangles)])
    if not (np.einsum("ij,ij->i", ways, ways) <= reach**2).any():
        ways = _to_triangles(local[triangles])
    return np.asarray(near + ways[np.argmin(np.einsum("ij,ij->i", ways, ways))])


def _edges(vertices: Floats, triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """(s, 2): the creases of one body."""
    v, t = (np.array([0, n]) for n in (len(vertices), len(triangles)))
    body = Mesh(("",), vertices, triangles, v, t, np.zeros(1, np.int32), np.zeros((1, 4), np.uint8))
    return np.asarray(creases(body, shortest=0.0).index)


def _to_segments(segments: Floats) -> Floats:
    """(s, 3): from nought to the nearest place on each of these segments (s, 2, 3)."""
    start, way = segments[:, 0], segments[:, 1] - segments[:, 0]
    length = np.maximum(np.einsum("ij,ij->i", way, way), 1e-300)
    share = np.clip(-np.einsum("ij,ij->i", start, way) / length, 0, 1)
    return np.asarray(start + share[:, None] * way)


def _to_triangles(corners: Floats) -> Floats:
    """(n, 3): from nought to places on these triangles (t, 3, 3), the nearest of all among them."""
    sides = np.stack([corners, np.roll(corners, -1, axis=1)], axis=2)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    square = np.einsum("ij,ij->i", normal, normal)
    # Nought, seen along the normal, is within a triangle if it lies left of all three sides.
    left = np.einsum("ijk,ik->ij", np.cross(sides[:, :, 0], sides[:, :, 1]), normal)
    within = np.flatnonzero((left >= 0).all(axis=1) & (square > 0))
    above = np.einsum("ij,ij->i", normal[within], corners[within, 0]) / square[within]
    return np.concatenate([normal[within] * above[:, None], _to_segments(sides.reshape(-1, 2, 3))])

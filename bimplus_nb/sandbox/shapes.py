"""Closed bodies: boxes, prisms, walls with openings, pipes, stairs, roofs and what furniture is made of.

A `Body` is drawn with Z up, as architects draw, in mm; `Body.solid` turns it into the service's frame (Y up). Every
body is closed (each edge belongs to exactly two faces, which walk it in opposite directions), faces outward, and has a
known volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from math import cos, pi, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.sandbox.content import Solid
from bimplus_nb.sandbox.polygon import Outline, Point, counter_clockwise, rectangle, signed_area, triangulate

Vector = tuple[float, float, float]
_NO_QUADS = np.zeros((0, 4), np.int32)
_NO_TRIANGLES = np.zeros((0, 3), np.int32)


@dataclass(frozen=True, slots=True)
class Body:
    """A closed body without colour. Z up, mm; faces run counter-clockwise seen from outside."""

    vertices: NDArray[np.float64]  # (n, 3)
    triangles: NDArray[np.int32]  # (t, 3)
    quads: NDArray[np.int32]  # (q, 4), each plane and convex

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Body:
        """The same body elsewhere."""
        return Body(self.vertices + np.array([x, y, z]), self.triangles, self.quads)

    def turned(self, degrees: float) -> Body:
        """The same body turned about the vertical axis, counter-clockwise seen from above; quarter turns are exact."""
        c, s = _unit(degrees)
        x, y, z = self.vertices.T
        return Body(np.stack([c * x - s * y, s * x + c * y, z], axis=1), self.triangles, self.quads)

    def upright(self) -> Body:
        """The same body tipped up: what was drawn as plan (x, y) is now elevation (x, z), and it goes back along +y."""
        x, y, z = self.vertices.T
        top = z.max()
        return Body(np.stack([x, top - z, y], axis=1), self.triangles, self.quads)

    def sideways(self) -> Body:
        """The same body with its plan (x, y) as elevation (y, z), lying along +x."""
        x, y, z = self.vertices.T
        return Body(np.stack([z, x, y], axis=1), self.triangles, self.quads)

    @property
    def faces(self) -> NDArray[np.int32]:
        """All faces as triangles (t, 3), quads split as three.js splits them."""
        return np.concatenate([self.triangles, self.quads[:, [0, 1, 3]], self.quads[:, [1, 2, 3]]])

    @property
    def volume(self) -> float:
        """mm³, by the divergence theorem about the body's own corner."""
        corners = (self.vertices - self.vertices[0])[self.faces]
        return float(np.linalg.det(corners).sum() / 6)

    @property
    def size(self) -> Vector:
        """Extent along x, y and z, mm."""
        x, y, z = np.ptp(self.vertices, axis=0)
        return float(x), float(y), float(z)

    def solid(self, color: int) -> Solid:
        """The body in the service's frame: (x, y, z) becomes (x, z, -y). `color` is 0xAARRGGBB."""
        x, y, z = self.vertices.T
        return Solid(np.stack([x, z, -y], axis=1), self.triangles, self.quads, color)


def join(*bodies: Body) -> Body:
    """Several bodies as one, side by side; where they touch or overlap nothing is merged."""
    starts = np.cumsum([0, *(len(body.vertices) for body in bodies[:-1])])
    return Body(
        np.concatenate([body.vertices for body in bodies]),
        np.concatenate([body.triangles + np.int32(start) for body, start in zip(bodies, starts, strict=True)]),
        np.concatenate([body.quads + np.int32(start) for body, start in zip(bodies, starts, strict=True)]),
    )


def _unit(degrees: float) -> tuple[float, float]:
    if degrees % 90 == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(degrees // 90) % 4]
    return cos(radians(degrees)), sin(radians(degrees))


def circle(diameter: float, sides: int = 12) -> Outline:
    """A regular polygon inscribed in a circle about the origin, counter-clockwise."""
    r = diameter / 2
    return tuple((r * cos(2 * pi * k / sides), r * sin(2 * pi * k / sides)) for k in range(sides))


@lru_cache(maxsize=1024)
def _sides(sizes: tuple[int, ...], levels: int) -> NDArray[np.int32]:
    """The quads between rings of loops of these sizes."""
    count = sum(sizes)
    following = [start + (k + 1) % size for start, size in zip(_starts(sizes), sizes, strict=True) for k in range(size)]
    ring, beside = np.arange(count), np.array(following)
    level = np.arange(levels - 1)[:, None] * count
    return np.stack([level + ring, level + beside, level + beside + count, level + ring + count], axis=-1).reshape(
        -1, 4
    )


def _starts(sizes: Sequence[int]) -> list[int]:
    return [0, *accumulate(sizes[:-1])]


def _stack(rings: NDArray[np.float64], loops: tuple[Outline, ...]) -> Body:
    """The skin over rings (k, n, 3) of an outline and its holes, closed by their triangles at both ends."""
    sides = _sides(tuple(map(len, loops)), len(rings))
    top = rings.shape[1] * (len(rings) - 1)
    if len(loops) == 1 and len(loops[0]) == 4 and _convex(loops[0]):
        caps = np.array([[3, 2, 1, 0], [top, top + 1, top + 2, top + 3]])
        return Body(rings.reshape(-1, 3), _NO_TRIANGLES, np.concatenate([sides, caps]).astype(np.int32))
    flat = np.array(triangulate(loops[0], loops[1:]), np.int32)
    triangles = np.concatenate([flat[:, ::-1], flat + np.int32(top)])
    return Body(rings.reshape(-1, 3), triangles, sides)


def _loops(outline: Sequence[Point], holes: Sequence[Sequence[Point]]) -> tuple[Outline, ...]:
    """The outline counter-clockwise, its holes clockwise."""
    return counter_clockwise(outline), *(counter_clockwise(hole)[::-1] for hole in holes)


def _convex(outline: Outline) -> bool:
    return all(signed_area((outline[i - 2], outline[i - 1], outline[i])) > 0 for i in range(len(outline)))


def prism(outline: Sequence[Point], height: float, holes: Sequence[Sequence[Point]] = (), z: float = 0.0) -> Body:
    """A polygon with holes raised from `z` by `height`: a slab with its stair hole, a frame, a hollow column."""
    loops = _loops(outline, holes)
    x, y = np.array([point for loop in loops for point in loop]).T
    rings = np.array([np.column_stack([x, y, np.full(len(x), level)]) for level in (z, z + height)])
    return _stack(rings, loops)


def box(x: float, y: float, z: float, at: Vector = (0.0, 0.0, 0.0)) -> Body:
    """A box of that size whose lowest corner is at `at`."""
    return prism(rectangle(at[0], at[1], at[0] + x, at[1] + y), z, z=at[2])


@dataclass(frozen=True, slots=True)
class Opening:
    """A rectangular opening in a wall; `sill` is its height above the wall's foot, 0 for a door."""

    along: float
    sill: float
    width: float
    height: float


def wall(length: float, thickness: float, height: float, openings: Sequence[Opening] = ()) -> Body:
    """A wall along +x, its outer face at y = 0, with door and window openings. ValueError where one does not fit."""
    foot: list[Point] = [(0.0, 0.0)]
    holes: list[Outline] = []
    for each in sorted(openings, key=lambda opening: opening.along):
        left, right, top = each.along, each.along + each.width, each.sill + each.height
        if not (0 < left < right < length and 0 <= each.sill < top < height):
            raise ValueError(f"{each} does not fit into a wall of {length} x {height}")
        if each.sill == 0:
            foot += [(left, 0.0), (left, top), (right, top), (right, 0.0)]
        else:
            holes.append(rectangle(left, each.sill, right, top))
    return prism([*foot, (length, 0.0), (length, height), (0.0, height)], thickness, holes).upright()


def cylinder(diameter: float, height: float, sides: int = 12, bore: float = 0.0) -> Body:
    """A round column or an upright pipe (`bore` > 0) about the z axis."""
    return prism(circle(diameter, sides), height, [circle(bore, sides)] if bore else ())


def sweep(outline: Sequence[Point], path: Sequence[Vector], holes: Sequence[Sequence[Point]] = ()) -> Body:
    """A cross-section carried along a path with mitred corners: a duct, a pipe, a handrail.

    The section's first axis stays level where the path is level; between neighbouring pieces the body is not twisted.
    """
    loops = _loops(outline, holes)
    section = np.array([point for loop in loops for point in loop])
    points = np.asarray(path, dtype=float)
    along = np.diff(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    level = np.cross((0.0, 0.0, 1.0), along[0])
    # A path that starts upwards has no level direction of its own; x serves as well as any.
    level = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-9 else np.array([1.0, 0.0, 0.0])
    ring = points[0] + section[:, :1] * level + section[:, 1:] * np.cross(along[0], level)
    rings = [ring]
    for k in range(1, len(points)):
        mitre = along[k - 1] + along[min(k, len(along) - 1)]
        reach = (points[k] - rings[-1]) @ mitre / (along[k - 1] @ mitre)
        rings.append(rings[-1] + reach[:, None] * along[k - 1])
    return _stack(np.array(rings), loops)


def rounded(path: Sequence[Vector], radius: float, steps: int = 3) -> tuple[Vector, ...]:
    """A path whose corners are replaced by arcs of that radius, each in `steps` pieces."""
    points = np.asarray(path, dtype=float)
    result = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        u = (before - corner) / np.linalg.norm(before - corner)
        v = (after - corner) / np.linalg.norm(after - corner)
        half = np.arccos(np.clip(u @ v, -1, 1)) / 2
        centre = corner + (u + v) / np.linalg.norm(u + v) * radius / sin(half)
        start, sideways = corner + u * radius / tan(half) - centre, -u
        turn = np.linspace(0, pi - 2 * half, steps + 1)[:, None]
        result += list(centre + start * np.cos(turn) + radius * sideways * np.sin(turn))
    result.append(points[-1])
    return tuple((float(x), float(y), float(z)) for x, y, z in result)


def pipe(path: Sequence[Vector], diameter: float, *, bend: float = 0.0, sides: int = 10, bore: float = 0.0) -> Body:
    """A round pipe along a path; `bend` is the radius of its elbows, `bore` the inner diameter of a hollow one."""
    line = rounded(path, bend) if bend else path
    return sweep(circle(diameter, sides), line, [circle(bore, sides)] if bore else ())


def lathe(profile: Sequence[tuple[float, float]], sides: int = 10) -> Body:
    """A body turned about the z axis; `profile` is (radius, height) from the bottom, its ends at radius 0."""
    rings = np.array([[(r * x, r * y, z) for x, y in circle(2, sides)] for r, z in profile[1:-1]])
    base = len(rings) * sides
    vertices = np.concatenate([rings.reshape(-1, 3), [(0.0, 0.0, profile[0][1]), (0.0, 0.0, profile[-1][1])]])
    ring = np.arange(sides)
    beside, top = (ring + 1) % sides, base - sides
    ends = [(beside, ring, np.full(sides, base)), (top + ring, top + beside, np.full(sides, base + 1))]
    triangles = np.concatenate([np.stack(end, axis=1) for end in ends])
    return Body(vertices, triangles.astype(np.int32), _sides((sides,), len(rings)))


def length_of(path: Sequence[Vector]) -> float:
    """The length of a path, mm."""
    return float(sum(np.linalg.norm(np.subtract(b, a)) for a, b in pairwise(path)))

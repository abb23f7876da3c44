"""Between the frame of the viewer (mm, Y up) and that of BCF (metres, Z up)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from bimplus_nb.exchange.bcf.topics import Unreadable
from bimplus_nb.viewer.camera import FIELD_OF_VIEW, Camera, Point, axes
from bimplus_nb.viewer.capture import Plane

_AHEAD: Final = 10_000.0
_FURTHEST: Final = 1e10  # mm


def point_out(point: Point) -> Point:
    """A place, in metres, Z up."""
    x, y, z = point
    return x / 1000, 0.0 - z / 1000, y / 1000


def point_in(point: Point) -> Point:
    """A place, in mm, Y up."""
    x, y, z = point
    return x * 1000, z * 1000, 0.0 - y * 1000


def turned_out(way: Point) -> Point:
    """A direction, Z up."""
    x, y, z = way
    return x, 0.0 - z, y


def turned_in(way: Point) -> Point:
    """A direction, Y up."""
    x, y, z = way
    return x, z, 0.0 - y


def looking_out(camera: Camera) -> tuple[Point, Point, Point]:
    """Where a camera is, which way it looks, and what is up."""
    _, up, forward = axes(np.subtract(camera.target, camera.position)).tolist()
    return point_out(camera.position), turned_out(tuple(forward)), turned_out(tuple(up))


def looking_in(position: Point, direction: Point, *, fov: float | None = None, height: float | None = None) -> Camera:
    """The camera there. BCF knows no target: it lies ten metres ahead. What is up is not read: one stands upright, as
    in all viewers of the service. `height` in metres."""
    at, way = point_in(position), turned_in(direction)
    length = math.hypot(*way)
    if not all(math.isfinite(one) and abs(one) < _FURTHEST for one in (*at, length)) or length < 1e-9:
        raise Unreadable("its camera is nowhere, or looks no way")
    x, y, z = (a + w / length * _AHEAD for a, w in zip(at, way, strict=True))
    angle = fov if fov is not None and 1 <= fov <= 120 else FIELD_OF_VIEW
    tall = height * 1000 if height is not None and 0 < height < _FURTHEST else None
    return Camera(at, (x, y, z), angle, tall)


def plane_out(plane: Plane) -> tuple[Point, Point]:
    """A point of a plane, and the direction in which is cut away."""
    x, y, z, d = plane
    return point_out((x * d, y * d, z * d)), turned_out((x, y, z))


def plane_in(location: Point, direction: Point) -> Plane:
    """The plane through a point that cuts away what lies in a direction."""
    at, way = point_in(location), turned_in(direction)
    length = math.hypot(*way)
    if not all(math.isfinite(one) for one in (*at, length)) or length < 1e-9:
        raise Unreadable("a clipping plane of it is nowhere, or cuts no way")
    x, y, z = (one / length for one in way)
    return x, y, z, x * at[0] + y * at[1] + z * at[2]

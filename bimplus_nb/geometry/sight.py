"""What is in the way of one who looks along a ray, and which way a face looks. Lengths mm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.mesh import Mesh


def clearance(
    mesh: Mesh,
    bounds: Floats,
    start: Floats,
    way: Floats,
    objects: NDArray[np.bool_],
    most: float = np.inf,
    least: float = 0.0,
) -> float:
    """How far along a ray the first of these objects is met, mm; `most`, where that is farther or nothing is.

    `start` and `way` (3,), the way 1 long; `bounds` (o, 2, 3) and `objects` (o,) are those of the mesh's objects.
    What is met nearer than `least` mm does not count.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (bounds - start) / way  # where the ray passes the planes of each box
    enter = np.nan_to_num(np.fmin(between[:, 0], between[:, 1]), nan=-np.inf, posinf=np.inf, neginf=-np.inf)
    leave = np.nan_to_num(np.fmax(between[:, 0], between[:, 1]), nan=np.inf, posinf=np.inf, neginf=-np.inf)
    beside = (way == 0) & ((start < bounds[:, 0]) | (start > bounds[:, 1]))
    crossed = (np.max(enter, axis=1) <= np.minimum(np.min(leave, axis=1), most)) & (np.min(leave, axis=1) >= 0)
    rows = np.flatnonzero(objects & crossed & ~beside.any(axis=1))
    if not len(rows):
        return float(most)
    some = mesh.of(*(mesh.ids[row] for row in rows))
    corners = some.vertices[some.triangles] - start
    a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    # Möller and Trumbore, from both sides.
    h = np.cross(way, v)
    det = np.einsum("ij,ij->i", u, h)
    inverse = np.divide(1.0, det, out=np.zeros_like(det), where=np.abs(det) > 1e-9)
    along_u = np.einsum("ij,ij->i", -a, h) * inverse
    q = np.cross(-a, u)
    along_v = q @ way * inverse
    distance = np.einsum("ij,ij->i", v, q) * inverse
    hit = (inverse != 0) & (along_u >= 0) & (along_v >= 0) & (along_u + along_v <= 1) & (distance > least)
    return float(min(distance[hit].min(initial=np.inf), most))


def facing_normal(body: Mesh, point: Floats, way: Floats) -> Floats:
    """(3,), 1 long: which way the face of a body looks at a place on it, seen by one who looks along `way`.

    Of faces that meet there it is the one that looks most towards them.
    """
    corners = body.vertices[body.triangles] - point
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1)
    some = length > 0
    corners, normal = corners[some], normal[some] / length[some, None]
    if not len(normal):
        return np.asarray(-way / (np.linalg.norm(way) or 1.0))
    off = np.abs(np.einsum("ij,ij->i", normal, corners[:, 0]))  # of the plane; beside the triangle does not count
    sides = np.roll(corners, -1, axis=1) - corners
    outside = np.einsum("ijk,ijk->ij", np.cross(sides, -corners), normal[:, None]) / np.linalg.norm(sides, axis=2)
    far = np.maximum(off, np.maximum(-outside.min(axis=1), 0))
    near = far <= far.min() + 0.01
    turned = normal[near] * np.where(normal[near] @ way > 0, -1.0, 1.0)[:, None]  # the eye sees its front
    return np.asarray(turned[np.argmin(turned @ way)])

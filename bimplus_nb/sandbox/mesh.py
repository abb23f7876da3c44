"""The `mesh` an object is created with, read into a body and written from one.

Two spellings: ``{"color", "vertices", "faces"}``, and an older text with JSON of ``C``, ``V`` and ``F`` inside. Faces
are polygons, each led by its number of corners (not the face records of threejs answers). Millimetres, Z up, local
coordinates that `matrix` (base64 of 16 little-endian float64, row by row) puts in the world; polygons run clockwise
seen from outside. Source: Bimplus documentation, Object Service; its examples, compared corner by corner.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.sandbox.content import Solid
from bimplus_nb.sandbox.fields import Fields, finite, parse
from bimplus_nb.sandbox.polygon import signed_area, triangulate
from bimplus_nb.sandbox.problem import bad

_SPELLINGS = (("color", "vertices", "faces"), ("c", "v", "f"))
FAR = 1e9  # mm: a thousand kilometres
_MOST_CORNERS = 500


def read(mesh: Any, matrix: Any) -> Solid:
    """The body a mesh describes, in the service's frame. Anything wrong with it is a 400."""
    if isinstance(mesh, str):
        mesh = parse(mesh.encode())
    if not isinstance(mesh, dict):
        raise bad("geometry.mesh must be an object, or a text with one inside.")
    fields = Fields(mesh, "geometry.mesh.")
    names = next((names for names in _SPELLINGS if names[1] in fields and names[2] in fields), None)
    if names is None:
        raise bad("geometry.mesh must have vertices and faces (or V and F).")
    color, points, faces = fields.raw(names[0]), fields.items(names[1]), fields.items(names[2])
    vertices = _points(points or [])
    if matrix is not None:
        placed = np.column_stack((vertices, np.ones(len(vertices)))) @ matrix_of(matrix).T
        vertices = placed[:, :3]
    vertices = vertices[:, [0, 2, 1]] * (1, 1, -1)
    if not np.abs(vertices).max(initial=0) < FAR:
        raise bad("geometry.mesh lies too far away.")
    triangles, quads = [], []
    for polygon in _polygons(faces or [], len(vertices)):
        if len(polygon) == 4:
            quads.append(polygon)
        else:
            triangles.extend(_triangles(vertices, polygon))
    number = int(finite(color, "geometry.mesh color")) if color is not None else 0xFFA0A0A0
    return Solid(
        vertices,
        np.array(triangles, dtype=np.int32).reshape(-1, 3),
        np.array(quads, dtype=np.int32).reshape(-1, 4),
        number & 0xFFFFFFFF,
    )


def write(vertices: list[float], triangles: NDArray[Any], quads: NDArray[Any], color: int) -> dict[str, Any]:
    """A body as a mesh in the newer spelling, in world coordinates (no matrix)."""
    x, y, z = np.asarray(vertices, dtype=float).reshape(-1, 3).T
    faces = [
        number for polygons in (quads, triangles) for face in polygons.tolist() for number in (len(face), *face[::-1])
    ]
    points = np.column_stack((x, -z, y)) + 0.0
    return {"color": color & 0xFFFFFFFF, "vertices": points.ravel().tolist(), "faces": faces}


def _points(numbers: list[Any]) -> NDArray[np.float64]:
    if len(numbers) % 3 or any(type(number) not in (int, float) for number in numbers):
        raise bad("geometry.mesh vertices must be numbers, three a point.")
    return np.array(numbers, dtype=float).reshape(-1, 3)


def matrix_of(text: Any) -> NDArray[np.float64]:
    """A matrix from how it is written; its translation is in the last column."""
    try:
        matrix = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f8")
    except (binascii.Error, ValueError, TypeError):
        matrix = np.empty(0)
    if matrix.size != 16 or not np.isfinite(matrix).all() or np.abs(matrix).max() > FAR:
        raise bad("element.matrix must be base64 of 16 little-endian float64.")
    return matrix.reshape(4, 4)


def _polygons(numbers: list[Any], count: int) -> list[list[int]]:
    """The polygons, turned to run counter-clockwise."""
    if any(type(number) is not int for number in numbers):
        raise bad("geometry.mesh faces must be whole numbers.")
    polygons, stream = [], iter(numbers)
    for corners in stream:
        polygon = list(itertools.islice(stream, max(corners, 0)))
        if len(polygon) < corners:
            raise bad("geometry.mesh faces end in the middle of a polygon.")
        if not 3 <= corners <= _MOST_CORNERS:
            raise bad(f"geometry.mesh polygons have 3 to {_MOST_CORNERS} corners.")
        if not 0 <= min(polygon) <= max(polygon) < count:
            raise bad("geometry.mesh faces name a point that is not there.")
        polygons.append(polygon[::-1])
    return polygons


def _triangles(vertices: NDArray[np.float64], polygon: list[int]) -> list[list[int]]:
    """A polygon cut into triangles, seen along its own normal (Newell's)."""
    if len(polygon) == 3:
        return [polygon]
    points = vertices[polygon]
    after = np.roll(points, -1, axis=0)
    normal = np.cross(points - points[0], after - points[0]).sum(axis=0)
    axis = int(np.argmax(np.abs(normal)))
    flat = np.delete(points, axis, axis=1)
    outline = tuple((float(x), float(y)) for x, y in flat)
    turned = signed_area(outline) < 0
    try:
        cut = triangulate(outline[::-1] if turned else outline)
    except ValueError:
        raise bad("geometry.mesh has a polygon that cannot be cut into triangles.") from None
    last = len(polygon) - 1
    return [[polygon[last - i] for i in face[::-1]] if turned else [polygon[i] for i in face] for face in cut]

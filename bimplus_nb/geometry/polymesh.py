"""`mesh`: the polygons that objects are created from and that `GET /objects/{id}` answers.

Two spellings: an object ``{"color", "vertices", "faces"}``, or a JSON string ``{"C", "V", "F"}`` (also ``Color``,
``Vertices``, ``Faces``). `faces` are ``n, i0 … in-1`` for each polygon, which is not the record of THREE's format.
Z up, mm, local to ``element.matrix`` where there is one. Polygons run clockwise seen from outside.
Source: Bimplus documentation, Object Service, and its examples, whose signed volumes are negative.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.geometry.polygons import Triangle, triangulate
from bimplus_nb.geometry.wire import FAR, GREY, Unreadable, matrix_of, moved, rgba, y_up

# Ears are sought among all corners for each ear: n³ at worst, so a polygon of many thousand corners would not end.
_MOST_CORNERS = 2_000


def decode_polymesh(mesh: Any, *, id: str = "", matrix: Any = None) -> Mesh:
    """The mesh of one object from its `mesh`, in world coordinates, Y up, counter-clockwise seen from outside.

    `mesh`: a mapping or a JSON string, as the service writes it. `matrix`: `attributes.element.matrix`, base64 or 16
    numbers. A colour of 0, as in the answers, means none: grey. `GeometryError`: it cannot be read.
    """
    try:
        said = _members(json.loads(mesh) if isinstance(mesh, str | bytes) else mesh)
        vertices = _vertices(said.get("vertices", said.get("v")))
        polygons = _polygons(said.get("faces", said.get("f")), len(vertices))
        return polyhedron(id, vertices, polygons, said.get("color", said.get("c")), matrix)
    except (Unreadable, ValueError, RecursionError) as reason:
        raise GeometryError(f"mesh of {id or 'an object'}: {reason}") from None


def polyhedron(id_: str, vertices: Floats, polygons: list[list[int]], argb: Any, matrix: Any) -> Mesh:
    """The mesh of polygons that run clockwise seen from outside, Z up, local to `matrix`.

    `vertices`: (v, 3) mm. `argb`: an integer; 0 or None is no colour.
    """
    triangles: list[Triangle] = []
    for polygon in polygons:
        # A corner named twice in a row makes no area.
        ring = [corner for corner, before in zip(polygon, [polygon[-1], *polygon], strict=False) if corner != before]
        if len(ring) > _MOST_CORNERS:
            raise Unreadable(f"a polygon of {len(ring)} corners, more than {_MOST_CORNERS}")
        if len(ring) > 2:
            triangles += triangulate(vertices, ring[::-1])
    world = y_up(moved(place := matrix_of(matrix), vertices))
    faces = np.array(triangles, np.int64).reshape(-1, 3)
    if np.linalg.det(place[:3, :3]) < 0:
        faces = faces[:, ::-1]
    if len(world) and not (np.abs(world) <= FAR).all():
        raise Unreadable("its matrix takes it farther away than 10⁹ m")
    color = rgba([argb]) if isinstance(argb, int) and argb else np.array([GREY])
    return Mesh.from_parts([id_], world, faces, np.array([len(world)]), np.array([len(faces)]), color)


def _members(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise Unreadable("neither a mapping nor a JSON string of one")
    return {str(key).lower(): value for key, value in said.items()}


def _vertices(value: Any) -> Floats:
    if not isinstance(value, list) or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in value):
        raise Unreadable("its vertices are not a list of numbers")
    if len(value) % 3:
        raise Unreadable(f"{len(value)} vertex coordinates, which is no multiple of 3")
    if not all(abs(x) <= FAR for x in value):
        raise Unreadable("a vertex that is not a finite number, or farther away than 10⁹ m")
    return np.array(value, np.float64).reshape(-1, 3)


def _polygons(value: Any, vertices: int) -> list[list[int]]:
    if not isinstance(value, list) or not all(isinstance(x, int) and not isinstance(x, bool) for x in value):
        raise Unreadable("its faces are not a list of whole numbers")
    out, at = [], 0
    while at < len(value):
        corners = value[at]
        polygon = value[at + 1 : at + 1 + corners] if corners > 0 else []
        if corners < 3 or len(polygon) < corners:
            raise Unreadable(f"a polygon of {corners} corners" if corners < 3 else "its last polygon is cut short")
        if not all(0 <= corner < vertices for corner in polygon):
            raise Unreadable(f"a polygon that uses a vertex beyond its {vertices}")
        out.append(polygon)
        at += 1 + corners
    return out

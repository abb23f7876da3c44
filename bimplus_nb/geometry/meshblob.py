"""`meshblob`: a polyhedron as base64(gzip(BinaryFormatter)), the form `GET …/geometries/meshblob` answers.

Points, edges (1-based point numbers) and faces (1-based edge numbers, negative where the edge is walked backwards).
As in `mesh`: Z up, mm, local to the matrix beside it, faces clockwise seen from outside. The colour hides in
`m_Radius`, under the keys -1 to -4 for red, green, blue, alpha.
Source: Bimplus documentation, Object Service, its examples decoded.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import numpy as np

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry import nrbf
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.geometry.polymesh import polyhedron
from bimplus_nb.geometry.wire import FAR, Unreadable

# A polyhedron of 100,000 points takes about 10 MB; the examples take 4 kB.
_MOST_BYTES = 32 * 2**20


def decode_meshblob(picture: Any, *, id: str = "", matrix: Any = None) -> Mesh:
    """The mesh of one object from its blob, in world coordinates, Y up, counter-clockwise seen from outside.

    `picture`: `attributes.geometry.picture`, base64. `matrix`: the one beside it, base64 or 16 numbers.
    `GeometryError`: not such a blob, or one that unpacks to more than 32 MB; unknown records are never interpreted.
    """
    try:
        root, found = nrbf.objects(_unpacked(picture))
        return _Polyhedron(root, found).mesh(id, matrix)
    except Unreadable as reason:
        raise GeometryError(f"meshblob of {id or 'an object'}: {reason}") from None


def _unpacked(picture: Any) -> bytes:
    if not isinstance(picture, str | bytes):
        raise Unreadable("not base64")
    try:
        packed = base64.b64decode(picture, validate=True)
        gzip = zlib.decompressobj(wbits=31)
        stream = gzip.decompress(packed, _MOST_BYTES)
    except (binascii.Error, ValueError):
        raise Unreadable("not base64") from None
    except zlib.error:
        raise Unreadable("not gzip") from None
    if gzip.unconsumed_tail:
        raise Unreadable(f"it unpacks to more than {_MOST_BYTES // 2**20} MB")
    if not gzip.eof or gzip.unused_data:
        raise Unreadable("its gzip stream is cut short, or something follows it")
    return stream


class _Polyhedron:
    """The parts of a polyhedron, looked up among the objects of a stream."""

    def __init__(self, root: int, found: dict[int, Any]) -> None:
        self._found = found
        self._root = self._of_class(nrbf.Reference(root), "CBaseElementPolyeder")

    def mesh(self, id_: str, matrix: Any) -> Mesh:
        points = [self._of_class(item, "CElementPoint") for item in self._items(self._root["point"])]
        vertices = np.array([[point["x"], point["y"], point["z"]] for point in points], np.float64).reshape(-1, 3)
        if not (np.abs(vertices) <= FAR).all():
            raise Unreadable("a vertex that is not a finite number, or farther away than 10⁹ m")
        edges = [self._of_class(item, "CElementEdge") for item in self._items(self._root["edge"])]
        faces = [self._of_class(item, "CElementFace") for item in self._items(self._root["face"])]
        ways = [(edge["begin"] - 1, edge["end"] - 1) for edge in edges]
        polygons = [_ring(self._items(face["edges"]), ways, len(vertices)) for face in faces]
        return polyhedron(id_, vertices, polygons, self._color(), matrix)

    def _color(self) -> int | None:
        """ARGB, or None where the blob names no colour."""
        if self._root["m_Radius"] is None:
            return None
        counted = self._of_class(self._root["m_Radius"], "CountArray")
        keys, values = self._items(counted["m_Counter"]), self._items(counted["m_Values"])
        said = dict(zip(keys, values, strict=False))
        red, green, blue, alpha = (said.get(key, -1) for key in (-1, -2, -3, -4))
        if not all(isinstance(x, int | float) and 0 <= x <= 255 for x in (red, green, blue, alpha)):
            return None
        return int(alpha) << 24 | int(red) << 16 | int(green) << 8 | int(blue)

    def _of_class(self, item: Any, name: str) -> dict[str, Any]:
        value = self._found.get(item.id) if isinstance(item, nrbf.Reference) else item
        if not isinstance(value, dict) or value["class"] != name:
            raise Unreadable(f"something else where a {name} should be")
        return value

    def _items(self, item: Any) -> list[Any]:
        """What a List holds: the first `_size` of its places."""
        members = self._of_class(item, "List")
        array = self._found.get(members["_items"].id) if isinstance(members["_items"], nrbf.Reference) else None
        if not isinstance(array, list) or not 0 <= members["_size"] <= len(array):
            raise Unreadable("a list without its items")
        return array[: members["_size"]]


def _ring(edges: list[Any], ways: list[tuple[int, int]], points: int) -> list[int]:
    """The points along the edges of a face, which must be one closed way."""
    ring: list[int] = []
    goal = None
    for number in edges:
        if not isinstance(number, int) or not 0 < abs(number) <= len(ways):
            raise Unreadable("a face that uses an edge which there is not")
        begin, end = ways[number - 1] if number > 0 else ways[-number - 1][::-1]
        if not 0 <= begin < points or not 0 <= end < points:
            raise Unreadable(f"an edge that uses a vertex beyond its {points}")
        if goal not in (None, begin):
            raise Unreadable("a face whose edges are not one way round")
        ring.append(begin)
        goal = end
    if len(ring) < 3 or goal != ring[0]:
        raise Unreadable("a face whose edges are not one way round")
    return ring

"""Bodies as `meshblob`: base64(gzip(.NET BinaryFormatter)) of a polyhedron of points, edges and faces.

Z up, mm, local to the matrix beside it; faces run clockwise seen from outside; edges and points are counted from 1, and
an edge walked backwards is negative. `m_Radius` holds the colour under the keys -1 to -4.
Source: Bimplus documentation, Object Service, its examples decoded; the records are those of [MS-NRBF].
"""

from __future__ import annotations

import base64
import gzip
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.threejs import faces_of

_LIBRARY = "PPAttribPictureType3, Version=2011.0.4906.41750, Culture=neutral, PublicKeyToken=null"
_MSCORLIB = "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
_OURS = "Nemetschek.NUtilLibrary."
_POLYHEDRON_TYPE, _PICTURE_TYPE = 4099, 3

# The numbers of the objects that every stream has; what is counted in them follows.
_ROOT, _LIB, _POINTS, _EDGES, _FACES, _RADIUS, _KEYS, _AMOUNTS = 1, 2, 3, 4, 5, 6, 10, 11
_ARRAY_OF = {_POINTS: 7, _EDGES: 8, _FACES: 9, _KEYS: 12, _AMOUNTS: 13}
_FIRST = 14

_DOUBLE, _INT32, _INT16, _BYTE, _SINGLE = b"\x06", b"\x08", b"\x07", b"\x02", b"\x0b"
_NULL, _END = b"\x0a", b"\x0b"
_REFERENCE = np.dtype([("kind", "u1"), ("id", "<i4")])
_LIKE = [("kind", "u1"), ("id", "<i4"), ("like", "<i4")]


def answer(store: Store, bodies: list[int]) -> bytes:
    """The answer with these bodies of the store, a further body of an object under a virtual id."""
    rows = store.rows(
        "SELECT s.x0, s.y0, s.z1, s.color, s.head, s.geometry, s.tail, s.part FROM json_each(?) j "
        "CROSS JOIN solids s ON s.seq = j.value",
        orjson.dumps(bodies).decode(),
    )
    objects = []
    for x, y, z, color, head, geometry, tail, part in rows:
        written = orjson.loads(b"{" + geometry + b"}")
        origin = np.floor(np.array([x, -z, y]))
        world = np.array(written["vertices"], dtype="<f8").reshape(-1, 3)
        local = world[:, [0, 2, 1]] * (1, -1, 1) - origin
        triangles, quads = (faces[:, ::-1].astype("<i4").tobytes() for faces in faces_of(written["faces"]))
        shape = {
            "compress": True,
            "picture": _picture(local.tobytes(), triangles, quads, color),
            "type": _PICTURE_TYPE,
            "matrix": base64.b64encode(_translation(origin).tobytes()).decode(),
        }
        related = tail if part else b""
        objects.append(head + b',"attributes":{"geometry":' + orjson.dumps(shape) + related + b"}}")
    return b'{"elementsCount":%d,"objects":[%s]}' % (len(objects), b",".join(objects))


def _translation(by: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.identity(4, dtype="<f8")
    matrix[:3, 3] = by
    return matrix


@lru_cache(maxsize=256)
def _picture(points: bytes, triangles: bytes, quads: bytes, color: int) -> str:
    """Alike bodies, as windows are, have one picture: only their matrices differ."""
    polygons = [np.frombuffer(faces, "<i4").reshape(-1, n) for faces, n in ((quads, 4), (triangles, 3))]
    data = stream(np.frombuffer(points, "<f8").reshape(-1, 3), polygons, color)
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()


def stream(points: NDArray[Any], polygons: Sequence[NDArray[Any]], color: int) -> bytes:
    """The stream of one polyhedron. `polygons`: (n, corners) arrays of point numbers from 0; `color`: ARGB."""
    edges, rings = _edges(polygons)
    faces = sum(len(ring) for ring in rings)
    at_points, at_edges = _FIRST, _FIRST + len(points)
    at_faces = at_edges + len(edges)
    at_rings, at_arrays = at_faces + faces, at_faces + 2 * faces
    references = _references(np.arange(at_rings, at_arrays))
    parts = [
        struct.pack("<Biiii", 0, _ROOT, -1, 1, 0),
        b"\x0c" + struct.pack("<i", _LIB) + _text(_LIBRARY),
        _root(),
        _list_of_objects(_POINTS, "CElementPoint", at_points, len(points)),
        _list_of_objects(_EDGES, "CElementEdge", at_edges, len(edges)),
        _list_of_objects(_FACES, "CElementFace", at_faces, faces),
        _color(color),
        _many("CElementPoint", dict.fromkeys("xyz", b"\x00" + _DOUBLE), at_points, points.astype("<f8")),
        _many("CElementEdge", dict.fromkeys(("begin", "end"), b"\x00" + _INT32), at_edges, edges.astype("<i4") + 1),
        _many("CElementFace", {"edges": _generic("System.Int32")}, at_faces, references),
        *_rings(rings, at_rings, at_arrays),
        _END,
    ]
    return b"".join(parts)


def _edges(polygons: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], list[NDArray[Any]]]:
    """Every edge once, from its lower point to its higher one, and each polygon as signed edge numbers."""
    ways = [np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).astype(np.int64) for faces in polygons]
    both = np.concatenate([way.reshape(-1, 2) for way in ways])
    count = int(both.max(initial=0)) + 1
    low, high = both.min(axis=1, initial=count), both.max(axis=1, initial=0)
    known, number = np.unique(low * count + high, return_inverse=True)
    signed = np.where(both[:, 0] <= both[:, 1], number + 1, -number - 1)
    ends = np.cumsum([faces.size for faces in polygons])[:-1]
    rings = [part.reshape(faces.shape) for part, faces in zip(np.split(signed, ends), polygons, strict=True)]
    return np.stack([known // count, known % count], axis=1), rings


# records --------------------------------------------------------------------------------------------------------------


def _text(value: str) -> bytes:
    """A text led by its length, seven bits a byte."""
    raw, size = value.encode(), b""
    left = len(raw)
    while left > 127:
        size, left = size + bytes([left & 127 | 128]), left >> 7
    return size + bytes([left]) + raw


def _generic(of: str) -> bytes:
    """The type of a member that is a List<of>."""
    return b"\x03" + _text(_list_name(of))


def _list_name(of: str) -> str:
    home = _MSCORLIB if of.startswith("System.") else _LIBRARY
    return f"System.Collections.Generic.List`1[[{of if of.startswith('System.') else _OURS + of}, {home}]]"


def _ours(name: str) -> bytes:
    """The type of a member that is a class of the library."""
    return b"\x04" + _text(_OURS + name) + struct.pack("<i", _LIB)


def _declared(number: int, name: str, members: Mapping[str, bytes], *, system: bool = False) -> bytes:
    """A class with its members and their types (first byte the kind, then what is to be known of it)."""
    library = b"" if system else struct.pack("<i", _LIB)
    names = b"".join(_text(member) for member in members)
    kinds = b"".join(kind[:1] for kind in members.values()) + b"".join(kind[1:] for kind in members.values())
    title = _text(name if system else _OURS + name) + struct.pack("<i", len(members))
    return (b"\x04" if system else b"\x05") + struct.pack("<i", number) + title + names + kinds + library


def _reference(number: int) -> bytes:
    return struct.pack("<Bi", 9, number)


def _references(numbers: NDArray[Any]) -> NDArray[Any]:
    out = np.empty(len(numbers), _REFERENCE)
    out["kind"], out["id"] = 9, numbers
    return out


def _root() -> bytes:
    members = {
        "point": _generic("CElementPoint"),
        "edge": _generic("CElementEdge"),
        "face": _generic("CElementFace"),
        "m_Radius": _ours("CountArray"),
        "m_Bendingrolle": _ours("CountArray"),
        "type": _ours("PolyederType"),
        "ID": b"\x03" + _text("System.Guid"),
    }
    guid = {"_a": _INT32, "_b": _INT16, "_c": _INT16, **{f"_{letter}": _BYTE for letter in "defghijk"}}
    return b"".join(
        [
            _declared(_ROOT, "CBaseElementPolyeder", members),
            *(_reference(number) for number in (_POINTS, _EDGES, _FACES, _RADIUS)),
            _NULL,
            # Values that are written inside another object have negative numbers.
            _declared(-7, "PolyederType", {"value__": b"\x00" + _INT32}) + struct.pack("<i", _POLYHEDRON_TYPE),
            _declared(-8, "System.Guid", {name: b"\x00" + kind for name, kind in guid.items()}, system=True),
            bytes(16),
        ]
    )


def _list_of_objects(number: int, of: str, first: int, count: int) -> bytes:
    """A list of so many objects that are numbered from `first`, with the array they stand in."""
    items = b"\x04" + _text(f"{_OURS}{of}[]") + struct.pack("<i", _LIB)
    array = struct.pack("<BiBiiB", 7, _ARRAY_OF[number], 0, 1, count, 4) + _text(_OURS + of) + struct.pack("<i", _LIB)
    return _list(number, of, items, count) + array + _references(np.arange(first, first + count)).tobytes()


def _list(number: int, of: str, items: bytes, count: int) -> bytes:
    members = {"_items": items, "_size": b"\x00" + _INT32, "_version": b"\x00" + _INT32}
    values = _reference(_ARRAY_OF[number]) + struct.pack("<ii", count, count)
    return _declared(number, _list_name(of), members, system=True) + values


def _color(argb: int) -> bytes:
    red, green, blue, alpha = ((argb & 0xFFFFFFFF) >> shift & 255 for shift in (16, 8, 0, 24))
    members = {"m_Counter": _generic("System.Int32"), "m_Values": _generic("System.Single")}
    return b"".join(
        [
            _declared(_RADIUS, "CountArray", members) + _reference(_KEYS) + _reference(_AMOUNTS),
            _list(_KEYS, "System.Int32", b"\x07" + _INT32, 4),
            struct.pack("<BiiB4i", 15, _ARRAY_OF[_KEYS], 4, _INT32[0], -1, -2, -3, -4),
            _list(_AMOUNTS, "System.Single", b"\x07" + _SINGLE, 4),
            struct.pack("<BiiB4f", 15, _ARRAY_OF[_AMOUNTS], 4, _SINGLE[0], red, green, blue, alpha),
        ]
    )


def _many(name: str, members: Mapping[str, bytes], first: int, values: NDArray[Any]) -> bytes:
    """Objects of one class, numbered from `first`: one with the declaration, the others refer to it."""
    if not len(values):
        return b""
    others = np.empty(len(values) - 1, [*_LIKE, ("values", values.dtype, values.shape[1:])])
    others["kind"], others["like"], others["values"] = 1, first, values[1:]
    others["id"] = np.arange(first + 1, first + len(values))
    lead: bytes = values[0].tobytes()
    return _declared(first, name, members) + lead + others.tobytes()


def _rings(rings: Sequence[NDArray[Any]], first: int, first_array: int) -> list[bytes]:
    """The lists of edge numbers, one a face, and then the arrays they stand in."""
    lists, arrays, done = [], [], 0
    for ring in rings:
        count, corners = ring.shape
        numbers = np.arange(done, done + count)
        done += count
        listed = np.empty(
            count,
            [
                ("kind", "u1"),
                ("id", "<i4"),
                ("like", "<i4"),
                ("items", _REFERENCE),
                ("size", "<i4"),
                ("version", "<i4"),
            ],
        )
        # They are lists of int as the colour's keys are, whose class is declared.
        listed["kind"], listed["id"], listed["like"] = 1, first + numbers, _KEYS
        listed["items"], listed["size"], listed["version"] = _references(first_array + numbers), corners, corners
        lists.append(listed.tobytes())
        array = np.empty(
            count, [("kind", "u1"), ("id", "<i4"), ("size", "<i4"), ("of", "u1"), ("edges", "<i4", (corners,))]
        )
        array["kind"], array["id"], array["size"], array["of"] = 15, first_array + numbers, corners, _INT32[0]
        array["edges"] = ring
        arrays.append(array.tobytes())
    return [*lists, *arrays]

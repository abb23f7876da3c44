"""`Mesh` -> GLB: glTF 2.0 in one binary file.

Source: Khronos, glTF 2.0 Specification (https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html), sections 3 and 4.

**Places.** glTF counts in metres, Y up, and its vertices are float32. Each object has a node of its own whose
translation (written as decimal numbers) is about the middle of the object, and its vertices are counted from there:
they are right to a micrometre, or for objects of more than 16 m to float32. What lies more than a kilometre from
nought is moved to its own middle first; by how much stands in the root node's ``extras.origin_mm`` and not in its
translation, because many programs multiply the matrices of nodes in float32, where 1000 km away all jitters by 6 cm.

**Sizes.** Objects that are alike but for their place share one mesh, and parts that are alike their vertices.
There are no normals: without them a reader must shade flat, which is right for buildings.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb._version import __version__
from bimplus_nb.geometry import Mesh, measure
from bimplus_nb.geometry.arrays import offsets, same
from bimplus_nb.geometry.batch import FILLABLE
from bimplus_nb.text import plain

# mm; nearer to nought than this coordinates stay as they are.
NEAR: Final = 1e6
# Numbers of the specification: component types and what a buffer view is for.
_USHORT, _UINT, _FLOAT, _VERTICES, _INDICES = 5123, 5125, 5126, 34962, 34963


def to_glb(
    mesh: Mesh,
    *,
    names: Mapping[str, str] | None = None,
    extras: Mapping[str, Mapping[Any, Any]] | None = None,
    title: str = "",
    origin: Sequence[float] | None = None,
) -> bytes:
    """The mesh as a GLB file: one node an object, named by `names` (id -> name), one primitive a part.

    A node's ``extras`` are its ``id`` and what `extras` says (id -> anything that JSON can say; numbers that are none
    become null). `origin`, (3,) mm, is what becomes (0, 0, 0); give two files the same one and they fit together. By
    default nothing is moved within a kilometre of nought, else the middle, to a whole metre. A part is drawn from both
    sides unless it is closed. `ValueError`: more than 4 GiB.
    """
    names, extras = names or {}, extras or {}
    moved = _origin(mesh) if origin is None else np.asarray(origin, np.float64)
    middle = _middle(mesh)
    store, materials = _Store(), _Numbered()
    primitives: list[list[tuple[int, int]]] = [[] for _ in mesh.ids]
    looks = zip(mesh.owner.tolist(), map(tuple, mesh.color.tolist()), _closed(mesh).tolist(), strict=True)
    for (owner, color, closed), (positions, corners) in zip(looks, _parts(mesh, middle), strict=True):
        if len(corners):
            primitives[owner].append((store.geometry(positions, corners), materials.number((color, closed))))
    meshes = _Numbered()
    nodes: list[dict[str, Any]] = []
    for id_, drawn, place in zip(mesh.ids, primitives, ((middle - moved) / 1000).tolist(), strict=True):
        node = {"name": plain(names.get(id_, id_)), "extras": {**_sayable(extras.get(id_, {})), "id": id_}}
        nodes.append(node | ({"mesh": meshes.number(tuple(drawn)), "translation": place} if drawn else {}))
    root = {"name": plain(title) or "Model", "extras": {"origin_mm": moved.tolist()}}
    document = {
        "asset": {"version": "2.0", "generator": f"bimplus_nb {__version__}"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [_filled({**root, "children": list(range(1, len(nodes) + 1))}), *nodes],
        "meshes": [{"primitives": [_primitive(*entry) for entry in drawn]} for drawn in meshes.all],
        "materials": [_material(*key) for key in materials.all],
        **store.described(),
    }
    return _packed(_filled(document), store.data())


def _origin(mesh: Mesh) -> NDArray[np.float64]:
    if not len(mesh) or np.abs(mesh.vertices).max() <= NEAR:
        return np.zeros(3)
    return np.asarray(np.round((mesh.vertices.min(axis=0) + mesh.vertices.max(axis=0)) / 2, -3))


def _middle(mesh: Mesh) -> NDArray[np.float64]:
    """(o, 3) mm: about the middle of each object, so many whole millimetres from its corner that like objects agree."""
    low, high = mesh.bounds[:, 0], mesh.bounds[:, 1]
    return np.asarray(np.round(low, 3) + np.floor(np.round(high - low, 3) / 2))


def _parts(mesh: Mesh, middle: NDArray[np.float64]) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Of each part its vertices, (v, 3) metres from the middle of its object, and its triangles, (t, 3) into them.

    Vertices at one place are one, triangles without three different ones are left out.
    """
    part = mesh.vertex_part
    local = (np.round(mesh.vertices - middle[mesh.owner[part]], 3) / 1000 + 0.0).astype(np.float32)
    triangles = same(local.astype(np.float64), part)[mesh.triangles]
    a, b, c = triangles.T
    real = (a != b) & (b != c) & (c != a)
    triangles = triangles[real]
    used = np.zeros(len(local), bool)
    used[triangles.ravel()] = True
    number = np.cumsum(used) - 1
    parts = len(mesh.owner)
    v_start = offsets(np.bincount(part[used], minlength=parts))
    t_count = np.bincount(mesh.triangle_part[real], minlength=parts)
    corners = number[triangles] - np.repeat(v_start[:-1], t_count)[:, None]
    local, t_start = local[used], offsets(t_count)
    return [
        (local[v0:v1], corners[t0:t1])
        for v0, v1, t0, t1 in zip(
            v_start[:-1].tolist(), v_start[1:].tolist(), t_start[:-1].tolist(), t_start[1:].tolist(), strict=True
        )
    ]


class _Numbered:
    """Things numbered as they come, equal ones once: ``all``, in their order."""

    def __init__(self) -> None:
        self.all: dict[Any, int] = {}

    def number(self, thing: Hashable) -> int:
        return self.all.setdefault(thing, len(self.all))


class _Store:
    """The binary chunk: all positions, all indices of 16 bits, all of 32. Geometry n has accessors 2n and 2n + 1."""

    def __init__(self) -> None:
        self._known = _Numbered()
        self._accessors: list[dict[str, Any]] = []
        self._pieces: dict[int, list[bytes]] = {_FLOAT: [], _USHORT: [], _UINT: []}
        self._size = dict.fromkeys(self._pieces, 0)

    def geometry(self, positions: NDArray[np.float32], corners: NDArray[np.int64]) -> int:
        # The index 65,535 is not allowed in 16 bits.
        kind, index = (_USHORT, "<u2") if len(positions) <= 65_535 else (_UINT, "<u4")
        data = positions.astype("<f4").tobytes(), corners.astype(index).tobytes()
        number = self._known.number(data)
        if number == len(self._accessors) // 2:
            box = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
            self._append(_FLOAT, data[0], {"type": "VEC3", "count": len(positions), **box})
            self._append(kind, data[1], {"type": "SCALAR", "count": corners.size})
        return number

    def _append(self, kind: int, data: bytes, accessor: dict[str, Any]) -> None:
        self._accessors.append({**accessor, "componentType": kind, "byteOffset": self._size[kind]})
        self._pieces[kind].append(data)
        self._size[kind] += len(data)

    def described(self) -> dict[str, Any]:
        """`accessors`, `bufferViews` and `buffers` of the document."""
        views: dict[int, dict[str, Any]] = {}
        begin = 0
        for kind, size in self._size.items():
            if size:
                use = {"target": _VERTICES, "byteStride": 12} if kind == _FLOAT else {"target": _INDICES}
                views[kind] = {"buffer": 0, "byteOffset": begin, "byteLength": size, **use}
                begin += size + -size % 4
        number = {kind: place for place, kind in enumerate(views)}
        return {
            "accessors": [{**entry, "bufferView": number[entry["componentType"]]} for entry in self._accessors],
            "bufferViews": list(views.values()),
            "buffers": [{"byteLength": begin}] if begin else [],
        }

    def data(self) -> bytes:
        return b"".join(_padded(b"".join(pieces), b"\0") for pieces in self._pieces.values())


def _primitive(geometry: int, material: int) -> dict[str, Any]:
    return {"attributes": {"POSITION": 2 * geometry}, "indices": 2 * geometry + 1, "material": material}


def _material(color: tuple[int, ...], closed: bool) -> dict[str, Any]:
    """Matt, in this sRGB colour (glTF wants it linear)."""
    share = np.array(color) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    factor = [*linear[:3].round(6).tolist(), round(float(share[3]), 6)]
    return {
        "name": "#" + bytes(color).hex(),
        "pbrMetallicRoughness": {"baseColorFactor": factor, "metallicFactor": 0, "roughnessFactor": 0.9},
        **({"alphaMode": "BLEND"} if color[3] < 255 else {}),
        **({} if closed else {"doubleSided": True}),
    }


def _closed(mesh: Mesh) -> NDArray[np.bool_]:
    """(p,) which parts are closed and face outwards."""
    surface = measure(mesh, np.arange(len(mesh.owner)), len(mesh.owner), FILLABLE)
    return surface.closed & (surface.volume > 0)


def _packed(document: dict[str, Any], data: bytes) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    chunks = [(b"JSON", _padded(text.encode("utf-8", "replace"), b" "))] + ([(b"BIN\0", data)] if data else [])
    size = 12 + sum(8 + len(chunk) for _, chunk in chunks)
    if size >= 2**32:
        raise ValueError(
            f"{size:,} bytes are more than a GLB file can hold (4 GiB): write the objects to several files"
        )
    body = (struct.pack("<I4s", len(chunk), kind) + chunk for kind, chunk in chunks)
    return struct.pack("<4sII", b"glTF", 2, size) + b"".join(body)


def _padded(data: bytes, filling: bytes) -> bytes:
    return data + filling * (-len(data) % 4)


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    """Without lists that have no entries, which glTF does not allow."""
    return {key: value for key, value in entry.items() if value != []}


def _sayable(value: Any) -> Any:
    """A value as JSON can say it."""
    if isinstance(value, Mapping):
        return {str(key): _sayable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    text = str(value)
    return None if text in ("<NA>", "NaT") else text

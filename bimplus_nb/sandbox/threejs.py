"""Bodies written as the service's threejs answers: THREE JSON model format 3, millimetres, Y up, world coordinates.

A face is one record of numbers that begins with its type: 0 for a triangle, 1 for a quad, plus 16 where the index of
a face normal follows the vertex indices. Faces run counter-clockwise seen from outside. A palette holds signed 32-bit
ARGB numbers, and each object names its colour by index. Source: Bimplus documentation, Object Service; the face
records are those of three.js' JSON model format 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from bimplus_nb.sandbox.content import Solid

_DECIMALS = 4
_FACE_NORMAL = 16
_BODY_END = b"}}}"


@dataclass(frozen=True, slots=True)
class Body:
    """One solid, written. Joined with its object's own words by `record`."""

    geometry: bytes  # ``"faces":[...],"vertices":[...]``
    color: int  # signed ARGB
    triangles: int  # a quad counts as two
    points: int
    box: tuple[float, ...]  # x0 y0 z0 x1 y1 z1, mm


def bodies(solids: Sequence[Solid]) -> list[Body]:
    """Every solid, written. Many at once are quicker: rounding and boxes are taken over all points together."""
    if not solids:
        return []
    points = np.round(np.concatenate([solid.vertices for solid in solids]), _DECIMALS) + 0.0  # no -0.0
    counts = np.array([len(solid.vertices) for solid in solids], dtype=np.int64)
    ends: NDArray[np.int64] = np.cumsum(counts)
    starts = ends - counts
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    boxes = np.hstack((low, high)).tolist()
    written: dict[tuple[bytes, bytes], bytes] = {}
    answer = []
    for solid, start, end, box in zip(solids, starts.tolist(), ends.tolist(), boxes, strict=True):
        key = (solid.triangles.tobytes(), solid.quads.tobytes())
        faces = written.get(key)
        if faces is None:
            faces = written[key] = _dumps(face_records(solid.triangles, solid.quads))
        answer.append(
            Body(
                b'"faces":' + faces + b',"vertices":' + _dumps(points[start:end].ravel()),
                signed(solid.color),
                len(solid.triangles) + 2 * len(solid.quads),
                end - start,
                tuple(box),
            )
        )
    return answer


def face_records(triangles: NDArray[Any], quads: NDArray[Any]) -> NDArray[np.int64]:
    """All faces as one run of numbers: quads (type 1), then triangles (type 0)."""
    parts = [
        np.insert(np.asarray(faces, dtype=np.int64).reshape(-1, corners), 0, kind, axis=1).ravel()
        for faces, corners, kind in ((quads, 4, 1), (triangles, 3, 0))
    ]
    return np.concatenate(parts)


def faces_of(records: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The triangles (t, 3) and quads (q, 4) of records written here, which have quads first."""
    numbers = np.asarray(records, dtype=np.int64)
    split = 5 * _quads(records)
    return numbers[split:].reshape(-1, 4)[:, 1:], numbers[:split].reshape(-1, 5)[:, 1:]


def moved(geometry: bytes, by: Sequence[float]) -> tuple[bytes, tuple[float, ...]]:
    """A body that lies elsewhere, as written, and its box."""
    start = geometry.index(b'"vertices":') + len(b'"vertices":')
    points = np.round(np.array(orjson.loads(geometry[start:]), dtype=float).reshape(-1, 3) + by, _DECIMALS) + 0.0
    box = (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
    return geometry[:start] + _dumps(points.ravel()), box


def with_normals(geometries: Sequence[bytes]) -> list[bytes]:
    """The same faces, each with the index of its normal, and the normals (``"normals":[x, y, z, ...]``)."""
    found = orjson.loads(b"[{" + b"},{".join(geometries) + b"}]")
    points = np.concatenate([np.asarray(one["vertices"], dtype=float).reshape(-1, 3) for one in found])
    first = np.cumsum([0, *(len(one["vertices"]) // 3 for one in found[:-1])])
    quads = [_quads(one["faces"]) for one in found]
    triangles = [(len(one["faces"]) - 5 * count) // 4 for one, count in zip(found, quads, strict=True)]
    before = np.zeros(len(found), dtype=np.int64)
    texts, normals = [], []
    for counts, corners, kind in ((quads, 4, 1), (triangles, 3, 0)):
        parts = [
            one["faces"][: 5 * count] if kind else one["faces"][5 * count :]
            for one, count in zip(found, quads, strict=True)
        ]
        rows = np.fromiter(chain.from_iterable(parts), dtype=np.int64).reshape(-1, corners + 1)
        owner = np.repeat(np.arange(len(found)), counts)
        starts = np.cumsum([0, *counts])
        rows[:, 0] = kind | _FACE_NORMAL
        normals.append((_normals(points, rows[:, 1:] + first[owner, None]), starts))
        # A solid's normals are counted from its first face, quads before triangles, as its records are.
        numbers = np.arange(len(rows)) - starts[owner] + before[owner]
        rows = np.column_stack((rows, numbers))
        texts.append([_dumps(rows[a:b].ravel())[1:-1] for a, b in pairwise(starts.tolist())])
        before += counts
    answer = []
    for place, geometry in enumerate(geometries):
        faces = b",".join(filter(None, (text[place] for text in texts)))
        own = np.vstack([found[starts[place] : starts[place + 1]] for found, starts in normals])
        vertices = geometry[geometry.index(b',"vertices"') :]
        answer.append(b'"faces":[' + faces + b"]" + vertices + b',"normals":' + _dumps(own.ravel()))
    return answer


def _quads(records: Sequence[int]) -> int:
    """How many records are quads; they come first."""
    count = 0
    while 5 * count < len(records) and records[5 * count] == 1:
        count += 1
    return count


def _normals(points: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.float64]:
    """One unit vector a face, along its diagonals' (a quad's) or edges' (a triangle's) cross product."""
    a, b, c, d = (points[faces[:, i]] for i in (0, 1, 2, -1))
    across = np.cross(c - a, d - b) if faces.shape[1] == 4 else np.cross(b - a, c - a)
    length = np.linalg.norm(across, axis=1, keepdims=True)
    unit = np.divide(across, length, out=np.zeros_like(across), where=length > 0)
    return np.asarray(np.round(unit, 6) + 0.0)


def record(head: bytes, geometry: bytes, color_id: int, tail: bytes) -> bytes:
    """One entry of ``objects``, still open for ``children`` and the last brace.

    `head`: ``{"id":...,"parent":...,"type":...``; `tail`: the attributes beside the geometry, each with its comma.
    """
    return b"".join(
        (
            head,
            b',"attributes":{"geometry":{"threejs":{',
            geometry,
            b',"metadata":{"formatVersion":3,"colorid":%d' % color_id,
            _BODY_END,
            tail,
            b"}",
        )
    )


def signed(color: int) -> int:
    """0xAARRGGBB as the signed number the palette holds."""
    return ((color & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


def _dumps(numbers: NDArray[Any]) -> bytes:
    return orjson.dumps(np.ascontiguousarray(numbers), option=orjson.OPT_SERIALIZE_NUMPY)

"""The lines that make a body readable: where its surface bends or ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints, runs, same
from bimplus_nb.geometry.batch import Batch
from bimplus_nb.geometry.mesh import Mesh


@dataclass(frozen=True, slots=True, eq=False)
class Creases:
    """s straight lines, longest first, so that what is to be seen from afar is a prefix.

    - ``index``: (s, 2), the two vertices of each
    - ``part``: (s,) int64, the part each belongs to
    - ``length``: (s,) float32, mm
    """

    index: NDArray[Any]
    part: Ints
    length: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.part)


def creases(mesh: Mesh, *, degrees: float = 28.0, shortest: float = 12.0) -> Creases:
    """Where the surface of a part bends by more than `degrees`, or ends; lines under `shortest` mm are left out.

    ``mesh.vertices[creases.index]`` are the segments: (s, 2, 3) float64, mm, Y up, world. An edge that more than two
    triangles share is a crease. Which way round the two triangles run does not matter.
    """
    vertex_part = mesh.vertex_part
    triangles = same(mesh.vertices, vertex_part)[mesh.triangles]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    normal = _normals(mesh.vertices, triangles)
    begin, end = triangles.ravel(), triangles[:, [1, 2, 0]].ravel()
    key = np.minimum(begin, end) << 32 | np.maximum(begin, end)
    order = np.argsort(key)
    start = runs(key[order])
    count = np.diff(start, append=len(order))
    bent = count != 2
    one, two = order[start[~bent]], order[start[~bent] + 1]
    cosine = np.einsum("ij,ij->i", normal[one // 3], normal[two // 3])
    # Two triangles that agree walk their common edge in opposite directions.
    cosine = np.where(begin[one] == begin[two], -cosine, cosine)
    bent[~bent] = cosine < np.cos(np.radians(degrees))
    edge = order[start[bent]]
    index = np.stack([begin[edge], end[edge]], axis=1)
    length = np.linalg.norm(mesh.vertices[index[:, 1]] - mesh.vertices[index[:, 0]], axis=1)
    longest_first = np.argsort(-length, kind="stable")
    index = index[longest_first[: np.count_nonzero(length >= shortest)]]
    length = length[longest_first[: len(index)]]
    return Creases(index, vertex_part[index[:, 0]], length.astype(np.float32))


def chunk_creases(lines: Creases, batch: Batch) -> tuple[Creases, ...]:
    """The same lines by the chunks of the batch made of the same mesh, to be sent small.

    Of each, ``chunk.positions[index]`` are the segments: (s, 2, 3) int16 on the batch's grid; ``index`` is uint16, so a
    line costs four bytes beside what the chunk has sent already.
    """
    n = 1 + max((int(chunk.source.max()) for chunk in batch.chunks), default=-1)
    home, place = np.full(n, -1), np.zeros(n, np.int64)
    for number, chunk in enumerate(batch.chunks):
        home[chunk.source], place[chunk.source] = number, np.arange(len(chunk.source))
    where = home[lines.index]
    chunk_of = np.where(where[:, 0] == where[:, 1], where[:, 0], -1)
    local = place[lines.index]
    # A vertex on a cut through a very large object is in several chunks, and the last one took it.
    cut = np.flatnonzero(chunk_of < 0)
    for number, chunk in enumerate(batch.chunks if len(cut) else ()):
        seat = np.full(n, -1)
        seat[chunk.source] = np.arange(len(chunk.source))
        both = (seat[lines.index[cut]] >= 0).all(axis=1)
        chunk_of[cut[both]], local[cut[both]] = number, seat[lines.index[cut[both]]]
        cut = cut[~both]
    return tuple(
        Creases(local[mine].astype(np.uint16), lines.part[mine], lines.length[mine])
        for mine in (np.flatnonzero(chunk_of == number) for number in range(len(batch.chunks)))
    )


def _normals(vertices: Floats, triangles: Ints) -> Floats:
    """(t, 3), of length 1; nought for a triangle without area."""
    a = vertices[triangles[:, 0]]
    normal = np.cross(vertices[triangles[:, 1]] - a, vertices[triangles[:, 2]] - a)
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300))

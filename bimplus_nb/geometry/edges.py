"""The lines that make a body readable: where its surface bends or ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints, blocks, by_value, cross, runs, same
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
    bend = np.cos(np.radians(degrees))
    found = [_bent(mesh, begin, end, bend, shortest) for begin, end in blocks(mesh.triangle_start)]
    if not found:
        return Creases(np.empty((0, 2), np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    index, length = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    longest_first = np.argsort(-length, kind="stable")
    index = index[longest_first]
    part = np.searchsorted(mesh.vertex_start, index[:, 0], "right") - 1
    return Creases(index, part, length[longest_first].astype(np.float32))


def _bent(mesh: Mesh, begin: int, end: int, bend: float, shortest: float) -> tuple[Ints, Floats]:
    """The lines of consecutive parts, and how long they are, where the cosine between two faces is below `bend`."""
    (v, w), (t, u) = mesh.vertex_start[[begin, end]], mesh.triangle_start[[begin, end]]
    part = np.repeat(np.arange(end - begin), np.diff(mesh.vertex_start[begin : end + 1]))
    triangles = same(mesh.vertices[v:w], part)[mesh.triangles[t:u] - v]
    a, b, c = triangles.T
    a, b, c = triangles[(a != b) & (b != c) & (c != a)].T
    places = np.ascontiguousarray(mesh.vertices[v:w].T)
    normal = _normals(*(places.take(corner, axis=1) for corner in (a, b, c)))
    start, stop, face = np.concatenate([a, b, c]), np.concatenate([b, c, a]), np.tile(np.arange(len(a)), 3)
    key, order = by_value(np.minimum(start, stop) * (w - v) + np.maximum(start, stop), int(w - v) ** 2)
    first = runs(key)
    two_faces = np.diff(first, append=len(order)) == 2
    one = first[two_faces]
    one, two = order[one], order[one + 1]
    cosine = np.einsum("ij,ij->j", normal.take(face[one], axis=1), normal.take(face[two], axis=1))
    # Two triangles that agree walk their common edge in opposite directions.
    cosine *= np.where(start[one] == start[two], -1, 1)
    edge = np.concatenate([one[cosine < bend], order[first[~two_faces]]])
    start, stop = start[edge], stop[edge]
    along = places.take(stop, axis=1) - places.take(start, axis=1)
    length = np.sqrt((along * along).sum(axis=0))
    long = length >= shortest
    return np.stack([start[long], stop[long]], axis=1) + v, length[long]


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


def _normals(a: Floats, b: Floats, c: Floats) -> Floats:
    """Of triangles whose corners are columns, (3, t) each: columns of length 1; nought for one without area."""
    normal = cross(b - a, c - a)
    normal /= np.maximum(np.sqrt((normal * normal).sum(axis=0)), 1e-300)
    return normal

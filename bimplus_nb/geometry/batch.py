"""`Batch`: a mesh as a graphics card wants it, in few small buffers, with the way back from a face to its object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry.arrays import Floats, Ints, offsets, ranges, same
from bimplus_nb.geometry.mesh import Mesh, measure
from bimplus_nb.geometry.order import grouped, pieces

# Below this alpha one sees through a part: it is drawn last and writes no depth.
CLEAR = 230
# A gap below this share of the surface does not show when a section is filled; modelled bodies often have such gaps.
FILLABLE = 2e-3
# Half the grid on which int16 reaches, less what centring a chunk on the grid may take.
_REACH = 65_530
# float32 counts to this without a gap, and the part of a vertex travels as float32.
_MOST_PARTS = 2**24


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Triangles of many parts in buffers of their own, fewer than 65,536 vertices.

    - ``positions``: (v, 3) int16; ``batch.origin + chunk.center + positions * batch.step`` is the place in mm, Y up
    - ``part``: (v,) float32, the part each vertex belongs to
    - ``opaque``, ``clear``: (3 k,) uint16, three vertices a triangle, counter-clockwise; through `clear` one can see
    - ``center``: (3,) float64, mm, relative to ``batch.origin``, a whole multiple of ``batch.step``
    - ``source``: (v,) int64, which vertex of the mesh each one is; not to be sent, but the way to its exact place
    """

    positions: NDArray[np.int16]
    part: NDArray[np.float32]
    opaque: NDArray[np.uint16]
    clear: NDArray[np.uint16]
    center: Floats
    source: Ints

    @property
    def nbytes(self) -> int:
        """How much is to be sent."""
        return self.positions.nbytes + self.part.nbytes + self.opaque.nbytes + self.clear.nbytes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Batch:
    """A whole mesh, ready to be drawn: o objects of p parts, numbered as in the mesh it was made of.

    - ``chunks``: the first holds the objects that show most of themselves, the others follow a space-filling curve
    - ``origin``: (3,) float64, mm, Y up, world, whole millimetres: what is (0, 0, 0) in the scene
    - ``step``: mm, the grid that all positions of all chunks lie on. Each coordinate is off by at most ``step / 2``
      (and the rounding of float64), and a point that two chunks share is the same point in both.
    - ``low``, ``high``: (3,) float64, mm, relative to `origin`: the box around everything
    - ``ids``: o object ids; ``owner``: (p,) int32, part -> row of `ids`; ``color``: (p, 4) uint8 RGBA
    - ``closed_parts``: (p,) bool: closed (but for hairline gaps) alone or with the other parts of their object, and
      facing outwards in these buffers (what was inside out is turned), so that a section through them can be filled
    """

    chunks: tuple[Chunk, ...]
    origin: Floats
    step: float
    low: Floats
    high: Floats
    ids: tuple[str, ...]
    owner: NDArray[np.int32]
    color: NDArray[np.uint8]
    closed_parts: NDArray[np.bool_]

    def element_at(self, chunk: int, face: int, buffer: Literal["opaque", "clear"] = "opaque") -> str:
        """The id of the object that triangle number `face` of a chunk's `opaque` or `clear` buffer belongs to."""
        source = self.chunks[chunk]
        corners = source.opaque if buffer == "opaque" else source.clear
        if not 0 <= 3 * face < len(corners):
            raise ValueError(f"no face {face} among the {len(corners) // 3} of the {buffer} buffer of chunk {chunk}")
        return str(self.ids[self.owner[int(source.part[corners[3 * face]])]])

    def parts(self, ids: Iterable[str]) -> Ints:
        """The parts of these objects: (k,) int64, ascending. Ids that have no geometry here are passed over."""
        wanted = set(ids)
        return np.flatnonzero(np.array([id_ in wanted for id_ in self.ids], bool)[self.owner])

    @property
    def triangles(self) -> int:
        """How many triangles there are to draw."""
        return sum(len(chunk.opaque) + len(chunk.clear) for chunk in self.chunks) // 3

    @property
    def nbytes(self) -> int:
        """How much is to be sent."""
        return sum(chunk.nbytes for chunk in self.chunks)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return (
            f"<Batch: {len(self):,} objects, {self.triangles:,} triangles, {len(self.chunks)} chunks, "
            f"{self.nbytes / 1e6:.1f} MB, grid {self.step:.3g} mm>"
        )


def batch(mesh: Mesh, *, first: int = 2000) -> Batch:
    """The buffers to draw a mesh with. The first chunk holds at most `first` objects, so that it is on the screen soon.

    Vertices of one part at exactly the same place become one, triangles without three different ones are left out, and
    an object of more than 65,535 vertices is spread over chunks. `GeometryError`: more than 2^24 parts.
    """
    parts = len(mesh.owner)
    if parts > _MOST_PARTS:
        raise GeometryError(f"{parts:,} parts are more than a vertex can name ({_MOST_PARTS:,})")
    closed, inside_out = _facing(mesh)
    if not parts:
        nothing = np.zeros(3)
        return Batch((), nothing, 1.0, nothing, nothing, (), mesh.owner, mesh.color, closed)
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    origin = np.round((low + high) / 2)
    welded = _Welded(mesh, origin, inside_out)
    size = np.bincount(mesh.owner, np.diff(welded.vertex_start), len(mesh)).astype(np.int64)
    groups, large = grouped(mesh.bounds - origin, size, first)
    first_part = np.searchsorted(mesh.owner, np.arange(len(mesh) + 1))
    drawn = [welded.of(ranges(first_part[rows], first_part[rows + 1] - first_part[rows])) for rows in groups]
    for row in large:
        drawn += welded.cut(np.arange(first_part[row], first_part[row + 1]))
    extent = max(
        (float((welded.vertices[v].max(axis=0) - welded.vertices[v].min(axis=0)).max()) for v, _ in drawn), default=0.0
    )
    step = extent / _REACH or 1.0
    clear = mesh.color[:, 3] < CLEAR
    chunks = tuple(_chunk(welded, v, triangles, step, clear) for v, triangles in drawn)
    return Batch(chunks, origin, step, low - origin, high - origin, mesh.ids, mesh.owner, mesh.color, closed)


def _facing(mesh: Mesh) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(p,) which parts are closed, alone or with the others of their object, and (p,) which of those look inwards."""
    parts = len(mesh.owner)
    alone = measure(mesh, np.arange(parts), parts, FILLABLE)
    if parts == len(mesh):
        return alone.closed, alone.closed & (alone.volume < 0)
    together = measure(mesh, mesh.owner, len(mesh), FILLABLE)
    with_others, inwards = together.closed[mesh.owner], (together.volume < 0)[mesh.owner]
    return alone.closed | with_others, np.where(alone.closed, alone.volume < 0, with_others & inwards)


class _Welded:
    """The mesh about `origin`, each place of a part once, without triangles that have no area.

    ``vertices`` (v, 3) float64, ``part`` (v,), ``source`` (v,) into the mesh's vertices, ``triangles`` (t, 3),
    ``vertex_start`` and ``triangle_start`` (p + 1,).
    """

    def __init__(self, mesh: Mesh, origin: Floats, inside_out: NDArray[np.bool_]) -> None:
        part, count = mesh.vertex_part, np.diff(mesh.triangle_start)
        vertices, triangles = mesh.vertices - origin, mesh.triangles
        first = same(mesh.vertices, part)
        self.source = np.flatnonzero(first == np.arange(len(first)))
        if len(self.source) < len(vertices):
            place = np.empty(len(first), np.int64)
            place[self.source] = np.arange(len(self.source))
            triangles = place[first][triangles]
            vertices, part = vertices[self.source], part[self.source]
        if inside_out.any():
            turned = np.repeat(inside_out, count)
            triangles = np.where(turned[:, None], triangles[:, ::-1], triangles)
        a, b, c = triangles.T
        flat = (a == b) | (b == c) | (c == a)
        if flat.any():
            triangles = triangles[~flat]
            count = np.bincount(mesh.triangle_part[~flat], minlength=len(mesh.owner))
        self.vertices, self.part, self.triangles = vertices, part, triangles
        self.vertex_start, self.triangle_start = offsets(np.bincount(part, minlength=len(mesh.owner))), offsets(count)

    def of(self, parts: Ints) -> tuple[Ints, NDArray[Any]]:
        """These parts: which vertices they have, (v,), and their triangles into that list, (t, 3)."""
        start, v_count = self.vertex_start[parts], np.diff(self.vertex_start)[parts]
        t_count = np.diff(self.triangle_start)[parts]
        shift = np.repeat(offsets(v_count)[:-1] - start, t_count)
        triangles = self.triangles[ranges(self.triangle_start[parts], t_count)] + shift[:, None]
        return ranges(start, v_count), triangles

    def cut(self, parts: Ints) -> list[tuple[Ints, NDArray[Any]]]:
        """The same, in as many pieces as are needed."""
        vertices, triangles = self.of(parts)
        out = []
        for piece in pieces(self.vertices[vertices], triangles):
            used, local = np.unique(triangles[piece], return_inverse=True)
            out.append((vertices[used], local.reshape(-1, 3)))
        return out


def _chunk(welded: _Welded, used: Ints, triangles: NDArray[Any], step: float, clear: NDArray[np.bool_]) -> Chunk:
    vertices, part = welded.vertices[used], welded.part[used]
    center = np.round((vertices.min(axis=0) + vertices.max(axis=0)) / 2 / step) * step
    through = clear[part[triangles[:, 0]]]
    return Chunk(
        positions=np.round((vertices - center) / step).astype(np.int16),
        part=part.astype(np.float32),
        opaque=triangles[~through].astype(np.uint16).ravel(),
        clear=triangles[through].astype(np.uint16).ravel(),
        center=center,
        source=welded.source[used],
    )

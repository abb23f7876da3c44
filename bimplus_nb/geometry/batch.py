"""`Batch`: a mesh as a graphics card wants it, in few small buffers, with the way back from a face to its object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry.arrays import Floats, Ints, offsets, ranges, same
from bimplus_nb.geometry.mesh import Mesh, moments
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
    closed, inside_out = facing(mesh)
    if not parts:
        nothing = np.zeros(3)
        return Batch((), nothing, 1.0, nothing, nothing, (), mesh.owner, mesh.color, closed)
    world = mesh.bounds
    low, high = world[:, 0].min(axis=0), world[:, 1].max(axis=0)
    origin = np.round((low + high) / 2)
    bounds = world - origin
    welded = _Welded(mesh, inside_out)
    first_part = np.searchsorted(mesh.owner, np.arange(len(mesh) + 1))
    groups, large = grouped(bounds, np.diff(welded.vertex_start[first_part]), first)
    drawn = []
    for rows in groups:
        parts_of = ranges(first_part[rows], first_part[rows + 1] - first_part[rows])
        drawn.append(welded.of(parts_of, bounds[rows, 0].min(axis=0), bounds[rows, 1].max(axis=0)))
    for row in large:
        drawn += welded.cut(np.arange(first_part[row], first_part[row + 1]), origin)
    step = max((float((piece.high - piece.low).max()) for piece in drawn), default=0.0) / _REACH or 1.0
    chunks = tuple(_chunk(mesh, piece, origin, step) for piece in drawn)
    return Batch(chunks, origin, step, low - origin, high - origin, mesh.ids, mesh.owner, mesh.color, closed)


def facing(mesh: Mesh) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(p,) which parts are closed, alone or with the others of their object, and (p,) which of those look inwards."""
    parts = len(mesh.owner)
    found = moments(mesh)
    alone = found.surface(np.arange(parts), parts, FILLABLE)
    if parts == len(mesh):
        return alone.closed, alone.closed & (alone.volume < 0)
    together = found.surface(mesh.owner, len(mesh), FILLABLE)
    with_others, inwards = together.closed[mesh.owner], (together.volume < 0)[mesh.owner]
    return alone.closed | with_others, np.where(alone.closed, alone.volume < 0, with_others & inwards)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What is to become a chunk: as in `Chunk`, and the box around it, mm, relative to ``batch.origin``."""

    source: Ints
    part: Ints
    opaque: NDArray[np.uint16]
    clear: NDArray[np.uint16]
    low: Floats
    high: Floats


class _Welded:
    """A mesh with each place of a part once, and without triangles that have no area.

    ``source`` (v,), the vertices of the mesh that are left, ``triangles`` (t, 3) int32 into them, ``vertex_start`` and
    ``triangle_start`` (p + 1,).
    """

    def __init__(self, mesh: Mesh, inside_out: NDArray[np.bool_]) -> None:
        self._mesh, self._clear = mesh, mesh.color[:, 3] < CLEAR
        self.source, self.triangles = np.arange(len(mesh.vertices)), mesh.triangles
        self.vertex_start, self.triangle_start = mesh.vertex_start, mesh.triangle_start
        first = same(mesh.vertices, mesh.vertex_part)
        once = first == self.source
        if not once.all():
            place = np.cumsum(once, dtype=np.int32) - np.int32(1)
            self.source = np.flatnonzero(once)
            self.triangles = place[first][mesh.triangles]
            self.vertex_start = np.searchsorted(self.source, mesh.vertex_start)
        if inside_out.any():
            start = mesh.triangle_start[:-1][inside_out]
            turned = ranges(start, mesh.triangle_start[1:][inside_out] - start)
            self.triangles = self.triangles.copy()
            self.triangles[turned] = self.triangles[turned, ::-1]
        a, b, c = self.triangles.T
        real = (a != b) & (b != c) & (c != a)
        if not real.all():
            self.triangles = self.triangles[real]
            self.triangle_start = offsets(real)[mesh.triangle_start]

    def of(self, parts: Ints, low: Floats, high: Floats) -> _Piece:
        """These parts, whose box is known."""
        start = self.vertex_start[parts]
        count = self.vertex_start[parts + 1] - start
        shift, clear = offsets(count)[:-1] - start, self._clear[parts]
        opaque, through = (self._corners(parts[these], shift[these]) for these in (~clear, clear))
        return _Piece(self.source[ranges(start, count)], np.repeat(parts, count), opaque, through, low, high)

    def _corners(self, parts: Ints, shift: Ints) -> NDArray[np.uint16]:
        """The vertices of the triangles of these parts, the numbers of each moved by its `shift`: (3 k,)."""
        start = self.triangle_start[parts]
        count = self.triangle_start[parts + 1] - start
        triangles = self.triangles[ranges(start, count)]
        triangles += np.repeat(shift.astype(np.int32), count)[:, None]
        return triangles.astype(np.uint16).ravel()

    def cut(self, parts: Ints, origin: Floats) -> list[_Piece]:
        """The parts of one large object, in as many pieces as are needed."""
        whole = slice(parts[0], parts[-1] + 2)
        begin, end = self.vertex_start[whole][[0, -1]]
        source, part = self.source[begin:end], np.repeat(parts, np.diff(self.vertex_start[whole]))
        vertices = self._mesh.vertices[source] - origin
        triangles = self.triangles[slice(*self.triangle_start[whole][[0, -1]])] - begin
        out = []
        for piece in pieces(vertices, triangles):
            used, local = np.unique(triangles[piece], return_inverse=True)
            corners, through = local.reshape(-1, 3).astype(np.uint16), self._clear[part[triangles[piece, 0]]]
            low, high = vertices[used].min(axis=0), vertices[used].max(axis=0)
            out.append(_Piece(source[used], part[used], corners[~through].ravel(), corners[through].ravel(), low, high))
        return out


def _chunk(mesh: Mesh, piece: _Piece, origin: Floats, step: float) -> Chunk:
    center = np.round((piece.low + piece.high) / 2 / step) * step
    vertices = mesh.vertices[piece.source]
    positions = np.empty(vertices.shape, np.int16)
    for axis in range(3):
        positions[:, axis] = np.rint((vertices[:, axis] - origin[axis] - center[axis]) / step)
    return Chunk(positions, piece.part.astype(np.float32), piece.opaque, piece.clear, center, piece.source)

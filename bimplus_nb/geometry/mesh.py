"""`Mesh`: the triangles of many objects in one set of arrays, and what can be measured on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints, offsets, ranges
from bimplus_nb.geometry.moments import CLOSED, Moments, Surface, moments_of


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in an answer that was left out, or drawn otherwise than it said.

    `id` is the object's, or "" where it concerns the whole answer; `reason` is for people.
    """

    id: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mesh:
    """The triangles of o objects that consist of p parts (a part has one colour): v vertices, t triangles.

    - ``ids``: o object ids, each once
    - ``vertices``: (v, 3) float64, mm, Y up, world
    - ``triangles``: (t, 3) int32 into `vertices`, counter-clockwise seen from outside
    - ``vertex_start``, ``triangle_start``: (p + 1,) int64; part k owns ``vertices[vertex_start[k]:vertex_start[k+1]]``
      and likewise its triangles, which use no other part's vertices. No part is empty.
    - ``owner``: (p,) int32, part -> row of `ids`, never decreasing: the parts of one object are adjacent
    - ``color``: (p, 4) uint8, red green blue alpha
    - ``problems``: what could not be read

    `len(mesh)` is the number of objects, `id in mesh` asks for one. Arrays are shared, not copied: do not write there.

    >>> objects = project.objects(types="Column")
    >>> columns = project.mesh().of(*objects.index)
    >>> columns
    <Mesh: 362 objects, ... triangles, ... vertices, ...>
    >>> assert columns.closed.all()
    >>> print(f"{columns.volume.sum() / 1e9:.2f} m³")
    115.48 m³
    """

    ids: tuple[str, ...]
    vertices: Floats
    triangles: NDArray[Any]
    vertex_start: Ints
    triangle_start: Ints
    owner: NDArray[np.int32]
    color: NDArray[np.uint8]
    problems: tuple[Problem, ...] = ()
    _kept: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        parts = len(self.owner)
        if not len(self.vertex_start) == len(self.triangle_start) == parts + 1 or self.color.shape != (parts, 4):
            raise ValueError("vertex_start, triangle_start, owner and color do not speak of the same parts")
        if self.vertices.shape != (self.vertex_start[-1], 3) or self.triangles.shape != (self.triangle_start[-1], 3):
            raise ValueError("vertices and triangles must be (n, 3), as many as vertex_start and triangle_start say")
        if (np.diff(self.vertex_start) <= 0).any() or (np.diff(self.triangle_start) <= 0).any():
            raise ValueError("a part without vertices or triangles")
        step = np.diff(self.owner, prepend=-1, append=len(self.ids))
        if (step < 0).any() or (step > 1).any() or step[-1] != 1:
            raise ValueError("owner must name each row of ids, in order")

    @classmethod
    def empty(cls, problems: Iterable[Problem] = ()) -> Mesh:
        """A mesh without objects."""
        start = np.zeros(1, np.int64)
        vertices, triangles = np.empty((0, 3)), np.empty((0, 3), np.int32)
        owner, color = np.empty(0, np.int32), np.empty((0, 4), np.uint8)
        return cls((), vertices, triangles, start, start, owner, color, tuple(problems))

    @classmethod
    def from_parts(
        cls,
        names: Sequence[str],
        vertices: Floats,
        triangles: NDArray[Any],
        vertex_count: NDArray[Any],
        triangle_count: NDArray[Any],
        color: NDArray[Any],
        problems: Iterable[Problem] = (),
    ) -> Mesh:
        """The mesh of parts laid end to end, each with the id of its object; equal ids become one object.

        `names`: p ids. `vertices`: (v, 3). `triangles`: (t, 3) counted within each part. `vertex_count`,
        `triangle_count`: (p,). `color`: (p, 4). Objects come in the order of their first part.
        Vertices that no triangle uses and parts without triangles are dropped.
        """
        vertex_count, triangle_count = np.asarray(vertex_count, np.int64), np.asarray(triangle_count, np.int64)
        shift = np.repeat(offsets(vertex_count)[:-1].astype(np.int32), triangle_count)
        triangles = np.asarray(triangles, np.int32) + shift[:, None]
        used = np.zeros(len(vertices), bool)
        used[triangles.ravel()] = True
        if not used.all():
            triangles = (np.cumsum(used, dtype=np.int32) - np.int32(1))[triangles]
            vertex_count = np.bincount(
                np.repeat(np.arange(len(vertex_count)), vertex_count)[used], minlength=len(names)
            )
            vertices = vertices[used]
        if not (real := triangle_count > 0).all():
            names = [name for name, keep in zip(names, real, strict=True) if keep]
            vertex_count, triangle_count, color = vertex_count[real], triangle_count[real], np.asarray(color)[real]
        rows = {name: row for row, name in enumerate(dict.fromkeys(names))}
        owner = np.fromiter(map(rows.__getitem__, names), np.int32, len(names))
        return _grouped(
            tuple(rows),
            vertices,
            triangles,
            offsets(vertex_count),
            offsets(triangle_count),
            owner,
            color,
            tuple(problems),
        )

    @classmethod
    def concatenate(cls, meshes: Iterable[Mesh]) -> Mesh:
        """One mesh of several `meshes`. An id that occurs in more than one becomes one object with the parts of all."""
        meshes = list(meshes)
        problems = tuple(problem for mesh in meshes for problem in mesh.problems)
        meshes = [mesh for mesh in meshes if mesh.ids]
        if not meshes:
            return cls.empty(problems)
        if len(meshes) == 1:
            return replace(meshes[0], problems=problems)
        rows: dict[str, int] = {}
        owner = [
            np.array([rows.setdefault(name, len(rows)) for name in mesh.ids], np.int32)[mesh.owner] for mesh in meshes
        ]
        shift = offsets(np.array([len(mesh.vertices) for mesh in meshes]))
        return _grouped(
            tuple(rows),
            np.concatenate([mesh.vertices for mesh in meshes]),
            np.concatenate([mesh.triangles + first for mesh, first in zip(meshes, shift, strict=False)]),
            offsets(np.concatenate([np.diff(mesh.vertex_start) for mesh in meshes])),
            offsets(np.concatenate([np.diff(mesh.triangle_start) for mesh in meshes])),
            np.concatenate(owner),
            np.concatenate([mesh.color for mesh in meshes]),
            problems,
        )

    def of(self, *ids: str) -> Mesh:
        """The mesh of these objects alone, in this mesh's order, without its problems. An unknown id: ValueError."""
        wanted = np.zeros(len(self.ids), bool)
        wanted[[self.row(name) for name in ids]] = True
        part = np.flatnonzero(wanted[self.owner])
        rows = np.cumsum(wanted, dtype=np.int32) - np.int32(1)
        return Mesh(
            tuple(name for name, keep in zip(self.ids, wanted, strict=True) if keep),
            *_picked(self.vertices, self.triangles, self.vertex_start, self.triangle_start, part),
            rows[self.owner[part]],
            self.color[part],
        )

    def row(self, id: str) -> int:
        """The row of an object in `ids`, `volume`, `area`, `closed` and `bounds`. An unknown id: ValueError."""
        try:
            return self._rows[id]
        except KeyError:
            raise ValueError(f"no object {id!r} among the {len(self)} of this mesh") from None

    @property
    def _rows(self) -> dict[str, int]:
        if "rows" not in self._kept:
            self._kept["rows"] = {name: row for row, name in enumerate(self.ids)}
        return self._kept["rows"]  # type: ignore[no-any-return]

    def __contains__(self, id: object) -> bool:
        return id in self._rows

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        text = f"{len(self):,} objects, {len(self.triangles):,} triangles, {len(self.vertices):,} vertices"
        if len(self.vertices):
            width, height, depth = (self.vertices.max(axis=0) - self.vertices.min(axis=0)) / 1000
            text += f", {width:.3g} × {depth:.3g} × {height:.3g} m"
        if self.problems:
            text += f", {len(self.problems):,} problems"
        return f"<Mesh: {text}>"

    @property
    def vertex_part(self) -> Ints:
        """(v,) int64: the part each vertex belongs to."""
        return np.repeat(np.arange(len(self.owner)), np.diff(self.vertex_start))

    @property
    def triangle_part(self) -> Ints:
        """(t,) int64: the part each triangle belongs to."""
        return np.repeat(np.arange(len(self.owner)), np.diff(self.triangle_start))

    @property
    def bounds(self) -> Floats:
        """(o, 2, 3) float64, mm: the least and greatest x, y, z of each object."""
        if not self.ids:
            return np.empty((0, 2, 3))
        first = self.vertex_start[np.searchsorted(self.owner, np.arange(len(self)))]
        low, high = np.minimum.reduceat(self.vertices, first), np.maximum.reduceat(self.vertices, first)
        return np.stack([low, high], axis=1)

    @property
    def volume(self) -> Floats:
        """(o,) float64, mm³: what each object encloses, by the divergence theorem.

        Summed about a vertex of the object, so it is as exact a thousand kilometres from the origin. Negative where
        the faces look inwards; without meaning where the object is not `closed`.
        """
        return self._measured.volume

    @property
    def area(self) -> Floats:
        """(o,) float64, mm²: the surface of each object."""
        return self._measured.area

    @property
    def closed(self) -> NDArray[np.bool_]:
        """(o,) bool: the surface of the object has no hole and one orientation, so its volume can be trusted.

        Shared vertices are not needed, and an edge may meet two shorter ones; see `Surface.closed`.
        """
        return self._measured.closed

    @property
    def _measured(self) -> Surface:
        if "surface" not in self._kept:
            self._kept["surface"] = measure(self, self.owner, len(self))
        return self._kept["surface"]  # type: ignore[no-any-return]


def moments(mesh: Mesh) -> Moments:
    """The sums from which the parts of a mesh are measured, alone or together."""
    return moments_of(mesh.vertices, mesh.triangles, mesh.vertex_start, mesh.triangle_start)


def measure(mesh: Mesh, group: NDArray[Any], n: int, tolerance: float = CLOSED) -> Surface:
    """Area, signed volume and closedness of the parts of `mesh` taken together by `group` ((p,) -> 0 … n - 1).

    See `Moments.surface`.
    """
    return moments(mesh).surface(group, n, tolerance)


def _grouped(
    ids: tuple[str, ...],
    vertices: Floats,
    triangles: NDArray[Any],
    vertex_start: Ints,
    triangle_start: Ints,
    owner: NDArray[np.int32],
    color: NDArray[Any],
    problems: tuple[Problem, ...],
) -> Mesh:
    """The mesh with the parts of each object brought together (they may lie apart in the arguments)."""
    triangles, color = triangles.astype(np.int32, copy=False), np.asarray(color, np.uint8)
    if (np.diff(owner) >= 0).all():
        return Mesh(ids, vertices, triangles, vertex_start, triangle_start, owner, color, problems)
    order = np.argsort(owner, kind="stable")
    arrays = _picked(vertices, triangles, vertex_start, triangle_start, order)
    return Mesh(ids, *arrays, owner[order], color[order], problems)


def _picked(
    vertices: Floats, triangles: NDArray[Any], vertex_start: Ints, triangle_start: Ints, part: Ints
) -> tuple[Floats, NDArray[np.int32], Ints, Ints]:
    """The same four arrays for these parts alone, in this order."""
    v_count, t_count = np.diff(vertex_start)[part], np.diff(triangle_start)[part]
    begin = offsets(v_count)
    shift = np.repeat(begin[:-1] - vertex_start[part], t_count)
    return (
        vertices[ranges(vertex_start[part], v_count)],
        (triangles[ranges(triangle_start[part], t_count)] + shift[:, None]).astype(np.int32),
        begin,
        offsets(t_count),
    )

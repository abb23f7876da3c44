"""`Building`: what there is to draw, as far as it has come. Pure numpy."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Batch, Mesh, batch
from bimplus_nb.geometry.order import morton

MOST_TRIANGLES = 6_000_000
"""How many triangles are drawn unless told otherwise: 70 MB for the page, and what a laptop still turns smoothly."""

FIRST, PORTION = 2_000, 10_000
"""Of a large mesh that is there at once: objects in the first instalment, and in each of the others."""

_UNDER = 10.0  # mm between what lies on the ground and the ground itself


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """Some objects of a building that comes bit by bit.

    `rooms` are those of ``mesh.ids`` that are rooms; `done` of the `known` steps are over when this is here; `layer` is
    the one they are all on: its id, and the id of the model's tree; `terrain` are those that are land.
    """

    mesh: Mesh
    rooms: Collection[str] = ()
    done: int = 1
    known: int = 1
    layer: tuple[str, str] | None = None
    terrain: Collection[str] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Instalment:
    """Buffers of some objects: ``parts`` (k,) are the numbers that the parts of ``batch`` have in the building."""

    mesh: Mesh
    batch: Batch
    parts: NDArray[np.int64]


class Building:
    """Objects and parts in the order in which they came; o objects, p parts.

    - ``owner`` (p,) leads from part to object; ``color`` (p, 4) uint8 are the parts' own colours, ``closed`` (p,) bool
      those that a section may fill
    - ``room`` and ``terrain`` (o,) bool; ``bounds`` (o, 2, 3) the least and greatest x, y, z
    - ``drawn`` (o,) bool is what went into ``instalments``: all but what would be more than ``most`` triangles
    - ``stray`` (o,) bool is what is so far from everything else that it is not drawn
    - ``low``, ``high`` (3,) are the box around everything else; ``origin`` (3,) is (0, 0, 0) in the scene, for good

    Lengths in mm, Y up, world.
    """

    def __init__(self, most: int = MOST_TRIANGLES) -> None:
        self.most = most
        self.rows: dict[str, int] = {}
        self.owner: NDArray[np.int64] = np.empty(0, np.int64)
        self.color: NDArray[np.uint8] = np.empty((0, 4), np.uint8)
        self.closed: NDArray[np.bool_] = np.empty(0, bool)
        self.room: NDArray[np.bool_] = np.empty(0, bool)
        self.terrain: NDArray[np.bool_] = np.empty(0, bool)
        self.drawn: NDArray[np.bool_] = np.empty(0, bool)
        self.bounds: NDArray[np.float64] = np.empty((0, 2, 3))
        self.stray: NDArray[np.bool_] = np.empty(0, bool)
        self.instalments: list[Instalment] = []
        self.origin: NDArray[np.float64] = np.zeros(3)
        self.low: NDArray[np.float64] = np.zeros(3)
        self.high: NDArray[np.float64] = np.zeros(3)
        self.triangles = self.triangles_drawn = 0
        self._ids: tuple[str, ...] = ()
        self._of_layer: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
        self._judged = 0  # objects there were when all were judged, by this middle and this reach; see `usual`
        self._middle, self._limit = self.low, np.inf
        self._meshes: tuple[Mesh, ...] = ()
        self._joining = threading.Lock()  # lines and light are computed in a thread

    def add(self, arrival: Arrival) -> Iterator[Instalment]:
        """Take more objects in, at once; the buffers are made one by one as they are asked for."""
        mesh = arrival.mesh
        first = len(self.owner)
        rows = np.array([self.rows.setdefault(name, len(self.rows)) for name in mesh.ids], np.int64)
        self.owner = np.concatenate([self.owner, rows[mesh.owner]])
        self.color = np.concatenate([self.color, mesh.color])
        self.closed = np.concatenate([self.closed, np.zeros(len(mesh.owner), bool)])
        fresh = np.zeros(len(self.rows) - len(self.room), bool)
        self.room, self.drawn = np.concatenate([self.room, fresh]), np.concatenate([self.drawn, fresh])
        self.terrain = np.concatenate([self.terrain, fresh])
        self.room[rows[[name in arrival.rooms for name in mesh.ids]]] = True
        self.terrain[rows[[name in arrival.terrain for name in mesh.ids]]] = True
        if arrival.layer is not None and len(rows):
            self._of_layer.setdefault(arrival.layer, []).append(rows)
        with self._joining:
            self._meshes = (*self._meshes, mesh)
        if not len(mesh):
            return iter(())
        bounds = mesh.bounds
        self.bounds = np.concatenate([self.bounds, np.multiply([[np.inf], [-np.inf]], np.ones((len(fresh), 2, 3)))])
        self.bounds[rows, 0] = np.minimum(self.bounds[rows, 0], bounds[:, 0])
        self.bounds[rows, 1] = np.maximum(self.bounds[rows, 1], bounds[:, 1])
        self._find_stray(rows, last=arrival.done >= arrival.known)
        near = bounds[~self.stray[rows]]
        if not self.triangles:  # half of what is first is never stray
            self.low, self.high = near[:, 0].min(axis=0), near[:, 1].max(axis=0)
            self.origin = np.round((self.low + self.high) / 2)
        self.low = np.vstack([near[:, 0], self.low]).min(axis=0)
        self.high = np.vstack([near[:, 1], self.high]).max(axis=0)
        self.triangles += len(mesh.triangles)
        allowance = (self.most - self.triangles_drawn) // max(arrival.known - arrival.done + 1, 1)
        return self._draw(mesh, rows, first, largest(mesh, allowance) & ~self.stray[rows])

    def _find_stray(self, rows: NDArray[np.int64], *, last: bool) -> None:
        """Judge the objects of these rows, and now and then all of them: often would take longer than drawing does."""
        if last or len(self) >= 2 * self._judged:
            self._judged, rows = len(self), np.arange(len(self))
            self._middle, self._limit = usual(self.bounds)
        self.stray = np.concatenate([self.stray, np.zeros(len(self) - len(self.stray), bool)])
        self.stray[rows] = reach(self.bounds[rows], self._middle) > self._limit

    def draw(self, which: NDArray[np.int64]) -> Iterator[Instalment]:
        """Buffers of those of these objects (rows) that were left out, whatever it costs."""
        asked = np.zeros(len(self), bool)
        asked[which] = True
        asked &= ~(self.drawn | self.stray)
        first = 0
        for mesh in self._meshes if asked.any() else ():
            rows = np.array([self.rows[name] for name in mesh.ids], np.int64)
            yield from self._draw(mesh, rows, first, asked[rows])
            first += len(mesh.owner)

    def _draw(self, mesh: Mesh, rows: NDArray[np.int64], first: int, wanted: NDArray[np.bool_]) -> Iterator[Instalment]:
        """Buffers of the `wanted` (n,) objects of a mesh with these rows here and parts numbered from `first` on."""
        for portion in portions(mesh, wanted):
            parts = first + np.flatnonzero(portion[mesh.owner])
            some = mesh if portion.all() else mesh.of(*(mesh.ids[row] for row in np.flatnonzero(portion)))
            # Rooms are blocks when they are shown, however clear their own colour is.
            color = some.color.copy()
            color[self.room[self.owner[parts]], 3] = 255
            made = Instalment(some, batch(replace(some, color=color)), parts)
            self.closed[parts] = made.batch.closed_parts
            self.drawn[rows[portion]] = True
            self.triangles_drawn += made.batch.triangles
            self.instalments.append(made)
            yield made

    @property
    def earth(self) -> float:
        """Height up to which there is earth around the building, mm: what a section shows.

        Nothing says where it is. Models stand on y = 0 by custom, with cellars and footings below and most of the
        building above; then it is a step (150 mm) below that, and else just under the model.
        """
        low, high = float(self.low[1]), float(self.high[1])
        return -150.0 if low < -150 and high > -2 * low else low - _UNDER

    @property
    def ground(self) -> float:
        """Height of the ground, mm: what is below can be seen from below, or where it is cut.

        It is where the earth is, or under the land that lies lowest, such as a river. A section by a standing plane has
        the earth.
        """
        land = self.bounds[self.terrain & ~self.stray]
        return min(self.earth, float(land[land[:, 1, 1].argmin(), 0, 1]) - _UNDER) if len(land) else self.earth

    @property
    def layers(self) -> dict[tuple[str, str], NDArray[np.int64]]:
        """The rows of the objects of each layer, as far as arrivals have said."""
        return {layer: np.unique(np.concatenate(rows)) for layer, rows in self._of_layer.items()}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all objects."""
        if len(self._ids) < len(self.rows):
            self._ids = tuple(self.rows)
        return self._ids

    @property
    def meshes(self) -> tuple[Mesh, ...]:
        """The bodies as they came: all parts, in their order."""
        with self._joining:
            return self._meshes

    @property
    def mesh(self) -> Mesh:
        """All in one mesh, its objects in the order of `ids`."""
        with self._joining:
            if len(self._meshes) == 1:
                return self._meshes[0]
            whole = Mesh.concatenate(self._meshes)
            if (np.diff(self.owner) >= 0).all():  # else some object came in several bits, and its parts lay apart
                self._meshes = (whole,)
            return whole

    def of_mesh(self, by_part: NDArray[Any]) -> NDArray[Any]:
        """What is known of each part (p, …), in the order in which `mesh` has the parts."""
        return by_part[np.argsort(self.owner, kind="stable")]

    def __len__(self) -> int:
        return len(self.rows)


def usual(bounds: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The middle of objects with these `bounds` (o, 2, 3), mm, and how far from it is too far for a building.

    That is a thousand times as far as half of them are, and 10 km at least. Such a thing is a mistake of its author,
    and would ruin the view and the grid of all others.
    """
    middle = np.median((bounds[:, 0] + bounds[:, 1]) / 2, axis=0)
    return middle, max(1000 * float(np.median(reach(bounds, middle))), 1e7)


def reach(bounds: NDArray[np.float64], middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """(o,) how far objects reach from a place along any axis."""
    return np.asarray(np.maximum(bounds[:, 1] - middle, middle - bounds[:, 0]).max(axis=1))


def largest(mesh: Mesh, most: int) -> NDArray[np.bool_]:
    """Which objects (o,) to draw if at most `most` triangles may be: those whose boxes are longest, at least one."""
    count = np.bincount(mesh.owner, np.diff(mesh.triangle_start), len(mesh))
    if count.sum() <= most:
        return np.ones(len(mesh), bool)
    low, high = mesh.bounds.swapaxes(0, 1)
    order = np.argsort(-(high - low).max(axis=1), kind="stable")
    keep = np.cumsum(count[order]) <= most
    keep[:1] = True
    out = np.zeros(len(mesh), bool)
    out[order[keep]] = True
    return out


def portions(mesh: Mesh, wanted: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """The `wanted` (o,) objects of a mesh in masks (o,) of a size that is quickly made and sent.

    Of many objects those come first that show most of themselves, so that the first picture has the shape of the
    building; the others by where they are.
    """
    left = np.flatnonzero(wanted)
    if len(left) > PORTION:
        bounds = mesh.bounds[left]
        shown = np.sort(bounds[:, 1] - bounds[:, 0], axis=1)[:, 1:].prod(axis=1)
        leading = np.argsort(-shown, kind="stable")[:FIRST]
        rest = np.delete(np.arange(len(left)), leading)
        rest = rest[np.argsort(morton(bounds[rest].mean(axis=1)), kind="stable")]
        order = [left[leading], *np.array_split(left[rest], -(-len(rest) // PORTION))]
    else:
        order = [left]
    for rows in order:
        if len(rows):
            out = np.zeros(len(mesh), bool)
            out[rows] = True
            yield out

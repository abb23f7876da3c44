"""What became of bodies from one state of a model to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.mesh import Mesh

SAME: Final = 0.01
"""mm; what differs by less is the same, since coordinates are rounded on their way."""


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """Of n objects with bodies in both states, `ids`:

    - ``moved``: (n, 3) mm, by how much the body as a whole lies elsewhere; 0 where it does not, or is another
    - ``reshaped``: (n,) bool, it is another body: turned, or of other faces
    - ``recolored``: (n,) bool
    """

    ids: tuple[str, ...]
    moved: Floats
    reshaped: NDArray[np.bool_]
    recolored: NDArray[np.bool_]


def differences(before: Mesh, after: Mesh) -> Differences:
    """What is different of the objects that both meshes have, in the order of `after`."""
    ids = tuple(id_ for id_ in after.ids if id_ in before)
    moved = np.zeros((len(ids), 3))
    reshaped, recolored = np.zeros(len(ids), bool), np.zeros(len(ids), bool)
    parts = [np.searchsorted(mesh.owner, np.arange(len(mesh) + 1)) for mesh in (before, after)]
    for k, id_ in enumerate(ids):
        old, new = (_body(mesh, part, mesh.row(id_)) for mesh, part in zip((before, after), parts, strict=True))
        recolored[k] = not np.array_equal(old[2], new[2])
        way = _way(old[:2], new[:2])
        reshaped[k] = way is None
        if way is not None and np.linalg.norm(way) > SAME:
            moved[k] = way
    return Differences(ids, moved, reshaped, recolored)


def _body(mesh: Mesh, parts: NDArray[Any], row: int) -> tuple[Floats, NDArray[Any], NDArray[np.uint8]]:
    """Vertices, triangles and colours of one object."""
    first, last = parts[row], parts[row + 1]
    v, t = mesh.vertex_start[[first, last]], mesh.triangle_start[[first, last]]
    return mesh.vertices[slice(*v)], mesh.triangles[slice(*t)] - v[0], mesh.color[first:last]


def _way(before: tuple[Floats, NDArray[Any]], after: tuple[Floats, NDArray[Any]]) -> Floats | None:
    """The one way (3,) that all vertices went, None where it is another body."""
    if before[0].shape != after[0].shape or not np.array_equal(before[1], after[1]):
        return None
    ways = after[0] - before[0]
    return np.asarray(ways.mean(axis=0)) if (np.ptp(ways, axis=0) <= SAME).all() else None

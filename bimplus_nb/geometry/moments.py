"""Volume, area and closedness of surfaces, from sums over their triangles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints, blocks, cross, sums

# A surface counts as closed when what is missing is smaller than this share of it.
CLOSED = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Measures of n surfaces: ``area`` (n,) mm², ``volume`` (n,) mm³ signed, ``closed`` (n,) bool."""

    area: Floats
    volume: Floats
    closed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What `Surface` is made of, summed over each of p parts about its own first vertex.

    - ``first``: (p, 3), that vertex; ``count``, ``sum``, ``square``: (p,), (p, 3), (p,) of the vertices
    - ``area``: (p,); ``vector``: (p, 3), the area vectors; ``moment``: (p, 3, 3), ``Σ centroid ⊗ area vector``
    """

    first: Floats
    count: Ints
    sum: Floats
    square: Floats
    area: Floats
    vector: Floats
    moment: Floats

    def surface(self, group: NDArray[Any], n: int, tolerance: float = CLOSED) -> Surface:
        """The measures of the parts taken together by `group` ((p,) -> 0 … n - 1), about the first vertex of each.

        For a closed surface the area vectors add up to nothing and, by the divergence theorem, their first moments
        ``Σ centroid ⊗ area vector`` to the volume times the identity. A missing face breaks the first sum; two missing
        faces that look away from each other keep the first and break the second. Neither asks which vertices are
        shared.
        """
        origin = np.zeros((n, 3))
        origin[group[::-1]] = self.first[::-1]  # a vertex: whole numbers stay whole
        by = self.first - origin[group]
        moment = sums((self.moment + by[:, :, None] * self.vector[:, None]).reshape(-1, 9), group, n).reshape(-1, 3, 3)
        square = self.square + 2 * (by * self.sum).sum(axis=1) + self.count * (by * by).sum(axis=1)
        area = sums(self.area, group, n)
        leak = np.linalg.norm(sums(self.vector, group, n), axis=1)
        volume = np.trace(moment, axis1=1, axis2=2) / 3
        skew = np.abs(moment - volume[:, None, None] * np.eye(3)).max(axis=(1, 2), initial=0)
        reach = np.sqrt(sums(square, group, n))
        closed = (area > 0) & (leak <= tolerance * area) & (skew <= tolerance * area * reach)
        return Surface(area, volume, closed)


def moments_of(vertices: Floats, triangles: NDArray[Any], vertex_start: Ints, triangle_start: Ints) -> Moments:
    """The sums over each part, from the arrays of a `Mesh`, in one pass."""
    parts = len(vertex_start) - 1
    first = vertices[vertex_start[:-1]]
    count = np.diff(vertex_start)
    # One row a sum, so that numpy adds up what lies next to each other.
    of_vertices, of_triangles = np.empty((4, parts)), np.empty((13, parts))
    for begin, end in blocks(triangle_start):
        (v, w), (t, u) = vertex_start[[begin, end]], triangle_start[[begin, end]]
        local = np.ascontiguousarray(vertices[v:w].T)
        local -= np.repeat(first[begin:end], count[begin:end], axis=0).T
        rows = np.concatenate([local, (local * local).sum(axis=0)[None]])
        of_vertices[:, begin:end] = np.add.reduceat(rows, vertex_start[begin:end] - v, axis=1)
        a, b, c = (local.take(corner, axis=1) for corner in (triangles[t:u] - v).T)
        vector, centroid = cross(b - a, c - a) / 2, (a + b + c) / 3
        size = np.sqrt((vector * vector).sum(axis=0))
        moment = (centroid[:, None] * vector).reshape(9, -1)
        rows = np.concatenate([size[None], vector, moment])
        of_triangles[:, begin:end] = np.add.reduceat(rows, triangle_start[begin:end] - t, axis=1)
    return Moments(
        first,
        count,
        of_vertices[:3].T,
        of_vertices[3],
        of_triangles[0],
        of_triangles[1:4].T,
        of_triangles[4:].T.reshape(-1, 3, 3),
    )

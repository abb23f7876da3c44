"""Where in an object its name is written."""

from __future__ import annotations

from typing import Final

import numpy as np

from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.mesh import Mesh

_SOME_AREA: Final = 1.0  # mm²; triangles that stand upright have none as seen from above


def middles(mesh: Mesh) -> Floats:
    """(n, 3) mm: the middle of each object's bounds.

    Where the object has nothing above or below that, as a corridor around a court, it is moved sideways into the
    middle of the largest triangle, as seen from above.
    """
    middle = mesh.bounds.mean(axis=1)
    of = mesh.owner[mesh.triangle_part]
    corners = mesh.vertices[mesh.triangles] - middle[of, None]
    x, z = corners[..., 0], corners[..., 2]
    turns = x * np.roll(z, -1, axis=1) - z * np.roll(x, -1, axis=1)  # which way round the middle each side goes
    area = np.abs(turns.sum(axis=1))
    around = (area > _SOME_AREA) & ((turns >= 0).all(axis=1) | (turns <= 0).all(axis=1))
    largest = np.lexsort((area, of))
    largest = largest[np.flatnonzero(np.diff(of[largest], append=-1))]  # the last of each object
    largest = largest[(area[largest] > _SOME_AREA) & ~np.isin(of[largest], of[around])]
    middle[np.ix_(of[largest], (0, 2))] += corners[largest].mean(axis=1)[:, [0, 2]]
    return np.asarray(middle)

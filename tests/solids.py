"""What must hold of every body, computed here from nothing but its faces."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.sandbox.content import Element, Solid


def triangles_of(solid: Solid) -> NDArray[np.int64]:
    """All faces as triangles; a quad a, b, c, d is a, b, d and b, c, d, as three.js splits it."""
    quads = solid.quads
    return np.concatenate([solid.triangles, quads[:, [0, 1, 3]], quads[:, [1, 2, 3]]]).astype(np.int64)


def volume(solid: Solid) -> float:
    """mm³ by the divergence theorem; negative if the faces look inwards."""
    corners = (solid.vertices - solid.vertices.mean(axis=0))[triangles_of(solid)]
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


def is_closed(vertices: int, faces: Iterable[NDArray[np.int32]]) -> bool:
    """Whether each edge belongs to exactly two faces that walk it in opposite directions, and each vertex to a face."""
    edges = [np.stack([part, np.roll(part, -1, axis=1)], axis=-1).reshape(-1, 2) for part in faces if len(part)]
    walked = np.concatenate(edges).astype(np.int64)
    there, back = walked[:, 0] * vertices + walked[:, 1], walked[:, 1] * vertices + walked[:, 0]
    once = len(np.unique(there)) == len(there)
    return once and np.array_equal(np.sort(there), np.sort(back)) and len(np.unique(walked)) == vertices


def closed(solid: Solid) -> bool:
    return is_closed(len(solid.vertices), (solid.triangles, solid.quads))


def corners(element: Element) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest x, y, z of an object."""
    points = np.concatenate([solid.vertices for solid in element.solids])
    return points.min(axis=0), points.max(axis=0)

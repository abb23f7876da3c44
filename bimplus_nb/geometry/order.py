"""In what order objects are drawn, and which of them share a chunk."""

from __future__ import annotations

import numpy as np

from bimplus_nb.geometry.arrays import Floats, Ints, offsets

# uint16 indices; 65,535 itself is a legal index, but some drivers read it as "restart".
MOST_VERTICES = 65_535


def morton(points: Floats) -> Ints:
    """Where points (n, 3) lie along a space-filling curve through their box: (n,) int64; near numbers, near points."""
    if not len(points):
        return np.empty(0, np.int64)
    low = points.min(axis=0)
    span = max(float((points.max(axis=0) - low).max()), 1e-9)
    cell: Ints = ((points - low) * ((2**20 - 1) / span)).astype(np.int64)
    # Two zero bits between any two of each coordinate.
    for shift, mask in (
        (32, 0x1F00000000FFFF),
        (16, 0x1F0000FF0000FF),
        (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ):
        cell = (cell | cell << shift) & mask
    x, y, z = cell.T
    place: Ints = x | y << 1 | z << 2
    return place


def grouped(bounds: Floats, size: Ints, first: int) -> tuple[list[Ints], Ints]:
    """Which objects go together into a chunk, and which are too large for any.

    `bounds`: (o, 2, 3); `size`: (o,) vertices of each. The first chunk has at most `first` objects, those that show
    most of themselves, so that the first picture has the shape of the building; the others follow in Morton order.
    """
    whole = np.flatnonzero((size <= MOST_VERTICES) & (size > 0))
    extent = np.sort(bounds[whole, 1] - bounds[whole, 0], axis=1)
    shown = extent[:, 2] * extent[:, 1] + extent[:, 2]  # the largest side of the box; among lines, the longest
    leading = whole[np.argsort(-shown, kind="stable")[: max(first, 1)]]
    leading = leading[: np.searchsorted(np.cumsum(size[leading]), MOST_VERTICES, "right")]
    rest = np.setdiff1d(whole, leading, assume_unique=True)
    rest = rest[np.argsort(morton(bounds[rest].mean(axis=1)), kind="stable")]
    chunks = [leading] if len(leading) else []
    end = offsets(size[rest])
    begin = 0
    while begin < len(rest):
        stop = int(np.searchsorted(end, end[begin] + MOST_VERTICES, "right")) - 1
        chunks.append(rest[begin:stop])
        begin = stop
    return chunks, np.flatnonzero(size > MOST_VERTICES)


def pieces(vertices: Floats, triangles: Ints) -> list[Ints]:
    """One large object cut up: lists of its triangles, each of at most `MOST_VERTICES` vertices and near each other."""
    middle = vertices[triangles].mean(axis=1)
    order = np.argsort(morton(middle), kind="stable")
    out = []
    while len(order):
        window = triangles[order[: 3 * MOST_VERTICES]]
        _, appears = np.unique(window.ravel(), return_index=True)
        new = np.bincount(appears // 3, minlength=len(window))
        fits = int(np.searchsorted(np.cumsum(new), MOST_VERTICES, "right"))
        out.append(order[:fits])
        order = order[fits:]
    return out

"""The faces that close what a plane has cut open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.geometry.rings import Rings, axes, rings
from bimplus_nb.geometry.section import section


@dataclass(frozen=True, slots=True, eq=False)
class Caps:
    """t triangles that fill the cut, counter-clockwise seen from the tip of the normal: towards what was removed.

    - ``vertices``: (v, 3) float64, mm, Y up, world: the points of `outline`
    - ``triangles``: (t, 3) int64 into `vertices`; ``part``: (t,) int64, ascending: what each is the inside of
    - ``outline``: the `Rings` they fill; its ``open`` says of which parts how many mm could not be closed
    """

    vertices: Floats
    triangles: Ints
    part: Ints
    outline: Rings


def caps(mesh: Mesh, normal: Sequence[float] | Floats, at: float, *, parts: NDArray[np.bool_] | None = None) -> Caps:
    """What fills the cut of the plane ``normal · p = at`` (mm) through a mesh, or through its `parts` (a (p,) mask).

    Parts should be closed (`Batch.closed_parts`), of others what closes is filled. `ImportError`: the extra ``mesh``
    is not installed.
    """
    outline = rings(section(mesh, normal, at, parts=parts), normal, mesh.owner)
    across, up = axes(normal)
    origin = outline.points[0] if len(outline) else np.zeros(3)
    flat = (outline.points - origin) @ np.stack([across, up], axis=1)
    return Caps(outline.points, *_filled(flat, outline), outline)


def _filled(flat: Floats, outline: Rings) -> tuple[Ints, Ints]:
    """Triangles (t, 3) and their parts (t,) of all polygons, each a ring and its holes."""
    try:
        from mapbox_earcut import triangulate_float64
    except ImportError:
        raise ImportError('filling a section needs a library: pip install "bimplus-nb[mesh]"') from None
    start = outline.start.tolist()
    polygons = _polygons(flat, outline)
    pieces: list[NDArray[Any]] = [np.empty(0, np.int64)]
    for members in polygons:
        if len(members) == 1:
            first, last = start[members[0]], start[members[0] + 1]
            pieces.append(triangulate_float64(flat[first:last], np.array([last - first], np.uint32)) + np.int64(first))
        else:
            places = np.concatenate([np.arange(start[ring], start[ring + 1]) for ring in members])
            ends = np.cumsum([start[ring + 1] - start[ring] for ring in members], dtype=np.uint32)
            pieces.append(places[triangulate_float64(flat[places], ends)])
    triangles = np.concatenate(pieces).reshape(-1, 3)
    part = (
        np.repeat(outline.part[[members[0] for members in polygons]], [len(piece) // 3 for piece in pieces[1:]])
        if polygons
        else np.empty(0, np.int64)
    )
    a, b, c = (flat[triangles[:, corner]] for corner in range(3))
    ab, ac = b - a, c - a
    turned = ab[:, 0] * ac[:, 1] < ab[:, 1] * ac[:, 0]
    triangles[turned] = triangles[turned, ::-1]
    return triangles, part


def _polygons(flat: Floats, outline: Rings) -> list[list[int]]:
    """Each ring that goes around something, followed by its holes.

    A hole belongs to the smallest ring around it. One that lies in none is the outline of a body that is inside out
    beside others of its part, and is filled.
    """
    hole = outline.area < 0
    around = {ring: [ring] for ring in np.flatnonzero(~hole).tolist()}
    if not hole.any():
        return list(around.values())
    low, high = (cut.reduceat(flat, outline.start[:-1]) for cut in (np.minimum, np.maximum))
    part_start = np.searchsorted(outline.part, outline.part[hole], "left")
    part_end = np.searchsorted(outline.part, outline.part[hole], "right")
    for ring, first, last in zip(np.flatnonzero(hole).tolist(), part_start, part_end, strict=True):
        others = np.arange(first, last)
        boxed = (
            ~hole[first:last]
            & (low[first:last] <= low[ring]).all(axis=1)
            & (high[first:last] >= high[ring]).all(axis=1)
        )
        candidates = others[boxed]
        candidates = candidates[np.argsort(outline.area[candidates], kind="stable")]
        inner = flat[outline.start[ring] : outline.start[ring + 1]]
        for other in candidates.tolist():
            if _within(inner, flat[outline.start[other] : outline.start[other + 1]]):
                around[other].append(ring)
                break
        else:
            around[ring] = [ring]
    return [around[ring] for ring in sorted(around)]


def _within(inner: Floats, outer: Floats) -> bool:
    """Whether a ring (n, 2) lies in another (m, 2) that it does not cross; some points of it are asked."""
    points = (inner + np.roll(inner, -1, axis=0))[:: max(len(inner) // 15, 1)] / 2
    x, y = points[:, :1], points[:, 1:]
    (x0, y0), (x1, y1) = outer.T, np.roll(outer, -1, axis=0).T
    passes = (y0 <= y) != (y1 <= y)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return bool(np.count_nonzero((passes & right).sum(axis=1) % 2) * 2 > len(points))

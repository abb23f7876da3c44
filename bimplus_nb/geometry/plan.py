"""What a level cut through a building shows from above: what is cut, and what lies below the cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints, runs, same
from bimplus_nb.geometry.batch import facing
from bimplus_nb.geometry.edges import creases
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.geometry.rings import Rings, rings
from bimplus_nb.geometry.section import Section, section

UP = (0.0, 1.0, 0.0)
# A face that climbs more steeply than this (the upward share of its normal) has no width worth painting.
_STEEP = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Seen from above; all places in mm, Y up, world.

    - ``cut``: `Rings` of what is cut, and ``edges``: the `Section` through what is not, or could not be closed
    - ``seen``: `Rings` around what is seen of each part below the cut, at height 0 and whole millimetres
    - ``lines``: (n, 2, 3) where the surfaces seen bend or end, longest first; ``line_part``: (n,) int64
    - ``height``: (p,) how high what is seen of a part reaches; -inf where nothing is. To cover lower things with
      higher ones, paint in this order.
    """

    cut: Rings
    edges: Section
    seen: Rings
    lines: Floats
    line_part: Ints
    height: Floats


def plan(
    mesh: Mesh, at: float, *, depth: float, parts: NDArray[np.bool_] | None = None, shortest: float = 12.0
) -> Plan:
    """The plan of a mesh, or of its `parts` (a (p,) mask), cut at the height `at` and seen down to ``at - depth``, mm.

    Lines under `shortest` mm are left out.
    """
    p = len(mesh.owner)
    shown = np.ones(p, bool) if parts is None else parts
    closed, inside_out = facing(mesh)
    corners, part = _from_above(mesh, at, at - depth, shown, inside_out, closed)
    height = np.full(p, -np.inf)
    np.maximum.at(height, part, corners[..., 1].max(axis=1))
    count = np.bincount(part, minlength=p)
    surface = Mesh.from_parts(
        [str(k) for k in range(p)],
        corners.reshape(-1, 3),
        np.arange(3 * len(corners)).reshape(-1, 3) - 3 * np.repeat(np.cumsum(count) - count, count)[:, None],
        3 * count,
        count,
        np.zeros((p, 4), np.uint8),
    )
    found = creases(surface, shortest=shortest)
    number = np.flatnonzero(count)
    cut = rings(section(mesh, UP, at, parts=shown & closed), UP, mesh.owner)
    torn = np.isin(mesh.owner, mesh.owner[list(cut.open)])
    return Plan(
        cut,
        section(mesh, UP, at, parts=shown & (~closed | torn)),
        _silhouettes(corners, part),
        surface.vertices[found.index],
        number[found.part],
        height,
    )


def _from_above(
    mesh: Mesh,
    top: float,
    bottom: float,
    shown: NDArray[np.bool_],
    inside_out: NDArray[np.bool_],
    closed: NDArray[np.bool_],
) -> tuple[Floats, Ints]:
    """The triangles between two heights that look up, clipped at the upper one: (t, 3, 3), and their parts, ascending.

    Of what is not closed those that look down are turned.
    """
    height = mesh.vertices[:, 1][mesh.triangles]
    part = mesh.triangle_part
    near = np.flatnonzero(shown[part] & (height.min(axis=1) < top) & (height.max(axis=1) >= bottom))
    corners, part = mesh.vertices[mesh.triangles[near]], part[near]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    up = normal[:, 1] / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)
    turned = inside_out[part] | (~closed[part] & (up < 0))
    corners = np.where(turned[:, None, None], corners[:, ::-1], corners)
    looks_up = np.where(turned, -up, up) > _STEEP
    return _clipped(corners[looks_up], part[looks_up], top)


def _clipped(corners: Floats, part: Ints, top: float) -> tuple[Floats, Ints]:
    """What of triangles (t, 3, 3) lies below a height."""
    below = corners[..., 1] <= top
    count = below.sum(axis=1)
    some = (count == 1) | (count == 2)
    # Turned so that the corner alone on its side comes first.
    first = np.argmax(below == (count == 1)[:, None], axis=1)[some]
    turned = np.take_along_axis(corners[some], ((first[:, None] + np.arange(3)) % 3)[..., None], axis=1)
    tip, one, two = turned.transpose(1, 0, 2)
    near, far = _between(tip, one, top), _between(tip, two, top)
    lone = (count[some] == 1)[:, None, None]
    small = np.stack([tip, near, far], axis=1)
    wide = np.stack([near, one, two], axis=1), np.stack([near, two, far], axis=1)
    whole, cut = count == 3, part[some]
    out = np.concatenate([corners[whole], np.where(lone, small, wide[0]), wide[1][~lone[:, 0, 0]]])
    of = np.concatenate([part[whole], cut, cut[~lone[:, 0, 0]]])
    order = np.argsort(of, kind="stable")
    return out[order], of[order]


def _between(a: Floats, b: Floats, top: float) -> Floats:
    """Where the lines a b pass a height, walked from the lower end, so that two triangles agree exactly."""
    low, high = np.where(a[:, 1:2] < b[:, 1:2], a, b), np.where(a[:, 1:2] < b[:, 1:2], b, a)
    share = (top - low[:, 1:2]) / (high[:, 1:2] - low[:, 1:2])
    out: Floats = low + share * (high - low)
    out[:, 1] = top
    return out


def _silhouettes(corners: Floats, part: Ints) -> Rings:
    """What goes around triangles that look up, pressed flat: their edges but those that two of a part share."""
    flat = np.round(corners) + 0.0
    flat[..., 1] = 0
    place = same(flat.reshape(-1, 3), np.repeat(part, 3)).reshape(-1, 3)
    begin, end = place.ravel(), place[:, [1, 2, 0]].ravel()
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    order = np.lexsort((high, low))
    start = runs(low[order] * (len(low) + 1) + high[order])
    # Each way once is nothing; what is left over goes the way of the majority.
    way = np.where(begin < end, 1, -1)[order]
    net = np.add.reduceat(way, start) if len(start) else way
    kept = np.abs(net)
    low, high = np.repeat(low[order][start], kept), np.repeat(high[order][start], kept)
    forward = np.repeat(net > 0, kept)
    points = flat.reshape(-1, 3)
    segments = np.stack([points[np.where(forward, low, high)], points[np.where(forward, high, low)]], axis=1)
    whose = np.repeat(part, 3)[low]
    by_part = np.argsort(whose, kind="stable")
    return rings(Section(segments[by_part], whose[by_part]), UP)

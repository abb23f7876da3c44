"""The closed outlines that a plane's cut is made of: segments put end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints, offsets, ranges, same, sums
from bimplus_nb.geometry.section import Section

# Gaps are closed where those of a ring are together no longer than this share of it. What counts as fillable may lack
# `batch.FILLABLE` (2e-3) of its surface, and a square hole of that size is sqrt(2e-3) of what goes around it.
BRIDGED = 0.045
# Where the way turns by less (radians) a point says nothing, and of two points nearer than this (mm) one is enough.
_STRAIGHT, _NEAR = 1e-6, 1e-5
# So many loose ends of one part are compared with one another; more of them are a sieve and no body with gaps.
_MOST_ENDS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """r closed outlines in a plane; seen from the tip of its normal they turn left around what is solid.

    - ``points``: (n, 3) float64, mm, Y up, world; ring k is ``points[start[k]:start[k + 1]]``, its end not repeated
    - ``start``: (r + 1,) int64
    - ``part``: (r,) int64, ascending: the part each goes around, the first one where parts are closed together only
    - ``area``: (r,) float64, mm²: negative around a hole. Added up by part it is the area of the cut (twice where a
      part lies within itself, as in `Mesh.volume`)
    - ``open``: part -> mm of its outline that could not be closed and stand in no ring
    """

    points: Floats
    start: Ints
    part: Ints
    area: Floats
    open: dict[int, float]

    def __len__(self) -> int:
        return len(self.part)


def rings(cut: Section, normal: Sequence[float] | Floats, owner: NDArray[np.int32] | None = None) -> Rings:
    """The rings of a cut, part by part. `normal` is the plane's.

    Ends at exactly the same place are one. Parts that are not closed alone are joined with others of their object that
    are not (`owner`, the mesh's: part -> object). Straight lines close what gaps are left where those are short beside
    their ring (`BRIDGED`). Where the rings of a part enclose less than nothing, it is inside out, and they are turned.
    """
    across, up = axes(normal)
    origin = cut.segments[0, 0] if len(cut.segments) else np.zeros(3)
    flat = (cut.segments - origin) @ np.stack([across, up], axis=1)
    chain = _Chain(cut.segments, flat, cut.part)
    torn = np.unique(chain.part[chain.loose])
    if owner is not None and len(np.unique(owner[torn])) < len(torn):
        # One name for all of an object's parts that are torn: the first of them.
        name = np.arange(len(owner))
        _, which, of = np.unique(owner[torn], return_index=True, return_inverse=True)
        name[torn] = torn[which][of]
        chain = _Chain(cut.segments, flat, name[cut.part])
    return chain.closed()


def axes(normal: Sequence[float] | Floats) -> tuple[Floats, Floats]:
    """Two directions of length 1 in a plane; seen from the tip of its normal the second lies left of the first.

    For (0, 1, 0), seen from above, they are (1, 0, 0) and (0, 0, -1): east and north.
    """
    tip = np.asarray(normal, np.float64) / np.linalg.norm(normal)
    other = np.zeros(3)
    other[2 - int(np.argmin(np.abs(tip[::-1])))] = 1
    across = np.cross(tip, other)
    across /= np.linalg.norm(across)
    return across, np.cross(tip, across) + 0.0


class _Chain:
    """Segments of which each knows its follower: ``begin``, ``end`` (s,) places, ``follower`` (s,), -1 for none."""

    def __init__(self, segments: Floats, flat: Floats, part: Ints) -> None:
        place = same(segments.reshape(-1, 3), np.repeat(part, 2)).reshape(-1, 2)
        real = place[:, 0] != place[:, 1]
        self.begin, self.end = place[real].T
        self.part = part[real]
        self.points, self.flat = segments.reshape(-1, 3), flat.reshape(-1, 2)
        self._follow()

    def _follow(self) -> None:
        """Each segment is followed by one that begins where it ends."""
        size = len(self.points) + 1
        leaving, coming = np.argsort(self.begin, kind="stable"), np.argsort(self.end, kind="stable")
        left, came = np.bincount(self.begin, minlength=size), np.bincount(self.end, minlength=size)
        # Where one comes and one leaves (nearly everywhere), they are the same in both orders.
        pairs = np.minimum(left, came)
        self.follower = np.full(len(self.begin), -1)
        first_left, first_came = offsets(left)[:-1], offsets(came)[:-1]
        self.follower[coming[ranges(first_came, pairs)]] = leaving[ranges(first_left, pairs)]
        for node in np.flatnonzero((pairs > 0) & (np.maximum(left, came) > 1)).tolist():
            outs = leaving[first_left[node] : first_left[node] + left[node]]
            ins = coming[first_came[node] : first_came[node] + came[node]]
            self.follower[ins] = -1
            self._turn_left(node, ins, outs)
        self.loose = np.flatnonzero(self.follower < 0)

    def _turn_left(self, node: int, ins: Ints, outs: Ints) -> None:
        """Where outlines touch, each goes on with the next one to its left, so that none crosses another."""
        back, ahead = (self._direction(node, ends) for ends in (self.begin[ins], self.end[outs]))
        turn = (back[:, None] - ahead) % (2 * np.pi)
        turn[turn < 1e-12] = 2 * np.pi  # straight back: the last choice
        for one, two in _greedy(turn):
            self.follower[ins[one]] = outs[two]

    def _direction(self, node: int, ends: Ints) -> Floats:
        x, y = (self.flat[ends] - self.flat[node]).T
        return np.asarray(np.arctan2(y, x))

    def closed(self) -> Rings:
        """The rings, gaps closed where they may be."""
        length = np.hypot(*(self.flat[self.end] - self.flat[self.begin]).T)
        gap = self._bridged(length)
        order, start, open_chains = self._walked()
        count = np.diff(start)
        ring = np.repeat(np.arange(len(count)), count)
        total, gaps = sums(length[order], ring, len(count)), sums(gap[order], ring, len(count))
        good = (np.arange(len(count)) >= open_chains) & (gaps <= BRIDGED * total)
        part = self.part[order[start[:-1]]]
        lost: dict[int, float] = {}
        for whose, mm in zip(part[~good].tolist(), total[~good].tolist(), strict=True):
            lost[whose] = lost.get(whose, 0.0) + mm
        return self._rings(order[good[ring]], count[good], part[good], lost)

    def _heads(self) -> Ints:
        """The segments that follow none."""
        headed = np.zeros(len(self.begin), bool)
        headed[self.follower[self.follower >= 0]] = True
        return np.flatnonzero(~headed)

    def _bridged(self, length: Floats) -> Floats:
        """Lets loose ends be followed by near loose beginnings of their part; how far away those are: (s,) mm."""
        gap, heads = np.zeros(len(length)), self._heads()
        for part in np.unique(self.part[self.loose]).tolist():
            ends, starts = self.loose[self.part[self.loose] == part], heads[self.part[heads] == part]
            if len(ends) > _MOST_ENDS:
                continue
            across = self.flat[self.end[ends], None] - self.flat[self.begin[starts]]
            width = np.hypot(across[..., 0], across[..., 1])
            for one, two in _greedy(width, BRIDGED * float(length[self.part == part].sum())):
                self.follower[ends[one]] = starts[two]
                gap[ends[one]] = width[one, two]
        return gap

    def _walked(self) -> tuple[Ints, Ints, int]:
        """All segments in their order, chain after chain, the open ones first; where each begins; how many are open."""
        heads, follower = self._heads().tolist(), self.follower.tolist()
        seen = bytearray(len(follower) + 1)
        seen[-1] = True  # where -1 leads
        order: list[int] = []
        start = [0]
        for at in (*heads, *range(len(follower))):
            if seen[at]:
                continue
            while not seen[at]:
                seen[at] = True
                order.append(at)
                at = follower[at]
            start.append(len(order))
        return np.array(order, np.int64), np.array(start, np.int64), len(heads)

    def _rings(self, order: Ints, count: Ints, part: Ints, lost: dict[int, float]) -> Rings:
        """Rings of `count` segments each, sorted by part, without points that say nothing."""
        start = offsets(count)
        by_part = np.argsort(part, kind="stable")
        corner = self.begin[order[ranges(start[:-1][by_part], count[by_part])]]
        part, count = part[by_part], count[by_part]
        for _ in range(2):  # what is near goes first: its directions mean nothing
            keep = self._speaking(corner, offsets(count))
            left = np.bincount(np.repeat(np.arange(len(count)), count)[keep], minlength=len(count))
            real = left > 2
            corner = corner[keep & np.repeat(real, count)]
            part, count = part[real], left[real]
        start = offsets(count)
        area = self._area(corner, start)
        inside_out = np.flatnonzero(np.bincount(part, area) < 0) if len(part) else part
        if len(inside_out):
            turned = np.isin(part, inside_out)
            place = np.arange(len(corner))
            mirrored = np.repeat(start[:-1] + start[1:] - 1, count) - place
            corner = corner[np.where(np.repeat(turned, count), mirrored, place)]
            area = np.where(turned, -area, area)
        return Rings(self.points[corner], start, part, area, lost)

    def _speaking(self, corner: Ints, start: Ints) -> NDArray[np.bool_]:
        """(n,) which points of rings are apart from the next and turn."""
        here, after = self.flat[corner], self.flat[corner[_next(start)]]
        ahead = after - here
        size = np.hypot(*ahead.T)
        before = np.empty(len(corner), np.int64)
        before[_next(start)] = np.arange(len(corner))
        back, far = ahead[before], size[before]
        bend = np.abs(back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]) > _STRAIGHT * size * far
        fold = np.einsum("ij,ij->i", back, ahead) < 0
        return np.asarray((size > _NEAR) & ((far <= _NEAR) | bend | fold))

    def _area(self, corner: Ints, start: Ints) -> Floats:
        local = self.flat[corner] - np.repeat(self.flat[corner[start[:-1]]], np.diff(start), axis=0)
        after = local[_next(start)]
        twice = local[:, 0] * after[:, 1] - local[:, 1] * after[:, 0]
        return sums(twice, np.repeat(np.arange(len(start) - 1), np.diff(start)), len(start) - 1) / 2


def _next(start: Ints) -> Ints:
    """(n,) the place of the next point of each ring, the first one after the last."""
    out = np.arange(1, start[-1] + 1)
    out[start[1:] - 1] = start[:-1]
    return out


def _greedy(cost: NDArray[Any], room: float = np.inf) -> list[tuple[int, int]]:
    """Pairs (row, column), each row and column once, the cheapest first, as long as all together cost no more."""
    out: list[tuple[int, int]] = []
    rows, columns = set(range(cost.shape[0])), set(range(cost.shape[1]))
    small = np.flatnonzero(cost.ravel() <= room)
    for cell in small[np.argsort(cost.ravel()[small], kind="stable")].tolist():
        one, two = divmod(cell, cost.shape[1])
        if one in rows and two in columns:
            room -= float(cost[one, two])
            if room < 0 or not rows:
                break
            rows.discard(one)
            columns.discard(two)
            out.append((one, two))
    return out

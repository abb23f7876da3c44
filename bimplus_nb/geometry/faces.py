"""The `faces` of THREE's JSON format 3, of many objects at once: records of bits and numbers -> triangles.

A record is a type byte and then the numbers its bits ask for, in this order (n is 4 with bit 0, else 3):

====  =====  ================  ============================
bit   value  meaning           numbers that follow
====  =====  ================  ============================
0     1      quad              n vertex indices, always
1     2      material          1
2     4      face UV           1 for each UV layer
3     8      vertex UV         n for each UV layer
4     16     face normal       1
5     32     vertex normals    n
6     64     face colour       1
7     128    vertex colours    n
====  =====  ================  ============================

A quad a b c d is split as three.js does it, into (a, b, d) and (b, c, d): it matters where a quad is not flat or not
convex. Source: three.js, "JSON Model format 3" and its LegacyJSONLoader; published JavaScript renderer 0.4.90.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Ints, by_value, offsets, ranges, runs

_TYPES = np.arange(256)


def _bit(number: int) -> Ints:
    return _TYPES >> number & 1


CORNERS = 3 + _bit(0)
# How long a record is, how much longer with each UV layer, and where in it the face colour stands.
SIZE = 1 + CORNERS + _bit(1) + _bit(4) + CORNERS * _bit(5) + _bit(6) + CORNERS * _bit(7)
SIZE_UV = _bit(2) + CORNERS * _bit(3)
COLOR_AT = 1 + CORNERS + _bit(1) + _bit(4) + CORNERS * _bit(5)

# So few objects are quicker to walk one by one than abreast.
_FEW = 24


@dataclass(frozen=True, slots=True)
class Faces:
    """Triangles of many objects, laid end to end.

    ``triangles``: (t, 3), vertex numbers as written, unchecked. ``count``: (k,) int64, how many each object has.
    ``color``: (t,), palette index of the face or -1. Both are of the type that the numbers read have.
    ``wrong``: object -> why its records cannot be read; such an object has no triangles.
    """

    triangles: NDArray[Any]
    count: Ints
    color: NDArray[Any]
    wrong: dict[int, str]


def decode_faces(codes: NDArray[Any], count: Ints, layers: Ints) -> Faces:
    """The triangles of k objects whose records lie end to end in `codes`.

    `codes`: (n,) int32 or int64. `count`: (k,), how many numbers each object has. `layers`: (k,), its UV layers.
    """
    begin = offsets(count)
    head, wrong = _heads(codes, begin, layers)
    kind = codes[head]
    quad = kind & 1
    first = offsets(1 + quad)
    # Of a b c d the corners at 1 2 4 and at 2 3 4, of a b c those at 1 2 3.
    corner, last = head + 1, head + 3
    if quad.any():
        corner = np.repeat(corner, 1 + quad)
        corner[first[:-1][quad == 1] + 1] += 1
        last = np.repeat(last + quad, 1 + quad)
    triangles = np.empty((len(corner), 3), codes.dtype)
    triangles[:, 0] = codes[corner]
    triangles[:, 1] = codes[corner + 1]
    triangles[:, 2] = codes[last]
    color = np.full(len(triangles), -1, codes.dtype)
    painted = np.flatnonzero(kind & 64)
    if len(painted):
        form = kind[painted]
        at = head[painted] + COLOR_AT[form]
        if layers.any():
            at += layers[np.searchsorted(begin, head[painted], "right") - 1] * SIZE_UV[form]
        color[first[painted]] = color[first[painted + 1] - 1] = codes[at]
    return Faces(triangles, np.diff(first[np.searchsorted(head, begin)]), color, wrong)


def _heads(codes: NDArray[Any], begin: Ints, layers: Ints) -> tuple[Ints, dict[int, str]]:
    """Where the records begin: (r,) ascending, and why some objects have none.

    Most objects have long runs of one kind of record. So it is supposed of all objects at once that what is left of
    them is of one kind, every place is looked at, and each goes on behind the last record of which that was true.
    """
    todo = np.flatnonzero(np.diff(begin))
    cursor, end = begin[todo], begin[todo + 1]
    most = end - cursor  # so many records are looked at; after a run only twice as many as it had
    found: list[Ints] = []
    wrong: dict[int, str] = {}
    while len(todo) > (_FEW if found else 0):
        kind = codes[cursor]
        known = kind & ~255 == 0
        size = np.where(known, SIZE[kind & 255] + layers[todo] * SIZE_UV[kind & 255], 1)
        fit = (end - cursor) // size
        lost = ~known | (fit == 0)
        for k in np.flatnonzero(lost).tolist():
            wrong[int(todo[k])] = _reason(int(kind[k]), bool(known[k]))
        run = np.where(lost, 0, np.minimum(fit, most))
        start = offsets(run)
        nth = ranges(np.zeros(len(run), np.int64), run)
        place = np.repeat(cursor, run) + nth * np.repeat(size, run)
        other = np.flatnonzero(codes[place] != np.repeat(kind, run))
        if len(other):
            of = np.repeat(np.arange(len(run)), run)[other]
            initial = runs(of)
            run[of[initial]] = nth[other[initial]]
            place = place[nth < np.repeat(run, np.diff(start))]
        found.append(place)
        cursor = cursor + run * size
        on = ~lost & (cursor < end)
        todo, cursor, end, most = todo[on], cursor[on], end[on], np.maximum(2 * run[on], 4)
    for k, start_, stop in zip(todo.tolist(), cursor.tolist(), end.tolist(), strict=True):
        places, reason = _walk(codes[start_:stop].tolist(), (SIZE + layers[k] * SIZE_UV).tolist())
        found.append(np.array(places, np.int64) + start_)
        if reason:
            wrong[k] = reason
    if len(found) == 1 and not wrong:
        return found[0], wrong
    head = np.zeros(len(codes), bool)
    for place in found:
        head[place] = True
    for k in wrong:
        head[begin[k] : begin[k + 1]] = False
    return np.flatnonzero(head), wrong


def _walk(codes: list[int], size: list[int]) -> tuple[list[int], str]:
    """The places of one object's records, and what is wrong with them, if anything."""
    places: list[int] = []
    at, end = 0, len(codes)
    while at < end:
        kind = codes[at]
        known = 0 <= kind < 256
        after = at + size[kind] if known else end + 1
        if after > end:
            return places, _reason(kind, known)
        places.append(at)
        at = after
    return places, ""


def _reason(kind: int, known: bool) -> str:
    return "its last face record is cut short" if known else f"a face record of type {kind}, which there is not"


def regroup(triangles: Ints, group: Ints) -> tuple[Ints, Ints, Ints]:
    """Gives every group its own copy of the vertices it uses.

    `triangles`: (t, 3) into some vertices; `group`: (t,) ascending. Returns which vertex each copy is of: (v,), the
    group each copy belongs to: (v,) ascending, and the triangles into the copies: (t, 3).
    """
    span = int(triangles.max(initial=-1)) + 1
    key, order = by_value((group[:, None] * span + triangles).ravel(), (int(group.max(initial=-1)) + 1) * span)
    first = runs(key)
    place = np.empty(len(key), np.int64)
    place[order] = np.repeat(np.arange(len(first)), np.diff(first, append=len(key)))
    copied = order[first]
    return triangles.ravel()[copied], group[copied // 3], place.reshape(-1, 3)

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

import numpy as np

from bimplus_nb.geometry.arrays import Ints, offsets

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

    ``triangles``: (t, 3) int64, vertex numbers as written, unchecked. ``count``: (k,) int64, how many each object has.
    ``color``: (t,) int64, palette index of the face or -1. ``wrong``: object -> why its records cannot be read; such
    an object has no triangles.
    """

    triangles: Ints
    count: Ints
    color: Ints
    wrong: dict[int, str]


def decode_faces(codes: Ints, count: Ints, layers: Ints) -> Faces:
    """The triangles of k objects whose records lie end to end in `codes`.

    `codes`: (n,) int64. `count`: (k,), how many numbers each object has. `layers`: (k,), its UV layers.
    """
    begin = offsets(count)
    head, wrong = _heads(codes, begin, layers)
    kind = codes[head]
    quad = kind & 1 == 1
    first = offsets(1 + quad)
    a, b, c = codes[head + 1], codes[head + 2], codes[head + 3]
    d = codes[head[quad] + 4]
    triangles = np.empty((first[-1], 3), np.int64)
    whole, other = first[:-1], first[:-1][quad] + 1
    triangles[whole, 0], triangles[whole, 1], triangles[whole, 2] = a, b, c
    triangles[other - 1, 2] = d
    triangles[other, 0], triangles[other, 1], triangles[other, 2] = b[quad], c[quad], d
    color = np.full(len(triangles), -1)
    painted = np.flatnonzero(kind & 64)
    if len(painted):
        uv = layers[np.searchsorted(begin, head[painted], "right") - 1]
        at = head[painted] + COLOR_AT[kind[painted]] + uv * SIZE_UV[kind[painted]]
        color[first[painted]] = color[first[painted + 1] - 1] = codes[at]
    return Faces(triangles, np.diff(first[np.searchsorted(head, begin)]), color, wrong)


def _heads(codes: Ints, begin: Ints, layers: Ints) -> tuple[Ints, dict[int, str]]:
    """Where the records begin: (r,) ascending, and why some objects have none."""
    size = np.diff(begin)
    todo = np.flatnonzero(size)
    # Most objects have one kind of record only. Suppose it of all, and see whether each place holds that kind.
    kind = codes[begin[todo]]
    known = kind & ~255 == 0
    stride = np.where(known, SIZE[kind & 255] + layers[todo] * SIZE_UV[kind & 255], 1)
    plain = known & (size[todo] % stride == 0)
    records = size[todo[plain]] // stride[plain]
    nth = np.arange(records.sum()) - np.repeat(offsets(records)[:-1], records)
    place = np.repeat(begin[todo[plain]], records) + nth * np.repeat(stride[plain], records)
    agrees = codes[place] == np.repeat(kind[plain], records)
    pure = np.ones(len(records), bool)
    pure[np.repeat(np.arange(len(records)), records)[~agrees]] = False
    if plain.all() and pure.all():
        return place, {}
    head = np.zeros(len(codes), bool)
    head[place[np.repeat(pure, records)]] = True
    plain[plain] = pure
    todo = todo[~plain]
    wrong: dict[int, str] = {}
    # The others are walked record by record, all abreast while they are many.
    cursor, end = begin[todo], begin[todo + 1]
    while len(todo) > _FEW:
        kind = codes[cursor]
        known = kind & ~255 == 0
        after = cursor + SIZE[kind & 255] + layers[todo] * SIZE_UV[kind & 255]
        good = known & (after <= end)
        for lost in np.flatnonzero(~good):
            wrong[int(todo[lost])] = _reason(int(kind[lost]), bool(known[lost]))
        head[cursor[good]] = True
        on = good & (after < end)
        todo, cursor, end = todo[on], after[on], end[on]
    for k, start, stop in zip(todo.tolist(), cursor.tolist(), end.tolist(), strict=True):
        places, reason = _walk(codes[start:stop].tolist(), (SIZE + layers[k] * SIZE_UV).tolist())
        head[np.array(places, np.int64) + start] = True
        if reason:
            wrong[k] = reason
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
    key, place = np.unique(np.repeat(group, 3) * span + triangles.ravel(), return_inverse=True)
    return key % span, key // span, place.reshape(-1, 3)

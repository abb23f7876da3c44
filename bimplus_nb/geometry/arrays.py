"""Small numpy idioms the other files share: ranges laid end to end, blocks, sums by group, exact welding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

# So many rows at once stay in a processor's cache, and what is computed on the way stays small.
BLOCK = 1 << 14

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def offsets(counts: NDArray[Any]) -> Ints:
    """Where each of consecutive runs begins: (n,) lengths -> (n + 1,) int64, the last entry being the total."""
    out = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=out[1:])
    return out


def ranges(start: NDArray[Any], count: NDArray[Any]) -> Ints:
    """start[0], start[0] + 1, … (count[0] of them), then start[1], …: the places of many runs, laid end to end."""
    begin = offsets(count)
    return np.arange(begin[-1]) + np.repeat(np.asarray(start, np.int64) - begin[:-1], count)


def blocks(start: Ints, most: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Consecutive runs taken together, `most` entries at a time; a longer run is alone.

    `start`: (n + 1,), where each of n runs begins, and the total. Yields the first run and the one behind the last.
    """
    run, n = 0, len(start) - 1
    while run < n:
        behind = max(int(np.searchsorted(start, start[run] + most, "right")) - 1, run + 1)
        yield run, behind
        run = behind


def sums(values: Floats, group: NDArray[Any], n: int) -> Floats:
    """Rows of `values` (m,) or (m, k) added up by group (m,) -> (n,) or (n, k)."""
    if values.ndim > 1:
        return np.stack([sums(column, group, n) for column in values.T], axis=1)
    return np.bincount(group, values, n).astype(np.float64, copy=False)


def cross(a: Floats, b: Floats) -> Floats:
    """The cross products of vectors that are columns: (3, n) each."""
    (x, y, z), (u, v, w) = a, b
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u])


def same(vertices: Floats, part: NDArray[Any]) -> Ints:
    """For each vertex the first vertex of its part at exactly the same place: (v,) int64 into `vertices`.

    `vertices` is (v, 3), `part` (v,). Equal means equal numbers (-0 is 0). Found by sorting a 64-bit hash and comparing
    the numbers themselves, so that a collision costs a shared vertex but never joins two places.
    """
    # Adding 0.0 makes -0.0 into 0.0, whose bits are compared.
    bits = [(column + 0.0).view(np.uint64) for column in vertices.T]
    key = (np.asarray(part, np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    for axis, odd in zip(bits, (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93), strict=True):
        key ^= axis
        key *= np.uint64(odd)
        key ^= key >> np.uint64(29)
    first = np.arange(len(key))
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return first
    order = np.argsort(key)
    start = runs(ordered)
    first[order] = np.repeat(np.minimum.reduceat(order, start), np.diff(start, append=len(order)))
    moved = np.flatnonzero(first != np.arange(len(first)))
    there = first[moved]
    alike = np.asarray(part)[moved] == np.asarray(part)[there]
    for axis in bits:
        alike &= axis[moved] == axis[there]
    first[moved[~alike]] = moved[~alike]
    return first


def by_value(values: Ints, most: int) -> tuple[Ints, Ints]:
    """Numbers (n,) from 0 to below `most`, ascending, and where each of them stood."""
    bits = len(values).bit_length()
    if most << bits >= 2**63:
        order = np.argsort(values)
        return values[order], order
    # To sort values is three times as quick as to sort places by them, so the place goes along in the lowest bits.
    both = values << bits | np.arange(len(values))
    both.sort()
    return both >> bits, both & ((1 << bits) - 1)


def runs(ordered: NDArray[Any]) -> Ints:
    """Where a new value begins in a sorted array (n,): (r,) int64."""
    return np.flatnonzero(np.concatenate([[len(ordered) > 0], ordered[1:] != ordered[:-1]]))

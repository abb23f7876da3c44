"""Small numpy idioms the other files share: ranges laid end to end, sums by group, exact welding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def sums(values: Floats, group: NDArray[Any], n: int) -> Floats:
    """Rows of `values` (m,) or (m, k) added up by group (m,) -> (n,) or (n, k)."""
    if values.ndim > 1:
        return np.stack([sums(column, group, n) for column in values.T], axis=1)
    return np.bincount(group, values, n).astype(np.float64, copy=False)


def same(vertices: Floats, part: NDArray[Any]) -> Ints:
    """For each vertex the first vertex of its part at exactly the same place: (v,) int64 into `vertices`.

    `vertices` is (v, 3), `part` (v,). Equal means equal numbers (-0 is 0). Found by sorting a 64-bit hash and comparing
    the numbers themselves, so that a collision costs a shared vertex but never joins two places.
    """
    if not len(vertices):
        return np.empty(0, np.int64)
    # Adding 0.0 makes -0.0 into 0.0, whose bits are compared.
    bits = np.ascontiguousarray(vertices + 0.0).view(np.uint64)
    key = (np.asarray(part, np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    for axis, odd in enumerate((0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)):
        key = (key ^ bits[:, axis]) * np.uint64(odd)
        key ^= key >> np.uint64(29)
    order = np.argsort(key)
    start = runs(key[order])
    first = np.empty(len(order), np.int64)
    first[order] = np.repeat(np.minimum.reduceat(order, start), np.diff(start, append=len(order)))
    moved = np.flatnonzero(first != np.arange(len(first)))
    there = first[moved]
    alike = (bits[moved] == bits[there]).all(axis=1) & (np.asarray(part)[moved] == np.asarray(part)[there])
    first[moved[~alike]] = moved[~alike]
    return first


def runs(ordered: NDArray[Any]) -> Ints:
    """Where a new value begins in a sorted array (n,): (r,) int64."""
    return np.flatnonzero(np.concatenate([[len(ordered) > 0], ordered[1:] != ordered[:-1]]))

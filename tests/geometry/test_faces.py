"""The decoder of face records against one that reads them one by one, as the format's description says."""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.geometry.arrays import offsets
from bimplus_nb.geometry.faces import _FEW, decode_faces, regroup

Read = tuple[list[tuple[int, int, int]], list[int]]


def reference(codes: list[int], layers: int) -> Read | None:
    """Triangles and face colours of one object, record by record; None where the records do not come out even."""
    triangles, colors, at = [], [], 0

    def take(n: int) -> list[int]:
        nonlocal at
        taken = codes[at : at + n]
        at += n
        if at > len(codes):
            raise IndexError
        return taken

    try:
        while at < len(codes):
            (kind,) = take(1)
            if kind not in range(256):
                return None
            n = 4 if kind & 1 else 3
            corners = take(n)
            if kind & 2:
                take(1)
            if kind & 4:
                take(layers)
            if kind & 8:
                take(layers * n)
            if kind & 16:
                take(1)
            if kind & 32:
                take(n)
            color = take(1)[0] if kind & 64 else -1
            if kind & 128:
                take(n)
            if n == 3:
                triangles.append(tuple(corners))
            else:
                a, b, c, d = corners
                triangles += [(a, b, d), (b, c, d)]
            colors += [color] * (n - 2)
    except IndexError:
        return None
    return triangles, colors


def record(kind: int, layers: int, numbers: list[int]) -> list[int]:
    n = 4 if kind & 1 else 3
    length = n + (kind >> 1 & 1) + layers * (kind >> 2 & 1) + layers * n * (kind >> 3 & 1)
    length += (kind >> 4 & 1) + n * (kind >> 5 & 1) + (kind >> 6 & 1) + n * (kind >> 7 & 1)
    return [kind, *numbers[:length]]


def check(objects: list[list[int]], layers: list[int]) -> None:
    count = np.array([len(codes) for codes in objects], np.int64)
    found = decode_faces(np.array([*chain(*objects)], np.int64), count, np.array(layers, np.int64))
    place = offsets(found.count)
    assert place[-1] == len(found.triangles) == len(found.color)
    for k, codes in enumerate(objects):
        expected = reference(codes, layers[k])
        assert (k in found.wrong) == (expected is None)
        triangles, colors = expected or ([], [])
        mine = slice(place[k], place[k + 1])
        assert [tuple(t) for t in found.triangles[mine].tolist()] == triangles
        assert found.color[mine].tolist() == colors


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_every_combination_of_bits(layers: int) -> None:
    numbers = list(range(100, 200))
    for kind in range(256):
        one = record(kind, layers, numbers)
        check([one, one + record(kind, layers, numbers[7:]), record(0, layers, numbers) + one, []], [layers] * 4)


KINDS = st.one_of(st.sampled_from([0, 1, 2, 3, 10, 16, 32, 64, 65, 40, 42]), st.integers(0, 255))
RECORDS = st.lists(KINDS, max_size=12)


@given(st.lists(st.tuples(RECORDS, st.integers(0, 2)), max_size=8), st.integers(1, 2 * _FEW), st.randoms())
def test_any_mixture_in_any_number_of_objects(shapes: list[tuple[list[int], int]], copies: int, random) -> None:  # type: ignore[no-untyped-def]
    objects, layers = [], []
    for kinds, n in shapes * copies:
        numbers = [random.randrange(256) for _ in range(60)]
        objects.append([*chain(*(record(kind, n, numbers[k:]) for k, kind in enumerate(kinds)))])
        layers.append(n)
    check(objects, layers)


@given(st.lists(st.lists(st.integers(-3, 300), max_size=20), max_size=2 * _FEW), st.integers(0, 2))
def test_any_numbers_at_all(objects: list[list[int]], layers: int) -> None:
    check(objects, [layers] * len(objects))


@given(st.lists(KINDS, min_size=1, max_size=6), st.integers(1, 10), st.integers(1, 2 * _FEW))
def test_cut_short_anywhere(kinds: list[int], cut: int, copies: int) -> None:
    codes = [*chain(*(record(kind, 1, list(range(60))) for kind in kinds))]
    check([codes, codes[: -min(cut, len(codes))]] * copies, [1, 1] * copies)


def test_reasons_are_words() -> None:
    codes = [[0, 1, 2], [256, 1, 2, 3], [-1, 0, 0, 0], [0, 1, 2, 3, 1, 0, 1, 2]]
    for copies in (1, _FEW):
        found = decode_faces(
            np.array([*chain(*codes * copies)]), np.array([3, 4, 4, 8] * copies), np.zeros(4 * copies, int)
        )
        assert found.wrong[0] == found.wrong[3] == "its last face record is cut short"
        assert found.wrong[1] == "a face record of type 256, which there is not"
        assert found.wrong[2] == "a face record of type -1, which there is not"


def test_regroup_gives_each_group_its_own_vertices() -> None:
    triangles, group = np.array([[0, 1, 2], [2, 1, 3], [0, 2, 3]]), np.array([0, 0, 4])
    source, owner, local = regroup(triangles, group)
    assert np.array_equal(source[local], triangles)
    assert np.array_equal(owner[local], np.repeat(group, 3).reshape(-1, 3))
    assert all(a < b for a, b in pairwise(zip(owner.tolist(), source.tolist(), strict=True)))

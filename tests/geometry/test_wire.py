from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bimplus_nb.geometry import y_up, z_up
from bimplus_nb.geometry.arrays import blocks, by_value, offsets, ranges, runs, same, sums
from bimplus_nb.geometry.wire import rgba
from geometry.solids import turning

POINTS = arrays(np.float64, st.tuples(st.integers(0, 20), st.just(3)), elements=st.floats(-1e12, 1e12))


@given(POINTS)
def test_the_two_frames_are_each_others_inverse(points: np.ndarray) -> None:
    assert np.array_equal(z_up(y_up(points)), points)
    assert np.array_equal(y_up(z_up(points)), points)


def test_the_change_of_frame_is_a_rotation_that_lifts_z_to_y() -> None:
    assert np.array_equal(y_up(np.array([0, 0, 1.0])), [0, 1, 0])
    assert np.allclose(y_up(np.eye(3)).T, turning(-np.pi / 2, 0))


@given(st.integers(-(2**31), 2**32 - 1))
def test_colours_equal_their_bytes(number: int) -> None:
    opaque = rgba([number, -1])[0]
    assert int.from_bytes(bytes([opaque[3], *opaque[:3]]), "big") == number % 2**32


@given(st.lists(st.integers(0, 9)), st.data())
def test_ranges_are_ranges_end_to_end(counts: list[int], data: st.DataObject) -> None:
    starts = [data.draw(st.integers(-5, 100)) for _ in counts]
    expected = [k for start, count in zip(starts, counts, strict=True) for k in range(start, start + count)]
    assert ranges(np.array(starts, int), np.array(counts, int)).tolist() == expected
    assert offsets(np.array(counts, int)).tolist() == [sum(counts[:k]) for k in range(len(counts) + 1)]


@given(
    st.lists(st.tuples(st.sampled_from([0.0, -0.0, 1.5, 1e9, -1e9]), st.sampled_from([0.0, 0.1]), st.integers(0, 2)))
)
def test_same_finds_the_first_equal_vertex_of_the_part(rows: list[tuple[float, float, int]]) -> None:
    vertices = np.array([(x, y, x) for x, y, _ in rows]).reshape(-1, 3)
    expected = [rows.index(next(r for r in rows if r == row)) for row in rows]
    assert same(vertices, np.array([part for *_, part in rows], int)).tolist() == expected


def test_same_tells_neighbouring_numbers_apart() -> None:
    vertices = np.repeat(np.nextafter(1e9, np.array([0, 2e9, 1e9]))[:, None], 3, axis=1)
    assert same(vertices, np.zeros(3, int)).tolist() == [0, 1, 2]


@given(st.lists(st.integers(0, 3)))
def test_runs(values: list[int]) -> None:
    ordered = sorted(values)
    assert runs(np.array(ordered, int)).tolist() == [ordered.index(value) for value in sorted(set(values))]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-100, 100))))
def test_sums_by_group(pairs: list[tuple[int, int]]) -> None:
    group, values = np.array([g for g, _ in pairs], int), np.array([v for _, v in pairs], float)
    expected = [sum(v for g, v in pairs if g == k) for k in range(5)]
    assert sums(values, group, 5).tolist() == expected
    assert sums(np.stack([values, -values], axis=1), group, 5)[:, 1].tolist() == [-v for v in expected]


@given(st.lists(st.integers(0, 99)), st.sampled_from([100, 2**62]))
def test_by_value_sorts_and_tells_whence(values: list[int], most: int) -> None:
    ordered, place = by_value(np.array(values, np.int64), most)
    assert ordered.tolist() == sorted(values)
    assert sorted(place.tolist()) == list(range(len(values)))
    assert [values[k] for k in place] == ordered.tolist()


@given(st.lists(st.integers(1, 9)), st.integers(1, 12))
def test_blocks_are_consecutive_and_no_larger_than_they_must(counts: list[int], most: int) -> None:
    found = list(blocks(offsets(np.array(counts, int)), most))
    assert [k for begin, end in found for k in range(begin, end)] == list(range(len(counts)))
    for begin, end in found:
        assert sum(counts[begin:end]) <= most or end == begin + 1
        assert end == len(counts) or sum(counts[begin : end + 1]) > most

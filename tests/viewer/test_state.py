"""Looks become texels, and patches lead from one state of them to the next."""

from __future__ import annotations

import houses
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.state import CLOSED, COLORED, GHOST, ROOM, SELECTED, VISIBLE, Looks, patch

TEXELS = arrays.arrays(np.uint32, st.integers(1, 300), elements=st.integers(0, 2**32 - 1))


def looks() -> Looks:
    """Three objects of four parts: a wall of two (the first closed), a slab, a room."""
    owner = np.array([0, 0, 1, 2])
    base = np.arange(12, dtype=np.uint8).reshape(4, 3)
    made = Looks()
    made.extend(owner, base, np.array([True, False, True, True]), np.array([False, False, True]))
    return made


def bits(of: Looks) -> list[int]:
    return of.texels().view(np.uint8).reshape(-1, 4)[:, 3].tolist()


def test_texels_hold_colour_and_bits_of_each_part() -> None:
    texels = looks().texels().view(np.uint8).reshape(-1, 4)
    assert texels[:, :3].tolist() == np.arange(12).reshape(4, 3).tolist()
    assert bits(looks()) == [VISIBLE | CLOSED, VISIBLE, VISIBLE | CLOSED, VISIBLE | CLOSED | ROOM]


def test_looks_stay_when_more_of_the_building_comes() -> None:
    some = looks()
    some.visible[1] = False
    some.color(np.full((3, 3), 9, np.uint8), np.array([True, False, False]), np.array([True, True, False]))
    before = some.texels()
    base = np.array([[7, 8, 9]], np.uint8)
    some.extend(np.array([0, 0, 1, 2, 3]), base, np.array([True, False, True, True, False]), np.arange(4) == 2)
    assert some.texels()[:4].tolist() == before.tolist()
    assert bits(some)[4] == VISIBLE
    assert some.texels()[4:].view(np.uint8).tolist() == [7, 8, 9, VISIBLE]


def test_each_look_is_its_own_bit_on_all_parts_of_an_object() -> None:
    some = looks()
    some.visible[1] = False
    some.ghost[0] = some.selected[0] = True
    assert bits(some)[0] == VISIBLE | GHOST | SELECTED | CLOSED
    assert bits(some)[1] == VISIBLE | GHOST | SELECTED
    assert bits(some)[2] == CLOSED


def test_while_colours_are_on_what_they_do_not_speak_of_is_a_ghost() -> None:
    some = looks()
    color = np.full((3, 3), 200, np.uint8)
    some.color(color, np.array([True, False, False]), np.array([True, True, False]))
    assert [b & (COLORED | GHOST) for b in bits(some)] == [COLORED, COLORED, 0, GHOST]
    assert some.texels().view(np.uint8)[::4].tolist() == [200, 200, 6, 9]
    some.clear_color()
    assert np.array_equal(some.texels(), looks().texels())


def test_rooms_are_shown_only_with_a_colour_or_asked_for() -> None:
    some = looks()
    assert some.shown.tolist() == [True, True, False]
    some.asked[:] = True
    assert some.shown.all()
    assert (some.texels().view(np.uint8)[3::4] & COLORED > 0).tolist() == [False, False, False, True]
    some.asked[:] = False
    some.color(np.zeros((3, 3), np.uint8), np.array([False, False, True]), np.array([False, False, True]))
    assert some.shown.tolist() == [False, False, True]


@settings(deadline=None)
@given(TEXELS, st.data())
def test_a_patch_leads_from_one_state_to_the_other(before: np.ndarray, data: st.DataObject) -> None:
    after = before.copy()
    where = data.draw(st.lists(st.integers(0, len(before) - 1), max_size=40))
    after[where] = data.draw(st.lists(st.integers(0, 2**32 - 1), min_size=len(where), max_size=len(where)))
    made = patch(before, after)
    assert (made is None) == np.array_equal(before, after)
    if made is not None:
        page = before.copy()
        made.apply(page)
        assert np.array_equal(page, after)
        assert made.nbytes <= after.nbytes


@pytest.mark.parametrize("changes", [200, 20_000])
def test_a_patch_costs_no_more_than_four_bytes_an_object(changes: int) -> None:
    rng = np.random.default_rng(0)
    before = rng.integers(0, 2**24, 100_000, np.uint32)
    chosen = rng.choice(100_000, changes, replace=False)
    palette = rng.integers(0, 2**32, 8, np.uint32)
    after = before.copy()
    after[chosen] = palette[rng.integers(0, 8, changes)]
    made = patch(before, after)
    assert made is not None
    assert made.nbytes <= 4 * changes
    page = before.copy()
    made.apply(page)
    assert np.array_equal(page, after)


def test_far_apart_changes_need_wide_gaps() -> None:
    before = np.zeros(200_000, np.uint32)
    after = before.copy()
    after[[5, 150_000]] = 1, 2
    made = patch(before, after)
    assert made is not None
    assert made.gaps.dtype == np.uint32
    made.apply(before)
    assert np.array_equal(before, after)


def test_rooms_by_themselves_are_shown_and_stay_so_in_a_scene() -> None:
    viewer = Viewer(houses.house(), rooms="room")
    viewer.show(["room", "roof"])
    assert "room" not in viewer.visible_ids, "whoever shows a storey does not ask for its rooms"
    viewer.isolate("room")
    scene = viewer.capture()
    viewer.hide("room")
    viewer.show()
    assert "room" not in viewer.visible_ids
    viewer.apply(scene)
    assert viewer.visible_ids == ("room",)
    viewer.reset()
    assert "room" not in viewer.visible_ids

"""A building that comes bit by bit, and what is left out of one that is too large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import houses
import numpy as np
import pytest

from bimplus_nb.geometry import Mesh
from bimplus_nb.viewer import Arrival, Viewer, core
from bimplus_nb.viewer.building import FIRST, PORTION, Building, largest, portions

HOUSE = houses.house((1e6, 2e6, -3e6))


def bits_of_it(n: int = 3) -> Iterator[Arrival]:
    for k, names in enumerate(np.array_split(np.array(HOUSE.ids), n)):
        yield Arrival(HOUSE.of(*names), {"room"}, k + 1, n)


def test_what_comes_in_bits_is_the_whole() -> None:
    whole, bits = Viewer(HOUSE, rooms="room"), Viewer(bits_of_it())
    assert len(bits._building) == 4, "only the first has been taken in"
    assert bits.mesh.ids == HOUSE.ids
    assert np.array_equal(bits.mesh.vertices, HOUSE.vertices)
    assert np.array_equal(bits.mesh.triangles, HOUSE.triangles)
    assert bits.visible_ids == whole.visible_ids
    assert np.array_equal(bits._texels.values, whole._texels.values)
    assert bits._home()["points"] != []
    np.testing.assert_allclose(
        np.add(bits._home()["points"], bits._building.origin), np.add(whole._home()["points"], whole._building.origin)
    )


@pytest.mark.parametrize(("seconds", "words"), [(60.0, 1), (0.0, 5)])
def test_of_bits_that_come_soon_after_each_other_the_page_hears_at_once(
    monkeypatch: pytest.MonkeyPatch, seconds: float, words: int
) -> None:
    monkeypatch.setattr(core, "_TELLING", seconds)
    viewer = Viewer(bits_of_it(6))
    page = viewer._on_page()
    said: list[str] = []
    monkeypatch.setattr(page.side, "tell", lambda message, *_: said.append(message["type"]))
    viewer.widget  # noqa: B018
    assert said.count("grow") == words
    assert len(page.side.parcels) == 6
    assert np.array_equal(page.side.texels.values, Viewer(HOUSE, rooms="room")._texels.values)
    viewer.close()


def test_each_bit_names_its_parts_as_the_building_does() -> None:
    building = Building()
    for arrival in bits_of_it():
        for made in building.add(arrival):
            for chunk in made.batch.chunks:
                rows = building.owner[made.parts[chunk.part.astype(int)]]
                exact = made.mesh.vertices[chunk.source]
                low, high = building.bounds[rows].swapaxes(0, 1)
                assert ((exact >= low) & (exact <= high)).all()
                drawn = made.batch.origin + chunk.center + chunk.positions * made.batch.step
                assert np.abs(drawn - exact).max() <= made.batch.step / 2 + 1e-6


def test_an_object_that_comes_in_two_bits_is_one() -> None:
    again = houses.house((1e6, 2e6 + 50_000, -3e6)).of("roof")
    viewer = Viewer([Arrival(HOUSE), Arrival(again)])
    viewer.select("roof")
    assert len(viewer.mesh) == len(HOUSE)
    assert viewer.mesh.ids == HOUSE.ids
    texels = viewer._building.of_mesh(viewer._texels.values.view(np.uint8).reshape(-1, 4))
    roof = viewer.mesh.owner == HOUSE.ids.index("roof")
    assert roof.sum() == 2 * (HOUSE.owner == HOUSE.ids.index("roof")).sum()
    assert ((texels[:, 3] & 4 > 0) == roof).all(), "the selected bit is on its parts, wherever the mesh has them"


def test_many_objects_come_large_ones_first_and_each_once() -> None:
    mesh = houses.many(PORTION + FIRST + 5)
    seen = [*portions(mesh, np.ones(len(mesh), bool))]
    assert np.sum(seen, axis=0).tolist() == [1] * len(mesh)
    assert seen[0].sum() == FIRST
    assert max(mask.sum() for mask in seen) <= PORTION


def test_of_too_many_triangles_the_smallest_objects_are_left_out() -> None:
    viewer = Viewer(HOUSE, rooms="room", max_triangles=100)
    building = viewer._building
    assert 0 < building.triangles_drawn <= 100
    size = (building.bounds[:, 1] - building.bounds[:, 0]).max(axis=1)
    assert size[building.drawn].min() >= size[~building.drawn].min()
    viewer.widget  # noqa: B018
    said = viewer._page.side.words["caption"]  # type: ignore[union-attr]
    assert f"{building.triangles_drawn} of 252 triangles" in said
    assert "max_triangles=252" in said
    assert len(viewer.mesh) == 12, "numbers are of everything"
    (left_out, *_) = viewer._ids(~building.drawn)
    chunks = len(viewer._page.side.parcels)  # type: ignore[union-attr]
    viewer.isolate(left_out)
    assert building.drawn[building.rows[left_out]]
    assert len(viewer._page.side.parcels) == chunks + 1  # type: ignore[union-attr]
    viewer.close()


def test_the_largest_object_is_drawn_whatever_the_budget() -> None:
    assert largest(HOUSE, 0).sum() == 1
    assert largest(HOUSE, 10**9).all()


@pytest.mark.parametrize("end", [KeyboardInterrupt(), ConnectionError("gone")])
def test_what_is_broken_off_leaves_what_has_come(end: BaseException) -> None:
    def broken() -> Iterator[Arrival]:
        yield from [*bits_of_it()][:2]
        raise end

    viewer = Viewer(broken())
    page = viewer._on_page()
    with pytest.raises(type(end)):
        viewer.select(HOUSE.ids[-1])
    assert page.side.words["caption"].endswith("so far")
    assert not page.side.arriving
    viewer.select(HOUSE.ids[5])
    assert viewer.selected_ids == (HOUSE.ids[5],)
    viewer.close()


def test_more_is_added_later() -> None:
    viewer = Viewer(HOUSE.of("roof", "slab"))
    viewer.select("roof")
    viewer.hide("slab")
    viewer.widget  # noqa: B018
    viewer.add(HOUSE.of("room", "column"), rooms=["room"])
    assert set(viewer.mesh.ids) == {"slab", "roof", "column", "room"}
    assert viewer.visible_ids == ("roof", "column"), "what was hidden stays hidden, rooms are hidden"
    assert viewer.selected_ids == ("roof",)
    state = viewer._page.side.get_state()["texels"]  # type: ignore[union-attr]
    assert len(memoryview(state)) == 4 * len(viewer.mesh.owner)
    viewer.close()


def test_nothing_comes() -> None:
    viewer = Viewer(iter([Arrival(Mesh.empty())]))
    assert len(viewer.mesh) == 0
    assert viewer.visible_ids == ()
    viewer.widget  # noqa: B018
    viewer.close()


FAR = Mesh.from_parts(
    ["far"],
    np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]) + 1e11,
    np.array([[0, 1, 2]]),
    np.array([3]),
    np.array([1]),
    np.array([[0, 0, 0, 255]], np.uint8),
)


@pytest.mark.parametrize("more", [False, True], ids=["at the end", "on the way"])
def test_a_bit_that_is_all_astray_moves_no_border(more: bool) -> None:
    building = Building()
    beside = replace(houses.house((1e6 + 20_000, 2e6, -3e6)), ids=tuple(f"{name} beside" for name in HOUSE.ids))
    list(building.add(Arrival(HOUSE, done=1, known=3)))
    low, high = building.low.copy(), building.high.copy()
    assert not list(building.add(Arrival(FAR, done=2, known=3 if more else 2)))
    assert building.stray.tolist() == [False] * len(HOUSE) + [True]
    assert np.array_equal(building.low, low)
    assert np.array_equal(building.high, high)
    if more:
        list(building.add(Arrival(beside, done=3, known=3)))
        assert np.flatnonzero(building.stray).tolist() == [len(HOUSE)]
        assert building.high[0] > high[0]


@pytest.mark.parametrize(
    ("land", "ground"),
    [
        ({}, -150.0),
        ({"river": (-1_700, -1_400)}, -1_710.0),
        ({"river": (-1_700, -1_400), "quay": (-3_000, 0)}, -1_710.0),  # the wall goes down into it
        ({"lawn": (2_800, 3_100)}, -150.0),  # on a roof
    ],
)
def test_the_ground_is_under_the_land_that_lies_lowest(land: dict[str, tuple[float, float]], ground: float) -> None:
    building = Building()
    color = (120, 150, 105, 255)
    lie = {name: [houses.box((0, low, 9_000), (10_000, high, 12_000), color)] for name, (low, high) in land.items()}
    tower = houses.box((0, -900, 0), (500, 9_000, 500), color)
    list(building.add(Arrival(houses.house())))
    list(building.add(Arrival(houses.mesh({**lie, "tower": [tower]}), terrain=land)))
    assert building.ground == ground

"""Sections, storeys lifted apart, and plans, without a page."""

from __future__ import annotations

import io
from typing import Any

import houses
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.palette import THEMES
from bimplus_nb.viewer.raster import Frame
from bimplus_nb.viewer.storeys import floor_of, ranks

HERE = (1e6, 2e6, -3e6)
Z = HERE[2] + 3_000
STOREY = {"slab": "ground", "roof": "top", "column": "", "terrace": "ground", "room": "top"}


def table() -> pd.DataFrame:
    ids = list(houses.house().ids)
    return pd.DataFrame({"storey": [STOREY.get(name, "middle") for name in ids]}, index=ids)


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(houses.house(HERE), objects=table(), rooms="room")


def hear(viewer: Viewer, **message: Any) -> None:
    viewer.widget  # noqa: B018
    assert viewer._page is not None
    viewer._page._listen(viewer._page.side, {"type": "act", **message}, [])


def test_several_planes_at_once(viewer: Viewer) -> None:
    assert viewer.sections == ()
    viewer.sections = [(0, 2, 0, 4_000), (1, 0, 0, 5)]
    assert viewer.sections == ((0, 1, 0, 2_000), (1, 0, 0, 5))
    viewer.section("-x", 7)
    assert viewer.sections == ((-1, 0, 0, -7),)
    viewer.section()
    assert viewer.sections == ()


@pytest.mark.parametrize(
    "planes",
    [
        [(0, 0, 0, 1)],
        [(1, 0, 0)],
        [(1, 0, 0, float("nan"))],
        [(1, 0, float("inf"), 0)],
        ["abcd"],
        5,
        [(1, 0, 0, 0)] * 7,
    ],
)
def test_what_is_no_plane_is_refused(viewer: Viewer, planes: Any) -> None:
    viewer.section("y", 1)
    with pytest.raises(ValueError, match="plane"):
        viewer.sections = planes
    hear(viewer, name="section", planes=planes)
    assert viewer.sections == ((0, 1, 0, 1),)


def test_a_box_around_objects_and_between_corners(viewer: Viewer) -> None:
    def kept() -> list[list[float]]:
        ends = [[sum(x) * d for *x, d in viewer.sections[k : k + 2]] for k in (0, 2, 4)]
        return np.subtract(ends, np.array(HERE)[:, None]).tolist()

    viewer.section_box("sill", 100)
    assert kept() == [[2_900, 6_600], [-100, 1_000], [5_600, 6_100]]
    viewer.select("terrace")
    viewer.section_box(margin=0)
    assert kept() == [[10_000, 13_000], [-200, -50], [3_000, 6_000]]
    viewer.section_box(low=np.add(HERE, 1).tolist(), high=np.add(HERE, 2).tolist())
    assert kept() == [[1, 2]] * 3
    with pytest.raises(ValueError, match="from low to high"):
        viewer.section_box(low=(0, 0, 0), high=(1, 1, -1))
    with pytest.raises(ValueError, match="from low to high"):
        viewer.section_box(low=(0, 0, 0))


def test_a_hand_on_the_page_moves_the_planes(viewer: Viewer) -> None:
    """They come in the frame of the scene and are kept in the world's."""
    hear(viewer, name="section", planes=[[0, 0, 1, -500], [0, 1, 0, 20]])
    x, y, z = viewer._building.origin
    assert viewer.sections == ((0, 0, 1, z - 500), (0, 1, 0, y + 20))
    assert viewer._page is not None
    assert viewer._page.side.cuts == {"planes": [[0, 0, 1, -500], [0, 1, 0, 20]], "origin": [x, y, z]}
    other = Viewer(houses.house(HERE))
    other.apply(viewer.capture())
    assert other.sections == viewer.sections
    viewer.reset()
    assert viewer.sections == ()


def test_the_outline_of_a_cut_lies_behind_its_plane(viewer: Viewer) -> None:
    viewer.section("y", HERE[1] + 1_400)
    lines = viewer._seams(viewer.sections)
    ends = lines[:, :6].reshape(-1, 2, 3) + viewer._building.origin - HERE
    assert ends[..., 1] == pytest.approx(1_399, abs=0.01)
    names = {viewer._building.ids[viewer._building.owner[int(part)]] for part in lines[:, 6]}
    assert names == set(houses.house().ids) - {"slab", "sill", "roof", "terrace"}
    wall = lines[[viewer._building.owner[int(part)] == viewer._building.rows["wall-left"] for part in lines[:, 6]]]
    assert np.linalg.norm(wall[:, :3] - wall[:, 3:6], axis=1).sum() == pytest.approx(2 * (300 + 6_000), abs=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_without_a_page_shows_the_inside(theme: Any) -> None:
    viewer = Viewer(houses.house(HERE), rooms="room", theme=theme)
    viewer.section("z", Z)
    with Image.open(io.BytesIO(viewer.screenshot())) as read:
        image = np.asarray(read.convert("RGB")) / 255
    height, width, _ = image.shape
    points = np.add(HERE, [(150, 1_400, 3_000), (5_000, 1_400, 3_000)])
    (x, y, _), (inside_x, inside_y, _) = Frame(viewer.camera, width, height).project(points).tolist()
    cut = image[int(y), int(x)]
    low, high = np.sort([THEMES[theme]["capColor"], THEMES[theme]["hatchColor"]], axis=0)
    assert (cut > low - 0.01).all()
    assert (cut < high + 0.01).all()
    assert np.abs(image[int(inside_y), int(inside_x)] - cut).max() > 0.2, "the room behind"


def test_a_plan_is_cut_above_the_floor_and_seen_from_above(viewer: Viewer) -> None:
    viewer.plan("middle")
    assert viewer.sections == ((0, 1, 0, HERE[1] + 1_200),)
    down = np.subtract(viewer.camera.target, viewer.camera.position)
    assert down[1] < -1_000
    assert np.abs(down[[0, 2]]).max() < 0.001 * -down[1]
    assert viewer.camera.projection == "orthographic"
    viewer.plan("middle", height=300)
    assert viewer.sections == ((0, 1, 0, HERE[1] + 300),)
    with pytest.raises(ValueError, match=r"no storey 'cellar'.*'ground', 'middle', 'top'"):
        viewer.plan("cellar")


def test_storeys_are_lifted_by_how_many_are_below(viewer: Viewer) -> None:
    hear(viewer, name="explode", distance=1_000)
    assert viewer._page is not None
    side = viewer._page.side
    ids = viewer._building.ids
    lift = {ids[row]: side.lifted * rank for row, rank in zip(viewer._building.owner, side.storeys, strict=True)}
    assert (lift["column"], lift["slab"], lift["sill"], lift["roof"]) == (0, 0, 1_000, 2_000)
    highest = max(y for _, y, _ in viewer._ends(viewer._rows_of("roof")))
    assert highest == pytest.approx(2_000 + viewer.mesh.of("roof").bounds[0, 1, 1] - viewer._building.origin[1])
    viewer.section("y", HERE[1] + 2_400)
    lines = viewer._seams(viewer.sections)
    assert {ids[viewer._building.owner[int(part)]] for part in lines[:, 6]} >= {"wall-left", "column"}
    ends = lines[:, [1, 4]] + viewer._building.origin[1] - HERE[1]
    rows = viewer._building.owner[lines[:, 6].astype(int)]
    assert ends[rows == viewer._building.rows["wall-left"]] == pytest.approx(1_399, abs=0.01)
    viewer.add(houses.mesh({"chimney": [houses.box((0, 9_000, 0), (1, 9_001, 1), houses.PLASTER)]}, HERE))
    assert len(side.storeys) == len(viewer._building.owner), "and what comes later as well"
    viewer.reset()
    assert side.lifted == 0
    with pytest.raises(ValueError, match="0 to 1,000,000 mm"):
        viewer.explode(-1)


def test_without_storeys_nothing_is_lifted() -> None:
    viewer = Viewer(houses.house())
    viewer.explode(0)
    with pytest.raises(ValueError, match="no storeys"):
        viewer.explode()


def test_floor_and_order_of_storeys() -> None:
    low = np.array([0, 0, 3, 4_000, -200, 3_000, 3_000, 900.0])
    bounds = np.zeros((8, 2, 3))
    bounds[:, 0, 1] = low
    assert floor_of(bounds[:5]) == 0
    storey = np.array(["a", "a", "a", "a", "", "b", "b", "b"], object)
    assert ranks(storey, bounds).tolist() == [0, 0, 0, 0, 0, 1, 1, 1]

"""Where a viewer looks from, while no page is there."""

from __future__ import annotations

import houses
import numpy as np
import pytest

from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.camera import VIEWS, Camera

HERE = (1e6, 2e6, -3e6)


def forward(viewer: Viewer) -> np.ndarray:
    way = np.subtract(viewer.camera.target, viewer.camera.position)
    return way / np.linalg.norm(way)


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(houses.house(HERE), rooms="room")


@pytest.mark.parametrize("name", VIEWS)
def test_look_goes_to_named_sides(viewer: Viewer, name: str) -> None:
    viewer.look(name)
    assert forward(viewer) == pytest.approx(np.array(VIEWS[name]) / np.linalg.norm(VIEWS[name]))
    middle = viewer.mesh.bounds.reshape(-1, 3)
    away = np.subtract(viewer.camera.target, middle.mean(axis=0))
    assert np.abs(away).max() < 3_000, "and at the building"


def test_look_may_be_at_some_objects(viewer: Viewer) -> None:
    viewer.look("front", "column")
    assert viewer.camera.target[:2] == pytest.approx((1e6 + 11_500, 2e6 + 1_300), abs=1)
    assert np.linalg.norm(np.subtract(viewer.camera.target, viewer.camera.position)) < 12_000


def test_unknown_views_and_projections_are_refused(viewer: Viewer) -> None:
    with pytest.raises(ValueError, match="no such view: 'north'; there are top, front"):
        viewer.look("north")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no such projection: 'flat'; there are perspective, orthographic"):
        viewer.projection = "flat"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="nobody"):
        viewer.look("top", "nobody")


def test_the_projection_is_kept_by_all_that_moves_until_reset(viewer: Viewer) -> None:
    before = viewer.camera
    assert viewer.projection == "perspective"
    viewer.projection = "orthographic"
    assert viewer.camera.position == before.position
    assert viewer.projection == viewer.camera.projection == "orthographic"
    viewer.look("left")
    viewer.fit("roof")
    assert viewer.projection == "orthographic"
    assert viewer.camera.height == pytest.approx(6_800 / 2 / 0.86, rel=0.01), "the roof is seen from its short side"
    viewer.reset()
    assert viewer.camera == before


def test_a_widget_is_told_and_knows_at_once(viewer: Viewer) -> None:
    viewer.widget  # noqa: B018
    told: list[dict] = []
    viewer._page.side.tell = lambda message, *_: told.append(message)  # type: ignore[union-attr,method-assign]
    viewer.projection = "orthographic"
    viewer.look("top")
    assert viewer.projection == "orthographic"
    assert [message["type"] for message in told] == ["projection", "fit"]
    assert told[1]["direction"] == (0, -1, 0)
    # What the page then says is what holds.
    viewer._page.side.camera = {"position": [0, 9, 0], "target": [0, 0, 0], "fov": 35, "height": None}  # type: ignore[union-attr]
    assert viewer.projection == "perspective"
    viewer.projection = "orthographic"
    assert viewer.camera.height == pytest.approx(18 * np.tan(np.radians(17.5)))
    viewer.close()
    assert viewer.projection == "orthographic", "kept for the next page"


def test_a_scene_brings_an_orthographic_camera(viewer: Viewer) -> None:
    camera = Camera((1e6, 2e6 + 9_000, -3e6), (1e6 + 5_000, 2e6, -3e6), 40.0, 7_500.0)
    scene = viewer.capture() | {"camera": camera.to_scene()}
    viewer.apply(scene)
    assert viewer.camera == camera
    assert viewer.capture()["camera"] == scene["camera"]

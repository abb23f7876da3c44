"""Pins without a page: what is taken of a frame, where one looks at a pin from, and what is asked of a click."""

from __future__ import annotations

from typing import Any

import houses
import numpy as np
import pandas as pd
import pytest

from bimplus_nb.geometry.sight import clearance, facing_normal
from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.pins import Place

AT = np.array((1e9, 2e6, -1e9))


def frame(*points: tuple[float, float, float], **columns: Any) -> pd.DataFrame:
    places = np.array(points, float).reshape(-1, 3) + AT
    issues = [f"issue-{k}" for k in range(len(points))]
    return pd.DataFrame({"issue": issues, **dict(zip(("x_mm", "y_mm", "z_mm"), places.T, strict=True)), **columns})


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(houses.house(at=tuple(AT)), rooms="room")


def test_a_frame_without_places_is_refused(viewer: Viewer) -> None:
    with pytest.raises(ValueError, match="x_mm"):
        viewer.pin(pd.DataFrame({"issue": ["a"], "y_mm": [0.0], "z_mm": [0.0]}))


def test_rows_without_a_place_are_passed_over(viewer: Viewer) -> None:
    pins = frame((0, 0, 0), (np.nan, 0, 0), (1, 2, 3), (np.inf, 0, 0), name=["a", "b", pd.NA, "d"])
    viewer.pin(pins)
    assert viewer._pinned is not None
    origin = viewer._building.origin
    found = np.reshape(viewer._pinned["places"], (-1, 3)) + origin
    assert np.abs(found - AT - [(0, 0, 0), (1, 2, 3)]).max() < 0.01
    assert viewer._pinned["names"] == ["a", ""]
    viewer.pin()
    assert viewer._pinned["issues"] == []


def test_one_looks_at_a_pin_from_in_front_of_its_face(viewer: Viewer) -> None:
    viewer.pin(frame((8500, 1500, 6000), normal_x=[0.0], normal_y=[0.0], normal_z=[1.0]))
    viewer.go_to_pin("issue-0")
    out = np.subtract(viewer.camera.position, viewer.camera.target)
    assert np.allclose(viewer.camera.target, AT + np.array((8500, 1500, 6000)))
    assert out[2] > 2000
    with pytest.raises(ValueError, match="nobody"):
        viewer.go_to_pin("nobody")


def test_inside_a_room_one_stays_inside(viewer: Viewer) -> None:
    viewer.pin(frame((5000, 1500, 300), normal_x=[0.0], normal_y=[0.0], normal_z=[1.0]))
    viewer.go_to_pin("issue-0")
    x, y, z = np.subtract(viewer.camera.position, AT)
    assert 300 < x < 9700
    assert 0 < y < 2800
    assert 300 < z < 5800


def test_a_pin_that_does_not_say_which_way_its_face_looks_is_seen_all_the_same(viewer: Viewer) -> None:
    viewer.pin(frame((5000, 1500, 0)))
    viewer.go_to_pin("issue-0")
    assert viewer.camera.position[2] - AT[2] < -1000, "from behind the house, where it is"


def test_clearance_is_the_way_to_what_is_met_first() -> None:
    house = houses.house()
    shown = np.array([name != "wall-right" for name in house.ids])
    start, way = np.array((5000.0, 1500.0, 3000.0)), np.array((0.0, 0.0, -1.0))
    assert clearance(house, house.bounds, start, way, shown) == pytest.approx(2700)
    assert clearance(house, house.bounds, start, way, shown, 1000) == 1000
    assert (
        clearance(house, house.bounds, start, np.array((1.0, 0, 0)), shown & (np.array(house.ids) != "room")) == np.inf
    )
    assert clearance(house, house.bounds, start, -way, np.zeros(len(house), bool), 5.0) == 5.0


def test_a_face_looks_at_who_sees_it() -> None:
    wall = houses.house().of("wall-front-2")
    assert facing_normal(wall, np.array((8000.0, 900.0, 6000.0)), np.array((0.1, 0, -1))).tolist() == [0, 0, 1]
    edge = np.array((8000.0, 2800.0, 6000.0))
    assert facing_normal(wall, edge, np.array((0, -1.0, -0.2))).tolist() == [0, 1, 0]
    assert facing_normal(wall, edge, np.array((0, -0.2, -1.0))).tolist() == [0, 0, 1]


def test_a_place_needs_a_page(viewer: Viewer) -> None:
    with pytest.raises(ValueError, match="not on a page"):
        viewer.place(lambda _: None)


def test_what_a_page_says_is_checked(viewer: Viewer) -> None:
    told: list[Place | None] = []
    viewer._on_place({"place": None})  # nobody has asked
    viewer._asking = told.append
    viewer._on_place({"place": None})
    assert told == [None]
    viewer._asking = told.append
    with pytest.raises(ValueError, match="way"):
        viewer._on_place({"place": {"part": 0, "at": [0, 0, 0], "snap": "face"}, "way": ["x"]})
    clicked: list[str] = []
    end = viewer.on_pin(clicked.append)
    viewer.pin(frame((0, 0, 0)))
    for issue in (0, 1, -1, "0", None, True):
        viewer._on_pin({"issue": issue})
    assert clicked == ["issue-0"]
    end()
    viewer._on_pin({"issue": 0})
    assert clicked == ["issue-0"]

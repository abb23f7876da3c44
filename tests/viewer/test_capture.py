"""What is seen, written as a scene of the service and read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.capture import View

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=4).map(tuple)
VIEWS = st.builds(
    View,
    camera=st.just(Camera((1.0, 2.0, 3.0), (4.0, 5.0, 6.0), 40.0)),
    visible=st.none() | IDS,
    transparent=IDS,
    selected=IDS,
    colors=st.dictionaries(st.sampled_from(["#ff0000", "#00ff7f"]), IDS),
    cuts=st.lists(st.tuples(*[st.floats(0.1, 1)] * 3, st.floats(-1e6, 1e6)), max_size=6).map(tuple),
)


@settings(deadline=None)
@given(VIEWS)
def test_a_view_survives_being_a_scene_and_json(view: View) -> None:
    assert View.from_scene(json.loads(json.dumps(view.to_scene()))) == view


def test_the_scene_is_of_the_version_the_web_viewer_writes() -> None:
    scene = View(
        Camera((0, 0, 10_000), (0, 0, 0)), visible=("a",), transparent=("b",), cuts=((0, 1, 0, 2_800),)
    ).to_scene()
    assert scene["version"] == [2, 0, 0]
    assert scene["viewMode"] == "hidden,transparent"
    assert scene["objects"]["visible"] == ["a"]
    assert scene["camera"]["euler"] == [0, 0, 0, "XYZ"]
    # A point at 2 m is on the side that is kept: normal · point + constant >= 0.
    (plane,) = scene["clippingPlanes"]
    assert plane["normal"][1] * 2_000 + plane["constant"] > 0 > plane["normal"][1] * 3_000 + plane["constant"]


def test_an_older_scene_hides() -> None:
    assert View.from_scene({"objects": {"hidden": ["a", 7], "selected": None}}) == View(hidden=("a",))


def test_a_scene_may_come_as_text() -> None:
    view = View(Camera((1, 2, 3), (4, 5, 6)), selected=("a",), cuts=((0, 1, 0, 2_800),))
    assert View.from_scene(json.dumps(view.to_scene())) == view.from_scene(view.to_scene())
    assert View.from_scene("{") == View.from_scene("[1]") == View.from_scene(None) == View()


def test_planes_of_all_three_versions() -> None:
    plane = {"normal": [0, -1, 0], "constant": 0.5}
    assert View.from_scene({"version": [2, 0, 0], "clippingPlanes": [plane]}).cuts == ((0, 1, 0, 0.5),)
    assert View.from_scene({"version": [1, 0, 0], "clippingPlanes": [plane]}, extent=8_000).cuts == ((0, 1, 0, 4_000),)
    old = {"axis": "y", "distance": -1_200, "selected": True}
    assert View.from_scene({"clippingPlane": old}).cuts == ((0, -1, 0, -1_200),)
    assert View.from_scene({"clippingPlane": {**old, "selected": False}}).cuts == ()


@pytest.mark.parametrize(
    "scene",
    [
        {},
        {"objects": None, "camera": "x", "clippingPlanes": 3},
        {"objects": {"coloring": {"red": ["a"], "12345g": ["a"]}, "selected": "abc"}},
        {"clippingPlanes": [None]},
        {"clippingPlane": {"axis": "w", "distance": 1, "selected": True}},
        {"clippingPlanes": [{"normal": [0, 0, 0], "constant": 1}]},
        {"clippingPlanes": [{"normal": [0, "1", 0], "constant": 1}]},
    ],
)
def test_what_cannot_be_understood_is_left_out(scene: dict[str, Any]) -> None:
    assert View.from_scene(scene) == View()

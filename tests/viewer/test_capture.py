"""What is seen, written as a scene of the service and read back."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.capture import Layer, View

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=4).map(tuple)
LENGTH = st.floats(-1e6, 1e6)
POINT = st.tuples(LENGTH, LENGTH, LENGTH)
NORMAL = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda n: math.hypot(*n) > 0.1)
CAMERAS = st.builds(
    lambda at, way, fov, height: Camera(at, tuple(np.add(at, np.multiply(way, 5e4)).tolist()), fov, height),
    POINT,
    NORMAL,
    st.floats(10, 100),
    st.none() | st.floats(1, 1e6),
)
PLANES = st.lists(st.tuples(*[st.floats(0.1, 1)] * 3, LENGTH), max_size=6).map(tuple)
LAYERS = st.lists(
    st.builds(Layer, st.sampled_from("xyz"), st.sampled_from("mn"), st.booleans(), st.booleans()),
    unique_by=lambda layer: layer[:2],
    max_size=3,
).map(tuple)
VIEWS = st.builds(
    View,
    camera=st.none() | CAMERAS,
    visible=st.none() | IDS,
    hidden=IDS,
    transparent=IDS,
    selected=IDS,
    colors=st.dictionaries(st.sampled_from(["#ff0000", "#00ff7f"]), IDS),
    cuts=PLANES,
    layers=LAYERS,
)
STRANGE = {
    "viewMode": "pins,clipIsolated",
    "viewBox": {"position": [1, 2, 3], "size": [4, 5, 6]},
    "overlays": [{"kind": "line"}],
    "topology": [["node", "layer"]],
    "marks": {"what": ["nobody", "knows"]},
    "camera": {"lens": "wide", "position": "nowhere"},
    "objects": {"highlighted": ["a"], "selected": [0, 1], "ghosts": ["b"], "coloring": {"reddish": ["c"]}},
    "clippingPlane": {"axis": "x", "distance": -123.5, "selected": False},
    "layers": [{"name": "a layer without an id"}],
}


def through_json(scene: Any) -> Any:
    return json.loads(json.dumps(scene))


def close(view: View, other: View) -> None:
    """Equal, but for the last digits of cameras and planes."""
    assert (view.visible, view.hidden, view.transparent, view.selected, view.colors, view.layers) == (
        other.visible, other.hidden, other.transparent, other.selected, other.colors, other.layers
    )  # fmt: skip
    assert np.array(view.cuts) == pytest.approx(np.array(other.cuts), abs=1e-6)
    assert (view.camera is None) == (other.camera is None)
    if view.camera and other.camera:
        a, b = view.camera, other.camera
        assert a.position == pytest.approx(b.position, abs=1e-6)
        along, expected = (np.subtract(one.target, one.position) for one in (a, b))
        assert along / np.linalg.norm(along) == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
        assert (a.fov, a.height) == (pytest.approx(b.fov), b.height if b.height is None else pytest.approx(b.height))


# --- the three versions, each written here by its description --------------------------------------------------------


def first_version(view: View, extent: float) -> dict[str, Any]:
    """As the web viewer 0.4.90 wrote it: a plane's constant is a share of the model's extent."""
    scene = view.to_scene()
    for plane in scene["clippingPlanes"]:
        plane["constant"] /= extent
    return scene | {"version": [1, 0, 0]}


def documented(view: View) -> dict[str, Any]:
    """As the documentation has it: points are objects, one turns by a quaternion, one plane across an axis."""
    scene: dict[str, Any] = {
        "viewMode": "transparent",
        "objects": {name: list(getattr(view, name)) for name in ("selected", "transparent", "hidden")},
        "clippingPlane": {"axis": "x", "distance": 0, "selected": False},
        "topology": [],
        "layers": [
            {"id": key, "divisionTopologyId": of, "visible": visible, "transparent": transparent}
            for key, of, visible, transparent in view.layers
        ],
    }
    if view.camera:
        scene["camera"] = {
            "fov": view.camera.fov,
            "position": dict(zip("xyz", view.camera.position, strict=True)),
            "quaternion": dict(zip("xyzw", turned(view.camera), strict=True)),
            "target": {"objectId": "a", "position": None},
        }
    return scene


def turned(camera: Camera) -> list[float]:
    """The quaternion that turns what looks along -z to where the camera looks, by the shortest way."""
    way = np.subtract(camera.target, camera.position)
    way /= np.linalg.norm(way)
    axis = np.cross((0, 0, -1), way)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-9:
        return [0.0, 0.0, 0.0, 1.0] if way[2] < 0 else [0.0, 1.0, 0.0, 0.0]
    half = math.atan2(sine, -way[2]) / 2  # exact also where one looks almost back
    return [*(axis / sine * math.sin(half)).tolist(), math.cos(half)]


@settings(deadline=None)
@given(VIEWS)
def test_a_view_survives_being_a_scene_and_json(view: View) -> None:
    again = View.from_scene(through_json(view.to_scene()))
    if view.camera and view.camera.height and again.camera:
        # A scene has half of the height, in metres: there and back is no more exact than a product of floats.
        assert again.camera.height == pytest.approx(view.camera.height, rel=1e-15, abs=0)
        again = replace(again, camera=replace(again.camera, height=view.camera.height))
    assert again == view


@settings(deadline=None)
@given(VIEWS, st.floats(100, 1e6))
def test_a_view_survives_the_first_version(view: View, extent: float) -> None:
    close(View.from_scene(through_json(first_version(view, extent)), extent=extent), view)


@settings(deadline=None)
@given(CAMERAS, IDS, IDS, IDS, LAYERS)
def test_a_view_survives_the_documented_version(
    camera: Camera, selected: tuple[str, ...], transparent: tuple[str, ...], hidden: tuple[str, ...], layers: Any
) -> None:
    camera = Camera(camera.position, camera.target, camera.fov)  # it knows no other
    view = View(camera, selected=selected, transparent=transparent, hidden=hidden, layers=layers)
    read = View.from_scene(through_json(documented(view)))
    assert read.camera
    assert math.dist(read.camera.position, read.camera.target) == pytest.approx(10_000)
    close(read, view)


@settings(deadline=None)
@given(VIEWS, VIEWS, st.sampled_from([0, 1, 2]), st.floats(100, 1e6))
def test_what_a_scene_says_of_other_things_survives_another_view(
    before: View, after: View, version: int, extent: float
) -> None:
    scenes = [documented(before), first_version(before, extent), before.to_scene()]
    old = through_json({**scenes[version], **{key: STRANGE[key] for key in ("viewBox", "marks", "overlays")}})
    old["viewMode"] = f"pins,{old['viewMode']},clipIsolated"
    old["objects"] |= {"ghosts": ["b"], "highlighted": ["a"]}
    kept = through_json(old)
    new = after.to_scene(old, extent=extent)
    assert old == kept
    assert new["version"] == [2, 0, 0]
    assert (new["viewBox"], new["marks"], new["overlays"]) == (old["viewBox"], old["marks"], old["overlays"])
    assert (new["objects"]["ghosts"], new["objects"]["highlighted"]) == (["b"], ["a"])
    assert [word for word in new["viewMode"].split(",") if word in ("pins", "clipIsolated")] == ["pins", "clipIsolated"]
    read = View.from_scene(through_json(new))
    spoken_of = {layer[:2] for layer in after.layers}
    assert set(read.layers) == {*after.layers, *(one for one in before.layers if one[:2] not in spoken_of)}
    assert View.from_scene({**new, "layers": []}) == View.from_scene({**after.to_scene(), "layers": []})


def test_nothing_that_is_not_understood_is_lost() -> None:
    view = View(Camera((1, 2, 3), (4, 5, 6)), visible=("a",), selected=("d",), colors={"#ff0000": ("e",)})
    scene = view.to_scene({**STRANGE, "thumbnail": "data:,of another view"})
    assert scene["viewMode"] == "hidden,pins,clipIsolated"
    assert "thumbnail" not in scene
    for name in ("viewBox", "overlays", "topology", "marks", "clippingPlane", "layers"):
        assert scene[name] == STRANGE[name]
    assert scene["camera"]["lens"] == "wide"
    assert scene["camera"]["position"] == [1, 2, 3]
    assert scene["objects"] == {
        "highlighted": ["a"],
        "highlightedSelected": [],
        "ghosts": ["b"],
        "coloring": {"reddish": ["c"], "ffff0000": ["e"]},
        "selected": ["d", 0, 1],
        "transparent": [],
        "visible": ["a"],
    }


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=8),
    lambda some: st.lists(some, max_size=4) | st.dictionaries(st.sampled_from(["position", "id", *"xyzw"]), some),
    max_leaves=8,
)
KEYS = ["version", "viewMode", "camera", "objects", "clippingPlane", "clippingPlanes", "layers"]
PARTS = ["position", "target", "euler", "quaternion", "fov", "viewToWorldScale", "selected", "visible", "coloring",
         "normal", "constant", "selected", "axis"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING | st.dictionaries(st.sampled_from(PARTS), ANYTHING)))
def test_no_scene_is_an_error(scene: dict[str, Any]) -> None:
    json.dumps(View.from_scene(scene).to_scene(scene))


def test_a_plane_that_stays_keeps_what_else_is_said_of_it() -> None:
    plane = {"normal": [0, -1, 0], "constant": 0.5, "referencePoint": [1, 2, 3], "sectionCutOptions": {"cap": True}}
    old = {"version": [1, 0, 0], "clippingPlanes": [plane, {"normal": [1, 0, 0], "constant": 0.1, "more": 1}]}
    cuts = View.from_scene(old, extent=8_000).cuts
    scene = View(cuts=(cuts[0], (0, 0, 1, 5.0))).to_scene(old, extent=8_000)
    assert scene["clippingPlanes"] == [plane | {"constant": 4_000}, {"normal": [0, 0, -1], "constant": 5}]


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


def test_the_documented_scene_puts_the_camera_where_it_says() -> None:
    scene = {
        "viewMode": "transparent",
        "camera": {
            "fov": 45,
            "position": {"x": 1231.4, "y": 234.3, "z": 3123.7},
            "quaternion": {"x": 0.9, "y": 0.7, "z": 0.7, "w": 0.23},
            "target": {"objectId": "<GUID>", "position": {"x": 1231.4, "y": 234.3, "z": 3123.7}},
        },
        "objects": {name: [*range(10)] for name in ("selected", "transparent", "hidden")},
        "clippingPlane": {"axis": "x", "distance": -123.5, "selected": False},
        "topology": [["<nodeId>", "<disciplineId>"], ["<nodeId2>", "<disciplineId2>"]],
        "layers": [{"id": "<GUID>", "divisionTopologyId": "<GUID>", "visible": True, "transparent": False}],
    }
    view = View.from_scene(json.dumps(scene))
    assert view.camera
    assert (view.camera.position, view.camera.fov, view.camera.height) == ((1231.4, 234.3, 3123.7), 45, None)
    # Its target is where it stands, so one looks where the quaternion turns -z to.
    *axis, w = np.array([0.9, 0.7, 0.7, 0.23]) / np.linalg.norm([0.9, 0.7, 0.7, 0.23])
    once = np.cross(axis, (0, 0, -1))
    way = (0, 0, -1) + 2 * w * once + 2 * np.cross(axis, once)
    assert np.subtract(view.camera.target, view.camera.position) == pytest.approx(10_000 * way)
    assert (view.selected, view.hidden, view.cuts) == ((), (), ())
    assert view.layers == (Layer("<guid>", "<guid>"),)
    again = view.to_scene(scene)
    assert again["objects"]["selected"] == [*range(10)]
    assert (again["layers"], again["topology"]) == (scene["layers"], scene["topology"])


def test_a_scene_of_the_second_version_puts_the_camera_where_it_says() -> None:
    camera = {
        "fov": 60,
        "position": [1_000, 2_000, 3_000],
        "euler": [0, math.pi / 2, 0, "XYZ"],
        "isOrthographicCamera": True,
        "viewToWorldScale": 7.5,
    }
    turned = View.from_scene({"version": [2, 0, 0], "camera": camera}).camera
    assert turned == Camera((1_000, 2_000, 3_000), (pytest.approx(-9_000), 2_000, pytest.approx(3_000)), 60, 15_000)
    told = View.from_scene({"version": [2, 0, 0], "camera": {**camera, "target": [1, 2, 3]}}).camera
    assert told == Camera((1_000, 2_000, 3_000), (1, 2, 3), 60, 15_000)


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


def test_colours_with_and_without_a_share_of_light_are_one() -> None:
    scene = {"objects": {"coloring": {"ffaa0000": ["a"], "AA0000": ["b"], "0xaa0000": ["c"]}}}
    assert View.from_scene(scene).colors == {"#aa0000": ("a", "b")}

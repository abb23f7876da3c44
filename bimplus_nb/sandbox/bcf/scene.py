"""Between viewpoints and the scenes that the service keeps with issues.

Source of the scenes: published JavaScript renderer 1.8.17 (version 2); Bimplus documentation, Slide Service (older).
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from bimplus_nb.sandbox.bcf.topics import FAR, Camera, Record, Vector, Viewpoint, picture_kind

_AHEAD = 10_000.0
_FOV = 45.0
_MOST = 1000


def scene_of(value: Any) -> Mapping[str, Any]:
    """A scene as an object, also where it came as JSON text; empty where it is neither."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            value = None
    return value if isinstance(value, Mapping) else {}


def camera_of(scene: Mapping[str, Any]) -> Camera | None:
    """The scene's camera, or None where it does not say where it is. One stands upright, as in the vendor's viewers."""
    camera = scene.get("camera")
    if not isinstance(camera, Mapping):
        return None
    position = _point(camera.get("position"))
    if position is None:
        return None
    target = _point(camera.get("target"))
    direction = _unit(_minus(target, position)) if target else None
    direction = direction or _unit(_forward(camera)) or (0.0, 0.0, -1.0)
    scale = _number(camera.get("viewToWorldScale"))
    if camera.get("isOrthographicCamera") is True and scale and scale > 0:
        # A scene says half of the height in metres (published JavaScript renderer 1.8.17), BCF all of it.
        return Camera(position, direction, upright(direction), scale=2 * scale)
    fov = _number(camera.get("fov"))
    return Camera(position, direction, upright(direction), fov=fov if fov and 1 <= fov <= 170 else _FOV)


def selected_in(scene: Mapping[str, Any]) -> list[str]:
    """The ids of the objects that are selected in a scene."""
    objects = scene.get("objects")
    found = objects.get("selected") if isinstance(objects, Mapping) else None
    return [one for one in found if isinstance(one, str)][:_MOST] if isinstance(found, list) else []


def picture_of(scene: Mapping[str, Any]) -> bytes | None:
    """The picture in a scene, which holds it as a data URL."""
    text = scene.get("thumbnail")
    if not isinstance(text, str) or not text.startswith("data:image/"):
        return None
    try:
        content = base64.b64decode(text.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if picture_kind(content) else None


def scene_from(viewpoint: Viewpoint, selected: Sequence[str]) -> Record:
    """A scene of version 2 that shows what a viewpoint shows."""
    scene: Record = {"viewMode": "", "objects": {"selected": list(selected)}, "version": [2, 0, 0]}
    if viewpoint.camera is not None:
        scene["camera"] = _camera(viewpoint.camera)
    if viewpoint.snapshot is not None:
        kind = "png" if picture_kind(viewpoint.snapshot) == "png" else "jpeg"
        scene["thumbnail"] = f"data:image/{kind};base64,{base64.b64encode(viewpoint.snapshot).decode()}"
    return scene


def upright(direction: Vector) -> Vector:
    """What is up for who looks that way and stands upright."""
    right = _unit(cross(direction, (0.0, 1.0, 0.0)))
    return cross(right, direction) if right else (0.0, 0.0, -1.0)


def cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _camera(camera: Camera) -> Record:
    target = tuple(at + _AHEAD * way for at, way in zip(camera.position, camera.direction, strict=True))
    return {
        "fov": camera.fov or _FOV,
        "position": list(camera.position),
        "euler": [*_euler(camera), "XYZ"],
        "target": list(target),
        "isOrthographicCamera": camera.scale is not None,
        "viewToWorldScale": camera.scale / 2 if camera.scale else 1,
    }


def _euler(camera: Camera) -> Vector:
    """The turn of a camera that looks along -z, about x, y and z in this order, as three.js reads "XYZ"."""
    back = tuple(-way for way in camera.direction)
    right = _unit(cross(camera.direction, camera.up)) or (1.0, 0.0, 0.0)
    up = cross(right, camera.direction)
    level = math.hypot(back[1], back[2])
    y = math.atan2(back[0], level)
    if level > 1e-9:
        return math.atan2(-back[1], back[2]), y, math.atan2(-up[0], right[0])
    return math.atan2(up[2], up[1]), y, 0.0


def _forward(camera: Mapping[str, Any]) -> Vector:
    """Which way a camera looks that says it by a quaternion or by Euler angles."""
    turn = camera.get("quaternion")
    if isinstance(turn, Mapping):
        numbers = [_number(turn.get(axis)) for axis in "xyzw"]
        x, y, z, w = (number or 0.0 for number in numbers)
        return -2 * (x * z + w * y), -2 * (y * z - w * x), -1 + 2 * (x * x + y * y)
    euler = camera.get("euler")
    angles = _point(euler[:3]) if isinstance(euler, list) else None
    if angles is None:
        return 0.0, 0.0, 0.0
    x, y, _ = angles
    return -math.sin(y), math.sin(x) * math.cos(y), -math.cos(x) * math.cos(y)


def _point(value: Any) -> Vector | None:
    """Three numbers, however they are written down."""
    if isinstance(value, Mapping) and "position" in value:
        value = value["position"]
    if isinstance(value, Mapping):
        value = [value.get(axis) for axis in "xyz"]
    if not isinstance(value, list) or len(value) != 3:
        return None
    x, y, z = (_number(one) for one in value)
    return None if x is None or y is None or z is None else (x, y, z)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= FAR else None


def _minus(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _unit(vector: Vector) -> Vector | None:
    length = math.hypot(*vector)
    return (vector[0] / length, vector[1] / length, vector[2] / length) if length > 1e-9 else None

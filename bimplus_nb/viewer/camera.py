"""`Camera`: where one looks from and at, in the service's frame, and how a scene of the service says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

FIELD_OF_VIEW: Final = 35.0

NEAREST: Final = 100.0
"""mm between the eye and what it looks at, at least."""

_FAR: Final = 1e13
_HALVINGS: Final = 40

Point = tuple[float, float, float]
Projection = Literal["perspective", "orthographic"]

VIEWS: Final[dict[str, Point]] = {
    "top": (0.0, -1.0, 0.0),
    "front": (0.0, 0.0, -1.0),
    "left": (1.0, 0.0, 0.0),
    "right": (-1.0, 0.0, 0.0),
    "back": (0.0, 0.0, 1.0),
    "bottom": (0.0, 1.0, 0.0),
    "iso": (1.0, -1.0, -1.0),
}
"""Which way one looks in the views that have a name, Y up. The front is where z is greatest (south, in IFC)."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Where one looks from: `position` and `target` in mm, Y up, world; `fov` is the vertical angle in degrees.

    With a `height` the camera is orthographic: so many mm fill the picture from bottom to top, at any distance, and
    what lies behind it is seen as well. `fov` then says only how a perspective would take over.
    """

    position: Point
    target: Point
    fov: float = FIELD_OF_VIEW
    height: float | None = None

    @property
    def projection(self) -> Projection:
        """ "perspective" or "orthographic"."""
        return "perspective" if self.height is None else "orthographic"

    def projected(self, projection: Projection) -> Camera:
        """The same view in this projection: what is at the target keeps its size."""
        if projection == self.projection:
            return self
        twice = 2 * math.tan(math.radians(self.fov) / 2)
        if self.height is None:
            return replace(self, height=twice * math.dist(self.position, self.target))
        back = np.subtract(self.position, self.target)
        back *= self.height / twice / (np.linalg.norm(back) or 1.0)
        return Camera(_three(np.add(self.target, back)), self.target, self.fov)

    @classmethod
    def fitted(
        cls,
        points: NDArray[np.float64],
        direction: Point,
        aspect: float,
        fill: float = 0.86,
        projection: Projection = "perspective",
    ) -> Camera:
        """The nearest camera that looks along `direction` and has all points (n, 3) within `fill` of its picture.

        `aspect` is the picture's width over its height. The page does the same sum (page/looking.js, ``fit``).
        """
        right, up, forward = axes(direction)
        depth = points @ forward
        if projection == "orthographic":
            sides = points @ np.stack([right, up]).T
            low, high = sides.min(axis=0), sides.max(axis=0)
            height = max(float(((high - low) / (aspect, 1.0)).max()) / fill, NEAREST)
            middle = float(depth.min() + depth.max()) / 2
            target = np.array([right, up, forward]).T @ [*(low + high) / 2, middle]
            away = height / 2 / math.tan(math.radians(FIELD_OF_VIEW) / 2)
            return cls(_three(target - forward * away), _three(target), height=height)
        slope = np.tan(np.radians(FIELD_OF_VIEW) / 2) * fill * np.array((aspect, 1.0))
        # Each point p must lie within the slope of the view, |p · axis - at| <= slope (away + p · forward). What the
        # two sides ask for gives the least `away`.
        sides = np.stack([right, up]) @ points.T
        high, low = (sides / slope[:, None] - depth).max(axis=1), (-sides / slope[:, None] - depth).max(axis=1)
        away = min(-float((high + low).max() / 2), float(depth.min()) - NEAREST)
        at = [_centre(across, depth - away) for across in sides]
        middle = float(depth.min() + depth.max()) / 2
        sideways = right * at[0] + up * at[1]
        target = sideways + forward * middle
        return cls(_three(sideways + forward * away), _three(target))

    def to_scene(self) -> dict[str, Any]:
        """This camera as scenes of version 2 hold it.

        `euler` turns a camera that looks along -z, about x, y and z in this order, as three.js reads "XYZ";
        `viewToWorldScale` is half of an orthographic camera's height, in metres.
        Source: the scene that the service's published web viewer 1.8.17 writes, and how it sets its camera by one.
        """
        right, up, forward = axes(np.subtract(self.target, self.position, dtype=np.float64))
        back = -forward
        level = math.hypot(back[1], back[2])
        y = math.atan2(back[0], level)
        if level > 1e-9:
            x, z = math.atan2(-back[1], back[2]), math.atan2(-up[0], right[0])
        else:
            x, z = math.atan2(up[2], up[1]), 0.0
        return {
            "fov": self.fov,
            "position": list(self.position),
            "euler": [x, y, z, "XYZ"],
            "target": list(self.target),
            "isOrthographicCamera": self.height is not None,
            "viewToWorldScale": self.height / 2_000 if self.height else 1,
        }

    @classmethod
    def from_scene(cls, camera: Mapping[str, Any]) -> Camera | None:
        """The camera of a scene of any version, or None where it does not say where it is.

        Points come as three numbers, as {x, y, z}, or as {position: {x, y, z}} (Source: Bimplus documentation, Slide
        Service). A scene without a usable target looks at what lies ten metres ahead.
        """
        position = _point(camera.get("position"))
        if position is None:
            return None
        fov = camera.get("fov")
        angle = float(fov) if isinstance(fov, int | float) and 1 <= fov <= 120 else FIELD_OF_VIEW
        target = _point(camera.get("target"))
        if target is None or target == position:
            target = _point(np.add(position, np.multiply(_forward(camera), 10_000.0)).tolist())
        half, flat = camera.get("viewToWorldScale"), camera.get("isOrthographicCamera") is True
        height = float(half) * 2_000 if flat and isinstance(half, int | float) and 0 < half <= 1e6 else None
        return cls(position, target or (0.0, 0.0, 0.0), angle, height)


def axes(direction: Any) -> NDArray[np.float64]:
    """Right, up and forward, (3, 3), of one who looks along a direction with the head up; straight up or down, x is to
    the right, as on a plan."""
    forward = np.asarray(direction, np.float64) / (np.linalg.norm(direction) or 1.0)
    right = np.cross(forward, (0.0, 1.0, 0.0))
    length = np.linalg.norm(right)
    right = right / length if length > 1e-6 else np.array((1.0, 0.0, 0.0))
    return np.stack([right, np.cross(right, forward), forward])


def ends(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners of boxes (n, 2, 3) that lie furthest out in 26 directions: (26, 3), enough to fit a view to all boxes."""
    ways = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3), -1).reshape(-1, 3)
    ways = ways[ways.any(axis=1)]
    # The corner of a box that is furthest along a direction takes low or high by the direction's sign. Sums of columns
    # and no product of matrices, which would wait for a second core that draws.
    reach = {-1: np.ascontiguousarray(-boxes[:, 0].T), 1: np.ascontiguousarray(boxes[:, 1].T)}
    columns = ([reach[sign][axis] for axis, sign in enumerate(way) if sign] for way in ways.tolist())
    box = boxes[[int(np.argmax(sum(rest, first))) for first, *rest in columns]]
    return np.asarray(np.where(ways > 0, box[:, 1], box[:, 0]))


def _centre(across: NDArray[np.float64], away: NDArray[np.float64]) -> float:
    """Where as much is left free on either side of a picture of points (n,), by how far across and away they are. What
    is near fills more of it, so that is not half way."""
    low, high = float(across.min()), float(across.max())
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        seen = (across - at) / away
        low, high = (at, high) if seen.max() > -seen.min() else (low, at)
    return low


def is_length(value: object) -> bool:
    """Whether this is a number that can be a length in mm; others may be as large as JSON can write them."""
    return isinstance(value, int | float) and -_FAR < value < _FAR


def _three(place: NDArray[np.float64]) -> Point:
    x, y, z = place.tolist()
    return x, y, z


def _point(value: Any) -> Point | None:
    """Three finite numbers, however they are written down."""
    if isinstance(value, Mapping):
        value = value["position"] if "position" in value else [value.get(axis) for axis in "xyz"]
        if isinstance(value, Mapping):
            value = [value.get(axis) for axis in "xyz"]
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 3:
        return None
    if not all(is_length(one) for one in value):
        return None
    return float(value[0]), float(value[1]), float(value[2])


def _forward(camera: Mapping[str, Any]) -> Point:
    """Which way a camera looks that says it by a quaternion or by Euler angles XYZ."""
    turn = camera.get("quaternion")
    if isinstance(turn, Mapping) and all(is_length(turn.get(k)) for k in "xyzw"):
        numbers = [float(turn[k]) for k in "xyzw"]
        length = math.hypot(*numbers)
        x, y, z, w = (one / length for one in numbers) if length > 0 else (0.0, 0.0, 0.0, 1.0)
        return -2 * (x * z + w * y), -2 * (y * z - w * x), -1 + 2 * (x * x + y * y)
    angles = _point(list(camera["euler"])[:3]) if isinstance(camera.get("euler"), Sequence) else None
    if angles is None:
        return 0.0, 0.0, -1.0
    x, y, _ = angles
    return -math.sin(y), math.sin(x) * math.cos(y), -math.cos(x) * math.cos(y)

"""What is seen, as a scene of the service and back. Pure.

Source: the scene of version 2 that the service's published web viewer 1.8.17 writes into slides and issues; that of
version 1 by 0.4.90 (a plane's constant is a share of the model's extent); and the one without a version of the Bimplus
documentation, Slide Service (points as {x, y, z}, ``objects.hidden``, one ``clippingPlane``). The service gives a scene
back as it got it, as an object or as text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bimplus_nb.viewer.camera import Camera

Plane = tuple[float, float, float, float]
"""nx, ny, nz, d, the normal 1 long: what lies at ``x nx + y ny + z nz > d`` is cut away; mm, Y up, world."""

MOST_PLANES: Final = 6
"""Planes that cut at the same time, at most: those of a box."""


@dataclass(frozen=True, slots=True)
class View:
    """Camera, looks by object id, and the planes of a section.

    `visible` None means everything but `hidden`. Colours are "#rrggbb". Lengths in mm, Y up, world.
    """

    camera: Camera | None = None
    visible: tuple[str, ...] | None = None
    hidden: tuple[str, ...] = ()
    transparent: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    colors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cuts: tuple[Plane, ...] = ()

    def to_scene(self) -> dict[str, Any]:
        """The scene, version 2."""
        modes = ["hidden"] * (self.visible is not None) + ["transparent"] * bool(self.transparent)
        objects: dict[str, Any] = {
            "selected": list(self.selected),
            "highlighted": [],
            "highlightedSelected": [],
            "transparent": list(self.transparent),
            "coloring": {"ff" + color.removeprefix("#"): list(ids) for color, ids in self.colors.items()},
        }
        if self.visible is not None:
            objects["visible"] = list(self.visible)
        # A three.js plane keeps the side its normal points to.
        planes = [{"normal": [-n for n in normal], "constant": at} for *normal, at in self.cuts]
        return {
            "version": [2, 0, 0],
            "viewMode": ",".join(modes),
            "camera": self.camera.to_scene() if self.camera else None,
            "objects": objects,
            "clippingPlane": None,
            "clippingPlanes": planes,
            "rotationCenter": list(self.camera.target) if self.camera else None,
            "overlays": [],
            "topology": [],
            "layers": [],
        }

    @classmethod
    def from_scene(cls, scene: Mapping[str, Any] | str | None, *, extent: float = 1.0) -> View:
        """What a scene says that a viewer can show. What cannot be understood is left out.

        `extent`: the longest side of the model, mm, which planes of version 1 are measured by.
        """
        scene = _read(scene)
        objects, camera = _mapping(scene.get("objects")), _mapping(scene.get("camera"))
        colors = {
            f"#{str(key)[-6:].lower()}": _ids(ids)
            for key, ids in _mapping(objects.get("coloring")).items()
            if len(str(key)) in (6, 8) and not set(str(key).lower()) - set("0123456789abcdef")
        }
        return cls(
            camera=Camera.from_scene(camera),
            visible=_ids(objects["visible"]) if isinstance(objects.get("visible"), list) else None,
            hidden=_ids(objects.get("hidden")),
            transparent=_ids(objects.get("transparent")),
            selected=_ids(objects.get("selected")),
            colors=colors,
            cuts=_cuts(scene, extent),
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _ids(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _cuts(scene: Mapping[str, Any], extent: float) -> tuple[Plane, ...]:
    """The planes, as many as can be at once."""
    version = scene.get("version")
    scale = extent if isinstance(version, list) and version[:1] == [1] else 1.0
    planes, old = scene.get("clippingPlanes"), _mapping(scene.get("clippingPlane"))
    said: list[Any] = planes if isinstance(planes, list) else []
    if not said and old.get("selected") is True:
        # Read as three.js has it, like the later ones; that `selected` switches it on is our reading.
        said = [{"normal": [float(axis == old.get("axis")) for axis in "xyz"], "constant": old.get("distance")}]
    found = (_plane(_mapping(one), scale) for one in said)
    return tuple(plane for plane in found if plane)[:MOST_PLANES]


def _plane(said: Mapping[str, Any], scale: float) -> Plane | None:
    normal, constant = said.get("normal"), said.get("constant")
    if isinstance(normal, Mapping):
        normal = [normal.get(axis) for axis in "xyz"]
    if not isinstance(normal, Sequence) or isinstance(normal, str) or len(normal) != 3:
        return None
    numbers = [*normal, constant]
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in numbers) or not any(normal):
        return None
    x, y, z, d = (float(one) for one in numbers)
    return -x, -y, -z, d * scale


def _read(scene: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    if isinstance(scene, str):
        try:
            scene = json.loads(scene)
        except (ValueError, RecursionError):
            return {}
    return _mapping(scene)

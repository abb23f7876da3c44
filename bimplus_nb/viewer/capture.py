"""What is seen, as a scene of the service and back. Pure.

Source: the scene of version 2 that the service's published web viewer 1.8.17 writes into slides and issues; that of
version 1 by 0.4.90 (a plane's constant is a share of the model's extent); and the one without a version of the Bimplus
documentation, Slide Service (points as {x, y, z}, ``objects.hidden``, one ``clippingPlane``). The service gives a scene
back as it got it, as an object or as text.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np

from bimplus_nb.viewer.camera import Camera, is_length

Plane = tuple[float, float, float, float]
"""nx, ny, nz, d, the normal 1 long: what lies at ``x nx + y ny + z nz > d`` is cut away; mm, Y up, world."""

MOST_PLANES: Final = 6
"""Planes that cut at the same time, at most: those of a box."""


class Layer(NamedTuple):
    """A layer of a model, as scenes name it. Source: Bimplus documentation, Slide Service."""

    id: str
    topology: str
    """The id of the model's tree, `divisionTopologyId`."""
    visible: bool = True
    transparent: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Camera, looks by object id, the planes of a section, and layers.

    `visible` None means everything but `hidden`. Colours are "#rrggbb". Lengths in mm, Y up, world.
    """

    camera: Camera | None = None
    visible: tuple[str, ...] | None = None
    hidden: tuple[str, ...] = ()
    transparent: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    colors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cuts: tuple[Plane, ...] = ()
    layers: tuple[Layer, ...] = ()

    def to_scene(self, over: Mapping[str, Any] | str | None = None, *, extent: float = 1.0) -> dict[str, Any]:
        """The scene, version 2.

        `over`: a scene of any version that this view takes the place of. Whatever there is not understood here is kept;
        what is, and the picture of how it looked, is not. `extent` as in `from_scene`.
        """
        old = as_mapping(over)
        objects = dict(_mapping(old.get("objects")))
        modes = ["hidden"] * (self.visible is not None) + ["transparent"] * bool(self.transparent)
        modes += [word for word in _words(old.get("viewMode")) if word not in ("hidden", "transparent")]
        colors: dict[str, Any] = {key: ids for key, ids in _mapping(objects.get("coloring")).items() if not _color(key)}
        colors |= {"ff" + color.removeprefix("#"): list(ids) for color, ids in self.colors.items()}
        objects = {"highlighted": [], "highlightedSelected": []} | objects | {"coloring": colors}
        for name, ids in (
            ("selected", self.selected),
            ("transparent", self.transparent),
            ("visible", self.visible),
            ("hidden", self.hidden),
        ):
            said = objects.pop(name, None)
            strange = [one for one in said if not isinstance(one, str)] if isinstance(said, list) else []
            if ids or strange or name in ("selected", "transparent") or (name == "visible" and ids is not None):
                objects[name] = [*(ids or ()), *strange]
        scene = {"overlays": [], "topology": []} | {key: kept for key, kept in old.items() if key != "thumbnail"}
        camera = {key: kept for key, kept in _mapping(old.get("camera")).items() if key != "quaternion"}
        return scene | {
            "version": [2, 0, 0],
            "viewMode": ",".join(modes),
            "camera": camera | self.camera.to_scene() if self.camera else None,
            "objects": objects,
            "clippingPlane": None if _switched_on(old) else old.get("clippingPlane"),
            "clippingPlanes": self._planes(old, extent),
            "rotationCenter": list(self.camera.target) if self.camera else None,
            "layers": self._layers(old),
        }

    def _planes(self, old: Mapping[str, Any], extent: float) -> list[dict[str, Any]]:
        known: dict[Plane | None, Any] = {
            _plane(_mapping(one), _scale(old, extent)): one for one in _list(old.get("clippingPlanes"))
        }
        # A three.js plane keeps the side its normal points to.
        return [
            {**_mapping(known.get((x, y, z, at))), "normal": [-x, -y, -z], "constant": at} for x, y, z, at in self.cuts
        ]

    def _layers(self, old: Mapping[str, Any]) -> list[Any]:
        """What is shown of these layers, and what was said of others."""
        shown = {layer[:2]: {"visible": layer.visible, "transparent": layer.transparent} for layer in self.layers}
        said = _list(old.get("layers"))
        kept = [
            {**one, **shown.pop(layer[:2])} if (layer := _layer(one)) and layer[:2] in shown else one for one in said
        ]
        return kept + [{"id": key, "divisionTopologyId": of} | looks for (key, of), looks in shown.items()]

    @classmethod
    def from_scene(cls, scene: Mapping[str, Any] | str | None, *, extent: float = 1.0) -> View:
        """What a scene says that a viewer can show. What cannot be understood is left out.

        `extent`: the longest side of the model, mm, which planes of version 1 are measured by.
        """
        scene = as_mapping(scene)
        objects = _mapping(scene.get("objects"))
        colors: dict[str, tuple[str, ...]] = {}
        for key, ids in _mapping(objects.get("coloring")).items():
            if color := _color(key):
                colors[color] = (*colors.get(color, ()), *_ids(ids))
        return cls(
            camera=Camera.from_scene(_mapping(scene.get("camera"))),
            visible=_ids(objects["visible"]) if isinstance(objects.get("visible"), list) else None,
            hidden=_ids(objects.get("hidden")),
            transparent=_ids(objects.get("transparent")),
            selected=_ids(objects.get("selected")),
            colors=colors,
            cuts=_cuts(scene, extent),
            layers=tuple(layer for one in _list(scene.get("layers")) if (layer := _layer(one))),
        )

    def without(self, ids: Container[str]) -> View:
        """What is said of other objects than these."""

        def rest(some: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(one for one in some if one not in ids)

        return View(
            visible=None if self.visible is None else rest(self.visible),
            hidden=rest(self.hidden),
            transparent=rest(self.transparent),
            selected=rest(self.selected),
            colors={color: left for color, some in self.colors.items() if (left := rest(some))},
        )

    def renamed(self, names: Mapping[str, str]) -> View:
        """The same, with other names for objects; those not among `names` stay."""

        def anew(some: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(names.get(one, one) for one in some)

        return replace(
            self,
            visible=None if self.visible is None else anew(self.visible),
            hidden=anew(self.hidden),
            transparent=anew(self.transparent),
            selected=anew(self.selected),
            colors={color: anew(some) for color, some in self.colors.items()},
        )

    def shows_as(self, other: View) -> bool:
        """Whether both are the same to the eye: looks alike, and cameras within a millimetre."""
        if self.camera is None or other.camera is None:
            return self == other
        a, b = self.camera, other.camera
        apart = (*np.subtract(a.position, b.position), *np.subtract(a.target, b.target))
        near = max(map(abs, apart)) < 1 and abs(a.fov - b.fov) < 0.01
        heights = (a.height, b.height)
        same = heights == (None, None) or (None not in heights and abs((a.height or 0) - (b.height or 0)) < 1)
        return near and same and replace(self, camera=None) == replace(other, camera=None)


def _words(value: object) -> list[str]:
    return [word for one in value.split(",") if (word := one.strip())] if isinstance(value, str) else []


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _color(key: object) -> str | None:
    """ "#rrggbb", of "rrggbb" or "aarrggbb"."""
    text = str(key).lower()
    return f"#{text[-6:]}" if len(text) in (6, 8) and not set(text) - set("0123456789abcdef") else None


def _layer(value: object) -> Layer | None:
    said = _mapping(value)
    key, of = said.get("id"), said.get("divisionTopologyId")
    if not isinstance(key, str):
        return None
    topology = of.lower() if isinstance(of, str) else ""
    return Layer(key.lower(), topology, said.get("visible") is not False, said.get("transparent") is True)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _ids(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _cuts(scene: Mapping[str, Any], extent: float) -> tuple[Plane, ...]:
    """The planes, as many as can be at once."""
    said, scale = _list(scene.get("clippingPlanes")), _scale(scene, extent)
    if not said and _switched_on(scene):
        old = scene["clippingPlane"]
        # Read as three.js has it, like the later ones.
        said = [{"normal": [float(axis == old.get("axis")) for axis in "xyz"], "constant": old.get("distance")}]
    found = (_plane(_mapping(one), scale) for one in said)
    return tuple(plane for plane in found if plane)[:MOST_PLANES]


def _scale(scene: Mapping[str, Any], extent: float) -> float:
    """What the constants of planes are measured by."""
    version = scene.get("version")
    return extent if isinstance(version, list) and version[:1] == [1] else 1.0


def _switched_on(scene: Mapping[str, Any]) -> bool:
    """Whether the one plane of the documented scene cuts; that `selected` says so is our reading."""
    return _mapping(scene.get("clippingPlane")).get("selected") is True


def _plane(said: Mapping[str, Any], scale: float) -> Plane | None:
    normal, constant = said.get("normal"), said.get("constant")
    if isinstance(normal, Mapping):
        normal = [normal.get(axis) for axis in "xyz"]
    if not isinstance(normal, Sequence) or isinstance(normal, str) or len(normal) != 3:
        return None
    numbers = [*normal, constant]
    if not all(is_length(one) for one in numbers) or not any(normal):
        return None
    x, y, z, d = (float(one) for one in numbers)
    return -x, -y, -z, d * scale


def as_mapping(scene: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    """A scene as an object, also where it came as text; empty where it is neither."""
    if isinstance(scene, str):
        try:
            scene = json.loads(scene)
        except (ValueError, RecursionError):
            return {}
    return _mapping(scene)

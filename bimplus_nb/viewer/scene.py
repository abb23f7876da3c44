"""The pythreejs widgets of a viewer. The only file that knows pythreejs.

pythreejs 2.4.2 wraps three.js r97 and is no longer maintained. It gives the page its renderer, scene and camera, and
the classes of three.js; what is many (chunks of the building, their lines, materials) the page makes of these classes
itself, from what a `Parcel` brings. A widget for each cost 29 messages a chunk and as many answers, and changing a
material from here would send it whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pythreejs as three
from ipywidgets import Layout, Widget

from bimplus_nb.viewer.camera import FIELD_OF_VIEW
from bimplus_nb.viewer.shared import Shared

# From where one looks at first, Y up: from the front left corner, a little from above.
DIRECTION: Final = (0.545, -0.315, -0.777)


class Kinds(Shared, three.Group):  # type: ignore[misc]  # pythreejs has no types
    """One of each kind, for the page to take its class from; never drawn."""

    @classmethod
    def _made(cls) -> Kinds:
        position = three.BufferAttribute(np.zeros((3, 3), np.float32), normalized=False)
        geometry = three.BufferGeometry(attributes={"position": position})
        pixel = np.zeros((1, 1, 4), np.uint8)
        texture = three.DataTexture(data=pixel, format="RGBAFormat", type="UnsignedByteType")
        material = three.ShaderMaterial(uniforms={"texture": {"value": texture}})
        return cls(children=[three.Mesh(geometry, material), three.LineSegments(geometry, material)])


def renderer(layout: Layout) -> Any:
    """The renderer to display, with a camera and a scene of nothing.

    The scene is invisible. The page shows it as soon as it knows size and theme, so that no frame is drawn twice.
    """
    camera = three.PerspectiveCamera(fov=FIELD_OF_VIEW, up=(0, 1, 0))
    scene = three.Scene(children=(camera,), background=None, visible=False)
    # Smooth edges come from drawing more pixels than there are (page/detail.js), not from the browser.
    return three.Renderer(scene=scene, camera=camera, antialias=False, layout=layout, _pause_autorender=True)


def script() -> str:
    """three.js r97 as pythreejs brings it along, for a page of its own; MIT, https://threejs.org/license"""
    return (Path(three.__file__).parent / "static" / "three.js").read_text(encoding="utf-8")


def tree(*roots: Widget) -> list[Widget]:
    """All open widgets that can be reached from these, each once."""
    seen: dict[int, Widget] = {}
    todo: list[Any] = list(roots)
    while todo:
        one = todo.pop()
        if isinstance(one, Widget):
            if one.comm is not None and id(one) not in seen:
                seen[id(one)] = one
                todo += [getattr(one, name) for name in one.keys]
        elif isinstance(one, dict):
            todo += one.values()
        elif isinstance(one, Iterable) and not isinstance(one, str | bytes | memoryview | np.ndarray):
            todo += one
    return list(seen.values())

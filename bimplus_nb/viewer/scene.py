"""`Scene`: a building as pythreejs widgets. The only file that knows pythreejs.

pythreejs 2.4.2 wraps three.js r97 and is no longer maintained; what it cannot do is done beside it (side.py). What one
has to know of it:

- A texture among uniforms must come last, and there can be only one: its JavaScript loses the name of the others.
- Nothing is sorted; things are drawn in the order of the tree, first what is opaque, then what is transparent.
- Raw int16 positions with the mesh scaled, and not ``normalized=True``: r97 computes bounding spheres from raw numbers.
- All that may change later (colours, looks, light, sections) is a uniform or a texel that the page sets. Changing a
  material from here would cost a message with everything in it, or an error in each frame.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import pythreejs as three
from ipywidgets import Layout, Widget
from numpy.typing import NDArray

from bimplus_nb.geometry.edges import Creases
from bimplus_nb.geometry.light import SUN
from bimplus_nb.viewer.building import Instalment
from bimplus_nb.viewer.camera import FIELD_OF_VIEW
from bimplus_nb.viewer.capture import MOST_PLANES
from bimplus_nb.viewer.palette import THEMES
from bimplus_nb.viewer.shaders import program

# From where one looks at first, Y up: from the front left corner, a little from above.
DIRECTION: Final = (0.545, -0.315, -0.777)


def _quiet(kind: type[Any]) -> Any:
    """The widget class without echoes: the page alone computes matrices and versions, nobody needs them back."""
    traits = {name: copy.copy(trait).tag(echo_update=False) for name, trait in kind.class_traits(sync=True).items()}
    return type(kind.__name__, (kind,), traits)


_Attribute = _quiet(three.BufferAttribute)
_Geometry = _quiet(three.BufferGeometry)
_Material = _quiet(three.ShaderMaterial)
_Mesh = _quiet(three.Mesh)
_Lines = _quiet(three.LineSegments)
_Group = _quiet(three.Group)
_Texture = _quiet(three.DataTexture)
_Camera = _quiet(three.PerspectiveCamera)

_SUN: Final = (np.array(SUN) / np.linalg.norm(SUN)).tolist()
_OVER: Final[dict[str, Any]] = {"transparent": True, "depthWrite": False}  # drawn over what is there
_TRIANGLE: Final = np.array([[-1, -1, 0], [3, -1, 0], [-1, 3, 0]], np.float32)  # covers the whole screen


class Scene:
    """The widgets that draw a building: `renderer` is the one to display.

    The scene starts invisible. The page shows it as soon as it knows size and theme, so that no frame is drawn twice.
    """

    def __init__(self, origin: NDArray[np.float64], first: Sequence[Instalment]) -> None:
        """`origin` is what (0, 0, 0) of the scene is in the world, mm; `first` is what to begin with."""
        self._origin = origin
        # Stands for what the page makes itself, and brings its class along.
        self._texture = _Texture(data=np.zeros((1, 1, 4), np.uint8), format="RGBAFormat", type="UnsignedByteType")
        screen = _Geometry(attributes={"position": _attribute(_TRIANGLE)})

        def alone(name: str, material: Any, geometry: Any = screen) -> Any:
            return _Mesh(geometry, material, name=name, frustumCulled=False)

        back = self._material("back", {"backTop", "backBottom"}, depthWrite=False)
        ground = self._material(
            "ground",
            {"backTop", "backBottom", "groundColor", "cut", "light"},
            fade=[0.0, 0.0],
            middle=[0.0, 0.0],
            idPass=0.0,
        )
        line: dict[str, Any] = {
            "width": 1.2,
            "resolution": [1.0, 1.0],
            "color": [0.0] * 4,
            "side": "DoubleSide",
            **_OVER,
        }
        outline = self._material("outline", {"cut"}, texels=True, **line)
        seam = self._material(
            "outline",
            {"cut", "lineColor", "seamColor"},
            texels=True,
            defines={"SEAM": 1},
            **line | {"color": [0.0, 0.0, 0.0, 0.9]},
        )
        ghost = self._surface(2, **_OVER)
        self._chunks: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._lined = 0  # chunks that have their lines
        meshes = self._meshes(first)
        self._groups = {name: _Group(name=name, children=meshes.get(name, ())) for name in ("opaque", "edges", "glass")}
        # What the page makes the caps of sections of: faces to be counted, what is put where there is something, earth.
        spot: dict[str, Any] = {"which": 0, "centre": [0.0] * 3, "reach": 1.0}
        unseen: dict[str, Any] = {"colorWrite": False, "depthTest": False, "depthWrite": False, "side": "DoubleSide"}
        nearer: dict[str, Any] = {"polygonOffset": True, "polygonOffsetFactor": -1.0, "polygonOffsetUnits": -2.0}
        samples = {
            "count": self._material("count", {"cut"}, which=0, texels=True, **unseen),
            "cap": self._material("cap", {"cut", "capColor", "hatchColor"}, side="DoubleSide", **spot, **nearer),
            "earth": self._material(
                "earth", {"cut", "earthColor"}, level=0.0, defines={"EARTH": 1}, side="DoubleSide", **spot, **_OVER
            ),
        }
        caps = _Group(name="caps", children=[alone(name, one) for name, one in samples.items()], visible=False)
        # The page adds ghosts that share the buffers of the opaque surfaces; here is what they are made of.
        ghosts = _Group(name="ghosts", children=(alone("", ghost),), visible=False)
        camera = _Camera(fov=FIELD_OF_VIEW, up=(0, 1, 0))
        self._scene = three.Scene(
            # Order of drawing: what is in front first, so that nothing is painted that is painted over. Edges come
            # before ghosts and glass, which tint what is behind them.
            children=(
                self._groups["opaque"],
                caps,
                alone("ground", ground, _square()),
                alone("back", back),
                self._groups["edges"],
                ghosts,
                self._groups["glass"],
                alone("seam", seam, _Geometry(attributes={"position": _attribute(_TRIANGLE)})),
                alone("outline", outline, _Geometry(attributes={"position": _attribute(_TRIANGLE)})),
                camera,
            ),
            background=None,
            visible=False,
        )
        self.renderer = three.Renderer(
            scene=self._scene, camera=camera, antialias=True, layout=Layout(), _pause_autorender=True
        )

    def add(self, instalments: Sequence[Instalment]) -> None:
        """Bring more into the scene, in one update a group."""
        for name, meshes in self._meshes(instalments).items():
            self._groups[name].children = (*self._groups[name].children, *meshes)

    def add_edges(self, lines: Sequence[Creases]) -> None:
        """Draw the crease lines of every chunk, in the order in which they came, but for those that have theirs. They
        use the vertices sent already."""
        drawn = [*self._groups["edges"].children]
        fresh = slice(self._lined, None)
        self._lined = min(len(self._chunks), len(lines))
        for (vertices, place), creases in zip(self._chunks[fresh], lines[fresh], strict=False):
            if len(creases):
                geometry = _Geometry(
                    attributes={**vertices, "index": _attribute(creases.index.ravel())},
                    userData={"spans": spans(creases.length)},
                )
                drawn.append(_Lines(geometry, self._lines, **place))
        self._groups["edges"].children = drawn

    def _meshes(self, instalments: Sequence[Instalment]) -> dict[str, list[Any]]:
        """The meshes of all their chunks by the group they belong to."""
        meshes: dict[str, list[Any]] = {}
        for one in instalments:
            for chunk in one.batch.chunks:
                part = one.parts[chunk.part.astype(np.int64)].astype(np.float32)
                vertices = {"position": _attribute(chunk.positions), "part": _attribute(part)}
                at = one.batch.origin - self._origin + chunk.center
                place = {"position": at.tolist(), "scale": [one.batch.step] * 3}
                self._chunks.append((vertices, place))
                for name, index in (("opaque", chunk.opaque), ("glass", chunk.clear)):
                    if len(index):
                        geometry = _Geometry(attributes={**vertices, "index": _attribute(index)})
                        material = self._opaque if name == "opaque" else self._clear
                        meshes.setdefault(name, []).append(_Mesh(geometry, material, **place))
        return meshes

    # Made when first needed: a widget that nothing refers to would stay behind.

    @cached_property
    def _opaque(self) -> Any:
        offset = {"polygonOffset": True, "polygonOffsetFactor": 1.0, "polygonOffsetUnits": 1.0}
        return self._surface(0, side="DoubleSide", **offset)

    @cached_property
    def _clear(self) -> Any:
        return self._surface(1, side="DoubleSide", **_OVER)

    @cached_property
    def _lines(self) -> Any:
        numbers = {"pixels": 1.0, "far": 1.0, "span": 1.0, "level": 0.0}
        return self._material("edge", {"edgeColor", "cut"}, texels=True, **numbers, **_OVER)

    def _surface(self, layer: int, **options: Any) -> Any:
        colors = {"selectColor", "ghostColor", "cut", "light"}
        return self._material("surface", colors, idPass=0.0, texels=True, defines={"LAYER": layer}, **options)

    def _material(self, name: str, needs: set[str], *, texels: bool = False, **options: Any) -> Any:
        """A material with the uniforms it needs: colours of the theme, "cut", "light", and numbers among `options`."""
        traits = three.ShaderMaterial.class_traits()
        values: dict[str, Any] = {key: value for key, value in THEMES["light"].items() if key in needs}
        if "light" in needs:
            lights = ("skyLight", "bounceLight", "sunLight", "ambient", "key")
            values |= {key: THEMES["light"][key] for key in lights}
            values |= {"sun": _SUN, "light": None, "lightLow": [0.0] * 3, "lightSize": [1.0] * 3}
            values["lightAmount"] = [0.0] * 3
        if "cut" in needs:
            values |= {"cuts": [0.0] * 4 * MOST_PLANES, "cutting": 0}
        values |= {key: value for key, value in options.items() if key not in traits}
        if texels:
            values["lifted"] = 0.0
            values["texels"] = self._texture  # last, see above
        return _Material(
            uniforms={key: {"value": value} for key, value in values.items()},
            **program(name),
            **{key: value for key, value in options.items() if key in traits},
        )

    def widgets(self) -> list[Widget]:
        """Every widget of the scene that is open, the renderer first."""
        return tree(self.renderer)


def _attribute(array: NDArray[Any]) -> Any:
    return _Attribute(array, normalized=False)


def _square() -> Any:
    """A square that faces upwards. The page puts it under the building, as large as it takes."""
    corners = np.array([[-1, 0, -1], [-1, 0, 1], [1, 0, 1], [1, 0, -1]], np.float32)
    index = np.array([0, 1, 2, 0, 2, 3], np.uint16)
    return _Geometry(attributes={"position": _attribute(corners), "index": _attribute(index)})


def spans(length: NDArray[np.float32]) -> list[list[int]]:
    """Runs of lines of about one length: [first index, indices, k] each for 2^k mm, from lengths (s,) that only fall.

    Lines share vertices, so a vertex cannot say how long its line is; the page draws each run with a length of its own.
    """
    power = np.round(np.log2(length)).astype(int)
    start = np.flatnonzero(np.diff(power, prepend=power[0] + 1))
    end = [*start[1:], len(power)]
    return [[2 * int(a), 2 * int(b - a), int(power[a])] for a, b in zip(start, end, strict=True)]


def ground_level(low: float, high: float) -> float:
    """Height of the ground, mm, under what reaches from `low` to `high`.

    Nothing says where it is. Models stand on y = 0 by custom, with cellars and footings below and most of the building
    above; then it is a step (150 mm) below that, and else just under the model.
    """
    return -150.0 if low < -150 and high > -2 * low else low - 10


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
        elif isinstance(one, Iterable) and not isinstance(one, str | bytes | np.ndarray):
            todo += one
    return list(seen.values())

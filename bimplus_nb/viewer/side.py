"""`Side`: the small widget beside the renderer that does what pythreejs cannot."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets
from ipywidgets import widget_serialization

from bimplus_nb.viewer.code import Code, loader
from bimplus_nb.viewer.state import Texels


def _told_by_page(trait: Any) -> Any:
    """Only the page writes it, and it knows what it wrote: no echo."""
    return trait.tag(sync=True, echo_update=False)


class Side(anywidget.AnyWidget):
    """Picking, camera, frames, legend and words of one viewer, on the page.

    Everything here comes back when the page is loaded again. What changes often goes by messages instead (`tell`), and
    is put into the state by those who send it.
    """

    _esm = loader()

    code = traitlets.Dict(help="where the page finds its code: id of the `Code`, and its fingerprint").tag(sync=True)
    renderer = traitlets.Unicode(help="model id of the pythreejs Renderer").tag(sync=True)
    kinds = traitlets.Unicode(help="model id of the `Kinds`").tag(sync=True)
    parcels: Any = traitlets.List(help="what has come of the building").tag(sync=True, **widget_serialization)
    words = traitlets.Dict(help="title, count, caption, chosen").tag(sync=True)
    notice = traitlets.Unicode(help="what went wrong, in words").tag(sync=True)
    legend = traitlets.Dict(help="what the colours mean, as `Coloring.legend` says it").tag(sync=True)
    theme = traitlets.Unicode("auto", help="auto, light or dark").tag(sync=True)
    uniforms = traitlets.Dict(help="uniforms that hold in every theme").tag(sync=True)
    home = traitlets.Dict(help="what to look at first: low, high, ground, earth, points, direction; mm").tag(sync=True)
    cuts = traitlets.Dict(help="planes of sections, mm in the frame of the scene, and its origin in the world").tag(
        sync=True
    )
    seams = traitlets.Bytes(help="outlines of what is cut: seven float32 a line, its ends and its part").tag(sync=True)
    storeys = traitlets.Bytes(help="how many storeys are below that of each part, one byte each").tag(sync=True)
    lifted = traitlets.Float(0.0, help="mm between storeys that are drawn apart").tag(sync=True)
    arriving = traitlets.Bool(help="whether more of the building is on its way").tag(sync=True)
    texels: Any = traitlets.Instance(Texels, help="looks of all parts").tag(
        sync=True, to_json=lambda texels, _: memoryview(texels.values).cast("B")
    )
    tools = traitlets.Dict(help="what each tool of the page shows, by its name").tag(sync=True)
    pins = traitlets.Dict(help="marks of issues, by columns, as `Pinning.pin` says them").tag(sync=True)
    printed = traitlets.Bool(help="whether a picture of it stays in the notebook").tag(sync=True)
    light = traitlets.Bytes(help="the light volume, two bytes a voxel").tag(sync=True)
    light_shape: Any = traitlets.List(help="voxels of `light` along z, y, x").tag(sync=True)

    camera = _told_by_page(traitlets.Dict(help="position, target, fov, height (None: perspective); mm, of the scene"))
    size = _told_by_page(traitlets.List(help="width and height of the canvas, CSS pixels"))
    shown_theme = _told_by_page(traitlets.Unicode("light"))

    def __init__(self, **state: Any) -> None:
        super().__init__(code=Code.address(), **state)
        self.messages = 0
        self.bytes = 0

    def tell(self, message: dict[str, Any], *buffers: Any) -> None:
        """Send the page a message, and count it."""
        self.messages += 1
        self.bytes += sum(memoryview(buffer).nbytes for buffer in buffers)
        self.send(message, list(buffers))

"""`Page`: the widgets of one viewer, what they say and are told, and their end."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np
from ipywidgets import Box, Layout, Widget
from ipywidgets.widgets.widget import _remove_buffers
from numpy.typing import NDArray

from bimplus_nb.errors import BimplusError
from bimplus_nb.geometry.edges import Creases
from bimplus_nb.geometry.light import SUN, Light
from bimplus_nb.viewer import scene
from bimplus_nb.viewer.building import Building
from bimplus_nb.viewer.capture import Plane
from bimplus_nb.viewer.parcel import Parcel
from bimplus_nb.viewer.print import developed
from bimplus_nb.viewer.side import Side
from bimplus_nb.viewer.state import Patch, Texels
from bimplus_nb.viewer.without import Without

PATIENCE: Final = 8.0
"""Seconds to wait for a picture."""


class Page:
    """The pythreejs renderer and the `Side` beside it, in one box.

    Built with what there is of the building; `add` brings more. `heard` gets what the page says of a person's doings:
    {"type": "act", "name": …, …}.
    """

    def __init__(
        self,
        building: Building,
        texels: Texels,
        heard: Callable[[dict[str, Any]], None],
        *,
        height: int,
        home: dict[str, Any],
        cuts: Sequence[Plane],
        **state: Any,
    ) -> None:
        self._started = time.time()
        self._origin = building.origin
        self._heard = heard
        self._open = threading.RLock()  # lines and light come from a thread, and must not come to a closed page
        self._light = light_uniforms(None, self._origin)
        self._asked = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self.picture = b""
        self.on_print: Callable[[bytes], None] = lambda _: None  # the picture that stays in the notebook, small
        self.decorated = 0  # instalments that lines were brought for
        self.whole = threading.Event()  # there was a picture with everything there was at first
        layout = Layout()
        renderer = scene.renderer(layout)
        self.side = Side(
            renderer=renderer.model_id,
            kinds=scene.Kinds.shared().model_id,
            parcels=[Parcel(one, self._origin) for one in building.instalments],
            uniforms=dict(self._light),
            home=home,
            cuts=cut_planes(cuts, self._origin),
            texels=texels,
            arriving=True,
            layout=layout,
            **state,
        )
        self._thin = False
        self.side.on_msg(self._listen)
        self.box = Box(
            [renderer, self.side, Without.shared()], layout=Layout(width="100%", height=f"{height}px", display="block")
        )
        self.box.add_class("bv-box")
        self.seconds = {"widgets": time.time() - self._started}

    def add(self, building: Building, texels: NDArray[np.uint32], home: dict[str, Any], *, more: bool) -> None:
        """Show what has been added to the building; `texels` are those of its new parts, `more` is still to come."""
        start = time.time()
        with self._open:
            if len(texels):
                self.side.tell({"type": "grow"}, texels)
            fresh = building.instalments[len(self.side.parcels) :]
            with self.side.hold_sync():
                self.side.home = home
                self.side.parcels = [*self.side.parcels, *(Parcel(one, self._origin) for one in fresh)]
                self.side.arriving = more
        self.seconds["widgets"] += time.time() - start

    def add_lines(self, lines: Sequence[Creases]) -> None:
        """Draw the crease lines of each chunk, in the order in which they came."""
        with self._open:
            if self.box.comm is None:
                return
            rest = iter(lines)
            for parcel in self.side.parcels:
                its = list(itertools.islice(rest, len(parcel.chunks)))
                if its and not parcel.lines:
                    parcel.add_lines(its)

    def add_light(self, light: Light) -> None:
        """Let there be light and shadow."""
        with self._open:
            if self.box.comm is None:
                return
            self._light |= light_uniforms(light, self._origin)
            with self.side.hold_sync():
                for name, value in light_voxels(light).items():
                    self.side.set_trait(name, value)
                self._shine()

    def cut(self, planes: Sequence[Plane]) -> None:
        """Cut away what lies behind any of these planes (mm, world)."""
        self.side.cuts = cut_planes(planes, self._origin)

    def add_seams(self, seams: NDArray[np.float32]) -> None:
        """Draw the outlines of what is cut: (s, 7), both ends in the frame of the scene, mm, and the part."""
        with self._open:
            if self.box.comm is not None and (len(seams) or len(self.side.seams)):
                self.side.seams = np.ascontiguousarray(seams, np.float32).tobytes()

    def lift(self, distance: float, storeys: NDArray[np.uint8]) -> None:
        """Lift each part by `distance` mm for every storey below its own, (p,) `storeys`."""
        with self.side.hold_sync():
            self.side.storeys, self.side.lifted = storeys.tobytes(), distance

    def thin_out(self, thin: bool) -> None:
        """Whether so much is hidden or a ghost that the shadows, those of the whole building, would be of nothing."""
        if thin != self._thin:
            self._thin = thin
            self._shine()

    def _shine(self) -> None:
        """Send how much of the shadows there is."""
        self.side.uniforms = thinned(self._light) if self._thin else dict(self._light)

    def patch(self, patch: Patch, *, grown: bool = False) -> None:
        """Change the looks of parts. The texels themselves are the caller's to change. `grown`: there is no hurry."""
        message = {"type": "patch", "gap": patch.gaps.itemsize, "indexed": bool(len(patch.index)), "grown": grown}
        self.side.tell(message, patch.gaps, patch.values, patch.index)

    async def fresh_picture(self) -> bytes:
        """The canvas as it is now, as PNG; nothing where no page answers in time."""
        ask = next(self._asked)
        answer = self._waiting[ask] = asyncio.get_running_loop().create_future()
        try:
            self.side.tell({"type": "picture", "ask": ask})
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            return b""
        finally:
            del self._waiting[ask]

    def _listen(self, _: Widget, message: dict[str, Any], buffers: list[memoryview]) -> None:
        kind, ask = message.get("type"), message.get("ask")
        waiting = self._waiting.get(ask) if isinstance(ask, int) else None
        if kind == "drawn":
            # By the page's clock where it is ours too: the message itself may wait behind other cells.
            heard, said = time.time() - self._started, float(message.get("at", 0)) - self._started
            self.seconds.setdefault("picture", said if 0 < said < heard else heard)
        elif kind == "whole":
            self.whole.set()
        elif kind == "picture" and buffers:
            self.picture = bytes(buffers[0])
            if waiting and not waiting.done():
                waiting.set_result(self.picture)
        elif kind == "print" and buffers:
            with suppress(ValueError, zlib.error):
                self.on_print(developed(message, buffers[0]))
        elif kind == "problem":
            words = str(message.get("text"))[:200]
            if waiting and not waiting.done():
                waiting.set_exception(BimplusError(words))
            else:
                self.side.notice = words
        elif kind == "act":
            self._heard(message)

    def widgets(self) -> list[Widget]:
        """Every open widget of the viewer; what it has in common with others is theirs too."""
        common = scene.tree(Without.shared())
        return [widget for widget in scene.tree(self.box) if widget not in common]

    def traffic(self) -> tuple[int, int]:
        """Messages and bytes sent to the page so far: one message a widget, and those since."""
        messages, size = self.side.messages, self.side.bytes
        for widget in self.widgets():
            rest, _, buffers = _remove_buffers(widget.get_state())
            messages += 1
            size += len(json.dumps(rest, default=str)) + sum(memoryview(buffer).nbytes for buffer in buffers)
        return messages, size

    def close(self) -> None:
        """Close every widget; the page lets go of what it keeps of closed ones."""
        with self._open:
            widgets = self.widgets()
            self.side.tell({"type": "release", "ids": [widget.model_id for widget in widgets]})
            for widget in widgets:
                widget.close()


def light_uniforms(light: Light | None, origin: NDArray[np.float64]) -> dict[str, list[float]]:
    """What the shaders are told of the light, in the frame of the scene whose (0, 0, 0) is at `origin`, mm."""
    sun = {"sun": (np.array(SUN) / np.linalg.norm(SUN)).tolist()}
    if light is None:
        return sun
    size = np.array(light.volume.shape[:3]) * light.step
    low, amount = light.low - origin, [1.0, 0.85, light.step]
    return sun | {"lightLow": low.tolist(), "lightSize": size.tolist(), "lightAmount": amount}


def thinned(uniforms: dict[str, list[float]]) -> dict[str, list[float]]:
    """The same without shadows."""
    step = uniforms.get("lightAmount", [0.0])[-1]
    return uniforms | ({"lightAmount": [0.0, 0.0, step]} if step else {})


def light_voxels(light: Light) -> dict[str, Any]:
    """The light volume as a page takes it."""
    x, y, z, _ = light.volume.shape
    return {
        "light_shape": [z, y, x],
        "light": np.ascontiguousarray(light.volume.transpose(2, 1, 0, 3)).tobytes(),
    }


def cut_planes(planes: Sequence[Plane], origin: NDArray[np.float64]) -> dict[str, Any]:
    """Planes (mm, world) as a page takes them: in the frame of the scene, and where that is."""
    here = [[*normal, at - float(np.dot(normal, origin))] for *normal, at in planes]
    return {"planes": here, "origin": origin.tolist()}

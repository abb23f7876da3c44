"""What is kept of a view: pictures, and the view itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bimplus_nb.errors import BimplusError
from bimplus_nb.viewer.capture import View
from bimplus_nb.viewer.listing import Listing
from bimplus_nb.viewer.palette import hexed, rgb
from bimplus_nb.viewer.picture import Picture
from bimplus_nb.viewer.still import still
from bimplus_nb.viewer.storeys import Storeys


class Keeping(Listing, Storeys):
    """The part of `Viewer` that gives away what is seen, and takes it back."""

    def screenshot(self) -> Picture:
        """The picture as PNG bytes; written ``await viewer.screenshot()``, the canvas as it is at that moment.

        A page sends its picture whenever the view comes to rest, and that is what one gets, 1,280 pixels wide at most;
        awaited, the page is asked, and answers in full resolution. While a cell computes, and while further cells wait
        to be run, a page can say nothing: where there is no answer within eight seconds, and where there is no page at
        all, the picture is drawn by Python, 960 pixels wide, with the same camera, colours and light.
        """
        return Picture.of((self._page and self._page.picture) or self._still(), self._fresh)

    async def _fresh(self) -> Picture:
        png = await self._page.fresh_picture() if self._page else b""
        return Picture.of(png or self._still(), self._fresh)

    def _still(self, across: int = 960) -> bytes:
        self._load()
        if not len(self._building):
            raise BimplusError("there is nothing to take a picture of: no object has geometry")
        width, height = self.size if self._page and all(self.size) else (960, 480)
        theme = self._page.side.shown_theme if self._page else self._theme
        subject = self._decor.subject(self._texels.values, self._cuts)
        subject = replace(subject, mesh=self._as_drawn()[0])
        size = across, round(across * height / width)
        return still(subject, self.camera, size, "dark" if theme == "dark" else "light")

    def capture(self) -> dict[str, Any]:
        """What is seen, as a scene of the service (version 2): camera, looks, selection, colours, section."""
        looks = self._looks
        colors: dict[str, tuple[str, ...]] = {}
        for color in np.unique(looks.colors[looks.colored], axis=0):
            colors[hexed(color)] = self._ids(looks.colored & (looks.colors == color).all(axis=1))
        view = View(
            camera=self.camera,
            visible=None if looks.visible.all() else self._ids(looks.visible),
            transparent=self._ids(looks.ghost),
            selected=self.selected_ids,
            colors=colors,
            cuts=self._cuts,
        )
        return view.to_scene()

    def apply(self, scene: Mapping[str, Any] | str) -> None:
        """Show what a scene of the service describes, of any version, as an object or as text. Objects that are not
        here any more are passed over."""
        looks, building = self._looks, self._building
        extent = float(np.max(building.high - building.low)) or 1.0
        view = View.from_scene(scene, extent=extent)
        looks.visible[:] = view.visible is None
        looks.visible[self._here(view.visible or ())] = True
        looks.visible[self._here(view.hidden)] = False
        looks.ghost[:] = False
        looks.ghost[self._here(view.transparent)] = True
        color, colored = np.zeros((len(building), 3), np.uint8), np.zeros(len(building), bool)
        for name, ids in view.colors.items():
            color[self._here(ids)] = np.round(np.array(rgb(name)) * 255)
            colored[self._here(ids)] = True
        looks.color(color, colored, np.ones(len(building), bool))
        self._coloring = None
        self._section(view.cuts)
        self.select([name for name in view.selected if name in building.rows])
        self._show()
        if view.camera:
            self._look(view.camera)

"""What is kept of a view: pictures, files, and the view itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.errors import BimplusError
from bimplus_nb.exchange import Drawing, plan_svg, to_glb, to_obj
from bimplus_nb.geometry import Mesh
from bimplus_nb.viewer.capture import View
from bimplus_nb.viewer.cutting import Cutting
from bimplus_nb.viewer.ids import Ids
from bimplus_nb.viewer.listing import Listing
from bimplus_nb.viewer.looking import Looking
from bimplus_nb.viewer.palette import hexed, rgb
from bimplus_nb.viewer.picture import Picture
from bimplus_nb.viewer.still import still


class Keeping(Listing, Cutting, Looking):
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
        subject = self._decor.subject(self._texels.values, self._cut)
        return still(
            subject, self.camera, (across, round(across * height / width)), "dark" if theme == "dark" else "light"
        )

    def plan(
        self, level: float, *, cut: float = 1200.0, depth: float | None = None, scale: float | None = None
    ) -> Drawing:
        """A storey drawn to scale, its floor at the height `level` (mm), cut `cut` mm above it: the text of an SVG.

        What is solid is drawn in the colours it has now, and rooms with their names and areas, whether they have a
        colour or not. `scale` 100 means 1:100; see `exchange.plan_svg` for what is drawn how.
        """
        looks, names = self._looks, self._names()
        mesh = self._as_seen(looks.shown | (looks.room & looks.visible))
        rooms = {id_: names.get(id_, "") for id_ in self._ids(looks.room)}
        return plan_svg(
            mesh, level=level, cut=cut, depth=depth, rooms=rooms, names=names, scale=scale, title=self._title
        )

    def to_glb(self, ids: Ids | None = None) -> bytes:
        """These objects (what is solid, if not told) in the colours they have now, as a GLB file: glTF 2.0, metres."""
        names, mesh = self._names(), self._as_seen(self._leaving(ids))
        about = self._about()[["type", "storey", "layer", "model"]].reindex(list(mesh.ids))
        rows = zip(*(about[name].tolist() for name in about), strict=True)
        extras = {id_: dict(zip(about, row, strict=True)) for id_, row in zip(mesh.ids, rows, strict=True)}
        return to_glb(mesh, names=names, extras=extras, title=self._title)

    def to_obj(self, ids: Ids | None = None) -> tuple[str, str]:
        """The same as the texts of an OBJ file, in metres, and of the ``model.mtl`` that belongs to it."""
        return to_obj(self._as_seen(self._leaving(ids)), names=self._names())

    def _leaving(self, ids: Ids | None) -> NDArray[np.bool_]:
        if ids is None:
            return self._looks.shown
        which = np.zeros(len(self._building), bool)
        which[self._rows_of(ids)] = True
        return which

    def _as_seen(self, which: NDArray[np.bool_]) -> Mesh:
        """These objects (o,), in the colours they have now."""
        mesh = self.mesh
        texels = self._building.of_mesh(self._now.texels()).view(np.uint8).reshape(-1, 4)
        return replace(mesh, color=np.column_stack([texels[:, :3], mesh.color[:, 3]])).of(*self._ids(which))

    def _names(self) -> dict[str, str]:
        names = self._about()["name"].dropna().astype(str)
        return dict(names[names != ""])

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
            cut=self._cut,
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
        self._section(view.cut)
        self.select([name for name in view.selected if name in building.rows])
        self._show()
        if view.camera:
            self._look(view.camera)

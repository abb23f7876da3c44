"""What is kept of a view: pictures, and the view itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.errors import BimplusError
from bimplus_nb.viewer import cells
from bimplus_nb.viewer.capture import Layer, View, as_mapping
from bimplus_nb.viewer.listing import Listing
from bimplus_nb.viewer.palette import hexed, rgb
from bimplus_nb.viewer.picture import Picture
from bimplus_nb.viewer.png import png, small_png
from bimplus_nb.viewer.print import Print
from bimplus_nb.viewer.still import still
from bimplus_nb.viewer.storeys import Storeys

# Of the picture that Python draws for the notebook: pixels, and triangles at most, so that it takes seconds.
_PRINT_WIDTH: Final = 720
_PRINT_TRIANGLES: Final = 600_000


class Keeping(Listing, Storeys):
    """The part of `Viewer` that gives away what is seen, and takes it back."""

    def screenshot(self) -> Picture:
        """The picture as PNG bytes; written ``await viewer.screenshot()``, the canvas as it is at that moment.

        A page sends its picture whenever the view comes to rest, and that is what one gets, 1,280 pixels wide at most;
        awaited, the page is asked, and answers in full resolution. While a cell computes, and while further cells wait
        to be run, a page can say nothing: where there is no answer within eight seconds, and where there is no page at
        all, the picture is drawn by Python, 960 pixels wide, with the same camera, colours and light.
        """
        return Picture.of((self._page and self._page.picture) or png(self._still()), self._fresh)

    async def _fresh(self) -> Picture:
        fresh = await self._page.fresh_picture() if self._page else b""
        return Picture.of(fresh or png(self._still()), self._fresh)

    def _still(self, across: int = 960, most: int | None = None) -> NDArray[np.uint8]:
        """The picture as Python draws it, `across` pixels wide; of more than `most` triangles, the largest objects."""
        self._load()
        if not len(self._building):
            raise BimplusError("there is nothing to take a picture of: no object has geometry")
        width, height = self.size if self._page and all(self.size) else (960, 480)
        theme = self._page.side.shown_theme if self._page else self._theme
        subject = self._decor.subject(self._as_drawn()[0], self._texels.values, self._cuts, most)
        if self._thin:
            subject = replace(subject, light=None)
        size = across, round(across * height / width)
        return still(subject, self.camera, size, "dark" if theme == "dark" else "light")

    def print_on(self, paper: Print) -> None:
        """Keep the picture of this view on `paper`, which is below a widget that has it inside; see `Print`.

        The page sends it whenever the view comes to rest. Where cells run for nobody there is no page: there Python
        draws it, when the cell is over, so that it shows what the cell has made of the view. Where the view is shown
        again further down, what is above stays as it was seen there.
        """
        self._papers = [*(one for one in self._papers if one is not paper and one.blank), paper]
        if self._page:
            self._page.side.printed = True
        if cells.unattended():
            cells.at_the_end(self._draw_print)

    _papers: Sequence[Print] = ()

    def _draw_print(self) -> None:
        if len(self._building):
            self._print(small_png(self._still(_PRINT_WIDTH, _PRINT_TRIANGLES)))

    def _print(self, picture: bytes) -> None:
        for paper in self._papers:
            paper.update(picture)
        self._papers = self._papers[-1:]

    def capture(self) -> dict[str, Any]:
        """What is seen, as a scene of the service (version 2): camera, looks, selection, colours, section, layers.

        What the scene that was applied before says of other things, and of objects that are not here, is still in it;
        and while nothing has been changed since, it is that scene.
        """
        view, (scene, shown) = self._view(), self._applied
        return dict(deepcopy(scene)) if view.shows_as(shown) else view.to_scene(scene, extent=self._extent)

    def apply(self, scene: Mapping[str, Any] | str) -> None:
        """Show what a scene of the service describes, of any version, as an object or as text: ``slide["scene"]``,
        ``issue["scene"]``. Objects that are not here any more are passed over."""
        looks, building = self._looks, self._building
        view = View.from_scene(scene, extent=self._extent)
        looks.visible[:] = view.visible is None
        looks.visible[self._here(view.visible or ())] = True
        looks.visible[self._here(view.hidden)] = False
        looks.ghost[:] = False
        looks.ghost[self._here(view.transparent)] = True
        for layer, rows in self._layers(view.layers):
            looks.visible[rows] &= layer.visible
            looks.ghost[rows] |= layer.transparent
        looks.asked[:] = looks.visible & looks.room[looks.visible].all()
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
        self._elsewhere_said = view.without(building.rows)
        self._applied = deepcopy(as_mapping(scene)), replace(self._view(), camera=view.camera)

    # What was applied last: the scene, how it looks here, and what it says of objects that are not here.
    _applied: tuple[Mapping[str, Any], View] = ({}, View())
    _elsewhere_said = View()

    def _forget_scene(self) -> None:
        self._applied, self._elsewhere_said = ({}, View()), View()

    @property
    def _extent(self) -> float:
        """The longest side of the building, mm."""
        self._load()
        return float(np.max(self._building.high - self._building.low)) or 1.0

    def _view(self) -> View:
        looks, rest = self._looks, self._elsewhere_said
        colors = dict(rest.colors)
        for color in np.unique(looks.colors[looks.colored], axis=0):
            name = hexed(color)
            colors[name] = (*self._ids(looks.colored & (looks.colors == color).all(axis=1)), *colors.get(name, ()))
        everything = looks.visible.all() and not rest.visible
        return View(
            camera=self.camera,
            visible=None if everything else (*self._ids(looks.visible), *(rest.visible or ())),
            hidden=rest.hidden,
            transparent=(*self._ids(looks.ghosts), *rest.transparent),
            selected=(*self.selected_ids, *rest.selected),
            colors=colors,
            cuts=self._cuts,
            layers=tuple(
                layer._replace(visible=bool(looks.visible[rows].any()), transparent=bool(looks.ghosts[rows].all()))
                for layer, rows in self._layers()
            ),
        )

    def _layers(self, layers: Iterable[Layer] | None = None) -> Iterator[tuple[Layer, NDArray[np.int64]]]:
        """Layers (all that are here, if not told) and the rows of their objects; those without objects are left out."""
        here = self._building.layers
        for layer in [Layer(*key) for key in here] if layers is None else layers:
            if (rows := here.get(layer[:2])) is not None:
                yield layer, rows

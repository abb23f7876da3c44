"""`Viewer`: a building on the page, and one selection shared by everything that shows it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from IPython.display import display
from ipywidgets import Box

from bimplus_nb.geometry import Mesh
from bimplus_nb.text import plain
from bimplus_nb.viewer import cells
from bimplus_nb.viewer.building import MOST_TRIANGLES, Arrival
from bimplus_nb.viewer.core import Objects, Outline, Theme
from bimplus_nb.viewer.ids import Ids, rows
from bimplus_nb.viewer.listing import Loader
from bimplus_nb.viewer.page import Page
from bimplus_nb.viewer.print import BESIDE_PRINT, Print
from bimplus_nb.viewer.publishing import Publishing


class Viewer(Publishing):
    """A building drawn in the notebook: put it on the last line of a cell.

    - ``mesh``: what to draw; mm, Y up, world. Or bits of it (`Arrival`) as they come: the first is on the page while
      the others are on their way, and whatever needs all of them waits
    - ``objects``: the table that `selected` takes its rows from, index = object id; or a function that returns it,
      called when it is first needed
    - ``outline``: a function of ids that tells what these are (name, type, storey, layer, model), where that is to be
      had sooner than the whole table
    - ``rooms``: ids of objects that are rooms: hidden until they have a colour
    - ``title``: above the picture; ``height``: of the whole in CSS pixels
    - ``theme``: "light", "dark", or "auto" as the page around it
    - ``max_triangles``: of more, the smallest objects are left out until they are shown or isolated
    - ``more``: what else there is, such as other layers, by name: functions that fetch it when it is asked for

    Methods that take ids take one id, any collection of ids, an Index, a Series of ids, a boolean Series over ids, a
    frame with ids as its index, or rows that stand for groups of objects, such as those of ``project.quantities()``.
    Ids of objects without geometry are passed over; unknown ids raise ValueError. All work before, while and after the
    viewer is on a page. Lengths are in mm.

    A drag turns about the selection or what is under the cursor. 1 to 7 look from the top, front, left, right, back,
    bottom and a corner, as the cube does; O keeps parallel lines parallel, W walks, Shift+F fills the screen.

    On the page: drag to turn, Shift-drag or right-drag to shift, wheel to zoom to the cursor, click to select (Ctrl or
    Shift adds and removes, Alt-drag takes all in a box), right-click for more; F fits, H hides and I isolates the
    selection, X is x-ray, B chooses by a box, C cuts, M measures, T is the tree, O makes lines parallel, W walks, 1 to
    7 look from the sides, Escape goes back.
    """

    def __init__(
        self,
        mesh: Mesh | Iterable[Arrival],
        *,
        objects: Objects = None,
        outline: Outline = None,
        rooms: Ids = (),
        title: str = "",
        height: int = 560,
        theme: Theme = "auto",
        max_triangles: int = MOST_TRIANGLES,
        more: Mapping[str, Loader] | None = None,
    ) -> None:
        self._seconds: dict[str, float] = {}
        start = time.perf_counter()
        self._objects = self._given_objects = objects
        self._more = dict(more or {})
        arrivals: Iterable[Arrival]
        if isinstance(mesh, Mesh):
            known = {name: row for row, name in enumerate(mesh.ids)}
            arrivals = [Arrival(mesh, {mesh.ids[row] for row in rows(rooms, known, self._elsewhere)})]
        else:
            arrivals = mesh
        super().__init__(
            arrivals,
            objects=self._objects,
            outline=outline,
            title=title,
            height=height,
            theme=theme,
            most=max_triangles,
        )
        self._seconds["batch"] = time.perf_counter() - start

    def reset(self) -> None:
        """Everything visible, solid, in its own colours and whole; nothing selected; seen from where it began."""
        looks = self._looks
        looks.visible[:] = True
        looks.ghost[:] = looks.asked[:] = False
        looks.clear_color()
        self._coloring = None
        self._forget_scene()
        self._section(())
        self.explode(0)
        self.select()
        self._show()
        self._look(None)

    def _on_reset(self, _: object) -> None:
        self.reset()

    def _on_escape(self, _: object) -> None:
        """Escape: first the selection goes, then everything else."""
        self.select() if self._looks.selected.any() else self.reset()

    def add(self, mesh: Mesh | str, *, rooms: Iterable[str] = ()) -> None:
        """Show more objects beside those that are here: a mesh, or what is named in `more`."""
        self._load()
        if isinstance(mesh, str):
            if mesh not in self._more:
                there = ", ".join(repr(plain(name, 60)) for name in self._more) or "nothing"
                raise ValueError(f"there is no {plain(mesh, 60)!r} that is not loaded; there is {there}")
            arrivals = [*self._more[mesh]()]  # all or nothing: half of it would be there twice at the next attempt
            del self._more[mesh]
            self._objects = self._given_objects  # which may know of more now
        else:
            arrivals = [Arrival(mesh, frozenset(rooms))]
        self._coming = self._come(arrivals)
        self._load()
        if self._lifted:
            self.explode(self._lifted)
        if self._page:
            self._decor.bring(self._page)
            self._trace()
        self._list()

    def _on_load(self, message: dict[str, Any]) -> None:
        """A person asks for the one in this place of what is not loaded."""
        place, name = message.get("place"), message.get("more")
        if type(place) is int and 0 <= place < len(self._more) and plain(self.more[place], 120) == name:
            try:
                self.add(self.more[place])
            except Exception:
                self._list()  # where it says that something is on its way
                raise

    # --- living -----------------------------------------------------------------------------------------------------

    @property
    def stats(self) -> dict[str, Any]:
        """What this view costs: objects, triangles, messages and bytes sent to the page, seconds by stage.

        The stages: "batch" (making buffers), "widgets" (handing them over), "picture" (from then to the first frame on
        the page, as the kernel hears of it; absent until it does).
        """
        messages, size = self._page.traffic() if self._page else (0, 0)
        seconds = dict(self._seconds)
        if self._page:
            seconds |= self._page.seconds
        return {
            "objects": len(self._building),
            "triangles": self._building.triangles,
            "messages": messages,
            "bytes": size,
            "seconds": seconds,
        }

    @property
    def widget(self) -> Box:
        """The widget, to be put among others. A viewer on the last line of a cell needs this not."""
        page = self._on_page()
        self._complete(page)
        return page.box

    def close(self) -> None:
        """Take the viewer off the page and free what it holds there. Displayed again, it is drawn again."""
        if self._page:
            self._camera = self.camera
            self._page.close()
            self._page = None

    def __repr__(self) -> str:
        self._load()
        return self._line

    def _ipython_display_(self) -> None:
        cells.takes_the_place(self)
        if cells.unattended():
            self._load()  # nobody sees it come, and the line of words is of all of it
        paper = Print(lambda: self._line)
        self.print_on(paper)
        page = self._on_page()
        view = {"version_major": 2, "version_minor": 0, "model_id": page.box.model_id}
        data = {"text/plain": self._line, "application/vnd.jupyter.widget-view+json": view}
        display(data, raw=True)  # type: ignore[no-untyped-call]
        paper.show()
        # Only now the rest: what is displayed first is drawn while this is on its way.
        self._complete(page)

    def _complete(self, page: Page) -> None:
        """Bring onto the page what is not there yet."""
        self._load()
        page.add(self._building, self._texels.values[:0], self._home(), more=False)
        self._decor.bring(page)
        if self._cuts:
            self._trace()
        self._lift()

    def _on_page(self) -> Page:
        """The widgets, made now if there are none."""
        if self._page is None:
            self._page = Page(
                self._building,
                self._texels,
                self._heard,
                height=self._height,
                home=self._home(),
                theme=self._theme,
                words=self._words(),
                legend=self._legend(),
                tools=self._tools,
                pins=self._pinned or {},
                cuts=self._cuts,
                camera=self._relative(self._camera) if self._camera else {},
            )
            self._page.box.add_class(BESIDE_PRINT)
            self._page.on_print = self._print
            self._page.side.printed = bool(self._papers)
            self._page.thin_out(self._thin)
        return self._page

    def _heard(self, message: dict[str, Any]) -> None:
        """What a person did on the page."""
        act = getattr(self, f"_on_{message.get('name')}", None)
        try:
            if callable(act):
                act(message)
        except Exception as problem:
            self._say(problem)

"""`Core`: what all that a viewer can do works on: a building, how its objects look, and the page that shows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh
from bimplus_nb.geometry.measuring import Measurement
from bimplus_nb.text import plain
from bimplus_nb.viewer import state
from bimplus_nb.viewer.building import Arrival, Building
from bimplus_nb.viewer.camera import Camera, ends
from bimplus_nb.viewer.capture import Plane
from bimplus_nb.viewer.coloring import Coloring
from bimplus_nb.viewer.decor import Decor
from bimplus_nb.viewer.ids import Ids, rows
from bimplus_nb.viewer.page import Page
from bimplus_nb.viewer.palette import calm
from bimplus_nb.viewer.scene import DIRECTION

Objects: TypeAlias = "pd.DataFrame | Callable[[], pd.DataFrame] | None"
Outline: TypeAlias = "Callable[[Sequence[str]], pd.DataFrame] | None"
Theme: TypeAlias = Literal["auto", "light", "dark"]

_TELLING: Final = 0.25  # s between two words to the page about what has come, at least: each is work there and here
_NOTHING: Final = [[-1000.0] * 3, [1000.0] * 3]


class Core:
    """What the chapters of `Viewer` share. A chapter changes the looks in a line or two and calls `_show`."""

    def __init__(
        self,
        arrivals: Iterable[Arrival],
        *,
        objects: Objects,
        outline: Outline,
        title: str,
        height: int,
        theme: Theme,
        most: int,
    ) -> None:
        self._objects = objects
        self._outline = outline
        self._title = plain(title)
        self._height = height
        self._theme = theme
        self._callbacks: list[Callable[[tuple[str, ...]], object]] = []
        self._camera: Camera | None = None  # what to begin with, where it is not home
        self._building = Building(most)
        self._now = state.Looks()
        self._texels = state.Texels()
        self._coloring: Coloring | None = None
        self._cuts: tuple[Plane, ...] = ()
        self._page: Page | None = None
        self._said: pd.DataFrame | None = None
        self._tools: dict[str, Any] = {}
        self._measured: dict[str, Measurement] = {}
        self._decor = Decor(self._building)
        self._incomplete = False
        self._counted = True  # all objects are known, though perhaps not drawn
        self._coming = self._come(arrivals)
        next(self._coming, None)

    # --- the building -----------------------------------------------------------------------------------------------

    def _come(self, arrivals: Iterable[Arrival]) -> Iterator[None]:
        """Takes the building in, bit by bit."""
        self._incomplete, told = True, -_TELLING
        try:
            for arrival in arrivals:
                fresh = self._building.add(arrival)
                self._counted = arrival.done >= arrival.known
                for _ in fresh:
                    if time.monotonic() >= told + _TELLING:
                        self._grown(more=True)
                        yield
                        told = time.monotonic()
            self._incomplete, self._counted = False, True
        finally:
            self._grown(more=False)

    def _load(self) -> None:
        """Wait until everything has come."""
        for _ in self._coming:
            pass

    def _grown(self, *, more: bool) -> None:
        """There is more of the building: give its parts looks, and the page what is new."""
        building = self._building
        self._now.extend(building.owner, calm(building.color[self._now.parts :]), building.closed, building.room)
        known, after = self._texels.values, self._now.texels()
        if len(after) > len(known):
            self._texels.values = np.concatenate([known, after[len(known) :]])
        if self._page is None:
            self._show(after)
            return
        with self._page.side.hold_sync():  # one message
            self._page.add(building, after[len(known) :], self._home(), more=more)
            self._show(after, grown=True)

    @property
    def mesh(self) -> Mesh:
        """The geometry of all objects; mm, Y up, world."""
        self._load()
        return self._building.mesh

    def __contains__(self, id: object) -> bool:
        """Whether an object is here, which it is if it has geometry."""
        self._load()
        return id in self._building.rows

    @property
    def _looks(self) -> state.Looks:
        """How each object of the whole building looks."""
        self._load()
        return self._now

    # --- the page ---------------------------------------------------------------------------------------------------

    def _show(self, texels: NDArray[np.uint32] | None = None, *, grown: bool = False) -> None:
        """Bring the page up to date: the texels that changed, the words, the legend. `texels` where they are known."""
        self._look_as(self._now.texels() if texels is None else texels, grown=grown)
        if self._page:
            self._page.thin_out(self._thin)
            side = self._page.side
            side.words, side.legend, side.notice = self._words(), self._legend(), ""

    def _look_as(self, texels: NDArray[np.uint32], *, grown: bool = False) -> None:
        """Bring the page to these texels (p,). `grown`: they changed only because there is more of the building."""
        patch = state.patch(self._texels.values, texels)
        if patch is not None:
            patch.apply(self._texels.values)
            if self._page:
                self._page.patch(patch, grown=grown)

    def _legend(self) -> dict[str, Any]:
        return self._coloring.legend(self._now.visible, self._now.selected) if self._coloring else {}

    @property
    def _thin(self) -> bool:
        """Whether too little is solid for the shadows of the whole building."""
        looks = self._now
        return bool((looks.visible & ~looks.ghosts).mean() < 0.9) if len(self._building) else False

    @property
    def _line(self) -> str:
        """The view in one line of text, as far as it has come."""
        words = self._title or "Viewer"
        if self._counted:
            words += f": {len(self._building):,} objects"
        return f"{words}, coloured by {plain(self._coloring.title, 60)}" if self._coloring else words

    def _words(self) -> dict[str, str]:
        building, chosen = self._building, int(self._now.selected.sum())
        left_out, far_away = int((~(building.drawn | building.stray)).sum()), int(building.stray.sum())
        triangles = f"{building.triangles:,} triangles"
        if self._incomplete:
            triangles = f"{triangles} so far"
        elif left_out:
            triangles = (
                f"{building.triangles_drawn:,} of {triangles}: {left_out:,} small objects are left out until they are "
                f"shown or isolated, or max_triangles={building.triangles} is given"
            )
        if far_away:
            triangles = f"{triangles}; too far away to be drawn: {far_away:,}"
        return {
            "title": self._title,
            "count": f"{len(building):,} objects",
            "caption": triangles,
            "chosen": f"{chosen:,} selected" if chosen else "",
        }

    def _say(self, problem: Exception) -> None:
        """Words below the viewer."""
        if self._page:
            self._page.side.notice = plain(f"{type(problem).__name__}: {problem}")

    def _home(self) -> dict[str, Any]:
        """What to look at first, in the frame of the scene: no rooms, nothing below the ground."""
        building = self._building
        if not len(building):
            low, high = (np.array(end) for end in _NOTHING)
            level = {"ground": -1010.0, "earth": -1010.0}
            return {"low": low.tolist(), "high": high.tolist(), "points": _NOTHING} | level | _FROM
        ground, earth = (float(level - building.origin[1]) for level in (building.ground, building.earth))
        points = [[x, max(y, ground), z] for x, y, z in self._far_ends()]
        low, high = building.low - building.origin, building.high - building.origin
        level = {"ground": ground, "earth": earth}
        return {"low": low.tolist(), "high": high.tolist(), "points": points} | level | _FROM

    def _far_ends(self) -> list[list[float]]:
        """Where what is no room ends, in the frame of the scene."""
        building = self._building
        seen = ~(building.room | building.stray)
        return self._ends(seen if seen.any() and not seen.all() else slice(None))

    def _ends(self, which: Any) -> list[list[float]]:
        """Where these objects end as they are drawn, in the frame of the scene."""
        if not len(self._building):
            return _NOTHING
        bounds, lifts = self._building.bounds[which], self._lifts[which]
        if lifts.any():
            bounds = bounds + lifts[:, None, None] * (0.0, 1.0, 0.0)
        return (ends(bounds) - self._building.origin).tolist()  # type: ignore[no-any-return]

    def _tell(self, tool: str, shows: Any) -> None:
        """What a tool of the page shows from now on, JSON; lengths in the frame of the scene."""
        self._tools = {**self._tools, tool: shows}
        if self._page:
            self._page.side.tools = self._tools

    # --- objects ----------------------------------------------------------------------------------------------------

    def _ids(self, which: NDArray[np.bool_]) -> tuple[str, ...]:
        ids = self._building.ids
        return tuple(ids[row] for row in np.flatnonzero(which))

    @property
    def _lifts(self) -> NDArray[np.float64]:
        """(o,) how much higher each object is drawn than it is, mm."""
        return np.zeros(len(self._building))

    def _rows_of(self, ids: Ids) -> NDArray[np.int64]:
        self._load()
        return rows(ids, self._building.rows, self._elsewhere)

    def _here(self, ids: Iterable[str]) -> list[int]:
        """The rows of those that are here."""
        return [self._building.rows[name] for name in ids if name in self._building.rows]

    def _table(self) -> pd.DataFrame | None:
        if callable(self._objects):
            self._objects = self._objects()
        return self._objects

    def _about(self) -> pd.DataFrame:
        """What the objects are: one row each in the order of the mesh, at least name, type, storey, layer and model."""
        if self._said is None or len(self._said) != len(self._building):
            ids = list(self._building.ids)
            table = self._outline(ids) if self._outline else self._table()
            said = pd.DataFrame(index=pd.Index(ids, dtype="str")) if table is None else table.reindex(ids)
            for name in ("name", "type", "storey", "layer", "model"):
                if name not in said:
                    said[name] = ""
            self._said = said
        return self._said

    def _elsewhere(self) -> Container[str]:
        """Ids that exist, with or without geometry."""
        table = self._table()
        return () if table is None else table.index


_FROM: Final = {"direction": list(DIRECTION)}

"""What is drawn, and in which colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.viewer.choosing import Choosing
from bimplus_nb.viewer.coloring import coloring
from bimplus_nb.viewer.ids import Ids


class Showing(Choosing):
    """The part of `Viewer` that hides, shows and colours."""

    @property
    def visible_ids(self) -> tuple[str, ...]:
        """The ids of what is drawn solid: neither hidden nor x-ray, and no room without a colour."""
        return self._ids(self._looks.shown)

    def hide(self, ids: Ids) -> None:
        """Do not draw these."""
        rows = self._rows_of(ids)
        self._now.visible[rows] = False
        self._show()

    def show(self, ids: Ids | None = None) -> None:
        """Draw these (everything, if not told) again, and solid."""
        which: Any = slice(None) if ids is None else self._rows_of(ids)
        self._now.visible[which] = True
        self._now.ghost[which] = False
        if ids is not None:
            self._draw(which)
        self._show()

    def isolate(self, ids: Ids) -> None:
        """Draw these and nothing else."""
        which = self._rows_of(ids)
        self._now.visible[:] = False
        self._now.visible[which] = True
        self._now.ghost[which] = False
        self._draw(which)
        self._show()

    def xray(self, ids: Ids | None = None) -> None:
        """Draw these transparent, so that one sees what is behind; if not told, everything but the selection."""
        looks = self._looks
        if ids is None:
            looks.ghost[:] = ~(looks.selected | looks.room)
        else:
            looks.ghost[self._rows_of(ids)] = True
        self._show()

    def color_by(
        self,
        values: pd.Series[Any] | Mapping[str, Any],
        *,
        title: str | None = None,
        unit: str | None = None,
    ) -> None:
        """Colour objects by their values, with a legend; a click on a line of it selects what it stands for.

        `values`: a Series with object ids as its index, or a mapping from id to value. Numbers get shades of one
        colour, everything else a colour a value (at most eight). Title and unit are the Series' name and
        ``attrs["unit"]`` unless given. What `values` does not speak of becomes x-ray; objects without a value are grey.
        """
        looks = self._looks
        self._coloring = coloring(values, self._building.rows, looks.room, title=title, unit=unit)
        looks.color(self._coloring.color, self._coloring.colored, self._coloring.spoken_of)
        self._show()

    def _draw(self, which: NDArray[np.int64]) -> None:
        """Bring onto the page what was left out of it."""
        if [*self._building.draw(which)]:
            self._grown(more=False)
            if self._page:
                self._decor.bring(self._page)

    def _on_hide(self, _: object) -> None:
        self.hide(self.selected_ids)
        self.select()

    def _on_isolate(self, _: object) -> None:
        if self._looks.selected.any():
            self.isolate(self.selected_ids)

    def _on_xray(self, _: object) -> None:
        self.show(self._ids(self._looks.visible)) if self._looks.ghost.any() else self.xray()

    def _on_xray_others(self, _: object) -> None:
        if self._looks.selected.any():
            self.xray()

    def _on_show(self, _: object) -> None:
        self.show()

"""What is drawn, and in which colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.viewer.amounts import ScaleName, Shading
from bimplus_nb.viewer.choosing import Choosing
from bimplus_nb.viewer.coloring import Palette, coloring, ruled
from bimplus_nb.viewer.ids import Ids, members


class Showing(Choosing):
    """The part of `Viewer` that hides, shows and colours."""

    @property
    def visible_ids(self) -> tuple[str, ...]:
        """The ids of what is drawn solid: neither hidden nor x-ray, and no room that nobody asked for."""
        return self._ids(self._looks.shown)

    def hide(self, ids: Ids) -> None:
        """Do not draw these."""
        rows = self._rows_of(ids)
        self._now.visible[rows] = self._now.asked[rows] = False
        self._show()

    def show(self, ids: Ids | None = None) -> None:
        """Draw these (everything, if not told) again, and solid. Rooms without a colour only if all of these are."""
        if ids is None:
            self._now.visible[:], self._now.ghost[:] = True, False
        else:
            self._bring(self._rows_of(ids))
        self._show()

    def isolate(self, ids: Ids) -> None:
        """Draw these and nothing else. Rooms without a colour only if all of these are."""
        which = self._rows_of(ids)
        self._now.visible[:] = self._now.asked[:] = False
        self._bring(which)
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
        values: pd.Series[Any] | Mapping[str, Any] | None = None,
        *,
        rules: Mapping[str, Ids] | None = None,
        title: str | None = None,
        unit: str | None = None,
        palette: Palette = None,
        bins: int | Sequence[float] | None = None,
        scale: ScaleName = "linear",
        vmin: float | None = None,
        vmax: float | None = None,
        center: float | None = None,
    ) -> None:
        """Colour objects by their values, with a legend; a click on a line of it selects what it stands for.

        `values`: a Series with object ids as its index, a mapping from id to value, or a column of groups of objects
        such as ``project.quantities()["volume_m3"]``. Title and unit are the Series' name and ``attrs["unit"]`` unless
        given. What `values` does not speak of becomes x-ray; objects without a value are grey. Without values (and
        rules) everything has its own colours again.

        - Numbers, dates and durations get shades, and a histogram. The shades span `vmin` to `vmax`, or all values but
          outliers, whose lines say "above" or "below". `scale` "log" is for values of several magnitudes. Values on
          both sides of 0, or a `center`, get two colours that part there. `bins` makes steps of the shades: how many,
          or the edges between them; with `scale` "quantile" each holds as many objects. Up to eight different whole
          numbers get a line each: what there is of "3 risers" is asked for, not of "2.5 to 3.5".
        - An ordered categorical keeps its order, highest on top. Truths are Yes and No.
        - If all values are colours, "#rrggbb", those are what the objects get.
        - Everything else gets a colour a value, the most frequent first, at most eight; the rest is "other".

        `rules`: a mapping from a label to what it holds for: ids, or a boolean Series over ids. The first rule that
        holds for an object wins; what none holds for becomes x-ray.

        `palette`: "blue", "heat", "sea" or "orange-blue" ("-blue" the other way round), a list of "#rrggbb", or for
        kinds and rules a mapping from value or label to "#rrggbb"; by default that of ``attrs["colors"]`` for the name
        of the Series, where there is one, as in ``project.compare``.
        """
        if values is not None and rules is not None:
            raise ValueError("colour by values or by rules, not by both")
        looks = self._looks
        if rules is not None:
            holds = {label: self._rows_of(ids) for label, ids in rules.items()}
            self._coloring = ruled(holds, looks.room, title=title or "", palette=palette)
        elif values is not None:
            shading = Shading(bins=bins, scale=scale, low=vmin, high=vmax, center=center)
            spread = members(values)
            self._coloring = coloring(
                values if spread is None else spread,
                self._building.rows,
                looks.room,
                title=title,
                unit=unit,
                palette=palette,
                shading=shading,
            )
        else:
            self._coloring = None
        if self._coloring:
            looks.color(self._coloring.color, self._coloring.colored, self._coloring.spoken_of)
        else:
            looks.clear_color()
        self._show()

    def _bring(self, which: NDArray[np.int64]) -> None:
        """Let these be seen, and rooms if there is nothing else among them."""
        looks = self._now
        looks.visible[which], looks.ghost[which] = True, False
        looks.asked[which] |= bool(looks.room[which].all())
        self._draw(which)

    def _draw(self, which: NDArray[np.int64]) -> None:
        """Bring onto the page what was left out of it."""
        if [*self._building.draw(which)]:
            self._grown(more=False)
            if self._page:
                self._decor.bring(self._page)

    def _class(self, message: dict[str, Any]) -> NDArray[np.int64]:
        """The rows of the class that a message of the legend speaks of."""
        k = message.get("row")
        known = self._coloring is not None and isinstance(k, int) and 0 <= k < len(self._coloring.classes)
        return self._coloring.classes[k].members if known else np.empty(0, np.int64)  # type: ignore[union-attr, index]

    def _on_legend(self, message: dict[str, Any]) -> None:
        """A click on a line of the legend; `toggle` adds to the selection, or takes away what is all in it."""
        which = self._class(message)
        if len(which):
            chosen = self._looks.selected & bool(message.get("toggle"))
            chosen[which] = not chosen[which].all()
            self._choose(chosen)

    def _on_legend_eye(self, message: dict[str, Any]) -> None:
        """The eye beside a line of the legend."""
        which = self._class(message)
        ids = [self._building.ids[row] for row in which]
        self.hide(ids) if self._looks.visible[which].any() else self.show(ids)

    def _on_legend_close(self, _: object) -> None:
        self.color_by()

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

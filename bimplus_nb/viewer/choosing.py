"""Choosing objects: by id, by a query, by what they have in common, by a click or a box."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.text import plain
from bimplus_nb.viewer.core import Core
from bimplus_nb.viewer.ids import Ids, columns_of, matching
from bimplus_nb.viewer.state import Flags
from bimplus_nb.viewer.within import within

_SAME: Final = ("type", "storey", "layer")
"""What the menu offers to select by."""

_MOST_PARTS: Final = 5_000
"""Of one object, to be lit up under the mouse."""


class Choosing(Core):
    """The part of `Viewer` that is about the selection."""

    def select(self, ids: Ids = ()) -> None:
        """Select these objects and nothing else; without ids, nothing."""
        chosen = np.zeros(len(self._looks.selected), bool)
        chosen[self._rows_of(ids)] = True
        self._choose(chosen)

    def select_same(self, column: str | None = None) -> None:
        """Select whatever has a value that something selected has, of what is drawn solid.

        `column`: of `find`, such as "type", "storey" or "layer"; if not told, what has the same line of the legend.
        Raises ValueError if nothing selected has a value there.
        """
        if column is None:
            self._choose(self._same_class())
            return
        about = self._about()
        if column not in about:
            table = self._searched()
            if column not in table:
                raise ValueError(f"there is no column {column!r}; {columns_of(table)}")
            about = table.reindex(about.index)
        values = about[column]
        wanted = values[self._looks.selected].dropna().drop_duplicates()
        wanted = wanted[wanted != ""]
        if not len(wanted):
            raise ValueError(f"nothing selected has a value for {column!r}")
        self._choose(values.isin(wanted).to_numpy(bool) & self._looks.shown)

    def find(self, query: str) -> pd.Index[Any]:
        """The ids of the objects of which a query is true, for whatever takes ids: ``viewer.isolate(viewer.find(…))``.

        `query` is one of ``DataFrame.query`` over the objects table, such as ``"type == 'Wall' and height_m > 3"``;
        ``@name`` is a variable of yours, and a column with a space in its name is written in backticks. A query can do
        all that Python can: do not make one from text that somebody else wrote, such as a name in a model; compare that
        as a value, ``"name == @text"``. Raises ValueError for a column that is not there and what is no query.

        >>> viewer = project.view()
        >>> len(viewer.find("type == 'Wall' and height_m > 3"))
        398
        """
        return matching(query, self._searched(), 1)

    @property
    def selected_ids(self) -> tuple[str, ...]:
        """The ids of what is selected, in the order of the mesh."""
        return self._ids(self._now.selected)

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of the objects table for what is selected; without a table, a frame with an index and no columns."""
        ids = pd.Index(self.selected_ids, name="id", dtype="str")
        table = self._table()
        return pd.DataFrame(index=ids) if table is None else table[table.index.isin(ids)]

    def on_select(self, callback: Callable[[tuple[str, ...]], object]) -> Callable[[], None]:
        """Call this with the selected ids whenever they change; returns a function that ends it.

        What the callback raises is shown below the viewer.
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def _choose(self, chosen: Flags) -> None:
        """Select these (o,) and nothing else."""
        if (chosen != self._now.selected).any():
            self._now.selected[:] = chosen
            self._show()
            self._call_back()

    def _call_back(self) -> None:
        ids = self.selected_ids if self._callbacks else ()
        for callback in tuple(self._callbacks):
            try:
                callback(ids)
            except Exception as problem:
                self._say(problem)

    def _searched(self) -> pd.DataFrame:
        """The objects table, or what is known of objects without one."""
        table = self._table()
        return self._about() if table is None else table

    def _same_class(self) -> Flags:
        if not self._coloring:
            raise ValueError("there is no legend; color_by makes one, or name a column such as 'type'")
        selected, same = self._looks.selected, np.zeros(len(self._building), bool)
        for one in self._coloring.classes:
            same[one.members] = selected[one.members].any()
        if not same.any():
            raise ValueError("nothing selected is in the legend")
        return same & self._looks.shown

    # --- what a person does on the page -----------------------------------------------------------------------------

    def _on_pick(self, message: dict[str, Any]) -> None:
        """A click on a part of the picture, or on nothing."""
        toggle, picked = bool(message.get("toggle")), self._of([message.get("part")])
        if picked.any() or not toggle:
            self._choose((self._looks.selected & toggle) ^ picked)

    def _on_box(self, message: dict[str, Any]) -> None:
        """A box drawn over the picture: the parts that are seen in it, or its sides, of what must be wholly inside."""
        parts, sides = message.get("parts"), _planes(message.get("sides"))
        if isinstance(parts, list):
            boxed = self._of(parts) & self._looks.shown
        elif sides is not None:
            sides[:, 3] -= sides[:, :3] @ self._building.origin
            boxed = within(self._building, self._looks.shown, self._lifts, sides, self._cuts)
        else:
            return
        self._choose((self._looks.selected & bool(message.get("add"))) | boxed)

    def _on_same(self, message: dict[str, Any]) -> None:
        """A row of the menu: select what is of the same kind."""
        column = message.get("column")
        if column in (None, *_SAME):
            self.select_same(column)

    def _on_about(self, message: dict[str, Any]) -> None:
        """The page asks what an object is (by one of its parts), or what all that is selected have in common."""
        part = message.get("part")
        which = self._looks.selected if part is None else self._of([part])
        if not self._page or not which.any():
            return
        parts = [] if part is None else np.flatnonzero(which[self._building.owner])[:_MOST_PARTS].tolist()
        try:
            about = self._about()
            said = {name: _common(about[name][which]) for name in ("name", *_SAME)}
        except Exception:
            said = {}  # A hint is not worth a complaint: the service may be away, and nobody asked for words.
        name = said.get("name") or (self._ids(which)[0] if which.sum() == 1 else "")
        words = {**said, "name": plain(name, 120), "count": int(which.sum())}
        self._page.side.tell({"type": "about", "part": part, "parts": parts, "words": words})

    def _on_copy(self, _: object) -> None:
        """The ids of what is selected, for the clipboard: one a line."""
        if self._page and self._looks.selected.any():
            self._page.side.tell({"type": "copy", "text": "\n".join(map(plain, self.selected_ids))})

    def _of(self, parts: list[Any]) -> Flags:
        """(o,) bool: the objects of these parts, as a page names them; what is no part is passed over."""
        out = np.zeros(len(self._looks.selected), bool)
        known = len(self._building.owner)
        out[self._building.owner[[part for part in parts if type(part) is int and 0 <= part < known]]] = True
        return out


def _common(values: pd.Series[Any]) -> str:
    """The one value that all have, or how many there are."""
    different = values.dropna().unique()
    return plain(different[0], 120) if len(different) == 1 else f"{len(different):,} values" if len(different) else ""


def _planes(said: object) -> NDArray[np.float64] | None:
    """Four planes as a page names them, or None."""
    try:
        planes = np.array(said, float)
    except (TypeError, ValueError, OverflowError):
        return None
    return planes if planes.shape == (4, 4) and np.isfinite(planes).all() else None

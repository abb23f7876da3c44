"""Choosing objects: by id, by a frame, by a query, by a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from bimplus_nb.viewer.core import Core
from bimplus_nb.viewer.ids import Ids


class Choosing(Core):
    """The part of `Viewer` that is about the selection."""

    def select(self, ids: Ids = ()) -> None:
        """Select these objects and nothing else; without ids, nothing."""
        rows = self._rows_of(ids)
        chosen = np.zeros(len(self._building), bool)
        chosen[rows] = True
        if (chosen != self._now.selected).any():
            self._now.selected[:] = chosen
            self._show()
            self._call_back()

    @property
    def selected_ids(self) -> tuple[str, ...]:
        """The ids of what is selected, in the order of the mesh."""
        return self._ids(self._now.selected)

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of the objects table for what is selected; without a table, a frame with an index and no columns."""
        ids = list(self.selected_ids)
        table = self._table()
        if table is None:
            return pd.DataFrame(index=pd.Index(ids, name="id", dtype="str"))
        return table.loc[table.index.intersection(ids)]

    def on_select(self, callback: Callable[[tuple[str, ...]], object]) -> Callable[[], None]:
        """Call this with the selected ids whenever they change; returns a function that ends it.

        What the callback raises is shown below the viewer.
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def _call_back(self) -> None:
        for callback in tuple(self._callbacks):
            try:
                callback(self.selected_ids)
            except Exception as problem:
                self._say(problem)

    def _on_pick(self, message: dict[str, Any]) -> None:
        """A click on a part of the picture, or on nothing."""
        part, toggle = message.get("part"), bool(message.get("toggle"))
        chosen = np.zeros(len(self._building), bool)
        if toggle:
            chosen |= self._looks.selected
        if isinstance(part, int) and 0 <= part < len(self._building.owner):
            chosen[self._building.owner[part]] ^= True
        elif toggle:
            return
        self.select(self._ids(chosen))

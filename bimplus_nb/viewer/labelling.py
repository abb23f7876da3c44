"""Words in the picture: a label an object, and the rooms of a building with theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.geometry.middle import middles
from bimplus_nb.text import plain
from bimplus_nb.viewer.showing import Showing

_MOST: Final = 2000  # labels on the page, where the largest objects come first; it draws those that have room
_LINES: Final = 3


class Labelling(Showing):
    """The part of `Viewer` that writes into the picture."""

    def labels(self, texts: pd.Series[Any] | Mapping[str, Any] | None = None) -> None:
        """Write a text in the middle of each of these objects; without texts, no labels any more.

        `texts`: a Series with object ids as its index, or a mapping from id to text. Numbers are written with the
        unit of the Series (``attrs["unit"]``), a text may have up to three lines, and what is missing is left out. An
        object that is not drawn has no label either; where labels would overlap, that of the larger object is written.
        """
        texts = {} if texts is None else texts
        series = texts if isinstance(texts, pd.Series) else pd.Series(dict(texts), dtype=object)
        here = series[[name in self._building.rows for name in self._loaded(series.index)]].dropna()
        if len(series) and not len(here):
            raise ValueError(f"none of the {len(series):,} ids to label is drawn here, or none of them has a text")
        rows = np.array([self._building.rows[name] for name in here.index], np.int64)
        low, high = self._building.bounds[rows].swapaxes(0, 1)
        size = np.linalg.norm(high - low, axis=1)
        most = np.argsort(-size, kind="stable")[:_MOST]
        some = self._building.mesh.of(*here.index[most])
        places = middles(some)[[some.row(name) for name in here.index[most]]] - self._building.origin
        owners, first = np.unique(self._building.owner, return_index=True)
        unit = str(getattr(series, "attrs", {}).get("unit") or "")
        self._tell(
            "labels",
            {
                "texts": [_lines(here.iloc[k], unit) for k in most],
                "places": np.round(places, 1).tolist(),
                "sizes": np.round(size[most]).tolist(),
                "parts": first[np.searchsorted(owners, rows[most])].tolist(),
            },
        )

    def show_rooms(self, values: pd.Series[Any] | Mapping[str, Any] | None = None) -> None:
        """Show the rooms as translucent blocks with their names and areas, and everything else as x-ray.

        They are coloured by their areas in m², or by `values` as in `color_by`. The area is the one the room declares,
        else that of its floor in the mesh. `reset` takes them away, ``labels()`` only their labels.
        """
        rooms = np.flatnonzero(self._looks.room)
        if not len(rooms):
            raise ValueError("there are no rooms here")
        ids = [self._building.ids[row] for row in rooms]
        area = self._areas(rooms)
        self._draw(rooms)
        self._now.visible[rooms] = self._now.ghost[rooms] = True
        self.color_by(area if values is None else values)
        names = self._about()["name"].reindex(ids).fillna("")
        self.labels({one: f"{plain(names[one], 60)}\n{area[one]:,.1f} m²".strip() for one in ids})

    def _areas(self, rooms: NDArray[np.int64]) -> pd.Series[Any]:
        """The areas of these rows in m²."""
        ids = [self._building.ids[row] for row in rooms]
        mesh = self._building.mesh.of(*ids)
        corners = mesh.vertices[mesh.triangles]
        down = -np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 1] / 2
        floor = np.bincount(mesh.owner[mesh.triangle_part], np.maximum(down, 0), len(mesh)) * 1e-6
        area = pd.Series(floor, index=pd.Index(mesh.ids, dtype="str"), name="Area")
        table = self._table()
        if table is not None and "area_m2" in table:
            declared = pd.to_numeric(table["area_m2"], errors="coerce").reindex(ids)
            area = declared.where(declared > 0).fillna(area).rename("Area")
        area.attrs["unit"] = "m²"
        return area

    def _loaded(self, index: pd.Index[Any]) -> pd.Index[Any]:
        self._load()
        return index


def _lines(text: Any, unit: str) -> list[str]:
    """What a label says, line by line; "" where there is nothing in it."""
    if isinstance(text, int | float | np.number) and not isinstance(text, bool):
        return [f"{text:,.5g} {plain(unit, 20)}".rstrip()]
    return [plain(line, 60) for line in str(text).split("\n")[:_LINES]]

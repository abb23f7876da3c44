"""Measuring: between places that were clicked or given, and what objects enclose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.measuring import MOST, Kind, Measurement, exact
from bimplus_nb.viewer.core import Core
from bimplus_nb.viewer.ids import Ids

_IN: Final = {"angle": (1.0, "°"), "area": (1e-6, "m²")}  # of degrees and mm²; lengths are mm
_METRES: Final = (1e-3, "m")
_MOST_KEPT: Final = 1000  # measurements from the page


@dataclass(frozen=True, slots=True)
class Volume:
    """What objects enclose together, m³: those of `closed`. Those of `open` enclose nothing, and are not guessed."""

    volume_m3: float
    closed: tuple[str, ...]
    open: tuple[str, ...]

    def __repr__(self) -> str:
        text = f"{self.volume_m3:,.3f} m³ in {len(self.closed):,} closed objects"
        return f"{text}; {len(self.open):,} are open and not counted" if self.open else text


class Measuring(Core):
    """The part of `Viewer` that measures."""

    def measure(self, kind: Kind, *places: Sequence[float] | Floats) -> float:
        """Measure between places (x, y, z; mm, Y up, world), show it in the picture, and return its value.

        The kinds: "point" is one place and its height above zero, "distance" and "height" (how much higher the second
        is) are two, "angle" three with the corner in the middle, "area" three or more around it. In m, m² and degrees.
        """
        points = np.array([*places], np.float64).reshape(len(places), -1)
        made = Measurement(kind, points, ("",) * len(points))
        number = len(self._measured) + 1
        while f"kernel-{number}" in self._measured:
            number += 1
        self._measured[f"kernel-{number}"] = made
        self._tell_measured()
        return made.value * _IN.get(kind, _METRES)[0]

    @property
    def measurements(self) -> pd.DataFrame:
        """What was measured here and on the page, numbered from 1: kind, value, unit, points, object_ids.

        `points` are the places, (x, y, z) in mm, Y up, world, exact to the mesh; `object_ids` what each of them is on,
        "" where a place was given by its numbers.
        """
        made = list(self._measured.values())
        units = [_IN.get(one.kind, _METRES) for one in made]
        index = pd.RangeIndex(1, len(made) + 1, name="number")
        return pd.DataFrame(
            {
                "kind": pd.Series([one.kind for one in made], index, "str"),
                "value": pd.Series(
                    [one.value * factor for one, (factor, _) in zip(made, units, strict=True)], index, float
                ),
                "unit": pd.Series([unit for _, unit in units], index, "str"),
                "points": pd.Series([tuple(map(tuple, one.points.tolist())) for one in made], index, object),
                "object_ids": pd.Series([one.ids for one in made], index, object),
            }
        )

    def clear_measurements(self, numbers: int | Iterable[int] | None = None) -> None:
        """Take these, as `measurements` numbers them, or all of them out of the picture."""
        keys = list(self._measured)
        which = range(1, len(keys) + 1) if numbers is None else [numbers] if isinstance(numbers, int) else [*numbers]
        for number in which:
            if not 1 <= number <= len(keys):
                raise ValueError(f"there is no measurement {number}: they are numbered from 1 to {len(keys)}")
        for number in which:
            self._measured.pop(keys[number - 1], None)
        self._tell_measured()

    def volume(self, ids: Ids | None = None) -> Volume:
        """What these objects (the selection, if not told) enclose, each by itself, added up.

        Exact to the mesh. An object with a hole in its surface has no volume and is named in `open`; where two objects
        overlap, both count.
        """
        rows = np.flatnonzero(self._looks.selected) if ids is None else self._rows_of(ids)
        some = self.mesh.of(*(self._building.ids[row] for row in rows))
        closed = some.closed
        names = np.array(some.ids, object)
        total = float(np.abs(some.volume[closed]).sum()) * 1e-9
        return Volume(total, tuple(names[closed]), tuple(names[~closed]))

    def _tell_measured(self) -> None:
        building = self._building
        rows = {name: building.rows.get(name) for one in self._measured.values() for name in one.ids}
        part = {name: None if row is None else int(np.argmax(building.owner == row)) for name, row in rows.items()}
        self._tell(
            "measure",
            [
                {
                    "key": key,
                    "kind": one.kind,
                    "points": (one.points - building.origin).tolist(),
                    "parts": [part[name] for name in one.ids],
                }
                for key, one in self._measured.items()
            ],
        )

    def _on_measure(self, message: dict[str, Any]) -> None:
        """Measured by hand: the page knows the places as well as its buffers do, the mesh knows them exactly."""
        key, kind, places = message.get("key"), message.get("kind"), message.get("places")
        if not isinstance(key, str) or not 0 < len(key) <= 40 or not isinstance(places, list) or len(places) > MOST:
            raise ValueError("a measurement needs a key and places")
        if len(self._measured) >= _MOST_KEPT:
            raise ValueError(f"{_MOST_KEPT:,} measurements are kept; clear_measurements() makes room")
        found = [self._place(place) for place in places]
        points = np.array([point for point, _ in found]).reshape(-1, 3)
        self._measured[key] = Measurement(kind, points, tuple(name for _, name in found))  # type: ignore[arg-type]
        self._tell_measured()

    def _on_unmeasure(self, message: dict[str, Any]) -> None:
        """Deleted by hand."""
        keys = message.get("keys")
        for key in keys if isinstance(keys, list) else ():
            self._measured.pop(str(key), None)
        self._tell_measured()

    def _place(self, said: Any) -> tuple[Floats, str]:
        """The place, mm in the world, and the object that the page means with {part, at, snap}."""
        said = said if isinstance(said, dict) else {}
        part, at, snap = said.get("part"), said.get("at"), said.get("snap")
        number = (int, float)
        if not isinstance(at, list) or len(at) != 3 or not all(isinstance(x, number) and abs(x) < 1e12 for x in at):
            raise ValueError("a place needs three numbers")
        near = np.array(at, np.float64) + self._building.origin
        if not isinstance(part, int) or not 0 <= part < len(self._building.owner):
            return near, ""
        name = self._building.ids[self._building.owner[part]]
        for one in self._building.instalments if snap in ("corner", "edge", "face") else ():
            k = int(np.searchsorted(one.parts, part))
            if k < len(one.parts) and one.parts[k] == part:
                (v, v_end), (t, t_end) = one.mesh.vertex_start[k : k + 2], one.mesh.triangle_start[k : k + 2]
                triangles = one.mesh.triangles[t:t_end] - np.int32(v)
                return exact(near, one.mesh.vertices[v:v_end], triangles, snap, 2 * one.batch.step), name
        return near, name  # where a section cuts it, which is no place of the mesh

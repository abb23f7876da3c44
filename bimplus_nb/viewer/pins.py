"""Pins: marks of issues on the building, and places on it that a person is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.geometry.sight import clearance, facing_normal
from bimplus_nb.text import plain
from bimplus_nb.viewer.camera import FIELD_OF_VIEW, Camera, Point
from bimplus_nb.viewer.looking import Looking
from bimplus_nb.viewer.measuring import Measuring

_KINDS: Final = ("open", "solved", "closed")
"""Statuses with a mark of their own; any other has one more."""

_AWAY: Final = 7_000.0  # mm from which one looks at a pin, where there is room
_ROOM: Final = 3_500.0  # mm that are enough for it
_LEAST: Final = 700.0
_BURIED: Final = 600.0  # mm that a pin may be within something, and still be looked at from outside of that
_ON: Final = 20.0  # mm within which a face is the pin's own, and not in the way


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the building: the object, the point, and which way its face looks there; mm, Y up, world."""

    object_id: str
    point: Point
    normal: Point


class Pinning(Looking, Measuring):
    """The part of `Viewer` that pins issues to the building."""

    _pinned: dict[str, Any] | None = None  # what the page shows of them
    _pins: tuple[NDArray[np.float64], NDArray[np.float64]] = (np.empty((0, 3)), np.empty((0, 3)))  # points, normals
    _issues: tuple[str, ...] = ()
    _pin_callbacks: tuple[Callable[[str], object], ...] = ()
    _asking: Callable[[Place | None], object] | None = None

    def pin(self, frame: pd.DataFrame | None = None) -> None:
        """Mark these places with the numbers of their issues, and nothing else; without a frame, nothing.

        One row a pin, as ``project.issues.pins()`` has them: columns issue (its id), x_mm, y_mm, z_mm (Y up, world),
        and where they are known short_id (its number), name, status, overdue, object_id, and normal_x, normal_y,
        normal_z (which way the face looks). Rows without a place are passed over. A click on a pin is told to
        `on_pin`; pins behind something are faint, and where many are close together there is one mark with their
        number, which leads to them. ValueError: columns are missing.
        """
        frame = pd.DataFrame(columns=["issue", "x_mm", "y_mm", "z_mm"]) if frame is None else frame
        if missing := {"issue", "x_mm", "y_mm", "z_mm"} - set(frame.columns):
            raise ValueError(f"pins need the columns {', '.join(sorted(missing))}; see project.issues.pins()")
        self._load()
        points = _vectors(frame, "x_mm", "y_mm", "z_mm")
        kept = np.flatnonzero((np.abs(points) < 1e12).all(axis=1))  # and a number at all
        frame, points = frame.iloc[kept], points[kept]
        normals = np.nan_to_num(_vectors(frame, "normal_x", "normal_y", "normal_z"), posinf=0, neginf=0)
        codes, ids = pd.factorize(frame["issue"].astype(str))
        first = np.unique(codes, return_index=True)[1]
        owners, part = np.unique(self._building.owner, return_index=True)
        part_of = dict(zip(owners.tolist(), part.tolist(), strict=True))
        objects = frame["object_id"].tolist() if "object_id" in frame else [None] * len(frame)
        rows = (self._building.rows.get(name) if isinstance(name, str) else None for name in objects)
        self._issues = tuple(map(str, ids))
        self._pins = points, normals
        self._pinned = {
            "places": np.round(points - self._building.origin, 2).ravel().tolist(),
            "parts": [-1 if row is None else part_of.get(row, -1) for row in rows],
            "issues": codes.tolist(),
            "numbers": _texts(frame, "short_id", first, 12),
            "names": _texts(frame, "name", first, 120),
            "statuses": _texts(frame, "status", first, 30),
            "kinds": [_kind(status) for status in _texts(frame, "status", first, 30)],
            "overdue": [late == "True" for late in _texts(frame, "overdue", first, 5)],
        }
        if self._page:
            self._page.side.pins = self._pinned
        chosen = self._tools.get("pins", {}).get("id")
        self._mark_pin(chosen)

    def go_to_pin(self, issue: str) -> None:
        """Mark the pins of an issue (its id), and fly to where the first of them is seen from.

        From in front of its face, where nothing drawn solid is in the way. ValueError: no such issue is pinned here.
        """
        which = self._pins_of(issue)
        if not len(which):
            raise ValueError(f"no pin here belongs to an issue {plain(issue, 60)!r}")
        self._mark_pin(issue)
        self._look(self._camera_on(int(which[0])))

    def mark_pin(self, issue: str | None = None) -> None:
        """Mark the pins of an issue (its id), so that one sees which they are; of none, without."""
        self._mark_pin(issue)

    def on_pin(self, callback: Callable[[str], object]) -> Callable[[], None]:
        """Call this with the id of the issue whenever a pin is clicked; returns a function that ends it.

        What the callback raises is shown below the viewer.
        """
        self._pin_callbacks = (*self._pin_callbacks, callback)

        def end() -> None:
            self._pin_callbacks = tuple(one for one in self._pin_callbacks if one is not callback)

        return end

    def place(
        self, callback: Callable[[Place | None], object], hint: str = "Click a place on the building"
    ) -> Callable[[], None]:
        """Ask for a place: the next click on the building is told to `callback`, exact to the mesh.

        None where the person changes their mind (Escape). `hint` says on the page what to do. Returns a function that
        takes the question back. ValueError: the viewer is not on a page.
        """
        if not self._page:
            raise ValueError("the viewer is not on a page: show it before asking for a place")
        self._asking = callback
        self._page.side.tell({"type": "place", "hint": plain(hint, 120)})

        def end() -> None:
            if self._asking is callback:
                self._asking = None
                if self._page:
                    self._page.side.tell({"type": "place", "hint": ""})

        return end

    # --- what a person does on the page -----------------------------------------------------------------------------

    def _on_pin(self, message: dict[str, Any]) -> None:
        """A click on a pin."""
        number = message.get("issue")
        if type(number) is not int or not 0 <= number < len(self._issues):
            return
        self._mark_pin(self._issues[number])
        for callback in self._pin_callbacks:
            callback(self._issues[number])

    def _on_place(self, message: dict[str, Any]) -> None:
        """A place was clicked, or (none) the person gave up."""
        callback, self._asking = self._asking, None
        if callback is None:
            return
        said = message.get("place")
        if said is None:
            callback(None)
            return
        point, name = self._place(said)
        told = message.get("way")
        if not isinstance(told, list) or len(told) != 3 or not all(isinstance(one, int | float) for one in told):
            raise ValueError("a place needs the way one looks: three numbers")
        way = np.array(told, np.float64)
        normal = facing_normal(self.mesh.of(name), point, way) if name else -way
        x, y, z = point.tolist()
        callback(Place(name, (x, y, z), tuple(normal.tolist())))

    # --- where they are ---------------------------------------------------------------------------------------------

    def _pins_of(self, issue: str | None) -> NDArray[np.int64]:
        if self._pinned is None or issue not in self._issues:
            return np.empty(0, np.int64)
        return np.flatnonzero(np.array(self._pinned["issues"]) == self._issues.index(issue))

    def _mark_pin(self, issue: str | None) -> None:
        number = self._issues.index(issue) if issue in self._issues else -1
        if self._tools.get("pins", {}) != {"id": issue, "chosen": number} and (issue or "pins" in self._tools):
            self._tell("pins", {"id": issue, "chosen": number})

    def _camera_on(self, pin: int) -> Camera:
        """In front of a pin's face, a little aside and above, as far off as there is room; else behind it."""
        point, normal = (each[pin] for each in self._pins)
        now, building = self.camera, self._building
        back = np.subtract(now.position, now.target)
        out = _unit(normal if np.linalg.norm(normal) > 1e-9 else back)
        up = np.array((0.0, 1.0, 0.0))
        level = _unit(back * (1, 0, 1)) if abs(out[1]) > 0.9 else np.zeros(3)
        aside = np.cross(up, out)
        fore = [out + 0.3 * up + turn * aside + 0.8 * level for turn in (0.25, -0.25, 0.8, -0.8)]
        ways = [*fore, out, *(0.6 * up - way for way in fore)]
        # What it is pinned on is not in the way: a pin may be within it.
        shown = self._looks.shown.copy()
        if (part := (self._pinned or {})["parts"][pin]) >= 0:
            shown[building.owner[part]] = False
        far: list[float] = []
        for least in (_ON, _BURIED):
            far = [clearance(self.mesh, building.bounds, point, _unit(way), shown, _AWAY, least) for way in ways]
            if max(far) >= _ROOM:
                break
        best = next((k for k, one in enumerate(far) if one >= _ROOM), int(np.argmax(far)))
        away = max(0.9 * far[best], _LEAST)
        x, y, z = (point + _unit(ways[best]) * away).tolist()
        height = 2 * away * float(np.tan(np.radians(FIELD_OF_VIEW) / 2)) if now.height else None
        return Camera((x, y, z), tuple(point.tolist()), height=height)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / (np.linalg.norm(vector) or 1.0))


def _vectors(frame: pd.DataFrame, *names: str) -> NDArray[np.float64]:
    """(n, 3) of these columns, NaN where there is no number."""
    columns = [pd.to_numeric(frame[name], errors="coerce") if name in frame else np.nan for name in names]
    return np.column_stack([np.broadcast_to(np.asarray(one, np.float64), len(frame)) for one in columns])


def _texts(frame: pd.DataFrame, name: str, rows: Iterable[int], limit: int) -> list[str]:
    """What a column says in these rows, safe to show; "" where it says nothing."""
    if name not in frame:
        return ["" for _ in rows]
    values = frame[name].astype(object).where(frame[name].notna(), "").to_numpy()
    return [plain(values[row], limit) for row in rows]


def _kind(status: str) -> str:
    return status.lower() if status.lower() in _KINDS else "other"

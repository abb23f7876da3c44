"""Sections through the building."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh
from bimplus_nb.geometry.section import section
from bimplus_nb.viewer.capture import MOST_PLANES, Plane
from bimplus_nb.viewer.ids import Ids
from bimplus_nb.viewer.looking import Looking
from bimplus_nb.viewer.page import Page

_AXES: Final = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
_BEHIND: Final = 1.0  # mm behind its plane that an outline is drawn, so that the plane does not cut it away
_MOST_SEAMS: Final = 100_000  # lines
_LEAST: Final = 4.0  # mm, of a line


class Cutting(Looking):
    """The part of `Viewer` that cuts."""

    _tracing = 0  # how often outlines were asked for

    def section(self, axis: str | tuple[float, float, float] | None = None, at: float = 0.0) -> None:
        """Cut away what lies beyond `at` (mm, world) along an axis; without an axis, nothing.

        `axis` is "x", "y" (upwards) or "z", with "-" before it to keep the other side, or any direction. It takes the
        place of all sections there are; for several at once see `sections` and `section_box`.
        """
        if axis is None:
            self._section(())
            return
        name = axis.removeprefix("-") if isinstance(axis, str) else ""
        if isinstance(axis, str) and name not in _AXES:
            raise ValueError(f'axis must be "x", "y", "z", one of them after "-", or three numbers; not {axis!r}')
        normal = np.array(_AXES.get(name, axis), float)
        if normal.shape != (3,) or not np.isfinite([*normal, at]).all() or not normal.any():
            raise ValueError(f"a section needs a direction and a place, not {axis!r} and {at!r}")
        sign = -1.0 if axis == f"-{name}" else 1.0
        x, y, z = (sign * normal / np.linalg.norm(normal)).tolist()
        self._section(((x, y, z, sign * at),))

    def section_box(
        self,
        around: Ids | None = None,
        margin: float = 500.0,
        *,
        low: Sequence[float] | None = None,
        high: Sequence[float] | None = None,
    ) -> None:
        """Cut away all but a box: `margin` mm around these objects (the selection, or else everything visible), or from
        `low` to `high`, each x, y, z in mm, world."""
        if low is None and high is None:
            rows = self._looks.selected if around is None else self._rows_of(around)
            if around is None and not rows.any():
                rows = self._looks.shown
            bounds = self._building.bounds[rows]
            if not len(bounds):
                raise ValueError("a section box needs an object to be around, or both low and high")
            ends = np.array([bounds[:, 0].min(axis=0) - margin, bounds[:, 1].max(axis=0) + margin])
        else:
            ends = np.array([low, high], float) if low is not None and high is not None else np.empty(0)
        if ends.shape != (2, 3) or not np.isfinite(ends).all() or not (ends[0] < ends[1]).all():
            raise ValueError(f"a section box goes from low to high, three numbers each; not from {low!r} to {high!r}")
        cuts: list[Plane] = []
        for normal, least, most in zip(_AXES.values(), *ends.tolist(), strict=True):
            x, y, z = normal
            cuts += [(-x, -y, -z, -least), (x, y, z, most)]
        self._section(tuple(cuts))

    @property
    def sections(self) -> tuple[Plane, ...]:
        """The planes that cut, each (nx, ny, nz, d): what lies at ``x nx + y ny + z nz > d`` mm is cut away.

        May be set, to at most six planes. A normal of another length is brought to 1, and `d` with it.
        """
        return self._cuts

    @sections.setter
    def sections(self, planes: Sequence[Sequence[float]]) -> None:
        self._section(_planes(planes))

    # --- what the page says and is told ------------------------------------------------------------------------------

    def _on_section(self, message: dict[str, Any]) -> None:
        """A person has moved the planes; they come in the frame of the scene."""
        cuts = _planes(message.get("planes"))
        origin = self._building.origin
        self._section(tuple((x, y, z, d + float(np.dot((x, y, z), origin))) for x, y, z, d in cuts))

    def _section(self, cuts: tuple[Plane, ...]) -> None:
        self._cuts = cuts
        if self._page:
            self._page.cut(cuts)
            self._trace()

    def _trace(self) -> None:
        """Find the outlines of what is cut, in a thread, and draw them unless other planes have come meanwhile."""
        self._tracing += 1
        if self._page:
            asked = (self._page, self._tracing, self._cuts)
            threading.Thread(target=self._draw_seams, args=asked, name="section outlines", daemon=True).start()

    def _draw_seams(self, page: Page, asked: int, cuts: tuple[Plane, ...]) -> None:
        found = self._seams(cuts) if cuts and len(self._building) else np.empty((0, 7), np.float32)
        if asked == self._tracing:
            page.add_seams(found)

    def _seams(self, cuts: tuple[Plane, ...]) -> NDArray[np.float32]:
        """(s, 7): where the planes cut, both ends of each line in the frame of the scene, and the part; longest first
        where there are too many."""
        building = self._building
        mesh, lift = self._as_drawn()
        number = building.of_mesh(np.arange(len(building.owner)))
        seams = []
        for *normal, at in cuts:
            found = section(mesh, normal, at)
            ends = found.segments - building.origin - np.array(normal) * _BEHIND
            ends[..., 1] -= lift[found.part, None]  # the page lifts what is drawn
            seams.append(np.column_stack([ends.reshape(-1, 6), number[found.part]]))
        lines = np.concatenate(seams)
        length = np.linalg.norm(lines[:, 3:6] - lines[:, :3], axis=1)
        keep = np.argsort(-length, kind="stable")[:_MOST_SEAMS]
        return np.asarray(lines[keep[length[keep] > _LEAST]], np.float32)

    def _as_drawn(self) -> tuple[Mesh, NDArray[np.float64]]:
        """The mesh where it is drawn, and how far up that is, (p,) mm."""
        return self._building.mesh, np.zeros(len(self._building.owner))


def _planes(said: object) -> tuple[Plane, ...]:
    """Planes as numbers that can be relied on; ValueError if they are not."""
    found: list[Plane] = []
    for one in said if isinstance(said, list | tuple | np.ndarray) else [None]:
        numbers = list(one) if isinstance(one, list | tuple | np.ndarray) else []
        real = len(numbers) == 4 and all(isinstance(n, int | float | np.number) for n in numbers)
        length = math.hypot(*(float(n) for n in numbers[:3])) if real else 0.0
        if not real or not 0 < length < math.inf or not math.isfinite(numbers[3]):
            raise ValueError(f"a plane is four numbers, its normal and its distance from the origin in mm; not {one!r}")
        x, y, z, d = (float(n) / length for n in numbers)
        found.append((x, y, z, d))
    if len(found) > MOST_PLANES:
        raise ValueError(f"at most {MOST_PLANES} planes can cut at the same time, not {len(found)}")
    return tuple(found)

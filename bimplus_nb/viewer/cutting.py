"""Sections through the building."""

from __future__ import annotations

from typing import Final

import numpy as np

from bimplus_nb.viewer.capture import Plane
from bimplus_nb.viewer.core import Core

_AXES: Final = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


class Cutting(Core):
    """The part of `Viewer` that cuts."""

    def section(self, axis: str | tuple[float, float, float] | None = None, at: float = 0.0) -> None:
        """Cut away what lies beyond `at` (mm, world) along an axis; without an axis, nothing.

        `axis` is "x", "y" (upwards) or "z", with "-" before it to keep the other side, or any direction.
        """
        if axis is None:
            self._section(None)
            return
        name = axis.removeprefix("-") if isinstance(axis, str) else ""
        if isinstance(axis, str) and name not in _AXES:
            raise ValueError(f'axis must be "x", "y", "z", one of them after "-", or three numbers; not {axis!r}')
        normal = np.array(_AXES.get(name, axis), float)
        if normal.shape != (3,) or not np.isfinite([*normal, at]).all() or not normal.any():
            raise ValueError(f"a section needs a direction and a place, not {axis!r} and {at!r}")
        sign = -1.0 if axis == f"-{name}" else 1.0
        x, y, z = (sign * normal / np.linalg.norm(normal)).tolist()
        self._section((x, y, z, sign * at))

    def _section(self, cut: Plane | None) -> None:
        self._cut = cut
        if self._page:
            self._page.cut(cut)

"""Storeys: lifted apart, and seen from above."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh
from bimplus_nb.viewer.camera import VIEWS, Camera
from bimplus_nb.viewer.cutting import Cutting

_EYES: Final = 1_200.0  # mm above the floor, where plans are cut
_GRID: Final = 10.0  # mm, within which things stand at the same height
_HIGHEST: Final = 1e6  # mm between two storeys; more is a mistake


class Storeys(Cutting):
    """The part of `Viewer` that knows storeys."""

    _lifted = 0.0
    _rank: NDArray[np.uint8] = np.empty(0, np.uint8)  # of each object's storey

    def plan(self, storey: str, *, height: float = _EYES) -> None:
        """Look straight down on a storey, in parallel lines, cut `height` mm above its floor. `reset()` leads back, and
        ``projection = "perspective"`` (or O on the page) to the lines one is used to.

        The floor is the height at which most of what is in the storey stands. ValueError: no such storey.
        """
        floor, bounds = self._floor(storey)
        self.section("y", floor + height)
        low, high = bounds[:, 0].min(axis=0), bounds[:, 1].max(axis=0)
        corners = np.array([[x, floor + height, z] for x in (low[0], high[0]) for z in (low[2], high[2])])
        width, tall = self.size if all(self.size) else (2, 1)
        self._look(Camera.fitted(corners, VIEWS["top"], width / tall, projection="orthographic"))

    def _floor(self, storey: str) -> tuple[float, NDArray[np.float64]]:
        """The height of a storey's floor, and the bounds (n, 2, 3) of what is in it."""
        self._load()
        of = self._storey_of()
        rows = (of == storey) & ~self._building.room
        if not storey or not rows.any():
            names = ", ".join(repr(name) for name in dict.fromkeys(of[~self._building.room].tolist()) if name)
            raise ValueError(f"no storey {storey!r} with anything in it; there are: {names or 'none'}")
        bounds = self._building.bounds[rows]
        return floor_of(bounds), bounds

    def explode(self, distance: float | None = None) -> None:
        """Lift the storeys apart by `distance` mm each, or by about their height if not told; 0 brings them back.

        They are only drawn so, and sections cut them as drawn; nothing else changes. Things without a storey stay.
        """
        if distance is not None and not 0 <= distance <= _HIGHEST:
            raise ValueError(f"storeys are lifted apart by 0 to {_HIGHEST:,.0f} mm, not by {distance!r}")
        if distance == 0 and not self._lifted:
            return
        self._load()
        rank = ranks(self._storey_of(), self._building.bounds)
        if not rank.any():
            raise ValueError("there are no storeys above one another that could be lifted apart")
        self._rank = rank
        if distance is None:
            distance = float(self._building.high[1] - self._building.low[1]) / max(int(rank.max()), 1)
        self._lifted = distance
        self._lift()
        self._trace()

    def _lift(self) -> None:
        """Tell the page how the storeys are lifted."""
        if self._page and len(self._rank) == len(self._building):
            self._page.lift(self._lifted, self._rank[self._building.owner])

    @property
    def _lifts(self) -> NDArray[np.float64]:
        if self._lifted and len(self._rank) == len(self._building):
            return np.asarray(self._rank * self._lifted, np.float64)
        return super()._lifts

    def _as_drawn(self) -> tuple[Mesh, NDArray[np.float64]]:
        mesh, lift = super()._as_drawn()
        if self._lifted and len(self._rank) == len(self._building):
            lift = self._lifts[mesh.owner]
            vertices = mesh.vertices.copy()
            vertices[:, 1] += lift[mesh.vertex_part]
            mesh = replace(mesh, vertices=vertices)
        return mesh, lift

    def _storey_of(self) -> NDArray[Any]:
        """(o,) names; "" where there is none."""
        said = self._about()["storey"].astype(object)
        return np.asarray(said.where(said.notna(), "").astype(str), object)

    def _on_explode(self, message: dict[str, Any]) -> None:
        distance = message.get("distance")
        self.explode(float(distance) if isinstance(distance, int | float) else 0.0)


def floor_of(bounds: NDArray[np.float64]) -> float:
    """The height, mm, at which most of these boxes (n, 2, 3) stand."""
    height, count = np.unique(np.round(bounds[:, 0, 1] / _GRID), return_counts=True)
    return float(height[np.argmax(count)] * _GRID)


def ranks(storey: NDArray[Any], bounds: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(o,) how many storeys are below each object's own, at most 255, by their floors; 0 for objects without one."""
    names, of = np.unique(storey.astype(str), return_inverse=True)
    floors = np.array([-np.inf if not name else floor_of(bounds[of == k]) for k, name in enumerate(names)])
    place = np.argsort(np.argsort(floors, kind="stable"), kind="stable") - ("" in names)
    return np.clip(place, 0, 255).astype(np.uint8)[of]

"""Where one looks from."""

from __future__ import annotations

from typing import Any

import numpy as np

from bimplus_nb.viewer.camera import FIELD_OF_VIEW, Camera
from bimplus_nb.viewer.core import Core
from bimplus_nb.viewer.ids import Ids
from bimplus_nb.viewer.scene import DIRECTION


class Looking(Core):
    """The part of `Viewer` that moves the camera."""

    def fit(self, ids: Ids | None = None) -> None:
        """Move so that these (everything visible, if not told) fill the picture; the direction stays."""
        which = self._rows_of(ids) if ids is not None else np.flatnonzero(self._looks.shown)
        if len(which) and self._page:
            self._page.side.tell({"type": "fit", "points": self._ends(which)})

    @property
    def camera(self) -> Camera:
        """Where one looks from, as the page last said; before that, where it would begin."""
        origin = self._building.origin
        if self._page and self._page.side.camera:
            said = self._page.side.camera
            place = [np.add(said[name], origin).tolist() for name in ("position", "target")]
            return Camera(tuple(place[0]), tuple(place[1]), said["fov"])
        if self._camera:
            return self._camera
        self._load()
        return Camera.fitted(np.add(self._home()["points"], origin), DIRECTION, 2.0)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas in CSS pixels, as the page last said; (0, 0) before that."""
        width, height = (self._page.side.size if self._page else None) or (0, 0)
        return width, height

    def _look(self, camera: Camera | None) -> None:
        """Fly to a camera, or home."""
        self._camera = camera
        if self._page:
            self._page.side.tell({"type": "look", **(self._relative(camera) if camera else {"fov": FIELD_OF_VIEW})})

    def _relative(self, camera: Camera) -> dict[str, Any]:
        """A camera in the frame of the scene."""
        origin = self._building.origin
        position, target = (np.subtract(p, origin).tolist() for p in (camera.position, camera.target))
        return {"position": position, "target": target, "fov": camera.fov}

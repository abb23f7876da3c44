"""Where one looks from."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import numpy as np

from bimplus_nb.viewer.camera import FIELD_OF_VIEW, VIEWS, Camera, Point, Projection
from bimplus_nb.viewer.core import Core
from bimplus_nb.viewer.ids import Ids
from bimplus_nb.viewer.scene import DIRECTION

View = Literal["top", "front", "left", "right", "back", "bottom", "iso"]

_ASPECT: Final = 2.0  # width over height, while no page has said


class Looking(Core):
    """The part of `Viewer` that moves the camera."""

    def fit(self, ids: Ids | None = None) -> None:
        """Move so that these (everything visible, if not told) fill the picture; the direction stays."""
        self._fly(ids, None)

    def look(self, view: View, ids: Ids | None = None) -> None:
        """Look at these (everything visible, if not told) from a `view`: "top", "front", "left", "right", "back",
        "bottom", or from the corner between top, front and left: "iso". The front is where z is greatest: south, in
        IFC."""
        if view not in VIEWS:
            raise ValueError(f"no such view: {view!r}; there are {', '.join(VIEWS)}")
        self._fly(ids, VIEWS[view])

    @property
    def projection(self) -> Projection:
        """ "perspective", or "orthographic": parallel lines stay parallel. Set it to change; what is at the camera's
        target keeps its size."""
        return self.camera.projection

    @projection.setter
    def projection(self, projection: Projection) -> None:
        if projection not in get_args(Projection):
            raise ValueError(f"no such projection: {projection!r}; there are {', '.join(get_args(Projection))}")
        camera = self.camera.projected(projection)
        if self._page and self._page.side.camera:
            self._page.side.camera = self._relative(camera)
        else:
            self._camera = camera
        if self._page:
            self._page.side.tell({"type": "projection", "projection": projection})

    @property
    def camera(self) -> Camera:
        """Where one looks from, as the page last said; before that, where it would begin."""
        origin = self._building.origin
        if self._page and self._page.side.camera:
            said = self._page.side.camera
            place = [np.add(said[name], origin).tolist() for name in ("position", "target")]
            return Camera(tuple(place[0]), tuple(place[1]), said["fov"], said.get("height"))
        if self._camera:
            return self._camera
        self._load()
        return Camera.fitted(np.add(self._home()["points"], origin), DIRECTION, _ASPECT)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas in CSS pixels, as the page last said; (0, 0) before that."""
        width, height = (self._page.side.size if self._page else None) or (0, 0)
        return width, height

    def _fly(self, ids: Ids | None, direction: Point | None) -> None:
        """Move so that these fill the picture, seen along a direction (as now, if not told)."""
        which = self._rows_of(ids) if ids is not None else np.flatnonzero(self._looks.shown)
        if not len(which):
            return
        points = self._ends(which)
        if self._page:
            self._page.side.tell({"type": "fit", "points": points, "direction": direction})
        else:
            camera = self.camera
            way = direction or tuple(np.subtract(camera.target, camera.position).tolist())
            there = np.add(points, self._building.origin)
            self._camera = Camera.fitted(there, way, _ASPECT, projection=camera.projection)

    def _look(self, camera: Camera | None) -> None:
        """Fly to a camera, or home."""
        self._camera = camera
        if self._page:
            self._page.side.tell({"type": "look", **(self._relative(camera) if camera else {"fov": FIELD_OF_VIEW})})

    def _relative(self, camera: Camera) -> dict[str, Any]:
        """A camera in the frame of the scene."""
        origin = self._building.origin
        position, target = (np.subtract(p, origin).tolist() for p in (camera.position, camera.target))
        return {"position": position, "target": target, "fov": camera.fov, "height": camera.height}

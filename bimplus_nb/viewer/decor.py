"""`Decor`: the lines and the light of a building, computed once, beside everything else."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Batch, Mesh
from bimplus_nb.geometry.batch import CLEAR
from bimplus_nb.geometry.edges import Creases, chunk_creases, creases
from bimplus_nb.geometry.light import Light, light_volume
from bimplus_nb.viewer.capture import Plane
from bimplus_nb.viewer.page import Page
from bimplus_nb.viewer.scene import ground_level
from bimplus_nb.viewer.still import Subject


class Decor:
    """What makes the picture of a mesh better, but may come after it. `room` (o,) bool throws no shadow."""

    def __init__(self, mesh: Mesh, batch: Batch, room: NDArray[np.bool_]) -> None:
        self._mesh = mesh
        self._batch = batch
        self._solid = (mesh.color[:, 3] >= CLEAR) & ~room[mesh.owner]
        self._ground = ground_level(batch) + float(batch.origin[1])
        self._lines: Creases | None = None
        self._light: Light | None = None
        self._computing = threading.Lock()

    def bring(self, page: Page) -> None:
        """Compute what is not there yet in a thread, and give it to a page, once, as it comes."""
        if len(self._mesh) and not page.decorated:
            page.decorated = True
            threading.Thread(target=self._work, args=(page,), name="building decor", daemon=True).start()

    def _work(self, page: Page) -> None:
        # The first picture has right of way; a page that nobody looks at does not hold the rest up for long.
        page.drawn.wait(2)
        with self._computing:
            page.add_lines(chunk_creases(self.lines, self._batch))
            page.add_light(self.light)

    @property
    def lines(self) -> Creases:
        """The crease lines of the mesh."""
        if self._lines is None:
            self._lines = creases(self._mesh)
        return self._lines

    @property
    def light(self) -> Light:
        """Sky and sun around the mesh."""
        if self._light is None:
            self._light = light_volume(self._mesh, parts=self._solid, ground=self._ground)
        return self._light

    def subject(self, texels: NDArray[np.uint32], cut: Plane | None) -> Subject:
        """The mesh with lines and light, as it looks with these texels and this cut, to be drawn without a page."""
        with self._computing:
            return Subject(self._mesh, texels, self._ground, self.lines, self.light, cut)

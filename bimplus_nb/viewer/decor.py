"""`Decor`: the lines and the light of a building, computed once, beside everything else."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.batch import CLEAR
from bimplus_nb.geometry.edges import Creases, chunk_creases, creases
from bimplus_nb.geometry.light import Light, light_volume
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.viewer.building import Building, largest
from bimplus_nb.viewer.capture import Plane
from bimplus_nb.viewer.page import Page
from bimplus_nb.viewer.state import COLORED, ROOM, VISIBLE
from bimplus_nb.viewer.still import Subject

_PATIENCE: Final = 10.0  # seconds for the picture of the whole building
_UPRIGHT = 0.5  # of a normal's y, less than which a plane stands, and so cuts the earth


class Decor:
    """What makes the picture of a building better, but may come after it. Rooms throw no shadow."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._lines: list[Creases] = []  # of each chunk
        self._of = 0  # instalments that have lines
        self._light: tuple[int, Light] | None = None  # and of how many triangles
        self._creases: tuple[Mesh, Creases] | None = None  # of the mesh that was drawn without a page last
        self._computing = threading.Lock()

    def bring(self, page: Page) -> None:
        """Compute what is not there yet in a thread, and give it to a page as it comes."""
        if len(self._building) and page.decorated != len(self._building.instalments):
            page.decorated = len(self._building.instalments)
            threading.Thread(target=self._work, args=(page,), name="building decor", daemon=True).start()

    def _work(self, page: Page) -> None:
        # The building has right of way: where a processor draws, this would take half of it from that. A page that
        # nobody looks at does not hold the rest up for long.
        page.whole.wait(_PATIENCE)
        with self._computing:
            page.add_lines(self._chunk_lines())
            page.add_light(self._shadows())

    def whole(self) -> tuple[list[Creases], Light]:
        """The crease lines of each chunk, and the light, at once."""
        with self._computing:
            return self._chunk_lines(), self._shadows()

    def _chunk_lines(self) -> list[Creases]:
        """The crease lines of each chunk of the building."""
        for one in self._building.instalments[self._of :]:
            self._lines += chunk_creases(creases(one.mesh), one.batch)
            self._of += 1
        return self._lines

    def _shadows(self) -> Light:
        """Sky and sun around the building."""
        building = self._building
        if self._light is None or self._light[0] != building.triangles:
            solid = (building.color[:, 3] >= CLEAR) & ~(building.room | building.stray)[building.owner]
            self._light = building.triangles, light_volume(*building.meshes, parts=solid, ground=self._building.ground)
        return self._light[1]

    def subject(
        self, mesh: Mesh, texels: NDArray[np.uint32], cuts: tuple[Plane, ...] = (), most: int | None = None
    ) -> Subject:
        """The building, drawn as `mesh`, with lines and light, as it looks with these texels and cuts, for `still`.

        `most`: of more triangles only the largest objects that can be seen.
        """
        cut = any(abs(y) < _UPRIGHT for _, y, _, _ in cuts)
        ground = self._building.earth if cut else self._building.ground
        with self._computing:
            texels = self._building.of_mesh(texels)
            if most is None or len(mesh.triangles) <= most:
                if self._creases is None or self._creases[0] is not mesh:
                    self._creases = mesh, creases(mesh)
                return Subject(mesh, texels, ground, self._creases[1], self._shadows(), cuts)
            mesh, texels = _largest(mesh, texels, self._building.stray, most)
            solid = (mesh.color[:, 3] >= CLEAR) & ((texels.view(np.uint8)[3::4] & ROOM) == 0)
            light = self._light[1] if self._light else light_volume(mesh, parts=solid, ground=self._building.ground)
            return Subject(mesh, texels, ground, creases(mesh), light, cuts)


def _largest(
    mesh: Mesh, texels: NDArray[np.uint32], stray: NDArray[np.bool_], most: int
) -> tuple[Mesh, NDArray[np.uint32]]:
    """Of what can be seen and is no stray the largest objects, of `most` triangles together; with their texels."""
    bits = texels.view(np.uint8)[3::4]
    seen = ((bits & VISIBLE) > 0) & (((bits & ROOM) == 0) | ((bits & COLORED) > 0)) & ~stray[mesh.owner]
    keep = np.bincount(mesh.owner, seen, len(mesh)) > 0
    keep[keep] = largest(mesh.of(*_ids(mesh, keep)), most)
    return mesh.of(*_ids(mesh, keep)), texels[keep[mesh.owner]]


def _ids(mesh: Mesh, which: NDArray[np.bool_]) -> list[str]:
    return [mesh.ids[row] for row in np.flatnonzero(which)]

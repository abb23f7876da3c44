"""What leaves a view as a file for other programs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.exchange import Drawing, plan_svg, to_glb, to_obj
from bimplus_nb.geometry import Mesh
from bimplus_nb.viewer.ids import Ids
from bimplus_nb.viewer.keeping import Keeping


class Exporting(Keeping):
    """The part of `Viewer` that writes drawings and models."""

    def to_svg(
        self, storey: str | float, *, cut: float = 1200.0, depth: float | None = None, scale: float | None = None
    ) -> Drawing:
        """A storey drawn to scale, cut `cut` mm above its floor: the text of an SVG, which shows itself in a notebook.

        `storey` is its name, or the height of its floor in mm. What is solid is drawn in the colours it has now, and
        rooms with their names and areas, whether they have a colour or not. `scale` 100 means 1:100; see
        `exchange.plan_svg` for what is drawn how, and how deep below the cut (`depth`, mm). ValueError: no such storey.
        """
        looks, names = self._looks, self._names()
        level = float(self._floor(storey)[0]) if isinstance(storey, str) else float(storey)
        mesh = self._as_seen(looks.shown | (looks.room & looks.visible))
        rooms = {id_: names.get(id_, "") for id_ in self._ids(looks.room)}
        return plan_svg(
            mesh, level=level, cut=cut, depth=depth, rooms=rooms, names=names, scale=scale, title=self._title
        )

    def to_glb(self, ids: Ids | None = None) -> bytes:
        """These objects (what is solid, if not told) in the colours they have now, as a GLB file: glTF 2.0, metres."""
        names, mesh = self._names(), self._as_seen(self._leaving(ids))
        about = self._about()[["type", "storey", "layer", "model"]].reindex(list(mesh.ids))
        rows = zip(*(about[name].tolist() for name in about), strict=True)
        extras = {id_: dict(zip(about, row, strict=True)) for id_, row in zip(mesh.ids, rows, strict=True)}
        return to_glb(mesh, names=names, extras=extras, title=self._title)

    def to_obj(self, ids: Ids | None = None) -> tuple[str, str]:
        """The same as the texts of an OBJ file, in metres, and of the ``model.mtl`` that belongs to it."""
        return to_obj(self._as_seen(self._leaving(ids)), names=self._names())

    def _leaving(self, ids: Ids | None) -> NDArray[np.bool_]:
        if ids is None:
            return self._looks.shown
        which = np.zeros(len(self._building), bool)
        which[self._rows_of(ids)] = True
        return which

    def _as_seen(self, which: NDArray[np.bool_]) -> Mesh:
        """These objects (o,), in the colours they have now."""
        mesh = self.mesh
        texels = self._building.of_mesh(self._now.texels()).view(np.uint8).reshape(-1, 4)
        return replace(mesh, color=np.column_stack([texels[:, :3], mesh.color[:, 3]])).of(*self._ids(which))

    def _names(self) -> dict[str, str]:
        names = self._about()["name"].dropna().astype(str)
        return dict(names[names != ""])

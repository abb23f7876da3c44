"""How much there is of what: the quantities of a project's objects, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from bimplus_nb.frames.values import snake
from bimplus_nb.geometry.mesh import Mesh

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer
    from bimplus_nb.viewer.ids import Ids


def bodies(mesh: Mesh) -> pd.DataFrame:
    """What the bodies of a mesh measure: volume_m3, surface_m2, closed; index object id."""
    measures = {"volume_m3": mesh.volume * 1e-9, "surface_m2": mesh.area * 1e-6, "closed": mesh.closed}
    return pd.DataFrame(measures, index=pd.Index(mesh.ids, name="id", dtype="str"))


def only(objects: pd.DataFrame, of: Ids | Viewer, others: Iterable[str]) -> pd.DataFrame:
    """The rows of these objects, or of those that a viewer shows solid.

    An id that is neither of `objects` nor of `others`: ValueError.
    """
    from bimplus_nb.viewer import Viewer
    from bimplus_nb.viewer.ids import rows

    if isinstance(of, Viewer):
        return objects[objects.index.isin(of.visible_ids)]
    known = {id_: row for row, id_ in enumerate(objects.index)}
    return objects.iloc[rows(of, known, lambda: {*others})]


def columns(names: str | Sequence[str], objects: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The names as columns of `objects` are spelled, and those of them that are none."""
    given = [names] if isinstance(names, str) else [*names]
    spelled = [snake(name) if name not in objects and snake(name) in objects else name for name in given]
    return spelled, [name for name in spelled if name != "id" and name not in objects]

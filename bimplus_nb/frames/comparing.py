"""What became of objects from one state of a model to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from bimplus_nb.frames.values import column

KINDS: Final = ("added", "removed", "moved", "changed")
# Of the viewer's categories, which readers who lack one kind of cone also tell apart.
_COLORS: Final = {"added": "#2cad82", "removed": "#a5482d", "moved": "#2e70b7", "changed": "#ead164"}
_AMOUNTS: Final = {
    "length_m": "length_change_m",
    "area_m2": "area_change_m2",
    "volume_m3": "volume_change_m3",
    "mass_kg": "mass_change_kg",
}
_UNITS: Final = {
    **dict.fromkeys(("moved_mm", "moved_x_mm", "moved_y_mm", "moved_z_mm"), "mm"),
    "length_change_m": "m",
    "area_change_m2": "m²",
    "volume_change_m3": "m³",
    "mass_change_kg": "kg",
}
_OF_THE_TREE: Final = ("name", "type", "ifc_type", "storey", "parent")
_LARGE: Final = {"mm²": (1e6, "m²"), "mm³": (1e9, "m³")}
"""Units that nobody reads large numbers in."""
_FEW: Final = 4
"""Changes that are said in words beside an object."""


class Comparison(pd.DataFrame):
    """A frame of objects that changed; `changes` has every single value that did, also of parts of this frame."""

    _metadata = ["changes"]
    changes: pd.DataFrame

    @property
    def _constructor(self) -> type[Comparison]:
        return Comparison


def comparison_frame(
    objects: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    bodies: pd.DataFrame,
    changes: pd.DataFrame,
) -> Comparison:
    """One row an object that changed, index `id`; see `Project.compare` for the columns.

    `objects` as from `objects_frame`, of all that are in either state; `before` and `after` what is known of their
    amounts (see `quantities.measured`); `bodies`: x, y, z (mm, how far it moved), reshaped and recolored of those in
    both that have a body in either; `changes` as from `changes_frame`.
    """
    index = objects.index
    was, is_ = index.isin(before.index), index.isin(after.index)
    body = bodies.reindex(index)
    way = body[["x", "y", "z"]].fillna(0.0).to_numpy(float)
    moved = np.linalg.norm(way, axis=1)
    other = body["reshaped"].eq(True).to_numpy() | body["recolored"].eq(True).to_numpy()
    count = changes.groupby("object_id").size().reindex(index).fillna(0).to_numpy(int)
    kind = np.select([~was, ~is_, moved > 0, other | (count > 0)], KINDS, "")
    columns: dict[str, Any] = {
        "change": pd.Categorical([word or None for word in kind.tolist()], categories=KINDS, ordered=True),
        **{name: objects[name] for name in ("name", "type", "storey", "layer", "model")},
        "what": pd.array(_words(index, changes, kind, moved, body["reshaped"].eq(True).to_numpy()), dtype="str"),
        "values": column(count.tolist(), "integer", index=index),
        "reshaped": pd.array(body["reshaped"].eq(True).to_numpy(bool), dtype="boolean"),
        "moved_mm": np.where(moved > 0, moved, np.nan),
        **{f"moved_{axis}_mm": np.where(moved > 0, way[:, k], np.nan) for k, axis in enumerate("xyz")},
    }
    for name, change in _AMOUNTS.items():
        columns[change] = after[name].reindex(index).sub(before[name].reindex(index), fill_value=0.0)
    frame = Comparison(pd.DataFrame(columns, index=index)[kind != ""])
    frame.attrs = {"units": dict(_UNITS), "attributes": {}, "problems": (), "colors": {"change": dict(_COLORS)}}
    frame.changes = changes
    return frame


def changes_frame(
    before: pd.DataFrame, after: pd.DataFrame, said_before: pd.DataFrame, said_after: pd.DataFrame
) -> pd.DataFrame:
    """One row a value that changed: object_id, group, attribute, attribute_id, old, new, unit.

    `before`, `after` as from `objects_frame`, `said_before`, `said_after` as from `properties_frame`. The columns old
    and new hold values as their attribute has them, in the unit beside them; None where there was or is none. What the
    tree says of an object (name, type, ifc_type, storey, parent) has the group "object".
    """
    both = after.index.intersection(before.index)
    rows = []
    for name in _OF_THE_TREE:
        old, new = (frame.loc[both, name].astype(object).fillna("") for frame in (before, after))
        rows += [
            (id_, "object", name, "", _some(a), _some(b), "")
            for id_, a, b in zip(both, old, new, strict=True)
            if a != b
        ]
    keys = ["object_id", "group", "name", "attribute_id"]
    sides = [_keyed(frame, keys) for frame in (said_before, said_after)]
    named = {row[0] for row in rows if row[2] == "name"}
    there = set(both)
    for key in dict.fromkeys((*sides[0], *sides[1])):
        (old, unit), (new, unit_now) = (side.get(key, (None, "")) for side in sides)
        id_, group, name, attribute_id = key
        if id_ not in there or (old == new and unit == unit_now) or (name.lower() == "name" and id_ in named):
            continue
        rows.append((id_, group, name, attribute_id, old, new, unit_now or unit))
    order = {id_: k for k, id_ in enumerate(both)}
    rows.sort(key=lambda row: order[row[0]])
    columns = list(zip(*rows, strict=True)) or [()] * 7
    index = pd.RangeIndex(len(rows))
    return pd.DataFrame(
        {
            "object_id": column(columns[0], "text", index=index),
            "group": column(columns[1], "category", index=index),
            "attribute": column(columns[2], "category", index=index),
            "attribute_id": column(columns[3], "text", index=index),
            "old": pd.Series(columns[4], dtype=object, index=index),
            "new": pd.Series(columns[5], dtype=object, index=index),
            "unit": column(columns[6], "category", index=index),
        }
    )


def _some(value: Any) -> Any:
    return None if value == "" else value


def _keyed(said: pd.DataFrame, keys: list[str]) -> Mapping[tuple[str, ...], tuple[Any, str]]:
    """Value and unit by object, group, name and attribute id."""
    columns = [said[name].astype(object).where(said[name].notna(), "").tolist() for name in (*keys, "value", "unit")]
    return {row[:4]: row[4:] for row in zip(*columns, strict=True)}


def _words(index: pd.Index[Any], changes: pd.DataFrame, kind: Any, moved: Any, reshaped: Any) -> list[str]:
    """What happened to each object, in words."""
    said: dict[str, list[str]] = {id_: [] for id_ in index}
    listed = changes[["object_id", "attribute", "old", "new", "unit"]].astype(object)
    for id_, name, old, new, unit in listed.where(listed.notna(), None).itertuples(index=False, name=None):
        size, shown = _LARGE.get(unit, (1, unit))
        said[id_].append(f"{name}: {_short(old, size)} → {_short(new, size)} {shown or ''}".rstrip())
    found = []
    for id_, word, way, other in zip(index, kind, moved, reshaped, strict=True):
        words = said[id_]
        more = [f"and {len(words) - _FEW} more"] if len(words) > _FEW else []
        place = [f"moved by {way:,.0f} mm"] if way > 0 else []
        shape = ["another body"] if other else []
        found.append("; ".join([*place, *shape, *words[:_FEW], *more]) if word in ("moved", "changed") else "")
    return found


def _short(value: Any, size: float) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value / size:,.6g}"
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 40 else text[:39] + "…"

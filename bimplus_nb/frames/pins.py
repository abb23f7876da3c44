"""Pins of issues as a table: where on the building each issue is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from bimplus_nb.frames.members import Members
from bimplus_nb.frames.topology import Node, storeys
from bimplus_nb.frames.values import column, number, pick, text

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_POINT: Final = ("x_mm", "y_mm", "z_mm")
_NORMAL: Final = ("normal_x", "normal_y", "normal_z")


def pins_frame(pins: Sequence[Mapping[str, Any]], issues: pd.DataFrame, entries: Sequence[Node] = ()) -> pd.DataFrame:
    """One row a pin of one of these issues (as from `issues_frame`), index `id`, in the service's order.

    Columns: issue (its id), short_id, name, status of the issue; object_id, storey (ordered, from the lowest up);
    x_mm, y_mm, z_mm (Y up, world; missing where the pin says no point), normal_x, normal_y, normal_z (the face's
    direction as the service has it, not necessarily 1 long), created. Rows stand for the object pinned:
    ``viewer.color_by(pins["status"])``.
    """
    raw = places(pins, entries)
    spelled = pd.Series(issues.index, index=issues.index.str.lower())
    spelled = spelled[~spelled.index.duplicated()]
    raw = raw[raw["issue"].isin(spelled.index)]
    ids = spelled.reindex(raw["issue"])
    of = issues.reindex(pd.Index(ids))
    index = pd.Index(raw["id"], name="id", dtype="str")
    columns: dict[str, Any] = {
        "issue": pd.array(ids.to_numpy(object), dtype="str"),
        **{name: of[name].array for name in ("short_id", "name", "status")},
        "object_id": pd.array(raw["object_id"].where(raw["object_id"] != "", None).to_numpy(object), dtype="str"),
        "storey": raw["storey"].array,
    }
    said = [pins[row] for row in raw.index]
    for names, key in ((_POINT, "position"), (_NORMAL, "normalVector")):
        vectors = [pick(pin, key) for pin in said]
        for axis, name in zip("xyz", names, strict=True):
            found = [number(pick(vector, axis)) if isinstance(vector, Mapping) else None for vector in vectors]
            columns[name] = column(found, "number", index=index)
    columns["created"] = column([pick(pin, "createdAt") for pin in said], "date", index=index)
    frame = pd.DataFrame(columns, index=index)
    objects = Members.of(index, ((id_,) if id_ else () for id_ in raw["object_id"]))
    frame.attrs = {"units": dict.fromkeys(_POINT, "mm"), "problems": (), "object_ids": objects}
    return frame


def places(pins: Sequence[Mapping[str, Any]], entries: Sequence[Node] = ()) -> pd.DataFrame:
    """One row a pin: id, issue (in lower case), object_id ("" where there is none), storey; the index is its number.

    The storey is the object's, or that of the topology node which the service names beside it.
    """
    objects = [text(pick(pin, "objectId")) or "" for pin in pins]
    storey = storeys(entries, pd.Index([node.id.lower() for node in entries], dtype=object))
    storey = storey[~storey.index.duplicated()].cat.as_ordered()
    found = storey.reindex([id_.lower() for id_ in objects])
    if len(entries) and found.isna().any():
        beside = storey.reindex([str(pick(pin, "topologyNodeId")).lower() for pin in pins])
        found = pd.Series(found.array, dtype=storey.dtype).fillna(pd.Series(beside.array, dtype=storey.dtype))
    return pd.DataFrame(
        {
            "id": pd.array([str(pick(pin, "id") or "") for pin in pins], dtype="str"),
            "issue": pd.array([str(pick(pin, "issueId") or "").lower() for pin in pins], dtype="str"),
            "object_id": pd.array(["" if id_ == NOBODY else id_ for id_ in objects], dtype="str"),
            "storey": found.array,
        }
    )

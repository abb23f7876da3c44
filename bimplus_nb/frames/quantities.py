"""Quantities: what groups of objects add up to, by what each declares and by what its body measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.frames.members import Members

_SOURCES: Final = ["declared", "mesh", "mixed"]
_UNITS: Final = {
    "length_m": "m",
    "area_m2": "m²",
    "volume_m3": "m³",
    "mass_kg": "kg",
    "volume_mesh_m3": "m³",
    "volume_deviation_m3": "m³",
    "surface_m2": "m²",
}
_COUNTS: Final = ("objects", "volume_compared", "open_meshes")
_EVERYTHING: Final = "All objects"


def measured(objects: pd.DataFrame, bodies: pd.DataFrame) -> pd.DataFrame:
    """What is known of each object's amounts, index as that of `objects`.

    `objects` as from `objects_frame`. `bodies`: volume_m3, surface_m2 and closed of the objects that have a body, index
    their ids. Columns: length_m, area_m2, volume_m3, mass_kg; volume_source, "declared", or "mesh" where no volume is
    declared and the body is closed; volume_declared_m3; volume_mesh_m3 (of closed bodies); surface_m2; open.
    """
    body = bodies.reindex(objects.index)
    closed = body["closed"].eq(True).to_numpy(bool)
    declared, inside = objects["volume_m3"], body["volume_m3"].abs().where(closed)  # a body may be inside out
    source = np.select([declared.notna(), inside.notna()], _SOURCES[:2], "")
    columns: dict[str, Any] = {
        "length_m": objects["length_m"],
        "area_m2": objects["area_m2"],
        "volume_m3": declared.fillna(inside),
        "mass_kg": objects.get("mass_kg", np.nan),
        "volume_source": _source(source),
        "volume_declared_m3": declared,
        "volume_mesh_m3": inside,
        "surface_m2": body["surface_m2"],
        "open": body["closed"].eq(False).to_numpy(bool),
    }
    return pd.DataFrame(columns, index=objects.index)


def quantities_frame(
    objects: pd.DataFrame,
    bodies: pd.DataFrame,
    by: Sequence[str],
    nodes: Mapping[str, Iterable[tuple[str, str]]] | None = None,
) -> pd.DataFrame:
    """One row a group of objects, its labels the index; see `Project.quantities` for the columns.

    `objects`, `bodies`: see `measured`. `by`: columns of `objects`, or "id", or keys of `nodes`, which lead from the
    name of a structure to pairs of an object's id and the node it hangs on. Without any: one row of all objects.
    """
    rows, keys = np.arange(len(objects)), list[Any]()
    for name in by:
        if nodes and name in nodes:
            hung = defaultdict[str, list[str | None]](list)
            for id_, node in nodes[name]:
                hung[id_].append(node)
            of_each = [hung.get(id_, [None]) for id_ in objects.index[rows]]
            again = np.repeat(np.arange(len(rows)), [len(some) for some in of_each])
            rows, keys = rows[again], [key[again] for key in keys]
            there = dict.fromkeys(node for _, node in nodes[name])
            keys.append(_labels(pd.Series([node for some in of_each for node in some], dtype=object), name, [*there]))
        else:
            values = pd.Series(objects.index) if name == "id" else objects[name]
            keys.append(_labels(values.iloc[rows], name))
    frame = _sums(measured(objects, bodies).iloc[rows], keys or [pd.Categorical([_EVERYTHING] * len(rows))])
    frame.index.names = [*by] or [None]
    frame.attrs["problems"] = objects.attrs.get("problems", ())
    frame.attrs["unit_definitions"] = objects.attrs.get("unit_definitions", {})
    return frame


def _sums(each: pd.DataFrame, keys: Sequence[Any]) -> pd.DataFrame:
    """The sums of each group by categoricals. A sum of nothing is missing, never 0."""
    declared, inside = each["volume_declared_m3"], each["volume_mesh_m3"]
    larger = np.maximum(declared.abs(), inside)
    each = each.assign(
        apart=inside - declared,
        share=((inside - declared).abs() / larger).mask(larger == 0, 0.0),
        by_word=each["volume_source"].eq("declared"),
        by_mesh=each["volume_source"].eq("mesh"),
    )
    groups = each.groupby([pd.Index(key) for key in keys], observed=True, sort=True)
    found: dict[str, pd.Series[Any]] = {"objects": groups.size()}
    for name in ("length_m", "area_m2", "volume_m3", "mass_kg"):
        found[name] = groups[name].sum(min_count=1)
        found[f"{name.rpartition('_')[0]}_known"] = groups[name].count()
    by_word, by_mesh = groups["by_word"].any(), groups["by_mesh"].any()
    source = np.select([by_word & by_mesh, by_word, by_mesh], ["mixed", "declared", "mesh"], "")
    found["volume_source"] = pd.Series(_source(source), by_word.index)
    found["volume_mesh_m3"] = groups["volume_mesh_m3"].sum(min_count=1)
    found["volume_compared"] = groups["apart"].count()
    found["volume_deviation_m3"] = groups["apart"].sum(min_count=1)
    found["volume_deviation_most"] = groups["share"].max()
    found["surface_m2"] = groups["surface_m2"].sum(min_count=1)
    found["open_meshes"] = groups["open"].sum()
    frame = pd.DataFrame(found)
    counts = [name for name in frame if name in _COUNTS or name.endswith("_known")]
    frame = frame.astype(dict.fromkeys(counts, "Int64"))
    group = groups.ngroup().to_numpy()
    order, size = np.argsort(group, kind="stable"), np.bincount(group, minlength=len(frame))
    ids = each.index.to_numpy()[order]
    members = (ids[end - count : end].tolist() for end, count in zip(np.cumsum(size), size, strict=True))
    frame.attrs = {
        "units": dict(_UNITS),
        "attributes": {},
        "object_ids": Members.of(frame.index.tolist(), members),
    }
    return frame


def _source(words: NDArray[np.str_]) -> Any:
    return pd.Categorical([word or None for word in words.tolist()], categories=_SOURCES)


def _labels(values: pd.Series[Any], name: str, order: Sequence[Any] | None = None) -> Any:
    """The values as ordered labels of groups; what has none is "No …", which comes last."""
    if order is None:
        kind = values.dtype
        order = [*kind.categories] if isinstance(kind, pd.CategoricalDtype) else sorted(values.dropna().unique())
    none = f"No {name}"
    while none in order:
        none += " "
    missing = values.isna()
    labels = values.astype(object).mask(missing, none)
    return pd.Categorical(labels, [*order, none] if missing.any() else [*order], ordered=True)

"""From one value an object to colours and a legend of at most eight classes. Pure: pandas and numpy, no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.text import plain
from bimplus_nb.viewer.palette import CATEGORIES, MISSING, OTHER, hexed, ramp, rgb

MOST: Final = len(CATEGORIES)
BINS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """One line of a legend: its words, its colour "#rrggbb", and the rows of the objects it stands for."""

    label: str
    color: str
    members: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Coloring:
    """A colour for each of o objects that has a value, and what the colours mean.

    `color` (o, 3) uint8, meaningful where `colored` (o,) bool; `spoken_of` (o,) bool is what the colouring is about.
    """

    title: str
    unit: str
    classes: tuple[Class, ...]
    color: NDArray[np.uint8]
    colored: NDArray[np.bool_]
    spoken_of: NDArray[np.bool_]

    def legend(self) -> dict[str, Any]:
        """What the page shows: title, unit, and label, colour and number of objects of each class."""
        rows = [{"label": one.label, "color": one.color, "count": len(one.members)} for one in self.classes]
        return {"title": self.title, "unit": self.unit, "rows": rows}


def coloring(
    values: pd.Series[Any] | Mapping[str, Any],
    rows: Mapping[str, int],
    room: NDArray[np.bool_],
    *,
    title: str | None = None,
    unit: str | None = None,
) -> Coloring:
    """The colours of objects by their values.

    `values` leads from object id to value; `rows` from id to the object's row among o; `room` (o,) bool says which are
    rooms. Numbers get the sequential palette and up to six classes of equal width; anything else gets one colour a
    value, most frequent first, the eighth and all further ones together as "other". What has no value is grey.

    Rooms fill what is inside a building, so they are coloured only where nothing but rooms has a value; everything else
    then steps back. Ids without a row (objects without geometry) are passed over. Raises ValueError if none is left.
    """
    series = values if isinstance(values, pd.Series) else pd.Series(dict(values), dtype=object)
    at = np.array([rows.get(name, -1) for name in series.index], np.int64)
    if not (at >= 0).any():
        raise ValueError(
            f"none of the {len(series):,} ids to colour is drawn here; the index (or the keys) must be object ids"
        )
    attrs = getattr(series, "attrs", {})
    title = str(series.name or "") if title is None else title
    unit = str(attrs.get("unit") or attrs.get("units", {}).get(series.name) or "") if unit is None else unit

    series = series[at >= 0].infer_objects()
    at = at[at >= 0]
    number = pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype)
    if number:
        amounts = pd.to_numeric(series).to_numpy(np.float64, na_value=np.nan)
        known = np.isfinite(amounts)
    else:
        known = series.notna().to_numpy(bool)
    about_rooms = bool(known.any()) and bool(room[at[known]].all())
    wanted = room[at] if about_rooms else ~room[at]
    if number:
        classes, color = _by_amount(amounts[wanted & known], at[wanted & known], len(room))
    else:
        classes, color = _by_kind(series[wanted & known], at[wanted & known], len(room))
    spoken_of = np.zeros(len(room), bool)
    spoken_of[at[wanted]] = True
    colored = np.zeros(len(room), bool)
    colored[at[wanted & known]] = True
    without = at[wanted & ~known & ~room[at]]
    if len(without):
        color[without] = _bytes(MISSING)
        colored[without] = True
        classes.append(Class("no value", MISSING, without))
    return Coloring(plain(title, 80), plain(unit, 20), tuple(classes), color, colored, spoken_of)


def _bytes(color: str) -> NDArray[np.uint8]:
    return np.round(np.array(rgb(color)) * 255).astype(np.uint8)


def _by_kind(values: pd.Series[Any], at: NDArray[np.int64], objects: int) -> tuple[list[Class], NDArray[np.uint8]]:
    """One class a value, the most frequent first."""
    color = np.zeros((objects, 3), np.uint8)
    labels = values.map(str).to_numpy(object)
    counts = (
        pd.Series(labels, dtype=object)
        .value_counts(sort=False)
        .sort_index()
        .sort_values(ascending=False, kind="stable")
    )
    named = list(counts.index) if len(counts) <= MOST else list(counts.index[: MOST - 1])
    code = pd.Index(named, dtype=object).get_indexer(pd.Index(labels, dtype=object))
    classes = [Class(plain(label, 60) or "(empty)", CATEGORIES[k], at[code == k]) for k, label in enumerate(named)]
    if len(counts) > MOST:
        classes.append(Class(f"other ({len(counts) - len(named):,} values)", OTHER, at[code < 0]))
    for one in classes:
        color[one.members] = _bytes(one.color)
    return classes, color


def _by_amount(
    amounts: NDArray[np.float64], at: NDArray[np.int64], objects: int
) -> tuple[list[Class], NDArray[np.uint8]]:
    """A continuous colour for each number, and classes of equal width to read it by."""
    color = np.zeros((objects, 3), np.uint8)
    if not len(amounts):
        return [], color
    low, high = float(amounts.min()), float(amounts.max())
    color[at] = ramp((amounts - low) / (high - low) if high > low else np.full(len(amounts), 0.5))
    if high == low:
        return [Class(f"{low:,.6g}", hexed(color[at[0]]), at)], color
    edge = _round_edges(low, high)
    bins = np.clip(np.searchsorted(edge, amounts, "right") - 1, 0, len(edge) - 2)
    middle = ramp(np.clip(((edge[:-1] + edge[1:]) / 2 - low) / (high - low), 0, 1))
    return [
        Class(f"{edge[k]:,.6g} – {edge[k + 1]:,.6g}", hexed(middle[k]), at[bins == k])
        for k in range(len(edge) - 1)
        if (bins == k).any()
    ], color


def _round_edges(low: float, high: float) -> NDArray[np.float64]:
    """Round numbers at equal distances from `low` or below to `high` or above, four to six steps apart."""
    rough = (high - low) / BINS
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * min(k for k in (1, 2, 2.5, 5, 10) if k * power >= rough * 0.999)
    first, last = np.floor(low / step), np.ceil(high / step)
    return np.asarray(np.arange(first, last + 1) * step)

"""Objects sorted into groups by what they have in common, and what is seen of each group. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.text import plain
from bimplus_nb.viewer.state import Flags, Looks

WITHIN: Final = {"storey": "type", "type": "storey", "layer": "type", "model": "layer", "material": "type"}
"""What objects can be sorted by, and what those of one group are then sorted by."""

MOST: Final = 10_000
"""Groups of a level; what is beyond goes into the last one."""

# What a group looks like. The names are those of the page, where the eyes are.
SHOWN, HIDDEN, GHOSTS, PARTLY = range(4)
CHOSEN: Final = 8
CHOSEN_PARTLY: Final = 16
LEFT_OUT: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """o objects in g groups, each of which comes before the smaller ones within it.

    - ``order`` (o,) the rows of the objects, group by group; ``start``, ``end`` (g,) where in it each group lies
    - ``level`` (g,) 0, or 1 within the last one of level 0; ``names`` (g,), empty where objects have no value
    - ``by`` the columns that levels 0 and 1 are made of; "" where there is no level 1
    """

    by: tuple[str, str]
    order: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    level: NDArray[np.int64]
    names: tuple[str, ...]

    def rows(self, group: int) -> NDArray[np.int64]:
        """The rows of the objects of a group."""
        return self.order[self.start[group] : self.end[group]]

    def count(self, which: Flags) -> NDArray[np.int64]:
        """(g,): how many objects of each group are in `which` (o,)."""
        total: NDArray[np.int64] = np.append(0, np.cumsum(which[self.order]))
        return total[self.end] - total[self.start]

    def __len__(self) -> int:
        return len(self.names)


def grouped(about: pd.DataFrame, by: str, height: NDArray[np.float64]) -> Groups:
    """The objects of a frame sorted by a column of it. `height` (o,): where they are, for storeys in no known order."""
    within = WITHIN[by] if _said(about, WITHIN[by]) else ""
    outer, outer_names = _ranked(about[by], by, height)
    inner, inner_names = _ranked(about[within], within, height) if within else (np.zeros_like(outer), [""])
    order = np.lexsort((inner, outer))
    outer, inner = outer[order], inner[order]
    first = np.flatnonzero(np.diff(outer, prepend=-1))
    firsts, names = [first], [[outer_names[code] for code in outer[first]]]
    if within:
        first = np.flatnonzero(np.diff(outer * len(inner_names) + inner, prepend=-1))
        if len(first) <= MOST:
            firsts.append(first)
            names.append([inner_names[code] for code in inner[first]])
    end = np.concatenate([np.append(first[1:], len(order)) for first in firsts])
    start, level = np.concatenate(firsts), np.repeat(np.arange(len(firsts)), [len(first) for first in firsts])
    # Each group before those within it.
    sort, flat = np.lexsort((level, start)), [name for some in names for name in some]
    return Groups(
        by=(by, within if len(firsts) > 1 else ""),
        order=order,
        start=start[sort],
        end=end[sort],
        level=level[sort],
        names=tuple(flat[k] for k in sort),
    )


def kinds(about: pd.DataFrame) -> list[str]:
    """The columns by which these objects can be sorted, at least one."""
    return [by for by in WITHIN if _said(about, by)] or ["type"]


def seen(groups: Groups, looks: Looks, drawn: Flags) -> NDArray[np.uint8]:
    """(g,): what is seen of each group, and the bits of what is selected and what is left out.

    Rooms count only while they are shown; `drawn` (o,) is what is not left out for the sake of speed.
    """
    counts = looks.there
    shown = groups.count(looks.shown)
    there, visible = groups.count(counts), groups.count(looks.visible & counts)
    chosen, size = groups.count(looks.selected), groups.end - groups.start
    out = np.full(len(groups), PARTLY, np.uint8)
    out[(shown == 0) & (visible == there)] = GHOSTS
    out[shown == there] = SHOWN
    out[visible == 0] = HIDDEN
    out |= np.where(chosen == size, CHOSEN, np.where(chosen > 0, CHOSEN_PARTLY, 0)).astype(np.uint8)
    return out | (groups.count(counts & ~drawn) > 0) * np.uint8(LEFT_OUT)


def swatches(groups: Groups, owner: NDArray[Any], color: NDArray[np.uint8]) -> list[str]:
    """ "#rrggbb" for each group of one type, the colour most of its parts have; "" for the others.

    `owner` (p,) and `color` (p, 3) are of the parts.
    """
    out = [""] * len(groups)
    if "type" not in groups.by:
        return out
    which = np.flatnonzero(groups.level == groups.by.index("type"))
    of = np.empty(len(groups.order), np.int64)
    of[groups.order] = np.repeat(which, (groups.end - groups.start)[which])
    shade = color.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    keys, count = np.unique(of[owner] << 24 | shade, return_counts=True)
    for key in keys[np.argsort(count, kind="stable")].tolist():  # the most frequent is the last to be written
        out[key >> 24] = f"#{key & 0xFFFFFF:06x}"
    return out


def natural(text: str) -> list[Any]:
    """A key that sorts "Level 10" behind "Level 9"."""
    return [int(bit) if bit.isdecimal() else bit for bit in re.split(r"(\d+)", text.casefold())]


def _said(about: pd.DataFrame, name: str) -> bool:
    """Whether any object has a value there."""
    return name in about and bool((about[name].notna() & (about[name] != "")).any())


def _ranked(values: pd.Series[Any], by: str, height: NDArray[np.float64]) -> tuple[NDArray[np.int64], list[str]]:
    """The place (o,) of each object's group, and the groups' names: storeys from the highest down, types from the most
    frequent, others by their names; objects without a value come last."""
    ordered = isinstance(values.dtype, pd.CategoricalDtype) and values.cat.ordered
    codes, different = (values.cat.codes.to_numpy(), values.cat.categories) if ordered else pd.factorize(values)
    names = [plain(value, 120).strip() for value in different] + [""]
    last = len(names) - 1
    codes = np.array([k if name else last for k, name in enumerate(names)])[np.where(codes < 0, last, codes)]
    count = np.bincount(codes, minlength=len(names))
    if ordered:
        key = -np.arange(len(names), dtype=float) if by == "storey" else np.arange(len(names), dtype=float)
    elif by == "storey":
        key = -np.bincount(codes, height, len(names)) / np.maximum(count, 1)
    elif by == "type":
        key = -count.astype(float)
    else:
        key = np.zeros(len(names))
    rank = sorted(range(len(names)), key=lambda k: (not names[k], key[k], natural(names[k])))
    place = np.empty(len(names), np.int64)
    place[rank] = np.arange(len(names))
    place = np.minimum(place, MOST - 1)
    names = [names[k] for k in rank[:MOST]]
    if len(rank) > MOST:
        names[-1] = "All others"
    return place[codes], names

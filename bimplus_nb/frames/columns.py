"""Columns that are asked for: attributes by name or id, put beside the columns a table of objects has."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from bimplus_nb.frames.properties import Properties
from bimplus_nb.frames.values import snake
from bimplus_nb.text import plain

Columns = Sequence[str] | Literal["all"]
"""Attributes by name (also in snake_case), by attribute id or as "group.name"; or all that are not there yet."""


class _Attribute(NamedTuple):
    group: str
    name: str
    id: str


def with_columns(frame: pd.DataFrame, properties: Properties, columns: Columns) -> pd.DataFrame:
    """The frame of objects with these attributes as further columns, as `Properties.wide` names and types them.

    What the frame shows already is passed over; ``attribute_`` goes before a name that another column has. Raises
    ValueError for what no object has, and for a name of several attributes.
    """
    rows = properties[["group", "name", "attribute_id"]].drop_duplicates().astype(object)
    known = [_Attribute(*row) for row in rows.where(rows.notna(), "").itertuples(index=False)]
    wanted = _fresh(frame, known) if columns == "all" else _asked(frame, known, columns)
    places = {(each.group, each.name) for each in wanted}
    pairs = zip(properties["group"].astype(str), properties["name"].astype(str), strict=True)
    wide = properties[np.array([pair in places for pair in pairs], dtype=bool)].wide()
    names = {name: f"attribute_{name}" if name in frame else name for name in map(str, wide.columns)}
    made = pd.concat([frame, wide.rename(columns=names).reindex(frame.index)], axis=1)
    more: dict[str, dict[str, str]] = {
        key: {names[name]: said for name, said in wide.attrs[key].items()} for key in ("units", "attributes")
    }
    there = set(frame.index)
    problems = [each._replace(column=names[each.column]) for each in wide.attrs["problems"] if each.id in there]
    made.attrs = {
        **frame.attrs,
        **{key: frame.attrs[key] | said for key, said in more.items()},
        "problems": (*frame.attrs["problems"], *problems),
    }
    return made


def _fresh(frame: pd.DataFrame, known: Sequence[_Attribute]) -> list[_Attribute]:
    """The attributes that the frame does not show."""
    shown = {id_.lower() for id_ in frame.attrs["attributes"].values()}
    return [
        each for each in known if not ((each.group, each.name) == ("general", "name") or _shown(frame, each, shown))
    ]


def _shown(frame: pd.DataFrame, each: _Attribute, shown: set[str]) -> bool:
    return each.id.lower() in shown if each.id else snake(each.name) in frame


def _asked(frame: pd.DataFrame, known: Sequence[_Attribute], columns: Sequence[str]) -> list[_Attribute]:
    shown = {id_.lower(): name for name, id_ in frame.attrs["attributes"].items()}
    found: list[_Attribute] = []
    for asked in [columns] if isinstance(columns, str) else columns:
        low = asked.lower()
        if asked in frame or snake(asked) in frame or low in shown:
            continue
        exact = [each for each in known if low in (each.id.lower(), f"{each.group}.{each.name}".lower())]
        named = exact or [each for each in known if snake(each.name) == snake(asked)]
        if len(named) > 1:
            ways = " or ".join(repr(plain(f"{each.group}.{each.name}", 80)) for each in named[:5])
            raise ValueError(f"{plain(asked, 60)!r} may be several attributes: say {ways}.")
        if not named:
            words = sorted({each.name for each in known})
            close = get_close_matches(asked, words, n=5, cutoff=0.4) or words[:10]
            listed = ", ".join(repr(plain(word, 60)) for word in close) or "none"
            raise ValueError(f"No object has an attribute {plain(asked, 60)!r}. There are: {listed}.")
        found += [each for each in named if each.id.lower() not in shown]
    return found

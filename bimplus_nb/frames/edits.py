"""What somebody has edited in a table: which values of which objects, and what they were when they were fetched. Pure.

A table of ours remembers what it was: `remember` puts that into ``df.attrs["fetched"]``. It costs no memory until
something is edited, goes along with whatever pandas makes of the table, and is no more than a project's id for whoever
writes attrs to a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.frames.properties import Properties
from bimplus_nb.frames.values import snake

UNKNOWN: Final = object()
"""What a value was when it was fetched, where nobody knows."""


class Fetched(dict[str, str]):
    """What a table was when it came: ``project`` (an id), ``at`` (UTC), and the table itself in `.frame`."""

    frame: pd.DataFrame

    def __deepcopy__(self, _: Any) -> Fetched:
        return self  # pandas copies attrs with every table it makes; this one is never changed


@dataclass(frozen=True, slots=True)
class Edit:
    """One value that a table says and the service did not when it was asked.

    `column` is what the person calls it; `attribute_id` is "" where the table does not say which attribute it is.
    `before` is what the table said when it was fetched, or UNKNOWN. `unit`: of `new` and `before`, None where it is
    not said. `twice`: the table says two different things in its place.
    """

    object_id: str
    column: str
    attribute_id: str
    new: Any
    before: Any
    unit: str | None
    twice: bool = False


Frame = TypeVar("Frame", bound=pd.DataFrame)


def remember(frame: Frame, project_id: str) -> Frame:
    """The same frame, which from now on knows what it was."""
    fetched = Fetched(project=project_id, at=datetime.now(UTC).isoformat(timespec="seconds"))
    fetched.frame = frame.copy(deep=False)  # shared until one of them is written to
    frame.attrs["fetched"] = fetched
    return frame


def is_long(frame: pd.DataFrame) -> bool:
    """Whether it is a table with a row a value, as `Project.properties` gives it."""
    return {"object_id", "value"} <= set(frame.columns)


def edits(frame: pd.DataFrame) -> list[Edit]:
    """What a table says now and did not say when it was fetched, in the order of its rows.

    A wide table (index: object id, a column an attribute) or a long one (object_id, attribute_id or name, value).
    A missing value where there was one is an edit too. Where the table does not know what it was (made by hand, a new
    column, a new row), each value that is not missing is an edit, and what is missing is left alone.
    Raises ValueError for a table that is neither.
    """
    fetched = frame.attrs.get("fetched")
    base = fetched.frame if isinstance(fetched, Fetched) else None
    if is_long(frame):
        return [*_long(frame, base if base is not None and is_long(base) else None)]
    if isinstance(frame.index, pd.RangeIndex) and len(frame):
        raise ValueError("the index must hold the objects' ids; df.set_index(…) makes a column the index")
    if base is not None and is_long(base):
        base = base.wide() if isinstance(base, Properties) else None
    return [*_wide(frame, base)]


def _wide(frame: pd.DataFrame, base: pd.DataFrame | None) -> Iterator[Edit]:
    if not frame.columns.is_unique:
        names = ", ".join(sorted(str(name) for name in frame.columns[frame.columns.duplicated()]))
        raise ValueError(f"two columns have one name: {names}")
    links, units = (frame.attrs.get(key) or {} for key in ("attributes", "units"))
    then = {} if base is None else base.attrs.get("units") or {}
    if base is not None and not base.index.is_unique:
        base = base[~base.index.duplicated()]
    was = _matched(frame, base, links)
    known = np.zeros(len(frame), bool) if base is None else frame.index.isin(base.index)
    again = frame.index.duplicated(keep=False)
    ids = frame.index.tolist()
    found: list[tuple[int, int, Edit]] = []
    for place, column in enumerate(frame.columns):
        new = frame[column].astype(object).to_numpy()
        unit = units.get(column)
        # In another unit than it came in, a column is no longer to be compared with what it was.
        if base is not None and column in was and then.get(was[column]) == unit:
            before, remembered = base[was[column]].reindex(frame.index).astype(object).to_numpy(), known
        else:
            before, remembered = np.full(len(frame), None, object), np.zeros(len(frame), bool)
        missing = pd.isna(new)
        edited = np.where(remembered, _differ(new, before), ~missing)
        twice = _disagree(frame.index[again], new[again]) if again.any() and edited.any() else set[Any]()
        for row in np.flatnonzero(edited):
            object_id = str(ids[row])
            found.append(
                (
                    int(row),
                    place,
                    Edit(
                        object_id=object_id,
                        column=str(column),
                        attribute_id=str(links.get(column) or ""),
                        new=new[row],
                        before=before[row] if remembered[row] else UNKNOWN,
                        unit=unit,
                        twice=object_id in twice,
                    ),
                )
            )
    yield from (edit for _, _, edit in sorted(found, key=lambda one: one[:2]))


def _matched(frame: pd.DataFrame, base: pd.DataFrame | None, links: Mapping[str, str]) -> dict[Any, Any]:
    """Which column of the table as it was each column is: of the same attribute, else of the same name."""
    if base is None:
        return {}
    by_attribute = {id_: column for column, id_ in (base.attrs.get("attributes") or {}).items()}
    found = {column: by_attribute.get(links.get(column), column) for column in frame.columns}
    return {column: before for column, before in found.items() if before in base}


def _long(frame: pd.DataFrame, base: pd.DataFrame | None) -> Iterator[Edit]:
    before = {} if base is None else dict(zip(_keys(base), base["value"], strict=True))
    keys = _keys(frame)
    times = Counter(keys)
    values = frame["value"].astype(object).to_numpy()
    again = [key for key in keys if times[key] > 1]
    twice = _disagree(again, values[[times[key] > 1 for key in keys]]) if again else set()
    names = _texts(frame, "name") or _texts(frame, "attribute_id")
    units = _texts(frame, "unit")
    for row, (key, new) in enumerate(zip(keys, values, strict=True)):
        was = before.get(key, UNKNOWN)
        if pd.api.types.is_scalar(new) and pd.isna(new):
            edited = was is not UNKNOWN and not pd.isna(was)
        else:
            edited = was is UNKNOWN or type(was) is not type(new) or bool(was != new)
        if edited:
            name = names[row] if names else ""
            unit = (units[row] or None) if units else None
            yield Edit(key[0], name, key[1], new, was, unit, key in twice)


def _keys(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Whose value of what: object, attribute, and its group and name where no attribute is said."""
    ids = frame["object_id"].astype(str).tolist()
    attributes = _texts(frame, "attribute_id") or [""] * len(ids)
    groups, names = (_texts(frame, column) or [""] * len(ids) for column in ("group", "name"))
    return [
        (id_, attribute, "" if attribute else f"{group}/{name}")
        for id_, attribute, group, name in zip(ids, attributes, groups, names, strict=True)
    ]


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    return frame[column].astype(object).where(frame[column].notna(), "").astype(str).tolist() if column in frame else []


def _differ(new: NDArray[Any], before: NDArray[Any]) -> NDArray[np.bool_]:
    """Where two columns say something different; missing is equal to missing."""
    gone, was_gone = pd.isna(new), pd.isna(before)
    differs: NDArray[np.bool_] = gone != was_gone
    both = np.flatnonzero(~gone & ~was_gone)
    differs[both] = [bool(one != other) for one, other in zip(new[both], before[both], strict=True)]
    return differs


def _disagree(keys: Any, values: NDArray[Any]) -> set[Any]:
    """Those of the keys that occur more than once with different values."""
    first: dict[Any, Any] = {}
    differ = set()
    for key, value in zip(keys, values, strict=True):
        value = None if pd.api.types.is_scalar(value) and pd.isna(value) else value
        if key in first and first[key] != value:
            differ.add(key)
        first.setdefault(key, value)
    return differ


# The ending of a column's name that says its unit, in tables of ours.
_ENDINGS: Final = {"_m": "m", "_m2": "m²", "_m3": "m³", "_kg": "kg"}


def called(column: str) -> list[tuple[str, str | None]]:
    """The names in snake_case by which an attribute may be what a column is called, each with the unit said in it."""
    name = snake(column)
    return [
        (name, None),
        *((name.removesuffix(end), unit) for end, unit in _ENDINGS.items() if name.endswith(end) and name != end),
    ]

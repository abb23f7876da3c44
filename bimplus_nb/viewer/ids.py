"""The ways in which a person names objects, as rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping
from itertools import repeat
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.errors import UndefinedVariableError

from bimplus_nb.text import plain

MOST_NAMED: Final = 40
"""Columns that a message names."""

Ids: TypeAlias = "str | Iterable[str] | pd.Series[Any] | pd.Index[Any] | pd.DataFrame"


def rows(ids: Ids, known: Mapping[str, int], elsewhere: Callable[[], Container[str]]) -> NDArray[np.int64]:
    """The rows of these objects, each once, ascending: (n,) int64.

    `ids`: one id, any iterable of ids, a Series of ids, a Series of booleans over ids (the true ones), an Index of ids,
    a frame whose index holds them, or rows of a frame that stand for several objects each (see `members`). `known`
    leads from id to row. `elsewhere()` is asked for ids that have no row: what is in it exists without geometry and is
    passed over; what is not there either raises ValueError.
    """
    names = list(_given(ids))
    at = placed(names, known)
    if (at < 0).any():
        names = list(dict.fromkeys(names))
        table = elsewhere()
        strange = [str(name)[:60] for name in names if name not in known and name not in table]
        if strange:
            few = ", ".join(strange[:3]) + (", …" if len(strange) > 3 else "")
            raise ValueError(f"{len(strange):,} of {len(names):,} ids are of no object that is here: {few}")
    return np.flatnonzero(np.bincount(at[at >= 0]))


def placed(names: Collection[Any], known: Mapping[str, int]) -> NDArray[np.int64]:
    """The row of each of n names, -1 where it has none: (n,) int64. A list is walked much faster than an index."""
    return np.fromiter(map(known.get, names, repeat(-1)), np.int64, len(names))


def named(ids: Ids) -> list[str]:
    """The ids that are meant, each once, in the order given; for the ways to mean them see `rows`."""
    return list(dict.fromkeys(_given(ids)))


def _given(ids: Ids) -> Iterable[Any]:
    if (several := members(ids)) is not None:
        ids = several if pd.api.types.is_bool_dtype(several.dtype) else several.index
    if isinstance(ids, str):
        return [ids]
    if isinstance(ids, pd.DataFrame):
        return ids.index
    if isinstance(ids, pd.Series) and pd.api.types.is_bool_dtype(ids.dtype):
        return ids.index[ids.fillna(False).to_numpy(bool)]
    if isinstance(ids, pd.Series):
        return ids.dropna()
    return ids


def members(table: object) -> pd.Series[Any] | None:
    """The objects of rows that stand for several each: a value for each id; None for what is no such thing.

    Frames of groups have ``attrs["object_ids"]``, pairs of a row's label and its objects' ids, and pandas hands `attrs`
    on. So `table` may be the frame or some rows of it, or one row, with True as the values; or a column, or what was
    computed of columns, with their values.
    """
    if not isinstance(table, (pd.Series, pd.DataFrame)) or not table.attrs.get("object_ids"):
        return None
    ids = dict(table.attrs["object_ids"])
    values = table if isinstance(table, pd.Series) else pd.Series(True, table.index)
    if not all(label in ids for label in values.index):
        if values.name not in ids:
            return None  # rows of something else by now
        values = pd.Series(True, pd.Index([values.name], tupleize_cols=False))
    each = [ids[label] for label in values.index]
    spread = values.repeat([len(some) for some in each])
    return spread.set_axis(pd.Index([id_ for some in each for id_ in some], dtype="str"))


def matching(query: str, table: pd.DataFrame, above: int) -> pd.Index[Any]:
    """The ids of the rows of a table for which a query is true, in the order of the table.

    `query` is what ``DataFrame.query`` takes. It may call methods and name variables (``@wanted``) of the frame that is
    `above` this many callers: a program, so it must come from the person at the notebook and from nobody else.
    Raises ValueError for a column that is not there, for what is no query, and for one that is no yes or no.
    """
    more: dict[str, Any] = {"level": above + 1, "engine": "python"}  # without numexpr, which knows no text
    try:
        answer = table.eval(query, **more)
    except UndefinedVariableError as problem:
        raise ValueError(f"{plain(problem)}; {columns_of(table)}") from None
    except Exception as problem:
        raise ValueError(
            f"{plain(query)!r} is not understood ({plain(problem)}); a query is written like "
            "\"type == 'Wall' and storey == 'Level 2'\", and a name with spaces `between backticks`"
        ) from problem
    if not isinstance(answer, pd.Series) or not pd.api.types.is_bool_dtype(answer.dtype):
        raise ValueError(f"{plain(query)!r} is not true or false of an object; compare it with something")
    return table.index[answer.fillna(False).to_numpy(bool)]


def columns_of(table: pd.DataFrame) -> str:
    """The columns of a table in words, for messages."""
    names = [plain(name, 60) for name in table.columns]
    return f"the columns are: {', '.join(names[:MOST_NAMED])}" + (", …" if len(names) > MOST_NAMED else "")

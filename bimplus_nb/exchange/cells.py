"""What a spreadsheet can hold of a value, and the value again of what it holds. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

# What XML 1.0 cannot say, and what a spreadsheet turns into something else.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 32_767
_EXACT: Final = 2**53
# Excel begins in 1900, with a leap year that never was.
_FIRST: Final = datetime(1900, 3, 1)

Cell = str | float | int | bool | datetime | None


def image(value: Any) -> Cell:
    """A value as a cell shows it: dates in UTC without a zone, text without control characters and not too long."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, datetime):
        moment = pd.Timestamp(value)
        moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
        plain = moment.floor("ms").to_pydatetime(warn=False)
        return plain if plain >= _FIRST else moment.isoformat()
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("\ufffd", text)[:_LONGEST]


def same(found: Cell, shown: Cell) -> bool:
    """Whether a cell that was read is still what was written into it, as far as a spreadsheet keeps digits."""
    if found is None or found == "":
        return shown is None or shown == ""
    if shown is None or isinstance(found, bool) is not isinstance(shown, bool):
        return False
    if isinstance(found, (int, float)) and isinstance(shown, (int, float)):
        return math.isclose(found, shown, rel_tol=1e-14)
    if isinstance(found, datetime) and isinstance(shown, datetime):
        return abs((found - shown).total_seconds()) < 0.002
    return type(found) is type(shown) and found == shown


def typed(found: Cell, kind: str) -> Any:
    """What somebody typed into a cell of a column of this kind; what does not fit stays what it is."""
    if found is None or found == "":
        return None
    if isinstance(found, datetime):
        return pd.Timestamp(found, tz="UTC")
    if kind in ("str", "category") and isinstance(found, (int, float)) and not isinstance(found, bool):
        return str(int(found)) if float(found).is_integer() else repr(found)
    return found


def kind_of(column: pd.Series[Any]) -> dict[str, Any]:
    """What a column is, so that `column_of` makes one like it."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return {"dtype": "category", "categories": [*map(str, column.cat.categories)], "ordered": column.cat.ordered}
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return {"dtype": "date"}
    return {"dtype": str(column.dtype)}


def column_of(values: Sequence[Any], kind: Mapping[str, Any], index: pd.Index[Any]) -> pd.Series[Any]:
    """A column of that kind; one of anything where a value does not fit."""
    dtype = str(kind["dtype"])
    try:
        if dtype == "category":
            known = [*map(str, kind["categories"])]
            more = dict.fromkeys(value for value in values if value is not None and value not in known)
            if not all(isinstance(value, str) for value in more):
                raise TypeError
            return pd.Series(pd.Categorical(values, [*known, *more], ordered=bool(kind["ordered"])), index=index)
        if dtype == "date":
            if not all(value is None or isinstance(value, pd.Timestamp) for value in values):
                raise TypeError
            return pd.Series(pd.DatetimeIndex(list(values), dtype="datetime64[us, UTC]"), index=index)
        if dtype in ("float64", "Int64") and any(isinstance(value, (bool, str)) for value in values):
            raise TypeError
        if dtype == "str" and not all(value is None or isinstance(value, str) for value in values):
            raise TypeError
        return pd.Series(list(values), index=index, dtype=dtype)
    except (TypeError, ValueError):
        return pd.Series(list(values), index=index, dtype=object)


def packed(value: Any) -> Any:
    """A value as JSON holds it, to the last digit."""
    shown = value.item() if isinstance(value, np.generic) else value
    if shown is None or (pd.api.types.is_scalar(shown) and pd.isna(shown)):
        return None
    if isinstance(shown, datetime):
        return {"date": pd.Timestamp(shown).isoformat()}
    return shown if isinstance(shown, (str, bool, int, float)) else str(shown)


def unpacked(value: Any) -> Any:
    """The value that was packed."""
    return pd.Timestamp(value["date"]) if isinstance(value, dict) else value

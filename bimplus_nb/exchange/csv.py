"""Tables to CSV, for programs that read nothing else."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from bimplus_nb.exchange.whole import whole

# A spreadsheet takes text that begins so for a formula, quoted or not (OWASP, CSV Injection).
_FORMULA: Final = re.compile(r"^[=+\-@\t\r]")


def to_csv(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    decimal: Literal[".", ","] = ".",
    formulas: bool = False,
) -> Path:
    """Write the table `frame` to a .csv file at `path`, in UTF-8: units in the headers, dates in ISO 8601 (UTC), True
    and False.

    With a `decimal` comma, as Excel reads it in much of Europe, columns are parted by semicolons. Text that a
    spreadsheet would run as a formula has an apostrophe before it, unless `formulas` is True: then it is as it came.
    The file is there whole or not at all. Raises OSError where it cannot be written.

    >>> file = bp.to_csv(project.objects(types="Column"), "columns.csv", decimal=",")
    >>> file.read_text(encoding="utf-8-sig").split(";")[:4]
    ['id', 'name', 'type', 'ifc_type']
    """
    units = frame.attrs.get("units") or {}
    shown = pd.DataFrame({_head(name, units.get(name)): _shown(frame[name], formulas) for name in frame.columns})
    ids = not isinstance(frame.index, pd.RangeIndex)
    label = str(frame.index.name or "id")
    if ids:
        shown.insert(0, label, _shown(frame.index.to_series(index=frame.index), formulas))
    with whole(path, ".csv") as temporary:
        # The mark at the beginning tells Excel that it is UTF-8.
        shown.to_csv(
            temporary, index=False, sep=";" if decimal == "," else ",", decimal=decimal, encoding="utf-8-sig",
            errors="replace", lineterminator="\r\n",
        )  # fmt: skip
    return Path(path)


def _head(name: Any, unit: str | None) -> str:
    return _harmless(f"{name} [{unit}]" if unit else str(name))


def _shown(column: pd.Series[Any], formulas: bool) -> pd.Series[Any]:
    """A column as text or numbers."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.map(lambda moment: moment.isoformat(), na_action="ignore").astype(object)
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return column

    def one(value: Any) -> Any:
        if isinstance(value, (bool, int, float)):
            return value
        text = value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
        return text if formulas else _harmless(text)

    return column.astype(object).map(one, na_action="ignore")


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text

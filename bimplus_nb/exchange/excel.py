"""Tables to Excel and back: for people to read, filter and edit, and for `Project.diff` to see what they have edited.

Needs the extra `excel`: xlsxwriter writes, openpyxl reads. Text is written as text, never as a formula or a link,
whatever it begins with. What the table was stands in a sheet that Excel does not show; without it a file is read as
it is, and whoever compares it knows less.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bimplus_nb.exchange.cells import Cell, column_of, image, kind_of, packed, same, typed, unpacked
from bimplus_nb.exchange.whole import whole
from bimplus_nb.frames import Fetched, Problem, Properties
from bimplus_nb.text import plain

_KEPT: Final = "bimplus_nb"
_FORM: Final = 1
_SAID: Final = ("units", "attributes", "choices", "unit_definitions")
_MOST_ROWS, _MOST_COLUMNS, _PIECE, _WIDEST = 1_048_575, 16_000, 32_000, 60
_UNFIT_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_HEADER: Final = re.compile(r"(.+?) \[([^\[\]]{1,20})\]")


def to_excel(frame: pd.DataFrame, path: str | os.PathLike[str], *, by: str | None = "type") -> Path:
    """Write the table `frame` to an .xlsx file at `path`: one sheet a value of the column `by`, units in the headers,
    dates in UTC.

    Headers stay in view and filter; the ids are in a hidden first column. `by` None, or a column that is not there,
    makes one sheet. `read_excel` gives the table back with what was edited in it. The file is there whole or not at
    all. Raises ImportError without the extra, ValueError for a table that is too large for Excel.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise ImportError('Excel files need an extra: pip install "bimplus-nb[excel]".') from None
    if len(frame) > _MOST_ROWS or len(frame.columns) > _MOST_COLUMNS:
        raise ValueError(f"{len(frame):,} rows and {len(frame.columns):,} columns do not fit; Parquet holds them")
    if not frame.columns.is_unique or isinstance(frame.index, pd.MultiIndex):
        raise ValueError("the columns must have different names, and the index must be a single one")
    units = frame.attrs.get("units") or {}
    dates = {name for name in frame if isinstance(frame[name].dtype, pd.DatetimeTZDtype)}
    heads = [_header(str(name), units.get(name) or ("UTC" if name in dates else None)) for name in frame]
    columns = [frame[name].astype(object).tolist() for name in frame]
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
    }  # fmt: skip
    with whole(path, ".xlsx") as temporary, xlsxwriter.Workbook(str(temporary), options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        taken = {_KEPT}
        for title, rows in _sheets(frame, by):
            sheet = book.add_worksheet(_sheet_name(title, taken))
            sheet.write_string(0, 0, "id", bold)
            for place, head in enumerate(heads, 1):
                sheet.write_string(0, place, head, bold)
            widths = [len(head) for head in heads]
            for line, row in enumerate(rows, 1):
                _write(sheet, line, 0, image(frame.index[row]))
                for place, column in enumerate(columns):
                    shown = image(column[row])
                    _write(sheet, line, place + 1, shown)
                    widths[place] = max(widths[place], min(len(str(shown)), _WIDEST))
            sheet.set_column(0, 0, 38, None, {"hidden": True})
            for place, width in enumerate(widths, 1):
                sheet.set_column(place, place, min(width, _WIDEST) + 2)
            sheet.freeze_panes(1, 2)
            sheet.autofilter(0, 0, len(rows), len(heads))
        _keep(book.add_worksheet(_KEPT), frame, heads, columns)
    return Path(path)


def read_excel(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The table of a file that `to_excel` wrote to `path`, with what was edited in it since: for ``project.diff(…)``.

    Rows that are gone are gone, and change nothing. Cells that nobody touched have their value to the last digit; a
    formula counts as what Excel made of it. Rows without an id are left out, and listed in ``df.attrs["problems"]``.
    Raises ImportError without the extra, ValueError for a file that is no table of ours.
    """
    try:
        import openpyxl
    except ImportError:
        raise ImportError('Excel files need an extra: pip install "bimplus-nb[excel]".') from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError:
        raise
    except Exception as error:  # a ZIP that is none, XML that is none, parts that are missing: all of their own kind
        raise ValueError(f"{path} is no Excel file: {plain(error, 100)}") from None
    try:
        if _KEPT not in book.sheetnames:
            raise ValueError(f"{path} was not written by to_excel, or its hidden sheet {_KEPT!r} is gone")
        kept = _Kept.read(book[_KEPT].iter_rows(values_only=True))
        return _table(
            kept, ((sheet.title, sheet.iter_rows(values_only=True)) for sheet in book if sheet.title != _KEPT)
        )
    finally:
        book.close()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the file keeps of the table it was made of: `rows` as it was written, `before` as it was fetched."""

    head: Mapping[str, Any]
    rows: Mapping[Any, Sequence[Any]]
    before: Mapping[Any, Sequence[Any]]

    @classmethod
    def read(cls, lines: Iterator[tuple[Any, ...]]) -> _Kept:
        try:
            head = json.loads(_joined(next(lines)))
            if head["form"] != _FORM or len({len(head[key]) for key in ("columns", "heads", "kinds")}) != 1:
                raise ValueError("it is of another version")
            rows, before = {}, {}
            for line in lines:
                label, now, *was = json.loads(_joined(line))
                if len(now) != len(head["columns"]):
                    raise ValueError("a row of it is cut")
                rows[label] = [unpacked(value) for value in now]
                before[label] = [unpacked(value) for value in was[0]] if was else rows[label]
        except (ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
            raise ValueError(f"the hidden sheet {_KEPT!r} of the file is damaged: {plain(error, 60)}") from None
        return cls(head, rows, before)


def _table(kept: _Kept, sheets: Iterator[tuple[str, Iterator[tuple[Any, ...]]]]) -> pd.DataFrame:
    names = [*kept.head["columns"]]
    place = {head: number for number, head in enumerate(kept.head["heads"])}
    kinds = kept.head["kinds"]
    said = dict(kept.head["attrs"])
    units = dict(said.get("units") or {})
    labels: list[Any] = []
    lines: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for title, rows in sheets:
        heads = [None if head is None else str(head) for head in next(rows, ())]
        for number, row in enumerate(rows, 2):
            cells = dict(zip(heads, row, strict=False))
            label = cells.pop("id", None)
            if all(value is None for value in cells.values()):
                continue
            if label not in kept.rows:
                first = next(value for value in cells.values() if value is not None)
                problems.append(Problem(f"{title}, row {number}", "id", str(first)[:200]))
                continue
            line: dict[str, Any] = {}
            for head, found in cells.items():
                if head is None:
                    continue
                at = place.get(head)
                if at is None:
                    name, unit = _added(head)
                    if unit:
                        units[name] = unit
                    line[name] = typed(_plain_cell(found), "object")
                else:
                    line[names[at]] = _still(_plain_cell(found), kept.rows[label][at], kinds[at]["dtype"])
            labels.append(label)
            lines.append(line)
    index = _index(labels, kept.head["index"])
    found_names = dict.fromkeys([*names, *(name for line in lines for name in line)])
    made = {}
    for name in found_names:
        values = [line.get(name) for line in lines]
        kind = kinds[names.index(name)] if name in names else {"dtype": "object"}
        made[name] = column_of(values, kind, index)
    there = {name for line in lines for name in line}
    frame = pd.DataFrame({name: column for name, column in made.items() if name in there}, index=index)
    frame.attrs = {**said, "units": units, "problems": tuple(problems)}
    if kept.head["fetched"] is not None:
        fetched = Fetched(kept.head["fetched"])
        known = [number for number, name in enumerate(names) if name in kept.head["known"]]
        base = _index([*kept.before], kept.head["index"])
        fetched.frame = pd.DataFrame(
            {names[at]: column_of([row[at] for row in kept.before.values()], kinds[at], base) for at in known},
            index=base,
        )
        fetched.frame = _long(fetched.frame, dict(said))
        frame.attrs["fetched"] = fetched
    return _long(frame, frame.attrs)


def _long(frame: pd.DataFrame, said: dict[Any, Any]) -> pd.DataFrame:
    """The frame, with ``.wide()`` where it is a row a value, and with what it says of itself."""
    found = Properties(frame) if {"object_id", "value"} <= set(frame) else frame
    found.attrs = said
    return found


def _keep(sheet: Any, frame: pd.DataFrame, heads: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    """Writes what reading back needs into a sheet that nobody sees."""
    sheet.very_hidden()
    fetched = frame.attrs.get("fetched")
    base = fetched.frame if isinstance(fetched, Fetched) else None
    known = [] if base is None else [name for name in frame if name in base]
    head = {
        "form": _FORM,
        "columns": [*map(str, frame.columns)],
        "heads": [*heads],
        "kinds": [kind_of(frame[name]) for name in frame],
        "index": {"name": frame.index.name, "range": isinstance(frame.index, pd.RangeIndex) or _numbers(frame.index)},
        "attrs": {key: frame.attrs[key] for key in _SAID if key in frame.attrs},
        "fetched": dict(fetched) if isinstance(fetched, Fetched) else None,
        "known": [*map(str, known)],
    }
    _split(sheet, 0, json.dumps(head))
    before: list[Sequence[Any]] = [*columns]
    if base is not None:
        base = base[~base.index.duplicated()].reindex(frame.index)
        before = [
            base[name].astype(object).tolist() if name in base else now
            for name, now in zip(frame, columns, strict=True)
        ]
    written = set()
    for row, label in enumerate(frame.index.tolist()):
        if label in written:
            continue
        written.add(label)
        now = [packed(column[row]) for column in columns]
        was = [packed(column[row]) for column in before]
        _split(sheet, len(written), json.dumps([label, now] if now == was else [label, now, was]))


def _still(found: Cell, written: Any, kind: str) -> Any:
    """The value of a cell: the one that was written, where it still shows that, else what was typed."""
    return written if same(found, image(written)) else typed(found, kind)


def _plain_cell(found: Any) -> Cell:
    if isinstance(found, (str, bool, int, float, datetime)) or found is None:
        return found
    return str(found)  # a time of day, a duration


def _write(sheet: Any, row: int, column: int, value: Cell) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value)


def _sheets(frame: pd.DataFrame, by: str | None) -> list[tuple[str, list[int]]]:
    """The sheets with the rows of each, in the order in which they come."""
    long = {"object_id", "value"} <= set(frame.columns)  # there, type is what the value is and not what the object is
    if by is None or by not in frame or long:
        return [("properties" if long else "objects", [*range(len(frame))])]
    found: dict[str, list[int]] = {}
    for row, value in enumerate(frame[by].astype(object).tolist()):
        found.setdefault("none" if pd.isna(value) else str(value), []).append(row)
    return [*found.items()] or [("objects", [])]


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes, and that no other sheet has."""
    name = _UNFIT_NAME.sub("_", plain(title, 31)).strip("'")[:31] or "_"
    name = "History_" if name.lower() == "history" else name  # Excel keeps it for itself
    number, tried = 1, name
    while tried.lower() in taken:
        number += 1
        tried = f"{name[:26]} ({number})"
    taken.add(tried.lower())
    return tried


def _header(name: str, unit: str | None) -> str:
    return str(image(f"{name} [{unit}]" if unit else name))[:255]


def _added(head: str) -> tuple[str, str]:
    """Name and unit of a column that somebody has added."""
    found = _HEADER.fullmatch(head)
    return (found[1], found[2]) if found else (head, "")


def _index(labels: Sequence[Any], said: Mapping[str, Any]) -> pd.Index[Any]:
    index: pd.Index[Any] = pd.Index(list(labels), name=said["name"], dtype="int64" if said["range"] else "str")
    return index


def _numbers(index: pd.Index[Any]) -> bool:
    return pd.api.types.is_integer_dtype(index.dtype)


def _split(sheet: Any, row: int, text: str) -> None:
    """Text across as many cells as it needs."""
    for column, start in enumerate(range(0, len(text), _PIECE)):
        sheet.write_string(row, column, text[start : start + _PIECE])


def _joined(cells: Sequence[Any]) -> str:
    return "".join(str(cell) for cell in cells if cell is not None)

"""Tables to Parquet, which keeps types to the last digit and is read by everything that computes.

Needs the extra `arrow`. The unit of a column, and the attribute it comes from, stand in the column's own metadata
(``schema.field("length_m").metadata``), and all that a table of ours says of itself in the metadata of pandas.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bimplus_nb.exchange.whole import whole

if TYPE_CHECKING:
    import pyarrow as pa

Schema = Mapping[str, str]
"""The columns of a file that is to look the same every time: name -> kind, one of text, number, integer, boolean, date,
texts."""

_MIXED: Final = ("number", "text", "boolean", "date")


def to_parquet(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write the table `frame` to a .parquet file at `path`. `pandas.read_parquet` gives it back, with its units in
    ``df.attrs``.

    A column that holds values of several kinds, such as that of `Project.properties`, becomes four: value_number,
    value_text, value_boolean and value_date, of which one is there in each row. The file is there whole or not at all.
    Raises ImportError without the extra.
    """
    pa, parquet = _arrow()
    units, attributes = (frame.attrs.get(key) or {} for key in ("units", "attributes"))
    table = pa.Table.from_pandas(apart(frame))
    for number, field in enumerate(table.schema):
        said = {"unit": units.get(field.name), "attribute": attributes.get(field.name)}
        known = {key: str(value) for key, value in said.items() if value}
        if known:
            table = table.set_column(number, field.with_metadata(known), table.column(number))
    with whole(path, ".parquet") as temporary:
        parquet.write_table(table, temporary, compression="zstd")
    return Path(path)


def apart(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column a kind instead of each that holds several; tuples stay, as lists of text."""
    made: dict[str, pd.Series[Any]] = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype != object or all(isinstance(value, tuple) for value in column):
            made[str(name)] = column
            continue
        made |= {f"{name}_{kind}": _of(column, kind) for kind in _MIXED}
    found = pd.DataFrame(made, index=frame.index)
    found.attrs = {key: value for key, value in frame.attrs.items() if key != "fetched"}
    return found


def _of(column: pd.Series[Any], kind: str) -> pd.Series[Any]:
    """The values of one kind in a column of several."""
    values = [value if value is not None and _kind(value) == kind else None for value in column]
    if kind == "number":
        return pd.Series(pd.array(values, dtype="Float64").astype("float64"), index=column.index)
    if kind == "boolean":
        return pd.Series(pd.array(values, dtype="boolean"), index=column.index)
    if kind == "date":
        return pd.Series(pd.DatetimeIndex(values, dtype="datetime64[us, UTC]"), index=column.index)
    return pd.Series(pd.array([None if v is None else str(v) for v in values], dtype="str"), index=column.index)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "date" if isinstance(value, pd.Timestamp) else "text"


@contextmanager
def parquet_file(path: Path, schema: Schema, units: Mapping[str, str]) -> Iterator[Any]:
    """A file of that schema which takes frame after frame (``add(frame)``), and is there when all are in it.

    What a frame does not have is missing there; what the schema does not have is left out.
    """
    pa, parquet = _arrow()
    kinds = {
        "text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(),
        "date": pa.timestamp("us", "UTC"), "texts": pa.list_(pa.string()),
    }  # fmt: skip
    fields = pa.schema(
        [
            pa.field(name, kinds[kind], metadata={"unit": units[name]} if name in units else None)
            for name, kind in schema.items()
        ]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        whole(path, ".parquet") as temporary,
        parquet.ParquetWriter(temporary, fields, compression="zstd") as writer,
    ):

        def add(frame: pd.DataFrame) -> None:
            columns = [_column(pa, frame, name, fields.field(name).type) for name in schema]
            writer.write_table(pa.table(columns, schema=fields))

        yield add


def _column(pa: Any, frame: pd.DataFrame, name: str, kind: Any) -> pa.Array:
    if name not in frame:
        return pa.nulls(len(frame), kind)
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("str")
    if kind == pa.list_(pa.string()):
        return pa.array([list(value) for value in column], kind)
    return pa.Array.from_pandas(column, type=kind)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ImportError('Parquet files need an extra: pip install "bimplus-nb[arrow]".') from None
    return pyarrow, parquet

"""Any list of the service as a table: what `Records.frame()` gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bimplus_nb.frames.values import column, infer, snake
from bimplus_nb.text import HIDDEN, is_secret


def plain_frame(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a record, index `id` where each has one, columns in snake_case, each of one dtype.

    A part of a record (an author, an address) becomes columns such as `author_name`; a list of plain values becomes
    text, a list of anything else the number of its entries (`disciplines_count`). Passwords and tokens are not shown.
    """
    rows = [_flat(record) for record in records]
    names = list(dict.fromkeys(name for row in rows for name in row))
    keyed = bool(rows) and all(row.get("id") for row in rows)
    index = pd.Index([str(row["id"]) for row in rows], name="id", dtype="str") if keyed else pd.RangeIndex(len(rows))
    columns = {}
    for name in names:
        if name == "id" and keyed:
            continue
        values = [row.get(name) for row in rows]
        columns[name] = column(values, infer(values), index=index, name=name)
    return pd.DataFrame(columns, index=index)


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in record.items():
        name = before + snake(str(key))
        if value is not None and is_secret(key):
            value = HIDDEN
        if isinstance(value, Mapping):
            # One level is a part; what is deeper is a document of its own, such as an issue's scene.
            row.update(_flat(value, f"{name}_") if not before else {f"{name}_count": len(value)})
        elif isinstance(value, list):
            if all(isinstance(item, (str, int, float)) for item in value):
                row[name] = ", ".join(str(item) for item in value) or None
            else:
                row[f"{name}_count"] = len(value)
        elif row.get(name) is None:
            row[name] = value
    return row

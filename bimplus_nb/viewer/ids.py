"""The ways in which a person names objects, as rows."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ids: TypeAlias = "str | Iterable[str] | pd.Series[Any] | pd.Index[Any] | pd.DataFrame"


def rows(ids: Ids, known: Mapping[str, int], elsewhere: Callable[[], Container[str]]) -> NDArray[np.int64]:
    """The rows of these objects, each once, ascending: (n,) int64.

    `ids`: one id, any iterable of ids, a Series of ids, a Series of booleans over ids (the true ones), an Index of ids,
    or a frame whose index holds them. `known` leads from id to row. `elsewhere()` is asked for ids that have no row:
    what is in it exists without geometry and is passed over; what is not there either raises ValueError.
    """
    given: Iterable[Any]
    if isinstance(ids, str):
        given = [ids]
    elif isinstance(ids, pd.DataFrame):
        given = ids.index
    elif isinstance(ids, pd.Series) and pd.api.types.is_bool_dtype(ids.dtype):
        given = ids.index[ids.fillna(False).to_numpy(bool)]
    elif isinstance(ids, pd.Series):
        given = ids.dropna()
    else:
        given = ids
    names = list(dict.fromkeys(given))
    found = [known[name] for name in names if name in known]
    if len(found) < len(names):
        table = elsewhere()
        strange = [str(name)[:60] for name in names if name not in known and name not in table]
        if strange:
            few = ", ".join(strange[:3]) + (", …" if len(strange) > 3 else "")
            raise ValueError(f"{len(strange):,} of {len(names):,} ids are not of this project's objects: {few}")
    return np.unique(np.array(found, np.int64))

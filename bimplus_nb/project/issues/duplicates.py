"""Which issues may be the same one, said twice: by where they are pinned and by their words.

Every name is compared with every other where places do not help, which of 5,000 issues makes 12 million pairs: seconds
by rapidfuzz, a quarter of an hour by difflib.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.frames.members import Members
from bimplus_nb.frames.values import column

SAME: Final = 0.9
"""From which likeness on two texts say the same, wherever their issues are."""

_CHUNK: Final = 512
_MOST: Final = 5_000_000
# Half of the 26 cells around a cell, and itself: each pair of neighbours once.
_AROUND: Final = [step for step in product((-1, 0, 1), repeat=3) if step >= (0, 0, 0)]


def duplicates_frame(issues: pd.DataFrame, pins: pd.DataFrame, *, within_mm: float, alike: float) -> pd.DataFrame:
    """One row a pair of issues that may be one, the surest first; see `Issues.duplicates` for the columns.

    `issues` and `pins` as from `issues_frame` and `pins_frame`.
    """
    names = issues["name"].fillna("").str.casefold().tolist()
    whole = (issues["name"].fillna("") + " " + issues["description"].fillna("")).str.casefold().tolist()
    placed = pins.dropna(subset=["x_mm", "y_mm", "z_mm"])
    row = pd.Series(np.arange(len(issues)), index=issues.index)
    points = placed[["x_mm", "y_mm", "z_mm"]].to_numpy(float)
    near = _near(row[placed["issue"]].to_numpy(int), points, within_mm)
    near["likeness"] = _pairwise(names, near["a"].to_numpy(), near["b"].to_numpy())
    somewhere = np.isin(np.arange(len(issues)), row[placed["issue"].unique()].to_numpy(int))
    said = _said_twice(whole, ~somewhere)
    pairs = pd.concat([near[near["likeness"] >= alike], said], ignore_index=True)
    a, b = pairs["a"].to_numpy(int), pairs["b"].to_numpy(int)
    closed = issues["status"].eq("Closed").to_numpy()
    pairs = pairs[~(closed[a] & closed[b])].sort_values(
        ["likeness", "distance"], ascending=[False, True], kind="stable"
    )
    a, b = pairs["a"].to_numpy(int), pairs["b"].to_numpy(int)
    index = pd.RangeIndex(len(pairs))
    columns: dict[str, Any] = {}
    for name, rows in (("", a), ("other_", b)):
        of = issues.iloc[rows]
        columns[name + "issue" if not name else "other"] = of.index.to_numpy(object)
        columns[f"{name}short_id"], columns[f"{name}name"] = of["short_id"].array, of["name"].array
    frame = pd.DataFrame(columns, index=index).astype({"issue": "str", "other": "str"})
    frame["distance_mm"] = column(pairs["distance"].tolist(), "number", index=index)
    frame["likeness"] = column(pairs["likeness"].tolist(), "number", index=index)
    objects = issues["object_ids"].tolist()
    members = Members.of(index, (tuple(dict.fromkeys((*objects[i], *objects[j]))) for i, j in zip(a, b, strict=True)))
    frame.attrs = {"units": {"distance_mm": "mm"}, "problems": (), "object_ids": members}
    return frame


def _near(issue: NDArray[Any], points: NDArray[Any], within: float) -> pd.DataFrame:
    """The pairs (a < b) of issues of which two pins are that near, with their least distance, by a grid of cells.

    Raises ValueError where more lie that near to one another than anybody wants to hear of.
    """
    cells = np.floor(points / within).astype(np.int64)
    pins = pd.DataFrame({"issue": issue, "pin": np.arange(len(issue)), **dict(zip("xyz", cells.T, strict=True))})
    counts = pins.groupby(["x", "y", "z"]).size()
    if int((counts**2).sum()) > _MOST:
        raise ValueError(f"too many pins lie within {within:g} mm of one another; say a smaller within_mm")
    found = []
    for dx, dy, dz in _AROUND:
        moved = pins.assign(x=pins["x"] + dx, y=pins["y"] + dy, z=pins["z"] + dz)
        both = pins.merge(moved, on=["x", "y", "z"], suffixes=("", "_other"))
        both = both[both["issue"] != both["issue_other"]]
        apart = np.linalg.norm(points[both["pin"]] - points[both["pin_other"]], axis=1)
        a, b = (both[name].to_numpy(int) for name in ("issue", "issue_other"))
        pairs = pd.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b), "distance": apart})
        found.append(pairs[apart <= within])
    every: pd.DataFrame = pd.concat(found)
    return every.sort_values("distance", kind="stable").drop_duplicates(["a", "b"], ignore_index=True)


def _pairwise(texts: list[str], a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """How alike the texts of each pair are, 0 to 1: of two at one place the one may say more than the other."""
    fuzz, process = _rapidfuzz()
    found = process.cpdist([texts[i] for i in a], [texts[j] for j in b], scorer=fuzz.token_set_ratio, workers=-1)
    return np.asarray(found, float) / 100


def _said_twice(texts: list[str], alone: NDArray[np.bool_]) -> pd.DataFrame:
    """The pairs (a < b) that say the same, of which one at least is pinned nowhere."""
    fuzz, process = _rapidfuzz()
    rows = np.flatnonzero(alone & np.array([bool(text.strip()) for text in texts], bool))
    found = [pd.DataFrame({"a": np.empty(0, int), "b": np.empty(0, int), "likeness": np.empty(0)})]
    for start in range(0, len(rows), _CHUNK):
        some = rows[start : start + _CHUNK]
        scores = process.cdist(
            [texts[i] for i in some], texts, scorer=fuzz.token_sort_ratio, score_cutoff=100 * SAME, dtype=np.uint8,
            workers=-1,
        )  # fmt: skip
        first, second = np.nonzero(scores)
        a, b = some[first], second
        pairs = pd.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b), "likeness": scores[first, second] / 100})
        found.append(pairs[a != b])
    return pd.concat(found).drop_duplicates(["a", "b"]).assign(distance=np.nan)


def _rapidfuzz() -> tuple[Any, Any]:
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        raise ImportError('Comparing texts needs an extra: pip install "bimplus-nb[issues]".') from None
    return fuzz, process

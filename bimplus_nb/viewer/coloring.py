"""From one value an object to colours, and a legend that says what they mean. Pure: pandas and numpy, no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.text import plain
from bimplus_nb.viewer import palette as colors
from bimplus_nb.viewer.amounts import Axis, Shading, shaded
from bimplus_nb.viewer.ids import placed
from bimplus_nb.viewer.palette import CATEGORIES, MISSING, OTHER, hexed, ramp

MOST: Final = len(CATEGORIES)
MOST_LINES: Final = 40

Palette: TypeAlias = str | Sequence[str] | Mapping[Any, str] | None
_Bools = NDArray[np.bool_]
_Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """One line of a legend: its words, its colour "#rrggbb", and the rows of the objects it stands for.

    A `bar` is shown as one of a histogram, low to high; every other class as a line.
    """

    label: str
    color: str
    members: _Rows
    bar: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Coloring:
    """A colour for each of o objects that has a value, and what the colours mean.

    `color` (o, 3) uint8, meaningful where `colored` (o,) bool; `spoken_of` (o,) bool is what the colouring is about.
    `axis` is what the bars among the classes stand on.
    """

    title: str
    unit: str
    classes: tuple[Class, ...]
    color: NDArray[np.uint8]
    colored: _Bools
    spoken_of: _Bools
    axis: Axis | None = None

    def legend(self, visible: _Bools, selected: _Bools) -> dict[str, Any]:
        """What the page shows: title, unit, axis; of each class label, colour, number of objects and whether a bar.

        `off` and `chosen` are the numbers of the classes of which nothing is `visible` (o,), or all is `selected`.
        """
        some = [(k, one.members) for k, one in enumerate(self.classes) if len(one.members)]
        return {
            "title": self.title,
            "unit": self.unit,
            "axis": self.axis and {"colors": self.axis.colors, "ticks": self.axis.ticks, "words": self.axis.words},
            "rows": [
                {"label": one.label, "color": one.color, "count": len(one.members), "bar": one.bar}
                for one in self.classes
            ],
            "off": [k for k, members in some if not visible[members].any()],
            "chosen": [k for k, members in some if selected.any() and selected[members].all()],
        }


def coloring(
    values: pd.Series[Any] | Mapping[str, Any],
    rows: Mapping[str, int],
    room: _Bools,
    *,
    title: str | None = None,
    unit: str | None = None,
    palette: Palette = None,
    shading: Shading = Shading(),  # noqa: B008
) -> Coloring:
    """The colours of objects by their values.

    `values` leads from object id to value; `rows` from id to the object's row among o; `room` (o,) bool says which are
    rooms. What becomes of which values: see `Viewer.color_by`. What has no value is grey.

    Rooms fill what is inside a building, so they are coloured only where nothing but rooms has a value; everything else
    then steps back. Ids without a row (objects without geometry) are passed over. Raises ValueError if none is left.
    """
    series = values if isinstance(values, pd.Series) else pd.Series(dict(values), dtype=object)
    at = placed(series.index.tolist(), rows)
    if not (at >= 0).any():
        raise ValueError(
            f"none of the {len(series):,} ids to colour is drawn here; the index (or the keys) must be object ids"
        )
    attrs = series.attrs
    title = str(series.name or "") if title is None else title
    unit = str(attrs.get("unit") or attrs.get("units", {}).get(series.name) or "") if unit is None else unit
    drawn = at >= 0
    if np.bincount(at[drawn]).max() > 1:
        drawn &= ~series.index.duplicated(keep="last")
    if not drawn.all():
        series, at = series[drawn], at[drawn]

    what = _read(series)
    if palette is None and isinstance(what, _Kinds):
        palette = attrs.get("colors", {}).get(series.name)
    known = np.isfinite(what.values) if isinstance(what, _Amounts) else what.code >= 0
    wanted = _about(at, known, room)
    here = wanted & known
    axis, unit = None, "" if isinstance(what, _Amounts) and what.dates else unit
    if isinstance(what, _Amounts):
        if isinstance(palette, Mapping):
            raise ValueError("numbers and dates have a palette of a name or a list of colours, not a colour a value")
        unit = what.unit or unit
        shades, color, axis = shaded(
            what.values[here],
            replace(_in_seconds(shading) if what.dates else shading, palette=palette),
            dates=what.dates,
        )
        shown = at[here]
        classes = [Class(one.label, one.color, shown[one.which], one.bar) for one in shades]
        if axis is None:
            classes.reverse()
    else:
        classes, color = _by_kind(what, what.code[here], at[here], palette)
    if (without := at[wanted & ~known & ~room[at]]).size:
        classes.append(Class("no value", MISSING, without))
    return _coloring(title, unit, classes, (at[here], color), (without, _table([MISSING])), at[wanted], len(room), axis)


def ruled(members: Mapping[str, _Rows], room: _Bools, *, title: str = "", palette: Palette = None) -> Coloring:
    """The colours of objects by rules: label -> rows of the objects it holds for; the first that holds wins.

    A rule that holds for nothing stays in the legend, with a count of 0. Raises ValueError for more rules than colours.
    """
    of = np.full(len(room), -1, np.int64)
    for k, which in reversed([*enumerate(members.values())]):
        of[which] = k
    at = np.flatnonzero(of >= 0)
    at = at[_about(at, np.ones(len(at), bool), room)]
    paint = _painted(list(members), palette)
    if len(paint) < len(members):
        raise ValueError(f"{len(members):,} rules need as many colours: give a palette, or fewer rules")
    classes = [Class(_label(label), paint[k], at[of[at] == k]) for k, label in enumerate(members)]
    color = _table(paint)[of[at]]
    nothing = np.empty(0, np.int64)
    return _coloring(title, "", classes, (at, color), (nothing, _table([MISSING])), at, len(room), None)


def _coloring(
    title: str,
    unit: str,
    classes: list[Class],
    known: tuple[_Rows, NDArray[np.uint8]],
    without: tuple[_Rows, NDArray[np.uint8]],
    about: _Rows,
    objects: int,
    axis: Axis | None,
) -> Coloring:
    color, colored, spoken_of = np.zeros((objects, 3), np.uint8), np.zeros(objects, bool), np.zeros(objects, bool)
    for which, paint in (known, without):
        color[which] = paint
        colored[which] = True
    spoken_of[about] = True
    return Coloring(plain(title, 80), plain(unit, 20), tuple(classes), color, colored, spoken_of, axis)


def _about(at: _Rows, known: _Bools, room: _Bools) -> _Bools:
    """Which of `at` the colouring is about: rooms only where nothing else is known of."""
    about_rooms = bool(known.any()) and bool(room[at[known]].all())
    return room[at] if about_rooms else ~room[at]


# --- what values are --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Amounts:
    """(n,) values, NaN where none is; dates are seconds since 1970."""

    values: NDArray[np.float64]
    dates: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Kinds:
    """(n,) codes into `labels`, -1 where there is no value; `ordered` from low to high, or `listed` as they are to be
    shown; `fixed` are their colours."""

    code: NDArray[np.int64]
    labels: list[str]
    ordered: bool = False
    listed: bool = False
    fixed: tuple[str, ...] = ()


def _read(series: pd.Series[Any]) -> _Amounts | _Kinds:
    if isinstance(series.dtype, pd.CategoricalDtype):
        labels = [str(one) for one in series.cat.categories]
        return _Kinds(_whole(series.cat.codes), labels, ordered=bool(series.cat.ordered))
    kind = pd.api.types.infer_dtype(series, skipna=True)
    if kind in ("integer", "floating", "mixed-integer-float", "decimal"):
        return _Amounts(_float(pd.to_numeric(series)))
    if kind in ("datetime64", "datetime", "date"):
        when = series if series.dtype != object else pd.to_datetime(series, errors="coerce", utc=True)
        since = when.dt.tz_localize(None) - pd.Timestamp(0)  # as a clock there shows it
        return _Amounts(_float(since / pd.Timedelta("1s")), dates=True)
    if kind in ("timedelta64", "timedelta"):
        return _Amounts(_float(pd.to_timedelta(series) / pd.Timedelta("1D")), unit="days")
    if kind == "boolean":
        truth = series.map({True: 0, False: 1}).astype("Float64").fillna(-1)
        return _Kinds(_whole(truth), ["Yes", "No"], listed=True, fixed=CATEGORIES[:2])
    try:
        first, different = pd.factorize(series)
    except TypeError:  # lists and the like, which are not hashable
        first, different = pd.factorize(series.map(str, na_action="ignore"))
    again, names = pd.factorize(np.array([str(one) for one in different], object))
    code: _Rows = np.append(again, -1)[first]
    labels = [str(one) for one in names]
    given = bool(labels) and all(map(colors.is_color, labels))
    return _Kinds(code, labels, fixed=tuple(one.lower() for one in labels) if given else ())


def _float(values: Any) -> NDArray[np.float64]:
    return np.asarray(values.to_numpy(np.float64, na_value=np.nan))


def _whole(values: Any) -> _Rows:
    return np.asarray(values.to_numpy(np.int64))


def _in_seconds(shading: Shading) -> Shading:
    def seconds(value: Any) -> Any:
        return value if value is None else pd.Timestamp(value).tz_localize(None).timestamp()

    bins = shading.bins if shading.bins is None or isinstance(shading.bins, int) else [*map(seconds, shading.bins)]
    return replace(
        shading, low=seconds(shading.low), high=seconds(shading.high), center=seconds(shading.center), bins=bins
    )


# --- kinds ------------------------------------------------------------------------------------------------------------


def _by_kind(kinds: _Kinds, code: _Rows, at: _Rows, palette: Palette) -> tuple[list[Class], NDArray[np.uint8]]:
    """The classes of (n,) codes, and (n, 3) colours: the most frequent first; what is ordered from the highest down."""
    labels, counts = kinds.labels, np.bincount(code, minlength=len(kinds.labels))
    used = np.flatnonzero(counts).tolist()
    different, own = len(used), bool(kinds.fixed) and palette is None
    if not kinds.ordered and not kinds.listed:
        first = {str(value) for value in palette} if isinstance(palette, Mapping) else ()
        used = nsmallest(MOST_LINES + 1, used, key=lambda k: (labels[k] not in first, -counts[k], labels[k]))
    if own:
        paint = [kinds.fixed[k] for k in used]
    elif kinds.ordered and (palette is None or isinstance(palette, str)):
        paint = _steps(palette, min(different, MOST_LINES))
    else:
        paint = _painted([labels[k] for k in used], palette)
    named = used[: min(len(paint), MOST_LINES)]
    if len(named) < different and paint[len(named) - 1] == OTHER:
        named.pop()
    table = _table(kinds.fixed if own else [OTHER] * len(labels))
    table[named] = _table(paint[: len(named)])
    order, start = np.argsort(code, kind="stable"), np.append(0, np.cumsum(counts))
    classes = [
        Class(_label(labels[k]), one, at[order[start[k] : start[k + 1]]]) for k, one in zip(named, paint, strict=False)
    ]
    if kinds.ordered:
        classes.reverse()
    if more := different - len(named):
        classes.append(Class(f"other ({more:,} values)", OTHER, at[~np.isin(code, named)]))
    return classes, table[code]


def _painted(labels: Sequence[str], palette: Palette) -> list[str]:
    """A colour for each of these, the one given to it or else the next, as far as there are colours."""
    given: dict[str, str] = {}
    if isinstance(palette, Mapping):
        given = {str(value): colors.color(one) for value, one in palette.items()}
    free = [one for one in CATEGORIES if one not in given.values()]
    if isinstance(palette, str):
        free = _steps(palette, min(len(labels), MOST))
    elif palette is not None and not given:
        free = list(colors.stops([*palette]))
    paint: list[str] = []
    for label in labels:
        if label not in given and not free:
            break
        paint.append(given[label] if label in given else free.pop(0))
    return paint


def _steps(palette: str | None, count: int) -> list[str]:
    """So many colours, evenly from end to end of a ramp."""
    share = np.linspace(0, 1, count) if count > 1 else np.array([0.5])
    return [hexed(one) for one in ramp(share, colors.stops(palette or colors.ORDERED))]


def _label(text: object) -> str:
    return plain(text, 60).strip() or "(empty)"


def _table(of: Sequence[str]) -> NDArray[np.uint8]:
    """(k, 3) uint8 of k colours."""
    return np.frombuffer(bytes.fromhex("".join(one[1:] for one in of)), np.uint8).reshape(-1, 3).copy()

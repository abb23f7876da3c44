"""Shades for numbers and dates: which range the shades span, where one shade ends, and what is written beside them.

Longer than most files because numbers, dates and durations go the same way: range, steps, ticks, words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.viewer.palette import DIVERGING, RAMPS, SEQUENTIAL, hexed, ramp, stops

Floats: TypeAlias = NDArray[np.float64]
Words: TypeAlias = Callable[[float], str]
ScaleName: TypeAlias = Literal["linear", "log", "quantile"]

FEW: Final = 8  # different whole numbers that get a class each
BINS: Final = 5
MOST_BINS: Final = 40
BARS: Final = 20

_DAY: Final = 86_400
# Distances between the ticks of a time axis: seconds, how pandas calls them, how a tick is written.
_CALENDAR: Final = (
    (60, "min", "%H:%M"),
    (300, "5min", "%H:%M"),
    (900, "15min", "%H:%M"),
    (3_600, "h", "%H:%M"),
    (6 * 3_600, "6h", "%d %b %H:%M"),
    (_DAY, "D", "%d %b"),
    (2 * _DAY, "2D", "%d %b"),
    (7 * _DAY, "W-MON", "%d %b"),
    (14 * _DAY, "2W-MON", "%d %b"),
    (30 * _DAY, "MS", "%b %Y"),
    (91 * _DAY, "QS", "%b %Y"),
    (182 * _DAY, "2QS", "%b %Y"),
    *((years * 365 * _DAY, f"{years}YS", "%Y") for years in (1, 2, 5, 10, 25, 50, 100)),
)


@dataclass(frozen=True, slots=True)
class Shading:
    """How numbers become shades; None is for the data to say. See `Viewer.color_by`."""

    palette: str | Sequence[str] | None = None
    bins: int | Sequence[float] | None = None
    scale: ScaleName = "linear"
    low: float | None = None
    high: float | None = None
    center: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """What a legend says of some of n values: words, colour, and which (indices). A bar is one of a histogram's."""

    label: str
    color: str
    which: NDArray[np.int64]
    bar: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """What a legend shows of shades without steps: the colours from low to high, marks at 0 to 1, and the range."""

    colors: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]
    words: str


Shaded: TypeAlias = tuple[list[Shade], NDArray[np.uint8], Axis | None]


def shaded(values: Floats, shading: Shading, *, dates: bool = False) -> Shaded:
    """What becomes of (n,) finite values (dates: seconds since 1970): shades, (n, 3) uint8 colours, the axis if any.

    Raises ValueError for a shading that says nothing sensible.
    """
    _check(shading)
    if not len(values):
        return [], np.zeros((0, 3), np.uint8), None
    span = float(np.ptp(values))
    ends = np.array([values.min(), values.max()])
    words = _date_words(span) if dates else _number_words(ends, (span or abs(float(ends[0])) or 1.0) / 1000)
    free = shading.low is shading.high is shading.center is shading.bins is None and shading.scale == "linear"
    whole = not dates and bool((values == np.floor(values)).all())
    if free and (span == 0 or whole) and len(each := np.unique(values)) <= FEW:
        return _each(values, each, words, shading)
    if shading.bins is not None or shading.scale == "quantile":
        return _in_bins(values, shading, words if dates else None)
    return _along(values, shading, words, whole=whole, dates=dates)


def _check(shading: Shading) -> None:
    if shading.scale not in ("linear", "log", "quantile"):
        raise ValueError(f'scale is "linear", "log" or "quantile", not {shading.scale!r}')
    numbers = [one for one in (shading.low, shading.high, shading.center) if one is not None]
    if not np.isfinite(np.array(numbers, float)).all():
        raise ValueError("vmin, vmax and center are finite numbers")
    if shading.low is not None and shading.high is not None and shading.low >= shading.high:
        raise ValueError(f"vmin ({shading.low:g}) must be less than vmax ({shading.high:g})")
    if shading.scale == "log" and (shading.center is not None or min(numbers, default=1) <= 0):
        raise ValueError('scale="log" needs vmin and vmax above 0, and no center')
    if isinstance(shading.bins, int):
        if not 1 <= shading.bins <= MOST_BINS:
            raise ValueError(f"bins is 1 to {MOST_BINS}, or the edges between them")
    elif shading.bins is not None:
        edges = np.array(shading.bins, float)
        if edges.ndim != 1 or not 2 <= len(edges) <= MOST_BINS + 1 or not (np.diff(edges) > 0).all():
            raise ValueError(f"the edges of bins are 2 to {MOST_BINS + 1} numbers, each above the one before")
        if shading.scale == "quantile":
            raise ValueError('scale="quantile" finds the edges by itself: bins is how many')


# --- three ways -------------------------------------------------------------------------------------------------------


def _each(values: Floats, each: Floats, words: Words, shading: Shading) -> Shaded:
    """A class a value, in equal steps of the ramp: the legend names each exactly, so the steps may be even."""
    color = ramp(_even(len(each)), _colors(shading, diverging=False))
    code = np.searchsorted(each, values)
    shades = [Shade(words(one), hexed(color[k]), np.flatnonzero(code == k)) for k, one in enumerate(each)]
    return shades, color[code], None


def _in_bins(values: Floats, shading: Shading, words: Words | None) -> Shaded:
    """A colour a bin: even steps of the ramp, or around `center` by their distance from it."""
    count = BINS if shading.bins is None else shading.bins
    if not isinstance(count, int):
        edges = np.array(count, float)
    elif shading.scale == "quantile":
        edges = np.unique(np.quantile(values, np.linspace(0, 1, count + 1)))
        edges = edges if len(edges) > 1 else np.repeat(edges, 2)
    else:
        low, high = _limits(values, shading)
        edges = np.geomspace(low, high, count + 1) if shading.scale == "log" else np.linspace(low, high, count + 1)
    words = words or _number_words(edges, (float(np.diff(edges).min()) or abs(float(edges[0])) or 1.0) / 100)
    code = np.searchsorted(edges, values, "right") - 1
    code[values == edges[-1]] = len(edges) - 2
    share = _even(len(edges) - 1)
    if shading.center is not None:
        middle = (edges[:-1] + edges[1:]) / 2 - shading.center
        share = 0.5 + middle / (2 * float(np.abs(middle).max()) or 1.0)
    color = ramp(share, _colors(shading, diverging=shading.center is not None))
    names = [_between(a, b, words) for a, b in itertools.pairwise(edges)]
    shades = [Shade(name, hexed(color[k]), np.flatnonzero(code == k)) for k, name in enumerate(names)]
    inside = np.clip(code, 0, len(names) - 1)
    return _with_ends(shades, code < 0, code >= len(names), edges, words), color[inside], None


def _along(values: Floats, shading: Shading, words: Words, *, whole: bool, dates: bool) -> Shaded:
    """Shades without steps, and a histogram to read them by."""
    log = shading.scale == "log"
    low, high = _limits(values, shading)
    center = shading.center
    if center is None and not log and not dates:
        least, most = np.quantile(values, [0.02, 0.98])  # a stray minus is no reason to part the colours
        parting = shading.palette in (DIVERGING, "-" + DIVERGING)
        if (shading.palette is None or parting) and least < 0 < most:
            center = 0.0
        elif parting:
            center = (low + high) / 2
    if center is not None:
        half = max(high - center, center - low)
        low, high = center - half, center + half
    marked = _significant if log else words
    open_ends = shading.low is None, shading.high is None
    if dates:
        edges, ticks = np.linspace(low, high, BARS + 1), _date_ticks(low, high)
    elif log:
        edges, ticks = np.geomspace(low, high, BARS + 1), _powers(low, high)
        edges[[0, -1]] = low, high
    else:
        edges, ticks, marked = _round_edges(low, high, center or 0.0, open_ends, whole=whole)
    low, high = float(edges[0]), float(edges[-1])
    bend: Callable[[Floats], Floats] = np.log if log else np.asarray
    ends = bend(np.array([low, high]))
    with np.errstate(divide="ignore", invalid="ignore"):
        bent = bend(values)
    share = np.clip(np.nan_to_num((bent - ends[0]) / (ends[1] - ends[0]), nan=0.0), 0, 1)
    colors = _colors(shading, diverging=center is not None)
    code = np.clip(np.searchsorted(edges, values, "right") - 1, 0, len(edges) - 2)
    slack = 1e-9 * (high - low)
    below, above = values < low - slack, values > high + slack
    code[below | above] = -1
    middle = ramp((np.arange(len(edges) - 1) + 0.5) / (len(edges) - 1), colors)
    order = np.argsort(code, kind="stable")
    runs = np.split(order, np.searchsorted(code[order], np.arange(len(edges) - 1)))[1:]
    names = [
        _between(a, b, marked, inclusive=not whole or log or b == high)
        for a, b in itertools.pairwise(map(float, edges))
    ]
    shades = [Shade(name, hexed(middle[k]), run, True) for k, (name, run) in enumerate(zip(names, runs, strict=True))]
    places = (bend(np.array([at for at, _ in ticks])) - ends[0]) / (ends[1] - ends[0])
    axis = Axis(
        tuple(colors),
        tuple((round(float(place), 4), text) for place, (_, text) in zip(places, ticks, strict=True)),
        _between(float(values.min()), float(values.max()), words if dates else _significant),
    )
    return _with_ends(shades, below, above, edges, marked, colors), ramp(share, colors), axis


# --- parts of them ----------------------------------------------------------------------------------------------------


def _even(count: int) -> Floats:
    return np.linspace(0, 1, count) if count > 1 else np.array([0.5])


def _colors(shading: Shading, *, diverging: bool) -> tuple[str, ...]:
    if shading.palette is not None:
        return stops(shading.palette)
    return RAMPS[DIVERGING if diverging else SEQUENTIAL]


def _limits(values: Floats, shading: Shading) -> tuple[float, float]:
    """Where the shades begin and end: as told, else where the values do, but for outliers.

    An outlier is farther beyond the 2nd or 98th of a hundred values than these are from each other.
    """
    log = shading.scale == "log"
    some = values[values > 0] if log else values
    if not len(some):
        raise ValueError('scale="log" needs values above 0')
    bent = np.log(some) if log else some
    low, high = np.quantile(bent, [0.02, 0.98])
    inside = np.abs(bent - np.clip(bent, low, high)) <= high - low
    some = some[inside] if low < high and len(some) >= 20 else some
    least = float(some.min()) if shading.low is None else shading.low
    most = float(some.max()) if shading.high is None else shading.high
    if least >= most:  # all alike, or all beyond what was told
        room = abs(least) * 0.1 or 1.0
        if shading.high is None:
            most = least * 2 if log else least + room
        else:
            least = most / 2 if log else most - room
    return least, most


def _round_edges(
    low: float, high: float, zero: float, open_ends: tuple[bool, bool], *, whole: bool
) -> tuple[Floats, list[tuple[float, str]], Words]:
    """Edges of the bars, ticks four to six steps apart, and how to write them. Open ends move out to round numbers."""
    step = _round_step((high - low) / BINS, least=1.0 if whole else 0.0)
    first, last = (low - zero) / step, (high - zero) / step
    first = np.floor(first + 1e-9) if open_ends[0] else first
    last = np.ceil(last - 1e-9) if open_ends[1] else last
    start, end = zero + first * step, zero + last * step
    marks = zero + np.arange(np.ceil(first - 1e-9), np.floor(last + 1e-9) + 1) * step
    parts = max(k for k in (1, 2, 5) if step % k == 0) if whole else 4 if f"{step:e}"[:3] == "2.0" else 5
    bars = (end - start) / step * parts
    edges = np.linspace(start, end, round(bars) + 1 if np.isclose(bars, round(bars)) else BARS + 1)
    mark = _number_words(marks, step / 100)
    return edges, [(float(at), mark(at)) for at in marks], _number_words(edges, step / 100)


def _round_step(rough: float, *, least: float = 0.0) -> float:
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(power * min(k for k in (1, 2, 2.5, 5, 10) if k * power >= rough * 0.999))
    return max(least, np.ceil(step) if least else step)


def _powers(low: float, high: float) -> list[tuple[float, str]]:
    """Ticks of a logarithmic axis: powers of ten, and 2 and 5 times them where there is room."""
    first, last = np.floor(np.log10(low)), np.ceil(np.log10(high))
    stride = max(1, int(np.ceil((last - first) / 6)))
    times = (1, 2, 5) if last - first <= 2 else (1,)
    at = [k * 10.0**power for power in np.arange(first, last + 1, stride) for k in times]
    marks = [(float(one), f"{one:,.12g}" if 1e-4 <= one < 1e7 else f"{one:.0e}") for one in at if low <= one <= high]
    if len(marks) > 1:
        return marks
    step = _round_step((high - low) / 4)
    even = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return [(float(one), _number_words(even, step / 100)(one)) for one in even]


def _between(a: float, b: float, words: Words, *, inclusive: bool = True) -> str:
    """A range of values; of whole numbers it may leave out `b`."""
    if not inclusive:
        b = float(np.ceil(b)) - 1
    if words(a) == words(b):
        return words(a)
    return f"{words(a)} to {words(b)}" if a < 0 else f"{words(a)} – {words(b)}"


def _with_ends(
    shades: list[Shade],
    below: NDArray[np.bool_],
    above: NDArray[np.bool_],
    edges: Floats,
    words: Words,
    colors: Sequence[str] = (),
) -> list[Shade]:
    """Also what lies beyond the ends; it has the colour of the end."""
    first, last = (colors[0], colors[-1]) if colors else (shades[0].color, shades[-1].color)
    if below.any():
        shades = [Shade(f"below {words(float(edges[0]))}", first, np.flatnonzero(below)), *shades]
    if above.any():
        shades = [*shades, Shade(f"above {words(float(edges[-1]))}", last, np.flatnonzero(above))]
    return shades


def _number_words(numbers: Floats, within: float) -> Words:
    """How to write these and others like them: with as few decimals as are right to `within`."""
    if not 1e-9 < within < 1e9:
        return lambda value: f"{value:.6g}"
    places = next((d for d in range(9) if (np.abs(np.round(numbers, d) - numbers) <= within).all()), 9)
    return lambda value: f"{round(value, places) + 0.0:,.{places}f}"


def _significant(value: float) -> str:
    """A number with at most three digits that say something, or all before the point."""
    if value and not 1e-6 < abs(value) < 1e12:
        return f"{value:.3g}"
    text = f"{value:,.{max(0, 2 - int(np.floor(np.log10(abs(value) or 1.0))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date_words(span: float) -> Words:
    form = "%d %b %Y" if span > 3 * _DAY else "%d %b %Y %H:%M"
    return lambda value: pd.Timestamp(value, unit="s").strftime(form)


def _date_ticks(low: float, high: float) -> list[tuple[float, str]]:
    _, step, form = next((one for one in _CALENDAR if (high - low) / one[0] <= 4), _CALENDAR[-1])
    years = int(step[:-2]) if step.endswith("YS") else 1
    start, end = pd.Timestamp(low, unit="s"), pd.Timestamp(high, unit="s")
    first = start.ceil(step) if step[-1] in "nhD" else start.normalize()
    if step.endswith("S"):
        first = pd.Timestamp(year=max(1, start.year - start.year % years), month=1, day=1)
    at = pd.date_range(first, end, freq=step)
    return [(one.timestamp(), one.strftime(form)) for one in at if low <= one.timestamp() <= high]

"""Units of measure by the service's own definitions: spelled as people spell them, converted, never mixed up. Pure.

The service tells a unit as a product of ``ufactor * baseunit ** upower`` (Bimplus documentation, Unit Service), so a
number times its unit's factor is the number in base units. A factor cannot say where a scale begins: °C and dB stand
for themselves there, and here they convert to nothing but themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from math import isclose, isfinite
from typing import Any

import pandas as pd

from bimplus_nb.frames.values import column, number, pick, text, whole

Definition = tuple[float, dict[str, int]]
"""A unit's size and the powers of the base units it is measured in: m³/h is (1/3600, {"m": 3, "s": -1})."""

# What people write for a unit that the service knows by another symbol, beyond exponents and signs of multiplication.
_ALIASES = {"€": "EUR", "L": "l", "qm": "m2", "sqm": "m2", "cbm": "m3", "deg": "°"}
_IN_NAMES = {"%": "percent", "°": "deg", "1": ""}
_KIND = ("contextUnitType", "contexUnitType")
_DEEPEST, _GREATEST = 20, 100
_EXPONENTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Units(dict[str, Definition]):
    """Symbol -> definition, for all units a service knows.

    A plain dict in JSON, so that a frame can carry it in its `attrs` wherever it goes. It is not changed once made.
    """

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]]) -> Units:
        """From the service's records. A unit whose definition cannot be followed to base units, or a symbol that stands
        for two different units, is left out: nothing is converted by it."""
        records = [*records]
        known = _definitions(records)
        found: dict[str, Definition | None] = {}
        for record in records:
            symbol = text(pick(record, "unit", "symbol"))
            definition = known.get(str(record.get("id")).lower())
            if symbol and definition is not None:
                found[symbol] = definition if _same(found.get(symbol, definition), definition) else None
        return cls({symbol: each for symbol, each in found.items() if each is not None})

    @cached_property
    def _spelled(self) -> dict[str, str | None]:
        spelled: dict[str, str | None] = {}
        for symbol in self:
            other = spelled.setdefault(folded(symbol), symbol)
            if other is None or not _same(self[other], self[symbol]):
                spelled[folded(symbol)] = None
        return spelled

    def find(self, spelling: str) -> str | None:
        """The symbol of a unit in any usual spelling: "m3", "m^3" and "㎥" are m³. None for an unknown one.

        >>> Units({"m³": (1.0, {"m": 3})}).find("m^3")
        'm³'
        """
        return spelling if spelling in self else self._spelled.get(folded(spelling))

    def factor(self, unit: str, to: str) -> float:
        """What a number in `unit` is multiplied by to be in `to`. ValueError where that cannot be.

        >>> Units({"m³": (1.0, {"m": 3}), "l": (0.001, {"m": 3})}).factor("m³", "l")
        1000.0
        """
        (size, powers), (target, wanted) = self._known(unit), self._known(to)
        if powers != wanted:
            raise ValueError(
                f"{unit} cannot be {to}: one is {_written(powers)} in base units, the other {_written(wanted)}."
            )
        return size / target

    def _known(self, unit: str) -> Definition:
        symbol = self.find(unit)
        if symbol is None:
            close = ", ".join(get_close_matches(unit, self, n=5, cutoff=0.4) or sorted(self)[:12])
            raise ValueError(f"There is no unit {unit[:40]!r}. There are: {close or 'none'}.")
        size, powers = self[symbol]
        return size, powers

    def __deepcopy__(self, _: Any) -> Units:
        return self  # pandas copies attrs at every step


def folded(symbol: str) -> str:
    """A unit's symbol in the one spelling that all spellings of it share.

    >>> folded("W/(m²K)"), folded("W/m^2·K")
    ('W/m2K', 'W/m2K')
    """
    plain = re.sub(r"[\s^*·⋅×()]", "", unicodedata.normalize("NFKC", symbol)).replace("ºC", "°C")
    return _ALIASES.get(plain, plain)


def in_name(symbol: str) -> str:
    """A unit's symbol as column names carry it: m³ is m3, W/(m²K) w_m2k."""
    plain = folded(symbol)
    return _IN_NAMES.get(plain, re.sub(r"\W+|°", "_", plain).strip("_").lower())


def convert(frame: pd.DataFrame, units: pd.DataFrame | None = None, /, **wanted: str) -> pd.DataFrame:
    """A copy of the frame with the wanted columns in other units: ``convert(df, volume="l", length_m="mm")``.

    A column is named as it is or without the unit in its name. Its new name has the new unit: volume_m3 becomes
    volume_l, and length in mm becomes length_m, so that nobody takes the one for the other.
    Converted is by the service's own definitions, which the frame carries; for one that has lost them, as by a merge,
    give `units`, the frame of ``project.units()``. Raises ValueError for what has no such unit, and changes nothing.

    >>> columns = project.quantities(by="type", types="Column")
    >>> bp.convert(columns, volume="l")[["volume_l", "volume_known"]].round()
            volume_l  volume_known
    type
    Column  115183.0           362
    """
    attrs = frame.attrs if units is None else units.attrs
    known = Units(attrs.get("unit_definitions") or {})
    if not known:
        raise ValueError("This frame has lost what units are, as by a merge: give project.units() after it.")
    own: dict[str, str] = dict(frame.attrs.get("units") or {})
    changed: dict[str, tuple[str, pd.Series[Any], str]] = {}
    for asked, unit in wanted.items():
        name = _column(frame, own, asked)
        now = own.get(name) or _unit_of_name(name, known)
        if now is None:
            raise ValueError(f"The column {name!r} has no unit, so it cannot be in {unit}.")
        if pd.api.types.is_bool_dtype(frame[name]) or not pd.api.types.is_numeric_dtype(frame[name]):
            raise ValueError(f"The column {name!r} holds no numbers.")
        factor = known.factor(now, unit)
        new = known.find(unit) or unit
        changed[name] = _renamed(name, now, new), frame[name].astype("float64") * factor, new
    names = {name: new for name, (new, _, _) in changed.items()}
    left = [name for name in frame.columns if name not in names]
    if twice := set(names.values()) & set(left) or [n for n in names.values() if [*names.values()].count(n) > 1]:
        raise ValueError(f"There would be two columns {sorted(twice)[0]!r}.")
    made = frame.assign(**{name: values for name, (_, values, _) in changed.items()}).rename(columns=names)
    symbols = {name: symbol for name, symbol in own.items() if name not in names}
    made.attrs = {
        **frame.attrs,
        "units": symbols | {new: symbol for new, _, symbol in changed.values()},
        "unit_definitions": known,
    }
    if ids := frame.attrs.get("attributes"):
        made.attrs["attributes"] = {names.get(name, name): id_ for name, id_ in ids.items()}
    return made


def units_frame(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a unit, index `id`: symbol, name, kind, factor, base, description.

    A number in the unit times `factor` is the number in `base` units; both are missing where the service's definition
    cannot be followed. ``attrs["unit_definitions"]`` is what `convert` needs.
    """
    index = pd.Index([str(record.get("id", "")) for record in records], name="id", dtype="str")
    known = _definitions(records)
    found = [known.get(id_.lower()) for id_ in index]
    columns = {
        "symbol": column([pick(record, "unit", "symbol") for record in records], "text", index=index),
        "name": column([pick(record, "name") for record in records], "text", index=index),
        "kind": column([pick(record, *_KIND) for record in records], "category", index=index),
        "factor": column([each and each[0] for each in found], "number", index=index),
        "base": column([each and _written(each[1]) for each in found], "text", index=index),
        "description": column([pick(record, "description") for record in records], "text", index=index),
    }  # fmt: skip
    frame = pd.DataFrame(columns, index=index)
    frame.attrs = {"unit_definitions": Units.of(records)}
    return frame


def _definitions(records: Iterable[Mapping[str, Any]]) -> dict[str, Definition | None]:
    """Size and powers of base units by each unit's id in lower case; None for what is unknown, goes round in circles or
    has no finite size."""
    known = {str(record["id"]).lower(): record for record in records if record.get("id")}
    found: dict[str, Definition | None] = {}

    def resolved(key: str, depth: int) -> Definition | None:
        if key not in found and depth <= _DEEPEST:
            found[key] = None  # whoever comes by here again has gone round
            found[key] = _definition(known[key], lambda base: resolved(base, depth + 1)) if key in known else None
        return found.get(key)

    for key in known:
        resolved(key, 0)
    return {key: found[key] for key in known}


def _definition(record: Mapping[str, Any], below: Callable[[str], Definition | None]) -> Definition | None:
    parts = pick(record, "baseunits")
    if not parts:
        symbol = text(pick(record, "unit", "symbol"))
        return (1.0, {symbol: 1}) if symbol else None
    size, powers = 1.0, dict[str, int]()
    for part in parts if isinstance(parts, list) else [None]:
        base = below(str(pick(part, "baseunitid")).lower()) if isinstance(part, Mapping) else None
        if not isinstance(part, Mapping) or base is None:
            return None
        factor, power = number(_or(pick(part, "ufactor"), 1)), whole(_or(pick(part, "upower"), 1))
        if not factor or power is None or abs(power) > _GREATEST:
            return None
        try:
            size *= factor * base[0] ** power
        except (OverflowError, ZeroDivisionError):
            return None
        for symbol, inner in base[1].items():
            powers[symbol] = powers.get(symbol, 0) + inner * power
    powers = {symbol: power for symbol, power in sorted(powers.items()) if power}
    return (size, powers) if size > 0 and isfinite(size) else None


def _or(value: Any, default: int) -> Any:
    return default if value is None else value


def _same(one: Definition | None, other: Definition) -> bool:
    return one is not None and one[1] == other[1] and isclose(one[0], other[0], rel_tol=1e-12)


def _written(powers: Mapping[str, int]) -> str:
    """Powers of base units for people: kg·m⁻³."""
    parts = [symbol + ("" if power == 1 else str(power).translate(_EXPONENTS)) for symbol, power in powers.items()]
    return "·".join(parts) or "1"


def _column(frame: pd.DataFrame, own: Mapping[str, str], asked: str) -> str:
    if asked in frame.columns:
        return asked
    stems = {name: name.removesuffix("_" + in_name(own.get(name, ""))) for name in map(str, frame.columns)}
    # Without units of its own, a frame's names still carry them.
    found = [name for name, stem in stems.items() if stem == asked or (not own and name.rpartition("_")[0] == asked)]
    if len(found) != 1:
        close = ", ".join(get_close_matches(asked, [*map(str, frame.columns)], n=5, cutoff=0.4)) or "none like it"
        raise ValueError(f"There is {'no' if not found else 'more than one'} column {asked!r}. There are: {close}.")
    return found[0]


def _unit_of_name(name: str, known: Units) -> str | None:
    """The unit that a column's name ends with."""
    _, _, last = name.rpartition("_")
    return next((symbol for symbol in known if last and in_name(symbol) == last), None) if "_" in name else None


def _renamed(name: str, unit: str, new: str) -> str:
    if in_name(unit) == in_name(new):
        return name
    return f"{name.removesuffix('_' + in_name(unit))}_{in_name(new)}".rstrip("_")

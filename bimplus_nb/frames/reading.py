"""All values of one attribute, read as what they are.

An attribute is one column, so its values are judged together: what the service declares decides, and where it declares
nothing, or text, what all of them say. What can be read in two ways stays text.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from bimplus_nb.frames.units import Units, folded
from bimplus_nb.frames.values import Kind, boolean, date, measure, number, text, whole

_NUMBERS = frozenset({"double", "int"})
KINDS: dict[str, Kind] = {"boolean": "boolean", "datetime": "date", "double": "number", "int": "integer"}
_TYPES: dict[Kind, str] = {kind: type_ for type_, kind in KINDS.items()}


@dataclass(slots=True)
class Reading:
    """The values as Python has them, all of one `type` and in one `unit`; what stayed text, by its place, and why."""

    values: list[Any]
    type: str
    unit: str
    wrong: dict[int, str] = field(default_factory=dict)


def read(values: Sequence[Any], type_: str, unit: str, units: Units) -> Reading:
    """Reads values, neither None nor empty, of an attribute of this declared type ("" for none) and unit.

    - numbers: also from text with a decimal point or comma, with grouped thousands, with a unit behind it, which is
      converted into the attribute's; one without a unit is taken to be in it
    - True and False, also as words; dates, ISO 8601, as Timestamps in UTC
    - text the service declares as text stays text, but where every value is True or False, or every value is a number
      with a unit of more than one letter ("456m²", not "12a"), that is what they are
    - of what is not declared, also numbers and dates, if every value is one
    """
    if type_ in _NUMBERS:
        return _numbers(values, type_, unit, units)
    if type_ == "boolean":
        return _each(values, boolean, type_, "neither True nor False")
    if type_ == "datetime":
        return _each(values, _moment, type_, "no date")
    return _judged(values, type_, unit, units)


def _each(values: Sequence[Any], reader: Callable[[Any], Any], type_: str, why: str, unit: str = "") -> Reading:
    known: dict[str, Any] = {}
    found = Reading([], type_, unit)
    for place, value in enumerate(values):
        # Most texts come many times.
        if not isinstance(value, str):
            typed = reader(value)
        elif value in known:
            typed = known[value]
        else:
            typed = known[value] = reader(value)
        if typed is None:
            typed = text(value) or ""
            found.wrong[place] = why
        found.values.append(typed)
    return found


def _numbers(values: Sequence[Any], type_: str, unit: str, units: Units) -> Reading:
    said = Counter[str]()
    for value, times in Counter(value for value in values if isinstance(value, str)).items():
        if number(value) is None and (behind := _unit(value)):
            said[behind] += times
    common = said.most_common(1)[0][0] if said else None
    if not unit and common and sum(said.values()) == len(values):
        unit = units.find(common) or common

    def exact(value: Any) -> float | None:
        found: float | None = whole(value) if type_ == "int" else None
        found = number(value) if found is None else found
        return _converted(value, unit, units) if found is None and isinstance(value, str) else found

    return _each(values, exact, type_, f"no number in {unit}" if unit else "no number", unit)


def _converted(value: str, unit: str, units: Units) -> float | None:
    """The number of a text with a unit, in the attribute's unit; None where the one cannot be the other."""
    found = measure(value)
    if found is None or (found[1] and not unit):
        return None
    size, said = found
    if not said or folded(said) == folded(unit):
        return size
    try:
        size *= units.factor(said, unit)
    except ValueError:
        return None
    return size if math.isfinite(size) else None


def _judged(values: Sequence[Any], type_: str, unit: str, units: Units) -> Reading:
    """What is declared as text or not at all."""
    if all(boolean(value) is not None for value in values):
        return _each(values, boolean, type_ or "boolean", "")
    if all(_is_measure(value, units) for value in values) or (
        unit and all(number(value) is not None for value in values)
    ):
        read = _numbers(values, "double", unit, units)
        if not read.wrong:
            return Reading(read.values, type_ or "double", read.unit)
    if not type_ and all(_is_number(value) for value in values):
        exact = all(whole(value) is not None and not isinstance(value, float) for value in values)
        return _each(values, whole if exact else number, _TYPES["integer" if exact else "number"], "", unit)
    if not type_ and all(_moment(value) is not None for value in values):
        return _each(values, _moment, _TYPES["date"], "")
    return Reading([text(value) or "" for value in values], type_ or "string", unit)


def _moment(value: Any) -> pd.Timestamp | None:
    moment = date(value)
    return None if moment is None else pd.Timestamp(moment)


def _unit(value: str) -> str | None:
    found = measure(value)
    return found[1] or None if found else None


def _is_measure(value: Any, units: Units) -> bool:
    """Whether it is text that nobody can mean otherwise than as a number with a unit."""
    unit = _unit(value) if isinstance(value, str) else None
    return unit is not None and units.find(unit) is not None and not (len(unit) == 1 and unit.isalpha())


def _is_number(value: Any) -> bool:
    """Whether it is a number and not a name made of digits, "007" or "1.10", nor a thousand that may be a decimal."""
    if not isinstance(value, str):
        return number(value) is not None
    plain = value.strip().lstrip("+-")
    if number(plain) is None or (plain[:1] == "0" and plain[1:2].isdigit()):
        return False
    return measure(plain) is not None

"""What an attribute is and what may be written to it. Pure: a value is taken, or refused in words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd

from bimplus_nb.frames.attributes import Definition, definition
from bimplus_nb.frames.reading import read
from bimplus_nb.frames.units import Units, folded
from bimplus_nb.frames.values import boolean, date, number, whole
from bimplus_nb.text import plain

_TYPED: Final = frozenset({"double", "int", "boolean", "datetime"})
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attribute(Definition):
    """An attribute that may be written to: which values it takes, and when two of them say the same."""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Attribute:
        """From what a rich group says of a value, or the catalogue of free attributes."""
        known = definition(said)
        attribute = cls(**{each.name: getattr(known, each.name) for each in fields(known)})
        return replace(attribute, id=attribute.id.lower())

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in ("double", "int")

    def read(self, value: object) -> Any:
        """A value of the service as Python: a number, True or False, a Timestamp in UTC, text; None for nothing."""
        if value is None or value == "":
            return None
        found: Any = None
        if self.type == "boolean":
            found = boolean(value)
        elif self.type == "datetime":
            moment = date(value)
            found = None if moment is None else pd.Timestamp(moment)
        elif self.numeric:
            exact = whole(value) if self.type == "int" else None
            found = number(value) if exact is None else exact
        return str(value) if found is None else found

    def same(self, one: object, other: object) -> bool:
        """Whether two values of the service, or a value and a cell of a table, say the same."""
        left, right = (self.read(_said(value)) for value in (one, other))
        if left is None or right is None:
            return left is right
        if self.numeric and isinstance(left, (int, float)) and isinstance(right, (int, float)):
            # A column in metres has been through a multiplication.
            return left == right or math.isclose(left, right, rel_tol=1e-12)
        if self.type == "guid":
            return str(left).lower() == str(right).lower()
        return type(left) is type(right) and left == right

    def wanted(self, value: object, unit: str | None = None, units: Units | None = None) -> Any:
        """A cell of a table as the service is to be sent it; None takes the value away.

        `unit`: what the table has it in, None where it does not say; converted by `units`. Raises ValueError, in words
        for the person, where the attribute may not be changed or not be that.
        """
        if not self.changeable:
            raise ValueError("this attribute may not be changed")
        value = cell(value)
        if value is None:
            if (self.group.lower(), self.name.lower()) == ("general", "name"):
                raise ValueError("an object must have a name")
            return None
        if self.numeric:
            return self._number(value, unit, units)
        if self.type == "boolean":
            found = boolean(value)
            if found is None:
                raise ValueError(f"{_quoted(value)} is neither True nor False")
            return found
        if self.type == "datetime":
            return _moment(value)
        if self.type == "binary":
            raise ValueError("files are not written from a table")
        if not isinstance(value, str):
            value = self._worded(value, unit)
        if self.type == "guid" and not _GUID.fullmatch(value):
            raise ValueError(f"{_quoted(value)} is no GUID")
        # Of a combobox the list is a proposal; of an enumeration it is all there is.
        return self._choice(value) if self.control == "enumeration" and self.choices else value

    def _worded(self, value: object, unit: str | None) -> str:
        """What a table has read in the attribute's texts, as such a text again: True, or 456 m²."""
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, (int, float)) and unit:
            return f"{value:g} {unit}"
        raise ValueError(f"{_quoted(value)} is no text")

    def unchanged(self, now: object, before: object, unit: str | None = None, units: Units | None = None) -> bool:
        """Whether the service says what a table said when it was fetched, in the unit it had it in."""
        before = cell(before)
        if now is not None and isinstance(before, (bool, int, float)) and self.type not in _TYPED:
            # Text that was read as what it says; see `reading.read`.
            found = read([now], self.type, self.unit, units or Units())
            return bool(found.values[0] == before)
        return self.same(now, self.converted(before, unit, units))

    def converted(self, value: object, unit: str | None, units: Units | None = None) -> Any:
        """A cell that is in `unit` in the attribute's own. Raises ValueError where the two do not go together."""
        value = cell(value)
        found = number(value) if self.numeric else None
        if found is None or not unit or folded(unit) == folded(self.unit):
            return value
        if not self.unit:
            raise ValueError(f"the table says {plain(unit, 20)}, the attribute is in no unit")
        factor = (units or Units()).factor(unit, self.unit)
        power = round(math.log10(factor))
        if math.isclose(factor, 10.0**power, rel_tol=1e-12):
            # By decimals, so that 0.285 m are 285 mm and not 284.99999999999994.
            return float(Decimal(repr(found)).scaleb(power))
        return found * factor

    def _number(self, value: object, unit: str | None, units: Units | None) -> float | int:
        found = number(self.converted(value, unit, units))
        if found is None:
            raise ValueError(f"{_quoted(value)} is no number")
        if self.type == "int":
            exact = whole(found)
            if exact is None:
                raise ValueError(f"{_quoted(value)} is no whole number")
            found = exact
        low, high = self.minimum, self.maximum
        if (low is not None and found < low) or (high is not None and found > high):
            raise ValueError(f"{found:g}{self._unit} is not {self._limits}")
        return found

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    @property
    def _limits(self) -> str:
        if self.minimum is None or self.maximum is None:
            return f"at least {self.minimum:g}" if self.maximum is None else f"at most {self.maximum:g}"
        return f"between {self.minimum:g} and {self.maximum:g}"

    def _choice(self, value: str) -> str:
        choices = {key.strip(): words.strip() for key, words in self.choices}
        if value in choices:
            return value
        stored = [key for key, shown in choices.items() if shown == value]
        if len(stored) == 1:
            return stored[0]
        some = ", ".join(plain(shown, 40) for shown in [*choices.values()][:12])
        raise ValueError(f"{_quoted(value)} is not one of {some}{', …' if len(choices) > 12 else ''}")


def cell(value: Any) -> Any:
    """A cell of a table as plain Python; None for a missing one and for no text.

    Raises ValueError for what no attribute can hold, such as a list.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, dict, set, tuple, np.ndarray)):
        raise ValueError(f"{_quoted(value)} is not one value")
    return None if value is None or pd.isna(value) or value == "" else value


def _said(value: object) -> object:
    """What a cell holds, in the service's words."""
    if isinstance(value, (list, dict)):
        return str(value)
    value = cell(value)
    return _stamp(value) if isinstance(value, datetime) else value


def _moment(value: object) -> str:
    moment = value if isinstance(value, datetime) else date(value)
    if moment is None:
        raise ValueError(f"{_quoted(value)} is no date; write it like 2026-03-01 or 2026-03-01T10:00:00Z")
    return _stamp(moment)


def _stamp(moment: datetime) -> str:
    """ISO 8601 in UTC, as the documents' samples have it; without a zone it is taken as UTC, as when it is read."""
    if isinstance(moment, pd.Timestamp):
        moment = moment.to_pydatetime(warn=False)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")


def _quoted(value: object) -> str:
    return repr(plain(value, 60))

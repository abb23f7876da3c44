"""A request's JSON object read field by field: the value wanted, or a clear refusal.

Names are compared without case, as the service's own samples mix spellings (createdBy, createdby).
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from bimplus_nb.sandbox.problem import Problem, bad

NAME = 20_000
"""Longest name, characters. Generous, so that a client's handling of monstrous names can be tried."""

TEXT = 1_000_000
_DEPTH = 64


def parse(body: bytes) -> Any:
    """The JSON value of a body; a 400 for anything else, or for nesting no honest client writes."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad(f"The body is not JSON: {error}") from None
    if _too_deep(value, _DEPTH):
        raise bad(f"The body is nested deeper than {_DEPTH} levels.")
    return value


def _too_deep(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_too_deep(item, left - 1) for item in inner if isinstance(item, dict | list))


def guid(text: str) -> str | None:
    """A GUID in the one spelling used inside (lower case, dashes), or None."""
    try:
        return str(uuid.UUID(text)) if 32 <= len(text) <= 38 else None
    except ValueError:
        return None


def stamp(when: datetime) -> str:
    """A moment as the sandbox writes it: UTC, ISO 8601, with Z."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def now() -> str:
    return stamp(datetime.now(UTC))


class Fields:
    """One JSON object. Every getter gives None for a missing or null field and refuses a wrong type."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = {name.lower(): value for name, value in values.items()}
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def raw(self, name: str) -> Any:
        """The value as it came."""
        return self._values.get(name.lower())

    def text(self, name: str, *, limit: int = TEXT) -> str | None:
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.wrong(name, "a text")
        if len(value) > limit:
            raise self.wrong(name, f"at most {limit} characters")
        return value

    def needed(self, name: str) -> str:
        """A text that must be there and say something."""
        value = self.text(name, limit=NAME)
        if value is None or not value.strip():
            raise self.wrong(name, "a text that is not empty")
        return value

    def guid(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        found = guid(value)
        if found is None:
            raise self.wrong(name, "a GUID")
        return found

    def flag(self, name: str) -> bool | None:
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def number(self, name: str) -> float | None:
        """A finite number, also when it came as text ("123.45"), as the documents' own samples send it."""
        value = self.raw(name)
        if value is None:
            return None
        return finite(value, f"{self._path}{name}")

    def choice(self, name: str, options: Iterable[str], *, lenient: bool = False) -> str | None:
        """One of `options`, compared without case; any other text too if lenient."""
        value = self.text(name, limit=NAME)
        if value is None:
            return None
        known = {option.lower(): option for option in options}
        if value.lower() in known:
            return known[value.lower()]
        if lenient:
            return value
        raise self.wrong(name, "one of " + ", ".join(known.values()))

    def moment(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            when = datetime.fromisoformat(value)
            return stamp(when if when.tzinfo else when.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            raise self.wrong(name, "a date and time such as 2026-03-01T10:00:00Z") from None

    def within(self, name: str) -> Fields | None:
        """The object in a field."""
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return Fields(value, f"{self._path}{name}.")

    def items(self, name: str) -> list[Any] | None:
        value = self.raw(name)
        if value is not None and not isinstance(value, list):
            raise self.wrong(name, "a list")
        return value

    def wrong(self, name: str, wanted: str) -> Problem:
        return bad(f"{self._path}{name} must be {wanted}.")


def finite(value: Any, name: str) -> float:
    """A number that can be counted with, from a number or a text."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e15:
        raise bad(f"{name} must be a number.")
    return number

"""From the service's values to typed columns. Pure.

The service sends dates with and without a zone, numbers as text with a decimal comma, booleans as the words True and
False, and two spellings of many a key (Bimplus documentation and published clients). What cannot be read is reported,
never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import pandas as pd

Kind = Literal["text", "category", "number", "integer", "boolean", "date"]

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?")
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_HALF = re.compile("[\ud800-\udfff]")
_BOOLEAN = {"true": True, "false": False}


# Groups of three with a mark between them, and perhaps decimals behind another mark.
_GROUPED = r"[1-9]\d{0,2}(?:(?P<mark>[.,'’ \u00a0\u2009\u202f])\d{3})(?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,]\d+)?"
_MEASURE = re.compile(rf"([+-]?(?:{_GROUPED}|\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{{1,3}})?)\s*([^\d\s.,+'’-].*)?")
_THOUSANDS_OR_DECIMALS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


class Problem(NamedTuple):
    """A value that could not be read as what its column holds; it is missing there. `why` is in words."""

    id: str
    column: str
    value: str
    why: str = ""


def number(value: object) -> float | None:
    """A number, also from text with a decimal point or comma ("8,5"). None if it is neither, or not finite."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        value = float(text.replace(",", ".")) if len(text) < 64 and _NUMBER.fullmatch(text) else None
    try:
        found = float(value) if isinstance(value, (int, float)) else math.nan
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def measure(value: str) -> tuple[float, str] | None:
    """A number as people write it, and the unit behind it: "1.234,5 mm" is 1234.5 and "mm".

    None for anything else, and for what can be read in two ways: "1.234" is either with decimals or a thousand.
    """
    found = _MEASURE.fullmatch(value.strip()) if len(value) < 64 else None
    if found is None or _THOUSANDS_OR_DECIMALS.fullmatch(found[1]):
        return None
    written, mark = found[1], found["mark"]
    if mark is not None:
        written = written.replace(mark, "")
    read = number(written)
    return None if read is None else (read, (found[3] or "").strip())


def whole(value: object) -> int | None:
    """A whole number, also from text; None if it is none, or too large to be one exactly as a float."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() and abs(found) < 2**53 else None


def boolean(value: object) -> bool | None:
    """True or False, also from those words in any case."""
    if isinstance(value, str):
        return _BOOLEAN.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def date(value: object) -> datetime | None:
    """A moment in UTC from ISO 8601; one without a zone is taken as UTC. The year 1 stands for no date."""
    if isinstance(value, datetime):
        return value
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 64 else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = (found.group(8) or "Z").upper()
    text = f"{(found.group(7) or '0')[:6]:0<6}"
    try:
        moment = datetime(
            year, month, day, hour, minute, second, int(text),
            tzinfo=UTC if zone == "Z" else datetime.strptime(zone, "%z").tzinfo,
        ).astimezone(UTC)  # fmt: skip
    except (ValueError, OverflowError):
        return None
    return moment if moment.year > 1 else None


def text(value: object) -> str | None:
    """Text as it came; whole numbers without a point; nothing for nothing."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    found = value if isinstance(value, str) else str(value)
    # Half a character, which JSON may hold and Arrow, where pandas keeps its texts in it, may not.
    return found if found.isascii() else _HALF.sub("\ufffd", found)


_READ = {"number": number, "integer": whole, "boolean": boolean, "date": date, "text": text, "category": text}


def column(
    values: Sequence[Any], kind: Kind, *, index: pd.Index[Any], name: str = "", problems: list[Problem] | None = None
) -> pd.Series[Any]:
    """The values as one typed column; those that are there but cannot be read are missing in it and in `problems`.

    Dtypes: `str`, `category`, `float64`, `Int64`, `boolean`, `datetime64[us, UTC]`.
    """
    read = _READ[kind]
    found = [read(value) for value in values]
    if problems is not None:
        missed = [
            row
            for row, (value, typed) in enumerate(zip(values, found, strict=True))
            if typed is None and value is not None and value != "" and not _no_date(kind, value)
        ]
        problems.extend(Problem(str(index[row]), name, str(values[row])[:200]) for row in missed)
    return pd.Series(_array(found, kind), index=index, name=name)


def infer(values: Iterable[Any]) -> Kind:
    """The narrowest kind that every value there is can be read as; text where there is none."""
    seen = [value for value in values if value is not None and value != ""]
    if not seen:
        return "text"
    if all(boolean(value) is not None for value in seen):
        return "boolean"
    # "007" and "1.10" are names that happen to be digits.
    if all(number(value) is not None and not _is_name(value) for value in seen):
        counted = all(
            isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdigit()) for value in seen
        )
        return "integer" if counted and all(whole(value) is not None for value in seen) else "number"
    if all(_is_date(value) for value in seen):
        return "date"
    return "text"


def ordered(values: Sequence[Any], known: Sequence[str], *, index: pd.Index[Any], name: str = "") -> pd.Series[Any]:
    """An ordered categorical of `known` values, compared without case; unknown ones are kept and come last."""
    spelled = {word.lower(): word for word in known}
    found = [None if (word := text(value)) is None else spelled.get(word.strip().lower(), word) for value in values]
    more = sorted({word for word in found if word is not None and word not in known})
    return pd.Series(pd.Categorical(found, categories=[*known, *more], ordered=True), index=index, name=name)


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """A name in snake_case: "dueDate" is due_date, "U-value" u_value, "sizeInMB" size_in_mb."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"_+", "_", re.sub(r"\W", "_", name)).strip("_").lower() or "unnamed"


def pick(item: Mapping[str, Any], *names: str) -> Any:
    """The first of these keys that has a value, compared without case: the service spells some in two ways."""
    for name in names:
        if item.get(name) is not None:
            return item[name]
    wanted = {name.lower() for name in names}
    return next((value for key, value in item.items() if value is not None and key.lower() in wanted), None)


def _array(found: list[Any], kind: Kind) -> Any:
    if kind == "number":
        return pd.array([math.nan if value is None else value for value in found], dtype="float64")
    if kind == "integer":
        return pd.array(found, dtype="Int64")
    if kind == "boolean":
        return pd.array(found, dtype="boolean")
    if kind == "date":
        return pd.DatetimeIndex(found, dtype="datetime64[us, UTC]")
    texts = pd.array(found, dtype="str")
    return pd.Categorical(texts) if kind == "category" else texts


def _is_name(value: object) -> bool:
    return isinstance(value, str) and re.match(r"[+-]?0\d", value.strip()) is not None


def _is_date(value: object) -> bool:
    return date(value) is not None or _no_date("date", value)


def _no_date(kind: Kind, value: object) -> bool:
    """The two spellings of "no date"."""
    return kind == "date" and isinstance(value, str) and value.startswith(("0001-01-01", "0000-00-00"))

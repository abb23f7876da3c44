"""What a person says of an issue, as the service is to be sent it; refused, in words, where it cannot be that. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

import pandas as pd

from bimplus_nb.frames.issues import PRIORITY, STATUS, TYPE
from bimplus_nb.frames.values import date as moment
from bimplus_nb.text import plain

NO_DATE: Final = "0001-01-01T00:00:00Z"
"""How the service says that there is no date (its documents' samples); null is not sent at all."""

TEXTS: Final = ("name", "description", "classification", "tag", "solution")
CHOICES: Final = {"status": STATUS, "priority": PRIORITY, "type": TYPE}
FIELDS: Final = (*TEXTS, *CHOICES, "due", "responsible")
"""What of an issue can be changed, as the columns of the table are called."""

Point = Sequence[float]
"""x, y, z: mm, Y up, world; of a direction without a unit."""


def value(field: str, said: object, also: Iterable[str] = ()) -> str:
    """A field's value as the service is to be sent it: text or an ISO date; not of who is responsible.

    `also`: values beside those of the documents that a choice may have. Raises ValueError.
    """
    if said is not None and pd.api.types.is_scalar(said) and pd.isna(said):  # type: ignore[call-overload]
        said = None
    if field in TEXTS:
        return text(field, said)
    return choice(field, said, also) if field in CHOICES else due(said)


def absent(field: str) -> Any:
    """What takes a field away."""
    return NO_DATE if field == "due" else [] if field == "responsible" else ""


def arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the API's methods take them. An older service knows one `responsible` only, so both are sent."""
    found = dict(values)
    if "responsible" in found:
        ids = found.pop("responsible")
        found |= {"responsibles": ids} | ({"responsible": ids[0]} if ids else {})
    return found


def text(field: str, said: object) -> str:
    """A text; "" takes it away, which a name cannot be."""
    found = "" if said is None else str(said)
    if field == "name" and not found.strip():
        raise ValueError("an issue must have a name")
    return found


def choice(field: str, said: object, also: Iterable[str] = ()) -> str:
    """One of the documents' values, or of those that are there."""
    known = {word.lower(): word for word in (*also, *CHOICES[field])}
    found = "" if said is None else str(said).strip()
    if not found and field == "priority":
        return ""
    if found.lower() not in known:
        raise ValueError(f"{plain(found, 40)!r} is no {field}; there are {', '.join(CHOICES[field])}")
    return known[found.lower()]


def due(said: object) -> str:
    """When it is due; a day without a time means its end, and without a zone it is UTC. None takes the date away."""
    if said is None or said is pd.NaT or (isinstance(said, str) and not said.strip()):
        return NO_DATE
    if isinstance(said, str):
        found = moment(said)
        if found is not None and len(said.strip()) == len("2026-01-31"):
            said = found.date()
        elif found is not None:
            said = found
    if isinstance(said, date) and not isinstance(said, datetime):
        said = datetime.combine(said, time(23, 59, 59))
    if not isinstance(said, datetime):
        raise ValueError(f"{plain(said, 40)!r} is no date; write 2026-03-31 or 2026-03-31T10:00:00Z")
    aware = said if said.tzinfo else said.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def vector(said: Point, what: str, *, unit: bool = False) -> tuple[float, float, float]:
    """Three finite numbers; with `unit` 1 long."""
    try:
        x, y, z = (float(one) for one in said)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be three numbers, x, y, z") from None
    if not all(map(math.isfinite, (x, y, z))):
        raise ValueError(f"{what} must be three finite numbers, x, y, z")
    length = math.hypot(x, y, z) if unit else 1.0
    if not length:
        raise ValueError(f"{what} points nowhere")
    return x / length, y / length, z / length

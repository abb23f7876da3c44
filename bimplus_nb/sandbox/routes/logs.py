"""The log of requests, of which everybody sees their own. Source: Bimplus documentation, Log Service.

The documents show lines of other users too; whose they may be they do not say, so the sandbox gives away nobody's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bimplus_nb.sandbox.fields import stamp
from bimplus_nb.sandbox.problem import bad
from bimplus_nb.sandbox.wire import Ask, Table

table = Table()

_FORMATS = {8: ("%Y%m%d", timedelta(days=1)), 12: ("%Y%m%d%H%M", timedelta(minutes=1))}


@table.get("/logs")
def every(ask: Ask) -> Any:
    return ask.service.logbook.lines(ask.user["id"])


@table.get("/logs/{start}/{end}")
def between(ask: Ask) -> Any:
    """The lines of a time span in UTC, the named days or minutes included."""
    (start, _), (last, unit) = _moment(ask, "start"), _moment(ask, "end")
    if last < start:
        raise bad("The end must not lie before the start.")
    begin, end = stamp(start), stamp(last + unit)
    return [line for line in ask.service.logbook.lines(ask.user["id"]) if begin[:-1] <= line["date"] < end[:-1]]


def _moment(ask: Ask, name: str) -> tuple[datetime, timedelta]:
    text = ask.path[name]
    form, unit = _FORMATS.get(len(text), ("", timedelta()))
    try:
        if not (form and text.isascii() and text.isdigit()):
            raise ValueError
        when = datetime.strptime(text, form).replace(tzinfo=UTC)
        return when, min(unit, datetime.max.replace(tzinfo=UTC) - when)
    except ValueError:
        raise bad(f"The {name} must be a day, yyyyMMdd, or a minute, yyyyMMddHHmm.") from None

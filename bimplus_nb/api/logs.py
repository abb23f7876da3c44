"""Log of the service: what one's own requests did there and how long they took."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from bimplus_nb.api.service import Service
from bimplus_nb.records import Records


class Logs(Service):
    """What the service noted of one's requests. Ask for a time span: the whole log is long (Bimplus documentation, Log
    Service)."""

    def all(self) -> Records:
        """The whole log; `between` asks for less.

        ``GET logs``
        """
        return self._many("GET", "logs")

    def between(self, start: date, end: date) -> Records:
        """The log from one day, or with datetimes one minute, to another.

        `start` and `end` belong to it. A datetime with a zone is sent as UTC.

        ``GET logs/{}/{}``
        """
        return self._many("GET", "logs/{}/{}", _digits(start), _digits(end))


def _digits(when: date) -> str:
    """A day or minute as the documents write it: yyyyMMdd or yyyyMMddHHmm."""
    if isinstance(when, datetime) and when.tzinfo:
        when = when.astimezone(UTC)
    return re.sub(r"\D", "", when.isoformat()[:16])

"""The sandbox's own log of requests, as its Log Service serves it. Source: Bimplus documentation, Log Service.

Addresses are kept without their query, which may hold a token.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bimplus_nb.sandbox.fields import stamp
from bimplus_nb.sandbox.wire import Record

_LINES = 20_000
_PATH = 500


@dataclass(slots=True)
class Logbook:
    """The last lines. Safe to use from several threads."""

    _lines: deque[Record] = field(default_factory=lambda: deque(maxlen=_LINES))
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def request(self, request_id: str, user: Record | None, method: str, path: str, status: int, took: float) -> None:
        """A request that was answered: `took` seconds, by `user` if somebody was signed in."""
        what = f"{method} {path[:_PATH]}"
        took_ms = round(took * 1000)
        for message in (f"BEGIN Request ({what})", f"END Request ({what}) with StatusCode {status}; took {took_ms} ms"):
            self._lines.append(
                {
                    "id": next(self._numbers),
                    "server": "SANDBOX",
                    "date": stamp(datetime.now(UTC)),
                    "requestid": request_id,
                    "thread": str(threading.get_ident()),
                    "level": "INFO" if status < 500 else "ERROR",
                    "logger": "PerformanceLog.ServiceLog",
                    "message": message,
                    "exception": "",
                    "userid": user["id"] if user else "",
                    "clientid": "",
                    "executiontime": str(took_ms),
                }
            )

    def lines(self, user: str) -> list[Record]:
        """What a user's own requests left, oldest first."""
        return [line for line in list(self._lines) if line["userid"] == user]

"""How the sandbox says no: one shape for every refusal.

The documents give no error answer at all. The sandbox answers, for every status of 400 and above,
``{"error": "not_found", "message": "what was asked and why not", "status": 404, "requestId": "..."}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus


class Problem(Exception):
    """A request that cannot be served, with the status and the words of the answer."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def shape(status: int, message: str, request_id: str) -> dict[str, str | int]:
    """The body of a refusal."""
    try:
        error = HTTPStatus(status).phrase.lower().replace(" ", "_")
    except ValueError:
        error = "error"
    return {"error": error, "message": message, "status": status, "requestId": request_id}


def bad(message: str) -> Problem:
    return Problem(400, message)


def forbidden(message: str) -> Problem:
    return Problem(403, message)


def missing(what: str, name: str) -> Problem:
    """The same words for what does not exist and for what this user may not see."""
    return Problem(404, f"There is no {what} {name[:80]!r} here, or it is not yours to see.")


def conflict(message: str) -> Problem:
    return Problem(409, message)

"""What an answer of the service means: a value, or an error of our tree. Pure: status, headers and bytes in.

No error answer is documented (Bimplus documentation, whole), so a refusal of any shape is read: JSON with any of the
usual keys, a list of such, HTML of a proxy, plain text, nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bimplus_nb.errors import (
    ApiError,
    BimplusError,
    Conflict,
    Forbidden,
    LoginError,
    NotFound,
    RateLimited,
    ServerError,
)
from bimplus_nb.text import plain


def interpret(status: int, headers: Mapping[str, str], body: bytes, *, method: str = "GET", path: str = "") -> Any:
    """The value an answer carries, or the error it means. Pure.

    `headers` are named in lower case. A success without a body is None. One whose body is not JSON is an error: a
    proxy's or a login page's HTML must not pass for data.
    """
    error = refusal(status, headers, body, method=method, path=path)
    if error is not None:
        raise error
    if not body.strip():
        return None
    value = _parsed(body)
    if isinstance(value, _Unreadable):
        kind = headers.get("content-type", "an unnamed kind").partition(";")[0]
        raise ApiError(
            f"{method} {path}: {status}, but the answer is {plain(kind, 60)} instead of JSON. "
            "Is the address that of the service, and does no proxy answer in its place?",
            status=status, method=method, path=path, body=value.text,
        )  # fmt: skip
    return value


def refusal(
    status: int, headers: Mapping[str, str], body: bytes, *, method: str = "GET", path: str = ""
) -> BimplusError | None:
    """The error that an answer means, None for a success (2xx and 304). Pure."""
    if status < 300 or status == 304:
        return None
    parsed = _parsed(body)
    value: object = parsed.text if isinstance(parsed, _Unreadable) else parsed
    request_id = _request_id(headers, value)
    said = _message(value)
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    text = f"{method} {path}: {status} {phrase}" + (f": {said}" if said else "") + f". {_advice(status, headers)}"
    if request_id:
        text += f" (request id {request_id})"
    if status == 401:
        return LoginError(text)
    kind = _ERRORS.get(status, ServerError if status >= 500 else ApiError)
    return kind(text, status=status, method=method, path=path, body=value, request_id=request_id)


_ERRORS: dict[int, type[ApiError]] = {403: Forbidden, 404: NotFound, 409: Conflict, 429: RateLimited}
# No error answer is documented, so every spelling in use is looked for.
_MESSAGE_KEYS = ("message", "error_description", "error", "detail", "title", "errors")
_ID_KEYS = ("requestid", "correlationid", "traceid")
_ID_HEADERS = ("x-request-id", "x-correlation-id", "request-id")
# Team answers carry the connection string of the team's database, password included (Bimplus documentation, Team
# Service). It is dropped here, before anything can keep or print it.
_SECRET = "teamworksconnection"


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A body that is not JSON, as bounded text."""

    text: str


def _parsed(body: bytes) -> Any:
    try:
        if _SECRET.encode() in body.lower():
            return json.loads(body, object_hook=_without_secret)
        return json.loads(body)
    except (ValueError, RecursionError):
        return _Unreadable(body[: 1 << 16].decode("utf-8", "replace"))


def _without_secret(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key.lower() != _SECRET}


def _message(value: object) -> str:
    """What a refusal says in words, found in JSON of any shape, HTML or text."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            lower = {str(key).lower(): item for key, item in value.items()}
            value = next((lower[key] for key in _MESSAGE_KEYS if lower.get(key)), None)
    if not isinstance(value, str):
        return ""
    if "<" in value:
        title = re.search(r"<title[^>]*>([^<]{1,500})", value, re.IGNORECASE)
        value = title.group(1) if title else re.sub(r"<[^>]{0,500}>", " ", value[:4096])
    return plain(" ".join(value[:2048].split()), 300).rstrip(".")


def _request_id(headers: Mapping[str, str], value: object) -> str | None:
    found = next((headers[name] for name in _ID_HEADERS if headers.get(name)), None)
    if found is None and isinstance(value, dict):
        found = next((str(item) for key, item in value.items() if str(key).lower() in _ID_KEYS and item), None)
    return plain(found, 80) if found else None


def _advice(status: int, headers: Mapping[str, str]) -> str:
    if status == 401:
        return "Nobody is signed in, or the sign-in has ended: await client.login()."
    if status == 403:
        return "This user may not do that; a project admin can give the right."
    if status == 404:
        return "It does not exist, or this user may not see it."
    if status == 409:
        return "It exists already, or somebody changed it meanwhile: read it again."
    if status == 429:
        pause = headers.get("retry-after", "")
        return f"Too many requests: wait {pause + ' seconds' if pause.isdecimal() else 'a while'}."
    if status < 400:
        return "It points to another address, which is not followed. Check the address of the service."
    if status >= 500:
        return "The service failed on its side; try again later."
    return "Check what was sent."

"""Requests to one service: address, sign-in, time limits, repetition, size limits; and what an answer means.

`Http` is the edge that sends; `interpret` is the pure middle that turns status, headers and bytes into a value or an
error. Nobody else maps a status to an error, repeats a request or opens a connection.

Rules for repetition: only GET, HEAD, PUT and DELETE, at most three times, after a refusal that asks for it (429, 502,
503, 504; `Retry-After` is kept, up to half a minute) or a failed connection. A POST is never sent twice.

Longer than most files because all that decides about a request and an answer is meant to be read in one place.
"""

from __future__ import annotations

import json
import re
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from httpx_retries import Retry, RetryTransport

from bimplus_nb._version import __version__
from bimplus_nb.errors import (
    ApiError,
    BimplusError,
    Conflict,
    ConnectionFailed,
    Forbidden,
    LoginError,
    NotFound,
    RateLimited,
    ServerError,
)
from bimplus_nb.text import plain

Progress = Callable[[int, int | None], None]
"""Called while an answer arrives: bytes so far, bytes expected (None where the service does not say)."""

LIMIT = 2 << 30
"""Bytes of one answer, unpacked. A layer of 100,000 objects in one piece stays far below."""

_REFUSAL_LIMIT = 1 << 20
_REPEATABLE = ("GET", "HEAD", "PUT", "DELETE")
_RETRY = Retry(total=3, allowed_methods=_REPEATABLE, backoff_factor=0.5, max_backoff_wait=30, total_timeout=60)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (names in lower case), the bytes, unpacked, and the path that was asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    path: str = ""

    @property
    def etag(self) -> str | None:
        """What names this state of the thing; send it as `etag=` next time, to be told when nothing changed."""
        return self.headers.get("etag")


class Http:
    """Requests below one base URL.

    `auth` adds the sign-in to each request; `team` fills the slot ``{team}`` of a path, as text or as a function that
    is asked when first needed. `timeout` is in seconds and holds for each silence, not for a whole download.
    May be used from many threads.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        team: str | Callable[[], str] | None = None,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base_url = secure_url(base_url).rstrip("/")
        self._auth = auth
        self._team = team
        self._timeout = timeout
        self._session = open_session(self.base_url, timeout=timeout, transport=transport)

    def __repr__(self) -> str:
        return f"<Http {urlsplit(self.base_url).netloc}>"

    @property
    def team(self) -> str:
        """Slug of the team that ``{team}`` stands for."""
        if callable(self._team):
            self._team = self._team()
        if self._team is None:
            raise ValueError("No team is chosen.")
        return self._team

    @team.setter
    def team(self, slug: str | Callable[[], str]) -> None:
        self._team = slug

    def for_team(self, slug: str | Callable[[], str]) -> Http:
        """The same service, sign-in and connections, for another team."""
        other = object.__new__(Http)
        other.__dict__.update(self.__dict__, _team=slug)
        return other

    def close(self) -> None:
        """Close the connections; those for other teams are the same."""
        self._session.close()

    def json(
        self,
        method: str,
        path: str,
        *ids: str | int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Any:
        """The value of an answer in JSON; None for an empty one. For `path` and the rest see `send`."""
        answer = self.send(method, path, *ids, params=params, body=body)
        return interpret(answer.status, answer.headers, answer.body, method=method, path=answer.path)

    def send(
        self,
        method: str,
        path: str,
        *ids: str | int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        etag: str | None = None,
        limit: int = LIMIT,
        progress: Progress | None = None,
    ) -> Answer:
        """An answer that is no refusal, as bytes.

        `path` is relative to the base URL; each ``{}`` in it takes the next of `ids`, percent-quoted. Entries of
        `params` and of a `body` that are None are not sent. With `etag` the answer may be a 304 without bytes.

        Raises `LoginError` (401), an `ApiError` (any other refusal, or an answer above `limit` bytes) and
        `ConnectionFailed`. Their messages name the path without its query.
        """
        url = self.base_url + fill(path, ids, lambda: self.team)
        content = None if body is None else json.dumps(_given(body), allow_nan=False).encode()
        headers = {"Content-Type": "application/json"} if content is not None else {}
        if etag is not None:
            headers["If-None-Match"] = etag
        request = self._session.build_request(
            method, url, params=_given(params or {}), content=content, headers=headers
        )
        answer = self._receive(request, limit, progress)
        error = refusal(answer.status, answer.headers, answer.body, method=method, path=answer.path)
        if error is not None:
            raise error
        return answer

    def _receive(self, request: httpx.Request, limit: int, progress: Progress | None) -> Answer:
        """Send; once more where a download broke off in the middle, which the transport does not see."""
        broken: Exception = httpx.RemoteProtocolError("")
        for _ in range(2 if request.method in ("GET", "HEAD") else 1):
            try:
                return self._receive_once(request, limit, progress)
            except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                broken = error
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                broken = error
                break
        # Outside the handler, so that no frame of the HTTP library (whose variables hold the headers) is chained.
        raise failure(broken, request.method, request.url, self._timeout)

    def _receive_once(self, request: httpx.Request, limit: int, progress: Progress | None) -> Answer:
        response = self._session.send(request, stream=True, auth=self._auth)
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            refused = response.status_code >= 300
            body = bytearray()
            total = int(headers["content-length"]) if _counts(headers) else None
            for chunk in response.iter_bytes():
                body += chunk
                if refused and len(body) > _REFUSAL_LIMIT:
                    break
                if len(body) > limit:
                    raise ApiError(
                        f"{request.method} {request.url.path}: the answer is larger than {limit:,} bytes.",
                        status=response.status_code, method=request.method, path=request.url.path,
                    )  # fmt: skip
                if progress is not None:
                    progress(len(body), total)
        finally:
            response.close()
        # A service that quotes what it was sent must not bring the token into an error message.
        sent = request.headers.get("Authorization", "").partition(" ")[2].encode() if refused else b""
        content = bytes(body).replace(sent, b"...") if sent else bytes(body)
        return Answer(response.status_code, headers, content, request.url.path)


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


def failure(error: Exception, method: str, url: httpx.URL, timeout: float) -> ConnectionFailed:
    """What to tell about a request that got no whole answer. Never the library's own words: they may hold headers."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        text = "its certificate is not trusted here. Behind a company's proxy, name its certificates in SSL_CERT_FILE."
    elif isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)):
        text = "no connection. Check the address and the network, and HTTPS_PROXY where a proxy is needed."
    elif isinstance(error, httpx.TimeoutException):
        text = f"no answer within {timeout:g} seconds. Try again, or give more time: connect(…, timeout=…)."
    elif isinstance(error, httpx.DecodingError):
        text = "the answer cannot be unpacked."
    elif isinstance(error, (httpx.LocalProtocolError, httpx.InvalidURL, httpx.UnsupportedProtocol)):
        text = "the request cannot be sent as it is: its address or a header is not valid."
    else:
        text = "the connection broke off before the whole answer was there. Try again."
    if method not in _REPEATABLE and not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        text += " It may have been carried out: look before you repeat it."
    return ConnectionFailed(f"{method} {url.path} at {url.netloc.decode()}: {text}")


def fill(template: str, ids: tuple[str | int, ...], team: Callable[[], str]) -> str:
    """A path with its slots filled, beginning with a slash.

    Raises ValueError where ids and slots do not match in number, or an id would change the path itself.
    """
    values = iter(ids)

    def value(slot: re.Match[str]) -> str:
        text = team() if slot.group() == "{team}" else str(next(values, ""))
        if text in ("", ".", ".."):
            raise ValueError(f"{template}: {text!r} is no id.")
        return quote(text, safe="")

    path = re.sub(r"\{team\}|\{\}", value, template)
    if next(values, None) is not None:
        raise ValueError(f"{template}: more ids were given than it takes.")
    return "/" + path.lstrip("/") if path else ""


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where there is no line to listen in on."""
    return urlsplit(url).hostname in _LOOPBACK


def secure_url(url: str) -> str:
    """The URL itself if it is https, or http on this machine; else a ValueError."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(f"{plain(parts.hostname or url)}: an address such as https://api.bimplus.net/v2 is expected.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise ValueError(f"{parts.hostname}: the service is spoken to over https only.")
    return url


def open_session(url: str, *, timeout: float = 30.0, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Connections to the host of `url`, with time limits and repetition; redirects are not followed."""
    if transport is None:
        host = urlsplit(url)
        # httpx looks for proxies in the environment only where it makes its own transport.
        direct = is_loopback(url) or proxy_bypass(host.hostname or "")
        transport = httpx.HTTPTransport(
            verify=host.scheme == "https",  # else there is nothing to verify, and reading certificates takes long
            proxy=None if direct else getproxies().get(host.scheme),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
        )
    session = httpx.Client(
        transport=RetryTransport(transport, retry=_RETRY),
        timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=max(timeout, 60.0)),
        headers={"User-Agent": f"bimplus-nb/{__version__}", "Accept": "application/json"},
        follow_redirects=False,
    )
    # A notebook forgets its clients without closing them; their sockets shall not wait for the end of the kernel.
    weakref.finalize(session, transport.close)
    return session


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


def _given(values: Any) -> Any:
    return {key: value for key, value in values.items() if value is not None} if isinstance(values, Mapping) else values


def _counts(headers: Mapping[str, str]) -> bool:
    """Whether Content-Length counts the bytes that will be seen."""
    return headers.get("content-length", "").isdecimal() and "content-encoding" not in headers

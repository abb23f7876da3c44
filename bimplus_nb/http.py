"""Requests to one service: address, sign-in, time limits, repetition, size limits.

`Http` is the edge that sends; `answers` turns status, headers and bytes into a value or an error. Nobody else repeats a
request or opens a connection.

Rules for repetition: only GET, HEAD, PUT and DELETE, at most three times, after a refusal that asks for it (429, 502,
503, 504; `Retry-After` is kept, up to half a minute) or a failed connection. A POST is never sent twice.

Longer than most files because all that decides about a request is meant to be read in one place.
"""

from __future__ import annotations

import json
import re
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import IO, Any, Literal
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from httpx_retries import Retry, RetryTransport

from bimplus_nb._version import __version__
from bimplus_nb.answers import interpret, refusal
from bimplus_nb.cache import Cache
from bimplus_nb.errors import ApiError, ConnectionFailed
from bimplus_nb.secrecy import sealed, without
from bimplus_nb.text import plain

Progress = Callable[[int, int | None], None]
"""Called while an answer arrives: bytes so far, bytes expected (None where the service does not say)."""

Readable = IO[bytes]
"""A file to send."""

LIMIT = 2 << 30
"""Bytes of one answer, unpacked. A layer of 100,000 objects in one piece stays far below."""

_REFUSAL_LIMIT = 1 << 20
_REPEATABLE = ("GET", "HEAD", "PUT", "DELETE")
_RETRY = Retry(total=3, allowed_methods=_REPEATABLE, backoff_factor=0.5, max_backoff_wait=30, total_timeout=60)
_KNOWN = "If-None-Match"
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (names in lower case), the bytes, unpacked, and the path that was asked."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # one may set a cookie
    body: bytes = field(repr=False)
    path: str = ""

    @property
    def etag(self) -> str | None:
        """What names this state of the thing; send it as `etag=` next time, to be told when nothing changed."""
        return self.headers.get("etag")

    def json(self, method: str = "GET") -> Any:
        """Its value in JSON; None for an empty one, an ApiError for anything else."""
        return interpret(self.status, self.headers, self.body, method=method, path=self.path)


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that is still arriving: its bytes come in `pieces`."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    pieces: Iterator[bytes] = field(repr=False)
    path: str = ""


class Http:
    """Requests below one base URL.

    `auth` adds the sign-in to each request; `team` fills the slot ``{team}`` of a path, as text or as a function that
    is asked when first needed. `timeout` is in seconds and holds for each silence, not for a whole download. `cache` is
    asked for where answers are kept of whoever is signed in; None where nothing is kept. May be used from many threads.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        team: str | Callable[[], str] | None = None,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
        cache: Callable[[], Cache | None] = lambda: None,
    ) -> None:
        self.base_url = secure_url(base_url).rstrip("/")
        self._auth = auth
        self._team = team
        self._timeout = timeout
        self._cache = cache
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

    @sealed
    def json(
        self,
        method: str,
        path: str,
        *ids: str | int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        keep: bool = False,
        signed: bool = True,
    ) -> Any:
        """The value of an answer in JSON; None for an empty one. For `path` and the rest see `send`."""
        answer = self.send(method, path, *ids, params=params, body=body, headers=headers, keep=keep, signed=signed)
        return answer.json(method)

    @sealed
    def send(
        self,
        method: str,
        path: str,
        *ids: str | int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, Readable, str]] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        keep: bool = False,
        limit: int = LIMIT,
        progress: Progress | None = None,
        signed: bool = True,
    ) -> Answer:
        """An answer that is no refusal, as bytes.

        `path` is relative to the base URL; each ``{}`` in it takes the next of `ids`, percent-quoted. Entries of
        `params` and of a `body` that are None are not sent. Instead of a `body` in JSON a request may carry a `form`
        with `files` (name, stream, kind; streamed), or plain `content`. With `etag` the answer may be a 304 without
        bytes. `keep` is for large answers that seldom change: kept on the disk, they are sent again only when they have
        changed; this cannot be seen here. `signed=False` leaves the sign-in out.

        Raises `LoginError` (401), an `ApiError` (any other refusal, or an answer above `limit` bytes) and
        `ConnectionFailed`. Their messages name the path without its query.
        """
        if body is not None:
            content, headers = _in_json(body, headers)
        if etag is not None:
            headers = {_KNOWN: etag, **(headers or {})}
        request = self._session.build_request(
            method, self._url(path, ids), params=_given(params or {}), content=content, data=form, files=files,
            headers=headers,
        )  # fmt: skip

        def ask() -> Answer:
            answer = self._receive(request, limit, progress, self._auth if signed else None, _secrets(body))
            error = refusal(answer.status, answer.headers, answer.body, method=method, path=answer.path)
            if error is not None:
                raise error
            return answer

        cache = self._cache() if keep and signed and _KNOWN not in request.headers else None
        answer = ask() if cache is None else self._kept(cache, request, ask)
        if cache is not None and progress is not None and _KNOWN in request.headers:
            progress(len(answer.body), len(answer.body))
        return answer

    def _kept(self, cache: Cache, request: httpx.Request, ask: Callable[[], Answer]) -> Answer:
        """What `ask` gets for this request, its bytes from the cache where the service says that they still stand."""
        question = str(request.url)
        held = cache.get(question)
        if held is not None:
            # Without the mark of a weak one, as the published JavaScript SDK 1.0.56 sends it.
            request.headers[_KNOWN] = held.etag.removeprefix("W/")
        answer = ask()
        mine = self._cache() is cache  # else somebody else has signed in meanwhile
        if held is not None and answer.status == 304:
            if mine:
                return replace(answer, status=200, headers=held.headers, body=held.body)
            del request.headers[_KNOWN]
            return ask()
        if mine and answer.status == 200:
            cache.put(question, answer.headers, answer.body)
        return answer

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        *ids: str | int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Stream]:
        """An answer that is no refusal, while it arrives: ``with http.stream("GET", …) as answer``.

        Raises as `send`, also from the loop over its pieces.
        """
        content = None
        if body is not None:
            content, headers = _in_json(body, headers)
        request = self._session.build_request(
            method, self._url(path, ids), params=_given(params or {}), content=content, headers=headers
        )
        broken: Exception | None = None
        response: httpx.Response | None = None
        try:
            response = self._begin(request, self._auth)
            named = {name.lower(): value for name, value in response.headers.items()}
            if response.status_code >= 300:
                refused = _within(response.iter_bytes(), _REFUSAL_LIMIT)
                error = refusal(
                    response.status_code, named, _scrubbed(refused, request, ()), method=method, path=request.url.path
                )
                if error is not None:
                    raise error
            yield Stream(response.status_code, named, response.iter_bytes(1 << 16), request.url.path)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            broken = error
        finally:
            if response is not None:
                response.close()
        if broken is not None:
            # Outside the handler, so that no frame of the HTTP library (whose variables hold the headers) is chained;
            # where the loop over the pieces broke off, it is chained all the same, as what the with-statement handles.
            raise failure(broken, method, request.url, self._timeout) from None

    @sealed
    def _begin(self, request: httpx.Request, auth: httpx.Auth | None) -> httpx.Response:
        return self._session.send(request, stream=True, auth=auth)

    def _url(self, path: str, ids: tuple[str | int, ...]) -> str:
        return self.base_url + fill(path, ids, lambda: self.team)

    def _receive(
        self,
        request: httpx.Request,
        limit: int,
        progress: Progress | None,
        auth: httpx.Auth | None,
        secrets: Sequence[str],
    ) -> Answer:
        """Send; once more where a download broke off in the middle, which the transport does not see."""
        broken: Exception = httpx.RemoteProtocolError("")
        for _ in range(2 if request.method in ("GET", "HEAD") else 1):
            try:
                return self._receive_once(request, limit, progress, auth, secrets)
            except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                broken = error
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                broken = error
                break
        # Outside the handler, so that no frame of the HTTP library (whose variables hold the headers) is chained.
        raise failure(broken, request.method, request.url, self._timeout)

    def _receive_once(
        self,
        request: httpx.Request,
        limit: int,
        progress: Progress | None,
        auth: httpx.Auth | None,
        secrets: Sequence[str],
    ) -> Answer:
        response = self._begin(request, auth)
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
        content = _scrubbed(bytes(body), request, secrets) if refused else bytes(body)
        return Answer(response.status_code, headers, content, request.url.path)


def failure(error: Exception, method: str, url: httpx.URL, timeout: float) -> ConnectionFailed:
    """What to tell about a request that got no whole answer. Never the library's own words: they may hold headers."""
    if _UNTRUSTED in str(error):
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
    transport = transport or _transport(url)
    session = httpx.Client(
        transport=RetryTransport(transport, retry=_RETRY),
        timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=max(timeout, 60.0)),
        headers={"User-Agent": f"bimplus-nb/{__version__}", "Accept": "application/json"},
        follow_redirects=False,
    )
    # A notebook forgets its clients without closing them; their sockets shall not wait for the end of the kernel.
    weakref.finalize(session, transport.close)
    return session


def proxy_for(url: str) -> str | None:
    """The proxy that requests to this address go through, as the environment or the system names it."""
    host = urlsplit(url)
    # httpx looks for proxies in the environment only where it makes its own transport.
    return None if is_loopback(url) or proxy_bypass(host.hostname or "") else getproxies().get(host.scheme)


def _transport(url: str) -> httpx.HTTPTransport:
    return httpx.HTTPTransport(
        verify=urlsplit(url).scheme == "https",  # else there is nothing to verify, and reading certificates takes long
        proxy=proxy_for(url),
        limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
    )


@dataclass(frozen=True, slots=True)
class Knock:
    """What came of one request without a sign-in: status and headers of the answer (0 and none without one), and what
    was in the way."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    trouble: Literal["", "certificate", "connection"] = ""


def knock(url: str, *, timeout: float = 5.0) -> Knock:
    """One request to see whether anybody answers there; not repeated, and no failure raises. `timeout` in seconds."""
    try:
        with (
            httpx.Client(transport=_transport(secure_url(url)), timeout=timeout) as session,
            session.stream("GET", url, headers={"User-Agent": f"bimplus-nb/{__version__}"}) as answer,
        ):
            return Knock(answer.status_code, {name.lower(): value for name, value in answer.headers.items()})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Knock(trouble="certificate" if _UNTRUSTED in str(error) else "connection")


def _given(values: Any) -> Any:
    return {key: value for key, value in values.items() if value is not None} if isinstance(values, Mapping) else values


def _in_json(body: Any, headers: Mapping[str, str] | None) -> tuple[bytes, dict[str, str]]:
    """A body as it is sent, and the headers with its kind."""
    return json.dumps(_given(body), allow_nan=False).encode(), {"Content-Type": "application/json", **(headers or {})}


def _secrets(body: Any) -> list[str]:
    """What a body says that must not come back in an error message: passwords and tokens."""
    if not isinstance(body, Mapping):
        return []
    return [
        value
        for key, value in body.items()
        if isinstance(value, str) and any(word in str(key).lower() for word in ("password", "token"))
    ]


def _scrubbed(body: bytes, request: httpx.Request, secrets: Sequence[str]) -> bytes:
    """A refusal's body without what was sent in confidence: a service may quote it."""
    token = request.headers.get("Authorization", "").partition(" ")[2]
    said = body.decode("utf-8", "surrogateescape")
    return without(said, (token, *secrets)).encode("utf-8", "surrogateescape")


def _within(pieces: Iterator[bytes], limit: int) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limit:
            break
    return bytes(body[:limit])


def _counts(headers: Mapping[str, str]) -> bool:
    """Whether Content-Length counts the bytes that will be seen."""
    return headers.get("content-length", "").isdecimal() and "content-encoding" not in headers

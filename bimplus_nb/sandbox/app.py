"""The service as an ASGI application: from the tables of operations to answers.

Every operation passes the same way: sign-in, body, one transaction, JSON, ETag. A handler is an ordinary function;
it never sees HTTP.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from hashlib import blake2b

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from bimplus_nb.sandbox.gate import (
    BODY_LIMIT,
    UPLOAD_LIMIT,
    Endpoint,
    Faults,
    Gate,
    form_in_disguise,
    read_body,
    read_form,
    refusal,
)
from bimplus_nb.sandbox.problem import Problem
from bimplus_nb.sandbox.sessions import Signed
from bimplus_nb.sandbox.wire import Ask, Entry, Reply, Service, Table, Upload

VERSION = "/v2"
_SCHEMES = {"bimplus", "bearer"}
_log = logging.getLogger(__name__)


class Application:
    """Turns tables of operations into an ASGI application over one service."""

    def __init__(self, service: Service, ready: Callable[[], Awaitable[None]]) -> None:
        self._service = service
        self._ready = ready

    def serve(
        self,
        tables: Sequence[Table],
        *,
        latency: float = 0.0,
        faults: Faults | None = None,
        beside: Mapping[str, ASGIApp] | None = None,
    ) -> ASGIApp:
        """The application; `beside` are other services at the same door, by the path they lie below."""
        by_path: dict[str, dict[str, Entry]] = defaultdict(dict)
        for entry in (entry for table in tables for entry in table.entries):
            by_path[VERSION + entry.path][entry.method] = entry
        routes: list[BaseRoute] = [
            Route(path, self._endpoint(found), methods=[*found]) for path, found in by_path.items()
        ]
        routes += [Mount(path, other) for path, other in (beside or {}).items()]
        return Gate(
            Starlette(routes=routes, exception_handlers={HTTPException: _unrouted}), latency=latency, faults=faults
        )

    def _endpoint(self, entries: dict[str, Entry]) -> Endpoint:
        async def answer(request: Request) -> Response:
            entry = entries["GET" if request.method == "HEAD" else request.method]
            began, user = time.perf_counter(), None
            try:
                ask = await self._ask(entry, request)
                user = ask.user or None
                response = self._answer(entry, ask, request)
            except Problem as problem:
                response = refusal(request, problem)
            except ClientDisconnect:
                return Response(status_code=499)
            except Exception:
                # A mistake of the sandbox itself; the caller still gets the shape it can read.
                _log.exception("%s %s", request.method, request.url.path)
                response = refusal(request, Problem(500, "The sandbox failed on its own side; its log says why."))
            took, path = time.perf_counter() - began, request.url.path
            self._service.logbook.request(
                request.state.request_id, user, request.method, path, response.status_code, took
            )
            return response

        return answer

    async def _ask(self, entry: Entry, request: Request) -> Ask:
        query = {name.lower(): value for name, value in request.query_params.items()}
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not entry.public or entry.method != "GET":
            await self._ready()
        # Whoever may not ask sends nothing large either.
        signed = None if entry.public else self._signed(headers, query)
        kind = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        body: bytes = b""
        form: dict[str, str] = {}
        files: dict[str, Upload] = {}
        if entry.upload and kind == "multipart/form-data":
            form, files = await read_form(request)
        else:
            body = await read_body(request, UPLOAD_LIMIT if entry.upload else BODY_LIMIT)
            if entry.upload and "content-range" not in headers and (parts := await form_in_disguise(body)):
                body, (form, files) = b"", parts
        if body and not entry.upload and kind not in {"", "application/json", "text/json"}:
            raise Problem(415, f"Content-Type {kind[:80]!r} is not understood here; send application/json.")
        user = signed.user if signed else {}
        return Ask(request.path_params, query, headers, body, form, files, self._service, user, signed)

    def _signed(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Signed:
        """The sign-in a request comes from. Header schemes `BimPlus` and `Bearer`, or `api-token` in the query.

        Source: published JavaScript SDK 1.0.56, which sends sign-in tokens under either scheme.
        """
        scheme, _, token = headers.get("authorization", "").strip().partition(" ")
        if scheme and scheme.lower() not in _SCHEMES:
            raise _unauthorized("The Authorization header must be 'BimPlus <token>' or 'Bearer <token>'.")
        token = token.strip() or query.get("api-token", "")
        if not token:
            raise _unauthorized("This needs a token: Authorization: BimPlus <token>.")
        signed = self._service.sessions.signed(token)
        if not signed:
            raise _unauthorized("The token is not valid, has expired or was revoked. Sign in again.")
        return signed

    def _answer(self, entry: Entry, ask: Ask, request: Request) -> Response:
        writes = entry.method != "GET"
        with self._service.store.transaction() if writes else nullcontext():
            reply = entry.handler(ask)
            if not isinstance(reply, Reply):
                reply = Reply(b"" if reply is None else orjson.dumps(reply), entry.status)
            headers = {"Content-Type": "application/json; charset=utf-8", **reply.headers}
            if not writes:
                body = reply.body if isinstance(reply.body, bytes) else None
                tag = reply.etag or blake2b(body or b"", digest_size=12).hexdigest()
                headers["ETag"] = f'"{tag}"' if reply.strong else f'W/"{tag}"'
                headers["Cache-Control"] = "private, no-cache"
                if _held(request.headers.get("if-none-match", ""), tag):
                    del headers["Content-Type"]
                    return Response(status_code=304, headers=headers)
            body = reply.body if isinstance(reply.body, bytes) else reply.body()
        if not body:
            del headers["Content-Type"]
        return Response(body, reply.status, headers)


def _unauthorized(message: str) -> Problem:
    return Problem(401, message, {"WWW-Authenticate": 'Bearer realm="bimplus"'})


def _held(if_none_match: str, tag: str) -> bool:
    """Whether the client says it has this ETag, with or without W/ and quotes (the vendor's client strips W/)."""
    held = {item.strip().removeprefix("W/").strip('"') for item in if_none_match.split(",")}
    return tag in held or "*" in held


async def _unrouted(request: Request, error: Exception) -> Response:
    """What no operation serves: unknown addresses and methods."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return refusal(request, Problem(405, f"{request.method} is not possible here.", error.headers))
    return refusal(request, Problem(error.status_code, f"There is nothing at {request.url.path[:200]}."))

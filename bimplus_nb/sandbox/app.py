"""The service as an ASGI application: from the tables of operations to answers.

Every operation passes the same way: sign-in, body, one transaction, JSON, ETag. A handler is an ordinary function;
it never sees HTTP.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from hashlib import blake2b

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bimplus_nb.sandbox.gate import Endpoint, Faults, Gate, read_body, refusal
from bimplus_nb.sandbox.issuer import Issuer
from bimplus_nb.sandbox.problem import Problem
from bimplus_nb.sandbox.scene import Scenes
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Ask, Entry, Record, Reply, Table

VERSION = "/v2"
_SCHEMES = {"bimplus", "bearer"}
_log = logging.getLogger(__name__)


class Service:
    """What all operations share."""

    def __init__(self, store: Store, issuer: Issuer, ready: Callable[[], Awaitable[None]]) -> None:
        self.store = store
        self.issuer = issuer
        self.scenes = Scenes(store)
        self._ready = ready

    def application(self, tables: Sequence[Table], *, latency: float = 0.0, faults: Faults | None = None) -> ASGIApp:
        by_path: dict[str, dict[str, Entry]] = defaultdict(dict)
        for entry in (entry for table in tables for entry in table.entries):
            by_path[VERSION + entry.path][entry.method] = entry
        routes = [Route(path, self._endpoint(found), methods=[*found]) for path, found in by_path.items()]
        return Gate(
            Starlette(routes=routes, exception_handlers={HTTPException: _unrouted}), latency=latency, faults=faults
        )

    def _endpoint(self, entries: dict[str, Entry]) -> Endpoint:
        async def answer(request: Request) -> Response:
            entry = entries["GET" if request.method == "HEAD" else request.method]
            try:
                return self._answer(entry, await self._ask(entry, request), request)
            except Problem as problem:
                return refusal(request, problem)
            except ClientDisconnect:
                return Response(status_code=499)
            except Exception:
                # A mistake of the sandbox itself; the caller still gets the shape it can read.
                _log.exception("%s %s", request.method, request.url.path)
                return refusal(request, Problem(500, "The sandbox failed on its own side; its log says why."))

        return answer

    async def _ask(self, entry: Entry, request: Request) -> Ask:
        query = {name.lower(): value for name, value in request.query_params.items()}
        body = await read_body(request)
        if not entry.public:
            await self._ready()
        user = {} if entry.public else self._user(request, query)
        kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
        if body and not entry.public and kind not in {"", "application/json", "text/json"}:
            raise Problem(415, f"Content-Type {kind[:80]!r} is not understood here; send application/json.")
        return Ask(request.path_params, query, body, self.store, self.issuer, self.scenes, user)

    def _user(self, request: Request, query: dict[str, str]) -> Record:
        """Whoever the token belongs to. Header schemes `BimPlus` and `Bearer`, or `api-token` in the query.

        Source: published JavaScript SDK 1.0.56, which sends sign-in tokens under either scheme.
        """
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        if scheme and scheme.lower() not in _SCHEMES:
            raise _unauthorized("The Authorization header must be 'BimPlus <token>' or 'Bearer <token>'.")
        token = token.strip() or query.get("api-token", "")
        if not token:
            raise _unauthorized("This needs a token: Authorization: BimPlus <token>.")
        username = self.issuer.username(token)
        user = username and self.store.get("user", self.issuer.users[username].id)
        if not user:
            raise _unauthorized("The token is not valid, has expired or was revoked. Sign in again.")
        return user

    def _answer(self, entry: Entry, ask: Ask, request: Request) -> Response:
        writes = entry.method != "GET"
        with self.store.transaction() if writes else nullcontext():
            reply = entry.handler(ask)
            if not isinstance(reply, Reply):
                reply = Reply(b"" if reply is None else orjson.dumps(reply), entry.status)
            headers = {"Content-Type": "application/json; charset=utf-8", **reply.headers}
            if not writes:
                body = reply.body if isinstance(reply.body, bytes) else None
                tag = reply.etag or blake2b(body or b"", digest_size=12).hexdigest()
                headers["ETag"] = f'W/"{tag}"'
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

"""What every request passes, whichever server it is for: address, Host, size, request id, cross-origin headers."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bimplus_nb.sandbox.problem import Problem, shape

BODY_LIMIT = 32 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})

Endpoint = Callable[[Request], Awaitable[Response]]

Fault = int | tuple[int, Mapping[str, str]]
"""A status to answer instead, or a status with headers ("Retry-After")."""
Faults = Mapping[str, list[Fault]] | Callable[[str, str], Fault | None]

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Total-Count, ETag, X-Request-Id",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": "600",
}


class Gate:
    """An ASGI application in front of another one. Scripts of any page may read its answers, but for `closed` paths."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        latency: float = 0.0,
        faults: Faults | None = None,
        closed: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self._closed = closed
        self._latency = latency
        self._faults = faults if callable(faults) or faults is None else _planned(faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = uuid.uuid4().hex
        scope["path"] = re.sub(r"/{2,}", "/", scope["path"]).rstrip("/") or "/"
        scope.setdefault("state", {})["request_id"] = request_id

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
                if scope["path"] not in self._closed:
                    headers.update(_CORS)
            await send(message)

        answer = self._stopped(scope)
        if self._latency:
            await asyncio.sleep(self._latency)
        await (answer or self._app)(scope, receive, tagged)

    def _stopped(self, scope: Scope) -> Response | None:
        """The answer to a request that goes no further."""
        request = Request(scope)
        # A page on another site may point its own host name at 127.0.0.1; such a name never gets in.
        if re.sub(r":\d*$", "", Headers(scope=scope).get("host", "")).lower() not in LOOPBACK:
            return refusal(request, Problem(400, "This server answers to 127.0.0.1, localhost and [::1] only."))
        if scope["method"] == "OPTIONS" and scope["path"] not in self._closed:
            return Response(status_code=204, headers=_PREFLIGHT)
        fault = self._faults(scope["method"], scope["path"]) if self._faults else None
        if fault is not None:
            status, headers = fault if isinstance(fault, tuple) else (fault, {})
            return refusal(request, Problem(status, "An injected fault.", headers))
        return None


def _planned(faults: Mapping[str, list[Fault]]) -> Callable[[str, str], Fault | None]:
    """Faults written as {"GET /v2/teams": [503, 503]}: one a request until the list is used up."""
    waiting = {key: list(plan) for key, plan in faults.items()}

    def next_one(method: str, path: str) -> Fault | None:
        plan = waiting.get(f"{method} {path}")
        return plan.pop(0) if plan else None

    return next_one


def refusal(request: Request, problem: Problem) -> JSONResponse:
    """The one shape of every refusal."""
    body: Any = shape(problem.status, problem.message, request.state.request_id)
    return JSONResponse(body, problem.status, problem.headers)


async def read_body(request: Request) -> bytes:
    """The body, at most `BODY_LIMIT` bytes of it."""
    too_large = Problem(413, f"A body may have at most {BODY_LIMIT} bytes.", {"Connection": "close"})
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_LIMIT:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise too_large
    return bytes(body)

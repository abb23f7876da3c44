"""What every request passes, whichever server it is for: address, Host, size, request id, cross-origin headers."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bimplus_nb.sandbox.problem import Problem, bad, shape
from bimplus_nb.sandbox.wire import Upload

BODY_LIMIT = 32 * 1024 * 1024
UPLOAD_LIMIT = 512 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})

Endpoint = Callable[[Request], Awaitable[Response]]

Fault = int | tuple[int, Mapping[str, str]]
"""A status to answer instead, or a status with headers ("Retry-After")."""
Faults = Mapping[str, list[Fault]] | Callable[[str, str], Fault | None]

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Total-Count, ETag, X-Request-Id, Content-Disposition",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Range, "
    "Content-Range, Content-Disposition, Chunk-FileId, pageSize, pageIndex, sortColumn, sortDirection",
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


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body, at most `limit` bytes of it."""
    return b"".join([chunk async for chunk in _stream(request, limit)])


async def read_form(request: Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """The parts of a multipart body: texts, and files, each by name."""
    return await _form(request.headers, _stream(request, UPLOAD_LIMIT))


async def form_in_disguise(body: bytes) -> tuple[dict[str, str], dict[str, Upload]] | None:
    """The parts of a multipart body that was not announced as one; None if it is none.

    The published JavaScript SDK 1.0.56 sends thumbnails of slides and files of issues so, as application/json.
    """
    boundary = body[:200].partition(b"\r\n")[0]
    if not (boundary.startswith(b"--") and body.rstrip().endswith(boundary + b"--")):
        return None

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    kind = f"multipart/form-data; boundary={boundary[2:].decode('latin-1')}"
    return await _form(Headers({"content-type": kind}), once())


async def _form(headers: Headers, stream: AsyncGenerator[bytes, None]) -> tuple[dict[str, str], dict[str, Upload]]:
    parser = MultiPartParser(headers, stream, max_files=20, max_fields=100)
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        raise bad(f"The multipart body cannot be read: {error}") from None
    texts, files = {}, {}
    for name, part in form.multi_items():
        if isinstance(part, str):
            texts[name.lower()] = part
        else:
            file_name = (part.filename or "file").replace("\\", "/").rpartition("/")[2]
            files[name] = Upload(file_name, part.content_type or "application/octet-stream", await part.read())
    await form.close()
    return texts, files


async def _stream(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    too_large = Problem(413, f"A body may have at most {limit} bytes here.", {"Connection": "close"})
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        raise too_large
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit:
            raise too_large
        yield chunk

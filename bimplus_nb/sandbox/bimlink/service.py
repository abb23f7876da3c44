"""BIMlink over HTTP: sign-in by the sandbox's own issuer, rights, paging, and the document that describes it all."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimplus_nb.sandbox.authorization import PUBLICAPI
from bimplus_nb.sandbox.bimlink import content, openapi
from bimplus_nb.sandbox.bimlink.content import Account, Member, Phase, Record
from bimplus_nb.sandbox.bimlink.openapi import OPERATIONS, Operation
from bimplus_nb.sandbox.gate import read_body
from bimplus_nb.sandbox.issuer import Issuer
from bimplus_nb.sandbox.problem import Problem

PATH = "/bimlink"
"""Where the service lies in a sandbox, beside Bimplus at the same port."""

DOCUMENT = "/swagger/v1/swagger.json"
_DISCOVERY = "/.well-known/openid-configuration"
_USUAL = 100


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a handler is asked: who asks, where, and the query."""

    username: str
    account: Account | None
    member: Member
    phase: Phase | None
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


class Bimlink:
    """The service. `url` is set once its port is known.

    `result` is what Pagination-Result counts, all there are or those in this answer: the documents do not say.
    """

    def __init__(self, issuer: Issuer) -> None:
        self.url = ""
        self.result: Literal["total", "count"] = "total"
        self._issuer = issuer
        self._lock = threading.Lock()
        self._repeated: list[Record] | None = None
        self._todos: dict[str, list[Record]] = {}

    def repeat(self, count: int) -> None:
        """Let every phase have so many elements: the demo building's, again and again."""
        some = next(self._accounts[0].phases()).elements
        self._repeated = [
            {**some[k % len(some)], "id": content.guid("repeated", k), "name": f"Element {k}"} for k in range(count)
        ]

    def application(self) -> Starlette:
        routes = [
            Route(DOCUMENT, lambda _: JSONResponse(openapi.document(self.url, PUBLICAPI))),
            Route(_DISCOVERY, lambda _: JSONResponse(self._issuer.metadata())),
            *(Route(each.path, self._endpoint(each), methods=[each.method]) for each in OPERATIONS),
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _unrouted})

    @property
    def _accounts(self) -> tuple[Account, ...]:
        with self._lock:
            return self._made

    @cached_property
    def _made(self) -> tuple[Account, ...]:
        return content.accounts()

    # asked and answered -----------------------------------------------------------------------------------------------

    def _endpoint(self, operation: Operation) -> Callable[[Request], Any]:
        handler: Callable[[_Ask], Any] = getattr(self, f"_{operation.handler}")

        def serve(request: Request, body: bytes) -> Response:
            try:
                ask = self._ask(request, body)
                found = handler(ask)
                if operation.limit:
                    return self._page(found, operation.limit, ask.query)
                return JSONResponse(found, 201 if operation.method == "POST" else 200)
            except Problem as problem:
                return _refusal(problem)

        async def answer(request: Request) -> Response:
            try:
                body = await read_body(request)
            except Problem as problem:
                return _refusal(problem)
            # In a thread: whoever asks first waits for the building, and nobody else does.
            return await run_in_threadpool(serve, request, body)

        return answer

    def _ask(self, request: Request, body: bytes) -> _Ask:
        username = self._signed_in(request.headers.get("authorization", ""))
        ids, account, phase, member = request.path_params, None, None, Member()
        if (key := ids.get("domainAccountId")) is not None:
            account = next((one for one in self._accounts if one.id == key and username in one.members), None)
            if account is None:
                raise _missing("domain account")
            member = account.members[username]
        if account is not None and (key := ids.get("projectPhaseId")) is not None:
            phase = next((one for one in account.phases() if one.id == key and member.sees(one)), None)
            if phase is None:
                raise _missing("project phase")
        try:
            value = json.loads(body) if body else None
        except (ValueError, RecursionError):
            raise Problem(400, "The body is not JSON.") from None
        return _Ask(username, account, member, phase, ids, request.query_params, value)

    def _signed_in(self, header: str) -> str:
        scheme, _, token = header.partition(" ")
        username = self._issuer.username(token.strip(), audience="bimlink") if scheme.lower() == "bearer" else None
        if username is None:
            wanted = f'Bearer scope="{PUBLICAPI}"'
            raise Problem(401, f"A bearer token with the scope {PUBLICAPI} is needed.", {"WWW-Authenticate": wanted})
        return username

    def _page(self, found: list[Record], most: int, query: Mapping[str, str]) -> Response:
        limit, offset = min(_number(query, "limit", min(_USUAL, most)), most), _number(query, "offset", 0)
        page = found[offset : offset + limit]
        headers = {
            "Pagination-Limit": str(limit),
            "Pagination-Offset": str(offset),
            "Pagination-Result": str(len(found) if self.result == "total" else len(page)),
        }
        return JSONResponse(page, headers=headers)

    # operations -------------------------------------------------------------------------------------------------------

    def _domain_accounts(self, ask: _Ask) -> list[Record]:
        who = ask.username
        return [one.record(one.members[who]) for one in self._accounts if who in one.members]

    def _locations(self, ask: _Ask) -> list[Record]:
        assert ask.account is not None
        return ask.account.tree(ask.member)

    def _structure(self, ask: _Ask) -> list[Record]:
        assert ask.phase is not None
        return ask.phase.structure

    def _elements(self, ask: _Ask) -> list[Record]:
        assert ask.phase is not None
        storey, kind = ask.query.get("spatialStructureElementId"), ask.query.get("ifcType")
        found = self._repeated or ask.phase.elements
        return [
            one
            for one in found
            if (not storey or one["spatialStructureElementId"] == storey) and (not kind or one["ifcType"] == kind)
        ]

    def _element(self, ask: _Ask) -> Record:
        found = next((one for one in self._elements(ask) if one["id"] == ask.ids["buildingElementId"]), None)
        if found is None:
            raise _missing("building element")
        return found

    def _to_dos(self, ask: _Ask) -> list[Record]:
        assert ask.phase is not None
        return self._todos.get(ask.phase.id, [])

    def _new_to_do(self, ask: _Ask) -> Record:
        assert ask.phase is not None
        if not ask.member.writes:
            raise Problem(403, "You may read this domain account, and not write.")
        title = ask.body.get("title") if isinstance(ask.body, dict) else None
        if not isinstance(title, str) or not 0 < len(title) <= 500:
            raise Problem(400, "title: a text of 1 to 500 characters is needed.")
        made = {"id": str(uuid.uuid4()), "title": title, "author": ask.username, "done": False}
        self._todos.setdefault(ask.phase.id, []).append(made)
        return made


def _number(query: Mapping[str, str], name: str, usual: int) -> int:
    text = query.get(name, str(usual))
    least = 1 if name == "limit" else 0
    if not (text.isdecimal() and len(text) < 10 and int(text) >= least):
        raise Problem(400, f"{name}: a whole number of at least {least} is needed.")
    return int(text)


def _missing(what: str) -> Problem:
    return Problem(404, f"There is no such {what}, or it is not yours to see.")


def _refusal(problem: Problem) -> Response:
    """A refusal as RFC 9457 spells it: another vendor, another shape."""
    said = {"title": problem.message, "status": problem.status}
    return JSONResponse(said, problem.status, problem.headers, media_type="application/problem+json")


async def _unrouted(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _refusal(Problem(error.status_code, "There is nothing at this address."))

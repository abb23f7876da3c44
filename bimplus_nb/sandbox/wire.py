"""Between HTTP and the handlers: what a handler is asked, how it is listed, what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bimplus_nb.sandbox.fields import Fields, guid, parse
from bimplus_nb.sandbox.problem import bad, missing

if TYPE_CHECKING:
    from bimplus_nb.sandbox.issuer import Issuer
    from bimplus_nb.sandbox.scene import Scenes
    from bimplus_nb.sandbox.store import Store

Record = dict[str, Any]


@dataclass(slots=True)
class Ask:
    """One request as a handler sees it. `user` is the caller's record (empty where no sign-in is needed)."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    store: Store
    issuer: Issuer
    scenes: Scenes
    user: Record

    def id(self, name: str) -> str:
        """A GUID of the path; what is none cannot exist, so it is a 404."""
        found = guid(self.path[name])
        if found is None:
            raise missing(name, self.path[name])
        return found

    def fields(self) -> Fields:
        """The JSON object of the body."""
        value = parse(self.body)
        if not isinstance(value, dict):
            raise bad("The body must be a JSON object.")
        return Fields(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A switch of the query: true/false, 1/0, compared without case."""
        value = self.query.get(name.lower(), "").strip().lower()
        if value in {"", "undefined", "null"}:
            return default
        if value in {"true", "1"}:
            return True
        if value in {"false", "0"}:
            return False
        raise bad(f"{name} must be true or false.")

    def whole(self, name: str, low: int = 0, high: int = 2**31 - 1) -> int | None:
        """A whole number of the query."""
        value = self.query.get(name.lower(), "").strip()
        # The vendor's own script client writes "undefined" for an argument its caller left out.
        if value.lower() in {"", "undefined", "null"}:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 11 and low <= int(value) <= high):
            raise bad(f"{name} must be a whole number from {low} to {high}.")
        return int(value)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than its JSON value: bytes ready to send, own headers, or an ETag known in advance.

    `body` may be a function, called only when the client does not hold this ETag already.
    """

    body: bytes | Callable[[], bytes]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None


Handler = Callable[[Ask], Any]
"""Answers a value to be written as JSON, None for an empty body, or a Reply."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation of the service."""

    method: str
    path: str
    handler: Handler
    status: int
    public: bool


class Table:
    """The operations of one service. A handler is listed by decorating it with the method and the address."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def get(self, *paths: str, public: bool = False) -> Callable[[Handler], Handler]:
        return self._list("GET", paths, 200, public)

    def post(self, *paths: str, status: int = 201) -> Callable[[Handler], Handler]:
        return self._list("POST", paths, status, False)

    def put(self, *paths: str) -> Callable[[Handler], Handler]:
        return self._list("PUT", paths, 200, False)

    def delete(self, *paths: str) -> Callable[[Handler], Handler]:
        return self._list("DELETE", paths, 200, False)

    def _list(self, method: str, paths: tuple[str, ...], status: int, public: bool) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.entries.extend(Entry(method, path, handler, status, public) for path in paths)
            return handler

        return add

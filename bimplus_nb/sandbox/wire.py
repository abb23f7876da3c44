"""Between HTTP and the handlers: what a handler is asked, how it is listed, what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING, Any

from bimplus_nb.sandbox.fields import Fields, guid, parse
from bimplus_nb.sandbox.problem import bad, missing

if TYPE_CHECKING:
    from bimplus_nb.sandbox.jobs import Jobs
    from bimplus_nb.sandbox.logbook import Logbook
    from bimplus_nb.sandbox.scene import Scenes
    from bimplus_nb.sandbox.sessions import Sessions, Signed
    from bimplus_nb.sandbox.store import Store

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that came with a request."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """What all operations share."""

    store: Store
    sessions: Sessions
    scenes: Scenes
    jobs: Jobs
    logbook: Logbook


@dataclass(slots=True)
class Ask:
    """One request as a handler sees it. `user` is the caller's record (empty where no sign-in is needed), `signed` the
    sign-in it comes from. `form` and `files` are the parts of a multipart body, by name."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]
    files: Mapping[str, Upload]
    service: Service
    user: Record
    signed: Signed | None

    @property
    def store(self) -> Store:
        return self.service.store

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

    def upload(self) -> Upload:
        """The file of the request: the first part that is one, or the body itself."""
        if self.files:
            return next(iter(self.files.values()))
        if not self.body:
            raise bad("A file must be sent: multipart/form-data with a part named file, or as the body itself.")
        kind = self.headers.get("content-type", "application/octet-stream").partition(";")[0].strip()
        return Upload(disposition(self.headers.get("content-disposition", "")) or "file", kind, self.body)

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


def disposition(header: str) -> str:
    """The file name in a Content-Disposition header, without any folder; empty if there is none."""
    message = Message()
    message["content-disposition"] = header[:4000]
    names = [value for key, value in message.get_params([], "content-disposition") if key.lower() == "filename"]
    # Of two the one written as filename* is whole, the other for old programs (RFC 6266, section 4.3).
    name = next((value for value in names if isinstance(value, tuple)), names[0] if names else "")
    return collapse_rfc2231_value(name).replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than its JSON value: bytes ready to send, own headers, or an ETag known in advance.

    `body` may be a function, called only when the client does not hold this ETag already.
    """

    body: bytes | Callable[[], bytes]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    strong: bool = False
    """Whether the ETag stands for these very bytes, so that a part of them may be asked for later."""


Handler = Callable[[Ask], Any]
"""Answers a value to be written as JSON, None for an empty body, or a Reply."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation of the service."""

    method: str
    path: str
    handler: Handler
    status: int
    public: bool = False
    upload: bool = False
    """Whether a file may come with it, which may be larger than other bodies."""


class Table:
    """The operations of one service. A handler is listed by decorating it with the method and the address."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def get(self, *paths: str, public: bool = False) -> Callable[[Handler], Handler]:
        return self._list("GET", paths, 200, public=public)

    def post(
        self, *paths: str, status: int = 201, public: bool = False, upload: bool = False
    ) -> Callable[[Handler], Handler]:
        return self._list("POST", paths, status, public=public, upload=upload)

    def put(self, *paths: str, upload: bool = False) -> Callable[[Handler], Handler]:
        return self._list("PUT", paths, 200, upload=upload)

    def delete(self, *paths: str) -> Callable[[Handler], Handler]:
        return self._list("DELETE", paths, 200)

    def _list(
        self, method: str, paths: tuple[str, ...], status: int, *, public: bool = False, upload: bool = False
    ) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.entries.extend(Entry(method, path, handler, status, public, upload) for path in paths)
            return handler

        return add

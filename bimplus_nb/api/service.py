"""What all services share: how an answer becomes a Record, Records, bytes, a file or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bimplus_nb.api.overview import operations, service_table
from bimplus_nb.errors import ApiError, NotOffered
from bimplus_nb.http import Http, Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import Folder, Source, download, upload, upload_in_chunks


class Service:
    """The operations of one service, by one `Http`.

    In a path ``{team}`` is the team's slug and each ``{}`` takes the next id. What is None is not sent.

    What is called the same everywhere: ``…_id`` is the id by which the service knows a thing; `name` and `description`
    are words for people; `file` is a path, or the bytes with the `name` of the file; `progress` is called with the
    bytes that have gone or come and those there are, None where unknown. See `Progress`.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def __repr__(self) -> str:
        return f"<{self._name}: {', '.join(one.name for one in operations(type(self)))}>"

    def _repr_html_(self) -> str:
        return service_table(self._name, type(self))

    @property
    def _name(self) -> str:
        """As the client calls it: AttributeGroups is client.attribute_groups."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(self).__name__).lower()

    def _value(
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
        return self._http.json(method, path, *ids, params=params, body=body, headers=headers, keep=keep, signed=signed)

    def _one(
        self,
        method: str,
        path: str,
        *ids: str | int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        keep: bool = False,
        signed: bool = True,
    ) -> Record:
        """The one thing of an answer; `signed=False` asks for it without the sign-in, `keep` as `Http.send`."""
        value = self._value(method, path, *ids, params=params, body=body, keep=keep, signed=signed)
        return self._record(method, path, value)

    def _many(
        self,
        method: str,
        path: str,
        *ids: str | int,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        keep: bool = False,
    ) -> Records:
        value = self._value(method, path, *ids, params=params, body=body, headers=headers, keep=keep)
        # An empty list arrives as nothing, some lists as a map keyed by id (Bimplus documentation, Element Types), and
        # some samples show a single one without its list (Attachment Service).
        if isinstance(value, Mapping):
            named = isinstance(value.get("id"), str) or not all(isinstance(item, Mapping) for item in value.values())
            value = [value] if named else list(value.values())
        if value is None:
            return Records()
        if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
            return Records(value)
        raise self._unexpected(method, path, value)

    def _none(
        self, method: str, path: str, *ids: str | int, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> None:
        self._value(method, path, *ids, params=params, body=body)

    def _bytes(self, path: str, *ids: str | int, params: Mapping[str, Any] | None = None) -> bytes:
        """A small file, such as a thumbnail."""
        return self._http.send("GET", path, *ids, params=params, limit=1 << 26).body

    def _upload(
        self,
        method: str,
        path: str,
        *ids: str | int,
        file: Source,
        name: str | None = None,
        form: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> Record:
        """Send a file as multipart; the answer's record, empty where there is none."""
        value = upload(
            self._http, method, path, *ids, file=file, name=name, form=form, params=params, progress=progress
        )
        return self._record(method, path, {} if value is None else value)

    def _upload_in_chunks(
        self,
        path: str,
        *ids: str | int,
        file: Source,
        name: str | None = None,
        chunk_size: int,
        params: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> Record:
        """Send a file piece by piece; the answer to the last piece."""
        value = upload_in_chunks(
            self._http, path, *ids, file=file, name=name, chunk_size=chunk_size, params=params, progress=progress
        )
        return self._record("PUT", path, {} if value is None else value)

    def _download(
        self,
        path: str,
        *ids: str | int,
        folder: Folder,
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        progress: Progress | None = None,
    ) -> Path:
        """Fetch a file into `folder`; where it is now."""
        return download(
            self._http, path, *ids, folder=folder, method=method, params=params, body=body, progress=progress
        )

    def _not_offered(self, method: str, path: str, words: str) -> NotOffered:
        """What to raise for an operation that the documents list and take back in the same breath."""
        return NotOffered(f"{method} {path}: {words}")

    def _record(self, method: str, path: str, value: Any) -> Record:
        # A list of one stands for the one in some answers, such as `GET /teams/{slug}` (published Angular example).
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, Mapping):
            return Record(value)
        raise self._unexpected(method, path, value)

    def _unexpected(self, method: str, path: str, value: object) -> ApiError:
        text = f"{method} {path}: the answer is {type(value).__name__}, which it never should be."
        return ApiError(text, status=200, method=method, path=path, body=value)

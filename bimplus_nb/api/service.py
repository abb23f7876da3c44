"""What all services share: how an answer becomes a Record, Records or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bimplus_nb.errors import ApiError
from bimplus_nb.http import Http
from bimplus_nb.records import Record, Records


class Service:
    """The operations of one service, by one `Http`.

    In a path ``{team}`` is the team's slug and each ``{}`` takes the next id. What is None is not sent.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} of {self._http!r}>"

    def _value(
        self, method: str, path: str, *ids: str | int, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        return self._http.json(method, path, *ids, params=params, body=body)

    def _one(
        self, method: str, path: str, *ids: str | int, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Record:
        value = self._value(method, path, *ids, params=params, body=body)
        # A list of one stands for the one in some answers, such as `GET /teams/{slug}` (published Angular example).
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, Mapping):
            return Record(value)
        raise self._unexpected(method, path, value)

    def _many(
        self, method: str, path: str, *ids: str | int, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Records:
        value = self._value(method, path, *ids, params=params, body=body)
        # An empty list arrives as nothing, and some lists as a map keyed by id (Bimplus documentation, Element Types).
        if isinstance(value, Mapping) and all(isinstance(item, Mapping) for item in value.values()):
            value = list(value.values())
        if value is None:
            return Records()
        if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
            return Records(value)
        raise self._unexpected(method, path, value)

    def _none(
        self, method: str, path: str, *ids: str | int, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> None:
        self._value(method, path, *ids, params=params, body=body)

    def _unexpected(self, method: str, path: str, value: object) -> ApiError:
        text = f"{method} {path}: the answer is {type(value).__name__}, which it never should be."
        return ApiError(text, status=200, method=method, path=path, body=value)

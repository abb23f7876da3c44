"""Every operation that the service offers, as a function that completes with Tab."""

from __future__ import annotations

import keyword
import threading
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from inspect import Parameter, Signature
from typing import Any

from bimplus_nb.bimlink import paging
from bimplus_nb.bimlink.openapi import Description, Operation
from bimplus_nb.errors import BimplusError, NotOffered
from bimplus_nb.http import Http
from bimplus_nb.progress import progress_bar
from bimplus_nb.records import Record, Records
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

PAGE = 1000
"""Rows of a page where the service does not say how many it grants."""


class Operations:
    """The operations of a service, by the ids of its OpenAPI document: ``link.operations.Locations_GetAll()``.

    ``operations["any id"]`` is the same for ids that are no names. The document is asked for once, when first needed;
    that raises ApiError where there is none at the service itself, or it cannot be used.

    `load` gives the connection and what the document says; `chosen` what has been chosen, by the names of parameters:
    an operation that needs such a one and is not given it takes that.
    """

    def __init__(self, load: Callable[[], tuple[Http, Description]], chosen: Callable[[], Mapping[str, str]]) -> None:
        self._load = load
        self._chosen = chosen
        self._lock = threading.Lock()
        self._loaded: tuple[Http, Description] | None = None

    def _offered(self) -> tuple[Http, Description]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    @property
    def _said(self) -> Description:
        return self._offered()[1]

    def __getitem__(self, name: str) -> Call:
        http, said = self._offered()
        operation = said.operations.get(name)
        if operation is None:
            raise NotOffered(self._missing(name))
        return Call(http, operation, self._chosen)

    def __getattr__(self, name: str) -> Call:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self:
            raise AttributeError(self._missing(name))
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._said.operations

    def __iter__(self) -> Iterator[str]:
        return iter(self._said.operations)

    def __len__(self) -> int:
        return len(self._said.operations)

    def __dir__(self) -> list[str]:
        try:
            return sorted(name for name in self if name.isidentifier() and not name.startswith("_"))
        except (BimplusError, ValueError):
            return []  # Tab says nothing; whoever calls one is told

    def __repr__(self) -> str:
        return "<Operations>" if self._loaded is None else f"<Operations: {_few(list(self))}>"

    def _close(self) -> None:
        """Close the connections."""
        if self._loaded is not None:
            self._loaded[0].close()

    @property
    def problems(self) -> Mapping[str, str]:
        """Operations that the document lists and that cannot be called, and why."""
        return dict(self._said.problems)

    def _missing(self, name: str) -> str:
        why = self._said.problems.get(name)
        if why is not None:
            return f"The service lists {plain(name, 80)}, but it cannot be called: {why}."
        close = get_close_matches(name, list(self), n=5, cutoff=0.5)
        return f"The service offers no {plain(name, 80)}. It offers {_few(close or list(self))}."


class Call:
    """One operation, to be called with its parameters, spelt as the service does.

    A list comes whole, page by page, as `Records`; a thing as a `Record`. With `limit` or `offset` it is the one page
    asked for. `page_size`: rows to ask for at a time. `progress`: whether to show a bar once it takes longer, or a
    function called with rows so far and rows known (None where unknown). Interrupted, nothing is kept. Made by
    `Operations`.
    """

    def __init__(self, http: Http, operation: Operation, chosen: Callable[[], Mapping[str, str]]) -> None:
        self._http = http
        self._chosen = chosen
        self.operation = operation
        self.__name__ = operation.id
        self.__doc__ = f"{operation.summary or operation.id}\n\n{operation.method} {_spelt(operation)}"
        self.__signature__ = _signature(operation)

    @sealed
    def __call__(
        self, *, body: Any = None, page_size: int | None = None, progress: paging.Report = True, **parameters: Any
    ) -> Any:
        operation = self.operation
        ids, query = self._given(parameters)
        if body is not None and not operation.body:
            raise TypeError(f"{operation.id} takes no body.")
        if page_size is not None and page_size < 1:
            raise ValueError("page_size is at least 1.")

        def ask(limit: int, offset: int) -> tuple[Any, Mapping[str, str]]:
            paged = {**query, "limit": limit, "offset": offset}
            answer = self._http.send("GET", operation.path, *ids, params=paged)
            return answer.json(), answer.headers

        if operation.paged and not {"limit", "offset"} & set(query):
            most = operation.most
            size = min(page_size or PAGE, most or page_size or PAGE)
            with progress_bar(progress, operation.id) as report:
                path = _spelt(operation)
                return _recorded(paging.gather(ask, size=size, known_size=most is not None, path=path, report=report))
        return _recorded(self._http.json(operation.method, operation.path, *ids, params=query, body=body))

    def __repr__(self) -> str:
        return f"<{self.operation.id}: {self.operation.method} {_spelt(self.operation)}>"

    def _given(self, parameters: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """The ids of the path and the query; TypeError for what is missing or unknown."""
        operation = self.operation
        given = {name: value for name, value in parameters.items() if value is not None}
        unknown = [name for name in given if name not in operation.ids and name not in operation.query]
        if unknown:
            known = ", ".join((*operation.ids, *operation.query)) or "no parameters"
            raise TypeError(f"{operation.id} takes no {plain(unknown[0], 60)}; it takes {known}.")
        needed = (*operation.ids, *operation.required)
        if any(name not in given for name in needed):
            chosen = {name.lower(): value for name, value in self._chosen().items()}
            given = {**{name: chosen[name.lower()] for name in needed if name.lower() in chosen}, **given}
        missing = [name for name in needed if name not in given]
        if missing:
            raise TypeError(f"{operation.id} needs {', '.join(missing)}: give it, or link.choose(…) first.")
        ids = [str(given.pop(name)) for name in operation.ids]
        return ids, given


def _recorded(value: Any) -> Any:
    """A list of anything as `Records`, which make a frame; a thing as a `Record`."""
    if isinstance(value, list):
        return Records(item if isinstance(item, Mapping) else {"value": item} for item in value)
    return Record(value) if isinstance(value, Mapping) else value


def _signature(operation: Operation) -> Signature:
    names = [*operation.ids, *operation.query, *(["body"] if operation.body else [])]
    named = dict.fromkeys(name for name in names if name.isidentifier() and not keyword.iskeyword(name))
    own = ("page_size", "progress") if operation.paged else ()
    return Signature([Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in dict.fromkeys((*named, *own))])


def _spelt(operation: Operation) -> str:
    """The path with the names of its ids."""
    path = operation.path
    for name in operation.ids:
        path = path.replace("{}", f"{{{name}}}", 1)
    return path


def _few(names: list[str]) -> str:
    shown = ", ".join(plain(name, 80) for name in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown

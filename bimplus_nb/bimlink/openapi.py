"""What a service offers, read from its OpenAPI document (3 or Swagger 2). Pure.

The document comes from the service and is not to be trusted: one that names another host, or is none, is refused as a
whole; an operation that cannot be read is set aside with the reason, and the others stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from bimplus_nb.errors import ApiError
from bimplus_nb.text import plain

LIMIT = 8 << 20
"""Bytes of a document."""

_MOST = 5_000
_HOPS = 16
_METHODS = ("get", "put", "post", "delete", "patch")
_NAME = re.compile(r"[!-~]{1,120}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    `path` has ``{}`` for each of `ids`; `required` are the names in the query that must be given; `paged` says whether
    it takes `limit` and `offset`, and `most` the largest limit, where the document says.
    """

    id: str
    method: str
    path: str
    ids: tuple[str, ...]
    query: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    paged: bool = False
    most: int | None = None
    body: bool = False
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """A service as its document describes it: base URL, operations by id, and why others could not be read."""

    base: str
    operations: Mapping[str, Operation]
    problems: Mapping[str, str]


def read(document: object, *, service: str, address: str) -> Description:
    """What the document found at `address` says of the service. Raises ApiError where it cannot be used at all."""

    def refuse(why: str) -> ApiError:
        path = urlsplit(address).path
        return ApiError(
            f"GET {plain(path)}: the OpenAPI document cannot be used: {why}.", status=200, method="GET", path=path
        )

    if not isinstance(document, Mapping) or not isinstance(document.get("paths"), Mapping):
        raise refuse("it is no description of a service, which has paths")
    base = _base(document, service, address)
    if _origin(base) != _origin(service):
        raise refuse(f"it sends requests to {plain(base, 80)}, which is another host or protocol than the service's")
    operations: dict[str, Operation] = {}
    problems: dict[str, str] = {}
    for count, (key, method, path, said, shared) in enumerate(_said(document["paths"])):
        if count >= _MOST:
            raise refuse(f"it lists more than {_MOST:,} operations")
        if key in operations or key in problems:
            operations.pop(key, None)
            problems[key] = "the document has several of this name"
            continue
        try:
            operations[key] = _operation(key, method, path, said, shared, document)
        except _Odd as odd:
            problems[key] = str(odd)
    if not operations:
        raise refuse("it lists no operation that can be called")
    return Description(base, operations, problems)


class _Odd(Exception):
    """Why an operation cannot be called."""


def _said(paths: Mapping[Any, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any], object]]:
    """Id, method, path, what is said of it, and the parameters that the path's operations share."""
    for path, item in paths.items():
        if not isinstance(item, Mapping):
            continue
        for method in _METHODS:
            said = item.get(method)
            if not isinstance(said, Mapping):
                continue
            key = said.get("operationId")
            if isinstance(key, str) and _NAME.fullmatch(key):
                yield key, method.upper(), str(path), said, item.get("parameters")


def _operation(
    key: str, method: str, path: str, said: Mapping[str, Any], shared: object, document: Mapping[str, Any]
) -> Operation:
    if not re.fullmatch(r"/[^\s\\?#%]*", path) or ".." in path or len(path) > 1000 or not path.isprintable():
        raise _Odd("its path is none")
    if "servers" in said:
        raise _Odd("it has an address of its own")
    ids = tuple(re.findall(r"{([^{}]*)}", path))
    template = re.sub(r"{[^{}]*}", "{}", path)
    if len(set(ids)) != len(ids) or template.count("{") != len(ids) or template.count("}") != len(ids):
        raise _Odd("its path is none")
    query: dict[str, Mapping[str, Any]] = {}
    body = False
    for each in (*_parameters(shared, document), *_parameters(said.get("parameters"), document)):
        name, place = each.get("name"), each.get("in")
        if place == "body":
            body = True
        elif not isinstance(name, str) or not _NAME.fullmatch(name):
            raise _Odd("a parameter has no name")
        elif place == "query":
            query[name] = each
        elif place != "path" and each.get("required") is True:
            raise _Odd(f"it needs {plain(name, 40)} in its {plain(place, 20)}, which is not possible here")
    if "requestBody" in said:
        content = _resolved(said["requestBody"], document).get("content")
        if not isinstance(content, Mapping) or not any("json" in str(kind).lower() for kind in content):
            raise _Odd("its body is not JSON")
        body = True
    return Operation(
        key, method, template, ids, tuple(query),
        required=frozenset(name for name, each in query.items() if each.get("required") is True),
        paged=method == "GET" and {"limit", "offset"} <= set(query),
        most=_most(query["limit"], document) if "limit" in query else None,
        body=body,
        summary=plain(said.get("summary") or said.get("description"), 300),
    )  # fmt: skip


def _parameters(said: object, document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if said is None:
        return []
    if not isinstance(said, list) or len(said) > 200:
        raise _Odd("its parameters are no list")
    return [_resolved(each, document) for each in said]


def _most(parameter: Mapping[str, Any], document: Mapping[str, Any]) -> int | None:
    schema = _resolved(parameter["schema"], document) if "schema" in parameter else parameter
    most = schema.get("maximum")
    return int(most) if isinstance(most, int | float) and not isinstance(most, bool) and 1 <= most < 1e9 else None


def _resolved(value: object, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference stands for, through a few others at most."""
    for _ in range(_HOPS):
        if not isinstance(value, Mapping):
            raise _Odd("a part of it is of the wrong type")
        if "$ref" not in value:
            return value
        target = value["$ref"]
        if not isinstance(target, str) or not target.startswith("#/"):
            raise _Odd("it refers to something outside of the document")
        value = document
        for step in target[2:].split("/"):
            value = value.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(value, Mapping) else None
    raise _Odd("its references go round in a circle")


def _base(document: Mapping[str, Any], service: str, address: str) -> str:
    """Where requests go: what the document says, else where the service is."""
    servers, host = document.get("servers"), document.get("host")
    first = servers[0] if isinstance(servers, list) and servers else None
    if isinstance(first, Mapping) and isinstance(first.get("url"), str):
        return _joined(address, first["url"]).rstrip("/")
    if isinstance(host, str):  # Swagger 2
        return _joined(address, f"//{host}{document.get('basePath') or ''}").rstrip("/")
    return service


def _joined(address: str, url: str) -> str:
    try:
        return urljoin(address, url)
    except ValueError:
        return ""


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(url)
        usual = {"https": 443, "http": 80}.get(parts.scheme)
        return None if parts.username or "{" in url else (parts.scheme, parts.hostname, parts.port or usual)
    except ValueError:
        return None

"""Every operation is said three times: in the table, in the docstring, by the request itself. They must agree.

And the sandbox must serve it. README's table of services is written from the same file.
"""

from __future__ import annotations

import csv
import inspect
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from bimplus_nb.api import Api, overview
from bimplus_nb.api.service import Service
from bimplus_nb.errors import NotOffered
from bimplus_nb.http import Http
from bimplus_nb.sandbox import Sandbox

GUID = "11111111-2222-3333-4444-555555555555"
LINE = re.compile(r"``([A-Z]+) (\S+)``")


class Operation(NamedTuple):
    id: str
    method: str
    path: str
    python: str
    source: str


with (Path(__file__).parent / "operations.tsv").open(encoding="utf-8") as file:
    OPERATIONS = [Operation(**row) for row in csv.DictReader(file, delimiter="\t")]

DUMMIES: dict[str, Any] = {
    "str": "text", "int": 2, "Sequence[float]": (1.0, 2.0, 3.0), "Mapping[str, Any]": {"a": 1}, "bool": True,
    "Sequence[Mapping[str, Any]]": [{"a": 1}], "Sequence[str]": ["a"], "Any": {"a": 1}, "float": 1.5,
    "date": date(2026, 1, 2),
}  # fmt: skip
ANSWERS = {
    "Record": b'{"id": "1"}', "Records": b'[{"id": "1"}]', "Answer": b"{}", "None": b"", "bytes": b"picture",
    "bool": b"{}", "str | None": b"", "Path": b"content", "list[str]": b'["1"]', "Any": b'{"a": 1}',
}  # fmt: skip
# What the documents list and take back: the request is never sent.
NOT_OFFERED = {"issue_type_list", "issue_type_get", "objectview_create"}
# Addresses that the documents give to several operations; what is asked for is in the id or the query.
SHARED = {
    ("GET", "{team}/thumbnail/{}"), ("GET", "{team}/structures/{}/topology"), ("GET", "messages"),
    ("GET", "{team}/objects/{}"), ("GET", "content/freeattributes"),
}  # fmt: skip


@pytest.fixture(scope="module")
def nowhere(sandbox: Sandbox) -> str:
    """What the sandbox says of an address that it does not serve."""
    sandbox.wait()
    return str(httpx.get(f"{sandbox.url}/no/such/address/anywhere").json()["message"])


def method_of(api: Api, operation: Operation) -> Any:
    service, name = operation.python.split(".")
    return getattr(getattr(api, service), name)


def arguments(method: Any, folder: Path, *, everything: bool) -> tuple[list[Any], dict[str, Any]]:
    """Dummy values for the ids, and for the keywords that must be given or for all."""
    ids: list[Any] = []
    keywords: dict[str, Any] = {}
    for name, parameter in inspect.signature(method).parameters.items():
        kind = str(parameter.annotation).removesuffix(" | None")
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            special = {"int": 8, "Source": b"content", "Folder": folder, "date": date(2026, 1, 2)}
            ids.append(special.get(kind, f"id/{name}"))
        elif parameter.default is parameter.empty or (everything and kind in DUMMIES):
            keywords[name] = DUMMIES[kind]
    return ids, keywords


@pytest.mark.parametrize("everything", [False, True], ids=["least", "everything"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.python)
def test_request_docstring_and_table_agree(operation: Operation, everything: bool, tmp_path: Path) -> None:
    requests: list[httpx.Request] = []
    answer = b""

    def record(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=answer)

    http = Http("https://api.example/v2", team="a-team", transport=httpx.MockTransport(record))
    method = method_of(Api(http), operation)
    line = LINE.search(method.__doc__)
    assert line is not None, "no operation line in the docstring"
    assert line.groups() == (operation.method, operation.path)
    answer = ANSWERS[str(inspect.signature(method).return_annotation)]
    ids, keywords = arguments(method, tmp_path, everything=everything)
    if operation.id in NOT_OFFERED:
        with pytest.raises(NotOffered, match="documents"):
            method(*ids, **keywords)
        assert not requests
        return
    value = method(*ids, **keywords)
    (request,) = requests
    path = operation.path.replace("{team}", "a-team")
    for each in ids[: path.count("{}")]:
        path = path.replace("{}", f"{each:%Y%m%d}" if isinstance(each, date) else str(each).replace("/", "%2F"), 1)
    assert (request.method, request.url.raw_path.decode().partition("?")[0]) == (operation.method, f"/v2/{path}")
    assert "None" not in str(request.url)
    assert b"null" not in request.content
    if b"multipart" not in request.headers.get("Content-Type", "").encode():
        sent = request.headers.get("Content-Type") == "application/json"
        assert sent == bool(request.content) or request.content == b"content"
    kinds = {each.__name__ for each in type(value).__mro__}
    assert kinds & set(re.findall(r"\w+", str(inspect.signature(method).return_annotation))) or value is None
    http.close()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.python)
def test_the_sandbox_serves_it(operation: Operation, sandbox: Sandbox, nowhere: str) -> None:
    path = operation.path.replace("{team}", "riverside").replace("properties/{}", "properties/2").replace("{}", GUID)
    body = {"json": {}} if operation.method in ("POST", "PUT") else {}
    answer = httpx.request(
        operation.method, f"{sandbox.url}/{path}", headers={"Authorization": f"BimPlus {sandbox.token('anna')}"}, **body
    )
    if operation.id in NOT_OFFERED:
        assert answer.status_code == 501
        return
    assert answer.status_code in (200, 201, 202, 304, 400, 403, 404)
    if answer.status_code == 404 and operation.method != "HEAD":
        # What is not there is named; an address that is not served is not.
        assert answer.json()["message"] != nowhere


def test_the_table_is_complete_and_single() -> None:
    api = Api(Http("https://api.example/v2"))
    there = {
        f"{service}.{name}"
        for service, value in vars(api).items()
        if isinstance(value, Service)
        for name, method in vars(type(value)).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }
    listed = [operation.python for operation in OPERATIONS]
    # Made of the operations beside it.
    assert there - set(listed) == {"objects.geometry_chunks", "imports.wait"}
    assert set(listed) <= there
    for column in ("id", "python"):
        values = [getattr(operation, column) for operation in OPERATIONS]
        assert len(values) == len(set(values))
    addresses = Counter((operation.method, operation.path) for operation in OPERATIONS)
    assert {address for address, count in addresses.items() if count > 1} == SHARED
    assert {operation.source for operation in OPERATIONS} == {"documents", "clients"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.python)
def test_names_and_sentences(operation: Operation) -> None:
    method = method_of(Api(Http("https://api.example/v2")), operation)
    assert operation.python.split(".")[1] not in ("list", "open", "type")
    first, *rest = inspect.cleandoc(method.__doc__).split("\n")
    assert first.endswith((".", ":"))
    assert rest[-1] == f"``{operation.method} {operation.path}``"
    keywords_only = [p.kind for p in inspect.signature(method).parameters.values() if p.default is not p.empty]
    assert (
        all(kind is inspect.Parameter.KEYWORD_ONLY for kind in keywords_only)
        or operation.python == "objects.properties"
    )


def test_the_readme_lists_every_service() -> None:
    services = {name: type(value) for name, value in vars(Api(Http("https://api.example/v2"))).items()
                if isinstance(value, Service)}  # fmt: skip
    rows = [
        f"| `{name}` | {overview.summary(kind)} | {' '.join(one.name for one in overview.operations(kind))} |"
        for name, kind in services.items()
    ]
    assert "\n".join(rows) in (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert sum(len(overview.operations(kind)) for kind in services.values()) == len(OPERATIONS)

"""Whatever is thrown at an operation: a refusal in the one shape, never a failure, and nothing changed by it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox.service_content import GROUND, MODEL, OPEN_ISSUE, PROJECT, ROOM, UPPER, VERSIONED_MODEL, WALL
from sandbox.workbench import Workbench

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.routes import TABLES
from bimplus_nb.sandbox.wire import Entry

# Imports go on in the background and write when they like; their own test throws nonsense at them.
IMPORTS = [entry for table in TABLES for entry in table.entries if "import" in entry.path]
ENTRIES = [entry for table in TABLES for entry in table.entries if entry not in IMPORTS]
READING = [entry for entry in ENTRIES if entry.method == "GET"]
WRITING = [entry for entry in ENTRIES if entry.method in {"POST", "PUT"}]
UPLOADS = [entry for entry in WRITING if entry.upload]
# What a slot of an address is called in the documents, where that is another name.
SLOTS = {
    "layer": "discipline", "bits": "props", "group": "attributegroup", "projecttemplate": "projectattributetemplate",
    "view": "objectview_name", "server": "dbserver", "start": "start_date", "end": "end_date",
}  # fmt: skip
FIXED = {
    "revision": guid("revision", VERSIONED_MODEL, 1), "newer": "2", "older": "1", "version": "1", "key": "viewer",
}  # fmt: skip
# Listed by the documents as not there.
NOT_THERE = {"/{team}/issues/types", "/{team}/issues/types/{type}", "/{team}/objectviews"}
# A request of these says everything by its address; a body is passed over or may be empty.
BODILESS = re.compile(
    r"/cross-token|/export/bcf|markasread|/locks|/default$|/accept$|revisionscomparison|/reset|importasync$|/restore"
)
NAMES = [
    "id",
    "name",
    "type",
    "parent",
    "attributes",
    "children",
    "element",
    "general",
    "quantity",
    "geometry",
    "mesh",
    "color",
    "vertices",
    "faces",
    "C",
    "V",
    "F",
    "matrix",
    "nr",
    "elementtyp",
    "divisionid",
    "shortDescr",
    "properties",
    "description",
    "status",
    "priority",
    "dueDate",
    "responsible",
    "responsibles",
    "cc",
    "author",
    "scene",
    "solution",
    "revision",
    "text",
    "objectId",
    "newObjectId",
    "issueId",
    "position",
    "normalVector",
    "x",
    "y",
    "z",
    "volume",
    "length",
    "fileName",
    "url",
    "orderNumber",
    "index",
    "elementtypes",
    "groups",
    "freeattributes",
    "baseunits",
    "symbol",
    "parent",
    "roles",
    "user",
    "member",
    "role",
    "email",
    "password",
    "receiver",
    "topic",
    "elementsguid",
    "filterColumns",
    "tablename",
    "private",
    "resources",
]
KNOWN = st.sampled_from([
    PROJECT, MODEL, WALL, GROUND, UPPER, ROOM, OPEN_ISSUE, "Wall", "Room",
    "Storey", "TopologyDivision", "Project", "Open",
    "Closed", "AAAAAAAA8D8=", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00", "", "\x00", "\u202e", "NaN", "-0",
    '{"V":[0,0,0],"F":[3,0,0,0]}', "9" * 400,
])  # fmt: skip
NUMBERS = st.sampled_from([0, -1, 1, 3, 4, 2**31, 2**53, -(2**63), 2**64 - 1, 1e-320, 1e15, 1e308, 0.5])
SCALARS = st.none() | st.booleans() | NUMBERS | KNOWN | st.text(max_size=8)
KEYS = st.sampled_from(NAMES) | st.sampled_from([guid("none"), "", "\x00", "Name", "ALLPLAN"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=6) | st.lists(NUMBERS, max_size=12)
    ),
    max_leaves=25,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
MESHES = st.fixed_dictionaries(
    {
        "vertices": st.lists(NUMBERS | st.integers(-5, 5), max_size=30),
        "faces": st.lists(st.integers(-1, 9) | NUMBERS, max_size=30),
    },
    optional={"color": NUMBERS},
)
GROUPS = {
    "geometry": st.fixed_dictionaries({"mesh": MESHES | MESHES.map(str) | VALUES}),
    "element": st.dictionaries(
        st.sampled_from(["matrix", "nr", "divisionid", "elementtyp", "material"]), SCALARS, max_size=3
    ),
    "general": st.dictionaries(st.sampled_from(["name", "description"]), SCALARS, max_size=2),
    "quantity": st.dictionaries(st.sampled_from(["volume", "LENGTH", "other"]), SCALARS, max_size=3),
    ATTRIBUTE["cost"].id: SCALARS,
    ATTRIBUTE["installation_date"].id: SCALARS,
    "Any": VALUES,
}
OBJECTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["Wall", "wall", "Storey", "TopologyDivision", "Window"])},
    optional={
        "parent": st.sampled_from([GROUND, UPPER, PROJECT, WALL, ROOM, MODEL]),
        "attributes": st.fixed_dictionaries({}, optional=GROUPS),
        "children": st.lists(
            st.fixed_dictionaries({"type": st.just("Wall")}, optional={"attributes": VALUES}), max_size=3
        ),
    },
)
QUERIES = st.dictionaries(
    st.sampled_from(["revision", "chunk", "chunkSize", "levelofdetail", "elementTypeId", "hideElements", "shortinfo",
                     "scene",
                     "disciplines", "filterEmpty", "api-token", "_", "filter", "symbol", "freeattributes", "internal",
                     "attributedefinition", "recycleBin", "topology", "withChildren", "currenttime", "type", "layer"]),
    st.sampled_from(["", "0", "1", "-1", "x", "true", "medium", "undefined", "null", "1e3",
                     "\x00", "٣", "9" * 30, PROJECT]),
    max_size=4,
)  # fmt: skip
SEGMENTS = st.sampled_from(
    ["x", "..", ".", "%", "\x00", "ü", "'; DROP TABLE things; --", "0" * 32, "-1", "9" * 5000, GROUND]
)

MANY = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Watched:
    """The account owner's client of a sandbox that may become any mess."""

    def __init__(self, sandbox: Sandbox, client: httpx.Client, make: Callable[[], Workbench]) -> None:
        self.sandbox = sandbox
        self.client = client
        self.make = make

    def get(self, path: str, **options: Any) -> None:
        check(self.client.get(path, **options))

    def throw(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Sends it; a refused request must have changed nothing."""
        before = self.sandbox._store.writes
        answer = self.client.request(method, path, **options)
        check(answer)
        if answer.status_code >= 400:
            assert self.sandbox._store.writes == before
        return answer

    def values(self, entry: Entry) -> dict[str, str]:
        """Something that is there for each slot of the address."""
        bench = self.make()
        slots = re.findall(r"{(\w+)}", entry.path)
        return {slot: FIXED.get(slot) or bench[SLOTS.get(slot, slot)] for slot in slots}


def check(answer: httpx.Response) -> None:
    request = answer.request
    expected = answer.status_code < 500 or answer.status_code == 501
    assert expected, (request.method, str(request.url), request.content, answer.text)
    if answer.status_code >= 400:
        assert set(answer.json()) == {"error", "message", "status", "requestId"}


@pytest.fixture(scope="module")
def fuzzed(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    path = shutil.copy(seeded_file, tmp_path_factory.mktemp("fuzz"))
    with Sandbox(path=path, token_lifetime=3600) as sandbox:
        opened = []

        def caller(sandbox: Sandbox, user: str) -> httpx.Client:
            headers = {"Authorization": f"BimPlus {sandbox.token(user)}"}
            opened.append(
                httpx.Client(base_url=sandbox.url, headers=headers, verify=False, trust_env=False, timeout=30)
            )
            return opened[-1]

        client = caller(sandbox, "anna")
        first = Workbench(sandbox, caller)

        def make() -> Workbench:
            bench = object.__new__(Workbench)
            bench.__dict__.update(first.__dict__, _made=dict(first._made))
            return bench

        yield Watched(sandbox, client, make)
        for one in opened:
            one.close()


def address(entry: Entry, values: dict[str, str]) -> str:
    """The path; dots are quoted too, for an HTTP library would take ".." as a step upwards."""
    return entry.path.format_map({name: quote(value, safe="").replace(".", "%2E") for name, value in values.items()})


@pytest.mark.parametrize("entry", WRITING, ids=lambda entry: f"{entry.method} {entry.path}")
@MANY
@given(body=BODIES)
def test_any_json_body(fuzzed: Watched, entry: Entry, body: dict[str, Any]) -> None:
    fuzzed.throw(entry.method, address(entry, fuzzed.values(entry)), json=body)


@pytest.mark.parametrize("method", ["POST", "PUT"])
@settings(MANY, max_examples=100)
@given(body=OBJECTS, target=st.sampled_from([UPPER, ROOM, WALL]))
def test_any_object(fuzzed: Watched, method: str, body: dict[str, Any], target: str) -> None:
    answer = fuzzed.throw(method, "/riverside/objects" + (f"/{target}" if method == "PUT" else ""), json=body)
    if answer.status_code < 400:
        made = f"/riverside/objects/{answer.json()['id']}"
        fuzzed.get(f"{made}/properties/12")
        fuzzed.get(f"{made}/geometries/threejs/properties/7")


@pytest.mark.parametrize("entry", WRITING, ids=lambda entry: f"{entry.method} {entry.path}")
def test_any_bytes(fuzzed: Watched, entry: Entry) -> None:
    deep, nested = b"[" * 5000, b'{"name":' * 70 + b"1" + b"}" * 70
    path = address(entry, fuzzed.values(entry))
    for body in (b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", deep, nested, b'{"name":"\\ud800"}'):
        answer = fuzzed.throw(entry.method, path, content=body)
        if not (entry.upload or BODILESS.search(entry.path) or entry.path in NOT_THERE):
            assert answer.status_code in {400, 403, 404}


@pytest.mark.parametrize("entry", UPLOADS, ids=lambda entry: f"{entry.method} {entry.path}")
@settings(MANY, max_examples=15)
@given(
    part=st.sampled_from(["file", "", "\x00", "name", "x" * 300]),
    name=st.sampled_from(["a.png", "../../etc/passwd", "C:\\x", "", "\u202e", "n" * 3000]),
    kind=st.sampled_from(["image/png", "text/html", "", "application/json", "x" * 300]),
    content=st.binary(max_size=64)
    | st.sampled_from([b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"ISO-10303-21;", b"--x\r\n--x--"]),
    span=st.sampled_from(
        [None, "bytes 0-3/4", "bytes 4-1/9", "bytes */*", "bytes 0-99999999999/1", "x", "bytes 0-0/0"]
    ),
)
def test_any_upload(
    fuzzed: Watched, entry: Entry, part: str, name: str, kind: str, content: bytes, span: str | None
) -> None:
    path = address(entry, fuzzed.values(entry))
    fuzzed.throw(entry.method, path, files={part: (name, content, kind)})
    headers = {"Content-Range": span, "Content-Disposition": "inline; filename=x"} if span else {}
    fuzzed.throw(entry.method, path, content=content, headers={"Content-Type": "application/octet-stream", **headers})


@pytest.mark.parametrize("entry", IMPORTS, ids=lambda entry: f"{entry.method} {entry.path}")
@pytest.mark.parametrize("content", [b"", b"{}", b"ISO-10303-21;", b"--x\r\n--x--", b"\xff" * 1000])
def test_any_import(fuzzed: Watched, entry: Entry, content: bytes) -> None:
    path = address(entry, fuzzed.values(entry))
    for options in ({"content": content}, {"files": {"file": ("../a.ifc", content)}}, {"json": {"name": "x"}}):
        check(fuzzed.client.request(entry.method, path, **options))
    model = entry.path.replace("{model}", "x")
    assert fuzzed.client.post(model.format(team="riverside", project=PROJECT, attachment=WALL)).status_code == 404


@pytest.mark.parametrize("entry", READING, ids=lambda entry: entry.path)
@MANY
@given(query=QUERIES)
def test_any_query(fuzzed: Watched, entry: Entry, query: dict[str, str]) -> None:
    if entry.path not in NOT_THERE:
        fuzzed.get(address(entry, fuzzed.values(entry)), params=query)


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if "{" in entry.path], ids=lambda e: f"{e.method} {e.path}"
)
@MANY
@given(data=st.data())
def test_any_address(fuzzed: Watched, entry: Entry, data: st.DataObject) -> None:
    values = fuzzed.values(entry)
    name = data.draw(st.sampled_from(sorted(values)))
    path = address(entry, {**values, name: data.draw(SEGMENTS)})
    if entry.path in NOT_THERE:
        return
    if entry.method == "GET":
        fuzzed.get(path)
    else:
        fuzzed.throw(entry.method, path, json={"name": "x"})

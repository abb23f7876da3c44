"""Whatever is thrown at an operation: a refusal in the one shape, never a failure, and nothing changed by it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox.service_content import GROUND, MODEL, OPEN_ISSUE, PROJECT, ROOM, UPPER, VERSIONED_MODEL, WALL, WALL_LAYER

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.routes import TABLES
from bimplus_nb.sandbox.wire import Entry

ENTRIES = [entry for table in TABLES for entry in table.entries]
READING = [entry for entry in ENTRIES if entry.method == "GET"]
WRITING = [entry for entry in ENTRIES if entry.method in {"POST", "PUT"}]
GOOD = {
    "team": "riverside", "project": PROJECT, "model": MODEL, "object": WALL, "layer": WALL_LAYER, "bits": "7",
    "issue": OPEN_ISSUE, "pin": guid("pin", OPEN_ISSUE, 0), "user": Sandbox.users[0].id, "type": WALL_LAYER,
    "revision": guid("revision", VERSIONED_MODEL, 1), "comment": guid("none"),
}  # fmt: skip
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
                     "disciplines", "filterEmpty", "api-token", "_"]),
    st.sampled_from(["", "0", "1", "-1", "x", "true", "medium", "undefined", "null", "1e3",
                     "\x00", "٣", "9" * 30, PROJECT]),
    max_size=4,
)  # fmt: skip
SEGMENTS = st.sampled_from(
    ["x", "..", ".", "%", "\x00", "ü", "'; DROP TABLE things; --", "0" * 32, "-1", "9" * 5000, GROUND]
)

MANY = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Watched:
    """The account owner's client of a sandbox that may become any mess, and what was last seen of it."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.state = self._seen()

    def get(self, path: str, **options: Any) -> None:
        check(self.client.get(path, **options))

    def throw(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Sends it; a refused request must have changed nothing."""
        answer = self.client.request(method, path, **options)
        check(answer)
        state = self._seen()
        if answer.status_code >= 400:
            assert state == self.state
        self.state = state
        return answer

    def _seen(self) -> list[bytes]:
        paths = ("projects", "divisions", *(f"projects/{PROJECT}/{part}" for part in ("issues", "pins")))
        return [self.client.get(f"/riverside/{path}").content for path in (*paths, f"objects/{PROJECT}/topology")]


def check(answer: httpx.Response) -> None:
    request = answer.request
    assert answer.status_code < 500, (request.method, str(request.url), request.content, answer.text)
    if answer.status_code >= 400:
        assert set(answer.json()) == {"error", "message", "status", "requestId"}


@pytest.fixture(scope="module")
def fuzzed(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    path = shutil.copy(seeded_file, tmp_path_factory.mktemp("fuzz"))
    with (
        Sandbox(path=path, token_lifetime=3600) as sandbox,
        httpx.Client(base_url=sandbox.url, verify=False, trust_env=False, timeout=30) as client,
    ):
        client.headers["Authorization"] = f"BimPlus {sandbox.token()}"
        yield Watched(client)


def address(entry: Entry, **changed: str) -> str:
    values = {**GOOD, **changed}
    return entry.path.format_map({name: quote(value, safe="") for name, value in values.items()})


@pytest.mark.parametrize("entry", WRITING, ids=lambda entry: f"{entry.method} {entry.path}")
@MANY
@given(body=BODIES)
def test_any_json_body(fuzzed: Watched, entry: Entry, body: dict[str, Any]) -> None:
    fuzzed.throw(entry.method, address(entry), json=body)


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
    for body in (b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", deep, nested, b'{"name":"\\ud800"}'):
        answer = fuzzed.throw(entry.method, address(entry), content=body)
        assert answer.status_code in {400, 404}


@pytest.mark.parametrize("entry", READING, ids=lambda entry: entry.path)
@MANY
@given(query=QUERIES)
def test_any_query(fuzzed: Watched, entry: Entry, query: dict[str, str]) -> None:
    fuzzed.get(address(entry), params=query)


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if "{" in entry.path], ids=lambda e: f"{e.method} {e.path}"
)
@MANY
@given(data=st.data())
def test_any_address(fuzzed: Watched, entry: Entry, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in GOOD if f"{{{name}}}" in entry.path]))
    path = address(entry, **{name: data.draw(SEGMENTS)})
    if entry.method == "GET":
        fuzzed.get(path)
    else:
        fuzzed.throw(entry.method, path, json={"name": "x"})

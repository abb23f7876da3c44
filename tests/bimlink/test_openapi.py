"""What is read from an OpenAPI document, and what a hostile one can do: nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Handler, serving

from bimplus_nb.bimlink import Link, connect, openapi
from bimplus_nb.errors import ApiError, NotOffered

SERVICE = "https://api.example.org/v1"


def read(paths: Any, **more: Any) -> openapi.Description:
    return openapi.read({"paths": paths, **more}, service=SERVICE, address=f"{SERVICE}/swagger/v1/swagger.json")


def one(operation: Any, *, path: str = "/things", method: str = "get", **more: Any) -> openapi.Description:
    """A document with one operation to look at, beside a good one."""
    good = {"get": {"operationId": "Good"}}
    return read({path: {method: {"operationId": "Odd", **operation}}, "/good": good}, **more)


def parameter(name: object, place: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, **more}


def test_an_operation_is_read() -> None:
    shared = {"components": {"parameters": {"o": parameter("offset")}, "schemas": {"max": {"maximum": 500}}}}
    limit = parameter("limit", schema={"$ref": "#/components/schemas/max"})
    said = [parameter("id", "path"), limit, {"$ref": "#/components/parameters/o"}, parameter("kind", required=True)]
    found = one({"parameters": said, "summary": "Things."}, path="/a/{id}/b", **shared).operations["Odd"]
    assert (found.path, found.ids, found.query) == ("/a/{}/b", ("id",), ("limit", "offset", "kind"))
    assert (found.paged, found.most, found.required, found.summary) == (True, 500, {"kind"}, "Things.")


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({}, SERVICE),
        ({"servers": []}, SERVICE),
        ({"servers": [{"url": "/v2"}]}, "https://api.example.org/v2"),
        ({"servers": [{"url": "https://API.example.org:443/v2/"}]}, "https://API.example.org:443/v2"),
        ({"host": "api.example.org", "basePath": "/v3"}, "https://api.example.org/v3"),
    ],
)
def test_where_requests_go(more: dict[str, Any], base: str) -> None:
    assert one({}, **more).base == base


@pytest.mark.parametrize(
    "more",
    [
        {"servers": [{"url": "https://evil.example"}]},
        {"servers": [{"url": "//evil.example/v1"}]},
        {"servers": [{"url": "http://api.example.org/v1"}]},
        {"servers": [{"url": "https://api.example.org:8443"}]},
        {"servers": [{"url": "https://api.example.org@evil.example/"}]},
        {"servers": [{"url": "https://user@api.example.org/"}]},
        {"servers": [{"url": "https://{host}/"}]},
        {"servers": [{"url": "https://[::1"}]},
        {"host": "evil.example"},
        {"host": "api.example.org@evil.example"},
    ],
)
def test_another_host_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="another host"):
        one({}, **more)


@pytest.mark.parametrize("document", [None, [], "x", 1, {}, {"paths": []}, {"paths": "x"}])
def test_what_is_no_document_is_refused(document: object) -> None:
    with pytest.raises(ApiError, match="no description of a service"):
        openapi.read(document, service=SERVICE, address=f"{SERVICE}/x")


def test_what_offers_nothing_or_too_much_is_refused() -> None:
    with pytest.raises(ApiError, match="no operation"):
        read({"/x": {"get": {"operationId": 7}}, "/y": 3, "/z": {"get": "x"}})
    with pytest.raises(ApiError, match="more than 5,000"):
        read({f"/{k}": {"get": {"operationId": f"A{k}"}} for k in range(5001)})


CIRCLE = {"components": {"a": {"$ref": "#/components/b"}, "b": {"$ref": "#/components/a"}}}


@pytest.mark.parametrize(
    ("operation", "more", "why"),
    [
        ({"parameters": [{"$ref": "#/components/a"}]}, CIRCLE, "circle"),
        ({"requestBody": {"$ref": "#/components/a"}}, CIRCLE, "circle"),
        ({"parameters": [parameter("limit", schema={"$ref": "#/components/a"})]}, CIRCLE, "circle"),
        ({"parameters": [{"$ref": "#/paths"}]}, {}, "no name"),
        ({"parameters": [{"$ref": "https://evil.example/x.json"}]}, {}, "outside"),
        ({"parameters": [{"$ref": "other.json#/x"}]}, {}, "outside"),
        ({"parameters": [{"$ref": 7}]}, {}, "outside"),
        ({"parameters": [{"$ref": "#/nowhere/at/all"}]}, {}, "wrong type"),
        ({"parameters": {"a": 1}}, {}, "no list"),
        ({"parameters": [parameter("a")] * 201}, {}, "no list"),
        ({"parameters": [7]}, {}, "wrong type"),
        ({"parameters": [parameter(7)]}, {}, "no name"),
        ({"parameters": [parameter("a b")]}, {}, "no name"),
        ({"parameters": [parameter("X-Key", "header", required=True)]}, {}, "X-Key"),
        ({"requestBody": {"content": {"text/plain": {}}}}, {}, "not JSON"),
        ({"requestBody": []}, {}, "wrong type"),
        ({"servers": [{"url": "https://evil.example"}]}, {}, "address of its own"),
    ],
)
def test_an_odd_operation_is_set_aside_in_words(operation: Any, more: Any, why: str) -> None:
    found = one(operation, **more)
    assert set(found.operations) == {"Good"}
    assert why in found.problems["Odd"]


@pytest.mark.parametrize(
    "path", ["x", "/a?b", "/a#b", "/a/../b", "/a b", "/a\\b", "/{a}/{a}", "/{a", "/a}", "/%2e%2e/x", "/" + "a" * 1001]
)
def test_a_path_that_is_none(path: str) -> None:
    assert one({}, path=path).problems == {"Odd": "its path is none"}


def test_two_of_one_name_are_neither() -> None:
    twice = {"get": {"operationId": "Twice"}}
    found = read({"/a": twice, "/b": twice, "/c": twice, "/d": {"get": {"operationId": "Good"}}})
    assert set(found.operations) == {"Good"}
    assert "several" in found.problems["Twice"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("#/components/a"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["paths", "/x/{a}", "get", "operationId", "parameters", "$ref", "name", "in", "schema", "maximum"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(anything, anything)
def test_anything_is_read_or_refused(operation: Any, more: Any) -> None:
    said = operation if isinstance(operation, dict) else {"parameters": operation}
    try:
        found = one({**said, "operationId": "Odd"}, components={"a": more}, servers=more)
    except ApiError:
        return
    assert found.base.startswith("https://api.example.org")
    assert "Good" in found.operations


# over HTTP ------------------------------------------------------------------------------------------------------------


def asked(body: bytes, use: Any) -> list[tuple[str, str, dict[str, str]]]:
    """Requests that came while `use` used a link to a service whose document is `body`."""

    def script(handler: Handler) -> None:
        handler.reply(200, body if handler.path.endswith("swagger.json") else b"[]")

    with serving(script) as server, connect(server.url, token="the-token") as link:
        use(link)
        return server.seen


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"paths": {' + b" " * 10_000_000 + b"}}", "larger than 8,388,608 bytes"),
        (b"[" * 200_000, "no description"),
        (b"<html>", "no description"),
        (b"\xff\xfe", "no description"),
        (
            b'{"servers": [{"url": "https://evil.example"}], "paths": {"/a": {"get": {"operationId": "A"}}}}',
            "another host",
        ),
    ],
    ids=["10 MB", "deep", "HTML", "no text", "another host"],
)
def test_a_hostile_document_is_refused_in_words(body: bytes, why: str) -> None:
    def use(link: Link) -> None:
        with pytest.raises(ApiError, match=why):
            len(link.operations)

    seen = asked(body, use)
    assert [path for _, path, _ in seen] == ["/v2/swagger/v1/swagger.json"]
    assert "Authorization" not in seen[0][2]


def test_a_document_elsewhere_is_not_asked_for() -> None:
    for elsewhere in ("https://evil.example/swagger.json", "//evil.example/swagger.json"):
        service = connect("https://api.example.org", token="x", document=elsewhere)
        with service as link, pytest.raises(ValueError, match="must lie at"):
            len(link.operations)


def test_operations_complete_and_say_what_they_are() -> None:
    operations = {
        "A_GetAll": {"summary": "All.", "parameters": [parameter("kind"), parameter("from")]},
        "2x": {},
        "_b": {},
    }
    paths = {f"/{key}": {"get": {"operationId": key, **said}} for key, said in operations.items()}
    broken = {"get": {"operationId": "Broken", "parameters": 1}}

    def use(link: Link) -> None:
        offered = link.operations
        assert dir(offered) == ["A_GetAll"]
        assert str(offered.A_GetAll.__signature__) == "(*, kind=None)"
        assert offered.A_GetAll.__doc__ == "All.\n\nGET /A_GetAll"
        assert set(offered) == {"A_GetAll", "2x", "_b"}
        assert offered.A_GetAll(kind="k", **{"from": 1}) == []
        assert offered["2x"]() == []
        with pytest.raises(AttributeError, match=r"offers no B_GetAll\. It offers A_GetAll"):
            _ = offered.B_GetAll
        with pytest.raises(NotOffered, match="cannot be called: its parameters are no list"):
            _ = offered["Broken"]
        assert not hasattr(offered, "_repr_html_")
        with pytest.raises(TypeError, match="takes no colour; it takes kind, from"):
            offered.A_GetAll(colour=1)
        with pytest.raises(TypeError, match="takes no body"):
            offered.A_GetAll(body={})

    seen = asked(json.dumps({"paths": {**paths, "/broken": broken}}).encode(), use)
    assert [path for _, path, _ in seen[1:]] == ["/v2/A_GetAll?kind=k&from=1", "/v2/2x"]
    assert {headers.get("Authorization") for _, _, headers in seen[1:]} == {"Bearer the-token"}

"""What holds for every request: addresses, sign-in, refusals, ETags, cross-origin headers."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from sandbox.service_content import PROJECT, WALL

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.gate import BODY_LIMIT

Call = Callable[..., httpx.Client]
Start = Callable[..., Sandbox]


def refused(answer: httpx.Response, status: int) -> str:
    """The message of a refusal that has the one shape."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error", "message", "status", "requestId"}
    assert body["status"] == status
    assert body["requestId"] == answer.headers["X-Request-Id"]
    assert answer.headers["Content-Type"].startswith("application/json")
    return str(body["message"])


def test_hello_and_discovery_need_no_token(house: Sandbox, caller: Call) -> None:
    stranger = caller(house, None)
    assert stranger.get("/hello").status_code == 200
    document = stranger.get("/.well-known/openid-configuration").json()
    assert document["issuer"] == house.issuer
    assert urlsplit(house.issuer).port != urlsplit(house.url).port


@pytest.mark.parametrize(
    "path",
    ["/teams", "/teams/", "//teams", "/teams//", "///teams///", "/teams?_=1763841234", "/teams?unknown=x&filterEmpty="],
)
def test_addresses_are_taken_generously(anna: httpx.Client, path: str) -> None:
    assert len(anna.get(f"{str(anna.base_url).rstrip('/')}{path}").json()) == 2


@pytest.mark.parametrize("slug", ["riverside", "RIVERSIDE", "RiverSide"])
@pytest.mark.parametrize("spelled", [str.upper, str.lower, lambda id: f"{{{id}}}", lambda id: id.replace("-", "")])
def test_slugs_and_guids_are_compared_without_case(
    anna: httpx.Client, slug: str, spelled: Callable[[str], str]
) -> None:
    assert anna.get(f"/{slug}/projects/{spelled(PROJECT)}").json()["id"] == PROJECT


@pytest.mark.parametrize("scheme", ["BimPlus", "bimplus", "BIMPLUS", "Bearer", "bearer", "BEARER"])
def test_every_token_scheme(house: Sandbox, caller: Call, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {house.token('ben')}"}
    assert caller(house, None).get("/user", headers=headers).json()["email"] == "ben@example.com"


@pytest.mark.parametrize("name", ["api-token", "API-Token"])
def test_token_in_the_query(house: Sandbox, caller: Call, name: str) -> None:
    assert caller(house, None).get("/user", params={name: house.token("carla")}).status_code == 200


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "nonsense",
        lambda token: token[:-4],
        lambda token: token.rsplit(".", 1)[0],
        lambda token: token[:60] + ("A" if token[60] != "A" else "B") + token[61:],
        lambda token: unsigned(token),
        lambda _: base64.urlsafe_b64encode(b"[" * 30_000).decode() + ".e30.e30",
        lambda _: "ünï.cö.dé".encode().decode("latin-1"),
    ],
)
@pytest.mark.parametrize("place", ["header", "query"])
def test_a_bad_token_is_refused(house: Sandbox, caller: Call, spoil: Callable[[str], str], place: str) -> None:
    token = spoil(house.token("anna"))
    headers = {"Authorization": f"BimPlus {token}".strip().encode("latin-1")} if place == "header" else {}
    answer = caller(house, None).get("/teams", headers=headers, params={} if headers else {"api-token": token})
    refused(answer, 401)
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("header", ["Basic YW5uYTp4", "token abc", "BimPlus", "x" * 5000])
def test_other_schemes_are_refused(house: Sandbox, caller: Call, header: str) -> None:
    refused(caller(house, None).get("/teams", headers={"Authorization": header}), 401)


def test_another_sandbox_s_token_is_refused(house: Sandbox, own_house: Sandbox, caller: Call) -> None:
    refused(caller(house, None).get("/user", headers={"Authorization": f"Bearer {own_house.token()}"}), 401)


def test_a_token_expires(start: Start, caller: Call) -> None:
    message = refused(caller(start(token_lifetime=0)).get("/user"), 401)
    assert "expired" in message


@pytest.mark.parametrize(
    "path", ["/nothing", "/riverside/nothing", "/riverside/projects/not-a-guid", "/", "/%00/projects"]
)
def test_what_is_not_there(anna: httpx.Client, path: str) -> None:
    refused(anna.get(path), 404)


def test_a_method_that_is_not_there(anna: httpx.Client) -> None:
    answer = anna.patch("/hello")
    refused(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "0.0.0.0", ""])
def test_a_foreign_host_name_is_refused(house: Sandbox, caller: Call, host: str) -> None:
    refused(caller(house).get("/hello", headers={"Host": host}), 400)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8888", "[::1]:1", "LOCALHOST"])
def test_every_name_of_this_machine_is_good(house: Sandbox, caller: Call, host: str) -> None:
    assert caller(house).get("/hello", headers={"Host": host}).status_code == 200


def test_scripts_of_other_pages_may_read(anna: httpx.Client) -> None:
    asked = {"Origin": "http://localhost:8888", "Access-Control-Request-Method": "PUT"}
    preflight = anna.options(f"/riverside/projects/{PROJECT}", headers=asked)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    answer = anna.get("/teams")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"X-Total-Count", "ETag"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))


@pytest.mark.parametrize("spelled", [lambda tag: tag, lambda tag: tag.removeprefix("W/"), lambda tag: f'"x", {tag}'])
@pytest.mark.parametrize("path", ["/teams", f"/riverside/projects/{PROJECT}", f"/riverside/objects/{WALL}"])
def test_an_etag_the_client_holds_is_304(anna: httpx.Client, path: str, spelled: Callable[[str], str]) -> None:
    tag = anna.get(path).headers["ETag"]
    again = anna.get(path, headers={"If-None-Match": spelled(tag)})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert anna.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/teams", f"/riverside/projects/{PROJECT}", f"/riverside/objects/{PROJECT}/topology"])
def test_head_is_get_without_the_body(anna: httpx.Client, path: str) -> None:
    head, get = anna.head(path), anna.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.content))
    assert anna.head("/nothing").status_code == 404


def test_request_ids_differ(anna: httpx.Client) -> None:
    ids = {anna.get("/teams").headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"name": NaN}', b"[" * 3000, b'{"a":' * 90 + b"1" + b"}" * 90],
)
def test_a_body_that_is_no_json_object(anna: httpx.Client, body: bytes) -> None:
    refused(anna.post("/riverside/projects", content=body), 400)


def test_another_kind_of_body(anna: httpx.Client) -> None:
    refused(anna.post("/riverside/projects", data={"name": "x"}), 415)


def test_a_body_that_is_too_large(house: Sandbox) -> None:
    """Refused by its announced length, before it is sent."""
    place = urlsplit(house.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as raw:
        raw.sendall(
            f"POST /v2/riverside/projects HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {house.token()}\r\n"
            f"Content-Length: {BODY_LIMIT + 1}\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert '"status":413' in answer


def test_faults_are_answered_in_order_then_the_service_again(start: Start, caller: Call) -> None:
    faults = {"GET /v2/hello": [503, (429, {"Retry-After": "7"})]}
    stranger = caller(start(faults=faults), None)
    refused(stranger.get("/hello"), 503)
    limited = stranger.get("/hello")
    refused(limited, 429)
    assert limited.headers["Retry-After"] == "7"
    assert stranger.get("/hello").status_code == 200
    assert faults == {"GET /v2/hello": [503, (429, {"Retry-After": "7"})]}


def test_faults_by_function(start: Start, caller: Call) -> None:
    stranger = caller(start(faults=lambda method, path: 502 if (method, path) == ("GET", "/v2/hello") else None), None)
    refused(stranger.get("/hello"), 502)
    assert stranger.get("/.well-known/openid-configuration").status_code == 200


def test_latency_is_added(start: Start, caller: Call) -> None:
    stranger = caller(start(latency=0.2), None)
    began = time.perf_counter()
    stranger.get("/hello")
    assert time.perf_counter() - began >= 0.2

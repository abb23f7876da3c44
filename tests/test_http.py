from __future__ import annotations

import json
import logging
import threading
import traceback
import unicodedata
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Handler, serving

from bimplus_nb import errors
from bimplus_nb.answers import interpret, refusal
from bimplus_nb.auth import Session, TokenSet
from bimplus_nb.http import Http, fill, secure_url

TOKEN = "canary-4f1d7c0b5e"


def signed_in(url: str, **options: Any) -> Http:
    session = Session(url)
    session.accept(TokenSet({"access_token": TOKEN}))
    return Http(url, auth=session, **options)


# interpret, refusal


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", None),
        (b"  \n", None),
        (b"null", None),
        (b"[]", []),
        (b'{"a": [1, 2.5, "x"]}', {"a": [1, 2.5, "x"]}),
        (b'"text"', "text"),
        (b"17", 17),
        ('{"name": "Ä\u202e"}'.encode(), {"name": "Ä\u202e"}),
    ],
)
def test_a_success_is_its_value(body: bytes, value: object) -> None:
    assert interpret(200, {}, body) == value
    assert interpret(201, {}, body) == value


@pytest.mark.parametrize("body", [b"<html><title>Login</title>", b"\x89PNG\x00\xff", b"{", b"[" * 200_000])
def test_a_success_that_is_no_json_is_an_error(body: bytes) -> None:
    with pytest.raises(errors.ApiError, match="instead of JSON") as caught:
        interpret(200, {"content-type": "text/html; charset=utf-8"}, body, method="GET", path="/v2/teams")
    assert caught.value.status == 200
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, errors.ApiError),
        (400, errors.ApiError),
        (401, errors.LoginError),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (418, errors.ApiError),
        (429, errors.RateLimited),
        (500, errors.ServerError),
        (503, errors.ServerError),
        (599, errors.ServerError),
        (799, errors.ServerError),
    ],
)
def test_a_status_is_one_error(status: int, kind: type[Exception]) -> None:
    error = refusal(status, {}, b'{"message": "because"}', method="PUT", path="/v2/x")
    assert type(error) is kind
    assert str(error).startswith(f"PUT /v2/x: {status} ")
    assert "because" in str(error)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 304])
def test_a_success_is_no_error(status: int) -> None:
    assert refusal(status, {}, b"") is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "m"}', "m"),
        (b'{"Message": "m"}', "m"),
        (b'{"error": "code", "error_description": "words"}', "words"),
        (b'{"error": "code"}', "code"),
        (b'{"error": {"code": 7, "message": "deep"}}', "deep"),
        (b'{"errors": [{"detail": "first"}, {"detail": "second"}]}', "first"),
        (b'{"title": "t"}', "t"),
        (b'["just text"]', "just text"),
        (b'"quoted"', "quoted"),
        (b"plain text", "plain text"),
        (b"<html><head><TITLE>502 Bad\nGateway</TITLE></head>", "502 Bad Gateway"),
        (b"<p>no <b>title</b></p>", "no title"),
        (b"", ""),
        (b'{"message": null, "detail": 5}', ""),
        (b"\xff\xfe\x00", None),
        (b'{"message": "a\\u0000b\\u001b[31mc\\u202ed"}', "a b [31mc⟨right-to-left override⟩d"),
    ],
)
def test_the_message_is_found_in_any_body(body: bytes, said: str | None) -> None:
    text = str(refusal(400, {}, body, method="GET", path="/p"))
    if said is not None:
        assert text == f"GET /p: 400 Bad Request{': ' + said if said else ''}. Check what was sent."


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: json.dumps({"message": t}).encode()))
def test_no_body_breaks_a_message(body: bytes) -> None:
    text = str(refusal(500, {}, body, method="GET", path="/p"))
    assert len(text) < 500
    assert len(text.splitlines()) == 1
    assert not any(unicodedata.category(char) == "Cc" for char in text)


@pytest.mark.parametrize(
    ("headers", "body"),
    [({"x-request-id": "r-1"}, b""), ({}, b'{"requestId": "r-1"}'), ({"x-correlation-id": "r-1"}, b"<html>")],
)
def test_the_request_id_is_in_the_message(headers: dict[str, str], body: bytes) -> None:
    error = refusal(500, headers, body)
    assert isinstance(error, errors.ServerError)
    assert error.request_id == "r-1"
    assert "(request id r-1)" in str(error)


def test_a_database_password_never_gets_in() -> None:
    teams = [{"slug": "a", "teamWorksConnection": "UGFzc3dvcmQ="}, {"inner": {"TEAMWORKSCONNECTION": "UGFzc3dvcmQ="}}]
    assert interpret(200, {}, json.dumps(teams).encode()) == [{"slug": "a"}, {"inner": {}}]
    error = refusal(400, {}, json.dumps(teams[0]).encode())
    assert isinstance(error, errors.ApiError)
    assert error.body == {"slug": "a"}


# paths


@pytest.mark.parametrize(
    ("template", "ids", "path"),
    [
        ("teams", (), "/teams"),
        ("{team}/objects/{}/properties/{}", ("a/b?c#d é", 8), "/my%20team/objects/a%2Fb%3Fc%23d%20%C3%A9/properties/8"),
        ("/{team}/x/", (), "/my%20team/x/"),
        ("", (), ""),
        ("https://evil.example/{}", ("i",), "/https://evil.example/i"),
    ],
)
def test_slots_are_filled_and_quoted(template: str, ids: tuple[Any, ...], path: str) -> None:
    assert fill(template, ids, lambda: "my team") == path


@pytest.mark.parametrize(
    ("template", "ids"), [("{}", ()), ("{}", ("",)), ("{}", ("..",)), ("{}", (".",)), ("x", ("i",)), ("{}", ("a", "b"))]
)
def test_ids_that_would_change_the_path_are_refused(template: str, ids: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="id"):
        fill(template, ids, lambda: "t")


@pytest.mark.parametrize("url", ["https://api.bimplus.net/v2", "http://127.0.0.1:80/v2", "http://localhost/x"])
def test_safe_addresses(url: str) -> None:
    assert secure_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.bimplus.net/v2",
        "ftp://127.0.0.1",
        "api.bimplus.net",
        "https://u:p@api.bimplus.net",
        "https://a/?t=1",
    ],
)
def test_unsafe_addresses(url: str) -> None:
    with pytest.raises(ValueError, match=r"https|address"):
        secure_url(url)


# sending


def test_an_error_names_the_address_asked() -> None:
    with serving(lambda h: h.reply(200, b"<html>") if "html" in h.path else h.reply(404)) as server:
        http = Http(server.url, team="t")
        for name in ("html", "other"):
            with pytest.raises(errors.ApiError) as caught:
                http.json("GET", "{team}/things/{}", name, params={"secret": TOKEN})
            assert caught.value.path == f"/v2/t/things/{name}"
            assert f"GET /v2/t/things/{name}: " in str(caught.value)
            assert TOKEN not in str(caught.value)
        http.close()


def test_what_is_none_is_not_sent() -> None:
    with serving(lambda h: h.reply(200, h.body)) as server:
        http = Http(server.url)
        sent = http.json(
            "POST", "x", params={"a": 1, "b": None, "c": True}, body={"n": None, "v": 0, "in": {"n": None}}
        )
        assert sent == {"v": 0, "in": {"n": None}}
        assert server.seen[0][1] == "/v2/x?a=1&c=true"
        with pytest.raises(ValueError, match="not JSON compliant"):
            http.json("POST", "x", body={"v": float("nan")})
        http.close()


def test_only_what_may_be_repeated_is_repeated() -> None:
    def script(h: Handler) -> None:
        times[h.command] = times.get(h.command, 0) + 1
        h.reply(200, b"1") if times[h.command] > 2 else h.reply(503, b"", Retry_After="0")

    times: dict[str, int] = {}
    with serving(script) as server, pytest.MonkeyPatch.context() as patch:
        slept: list[float] = []
        patch.setattr("time.sleep", slept.append)
        http = Http(server.url)
        for method in ("GET", "PUT", "DELETE"):
            assert http.json(method, "x") == 1
        with pytest.raises(errors.ServerError):
            http.json("POST", "x")
        assert times == {"GET": 3, "PUT": 3, "DELETE": 3, "POST": 1}
        http.close()


def test_the_pause_that_is_asked_for_is_kept_and_bounded() -> None:
    pauses = iter(["7", "999999", "1"])
    with (
        serving(lambda h: h.reply(429, b"", Retry_After=next(pauses, "60"))) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        slept: list[float] = []
        patch.setattr("time.sleep", slept.append)
        http = Http(server.url)
        with pytest.raises(errors.RateLimited, match="wait 60 seconds"):
            http.json("GET", "x")
        assert slept == [7, 30, 1]
        assert len(server.seen) == 4
        http.close()


def test_a_redirect_is_not_followed_and_gets_no_token() -> None:
    with (
        serving(lambda h: h.reply(200, b"{}")) as other,
        serving(lambda h: h.reply(302, b"", Location=f"{other.url}/x")) as server,
    ):
        http = signed_in(server.url)
        with pytest.raises(errors.ApiError, match="not followed"):
            http.json("GET", "x")
        assert server.seen[0][2]["Authorization"] == f"BimPlus {TOKEN}"
        assert other.seen == []
        http.close()


def test_the_token_is_for_one_origin() -> None:
    with serving(lambda h: h.reply(200, b"{}")) as other:
        session = Session("http://127.0.0.1:1/v2")
        session.accept(TokenSet({"access_token": TOKEN}))
        http = Http(other.url, auth=session)
        with pytest.raises(errors.LoginError, match="not for 127"):
            http.json("GET", "x")
        assert other.seen == []
        http.close()


def test_a_service_that_quotes_the_token_does_not_leak_it() -> None:
    def script(h: Handler) -> None:
        h.reply(403, json.dumps({"message": f"no: {h.headers['Authorization']}", "d": TOKEN}).encode())

    with serving(script) as server:
        http = signed_in(server.url)
        with pytest.raises(errors.Forbidden, match="no: BimPlus") as caught:
            http.json("GET", "x", params={"api-token": TOKEN})
        assert TOKEN not in str(caught.value) + repr(caught.value.body) + caught.value.path
        http.close()


def test_a_download_that_breaks_off_is_begun_again() -> None:
    def script(h: Handler) -> None:
        whole = len(server.seen) > 1
        h.send_response(200)
        h.send_header("Content-Length", "10")
        h.end_headers()
        h.wfile.write(b"0123456789" if whole else b"012")
        h.close_connection = True

    with serving(script) as server:
        http = Http(server.url)
        steps: list[tuple[int, int | None]] = []
        answer = http.send("GET", "x", progress=lambda done, total: steps.append((done, total)))
        assert answer.body == b"0123456789"
        assert steps[-1] == (10, 10)
        assert len(server.seen) == 2
        http.close()


def test_a_download_that_never_gets_through_is_said() -> None:
    def script(h: Handler) -> None:
        h.send_response(200)
        h.send_header("Content-Length", "10")
        h.end_headers()
        h.wfile.write(b"012")
        h.close_connection = True

    with serving(script) as server:
        http = Http(server.url)
        with pytest.raises(errors.ConnectionFailed, match="broke off") as caught:
            http.send("GET", "x", params={"q": TOKEN})
        assert TOKEN not in str(caught.value)
        with pytest.raises(errors.ConnectionFailed, match="may have been carried out"):
            http.send("POST", "x")
        assert [method for method, _, _ in server.seen] == ["GET", "GET", "POST"]
        http.close()


def test_silence_is_given_up() -> None:
    gate = threading.Event()
    with serving(lambda _: gate.wait(30)) as server:  # type: ignore[arg-type, return-value]
        http = Http(server.url, timeout=0.05)
        with pytest.raises(errors.ConnectionFailed, match=r"no answer within 0\.05 seconds"):
            http.json("POST", "x")
        gate.set()
        http.close()


def test_nobody_there_is_said_with_what_to_do() -> None:
    with serving(lambda h: h.reply(200)) as server:
        url = server.url
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        http = Http(url)
        with pytest.raises(errors.ConnectionFailed, match=r"no connection.*HTTPS_PROXY"):
            http.json("GET", "x")
        http.close()


@pytest.mark.parametrize("status", [200, 500])
def test_what_is_too_large_is_not_taken_in(status: int) -> None:
    with serving(lambda h: h.reply(status, b"x" * 3_000_000)) as server:
        http = Http(server.url)
        with pytest.raises(errors.ApiError) as caught:
            http.send("POST", "x", limit=1000)
        assert len(str(caught.value.body)) <= 1 << 16
        http.close()


def test_a_packed_bomb_is_counted_unpacked() -> None:
    import gzip

    bomb = gzip.compress(b"0" * 50_000_000)
    with serving(lambda h: h.reply(200, bomb, Content_Encoding="gzip")) as server:
        http = Http(server.url)
        with pytest.raises(errors.ApiError, match="larger than 1,000,000 bytes"):
            http.send("GET", "x", limit=1_000_000)
        http.close()


def test_an_unchanged_answer_has_no_bytes() -> None:
    def script(h: Handler) -> None:
        known = h.headers.get("If-None-Match") == '"1"'
        h.reply(304, b"", ETag='"1"') if known else h.reply(200, b"data", ETag='"1"')

    with serving(script) as server:
        http = Http(server.url)
        first = http.send("GET", "x")
        assert (first.status, first.etag, first.body) == (200, '"1"', b"data")
        assert "data" not in repr(first)
        second = http.send("GET", "x", etag=first.etag)
        assert (second.status, second.body) == (304, b"")
        http.close()


def test_errors_are_thread_safe_and_teams_are_apart() -> None:
    with serving(lambda h: h.reply(200, json.dumps(h.path).encode())) as server:
        http = Http(server.url, team=lambda: "first")
        other = http.for_team("second")
        with pytest.raises(ValueError, match="No team"):
            Http(server.url).team  # noqa: B018
        answers: list[Any] = []

        def ask(one: Http, number: int) -> None:
            answers.append(one.json("GET", "{team}/{}", number))

        threads = [threading.Thread(target=ask, args=(each, n)) for n in range(20) for each in (http, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == sorted(f"/v2/{team}/{n}" for n in range(20) for team in ("first", "second"))
        http.close()


def test_no_trace_of_the_token(caplog: pytest.LogCaptureFixture) -> None:
    """Not in a repr, nor in a log at the finest level, nor in the variables of any frame of a failure."""
    caplog.set_level(logging.DEBUG)

    def script(h: Handler) -> None:
        if "cut" in h.path:
            h.close_connection = True
        else:
            h.reply(400, b"{}")

    with serving(script) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        http = signed_in(server.url)
        shown = f"{http!r} {vars(http)!r} {http._auth!r} {vars(http._auth)!r}"  # type: ignore[arg-type]
        for path in ("cut", "refused"):
            try:
                http.json("GET", path, body={"a": 1})
            except errors.BimplusError as error:
                shown += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert "ConnectionFailed" in shown
        assert "ApiError" in shown
        assert TOKEN not in shown
        assert TOKEN not in caplog.text
        http.close()


def test_a_proxy_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda h: h.reply(200, b'"direct"')) as server, serving(lambda h: h.reply(502)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.delenv("no_proxy", raising=False)
        http = Http(server.url)
        assert http.json("GET", "x") == "direct"
        http.close()
        far = Http("https://api.example/v2", timeout=5)
        monkeypatch.setattr("time.sleep", lambda _: None)
        with pytest.raises(errors.ConnectionFailed, match="no connection"):
            far.json("POST", "x")
        assert [method for method, _, _ in proxy.seen] in ([], ["CONNECT"])
        far.close()


def test_nothing_of_httpx_escapes() -> None:
    kinds = [
        httpx.ConnectError, httpx.ReadTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.DecodingError,
        httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.WriteError,
    ]  # fmt: skip
    for kind in kinds:

        def fail(_: httpx.Request, kind: type[httpx.HTTPError] = kind) -> httpx.Response:
            raise kind(f"b'BimPlus {TOKEN}'")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("time.sleep", lambda _: None)
            http = Http("https://api.example/v2", transport=httpx.MockTransport(fail))
            with pytest.raises(errors.ConnectionFailed) as caught:
                http.json("GET", "x")
            assert TOKEN not in str(caught.value)
            assert (caught.value.__context__, caught.value.__cause__) == (None, None)

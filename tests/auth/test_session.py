from __future__ import annotations

import json
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from issuing import CLIENT, FakeIssuer, answer_to, issuing
from scripted import Handler, serving

from bimplus_nb.auth import Issuer, Redirected, Session, TokenSet
from bimplus_nb.auth import sandbox as into_sandbox
from bimplus_nb.errors import ConnectionFailed, LoginError
from bimplus_nb.http import Http
from bimplus_nb.sandbox import Sandbox


@pytest.fixture
def fake() -> Iterator[FakeIssuer]:
    with issuing() as running:
        yield running


@pytest.fixture
def session(fake: FakeIssuer) -> Session:
    """Signed in at the fake issuer."""
    session = Session(fake.api, issuer=Issuer(fake.api, client_id=CLIENT))
    assert session.issuer is not None
    waiting = Redirected(session.issuer, session.issuer.begin("http://127.0.0.1:9/callback"), session.accept)
    waiting.complete(answer_to(waiting.url, fake))
    return session


def expire(session: Session) -> None:
    assert session._tokens is not None
    session._tokens.expires_at = 1.0


def raised(action: Callable[[], object]) -> BaseException | None:
    try:
        action()
    except Exception as error:
        return error
    return None


def names_of_frames(thread: threading.Thread) -> list[str]:
    """Where a thread is."""
    frame = sys._current_frames().get(thread.ident or 0)
    return [] if frame is None else [each.f_code.co_name for each, _ in traceback.walk_stack(frame)]


def together(count: int, http: Http) -> list[object]:
    """What so many threads get that ask at the same moment."""
    barrier, results = threading.Barrier(count), []

    def ask() -> None:
        barrier.wait()
        try:
            results.append(http.json("GET", "things"))
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("scheme", ["BimPlus", "Bearer"])
def test_the_token_goes_with_each_request(fake: FakeIssuer, session: Session, scheme: str) -> None:
    session._scheme = scheme  # type: ignore[assignment]
    http = Http(fake.api, auth=session)
    assert http.json("GET", "things") == []
    assert fake.server.seen[-1][2]["Authorization"] == f"{scheme} access-1"
    http.close()


def test_no_other_scheme() -> None:
    with pytest.raises(ValueError, match="scheme"):
        Session("https://api.example", scheme="Basic")  # type: ignore[arg-type]


def test_signed_out_sends_nothing(fake: FakeIssuer) -> None:
    session = Session(fake.api)
    http = Http(fake.api, auth=session)
    with pytest.raises(LoginError, match=r"await client\.login"):
        http.json("GET", "things")
    assert fake.server.seen == []
    assert (session.signed_in, session.until, repr(session)) == (False, None, "<Session signed out>")
    http.close()


def test_an_expired_token_is_renewed_once_for_fifty_threads(fake: FakeIssuer, session: Session) -> None:
    expire(session)
    http = Http(fake.api, auth=session)
    assert together(50, http) == [[]] * 50
    assert [form["grant_type"] for form in fake.token_forms()] == ["authorization_code", "refresh_token"]
    assert fake.token_forms()[1]["refresh_token"] == "refresh-1"
    http.close()


def test_a_refused_token_is_renewed_once_for_fifty_threads(fake: FakeIssuer, session: Session) -> None:
    """The service forgot the token though it had not expired; the fake accepts the newest alone."""
    fake.forms.append({"grant_type": "somebody else's"})
    http = Http(fake.api, auth=session)
    assert together(50, http) == [[]] * 50
    assert len(fake.token_forms()) == 3
    http.close()


def test_rotation_uses_the_newest_refresh_token(fake: FakeIssuer, session: Session) -> None:
    http = Http(fake.api, auth=session)
    for count in (1, 2, 3):
        expire(session)
        assert http.json("GET", "things") == []
        assert fake.token_forms()[-1]["refresh_token"] == f"refresh-{count}"
    http.close()


def test_a_token_refused_again_after_renewal_is_a_login_error(fake: FakeIssuer, session: Session) -> None:
    fake.answer = {"access_token": "never-right"}
    fake.forms.append({"grant_type": "somebody else's"})
    http = Http(fake.api, auth=session)
    with pytest.raises(LoginError, match="401"):
        http.json("GET", "things")
    assert len(fake.token_forms()) == 3
    http.close()


def test_a_sign_in_that_has_ended_ends_for_everybody(fake: FakeIssuer, session: Session) -> None:
    expire(session)
    fake.reply = (400, b'{"error":"invalid_grant"}', {})
    http = Http(fake.api, auth=session)
    results = together(50, http)
    assert {type(result) for result in results} == {LoginError}
    assert {str(result) for result in results} == {"The sign-in has ended: await client.login() again."}
    assert len(fake.token_forms()) == 2
    assert not session.signed_in
    assert together(5, http)[0].args == results[0].args  # type: ignore[attr-defined]
    assert len(fake.token_forms()) == 2
    http.close()


def test_an_issuer_out_of_reach_is_asked_once_for_fifty_threads(fake: FakeIssuer, session: Session) -> None:
    """Those that waited for the one request share its outcome; whoever comes later tries again."""
    expire(session)
    waiting = threading.Barrier(51)
    asking, let_go = threading.Event(), threading.Event()
    answer = fake.script

    def slow(h: Handler) -> None:
        if h.path.endswith("/token"):
            asking.set()
            let_go.wait(10)
        answer(h)

    fake.server.RequestHandlerClass.script = staticmethod(slow)  # type: ignore[attr-defined]
    fake.reply = (503, b"", {})
    results: list[object] = []

    def ask() -> None:
        waiting.wait()
        results.append(raised(lambda: session._current(None)))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    waiting.wait()
    asking.wait(10)
    while not all("_current" in names_of_frames(thread) for thread in threads):
        threading.Event().wait(0.01)
    let_go.set()
    for thread in threads:
        thread.join()
    assert {type(each) for each in results} == {ConnectionFailed}
    assert len({str(each) for each in results}) == 1
    assert len(fake.token_forms()) == 2
    fake.reply = None
    assert session._current(None)[1].secret("access_token") == "access-3"


def test_an_issuer_out_of_reach_ends_nothing(fake: FakeIssuer, session: Session) -> None:
    expire(session)
    fake.reply = (503, b"", {})
    http = Http(fake.api, auth=session)
    with pytest.raises(ConnectionFailed):
        http.json("GET", "things")
    fake.reply = None
    assert http.json("GET", "things") == []
    http.close()


def test_a_renewal_for_another_user_is_refused(fake: FakeIssuer, session: Session) -> None:
    expire(session)
    fake.claims = {"sub": "u2"}
    http = Http(fake.api, auth=session)
    with pytest.raises(LoginError, match="has ended"):
        http.json("GET", "things")
    http.close()


def test_signing_out_forgets_even_where_the_issuer_is_away(fake: FakeIssuer, session: Session) -> None:
    assert session.until is not None
    fake.reply = (503, b"", {})
    with pytest.raises(ConnectionFailed):
        session.logout()
    assert not session.signed_in
    session.logout()


def test_lives_end_at_the_sandbox(own_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real issuer, which ends the sign-in when a refresh token comes twice: fifty threads, one refresh a life.

    The clocks of both are put on, so that no life is so short that a slow computer needs another meanwhile.
    """
    now, passed = time.time, 0.0
    for clock in ((time, "time"), (own_sandbox._issuer, "_now")):
        monkeypatch.setattr(*clock, lambda: now() + passed)
    issuer = Issuer(own_sandbox.url, client_id=own_sandbox.client_id)
    kept: list[TokenSet | None] = []
    session = Session(own_sandbox.url, issuer=issuer, keep=kept.append)
    into_sandbox.start(issuer, session.accept, "ben")
    http = Http(own_sandbox.url, auth=session)
    for count in (1, 2, 3):
        assert session._tokens is not None
        assert session._tokens.lifetime is not None
        assert len(kept) == count
        old = session._tokens.secret("access_token")
        passed += session._tokens.lifetime + 1
        assert session._tokens.expiring
        asked = {"Authorization": f"BimPlus {old}"}
        assert httpx.get(f"{own_sandbox.url}/user", headers=asked).status_code == 401
        barrier, names = threading.Barrier(50), []

        def ask(barrier: threading.Barrier = barrier, names: list[str] = names) -> None:
            barrier.wait()
            names.append(http.json("GET", "user")["email"])

        threads = [threading.Thread(target=ask) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert names == ["ben@example.com"] * 50
        assert len(kept) == count + 1
    session.logout()
    assert kept[-1] is None
    http.close()


def test_whoever_signs_in_meanwhile_does_not_repeat_what_another_asked(fake: FakeIssuer, session: Session) -> None:
    """A request of one user that was refused must not go out again as another's."""
    other = TokenSet({"access_token": "somebody-else", "refresh_token": "r", "expires_in": 300})
    flow = session.sync_auth_flow(httpx.Request("POST", f"{fake.api}/things"))
    assert next(flow).headers["Authorization"] == "BimPlus access-1"
    session.accept(other)
    with pytest.raises(StopIteration):
        flow.send(httpx.Response(401))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("follow", [False, True])
def test_the_token_goes_to_no_other_host(status: int, follow: bool) -> None:
    """Not over a redirect, even where an HTTP client of somebody's own follows it; another port is another host."""

    def away(h: Handler) -> None:
        h.reply(status, b"", Location=elsewhere.url.replace("127.0.0.1", "localhost") + "/things")

    with serving(lambda h: h.reply(200, b"[]")) as elsewhere, serving(away) as redirecting:
        tokens = TokenSet({"access_token": "canary-token-1", "expires_in": 300})
        session = Session(redirecting.url)
        session.accept(tokens)
        if follow:
            with httpx.Client(auth=session, follow_redirects=True) as client:
                assert client.get(f"{redirecting.url}/things").status_code == 200
            assert [headers.get("Authorization") for _, _, headers in elsewhere.seen] == [None]
        else:
            http = Http(redirecting.url, auth=session)
            assert raised(lambda: http.json("GET", "things")) is not None
            assert elsewhere.seen == []
            http.close()
        assert redirecting.seen[-1][2]["Authorization"] == "BimPlus canary-token-1"
        with httpx.Client(auth=session) as client, pytest.raises(LoginError, match="nothing was sent"):
            client.get(elsewhere.url)


ODD: list[tuple[int, bytes, dict[str, str]]] = [
    (status, body, headers)
    for status in (200, 400, 401, 500)
    for body, headers in [
        (b"", {}),
        (b"null", {}),
        (b"5", {}),
        (b'"text"', {}),
        (b"[[]]", {}),
        (b"{}", {}),
        (b'{"error": 5}', {}),
        (b'{"error": {"a": 1}, "error_description": ["canary-refresh"]}', {}),
        (b'{"access_token": {"a": 1}}', {}),
        (b'{"access_token": "x", "expires_in": [1]}', {}),
        (b'{"access_token": "x", "expires_in": 1e999}', {}),
        (b"[" * 100_000, {}),
        (b"\xff\xfe", {}),
        (b"not gzip", {"Content-Encoding": "gzip"}),
        (b"{}", {"Content-Type": "text/html; charset=no-such-thing"}),
        (b"{}", {"Location": "http://[::1"}),
    ]
]


@pytest.mark.parametrize(("status", "body", "headers"), ODD)
def test_no_error_of_a_library_comes_through(
    fake: FakeIssuer, session: Session, status: int, body: bytes, headers: dict[str, str]
) -> None:
    expire(session)
    fake.reply = (status, body, headers)
    error = raised(lambda: session._current(None))
    if error is None:  # an answer that is odd and good enough
        assert status == 200
        return
    assert isinstance(error, (LoginError, ConnectionFailed)), error
    assert error.__cause__ is None
    assert error.__context__ is None
    ours = {frame.f_code.co_filename.rsplit("/", 1)[-1] for frame, _ in traceback.walk_tb(error.__traceback__)}
    assert ours <= {"test_session.py", "secrecy.py"}


def test_a_refusal_that_quotes_what_was_sent(fake: FakeIssuer, session: Session) -> None:
    """A refresh token of one's own in the issuer's words must not reach the reader."""
    secret = "canary-refresh-token-0123456789"
    tokens = TokenSet({"access_token": "a", "refresh_token": secret, "expires_in": 300})
    tokens.expires_at = 1.0
    session.accept(tokens)
    said: dict[str, Any] = {"error": "invalid_grant", "error_description": f"unknown token {secret[:25]} of you"}
    fake.reply = (400, json.dumps(said).encode(), {})
    assert session.issuer is not None
    refused = session.issuer
    error = raised(lambda: refused.refresh(tokens))
    assert "unknown token" in str(error)
    assert secret[:12] not in str(error)

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from issuing import CLIENT, FakeIssuer, answer_to, issuing

from bimplus_nb.auth import Issuer, Redirected, Session
from bimplus_nb.errors import ConnectionFailed, LoginError
from bimplus_nb.http import Http


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


def test_an_expired_token_is_renewed_once_for_twenty_threads(fake: FakeIssuer, session: Session) -> None:
    expire(session)
    http = Http(fake.api, auth=session)
    assert together(20, http) == [[]] * 20
    assert [form["grant_type"] for form in fake.token_forms()] == ["authorization_code", "refresh_token"]
    assert fake.token_forms()[1]["refresh_token"] == "refresh-1"
    http.close()


def test_a_refused_token_is_renewed_once_for_twenty_threads(fake: FakeIssuer, session: Session) -> None:
    """The service forgot the token though it had not expired; the fake accepts the newest alone."""
    fake.forms.append({"grant_type": "somebody else's"})
    http = Http(fake.api, auth=session)
    assert together(20, http) == [[]] * 20
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
    results = together(20, http)
    assert {type(result) for result in results} == {LoginError}
    assert {str(result) for result in results} == {"The sign-in has ended: await client.login() again."}
    assert len(fake.token_forms()) == 2
    assert not session.signed_in
    http.close()


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

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from issuing import CLIENT, NEXT_KEY, FakeIssuer, answer_to, challenge_of, issuing

from bimplus_nb.auth import Issuer, Pending, Redirected, TokenSet
from bimplus_nb.auth.metadata import read_metadata
from bimplus_nb.errors import BimplusError, ConnectionFailed, LoginError

HOME = "http://127.0.0.1:9/callback"
DOCUMENT: dict[str, Any] = {
    "issuer": "https://login.example/realms/a",
    "authorization_endpoint": "https://login.example/auth",
    "token_endpoint": "https://login.example/token",
    "jwks_uri": "https://login.example/certs",
}


def pending(fake: FakeIssuer) -> tuple[Pending, list[TokenSet]]:
    issuer = Issuer(fake.api, client_id=CLIENT)
    accepted: list[TokenSet] = []
    return Redirected(issuer, issuer.begin(HOME), accepted.append), accepted


def test_what_discovery_says() -> None:
    found = read_metadata(DOCUMENT, on_this_machine=False)
    assert found.issuer == "https://login.example/realms/a"
    assert (found.revocation_endpoint, found.end_session_endpoint, found.iss_in_redirect) == (None, None, False)
    assert found.algorithms == {"RS256"}
    local = {key: value.replace("https://login.example", "http://127.0.0.1:8080") for key, value in DOCUMENT.items()}
    assert read_metadata(local, on_this_machine=True).issuer == "http://127.0.0.1:8080/realms/a"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuer": None}, "lacks issuer"),
        ({"token_endpoint": None}, "lacks token_endpoint"),
        ({"token_endpoint": "http://login.example/token"}, "not safe.*token_endpoint"),
        ({"token_endpoint": "http://127.0.0.1/token"}, "not safe.*token_endpoint"),
        ({"jwks_uri": "file:///etc/passwd"}, "not safe.*jwks_uri"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "not safe.*authorization_endpoint"),
        ({"authorization_endpoint": "https://"}, "not safe"),
        ({"authorization_endpoint": "https://[::1"}, "not safe"),
        ({"authorization_endpoint": "https://a@login.example/auth"}, "not safe"),
        ({"authorization_endpoint": "https://login.example/auth\n"}, "not safe"),
        ({"issuer": ["https://login.example"]}, "not safe.*issuer"),
        ({"end_session_endpoint": "http://login.example/end"}, "not safe.*end_session_endpoint"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"id_token_signing_alg_values_supported": ["none", "HS256"]}, "no signature"),
    ],
)
def test_discovery_that_cannot_be_trusted(change: dict[str, Any], why: str) -> None:
    with pytest.raises(LoginError, match=why):
        read_metadata({**DOCUMENT, **change}, on_this_machine=False)


@pytest.mark.parametrize("document", [None, [], "x", 5])
def test_discovery_that_is_none(document: object) -> None:
    with pytest.raises(LoginError, match="not readable"):
        read_metadata(document, on_this_machine=False)


def test_the_code_flow() -> None:
    with issuing() as fake:
        waiting, accepted = pending(fake)
        asked = parse_qs(urlsplit(waiting.url).query)
        assert (asked["response_type"], asked["client_id"]) == (["code"], [CLIENT])
        assert (asked["scope"], asked["redirect_uri"]) == (["openid profile email"], [HOME])
        assert (asked["code_challenge_method"], len(asked["state"][0]) >= 32) == (["S256"], True)
        waiting.complete(answer_to(waiting.url, fake))
        waiting.wait(0)
        (form,) = fake.forms
        assert (form["grant_type"], form["code"], form["client_id"]) == ("authorization_code", "code-1", CLIENT)
        assert form["redirect_uri"] == HOME
        assert challenge_of(form["code_verifier"]) == asked["code_challenge"][0]
        assert (accepted[0].secret("access_token"), accepted[0].subject) == ("access-1", "u1")


@pytest.mark.parametrize(
    "changes",
    [{"state": "other"}, {"state": None}, {"iss": "https://evil.example"}, {"code": None}, {"state": "a&state=b"}],
)
def test_an_address_of_somebody_else_changes_nothing(changes: dict[str, str | None]) -> None:
    with issuing() as fake:
        waiting, accepted = pending(fake)
        with pytest.raises(LoginError):
            waiting.complete(answer_to(waiting.url, fake, **changes))
        assert (fake.forms, accepted, waiting.done) == ([], [], False)
        waiting.complete(answer_to(waiting.url, fake))
        assert len(accepted) == 1


def test_a_code_of_another_sign_in_is_refused() -> None:
    with issuing() as fake:
        one, _ = pending(fake)
        other, accepted = pending(fake)
        with pytest.raises(LoginError, match="another sign-in"):
            other.complete(answer_to(one.url, fake))
        # With the right state but the other's code, the ID token's nonce gives it away.
        address = answer_to(other.url, fake)
        answer_to(one.url, fake)
        with pytest.raises(LoginError, match="belongs to another sign-in"):
            other.complete(address)
        assert accepted == []


def test_a_code_is_used_once() -> None:
    with issuing() as fake:
        waiting, accepted = pending(fake)
        address = answer_to(waiting.url, fake)
        waiting.complete(address)
        with pytest.raises(LoginError, match="over"):
            waiting.complete(address)
        assert (len(fake.forms), len(accepted)) == (1, 1)


def test_no_means_no() -> None:
    with issuing() as fake:
        waiting, _ = pending(fake)
        with pytest.raises(LoginError, match="refused: the user said no"):
            waiting.complete(answer_to(waiting.url, fake, code=None, error="x", error_description="the user said no"))
        assert fake.forms == []
        with pytest.raises(LoginError, match="refused: the user said no"):
            waiting.wait(0)


def test_cancelled_and_forgotten() -> None:
    with issuing() as fake:
        waiting, _ = pending(fake)
        waiting.cancel()
        waiting.cancel()
        with pytest.raises(LoginError, match="over"):
            waiting.complete(answer_to(waiting.url, fake))
        with pytest.raises(LoginError, match="cancelled"):
            waiting.wait(0)
        late, _ = pending(fake)
        with pytest.raises(LoginError, match="within 0 seconds"):
            late.wait(0)
        assert (fake.forms, late.done) == ([], True)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"claims": {"nonce": "other"}}, "another sign-in"),
        ({"claims": {"aud": "other"}}, "another application"),
        ({"claims": {"iss": "https://evil.example"}}, "another sign-in service"),
        ({"key": NEXT_KEY}, "unknown key"),
        ({"answer": {"id_token": None}}, "signature or form"),
        ({"answer": {"id_token": 5}}, "no printable text"),
        ({"answer": {"access_token": None}}, "no usable access token"),
        ({"answer": {"access_token": "a\r\nb"}}, "no printable text"),
        ({"answer": {"expires_in": "soon"}}, "no token"),
        ({"reply": (400, b'{"error":"invalid_grant","error_description":"used"}', {})}, "refused: used. Sign in again"),
        ({"reply": (400, b'{"error":"invalid_grant"}', {})}, "refused: invalid_grant"),
        ({"reply": (400, '{"error":"e","error_description":"ü"}'.encode(), {})}, "refused: ü"),
        ({"reply": (200, b"<html>", {})}, "no token"),
        ({"reply": (200, b"[]", {})}, "no token"),
        ({"reply": (302, b"", {"Location": "https://evil.example/token"})}, "answered 302"),
        ({"reply": (403, b"<html>", {})}, "answered 403"),
    ],
)
def test_a_token_answer_that_is_wrong_signs_nobody_in(spoil: dict[str, Any], why: str) -> None:
    with issuing() as fake:
        waiting, accepted = pending(fake)
        vars(fake).update(spoil)
        with pytest.raises(LoginError, match=why) as caught:
            waiting.complete(answer_to(waiting.url, fake))
        assert (accepted, waiting.done) == ([], True)
        assert "code-1" not in str(caught.value)
        assert caught.value.__context__ is None or "verifier" not in repr(vars(caught.value.__context__))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_issuer_is_no_refusal(status: int) -> None:
    with issuing() as fake:
        waiting, _ = pending(fake)
        fake.reply = (status, b"<html>", {})
        with pytest.raises(ConnectionFailed, match=f"answered {status}"):
            waiting.complete(answer_to(waiting.url, fake))


def test_new_keys_are_asked_for_once() -> None:
    with issuing() as fake:
        issuer = Issuer(fake.api, client_id=CLIENT)
        accepted: list[TokenSet] = []

        def sign_in() -> None:
            waiting = Redirected(issuer, issuer.begin(HOME), accepted.append)
            waiting.complete(answer_to(waiting.url, fake))

        sign_in()
        sign_in()
        assert fake.paths().count("/certs") == 1
        fake.key, fake.published = NEXT_KEY, [NEXT_KEY]
        sign_in()
        assert (fake.paths().count("/certs"), len(accepted)) == (2, 3)
        fake.published = []
        fake.key = fake.key.generate_key(2048, {"kid": "k3"})
        with pytest.raises(LoginError):
            sign_in()
        assert fake.paths().count("/certs") == 3
        assert fake.paths().count("/.well-known/openid-configuration") == 1


def test_signing_out_revokes_and_ends() -> None:
    with issuing() as fake:
        issuer = Issuer(fake.api, client_id=CLIENT)
        accepted: list[TokenSet] = []
        waiting = Redirected(issuer, issuer.begin(HOME), accepted.append)
        waiting.complete(answer_to(waiting.url, fake))
        issuer.end(accepted[0])
        _, revoked, ended = fake.forms
        assert (revoked["token"], revoked["token_type_hint"]) == ("refresh-1", "refresh_token")
        assert (revoked["client_id"], ended["client_id"]) == (CLIENT, CLIENT)
        assert ended["id_token_hint"] == accepted[0].secret("id_token")
        assert not any("token=" in path or "hint" in path for _, path, _ in fake.server.seen)
        fake.reply = (503, b"", {})
        with pytest.raises(BimplusError, match="503"):
            issuer.end(accepted[0])
        # An issuer that ends sessions for browsers only; and one that has neither endpoint.
        assert issuer._metadata is not None
        issuer._metadata = replace(issuer._metadata, revocation_endpoint=None)
        fake.reply = (404, b"<html>", {})
        issuer.end(accepted[0])
        issuer._metadata = replace(issuer._metadata, end_session_endpoint=None)
        before = len(fake.forms)
        issuer.end(accepted[0])
        assert len(fake.forms) == before


def test_the_real_thing(sandbox: Any) -> None:
    """The sandbox checks PKCE, the redirect and the code; its issuer is on another origin than its API."""
    issuer = Issuer(sandbox.url, client_id=sandbox.client_id)
    assert issuer.metadata.issuer == sandbox.issuer
    assert not sandbox.url.startswith(sandbox.issuer[:22])
    assert issuer.metadata.iss_in_redirect
    assert repr(issuer) == f"<Issuer for {urlsplit(sandbox.url).netloc}>"

"""The sign-in service: the whole code flow over HTTP, refresh, the ends of a sign-in, and time."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sandbox.oidc_client import CALLBACK, SignIn, oauth_error

from bimplus_nb.sandbox.authorization import Authorization, OAuthError
from bimplus_nb.sandbox.issuer import Issuer
from bimplus_nb.sandbox.people import USERS

# the way that works


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.username)
def test_the_whole_way(sign_in: SignIn, user: Any) -> None:
    back = sign_in.sent_back(sign_in.answer(sign_in.page(), username=user.username))
    assert set(back) == {"code", "state", "iss"}
    assert back["state"] == sign_in.state
    assert back["iss"] == sign_in.sandbox.issuer
    answer = sign_in.exchange(back["code"])
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 300, "openid profile email")
    headers = {"Authorization": f"BimPlus {tokens['access_token']}"}
    me = sign_in.http.get(f"{sign_in.sandbox.url}/user", headers=headers).json()
    assert (me["id"], me["email"]) == (user.id, user.email)
    identity = sign_in.claims(tokens["id_token"])
    assert identity["iss"] == sign_in.sandbox.issuer
    assert identity["aud"] == sign_in.sandbox.client_id
    assert identity["nonce"] == "nonce"
    assert identity["exp"] > identity["iat"] >= identity["auth_time"]
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert identity["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    about = sign_in.http.post(
        sign_in.endpoint("userinfo_endpoint"), headers={"Authorization": f"bearer {tokens['access_token']}"}
    ).json()
    assert about["sub"] == identity["sub"] == sign_in.claims(tokens["access_token"])["sub"] != user.id
    assert (about["email"], about["preferred_username"], about["given_name"]) == (
        user.email,
        user.username,
        user.name.split()[0],
    )


def test_the_discovery_document_is_the_same_in_both_places(sign_in: SignIn) -> None:
    at_api = sign_in.http.get(f"{sign_in.sandbox.url}/.well-known/openid-configuration").json()
    at_issuer = sign_in.http.get(f"{sign_in.sandbox.issuer}/.well-known/openid-configuration").json()
    assert at_api == at_issuer
    assert at_api["code_challenge_methods_supported"] == ["S256"]
    assert at_api["authorization_response_iss_parameter_supported"] is True
    assert all(value.startswith(sign_in.sandbox.issuer) for name, value in at_api.items() if name.endswith("_endpoint"))


def test_scopes_are_what_was_asked_and_no_more(sign_in: SignIn) -> None:
    tokens = sign_in.tokens(scope="openid email unknown")
    assert tokens["scope"] == "openid email"
    claims = sign_in.claims(tokens["id_token"])
    assert "email" in claims
    assert "name" not in claims


def test_without_state_and_nonce(sign_in: SignIn) -> None:
    back = sign_in.sent_back(sign_in.answer(sign_in.page(state=None, nonce=None), username="ben"))
    assert set(back) == {"code", "iss"}
    assert "nonce" not in sign_in.claims(sign_in.exchange(back["code"]).json()["id_token"])


def test_saying_no(sign_in: SignIn) -> None:
    back = sign_in.sent_back(sign_in.answer(sign_in.page(), deny="1"))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", sign_in.state, sign_in.sandbox.issuer)


def test_a_redirect_uri_keeps_its_own_query(sign_in: SignIn) -> None:
    sign_in.redirect_uri = CALLBACK + "?env=dev&x=%20"
    back = sign_in.sent_back(sign_in.answer(sign_in.page(), username="anna"))
    assert (back["env"], back["x"]) == ("dev", " ")
    assert sign_in.exchange(back["code"]).status_code == 200


def test_the_page_is_plain_and_closed(sign_in: SignIn) -> None:
    page = sign_in.page()
    assert "<script" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:45123;" in policy
    assert "frame-ancestors 'none'" in policy
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    assert base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in page.headers, "no other page's script reads this one"
    buttons = re.findall(r'<button type="submit" name="username" value="(\w+)">', page.text)
    assert buttons == [user.username for user in USERS]
    assert sign_in.http.options(page.url.copy_with(query=None)).status_code == 405


def test_an_address_cannot_write_into_the_page(sign_in: SignIn) -> None:
    evil = "http://127.0.0.1:1/\"><b>x</b><img/src='x'onerror='alert(1)'>"
    sign_in.redirect_uri = evil
    assert "<b>x" not in sign_in.page().text
    assert "<img" not in sign_in.page(client_id="<img>").text


# refreshing and ending


def test_refresh_tokens_rotate(sign_in: SignIn) -> None:
    first = sign_in.tokens("carla")
    second = sign_in.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert sign_in.reaches(second["access_token"])
    assert sign_in.claims(second["id_token"])["sub"] == sign_in.claims(first["id_token"])["sub"]
    assert sign_in.refresh(second["refresh_token"], scope="openid").status_code == 200


def test_a_stolen_refresh_token_ends_the_sign_in(sign_in: SignIn) -> None:
    first = sign_in.tokens()
    second = sign_in.refresh(first["refresh_token"]).json()
    assert oauth_error(sign_in.refresh(first["refresh_token"])) == "invalid_grant"
    assert oauth_error(sign_in.refresh(second["refresh_token"])) == "invalid_grant"
    assert not sign_in.reaches(second["access_token"])
    assert sign_in.reaches(sign_in.tokens()["access_token"]), "other sign-ins of the same user go on"


def test_what_a_refresh_may_not_be(sign_in: SignIn) -> None:
    tokens = sign_in.tokens(scope="openid")
    assert oauth_error(sign_in.refresh(tokens["refresh_token"], scope="openid email")) == "invalid_scope"
    assert oauth_error(sign_in.refresh("guess")) == "invalid_grant"
    assert oauth_error(sign_in.refresh(tokens["access_token"])) == "invalid_grant"
    assert oauth_error(sign_in.refresh(tokens["refresh_token"], client_id="other"), 401) == "invalid_client"
    assert sign_in.refresh(tokens["refresh_token"]).status_code == 200, "a refused try does not spend the token"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revocation_ends_everything(sign_in: SignIn, which: str) -> None:
    tokens = sign_in.tokens()
    form = {"client_id": sign_in.sandbox.client_id, "token": tokens[which]}
    assert sign_in.http.post(sign_in.endpoint("revocation_endpoint"), data=form).status_code == 200
    assert not sign_in.reaches(tokens["access_token"])
    assert oauth_error(sign_in.refresh(tokens["refresh_token"])) == "invalid_grant"
    userinfo = sign_in.http.get(
        sign_in.endpoint("userinfo_endpoint"), headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert oauth_error(userinfo, 401) == "invalid_token"
    assert (
        sign_in.http.post(sign_in.endpoint("revocation_endpoint"), data={**form, "token": "unknown"}).status_code == 200
    )
    assert (
        oauth_error(sign_in.http.post(sign_in.endpoint("revocation_endpoint"), data={"token": "x"}), 401)
        == "invalid_client"
    )


def test_signing_out(sign_in: SignIn) -> None:
    tokens, endpoint = sign_in.tokens(), sign_in.endpoint("end_session_endpoint")
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": "http://127.0.0.1:5/bye?a=b",
        "state": "s p",
    }
    answer = sign_in.http.get(endpoint, params=asked)
    assert answer.headers["Location"] == "http://127.0.0.1:5/bye?a=b&state=s+p"
    assert not sign_in.reaches(tokens["access_token"])
    assert sign_in.http.get(endpoint).status_code == 200
    for bad in (
        {**asked, "post_logout_redirect_uri": "http://evil.example/"},
        {"post_logout_redirect_uri": "http://127.0.0.1:5/bye"},
        {**asked, "id_token_hint": tokens["access_token"]},
        {**asked, "id_token_hint": "x.y.z"},
    ):
        refused = sign_in.http.get(endpoint, params=bad)
        assert refused.status_code == 400
        assert "Location" not in refused.headers


# time, on a clock of one's own


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(clock: Clock) -> Issuer:
    made = Issuer(USERS, lifetime=300, now=clock)
    made.url = "http://127.0.0.1:1/realms/x"
    return made


VERIFIER = "v" * 64


def request(clock: Callable[[], float]) -> Authorization:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    return Authorization(CALLBACK, "openid", challenge, None, None, clock() + 600)


def test_a_code_lives_a_minute(issuer: Issuer, clock: Clock) -> None:
    code = issuer.grant(request(clock), USERS[0])
    clock.now += 61
    with pytest.raises(OAuthError, match="expired"):
        issuer.exchange(code, CALLBACK, VERIFIER)


def test_a_late_replay_is_still_noticed(issuer: Issuer, clock: Clock) -> None:
    code = issuer.grant(request(clock), USERS[0])
    tokens = issuer.exchange(code, CALLBACK, VERIFIER)
    clock.now += 120
    with pytest.raises(OAuthError):
        issuer.exchange(code, CALLBACK, VERIFIER)
    assert issuer.username(tokens["access_token"]) is None


def test_access_tokens_expire_and_refresh_tokens_live_on_for_a_day_s_work(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.exchange(issuer.grant(request(clock), USERS[0]), CALLBACK, VERIFIER)
    clock.now += 299
    assert issuer.username(tokens["access_token"]) == "anna"
    clock.now += 2
    assert issuer.username(tokens["access_token"]) is None
    clock.now += 7 * 3600
    tokens = issuer.refresh(tokens["refresh_token"])
    assert issuer.username(tokens["access_token"]) == "anna"
    clock.now += 3600
    with pytest.raises(OAuthError, match="expired"):
        issuer.refresh(tokens["refresh_token"])


def test_the_key_can_be_made_while_somebody_signs_in(issuer: Issuer) -> None:
    """At the start one thread makes it while another, which holds the issuer's lock, already needs it."""
    maker = threading.Thread(target=lambda: issuer.key, daemon=True)
    with issuer._lock:
        maker.start()
        maker.join(30)
        assert not maker.is_alive()
        assert issuer.token(USERS[0])


def test_a_page_left_open_times_out(issuer: Issuer, clock: Clock) -> None:
    handle = issuer.ask(request(clock))
    clock.now += 601
    assert issuer.answered(handle) is None


def test_unanswered_requests_do_not_pile_up(issuer: Issuer, clock: Clock) -> None:
    handles = [issuer.ask(request(clock)) for _ in range(1500)]
    assert issuer.answered(handles[0]) is None
    assert issuer.answered(handles[-1]) is not None

"""The sign-in service: every way to cheat it is refused, and nothing is ever sent to a stranger."""

from __future__ import annotations

import base64

import httpx
import pytest
from sandbox.oidc_client import CALLBACK, SignIn, oauth_error

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.authorization import is_registered

# what an authorisation request may not be


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:1/",
        "http://127.0.0.1/",
        "http://localhost:8888/hub/x?y=z",
        "http://[::1]:9/cb",
        "http://LOCALHOST:1/",
    ],
)
def test_this_machine_s_redirects_are_registered(sign_in: SignIn, uri: str) -> None:
    assert is_registered(uri)
    assert sign_in.page(redirect_uri=uri).status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        None, "", "x", "/callback", "https://127.0.0.1:1/", "http://127.0.0.1.evil.example/", "http://evil.example/",
        "http://localhost.evil.example/", "http://localhost@evil.example/", "http://evil.example@localhost/",
        "http://127.0.0.1:1@evil.example/", "http://evil.example#@127.0.0.1/", "http://127.0.0.1:1/#fragment",
        "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://127.0.0.1:0/", "http://127.0.0.2/", "http://127.1/",
        "http://0.0.0.0/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http:\\\\127.0.0.1\\",
        "http://127.0.0.1\\.evil.example/", "http://127.0.0.1 .evil.example/", "http://127.0.0.1\r\nX: y/",
        "http://127.0.0.1\tx/", "javascript:alert(1)//127.0.0.1", "file://localhost/etc", "//127.0.0.1/", "http:///x",
        "http://[::1", "http://①②⑦.0.0.1/", "http://localhost./", "http://127.0.0.1/" + "x" * 3000,
    ],
)  # fmt: skip
def test_other_redirects_get_an_error_page_and_nothing_else(sign_in: SignIn, uri: str | None) -> None:
    answer = sign_in.page(redirect_uri=uri)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "<form" not in answer.text


def test_another_client_gets_an_error_page(sign_in: SignIn) -> None:
    for client_id in (None, "", "other", sign_in.sandbox.client_id.upper()):
        answer = sign_in.page(client_id=client_id)
        assert answer.status_code == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"code_challenge": "=" * 43}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_other_mistakes_are_told_to_the_client(sign_in: SignIn, changes: dict[str, str | None], error: str) -> None:
    back = sign_in.sent_back(sign_in.page(**changes))
    assert (back["error"], back["state"], back["iss"]) == (error, sign_in.state, sign_in.sandbox.issuer)
    assert "code" not in back


def test_a_parameter_given_twice_is_refused(sign_in: SignIn) -> None:
    for name in ("redirect_uri", "state", "client_id", "code_challenge"):
        pairs = [*sign_in.query().items(), (name, "http://evil.example/")]
        answer = sign_in.http.get(sign_in.endpoint("authorization_endpoint"), params=pairs)
        assert answer.status_code == 400
        assert "Location" not in answer.headers


def test_an_answer_counts_once_and_only_from_our_page(sign_in: SignIn) -> None:
    page = sign_in.page()
    assert sign_in.answer(page, username="anna").status_code == 302
    assert sign_in.answer(page, username="anna").status_code == 400
    action = f"{sign_in.endpoint('authorization_endpoint')}/consent"
    for values in ({}, {"request": "guess", "username": "anna"}, {"username": "anna", **sign_in.query()}):
        answer = sign_in.http.post(action, data=values)
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    assert sign_in.answer(sign_in.page(), username="eve").status_code == 400
    assert sign_in.http.post(action, json={"username": "anna"}).status_code == 415
    assert sign_in.http.get(action).status_code == 405


# what an exchange may not be


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant", 400),
        ({"code_verifier": "x"}, "invalid_grant", 400),
        ({"code_verifier": "é" * 43}, "invalid_grant", 400),
        ({"code_verifier": None}, "invalid_request", 400),
        ({"code_verifier": ""}, "invalid_request", 400),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_grant", 400),
        ({"redirect_uri": CALLBACK.replace("127.0.0.1", "localhost")}, "invalid_grant", 400),
        ({"redirect_uri": None}, "invalid_request", 400),
        ({"code": "guess"}, "invalid_grant", 400),
        ({"code": None}, "invalid_request", 400),
        ({"client_id": "other"}, "invalid_client", 401),
        ({"client_id": None}, "invalid_client", 401),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": None}, "unsupported_grant_type", 400),
    ],
)
def test_a_code_alone_is_worth_nothing(
    sign_in: SignIn, changes: dict[str, str | None], error: str, status: int
) -> None:
    assert oauth_error(sign_in.exchange(sign_in.code(), **changes), status) == error


def test_the_challenge_itself_is_no_verifier(sign_in: SignIn) -> None:
    challenge = sign_in.query()["code_challenge"]
    assert oauth_error(sign_in.exchange(sign_in.code(), code_verifier=challenge)) == "invalid_grant"


def test_a_wrong_guess_spends_the_code(sign_in: SignIn) -> None:
    code = sign_in.code()
    assert oauth_error(sign_in.exchange(code, code_verifier="x" * 43)) == "invalid_grant"
    assert oauth_error(sign_in.exchange(code)) == "invalid_grant"


def test_a_code_of_one_sign_in_is_no_good_in_another(sign_in: SignIn, house: Sandbox) -> None:
    other = SignIn(house, sign_in.http)
    assert oauth_error(other.exchange(sign_in.code())) == "invalid_grant"


def test_a_replayed_code_ends_the_sign_in(sign_in: SignIn) -> None:
    code = sign_in.code()
    tokens = sign_in.exchange(code).json()
    assert sign_in.reaches(tokens["access_token"])
    assert oauth_error(sign_in.exchange(code)) == "invalid_grant"
    assert not sign_in.reaches(tokens["access_token"])
    assert oauth_error(sign_in.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_forms_only(sign_in: SignIn) -> None:
    endpoint = sign_in.endpoint("token_endpoint")
    assert sign_in.http.post(endpoint, json={"grant_type": "refresh_token"}).status_code == 415
    assert sign_in.http.get(endpoint).status_code == 405
    doubled = [("client_id", sign_in.sandbox.client_id), ("client_id", "x"), ("grant_type", "refresh_token")]
    assert (
        oauth_error(
            sign_in.http.post(
                endpoint,
                content=str(httpx.QueryParams(doubled)),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
        )
        == "invalid_request"
    )
    many = "&".join(f"a{number}=1" for number in range(200))
    assert (
        oauth_error(
            sign_in.http.post(endpoint, content=many, headers={"Content-Type": "application/x-www-form-urlencoded"})
        )
        == "invalid_request"
    )
    for junk in (b"\xff\xfe=\x00", b"%", b"=&=&", b"grant_type=%zz"):
        assert sign_in.http.post(
            endpoint, content=junk, headers={"Content-Type": "application/x-www-form-urlencoded"}
        ).status_code in {400, 401}


def test_tokens_are_not_taken_for_each_other(sign_in: SignIn) -> None:
    tokens = sign_in.tokens()
    for token in (tokens["id_token"], tokens["refresh_token"]):
        assert not sign_in.reaches(token)


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_token_signed_otherwise_is_refused(sign_in: SignIn, algorithm: str) -> None:
    """The public key used as an HMAC secret, and no signature at all."""
    header, payload, _ = sign_in.tokens()["access_token"].split(".")
    forged = base64.urlsafe_b64encode(f'{{"alg":"{algorithm}"}}'.encode()).rstrip(b"=").decode() + "." + payload
    assert not sign_in.reaches(f"{forged}.{header}")
    assert not sign_in.reaches(f"{forged}.")

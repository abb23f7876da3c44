"""The sign-in service: a code that a device shows and somebody types elsewhere (RFC 8628)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import lab
import pytest
from sandbox.oidc_client import SignIn, oauth_error

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.authorization import PENDING_LIFETIME, OAuthError
from bimplus_nb.sandbox.devices import GRANT, PAUSE, TRIES, Devices
from bimplus_nb.sandbox.people import USERS

# the way that works


@pytest.fixture
def quick(sign_in: SignIn, start: Callable[..., Sandbox]) -> SignIn:
    """At a sandbox that may be asked often."""
    return SignIn(start(device_interval=0.001), sign_in.http)


def begin(at: SignIn, **changes: str | None) -> httpx.Response:
    form = {"client_id": at.sandbox.client_id, "scope": "openid profile email", **changes}
    return at.http.post(
        at.endpoint("device_authorization_endpoint"), data={k: v for k, v in form.items() if v is not None}
    )


def collect(at: SignIn, device_code: str | None) -> httpx.Response:
    return at.token(grant_type=GRANT, device_code=device_code)


def open_page(at: SignIn, codes: dict[str, Any]) -> httpx.Response:
    return at.http.get(codes["verification_uri_complete"])


def type_code(at: SignIn, codes: dict[str, Any], typed: str) -> httpx.Response:
    return at.answer(at.http.get(codes["verification_uri"]), user_code=typed)


@pytest.mark.parametrize("user", ["anna", "david"])
def test_the_whole_way(quick: SignIn, user: str) -> None:
    answer = begin(quick)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    codes = answer.json()
    assert set(codes) == {
        "device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval",
    }  # fmt: skip
    assert re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}", codes["user_code"])
    assert codes["expires_in"] == PENDING_LIFETIME
    assert codes["device_code"] not in codes["verification_uri_complete"]
    assert oauth_error(collect(quick, codes["device_code"])) == "authorization_pending"
    page = open_page(quick, codes)
    assert codes["user_code"] in page.text, "whoever opened a stranger's link can see that it is not theirs"
    done = quick.answer(page, username=user)
    assert (done.status_code, "You are signed in" in done.text) == (200, True)
    tokens = collect(quick, codes["device_code"]).json()
    assert quick.reaches(tokens["access_token"])
    identity = quick.claims(tokens["id_token"])
    assert (identity["preferred_username"], identity["aud"]) == (user, quick.sandbox.client_id)
    assert quick.refresh(tokens["refresh_token"]).status_code == 200


def test_discovery_says_so(sign_in: SignIn) -> None:
    document = sign_in.http.get(f"{sign_in.sandbox.url}/.well-known/openid-configuration").json()
    assert GRANT in document["grant_types_supported"]
    assert document["device_authorization_endpoint"].endswith("/protocol/openid-connect/auth/device")


@pytest.mark.parametrize("write", [str, str.lower, lambda c: c.replace("-", ""), lambda c: f" {c[:2]}-{c[2:]}. "])
def test_a_code_is_typed_as_people_type(sign_in: SignIn, write: Callable[[str], str]) -> None:
    codes = begin(sign_in).json()
    page = type_code(sign_in, codes, write(codes["user_code"]))
    assert (page.status_code, "Who is working today?" in page.text) == (200, True)


def test_saying_no(quick: SignIn) -> None:
    codes = begin(quick).json()
    assert "Nobody was signed in" in quick.answer(open_page(quick, codes), deny="1").text
    assert oauth_error(collect(quick, codes["device_code"])) == "access_denied"
    assert type_code(quick, codes, codes["user_code"]).status_code == 400


# what may not be


def test_a_code_is_good_once(quick: SignIn) -> None:
    codes = begin(quick).json()
    page = open_page(quick, codes)
    assert quick.answer(page, username="ben").status_code == 200
    assert quick.answer(page, username="anna").status_code == 400
    assert open_page(quick, codes).status_code == 400
    assert collect(quick, codes["device_code"]).status_code == 200
    assert oauth_error(collect(quick, codes["device_code"])) == "invalid_grant"


def test_only_the_page_can_answer(quick: SignIn) -> None:
    codes = begin(quick).json()
    old, new = open_page(quick, codes), open_page(quick, codes)
    assert quick.answer(old, username="ben").status_code == 400, "the newest page counts"
    consent = f"{codes['verification_uri']}/consent"
    for values in (
        {"username": "anna"},
        {"request": "", "username": "anna"},
        {"request": "é", "username": "anna"},
        {"request": codes["user_code"], "username": "anna"},
        {"request": codes["device_code"], "username": "anna"},
    ):
        assert quick.http.post(consent, data=values).status_code == 400
    assert quick.answer(new, username="eve").status_code == 400
    assert quick.http.get(consent).status_code == 405
    assert oauth_error(collect(quick, codes["device_code"])) == "authorization_pending"
    assert quick.answer(new, username="ben").status_code == 200


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"client_id": "other"}, "invalid_client", 401),
        ({"client_id": None}, "invalid_client", 401),
        ({"scope": "profile"}, "invalid_scope", 400),
        ({"scope": None}, "invalid_scope", 400),
    ],
)
def test_not_everybody_gets_a_code(sign_in: SignIn, changes: dict[str, str | None], error: str, status: int) -> None:
    assert oauth_error(begin(sign_in, **changes), status) == error


def test_what_is_no_device_code(sign_in: SignIn) -> None:
    codes = begin(sign_in).json()
    assert oauth_error(collect(sign_in, codes["user_code"])) == "invalid_grant"
    assert oauth_error(collect(sign_in, None)) == "invalid_request"
    other = sign_in.token(grant_type=GRANT, device_code=codes["device_code"], client_id="other")
    assert oauth_error(other, 401) == "invalid_client"
    assert sign_in.http.get(sign_in.endpoint("device_authorization_endpoint")).status_code == 405


def test_the_pages_are_plain_and_closed(sign_in: SignIn) -> None:
    codes = begin(sign_in).json()
    for page in (sign_in.http.get(codes["verification_uri"]), open_page(sign_in, codes)):
        policy = page.headers["Content-Security-Policy"]
        assert "<script" not in page.text
        assert "default-src 'none'" in policy
        assert "form-action 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in page.headers
    evil = sign_in.http.get(codes["verification_uri"], params={"user_code": '"><img src=x onerror=alert(1)>'})
    assert (evil.status_code, "<img" in evil.text) == (400, False)


# time and guessing, on a clock of one's own


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def devices(clock: Clock) -> Devices:
    return Devices(interval=5, now=clock)


def error_of(act: Callable[[], object]) -> str:
    with pytest.raises(OAuthError) as caught:
        act()
    return caught.value.error


def test_asking_too_often_makes_it_slower(devices: Devices, clock: Clock) -> None:
    """5 s between two questions at first; each that comes too soon adds 5 s."""
    code, heard = devices.begin("openid")["device_code"], []
    for pause in (0, 5, 1, 10, 8, 15, 10):
        clock.now += pause
        heard.append(error_of(lambda: devices.collect(code)))
    fine, slow = "authorization_pending", "slow_down"
    assert heard == [fine, fine, slow, fine, slow, fine, slow]


def test_codes_expire(devices: Devices, clock: Clock) -> None:
    late, answered = devices.begin("openid"), devices.begin("openid")
    handle = devices.typed(answered["user_code"]).handle
    clock.now += PENDING_LIFETIME
    assert error_of(lambda: devices.typed(late["user_code"])) == "invalid_request"
    assert not devices.answer(handle, "anna")
    assert error_of(lambda: devices.collect(late["device_code"])) == "expired_token"
    clock.now += PENDING_LIFETIME
    assert error_of(lambda: devices.collect(late["device_code"])) == "invalid_grant"


def test_nobody_guesses_a_code(devices: Devices, clock: Clock) -> None:
    code = devices.begin("openid")["user_code"]
    for number in range(TRIES):
        assert error_of(lambda number=number: devices.typed(f"BBBB-BBB{number}")) == "invalid_request"
    assert error_of(lambda: devices.typed(code)) == "slow_down", "the right one neither, or guessing would go on"
    clock.now += PAUSE + 1
    assert devices.typed(code).scope == "openid"


def test_they_do_not_pile_up(devices: Devices) -> None:
    begun = [devices.begin("openid") for _ in range(1500)]
    assert len({codes["user_code"] for codes in begun}) == 1500
    assert error_of(lambda: devices.collect(begun[0]["device_code"])) == "invalid_grant"
    assert error_of(lambda: devices.collect(begun[-1]["device_code"])) == "authorization_pending"


def test_nothing_shows_the_codes(devices: Devices) -> None:
    codes = devices.begin("openid")
    device = devices.typed(codes["user_code"])
    assert device.handle not in repr(device)
    assert device.user_code not in repr(device)


# in a browser


@pytest.mark.browser
@pytest.mark.skipif(lab.missing() is not None, reason=str(lab.missing()))
def test_typing_the_code_by_keyboard(quick: SignIn) -> None:
    codes = begin(quick).json()
    with lab.chromium() as browser, browser.new_page(java_script_enabled=False) as page:
        page.goto(codes["verification_uri"])
        page.locator("#code:focus").wait_for()
        page.keyboard.type(codes["user_code"].lower().replace("-", ""))
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Who is working today?").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="You are signed in").wait_for()
    tokens = collect(quick, codes["device_code"]).json()
    assert quick.claims(tokens["id_token"])["preferred_username"] == USERS[1].username

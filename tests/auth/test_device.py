"""The way in by a code that is typed elsewhere: against the sandbox, and a service that does what it likes."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from issuing import CLIENT, KEY, NEXT_KEY, FakeIssuer, agree, issuing, type_code

from bimplus_nb.auth import Issuer, Pending, Session, TokenSet, device
from bimplus_nb.auth.devicecode import LONGEST, DeviceCode, read_device_code
from bimplus_nb.errors import ConnectionFailed, LoginError
from bimplus_nb.http import Http
from bimplus_nb.sandbox import Sandbox

PAGE = "https://login.example/device"
ANSWER: dict[str, Any] = {"device_code": "secret-1", "user_code": "AB-CD", "verification_uri": PAGE}


@pytest.fixture(scope="module")
def quick() -> Iterator[Sandbox]:
    """A sandbox that may be asked often."""
    with Sandbox(device_interval=0.02) as running:
        yield running


@pytest.fixture
def session(quick: Sandbox) -> Session:
    return Session(quick.url, issuer=Issuer(quick.url, client_id=quick.client_id))


@pytest.fixture
def fake() -> Iterator[FakeIssuer]:
    with issuing() as running:
        running.claims = {"nonce": None}
        yield running


def begin(fake: FakeIssuer) -> tuple[Pending, list[TokenSet]]:
    accepted: list[TokenSet] = []
    return device.start(Issuer(fake.api, client_id=CLIENT), accepted.append), accepted


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "bimplus sign-in"]


@pytest.fixture(autouse=True)
def nobody_asks_on() -> Iterator[None]:
    """Whatever happens, the asking ends with the sign-in."""
    before = threads()
    yield
    for thread in threads():
        if thread not in before:
            thread.join(5)
            assert not thread.is_alive()


# at the sandbox


def who(session: Session, url: str) -> str:
    http = Http(url, auth=session)
    try:
        return str(http.json("GET", "user")["email"])
    finally:
        http.close()


def test_opening_the_link_and_agreeing(quick: Sandbox, session: Session) -> None:
    assert session.issuer is not None
    assert session.issuer.offers_device
    pending = device.start(session.issuer, session.accept)
    assert (pending.done, session.signed_in, pending.takes_address) == (False, False, False)
    assert pending.code in pending.url
    assert 590 < pending.until - time.time() <= 600
    page = httpx.get(pending.url)
    assert pending.code in page.text
    agree(page, "carla")
    pending.wait(10)
    assert who(session, quick.url) == "carla@example.com"
    assert session._tokens is not None
    assert session._tokens.refreshable
    assert session._tokens.subject


def test_typing_the_code(quick: Sandbox, session: Session) -> None:
    assert session.issuer is not None
    pending = device.start(session.issuer, session.accept)
    agree(type_code(pending.url.partition("?")[0], pending.code.lower()), "ben")
    pending.wait(10)
    assert who(session, quick.url) == "ben@example.com"


def test_the_user_says_no(session: Session) -> None:
    assert session.issuer is not None
    pending = device.start(session.issuer, session.accept)
    agree(type_code(pending.url.partition("?")[0], pending.code), deny=True)
    with pytest.raises(LoginError, match=r"^The sign-in was refused: The user said no\.$"):
        pending.wait(10)
    assert not session.signed_in


def test_renewing_and_signing_out(quick: Sandbox, session: Session) -> None:
    assert session.issuer is not None
    pending = device.start(session.issuer, session.accept)
    agree(type_code(pending.url.partition("?")[0], pending.code))
    pending.wait(10)
    assert session._tokens is not None
    session._tokens.expires_at = 1.0
    assert who(session, quick.url) == "anna@example.com"
    last = session._tokens
    session.logout()
    with pytest.raises(LoginError, match="refused"):
        session.issuer.refresh(last)


class Heard(Issuer):
    """Lets a test listen to what a device is told."""

    answers: queue.Queue[object]

    def collect(self, code: DeviceCode) -> Any:
        answer = super().collect(code)
        self.answers.put(answer)
        return answer


def test_a_person_need_not_be_quick(quick: Sandbox) -> None:
    """Asked some times in vain; the sandbox counts the time between and does not have to complain."""
    issuer, accepted = Heard(quick.url, client_id=quick.client_id), []
    issuer.answers = queue.Queue()
    pending = device.start(issuer, accepted.append)
    assert [issuer.answers.get(timeout=5) for _ in range(5)] == ["authorization_pending"] * 5
    agree(type_code(pending.url.partition("?")[0], pending.code))
    pending.wait(10)
    assert len(accepted) == 1


# a service that does what it likes


def test_what_is_sent(fake: FakeIssuer) -> None:
    fake.polls = ["authorization_pending", "authorization_pending"]
    pending, accepted = begin(fake)
    pending.wait(10)
    asked, *polls = fake.forms
    assert asked == {"client_id": CLIENT, "scope": "openid profile email"}
    assert (
        polls
        == [
            {
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                "device_code": "device-code-1",
                "client_id": CLIENT,
            }
        ]
        * 3
    )
    assert (accepted[0].secret("access_token"), accepted[0].subject) == ("access-3", "u1")


def test_slower_when_told(fake: FakeIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 s more by the standard, 0.3 s here; that it stays slower is what counts."""
    assert device.SLOWER == 5
    monkeypatch.setattr(device, "SLOWER", 0.3)
    fake.polls = ["authorization_pending", "slow_down", "authorization_pending"]
    pending, _ = begin(fake)
    pending.wait(10)
    pauses = [after - before for before, after in pairwise(fake.times[1:])]
    assert pauses[0] < 0.3
    assert pauses[1] > 0.3
    assert pauses[2] > 0.3


def test_a_service_that_is_away_for_a_while(fake: FakeIssuer) -> None:
    fake.polls = [(503, b"", {}), (429, b"<html>", {}), "authorization_pending"]
    pending, accepted = begin(fake)
    pending.wait(10)
    assert len(accepted) == 1


def test_a_service_that_is_away_for_good(fake: FakeIssuer) -> None:
    fake.codes = {"expires_in": 0.4}
    fake.polls = [(503, b"", {})] * 99
    pending, _ = begin(fake)
    with pytest.raises(LoginError, match=r"not typed in time.*Start again.*out of reach.*answered 503"):
        pending.wait(10)
    assert len(fake.polls) > 93, "less and less often"


def test_nobody_types_it(fake: FakeIssuer) -> None:
    fake.codes = {"expires_in": 0.2}
    fake.polls = ["authorization_pending"] * 99
    pending, accepted = begin(fake)
    with pytest.raises(LoginError, match=r"^The code was not typed in time\. Start again for a new one\.$"):
        pending.wait(10)
    assert pending.until < time.time()
    assert accepted == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"polls": ["expired_token"]}, "not typed in time"),
        ({"polls": ["access_denied"]}, "The sign-in was refused: access_denied"),
        ({"polls": ["invalid_grant"]}, "refused: invalid_grant"),
        ({"polls": [(400, b'{"error":"x","error_description":"no device-code-1 here"}', {})]}, "refused: no ••• here"),
        ({"polls": [(302, b"", {"Location": "https://evil.example/"})]}, "answered 302"),
        ({"polls": [(200, b"[]", {})]}, "no token"),
        ({"polls": [(404, b"<html>", {})]}, "answered 404"),
        ({"answer": {"access_token": None}}, "no usable access token"),
        ({"answer": {"id_token": None}}, "signature or form"),
        ({"claims": {"aud": "other"}}, "another application"),
        ({"claims": {"iss": "https://evil.example"}}, "another sign-in service"),
        ({"key": NEXT_KEY}, "unknown key"),
    ],
)
def test_an_end_that_is_no_sign_in(fake: FakeIssuer, spoil: dict[str, Any], why: str) -> None:
    for name, value in spoil.items():
        setattr(fake, name, value)
    pending, accepted = begin(fake)
    with pytest.raises(LoginError, match=why) as caught:
        pending.wait(10)
    assert accepted == []
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert "device-code-1" not in "".join(shown)


def test_cancelled_at_once(fake: FakeIssuer) -> None:
    fake.codes = {"interval": 60}
    pending, accepted = begin(fake)
    (thread,) = threads()
    pending.cancel()
    thread.join(30)
    assert not thread.is_alive(), "and does not ask once more, after a minute"
    with pytest.raises(LoginError, match="cancelled"):
        pending.wait(0)
    assert (accepted, len(fake.forms)) == ([], 1)


def test_cancelled_while_the_answer_is_under_way(fake: FakeIssuer) -> None:
    """The user has agreed elsewhere and given up here: nobody is signed in, and the tokens are revoked."""
    asked, cancelled = threading.Event(), threading.Event()
    whole = fake._tokens

    def late() -> dict[str, Any]:
        asked.set()
        assert cancelled.wait(5)
        return whole()

    fake._tokens = late  # type: ignore[method-assign]
    pending, accepted = begin(fake)
    (thread,) = threads()
    assert asked.wait(5)
    pending.cancel()
    assert pending.done
    cancelled.set()
    thread.join(5)
    assert accepted == []
    assert [form["token"] for form in fake.forms if "token" in form] == ["refresh-1"]


def test_a_sign_in_that_cannot_be_taken_up_fails(fake: FakeIssuer) -> None:
    def refuse(_: TokenSet) -> None:
        raise LoginError("Not now.")

    pending = device.start(Issuer(fake.api, client_id=CLIENT), refuse)
    with pytest.raises(LoginError, match="Not now"):
        pending.wait(10)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"document": {"device_authorization_endpoint": None}}, "gives no codes to type"),
        ({"document": {"device_authorization_endpoint": "http://evil.example/d"}}, "not safe to use"),
        ({"codes": {"verification_uri": "http://evil.example/"}}, "not safe to open"),
        ({"codes": {"verification_uri_complete": "javascript:alert(1)"}}, "not safe to open"),
        ({"codes": {"device_code": None}}, "no usable code"),
        ({"reply": (400, b'{"error":"unauthorized_client"}', {})}, "no code to type: unauthorized_client.*enable"),
        ({"reply": (200, b"<html>", {})}, "no token"),
        ({"reply": (302, b"", {"Location": "https://evil.example/"})}, "answered 302"),
    ],
)
def test_no_code_is_given(fake: FakeIssuer, spoil: dict[str, Any], why: str) -> None:
    for name, value in spoil.items():
        setattr(fake, name, value)
    with pytest.raises(LoginError, match=why):
        begin(fake)
    assert threads() == []
    assert not [form for form in fake.forms if "grant_type" in form]


def test_a_service_out_of_reach(fake: FakeIssuer) -> None:
    fake.reply = (503, b"", {})
    with pytest.raises(ConnectionFailed, match="503"):
        begin(fake)


def test_whether_it_is_offered(fake: FakeIssuer) -> None:
    issuer = Issuer(fake.api, client_id=CLIENT)
    assert (issuer.offers_device, issuer.offers_device) == (True, True)
    assert fake.paths() == ["/.well-known/openid-configuration"]
    fake.document = {"device_authorization_endpoint": None}
    assert not Issuer(fake.api, client_id=CLIENT).offers_device


def test_nothing_shows_what_only_we_know(fake: FakeIssuer) -> None:
    fake.polls = ["authorization_pending"] * 99
    pending, _ = begin(fake)
    code = Issuer(fake.api, client_id=CLIENT).begin_device()
    shown = f"{pending!r} {code!r} {vars(pending)!r}"
    pending.cancel()
    assert "device-code-1" not in shown
    assert "BCDF" not in f"{pending!r} {code!r}"


# reading the answer


@pytest.mark.parametrize(
    ("change", "lifetime", "interval"),
    [
        ({}, 600, 5),
        ({"expires_in": 300, "interval": 7}, 300, 7),
        ({"expires_in": "300", "interval": "7"}, 300, 7),
        ({"expires_in": 1e12, "interval": 1e12}, LONGEST, 60),
        ({"expires_in": -5, "interval": -5}, 0, 1),
        ({"expires_in": 0.5, "interval": 0}, 0.5, 1),
        ({"expires_in": "soon", "interval": "often"}, 600, 5),
        ({"expires_in": None, "interval": []}, 600, 5),
        ({"expires_in": True, "interval": True}, 600, 5),
        ({"expires_in": float("nan"), "interval": float("nan")}, 600, 5),
        ({"expires_in": 10**400, "interval": 10**400}, LONGEST, 60),
    ],
)
def test_times_are_bounded(change: dict[str, Any], lifetime: float, interval: float) -> None:
    code = read_device_code({**ANSWER, **change}, on_this_machine=False)
    assert (code.lifetime, code.interval) == (lifetime, interval)


def test_a_service_on_this_machine_may_be_asked_often() -> None:
    here = {**ANSWER, "verification_uri": "http://127.0.0.1:1/device", "interval": 0}
    assert read_device_code(here, on_this_machine=True).interval == 0.02
    with pytest.raises(LoginError, match="not safe to open"):
        read_device_code(here, on_this_machine=False)


@pytest.mark.parametrize(
    "change",
    [
        {"device_code": None}, {"device_code": ""}, {"device_code": 5}, {"device_code": "a\nb"},
        {"device_code": "é"}, {"device_code": "x" * 5000}, {"user_code": None}, {"user_code": ""},
        {"user_code": ["A"]}, {"user_code": "A\x1b[2J"}, {"user_code": "A" * 41}, {"user_code": "\u202eAB"},
        {"verification_uri": None}, {"verification_uri": "http://login.example/"}, {"verification_uri": ["x"]},
        {"verification_uri": "https://login.example/\n"}, {"verification_uri": "data:text/html,x"},
        {"verification_uri_complete": "http://login.example/"}, {"verification_uri_complete": 5},
        {"verification_uri_complete": "https://a@login.example/"}, {"verification_uri_complete": ""},
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used(change: dict[str, Any]) -> None:
    with pytest.raises(LoginError, match=r"no usable code to type|not safe to open") as caught:
        read_device_code({**ANSWER, **change}, on_this_machine=False)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [line for frame in shown.stack if "devicecode" in frame.filename for line in (frame.locals or {}).values()]
    assert not any("secret-1" in line for line in frames)


def test_the_link_with_the_code_in_it_is_preferred() -> None:
    assert read_device_code(ANSWER, on_this_machine=False).url == PAGE
    complete = {**ANSWER, "verification_uri_complete": f"{PAGE}?user_code=AB-CD"}
    assert read_device_code(complete, on_this_machine=False).url == f"{PAGE}?user_code=AB-CD"


def test_keys_are_changed_between(fake: FakeIssuer) -> None:
    """New keys are asked for, in this way too."""
    issuer = Issuer(fake.api, client_id=CLIENT)
    accepted: list[TokenSet] = []
    device.start(issuer, accepted.append).wait(10)
    fake.key, fake.published = NEXT_KEY, [KEY, NEXT_KEY]
    device.start(issuer, accepted.append).wait(10)
    assert (len(accepted), fake.paths().count("/certs")) == (2, 2)

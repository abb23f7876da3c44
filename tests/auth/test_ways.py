"""The ways in, end to end against the sandbox's own sign-in service."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from issuing import answer_to, browse, issuing

from bimplus_nb.auth import Issuer, Pending, Session, TokenSet, environment, loopback
from bimplus_nb.auth import sandbox as into_sandbox
from bimplus_nb.auth.sandbox import read_form
from bimplus_nb.errors import LoginError
from bimplus_nb.http import Http


@pytest.fixture
def session(sandbox: Any) -> Session:
    return Session(sandbox.url, issuer=Issuer(sandbox.url, client_id=sandbox.client_id))


@pytest.fixture
def waiting(session: Session) -> Iterator[Pending]:
    assert session.issuer is not None
    pending = loopback.start(session.issuer, session.accept)
    yield pending
    pending.cancel()


def who(session: Session, url: str) -> str:
    http = Http(url, auth=session)
    try:
        return str(http.json("GET", "user")["email"])
    finally:
        http.close()


def home(pending: Pending) -> str:
    return parse_qs(urlsplit(pending.url).query)["redirect_uri"][0]


# environment


def test_a_token_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n")
    assert environment.read({"BIMPLUS_TOKEN": " here "}).secret("access_token") == "here"
    assert environment.read({"BIMPLUS_TOKEN_FILE": str(file)}).secret("access_token") == "from-file"


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff\xfe", b"x\ny"])
def test_a_token_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(LoginError, match="BIMPLUS_TOKEN_FILE") as caught:
        environment.read({"BIMPLUS_TOKEN_FILE": str(file)})
    assert "words" not in str(caught.value)


# sandbox


@pytest.mark.parametrize(("user", "email"), [(None, "anna"), ("anna", "anna"), ("david", "david")])
def test_into_the_sandbox_as_somebody(sandbox: Any, session: Session, user: str | None, email: str) -> None:
    assert session.issuer is not None
    pending = into_sandbox.start(session.issuer, session.accept, user)
    assert pending.done
    assert who(session, sandbox.url).startswith(email)
    assert sandbox.users[0].role == "Account_Owner"


def test_into_the_sandbox_as_nobody(session: Session) -> None:
    assert session.issuer is not None
    with pytest.raises(LoginError, match="no user 'zoe'; it has anna, ben, carla, david"):
        into_sandbox.start(session.issuer, session.accept, "zoe")


def test_who_one_can_be(session: Session) -> None:
    assert session.issuer is not None
    assert into_sandbox.users(session.issuer) == ["anna", "ben", "carla", "david"]
    assert not session.signed_in


def test_only_a_sandbox_on_this_machine_is_walked_through() -> None:
    with issuing() as fake:
        fake.document = {"authorization_endpoint": "https://login.example/auth"}
        issuer = Issuer(fake.api, client_id="c")
        with pytest.raises(LoginError, match="on this computer"):
            into_sandbox.start(issuer, lambda _: None)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>No</p>",
        "<form action='/consent'></form>",
        "<form action='http://evil.example/'><button name=username value=anna></form>",
        "<form action='//evil.example/'><button name=username value=anna></form>",
    ],
)
def test_a_page_that_is_no_consent(page: str) -> None:
    with issuing() as fake:
        fake.document = {"authorization_endpoint": f"{fake.api}/page"}
        fake.page = page
        with pytest.raises(LoginError, match="no page to sign in"):
            into_sandbox.start(Issuer(fake.api, client_id="c"), lambda _: None)
        assert fake.paths() == ["/.well-known/openid-configuration", "/page"]


def test_the_form_is_read() -> None:
    form = read_form(
        "<FORM method=post action='/x?a=1&amp;b=2'><input type=hidden name=r value='&quot;1'><input name=t value=2>"
        "<button type=submit name=username value=anna>A</button><button name=username value=ben>B</button>"
        "<button name=deny value=1>No</button></FORM>"
    )
    assert (form.action, form.hidden, form.users) == ("/x?a=1&b=2", {"r": '"1'}, ["anna", "ben"])


# loopback


def test_by_the_browser(sandbox: Any, session: Session, waiting: Pending) -> None:
    page = browse(waiting.url, "carla")
    waiting.wait(10)
    assert (page.status_code, page.text) == (200, "You are signed in. This tab can be closed.")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert who(session, sandbox.url).startswith("carla")
    with pytest.raises(httpx.ConnectError):
        httpx.get(home(waiting))


def test_the_user_says_no(session: Session, waiting: Pending) -> None:
    page = browse(waiting.url, deny=True)
    assert page.status_code == 400
    with pytest.raises(LoginError, match="refused: The user said no"):
        waiting.wait(10)
    assert not session.signed_in


def test_the_address_can_be_pasted(sandbox: Any, session: Session, waiting: Pending) -> None:
    """As when the browser is on another computer: it ends at an address that nobody answers."""
    waiting.complete(browse(waiting.url, "ben", back=False).headers["Location"])
    waiting.wait(0)
    assert who(session, sandbox.url).startswith("ben")


@pytest.mark.parametrize(
    ("method", "path", "host"),
    [
        ("GET", "/callback?code=c&state=wrong", None),
        ("GET", "/callback?code=c", None),
        ("GET", "/callback?code=c&state={state}&state={state}", None),
        ("GET", "/other?code=c&state={state}", None),
        ("GET", "/callback?code=c&state={state}", "evil.example"),
        ("GET", "/callback?code=c&state={state}", "localhost:{port}"),
        ("GET", "/callback?" + "&".join(["state={state}"] + [f"a{n}=" for n in range(99)]), None),
        ("GET", "/favicon.ico", None),
        ("POST", "/callback?code=c&state={state}", None),
        ("HEAD", "/callback?code=c&state={state}", None),
        ("OPTIONS", "/callback?code=c&state={state}", None),
    ],
)
def test_the_receiver_answers_nobody_else(
    session: Session, waiting: Pending, capfd: pytest.CaptureFixture[str], method: str, path: str, host: str | None
) -> None:
    state = parse_qs(urlsplit(waiting.url).query)["state"][0]
    port = urlsplit(home(waiting)).port
    assert port is not None
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest(method, path.format(state=state), skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host.format(port=port))
    connection.endheaders()
    assert connection.getresponse().status in (404, 501)
    connection.close()
    assert (waiting.done, session.signed_in) == (False, False)
    assert capfd.readouterr() == ("", "")


def test_the_receiver_is_for_one_sign_in_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with issuing() as fake:
        accepted: list[TokenSet] = []
        pending = loopback.start(Issuer(fake.api, client_id="client-1"), accepted.append)
        address = answer_to(pending.url, fake)
        barrier, statuses = threading.Barrier(5), []

        def hit() -> None:
            barrier.wait()
            try:
                statuses.append(httpx.get(address).status_code)
            except httpx.HTTPError:
                statuses.append(0)

        threads = [threading.Thread(target=hit) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses.count(200) == 1
        assert (len(accepted), len(fake.token_forms())) == (1, 1)
    assert capfd.readouterr() == ("", "")


def test_cancelling_closes_the_door(waiting: Pending) -> None:
    waiting.cancel()
    with pytest.raises(httpx.ConnectError):
        httpx.get(home(waiting))
    with pytest.raises(LoginError, match="cancelled"):
        waiting.wait(0)


def test_no_door_is_left_open_where_discovery_fails() -> None:
    with issuing() as fake:
        fake.document = {"issuer": None}
        with pytest.raises(LoginError, match="lacks issuer"):
            loopback.start(Issuer(fake.api, client_id="c"), lambda _: None)
    assert not [thread for thread in threading.enumerate() if thread.name == "bimplus sign-in"]

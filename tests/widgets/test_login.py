"""Signing in with the widget, against a real sandbox and its real code flow. The page's part: test_login_browser.py."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import pytest
from issuing import CLIENT, FakeIssuer, answer_to, browse, issuing

from bimplus_nb.auth import Page
from bimplus_nb.client import Client, connect
from bimplus_nb.errors import LoginError
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.widgets import Login
from bimplus_nb.widgets.login_page import LoginPage, read_page

SERVER = {"type": "page", "origin": "http://127.0.0.1:8888", "base_url": "/base/", "hub_prefix": "", "answers": True}


def words(login: Login) -> str:
    """All the markup the widget shows."""
    return " ".join(w.value for w in tree(login.widget) if isinstance(w, ipywidgets.HTML))


def buttons(login: Login) -> dict[str, ipywidgets.Button]:
    return {w.description: w for w in tree(login.widget) if isinstance(w, ipywidgets.Button)}


def page_of(login: Login) -> LoginPage:
    (page,) = (w for w in tree(login.widget) if isinstance(w, LoginPage))
    return page


def tree(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from tree(child)


def say(login: Login, message: object) -> None:
    """The page sends this."""
    page_of(login)._handle_custom_msg(message, [])


def consented(url: str, user: str) -> str:
    """The address at which the browser of `user` ends after the sign-in page; nothing listens there."""
    return browse(url, user, back=False).headers["Location"]


@pytest.fixture
def own(sandbox: Sandbox) -> Iterator[Client]:
    """A client of the test's own, signed in as the owner."""
    with connect(sandbox) as client:
        yield client


@pytest.fixture
def stranger(sandbox: Sandbox) -> Iterator[Client]:
    """A client that does not know that its service is a sandbox, so that it must be signed in to by a browser."""
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        yield client


def test_shows_who_is_signed_in(own: Client) -> None:
    login = Login(own)
    assert "Anna Albers" in words(login)
    assert own.host in words(login)
    assert page_of(login).until > 1e9
    assert list(buttons(login)) == ["Sign out"]


def test_sign_out_and_in_again_as_somebody_else(own: Client) -> None:
    seen = []
    login = Login(own, on_login=lambda: seen.append(own.user["displayname"]))
    login.sign_out()
    assert not own.signed_in
    assert {"Continue as anna", "Continue as david"} <= set(buttons(login))
    buttons(login)["Continue as david"].click()
    assert own.signed_in
    assert own.user["email"].startswith("david")
    assert seen == [own.user["displayname"]]
    assert own.user["displayname"] in words(login)


def test_says_which_way_and_why(stranger: Client) -> None:
    login = Login(stranger)
    assert "comes back to this computer by itself" in words(login)
    say(login, {**SERVER, "origin": "https://hub.example"})
    assert "comes back to this notebook&#x27;s server" in words(login)
    say(login, {**SERVER, "origin": "https://hub.example", "answers": False})
    assert "does not answer there" in words(login)


def test_waits_for_the_browser_and_takes_a_pasted_address(stranger: Client) -> None:
    login = Login(stranger)
    login.sign_in()
    assert "Waiting" in words(login)
    with pytest.raises(LoginError):
        login.complete("http://127.0.0.1/callback?code=x&state=somebody-else")
    assert login._pending is not None, "a wrong address ends nothing"
    login.complete(consented(login._pending.url, "carla"))
    assert stranger.user["email"].startswith("carla")
    assert "Signed in" in words(login)


@pytest.mark.parametrize("way", ["server", "paste", "loopback"])
def test_what_is_pasted_on_the_page_ends_it(stranger: Client, way: Any) -> None:
    login = Login(stranger, way=way)
    say(login, SERVER)
    login.sign_in()
    assert page_of(login).pastes
    assert page_of(login).comes_back is (way != "paste")
    assert login._pending is not None
    say(login, {"type": "pasted", "text": "nonsense"})
    assert "not an address" in words(login) or "must begin" in words(login)
    say(login, {"type": "pasted", "text": consented(login._pending.url, "ben")})
    assert "Signed in as Ben" in words(login)


def test_the_page_brings_the_answer_back(stranger: Client) -> None:
    """Nothing but the right answer does anything."""
    login = Login(stranger, way="server")
    say(login, SERVER)
    login.sign_in()
    assert login._pending is not None
    address = consented(login._pending.url, "ben")
    assert address.startswith("http://127.0.0.1:8888/base/bimplus/oauth/callback?")
    query = address.partition("?")[2]
    text = {"type": "back", "text": query}
    wrong: list[object] = [
        None, 7, "back", [], {}, {"type": "back"}, {"type": ["back"]}, {**text, "type": "Back"},
        {**text, "text": 7}, {**text, "text": [query]}, {**text, "text": "x" * 10_000_000}, {**text, "text": ""},
        {**text, "text": query.replace("code=", "code=x&code=")}, {**text, "text": query.replace("iss=", "iss=x")},
        {**text, "text": query.replace("state=", "state=x")}, {**text, "text": f"{query}\x00"},
    ]  # fmt: skip
    for message in wrong:
        say(login, message)
        assert login._pending is not None, message
        assert not stranger.signed_in, message
    say(login, text)
    assert "Signed in as Ben" in words(login)


def test_an_answer_to_nobody(stranger: Client) -> None:
    login = Login(stranger)
    say(login, {"type": "back", "text": "code=x&state=y"})
    say(login, {"type": "pasted", "text": "http://127.0.0.1/callback?code=x&state=y"})
    assert not stranger.signed_in
    assert "Sign in to" in words(login)


def test_a_code_to_type(sandbox: Sandbox) -> None:
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        login = Login(client, way="device")
        login.sign_in()
        assert login._pending is not None
        assert page_of(login).code == login._pending.code != ""
        assert page_of(login).state == ""
        assert not page_of(login).pastes
        assert page_of(login).left > 60
        login.cancel()
        assert page_of(login).code == ""


def test_cancel_kills_the_link(stranger: Client) -> None:
    login = Login(stranger)
    login.sign_in()
    assert login._pending is not None
    url = login._pending.url
    buttons(login)["Cancel"].click()
    assert "Sign in to" in words(login)
    assert page_of(login).url == page_of(login).state == ""
    with pytest.raises(ValueError, match="No sign-in is waiting"):
        login.complete(consented(url, "carla"))
    assert not stranger.signed_in


def test_a_no_is_said_with_the_way_on(stranger: Client) -> None:
    login = Login(stranger)
    login.sign_in()
    assert login._pending is not None
    with pytest.raises(LoginError):
        login.complete(browse(login._pending.url, deny=True, back=False).headers["Location"])
    assert "did not work" in words(login)
    assert "The user said no" in words(login)
    assert page_of(login).stage == "failed"
    buttons(login)["Try again"].click()
    assert "Waiting" in words(login)
    login.close()


def test_an_unreachable_service_is_said_in_words() -> None:
    with connect("http://127.0.0.1:9/v2", client_id="any") as client:
        login = Login(client)
        buttons(login)["Sign in"].click()
        assert "no connection" in words(login)
        assert "Try again" in buttons(login)
        login.close()


def test_when_the_time_is_over(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        begin = client.sign_in

        def in_a_hurry(*args: Any, **options: Any) -> Any:
            pending = begin(*args, **options)
            assert pending is not None
            pending.until = 0.0
            pending.future.add_done_callback(lambda _: over.set())
            return pending

        monkeypatch.setattr(client, "sign_in", in_a_hurry)
        login = Login(client)
        login.sign_in()
        assert over.wait(10)
        wait_for(lambda: page_of(login).stage == "failed")
        assert "in time" in words(login)
        login.close()


def test_a_newer_one_takes_the_place(stranger: Client, own: Client) -> None:
    first, other = Login(stranger), Login(own)
    first.sign_in()
    pending = first._pending
    second = Login(stranger)
    assert pending is not None
    assert pending.done
    assert page_of(first).stage == "replaced"
    assert "took this one" in words(first)
    assert buttons(first) == {}
    assert page_of(second).stage == "out"
    assert page_of(other).stage == "in", "that of another client stays"


def test_in_a_kernel_nothing_waits_for_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that runs in a kernel comes back before the service has answered."""
    monkeypatch.setattr("bimplus_nb.widgets.login.in_kernel", lambda: True)
    asked, may_answer = threading.Event(), threading.Event()
    with issuing() as fake:
        slow(fake, asked, may_answer)
        with connect(fake.api, client_id=CLIENT) as client:
            login = Login(client, way="loopback")

            buttons(login)["Sign in"].click()
            assert asked.wait(10)
            assert page_of(login).stage == "busy"
            buttons(login)["Cancel"].click()
            wait_for(lambda: page_of(login).stage == "out")
            may_answer.set()
            wait_for(lambda: not [each for each in threading.enumerate() if each.name == "bimplus sign-in"])
            assert page_of(login).stage == "out", "the answer came to somebody who had given up"
            login.close()


def slow(fake: FakeIssuer, asked: threading.Event, may_answer: threading.Event) -> None:
    """Let the service wait before it tells where to sign in."""
    document = fake._document

    def later() -> dict[str, Any]:
        asked.set()
        may_answer.wait(10)
        return document()

    fake._document = later  # type: ignore[method-assign]


def test_an_error_that_is_none_of_ours_shows_nothing(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    login = Login(stranger)
    monkeypatch.setattr(stranger, "sign_in", lambda *_, **__: {}["a-secret-word"])
    with pytest.raises(KeyError):
        login.sign_in()
    assert "did not work" in words(login)
    assert "KeyError" in words(login)
    assert "a-secret-word" not in str([w.get_state() for w in tree(login.widget)])


def test_nothing_secret_is_in_the_widget_state(own: Client) -> None:
    login = Login(own)
    login.sign_out()
    login.sign_in("ben")
    state = str([w.get_state() for w in tree(login.widget)])
    tokens = own.session._tokens
    assert tokens is not None
    for name in ("access_token", "refresh_token", "id_token"):
        assert tokens.secret(name) not in state


def test_nothing_secret_was_ever_in_the_widget_state() -> None:
    """Every change of every trait, of a whole sign-in whose secrets are known."""
    seen: list[str] = []
    with issuing() as fake, connect(fake.api, client_id=CLIENT) as client:
        login = Login(client, way="paste")
        for widget in tree(login.widget):
            widget.observe(lambda change: seen.append(str(change["new"])))
        login.sign_in()
        assert login._pending is not None
        address = answer_to(login._pending.url, fake)
        say(login, {"type": "pasted", "text": address})
        verifier = fake.token_forms()[0]["code_verifier"]
    text = " ".join(seen)
    assert "Waiting" in text
    assert not [secret for secret in ("code-1", "access-1", "refresh-1", verifier) if secret in text]


def test_closing_gives_up_what_waits(stranger: Client) -> None:
    login = Login(stranger)
    login.sign_in()
    pending = login._pending
    login.close()
    assert pending is not None
    assert pending.done
    assert not stranger.signed_in
    login.close()


@pytest.mark.parametrize(
    ("said", "page"),
    [
        (SERVER, Page("http://127.0.0.1:8888", "/base/", "", True)),
        (
            {**SERVER, "origin": "https://hub.example", "base_url": "/user/a%40b/", "hub_prefix": "/hub/"},
            Page("https://hub.example", "/user/a%40b/", "/hub/", True),
        ),
        ({**SERVER, "origin": "http://[::1]:80"}, Page("http://[::1]:80", "/base/", "", True)),
        ({**SERVER, "answers": "yes"}, Page("http://127.0.0.1:8888", "/base/", "", False)),
        ({**SERVER, "base_url": ""}, Page("http://127.0.0.1:8888", "", "", False)),
        ({**SERVER, "base_url": "//evil.example/"}, Page("http://127.0.0.1:8888", "", "", False)),
        ({**SERVER, "base_url": "/a/../"}, Page("http://127.0.0.1:8888", "", "", False)),
        ({**SERVER, "base_url": "/a?b/"}, Page("http://127.0.0.1:8888", "", "", False)),
        ({**SERVER, "base_url": "/" + 3000 * "a" + "/"}, Page("http://127.0.0.1:8888", "", "", False)),
        ({**SERVER, "hub_prefix": ["/hub/"]}, Page("http://127.0.0.1:8888", "/base/", "", True)),
        ({"origin": "vscode-webview://0a1b", "base_url": "/", "answers": True}, Page("vscode-webview://0a1b")),
        ({**SERVER, "origin": "http://user:word@host"}, Page("")),
        ({**SERVER, "origin": "javascript:alert(1)"}, Page("")),
        ({**SERVER, "origin": None}, Page("")),
        ({}, Page("")),
    ],
)
def test_what_a_page_says_of_itself(said: dict[str, object], page: Page) -> None:
    assert read_page(said) == page


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it is true, ten seconds at most."""
    until = threading.Event()
    for _ in range(1000):
        if condition():
            return
        until.wait(0.01)
    raise AssertionError("it did not happen")

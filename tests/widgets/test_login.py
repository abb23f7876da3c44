"""Signing in with the widget, against a real sandbox and its real code flow."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import ipywidgets
import pytest

from bimplus_nb.client import Client, connect
from bimplus_nb.errors import LoginError
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.widgets import Login


def words(login: Login) -> str:
    """All the markup the widget shows."""
    return " ".join(w.value for w in tree(login.widget) if isinstance(w, ipywidgets.HTML))


def buttons(login: Login) -> dict[str, ipywidgets.Button]:
    return {w.description: w for w in tree(login.widget) if isinstance(w, ipywidgets.Button)}


def tree(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from tree(child)


@pytest.fixture
def own(sandbox: Sandbox) -> Iterator[Client]:
    """A client of the test's own, signed in as the owner."""
    with connect(sandbox) as client:
        yield client


def test_shows_who_is_signed_in(own: Client) -> None:
    login = Login(own)
    assert "Anna Albers" in words(login)
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


def test_waits_for_the_browser_and_takes_a_pasted_address(sandbox: Sandbox) -> None:
    """A service that is not known to be a sandbox: the link is opened elsewhere, the address pasted here."""
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        login = Login(client)
        login.sign_in()
        assert "Waiting" in words(login)
        with pytest.raises(LoginError):
            login.complete("http://127.0.0.1/callback?code=x&state=somebody-else")
        assert login._pending is not None, "a wrong address ends nothing"
        login.complete(consented(login._pending.url, "carla"))
        assert client.user["email"].startswith("carla")
        assert "Signed in" in words(login)


def test_cancel_kills_the_link(sandbox: Sandbox) -> None:
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        login = Login(client)
        login.sign_in()
        assert login._pending is not None
        url = login._pending.url
        buttons(login)["Cancel"].click()
        assert "Sign in to" in words(login)
        with pytest.raises(ValueError, match="No sign-in is waiting"):
            login.complete(consented(url, "carla"))
        assert not client.signed_in


def test_an_unreachable_service_is_said_in_words() -> None:
    with connect("http://127.0.0.1:9/v2", client_id="any") as client:
        login = Login(client)
        buttons(login)["Sign in"].click()
        assert "no connection" in words(login)
        login.close()


def test_nothing_secret_is_in_the_widget_state(own: Client) -> None:
    login = Login(own)
    login.sign_out()
    login.sign_in("ben")
    state = str([w.get_state() for w in tree(login.widget)])
    tokens = own.session._tokens
    assert tokens is not None
    for name in ("access_token", "refresh_token", "id_token"):
        assert tokens.secret(name) not in state


def consented(url: str, user: str) -> str:
    """The address at which the browser of `user` ends after the sign-in page; nothing listens there."""
    with httpx.Client() as browser:
        page = browser.get(url).text
        handle = page.split('name="request" value="')[1].split('"')[0]
        action = page.split('action="')[1].split('"')[0]
        answer = browser.post(str(httpx.URL(url).join(action)), data={"request": handle, "username": user})
    return answer.headers["location"]

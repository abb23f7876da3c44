"""The token that a JupyterHub keeps: taken where it is for this very service, left alone everywhere else."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from scripted import Handler, Server, serving

from bimplus_nb.auth import hub
from bimplus_nb.client import connect
from bimplus_nb.errors import LoginError

HUB_TOKEN = "hub-api-token-0123456789abcdef"


class Hub:
    """A hub's API as JupyterHub 6.1 answers it, as far as it is asked; `state` is the user's auth_state."""

    def __init__(self) -> None:
        self.server: Server
        self.state: Any = None
        self.reply: tuple[int, bytes, dict[str, str]] | None = None

    def script(self, h: Handler) -> None:
        if self.reply is not None:
            status, body, headers = self.reply
            h.reply(status, body, **headers)
        elif h.path != "/v2/hub/api/users/m%C3%BCller%2Fa" or h.headers["Authorization"] != f"token {HUB_TOKEN}":
            h.reply(403, b'{"status": 403, "message": "Forbidden"}')
        else:
            user = {"name": "müller/a", "admin": False, "groups": [], "kind": "user"}
            h.reply(200, json.dumps(user if self.state is None else {**user, "auth_state": self.state}).encode())

    @property
    def environ(self) -> dict[str, str]:
        return {
            "JUPYTERHUB_API_URL": f"{self.server.url}/hub/api",
            "JUPYTERHUB_API_TOKEN": HUB_TOKEN,
            "JUPYTERHUB_USER": "müller/a",
        }


@contextmanager
def hubs() -> Iterator[Hub]:
    made = Hub()
    with serving(made.script) as server:
        made.server = server
        yield made


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that started this process."""
    with hubs() as made:
        for name, value in made.environ.items():
            monkeypatch.setenv(name, value)
        yield made


def jwt(**claims: Any) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJSUzI1NiJ9.{middle}.c2lnbmF0dXJl"


def test_signed_in_without_a_word(sandbox: Any, one: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    """The hub signs in at the sandbox's own service; nobody need be asked, not even for a client id."""
    one.state = {"access_token": sandbox.token("ben"), "refresh_token": "the hub's own"}
    for client_id in (sandbox.client_id, None):
        with connect(sandbox.url, client_id=client_id) as client:
            assert client.way_in().way == "hub"
            asyncio.run(client.login())
            assert client.user["email"].startswith("ben")
            assert client.session.until is not None
    said = capsys.readouterr().out
    assert "with the token of the JupyterHub" in said
    assert HUB_TOKEN not in said


def test_signing_out_leaves_the_hub_signed_in(sandbox: Any, one: Hub) -> None:
    one.state = {"access_token": sandbox.token("carla")}
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        client.sign_in()
        client.logout()
        assert not client.signed_in
        client.sign_in()
        assert client.user["email"].startswith("carla")


def test_the_hub_is_asked_again_when_its_token_is_used_up(own_sandbox: Any, one: Hub) -> None:
    first = own_sandbox.token("ben")
    one.state = {"access_token": first}
    with connect(own_sandbox.url, client_id=own_sandbox.client_id) as client:
        client.sign_in()
        assert client.user["email"].startswith("ben")
        one.state = {"access_token": own_sandbox.token("ben")}
        end(own_sandbox.url, first)
        asked = len(one.server.seen)
        assert client.users.current()["email"].startswith("ben")
        assert len(one.server.seen) == asked + 1


def test_where_the_hub_has_no_newer_one_the_refusal_stands(own_sandbox: Any, one: Hub) -> None:
    token = own_sandbox.token("ben")
    one.state = {"access_token": token}
    with connect(own_sandbox.url) as client:
        client.sign_in()
        end(own_sandbox.url, token)
        with pytest.raises(LoginError, match="401"):
            client.users.current()


def end(url: str, token: str) -> None:
    with connect(url, token=token) as other:
        other.authorization.end()


@pytest.mark.parametrize(
    "state",
    [
        {"access_token": jwt(iss="https://github.example")},
        {"access_token": "gho_opaque"},
        {"access_token": "opaque", "id_token": jwt(iss="https://login.example/realms/other")},
        {"access_token": jwt(iss=["x"])},
    ],
)
def test_a_token_of_another_service_is_never_sent_to_this_one(sandbox: Any, one: Hub, state: dict[str, Any]) -> None:
    one.state = state
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        assert client.way_in().way in ("device", "paste")


def test_asked_for_by_name(sandbox: Any, one: Hub) -> None:
    """A token that says nothing of itself is then tried; one that says it is from elsewhere is not."""
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        one.state = {"access_token": jwt(iss="https://login.example/realms/other", sub="secret-subject")}
        with pytest.raises(
            LoginError, match=r"signs in elsewhere \(login\.example/realms/other\), not at 127\.0\.0\.1:\d+; its"
        ) as no:
            client.sign_in("hub")
        assert "secret" not in str(no.value)
        one.state = {"access_token": "opaque-but-asked-for"}
        client.sign_in("hub")
        with pytest.raises(LoginError, match="401"):
            client.users.current()


@pytest.mark.parametrize(
    ("state", "reply", "why"),
    [
        (None, None, r"enable_auth_state = True, and in load_roles the scope admin:auth_state!user"),
        ("x", None, r"admin:auth_state!user"),
        ({}, None, "no usable access token"),
        ({"access_token": None}, None, "no usable access token"),
        ({"access_token": 5}, None, "no usable access token"),
        ({"access_token": "two words"}, None, "no usable access token"),
        ({"access_token": jwt(exp=int(time.time()) - 5)}, None, "has expired.*Sign out of the hub"),
        (None, (403, b'{"message": "the scope"}', {}), r"admin:auth_state!user.*\(it answered 403\)"),
        (None, (404, b"", {}), "it answered 404"),
        (None, (302, b"", {"Location": "http://127.0.0.1:9/"}), r"no user \(302\)"),
        (None, (500, b"<html>", {}), r"no user \(500\)"),
        (None, (200, b"[]", {}), r"no user \(200\)"),
        (None, (200, b"[" * 100_000, {}), r"no user \(200\)"),
        (None, (200, b" " * (2 << 20), {}), "more than can be its user"),
    ],
)
def test_a_hub_that_gives_none_says_what_is_to_be_done(state: Any, reply: Any, why: str) -> None:
    with hubs() as made:
        made.state, made.reply = state, reply
        with pytest.raises(LoginError, match=why) as caught:
            hub.read(made.environ)
    assert HUB_TOKEN not in str(caught.value)
    assert len(made.server.seen) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"JUPYTERHUB_API_TOKEN": ""}, "not started by a JupyterHub"),
        ({"JUPYTERHUB_API_URL": "file:///etc/passwd"}, "not started by a JupyterHub"),
        ({"JUPYTERHUB_API_URL": "http://127.0.0.1:9/hub/api"}, r"at 127\.0\.0\.1:9 does not answer"),
        ({"JUPYTERHUB_API_URL": "http://[::1"}, "does not answer|not started"),
    ],
)
def test_no_hub(changes: dict[str, str], why: str) -> None:
    with hubs() as made:
        environ = {**made.environ, **changes}
    with pytest.raises(LoginError, match=why):
        hub.read(environ)


def test_what_is_taken() -> None:
    """No refresh token: it is the hub's own, and using it up would end the hub's session."""
    with hubs() as made:
        made.state = {"access_token": jwt(exp=int(time.time()) + 300), "id_token": "i", "refresh_token": "r"}
        tokens = hub.read(made.environ)
    assert (tokens.secret("id_token"), tokens.refreshable) == ("i", False)
    assert tokens.expires_at is not None
    assert 290 < tokens.expires_at - time.time() <= 300

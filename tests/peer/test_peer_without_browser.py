"""The ways in that open no browser here, with tokens of the certified provider: environment, file, hub, keyring."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from peer.peer import Peer, Person
from scripted import Handler, serving

import bimplus_nb as bp
from bimplus_nb.auth import TokenSet, loopback

pytestmark = pytest.mark.peer


class Memory(KeyringBackend):
    """A keyring like that of an operating system, in memory."""

    priority = 5.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def memory() -> Iterator[Memory]:
    made = Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(fail.Keyring())


@pytest.fixture
def tokens(client: bp.Client, person: Person) -> TokenSet:
    """What the provider gave out to somebody else: a hub, a job before this one."""
    assert client.session.issuer is not None
    got: list[TokenSet] = []
    pending = loopback.start(client.session.issuer, got.append)
    assert person.back(pending.url).status_code == 200
    pending.wait(10)
    return got[0]


@pytest.mark.parametrize("by_file", [False, True], ids=["variable", "file"])
def test_a_token_from_the_environment(
    client: bp.Client, tokens: TokenSet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by_file: bool
) -> None:
    token = str(tokens.secret("access_token"))
    if by_file:
        (tmp_path / "token").write_text(f"{token}\n")
        monkeypatch.setenv("BIMPLUS_TOKEN_FILE", str(tmp_path / "token"))
    else:
        monkeypatch.setenv("BIMPLUS_TOKEN", token)
    assert client.way_in().way == "environment"
    assert client.sign_in() is None
    assert client.user["email"] == "anna@example.com"


def test_the_token_of_a_hub(client: bp.Client, tokens: TokenSet, monkeypatch: pytest.MonkeyPatch) -> None:
    state = {kind: tokens.secret(kind) for kind in ("access_token", "id_token")}

    def hub(h: Handler) -> None:
        known = h.headers["Authorization"] == "token the-hub-s-own-0123456789"
        h.reply(200 if known else 403, json.dumps({"name": "anna", "auth_state": state} if known else {}).encode())

    with serving(hub) as server:
        values = {"API_URL": f"{server.url}/hub/api", "API_TOKEN": "the-hub-s-own-0123456789", "USER": "anna"}
        for name, value in values.items():
            monkeypatch.setenv(f"JUPYTERHUB_{name}", value)
        # An ID token of this very issuer is beside it, so nobody has to ask for this way.
        assert client.way_in().way == "hub"
        assert client.sign_in() is None
        assert client.user["email"] == "anna@example.com"
        client.logout()
    # Signed out here; the hub's token is still good.
    assert not client.signed_in


def test_a_remembered_sign_in(peer: Peer, person: Person, memory: Memory) -> None:
    def remembering() -> Any:
        return bp.connect(peer.api.url, client_id="notebook", remember=True)

    with remembering() as first:
        pending = first.sign_in("loopback")
        assert pending is not None
        assert person.back(pending.url).status_code == 200
        pending.wait(10)
    (kept,) = memory.held.values()
    with remembering() as second:
        assert second.way_in().way == "keyring"
        assert second.sign_in() is None
        assert second.user["email"] == "anna@example.com"
        # The provider rotates refresh tokens, and ends a sign-in whose spent one comes again: the newest is stored.
        (newest,) = memory.held.values()
        assert newest != kept
        second.logout()
    assert memory.held == {}

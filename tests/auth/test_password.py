"""The old sign-in, for who asks for it: what it warns of, what it sends, and that a password is nowhere afterwards."""

from __future__ import annotations

import asyncio
import json
import traceback
from typing import Any

import pytest
from scripted import Handler, serving

import bimplus_nb as bp
from bimplus_nb.client import connect
from bimplus_nb.sandbox import people
from bimplus_nb.sandbox.people import guid

ANNA = {"user": "anna@example.com", "password": people.PASSWORD}

obsolete = pytest.warns(FutureWarning, match="obsolete: Bimplus removes it in 2026")


def test_only_where_it_is_asked_for_and_with_a_warning(own_sandbox: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with connect(own_sandbox.url) as client:
        with obsolete:
            assert client.sign_in("password", **ANNA, application_id=guid("app")) is None
        assert client.user["email"] == "anna@example.com"
        assert client.session.until is not None
        client.logout()
        with obsolete:
            asyncio.run(client.login("password", **ANNA))
        said = capsys.readouterr().out
        assert "the password goes through this kernel" in said
        assert people.PASSWORD not in said
        with pytest.raises(ValueError, match="demo users"):
            client.sign_in(user="anna@example.com", password=people.PASSWORD)


def test_signing_out_ends_the_token_at_the_service(own_sandbox: Any) -> None:
    with connect(own_sandbox.url) as client:
        with obsolete:
            client.sign_in("password", **ANNA)
        tokens = client.session._tokens
        client.logout()
        assert tokens is not None
        client.session.accept(tokens)
        with pytest.raises(bp.LoginError, match="401"):
            client.users.current()


def test_a_second_one_renews_the_token_of_this_client_alone(own_sandbox: Any) -> None:
    """A sign-in that names no device ends the last one that named none."""
    with connect(own_sandbox.url) as client, connect(own_sandbox.url) as other:
        for each in (client, client, other, client):
            with obsolete:
                each.sign_in("password", **ANNA)
        assert other.users.current()["email"] == client.users.current()["email"] == "anna@example.com"


def test_a_cross_token_signs_in_once(own_sandbox: Any) -> None:
    with connect(own_sandbox, user="carla") as carla, connect(own_sandbox.url) as client:
        cross = carla.authorization.cross_token()["cross_token"]
        with obsolete:
            client.sign_in("password", cross_token=cross)
        assert client.user["email"].startswith("carla")
        with obsolete, pytest.raises(bp.LoginError, match="did not accept the cross token") as caught:
            asyncio.run(client.login("password", cross_token=cross))
        assert cross not in whole(caught.value)


@pytest.mark.parametrize(
    ("token_type", "scheme"), [("BimPlus", "BimPlus"), ("bearer", "Bearer"), ("MAC\r\nX: y", "Bearer"), (5, "Bearer")]
)
def test_the_word_before_the_token_is_the_one_of_the_answer(token_type: Any, scheme: str) -> None:
    def script(h: Handler) -> None:
        answer = {"access_token": "a" * 32, "expires_in": "2591999", "token_type": token_type, "client_id": 5}
        h.reply(200, json.dumps(answer if h.command == "POST" else {"id": "1"}).encode())

    with serving(script) as server, connect(server.url, scheme="Bearer") as client:
        with obsolete:
            client.sign_in("password", **ANNA)
        assert client.users.current().id == "1"
        (_, sent, _), (_, _, headers) = server.seen
        assert sent == "/v2/authorize"
        assert headers["Authorization"] == f"{scheme} {'a' * 32}"


def whole(error: BaseException) -> str:
    """The traceback with the variables of every frame but this test's own, as a verbose notebook shows it."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown.stack[:] = [frame for frame in shown.stack if frame.filename != __file__]
    return "".join(shown.format())


@pytest.mark.parametrize(
    ("reply", "kind", "why"),
    [
        ((401, b'{"message": "the guess-9876543210 is wrong"}'), bp.LoginError, "did not accept the e-mail address"),
        ((429, b"{}"), bp.RateLimited, "429"),
        ((500, b"guess-9876543210"), bp.ServerError, "500"),
        ((200, b"<html>"), bp.LoginError, "no token"),
        ((200, b"[]"), bp.LoginError, "no token"),
        ((200, b"[" * 100_000), bp.LoginError, "no token"),
        ((200, b'{"access_token": 5}'), bp.LoginError, "no token"),
    ],
)
def test_a_password_is_in_no_error(reply: tuple[int, bytes], kind: type[Exception], why: str) -> None:
    with serving(lambda h: h.reply(*reply)) as server, connect(server.url) as client:
        for act in (client.sign_in, lambda *a, **k: asyncio.run(client.login(*a, **k))):
            with obsolete, pytest.raises(kind, match=why) as caught:
                act("password", user="eve@example.com", password="guess-9876543210")
            assert "guess-98" not in whole(caught.value) + str(vars(caught.value))
        assert not client.signed_in


def test_nobody_to_ask_for_it(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(sandbox.url) as client:
        with pytest.raises(bp.LoginError, match="Give user="):
            client.sign_in("password", user="anna@example.com")
        with open("/dev/null") as nothing, monkeypatch.context() as patch:
            patch.setattr("sys.stdin", nothing)
            with pytest.raises(bp.LoginError, match="Nothing can be typed here unseen"):
                asyncio.run(client.login("password"))

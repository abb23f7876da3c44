from __future__ import annotations

import asyncio
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import bare, redacted, sealed, without

SECRET = 'k3y-of/the+house&"<é'
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJlLW9m"


def frames(error: BaseException) -> list[str]:
    return [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]


def deep(error: BaseException, secret: str) -> None:
    local = secret
    try:
        raise KeyError(local)
    except KeyError:
        raise error  # noqa: B904


@pytest.mark.parametrize("error", [LoginError("no"), ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_leaves_its_frames_behind(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        sealed(deep)(error, SECRET)
    assert caught.value is error
    assert frames(error)[1:] == ["called"]
    (inner,) = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code.co_name == "called"]
    assert not any(SECRET in str(value) for value in inner.f_locals.values())
    assert (error.__cause__, error.__context__) == (None, None)
    assert not hasattr(error, "__notes__")


def test_a_coroutine_too() -> None:
    @sealed
    async def waits(secret: str) -> None:
        await asyncio.sleep(0)
        raise LoginError(f"{len(secret)}")

    async def calls() -> None:
        await waits(secret=SECRET)

    # In a thread: the browser of other tests keeps a loop running in this one.
    with ThreadPoolExecutor(1) as thread, pytest.raises(LoginError) as caught:
        thread.submit(asyncio.run, calls()).result()
    assert "waits" not in frames(caught.value)
    assert "awaited" in frames(caught.value)


def test_a_result_comes_through_and_the_name_stays() -> None:
    assert sealed(max)(1, 2) == 2
    assert sealed(deep).__name__ == "deep"


def test_a_bug_says_where_it_is_without_variables() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        sealed(deep)(ZeroDivisionError(), SECRET)
    (note,) = caught.value.__notes__
    assert "test_secrecy.py" in note
    assert "in deep" in note
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_bare_keeps_the_error() -> None:
    error = LoginError("why")
    assert bare(error) is error
    assert str(error) == "why"


@pytest.mark.parametrize(
    "said",
    [
        'you sent k3y-of/the+house&"<é, no',
        'you sent "k3y-of/the+house&\\"<\\u00e9", no',
        "you sent k3y-of%2Fthe%2Bhouse%26%22%3C%C3%A9, no",
        "you sent k3y-of/the+house&amp;&quot;&lt;é, no",
        "you sent k3y-of/the+h, no",
        'you sent the+house&"<, no',
    ],
)
def test_a_quoted_secret_is_cut_out(said: str) -> None:
    clean = without(said, ["", SECRET])
    assert clean.startswith("you sent")
    assert clean.endswith(", no")
    assert not any(SECRET[at : at + 8] in clean for at in range(len(SECRET) - 8))
    assert "•••" in clean


def test_what_is_no_secret_stays() -> None:
    assert without("key of the house", [SECRET]) == "key of the house"
    assert without("ab", ["b"]) == "a•••"


@pytest.mark.parametrize(
    ("said", "clean"),
    [
        ("GET https://h/v2/x?code=c0de-1&a=b HTTP/1.1", "GET https://h/v2/x?code=•••&a=b HTTP/1.1"),
        ("grant_type=x&refresh_token=r1&client_id=c", "grant_type=x&refresh_token=•••&client_id=c"),
        ("code_verifier=v1 device_code=d1 user_code=u1", "code_verifier=••• device_code=••• user_code=•••"),
        ("/v2/x?api-token=t1", "/v2/x?api-token=•••"),
        ("(b'Location', b'http://h/cb?code=c1&state=s1')", "(b'Location', b'http://h/cb?code=•••&state=•••')"),
        ("[(b'Set-Cookie', b'KEY=k1; Path=/'), (b'A', b'b')]", "[(b'Set-Cookie', •••), (b'A', b'b')]"),
        ("Authorization: BimPlus t1\nA: b", "Authorization: •••\nA: b"),
        ("{'authorization': 'Bearer t1', 'a': 'b'}", "{'authorization': •••, 'a': 'b'}"),
        ("sent BimPlus abcdefg1 to it", "sent BimPlus ••• to it"),
        ("Bearer authentication is wanted", "Bearer authentication is wanted"),
        ('{"access_token": "a1", "token_type": "B"}', '{"access_token": •••, "token_type": "B"}'),
        ("{'refreshToken': 'a1', 'n': 1}", "{'refreshToken': •••, 'n': 1}"),
        ('"{\\"password\\": \\"a1\\", \\"n\\": 1}"', '"{\\"password\\": •••, \\"n\\": 1}"'),
        ("TokenSet(access_token='a1', n=1)", "TokenSet(access_token='•••', n=1)"),
        ("to=http%3A%2F%2Fh%3Fcode%3Dc1%26state%3Ds1%26a%3Db", "to=http%3A%2F%2Fh%3Fcode%3D•••%26state%3D•••%26a%3Db"),
        (f"got {JWT}!", "got •••!"),
        (f"got {JWT[:30]}…", "got •••…"),
        ("the token_endpoint of https://h/token answered 200", "the token_endpoint of https://h/token answered 200"),
        ("GET /v2/demo/projects?state_of=1", "GET /v2/demo/projects?state_of=1"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_hidden(said: str, clean: str) -> None:
    assert redacted(said) == clean


@pytest.mark.parametrize("piece", ["a", "token", "'", "\\", "eyJ", "%26", "authorization ", "bearer "])
def test_hostile_text_takes_no_time(piece: str) -> None:
    """Ten seconds of a regular expression that goes back and forth are noticed, whoever else is at work."""
    said = piece * (200_000 // len(piece))
    began = time.thread_time()
    redacted(said)
    without(said[:20_000], [SECRET])
    assert time.thread_time() - began < 5


def test_arguments_are_let_go() -> None:
    """A wrapper that kept them would show a password in the one frame that is left."""

    def refuses(password: str) -> Any:
        raise LoginError(f"{len(password)} characters are too few")

    with pytest.raises(LoginError) as caught:
        sealed(refuses)(password=SECRET)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    said = [line for line in shown.format() if "called" in line]
    assert said
    assert not any("k3y" in line for line in said)

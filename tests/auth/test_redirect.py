from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.auth.redirect import parse_redirect
from bimplus_nb.errors import LoginError

HOME = "http://127.0.0.1:5000/callback"
ISSUER = "https://login.example/realms/a"
ISS = "iss=https%3A%2F%2Flogin.example%2Frealms%2Fa"


def read(address: str, **more: Any) -> Any:
    return parse_redirect(address, redirect_uri=HOME, state="st-1", issuer=ISSUER, **more)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("code=c-1&state=st-1", "c-1"),
        (f"state=st-1&code=c-1&{ISS}", "c-1"),
        ("code=a%2Bb%2F%3D&state=st-1&session_state=x", "a+b/="),
    ],
)
def test_the_answer_to_our_request(query: str, code: str) -> None:
    assert read(f"{HOME}?{query}").code == code
    assert read(f"  {HOME}?{query}\n").code == code
    assert code not in repr(read(f"{HOME}?{query}"))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"{HOME}?code=c-1", "no state"),
        (f"{HOME}?code=c-1&state=", "another sign-in"),
        (f"{HOME}?code=c-1&state=st-2", "another sign-in"),
        (f"{HOME}?code=c-1&state=st-1&state=st-1", "twice"),
        (f"{HOME}?code=c-1&code=c-2&state=st-1", "twice"),
        (f"{HOME}?code=c-1&state=st-1&{ISS}&{ISS}", "twice"),
        (f"{HOME}?state=st-1&state=st-2&error=x", "twice"),
        (f"{HOME}?state=st-1", "no code"),
        (f"{HOME}?state=st-1&code=", "no code"),
        (f"{HOME}?code=c-1&state=st-1&iss=https://evil.example", "iss"),
        (f"{HOME}?code=c-1&state=st-1&iss=", "iss"),
        (f"{HOME}?error=access_denied&state=st-2", "another sign-in"),
        (f"{HOME}?error=access_denied", "no state"),
        (f"{HOME}?error=access_denied&state=st-1&iss=https://evil.example", "iss"),
        (f"{HOME}#code=c-1&state=st-1", "begin with"),
        (f"{HOME}?code=c-1&state=st-1#x", "begin with"),
        ("http://127.0.0.1:5001/callback?code=c-1&state=st-1", "begin with"),
        ("http://localhost:5000/callback?code=c-1&state=st-1", "begin with"),
        ("https://127.0.0.1:5000/callback?code=c-1&state=st-1", "begin with"),
        ("http://127.0.0.1:5000/callback/../x?code=c-1&state=st-1", "begin with"),
        ("http://127.0.0.1:5000/other?code=c-1&state=st-1", "begin with"),
        ("http://a@127.0.0.1:5000/callback?code=c-1&state=st-1", "begin with"),
        ("code=c-1&state=st-1", "begin with"),
        ("", "begin with"),
        (f"{HOME}?code=c-1&state=st-1&x={'y' * 9000}", "not an address"),
        (f"{HOME}?code=c-1&state=st-1&" + "&".join(f"a{n}=" for n in range(60)), "not an address"),
        (f"{HOME}?code=c-1&state=st-1&bare", "not an address"),
        (f"{HOME}?code=c-1\x00&state=st-1", "not an address"),
        (f"{HOME}?code=c-1&state=st-1é", "not an address"),
        ("http://[::1/callback?code=c-1&state=st-1", "not an address"),
    ],
)
def test_anything_else_is_refused(address: str, why: str) -> None:
    with pytest.raises(LoginError, match=why) as caught:
        read(address)
    assert "c-1" not in str(caught.value)


def test_iss_is_required_where_it_is_promised() -> None:
    with pytest.raises(LoginError, match="iss"):
        read(f"{HOME}?code=c-1&state=st-1", iss_required=True)
    assert read(f"{HOME}?code=c-1&state=st-1&{ISS}", iss_required=True).code == "c-1"


def test_a_refusal_is_told_in_its_own_words() -> None:
    found = read(f"{HOME}?error=access_denied&error_description=The+user%0Asaid%20no&state=st-1&code=c-1")
    assert (found.code, found.refusal) == ("", "The user said no")
    assert read(f"{HOME}?error={'x' * 999}&state=st-1").refusal == "x" * 199 + "…"


@given(st.text(max_size=200))
def test_nothing_breaks_the_reader(text: str) -> None:
    for address in (text, f"{HOME}?{text}"):
        try:
            assert "state=st-1" in address
            assert read(address)
        except (LoginError, AssertionError):
            pass

from __future__ import annotations

import copy
import json
import pickle
import traceback
from typing import Any

import pytest
from IPython.lib.pretty import pretty

from bimplus_nb.auth import TokenSet
from bimplus_nb.errors import LoginError

ANSWER = {"access_token": "canary-a", "refresh_token": "canary-r", "id_token": "canary-i", "expires_in": 300}


def test_no_way_of_showing_it_shows_it() -> None:
    tokens = TokenSet(ANSWER)
    shown = [repr(tokens), str(tokens), f"{tokens}", f"{[tokens]}", pretty(tokens), repr(vars(type(tokens)))]
    shown += [repr(getattr(tokens, name)) for name in TokenSet.__slots__]
    try:
        raise RuntimeError(tokens)
    except RuntimeError as error:
        shown += traceback.TracebackException.from_exception(error, capture_locals=True).format()
    local_free = [line for line in shown if "shown = " not in line]
    assert not any("canary" in line for line in local_free)
    assert "access_token, refresh_token, id_token; until 2" in repr(tokens)


@pytest.mark.parametrize("act", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars])
def test_it_cannot_be_carried_off(act: Any) -> None:
    with pytest.raises(TypeError):
        act(TokenSet(ANSWER))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": ""},
        {"access_token": None},
        {"access_token": 5},
        {"access_token": ["canary"]},
        {"access_token": "canary\r\nX-Evil: 1"},
        {"access_token": "canary b"},
        {"access_token": "canaryé"},
        {"access_token": "a", "refresh_token": {"canary": 1}},
    ],
)
def test_what_could_not_be_sent_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(LoginError) as caught:
        TokenSet(answer)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [
        (300, 300),
        ("300", 300),
        (1.5, 1.5),
        (None, None),
        ("soon", None),
        (-1, None),
        (True, None),
        (1e99, None),
        ([], None),
    ],
)
def test_its_life_is_what_the_answer_says(expires_in: object, lifetime: float | None) -> None:
    assert TokenSet({**ANSWER, "expires_in": expires_in}).lifetime == lifetime


def test_it_is_renewed_in_time() -> None:
    tokens = TokenSet(ANSWER)
    assert not tokens.expiring
    assert tokens.expires_at is not None
    tokens.expires_at -= 275
    assert tokens.expiring
    assert not TokenSet({"access_token": "a"}).expiring
    assert not TokenSet({"access_token": "a", "expires_in": 1}).expiring


def test_what_a_refresh_leaves_out_stays() -> None:
    tokens = TokenSet(ANSWER, subject="s").followed_by({"access_token": "new", "refresh_token": None})
    assert [tokens.secret(kind) for kind in ("access_token", "refresh_token", "id_token")] == [
        "new",
        "canary-r",
        "canary-i",
    ]
    assert (tokens.subject, tokens.lifetime) == ("s", None)
    assert tokens.followed_by({"access_token": "n", "refresh_token": "r2"}).secret("refresh_token") == "r2"

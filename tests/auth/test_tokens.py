from __future__ import annotations

import copy
import inspect
import json
import pickle
import pprint
import traceback
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.ultratb import VerboseTB
from IPython.lib.pretty import pretty

from bimplus_nb.auth import TokenSet
from bimplus_nb.errors import LoginError

ANSWER = {"access_token": "canary-a", "refresh_token": "canary-r", "id_token": "canary-i", "expires_in": 300}


def raised(action: Callable[[], object]) -> BaseException:
    try:
        action()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def verbose(error: BaseException) -> str:
    """As IPython's ``%xmode Verbose`` shows it, with every variable."""
    return str(
        VerboseTB(theme_name="nocolor", include_vars=True, long_header=True).text(
            type(error), error, error.__traceback__
        )
    )


def everything(value: object, depth: int = 6) -> str:
    """What a debugger's tree of variables shows: attributes of every kind, slots too, and what is in them."""
    said = repr(value)
    if depth and not isinstance(value, (type, str, int, float)):
        names = [*getattr(type(value), "__slots__", ()), *getattr(value, "__dict__", {})]
        inside = [getattr(value, name, None) for name in names]
        inside += list(value.values()) if isinstance(value, dict) else []
        inside += list(value) if isinstance(value, (list, tuple, set, frozenset)) else []
        owner = getattr(value, "__self__", None)
        said += " ".join(everything(each, depth - 1) for each in [*inside, *([] if owner is None else [owner])])
    return said


def test_no_way_of_showing_it_shows_it() -> None:
    tokens = TokenSet(ANSWER)
    shown = [repr(tokens), str(tokens), f"{tokens}", f"{[tokens]}", pretty(tokens), repr(vars(type(tokens)))]
    shown += [everything(tokens), pprint.pformat({"a": [tokens]}), repr(inspect.getmembers(tokens))]
    shown += [str(DisplayFormatter().format(tokens)), "%s %r" % (tokens, tokens)]  # noqa: UP031
    shown += [pd.DataFrame({"a": [tokens]}).to_html(), repr(pd.Series([tokens])), pd.Series([tokens]).to_csv()]

    def fails(argument: TokenSet) -> None:
        local = [argument, {"x": argument}]
        raise RuntimeError(argument, local)

    error = raised(lambda: fails(tokens))
    shown += traceback.TracebackException.from_exception(error, capture_locals=True).format()
    shown.append(verbose(error))
    assert "local = " in shown[-1]
    assert not any("canary" in line for line in shown if "shown = " not in line)
    assert "access_token, refresh_token, id_token; until 2" in repr(tokens)


def test_a_walk_would_find_what_is_plainly_there() -> None:
    """The walk of the test above is one that finds things."""

    class Careless:
        def __init__(self) -> None:
            self.secret = {"access_token": "canary-a"}.get

    assert "canary" in everything(Careless())


def test_an_error_about_a_token_shows_none() -> None:
    def careless(answer: dict[str, str]) -> object:
        return TokenSet(answer)

    error = raised(lambda: careless({"access_token": "canary and more"}))
    frames = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert "__init__" not in frames
    assert error.__context__ is None


@pytest.mark.parametrize(
    "act",
    [
        pickle.dumps,
        lambda tokens: pickle.dumps({"a": [tokens]}, protocol=0),
        copy.copy,
        copy.deepcopy,
        json.dumps,
        lambda tokens: json.dumps({"a": tokens}),
        vars,
        dict,
        list,
        lambda tokens: copy.deepcopy(tokens._veiled),
        lambda tokens: pickle.dumps(tokens._veiled["access_token"]),
    ],
)
def test_it_cannot_be_carried_off(act: Any) -> None:
    with pytest.raises(TypeError) as caught:
        act(TokenSet(ANSWER))
    assert "canary" not in str(caught.value)


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

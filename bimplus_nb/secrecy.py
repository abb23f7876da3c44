"""Secrets kept out of what people read: tracebacks, logs, what a service says back. Imports nothing but the words.

What a frame holds is shown by IPython's ``%xmode Verbose``, by debuggers and by every logger that writes local
variables, and it evaluates `a.b` in the lines it shows. So a function that handles a secret in plain text is `sealed`:
its errors arrive without its frames.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from html import escape
from inspect import iscoroutinefunction
from json import dumps
from typing import Any, NoReturn, ParamSpec, TypeVar, cast
from urllib.parse import quote, quote_plus

from bimplus_nb.errors import BimplusError
from bimplus_nb.text import HIDDEN

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=BaseException)

RUN = 12
"""So many characters in a row of a secret are a leak of it; fewer can be chance."""


def sealed(function: Callable[P, T]) -> Callable[P, T]:
    """The function (or coroutine function), whose errors carry neither its frames nor those of whatever it called."""
    if iscoroutinefunction(function):
        waits = cast("Callable[..., Awaitable[Any]]", function)

        @wraps(function)
        async def awaited(*args: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            try:
                return await waits(*args, **options)
            except BaseException as error:
                found = bare(error)
            del args, options
            raise found

        return cast("Callable[P, T]", awaited)

    @wraps(function)
    def called(*args: P.args, **options: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return function(*args, **options)
        except BaseException as error:
            found = bare(error)
        del args, options
        raise found

    return called


class Uncarried:
    """Something that holds a secret in plain text: it is neither copied nor pickled, so no file can hold it."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds secrets; it is not copied, pickled or stored.")


def bare(error: E) -> E:
    """The error without the frames it came through and without the errors behind it.

    One that nobody expected keeps the places it came through as a note, for whoever has to mend it.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if frames and isinstance(error, Exception) and not isinstance(error, (BimplusError, ValueError)):
        places = dict.fromkeys(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        error.add_note("\n".join(("It came through", *places)))
    error.__cause__ = error.__context__ = None
    error.__suppress_context__ = False
    return error.with_traceback(None)


def without(text: str, secrets: Iterable[str]) -> str:
    """The text without these secrets, as they are or as a query, JSON or HTML spells them, and without any `RUN` of
    their characters: a service may quote them, whole or cut short."""
    for secret in secrets:
        forms = {secret, quote(secret, safe=""), quote_plus(secret), dumps(secret)[1:-1], escape(secret)} - {""}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, HIDDEN)
        runs = {form[at : at + RUN] for form in forms for at in range(len(form) - RUN + 1)}
        found = [at for at in range(len(text) - RUN + 1) if text[at : at + RUN] in runs] if runs else []
        for at in reversed(_joined(found)):
            text = text[: at.start] + HIDDEN + text[at.stop :]
    return text


def _joined(starts: Iterable[int]) -> list[range]:
    """Runs beginning at these places, those that touch made one."""
    joined: list[range] = []
    for start in starts:
        if joined and start <= joined[-1].stop:
            joined[-1] = range(joined[-1].start, start + RUN)
        else:
            joined.append(range(start, start + RUN))
    return joined


# Names of what nobody may read: RFC 6749, 7636, 8628 and OpenID Connect; the API's old sign-in (Bimplus documentation,
# Authorization Service); Keycloak's `session_state`.
_NAME = (
    r"(?:[\w-]*(?:token|password|passwd|secret|verifier|assertion)|id_token_hint|code|device_code|user_code|state"
    r"|session_state|nonce)"
)
_QUOTE = r"""\\{0,7}["']"""
_VALUE = r"""(?:b(?=["']))?(?:\\{0,7}"[^"]*(?:"|$)|\\{0,7}'[^']*(?:'|$)|"""
_PATTERNS = (
    # Header lines, as they are, in JSON or in the repr of a list of pairs: the whole value.
    (
        re.compile(
            rf"((?:proxy-)?authorization|(?:set-)?cookie)((?:{_QUOTE})?\s{{0,9}}[:=,]\s{{0,9}}){_VALUE}[^\r\n]+)",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    # A scheme and what follows it; a word of prose has no digits.
    (
        re.compile(
            r"\b(bimplus|bearer|basic)(\s{1,9}|%20|\+)(?=[^\s\"']*\d|[^\s\"']{24})[\w.~+/=%-]{8,}", re.IGNORECASE
        ),
        rf"\1\2{HIDDEN}",
    ),
    # JSON and reprs of dicts, pairs and keyword arguments.
    (
        re.compile(rf"(({_QUOTE})(?:{_NAME})\2\s{{0,9}}[:,]\s{{0,9}}){_VALUE}[^\s,\]}})]+)", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    # Queries and forms, also percent-quoted inside another address.
    (
        re.compile(
            rf"""((?:(?<![\w-])|(?<=%26)|(?<=%3F))(?:{_NAME})(?:=|%3D)(?:b?["'])?)(?:(?!%26)[^&\s"'<>#;,)])+""",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    # Signed tokens (RFC 7515): base64url of {" begins with these letters.
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}"), HIDDEN),
)


def redacted(text: str) -> str:
    """The text with all hidden that looks like a secret: for logs, where too much hidden does no harm."""
    for pattern, shown in _PATTERNS:
        text = pattern.sub(shown, text)
    return text

"""Notes every secret that this process makes, sends or is given, in a file for the hunt.

Put into the kernel under test before anything else. Listens at the sandbox's own door, where all is in plain text, and
at the standard library's source of randomness, for what never leaves the client; the hunt's hostile services call
`note` themselves.
"""

from __future__ import annotations

import html
import json
import logging
import os
import re
import secrets
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

FILE = "HUNT_RECORD"
"""The environment variable that names the file."""

FOLDER = "HUNT_FOLDER"
"""The one that names the folder for logs and for what a hunt's cells write."""

KINDS = frozenset(
    {
        "access_token", "refresh_token", "id_token", "id_token_hint", "cross_token", "remember_me_token", "token",
        "code", "code_verifier", "state", "nonce", "device_code", "user_code", "password", "request", "api-token",
    }
)  # fmt: skip
_OF_THE_API = frozenset({"access_token", "cross_token", "remember_me_token", "password", "api-token"})
Message = MutableMapping[str, Any]


def note(kind: str, value: object) -> None:
    """Remember a secret."""
    if isinstance(value, str) and len(value) >= 6 and FILE in os.environ:
        with open(os.environ[FILE], "a", encoding="utf-8") as file:
            file.write(json.dumps([kind, value]) + "\n")


def token(kind: str, size: int = 40) -> str:
    """A new secret of the hunt's own, noted."""
    value = "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_") for _ in range(size))
    note(kind, value)
    return value


def begin() -> None:
    """Note all secrets, and log everything there is to log, as text and as structure."""
    install()
    folder = Path(os.environ[FOLDER])
    logging.getLogger().setLevel(logging.DEBUG)
    text = logging.FileHandler(folder / "log.txt")
    text.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    for handler in (text, _Structured(folder / "structured.txt")):
        logging.getLogger().addHandler(handler)


class _Structured(logging.Handler):
    """As services that collect logs do it: the parts of a record one by one, tracebacks with all variables."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        with self._path.open("a") as file:
            file.write(f"{vars(record)!r}\n")
            if record.exc_info and record.exc_info[1]:
                shown = traceback.TracebackException.from_exception(record.exc_info[1], capture_locals=True)
                file.writelines(shown.format())


def install() -> None:
    """Listen from now on."""
    for name in ("token_urlsafe", "token_hex"):
        setattr(secrets, name, _noting(getattr(secrets, name)))
    from bimplus_nb.sandbox import server

    made = server._Servers.__init__

    def listening(self: Any, apps: dict[Any, Any]) -> None:
        made(self, {socket: _Door(app) for socket, app in apps.items()})

    server._Servers.__init__ = listening  # type: ignore[method-assign]


def _noting(make: Callable[..., str]) -> Callable[..., str]:
    def noted(*args: Any) -> str:
        value = make(*args)
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.startswith("bimplus_nb."):
            # Its own sandbox makes identifiers in the same way; those it gives away are noted at its door.
            note("nonce" if ".sandbox" not in caller else "made by the sandbox", value)
        return value

    return noted


class _Door:
    """An application, and what goes in and out of it."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kinds = KINDS if "/realms/" in scope["path"] else _OF_THE_API
        asked, said = bytearray(), bytearray()
        _note_pairs(scope["query_string"].decode("latin-1"), kinds)
        _note_headers(scope["headers"], kinds)

        async def hear() -> Message:
            message = await receive()
            if len(asked) < 1 << 20:
                asked.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note_headers(message["headers"], kinds)
            elif len(said) < 1 << 20:
                said.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, hear, say)
        for body in (bytes(asked), bytes(said)):
            _note_body(body.decode("utf-8", "replace"), kinds)


def _note_headers(headers: Any, kinds: frozenset[str]) -> None:
    for name, value in headers:
        text = value.decode("latin-1")
        if name.lower() == b"authorization":
            note("access_token", text.partition(" ")[2])
        elif name.lower() == b"location":
            _note_pairs(urlsplit(text).query, kinds)
        elif name.lower() in (b"cookie", b"set-cookie"):
            note("cookie", text.partition(";")[0].partition("=")[2])


def _note_pairs(text: str, kinds: frozenset[str]) -> None:
    for name, value in parse_qsl(text):
        if name in kinds:
            note(name, value)


def _note_body(text: str, kinds: frozenset[str]) -> None:
    try:
        for name, value in _members(json.loads(text)):
            if name in kinds:
                note(name, value)
    except (ValueError, RecursionError):
        if text.startswith("<"):
            for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', text):
                if name in kinds:
                    note(name, html.unescape(value))
        else:
            _note_pairs(text[:10_000], kinds)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield name, item
            yield from _members(item)
    elif isinstance(value, list):
        for item in value[:50]:
            yield from _members(item)

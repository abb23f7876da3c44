"""The way in for scripts and CI: an access token from the environment. It is used as it is and never renewed.

But a file may be: mounted secrets rotate, so it is read again when the service refuses what was in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import sealed

TOKEN = "BIMPLUS_TOKEN"
TOKEN_FILE = "BIMPLUS_TOKEN_FILE"
_LIMIT = 1 << 16


class Environ(Mapping[str, str]):
    """The environment of this process, `but` for some; printed, it shows nothing of it, for it holds the secrets of
    many."""

    def __init__(self, *, but: Collection[str] = ()) -> None:
        self._but = frozenset(but)

    def __getitem__(self, name: str) -> str:
        if name in self._but:
            raise KeyError(name)
        return os.environ[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in os.environ if name not in self._but)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return "<the environment>"


@sealed
def read(environ: Mapping[str, str]) -> TokenSet:
    """The token in ``BIMPLUS_TOKEN``, else in the file that ``BIMPLUS_TOKEN_FILE`` names (a mounted secret)."""
    if environ.get(TOKEN):
        return _tokens(environ[TOKEN], TOKEN)
    path = Path(environ.get(TOKEN_FILE, ""))
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LIMIT)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise LoginError(f"The file that {TOKEN_FILE} names cannot be read: {reason}.") from None
    return _tokens(text, TOKEN_FILE)


def renewal(environ: Mapping[str, str]) -> Callable[[TokenSet], TokenSet] | None:
    """What finds the token that follows a refused one: the file again. None where there is no file."""
    return None if environ.get(TOKEN) else lambda old: again(old, lambda: read(environ))


def again(old: TokenSet, source: Callable[[], TokenSet]) -> TokenSet:
    """What `source` gives now; the old tokens themselves where it gives none or the same."""
    try:
        new = source()
    except LoginError:
        return old
    return old if new.secret("access_token") == old.secret("access_token") else new


def _tokens(text: str, source: str) -> TokenSet:
    try:
        return TokenSet({"access_token": text.strip()})
    except LoginError:
        raise LoginError(f"{source} holds no usable token.") from None

"""The way in for scripts and CI: an access token from the environment. It is used as it is and never renewed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError

TOKEN = "BIMPLUS_TOKEN"
TOKEN_FILE = "BIMPLUS_TOKEN_FILE"
_LIMIT = 1 << 16


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


def _tokens(text: str, source: str) -> TokenSet:
    try:
        return TokenSet({"access_token": text.strip()})
    except LoginError:
        pass
    del text
    raise LoginError(f"{source} holds no usable token.")

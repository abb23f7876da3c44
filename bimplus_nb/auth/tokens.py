"""Tokens that cannot be shown by accident."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bimplus_nb.auth import redact
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import Uncarried, sealed
from bimplus_nb.text import HIDDEN

_KINDS = ("access_token", "refresh_token", "id_token")


class TokenSet(Uncarried):
    """What a sign-in gives: an access token and perhaps a refresh token and an ID token.

    Printing, logging, tracebacks that list variables, debuggers, `vars`, `json` and `pickle` show or carry none of
    them; `secret` is the one door. `expires_at` is in seconds since 1970, None where the service did not say.
    """

    __slots__ = ("_veiled", "expires_at", "lifetime", "subject")

    @sealed
    def __init__(self, answer: Mapping[str, Any], *, subject: str | None = None) -> None:
        held = {kind: answer[kind] for kind in _KINDS if answer.get(kind)}
        # Such a value could not be sent as a header; the HTTP library's complaint would quote it.
        if not all(isinstance(value, str) and value.isascii() and value.isprintable() for value in held.values()):
            raise LoginError("The sign-in service gave a token that is no printable text.")
        if "access_token" not in held or " " in held["access_token"]:
            raise LoginError("The sign-in service gave no usable access token.")
        redact.remember(*held.values())
        # Whatever walks through objects and prints what it finds, prints noise.
        self._veiled = {kind: _Veil(value) for kind, value in held.items()}
        self.subject = subject
        self.lifetime = _seconds(answer.get("expires_in"))
        self.expires_at = None if self.lifetime is None else time.time() + self.lifetime

    def secret(self, kind: str) -> str | None:
        """The ``access_token``, ``refresh_token`` or ``id_token`` itself: for a request's header or body only."""
        veil = self._veiled.get(kind)
        return None if veil is None else veil.lifted()

    @sealed
    def followed_by(self, answer: Mapping[str, Any]) -> TokenSet:
        """The set after a refresh: a refresh or ID token that the answer leaves out stays (RFC 6749, section 6)."""
        kept = {kind: self.secret(kind) for kind in ("refresh_token", "id_token")}
        return TokenSet({**kept, **{key: value for key, value in answer.items() if value}}, subject=self.subject)

    @sealed
    def with_refresh(self, other: TokenSet) -> TokenSet:
        """These, with the refresh token of the other."""
        return self.followed_by(
            {"access_token": self.secret("access_token"), "refresh_token": other.secret("refresh_token")}
        )

    @property
    def scheme(self) -> str | None:
        """The word before the token, where the service itself named one."""
        return None

    @property
    def refreshable(self) -> bool:
        """Whether a new access token can be had without asking anybody."""
        return "refresh_token" in self._veiled

    @property
    def expiring(self) -> bool:
        """Whether it has expired, or will before a request is through (half a minute, or a tenth of its life)."""
        if self.expires_at is None or self.lifetime is None:
            return False
        return time.time() > self.expires_at - min(30.0, self.lifetime / 10)

    def __repr__(self) -> str:
        held = ", ".join(kind for kind in _KINDS if kind in self._veiled)
        until = "" if self.expires_at is None else f"; until {datetime.fromtimestamp(self.expires_at, UTC):%F %T} UTC"
        return f"<TokenSet {held}{until}>"


class _Veil(Uncarried):
    """A text that is not in memory as it reads: against being seen by chance, not against whoever looks for it."""

    __slots__ = ("_noise", "_veiled")

    def __init__(self, text: str) -> None:
        self._noise = secrets.token_bytes(len(text))
        self._veiled = _mixed(text.encode("ascii"), self._noise)

    def lifted(self) -> str:
        return _mixed(self._veiled, self._noise).decode("ascii")

    def __repr__(self) -> str:
        return HIDDEN


def _mixed(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


def _seconds(value: object) -> float | None:
    """`expires_in` as the documents print it, a number or a text of digits; anything else is unknown."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 12:
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e11:
        return float(value)
    return None

"""Tokens that cannot be shown by accident."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from bimplus_nb.errors import LoginError

_KINDS = ("access_token", "refresh_token", "id_token")


class TokenSet:
    """What a sign-in gives: an access token and perhaps a refresh token and an ID token.

    Printing, logging, tracebacks that list variables, `vars`, `json` and `pickle` show or carry none of them; `secret`
    is the one door. `expires_at` is in seconds since 1970, None where the service did not say.
    """

    __slots__ = ("_secret", "expires_at", "lifetime", "subject")

    def __init__(self, answer: Mapping[str, Any], *, subject: str | None = None) -> None:
        secrets = {kind: answer[kind] for kind in _KINDS if answer.get(kind)}
        # Such a value could not be sent as a header; the HTTP library's complaint would quote it.
        if not all(isinstance(value, str) and value.isascii() and value.isprintable() for value in secrets.values()):
            raise LoginError("The sign-in service gave a token that is no printable text.")
        if "access_token" not in secrets or " " in secrets["access_token"]:
            raise LoginError("The sign-in service gave no usable access token.")
        # A bound method: nothing that prints an object's attributes prints what it is bound to.
        self._secret = secrets.get
        self.subject = subject
        self.lifetime = _seconds(answer.get("expires_in"))
        self.expires_at = None if self.lifetime is None else time.time() + self.lifetime

    def secret(self, kind: str) -> str | None:
        """The ``access_token``, ``refresh_token`` or ``id_token`` itself: for a request's header or body only."""
        return self._secret(kind)

    def followed_by(self, answer: Mapping[str, Any]) -> TokenSet:
        """The set after a refresh: a refresh or ID token that the answer leaves out stays (RFC 6749, section 6)."""
        kept = {kind: self._secret(kind) for kind in ("refresh_token", "id_token")}
        return TokenSet({**kept, **{key: value for key, value in answer.items() if value}}, subject=self.subject)

    @property
    def refreshable(self) -> bool:
        """Whether a new access token can be had without asking anybody."""
        return self._secret("refresh_token") is not None

    @property
    def expiring(self) -> bool:
        """Whether it has expired, or will before a request is through (half a minute, or a tenth of its life)."""
        if self.expires_at is None or self.lifetime is None:
            return False
        return time.time() > self.expires_at - min(30.0, self.lifetime / 10)

    def __repr__(self) -> str:
        held = ", ".join(kind for kind in _KINDS if self._secret(kind))
        until = "" if self.expires_at is None else f"; until {datetime.fromtimestamp(self.expires_at, UTC):%F %T} UTC"
        return f"<TokenSet {held}{until}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("Tokens are not copied, pickled or stored.")


def _seconds(value: object) -> float | None:
    """`expires_in` as the documents print it, a number or a text of digits; anything else is unknown."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 12:
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e11:
        return float(value)
    return None

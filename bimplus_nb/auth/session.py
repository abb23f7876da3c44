"""Being signed in: the token on each request, renewed in time, once for all threads."""

from __future__ import annotations

import threading
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Literal

import httpx

from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError

Scheme = Literal["BimPlus", "Bearer"]

_SIGNED_OUT = "Nobody is signed in: await client.login()."


class Session(httpx.Auth):
    """Whoever is signed in to the service at `origin` (scheme, host and port); puts the token on requests there only.

    The service takes the token under the name ``BimPlus`` and, newer, ``Bearer`` (Bimplus documentation and the
    published JavaScript SDK 1.0.56). Renewed shortly before it expires and once after a 401, by one request however
    many threads wait.
    """

    def __init__(self, origin: str, *, scheme: Scheme = "BimPlus", issuer: Issuer | None = None) -> None:
        if scheme not in ("BimPlus", "Bearer"):
            raise ValueError(f"scheme is 'BimPlus' or 'Bearer', not {scheme!r}.")
        url = httpx.URL(origin)
        self._origin = (url.scheme, url.host, url.port)
        self._scheme = scheme
        self.issuer = issuer
        self._lock = threading.Lock()
        self._tokens: TokenSet | None = None
        self._ended = _SIGNED_OUT

    def __repr__(self) -> str:
        return f"<Session {'signed in' if self.signed_in else 'signed out'}>"

    @property
    def signed_in(self) -> bool:
        """Whether there is a token to send."""
        return self._tokens is not None

    @property
    def until(self) -> datetime | None:
        """When the present token expires (UTC), None where that is unknown. It is renewed by itself where it can be."""
        tokens = self._tokens
        return None if tokens is None or tokens.expires_at is None else datetime.fromtimestamp(tokens.expires_at, UTC)

    def accept(self, tokens: TokenSet) -> None:
        """Be signed in with these."""
        with self._lock:
            self._tokens = tokens

    def logout(self) -> None:
        """Forget the tokens, revoke them and end the session at the issuer.

        Forgotten they are even where the issuer cannot be reached; then this raises, to say the rest did not happen.
        """
        with self._lock:
            tokens, self._tokens = self._tokens, None
            self._ended = _SIGNED_OUT
        if tokens is not None and self.issuer is not None:
            self.issuer.end(tokens)

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send with the token; where it was refused and can be renewed, once more with the new one."""
        if (request.url.scheme, request.url.host, request.url.port) != self._origin:
            raise LoginError(f"The sign-in is not for {request.url.host}; nothing was sent there.")
        tokens = self._current(refused=None)
        request.headers["Authorization"] = f"{self._scheme} {tokens.secret('access_token')}"
        response = yield request
        if response.status_code == 401 and tokens.refreshable and self.issuer is not None:
            tokens = self._current(refused=tokens)
            request.headers["Authorization"] = f"{self._scheme} {tokens.secret('access_token')}"
            yield request

    def _current(self, refused: TokenSet | None) -> TokenSet:
        with self._lock:
            tokens = self._tokens
            if tokens is None:
                raise LoginError(self._ended)
            if not (tokens is refused or tokens.expiring) or not tokens.refreshable or self.issuer is None:
                return tokens
            try:
                self._tokens = self.issuer.refresh(tokens)
            except LoginError:
                # The refresh token is used up: asking again could only fail again, so it ends for everybody at once.
                self._tokens = None
                self._ended = "The sign-in has ended: await client.login() again."
                raise LoginError(self._ended) from None
            return self._tokens

"""Being signed in: the token on each request, renewed in time, once for all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Literal

import httpx

from bimplus_nb.auth import redact
from bimplus_nb.auth.idtoken import email
from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import BimplusError, LoginError
from bimplus_nb.secrecy import Uncarried, bare, sealed

Scheme = Literal["BimPlus", "Bearer"]

_SIGNED_OUT = "Nobody is signed in: await client.login()."


class Session(Uncarried, httpx.Auth):
    """Whoever is signed in to the service at `origin` (scheme, host and port); puts the token on requests there only.

    The service takes the token under the name ``BimPlus`` and, newer, ``Bearer`` (Bimplus documentation and the
    published JavaScript SDK 1.0.56). Renewed shortly before it expires and once after a 401, by one request however
    many threads wait. `keep` is given the tokens whenever there are others, and None when there are none any more.
    """

    def __init__(
        self,
        origin: str,
        *,
        scheme: Scheme = "BimPlus",
        issuer: Issuer | None = None,
        keep: Callable[[TokenSet | None], None] | None = None,
    ) -> None:
        if scheme not in ("BimPlus", "Bearer"):
            raise ValueError(f"scheme is 'BimPlus' or 'Bearer', not {scheme!r}.")
        url = httpx.URL(origin)
        self._origin = (url.scheme, url.host, url.port)
        self._scheme = scheme
        self.issuer = issuer
        self.keep = keep
        self._lock = threading.Lock()
        self._tokens: TokenSet | None = None
        self._renew: Callable[[TokenSet], TokenSet] | None = None
        self._ended = _SIGNED_OUT
        self._signed_in = 0  # how often somebody has signed in
        self._failures = 0  # how often a renewal found nobody, and what was said about the last
        self._failed: BimplusError | None = None
        redact.install()

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

    @property
    def subject(self) -> str | None:
        """The sign-in service's id of whoever is signed in, None where it gave no ID token."""
        tokens = self._tokens
        return None if tokens is None else tokens.subject

    @property
    def email(self) -> str | None:
        """The e-mail address of whoever is signed in, where the ID token says it."""
        tokens = self._tokens
        return None if tokens is None or tokens.subject is None else email(tokens)

    @property
    def turn(self) -> int:
        """How often somebody has signed in. While it stays, so does who is signed in."""
        return self._signed_in

    def accept(self, tokens: TokenSet, *, renew: Callable[[TokenSet], TokenSet] | None = None) -> None:
        """Be signed in with these. `renew` gives what follows them, where the issuer alone does not."""
        with self._lock:
            self._signed_in += 1
            self._renew = renew
            self._have(tokens)

    def forget(self) -> TokenSet | None:
        """Be signed out here alone; gives the tokens, which stay good."""
        with self._lock:
            tokens = self._tokens
            self._ended = _SIGNED_OUT
            self._have(None)
        return tokens

    @sealed
    def logout(self) -> None:
        """Forget the tokens, revoke them and end the session at the issuer.

        Forgotten they are even where the issuer cannot be reached; then this raises, to say the rest did not happen.
        """
        tokens = self.forget()
        if tokens is not None and self.issuer is not None:
            self.issuer.end(tokens)

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send with the token; where it was refused and can be renewed, once more with the new one."""
        if (request.url.scheme, request.url.host, request.url.port) != self._origin:
            raise LoginError(f"The sign-in is not for {request.url.host}; nothing was sent there.")
        whose, tokens = self._current(refused=None)
        request.headers["Authorization"] = f"{tokens.scheme or self._scheme} {tokens.secret('access_token')}"
        response = yield request
        if response.status_code == 401 and self._renewal(tokens) is not None:
            now, tokens = self._current(refused=tokens)
            if now != whose:
                return  # somebody else has signed in meanwhile; this request was not theirs
            request.headers["Authorization"] = f"{tokens.scheme or self._scheme} {tokens.secret('access_token')}"
            yield request

    @sealed
    def _current(self, refused: TokenSet | None) -> tuple[int, TokenSet]:
        """The tokens to send, renewed where that is due, and the number of the sign-in they are of."""
        failures = self._failures
        with self._lock:
            tokens = self._tokens
            if tokens is None:
                raise LoginError(self._ended)
            renew = self._renewal(tokens)
            if not (tokens is refused or tokens.expiring) or renew is None:
                return self._signed_in, tokens
            if self._failures != failures and self._failed is not None:
                # Tried and failed while this thread waited for it: the answer is its answer too. Else fifty threads
                # would ask an issuer that is away one after the other.
                raise type(self._failed)(*self._failed.args)
            try:
                tokens = renew(tokens)
            except LoginError:
                # The refresh token is used up: asking again could only fail again, so it ends for everybody at once.
                self._ended = "The sign-in has ended: await client.login() again."
                self._have(None)
                raise LoginError(self._ended) from None
            except BimplusError as error:
                self._failures += 1
                self._failed = bare(error)
                raise
            self._have(tokens)
            return self._signed_in, tokens

    def _renewal(self, tokens: TokenSet) -> Callable[[TokenSet], TokenSet] | None:
        if self._renew is None and self.issuer is not None and tokens.refreshable:
            return self.issuer.refresh
        return self._renew

    def _have(self, tokens: TokenSet | None) -> None:
        self._tokens = tokens
        if self.keep is not None:
            self.keep(tokens)

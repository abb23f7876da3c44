"""The sign-in service: where it is, and the authorisation code flow with it.

OpenID Connect with a public client: discovery at the API's own address names an issuer elsewhere (Bimplus
documentation, Quick Start), then authorisation code with PKCE S256 (RFC 7636), `state`, `nonce`, `iss` (RFC 9207).
The protocol's messages are authlib's (`OAuth2Client`, its core without any HTTP library of its own), sent by httpx.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from bimplus_nb.auth.idtoken import ALGORITHMS, UnknownKey, check_id_token
from bimplus_nb.auth.redirect import Redirect, parse_redirect
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import BimplusError, ConnectionFailed, LoginError
from bimplus_nb.http import Http, failure, is_loopback, open_session
from bimplus_nb.text import plain

DISCOVERY = ".well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What discovery says about the issuer, checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str | None
    end_session_endpoint: str | None
    algorithms: frozenset[str]
    iss_in_redirect: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way: the `url` to open, and what only we know of it."""

    url: str
    redirect_uri: str
    metadata: Metadata = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def read(self, address: str) -> Redirect:
        """What the address says at which the browser ended; a LoginError if it is not the answer to this attempt."""
        return parse_redirect(
            address,
            redirect_uri=self.redirect_uri,
            state=self.state,
            issuer=self.metadata.issuer,
            iss_required=self.metadata.iss_in_redirect,
        )


class Issuer:
    """The sign-in service of one API. Asks nothing before it is needed."""

    def __init__(
        self, api_url: str, *, client_id: str, scope: str = "openid profile email", timeout: float = 30.0
    ) -> None:
        self.api_url = api_url
        self.client_id = client_id
        self.scope = scope
        self.timeout = timeout
        self._lock = threading.Lock()
        self._metadata: Metadata | None = None
        self._keys: Any = None

    def __repr__(self) -> str:
        return f"<Issuer for {urlsplit(self.api_url).netloc}>"

    @property
    def metadata(self) -> Metadata:
        """What discovery says; asked once."""
        with self._lock:
            if self._metadata is None:
                document = self._get(self.api_url, DISCOVERY)
                self._metadata = read_metadata(document, on_this_machine=is_loopback(self.api_url))
            return self._metadata

    def begin(self, redirect_uri: str) -> Attempt:
        """A new attempt, whose `url` a browser opens and which ends at `redirect_uri`."""
        metadata = self.metadata
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        client = OAuth2Client(None, self.client_id, scope=self.scope, code_challenge_method="S256")
        url, state = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=secrets.token_urlsafe(24), redirect_uri=redirect_uri, code_verifier=verifier, nonce=nonce,
        )  # fmt: skip
        return Attempt(url, redirect_uri, metadata, state, nonce, verifier)

    def finish(self, attempt: Attempt, redirect: Redirect) -> TokenSet:
        """The tokens for a code, with the ID token checked. A code can be used once."""
        answer = self._ask(
            lambda client: client.fetch_token(
                attempt.metadata.token_endpoint, grant_type="authorization_code", code=redirect.code,
                redirect_uri=attempt.redirect_uri, code_verifier=attempt.verifier,
            )
        )  # fmt: skip
        tokens = TokenSet(answer)
        tokens.subject = self._check(tokens, nonce=attempt.nonce)
        return tokens

    def refresh(self, tokens: TokenSet) -> TokenSet:
        """New tokens for the refresh token. Raises LoginError where the sign-in has ended."""
        answer = self._ask(
            lambda client: client.refresh_token(
                self.metadata.token_endpoint, refresh_token=tokens.secret("refresh_token")
            )
        )
        renewed = tokens.followed_by(answer)
        if answer.get("id_token"):
            self._check(renewed, subject=tokens.subject)
        return renewed

    def end(self, tokens: TokenSet) -> None:
        """Revoke the tokens, and end the session at the issuer where it lets us, so that the next sign-in asks again.

        By POST, so that the ID token that says whose session it is stands in no address and no log.
        """
        metadata = self.metadata
        kind = "refresh_token" if tokens.refreshable else "access_token"
        if (url := metadata.revocation_endpoint) is not None:
            self._ask(lambda client: _accepted(client.revoke_token(url, tokens.secret(kind), kind)))
        if (page := metadata.end_session_endpoint) is not None:
            # An issuer may end sessions for the browser alone, which holds its cookie; then there is no more to do.
            with suppress(LoginError):
                self._ask(
                    lambda client: _accepted(
                        client.session.post(
                            page, data={"client_id": self.client_id, "id_token_hint": tokens.secret("id_token") or ""}
                        )
                    )
                )

    def _check(self, tokens: TokenSet, *, nonce: str | None = None, subject: str | None = None) -> str:
        """Check the ID token; once more with fresh keys where its key is unknown, for issuers change theirs."""
        if self._keys is not None:
            with suppress(UnknownKey):
                return self._check_with(tokens, nonce, subject)
        self._keys = self._get(self.metadata.jwks_uri, "")
        return self._check_with(tokens, nonce, subject)

    def _check_with(self, tokens: TokenSet, nonce: str | None, subject: str | None) -> str:
        return check_id_token(
            tokens, keys=self._keys, algorithms=self.metadata.algorithms, issuer=self.metadata.issuer,
            client_id=self.client_id, nonce=nonce, subject=subject,
        )  # fmt: skip

    def _get(self, url: str, path: str) -> Any:
        http = Http(url, timeout=self.timeout)
        try:
            return http.json("GET", path)
        finally:
            http.close()

    def _ask(self, grant: Callable[[OAuth2Client], Any]) -> dict[str, Any]:
        """What the token endpoint answers.

        Errors are raised anew, outside the handlers and from a frame that holds no secret: frames of the libraries
        below hold codes and tokens, and a verbose traceback prints what frames hold.
        """
        metadata = self.metadata
        host = urlsplit(metadata.token_endpoint).netloc
        error: BimplusError
        with open_session(metadata.token_endpoint, timeout=self.timeout) as session:
            try:
                return dict(grant(_TokenClient(session, self.client_id)))
            except OAuth2Error as refused:
                said = plain(refused.description or refused.error, 200)
                error = LoginError(f"The sign-in service at {host} refused: {said}. Sign in again.")
            except httpx.HTTPStatusError as refused:
                # A service that is merely busy has not ended anybody's sign-in.
                busy = refused.response.status_code >= 500 or refused.response.status_code == 429
                kind = ConnectionFailed if busy else LoginError
                error = kind(f"The sign-in service at {host} answered {refused.response.status_code}.")
            except httpx.HTTPError as broken:
                error = failure(broken, "POST", httpx.URL(metadata.token_endpoint), self.timeout)
            except (ValueError, TypeError, AttributeError):
                error = LoginError(f"The sign-in service at {host} answered with something that is no token.")
        raise error


def read_metadata(document: object, *, on_this_machine: bool) -> Metadata:
    """What a discovery document says, if it can be used; else a LoginError. Pure.

    Its `issuer` may be on another host than the document. Every address must be https; only where the API itself is
    `on_this_machine` may they be http on this machine too.
    """
    if not isinstance(document, Mapping):
        raise LoginError("The service's sign-in document is not readable.")

    def address(key: str) -> str | None:
        url = document.get(key)
        if url is None:
            return None
        try:
            parts = urlsplit(url) if isinstance(url, str) and url.isascii() and url.isprintable() else urlsplit("")
        except ValueError:
            parts = urlsplit("")
        secure = parts.scheme == "https" or (parts.scheme == "http" and on_this_machine and is_loopback(url))
        if not secure or not parts.hostname or parts.username or parts.fragment:
            raise LoginError(f"The service's sign-in document names an address that is not safe to use ({key}).")
        return str(url)

    def needed(key: str) -> str:
        url = address(key)
        if url is None:
            raise LoginError(f"The service's sign-in document lacks {key}.")
        return url

    def names(key: str) -> frozenset[str]:
        value = document.get(key)
        return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else frozenset()

    challenges = names("code_challenge_methods_supported")
    if challenges and "S256" not in challenges:
        raise LoginError("The sign-in service does not offer PKCE with S256, without which it is not safe to use.")
    algorithms = (names("id_token_signing_alg_values_supported") or {"RS256"}) & ALGORITHMS
    if not algorithms:
        raise LoginError("The sign-in service offers no signature for ID tokens that can be trusted.")
    return Metadata(
        issuer=needed("issuer"),
        authorization_endpoint=needed("authorization_endpoint"),
        token_endpoint=needed("token_endpoint"),
        jwks_uri=needed("jwks_uri"),
        revocation_endpoint=address("revocation_endpoint"),
        end_session_endpoint=address("end_session_endpoint"),
        algorithms=frozenset(algorithms),
        iss_in_redirect=document.get("authorization_response_iss_parameter_supported") is True,
    )


class _ClientAuth(httpx.Auth, ClientAuth):  # type: ignore[misc]
    """authlib's way to name the client in a request, spoken through httpx."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        url, headers, body = self.prepare(
            request.method, str(request.url), dict(request.headers), request.content.decode()
        )
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        yield httpx.Request(request.method, url, headers=headers, content=body, extensions=request.extensions)


class _TokenClient(OAuth2Client):  # type: ignore[misc]
    client_auth_class = _ClientAuth


def _accepted(response: httpx.Response) -> dict[str, Any]:
    if response.status_code >= 400:
        response.raise_for_status()
    return {}

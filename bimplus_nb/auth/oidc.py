"""The sign-in service: where it is, and the authorisation code flow with it.

OpenID Connect with a public client: discovery at the API's own address names an issuer elsewhere (Bimplus
documentation, Quick Start), then authorisation code with PKCE S256 (RFC 7636), `state`, `nonce`, `iss` (RFC 9207), or
a code that is typed elsewhere (RFC 8628).
The protocol's messages are authlib's (`OAuth2Client`, its core without any HTTP library of its own), sent by httpx.

What is secret is passed on inside objects that do not show it, and what takes it out of them is `sealed`.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client

from bimplus_nb.auth import redact
from bimplus_nb.auth.devicecode import TOO_LATE, DeviceCode, read_device_code
from bimplus_nb.auth.idtoken import UnknownKey, check_id_token
from bimplus_nb.auth.metadata import Metadata, read_metadata
from bimplus_nb.auth.redirect import Redirect, parse_redirect
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import BimplusError, ConnectionFailed, LoginError
from bimplus_nb.http import Http, failure, is_loopback, open_session
from bimplus_nb.secrecy import Uncarried, sealed, without
from bimplus_nb.text import plain

DISCOVERY = ".well-known/openid-configuration"

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_PUBLIC = frozenset({"client_id", "grant_type", "redirect_uri", "scope", "token_type_hint"})
_LIMIT = 1 << 20  # bytes of a discovery document or a set of keys


@dataclass(frozen=True, slots=True)
class Attempt(Uncarried):
    """One sign-in under way: the `url` to open, and what only we know of it."""

    url: str = field(repr=False)
    redirect_uri: str
    metadata: Metadata = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @sealed
    def read(self, address: str) -> Redirect:
        """What the address says at which the browser ended; a LoginError if it is not the answer to this attempt."""
        return parse_redirect(
            address,
            redirect_uri=self.redirect_uri,
            state=self.state,
            issuer=self.metadata.issuer,
            iss_required=self.metadata.iss_in_redirect,
        )


class Refused(LoginError):
    """The sign-in service said no: `error` in OAuth's own word, `said` in its words for people."""

    def __init__(self, message: str, error: str = "", said: str = "") -> None:
        super().__init__(message)
        self.error = error
        self.said = said


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
        """What discovery says; asked once, so that nobody moves a sign-in to another service half-way."""
        with self._lock:
            if self._metadata is None:
                document = self._get(self.api_url, DISCOVERY)
                self._metadata = read_metadata(document, on_this_machine=is_loopback(self.api_url))
            return self._metadata

    @property
    def offers_device(self) -> bool:
        """Whether one can sign in by a code that is typed elsewhere."""
        return self.metadata.device_authorization_endpoint is not None

    @sealed
    def begin(self, redirect_uri: str) -> Attempt:
        """A new attempt, whose `url` a browser opens and which ends at `redirect_uri`."""
        metadata = self.metadata
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        client = OAuth2Client(None, self.client_id, scope=self.scope, code_challenge_method="S256")
        url, state = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=secrets.token_urlsafe(24), redirect_uri=redirect_uri, code_verifier=verifier, nonce=nonce,
        )  # fmt: skip
        redact.remember(state, nonce, verifier)
        return Attempt(url, redirect_uri, metadata, state, nonce, verifier)

    @sealed
    def finish(self, attempt: Attempt, redirect: Redirect) -> TokenSet:
        """The tokens for a code, with the ID token checked. A code can be used once."""
        tokens = self._grant(
            lambda client: client.fetch_token(
                attempt.metadata.token_endpoint, grant_type="authorization_code", code=redirect.code,
                redirect_uri=attempt.redirect_uri, code_verifier=attempt.verifier,
            )
        )  # fmt: skip
        tokens.subject = self._check(tokens, attempt=attempt)
        return tokens

    @sealed
    def begin_device(self) -> DeviceCode:
        """A new code to be typed elsewhere (RFC 8628, section 3.1)."""
        url = self.metadata.device_authorization_endpoint
        if url is None:
            raise LoginError("This sign-in service gives no codes to type. Sign in another way.")
        form = {"client_id": self.client_id, "scope": self.scope}
        try:
            answer = self._ask(lambda client: client.parse_response_token(client.session.post(url, data=form)), url)
        except Refused as refused:
            said = refused.said
        else:
            code = read_device_code(answer, on_this_machine=is_loopback(self.api_url))
            redact.remember(code.device_code, code.user_code)
            return code
        # Keycloak refuses so where the grant is not enabled for the application.
        raise LoginError(
            f"The sign-in service gives no code to type: {said}. Whoever registered this application can enable the "
            "device grant for it; else sign in another way."
        )

    @sealed
    def collect(self, code: DeviceCode) -> TokenSet | Literal["authorization_pending", "slow_down"]:
        """The tokens, where the user has agreed, or why to ask again; a LoginError where it is over (section 3.5)."""
        try:
            tokens = self._grant(
                lambda client: client.fetch_token(
                    self.metadata.token_endpoint, grant_type=_DEVICE_GRANT, device_code=code.device_code
                )
            )
        except Refused as refused:
            match refused.error:
                case "authorization_pending" | "slow_down" as wait:
                    return wait
                case "access_denied":
                    said = f"The sign-in was refused: {refused.said}."
                case "expired_token":
                    said = TOO_LATE
                case _:
                    said = str(refused)
        else:
            tokens.subject = self._check(tokens)
            return tokens
        raise LoginError(said)

    @sealed
    def refresh(self, tokens: TokenSet) -> TokenSet:
        """New tokens for the refresh token. Raises LoginError where the sign-in has ended."""
        renewed = self._grant(
            lambda client: client.refresh_token(
                self.metadata.token_endpoint, refresh_token=tokens.secret("refresh_token")
            ),
            known=tokens,
        )
        # It may leave the ID token out; where it does not, the token must be about the same user (OpenID Connect
        # Core 1.0, section 12.2).
        if renewed.secret("id_token") != tokens.secret("id_token"):
            self._check(renewed, subject=tokens.subject)
        return renewed

    @sealed
    def end(self, tokens: TokenSet) -> None:
        """Revoke the tokens, and end the session at the issuer where it lets us, so that the next sign-in asks again.

        By POST, so that the ID token that says whose session it is stands in no address and no log.
        """
        metadata = self.metadata
        kind = "refresh_token" if tokens.refreshable else "access_token"
        wrong: BimplusError | None = None
        if (url := metadata.revocation_endpoint) is not None:
            try:
                self._ask(lambda client: _accepted(client.revoke_token(url, tokens.secret(kind), kind)), url)
            except BimplusError as error:
                wrong = error
        if (page := metadata.end_session_endpoint) is not None:
            # An issuer may end sessions for the browser alone, which holds its cookie; then there is no more to do.
            with suppress(LoginError):
                self._ask(
                    lambda client: _ended(
                        client.session.post(
                            page, data={"client_id": self.client_id, "id_token_hint": tokens.secret("id_token") or ""}
                        )
                    ),
                    page,
                )
        if wrong is not None:
            raise wrong

    def _grant(self, ask: Callable[[OAuth2Client], Any], *, known: TokenSet | None = None) -> TokenSet:
        """The tokens that the token endpoint answers; after a refresh those it leaves out are the `known` ones."""
        answer = self._ask(ask)
        return TokenSet(answer) if known is None else known.followed_by(answer)

    def _check(self, tokens: TokenSet, *, attempt: Attempt | None = None, subject: str | None = None) -> str:
        """Check the ID token; once more with fresh keys where its key is unknown, for issuers change theirs."""
        if self._keys is not None:
            with suppress(UnknownKey):
                return self._check_with(tokens, attempt, subject)
        self._keys = self._get(self.metadata.jwks_uri, "")
        return self._check_with(tokens, attempt, subject)

    def _check_with(self, tokens: TokenSet, attempt: Attempt | None, subject: str | None) -> str:
        return check_id_token(
            tokens, keys=self._keys, algorithms=self.metadata.algorithms, issuer=self.metadata.issuer,
            client_id=self.client_id, nonce=None if attempt is None else attempt.nonce, subject=subject,
        )  # fmt: skip

    def _get(self, url: str, path: str) -> Any:
        """The value at an address; None where there is something else than JSON."""
        http = Http(url, timeout=self.timeout)
        try:
            return json.loads(http.send("GET", path, limit=_LIMIT).body)
        except (ValueError, RecursionError):
            return None
        finally:
            http.close()

    def _ask(self, grant: Callable[[OAuth2Client], Any], url: str | None = None) -> dict[str, Any]:
        """What the token endpoint, or another one at `url`, answers.

        Errors are raised anew, outside the handlers: frames of the libraries below hold codes and tokens.
        """
        url = url or self.metadata.token_endpoint
        host = urlsplit(url).netloc
        error: BimplusError
        with open_session(url, timeout=self.timeout) as session:
            try:
                return dict(grant(_TokenClient(session, self.client_id)))
            except _Refusal as refused:
                words = f"The sign-in service at {host} refused: {refused.said}. Sign in again."
                error = Refused(words, refused.error, refused.said)
            except httpx.HTTPStatusError as refused:
                # A service that is merely busy has not ended anybody's sign-in.
                busy = refused.response.status_code >= 500 or refused.response.status_code == 429
                kind = ConnectionFailed if busy else LoginError
                error = kind(f"The sign-in service at {host} answered {refused.response.status_code}.")
            except httpx.HTTPError as broken:
                error = failure(broken, "POST", httpx.URL(url), self.timeout)
            except (
                AuthlibBaseError,
                ValueError,
                TypeError,
                AttributeError,
                ArithmeticError,
                LookupError,
                RecursionError,
            ):
                error = LoginError(f"The sign-in service at {host} answered with something that is no token.")
        raise error


class _ClientAuth(httpx.Auth, ClientAuth):  # type: ignore[misc]
    """authlib's way to name the client in a request, spoken through httpx."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        url, headers, body = self.prepare(
            request.method, str(request.url), dict(request.headers), request.content.decode()
        )
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        yield httpx.Request(request.method, url, headers=headers, content=body, extensions=request.extensions)


class _Refusal(Exception):
    """An answer with `error` in it. The library's own class takes no description outside ASCII."""

    def __init__(self, error: object, description: object = None) -> None:
        super().__init__()
        self.error = plain(error, 60)
        self.said = plain(description or error).rstrip(". ")


class _TokenClient(OAuth2Client):  # type: ignore[misc]
    client_auth_class = _ClientAuth
    oauth_error_class = _Refusal

    def parse_response_token(self, resp: httpx.Response) -> Any:
        """As the library's; what a refusal quotes of the request is taken out, for it will be shown."""
        try:
            return super().parse_response_token(resp)
        except _Refusal as refused:
            error, said = refused.error, refused.said
        sent = [value for name, value in parse_qsl(resp.request.content.decode()) if name not in _PUBLIC]
        raise _Refusal(without(error, sent), without(said, sent))


def _accepted(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    return {}


def _ended(response: httpx.Response) -> dict[str, Any]:
    """Also where the browser of a sign-out would be led on."""
    return {} if response.is_redirect else _accepted(response)

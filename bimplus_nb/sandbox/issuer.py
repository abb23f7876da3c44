"""The sign-in service's memory and rules: OpenID Connect, authorisation code with PKCE, device code, rotating refresh
tokens.

It stands for the Keycloak realm the real service signs in with, and checks what that would check. Nothing here speaks
HTTP (see `issuer_app`). Standards: OAuth 2.1 draft, RFC 6749, 7009, 7636 (S256 only), 8252 (loopback redirects on any
port), 8628 (see `devices`), 9207 (`iss` in the redirect), OpenID Connect Core 1.0 and RP-Initiated Logout 1.0.

Longer than most files because codes, tokens and sign-ins are one memory under one lock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bimplus_nb.sandbox.authorization import CLIENT_ID, PENDING_LIFETIME, PUBLICAPI, SCOPES, Authorization, OAuthError
from bimplus_nb.sandbox.devices import GRANT, Devices
from bimplus_nb.sandbox.people import User

_CODE_LIFETIME = 60
_SESSION_LIFETIME = 8 * 3600
_MOST_PENDING = 1000


@dataclass(slots=True)
class Session:
    """One sign-in and everything issued from it. Ended, nothing of it is good any more."""

    user: User
    scope: str
    nonce: str | None
    began: float
    id: str = field(default_factory=secrets.token_hex)
    refresh: str = ""  # digest of the one refresh token that is good
    ended: bool = False


@dataclass(slots=True)
class _Code:
    authorization: Authorization
    session: Session
    expires: float
    used: bool = False


class Issuer:
    """The sandbox's sign-in service. `lifetime` of an access token and `interval` of a device's questions are in
    seconds, as is `now`, the clock."""

    def __init__(
        self,
        users: Iterable[User],
        *,
        lifetime: int = 300,
        interval: float = 5,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.users = MappingProxyType({user.username: user for user in users})
        self.url = ""
        """Own address; set once its port is known."""
        self._lifetime = lifetime
        self._now = now
        self._lock = threading.RLock()
        self._key_lock = threading.Lock()
        self._key: RSAKey | None = None
        self.devices = Devices(interval=interval, now=now)
        self._pending: dict[str, Authorization] = {}
        self._codes: dict[str, _Code] = {}
        self._sessions: dict[str, Session] = {}
        self._refresh: dict[str, Session] = {}  # digest -> session, used tokens too: their reuse gives a theft away
        self._verified: dict[str, dict[str, Any]] = {}

    @property
    def key(self) -> RSAKey:
        """The signing key, this issuer's own, made when first needed.

        Under a lock of its own: the thread that makes it at the start and one that signs meanwhile (and holds the other
        lock) would wait for each other, as they would for the lock inside Python 3.11's `cached_property`.
        """
        with self._key_lock:
            if self._key is None:
                self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
            return self._key

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        connect = f"{self.url}/protocol/openid-connect"
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{connect}/auth",
            "token_endpoint": f"{connect}/token",
            "userinfo_endpoint": f"{connect}/userinfo",
            "jwks_uri": f"{connect}/certs",
            "device_authorization_endpoint": f"{connect}/auth/device",
            "revocation_endpoint": f"{connect}/revoke",
            "end_session_endpoint": f"{connect}/logout",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", GRANT],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "scopes_supported": [*SCOPES, PUBLICAPI],
            "claims_supported": ["sub", "name", "given_name", "family_name", "preferred_username", "email"],
            "authorization_response_iss_parameter_supported": True,
        }

    # the front channel: the user's browser ----------------------------------------------------------------------------

    def ask(self, authorization: Authorization) -> str:
        """A handle for a request that waits for the user's answer: unguessable, so that only our page can answer."""
        with self._lock:
            self._forget()
            handle = secrets.token_urlsafe(32)
            self._pending[handle] = authorization
            return handle

    def answered(self, handle: str) -> Authorization | None:
        """The request a handle stands for, once."""
        with self._lock:
            self._forget()
            return self._pending.pop(handle, None)

    def grant(self, authorization: Authorization, user: User) -> str:
        """A code, good once and for a minute."""
        with self._lock:
            session = self._begin(user, authorization.scope, authorization.nonce)
            code = secrets.token_urlsafe(32)
            self._codes[_digest(code)] = _Code(authorization, session, self._now() + _CODE_LIFETIME)
            return code

    # the back channel: the client -------------------------------------------------------------------------------------

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Tokens for a code. A code used twice ends the sign-in it began: one of the two was a thief."""
        with self._lock:
            found = self._codes.get(_digest(code))
            if found is not None and found.used:
                self._end(found.session)
                raise OAuthError("invalid_grant", "The code was used before; everything issued for it is revoked.")
            if found is None or found.expires < self._now():
                raise OAuthError("invalid_grant", "The code is unknown or has expired.")
            found.used = True
            asked = found.authorization
            # A redirect URI and a challenge are compared as they came: no normalising, no prefix.
            if not hmac.compare_digest(redirect_uri.encode(), asked.redirect_uri.encode()):
                raise OAuthError("invalid_grant", "redirect_uri is not the one the code was asked for with.")
            if not re.fullmatch(r"[A-Za-z0-9\-._~]{43,128}", verifier):
                raise OAuthError("invalid_grant", "code_verifier must be 43 to 128 unreserved characters.")
            if not hmac.compare_digest(_base64url(hashlib.sha256(verifier.encode()).digest()), asked.challenge):
                raise OAuthError("invalid_grant", "code_verifier does not fit the code_challenge.")
            return self._tokens(found.session)

    def collect(self, device_code: str) -> dict[str, Any]:
        """Tokens for a device whose user has agreed; else an OAuthError that says what it waits for."""
        with self._lock:
            device = self.devices.collect(device_code)
            return self._tokens(self._begin(self.users[device.username], device.scope, None))

    def refresh(self, token: str, scope: str | None = None) -> dict[str, Any]:
        """New tokens for a refresh token, which is then spent. Reuse of a spent one ends the sign-in."""
        with self._lock:
            session = self._refresh.get(_digest(token))
            if session is None or session.ended or session.began + _SESSION_LIFETIME < self._now():
                raise OAuthError("invalid_grant", "The refresh token is unknown, expired or revoked.")
            if session.refresh != _digest(token):
                self._end(session)
                raise OAuthError("invalid_grant", "The refresh token was used before; the whole sign-in is revoked.")
            if scope is not None and not set(scope.split()) <= set(session.scope.split()):
                raise OAuthError("invalid_scope", "A refresh cannot widen the scope.")
            return self._tokens(session)

    def revoke(self, token: str) -> None:
        """Ends the sign-in a token of either kind belongs to. An unknown token is no error (RFC 7009 section 2.2)."""
        with self._lock:
            session = self._refresh.get(_digest(token)) or self._sessions.get(self._claims(token).get("sid", ""))
            if session:
                self._end(session)

    def sign_out(self, hint: str) -> bool:
        """Ends the sign-in an ID token names; False if it is none of ours. An expired one still names it."""
        with self._lock:
            claims = self._decoded(hint)
            session = self._sessions.get(claims.get("sid", ""))
            if session:
                self._end(session)
            return claims.get("aud") == CLIENT_ID

    def userinfo(self, token: str) -> dict[str, Any] | None:
        """The claims about the user an access token is for."""
        username = self.username(token)
        if username is None:
            return None
        return _about(self.users[username], self._claims(token)["scope"])

    def token(self, user: User) -> str:
        """An access token without a browser, for tools."""
        with self._lock:
            return self._access(self._begin(user, " ".join(SCOPES), None))

    def username(self, token: str, *, audience: str | None = None) -> str | None:
        """Whose access token this is; None if it is not ours, not for this `audience`, has expired or was revoked."""
        with self._lock:
            claims = self._claims(token)
            session = self._sessions.get(claims.get("sid", ""))
            good = session is not None and not session.ended and claims["exp"] > self._now()
            good = good and audience in (None, claims["aud"])
            return claims["preferred_username"] if good else None

    def expires_in(self, token: str) -> int:
        """Seconds that an access token of ours is good for yet."""
        with self._lock:
            return max(0, int(self._claims(token).get("exp", 0) - self._now()))

    # inside -----------------------------------------------------------------------------------------------------------

    def _begin(self, user: User, scope: str, nonce: str | None) -> Session:
        self._forget()
        session = Session(user, scope, nonce, self._now())
        self._sessions[session.id] = session
        return session

    def _end(self, session: Session) -> None:
        session.ended = True

    def _tokens(self, session: Session) -> dict[str, Any]:
        access, refresh = self._access(session), secrets.token_urlsafe(48)
        session.refresh = _digest(refresh)
        self._refresh[session.refresh] = session
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self._lifetime,
            "refresh_token": refresh,
            "refresh_expires_in": int(session.began + _SESSION_LIFETIME - self._now()),
            "id_token": self._identity(session, access),
            "scope": session.scope,
        }

    def _access(self, session: Session) -> str:
        user, now = session.user, int(self._now())
        claims = {
            "iss": self.url,
            "sub": user.subject,
            "aud": "bimlink" if PUBLICAPI in session.scope.split() else "bimplus",
            "azp": CLIENT_ID,
            "typ": "Bearer",
            "iat": now,
            "exp": now + self._lifetime,
            "jti": secrets.token_hex(),
            "sid": session.id,
            "scope": session.scope,
            "preferred_username": user.username,
        }
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, "typ": "JWT"}, claims, self.key)

    def _identity(self, session: Session, access: str) -> str:
        now = int(self._now())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "typ": "ID",
            "iat": now,
            "exp": now + self._lifetime,
            "auth_time": int(session.began),
            "sid": session.id,
            "at_hash": _base64url(hashlib.sha256(access.encode()).digest()[:16]),
            **_about(session.user, session.scope),
        }
        if session.nonce is not None:
            claims["nonce"] = session.nonce
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, "typ": "JWT"}, claims, self.key)

    def _claims(self, token: str) -> dict[str, Any]:
        """The claims of an access token we signed, of any age; nothing otherwise. Remembered: a check costs 0.1 ms."""
        known = self._verified.get(token)
        if known is None:
            claims = self._decoded(token)
            known = claims if claims.get("typ") == "Bearer" else {}
            if known:
                if len(self._verified) > _MOST_PENDING:
                    self._verified.clear()
                self._verified[token] = known
        return known

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            claims = jwt.decode(token, self.key, algorithms=["RS256"]).claims
        except (JoseError, ValueError, TypeError, RecursionError):
            return {}
        return claims if claims.get("iss") == self.url else {}

    def _forget(self) -> None:
        """Drops what time has made useless, and the oldest of too many."""
        now = self._now()
        self._pending = {key: one for key, one in self._pending.items() if one.expires > now}
        while len(self._pending) >= _MOST_PENDING:
            del self._pending[next(iter(self._pending))]
        # A used code is remembered beyond its minute, so that a late replay is still noticed.
        self._codes = {key: one for key, one in self._codes.items() if one.expires + PENDING_LIFETIME > now}
        gone = {key for key, one in self._sessions.items() if one.began + _SESSION_LIFETIME < now}
        if gone:
            self._sessions = {key: one for key, one in self._sessions.items() if key not in gone}
            self._refresh = {key: one for key, one in self._refresh.items() if one.id not in gone}


def _about(user: User, scope: str) -> dict[str, Any]:
    scopes, (given, _, family) = scope.split(), user.name.partition(" ")
    claims: dict[str, Any] = {"sub": user.subject}
    if "profile" in scopes:
        claims |= {"name": user.name, "given_name": given, "family_name": family, "preferred_username": user.username}
    if "email" in scopes:
        claims |= {"email": user.email, "email_verified": True}
    return claims


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

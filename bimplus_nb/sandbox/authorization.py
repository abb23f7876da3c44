"""What a request for a code must look like before a user is even asked. Pure checks; `issuer` holds the state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

CLIENT_ID = "bimplus-nb-sandbox"
SCOPES = ("openid", "profile", "email", "offline_access")
PUBLICAPI = "bimlink_publicapi"
"""The scope of tokens for BIMlink (its documents, Quickstart): those are good for nothing else."""

PENDING_LIFETIME = 600
"""Seconds a user has to answer."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OAuthError(Exception):
    """A refusal in OAuth's own words (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class Authorization:
    """A checked request for a code: what the user is asked to agree to."""

    redirect_uri: str
    scope: str
    challenge: str
    state: str | None
    nonce: str | None
    expires: float


def check(values: dict[str, str], now: float) -> Authorization:
    """A request for a code, checked; client and redirect URI were checked before."""
    if values.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code.")
    if values.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "response_mode must be query.")
    if not values.get("code_challenge"):
        raise OAuthError("invalid_request", "code_challenge is missing: this client must use PKCE.")
    if values.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "code_challenge_method must be S256.")
    if not re.fullmatch(r"[A-Za-z0-9\-_]{43}", values["code_challenge"]):
        raise OAuthError("invalid_request", "code_challenge must be 43 base64url characters.")
    scope = granted(values.get("scope", ""))
    if "none" in values.get("prompt", "").split():
        raise OAuthError("login_required", "There is nobody signed in here without a page.")
    return Authorization(
        values["redirect_uri"],
        scope,
        values["code_challenge"],
        values.get("state"),
        values.get("nonce"),
        now + PENDING_LIFETIME,
    )


def granted(scope: str) -> str:
    """What of a wished scope is given: what there is here, in one order."""
    wanted = scope.split()
    if "openid" not in wanted:
        raise OAuthError("invalid_scope", "scope must contain openid.")
    return " ".join(each for each in (*SCOPES, PUBLICAPI) if each in wanted)


def is_registered(redirect_uri: str) -> bool:
    """Whether a redirect URI is one of the registered loopback ones: http, this machine, any port, any path."""
    if not re.fullmatch(r"[!-~]{1,2000}", redirect_uri) or "\\" in redirect_uri or "#" in redirect_uri:
        return False
    try:
        parts = urlsplit(redirect_uri)
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and "@" not in parts.netloc and port != 0
    return parts.scheme == "http" and plain and parts.hostname in _LOOPBACK

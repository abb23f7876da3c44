"""What discovery says of a sign-in service, checked. Pure.

OpenID Connect Discovery 1.0; `device_authorization_endpoint`: RFC 8628, section 4; `iss` in the redirect: RFC 9207.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bimplus_nb.auth.idtoken import ALGORITHMS
from bimplus_nb.errors import LoginError
from bimplus_nb.http import is_loopback


@dataclass(frozen=True, slots=True)
class Metadata:
    """What discovery says about the issuer, checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str | None
    end_session_endpoint: str | None
    device_authorization_endpoint: str | None
    algorithms: frozenset[str]
    iss_in_redirect: bool


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
        if not is_safe(url, on_this_machine=on_this_machine):
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
        device_authorization_endpoint=address("device_authorization_endpoint"),
        algorithms=frozenset(algorithms),
        iss_in_redirect=document.get("authorization_response_iss_parameter_supported") is True,
    )


def is_safe(url: object, *, on_this_machine: bool) -> bool:
    """Whether it is an address to send a person or a secret to: https, or http where both ends are on this machine."""
    if not (isinstance(url, str) and url.isascii() and url.isprintable()):
        return False
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (parts.scheme == "http" and on_this_machine and is_loopback(url))
    except ValueError:
        return False
    return secure and bool(parts.hostname) and not parts.username and not parts.fragment

"""Checking an ID token: who signed in, said by whom, to whom, for which request. Pure but for the clock.

OpenID Connect Core 1.0, section 3.1.3.7. Signature by joserfc with algorithms pinned to asymmetric ones; claims by
authlib's `CodeIDToken`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from copy import copy
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import sealed

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures that only the issuer can make. `none` and HS* are not among them: a public client has no secret."""


class _Signatures(JWSRegistry):
    """The library's algorithms, without those that must not be and without a warning that no user can act on: the name
    EdDSA is the older one of Ed25519 (RFC 9864)."""

    algorithms = {name: copy(JWSRegistry.algorithms[name]) for name in ALGORITHMS}


_Signatures.algorithms["EdDSA"].security_warning = None

CLOCK = 300
"""Seconds by which this computer's clock may be off."""

_WRONG = {
    "iss": "it is from another sign-in service",
    "aud": "it was made for another application",
    "azp": "it was made for another application",
    "nonce": "it belongs to another sign-in",
    "at_hash": "it does not belong to the access token beside it",
    "sub": "it is about another user",
}


class UnknownKey(LoginError):
    """The token is signed with a key that is not among the known ones; the issuer may have changed its keys."""


def check_id_token(
    tokens: TokenSet,
    *,
    keys: Any,
    algorithms: Collection[str],
    issuer: str,
    client_id: str,
    nonce: str | None = None,
    subject: str | None = None,
) -> str:
    """Who signed in (the claim `sub`), if everything about the token is right; else a LoginError that says what is not.

    `keys` is the issuer's JWKS. At sign-in `nonce` is the one sent; after a refresh `subject` is the one known.
    """
    found = _judge(tokens, keys, algorithms, issuer, client_id, nonce, subject)
    del nonce  # a traceback that shows variables shall not find it
    if isinstance(found, LoginError):
        raise found
    return found


@sealed
def email(tokens: TokenSet) -> str | None:
    """The e-mail address in an ID token that was checked before; None where it has none."""
    payload = (tokens.secret("id_token") or "").split(".")[1:2]
    try:
        said = json.loads(base64.urlsafe_b64decode(f"{payload[0]}=="))
    except (ValueError, LookupError, RecursionError):
        return None
    found = said.get("email") if isinstance(said, dict) else None
    return found if isinstance(found, str) else None


def _judge(
    tokens: TokenSet,
    keys: Any,
    algorithms: Collection[str],
    issuer: str,
    client_id: str,
    nonce: str | None,
    subject: str | None,
) -> str | LoginError:
    """The claim `sub`, or what is wrong. Raises nothing: the frames below hold tokens."""
    try:
        signed = jwt.decode(
            tokens.secret("id_token") or "",
            KeySet.import_key_set(keys),
            registry=_Signatures(algorithms=ALGORITHMS & set(algorithms)),
        )
        claims = CodeIDToken(
            signed.claims,
            _as_authlib_knows(signed.header),
            {"iss": {"essential": True, "values": [issuer]}, "aud": {"essential": True, "value": client_id}},
            {"nonce": nonce, "client_id": client_id, "access_token": tokens.secret("access_token")},
        )
        claims.validate(leeway=CLOCK)
        if subject in (None, claims["sub"]):
            return str(claims["sub"])
        wrong = _WRONG["sub"]
    except InvalidKeyIdError:
        return UnknownKey("The ID token cannot be accepted: it is signed with an unknown key.")
    except ExpiredTokenError:
        wrong = "it has expired. If you signed in just now, this computer's clock is wrong"
    except ClaimError as error:
        early = error.claim in ("iat", "nbf")
        wrong = (
            "it is from the future. This computer's clock is probably wrong"
            if early
            else _WRONG.get(error.claim, f"its claim {error.claim!r} is wrong or missing")
        )
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        wrong = "its signature or form is not valid"
    return LoginError(f"The ID token cannot be accepted: {wrong}.")


def _as_authlib_knows(header: Mapping[str, Any]) -> Mapping[str, Any]:
    """The header under the older name of Ed25519 (RFC 9864), without which authlib would not compare `at_hash`."""
    return {**header, "alg": "EdDSA"} if header.get("alg") == "Ed25519" else header

"""The way in on a JupyterHub that itself signs in at Bimplus' sign-in service: the token it keeps of its user.

A hub keeps what its authenticator got as `auth_state`, and gives it to the user's server where both the user's role and
the server's have the scope ``admin:auth_state!user`` (JupyterHub documentation, "Authenticators" and "Scopes"; of its
role's scopes a server's token gets those that its user has, see `Spawner.server_token_scopes`).

Only the access token and the ID token are taken: the refresh token is the hub's, and using it up would sign the hub out
of its own session. For the next token the hub is asked again; it renews what it keeps (oauthenticator, `refresh_user`).
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from bimplus_nb.auth import environment, redact
from bimplus_nb.auth.choice import HUB
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

TOKEN = "JUPYTERHUB_API_TOKEN"
USER = "JUPYTERHUB_USER"
TIMEOUT = 5.0
"""Seconds; the hub is next door."""

_LIMIT = 1 << 20
_KINDS = ("access_token", "id_token")
_GRANT = (
    "The JupyterHub does not give its token to this server. Its administrator can: enable_auth_state = True, and in "
    "load_roles the scope admin:auth_state!user beside those that the roles 'user' and 'server' have already"
)


@sealed
def read(environ: Mapping[str, str], issuer: str | None = None, *, sure: bool = False) -> TokenSet:
    """The hub's token of its user; raises LoginError where it gives none, and says what is to be done.

    A token that names another sign-in service than `issuer` does not pass: it is none of Bimplus' business. One that
    names none, for not all can be read, passes unless one wants to be `sure`.
    """
    state = _user(environ).get("auth_state")
    if not isinstance(state, Mapping):
        raise LoginError(f"{_GRANT}.")
    try:
        tokens = TokenSet({kind: state.get(kind) for kind in _KINDS})
    except LoginError:
        raise LoginError("The JupyterHub keeps no usable access token of its own sign-in.") from None
    said = {kind: _claims(tokens, kind) for kind in _KINDS}
    issuers = {plain(claims["iss"], 2000) for claims in said.values() if "iss" in claims}
    if issuer is not None and (issuers - {issuer} or (sure and not issuers)):
        where = ", ".join(sorted(plain(each.partition("://")[2] or each, 60) for each in issuers - {issuer}))
        raise LoginError(
            f"The JupyterHub signs in elsewhere ({where or 'its token does not say where'}), not at "
            f"{urlsplit(issuer).netloc}; its token was not used."
        )
    exp = said["access_token"].get("exp")
    if isinstance(exp, (int, float)) and not isinstance(exp, bool) and 0 <= exp < 1e11:
        tokens.expires_at, tokens.lifetime = float(exp), max(0.0, exp - time.time())
        if tokens.lifetime == 0:
            raise LoginError("The JupyterHub's token has expired. Sign out of the hub and in again.")
    return tokens


def renewal(environ: Mapping[str, str], issuer: str | None, *, sure: bool) -> Callable[[TokenSet], TokenSet]:
    """What finds the token that follows one that is used up: the hub again."""
    return lambda old: environment.again(old, lambda: read(environ, issuer, sure=sure))


def _user(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """What the hub says of its user."""
    url = environ.get(HUB, "")
    if not url.startswith(("http://", "https://")) or not environ.get(TOKEN) or not environ.get(USER):
        raise LoginError(f"This kernel was not started by a JupyterHub: {HUB}, {TOKEN} or {USER} is missing.")
    redact.remember(environ[TOKEN])
    host = plain(url.split("/")[2], 80)
    address = f"{url.rstrip('/')}/users/{quote(environ[USER], safe='')}"
    headers = {"Authorization": f"token {environ[TOKEN]}", "Accept": "application/json"}
    body = bytearray()
    try:
        # Plain http is usual here: a hub speaks with its servers inside its own network (Zero to JupyterHub).
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as session,
            session.stream("GET", address, headers=headers) as response,
        ):
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _LIMIT:
                    raise LoginError(f"The JupyterHub at {host} answered with more than can be its user.")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise LoginError(f"The JupyterHub at {host} does not answer.") from None
    if response.status_code in (401, 403, 404):
        raise LoginError(f"{_GRANT} (it answered {response.status_code}).")
    try:
        user = json.loads(body)
    except (ValueError, RecursionError):
        user = None
    if response.status_code != 200 or not isinstance(user, dict):
        raise LoginError(f"The JupyterHub at {host} answered with something that is no user ({response.status_code}).")
    return user


def _claims(tokens: TokenSet, kind: str) -> Mapping[str, Any]:
    """What a token says of itself, unverified: enough to see that it is not ours, never to trust it."""
    try:
        _, middle, _ = (tokens.secret(kind) or "").split(".")
        claims = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}

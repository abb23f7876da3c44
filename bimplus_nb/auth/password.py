"""The API's old sign-in, by password or cross token: obsolete, and only for who asks for it by name.

``POST authorize`` and ``POST cross-authorize`` (Bimplus documentation, Authorization Service: "will be removed in
2026"). The password goes through this kernel to the API. A second sign-in ends the first unless it names its device,
the `client_id` of the first answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bimplus_nb.auth import redact
from bimplus_nb.auth.session import Session
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError
from bimplus_nb.http import Http
from bimplus_nb.secrecy import sealed

OBSOLETE = (
    "The sign-in by password is obsolete: Bimplus removes it in 2026, and it hands the password to the computer that "
    "this kernel runs on. Sign in by the browser: await client.login()."
)

_SCHEMES = {"bimplus": "BimPlus", "bearer": "Bearer"}


class OldTokens(TokenSet):
    """A token of the old sign-in, with the word before it and the name of the `device` that it is for."""

    __slots__ = ("_scheme", "device")

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__({name: answer.get(name) for name in ("access_token", "expires_in")})
        self._scheme = _SCHEMES.get(str(answer.get("token_type")).lower())
        device = answer.get("client_id")
        self.device = device if isinstance(device, str) else None

    @property
    def scheme(self) -> str | None:
        return self._scheme


@sealed
def read(
    api_url: str,
    *,
    user: str | None = None,
    password: str | None = None,
    cross_token: str | None = None,
    application_id: str | None = None,
    device: str | None = None,
    timeout: float = 30.0,
) -> OldTokens:
    """The token for a `user` (e-mail address) and a `password`, or for a `cross_token`, which is then used up.

    `application_id` is what Bimplus gave to the application; `device` the one of an earlier answer, to renew its token.
    """
    redact.remember(password, cross_token)
    path, body = "authorize", {"user_id": user, "password": password}
    if cross_token is not None:
        path, body = "cross-authorize", {"cross_token": cross_token}
    host = urlsplit(api_url).netloc
    http = Http(api_url, timeout=timeout)
    try:
        answer = http.send(
            "POST", path, body={**body, "application_id": application_id, "client_id": device}, signed=False
        )
    except LoginError:
        what = "the e-mail address and the password" if cross_token is None else "the cross token"
        raise LoginError(f"{host} did not accept {what}.") from None
    finally:
        http.close()
    try:
        return OldTokens(json.loads(answer.body))
    except (LoginError, ValueError, AttributeError, RecursionError):
        raise LoginError(f"{host} answered with something that is no token.") from None


def end(api_url: str, session: Session, timeout: float = 30.0) -> None:
    """End the token at the service. Harmless where it has ended."""
    http = Http(api_url, auth=session, timeout=timeout)
    try:
        http.send("DELETE", "authorize")
    except LoginError:
        pass
    finally:
        http.close()

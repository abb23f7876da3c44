"""A well-behaved OpenID Connect client with no library of ours in it, for the tests of the sign-in service."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from bimplus_nb.sandbox import Sandbox

CALLBACK = "http://127.0.0.1:45123/some/callback"


@dataclass
class SignIn:
    """A well-behaved client; a test changes what it wants wrong."""

    sandbox: Sandbox
    http: httpx.Client
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = "state with spaces & signs=?#é"
    nonce: str = "nonce"
    redirect_uri: str = CALLBACK

    def endpoint(self, name: str) -> str:
        return str(self.http.get(f"{self.sandbox.issuer}/.well-known/openid-configuration").json()[name])

    def query(self, **changes: str | None) -> dict[str, str]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        values = {
            "client_id": self.sandbox.client_id, "redirect_uri": self.redirect_uri, "response_type": "code",
            "scope": "openid profile email", "state": self.state, "nonce": self.nonce, "code_challenge": challenge,
            "code_challenge_method": "S256", **changes,
        }  # fmt: skip
        return {name: value for name, value in values.items() if value is not None}

    def page(self, **changes: str | None) -> httpx.Response:
        return self.http.get(self.endpoint("authorization_endpoint"), params=self.query(**changes))

    def answer(self, page: httpx.Response, **button: str) -> httpx.Response:
        """Presses a button of the consent page, as a browser without scripts does."""
        assert page.status_code == 200, page.text
        (action,) = re.findall(r'<form method="post" action="([^"]+)"', page.text)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        values = {name: html.unescape(value) for name, value in hidden}
        return self.http.post(page.url.join(html.unescape(action)), data={**values, **button})

    def sent_back(self, answer: httpx.Response) -> dict[str, str]:
        assert answer.status_code == 302
        target = urlsplit(answer.headers["Location"])
        assert f"{target.scheme}://{target.netloc}{target.path}" == self.redirect_uri.split("?")[0]
        values = parse_qs(target.query, keep_blank_values=True, strict_parsing=True)
        assert all(len(value) == 1 for value in values.values())
        return {name: value[0] for name, value in values.items()}

    def code(self, user: str = "anna", **changes: str | None) -> str:
        return self.sent_back(self.answer(self.page(**changes), username=user))["code"]

    def token(self, **values: str | None) -> httpx.Response:
        form = {"client_id": self.sandbox.client_id, **values}
        return self.http.post(self.endpoint("token_endpoint"), data={k: v for k, v in form.items() if v is not None})

    def exchange(self, code: str, /, **changes: str | None) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self.token(**{**form, **changes})

    def refresh(self, token: str, /, **changes: str | None) -> httpx.Response:
        return self.token(**{"grant_type": "refresh_token", "refresh_token": token, **changes})

    def tokens(self, user: str = "anna", **changes: str | None) -> dict[str, Any]:
        answer = self.exchange(self.code(user, **changes))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def reaches(self, token: str) -> bool:
        answer = self.http.get(f"{self.sandbox.url}/user", headers={"Authorization": f"BimPlus {token}"})
        assert answer.status_code in {200, 401}
        return answer.status_code == 200

    def claims(self, token: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(self.http.get(self.endpoint("jwks_uri")).json())
        return jwt.decode(token, keys, algorithms=["RS256"]).claims


def oauth_error(answer: httpx.Response, status: int = 400) -> str:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error", "error_description"}
    return str(answer.json()["error"])

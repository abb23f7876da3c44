"""A small sign-in service of the tests' own, whose every answer a test can spoil; and somebody at a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from scripted import Handler, Server, serving

from bimplus_nb.auth.sandbox import read_form

CLIENT = "client-1"
KEY = RSAKey.generate_key(2048, {"kid": "k1"})
NEXT_KEY = RSAKey.generate_key(2048, {"kid": "k2"})


class FakeIssuer:
    """`spoil` changes the document, the claims or the answer of the token endpoint; `forms` are what it was sent."""

    def __init__(self) -> None:
        self.server: Server
        self.nonce = ""
        self.key = KEY
        self.published = [KEY]
        self.forms: list[dict[str, str]] = []
        self.document: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.page = ""
        self.reply: tuple[int, bytes, dict[str, str]] | None = None

    @property
    def api(self) -> str:
        return self.server.url

    @property
    def url(self) -> str:
        return f"{self.server.url}/realm"

    def paths(self) -> list[str]:
        return [urlsplit(path).path.removeprefix("/v2") for _, path, _ in self.server.seen]

    def script(self, h: Handler) -> None:
        path = urlsplit(h.path).path.removeprefix("/v2")
        if path == "/.well-known/openid-configuration":
            h.reply(200, json.dumps(self._document()).encode())
        elif path == "/certs":
            h.reply(200, json.dumps({"keys": [key.as_dict(private=False) for key in self.published]}).encode())
        elif path == "/page":
            h.reply(200, self.page.encode())
        elif path in ("/token", "/revoke", "/end"):
            self.forms.append({name: values[0] for name, values in parse_qs(h.body.decode()).items()})
            status, body, headers = self.reply or (200, json.dumps(self._tokens()).encode(), {})
            h.reply(status, body, **headers)
        else:
            known = h.headers.get("Authorization", "").endswith(f"access-{len(self.token_forms())}")
            h.reply(200 if known else 401, b"[]" if known else b"{}")

    def token_forms(self) -> list[dict[str, str]]:
        return [form for form in self.forms if "grant_type" in form]

    def _document(self) -> dict[str, Any]:
        names = {
            "authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "certs",
            "revocation_endpoint": "revoke", "end_session_endpoint": "end",
        }  # fmt: skip
        document: dict[str, Any] = {key: f"{self.server.url}/{name}" for key, name in names.items()}
        document["issuer"] = self.url
        document["id_token_signing_alg_values_supported"] = ["RS256", "HS256", "none"]
        document["code_challenge_methods_supported"] = ["S256"]
        return {key: value for key, value in {**document, **self.document}.items() if value is not None}

    def _tokens(self) -> dict[str, Any]:
        now, count = int(time.time()), len(self.token_forms())
        claims: dict[str, Any] = {"iss": self.url, "sub": "u1", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": self.nonce, **self.claims}
        header = {"alg": "RS256", "kid": self.key.kid}
        answer: dict[str, Any] = {
            "access_token": f"access-{count}", "refresh_token": f"refresh-{count}", "expires_in": 300,
            "id_token": jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, self.key),
        }  # fmt: skip
        return {key: value for key, value in {**answer, **self.answer}.items() if value is not None}


@contextmanager
def issuing() -> Iterator[FakeIssuer]:
    """The service, running; its API's address and its issuer's differ."""
    fake = FakeIssuer()
    with serving(fake.script) as server:
        fake.server = server
        yield fake


def answer_to(url: str, issuer: FakeIssuer, **changes: str | None) -> str:
    """The address at which a browser ends that opened `url`, as the issuer writes it."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    issuer.nonce = asked["nonce"]
    said = {"code": "code-1", "state": asked["state"], "iss": issuer.url, **changes}
    return f"{asked['redirect_uri']}?{urlencode({k: v for k, v in said.items() if v is not None})}"


def challenge_of(verifier: str) -> str:
    """S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def browse(url: str, user: str = "anna", *, deny: bool = False, back: bool = True) -> httpx.Response:
    """Somebody opens the link, says who they are (or no), and is sent `back`; the last answer they get."""
    with httpx.Client() as browser:
        page = browser.get(url)
        form = read_form(page.text)
        choice = {"deny": "1"} if deny else {"username": user}
        return browser.post(str(page.url.join(form.action)), data={**form.hidden, **choice}, follow_redirects=back)

"""A small sign-in service of the tests' own, whose every answer a test can spoil; and somebody at a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from scripted import Handler, Server, serving

from bimplus_nb.auth.sandbox import read_form

CLIENT = "client-1"
KEY = RSAKey.generate_key(2048, {"kid": "k1"})
NEXT_KEY = RSAKey.generate_key(2048, {"kid": "k2"})


Reply = tuple[int, bytes, dict[str, str]]


class FakeIssuer:
    """A test changes the document, the claims, the answer of the token endpoint or that with the `codes` of a device.

    `forms` are what it was sent, and `times` when. `polls` are what the next questions of a device are answered: an
    error, or a whole reply; then tokens. `forge` makes the ID token of its claims. A path in `elsewhere` redirects
    there, one in `instead` answers that.
    """

    def __init__(self) -> None:
        self.server: Server
        self.nonce = ""
        self.key = KEY
        self.published = [KEY]
        self.forms: list[dict[str, str]] = []
        self.times: list[float] = []
        self.document: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.codes: dict[str, Any] = {}
        self.polls: list[str | Reply] = []
        self.forge: Callable[[dict[str, Any]], str] = self._signed
        self.elsewhere: dict[str, str] = {}
        self.instead: dict[str, bytes] = {}
        self.page = ""
        self.reply: Reply | None = None

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
        if path in self.elsewhere:
            h.reply(302, Location=self.elsewhere[path])
        elif path in self.instead:
            h.reply(200, self.instead[path])
        elif path == "/.well-known/openid-configuration":
            h.reply(200, json.dumps(self._document()).encode())
        elif path == "/certs":
            h.reply(200, json.dumps({"keys": [key.as_dict(private=False) for key in self.published]}).encode())
        elif path == "/page":
            h.reply(200, self.page.encode())
        elif path in ("/token", "/revoke", "/end", "/device"):
            self.times.append(time.monotonic())
            self.forms.append({name: values[0] for name, values in parse_qs(h.body.decode()).items()})
            status, body, headers = self.reply or self._answer(path)
            h.reply(status, body, **headers)
        else:
            known = h.headers.get("Authorization", "").endswith(f"access-{len(self.token_forms())}")
            h.reply(200 if known else 401, b"[]" if known else b"{}")

    def _answer(self, path: str) -> Reply:
        if path == "/device":
            return 200, json.dumps(self._codes()).encode(), {}
        if self.polls and "device_code" in self.forms[-1]:
            said = self.polls.pop(0)
            return (400, json.dumps({"error": said}).encode(), {}) if isinstance(said, str) else said
        return 200, json.dumps(self._tokens()).encode(), {}

    def token_forms(self) -> list[dict[str, str]]:
        return [form for form in self.forms if "grant_type" in form]

    def _document(self) -> dict[str, Any]:
        names = {
            "authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "certs",
            "revocation_endpoint": "revoke", "end_session_endpoint": "end",
            "device_authorization_endpoint": "device",
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
        answer: dict[str, Any] = {
            "access_token": f"access-{count}", "refresh_token": f"refresh-{count}", "expires_in": 300,
            "id_token": self.forge({k: v for k, v in claims.items() if v is not None}),
        }  # fmt: skip
        return {key: value for key, value in {**answer, **self.answer}.items() if value is not None}

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def _codes(self) -> dict[str, Any]:
        page = f"{self.server.url}/device-page"
        answer: dict[str, Any] = {
            "device_code": "device-code-1", "user_code": "BCDF-GHJK", "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code=BCDF-GHJK", "expires_in": 600, "interval": 0.02,
        }  # fmt: skip
        return {key: value for key, value in {**answer, **self.codes}.items() if value is not None}


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


def b64(value: object) -> str:
    """A part of a token."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def type_code(page: str, code: str) -> httpx.Response:
    """Somebody opens the page for codes and types one; what they see next."""
    with httpx.Client() as browser:
        form = read_form(browser.get(page).text)
        return browser.post(urljoin(page, form.action), data={"user_code": code})


def agree(page: httpx.Response, user: str = "anna", *, deny: bool = False) -> httpx.Response:
    """Somebody answers the page that asks who signs in."""
    form = read_form(page.text)
    choice = {"deny": "1"} if deny else {"username": user}
    return httpx.post(urljoin(str(page.url), form.action), data={**form.hidden, **choice})


def browse(url: str, user: str = "anna", *, deny: bool = False, back: bool = True) -> httpx.Response:
    """Somebody opens the link, says who they are (or no), and is sent `back`; the last answer they get."""
    with httpx.Client() as browser:
        page = browser.get(url)
        form = read_form(page.text)
        choice = {"deny": "1"} if deny else {"username": user}
        return browser.post(str(page.url.join(form.action)), data={**form.hidden, **choice}, follow_redirects=back)

"""The way in to a sandbox without a browser: this kernel walks through the consent page itself, by the same code flow.

For demo users only: the page asks for no password, one chooses who to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeVar
from urllib.parse import urljoin

import httpx

from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.pending import Pending, Redirected
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError
from bimplus_nb.http import failure, is_loopback, open_session
from bimplus_nb.text import plain

T = TypeVar("T")

REDIRECT_URI = "http://127.0.0.1/callback"


def start(issuer: Issuer, accept: Callable[[TokenSet], None], user: str | None = None) -> Pending:
    """A sign-in that has already ended: as `user` (a demo user's name), by default the first, the account owner."""
    attempt = issuer.begin(REDIRECT_URI)
    pending = Redirected(issuer, attempt, accept)
    pending.complete(_at_page(issuer, attempt.url, lambda session, form: _choose(session, attempt.url, form, user)))
    return pending


def users(issuer: Issuer) -> list[str]:
    """The names of the demo users that may be chosen, the account owner first."""
    return _at_page(issuer, issuer.begin(REDIRECT_URI).url, lambda _, form: list(form.users))


def _at_page(issuer: Issuer, url: str, action: Callable[[httpx.Client, Form], T]) -> T:
    """What `action` makes of the consent page at this address."""
    if not is_loopback(url):
        raise LoginError("Only a sandbox on this computer is signed in to without a browser.")
    error: Exception
    with open_session(url, timeout=issuer.timeout) as session:
        try:
            page = session.get(url, headers={"Accept": "text/html"})
            form = read_form(page.text)
            if page.status_code != 200 or not form.users or not is_loopback(urljoin(url, form.action)):
                raise LoginError(f"The sandbox shows no page to sign in ({page.status_code}).")
            return action(session, form)
        except httpx.HTTPError as broken:
            error = broken
    raise failure(error, "GET", httpx.URL(url), issuer.timeout)


def _choose(session: httpx.Client, url: str, form: Form, user: str | None) -> str:
    """The address at which the consent page sends the browser of this user."""
    chosen = form.users[0] if user is None else user
    if chosen not in form.users:
        raise LoginError(f"The sandbox has no user {plain(chosen, 40)!r}; it has {', '.join(form.users)}.")
    answer = session.post(urljoin(url, form.action), data={**form.hidden, "username": chosen})
    if answer.status_code not in (302, 303):
        raise LoginError(f"The sandbox did not accept the sign-in ({answer.status_code}).")
    return str(urljoin(url, answer.headers.get("Location", "")))


@dataclass(slots=True)
class Form:
    """The consent page's form: where it goes, what it carries along, whom it offers."""

    action: str = ""
    hidden: dict[str, str] = field(default_factory=dict, repr=False)
    users: list[str] = field(default_factory=list)


def read_form(page: str) -> Form:
    """The form of a consent page. Pure."""
    reader = _FormReader()
    reader.feed(page)
    return reader.form


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form = Form()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form.action = said.get("action", "")
        elif tag == "input" and said.get("type") == "hidden" and said.get("name"):
            self.form.hidden[said["name"]] = said.get("value", "")
        elif tag == "button" and said.get("name") == "username":
            self.form.users.append(said.get("value", ""))

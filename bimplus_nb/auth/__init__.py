"""Signing in: one file a way, and the choice among them.

- `environment`: a token from ``BIMPLUS_TOKEN`` or the file ``BIMPLUS_TOKEN_FILE`` names
- `sandbox`: a demo user of a sandbox, without a browser
- `loopback`: the browser, which comes back to a port of this computer

All but the first speak OpenID Connect (`oidc`); the result is a `Session`, which puts the token on requests. A sign-in
that waits for its person is a `Pending`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bimplus_nb.auth import environment
from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.page import Page
from bimplus_nb.auth.pending import PATIENCE, Pending, Redirected
from bimplus_nb.auth.session import Scheme, Session
from bimplus_nb.auth.tokens import TokenSet

__all__ = [
    "PATIENCE",
    "Choice",
    "Issuer",
    "Page",
    "Pending",
    "Redirected",
    "Scheme",
    "Session",
    "TokenSet",
    "Way",
    "choose",
]

Way = Literal["environment", "sandbox", "loopback"]

# Set where the kernel runs on somebody else's computer, so that the browser cannot come back to a port of it.
_ELSEWHERE = {
    "BINDER_SERVICE_HOST": "Binder",
    "JUPYTERHUB_API_URL": "a JupyterHub",
    "CODESPACES": "a GitHub codespace",
    "COLAB_RELEASE_TAG": "Google Colab",
    "SSH_CONNECTION": "a remote computer",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A way in, and why it was taken, in words for people."""

    way: Way
    reason: str


def choose(environ: Mapping[str, str], *, sandbox: bool = False, way: Way | None = None) -> Choice:
    """The way in that fits where this runs, or `way` where one is asked for. Pure."""
    if way is not None:
        if way not in get_args(Way):
            raise ValueError(f"There is no way in called {way!r}; there are {', '.join(get_args(Way))}.")
        return Choice(way, "because it was asked for")
    if sandbox:
        return Choice("sandbox", "because the service is a sandbox, whose demo users need no password")
    for name in (environment.TOKEN, environment.TOKEN_FILE):
        if environ.get(name):
            return Choice("environment", f"because {name} is set")
    for name, place in _ELSEWHERE.items():
        if environ.get(name):
            return Choice(
                "loopback",
                f"by the browser. This kernel runs on {place}, so the browser will end at a page that cannot be "
                "shown: copy that page's address back here",
            )
    return Choice("loopback", "by the browser, which comes back to this computer by itself")

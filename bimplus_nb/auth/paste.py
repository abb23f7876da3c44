"""The way in where no browser can come back: it ends at a page that cannot be shown, whose address is pasted here."""

from __future__ import annotations

from collections.abc import Callable

from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.pending import Pending, Redirected
from bimplus_nb.auth.tokens import TokenSet

REDIRECT_URI = "http://127.0.0.1/callback"
"""Nobody listens there. A loopback address is registered for any port, also for none (RFC 8252, section 7.3)."""


def start(issuer: Issuer, accept: Callable[[TokenSet], None]) -> Pending:
    """A sign-in that waits for `complete` to be given the address at which the browser ended."""
    return Redirected(issuer, issuer.begin(REDIRECT_URI), accept)

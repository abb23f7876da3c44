"""The way in where the kernel is elsewhere: the browser comes back to the Jupyter server, whose page tells us.

The server keeps nothing and learns no token: its page (`bimplus_nb.jupyter`) hands the address to the notebook in the
same browser, the notebook to this kernel, which alone holds the PKCE verifier.
"""

from __future__ import annotations

from collections.abc import Callable

from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.page import Page
from bimplus_nb.auth.pending import Pending, Redirected
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError


def start(issuer: Issuer, accept: Callable[[TokenSet], None], page: Page) -> Pending:
    """A sign-in that ends at an address of the Jupyter server; the notebook's page passes it to `complete`."""
    if not page.base_url:
        raise LoginError("The page of this notebook belongs to no Jupyter server that a sign-in could come back to.")
    if not page.answers:
        raise LoginError(
            "The Jupyter server does not have the extension of bimplus-nb, to which a sign-in could come back. Install "
            "bimplus-nb in the server's environment too and restart the server, or sign in another way."
        )
    return Redirected(issuer, issuer.begin(page.redirect_uri), accept)

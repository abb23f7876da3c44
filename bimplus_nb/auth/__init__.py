"""Signing in: one file a way, the choice among them, and what all share.

- `environment`: a token from ``BIMPLUS_TOKEN`` or the file ``BIMPLUS_TOKEN_FILE`` names
- `hub`: the token that a JupyterHub keeps of its own sign-in, where that is at the same service
- `keychain`: a sign-in that was remembered, for who asks for it
- `sandbox`: a demo user of a sandbox, without a browser
- `loopback`: the browser, which comes back to a port of this computer
- `server`: the browser, which comes back to the Jupyter server that shows the notebook
- `device`: a code that is typed in any browser
- `paste`: the browser, whose last address is pasted
- `password`: the API's old sign-in, obsolete

All but the first, third and last speak OpenID Connect (`oidc`); the result is a `Session`, which puts the token on
requests. A sign-in that waits for its person is a `Pending`. `choice` says which way fits, `signin` takes it,
`console` talks about it.
"""

from __future__ import annotations

from bimplus_nb.auth import console
from bimplus_nb.auth.choice import Choice, Way, choose
from bimplus_nb.auth.environment import Environ
from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.page import Page
from bimplus_nb.auth.pending import PATIENCE, Pending, Redirected
from bimplus_nb.auth.sandbox import users as demo_users
from bimplus_nb.auth.session import Scheme, Session
from bimplus_nb.auth.signin import Given, SignIn
from bimplus_nb.auth.tokens import TokenSet

__all__ = [
    "PATIENCE",
    "Choice",
    "Environ",
    "Given",
    "Issuer",
    "Page",
    "Pending",
    "Redirected",
    "Scheme",
    "Session",
    "SignIn",
    "TokenSet",
    "Way",
    "choose",
    "console",
    "demo_users",
]

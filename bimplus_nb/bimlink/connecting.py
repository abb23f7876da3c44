"""The way in to BIMlink."""

from __future__ import annotations

import os
from typing import Protocol
from urllib.parse import urljoin

from bimplus_nb.auth import TokenSet
from bimplus_nb.bimlink.link import Link
from bimplus_nb.http import is_loopback
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

# Help center of BIMcollab Twin, "API Quickstart".
SERVICES = {"live": "https://api.bimlink.nl", "demo": "https://api.demo-bimlink.nl"}

SANDBOX_URL = "BIMPLUS_SANDBOX_URL"
"""Of the environment: a running sandbox to use as the embedded one."""

_SANDBOX_CLIENT = "bimplus-nb-sandbox"


class Running(Protocol):
    """What `connect` needs of a sandbox."""

    bimlink_url: str
    client_id: str


@sealed
def connect(
    service: str | Running = "sandbox",
    *,
    client_id: str | None = None,
    token: str | None = None,
    user: str | None = None,
    remember: bool = False,
    timeout: float = 30.0,
    document: str = "swagger/v1/swagger.json",
) -> Link:
    """A link to a BIMlink service.

    `service`: ``"sandbox"``, the one in the embedded sandbox, needs no account and is signed in at once, by its real
    code flow, as `user` (by default Anna); so is that of a `Sandbox` of your own. ``"live"``, ``"demo"`` or an address
    (https) need a `client_id` and ``await link.login()``; or a `token`, used as it is and never renewed.

    The vendor's support gives out client ids and registers the address at which the browser ends. Have
    ``http://127.0.0.1/callback`` registered; ``await link.login('paste')`` works with exactly that one, from anywhere.

    `remember`: keep the sign-in in the keyring (extra ``keyring``). `timeout`: seconds of silence before a request is
    given up. `document`: where below the service its OpenAPI document lies.
    """
    tokens = None if token is None else TokenSet({"access_token": token})
    sandbox: Running | None = None
    if isinstance(service, str) and service != "sandbox":
        url = SERVICES.get(service, service)
        if "://" not in url:
            raise ValueError(
                f"There is no service {plain(service, 60)!r}: sandbox, {', '.join(SERVICES)} or an address."
            )
        if user is not None:
            raise ValueError("user= chooses among the demo users of a sandbox; other services ask in the browser.")
        if client_id is None and tokens is None:
            raise ValueError(
                "client_id= is needed: the vendor's support gives it out and registers where to come back."
            )
    else:
        sandbox = _embedded() if isinstance(service, str) else service
        url, client_id = sandbox.bimlink_url, client_id or sandbox.client_id
    link = Link(
        url, client_id=client_id, document=document, remember=remember, timeout=timeout, sandbox=sandbox, user=user
    )
    if tokens is not None:
        link.session.accept(tokens)
    elif sandbox is not None:
        link.sign_in()
    return link


def _embedded() -> Running:
    """BIMlink in the embedded sandbox, or in the running one that the environment names."""
    url = os.environ.get(SANDBOX_URL)
    if url:
        if not is_loopback(url):
            raise ValueError(f"{SANDBOX_URL} must name a sandbox on this computer.")
        return _Elsewhere(url)
    # Through the front door, as a notebook would: this room knows nothing of the sandbox, but that it may be there.
    import bimplus_nb

    return bimplus_nb.Sandbox.embedded()


class _Elsewhere:
    """A sandbox of another process, such as that of ``bimplus-nb lab``."""

    def __init__(self, url: str) -> None:
        self.bimlink_url = urljoin(url, "/bimlink")
        self.client_id = _SANDBOX_CLIENT

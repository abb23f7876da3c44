"""What the page that shows the notebook says of itself, as far as a way in depends on it. Pure.

Source: ``jupyter-config-data`` of JupyterLab 4.6, Notebook 7.6, Voila 0.5 and JupyterHub 6.1, read by the login widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

CALLBACK = "bimplus/oauth/callback"
"""The address of our Jupyter Server extension, below the server's base URL."""


@dataclass(frozen=True, slots=True)
class Page:
    """`origin` of the page, `base_url` of its Jupyter server, `hub_prefix` where a JupyterHub is in front of it, and
    whether our server extension `answers` there. A page of no Jupyter server has no `base_url`."""

    origin: str
    base_url: str = ""
    hub_prefix: str = ""
    answers: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the browser reaches the server at a loopback address, as on one's own computer."""
        return urlsplit(self.origin).hostname in ("127.0.0.1", "localhost", "::1")

    @property
    def redirect_uri(self) -> str:
        """Where the sign-in service sends the browser. On a hub the same for every user, so that it can be registered:
        the hub leads each to their own server."""
        below = f"{self.hub_prefix}user-redirect/" if self.hub_prefix else self.base_url
        return f"{self.origin}{below}{CALLBACK}"

"""What the extension answers: one page and one word, both only to whoever may use this server."""

from __future__ import annotations

import secrets
from pathlib import Path
from string import Template
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httputil import url_concat

from bimplus_nb._version import __version__

_PAGE = Template(Path(__file__).with_name("callback.html").read_text(encoding="utf-8"))


def routes(base_url: str) -> list[tuple[str, type[JupyterHandler]]]:
    """The handlers of the extension, below the server's base URL."""
    return [
        (url_path_join(base_url, "bimplus/oauth/callback"), Callback),
        (url_path_join(base_url, "bimplus/ping"), Ping),
    ]


class Closed(JupyterHandler):
    """What is only read, by the page it is for: never kept, framed, or taken for something else."""

    SUPPORTED_METHODS = ("GET",)

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")

    def get_login_url(self) -> str:
        """Where somebody unknown is sent, to come back without the query: an address is logged on its way through a
        login page, and the query holds a code."""
        return url_concat(super().get_login_url(), {"next": self.request.path})


class Callback(Closed):
    """The page at which a sign-in ends. It is the same for everybody: what it hands over only the browser reads.

    It works by a `BroadcastChannel`, which reaches the pages of this origin in this browser and nobody else, and which
    neither ``rel=noopener`` nor a cross-origin opener policy cuts.
    """

    @web.authenticated
    def get(self) -> None:
        nonce = secrets.token_urlsafe(16)
        own = f"'nonce-{nonce}'"
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {own}; style-src {own}; frame-ancestors 'none'; base-uri 'none'; "
            "form-action 'none'",
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(_PAGE.substitute(nonce=nonce))


class Ping(Closed):
    """Whether the extension is there, and of which version."""

    @web.authenticated
    def get(self) -> Any:
        self.finish({"name": "bimplus_nb", "version": __version__})

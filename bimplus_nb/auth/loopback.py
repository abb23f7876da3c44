"""The way in by a browser on the same computer: it comes back to a port that we listen on (RFC 8252, section 7.3)."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.pending import Pending, Redirected
from bimplus_nb.auth.tokens import TokenSet

PATH = "/callback"


def start(issuer: Issuer, accept: Callable[[TokenSet], None]) -> Pending:
    """A sign-in whose link comes back by itself. Listens on 127.0.0.1 only, until the sign-in has ended."""
    server = _Server(("127.0.0.1", 0), _Callback)
    try:
        attempt = issuer.begin(f"http://127.0.0.1:{server.server_port}{PATH}")
    except BaseException:
        server.server_close()
        raise
    pending = server.pending = Redirected(issuer, attempt, accept)
    server.state = attempt.state
    server.home = attempt.redirect_uri
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="bimplus sign-in", daemon=True)
    thread.start()

    def close(_: object) -> None:
        server.shutdown()
        server.server_close()

    pending.future.add_done_callback(close)
    return pending


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pending: Pending
    state: str
    home: str

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: the traceback of a browser that hung up would be printed into somebody's notebook."""


class _Callback(BaseHTTPRequestHandler):
    """Answers one address once; to everything else it is not there."""

    timeout = 10
    server: _Server
    server_version = "bimplus-nb"
    sys_version = ""

    def do_GET(self) -> None:
        if not self._is_ours():
            self._reply(404, "Not found.")
            return
        query = urlsplit(self.path).query
        try:
            self.server.pending.complete(f"{self.server.home}?{query}")
        except Exception:
            self._reply(400, "The sign-in did not work. The notebook says why; this tab can be closed.")
        else:
            self._reply(200, "You are signed in. This tab can be closed.")

    def _is_ours(self) -> bool:
        """Whether it is our browser coming back: right path, Host and state. A rebound name has another Host."""
        parts = urlsplit(self.path)
        try:
            states = parse_qs(parts.query, keep_blank_values=True, max_num_fields=32).get("state", [])
        except ValueError:
            return False
        return (
            not self.server.pending.done
            and parts.path == PATH
            and self.headers.get_all("Host") == [f"127.0.0.1:{self.server.server_port}"]
            and len(states) == 1
            and hmac.compare_digest(states[0].encode(), self.server.state.encode())
        )

    def _reply(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the request line holds the code."""

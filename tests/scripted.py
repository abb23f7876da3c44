"""A real HTTP server that does what a healthy service never would: a test's own script answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """One request, as the script sees it."""

    protocol_version = "HTTP/1.1"
    script: Callable[[Handler], None]

    def handle_one(self) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers)))  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        type(self).script(self)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_one  # noqa: N815

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    """`seen`: method, path and headers of each request."""

    daemon_threads = True
    request_queue_size = 128  # fifty threads may come at once
    seen: list[tuple[str, str, dict[str, str]]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v2"


@contextmanager
def serving(script: Callable[[Handler], None]) -> Iterator[Server]:
    """A server that answers every request as the script does."""
    server = Server(("127.0.0.1", 0), type("Scripted", (Handler,), {"script": staticmethod(script)}))
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

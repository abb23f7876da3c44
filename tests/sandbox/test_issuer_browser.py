"""The consent page in a real browser without scripts: only there is its policy on redirects of forms enforced."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import lab
import pytest
from sandbox.oidc_client import SignIn

pytestmark = pytest.mark.browser


@pytest.fixture
def receiver() -> Iterator[str]:
    """The address of a page on this machine that a client would wait at."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>back</title>")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the address holds a code."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(lab.missing() is not None, reason=str(lab.missing()))
def test_signing_in_by_keyboard(sign_in: SignIn, receiver: str) -> None:
    sign_in.redirect_uri = receiver
    address = str(httpx.Request("GET", sign_in.endpoint("authorization_endpoint"), params=sign_in.query()).url)
    with lab.chromium() as browser, browser.new_page(java_script_enabled=False) as page:
        page.goto(address)
        assert page.title() == "Who is working today?"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/callback*")
        code = httpx.URL(page.url).params["code"]
    tokens = sign_in.exchange(code).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert sign_in.http.get(f"{sign_in.sandbox.url}/user", headers=headers).json()["email"] == "ben@example.com"

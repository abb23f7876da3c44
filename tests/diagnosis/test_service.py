"""What is wrong with a service, provoked by real servers: none there, a proxy, TLS, clocks, ended sign-ins."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import scripted
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import bimplus_nb as bp
from bimplus_nb.causes import CAUSES
from bimplus_nb.diagnosis import facts, judging
from bimplus_nb.diagnosis.judging import Finding
from bimplus_nb.sandbox import Sandbox

SECRET = "hunter2"


def looked(service: str | bp.Client) -> dict[str, Finding]:
    """Findings by what was looked at."""
    return {finding.check: finding for finding in judging.service(facts.service(service))}


def assert_is(finding: Finding, cause: str, **values: object) -> None:
    told = CAUSES[cause].told(values)
    assert (finding.status, finding.cause) == ("problem", cause)
    assert (finding.words, finding.cure, finding.command) == (told.words, told.cure, told.command)


@pytest.fixture
def closed() -> Iterator[str]:
    """An address of this machine at which nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and does not listen
        yield f"127.0.0.1:{held.getsockname()[1]}"


def test_the_sandbox_is_well(client: bp.Client) -> None:
    found = looked(client)
    assert {name: finding.status for name, finding in found.items()} == {
        "service": "ok", "clock": "ok", "sign-in": "ok",
    }  # fmt: skip


def test_nobody_answers(closed: str) -> None:
    found = looked(f"http://{closed}/v2")
    assert_is(found.pop("service"), "unreachable", host=closed)
    assert not found, "without an answer there is nothing to say of the rest"


def test_a_proxy_that_does_not_answer(closed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{SECRET}@{closed}")
    found = looked("https://service.invalid/v2")
    assert_is(found["service"], "proxy", host="service.invalid", proxy=closed, variable="HTTPS_PROXY")
    assert SECRET not in str(found)
    monkeypatch.setenv("NO_PROXY", "service.invalid")
    assert_is(looked("https://service.invalid/v2")["service"], "unreachable", host="service.invalid")


def test_a_certificate_that_nobody_knows(tmp_path: Path) -> None:
    with _tls(tmp_path) as host:
        assert_is(looked(f"https://{host}/v2")["service"], "certificate", host=host)


def test_a_service_that_fails() -> None:
    with scripted.serving(lambda request: request.reply(503)) as server:
        host = server.url.split("/")[2]
        assert_is(looked(server.url)["service"], "failing", host=host, status=503)


@pytest.mark.parametrize(("minutes", "way"), [(-90, "ahead of"), (90, "behind")])
def test_a_clock_that_is_wrong(minutes: int, way: str) -> None:
    """The service's is, which from here is the same."""

    def script(request: scripted.Handler) -> None:
        there = datetime.now(UTC) + timedelta(minutes=minutes)
        request.date_time_string = lambda _=None: there.strftime("%a, %d %b %Y %H:%M:%S GMT")  # type: ignore[method-assign]
        request.reply(200)

    with scripted.serving(script) as server:
        found = looked(server.url)
        host = server.url.split("/")[2]
        assert_is(found["clock"], "clock", minutes="90", way=way, host=host)


def test_a_service_that_tells_no_time() -> None:
    def script(request: scripted.Handler) -> None:
        request.date_time_string = lambda _=None: "soon"  # type: ignore[method-assign]
        request.reply(200)

    with scripted.serving(script) as server:
        assert looked(server.url)["clock"].status == "unknown"


def test_a_sign_in_that_has_ended(own_sandbox: Sandbox) -> None:
    with bp.connect(own_sandbox) as client:
        token = client.session._tokens
        assert token is not None
        assert looked(client)["sign-in"].status == "ok"
        # Somebody ends it elsewhere.
        assert client.session.issuer is not None
        client.session.issuer.end(token)
        host = client.host
        found = looked(client)["sign-in"]
        assert_is(found, "sign-in", why=f"The sign-in at {host} has ended, or is not accepted any more.")
        assert found.command == "await client.login()"


def test_a_token_that_is_not_accepted(sandbox: Sandbox) -> None:
    with bp.connect(sandbox.url, token=SECRET) as client:
        found = looked(client)
        assert found["sign-in"].cause == "sign-in"
        assert "BIMPLUS_TOKEN" in found["sign-in"].cure
        assert SECRET not in str(found)


def test_nobody_has_signed_in(sandbox: Sandbox) -> None:
    with bp.connect(sandbox.url, client_id=sandbox.client_id) as client:
        why = f"The sign-in at {client.host} has not happened yet."
        assert_is(looked(client)["sign-in"], "sign-in", why=why)


@contextmanager
def _tls(folder: Path) -> Iterator[str]:
    """A server of this machine whose certificate it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = _Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """Nothing: that the handshake breaks off is what is tested."""

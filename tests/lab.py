"""A real JupyterLab and a real Chromium for tests: open a notebook, run its cells by keyboard, look at the canvas.

`running()` starts both for a whole test session; `Lab.open` gives a `Notebook` to work with::

    with running(folder) as lab:
        notebook = lab.open(["import bimplus_nb as bp", "project.view()"])
        notebook.run_all()
        notebook.settle()
        assert notebook.pixels().std() > 0

Nothing here sleeps for a fixed time: the page script below notes when the last WebGL frame was drawn and when the last
kernel message passed, and `settle` waits until both have been quiet for a moment and the kernel is idle.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labnotebook import PAGE_SCRIPT, Notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOW_TO_GET_ONE = "no browser: install chromium (apt-get install chromium) or run `playwright install chromium`"
TOKEN = "a-token-for-tests-on-loopback"

# WebGL in software, for want of a graphics card, and that alone: drawn so too, each frame of the page would cost 66 ms
# more. And nothing that phones home.
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader-webgl",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-gpu-watchdog",  # which takes a drawing process that waits for a processor to hang
    "--disable-dev-shm-usage",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--hide-scrollbars",
]


def executable() -> str | None:
    """The browser to start: Chromium from PATH, else the one that came with playwright, else none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def missing() -> str | None:
    """Why browser tests cannot run here, in a sentence that says what to do, or None where they can."""
    try:
        import jupyterlab  # noqa: F401
        import playwright.sync_api  # noqa: F401
    except ImportError as problem:
        return f'{problem}: install the extra with `pip install ".[test]"`'
    return None if executable() else HOW_TO_GET_ONE


@contextlib.contextmanager
def server(folder: Path, env: dict[str, str] | None = None, *, app: str = "jupyterlab") -> Iterator[str]:
    """The address of a JupyterLab, or another `app`, that keeps everything it writes below `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = folder / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    (folder / "notebooks").mkdir(exist_ok=True)
    (settings / "overrides.json").write_text(
        json.dumps(
            {
                "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
                "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
                "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": False},
            }
        )
    )
    places = {f"JUPYTER_{kind.upper()}_DIR": str(folder / kind) for kind in ("config", "data", "runtime")}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    kind = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}[app]
    command = [sys.executable, "-m", app, "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder / 'notebooks'}"]
    command += [f"--{kind}.expose_app_in_browser=True", f"--{kind}.app_settings_dir={settings}"]
    log = folder / "server.log"
    environ = {**os.environ, "PATH": path, **places, "IPYTHONDIR": str(folder / "ipython"), **(env or {})}
    with started(command, env=environ, log=log) as process:
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while not answers(f"{url}/api"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
        yield url


@contextlib.contextmanager
def started(
    command: Sequence[str | Path], *, env: dict[str, str], log: Path, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program for as long as this lasts, what it prints in `log`."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        # The whole group, because kernels are a server's children.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(url: str) -> bool:
    """Whether anybody answers there within half a second."""
    try:
        with urllib.request.urlopen(url, timeout=0.5):
            return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return True
    except OSError:
        time.sleep(0.1)  # between two looks at a port nobody listens to yet
        return False


_lent: list[Browser] = []  # the browser of this process, once for each who has it now
_end = contextlib.ExitStack()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this process, started when it is first needed and closed when nobody has it any more.

    There is but one, since a second playwright does not start beside a first. Who takes it makes contexts of their own.
    """
    if not _lent:
        from playwright.sync_api import sync_playwright

        path = executable()
        playwright = _end.enter_context(sync_playwright())
        started = playwright.chromium.launch(
            executable_path=path, args=FLAGS, ignore_default_args=["--headless", "--disable-gpu"]
        )
        _end.callback(started.close)
    else:
        started = _lent[0]
    _lent.append(started)
    try:
        yield started
    finally:
        _lent.pop()
        if not _lent:
            _end.close()


@contextlib.contextmanager
def running(folder: Path, env: dict[str, str] | None = None) -> Iterator[Lab]:
    """A JupyterLab with a browser in front of it."""
    with server(folder, env) as url, chromium() as browser:
        lab = Lab(url, folder / "notebooks", browser)
        yield lab
        lab.close()


class Lab:
    """A running JupyterLab and the browser that looks at it."""

    def __init__(self, url: str, folder: Path, browser: Browser) -> None:
        self.url = url
        self.folder = folder
        self.browser = browser
        self._opened = 0
        self._idle: dict[float, Page] = {}  # windows with a Lab and no notebook, by device pixels to a CSS pixel

    def open(
        self,
        notebook: Sequence[str] | Path,
        *,
        size: tuple[int, int] = (1280, 900),
        scale: float = 1,
        dark: bool = False,
        script: str = "",
    ) -> Notebook:
        """A notebook of these cells (or a copy of this file) with a kernel of its own, which is idle.

        `size` is the window's in CSS pixels, `scale` its device pixel ratio. A window that another notebook has left
        without a complaint is used again, since loading JupyterLab costs more than most tests. With a `script`, which
        is run in every page before anything else, after the one that counts, it is a fresh one.
        """
        import nbformat

        self._opened += 1
        name = f"test{self._opened}.ipynb"
        if isinstance(notebook, Path):
            copy = nbformat.read(notebook, 4)
            for cell in copy.cells:
                if cell.cell_type == "code":
                    cell.update(outputs=[], execution_count=None)  # so that what is seen was run here
            nbformat.write(copy, self.folder / name)
            for beside in ("files", "pictures"):  # what it reads and shows
                if (notebook.parent / beside).is_dir():
                    shutil.copytree(notebook.parent / beside, self.folder / beside, dirs_exist_ok=True)
        else:
            v4: Any = nbformat.v4
            cells = [v4.new_code_cell(source) for source in notebook]
            kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
            nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), self.folder / name)
        page = None if script else self._idle.pop(scale, None)
        used = page is not None
        if page is None:
            page = self.browser.new_context(device_scale_factor=scale).new_page()
            page.add_init_script(PAGE_SCRIPT + script)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        # Less motion, because a flight is a dozen frames, and drawn by software each costs.
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        url = f"{self.url}/lab/tree/{name}?token={TOKEN}&reset"
        opened = Notebook(page, url, left=None if script else lambda: self._left(page, scale))
        if used:
            opened.enter(name)
        else:
            opened.reload()
        opened.theme(f"JupyterLab {'Dark' if dark else 'Light'}")  # the server keeps what the window before had
        return opened

    def _left(self, page: Page, scale: float) -> None:
        if other := self._idle.pop(scale, None):
            other.context.close()
        page.context.clear_permissions()
        self._idle[scale] = page

    def close(self) -> None:
        """Close the windows that wait for a notebook."""
        while self._idle:
            self._idle.popitem()[1].context.close()

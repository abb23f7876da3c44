"""The Binder image: what repo2docker makes of the repository, and its steps done in a new virtual environment."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import hub
import lab
import numpy as np
import pytest
from labnotebook import PAGE_SCRIPT, Notebook

ROOT = Path(__file__).parent.parent


def test_repo2docker_accepts_the_repository() -> None:
    command = [Path(sys.executable).with_name("jupyter-repo2docker"), "--no-build", "--debug", ROOT]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr[-2000:]
    recipe = run.stdout + run.stderr
    assert "binder/requirements.txt" in recipe
    assert "RUN ./binder/postBuild" in recipe
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in recipe


def test_every_dependency_is_pinned() -> None:
    """The image installs the package itself without its dependencies, so all of them must stand in the list."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["lab"] + extras["tutorials"] + extras["arrow"] + extras["bcf"]
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.]+( ;.*)?", line) for line in lines)
    pinned = {line.split("==")[0] for line in lines}
    names = {re.match(r"[\w.-]+", requirement).group().lower().replace("_", "-") for requirement in wanted}  # type: ignore[union-attr]
    # Installed by itself, since it asks for ifcopenshell and its XML does not.
    alone = set(re.findall(r"--no-deps ([a-z-]+)==[\d.]+$", (ROOT / "binder" / "postBuild").read_text(), re.MULTILINE))
    assert alone == {"bcf-client"}
    assert "xsdata" in pinned, "which its XML needs"
    assert names - {"bimplus-nb"} <= pinned | alone


def test_no_heavy_extra_in_the_image() -> None:
    assert "ifcopenshell" not in (ROOT / "binder" / "requirements.txt").read_text()


class Image(NamedTuple):
    """What `binder/` makes: an environment, and a folder with the repository's files in it."""

    python: Path
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """A visitor's: nothing that says where a sandbox or anything of ours is."""
        ours = ("BIMPLUS", "JUPYTER", "PYTHON", "PYTEST")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        path = os.pathsep.join((str(self.python.parent), os.environ["PATH"]))
        return environ | {"PATH": path, "HOME": str(self.folder.parent), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def run(self, *command: str | Path, timeout: float = 300) -> str:
        run = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=timeout
        )
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
        return run.stdout


def interpreter() -> str:
    """The Python that the image has, where it is on this machine too; else this one, for which the list has markers."""
    wanted = (ROOT / "binder" / "runtime.txt").read_text().strip().replace("-", "")
    found = shutil.which(wanted)
    there = found and subprocess.run([found, "--version"], capture_output=True, timeout=30).returncode == 0
    return found if found and there else sys.executable


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image's steps, one after the other, in a new virtual environment."""
    home = tmp_path_factory.mktemp("binder")
    subprocess.run([interpreter(), "-m", "venv", home / "venv"], check=True, timeout=120)
    rubbish = shutil.ignore_patterns(".git", ".*_cache", "__pycache__", ".hypothesis")
    made = Image(home / "venv" / "bin" / "python", Path(shutil.copytree(ROOT, home / "repository", ignore=rubbish)))
    # With no dependencies, so that what is missing in the list is missing here; and not compiled, which is slow.
    install = ("pip", "install", "--quiet", "--no-compile", "--no-deps")
    made.run(*install, "-r", "binder/requirements.txt", timeout=600)
    made.run("binder/postBuild")
    return made


def test_the_list_is_whole(image: Image) -> None:
    assert "No broken requirements" in image.run("pip", "check")
    assert "bimplus-nb" in image.run("pip", "list")
    assert "ifcopenshell" not in image.run("pip", "list").lower()


def test_what_needs_the_extras_runs_in_it(image: Image) -> None:
    """The first notebook is below; the others need nothing else, and run in the suite's own environment."""
    image.run("jupyter", "execute", "notebooks/09_many_projects.ipynb", "--timeout=120")


@pytest.mark.browser
def test_a_visitor_arrives_at_the_first_notebook(image: Image, tmp_path: Path) -> None:
    """By the launch command, behind the proxy that BinderHub has, below an address of the visitor's own."""
    if why := lab.missing():
        pytest.skip(why)
    command = hub.install_proxy(tmp_path)
    port, proxy_port, api_port = hub.free_ports(3)
    base, address = "/user/a-visitor/", f"http://127.0.0.1:{proxy_port}"
    start = [
        *("binder/start", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
        *(f"--ServerApp.base_url={base}", f"--IdentityProvider.token={lab.TOKEN}", "--ServerApp.allow_remote_access=1"),
        "--LabApp.expose_app_in_browser=True",
    ]
    forward = [command, f"--port={proxy_port}", "--ip=127.0.0.1", f"--api-port={api_port}"]
    forward.append(f"--default-target=http://127.0.0.1:{port}")
    with (
        running(start, cwd=image.folder, env=image.environ, log=tmp_path / "server.log"),
        running(forward, cwd=tmp_path, env=dict(os.environ), log=tmp_path / "proxy.log"),
        lab.chromium() as browser,
    ):
        until = time.monotonic() + 60
        while not hub.is_up(f"{address}{base}api"):
            assert time.monotonic() < until, (tmp_path / "server.log").read_text()[-3000:]
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        page.add_init_script(PAGE_SCRIPT)
        with Notebook(page, context, f"{address}{base}?token={lab.TOKEN}") as notebook:
            notebook.reload()
            assert page.url.partition("?")[0] == f"{address}{base}lab/tree/notebooks/01_first_look.ipynb"
            # It came with outputs; what is seen below was run here.
            page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
            notebook.run_all(timeout=120)
            notebook.settle()
            assert notebook.ask("client.host").startswith("127.0.0.1"), "the sandbox runs in the kernel"
            assert notebook.ask("__import__('sys').prefix") == str(image.python.parent.parent)
            assert np.ptp(notebook.pixels().astype(int), axis=2).max() > 50, "the building has colours"
            assert notebook.errors == []


@contextmanager
def running(command: list[str | Path], *, cwd: Path, env: dict[str, str], log: Path) -> Iterator[None]:
    """The command for as long as this lasts, with all its children."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

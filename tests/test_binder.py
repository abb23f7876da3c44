"""The Binder image: what repo2docker makes of the repository, and all tutorials in the environment that it has."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import binderimage
import hub
import lab
import nbformat
import numpy as np
import pytest
import tutorials
from binderimage import ROOT, Image
from labnotebook import PAGE_SCRIPT, Notebook
from leaks.hunt import SHOWN, Hunt, written
from onekernel import Kernel


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


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return binderimage.made(tmp_path_factory.mktemp("binder"))


def test_the_list_is_whole(image: Image) -> None:
    missing = image.run("pip", "check", fails=True)
    assert re.fullmatch(r"bcf-client [\d.]+ requires ifcopenshell, which is not installed\.", missing.strip())
    assert "bimplus-nb" in image.run("pip", "list")
    assert "ifcopenshell" not in image.run("pip", "list").lower()


def test_all_tutorials_run_in_it_twice_in_any_order(image: Image, tmp_path: Path) -> None:
    """In one kernel: nothing is left behind, and no secret is said."""
    with Kernel(image.python, tmp_path, image.environ) as kernel:
        begun = kernel.left()
        books = {path.stem: nbformat.read(path, 4) for path in sorted(tutorials.FOLDER.glob("*.ipynb"))}
        after = []
        for turn in range(2):
            names = random.Random(turn).sample(sorted(books), len(books))
            for name in names:
                for cell in books[name].cells:
                    if cell.cell_type == "code":
                        kernel.run(cell.source, f"{name}/{cell.id}")
            after.append(kernel.left())
        first, second = after
        views = sum(len(tutorials.views(book)) for book in books.values())
        assert first["widgets"]["Renderer"] == views, "one each view"
        assert second == first, names
        kernel.shut()
        ended = kernel.left()
        assert ended | {"widgets": {}} == begun | {"widgets": {}}
        kinds = ("BufferAttribute", "BufferGeometry", "DataTexture", "ShaderMaterial", "Mesh", "LineSegments", "Kinds")
        shared = dict.fromkeys(("Code", "Without", "Layout", "HTMLStyle", *kinds), 1)
        assert ended["widgets"] == shared, (
            "what viewers share: their code, the words where it cannot come, what classes are taken from"
        )
        hunt = Hunt(kernel.secrets)
        assert {"access_token", "code", "code_verifier"} <= hunt.kinds
        shows = ("display_data", "update_display_data", "execute_result", "stderr")
        showed = [said for kind, said in kernel.heard if kind in shows]
        assert hunt.search("\n".join(showed), "what cells showed") == []
        assert hunt.search("\n".join(said for _, said in kernel.heard), "what the kernel said", but=SHOWN) == []
        files = dict(written(tmp_path))
        assert tmp_path / "log.txt" in files
        assert [hit for path, what in files.items() for hit in hunt.search(what, path.name)] == []


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
    forward = [*command, f"--port={proxy_port}", "--ip=127.0.0.1", f"--api-port={api_port}"]
    forward.append(f"--default-target=http://127.0.0.1:{port}")
    with (
        lab.started(start, cwd=image.folder, env=image.environ, log=tmp_path / "server.log"),
        lab.started(forward, cwd=tmp_path, env=dict(os.environ), log=tmp_path / "proxy.log"),
        lab.chromium() as browser,
    ):
        until = time.monotonic() + 60
        while not hub.is_up(f"{address}{base}api"):
            assert time.monotonic() < until, (tmp_path / "server.log").read_text()[-3000:]
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        page.add_init_script(PAGE_SCRIPT)
        with Notebook(page, f"{address}{base}?token={lab.TOKEN}") as notebook:
            notebook.reload()
            assert page.url.partition("?")[0] == f"{address}{base}lab/tree/notebooks/01_first_look.ipynb"
            news = "lab/api/settings/@jupyterlab/apputils-extension:notification"
            settings = page.request.get(f"{address}{base}{news}?token={lab.TOKEN}").json()
            assert settings["schema"]["properties"]["fetchNews"]["default"] == "false", "it begins with no question"
            # It came with outputs; what is seen below was run here.
            page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
            notebook.run_all(timeout=120)
            notebook.settle()
            assert notebook.ask("client.host").startswith("127.0.0.1"), "the sandbox runs in the kernel"
            assert notebook.ask("__import__('sys').prefix") == str(image.python.parent.parent)
            assert np.ptp(notebook.pixels().astype(int), axis=2).max() > 50, "the building has colours"
            assert notebook.errors == []

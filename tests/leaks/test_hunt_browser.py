"""The same hunt with people's own tools: JupyterLab that saves its widgets, and a browser that signs in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import lab as harness
import pytest
from jupyterserver import configure
from leaks.hunt import SHOWN, Hunt
from leaks.kernels import BEGIN, TESTS

# No table: JupyterLab saves no widgets at all beside one, for what itables 2.9 holds in the browser cannot be written.
# The hunt in a kernel has one.
CELLS = [
    f"import os, sys\nsys.path.insert(0, {str(TESTS)!r})\n"
    "os.environ |= {{'HUNT_FOLDER': {folder!r}, 'HUNT_RECORD': {folder!r} + '/record.jsonl'}}\n" + BEGIN,
    "import bimplus_nb as bp\nsandbox = bp.Sandbox()\n"
    "client = bp.connect(sandbox.url, client_id=sandbox.client_id)\nlogin = bp.Login(client, way='loopback')\nlogin",
    "second = bp.Login(bp.connect(sandbox.url, client_id=sandbox.client_id), way='paste')\nsecond.sign_in()\nsecond",
    "hunt.person(second._pending, back=False)",
    "project = client.project('Riverside Offices')\nproject.view()",
    "client.projects.get('nowhere')",
]


@pytest.fixture
def saving_lab(tmp_path: Path) -> Iterator[harness.Lab]:
    """A JupyterLab that saves the state of widgets with each notebook."""
    if why := harness.missing():
        pytest.skip(why)
    configure(tmp_path / "lab", base_url="/")
    with harness.running(tmp_path / "lab") as running:
        yield running


@pytest.mark.browser
def test_nothing_is_saved_with_the_notebook_or_logged_by_its_server(saving_lab: harness.Lab, tmp_path: Path) -> None:
    lab = saving_lab
    with lab.open([cell.format(folder=str(tmp_path)) if cell is CELLS[0] else cell for cell in CELLS]) as notebook:
        path = lab.folder / notebook.page.url.partition("?")[0].rpartition("/")[2]
        notebook.run(0)
        notebook.run(1)
        notebook.page.locator(".bp-login button", has_text="Sign in").click()
        with notebook.page.expect_popup() as opened:
            notebook.page.locator(".bp-login a.bp-open").click()
        opened.value.get_by_role("button", name="Continue as Ben").click()
        opened.value.get_by_text("You are signed in").wait_for()
        opened.value.close()
        notebook.until("client.signed_in")
        notebook.page.get_by_text("Signed in as").first.wait_for()
        for cell in (2, 3, 4):
            notebook.run(cell)
        with pytest.raises(AssertionError, match="NotFound"):
            notebook.run(5)
        notebook.settle()
        notebook.save()
        saved = path.read_text()
        page = notebook.page.content()
        stored = notebook.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        hunt = Hunt(tuple(json.loads(line)) for line in (tmp_path / "record.jsonl").read_text().splitlines())
        assert {"access_token", "refresh_token", "code", "code_verifier", "state", "nonce"} <= hunt.kinds
        widgets = json.loads(saved)["metadata"]["widgets"]
        models = [one["model_name"] for one in next(iter(widgets.values()))["state"].values()]
        assert {"HTMLModel", "ButtonModel"} <= set(models)
        found = [hunt.search(saved, "the notebook"), hunt.search(page, "the page"), hunt.search(stored, "the browser")]
        found += [hunt.search((lab.folder.parent / "server.log").read_bytes(), "the server's log", but=SHOWN)]
        found += [hunt.search(file.read_bytes(), file.name) for file in tmp_path.glob("*.txt")]
        assert [hit for hits in found for hit in hits] == []

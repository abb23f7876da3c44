"""The notebook of many projects in a real JupyterLab: what DuckDB answers colours the building and selects in it."""

from __future__ import annotations

import pytest
from lab import Lab
from playwright.sync_api import expect
from workthrough import worked_through


@pytest.mark.browser
def test_the_notebook_of_many_projects(lab: Lab) -> None:
    with worked_through(lab, "09_many_projects") as notebook:
        expect(notebook.page.locator(".bv-legend").first).to_contain_text("kg CO₂e a kg")
        pixels = notebook.pixels().astype(int)
        assert (pixels[..., 2] > pixels[..., 0] + 25).mean() > 0.05, "the shades of the legend"
        names = notebook.ask("sorted(viewer.selected['name'])")
        assert names == ["Sprinkler tank 1", "Sprinkler tank 2"]
        # Asked again, nothing is fetched again, and the answers are the same.
        assert notebook.ask("set(client.dataset(None, 'portfolio', progress=False)['result']) == {'unchanged'}")

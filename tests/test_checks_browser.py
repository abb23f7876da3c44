"""The notebook of checks in a real JupyterLab, run twice: what fails is red, and there is no second issue."""

from __future__ import annotations

import json

import pytest
from lab import Lab
from playwright.sync_api import expect
from workthrough import NOTEBOOKS, worked_through


@pytest.mark.browser
def test_the_notebook_of_checks(lab: Lab) -> None:
    with worked_through(lab, "06_checks") as notebook:
        pixels = notebook.pixels().astype(int)
        red = pixels[..., 0] > pixels[..., 1:].max(axis=-1) + 60
        assert 0.0005 < red.mean() < 0.05, "doors behind walls that are seen through"
        expect(notebook.page.get_by_text("Nothing is written yet: apply() does this.").first).to_be_visible()
        first = notebook.ask("project.issues()[['short_id', 'status']].values.tolist()")
        tagged = notebook.ask("int(project.issues()['tag'].str.startswith('check ').sum())")
        assert tagged == 4
        saved = json.loads((NOTEBOOKS / "06_checks.ipynb").read_text())
        cells = ["".join(cell["source"]) for cell in saved["cells"] if "outputs" in cell]
        notebook.kernel("\n".join(cell for cell in cells if "viewer" not in cell))
        assert notebook.ask("project.issues()[['short_id', 'status']].values.tolist()") == first
        assert notebook.ask("project.issues().set_index('short_id').loc[doors.issue, 'status']") == "Solved"

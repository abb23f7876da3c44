"""The notebook of issues in a real JupyterLab: what Python writes stands in the board, and a pin opens its issue."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab import Lab
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "07_issues_and_bcf.ipynb"


@pytest.mark.browser
def test_the_notebook_of_issues(lab: Lab) -> None:
    with lab.open(NOTEBOOK, size=(1280, 1000)) as notebook:
        page = notebook.page
        notebook.run_all(timeout=120)
        # What came back from the file is open in the board, with its end and what was said.
        expect(page.locator(".bp-issue h3")).to_have_text("Railing too low", timeout=30_000)
        expect(page.locator(".bp-issue header .bp-status")).to_have_attribute("data-kind", "solved")
        expect(page.locator(".bp-comments .bp-text")).to_have_text("Measured on site: 0.86 m. It needs 1.00 m.")
        assert notebook.ask("list(viewer.selected['name'])") == ["Balcony railing 2"]
        # The storeys in shades of blue, and a mark for each place.
        notebook.kernel("viewer.reset(); viewer.color_by(project.issues.by_storey()['Open'])")
        notebook.settle()
        pixels = notebook.pixels().astype(int)
        assert (pixels[..., 2] > pixels[..., 0] + 40).mean() > 0.05, "the shades of storeys"
        assert page.locator(".bv-pin:not([hidden])").count() > 5
        number = "board.frame.index[board.frame['name'] == 'Balustrade of the terrace'][0]"
        notebook.kernel(f"viewer.go_to_pin({number})")
        notebook.settle()
        notebook.at(0, 0)  # scrolls there
        page.locator(".bv-pin:not([hidden]):has(b:text-is('47'))").click()
        expect(page.locator(".bp-issue h3")).to_have_text("Balustrade of the terrace", timeout=30_000)
        assert notebook.ask(f"board.selected == {number}")
        assert notebook.errors == []

"""The notebook of the whole API in a real JupyterLab: it draws nothing; its tables and its picture are there."""

from __future__ import annotations

import pytest
from lab import Lab
from playwright.sync_api import expect
from workthrough import worked_through


@pytest.mark.browser
def test_the_notebook_of_the_whole_api(lab: Lab) -> None:
    with worked_through(lab, "11_whole_api") as notebook:
        tables = notebook.page.locator(".jp-OutputArea-output table")
        expect(tables.first).to_contain_text("structures")
        expect(tables.last).to_contain_text("mm")
        picture = notebook.page.locator("img[alt^='JupyterLab offers']")
        assert picture.evaluate("image => image.naturalWidth") > 400

"""The notebook of the second service in a real JupyterLab: it runs, and its lists lead to a storey."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab import Lab
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "12_bimlink.ipynb"


@pytest.mark.browser
def test_the_notebook_of_the_second_service(lab: Lab) -> None:
    with lab.open(NOTEBOOK, size=(1280, 1000)) as notebook:
        notebook.run_all(timeout=120)
        lists = notebook.page.locator(".bp-panel select")
        expect(lists).to_have_count(5)
        phase, storey = lists.nth(3), lists.nth(4)
        expect(phase.locator("option:checked")).to_have_text("Detailed design")
        storey.select_option("Roof")
        notebook.until("'storey' in link.choice")
        roof = "link.operations.BuildingElements_GetAll(spatialStructureElementId=link.choice['storey'])"
        assert notebook.ask(f"set({roof}.frame()['ifc_type']) >= {{'IfcSlab'}}")
        phase.select_option("Preliminary design")
        notebook.until("'storey' not in link.choice and len(link.operations.BuildingElements_GetAll()) == 668")
        expect(storey.locator("option:checked")).to_have_text("…")
        assert notebook.errors == []

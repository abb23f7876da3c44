"""The notebook of the second service in a real JupyterLab: it runs, and its lists lead to a storey."""

from __future__ import annotations

import pytest
from lab import Lab
from playwright.sync_api import expect
from workthrough import worked_through


@pytest.mark.browser
def test_the_notebook_of_the_second_service(lab: Lab) -> None:
    with worked_through(lab, "12_bimlink") as notebook:
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

"""The notebook of quantities in a real JupyterLab: the table colours the building, and a click counts what is left."""

from __future__ import annotations

import pytest
from lab import Lab
from playwright.sync_api import expect
from workthrough import worked_through


@pytest.mark.browser
def test_the_notebook_of_quantities(lab: Lab) -> None:
    with worked_through(lab, "03_quantities") as notebook:
        notebook.kernel("viewer.reset(); viewer.color_by(quantities['volume_m3'])")
        notebook.settle()
        pixels = notebook.pixels().astype(int)
        blue = pixels[..., 2] > pixels[..., 0] + 40
        assert blue.mean() > 0.05, "the shades of volumes"
        expect(notebook.page.locator(".bv-legend").first).to_contain_text("volume_m3")
        notebook.kernel("viewer.color_by(); viewer.select(); viewer.isolate(quantities.loc[['Second floor']])")
        notebook.settle()
        before = notebook.ask("int(project.quantities([], of=viewer)['objects'].iloc[0])")
        slab = notebook.ask("project.quantities('id', types='Slab', storeys='Second floor')['area_m2'].idxmax()")
        notebook.click_object("viewer", slab)
        notebook.until("len(viewer.selected_ids) == 1")
        notebook.page.keyboard.press("h")
        notebook.until(f"int(project.quantities([], of=viewer)['objects'].iloc[0]) == {before - 1}")

"""A slideshow played in JupyterLab: the pictures are there, a click shows a slide, the page plays them on."""

from __future__ import annotations

import pytest
from lab import Lab

pytestmark = pytest.mark.browser

SETUP = """
import bimplus_nb as bp
project = bp.connect().project("Harbour Pavilion")
viewer = project.view(height=320, progress=False)
first, second, *_ = viewer.mesh.ids
viewer.look("top"); viewer.select(first)
project.slides.add(viewer, "<b>From above</b>")
viewer.look("front"); viewer.isolate(second)
project.slides.add(viewer, "From the front")
viewer.reset()
project.slides.pictures()
"""
SHOW = "player = bp.SlidePlayer(project, viewer, seconds=0.3); viewer"


def test_a_slideshow_is_clicked_and_played(lab: Lab) -> None:
    with lab.open([SETUP, SHOW, "player"]) as notebook:
        notebook.run(0)
        notebook.page.emulate_media(reduced_motion="reduce")
        notebook.run(1)
        notebook.until("viewer._page.picture")
        notebook.run(2)
        pictures = notebook.page.locator(".bp-slide img")
        pictures.last.wait_for()
        # Each picture has come and can be seen.
        assert notebook.page.evaluate(
            "[...document.querySelectorAll('.bp-slide img')].map(one => one.naturalWidth)"
        ) == [960, 960]
        notebook.page.get_by_role("button", name="2 · From the front").click()
        notebook.until("player.position == 2 and len(viewer.visible_ids) == 1")
        notebook.page.locator(".bp-now button", has_text="2 · From the front").wait_for()
        # The page says where its camera is, and nothing has been changed: what is seen is that slide.
        notebook.until("viewer.capture() == player.frame['scene'].iloc[1]")
        notebook.kernel("player.show(1)")
        assert notebook.page.locator(".bp-card b").count() == 0
        notebook.page.get_by_text("<b>From above</b>").first.wait_for()
        notebook.kernel("player.play()")
        notebook.until("player.position == 2")
        assert notebook.errors == []

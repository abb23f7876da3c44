"""The notebook of the viewer in a real JupyterLab: three views are drawn, a legend selects, a slide is shown."""

from __future__ import annotations

import re

import pytest
from lab import Lab
from playwright.sync_api import expect
from workthrough import hued, worked_through


@pytest.mark.browser
def test_the_notebook_of_the_viewer(lab: Lab) -> None:
    with worked_through(lab, "05_viewer") as notebook:
        page = notebook.page
        # The use of the rooms: each of its colours, and the offices most of all.
        rooms, section, plan = (notebook.pixels(number) for number in range(3))
        seen = {use: hued(rooms, notebook.ask(f"colors[{use!r}]")).mean() for use in ("Office", "Lobby", "Sanitary")}
        assert seen["Office"] > 0.04, seen
        assert min(seen.values()) > 0.0005, seen
        # What is cut is dark: slabs and walls from end to end in the section, walls all around in the plan.
        for pixels in (section, plan):
            dark = pixels.max(axis=-1) < 90
            assert 0.01 < dark.mean() < 0.25
            assert min(dark.any(axis=axis).mean() for axis in (0, 1)) > 0.3
        expect(page.locator(".bv-labels div:visible", has_text="208")).to_have_count(1)
        expect(page.locator(".bv-m-label:visible")).to_contain_text("29.4")

        page.get_by_role("button", name=re.compile(r"^Sanitary\s*10$")).click()
        notebook.until("set(viewer.selected['room_usage']) == {'Sanitary'} and len(viewer.selected) == 10")

        page.get_by_role("button", name="1 · Use of rooms").click()
        notebook.until("len(cut.visible_ids) == len(rooms)")
        notebook.settle()
        assert hued(notebook.pixels(1), notebook.ask("colors['Office']")).mean() > 0.04, "the slide, in the section"
        assert notebook.ask("sorted(file.name for file in folder.iterdir())") == [
            "offices.glb", "second floor.svg", "section.png",
        ]  # fmt: skip

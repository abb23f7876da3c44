"""The notebook that writes back, as somebody meets it: what would change is red in the building before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import Lab
from labnotebook import Notebook

FIX = Path(__file__).parent.parent / "notebooks" / "04_fix_properties.ipynb"


@pytest.fixture(scope="module")
def fixing(lab: Lab) -> Iterator[Notebook]:
    with lab.open(FIX, size=(1280, 1000)) as notebook:
        notebook.run_all(timeout=120)
        notebook.settle()
        yield notebook


@pytest.mark.browser
def test_the_changes_are_a_table_and_colours(fixing: Notebook) -> None:
    table = fixing.page.locator("table", has_text="is not between 0 and 6").first
    assert "Window 0.E.01" in table.inner_text()
    assert "F30" in table.inner_text()
    fixing.kernel("viewer.reset()")
    fixing.settle()
    before = fixing.pixels()
    fixing.kernel("again = project.diff(fixed, progress=False); again.color(viewer)")
    fixing.settle()
    assert (fixing.pixels() != before).any(axis=2).mean() > 0.05, "everything else steps back"
    legend = fixing.ask("[(one.label, len(one.members)) for one in viewer._coloring.classes]")
    assert sorted(legend) == [["Fire rating", 12], ["refused", 1]]
    fixing.page.locator(".bv-legend .bv-class", has_text="Fire rating").wait_for()


@pytest.mark.browser
def test_it_leaves_the_project_as_it_was(fixing: Notebook) -> None:
    assert fixing.ask("sorted(set(changes.results()['result']))") == ["refused", "taken back"]
    assert fixing.ask("len(project.diff(objects, progress=False))") == 0
    assert fixing.ask("objects.equals(project.objects())")


@pytest.mark.browser
def test_the_page_has_nothing_to_complain_about(fixing: Notebook) -> None:
    assert fixing.errors == []

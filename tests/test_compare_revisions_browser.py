"""The notebook that compares revisions, in a real JupyterLab: what became of an object is its colour, where it is."""

from __future__ import annotations

import re

import pytest
from lab import Lab
from workthrough import hued, worked_through


@pytest.mark.browser
def test_the_notebook_of_revisions(lab: Lab) -> None:
    with worked_through(lab, "08_compare_revisions") as notebook:
        colors = notebook.ask("changes.attrs['colors']['change']")
        what = notebook.ask("{row['name']: (id_, row['change']) for id_, row in built.iterrows()}")
        pixels = notebook.pixels()
        for name in ("Wall south", "Window 5", "Door", "Partition"):
            id_, change = what[name]
            x, y = (round(at) for at in notebook.find("viewer", id_))
            assert hued(pixels[y - 2 : y + 3, x - 2 : x + 3], colors[change]).mean() > 0.8, (name, change)

        notebook.page.get_by_role("button", name=re.compile(r"^moved\s*1$")).click()
        notebook.until("list(viewer.selected['name']) == ['Door']")

        assert notebook.ask("len(pd.read_csv('changes.csv'))") == 6
        issue = "project.issues()[['name', 'status', 'pins', 'responsible']].values.tolist()"
        assert notebook.ask(issue) == [["Built as permitted", "Open", 3, "Ben Bauer"]]
        notebook.run(7)
        assert notebook.ask("len(project.issues())") == 1, "run again, the rule keeps its issue"

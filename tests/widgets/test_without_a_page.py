"""What is left of the widgets where nobody can use them: a line of text, first rows, a picture."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd
import pytest

from bimplus_nb.client import Client
from bimplus_nb.project import Project
from bimplus_nb.viewer import cells
from bimplus_nb.viewer import print as prints
from bimplus_nb.widgets import Explorer, IssueBoard, Login, ObjectTable, ProjectPicker, SlidePlayer, Tree, explorer

HOSTILE = "<img src=x onerror=alert(1)>\n</script>\u202e"


def test_each_says_what_it_is(client: Client, project: Project) -> None:
    viewer = project.view(progress=False)
    topology = project.topology()
    picker = ProjectPicker(client)
    said = {
        "Sign-in: signed in": Login(client),
        "Choice of a project: one of 5": picker,
        f"Tree of {len(topology):,} entries": Tree(topology),
        f"Issues of Riverside Offices: {len(project.issues())}": IssueBoard(project),
        f"Slideshow of {len(project.slides())} slides": SlidePlayer(project, viewer),
    }
    for words, panel in said.items():
        assert panel._repr_mimebundle_()["text/plain"] == repr(panel) == words
    picker.choose("Riverside Offices")
    assert repr(picker) == "Choice of a project: Riverside Offices"
    for panel in said.values():
        panel.close()
    viewer.close()


def test_of_a_table_the_first_rows_are_left_escaped() -> None:
    frame = pd.DataFrame({"name": [HOSTILE] * 30, HOSTILE: 1}, index=[str(k) for k in range(30)])
    table = ObjectTable(frame=frame)
    data = table._repr_mimebundle_()
    assert data["text/plain"].startswith("Table of 30 rows: name, <img src=x")
    assert "\n" not in data["text/plain"]
    assert "<img" not in data["text/html"]
    assert "\u202e" not in data["text/html"]
    assert data["text/html"].count(html.escape("<img src=x onerror=alert(1)>")) == 10 + 1
    assert data["text/html"].endswith("<p>and 20 rows more</p>")
    table.close()


def test_the_explorer_leaves_a_picture(client: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told first, opened later: the picture comes when there is one, and of what the cell has made of it."""
    sent: list[tuple[str, dict[str, Any]]] = []
    acts: list[Any] = []
    monkeypatch.setattr(cells, "kept", lambda: True)
    monkeypatch.setattr(cells, "at_the_end", acts.append)

    def send(data: dict[str, Any], **how: Any) -> None:
        sent.append((how.get("display_id", ""), data))

    monkeypatch.setattr(explorer, "display", send)
    monkeypatch.setattr(prints, "display", send)
    monkeypatch.setattr(prints, "update_display", send)
    app = Explorer(client)
    app._ipython_display_()
    (_, widget), (paper, nothing) = sent
    assert widget["text/plain"] == nothing["text/plain"] == "Explorer: no project is chosen"
    assert acts == []
    app.open(project)
    app.color_by("volume_m3")
    (act,) = acts
    act()
    assert sent[-1][0] == paper
    assert sent[-1][1]["text/plain"] == f"Explorer of Riverside Offices: {len(project.objects()):,} objects"
    assert sent[-1][1]["image/png"].startswith(b"\x89PNG")
    assert len(sent[-1][1]["image/png"]) < 110_000
    app.close()

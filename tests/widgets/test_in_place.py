"""A cell that is run again shows its widget anew, and nothing of the one before stays in the kernel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ipywidgets.widgets import widget

from bimplus_nb.client import Client
from bimplus_nb.project import Project
from bimplus_nb.viewer import Viewer, cells
from bimplus_nb.widgets import Explorer, IssueBoard, Login, ObjectTable, ProjectPicker, SlidePlayer, Tree
from bimplus_nb.widgets.panel import Panel

Make = Callable[[Client, Project, Viewer], Panel]
PANELS: dict[str, Make] = {
    "login": lambda client, _project, _viewer: Login(client),
    "picker": lambda client, _project, _viewer: ProjectPicker(client),
    "table": lambda _client, project, viewer: ObjectTable(project, viewer=viewer),
    "tree": lambda _client, project, viewer: Tree(project.structures(), viewer=viewer),
    "board": lambda _client, project, viewer: IssueBoard(project, viewer=viewer),
    "slides": lambda _client, project, viewer: SlidePlayer(project, viewer),
    "explorer": lambda client, _project, _viewer: Explorer(client),
}


@pytest.mark.parametrize("name", PANELS)
def test_a_cell_run_again_leaves_nothing_behind(
    name: str, client: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = "first"
    monkeypatch.setattr(cells, "now", lambda: (f"cell of {name}", run))
    viewer = project.view(progress=False)
    before = set(widget._instances)
    first = PANELS[name](client, project, viewer)
    first._repr_mimebundle_()
    shown = len(widget._instances)
    run = "second"
    second = PANELS[name](client, project, viewer)
    second._repr_mimebundle_()
    assert len(widget._instances) == shown
    assert first.widget.comm is None
    assert second.widget.comm is not None
    second._repr_mimebundle_()
    assert second.widget.comm is not None, "shown once more, it stays"
    if name == "board":
        assert viewer._issues, "the pins are those of the second"
    second.close()
    assert set(widget._instances) == before
    viewer.close()

"""The explorer by its public methods, on the demo project."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from ipywidgets.widgets.widget import _instances

from bimplus_nb.client import Client
from bimplus_nb.project import Project
from bimplus_nb.viewer.code import Code
from bimplus_nb.widgets import Explorer


@pytest.fixture(scope="module")
def app(client: Client, project: Project) -> Iterator[Explorer]:
    explorer = Explorer(client, project=project)
    yield explorer
    explorer.close()


def test_selection_is_shared_and_described(app: Explorer) -> None:
    assert app.viewer is not None
    assert app.table is not None
    wall = app.table.frame.index[app.table.frame["type"] == "Wall"][0]
    app.viewer.select(wall)
    assert list(app.selected.index) == [wall]
    assert str(app.table.frame.loc[wall, "name"]) in app._facts.value
    assert f"{app.table.frame.loc[wall, 'volume_m3']:,.3f}".rstrip("0") + " m³" in app._facts.value
    app.viewer.select(app.table.frame["type"] == "Door")
    assert f"{(app.table.frame['type'] == 'Door').sum()} objects" in app._facts.value
    app.viewer.select()
    assert "Click an object" in app._facts.value


def test_color_by_a_column_and_back(app: Explorer) -> None:
    assert app.viewer is not None
    app.color_by("storey")
    assert app.viewer._coloring is not None
    app.color_by("")
    assert app.viewer._coloring is None


def test_choose_goes_back_and_close_leaves_nothing(client: Client, project: Project) -> None:
    _settle()
    Code.address()  # of the page: stays for the next viewer
    before = set(_instances)
    explorer = Explorer(client, project=project)
    explorer.choose()
    assert explorer.viewer is None
    with pytest.raises(ValueError, match="Open a project first"):
        explorer.selected  # noqa: B018
    explorer.close()
    _settle()
    left = [type(_instances[key]).__name__ for key in set(_instances) - before]
    # Each widget has a layout and a style of its own, which ipywidgets leaves to the garbage collector.
    assert not [name for name in left if not name.endswith(("Layout", "Style"))]


def _settle() -> None:
    """Wait for lines and light, which come to any open building from a thread some seconds later."""
    for thread in threading.enumerate():
        if thread.name == "building decor":
            thread.join(30)


def test_the_viewer_lists_storeys_and_the_layers_that_were_not_chosen(client: Client, project: Project) -> None:
    explorer = Explorer(client)
    explorer.open(project, layers=["Building"])
    assert explorer.viewer is not None
    assert explorer.viewer._tools["tree"] == {"by": "storey"}
    assert "Finish" in explorer.viewer.more
    explorer.close()


def test_a_pin_opens_its_issue_on_the_board(app: Explorer) -> None:
    assert app.viewer is not None
    assert app.board is not None
    issue = app.viewer._issues[0]
    app.viewer._on_pin({"issue": 0})
    assert app.board.selected == issue
    pinned = app.board.frame["object_ids"][issue]
    assert set(app.viewer.selected_ids) == {id_ for id_ in pinned if id_ in app.viewer.mesh}
    app.viewer.select()

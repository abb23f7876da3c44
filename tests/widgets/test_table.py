"""The table's selection, without a page: what the browser would send arrives as `selected_rows`."""

from __future__ import annotations

import html
import warnings

import pandas as pd
import pytest

from bimplus_nb.project import Project
from bimplus_nb.widgets import ObjectTable
from bimplus_nb.widgets import table as module


def test_rows_and_viewer_are_one_selection(project: Project) -> None:
    viewer = project.view(progress=False)
    table = ObjectTable(project, viewer=viewer)
    walls = table.frame.index[table.frame["type"] == "Wall"]

    table._table.selected_rows = [table._row[walls[0]], table._row[walls[5]]]
    assert set(viewer.selected_ids) == {walls[0], walls[5]}

    viewer.select(walls[7])
    assert table.selected_ids == (walls[7],)
    assert table._table.selected_rows == [table._row[walls[7]]]
    pd.testing.assert_frame_equal(table.selected, table.frame.loc[[walls[7]]])

    table.select([walls[1]])
    assert viewer.selected_ids == (walls[1],)
    viewer.select()
    assert table.selected.empty
    viewer.close()


def test_callbacks_hear_each_change_once() -> None:
    table = ObjectTable(frame=pd.DataFrame({"name": ["a", "b"]}, index=["1", "2"]))
    heard: list[tuple[str, ...]] = []
    table.on_select(heard.append)
    table.select(["2"])
    table.select(["2"])
    table.select(["unknown"])
    assert heard == [("2",), ()]


def test_a_long_table_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 3)
    table = ObjectTable(frame=pd.DataFrame({"name": list("abcde")}, index=list("12345")))
    assert "first 3 of 5" in table._words.value
    table.select(["5"])
    assert table.selected_ids == ("5",), "what is not shown can be selected all the same"
    assert table._table.selected_rows == []


def test_groups_keep_their_order_and_a_selection_its_row(project: Project) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = ObjectTable(project, group="storey")
    storeys = table.frame["storey"]
    assert [*storeys.dropna().unique()] == [*storeys.cat.categories], "from the lowest up"
    assert sorted(table.frame.index) == sorted(project.objects().index)
    table._table.selected_rows = [7]
    assert table.selected_ids == (table.frame.index[7],)
    with pytest.raises(ValueError, match="no column 'floor' to group by"):
        ObjectTable(project, group="floor")


def test_a_selection_is_a_line_of_python(project: Project) -> None:
    viewer = project.view(progress=False)
    table = ObjectTable(project, viewer=viewer)
    assert table.python == table._line.value == ""
    some = tuple(table.frame.index[:3])
    viewer.select(some)
    line = table.python
    assert html.unescape(table._line.value) == f'<code class="bp-line">{table.python}</code>'
    viewer.select()
    eval(line, {"viewer": viewer})
    assert set(table.selected_ids) == set(some)
    viewer.select(table.frame.index[: module.LINE + 1])
    assert table.python == ""
    viewer.close()
    alone = ObjectTable(frame=pd.DataFrame({"name": ["a"]}, index=["<1>"]))
    alone.select(["<1>"])
    assert alone.python == "table.select(['<1>'])"
    assert "<1>" not in alone._line.value


def test_values_are_shown_bounded() -> None:
    frame = pd.DataFrame({"name": ["x" * 10_000], "area_m2": [1.23456]}, index=["1"])
    shown = module._shown(frame)
    assert list(shown) == ["name", "area m2"]
    assert shown["area m2"].iloc[0] == 1.235
    assert len(shown["name"].iloc[0]) == module.CELL


def test_neither_project_nor_frame() -> None:
    with pytest.raises(ValueError, match="Give a project"):
        ObjectTable()

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


def test_issues_and_what_they_are_pinned_on_are_one_selection(project: Project) -> None:
    viewer, issues = project.view(progress=False), project.issues()
    table, objects = ObjectTable(frame=issues, viewer=viewer), ObjectTable(project, viewer=viewer)
    pinned = issues["object_ids"]
    stairs = pinned[issues["name"] == "Fire rating of the stair doors is missing"]
    others = next(key for key, ids in pinned.items() if len(ids) == 2 and key not in stairs.index)

    camera = viewer.camera
    table._table.selected_rows = [table._row[stairs.index[0]]]  # a click on an issue
    assert set(viewer.selected_ids) == set(stairs.iloc[0]) == set(objects.selected_ids)
    assert viewer.camera != camera, "goes there"
    assert table.selected_ids == (stairs.index[0],)
    assert table.python == f"table.select(['{stairs.index[0]}'])"

    camera = viewer.camera
    viewer.select(pinned[others][0])  # a click on an object
    assert others in table.selected_ids
    assert {*table.selected_ids} == {key for key, ids in pinned.items() if pinned[others][0] in ids}
    assert viewer.camera == camera
    objects.select([stairs.iloc[0][3]])
    assert stairs.index[0] in table.selected_ids
    viewer.select()
    assert table.selected.empty
    viewer.close()


def test_an_issue_chosen_stays_the_only_one_though_others_are_pinned_there_too() -> None:
    from houses import house

    from bimplus_nb.frames import issues_frame
    from bimplus_nb.viewer import Viewer

    mesh = house()
    walls = [*mesh.ids[1:3]]
    pins = [{"issueId": issue, "objectId": id} for issue, id in zip("aab", [*walls, walls[0]], strict=True)]
    pins.append({"issueId": "c", "objectId": "00000000-1111-0000-0000-000000000000"})  # of what is gone
    frame = issues_frame([{"id": id, "name": id} for id in "abcd"], pins)
    viewer = Viewer(mesh)
    table = ObjectTable(frame=frame, viewer=viewer)
    table.select(["b"])
    assert (table.selected_ids, viewer.selected_ids) == (("b",), (walls[0],))
    viewer.select(walls)
    assert table.selected_ids == ("a", "b")
    table.select(["c"])
    assert (table.selected_ids, viewer.selected_ids) == (("c",), ())
    table.select(["d"])
    assert table.selected_ids == ("d",)
    viewer.close()


def test_groups_of_quantities_select_what_was_counted(project: Project) -> None:
    quantities = project.quantities(["storey", "type"], types=["Wall", "Slab"], progress=False)
    viewer = project.view(progress=False)
    table = ObjectTable(frame=quantities, viewer=viewer)
    table.select([("Ground floor", "Wall")])
    assert len(viewer.selected_ids) == quantities.loc[("Ground floor", "Wall"), "objects"]
    viewer.select(viewer.selected_ids[0])
    assert table.selected_ids == (("Ground floor", "Wall"),)
    assert [*table.selected.index] == [("Ground floor", "Wall")]
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

"""Quantities of the demo building: equal to those of the solids it is made of, and linked with the picture."""

from __future__ import annotations

import sys
from collections import defaultdict

import pytest
from solids import volume

from bimplus_nb.client import Client
from bimplus_nb.project import Project
from bimplus_nb.sandbox import demo
from bimplus_nb.sandbox.building.plan import STOREYS


def test_volumes_are_those_of_the_solids(project: Project) -> None:
    """The witness: the solids that the building is made of, each by its own faces."""
    expected = defaultdict[tuple[str, str], float](float)
    count = defaultdict[tuple[str, str], int](int)
    for model in demo.riverside().models:
        storeys, parents = (
            {n.id: n.name for n in model.nodes if n.type == "Storey"},
            {n.id: n.parent for n in model.nodes},
        )
        for one in model.elements:
            place: str | None = one.node
            while place is not None and place not in storeys:
                place = parents[place]
            key = storeys.get(place or "", "No storey"), one.type
            expected[key] += sum(volume(solid) for solid in one.solids) * 1e-9
            count[key] += 1
    found = project.quantities(progress=False)
    assert found["objects"].to_dict() == count
    assert found["volume_mesh_m3"].to_dict() == pytest.approx(expected, rel=1e-5)
    assert (found["open_meshes"] == 0).all()
    order = list(dict.fromkeys(storey for storey, _ in found.index))
    names = [storey.name for storey in STOREYS]
    assert [name for name in order if name in names] == names, "from the lowest up"


def test_the_one_volume_in_a_wrong_unit_is_found(project: Project) -> None:
    each = project.quantities("id", progress=False)
    wrong = each[each["volume_deviation_most"] > 1e-3]
    names = project.objects(progress=False).loc[wrong.index, "name"]
    assert len(names) == 1
    (by_type,) = project.quantities("type", types="Column", progress=False).itertuples()
    assert by_type.volume_deviation_m3 == pytest.approx(wrong["volume_deviation_m3"].iloc[0], rel=1e-4)
    assert by_type.volume_deviation_most == pytest.approx(1)


def test_every_way_of_grouping_has_the_same_total(project: Project) -> None:
    (total,) = project.quantities([], progress=False).itertuples()
    for by in ("storey", ["layer", "model"], "material", "ifc_type", "Fire rating", "clear width", "id"):
        groups = project.quantities(by, progress=False)
        for name in ("objects", "volume_known", "mass_known", "area_known"):
            assert groups[name].sum() == getattr(total, name)
        for name in ("volume_m3", "mass_kg", "area_m2", "length_m"):
            assert groups[name].sum() == pytest.approx(getattr(total, name))


def test_by_the_nodes_of_a_structure(project: Project) -> None:
    frame, structures = project.quantities("Construction costs", progress=False), project.structures()
    hung = frame.drop(index="No Construction costs")
    top = structures[structures["depth"] == 0]
    assert hung["objects"].sum() == top["objects"].iloc[0]
    paths = structures["path"].str.removeprefix("Construction costs/")
    assert [path for path in paths if path in set(hung.index)] == hung.index.tolist(), "in the order of the structure"
    objects = project.objects(progress=False, columns=["cost_group"])
    for label, ids in hung.attrs["object_ids"]:
        if label in hung.index:
            assert set(objects.loc[list(ids), "cost_group"]) == {label.rsplit("/", 1)[1]}


def test_what_is_not_there_is_said(project: Project) -> None:
    with pytest.raises(ValueError, match="No object has an attribute 'nowhere'"):
        project.quantities("nowhere", progress=False)
    with pytest.raises(ValueError, match="1 of 1 ids are of no object that is here"):
        project.quantities(of="nowhere", progress=False)


def test_rows_and_columns_in_the_picture(project: Project) -> None:
    frame, viewer = project.quantities(progress=False), project.view(progress=False)
    objects = project.objects(progress=False)
    walls = set(objects.index[(objects["storey"] == "Ground floor") & (objects["type"] == "Wall")])
    try:
        viewer.select(frame.loc["Ground floor", "Wall"])
        assert set(viewer.selected_ids) == walls
        viewer.select(frame[frame["volume_m3"] > 150])
        assert len(viewer.selected_ids) == frame.loc[frame["volume_m3"] > 150, "objects"].sum()
        viewer.select(frame["volume_m3"] > 150)
        assert len(viewer.selected_ids) == frame.loc[frame["volume_m3"] > 150, "objects"].sum()
        viewer.select(project.structures().iloc[0])
        assert len(viewer.selected_ids) == project.structures()["objects"].iloc[0]
        viewer.color_by(frame["volume_m3"])
        legend = viewer._legend()
        assert (legend["title"], legend["unit"]) == ("volume_m3", "m³")
        viewer.color_by(frame["volume_source"])
        assert [row["label"] for row in viewer._legend()["rows"]] == ["declared"]
        # Issues stand for what they are pinned on.
        issues = project.issues()
        viewer.select(issues[issues["overdue"]])
        assert set(viewer.selected_ids) == {id_ for ids in issues.loc[issues["overdue"], "object_ids"] for id_ in ids}
        viewer.color_by(issues["priority"])
        assert {row["label"] for row in viewer._legend()["rows"]} == set(issues["priority"].dropna())
        # And a storey for all that is on it: a heat map.
        storeys = project.issues.by_storey()
        viewer.color_by(storeys["Open"])
        rows = [(row["label"], row["count"]) for row in viewer._legend()["rows"]]
        assert [label for label, _ in rows] == ["10", "7", "5", "4", "3"]
        (busiest,) = (set(ids) for name, ids in storeys.attrs["object_ids"] if name == storeys["Open"].idxmax())
        assert rows[0][1] == len(busiest - set(objects.index[objects["type"] == "Room"]))
        # Only what is seen.
        viewer.color_by()
        viewer.isolate(frame.loc[[("Ground floor", "Wall"), ("Ground floor", "Door")]])
        seen = project.quantities("type", of=viewer, progress=False)
        assert seen["objects"].to_dict() == {
            "Door": frame.loc[("Ground floor", "Door"), "objects"], "Wall": len(walls),
        }  # fmt: skip
        viewer.select(list(walls)[:3])
        assert project.quantities([], of=viewer.selected_ids, progress=False)["objects"].tolist() == [3]
        assert project.quantities([], of=objects[objects["type"] == "Door"], types="Wall", progress=False).empty
    finally:
        viewer.close()


def test_tables_need_no_widgets() -> None:
    import subprocess

    code = (
        "import sys, bimplus_nb as bp\nwith bp.Sandbox() as s, bp.connect(s) as c:\n"
        "    assert len(c.project('Riverside Offices').quantities(progress=False))\nprint('pythreejs' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "False"


def test_an_empty_project(client: Client) -> None:
    frame = client.project("Empty plot").quantities(progress=False)
    assert frame.empty
    assert frame.index.names == ["storey", "type"]
    assert client.project("Empty plot").structures().empty

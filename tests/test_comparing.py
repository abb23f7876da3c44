"""Two revisions compared: what was done by script is what is found, and the sandbox's own comparison agrees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from bimplus_nb.client import Client, connect
from bimplus_nb.frames import Comparison
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox, content, people, seeding
from bimplus_nb.sandbox.catalogue import ATTRIBUTE
from bimplus_nb.sandbox.store import Store

NUMBERS = (
    "moved_mm", "moved_x_mm", "moved_y_mm", "moved_z_mm", "length_change_m", "area_change_m2", "volume_change_m3",
    "mass_change_kg",
)  # fmt: skip
SCHEMA = pa.DataFrameSchema(
    {
        "change": pa.Column(pd.CategoricalDtype(["added", "removed", "moved", "changed"], ordered=True)),
        "name": pa.Column("str", nullable=True),
        **{name: pa.Column("category", nullable=True) for name in ("type", "storey", "layer", "model")},
        "what": pa.Column("str"),
        "values": pa.Column("Int64", pa.Check.ge(0)),
        "reshaped": pa.Column("boolean"),
        **{name: pa.Column("float64", nullable=True) for name in NUMBERS},
    },
    index=pa.Index("str", unique=True, name="id"),
    strict=True,
    ordered=True,
)
CHANGES = pa.DataFrameSchema(
    {
        "object_id": pa.Column("str"),
        "group": pa.Column("category"),
        "attribute": pa.Column("category"),
        "attribute_id": pa.Column("str", nullable=True),
        "old": pa.Column(object, nullable=True),
        "new": pa.Column(object, nullable=True),
        "unit": pa.Column("category", nullable=True),
    },
    strict=True,
    ordered=True,
)


def valid(frame: Comparison) -> Comparison:
    SCHEMA.validate(pd.DataFrame(frame))
    CHANGES.validate(frame.changes)
    assert set(frame.attrs["units"]) <= set(frame)
    assert set(frame.changes["object_id"]) <= set(frame.index)
    assert frame.changes.groupby("object_id").size().to_dict() == frame["values"][frame["values"] > 0].to_dict()
    return frame


BOX = {
    "vertices": [x for z in (0, 1000) for xy in ((0, 0), (1000, 0), (1000, 1000), (0, 1000)) for x in (*xy, z)],
    "faces": [4, 0, 3, 2, 1, 4, 4, 5, 6, 7, 4, 0, 1, 5, 4, 4, 1, 2, 6, 5, 4, 2, 3, 7, 6, 4, 3, 0, 4, 7],
}  # fmt: skip


def box(way: tuple[float, float, float] = (0, 0, 0), size: float = 1.0) -> dict[str, Any]:
    vertices = (np.reshape(BOX["vertices"], (-1, 3)) * (size, 1, 1) + way).ravel().tolist()
    return {"mesh": {**BOX, "vertices": vertices}}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, dict[str, str]]]:
    """Boxes on two storeys, and what a script did to them after revision 1."""
    node = {name: people.guid("compare", name) for name in ("low", "high")}
    storeys = tuple(
        content.Node(node[name], None, name, "Storey", "IfcBuildingStorey", k, 3000.0 * k)
        for k, name in enumerate(node)
    )
    model = content.Model(people.guid("compare"), "Boxes", "", storeys, ())
    path = tmp_path_factory.mktemp("compare") / "sandbox.db"
    store = Store(path)
    seeding.fill(store, [(people.RIVERSIDE, content.Project(people.guid("compared"), "Boxes", "", (model,)))])
    store.close()
    with Sandbox(path=Path(path)) as sandbox, connect(sandbox) as client:
        objects = client.objects

        def make(name: str, x: float, **values: Any) -> str:
            known = {ATTRIBUTE[key].id: value for key, value in values.items()}
            attributes = {"general": {"name": name}, "geometry": box((x, 0, 0)), **known}
            return str(objects.create(type="Wall", parent=node["low"], attributes=attributes).id)

        names = ("kept", "moved", "gone", "wider", "valued", "renamed", "lifted")
        ids = {name: make(name, 2000.0 * k, fire_rating="F30", volume=1e9) for k, name in enumerate(names)}
        bare = {"general": {"name": "bare"}}
        ids["bare"] = str(objects.create(type="Wall", parent=node["low"], attributes=bare).id)
        client.revisions.create(people.guid("compare"), name="Second")
        objects.update(ids["bare"], type="Wall", attributes={"geometry": box((50_000, 0, 0))})
        objects.update(ids["moved"], type="Wall", attributes={"geometry": box((2000 + 30, 40, 120))})
        objects.delete(ids["gone"])
        wider = {"geometry": box((6000, 0, 0), 1.5), ATTRIBUTE["volume"].id: 1.5e9}
        objects.update(ids["wider"], type="Wall", attributes=wider)
        rating = {ATTRIBUTE["fire_rating"].id: "F90", ATTRIBUTE["u_value"].id: 0.25, "own": {"note": "<b>new</b>"}}
        objects.update(ids["valued"], type="Wall", attributes=rating)
        objects.update(ids["renamed"], type="Column", attributes={"general": {"name": "renamed now"}})
        objects.update(ids["lifted"], type="Wall", parent=node["high"], attributes={"geometry": box((12_000, 0, 3000))})
        ids["new"] = make("new", 99_000.0, volume=1e9)
        yield client, ids


@pytest.fixture
def boxes(edited: tuple[Client, dict[str, str]]) -> Project:
    return edited[0].project("Boxes")


def test_what_was_done_is_what_is_found(boxes: Project, edited: tuple[Client, dict[str, str]]) -> None:
    ids, frame = edited[1], valid(boxes.compare(1, 2, progress=False))
    names = {id_: name for name, id_ in ids.items()}
    assert {names[id_]: change for id_, change in frame["change"].items()} == {
        "moved": "moved", "gone": "removed", "wider": "changed", "valued": "changed", "renamed": "changed",
        "lifted": "moved", "new": "added", "bare": "changed",
    }  # fmt: skip
    moved = frame.loc[ids["moved"]]
    assert moved["moved_mm"] == pytest.approx(130)
    # The service's meshes are Z up, the frame is Y up.
    assert moved[["moved_x_mm", "moved_y_mm", "moved_z_mm"]].tolist() == pytest.approx([30, 120, -40])
    assert moved["what"] == "moved by 130 mm"
    assert frame.loc[ids["lifted"], "moved_y_mm"] == pytest.approx(3000)
    assert frame["reshaped"][frame["reshaped"]].index.tolist() == [ids["wider"], ids["bare"]]
    assert frame.loc[ids["bare"], "volume_change_m3"] == pytest.approx(1), "it has a body now"
    assert frame.loc[ids["wider"], "volume_change_m3"] == pytest.approx(0.5)
    assert frame.loc[ids["gone"], ["name", "storey", "volume_change_m3"]].tolist() == ["gone", "low", -1.0]
    assert frame.loc[ids["new"], "volume_change_m3"] == pytest.approx(1)
    said = {
        (names[row.object_id], row.attribute): (row.old, row.new, row.unit if isinstance(row.unit, str) else "")
        for row in frame.changes.itertuples()
    }
    assert said.pop(("lifted", "parent"))[0] != said.get(("lifted", "parent"))
    assert said == {
        ("lifted", "storey"): ("low", "high", ""),
        ("renamed", "name"): ("renamed", "renamed now", ""),
        ("renamed", "type"): ("Wall", "Column", ""),
        ("valued", "Fire rating"): ("F30", "F90", ""),
        ("valued", "U-value"): (None, 0.25, "W/(m²K)"),
        ("valued", "note"): (None, "<b>new</b>", ""),
        ("wider", "volume"): (1e9, 1.5e9, "mm³"),
    }
    assert frame.loc[ids["wider"], "what"] == "another body; volume: 1 → 1.5 m³"
    assert frame.attrs["revisions"] == {"Boxes": [1, 2]}


def test_backwards_is_the_other_way_round(boxes: Project) -> None:
    there, back = boxes.compare(1, 2, progress=False), valid(boxes.compare(2, 1, progress=False))
    other = {"added": "removed", "removed": "added"}
    assert {id_: other.get(word, word) for id_, word in there["change"].items()} == back["change"].to_dict()
    for name in NUMBERS[1:]:
        pd.testing.assert_series_equal(there[name].sort_index(), -back[name].sort_index())
    turned = back.changes.rename(columns={"old": "new", "new": "old"})[list(there.changes)]
    key = ["object_id", "attribute"]
    pd.testing.assert_frame_equal(
        *(one.astype(str).sort_values(key, ignore_index=True) for one in (there.changes, turned))
    )


@pytest.mark.parametrize("name", ["Boxes", "Harbour Pavilion"])
def test_the_sandboxs_own_comparison_agrees(edited: tuple[Client, dict[str, str]], client: Client, name: str) -> None:
    """The witness compares rows of its database by SQL; here it is what is served of either state."""
    api = edited[0] if name == "Boxes" else client
    project = api.project(name)
    witness = api.revisions.compare(project.models().index[0], 2, 1)
    frame = valid(project.compare(1, 2, progress=False))
    found = frame["change"].astype(str).replace("moved", "changed").replace("changed", "modified").to_dict()
    assert found == {one["id"]: one["change"] for one in witness["objects"]}
    ways = {
        one["id"]: change["moved"]
        for one in witness["objects"]
        for change in one["changes"]
        if change["what"] == "geometry" and change["moved"]
    }
    moved = frame[frame["moved_mm"].notna()]
    assert set(moved.index) == set(ways)
    for id_, way in ways.items():
        assert moved.loc[id_, ["moved_x_mm", "moved_y_mm", "moved_z_mm"]].tolist() == pytest.approx(way, abs=1e-3)
    values = {(one["id"], change["id"]) for one in witness["objects"] for change in one["changes"] if change.get("id")}
    ours = frame.changes[frame.changes["attribute_id"].fillna("") != ""]
    assert set(zip(ours["object_id"], ours["attribute_id"], strict=True)) == values


def test_amounts_add_up_to_the_difference_of_the_quantities(boxes: Project, client: Client) -> None:
    for project in (boxes, client.project("Harbour Pavilion")):
        frame = project.compare(1, progress=False)
        old, new = (project.quantities([], revision=number, progress=False) for number in (1, 2))
        for name, change in (("volume_m3", "volume_change_m3"), ("length_m", "length_change_m"),
                             ("area_m2", "area_change_m2"), ("mass_kg", "mass_change_kg")):  # fmt: skip
            expected = new[name].fillna(0).iloc[0] - old[name].fillna(0).iloc[0]
            assert frame[change].sum() == pytest.approx(expected, abs=1e-6)


def test_a_layer_that_is_gone_is_not_forgotten() -> None:
    """The project lists the layers of the newest revision; what was in others has been removed all the same."""
    with Sandbox() as sandbox, connect(sandbox) as client:
        project = client.project("Harbour Pavilion")
        objects = project.objects(progress=False)
        tables = objects.index[objects["type"] == "Furniture"]
        client.revisions.create(project.models().index[0], name="Emptied")
        for id_ in tables:
            client.objects.delete(id_)
        project.reload()
        assert "Inventory" not in set(project.layers()["layer"])
        frame = valid(project.compare(2, 3, progress=False))
        assert frame["change"].to_dict() == dict.fromkeys(tables, "removed")
        assert set(frame["layer"]) == {"Inventory"}
        assert frame["volume_change_m3"].sum() == pytest.approx(-objects.loc[tables, "volume_m3"].sum())
        assert set(valid(project.compare(3, 2, progress=False))["change"]) == {"added"}
        assert project.compare(2, 3, layers="Building", progress=False).empty
        # Of the old revision everything is there, by itself too.
        assert [*project.objects(revision=2, progress=False).index] == [*objects.index]
        assert {*tables} <= {*project.mesh(revision=2, progress=False).ids}
        counted = project.quantities("id", revision=2, progress=False)
        assert counted.loc[tables, "volume_m3"].notna().all()
        layer = project.objects(revision=2, progress=False).loc[tables[0], "layer"]
        assert {*project.objects(layers=layer, revision=2, progress=False).index} == {*tables}
        assert not {*tables} & {*project.objects(progress=False).index}


def test_by_days(boxes: Project, edited: tuple[Client, dict[str, str]]) -> None:
    made = edited[0].revisions.all(people.guid("compare"))
    first = next(one["created"] for one in made if one["revisionNr"] == 1)
    same = boxes.compare(1, 2, progress=False)
    pd.testing.assert_frame_equal(boxes.compare(1, progress=False), same)
    if made[0]["created"] != made[1]["created"]:
        pd.testing.assert_frame_equal(boxes.compare(first, progress=False), same)
    before = valid(boxes.compare("2001-01-01", progress=False))
    assert set(before["change"]) == {"added"}, "there was nothing then"
    assert boxes.compare("2999-01-01", progress=False).empty
    assert valid(boxes.compare(2, 2, progress=False)).empty


def test_models_without_both_are_named(client: Client, boxes: Project) -> None:
    with pytest.raises(ValueError, match=r"No model has both revisions\. Boxes has 1, 2\."):
        boxes.compare(1, 7, progress=False)
    with pytest.raises(ValueError, match="Structure has none"):
        client.project("Riverside Offices").compare(1, progress=False)
    assert valid(client.project("Empty plot").compare(1, progress=False)).empty


def test_changes_go_with_parts_of_the_frame(boxes: Project) -> None:
    frame = boxes.compare(1, progress=False)
    for part in (frame[frame["change"] == "moved"], frame.sort_values("name"), frame.head(1), frame.copy()):
        assert isinstance(part, Comparison)
        assert part.changes is frame.changes


def test_the_picture_has_a_colour_a_change(boxes: Project, edited: tuple[Client, dict[str, str]]) -> None:
    frame, viewer = boxes.compare(1, progress=False), boxes.view(progress=False)
    try:
        viewer.color_by(frame["change"])
        colors = {row["label"]: row["color"] for row in viewer._legend()["rows"]}
        assert colors == {"changed": "#ead164", "moved": "#2e70b7", "added": "#2cad82"}
        viewer.add(boxes.mesh(revision=1, progress=False).of(*frame.index[frame["change"] == "removed"]))
        viewer.color_by(frame["change"])
        colors = {row["label"]: row["color"] for row in viewer._legend()["rows"]}
        assert colors["removed"] == "#a5482d"
        viewer.color_by(frame["change"], palette={"moved": "#000000"})
        colors = {row["label"]: row["color"] for row in viewer._legend()["rows"]}
        assert colors["moved"] == "#000000"
        assert edited[1]["gone"] in viewer.mesh.ids
    finally:
        viewer.close()

"""A project as a notebook uses it, on a real sandbox: tables and mesh agree, and nothing is fetched twice."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import counted
import httpx
import numpy as np
import pandas as pd
import pytest

import bimplus_nb as bp
from bimplus_nb.api import Api
from bimplus_nb.client import Client, connect
from bimplus_nb.http import Http
from bimplus_nb.project import Project
from bimplus_nb.records import Record, Records
from bimplus_nb.sandbox import Sandbox, content, people, seeding
from bimplus_nb.sandbox.store import Store


@pytest.fixture(scope="module")
def client(sandbox: Any) -> Client:
    return connect(sandbox)


@pytest.fixture(scope="module")
def riverside(client: Client) -> Project:
    """The demo project, read by all tests of this file."""
    return client.project("Riverside Offices")


@pytest.fixture
def fresh(client: Client, riverside: Project) -> tuple[Project, list[str]]:
    """The demo project with nothing fetched yet, and what it asks for."""
    return counted.fresh(client, riverside)


# tables and mesh


def test_tables_and_mesh_speak_of_the_same_objects(riverside: Project) -> None:
    objects, mesh = riverside.objects(), riverside.mesh()
    assert set(mesh.ids) == set(objects.index)
    assert len(objects) >= 1500
    assert objects.index.is_unique
    assert mesh.problems == ()
    volume = pd.Series(mesh.volume, index=list(mesh.ids))[mesh.closed] * 1e-9
    declared = objects["volume_m3"].reindex(volume.index).dropna()
    assert len(declared) > 1000
    # A few are wrong on purpose, for people to find.
    assert np.isclose(declared, volume[declared.index], rtol=1e-3).mean() > 0.995
    assert objects["storey"].cat.ordered
    assert objects["storey"].nunique() >= 8
    assert not [name for name, dtype in objects.dtypes.items() if pd.api.types.is_object_dtype(dtype)]


def test_the_tree_and_the_models(riverside: Project) -> None:
    models, layers, tree, objects = riverside.models(), riverside.layers(), riverside.topology(), riverside.objects()
    assert set(models["name"]) == set(layers["model"]) == set(objects["model"])
    assert set(objects["layer"].dropna()) <= set(layers["layer"])
    assert set(tree.index[tree["is_object"]]) >= set(objects.index)
    assert set(objects["parent"]) <= set(tree.index)
    assert tree.loc[objects.index, "storey"].astype(str).tolist() == objects["storey"].astype(str).tolist()


def test_the_tree_below_an_entry(riverside: Project) -> None:
    tree = riverside.topology()
    for type_ in ("Storey", "Wall", "TopologyDivision"):
        top = tree.index[tree["type"] == type_][-1]
        expected = [top]
        for id_, parent in tree["parent"].items():
            if parent in expected:
                expected.append(id_)
        assert riverside.topology(below=top.upper()).index.tolist() == expected
    with pytest.raises(ValueError, match="There is no entry 'nowhere'"):
        riverside.topology(below="nowhere")


def test_properties_of_all_equal_properties_of_each(riverside: Project) -> None:
    everything = riverside.properties()
    some = list(riverside.objects().groupby("type", observed=True).head(1).index)
    each = riverside.properties(some)
    columns = ["object_id", "attribute_id", "value", "unit", "type", "source"]
    one = (
        everything[everything["object_id"].isin(some)][columns].astype(str).sort_values(columns).reset_index(drop=True)
    )
    two = each[columns].astype(str).sort_values(columns).reset_index(drop=True)
    pd.testing.assert_frame_equal(one[one["attribute_id"] != "nan"], two, check_dtype=False)
    assert set(everything["object_id"]) == set(riverside.objects().index)


def test_properties_agree_with_the_columns(riverside: Project) -> None:
    objects, properties = riverside.objects(), riverside.properties()
    wide = properties[properties["name"] == "U-value"].set_index("object_id")["value"]
    wide = wide[[not isinstance(value, str) for value in wide]].astype(float)
    assert len(wide) > 100
    pd.testing.assert_series_equal(
        objects["u_value"].dropna(), wide.reindex(objects["u_value"].dropna().index), check_names=False
    )
    assert set(properties[properties["name"] == "U-value"]["unit"]) == {"W/(m²K)"}
    bearing = properties[properties["name"] == "Load bearing"].set_index("object_id")["value"]
    assert objects["load_bearing"].dropna().astype(bool).to_dict() == bearing.to_dict()


# fetching


def test_nothing_is_fetched_twice(fresh: tuple[Project, list[str]]) -> None:
    project, asked = fresh
    parts = len(project.layers())
    models = project.layers()["model_id"].nunique()
    project.objects()
    first = len(asked)
    # The trees of all models, their geometry, and what attributes, groups and units there are.
    assert first == 1 + sum("geometries" in line for line in asked) + 3
    assert models <= sum("geometries" in line for line in asked) < parts
    project.mesh()
    project.mesh(storeys=list(project.objects()["storey"].cat.categories[:2]))
    project.view()
    assert len(asked) == first
    project.properties()
    described = len(asked)
    assert described <= first + 3
    project.objects(columns="all")
    project.properties()
    assert len(asked) == described
    project.reload()
    project.mesh(layers=project.layers()["layer"].iloc[0])
    assert asked[-1].startswith("GET {team}/objects/{}/disciplines/{}/geometries")


def test_progress_counts_up_to_the_end(fresh: tuple[Project, list[str]]) -> None:
    project, _ = fresh
    steps: list[tuple[int, int]] = []
    project.mesh(progress=lambda done, total: steps.append((done, total)))
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][0] == steps[-1][1]
    before = len(steps)
    project.mesh(progress=lambda done, total: steps.append((done, total)))
    assert len(steps) == before


def test_two_fetches_give_the_same_mesh(client: Client, riverside: Project) -> None:
    """Chunks arrive in any order; the mesh must not show it."""
    again = client.project(riverside.id).mesh(progress=False)
    assert again.ids == riverside.mesh().ids
    assert np.array_equal(again.vertices, riverside.mesh().vertices)


# choosing


def test_parts_of_it(riverside: Project) -> None:
    everything, layers = riverside.objects(), riverside.layers()
    model, layer = str(layers["model"].iloc[0]), str(layers["layer"].iloc[0])
    storey = str(everything["storey"].cat.categories[2])
    type_ = str(everything["type"].value_counts().index[0])
    of_model = set(everything.index[everything["model"] == model])
    for by in (model, model.upper(), str(layers["model_id"].iloc[0]), [model], {model}):
        assert set(riverside.objects(models=by).index) == of_model
    for by in (layer, f"ID_{layer}Model", layers["layer_id"].iloc[0]):
        assert set(riverside.objects(layers=by).index) == set(everything.index[everything["layer"] == layer])
        assert set(riverside.mesh(layers=by).ids) == set(everything.index[everything["layer"] == layer])
    chosen = everything.index[(everything["storey"] == storey) & (everything["type"] == type_)]
    assert set(riverside.objects(storeys=storey, types=[type_]).index) == set(chosen)
    assert set(riverside.mesh(storeys=storey).ids) == set(everything.index[everything["storey"] == storey])
    assert riverside.objects(layers=[]).empty
    assert len(riverside.mesh(models=[])) == 0


@pytest.mark.parametrize("what", ["layers", "models", "storeys", "types"])
def test_what_is_not_there_is_said_with_what_is(riverside: Project, what: str) -> None:
    with pytest.raises(ValueError, match=rf"There is no {what[:-1]} 'Nowehre'\. There are: '"):
        riverside.objects(**{what: "Nowehre"})
    with pytest.raises(ValueError, match="No object has an attribute 'Nowehre'"):
        riverside.objects(columns=["Nowehre"])


# view and card


def test_the_view_gets_mesh_table_and_rooms(riverside: Project) -> None:
    viewer = riverside.view(height=300)
    try:
        assert viewer.mesh.ids == riverside.mesh().ids
        assert viewer.stats["objects"] == len(riverside.mesh())
        ids = riverside.objects().index[:3].tolist()
        viewer.select(ids)
        assert set(viewer.selected.index) == set(ids)
        assert "storey" in viewer.selected
        (river,) = viewer.find("name == 'River'")
        where = viewer._building.bounds[viewer._building.rows[river]]
        assert viewer._building.ground == where[0, 1] - 10, "the ground does not hide it"
    finally:
        viewer.close()


class Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.add(tag)


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "</script>", "a\u202eb", "x" * 10_000, None, 5])
def test_the_card_shows_names_as_text(client: Client, name: object) -> None:
    record = Record({"id": "1", "name": name, "shortDescr": name, "teamName": name, "changed": name})
    record["disciplines"] = [
        {"id": "l", "name": name, "divisionName": name, "divisionId": name},
        "odd",
        {"name": "no id"},
    ]
    project = Project(client, record)
    page = project._repr_html_()
    assert Text(page).tags <= {"div", "strong", "code"}
    assert "\u202e" not in page + repr(project)
    assert len(page) < 3000
    assert len(repr(project)) < 200


def test_the_card_asks_for_nothing(fresh: tuple[Project, list[str]]) -> None:
    project, asked = fresh
    assert "3 models" in project._repr_html_()
    assert repr(project).startswith("<Project 'Riverside Offices'")
    assert asked == []


# other projects


def test_an_empty_project(client: Client) -> None:
    project = client.project("Empty plot")
    assert len(project.mesh()) == 0
    for frame in (
        project.objects(),
        project.models(),
        project.layers(),
        project.topology(),
        project.properties(),
        project.issues(),
    ):
        assert frame.empty
        assert len(frame.columns) >= 5
    assert project.issues.pins().empty
    assert "No model" in project._repr_html_()


def box(x: float) -> content.Solid:
    corners = np.array([[i, j, k] for i in (0, x) for j in (0, 1000.0) for k in (0, 1000.0)])
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], np.int32)
    return content.Solid(corners, np.empty((0, 3), np.int32), quads, 0xFF808080)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A sandbox of one project: a wall that grows, and gets a neighbour, from one revision to the next."""

    def wall(name: str, size: float) -> content.Element:
        return content.Element(people.guid("w", name), name, "Wall", "", (box(size),), {})

    def state(name: str, *elements: content.Element, earlier: tuple[content.Model, ...] = ()) -> content.Model:
        return content.Model(people.guid("m"), "Shell", "", (), elements, (), earlier, name)

    model = state("second", wall("a", 2000), wall("b", 1000), earlier=(state("first", wall("a", 1000)),))
    path = tmp_path_factory.mktemp("built") / "sandbox.db"
    store = Store(path)
    seeding.fill(store, [(people.RIVERSIDE, content.Project(people.guid("p"), "Growing", "", (model,)))])
    store.close()
    with Sandbox(path=Path(path)) as running:
        yield connect(running)


def test_revisions(built: Client) -> None:
    project = built.project("Growing")
    assert project.models()[["revisions", "revision"]].to_numpy().tolist() == [[2, 2]]
    now, then = project.mesh(), project.mesh(revision=1)
    assert now.volume.tolist() == [2e9, 1e9]
    assert then.volume.tolist() == [1e9]
    assert then.ids == now.ids[:1]
    assert len(project.objects(revision=1)) == 1
    assert len(project.objects()) == 2
    assert built.revisions.all(project.models().index[0]).frame()["name"].tolist() == ["first", "second"]


def test_issues_and_pins(built: Client) -> None:
    project = built.project("Growing")
    wall = project.mesh().ids[0]
    issue = built.issues.create(project.id, name="Crack", priority="High", due="2020-01-01T00:00:00Z")
    built.pins.create(issue.id, object_id=wall, position=(1, 2, 3))
    frame = project.issues()
    assert frame.loc[issue.id, ["short_id", "status", "pins"]].tolist() == [1, "Open", 1]
    assert frame.loc[issue.id, "object_ids"] == (wall,)
    assert bool(frame.loc[issue.id, "overdue"])
    assert frame.loc[issue.id, "author"] == built.user["displayname"]
    assert project.issues.pins()["object_id"].tolist() == [wall]
    built.issues.delete(issue.id)
    assert project.issues().empty


def test_an_older_services_project() -> None:
    """Layers that name neither the model nor its root, which then are asked of the model."""
    geometry = b'{"elementsCount": 0, "viewbox": {}, "colors": [], "objects": null}'
    answers = {
        "/v2/t/projects/p/divisions": [{"id": "m", "name": "Model", "topologyId": "root"}],
        "/v2/t/objects/root/topology": {
            "id": "root",
            "type": "TopologyDivision",
            "children": [{"id": "w", "type": "Wall"}],
        },
    }

    def answer(request: httpx.Request) -> httpx.Response:
        value = answers.get(request.url.path)
        return httpx.Response(200, content=geometry) if value is None else httpx.Response(200, json=value)

    api = Api(Http("https://api.example/v2", team="t", transport=httpx.MockTransport(answer)))
    clash = "a330fde2-1a2f-48ed-a6e3-90b92965dca6"
    layers = [{"id": id_, "name": "ID_BuildingModel", "divisionId": "m", "revisions": []} for id_ in ("l", clash)]
    project = Project(api, Record({"id": "p", "name": "Old", "disciplines": layers}))
    assert project.layers()["layer_id"].tolist() == ["l"]
    frame = project.objects(progress=False)
    assert frame[["type", "model"]].to_numpy().tolist() == [["Wall", "Model"]]
    assert isinstance(api.models.all("p"), Records)
    assert len(project.mesh(layers=clash)) == 0


def test_an_instance_of_a_template_is_reported() -> None:
    thing = {
        "id": "o",
        "type": "Chair",
        "attributes": {"geometry": {"template": "t1", "matrix": list(np.eye(4).ravel())}},
    }
    body = {"elementsCount": 1, "viewbox": {}, "colors": [], "objects": [thing]}
    api = Api(
        Http(
            "https://api.example/v2", team="t", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body))
        )
    )
    layers = [
        {"id": "l", "name": "x", "divisionId": "m", "divisionName": "M", "divisionTopologyId": "r", "revisions": []}
    ]
    mesh = Project(api, Record({"id": "p", "disciplines": layers})).mesh(progress=False)
    assert [problem.id for problem in mesh.problems] == ["o"]
    assert "t1" in mesh.problems[0].reason


def test_geometry_that_cannot_be_read_at_all() -> None:
    api = Api(
        Http(
            "https://api.example/v2",
            team="t",
            transport=httpx.MockTransport(lambda _: httpx.Response(200, content=b"[]")),
        )
    )
    layers = [
        {"id": "l", "name": "x", "divisionId": "m", "divisionName": "M", "divisionTopologyId": "r", "revisions": []}
    ]
    project = Project(api, Record({"id": "p", "disciplines": layers}))
    with pytest.raises(bp.GeometryError):
        project.mesh(progress=False)

"""Each service through its life against a real sandbox: what is created is there, changed, and gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

import bimplus_nb as bp
from bimplus_nb.api import Api
from bimplus_nb.client import Client, connect
from bimplus_nb.geometry.threejs import decode_threejs
from bimplus_nb.http import Http
from bimplus_nb.records import Record, Records


@pytest.fixture(scope="module")
def own() -> Iterator[Any]:
    """A sandbox for this file's writing."""
    from bimplus_nb.sandbox import Sandbox

    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def client(own: Any) -> Client:
    return connect(own)


@pytest.fixture
def project(client: Client) -> Iterator[Record]:
    made = client.projects.create(name="Made by a test", description="for a test", properties={"Architect": "A. N."})
    yield made
    with suppress(bp.NotFound):
        client.projects.delete(made.id)


def wall(model: Record) -> dict[str, Any]:
    """A tetrahedron of a sixth of a cubic metre."""
    # Z up; its faces run clockwise seen from outside, as the service wants them.
    corners = [0, 0, 0, 1000, 0, 0, 0, 1000, 0, 0, 0, 1000]
    faces = [3, 0, 1, 2, 3, 0, 3, 1, 3, 1, 3, 2, 3, 0, 2, 3]
    mesh = {"color": 4291407461, "vertices": corners, "faces": faces}
    return {"general": {"name": "A wall"}, "element": {"divisionid": model.id}, "geometry": {"mesh": mesh}}


def test_teams_and_users(client: Client, own: Any) -> None:
    teams = client.teams.all()
    assert isinstance(teams, Records)
    assert [team["slug"] for team in teams] == ["riverside", "harbour"]
    assert client.teams.get("harbour")["storageStats"]["numberOfProjects"] >= 0
    user = client.users.current()
    assert (user.id, client.users.get(user.id)["email"]) == (own.users[0].id, own.users[0].email)


def test_the_database_password_is_dropped(client: Client) -> None:
    raw = httpx.get(
        f"{client._http.base_url}/teams",
        headers={"Authorization": f"Bearer {client.session._tokens.secret('access_token')}"},
    )
    assert "teamWorksConnection" in raw.text
    everything = [client.teams.all(), client.teams.get("riverside"), client.request("get", "teams")]
    assert "teamworksconnection" not in repr([dict(team) for team in everything[0]]).lower()
    assert not any(
        "connection" in key.lower() for each in (everything[0][0], everything[1], everything[2][0]) for key in each
    )


def test_a_projects_life(client: Client) -> None:
    made = client.projects.create(name="Short life", description="first")
    assert (made["name"], made["shortDescr"]) == ("Short life", "first")
    with pytest.raises(bp.Conflict, match="409"):
        client.projects.create(name="Short life")
    client.projects.update(made.id, description="second", properties={"Customer": "C."})
    found = client.projects.get(made.id)
    assert (found["name"], found["shortDescr"]) == ("Short life", "second")
    assert made.id in client.projects.all().ids
    assert made.id in client.projects.everywhere(disciplines=False).ids
    assert client.projects.topology(made.id)["children"] == []
    assert client.projects.disciplines(made.id) == []
    assert client.projects.element_types(made.id) == []
    client.projects.delete(made.id)
    with pytest.raises(bp.NotFound) as caught:
        client.projects.get(made.id)
    assert (caught.value.status, caught.value.method) == (404, "GET")
    assert caught.value.path == f"/v2/riverside/projects/{made.id}"
    assert caught.value.request_id
    assert caught.value.request_id in str(caught.value)


def test_a_models_and_an_objects_life(client: Client, project: Record) -> None:
    model = client.models.create(project.id, name="Model", description="d")
    assert client.models.all(project.id).ids == [model.id]
    assert model.id in client.models.of_team().ids
    client.models.update(model.id, name="Renamed")
    assert client.models.get(model.id)["name"] == "Renamed"
    assert client.revisions.all(model.id) == []
    root = client.objects.create(
        type="TopologyDivision", parent=project.id,
        attributes={"general": {"name": "Root"}, "element": {"divisionid": model.id}},
    )  # fmt: skip
    state = client.models.changed(model.id)
    assert state is not None
    assert client.models.changed(model.id, since=state) is None
    before = client.objects.changed(root.id)
    assert client.objects.changed(root.id, since=before) is None

    made = client.objects.create(type="Wall", parent=root.id, attributes=wall(model))
    assert client.models.changed(model.id, since=state) not in (None, state)
    assert client.objects.changed(root.id, since=before) not in (None, before)
    assert client.objects.get(made.id)["attributes"]["general"]["name"] == "A wall"
    assert "geometry" not in client.objects.without_geometry(made.id)["attributes"]
    tree = client.objects.topology(root.id)
    assert [child["id"] for child in tree["children"]] == [made.id]
    client.objects.update(made.id, type="Wall", attributes={"general": {"name": "Renamed"}}, project_id=project.id)
    assert client.objects.properties(made.id)["attributes"]["general"]["name"]["value"] == "Renamed"

    mesh = decode_threejs(client.objects.geometry(made.id).body)
    assert mesh.ids == (made.id,)
    assert mesh.volume == pytest.approx([1e9 / 6])
    layer = client.models.disciplines(model.id)[0]
    for answer in (
        client.objects.layer_geometry(root.id, layer.id),
        client.objects.layer_geometry_properties(root.id, layer.id, 2, chunk=1),
        client.objects.geometry_properties(root.id, 7),
    ):
        assert decode_threejs(answer.body).volume == pytest.approx(mesh.volume)
    for chunks in (
        client.objects.geometry_chunks(root.id),
        client.objects.geometry_chunks(root.id, layer_id=layer.id, flags=2),
    ):
        assert [decode_threejs(chunk).ids for chunk in chunks] == [(made.id,)]
    again = client.objects.geometry(made.id, etag=client.objects.geometry(made.id).etag)
    assert (again.status, again.body) == (304, b"")
    client.objects.delete(made.id)
    with pytest.raises(bp.NotFound):
        client.objects.get(made.id)
    client.models.delete(model.id)
    assert client.models.all(project.id) == []


def test_element_types(client: Client) -> None:
    layers = client.element_types.disciplines()
    types = client.element_types.all()
    assert {each["category"] for each in layers} == {f"/{each['category'].split('/')[1]}/" for each in types}
    assert client.element_types.get(types[0].id) == types[0]
    assert client.element_types.discipline(layers[0].id)["name"] == layers[0]["name"]


def test_issues_pins_and_comments(client: Client, project: Record, own: Any) -> None:
    model = client.models.create(project.id, name="Model")
    made = client.objects.create(type="Wall", attributes=wall(model))
    issue = client.issues.create(
        project.id, name="Crack", description="d", type="Remark", status="Open", priority="High",
        responsible=own.users[1].id, due="2027-01-01T00:00:00Z", scene={"camera": {"fov": 45}},
    )  # fmt: skip
    assert issue["shortId"] == 1
    client.issues.update(issue.id, status="Solved", solution="filled")
    found = client.issues.get(issue.id)
    assert (found["status"], found["solution"], found["priority"]) == ("Solved", "filled", "High")
    assert found["responsible"]["id"] == own.users[1].id

    pin = client.pins.create(issue.id, object_id=made.id, position=(1, 2.5, 3), normal=(0, 1, 0))
    assert client.pins.get(pin.id)["position"] == {"x": 1.0, "y": 2.5, "z": 3.0}
    client.pins.update(pin.id, issue_id=issue.id, object_id=made.id, position=(4, 5, 6))
    assert client.pins.of_issue(issue.id)[0]["position"] == {"x": 4.0, "y": 5.0, "z": 6.0}
    other = client.objects.create(type="Wall", attributes=wall(model))
    client.pins.update(pin.id, issue_id=issue.id, object_id=made.id, new_object_id=other.id, normal=(1, 0, 0))
    assert client.pins.get(pin.id)["objectId"] == other.id
    assert client.pins.all(project.id).ids == [pin.id]
    client.pins.delete(pin.id)
    client.pins.create(issue.id, object_id=made.id, position=(1, 2, 3))
    client.pins.delete_all(issue.id)
    assert client.pins.all(project.id) == []

    comment = client.comments.create_on_issue(issue.id, text="first")
    client.comments.update(comment.id, text="second")
    assert client.comments.get(comment.id)["text"] == "second"
    assert client.comments.of_issue(issue.id).ids == [comment.id]
    client.comments.delete(comment.id)
    client.comments.create_on_object(made.id, text="on the wall")
    assert [each["text"] for each in client.comments.of_object(made.id)] == ["on the wall"]
    client.comments.delete_all_of_object(made.id)
    client.comments.create_on_issue(issue.id, text="again")
    client.comments.delete_all_of_issue(issue.id)
    assert client.comments.of_issue(issue.id) == client.comments.of_object(made.id) == []

    assert client.issues.all(project.id).ids == [issue.id]
    client.issues.delete(issue.id)
    client.issues.create(project.id, name="Another")
    client.issues.delete_all(project.id)
    assert client.issues.all(project.id) == []


def test_what_one_may_not_do_says_so(own: Any, project: Record) -> None:
    with connect(own, user="david") as viewer:
        with pytest.raises(bp.Forbidden, match="403 Forbidden"):
            viewer.projects.create(name="Not mine to make")
        with pytest.raises(bp.ApiError):
            viewer.issues.create(project.id, name="Not mine to write")


def test_what_has_no_method(client: Client, project: Record) -> None:
    assert client.request("GET", "{team}/projects/{}", project.id) == client.projects.get(project.id)
    assert isinstance(client.request("get", "{team}/projects"), Records)
    assert client.request("PUT", "{team}/projects/{}", project.id, body={"shortDescr": "by hand"}) is not False
    assert client.projects.get(project.id)["shortDescr"] == "by hand"
    assert client.request("GET", "{team}/projects/{}/issues", project.id) == []


@pytest.mark.parametrize(("body", "call"), [(b"5", "all"), (b'[1, "x"]', "all"), (b"[]", "get"), (b'"x"', "get")])
def test_an_answer_of_the_wrong_shape_is_an_error(body: bytes, call: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    http = Http("https://api.example/v2", transport=transport)
    with pytest.raises(bp.ApiError, match="which it never should be"):
        Api(http).teams.all() if call == "all" else Api(http).teams.get("a")


@pytest.mark.parametrize(
    ("body", "ids"), [(b"", []), (b"null", []), (b'{"a": {"id": "1"}, "b": {"id": "2"}}', ["1", "2"])]
)
def test_lists_in_their_other_spellings(body: bytes, ids: list[str]) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    assert Api(Http("https://api.example/v2", team="t", transport=transport)).element_types.disciplines().ids == ids


def test_geometry_that_is_not_ready() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(202))
    with pytest.raises(bp.ApiError, match="still preparing") as caught:
        Api(Http("https://api.example/v2", team="t", transport=transport)).objects.geometry("o")
    assert (caught.value.status, caught.value.path) == (202, "/v2/t/objects/o/geometries/threejs")

"""Issues by the client: their switches, rights and BCF files, against a real sandbox."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scripted import Handler, serving

import bimplus_nb as bp
from bimplus_nb.api import Api
from bimplus_nb.client import Client, connect
from bimplus_nb.errors import NotOffered
from bimplus_nb.http import Http
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.content import Project
from bimplus_nb.sandbox.people import RIVERSIDE, guid
from bimplus_nb.sandbox.seeding import fill
from bimplus_nb.sandbox.store import Store

HOUSE = guid("test", "issues")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """With one project and nothing in it."""
    store = Store(tmp_path / "sandbox.db")
    fill(store, [(RIVERSIDE, Project(HOUSE, "House", ""))])
    store.close()
    with Sandbox(path=tmp_path / "sandbox.db") as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with connect(sandbox) as signed_in:
        yield signed_in


def test_people_and_switches(client: Client, sandbox: Sandbox) -> None:
    ben, carla = sandbox.users[1].id, sandbox.users[2].id
    scene = {"camera": {"fov": 45}, "thumbnail": "data:image/png;base64,AAAA"}
    issue = client.issues.create(HOUSE, name="Crack", responsibles=[ben, carla], cc=[carla], tag="t", scene=scene)
    assert [one["id"] for one in issue["responsibles"]] == [ben, carla]
    client.issues.update(issue.id, responsibles=[carla], cc=[], tag="u")
    found = client.issues.get(issue.id)
    assert (found["responsible"]["id"], found["cc"], found["tag"]) == (carla, [], "u")
    assert "scene" not in client.issues.all(HOUSE, scene=False)[0]
    assert client.issues.all(HOUSE, scene_thumbnail=False)[0]["scene"] == {"camera": {"fov": 45}}
    assert client.issues.all(HOUSE)[0]["scene"] == scene
    (short,) = client.issues.all(HOUSE, short_info=True, current_time=datetime.now(UTC))
    assert (short.id, short["name"]) == (issue.id, "Crack")
    assert "description" not in short


def test_rights_and_force(client: Client, sandbox: Sandbox) -> None:
    with connect(sandbox, user="carla") as carla:
        issue = carla.issues.create(HOUSE, name="Hers")
        assert carla.issues.rights(issue.id)["delete"] is True
    assert client.issues.rights(issue.id)["delete"] is False
    with pytest.raises(bp.Forbidden, match="Only its author"):
        client.issues.delete(issue.id)
    client.issues.delete(issue.id, force=True)
    assert client.issues.all(HOUSE) == []


def test_types(client: Client) -> None:
    assert "Clash" in [one["name"] for one in client.issues.library_types()]
    for ask in (client.issues.types, lambda: client.issues.type_of("1")):
        with pytest.raises(NotOffered, match="library_types"):
            ask()


def test_a_bcf_file_goes_out_and_comes_back(client: Client, tmp_path: Path) -> None:
    first = client.issues.create(HOUSE, name="One", description="d")
    second = client.issues.create(HOUSE, name="Two")
    client.comments.create_on_issue(first.id, text="c")
    seen: list[int] = []
    whole = client.issues.export_bcf(HOUSE, tmp_path)
    later = client.issues.export_bcf(HOUSE, tmp_path, issues=[second.id], version="3.0")
    some = client.issues.export_bcf_of(tmp_path, issues=[first.id])
    assert [path.name for path in (whole, later)] == ["House.bcf", "House (2).bcf"]
    topics = [{name.partition("/")[0] for name in zipfile.ZipFile(path).namelist() if "/" in name}
              for path in (whole, later, some)]  # fmt: skip
    assert topics == [{first.id, second.id}, {second.id}, {first.id}]
    client.issues.delete_all(HOUSE)
    report = client.issues.import_bcf(HOUSE, whole, progress=lambda done, _: seen.append(done))
    assert seen[-1] == whole.stat().st_size
    assert [entry["name"] for entry in report["created"]] == ["One", "Two"]
    issues = client.issues.all(HOUSE)
    assert [(one["name"], one["description"], one["shortId"]) for one in issues] == [("One", "d", 3), ("Two", None, 4)]
    assert [one["text"] for one in client.comments.of_issue(issues[0].id)] == ["c"]
    again = client.issues.import_bcf(HOUSE, later.read_bytes(), name="later.bcf")
    assert (again["created"], again["updated"]) == ([], [])
    with pytest.raises(bp.NotFound):
        client.issues.export_bcf(HOUSE, tmp_path, issues=[guid("none")])
    with pytest.raises(bp.ApiError, match="not a BCF file"):
        client.issues.import_bcf(HOUSE, b"no such thing")
    assert len(list(tmp_path.glob("*.bcf"))) == 3, "a refusal leaves no file behind"
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_breaks_off_is_not_asked_for_twice(tmp_path: Path) -> None:
    """It is the answer to a POST, which may have done something."""

    def script(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.send_header("ETag", '"1"')
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.close_connection = True

    with serving(script) as server:
        http = Http(server.url, team="t")
        with pytest.raises(bp.ConnectionFailed, match="may have been carried out"):
            Api(http).issues.export_bcf(HOUSE, tmp_path)
        http.close()
        assert [(method, path) for method, path, _ in server.seen] == [
            ("POST", f"/v2/t/projects/{HOUSE}/issues/export/bcf")
        ]
    assert list(tmp_path.iterdir()) == []

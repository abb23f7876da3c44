"""Files, links, slides, scenes, locks and messages as a client's user has them, against the small sandbox."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox.service_content import seed
from scripted import Handler, serving

import bimplus_nb as bp
from bimplus_nb.api import Api
from bimplus_nb.auth import Session, TokenSet
from bimplus_nb.client import Client, connect
from bimplus_nb.http import Http
from bimplus_nb.sandbox import Sandbox

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
SCENE = {"viewMode": "hidden", "camera": {"fov": 45}, "own": {"kept": None}}

As = Callable[[str], Client]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox for this file's writing, with the service tests' small content."""
    path = seed(tmp_path_factory.mktemp("files") / "sandbox.db")
    with Sandbox(path=path) as running:
        yield running


@pytest.fixture
def signed_in(own: Sandbox) -> Iterator[As]:
    clients: list[Client] = []

    def as_user(name: str) -> Client:
        clients.append(connect(own, user=name))
        return clients[-1]

    yield as_user
    for client in clients:
        client.close()


@pytest.fixture
def client(signed_in: As) -> Client:
    return signed_in("carla")


@pytest.fixture
def project(client: Client) -> str:
    return next(one.id for one in client.projects.all() if one["name"] == "House")


@pytest.fixture
def wall(client: Client, project: str) -> str:
    (division,) = client.projects.topology(project)["children"]
    (plot,) = client.objects.topology(division["id"])["children"]
    return str(plot["children"][1]["children"][0]["id"])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "from"
    folder.mkdir()
    path = folder / "Grundriß Süd.bin"
    path.write_bytes(os.urandom(300_000))
    return path


def test_there_and_back(client: Client, project: str, wall: str, source: Path, tmp_path: Path) -> None:
    issue = client.issues.create(project, name="Look")
    files = client.attachments
    ways: list[tuple[Any, Any, Any, str]] = [
        (files.create_on_project, files.of_project, files.delete_all_of_project, project),
        (files.create_on_object, files.of_object, files.delete_all_of_object, wall),
        (files.create_on_issue, files.of_issue, files.delete_all_of_issue, issue.id),
        (partial(files.create_chunked, chunk_size=70_000), files.of_object, files.delete_all_of_object, wall),
        (files.create_chunked, files.of_object, files.delete_all_of_object, wall),
    ]
    for create, listed, clear, on in ways:
        made = create(on, source)
        assert listed(on) == [made]
        assert (made["fileName"], made["size"], made["objectIds"]) == (source.name, 300_000, [on])
        told: list[tuple[int, int | None]] = []
        path = files.download(made.id, tmp_path, progress=lambda *step, told=told: told.append(step))
        assert path.parent == tmp_path
        assert path.read_bytes() == source.read_bytes()
        assert told[-1] == (300_000, 300_000)
        path.unlink()
        clear(on)
        assert listed(on) == []
    with pytest.raises(bp.NotFound):
        files.download(made.id, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["from"]


def test_names_and_versions(client: Client, wall: str, source: Path, tmp_path: Path) -> None:
    files = client.attachments
    made = files.create_on_object(wall, b"first", name="plan.txt")
    assert files.update(made.id, name="plan b.txt", type="text/csv")["fileName"] == "plan b.txt"
    assert files.create_version(made.id, b"second", name="plan.txt")["version"] == 2
    assert files.create_version_chunked(made.id, source, chunk_size=100_000)["version"] == 3
    assert [(one["version"], one["size"]) for one in files.versions(made.id)] == [(1, 5), (2, 6), (3, 300_000)]
    assert files.replace_chunked(made.id, b"third", name="c.txt", chunk_size=2)["version"] == 3
    assert files.download_version(made.id, 1, tmp_path).read_bytes() == b"first"
    assert files.download(made.id, tmp_path).read_bytes() == b"third"
    assert files.release(made.id, version=2)["release"] is True
    assert files.release(made.id, version=2, release=False)["release"] is False
    files.delete_version(made.id, 3)
    files.delete_version(made.id, 1)
    with pytest.raises(bp.Conflict, match="only version"):
        files.delete_version(made.id, 2)
    assert files.get(made.id)["version"] == 2
    files.delete(made.id)


def test_a_repeated_piece_makes_no_second_file(own: Sandbox, client: Client, wall: str, tmp_path: Path) -> None:
    """The service takes every piece, but the line breaks before the answer to its first try is back."""
    asked: list[str] = []

    def forward(request: Handler) -> None:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        url = own.url.removesuffix("/v2") + request.path
        answer = httpx.request(request.command, url, content=request.body, headers=headers, verify=False)
        asked.append(request.headers["Content-Range"])
        if asked.count(asked[-1]) == 1:
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_RDWR)
        else:
            request.reply(answer.status_code, answer.content)

    with serving(forward) as line:
        session = Session(line.url)
        session.accept(TokenSet({"access_token": own.token("carla")}))
        http = Http(line.url, auth=session, team="riverside")
        made = Api(http).attachments.create_chunked(wall, b"0123456789", name="a.bin", chunk_size=4)
        http.close()
    assert asked == [f"bytes {part}/10" for part in ("0-3", "0-3", "4-7", "4-7", "8-9", "8-9")]
    assert client.attachments.of_object(wall) == [made]
    assert client.attachments.download(made.id, tmp_path).read_bytes() == b"0123456789"
    client.attachments.delete(made.id)


def test_who_is_refused_learns_why(signed_in: As, client: Client, wall: str) -> None:
    david = signed_in("david")
    made = client.attachments.create_on_object(wall, b"x", name="a.txt")
    with pytest.raises(bp.Forbidden, match="Project_Edit"):
        david.attachments.create_on_object(wall, b"x", name="a.txt")
    with pytest.raises(bp.Forbidden, match="Project_Admin"):
        david.attachments.delete(made.id)
    assert david.attachments.get(made.id)["rights"]["delete"] is False
    client.attachments.delete(made.id)


def test_links(client: Client, project: str, wall: str) -> None:
    issue = client.issues.create(project, name="Look")
    first = client.hyperlinks.create_on_object(wall, url="https://example.com/a", name="A")
    second = client.hyperlinks.create_on_object(wall, url="https://example.com/b", order=0)
    third = client.hyperlinks.create_on_issue(issue.id, url="mailto:a@example.com")
    assert client.hyperlinks.of_object(wall).ids == [second.id, first.id]
    assert client.hyperlinks.of_issue(issue.id) == [third]
    assert client.hyperlinks.of_project(project).ids == [first.id, second.id, third.id]
    client.hyperlinks.update(first.id, name="B", order=5)
    assert client.hyperlinks.get(first.id) == {**first, "name": "B", "orderNumber": 5}
    client.hyperlinks.delete(third.id)
    client.hyperlinks.delete_all_of_object(wall)
    assert client.hyperlinks.of_project(project) == []
    with pytest.raises(bp.ApiError, match="url must be an address"):
        client.hyperlinks.create_on_object(wall, url="javascript:alert(1)")


def test_slides_and_thumbnails(client: Client, project: str, wall: str) -> None:
    show = client.slideshows.create(project, name="Tour", description="All of it")
    one = client.slides.create(show.id, name="One", scene=SCENE, info="i")
    two = client.slides.create(show.id, name="Two", scene="{}")
    assert client.slides.get(one.id)["scene"] == SCENE
    client.slides.update(two.id, index=1, description="First")
    assert client.slides.all(show.id).ids == [two.id, one.id]
    client.slideshows.update(show.id, name="Walk")
    assert client.slideshows.get(show.id)["name"] == "Walk"
    assert client.slideshows.all(project).ids == [show.id]
    for service, key in (
        (client.projects, project), (client.objects, wall), (client.slideshows, show.id), (client.slides, one.id),
    ):  # fmt: skip
        made = service.set_thumbnail(key, PNG, name="a.png")
        assert (made.id, made["type"], made["size"]) == (key, "image/png", len(PNG))
        assert service.thumbnail(key) == PNG
    for service, key in ((client.projects, project), (client.objects, wall)):
        service.delete_thumbnail(key)
        with pytest.raises(bp.NotFound):
            service.thumbnail(key)
    client.slides.delete(project, two.id)
    assert client.slides.all(show.id)[0]["index"] == 1
    client.slideshows.delete(project, show.id)
    client.slideshows.create(project, name="Another")
    with pytest.raises(bp.Forbidden):
        client.slideshows.delete_all(project)


def test_scenes_and_locks(signed_in: As, client: Client, project: str, wall: str) -> None:
    scene = client.scenes.create(wall, scene=SCENE, name="South")
    assert client.scenes.all(wall) == [scene]
    assert "scene" not in client.scenes.all(wall, short_info=True)[0]
    client.scenes.update(scene.id, scene={"other": 1})
    assert client.scenes.get(scene.id)["scene"] == {"other": 1}
    client.scenes.delete(scene.id)
    assert client.scenes.all(wall) == []

    lock = client.locks.create(wall)
    assert client.locks.get(wall) == [lock] == client.locks.get(project, with_children=True)
    ben = signed_in("ben")
    with pytest.raises(bp.Conflict, match="Carla Costa"):
        ben.locks.create(wall)
    with pytest.raises(bp.Conflict, match="Carla Costa"):
        ben.objects.update(wall, type="Wall", attributes={"general": {"name": "x"}})
    with pytest.raises(bp.Forbidden):
        ben.locks.delete(wall)
    ben.locks.delete(wall, as_admin=True)
    assert client.locks.get(wall) == []


def test_comments_of_a_project(client: Client, project: str, wall: str) -> None:
    made = client.comments.create_on_object(wall, text="On the wall")
    assert client.comments.of_project(project) == [made]
    client.comments.delete(made.id)


def test_messages(signed_in: As) -> None:
    anna, ben = signed_in("anna"), signed_in("ben")
    me, to = anna.users.current().id, ben.users.current().id
    odd = "a&b=c %26 ü+"
    made = anna.messages.create(receiver=to, topic=odd, source="Planner", code="OK", severity="Error", data="x")
    other = ben.messages.create(receiver=me, topic="y", source="Planner", code="NO", unread=False, correlation=made.id)
    for messages, received, sent in ((anna.messages, other, made), (ben.messages, made, other)):
        user = received["receiver"]["id"]
        assert messages.all() == [made, other]
        assert messages.own() == messages.of_user(user) == [received]
        assert messages.sent(user) == [sent]
        assert messages.where(topic=odd).ids == messages.where(severity="Error", unread=True).ids == [made.id]
        assert messages.where(unread=False).ids == messages.where(code="NO", source="Planner").ids == [other.id]
        assert messages.where(sender="anna@example.com", receiver="ben@example.com").ids == [made.id]
        assert messages.where(topic="a") == []
        assert len(messages.where()) == 2
    assert ben.messages.of_user(to, topic="dashboard") == []
    with pytest.raises(bp.Forbidden):
        anna.messages.of_user(to)
    with pytest.raises(bp.Forbidden):
        anna.messages.mark_read(made.id)
    ben.messages.mark_read(made.id)
    assert ben.messages.get(made.id)["unread"] is False
    anna.messages.mark_read_in_browser(other.id)
    ben.messages.delete(made.id)
    with pytest.raises(bp.NotFound):
        anna.messages.get(made.id)

"""Issues to BCF files and back, on a real sandbox. Its own reader and writer of BCF share no line with ours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bimplus_nb as bp
from bimplus_nb.client import Client, connect
from bimplus_nb.exchange.bcf import Comment, Topic, Topics, Viewpoint, read_bcf
from bimplus_nb.exchange.bcf.write import packed
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.capture import View

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
TOPIC, SAID, SEEN = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
CAMERAS = [Camera((1_000, 2_500, -3_000), (4_000, 1_000, -9_000), 50), Camera((0, 3e4, 1), (0, 0, 0), height=12_000)]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Sandbox() as sandbox, connect(sandbox) as signed_in:
        yield signed_in


@pytest.fixture
def project(client: Client) -> Project:
    """One without issues."""
    project = client.project("Harbour Pavilion")
    client.issues.delete_all(project.id)
    return project


@pytest.fixture
def walls(project: Project) -> list[str]:
    return list(project.objects(progress=False).index[:3])


def close(a: Camera | None, b: Camera | None) -> None:
    """Within 1 mm and 0.01°."""
    assert a is not None
    assert b is not None
    assert math.dist(a.position, b.position) < 1
    ways = [np.subtract(one.target, one.position) for one in (a, b)]
    cosine = np.dot(*ways) / np.prod([np.linalg.norm(way) for way in ways])
    assert math.degrees(math.acos(min(cosine, 1.0))) < 0.01
    assert a.height == (None if b.height is None else pytest.approx(b.height))


def made(project: Project, walls: list[str], camera: Camera, **more: Any) -> str:
    view = View(
        camera, hidden=(walls[2],), selected=(walls[0],), colors={"#ff0000": (walls[1],)}, cuts=((0, 1, 0, 2e3),)
    )
    issue = project.issues.create(
        "Gap", on=walls[0], at=(100.0, 200.0, 300.0), normal=(0, 0, 1), description="Two\nlines", type="Clash",
        priority="High", due="2026-12-24", tag="fire", view=view.to_scene(), picture=PNG, **more,
    )  # fmt: skip
    project.issues.comment(issue, "How large?")
    return issue


@pytest.mark.parametrize("camera", CAMERAS, ids=["perspective", "orthographic"])
@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_issues_are_topics_with_all_that_is_theirs(
    project: Project, walls: list[str], version: Any, camera: Camera, tmp_path: Path
) -> None:
    issue = made(project, walls, camera, responsible="ben@example.com")
    guids = project.objects(progress=False).loc[walls, "guid"].tolist()
    (topic,) = bp.read_bcf(project.issues.to_bcf(tmp_path / "issues.bcf", version=version))
    assert (topic.guid, topic.title, topic.description) == (issue, "Gap", "Two\nlines")
    assert (topic.status, topic.type, topic.priority, topic.labels) == ("Open", "Clash", "High", ("fire",))
    assert (topic.author, topic.assigned_to) == (project.api.users.current()["email"], "ben@example.com")
    assert topic.due is not None
    assert f"{topic.due:%Y-%m-%d}" == "2026-12-24"
    assert [(one.text, one.author) for one in topic.comments] == [("How large?", topic.author)]
    view, pin = topic.viewpoints
    assert (view.view.selected, view.view.hidden) == ((guids[0],), (guids[2],))
    assert view.view.colors == {"#ff0000": (guids[1],)}
    assert view.view.cuts[0] == pytest.approx((0, 1, 0, 2e3))
    assert view.snapshot == PNG
    close(view.view.camera, camera)
    assert (pin.view.selected, pin.points) == ((guids[0],), ((100, 200, 300),))
    close(pin.view.camera, Camera((100, 200, 5_300), (100, 200, 300)))
    assert project.issues.topics([topic.number or 0]).frame()["title"].tolist() == ["Gap"]
    assert len(project.issues.topics([])) == 0


@pytest.mark.parametrize("camera", CAMERAS, ids=["perspective", "orthographic"])
@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_the_services_own_files_say_the_same(
    project: Project, walls: list[str], version: Any, camera: Camera, tmp_path: Path
) -> None:
    made(project, walls, camera)
    (theirs,) = read_bcf(project.api.issues.export_bcf(project.id, tmp_path, version=version))
    (ours,) = read_bcf(packed(project.issues.topics(), version=version))
    for name in ("guid", "title", "status", "type", "priority", "labels", "description", "author", "created", "due"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.comments == theirs.comments
    assert len(ours.viewpoints) == len(theirs.viewpoints) == 2
    for mine, other in zip(ours.viewpoints, theirs.viewpoints, strict=True):
        assert (mine.guid, mine.view.selected, mine.points) == (other.guid, other.view.selected, other.points)
        close(mine.view.camera, other.view.camera)


def topic(guids: list[str], **more: Any) -> Topic:
    seen = Viewpoint(SEEN, View(CAMERAS[0], selected=(guids[0],)), ((10.0, 20.0, 30.0),))
    view = Viewpoint(TOPIC, View(CAMERAS[0], selected=tuple(guids)), snapshot=PNG)
    said = {"status": "Open", "type": "Clash", "author": "x@y.example", "assigned_to": "ben@example.com"} | more
    return Topic(
        TOPIC, "From elsewhere", comments=(Comment(SAID, "Look", "x@y.example"),), viewpoints=(view, seen), **said
    )


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_file_is_shown_then_sent_and_doubles_nothing(project: Project, walls: list[str], version: Any) -> None:
    guids = project.objects(progress=False).loc[walls[:2], "guid"].tolist()
    file = packed([topic(guids)], version=version)
    plan = project.issues.import_bcf(file)
    assert plan.frame.loc[TOPIC].tolist()[:1] == ["create"]
    assert plan.frame.loc[TOPIC, "what"] == "1 comment, 1 pin, a view"
    assert project.issues().empty
    done = plan.apply()
    assert done["outcome"].tolist() == ["created"]
    issues = project.issues()
    # The sandbox pins what others have selected, too.
    assert (issues["name"].tolist(), issues["pins"].tolist()) == (["From elsewhere"], [3])
    assert list(done["issue"]) == list(issues.index)
    scene = project.issues.get(issues.index[0])["scene"]
    assert View.from_scene(scene).selected == tuple(walls[:2])
    close(View.from_scene(scene).camera, CAMERAS[0])
    # Once more, there is nothing to do, and what is sent nevertheless makes no second one.
    again = project.issues.import_bcf(file)
    assert again.frame.loc[TOPIC, "action"] == "nothing"
    assert again.apply()["note"].tolist() == ["The service has all of it."]
    assert plan.apply()["outcome"].tolist() == ["skipped"]
    # What goes out has the GUIDs that came in.
    (out,) = project.issues.topics()
    assert (out.guid, out.author, [one.guid for one in out.comments]) == (TOPIC, "x@y.example", [SAID])
    assert SEEN in [one.guid for one in out.viewpoints if one.points]
    assert project.issues.import_bcf(packed([out], version=version)).frame.loc[TOPIC, "action"] == "nothing"
    # And a change is one.
    changed = topic(guids, status="Solved", priority="High")
    plan = project.issues.import_bcf(packed([changed, Topic(SEEN, "Another", author="a")], version=version))
    assert plan.frame["action"].tolist() == ["update", "create"]
    assert plan.frame.loc[TOPIC, "what"] == "status 'Solved', priority 'High'"
    assert repr(plan).startswith("<Import of 2 topics: 1 new, 1 changed, 0 as they are")
    assert plan.apply()["outcome"].tolist() == ["created", "updated"]
    assert sorted(project.issues()["status"].astype(str)) == ["Open", "Solved"]


def test_what_would_be_lost_is_said_before(project: Project, walls: list[str]) -> None:
    guids = [*project.objects(progress=False).loc[walls[:1], "guid"], "3" * 22]
    plan = project.issues.import_bcf(packed([topic(guids, assigned_to="nobody@x.example")]))
    assert plan.frame.loc[TOPIC, "problem"] == (
        "1 of its components are not in the project; nobody@x.example is no member of the project"
    )
    plan.apply()
    assert project.issues.import_bcf(packed([topic(guids, assigned_to="nobody@x.example")])).frame[
        "action"
    ].tolist() == ["nothing"]
    with pytest.raises(ValueError, match="no zip archive"):
        project.issues.import_bcf(b"x")
    assert project.issues.import_bcf(packed(Topics())).apply().empty


def test_a_topic_of_the_file_is_shown_in_the_viewer(project: Project, walls: list[str]) -> None:
    objects = project.objects(progress=False)
    (read,) = read_bcf(packed([topic(objects.loc[walls[:2], "guid"].tolist())]))
    viewer = project.view(progress=False)
    viewer.apply(read.viewpoints[0].scene(objects))
    assert set(viewer.selected_ids) == set(walls[:2])
    close(viewer.camera, CAMERAS[0])
    again = Viewpoint.of(viewer.capture(), objects)
    assert set(again.view.selected) == set(read.viewpoints[0].view.selected)
    viewer.close()

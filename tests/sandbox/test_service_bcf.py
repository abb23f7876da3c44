"""Issues as BCF files: what goes out comes back the same, another program understands it, and hostile files do nothing.

The independent witness is `bcf-client`, IfcOpenShell's reader and writer of BCF.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sandbox.service_content import (
    OPEN_ISSUE,
    PROJECT,
    QUAY,
    ROOM,
    SOLVED_ISSUE,
    UPPER,
    VERSIONED,
    WALL,
    WALL_GUID,
    WINDOW,
)

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import GLOBAL_ID
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
ISSUES = f"/riverside/projects/{PROJECT}/issues"
BCF = f"{ISSUES}/bcf"
EXPORT = f"{ISSUES}/export/bcf"
VERSIONS = ["2.1", "3.0"]
USERS = {user.username: user for user in Sandbox.users}
PNG = b"\x89PNG\r\n\x1a\n" + b"not really"
SCENE = {
    "camera": {"fov": 50, "position": [1000.0, 2000.0, -3000.0], "target": [4000.0, 2000.0, -7000.0]},
    "objects": {"selected": [WALL, "what is no id"]},
    "thumbnail": "data:image/png;base64,iVBORw0KGgpub3QgcmVhbGx5",
}
TOPIC = guid("a topic")


def exported(of: httpx.Client, version: str, path: str = EXPORT, ids: Any = ()) -> bytes:
    answer = of.post(f"{path}?version={version}", json=list(ids))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/octet-stream"
    return answer.content


def brought(of: httpx.Client, content: bytes, path: str = BCF) -> httpx.Response:
    return of.put(path, files={"file": ("issues.bcf", content)})


def archive(files: dict[str, str | bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", kind) as file:
        for name, body in files.items():
            file.writestr(name, body)
    return content.getvalue()


def bcf(*topics: str, version: str = "2.1", **more: str | bytes) -> bytes:
    """A file with these markups, each in a folder of its own."""
    folders = {f"{guid('folder', number)}/markup.bcf": topic for number, topic in enumerate(topics)}
    return archive({"bcf.version": f'<Version VersionId="{version}"/>', **folders, **more})


def markup(inner: str = "<Title>T</Title>", key: str = TOPIC, named: str = "", beside: str = "") -> str:
    return f'<Markup><Topic Guid="{key}" {named}>{inner}</Topic>{beside}</Markup>'


@pytest.fixture
def furnished(own_house: Sandbox, caller: Call) -> Sandbox:
    """A house with issues of all kinds."""
    carla, ben = caller(own_house, "carla"), caller(own_house, "ben")
    carla.post(f"/riverside/issues/{OPEN_ISSUE}/comments", json={"text": "Line\r\none & <two> 𝄞\tend "})
    ben.post(f"/riverside/issues/{OPEN_ISSUE}/comments", json={"text": "Seen"})
    for pin in ({"objectId": WINDOW, "position": {"x": 0.1, "y": -2e4, "z": 1 / 3}, "normalVector": {"x": 3, "y": 4}},
                {"objectId": WALL, "normalVector": {"x": 0, "y": 0, "z": 0}}):  # fmt: skip
        assert carla.post(f"/riverside/issues/{SOLVED_ISSUE}/pins", json=pin).status_code == 201
    body = {"name": "Scene", "scene": SCENE, "tag": "Façade", "type": "Clash", "priority": "very high",
            "description": "\r\n two lines\r\n", "cc": [USERS["ben"].id], "status": "Closed",
            "dueDate": "2026-06-05T10:05:00.250Z"}  # fmt: skip
    assert ben.post(ISSUES, json=body).status_code == 201
    return own_house


def told(of: httpx.Client, project: str) -> list[Any]:
    """What a project's issues say, with the objects of their pins by name, as a copy has other ids."""
    kept = ("name", "status", "type", "priority", "tag", "dueDate", "createdAt", "author", "responsible")
    issues = of.get(f"/riverside/projects/{project}/issues").json()
    return [
        {name: issue[name] for name in kept}
        | {
            "description": issue["description"] or None,  # the file does not tell no text from an empty one
            "comments": [
                (one["text"], one["author"]["id"], one["createdAt"])
                for one in of.get(f"/riverside/issues/{issue['id']}/comments").json()
            ],
            "pinned": [
                of.get(f"/riverside/objects/{pin['objectId']}").json()["attributes"]["general"]["name"]
                for pin in of.get(f"/riverside/issues/{issue['id']}/pins").json()
            ],
        }
        for issue in issues
    ]


def places(of: httpx.Client, project: str) -> Any:
    """Where the pins are and which way they point, whatever their length was."""
    pins = of.get(f"/riverside/projects/{project}/pins").json()
    normals = np.array([[*pin["normalVector"].values()] for pin in pins], dtype=float)
    normals[~normals.any(axis=1)] = (0, 0, 1)  # a pin that points nowhere
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return np.hstack((np.array([[*pin["position"].values()] for pin in pins]), normals))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_goes_out_comes_back_the_same(furnished: Sandbox, caller: Call, version: str) -> None:
    anna = caller(furnished)
    # A copy has other ids, so its objects are found by those of the IFC file; the window has none and is exchanged.
    values = {"general": {"name": "Other window"}, GLOBAL_ID: "2" * 22}
    other = anna.post("/riverside/objects", json={"parent": UPPER, "type": "Window", "attributes": values}).json()
    (pin,) = [one for one in anna.get(f"/riverside/projects/{PROJECT}/pins").json() if one["objectId"] == WINDOW]
    assert anna.put(f"/riverside/pins/{pin['id']}", json={"newObjectId": other["id"]}).status_code == 200
    copy = anna.post("/riverside/projects/copyfrom", json={"id": PROJECT, "name": "Copy"}).json()["id"]
    path = f"/riverside/projects/{copy}/issues"
    report = brought(anna, exported(anna, version), f"{path}/bcf").json()
    assert [len(report[name]) for name in ("created", "updated", "skipped")] == [3, 0, 0]
    assert not any("notes" in entry for entry in report["created"])
    assert told(anna, copy) == told(anna, PROJECT)
    assert places(anna, copy) == pytest.approx(places(anna, PROJECT), abs=1e-6)
    scene = anna.get(path).json()[2]["scene"]
    assert scene["camera"]["position"] == pytest.approx(SCENE["camera"]["position"])
    looks = np.subtract(scene["camera"]["target"], scene["camera"]["position"])
    assert looks / np.linalg.norm(looks) == pytest.approx([0.6, 0, -0.8])
    assert scene["camera"]["fov"] == 50
    assert scene["thumbnail"] == SCENE["thumbnail"]
    wall = anna.get(f"/riverside/projects/{copy}/pins").json()[0]["objectId"]
    assert scene["objects"]["selected"] == [wall]
    # Once more, from where it came and from the copy: nothing to do.
    for content in (exported(anna, version), exported(anna, version, f"{path}/export/bcf")):
        for target in (BCF, f"{path}/bcf"):
            again = brought(anna, content, target).json()
            assert (again["created"], again["updated"]) == ([], [])
            assert [entry["reason"] for entry in again["skipped"]] == ["Nothing has changed."] * 3
    assert exported(anna, version, f"{path}/export/bcf") == exported(anna, version, f"{path}/export/bcf")


def test_a_topic_that_comes_again_changes_its_issue(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    first = markup(
        "<Title>First</Title><Priority>Low</Priority><Description>D</Description>", named='TopicStatus="Open"'
    )
    (made,) = brought(carla, bcf(first)).json()["created"]
    words = "<Date>2026-01-01T00:00:00Z</Date><Author>carla@example.com</Author><Comment>New</Comment>"
    second = markup("<Title>Second</Title>", named='TopicStatus="closed"',
                    beside=f'<Comment Guid="{guid("c")}">{words}</Comment>')  # fmt: skip
    report = brought(carla, bcf(second)).json()
    assert [entry["issueId"] for entry in report["updated"]] == [made["issueId"]]
    issue = carla.get(f"/riverside/issues/{made['issueId']}").json()
    assert (issue["name"], issue["status"], issue["commentsCount"]) == ("Second", "Closed", 1)
    assert (issue["description"], issue["priority"]) == ("D", "Low"), "what a topic does not say stays"
    assert (issue["shortId"], issue["bcfGuid"]) == (3, TOPIC)


def test_the_rules_of_issues_hold_for_files_too(own_house: Sandbox, caller: Call) -> None:
    """david is responsible, carla the author; ben administers; anybody who edits the project may comment."""
    anna, path = caller(own_house), f"/riverside/issues/{SOLVED_ISSUE}"
    change = bcf(markup("<Title>Taken over</Title>", key=SOLVED_ISSUE))
    before = anna.get(path).json()
    for user, status in (("david", 403), ("carla", 200)):
        answer = brought(caller(own_house, user), change)
        assert answer.status_code == status
        assert anna.get(path).json() == before
    assert "Only its author" in answer.json()["skipped"][0]["reason"]
    words = "<Date>2026-01-01T00:00:00Z</Date><Author>carla@example.com</Author><Comment>Mine</Comment>"
    comment = f'<Comment Guid="{guid("c")}">{words}</Comment>'
    report = brought(caller(own_house, "carla"), bcf(markup(key=SOLVED_ISSUE, beside=comment))).json()
    assert "Only its author" in report["updated"][0]["notes"][0]
    assert (anna.get(path).json()["name"], anna.get(path).json()["commentsCount"]) == (before["name"], 1)
    assert len(brought(caller(own_house, "ben"), change).json()["updated"]) == 1
    assert anna.get(path).json()["name"] == "Taken over"
    assert exported(caller(own_house, "david"), "2.1"), "who sees issues may take them away"
    assert caller(own_house, "carla").post(f"/harbour/projects/{QUAY}/issues/export/bcf", json=[]).status_code == 404


def test_strangers_stay_by_name(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    inner = (
        "<Title>T</Title><CreationDate>2020-02-03T04:05:06+01:00</CreationDate>"
        "<CreationAuthor>eve@elsewhere.example</CreationAuthor><DueDate>2027-01-01T00:00:00</DueDate>"
        "<AssignedTo>mallory@elsewhere.example</AssignedTo>"
    )
    words = "<Date>2020-03-03T00:00:00Z</Date><Author>Eve</Author><Comment>Hello</Comment>"
    body = bcf(markup(inner, beside=f"<Comment>{words}</Comment>", named='TopicType="Request" TopicStatus="Resolved"'))
    (entry,) = brought(carla, body).json()["created"]
    assert "mallory" in entry["notes"][0]
    issue = carla.get(f"/riverside/issues/{entry['issueId']}").json()
    assert (issue["author"]["id"], issue["bcfAuthor"]) == (USERS["carla"].id, "eve@elsewhere.example")
    assert (issue["createdAt"], issue["dueDate"]) == ("2020-02-03T03:05:06Z", "2027-01-01T00:00:00Z")
    assert (issue["type"], issue["status"], issue["responsible"]) == ("Task", "Solved", None)
    assert issue["modifiedAt"] == issue["createdAt"]
    (comment,) = carla.get(f"/riverside/issues/{entry['issueId']}/comments").json()
    assert (comment["author"]["id"], comment["bcfAuthor"], comment["text"]) == (USERS["carla"].id, "Eve", "Hello")
    written = exported(carla, "3.0", ids=[entry["issueId"]])
    with zipfile.ZipFile(io.BytesIO(written)) as file:
        text = file.read(f"{TOPIC}/markup.bcf").decode()
    assert "<CreationAuthor>eve@elsewhere.example</CreationAuthor>" in text
    assert "<Author>Eve</Author>" in text
    assert brought(carla, body).json()["skipped"][0]["topic"] == TOPIC, "the comment has no Guid and is known again"


def test_selected_parts_of_another_program_s_view_are_pinned(own_house: Sandbox, caller: Call) -> None:
    """Version 2.0, whose components say for themselves that they are selected."""
    carla = caller(own_house, "carla")
    view = (
        f'<VisualizationInfo><Components><Component IfcGuid="{WALL_GUID}" Selected="true"/>'
        '<Component IfcGuid="0000000000000000000000" Selected="true"/><Component IfcGuid="x" Selected="false"/>'
        "</Components><PerspectiveCamera><CameraViewPoint><X>2</X><Y>-3</Y><Z>4</Z></CameraViewPoint>"
        "<CameraDirection><X>0</X><Y>2</Y><Z>0</Z></CameraDirection><CameraUpVector><X>0</X><Y>0</Y><Z>1</Z>"
        "</CameraUpVector><FieldOfView>60</FieldOfView></PerspectiveCamera></VisualizationInfo>"
    )
    folder = guid("folder", 0)
    body = bcf(markup(), version="2.0", **{f"{folder}/viewpoint.bcfv": view, f"{folder}/snapshot.png": PNG})
    (entry,) = brought(carla, body).json()["created"]
    assert entry["notes"] == ["1 of its components are not in this project."]
    (pin,) = carla.get(f"/riverside/issues/{entry['issueId']}/pins").json()
    assert (pin["objectId"], pin["position"]) == (WALL, {"x": 2500.0, "y": 1300.0, "z": 150.0})
    assert pin["normalVector"] == {"x": 0.0, "y": 0.0, "z": 1.0}, "towards who looks"
    scene = carla.get(f"/riverside/issues/{entry['issueId']}").json()["scene"]
    assert scene["camera"]["position"] == [2000.0, 4000.0, 3000.0]
    assert scene["camera"]["euler"] == [0, 0, 0, "XYZ"]
    assert scene["objects"]["selected"] == [WALL]
    assert scene["thumbnail"].startswith("data:image/png;base64,")
    assert brought(carla, body).json()["created"] == []
    assert len(carla.get(f"/riverside/issues/{entry['issueId']}/pins").json()) == 1


def test_objects_that_no_ifc_file_names_are_found_where_they_come_from(furnished: Sandbox, caller: Call) -> None:
    anna = caller(furnished)
    before, content = places(anna, PROJECT), exported(anna, "2.1")
    assert anna.delete(ISSUES).status_code == 200
    assert not any("notes" in entry for entry in brought(anna, content).json()["created"])
    assert places(anna, PROJECT) == pytest.approx(before, abs=1e-6)
    assert [pin["objectId"] for pin in anna.get(f"/riverside/projects/{PROJECT}/pins").json()] == [WALL, WINDOW, WALL]
    elsewhere = f"/riverside/projects/{VERSIONED}/issues/bcf"
    notes = [entry.get("notes") for entry in brought(anna, content, elsewhere).json()["created"]]
    assert notes == [[f"{lost} of its components are not in this project."] for lost in (1, 2, 1)]


@pytest.mark.parametrize("version", VERSIONS)
def test_another_program_reads_what_is_written(furnished: Sandbox, caller: Call, tmp_path: Path, version: str) -> None:
    loader = pytest.importorskip("bcf.bcfxml")
    path = tmp_path / "issues.bcf"
    path.write_bytes(exported(caller(furnished), version))
    with loader.load(path) as file:
        assert file.project.name == "House"
        topics = {topic.topic.title: topic for topic in file.topics.values()}
        assert set(topics) == {"Fire exit", "Done", "Scene"}
        fire, done, scene = topics["Fire exit"], topics["Done"], topics["Scene"]
        assert fire.guid == OPEN_ISSUE
        assert (fire.topic.topic_status, fire.topic.topic_type, fire.topic.priority) == ("Open", "Problem", "High")
        assert (fire.topic.creation_author, fire.topic.assigned_to) == ("carla@example.com", "david@example.com")
        assert str(fire.topic.due_date) == "2026-02-01T09:00:00Z"
        assert [comment.comment for comment in fire.comments] == ["Line\r\none & <two> 𝄞\tend ", "Seen"]
        assert done.topic.description is None or done.topic.description == ""
        (view,) = fire.viewpoints.values()
        (line,) = view.visualization_info.lines.line
        # The pin is at (2500, 1250, 300) with Y up, millimetres.
        for end in (line.start_point, line.end_point):
            assert (end.x, end.y, end.z) == (2.5, -0.3, 1.25)
        (component,) = view.visualization_info.components.selection.component
        assert component.ifc_guid == WALL_GUID
        camera = view.visualization_info.perspective_camera
        direction = camera.camera_direction
        assert (direction.x, direction.y, direction.z) == pytest.approx((0, 1, 0))
        named = [one.visualization_info.components.selection.component[0] for one in done.viewpoints.values()]
        assert [(one.ifc_guid, one.authoring_tool_id) for one in named] == [(None, WINDOW), (WALL_GUID, WALL)]
        (view,) = scene.viewpoints.values()
        at = view.visualization_info.perspective_camera.camera_view_point
        assert (at.x, at.y, at.z) == (1.0, 3.0, 2.0)
        assert view.snapshot == PNG


@pytest.mark.parametrize("version", VERSIONS)
def test_what_another_program_writes_is_read(own_house: Sandbox, caller: Call, tmp_path: Path, version: str) -> None:
    writer = pytest.importorskip(f"bcf.v{version[0]}.bcfxml")
    file = writer.BcfXml.create_new("Elsewhere")
    topic = file.add_topic("Title", "Words", "anna@example.com", "Remark", "Closed")
    topic.add_viewpoint_from_point_and_guids(np.array([1.0, 2.0, 3.0]), WALL_GUID)
    path = tmp_path / "theirs.bcf"
    file.save(path)
    carla = caller(own_house, "carla")
    (entry,) = brought(carla, path.read_bytes()).json()["created"]
    issue = carla.get(f"/riverside/issues/{entry['issueId']}").json()
    assert (issue["name"], issue["description"], issue["bcfGuid"]) == ("Title", "Words", topic.guid)
    assert (issue["type"], issue["status"], issue["author"]["id"]) == ("Remark", "Closed", USERS["anna"].id)
    # Its camera stands 5 m away from the point on each axis.
    assert issue["scene"]["camera"]["position"] == pytest.approx([6000.0, 8000.0, -7000.0])
    assert [pin["objectId"] for pin in carla.get(f"/riverside/issues/{entry['issueId']}/pins").json()] == [WALL]


def test_what_is_exported(furnished: Sandbox, caller: Call) -> None:
    anna = caller(furnished)
    other = anna.post(f"/riverside/projects/{VERSIONED}/issues", json={"name": " "}).json()

    def topics(content: bytes) -> set[str]:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return {name.partition("/")[0] for name in file.namelist() if name.endswith("markup.bcf")}

    assert topics(exported(anna, "2.1", ids=[SOLVED_ISSUE.upper()])) == {SOLVED_ISSUE}
    assert len(topics(exported(anna, "3.0"))) == 3
    both = exported(anna, "2.1", "/riverside/issues/export/bcf", [OPEN_ISSUE, other["id"]])
    assert topics(both) == {OPEN_ISSUE, other["id"]}
    assert len(topics(exported(anna, "2.1", "/riverside/issues/export/bcf"))) == 4
    answer = anna.post(EXPORT, content=b"")
    assert answer.headers["Content-Disposition"] == "attachment; filename=\"issues.bcf\"; filename*=UTF-8''House.bcf"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert 'VersionId="2.1"' in file.read("bcf.version").decode(), "unless another is asked for"
    refused: list[tuple[str, Any, int]] = [
        ("?version=1.0", [], 400), ("", [other["id"]], 404), ("", [guid("none")], 404), ("", ["x"], 400),
        ("", [5], 400), ("", "all", 400), ("", {"ids": 5}, 400),
    ]  # fmt: skip
    for query, body, status in refused:
        assert anna.post(EXPORT + query, json=body).status_code == status, (query, body)


def test_importing_tells_those_concerned_once(own_house: Sandbox, caller: Call) -> None:
    topics = [markup("<Title>T</Title><AssignedTo>david@example.com</AssignedTo>", guid("t", n)) for n in range(3)]
    made = brought(caller(own_house, "carla"), bcf(*topics)).json()["created"]
    news = [one for one in caller(own_house, "david").get("/user/messages").json() if one["source"] == "IssueService"]
    assert len(news) == 1
    assert news[0]["additionaldata"]["issueIds"] == [entry["issueId"] for entry in made]
    assert caller(own_house, "carla").get("/user/messages").json() == []


DOCTYPE = '<?xml version="1.0" encoding="{}"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><Markup>&c;</Markup>'
NAMED = "00000000-0000-0000-0000-000000000000/markup.bcf"
VERSION = {"bcf.version": '<Version VersionId="2.1"/>'}
HOSTILE: dict[str, bytes] = {
    "nothing": b" ",
    "no zip": b"PK\x03\x04 and no more",
    "cut off": bcf(markup())[:-25],
    "no version": archive({NAMED: markup()}),
    "an old version": bcf(markup(), version="1.0"),
    "a later version": bcf(markup(), version="9.9"),
    "a bomb": bcf("<Markup>" + " " * (64 << 20)),
    "many bombs": archive(VERSION | {f"{guid(n)}/markup.bcf": "<a>" + " " * (3 << 20) + "</a>" for n in range(15)}),
    "too many entries": archive(VERSION | {f"{number}/x": "" for number in range(6000)}),
    "too many topics": bcf(*[markup()] * 1001),
    "too many elements": bcf("<Markup>" + "<a/>" * 200_000 + "</Markup>"),
    "too deep": bcf("<a>" * 1_000_000),
    "out of the folder": archive(VERSION | {f"../{NAMED}": markup()}),
    "out of it the other way": archive(VERSION | {"..\\..\\markup.bcf": markup()}),
    "from the root": archive(VERSION | {"/etc/markup.bcf": markup()}),
    "from a drive": archive(VERSION | {"C:/markup.bcf": markup()}),
    "entities": bcf(DOCTYPE.format("utf-8")),
    "entities in UTF-16": bcf("", **{NAMED: DOCTYPE.format("utf-16").encode("utf-16")}),
    "entities in EBCDIC": archive(VERSION | {NAMED: DOCTYPE.format("cp037").encode("cp037")}),
    "entities in UTF-7": archive(VERSION | {NAMED: b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a><a/>'}),
    "an outside entity": bcf('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
    "packed otherwise": archive(VERSION | {NAMED: markup()}, zipfile.ZIP_LZMA),
    "no XML": bcf(markup(), "<Markup>"),
    "no characters": archive(VERSION | {NAMED: b"<Markup>\x00\xff</Markup>"}),
    "a broken view": bcf(
        markup(beside=f'<Viewpoints Guid="{TOPIC}"><Viewpoint>v.bcfv</Viewpoint></Viewpoints>'),
        **{f"{guid('folder', 0)}/v.bcfv": "<VisualizationInfo>"},
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_change_nothing(house: Sandbox, caller: Call, name: str) -> None:
    carla = caller(house, "carla")
    paths = [
        ISSUES,
        f"/riverside/projects/{PROJECT}/pins",
        f"/riverside/issues/{OPEN_ISSUE}/comments",
        "/user/messages",
    ]
    before = [carla.get(path).json() for path in paths]
    answer = brought(carla, HOSTILE[name])
    assert answer.status_code == 400, answer.text
    assert len(answer.json()["message"]) > 20
    assert [carla.get(path).json() for path in paths] == before


def test_topics_that_are_none_are_named_with_the_reason(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    long = f"<Title>T</Title><Description>{'x' * 1_000_001}</Description>"
    body = bcf("<Markup/>", markup("<Title> </Title>"), markup(long), markup(), markup())
    report = carla.put(BCF, content=body, headers={"Content-Type": "application/octet-stream"}).json()
    assert [entry["name"] for entry in report["created"]] == ["T"]
    reasons = ["has no Topic", "title must be", "description has more", "in the file twice"]
    assert all(reason in entry["reason"] for reason, entry in zip(reasons, report["skipped"], strict=True))


def test_numbers_no_building_has_are_left_out(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")

    def view(*at: str) -> str:
        point = "".join(f"<{axis}>{value}</{axis}>" for axis, value in zip("XYZ", at, strict=True))
        ends = f"<StartPoint>{point}</StartPoint><EndPoint>{point}</EndPoint>"
        selected = f'<Components><Selection><Component IfcGuid="{WALL_GUID}"/></Selection></Components>'
        return f"<VisualizationInfo>{selected}<Lines><Line>{ends}</Line></Lines></VisualizationInfo>"

    wrong = [("nan", "0", "0"), ("inf", "0", "0"), ("1e300", "0", "0"), ("", "0", "0"), ("9" * 5000, "0", "0")]
    for number, at in enumerate([*wrong, ("1", "2", "3")]):
        key, folder = guid("wrong", number), guid("folder", 0)
        place = f'<Viewpoints Guid="{key}"><Viewpoint>v.bcfv</Viewpoint></Viewpoints>'
        answer = brought(carla, bcf(markup(key=key, beside=place), **{f"{folder}/v.bcfv": view(*at)}))
        assert answer.status_code == 200, answer.text
    pins = carla.get(f"/riverside/projects/{PROJECT}/pins").json()
    assert pins[-1]["position"] == {"x": 1000.0, "y": 3000.0, "z": -2000.0}
    assert all(abs(value) < 1e9 for pin in pins for value in pin["position"].values())
    assert ROOM not in {pin["objectId"] for pin in pins}

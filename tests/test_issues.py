"""What one does with issues, against a real sandbox: every rule for every role, and what is refused beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from issue_rules import CAST, ROWS

from bimplus_nb.client import Client, connect
from bimplus_nb.errors import Forbidden, NotFound, ServerError
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


class House:
    """A sandbox with the demo project as each demo user sees it; every request is written down, and may be refused."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.refuse: Callable[[str, str], Any] = lambda method, path: None  # noqa: ARG005
        self.sandbox = Sandbox(faults=self._door)
        self.clients: dict[str, Client] = {}
        self.projects: dict[str, Project] = {}

    def _door(self, method: str, path: str) -> Any:
        self.asked.append((method, path))
        return self.refuse(method, path)

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path in self.asked if method not in ("GET", "HEAD")]

    def project(self, user: str) -> Project:
        if user not in self.projects:
            self.clients[user] = connect(self.sandbox, user=user)
            self.projects[user] = self.clients[user].project("Riverside Offices")
        return self.projects[user]

    def id(self, user: str) -> str:
        return next(one.id for one in self.sandbox.users if one.username == user)

    def issue(self, author: str = "carla", responsible: str = "david", status: str = "Open", **more: Any) -> str:
        project = self.project(author)
        made = project.api.issues.create(
            project.id, name="A crack", responsible=self.id(responsible), status=status, **more
        )
        return made.id


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    house = House()
    with house.sandbox:
        yield house


@pytest.fixture(autouse=True)
def _nothing_refused(house: House) -> Iterator[None]:
    yield
    house.refuse = lambda method, path: None  # noqa: ARG005


@pytest.fixture(scope="module")
def wall(house: House) -> str:
    objects = house.project("anna").topology()
    return str(objects.index[objects["type"] == "Wall"][0])


def _ours(project: Project, issue: str, wall: str) -> dict[str, Callable[[], Any]]:
    mine = project.issues
    return {
        "update": lambda: mine.update(issue, name="Another"),
        "assign": lambda: mine.assign(issue, "ben@example.com"),
        "solve": lambda: mine.solve(issue, "Glued."),
        "reopen": lambda: mine.reopen(issue),
        "close": lambda: mine.close(issue),
        "delete": lambda: mine.delete(issue),
        "force_delete": lambda: mine.delete(issue, force=True),
        "comment": lambda: mine.comment(issue, "Seen."),
        "attach": lambda: mine.attach(issue, b"x", name="x.txt"),
        "pin": lambda: mine.pin(issue, wall, at=(1, 2, 3)),
    }


def _plain(project: Project, issue: str, wall: str, other: str) -> dict[str, Callable[[], Any]]:
    """The same as mere requests, which nothing of ours holds back."""
    api = project.api
    return {
        "update": lambda: api.issues.update(issue, name="Another"),
        "assign": lambda: api.issues.update(issue, responsible=other),
        "solve": lambda: api.issues.update(issue, status="Solved", solution="Glued."),
        "reopen": lambda: api.issues.update(issue, status="Open"),
        "close": lambda: api.issues.update(issue, status="Closed"),
        "delete": lambda: api.issues.delete(issue),
        "force_delete": lambda: api.issues.delete(issue, force=True),
        "comment": lambda: api.comments.create_on_issue(issue, text="Seen."),
        "attach": lambda: api.attachments.create_on_issue(issue, b"x", name="x.txt"),
        "pin": lambda: api.pins.create(issue, object_id=wall, position=(1, 2, 3)),
    }


@pytest.mark.parametrize(("who", "status", "expected"), ROWS)
def test_every_rule_for_every_role(house: House, wall: str, who: str, status: str, expected: dict[str, str]) -> None:
    author, responsible, user = CAST[who]
    project = house.project(user)
    project.topology()
    shown = house.issue(author, responsible, status)
    assert {action: "y" if may else "n" for action, may in project.issues.rights(shown).items()} == {
        action: word.replace("-", "n") for action, word in expected.items()
    }
    for action, word in expected.items():
        issue = house.issue(author, responsible, status)
        house.asked.clear()
        if word == "y":
            _ours(project, issue, wall)[action]()
            _check(house.project("anna"), issue, action)
            again = house.issue(author, responsible, status)
            _plain(project, again, wall, house.id("ben"))[action]()
        else:
            with pytest.raises(Forbidden, match="cannot be") as refused:
                _ours(project, issue, wall)[action]()
            assert house.writes == [], "it is refused before anything is written"
            assert project.issues.rights(issue).why(action) in str(refused.value)
            to = {"solve": "Solved", "reopen": "Open", "close": "Closed"}.get(action)
            if word == "n" and (to != status or action == "solve"):
                with pytest.raises(Forbidden):
                    _plain(project, issue, wall, house.id("anna"))[action]()


def _check(project: Project, issue: str, action: str) -> None:
    """That it has happened, as somebody else sees it."""
    if "delete" in action:
        with pytest.raises(NotFound):
            project.api.issues.get(issue)
        return
    said = project.api.issues.get(issue)
    assert {
        "update": said["name"] == "Another",
        "assign": [one["displayname"] for one in said["responsibles"]] == ["Ben Bauer"],
        "solve": (said["status"], said["solution"]) == ("Solved", "Glued."),
        "reopen": said["status"] == "Open",
        "close": said["status"] == "Closed",
        "comment": said["commentsCount"] == 1,
        "attach": said["attachmentsCount"] == 1,
        "pin": said["pinsCount"] == 1,
    }[action]


def test_an_issue_is_created_with_all_that_belongs_to_it(house: House, wall: str) -> None:
    project, scene = house.project("carla"), {"version": [2, 0, 0], "viewMode": "", "mine": [1]}
    id_ = project.issues.create(
        "Gap", on=wall, at=(1000, 2000.5, -3000), normal=(0, 0, 5), description="Three centimetres.", type="clash",
        priority="high", responsible=["Ben Bauer", "anna@example.com"], due="2026-03-05", classification="A", tag="T",
        view=scene, picture=PNG,
    )  # fmt: skip
    row = project.issues().loc[id_]
    assert row[["name", "status", "priority", "type", "author"]].tolist() == [
        "Gap", "Open", "High", "Clash", "Carla Costa",
    ]  # fmt: skip
    assert (row["responsible"], row["responsibles"]) == ("Ben Bauer", ("Ben Bauer", "Anna Albers"))
    assert row[["classification", "tag", "description"]].tolist() == ["A", "T", "Three centimetres."]
    assert row["due"] == pd.Timestamp("2026-03-05 23:59:59", tz="UTC"), "a day until its end"
    assert row[["pins", "attachments", "comments"]].tolist() == [1, 1, 0]
    assert row["object_ids"] == (wall,)
    pins = project.issues.pins()
    (pin,) = pins[pins["issue"] == id_].to_dict("records")
    assert [pin[name] for name in ("x_mm", "y_mm", "z_mm")] == [1000, 2000.5, -3000]
    assert [pin[name] for name in ("normal_x", "normal_y", "normal_z")] == [0, 0, 1]
    assert (pin["object_id"], pin["short_id"], pin["status"]) == (wall, row["short_id"], "Open")
    assert row["storeys"] == (pin["storey"],) == (project.topology().loc[wall, "storey"],)
    assert project.issues.get(int(row["short_id"]))["scene"] == scene
    assert project.api.attachments.of_issue(id_)[0]["attachmentType"] == "thumbnailhighresolution"


def test_a_pin_without_a_place_is_in_the_middle_of_its_object(house: House, wall: str) -> None:
    project = house.project("carla")
    id_ = project.issues.create("Somewhere", on=wall)
    pins = project.issues.pins()
    low, high = project.mesh(progress=False).of(wall).bounds[0]
    place = pins.loc[pins["issue"] == id_, ["x_mm", "y_mm", "z_mm"]].to_numpy()[0]
    assert place == pytest.approx((low + high) / 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": " "}, "must have a name"),
        ({"at": (1, 2, 3)}, "on must say on which"),
        ({"on": "wall", "at": (1, 2)}, "three numbers"),
        ({"on": "wall", "at": (1, 2, float("nan"))}, "finite"),
        ({"on": "wall", "at": (1, 2, 3), "normal": (0, 0, 0)}, "points nowhere"),
        ({"on": "nothing", "at": (1, 2, 3)}, "no object 'nothing'"),
        ({"type": "Poem"}, "'Poem' is no type; there are Problem, Remark"),
        ({"priority": "very high"}, "no priority"),
        ({"due": "tomorrow"}, "'tomorrow' is no date"),
        ({"responsible": "Ben Bauhaus"}, "'Ben Bauhaus' is no member of the project; there are 'Ben Bauer'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    house: House, wall: str, arguments: dict[str, Any], words: str
) -> None:
    project = house.project("carla")
    arguments = {"name": "x"} | arguments | ({"on": wall} if arguments.get("on") == "wall" else {})
    house.asked.clear()
    with pytest.raises(ValueError, match=words):
        project.issues.create(**arguments)
    assert house.writes == []


def test_who_may_not_edit_the_project_creates_nothing(house: House) -> None:
    project = house.project("david")
    house.asked.clear()
    with pytest.raises(Forbidden, match="cannot be created: this needs the right to edit the project"):
        project.issues.create("x")
    assert house.writes == []
    assert project.issues.rights() == {"create": False, "force_delete": False}
    # Somebody gives them the right meanwhile; what is known of the project is no reason to refuse.
    anna = house.project("anna")
    editor = next(role for role in anna.api.roles.all() if role["name"] == "Project_Editor")
    anna.api.project_members.update(anna.id, user_id=house.id("david"), role_id=editor.id)
    try:
        project.issues.delete(project.issues.create("x"))
    finally:
        viewer = next(role for role in anna.api.roles.all() if role["name"] == "Project_Viewer")
        anna.api.project_members.update(anna.id, user_id=house.id("david"), role_id=viewer.id)


@pytest.mark.parametrize("last", ["pins", "attachments"])
def test_half_an_issue_does_not_stay(house: House, wall: str, last: str) -> None:
    project = house.project("carla")
    before = len(project.issues())
    house.refuse = lambda method, path: 500 if method == "POST" and path.endswith(f"/{last}") else None
    with pytest.raises(ServerError) as error:
        project.issues.create("Half", on=wall, at=(1, 2, 3), picture=PNG)
    assert error.value.__notes__ == ["The issue was deleted again; nothing of it is left."]
    assert len(project.issues()) == before


def test_half_an_issue_that_must_stay_is_told(house: House, wall: str) -> None:
    project = house.project("carla")
    there = set(project.issues().index)
    house.refuse = lambda method, path: 500 if path.endswith("/pins") or method == "DELETE" else None
    with pytest.raises(ServerError) as error:
        project.issues.create("Half", on=wall, at=(1, 2, 3))
    house.refuse = lambda method, path: None  # noqa: ARG005
    (left,) = set(project.issues().index) - there
    assert left in error.value.__notes__[0]
    assert "could not be deleted again" in error.value.__notes__[0]
    project.issues.delete(left)


def test_people_are_found_by_name_address_and_id(house: House) -> None:
    issues = house.project("carla").issues
    assert issues.people()[["name", "role"]].to_numpy().tolist() == [
        ["Anna Albers", "Account_Owner"], ["Ben Bauer", "Project_Admin"], ["Carla Costa", "Project_Editor"],
        ["David Dahl", "Project_Viewer"],
    ]  # fmt: skip
    issue = issues.create("x")
    for wanted in ("ben bauer", "BEN@example.com", house.id("ben").upper()):
        issues.assign(issue, wanted)
        assert issues().loc[issue, "responsible"] == "Ben Bauer"
        issues.assign(issue, None)
        assert issues().loc[issue, "responsibles"] == ()
    issues.delete(issue)


def test_what_is_given_is_changed_and_nothing_else(house: House) -> None:
    issues = house.project("carla").issues
    issue = issues.create("x", description="d", due=date(2026, 3, 1), responsible="ben@example.com", priority="Low")
    before = issues().loc[issue]
    issues.update(issue, due=datetime(2026, 4, 1, 12, tzinfo=UTC), tag="T")
    row = issues().loc[issue]
    assert row["due"] == pd.Timestamp("2026-04-01 12:00", tz="UTC")
    same = [name for name in before.index if name not in ("due", "tag", "modified", "overdue")]
    assert row[same].astype(object).equals(before[same].astype(object))
    issues.update(issue, due="", description="", responsible="", priority="")
    row = issues().loc[issue]
    assert pd.isna(row["due"])
    assert pd.isna(row["description"])
    assert pd.isna(row["responsible"])
    assert pd.isna(row["priority"])
    issues.update(issue, view={"version": [2, 0, 0]}, picture=PNG)
    assert issues.get(issue)["scene"] == {"version": [2, 0, 0]}
    with pytest.raises(ValueError, match="no status"):
        issues.update(issue, status="Lost")
    issues.delete(issue)


def test_an_issue_goes_by_its_number_too(house: House) -> None:
    issues = house.project("carla").issues
    made = issues.create("x")
    number = int(issues().loc[made, "short_id"])
    issues.comment(number, "by its number")
    issues.solve(str(number), "done")
    assert issues.get(number)["status"] == "Solved"
    issues.delete(number)
    with pytest.raises(ValueError, match="no issue 9999"):
        issues.get(9999)
    with pytest.raises(NotFound):
        issues.get(number)


def test_what_was_said_and_what_became_of_it(house: House) -> None:
    carla, ben = house.project("carla").issues, house.project("ben").issues
    issue = carla.create("Told", responsible="ben@example.com")
    said = ben.comment(issue, "Who drew this?")
    ben.solve(issue, "Moved.")
    carla.close(issue)
    comments = carla.comments()
    assert comments.loc[said, ["issue", "author", "text", "name"]].tolist() == [
        issue, "Ben Bauer", "Who drew this?", "Told",
    ]  # fmt: skip
    for issues in (carla, ben):
        history = issues.history()
        events = history[history["issue"] == issue]
        assert events[["who", "what"]].to_numpy().tolist() == [
            ["Carla Costa", "created"], ["Ben Bauer", "commented"], ["Ben Bauer", "changed"],
            ["Carla Costa", "changed"],
        ]  # fmt: skip
        assert events["detail"].tolist()[1:] == ["Who drew this?", "solution, status", "status"]
        assert events["when"].is_monotonic_increasing
    short = int(carla().loc[issue, "short_id"])
    carla.delete(issue)
    gone = ben.history()
    last = gone[gone["issue"] == issue].iloc[-1]
    assert last[["short_id", "name", "who", "what"]].tolist() == [short, "Told", "Carla Costa", "deleted"]


def test_what_is_asked_for(house: House) -> None:
    project = house.project("ben")
    project.topology()
    for ask, requests in ((project.issues, 2), (project.issues.pins, 2), (project.issues.comments, 3),
                          (project.issues.history, 4)):  # fmt: skip
        house.asked.clear()
        ask()
        assert len(house.asked) == requests
    empty = house.clients["ben"].project("Empty plot")
    house.asked.clear()
    assert empty.issues().empty
    assert len(house.asked) == 2, "no tree is asked for where nothing is pinned"


def test_comments_where_the_service_lists_none_of_a_project(house: House) -> None:
    issues = house.project("carla").issues
    issue = issues.create("x")
    issues.comment(issue, "one")
    issues.comment(issue, "two")
    expected = issues.comments()
    house.refuse = lambda method, path: (
        404 if method == "GET" and "/projects/" in path and path.endswith("/comments") else None
    )
    pd.testing.assert_frame_equal(issues.comments(), expected)
    issues.delete(issue)

"""Who may do what: every role against every operation, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import (
    CLOSED,
    GROUND,
    MODEL,
    OPEN_ISSUE,
    PROJECT,
    QUAY,
    READ_ONLY,
    SOLVED_ISSUE,
    WALL,
    WALL_LAYER,
)  # fmt: skip

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import ROLES, guid

Call = Callable[..., httpx.Client]

PIN = guid("pin", OPEN_ISSUE, 0)
NEW_ISSUE = {"name": "New"}
NEW_PIN = {"objectId": WALL, "position": {"x": 1, "y": 2, "z": 3}}
NEW_OBJECT = {"parent": GROUND, "type": "Wall", "attributes": {"general": {"name": "New wall"}}}

READS = [
    "/teams", "/teams/riverside", "/user", "/projects", "/riverside/projects", "/riverside/divisions",
    f"/riverside/projects/{PROJECT}", f"/riverside/projects/{PROJECT}/topology", f"/riverside/projects/{PROJECT}/pins",
    f"/riverside/projects/{PROJECT}/disciplines", f"/riverside/projects/{PROJECT}/issues",
    f"/riverside/projects/{PROJECT}/divisions", f"/riverside/projects/{PROJECT}/element-types",
    f"/riverside/divisions/{MODEL}", f"/riverside/divisions/{MODEL}/disciplines",
    f"/riverside/divisions/{MODEL}/revisions",
    f"/riverside/objects/{WALL}", f"/riverside/objects/{WALL}/nogeometry", f"/riverside/objects/{WALL}/properties/8",
    f"/riverside/objects/{PROJECT}/topology", f"/riverside/objects/{GROUND}/geometries/threejs",
    f"/riverside/objects/{GROUND}/disciplines/{WALL_LAYER}/geometries/threejs", "/riverside/element-types",
    "/riverside/element-types/disciplines", f"/riverside/issues/{OPEN_ISSUE}", f"/riverside/issues/{OPEN_ISSUE}/pins",
    f"/riverside/issues/{OPEN_ISSUE}/comments", f"/riverside/objects/{WALL}/comments", f"/riverside/pins/{PIN}",
]  # fmt: skip

# method, address, body, and who of anna (owner), ben (admin), carla (editor), david (viewer) gets through
WRITES: list[tuple[str, str, Any, str]] = [
    ("POST", "/riverside/projects", {"name": "New"}, "anna"),
    ("PUT", f"/riverside/projects/{PROJECT}", {"shortDescr": "x"}, "anna ben carla"),
    ("DELETE", f"/riverside/projects/{PROJECT}", None, "anna ben"),
    ("POST", f"/riverside/projects/{PROJECT}/divisions", {"name": "New"}, "anna ben"),
    ("PUT", f"/riverside/divisions/{MODEL}", {"name": "New"}, "anna ben"),
    ("DELETE", f"/riverside/divisions/{MODEL}", None, "anna ben"),
    ("POST", "/riverside/objects", NEW_OBJECT, "anna ben carla"),
    ("PUT", f"/riverside/objects/{WALL}", {"attributes": {"general": {"name": "x"}}}, "anna ben carla"),
    ("DELETE", f"/riverside/objects/{WALL}", None, "anna ben carla"),
    ("POST", f"/riverside/projects/{PROJECT}/issues", NEW_ISSUE, "anna ben carla"),
    ("DELETE", f"/riverside/projects/{PROJECT}/issues", None, "anna ben"),
    ("PUT", f"/riverside/issues/{OPEN_ISSUE}", {"name": "x"}, "carla"),
    ("PUT", f"/riverside/issues/{OPEN_ISSUE}", {"solution": "x"}, "carla david"),
    ("PUT", f"/riverside/issues/{OPEN_ISSUE}", {"status": "solved"}, "carla david"),
    ("PUT", f"/riverside/issues/{OPEN_ISSUE}", {"status": "closed"}, "carla"),
    ("PUT", f"/riverside/issues/{SOLVED_ISSUE}", {"status": "closed"}, "anna"),
    ("DELETE", f"/riverside/issues/{OPEN_ISSUE}", None, "carla"),
    ("POST", f"/riverside/issues/{OPEN_ISSUE}/pins", NEW_PIN, "anna ben carla"),
    ("DELETE", f"/riverside/issues/{OPEN_ISSUE}/pins", None, "anna ben carla"),
    ("PUT", f"/riverside/pins/{PIN}", {"position": {"x": 5}}, "anna ben carla"),
    ("DELETE", f"/riverside/pins/{PIN}", None, "anna ben carla"),
    ("POST", f"/riverside/issues/{OPEN_ISSUE}/comments", {"text": "x"}, "anna ben carla"),
    ("POST", f"/riverside/objects/{WALL}/comments", {"text": "x"}, "anna ben carla"),
]
OF_EVERY_TEAM = {
    f"/riverside/{name}" for name in ("projects", "divisions", "element-types", "element-types/disciplines")
}
USERS = ["anna", "ben", "carla", "david"]


def everything(of: httpx.Client) -> list[Any]:
    """What can be seen of the house: unchanged after a refused write."""
    paths = [f"/riverside/projects/{PROJECT}", f"/riverside/projects/{PROJECT}/issues",
             f"/riverside/projects/{PROJECT}/pins",
             f"/riverside/objects/{PROJECT}/topology", f"/riverside/divisions/{MODEL}", "/riverside/projects",
             f"/riverside/issues/{OPEN_ISSUE}/comments", f"/riverside/objects/{WALL}"]  # fmt: skip
    return [of.get(path).json() for path in paths]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("path", READS)
def test_every_member_reads(house: Sandbox, caller: Call, user: str, path: str) -> None:
    assert caller(house, user).get(path).status_code == 200


@pytest.mark.parametrize("path", READS)
def test_nobody_reads_without_a_token(house: Sandbox, caller: Call, path: str) -> None:
    assert caller(house, None).get(path).status_code == 401


@pytest.mark.parametrize(("method", "path", "body", "who"), WRITES)
def test_writes_need_the_right(own_house: Sandbox, caller: Call, method: str, path: str, body: Any, who: str) -> None:
    witness = caller(own_house, "anna")
    before = everything(witness)
    for user in USERS:
        if user not in who.split():
            answer = caller(own_house, user).request(method, path, json=body)
            assert answer.status_code == 403, (user, answer.text)
            assert answer.json()["message"]
    assert everything(witness) == before
    answer = caller(own_house, who.split()[-1]).request(method, path, json=body)
    assert answer.status_code == (201 if method == "POST" else 200), answer.text
    assert answer.content == b"" if method == "DELETE" else answer.json()["id"]


@pytest.mark.parametrize(("method", "path", "body", "who"), WRITES)
def test_writes_need_a_token(house: Sandbox, caller: Call, method: str, path: str, body: Any, who: str) -> None:  # noqa: ARG001
    assert caller(house, None).request(method, path, json=body).status_code == 401


@pytest.mark.parametrize(
    "path", [path for path in READS if path.startswith("/riverside") and path not in OF_EVERY_TEAM]
)
def test_another_team_s_address_finds_nothing(house: Sandbox, caller: Call, path: str) -> None:
    """What lies in one team is not there in another, even for who belongs to both."""
    answer = caller(house, "anna").get(path.replace("/riverside/", "/harbour/"))
    assert answer.status_code == 404
    assert caller(house, "carla").get(path.replace("/riverside/", "/harbour/")).status_code == 404


@pytest.mark.parametrize(
    "suffix", ["", "/topology", "/issues", "/pins", "/divisions", "/disciplines", "/element-types"]
)
def test_a_project_one_is_kept_out_of_is_not_there(house: Sandbox, caller: Call, suffix: str) -> None:
    kept_out, member = caller(house, "carla"), caller(house, "ben")
    hidden = kept_out.get(f"/riverside/projects/{CLOSED}{suffix}")
    absent = kept_out.get(f"/riverside/projects/{guid('no such')}{suffix}")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["message"].replace(CLOSED, "") == absent.json()["message"].replace(guid("no such"), "")
    assert member.get(f"/riverside/projects/{CLOSED}{suffix}").status_code == 200
    assert CLOSED not in kept_out.get("/riverside/projects").text
    assert CLOSED not in kept_out.get("/projects").text


def test_a_taken_name_is_a_conflict_even_where_one_does_not_see_it(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house, "anna")
    assert anna.post("/riverside/projects", json={"name": "Closed to some"}).status_code == 409


@pytest.mark.parametrize("user", USERS)
def test_a_read_only_project_is_read_only_for_everyone(house: Sandbox, caller: Call, user: str) -> None:
    caller = caller(house, user)
    record = caller.get(f"/riverside/projects/{READ_ONLY}").json()
    assert record["hasWriteAccess"] is False
    assert record["rights"] == {
        "projectAdmin": False, "projectDelete": False, "projectEdit": False, "modelsCreate": False,
        "modelsViewAll": True,
    }  # fmt: skip
    assert caller.put(f"/riverside/projects/{READ_ONLY}", json={"name": "x"}).status_code == 403
    assert caller.delete(f"/riverside/projects/{READ_ONLY}").status_code == 403


def test_the_rights_a_project_states_are_those_of_the_role(house: Sandbox, caller: Call) -> None:
    names = {"projectAdmin": "Project_Admin", "projectDelete": "Project_Delete", "projectEdit": "Project_Edit",
             "modelsCreate": "Model_Create", "modelsViewAll": "Model_ViewAll"}  # fmt: skip
    for user in house.users:
        stated = caller(house, user.username).get(f"/riverside/projects/{PROJECT}").json()["rights"]
        assert stated == {name: right in ROLES[user.role] for name, right in names.items()}


def test_teams_are_those_one_belongs_to(house: Sandbox, caller: Call) -> None:
    teams = {user: {team["slug"]: team for team in caller(house, user).get("/teams").json()} for user in USERS}
    assert {user: set(found) for user, found in teams.items()} == {
        "anna": {"riverside", "harbour"}, "ben": {"riverside", "harbour"}, "carla": {"riverside"},
        "david": {"riverside"},
    }  # fmt: skip
    assert [teams[user]["riverside"]["rights"]["projectCreate"] for user in USERS] == [True, False, False, False]
    assert [teams["anna"][slug]["ismyteam"] for slug in ("riverside", "harbour")] == [True, False]
    assert teams["ben"]["harbour"]["rights"]["projectCreate"] is True
    assert caller(house, "carla").get("/teams/harbour").status_code == 404
    assert caller(house, "carla").get(f"/harbour/projects/{QUAY}").status_code == 404
    assert caller(house, "anna").put(f"/harbour/projects/{QUAY}", json={"name": "x"}).status_code == 403


def test_users_see_those_they_share_a_team_with(house: Sandbox, caller: Call) -> None:
    carla = caller(house, "carla")
    for user in house.users:
        assert carla.get(f"/users/{user.id}").json()["email"] == user.email
    assert carla.get(f"/users/{guid('nobody')}").status_code == 404


def test_comments_belong_to_their_author(own_house: Sandbox, caller: Call) -> None:
    carla, ben = caller(own_house, "carla"), caller(own_house, "ben")
    path = f"/riverside/issues/{OPEN_ISSUE}/comments"
    made = carla.post(path, json={"text": "Look"}).json()
    own = f"/riverside/comments/{made['id']}"
    assert ben.put(own, json={"text": "x"}).status_code == 403
    assert ben.delete(own).status_code == 403
    assert carla.put(own, json={"text": "Look again"}).json()["text"] == "Look again"
    ben.post(path, json={"text": "Seen"})
    assert carla.delete(path).status_code == 403
    assert [one["text"] for one in carla.get(path).json()] == ["Look again", "Seen"]
    assert ben.delete(path).status_code == 200
    assert carla.get(path).json() == []

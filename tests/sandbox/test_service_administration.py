"""What the shop and portal may do, and nobody else: users and teams made, activated, disabled, moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import PROJECT, QUAY

from bimplus_nb.sandbox import Sandbox, people
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
IDS = {user.username: user.id for user in people.USERS}
RIVERSIDE, HARBOUR = (team.id for team in people.TEAMS)
WHY = {"adminId": guid("admin"), "reason": "A test"}


def as_portal(sandbox: Sandbox, caller: Call, user: str = "anna") -> httpx.Client:
    client = caller(sandbox, None)
    client.headers["Authorization"] = f"BimPlus {sandbox.token(user, application=sandbox.portal)}"
    return client


@pytest.fixture
def portal(own_house: Sandbox, caller: Call) -> httpx.Client:
    return as_portal(own_house, caller)


CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/administration/users", None), ("GET", f"/administration/users/{IDS['ben']}", None),
    ("PUT", f"/administration/users/{IDS['david']}", {**WHY, "activeStatus": "disabled"}),
    ("GET", "/administration/teams", None), ("GET", f"/administration/teams/{RIVERSIDE}", None),
    ("PUT", f"/administration/teams/{RIVERSIDE}", {**WHY, "activeStatus": "disabled"}),
    ("PUT", f"/administration/teams/{RIVERSIDE}/move", {"targetServerId": guid("dbserver", 2)}),
    ("GET", "/administration/dbservers", None), ("GET", f"/administration/dbservers/{guid('dbserver', 1)}", None),
    ("POST", "/users", {"email": "new@example.com", "password": "x"}),
    ("POST", "/teams", {"slug": "new", "name": "New", "owner": IDS["ben"], "totalStorage": 1}),
    ("DELETE", "/teams/riverside", None),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_only_the_portal_may(own_house: Sandbox, caller: Call, method: str, path: str, body: Any) -> None:
    refused = [caller(own_house, user) for user in IDS]
    # The portal, for who owns no team; and the owner, by another application.
    refused.append(as_portal(own_house, caller, "carla"))
    other = caller(own_house, None)
    other.headers["Authorization"] = f"BimPlus {own_house.token('anna', application=guid('other'))}"
    for client in [*refused, other]:
        answer = client.request(method, path, json=body)
        assert answer.status_code in ({403, 404} if path == "/teams/riverside" else {403}), answer.text
        if answer.status_code == 403:
            assert "portal" in answer.json()["message"]
    assert caller(own_house, None).request(method, path, json=body).status_code == 401
    assert caller(own_house, "david").get(f"/riverside/projects/{PROJECT}").status_code == 200
    answer = as_portal(own_house, caller).request(method, path, json=body)
    assert answer.status_code == (201 if method == "POST" else 200), answer.text


def test_a_disabled_user_is_shut_out_until_activated(own_house: Sandbox, caller: Call, portal: httpx.Client) -> None:
    david, nobody = caller(own_house, "david"), caller(own_house, None)
    old = own_house.token("david", application=guid("app"))
    path = f"/administration/users/{IDS['david']}"
    answer = portal.put(path, json={**WHY, "activeStatus": "Disabled"}).json()
    assert (answer["status"], answer["email"]) == ("Disabled", "david@example.com")
    signing = {"user_id": "david@example.com", "password": people.PASSWORD}
    assert nobody.post("/authorize", json=signing).status_code == 401
    for token in (own_house.token("david"), old):
        assert nobody.get("/teams", headers={"Authorization": f"BimPlus {token}"}).status_code == 401
    assert david.get("/teams").status_code == 401
    portal.put(path, json={**WHY, "activeStatus": "active", "reason": "Came back"})
    assert nobody.post("/authorize", json=signing).status_code == 200
    assert david.get("/teams").status_code == 200
    assert nobody.get("/teams", headers={"Authorization": f"BimPlus {old}"}).status_code == 401
    log = portal.get(path).json()["adminLog"]
    assert [(entry["action"], entry["reason"]) for entry in log] == [("Active", "Came back"), ("Disabled", "A test")]
    assert log[0]["timestamp"] >= log[1]["timestamp"]
    assert {entry["author"] for entry in log} == {guid("admin")}
    assert [one["status"] for one in portal.get("/administration/users").json()] == ["Active"] * 4


def test_nobody_disables_themselves(portal: httpx.Client) -> None:
    path = f"/administration/users/{IDS['anna']}"
    assert portal.put(path, json={**WHY, "activeStatus": "Disabled"}).status_code == 403


@pytest.mark.parametrize("what", [f"users/{IDS['ben']}", f"teams/{RIVERSIDE}"])
@pytest.mark.parametrize(
    "change", [{"activeStatus": "asleep"}, {"activeStatus": None}, {"adminId": None}, {"reason": " "}, {"reason": 5}]
)
def test_an_activation_says_who_and_why(portal: httpx.Client, what: str, change: dict[str, Any]) -> None:
    path = f"/administration/{what}"
    before = portal.get(path).json()
    assert portal.put(path, json={**WHY, "activeStatus": "Disabled", **change}).status_code == 400
    assert portal.get(path).json() == before


def test_a_disabled_team_refuses_everybody_below_its_slug(
    own_house: Sandbox, caller: Call, portal: httpx.Client
) -> None:
    path = f"/administration/teams/{RIVERSIDE}"
    assert portal.put(path, json={**WHY, "activeStatus": "disabled"}).json()["status"] == "Disabled"
    for user in IDS:
        client = caller(own_house, user)
        for below in ("projects", "members", f"projects/{PROJECT}", "roles", f"projects/{PROJECT}/issues"):
            assert client.get(f"/riverside/{below}").status_code == 403
        assert client.post("/riverside/projects", json={"name": "x"}).status_code == 403
        assert {team["slug"]: team["status"] for team in client.get("/teams").json()}["riverside"] == "Disabled"
        assert PROJECT not in client.get("/projects").text
    anna = caller(own_house)
    assert anna.get("/harbour/projects").status_code == 200
    assert anna.put("/teams/riverside", json={"status": "Active"}).status_code == 403, "not the owner's to enable"
    portal.put(path, json={**WHY, "activeStatus": "active"})
    assert anna.get(f"/riverside/projects/{PROJECT}").status_code == 200


def test_teams_by_pages(portal: httpx.Client) -> None:
    for slug in ("delta", "alpha", "charlie"):
        made = {"slug": slug, "name": slug.title(), "owner": IDS["ben"], "totalStorage": 1}
        assert portal.post("/teams", json=made).status_code == 201

    def slugs(**headers: str) -> list[str]:
        answer = portal.get("/administration/teams", headers=headers)
        assert answer.status_code == 200, answer.text
        return [team["slug"] for team in answer.json()]

    everything = slugs()
    assert everything == ["riverside", "harbour", "delta", "alpha", "charlie"]
    pages = [slugs(pageSize="2", pageIndex=str(n)) for n in range(4)]
    assert [slug for page in pages for slug in page] == everything
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert slugs(sortColumn="SLUG") == sorted(everything)
    assert slugs(sortColumn="slug", sortDirection="desc", pageSize="1", pageIndex="0") == ["riverside"]
    assert slugs(sortColumn="countMembers", sortDirection="DESC")[0] == "riverside"
    for headers in ({"pageSize": "2"}, {"pageIndex": "0"}, {"pageSize": "0", "pageIndex": "0"}, {"sortColumn": "x"},
                    {"pageSize": "-1", "pageIndex": "0"}, {"pageSize": "9" * 30, "pageIndex": "0"},
                    {"sortColumn": "slug", "sortDirection": "up"}):  # fmt: skip
        assert portal.get("/administration/teams", headers=headers).status_code == 400


def test_a_team_moves_with_all_its_figures(portal: httpx.Client) -> None:
    first, second = portal.get("/administration/dbservers").json()
    assert (first["numberOfTeams"], second["numberOfTeams"]) == (2, 0)
    assert first["numberOfProjects"] == sum(
        team["countProjects"] for team in portal.get("/administration/teams").json()
    )
    assert first["dbSpaceUsed"] + first["dbSpaceRemaining"] == first["dbSpaceTotal"]
    path = f"/administration/teams/{RIVERSIDE}"
    before = portal.get(path).json()
    moved = portal.put(f"{path}/move", json={"targetServerId": second["id"]}).json()
    assert moved["server"] == second["dbServerName"]
    assert {key for key in moved if moved[key] != before[key]} == {"server", "adminLog"}
    third = portal.get(f"/administration/dbservers/{second['id']}").json()
    assert (third["numberOfTeams"], third["numberOfProjects"]) == (1, moved["countProjects"])
    for target in (None, guid("none"), "x"):
        assert portal.put(f"{path}/move", json={"targetServerId": target}).status_code == 400
    assert portal.get(f"/administration/dbservers/{guid('none')}").status_code == 404
    assert portal.get(f"/administration/teams/{guid('none')}").status_code == 404


def test_a_team_as_the_portal_sees_it(portal: httpx.Client) -> None:
    team = portal.get(f"/administration/teams/{HARBOUR}").json()
    assert team["owner"]["id"] == team["ownerId"] == IDS["ben"]
    assert [(one["email"], one["roleName"]) for one in team["teamMembers"]] == [("anna@example.com", "Project_Viewer")]
    assert (team["countMembers"], team["countProjects"], team["invitees"]) == (2, 1, 1)


def test_a_new_user_signs_in_and_sees_nothing_yet(own_house: Sandbox, caller: Call, portal: httpx.Client) -> None:
    body = {"email": "Robin@example.com", "password": "long enough", "status": "Disabled", "firstname": "Robin",
            "address": {"city": "Riverside"}, "preferredLanguage": "de", "teams": ["riverside"]}  # fmt: skip
    made = portal.post("/users", json=body)
    assert made.status_code == 201
    user = made.json()
    assert "long enough" not in made.text
    assert (user["status"], user["teams"], user["projects"]) == ("Active", [], [])
    assert (user["displayname"], user["preferedLanguage"], user["address"]["city"]) == ("Robin", "de", "Riverside")
    assert portal.post("/users", json={**body, "email": "ROBIN@EXAMPLE.COM"}).status_code == 409
    robin = caller(own_house, None)
    tokens = robin.post("/authorize", json={"user_id": "robin@example.com", "password": "long enough"}).json()
    robin.headers["Authorization"] = f"BimPlus {tokens['access_token']}"
    assert robin.get("/user").json() == user
    assert robin.get("/teams").json() == robin.get("/projects").json() == []
    assert robin.get("/riverside/projects").status_code == 404
    assert robin.get(f"/users/{IDS['anna']}").status_code == 404
    assert caller(own_house).get(f"/users/{user['id']}").status_code == 404
    assert robin.delete(f"/users/{user['id']}").status_code == 200
    assert robin.get("/user").status_code == 401
    assert portal.get(f"/users/{user['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "x"}, {"email": "a b@example.com"}, {"email": "@"}, {"email": "a@b@c"}, {"email": 5},
     {"email": "x@example.com", "password": ""}, {"email": "x@example.com", "password": 5},
     {"email": "x@example.com", "password": "x", "firstname": 5},
     {"email": "x@example.com", "password": "x", "address": "Street 1"},
     {"email": "x@example.com", "password": "x", "address": {"city": []}}],
)  # fmt: skip
def test_what_a_user_cannot_be(portal: httpx.Client, body: dict[str, Any]) -> None:
    assert portal.post("/users", json=body).status_code == 400
    assert len(portal.get("/administration/users").json()) == 4


def test_a_team_s_life(own_house: Sandbox, caller: Call, portal: httpx.Client) -> None:
    body = {"slug": "north", "name": "North", "owner": IDS["carla"], "totalStorage": 500, "public": {"read": True}}
    made = portal.post("/teams", json=body)
    assert made.status_code == 201
    team = made.json()
    assert (team["displayname"], team["totalStorage"], team["owner"]) == ("North (north)", 500, IDS["carla"])
    assert team["public"] == {"read": True, "write": False}
    assert portal.post("/teams", json={**body, "name": "Other"}).status_code == 409
    carla = caller(own_house, "carla")
    assert carla.get("/teams").json()[1]["rights"] == {"projectCreate": True}
    assert len(carla.get("/north/projectattributetemplates").json()) == 1, "as every team has it"
    project = carla.post("/north/projects", json={"name": "Hall"}).json()
    assert caller(own_house, "david").get("/north/projects").status_code == 404
    for put in (carla.put("/teams/north", json={"name": "Northern"}), carla.put("/team", json={"slug": "NORTH"}),
                carla.put("/team", json={"id": team["id"]}), portal.put("/team", json={"id": team["id"]})):  # fmt: skip
        assert put.status_code == 200
        assert put.json()["displayname"] == "Northern (north)"
    assert carla.put("/teams/north", json={"totalStorage": 501}).json()["totalStorage"] == 500, "not hers to buy"
    assert portal.put("/teams/north", json={"totalStorage": 501}).json()["totalStorage"] == 501
    assert carla.delete("/teams/north").status_code == 403
    assert portal.delete(f"/teams/{team['id'].upper()}").status_code == 200
    assert carla.get("/teams/north").status_code == 404
    assert carla.get(f"/north/projects/{project['id']}").status_code == 404
    assert portal.post("/teams", json=body).status_code == 201
    assert carla.get("/north/projects").json() == []


@pytest.mark.parametrize(
    "change",
    [{"slug": "North"}, {"slug": ""}, {"slug": "a/b"}, {"slug": "users"}, {"slug": "-a"}, {"slug": "x" * 101},
     {"slug": None}, {"name": ""}, {"owner": guid("eve")}, {"owner": None}, {"totalStorage": -1},
     {"totalStorage": 1.5}, {"totalStorage": "much"}, {"public": "yes"}, {"public": {"read": "yes"}},
     {"dataStorageStatus": "Half"}],
)  # fmt: skip
def test_what_a_team_cannot_be(portal: httpx.Client, change: dict[str, Any]) -> None:
    body = {"slug": "north", "name": "North", "owner": IDS["carla"], "totalStorage": 500}
    assert portal.post("/teams", json={**body, **change}).status_code == 400
    assert len(portal.get("/administration/teams").json()) == 2


def test_a_team_is_its_owner_s_to_change(own_house: Sandbox, caller: Call) -> None:
    changed = {user: caller(own_house, user).put("/teams/harbour", json={"name": "Docks"}).status_code for user in IDS}
    assert changed == {"anna": 403, "ben": 200, "carla": 404, "david": 404}
    ben = caller(own_house, "ben")
    assert ben.put("/teams/harbour", json={"status": "Inactive"}).json()["status"] == "Inactive"
    assert caller(own_house).get(f"/harbour/projects/{QUAY}").status_code == 403
    assert ben.put("/teams/harbour", json={"status": "Active"}).status_code == 200
    assert caller(own_house).get(f"/harbour/projects/{QUAY}").status_code == 200
    assert ben.put("/teams/harbour", json={"status": "Disabled"}).status_code == 403

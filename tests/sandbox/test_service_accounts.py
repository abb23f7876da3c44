"""Users, members, roles and invitations: who is in, what it gives them, and who may change it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import CLOSED, OPEN_ISSUE, PROJECT, VERSIONED

from bimplus_nb.sandbox import Sandbox, people
from bimplus_nb.sandbox.people import ROLE_IDS, ROLES, guid

Call = Callable[..., httpx.Client]
IDS = {user.username: user.id for user in people.USERS}
MEMBERS = "/riverside/members"
OF_PROJECT = f"/riverside/projects/{PROJECT}/members"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def everybody(own_house: Sandbox, caller: Call) -> dict[str, httpx.Client]:
    return {user: caller(own_house, user) for user in IDS}


@pytest.fixture
def robin(own_house: Sandbox, caller: Call) -> httpx.Client:
    """Somebody in no team, whose id is in the header X-User."""
    portal, client = caller(own_house, None), caller(own_house, None)
    portal.headers["Authorization"] = f"BimPlus {own_house.token('anna', application=people.PORTAL)}"
    made = portal.post("/users", json={"email": "robin@example.com", "password": "x", "firstname": "Robin"}).json()
    token = client.post("/authorize", json={"user_id": "robin@example.com", "password": "x"}).json()["access_token"]
    client.headers.update({"Authorization": f"BimPlus {token}", "X-User": made["id"]})
    return client


def key(of: httpx.Client) -> str:
    return of.headers["X-User"]


def roles(of: httpx.Client) -> dict[str, tuple[list[str], str]]:
    return {one["user"]["id"]: (one["roles"], one["status"]) for one in of.get(MEMBERS).json()}


def statuses(everybody: dict[str, httpx.Client], method: str, path: str, **options: Any) -> list[int]:
    """What each of anna, ben, carla and david gets, from the least to the most."""
    order = ["david", "carla", "ben", "anna"]
    return [everybody[user].request(method, path, **options).status_code for user in order]


# users --------------------------------------------------------------------------------------------------------------


def test_one_changes_one_s_own_record(everybody: dict[str, httpx.Client]) -> None:
    carla = everybody["carla"]
    before = carla.get("/user").json()
    change = {"firstname": "Carlotta", "address": {"city": "Riverside", "unknown": 1}, "phoneWork": "123", "id": "x",
              "status": "Active", "teams": [], "unknown": {}}  # fmt: skip
    after = carla.put("/user", json=change).json()
    assert after == {**before, "firstname": "Carlotta", "phoneWork": "123",
                     "address": {**before["address"], "city": "Riverside"}}  # fmt: skip
    assert carla.get("/user").json() == carla.put(f"/users/{IDS['carla']}", json={}).json() == after
    issue = everybody["anna"].get(f"/riverside/issues/{OPEN_ISSUE}").json()
    assert issue["author"]["firstname"] == "Carlotta"
    assert carla.put("/user", json={"email": "ANNA@example.com"}).status_code == 409
    assert carla.put("/user", json={"status": "Inactive"}).status_code == 403
    assert carla.get("/user").json() == after
    assert carla.put(f"/users/{IDS['anna']}", json={"firstname": "x"}).status_code == 403
    assert carla.delete(f"/users/{IDS['anna']}").status_code == 403


def test_a_new_password_ends_the_other_sign_ins(own_house: Sandbox, caller: Call) -> None:
    nobody = caller(own_house, None)

    def sign_in(password: str, **more: Any) -> httpx.Response:
        return nobody.post("/authorize", json={"user_id": "ben@example.com", "password": password, **more})

    tokens = [sign_in(people.PASSWORD, client_id=guid("device", n)).json()["access_token"] for n in range(2)]
    mine, other = ({"Authorization": f"BimPlus {token}"} for token in tokens)
    assert nobody.put("/user", json={"password": people.PASSWORD}, headers=mine).status_code == 200
    assert nobody.get("/user", headers=other).status_code == 200, "it is the same password"
    assert nobody.put("/user", json={"password": "another one"}, headers=mine).status_code == 200
    assert [nobody.get("/user", headers=one).status_code for one in (mine, other)] == [200, 401]
    assert [sign_in(password).status_code for password in (people.PASSWORD, "another one")] == [401, 200]


def test_users_are_found_by_their_address(everybody: dict[str, httpx.Client], robin: httpx.Client) -> None:
    anna = everybody["anna"]
    assert anna.get("/users", params={"Email": "BEN@example.com"}).json()[0]["id"] == IDS["ben"]
    assert anna.get("/users", params={"Email": "robin@example.com"}).json() == [], "they share no team"
    assert anna.get("/users").status_code == 400
    assert anna.get("/users/exist", params={"email": "robin@example.com"}).json()["id"] == key(robin)
    for email in ("eve@example.com", ""):
        assert anna.get("/users/exist", params={"email": email}).status_code == 404


def test_the_projects_of_a_user_are_those_both_see(everybody: dict[str, httpx.Client]) -> None:
    seen = everybody["anna"].get(f"/users/{IDS['carla']}").json()
    assert [team["slug"] for team in seen["teams"]] == ["riverside"]
    assert {project["id"] for project in seen["projects"]} == {
        project["id"] for project in everybody["carla"].get("/projects").json()
    }
    assert CLOSED not in str(seen)
    assert CLOSED in str(everybody["anna"].get("/user").json())
    assert CLOSED not in everybody["carla"].get(f"/users/{IDS['anna']}").text


def test_a_photo_comes_back_byte_for_byte(everybody: dict[str, httpx.Client]) -> None:
    anna = everybody["anna"]
    assert anna.get("/user/photo").status_code == 404
    made = anna.post("/user/photo", files={"file": ("me.png", PIXEL, "image/png")})
    assert made.status_code == 201
    start, _, data = anna.get("/user/photo").json()["photo"].partition(",")
    assert (start, base64.b64decode(data)) == ("data:image/png;base64", PIXEL)
    assert everybody["ben"].get("/user/photo").status_code == 404
    for content in (b"", b"GI", b"<svg onload=alert(1)>"):
        assert anna.post("/user/photo", files={"file": ("me.png", content, "image/png")}).status_code == 400
    assert anna.post("/user/photo", content=PIXEL + bytes(8 * 2**20)).status_code == 413
    assert base64.b64decode(anna.get("/user/photo").json()["photo"].partition(",")[2]) == PIXEL
    assert anna.delete("/user/photo").status_code == 200
    assert anna.get("/user/photo").status_code == 404


def test_who_is_deleted_leaves_every_team_and_their_words(everybody: dict[str, httpx.Client]) -> None:
    anna, carla = everybody["anna"], everybody["carla"]
    issue = anna.get(f"/riverside/issues/{OPEN_ISSUE}").json()
    carla.post(f"/riverside/issues/{OPEN_ISSUE}/comments", json={"text": "Mine"})
    assert anna.delete(f"/users/{IDS['anna']}").status_code == 409, "the account owner of a team"
    assert carla.delete(f"/users/{IDS['carla']}").status_code == 200
    assert carla.get("/user").status_code == 401
    assert IDS["carla"] not in roles(anna)
    assert IDS["carla"] not in anna.get(OF_PROJECT).text
    assert anna.get(f"/riverside/issues/{OPEN_ISSUE}").json() == {**issue, "author": None, "commentsCount": 1}
    assert [one["author"] for one in anna.get(f"/riverside/issues/{OPEN_ISSUE}/comments").json()] == [None]


# members of a team --------------------------------------------------------------------------------------------------


def test_a_member_without_a_role_sees_what_a_project_gives(
    everybody: dict[str, httpx.Client], robin: httpx.Client
) -> None:
    anna, body = everybody["anna"], {"user": {"id": key(robin)}, "roles": ["Member"], "member_status": "Active"}
    assert statuses(everybody, "POST", MEMBERS, json=body) == [403, 403, 200, 409]
    assert roles(anna)[key(robin)] == (["Member"], "Active")
    assert [team["slug"] for team in robin.get("/teams").json()] == ["riverside"]
    assert robin.get("/riverside/projects").json() == []
    assert robin.get(f"/riverside/projects/{PROJECT}").status_code == 404
    assert anna.get(f"/riverside/projects/{PROJECT}").json()["memberCount"] == 4
    anna.post(OF_PROJECT, json={"member": {"id": key(robin)}, "role": {"name": "Project_Viewer"}})
    assert [project["id"] for project in robin.get("/riverside/projects").json()] == [PROJECT]
    assert robin.put(f"/riverside/projects/{PROJECT}", json={"name": "x"}).status_code == 403
    assert anna.get(f"/riverside/projects/{PROJECT}").json()["memberCount"] == 5


@pytest.mark.parametrize(
    ("said", "shown"),
    [([], ["Member"]), (["project_viewer"], ["Project_Viewer"]), (["Member", "ProjectEditor"], ["Project_Editor"]),
     ([{"id": ROLE_IDS["Project_Admin"], "name": "Project_Viewer"}], ["Project_Admin"])],
)  # fmt: skip
def test_a_role_in_the_team_holds_in_all_projects(
    everybody: dict[str, httpx.Client], robin: httpx.Client, said: Any, shown: list[str]
) -> None:
    made = everybody["ben"].post(MEMBERS, json={"user": {"email": "robin@example.com"}, "roles": said}).json()
    assert made["roles"] == shown
    answer = robin.get(f"/riverside/projects/{VERSIONED}")
    assert answer.status_code == (404 if shown == ["Member"] else 200)
    if answer.status_code == 200:
        assert answer.json()["rights"]["projectEdit"] == ("Project_Edit" in ROLES[shown[0]])


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"user": {"id": guid("eve")}}, 400), ({"user": "robin"}, 400), ({"roles": "Member"}, 400),
     ({"roles": ["King"]}, 400), ({"roles": [5]}, 400), ({"roles": ["Project_Viewer", "Project_Editor"]}, 400),
     ({"member_status": "Asleep"}, 400), ({"roles": ["Account_Owner"]}, 403)],
)  # fmt: skip
def test_what_a_member_cannot_be(
    everybody: dict[str, httpx.Client], robin: httpx.Client, body: dict[str, Any], status: int
) -> None:
    before = roles(everybody["anna"])
    body = {"user": {"id": key(robin)}, **body} if body else {}
    assert everybody["anna"].post(MEMBERS, json=body).status_code == status
    assert roles(everybody["anna"]) == before


def test_a_passive_member_is_a_stranger(everybody: dict[str, httpx.Client]) -> None:
    anna, carla, path = everybody["anna"], everybody["carla"], f"{MEMBERS}/{IDS['carla']}"
    body = {"user": {"id": IDS["ben"]}, "status": "Passive"}
    assert statuses(everybody, "PUT", path, json=body)[:2] == [403, 403]
    assert anna.put(path, json=body).json()["status"] == "Passive"
    assert roles(anna)[IDS["carla"]] == (["Project_Editor"], "Passive")
    stranger = carla.get("/harbour/projects").json()["message"].replace("harbour", "riverside")
    for below in ("projects", "members", f"projects/{PROJECT}", f"issues/{OPEN_ISSUE}"):
        answer = carla.get(f"/riverside/{below}")
        assert (answer.status_code, answer.json()["message"]) == (404, stranger)
    assert carla.get("/teams").json() == carla.get("/projects").json() == []
    assert carla.put(path, json={"status": "Active"}).status_code == 404
    again = anna.put(path, json={"status": "Active"}).json()
    assert (again["roles"], again["status"]) == (["Project_Editor"], "Active")
    assert carla.get(f"/riverside/projects/{PROJECT}").json()["rights"]["projectEdit"] is True


def test_the_owner_stays_and_others_may_leave(everybody: dict[str, httpx.Client]) -> None:
    owner = f"{MEMBERS}/{IDS['anna']}"
    assert statuses(everybody, "DELETE", owner) == [403] * 4
    assert statuses(everybody, "PUT", owner, json={"status": "Passive"}) == [403] * 4
    assert statuses(everybody, "PUT", owner, json={"roles": ["Project_Viewer"]}) == [403] * 4
    same = {"status": "Active", "roles": ["Account_Owner"]}
    assert statuses(everybody, "PUT", owner, json=same) == [403, 403, 200, 200], "nothing changes by it"
    assert statuses(everybody, "DELETE", f"{MEMBERS}/{IDS['david']}") == [200, 404, 404, 404]
    assert everybody["david"].get("/riverside/projects").status_code == 404
    assert everybody["carla"].delete(f"{MEMBERS}/{IDS['ben']}").status_code == 403
    assert everybody["ben"].delete(f"{MEMBERS}/{IDS['carla']}").status_code == 200
    assert everybody["carla"].get("/teams").json() == []


def test_leaving_takes_the_roles_in_projects_along(everybody: dict[str, httpx.Client], robin: httpx.Client) -> None:
    anna = everybody["anna"]
    anna.post(OF_PROJECT, json={"member": {"id": key(robin)}, "role": {"name": "Project_Editor"}})
    assert robin.delete(f"{MEMBERS}/{key(robin)}").status_code == 200
    anna.post(MEMBERS, json={"user": {"id": key(robin)}})
    assert robin.get("/riverside/projects").json() == []


# members of a project -----------------------------------------------------------------------------------------------


def test_members_of_a_project_are_those_with_a_role(everybody: dict[str, httpx.Client]) -> None:
    for user in IDS:
        shown = everybody[user].get(OF_PROJECT).json()
        assert [(one["member"]["id"], one["role"]) for one in shown] == [
            (user.id, {"id": ROLE_IDS[user.role], "name": user.role}) for user in people.USERS
        ]
    closed = everybody["anna"].get(f"/riverside/projects/{CLOSED}/members").json()
    assert {one["member"]["id"] for one in closed} == {IDS["anna"], IDS["ben"]}
    assert everybody["carla"].get(f"/riverside/projects/{CLOSED}/members").status_code == 404


def test_a_project_s_word_goes_over_the_team_s(everybody: dict[str, httpx.Client]) -> None:
    body = {"member": {"id": IDS["carla"]}, "role": {"id": ROLE_IDS["Project_Viewer"]}}
    assert statuses(everybody, "POST", OF_PROJECT, json=body) == [403, 403, 201, 409]
    carla = everybody["carla"]
    assert carla.put(f"/riverside/projects/{PROJECT}", json={"shortDescr": "x"}).status_code == 403
    assert carla.put(f"/riverside/projects/{VERSIONED}", json={"shortDescr": "x"}).status_code == 200
    body["role"] = {"id": ROLE_IDS["Project_Admin"].upper(), "name": "Project_Viewer"}
    changed = everybody["anna"].put(OF_PROJECT, json=body)
    assert (changed.status_code, changed.json()["role"]["name"]) == (200, "Project_Admin")
    assert carla.put(f"{OF_PROJECT}/{IDS['david']}", json={"role": {"name": "Project_Editor"}}).status_code == 200
    assert everybody["david"].put(f"/riverside/projects/{PROJECT}", json={"shortDescr": "x"}).status_code == 200


@pytest.mark.parametrize("by_body", [True, False])
def test_who_is_removed_from_a_project_is_out_whatever_the_team_gives(
    everybody: dict[str, httpx.Client], by_body: bool
) -> None:
    path, options = f"{OF_PROJECT}/{IDS['carla']}", {}
    if by_body:
        path, options = OF_PROJECT, {"json": {"member": {"id": IDS["carla"]}}}
    by = [everybody[name].request("DELETE", path, **options).status_code for name in ("david", "ben", "anna")]
    assert by == [403, 200, 404]
    assert everybody["carla"].get(f"/riverside/projects/{PROJECT}").status_code == 404
    assert everybody["carla"].get(f"/riverside/projects/{VERSIONED}").status_code == 200
    body = {"member": {"email": "CARLA@example.com"}, "role": {"name": "Project_Editor"}}
    assert everybody["ben"].post(OF_PROJECT, json=body).status_code == 201
    assert everybody["carla"].get(f"/riverside/projects/{PROJECT}").status_code == 200


@pytest.mark.parametrize("path", [OF_PROJECT, f"{OF_PROJECT}/{IDS['carla']}"], ids=["nobody named", "named"])
def test_a_member_leaves_a_project(everybody: dict[str, httpx.Client], path: str) -> None:
    carla = everybody["carla"]
    assert carla.delete(path).status_code == 200
    assert carla.get(f"/riverside/projects/{PROJECT}").status_code == 404
    assert IDS["carla"] not in [one["member"]["id"] for one in everybody["anna"].get(OF_PROJECT).json()]


def test_the_account_owner_stays_in_every_project(everybody: dict[str, httpx.Client]) -> None:
    body = {"member": {"id": IDS["anna"]}, "role": {"name": "Project_Viewer"}}
    for user in ("anna", "ben"):
        for method in ("POST", "PUT", "DELETE"):
            assert everybody[user].request(method, OF_PROJECT, json=body).status_code == 403


def test_nobody_raises_above_project_admin(everybody: dict[str, httpx.Client]) -> None:
    body = {"member": {"id": IDS["david"]}, "role": {"name": "Account_Owner"}}
    for user in ("anna", "ben"):
        assert everybody[user].put(OF_PROJECT, json=body).status_code == 403
    assert "Project_Viewer" in str(roles(everybody["anna"])[IDS["david"]])


@pytest.mark.parametrize(
    "body",
    [{}, {"member": {"id": guid("eve")}}, {"member": {"id": "x"}}, {"member": None}, {"role": None}, {"role": {}},
     {"role": {"id": guid("none")}}, {"role": {"name": "Member"}}, {"role": [1]}, {"role": {"id": 5}}],
)  # fmt: skip
def test_what_a_member_of_a_project_cannot_be(everybody: dict[str, httpx.Client], body: dict[str, Any]) -> None:
    good = {"member": {"id": IDS["david"]}, "role": {"name": "Project_Editor"}}
    for method in ("POST", "PUT"):
        assert everybody["anna"].request(method, OF_PROJECT, json={**good, **body} if body else {}).status_code == 400
    assert everybody["david"].get(f"/riverside/projects/{PROJECT}").json()["rights"]["projectEdit"] is False


# roles --------------------------------------------------------------------------------------------------------------


def test_the_four_roles_give_what_they_say(everybody: dict[str, httpx.Client]) -> None:
    shown = everybody["david"].get("/riverside/roles/").json()
    assert [(role["id"], role["name"], role["customRole"]) for role in shown] == [
        (ROLE_IDS[name], name, False) for name in ROLES
    ]
    said = {role["name"]: {right for part in role["resources"] for right in part["rights"]} for role in shown}
    assert said.pop("Account_Owner") == {"AllProjects", "AllModels", "Project_Create"}
    assert said == {name: set(rights) for name, rights in ROLES.items() if name != "Account_Owner"}
    for role in shown:
        path = f"/riverside/roles/{role['id']}"
        assert everybody["david"].get(path).json() == role
        assert statuses(everybody, "PUT", path, json={"name": "x"}) == [403] * 4
        assert statuses(everybody, "DELETE", path) == [403] * 4
    every = everybody["david"].get("/riverside/rights").json()
    assert {right for part in every for right in part["rights"]} == ROLES["Account_Owner"]
    some = everybody["david"].get("/riverside/rights", params={"project": "true", "global": "undefined"}).json()
    assert [part["resource"] for part in some] == ["UserRightProject"]


def test_a_team_s_own_role_gives_its_rights(everybody: dict[str, httpx.Client]) -> None:
    anna, david = everybody["anna"], everybody["david"]
    rights = [{"resource": "UserRightProject", "rights": ["Model_ViewAll", "Project_View", "Model_Create"]}]
    body = {"name": "Modeller", "resources": rights}
    assert statuses(everybody, "POST", "/riverside/roles", json=body) == [403, 403, 403, 201]
    (own,) = anna.get("/riverside/roles", params={"customrole": "true"}).json()
    assert own["customRole"] is True
    assert set(own["resources"][0]["rights"]) == set(rights[0]["rights"])
    assert len(anna.get("/riverside/roles", params={"customrole": "false"}).json()) == 4
    assert anna.get("/riverside/roles", params={"rights": "false"}).json()[4]["resources"] == []
    given = {"member": {"id": IDS["david"]}, "role": {"id": own["id"]}}
    assert everybody["ben"].post(OF_PROJECT, json=given).json()["role"] == {"id": own["id"], "name": "Modeller"}
    divisions, path = f"/riverside/projects/{PROJECT}/divisions", f"/riverside/roles/{own['id']}"
    assert david.post(divisions, json={"name": "Roof"}).status_code == 201
    refused = david.put(f"/riverside/projects/{PROJECT}", json={"name": "x"})
    assert refused.status_code == 403
    assert "Modeller" in refused.json()["message"]
    less = [{"resource": "UserRightProject", "rights": ["Project_View"]}]
    assert anna.put(path, json={"resources": less}).json()["name"] == "Modeller"
    assert david.post(divisions, json={"name": "Cellar"}).status_code == 403
    assert anna.delete(path).status_code == 409, "somebody has it"
    anna.put(OF_PROJECT, json={**given, "role": {"name": "Project_Viewer"}})
    assert anna.delete(path).status_code == 200
    assert anna.get(path).status_code == 404


def test_rights_are_only_given_by_who_has_them(everybody: dict[str, httpx.Client]) -> None:
    anna, ben = everybody["anna"], everybody["ben"]
    more = [{"resource": "UserRightGlobal", "rights": ["Project_Create"]},
            {"resource": "UserRightProject", "rights": ["Project_View"]}]  # fmt: skip
    anna.post("/riverside/roles", json={"name": "Founder", "resources": more})
    path, body = f"{MEMBERS}/{IDS['carla']}", {"status": "Active", "roles": ["founder"]}
    assert ben.put(path, json=body).status_code == 403
    assert everybody["carla"].post("/riverside/projects", json={"name": "Mine"}).status_code == 403
    assert anna.put(path, json=body).json()["roles"] == ["Founder"]
    assert everybody["carla"].post("/riverside/projects", json={"name": "Mine"}).status_code == 201
    assert everybody["carla"].get("/teams").json()[0]["rights"] == {"projectCreate": True}


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"name": ""}, 400), ({"name": "project viewer".replace(" ", "_")}, 409), ({"name": "Member"}, 409),
     ({"name": "x", "resources": "all"}, 400), ({"name": "x", "resources": ["all"]}, 400),
     ({"name": "x", "resources": [{"rights": []}]}, 400),
     ({"name": "x", "resources": [{"resource": "UserRightProject", "rights": ["AllProjects"]}]}, 400),
     ({"name": "x", "resources": [{"resource": "UserRightProject", "rights": [["Project_View"]]}]}, 400)],
)  # fmt: skip
def test_what_a_role_cannot_be(everybody: dict[str, httpx.Client], body: dict[str, Any], status: int) -> None:
    assert everybody["anna"].post("/riverside/roles", json=body).status_code == status
    assert len(everybody["anna"].get("/riverside/roles").json()) == 4


# invitations --------------------------------------------------------------------------------------------------------


def test_who_is_invited_comes_in_by_accepting(everybody: dict[str, httpx.Client], robin: httpx.Client) -> None:
    part = {"projectId": PROJECT, "roleName": "ProjectEditor", "userGroup": {"id": guid("group")}}
    body = {"email": "ROBIN@example.com", "invitationText": "Join us", "projects": [part]}
    assert statuses(everybody, "POST", "/riverside/invitations/", json=body) == [403, 403, 201, 409]
    (made,) = everybody["ben"].get("/riverside/invitations/").json()
    assert (made["status"], made["invitationText"], made["inviter"]["id"]) == ("Open", "Join us", IDS["ben"])
    assert made["projects"] == [{"projectId": PROJECT, "projectName": "House", "roleName": "Project_Editor"}]
    path, accept = f"/riverside/invitations/{made['id']}", f"/invitations/{made['id']}/accept"
    assert statuses(everybody, "GET", path) == [404, 404, 200, 200]
    assert statuses(everybody, "PUT", accept, json={}) == [404] * 4
    assert robin.get(path).status_code == 404
    assert robin.get(f"/invitations/{made['id']}").json() == made
    assert robin.put(accept, json={}).json()["status"] == "Accepted"
    assert robin.put(f"/riverside/projects/{PROJECT}", json={"shortDescr": "x"}).status_code == 200
    assert robin.get(f"/riverside/projects/{VERSIONED}").status_code == 404
    assert robin.put(accept, json={}).status_code == 409
    assert everybody["ben"].put(path, json={"invitationText": "y"}).status_code == 409


def test_an_invitation_reaches_whoever_has_an_account(
    everybody: dict[str, httpx.Client], own_house: Sandbox, robin: httpx.Client
) -> None:
    anna = everybody["anna"]
    for email in ("robin@example.com", "nobody.yet@example.com"):
        made = anna.post("/riverside/invitations", json={"email": email}).json()
    assert [one["role"]["name"] for one in anna.get("/riverside/invitations").json()] == ["Member", "Member"]
    told = [one for one in own_house._store.all("message") if one["topic"] == "INVITATION"]
    assert [(one["receiver"], one["sender"]) for one in told] == [(key(robin), IDS["anna"])]
    assert robin.put(f"/invitations/{told[0]['additionalData']['invitationId']}/accept", json={}).status_code == 200
    assert roles(anna)[key(robin)] == (["Member"], "Active")
    assert anna.delete(f"/riverside/invitations/{made['id']}").status_code == 200
    assert anna.get(f"/riverside/invitations/{made['id']}").status_code == 404


def test_invitations_change_until_they_are_accepted(everybody: dict[str, httpx.Client], robin: httpx.Client) -> None:
    anna, body = everybody["anna"], {"email": "robin@example.com", "projectId": PROJECT}
    made = anna.post("/riverside/invitations", json={**body, "role": {"id": ROLE_IDS["Project_Admin"]}}).json()
    path = f"/riverside/invitations/{made['id']}"
    assert anna.put(path, json={"message": "Welcome"}).json() == {
        **made, "invitationText": "Welcome", "changed": anna.get(path).json()["changed"]
    }  # fmt: skip
    changed = anna.put(path, json={"projects": [{"projectId": VERSIONED, "roleName": "Project_Viewer"}]}).json()
    assert [one["projectId"] for one in changed["projects"]] == [VERSIONED]
    for wanted, count in ((PROJECT, 0), (VERSIONED, 1), ("undefined", 1)):
        assert len(anna.get("/riverside/invitations", params={"projectId": wanted}).json()) == count
    assert robin.put(f"/invitations/{made['id']}/accept", json={}).status_code == 200
    assert [project["id"] for project in robin.get("/riverside/projects").json()] == [VERSIONED]


def test_a_project_admin_invites_to_their_project_alone(everybody: dict[str, httpx.Client]) -> None:
    anna, carla = everybody["anna"], everybody["carla"]
    anna.post(OF_PROJECT, json={"member": {"id": IDS["carla"]}, "role": {"name": "Project_Admin"}})
    here, there = ({"projectId": one, "roleName": "Project_Viewer"} for one in (PROJECT, VERSIONED))
    body = {"email": "robin@example.com"}
    for projects in ([there], [here, there], []):
        assert carla.post("/riverside/invitations", json={**body, "projects": projects}).status_code == 403
    made = carla.post("/riverside/invitations", json={**body, "projects": [here]})
    assert made.status_code == 201
    anna.post("/riverside/invitations", json={"email": "robin@example.com"})
    assert [one["id"] for one in carla.get("/riverside/invitations").json()] == [made.json()["id"]]
    assert everybody["david"].get("/riverside/invitations").json() == []
    assert len(anna.get("/riverside/invitations").json()) == 2


def test_an_invitation_lowers_nobody(everybody: dict[str, httpx.Client]) -> None:
    anna, ben = everybody["anna"], everybody["ben"]
    body = {"email": "anna@example.com", "projectId": PROJECT, "roleName": "Project_Viewer"}
    made = ben.post("/riverside/invitations", json=body).json()
    assert anna.put(f"/invitations/{made['id']}/accept", json={}).status_code == 200
    assert anna.get(f"/riverside/projects/{PROJECT}").json()["rights"]["projectAdmin"] is True
    anna.put(f"{MEMBERS}/{IDS['carla']}", json={"status": "Passive"})
    made = ben.post("/riverside/invitations", json={"email": "carla@example.com"}).json()
    assert everybody["carla"].put(f"/invitations/{made['id']}/accept", json={}).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [({"email": None}, 400), ({"email": "x"}, 400), ({"invitationText": 5}, 400), ({"roleName": "King"}, 400),
     ({"roleName": "Account_Owner"}, 403), ({"projects": "all"}, 400), ({"projects": [5]}, 400),
     ({"projects": [{"projectId": PROJECT}]}, 400), ({"projectId": "x", "roleName": "Project_Viewer"}, 400),
     ({"projectId": guid("none"), "roleName": "Project_Viewer"}, 404),
     ({"projectId": PROJECT, "roleName": "Member"}, 400)],
)  # fmt: skip
def test_what_an_invitation_cannot_be(everybody: dict[str, httpx.Client], body: dict[str, Any], status: int) -> None:
    anna = everybody["anna"]
    assert anna.post("/riverside/invitations", json={"email": "x@example.com", **body}).status_code == status
    assert anna.get("/riverside/invitations").json() == []

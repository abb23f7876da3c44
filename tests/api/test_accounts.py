"""The client's users, teams, members, roles, invitations and administration against a real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox.service_content import PROJECT, seed

import bimplus_nb as bp
from bimplus_nb.client import Client, connect
from bimplus_nb.errors import LoginError
from bimplus_nb.sandbox import Sandbox, people

IDS = {user.username: user.id for user in people.USERS}
GIF = b"GIF89a" + bytes(20)


@pytest.fixture
def small(tmp_path: Any) -> Iterator[Sandbox]:
    """A sandbox with the small content, to write to."""
    with Sandbox(path=seed(tmp_path / "sandbox.db")) as running:
        yield running


@pytest.fixture
def anna(small: Sandbox) -> Iterator[Client]:
    with connect(small) as client:
        yield client


@pytest.fixture
def portal(small: Sandbox, anna: Client) -> Iterator[Client]:
    """The account owner, signed in for the shop and portal."""
    made = anna.authorization.sign_in(user="anna@example.com", password=small.password, application_id=small.portal)
    with connect(small.url, token=made["access_token"]) as client:
        yield client


def test_the_old_sign_in_from_a_password_to_its_end(small: Sandbox, anna: Client) -> None:
    old = anna.authorization
    made = old.sign_in(user="ben@example.com", password=small.password, remember_me=True)
    with connect(small.url, token=made["access_token"]) as ben:
        assert ben.user["email"] == "ben@example.com"
        info = ben.authorization.info()
        assert (info["user_id"], info["audience"]) == (IDS["ben"], made["client_id"])
        cross = ben.authorization.cross_token()
        crossed = old.cross_sign_in(cross_token=cross["cross_token"], project_id=PROJECT, team_id="riverside")
        with pytest.raises(LoginError):
            old.cross_sign_in(cross_token=cross["cross_token"])
        ben.authorization.end()
        with pytest.raises(LoginError):
            ben.authorization.info()
    with connect(small.url, token=crossed["access_token"]) as elsewhere:
        assert elsewhere.user["id"] == IDS["ben"]
    shown = "".join(f"{one!r}{one._repr_html_()}" for one in (made, cross, crossed))
    for record in (made, cross, crossed):
        for secret in (value for key, value in record.items() if key.endswith("_token")):
            assert secret not in shown


def test_a_wrong_password_says_so_and_not_what_it_was(anna: Client) -> None:
    with pytest.raises(LoginError) as caught:
        anna.authorization.sign_in(user="ben@example.com", password="a wrong guess")
    assert "a wrong guess" not in str(caught.value)
    assert "not right" in str(caught.value)
    assert anna.user["id"] == IDS["anna"], "one's own sign-in is not touched by it"


def test_one_s_own_record_and_photo(anna: Client) -> None:
    anna.users.update_current(first_name="Anne", address={"city": "Riverside"}, language="de")
    user = anna.users.current()
    assert (user["firstname"], user["address"]["city"], user["preferedLanguage"]) == ("Anne", "Riverside", "de")
    with pytest.raises(bp.NotFound):
        anna.users.photo()
    anna.users.set_photo(GIF)
    assert anna.users.photo() == GIF
    anna.users.delete_photo()
    with pytest.raises(bp.NotFound):
        anna.users.photo()


def test_a_user_from_the_first_day_to_the_last(small: Sandbox, anna: Client, portal: Client) -> None:
    made = portal.users.create(email="robin@example.com", password="long enough", first_name="Robin")
    assert anna.users.exist(email="robin@example.com").id == made.id
    token = anna.authorization.sign_in(user="robin@example.com", password="long enough")["access_token"]
    with connect(small.url, token=token, team="riverside") as robin:
        assert robin.teams.all() == []
        assert anna.members.create(user_id=made.id)["roles"] == ["Member"]
        assert robin.projects.all() == []
        viewer = next(role for role in anna.roles.all(custom=False) if role["name"] == "Project_Viewer")
        anna.project_members.create(PROJECT, user_id=made.id, role_id=viewer.id)
        assert robin.projects.all().ids == [PROJECT]
        own = anna.roles.create(
            name="Writer", resources=[{"resource": "UserRightProject", "rights": ["Project_View", "Project_Edit"]}]
        )
        anna.project_members.update(PROJECT, user_id=made.id, role_id=own.id)
        robin.projects.update(PROJECT, description="by Robin")
        anna.roles.update(own.id, resources=[{"resource": "UserRightProject", "rights": ["Project_View"]}])
        with pytest.raises(bp.Forbidden):
            robin.projects.update(PROJECT, description="again")
        assert anna.roles.get(own.id)["resources"][0]["rights"] == ["Project_View"]
        with pytest.raises(bp.Conflict):
            anna.roles.delete(own.id)
        anna.project_members.delete(PROJECT, user_id=made.id)
        assert made.id not in [one["member"]["id"] for one in anna.project_members.all(PROJECT)]
        anna.roles.delete(own.id)
        anna.members.update(made.id, status="Passive")
        assert robin.teams.all() == []
        anna.members.delete(made.id)
        portal.users.update(made.id, status="Inactive")
        with pytest.raises(LoginError):
            robin.users.current()
    portal.users.delete(made.id)
    with pytest.raises(bp.NotFound):
        anna.users.exist(email="robin@example.com")


def test_an_invitation_from_writing_to_accepting(small: Sandbox, anna: Client) -> None:
    made = anna.invitations.create(email="david@example.com", project_id=PROJECT, role="Project_Editor", text="Help")
    anna.invitations.update(made.id, text="Please help")
    assert anna.invitations.get(made.id)["invitationText"] == "Please help"
    assert anna.invitations.all(project_id=PROJECT).ids == [made.id]
    with connect(small, user="david") as david:
        assert david.invitations.accept(made.id)["status"] == "Accepted"
        david.projects.update(PROJECT, description="by David")
    anna.invitations.delete(anna.invitations.create(email="new@example.com").id)
    assert anna.invitations.all().ids == [made.id]


def test_a_team_s_life_and_its_administration(anna: Client, portal: Client) -> None:
    made = portal.teams.create(slug="north", name="North", owner=IDS["anna"], storage=1000)
    anna.teams.update("north", name="Northern", public_read=True)
    team = anna.teams.get("north")
    assert (team["name"], team["public"], team["totalStorage"]) == ("Northern", {"read": True, "write": False}, 1000)
    admin = portal.administration
    assert [one["slug"] for one in admin.teams(page=0, page_size=2, sort="slug")] == ["harbour", "north"]
    assert [one["slug"] for one in admin.teams(sort="slug", descending=True)] == ["riverside", "north", "harbour"]
    target = admin.database_servers()[1]
    moved = admin.move_team(made.id, server_id=target.id, admin_id=IDS["anna"])
    assert moved["server"] == target["dbServerName"]
    assert admin.database_server(target.id)["numberOfTeams"] == 1
    admin.activate_team(made.id, status="disabled", admin_id=IDS["anna"], reason="A test")
    assert admin.team(made.id)["adminLog"][0]["action"] == "Disabled"
    portal.teams.delete("north")
    assert "north" not in [one["slug"] for one in anna.teams.all()]
    admin.activate_user(IDS["david"], status="disabled", admin_id=IDS["anna"], reason="A test")
    assert {one.id: one["status"] for one in admin.users()}[IDS["david"]] == "Disabled"
    assert admin.user(IDS["david"])["adminLog"][0]["reason"] == "A test"
    with pytest.raises(bp.Forbidden, match="portal"):
        anna.administration.users()
    assert {right for part in anna.roles.rights() for right in part["rights"]} == people.ROLES["Account_Owner"]

"""Members of a team and of a project. Source: Bimplus documentation, Member and Project Member Service; `user` beside
`member`, and members of a project who were not in its team before: published .NET example."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, people
from bimplus_nb.sandbox.fields import Fields
from bimplus_nb.sandbox.problem import bad, conflict, forbidden, missing
from bimplus_nb.sandbox.routes import roles
from bimplus_nb.sandbox.routes.session import by_email, person, remove
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_STATUS = ("Active", "Passive")
_OF_PROJECT = "/{team}/projects/{project}/members"


@table.get("/{team}/members")
def of_team(ask: Ask) -> Any:
    team = access.team(ask)
    return [_member(ask, team, user) for user in (*team["members"], *team["passive"])]


@table.post("/{team}/members", status=200)
def add(ask: Ask) -> Any:
    """Takes a user into the team, without a role in its projects unless `roles` names one. Needs Project_Admin."""
    team, fields = access.team(ask, "Project_Admin"), ask.fields()
    user = _meant(ask, fields, "user")
    if user["id"] in team["members"] or user["id"] in team["passive"]:
        raise conflict(f"{user['email'][:80]} is in this team already.")
    role = _role(ask, team, fields) or people.MEMBER
    status = fields.choice("member_status", _STATUS) or fields.choice("status", _STATUS) or "Active"
    team["passive" if status == "Passive" else "members"][user["id"]] = role
    ask.store.save(team)
    return _member(ask, team, user["id"])


@table.put("/{team}/members/{user}")
def update(ask: Ask) -> Any:
    """Lets a member into the team or keeps them out, and changes their role in all its projects. Whom the body names
    does not matter: the documented sample names another user than its address."""
    team, fields = access.team(ask, "Project_Admin"), ask.fields()
    key, now = _of_address(ask, team)
    role = _role(ask, team, fields) or now
    status = fields.choice("status", _STATUS) or fields.choice("member_status", _STATUS)
    passive = key in team["passive"] if status is None else status == "Passive"
    if key == team["owner"] and (passive or role != now):
        raise forbidden("The account owner always stays, as the account owner.")
    for members in (team["members"], team["passive"]):
        members.pop(key, None)
    team["passive" if passive else "members"][key] = role
    ask.store.save(team)
    return _member(ask, team, key)


@table.delete("/{team}/members/{user}")
def leave(ask: Ask) -> Any:
    """Removes a member, who may be oneself, from the team and its projects."""
    team = access.team(ask)
    key, _ = _of_address(ask, team)
    if key != ask.user["id"]:
        access.team(ask, "Project_Admin")
    if key == team["owner"]:
        raise forbidden("The account owner always stays.")
    remove(ask, team, key)


@table.get(_OF_PROJECT)
def of_project(ask: Ask) -> Any:
    """Everybody with a role in the project, by its own word or the team's."""
    team, project = access.team(ask), access.project(ask)
    shown = [(user, access.role_in_project(team, project, {"id": user})) for user in team["members"]]
    return [_project_member(ask, team, user, role) for user, role in shown if role]


@table.post(_OF_PROJECT)
def add_to_project(ask: Ask) -> Any:
    """Gives a user a role in the project. Who is not in the team yet comes in, without a role in other projects."""
    team, project, fields = access.team(ask), access.project(ask, "Project_Admin"), ask.fields()
    user = _named(ask, fields)
    role = _project_role(ask, team, project, fields)
    _changeable(team, user["id"])
    if user["id"] in team["passive"]:
        raise conflict(f"{user['email'][:80]} is a passive member of the team; let them in first.")
    if project["roles"].get(user["id"]):
        raise conflict(f"{user['email'][:80]} has a role in this project already.")
    if user["id"] not in team["members"]:
        team["members"][user["id"]] = people.MEMBER
        ask.store.save(team)
    return _give(ask, team, project, user["id"], role)


@table.put(_OF_PROJECT, _OF_PROJECT + "/{user}")
def update_in_project(ask: Ask) -> Any:
    """Changes a member's role in the project."""
    team, project, fields = access.team(ask), access.project(ask, "Project_Admin"), ask.fields()
    key = _in_project(ask, team, project, fields)
    role = _project_role(ask, team, project, fields)
    _changeable(team, key)
    return _give(ask, team, project, key, role)


@table.delete(_OF_PROJECT, _OF_PROJECT + "/{user}")
def remove_from_project(ask: Ask) -> Any:
    """Keeps a member out of the project, whatever the team gives them.

    The documents' address names nobody, nor does the published SDK 1.0.56 when it removes a user: read as oneself, for
    members may remove themselves (Bimplus documentation, Membership Service).
    """
    team, project = access.team(ask), access.project(ask)
    named = "user" in ask.path or ask.body
    key = _in_project(ask, team, project, None if "user" in ask.path else ask.fields()) if named else ask.user["id"]
    if key != ask.user["id"]:
        access.project(ask, "Project_Admin")
    _changeable(team, key)
    project["roles"].pop(key, None)
    if access.role_in_project(team, project, {"id": key}):
        project["roles"][key] = ""
    ask.store.save(project)


def _give(ask: Ask, team: Record, project: Record, user: str, role: str) -> Record:
    project["roles"][user] = role
    ask.store.save(project)
    return _project_member(ask, team, user, role)


def _member(ask: Ask, team: Record, user: str) -> Record:
    role, found = team["members"].get(user) or team["passive"].get(user), _user(ask, user)
    return {
        "user": {name: found[name] for name in ("id", "email", "status")},
        "roles": [roles.named(team, role)["name"]],
        "status": "Passive" if user in team["passive"] else "Active",
    }


def _project_member(ask: Ask, team: Record, user: str, role: str) -> Record:
    found = _user(ask, user)
    member = {"id": found["id"], "email": found["email"]}
    return {"member": member, "role": roles.named(team, role), "user": person(found)}


def _user(ask: Ask, key: str) -> Record:
    found = ask.store.get("user", key)
    assert found is not None, "who is deleted leaves every team"
    return found


def _role(ask: Ask, team: Record, fields: Fields) -> str | None:
    """The one role of the list `roles` that is more than being a member."""
    said = [roles.chosen(team, one, "roles") for one in (fields.items("roles") or [])[:100]]
    more = [*{role for role in said if role != people.MEMBER}]
    if len(more) > 1:
        raise fields.wrong("roles", "a list with one role beside Member at most")
    if not more:
        return people.MEMBER if said else None
    if more == [people.OWNER] and ask.path.get("user", "").lower() == team["owner"]:
        return people.OWNER
    return roles.grant(team, more[0], access.rights_of(team, access.role_in_team(team, ask.user)))


def _project_role(ask: Ask, team: Record, project: Record, fields: Fields) -> str:
    role = roles.chosen(team, fields.raw("role"), "role")
    if role == people.MEMBER:
        raise fields.wrong("role", "a role in projects")
    return roles.grant(team, role, access.rights_in(team, project, ask.user))


def _meant(ask: Ask, fields: Fields, name: str) -> Record:
    """The user in a field, by `id` or else `email`."""
    said = fields.within(name) or Fields({}, f"{name}.")
    key, email = said.guid("id"), said.text("email")
    found = ask.store.get("user", key) if key else by_email(ask, email) if email else None
    if found is None:
        raise bad(f"{name} must be an existing user, by id or email.")
    return found


def _named(ask: Ask, fields: Fields) -> Record:
    return _meant(ask, fields, "user" if "user" in fields and "member" not in fields else "member")


def _of_address(ask: Ask, team: Record) -> tuple[str, str]:
    """The member of the address, and the role in the team."""
    key = ask.id("user")
    role = team["members"].get(key) or team["passive"].get(key)
    if role is None:
        raise missing("member", key)
    return key, role


def _in_project(ask: Ask, team: Record, project: Record, fields: Fields | None) -> str:
    """Who is meant, by address or body, if they have a role in the project."""
    key = ask.id("user") if "user" in ask.path else str(_named(ask, fields or Fields({}))["id"])
    if not access.role_in_project(team, project, {"id": key}):
        raise missing("member", key)
    return key


def _changeable(team: Record, user: str) -> None:
    if user == team["owner"]:
        raise forbidden("The account owner always stays, as the account owner.")

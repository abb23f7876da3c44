"""Invitations to a team or its projects. Source: published JavaScript SDK 1.0.56 for the addresses, published .NET
example for the fields. No mail is sent; who has an account gets a message."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, people
from bimplus_nb.sandbox.fields import Fields, now
from bimplus_nb.sandbox.notices import tell
from bimplus_nb.sandbox.problem import bad, conflict, forbidden, missing
from bimplus_nb.sandbox.routes import roles
from bimplus_nb.sandbox.routes.session import by_email, email_of, person
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_MOST_PROJECTS = 100
_TEXT = 5000


@table.get("/invitations/{invitation}")
def mine(ask: Ask) -> Any:
    """One's own, without being in the team yet."""
    return _shown(ask, *_own(ask))


@table.put("/invitations/{invitation}/accept")
def accept(ask: Ask) -> Any:
    """Takes whoever was invited into the team, and gives them what they were invited to. Nobody loses a role by it."""
    invitation, team = _own(ask)
    user = ask.user["id"]
    _still_open(invitation)
    if user in team["passive"]:
        raise forbidden("You are a passive member of this team; an admin must let you in.")
    if user not in team["members"]:
        team["members"][user] = invitation["role"] or people.MEMBER
        ask.store.save(team)
    for project_id, role in invitation["projects"].items():
        project = ask.store.get("project", project_id)
        if project and user != team["owner"] and not project["roles"].get(user):
            project["roles"][user] = role
            ask.store.save(project)
    invitation.update(status="Accepted", changed=now())
    return _shown(ask, ask.store.save(invitation), team)


@table.get("/{team}/invitations")
def every(ask: Ask) -> Any:
    """Those that this user could have written, with `projectId` to one project."""
    team, wanted = access.team(ask), ask.query.get("projectid", "").lower()
    found = [one for one in ask.store.all("invitation", owner=team["id"]) if _may(ask, team, one)]
    if wanted not in ("", "undefined", "null"):
        found = [one for one in found if wanted in one["projects"]]
    return [_shown(ask, one, team) for one in found]


@table.post("/{team}/invitations")
def create(ask: Ask) -> Any:
    """Invites an e-mail address to the team, or to projects with a role in each. Needs Project_Admin there."""
    team, fields = access.team(ask), ask.fields()
    email, role, projects = email_of(fields), *_offered(ask, team, fields)
    waiting = [one for one in ask.store.all("invitation", owner=team["id"]) if one["status"] == "Open"]
    if any(one["email"].lower() == email.lower() and [*one["projects"]] == [*projects] for one in waiting):
        raise conflict(f"{email[:80]} is invited already.")
    when = now()
    invitation = {
        "email": email,
        "text": _text(fields) or "",
        "inviter": ask.user["id"],
        "status": "Open",
        "role": role,
        "projects": projects,
        "created": when,
        "changed": when,
    }
    ask.store.add("invitation", invitation, owner=team["id"])
    user = by_email(ask, email)
    if user:
        data = {"invitationId": invitation["id"], "teamSlug": team["slug"], "teamName": team["name"]}
        tell(ask.store, user["id"], sender=ask.user["id"], source="Bimplus", topic="INVITATION", code="OK", data=data)
    return _shown(ask, invitation, team)


@table.get("/{team}/invitations/{invitation}")
def one(ask: Ask) -> Any:
    return _shown(ask, *_found(ask))


@table.put("/{team}/invitations/{invitation}")
def update(ask: Ask) -> Any:
    """Changes the words, and the role and projects if the body has any, while nobody has accepted."""
    invitation, team = _found(ask)
    fields = ask.fields()
    _still_open(invitation)
    text = _text(fields)
    invitation["text"] = invitation["text"] if text is None else text
    if any(name in fields for name in ("projects", "projectId", "role", "roleName")):
        invitation["role"], invitation["projects"] = _offered(ask, team, fields)
    invitation["changed"] = now()
    return _shown(ask, ask.store.save(invitation), team)


@table.delete("/{team}/invitations/{invitation}")
def delete(ask: Ask) -> Any:
    ask.store.delete(_found(ask)[0]["id"])


def _offered(ask: Ask, team: Record, fields: Fields) -> tuple[str | None, dict[str, str]]:
    """What is offered: a role in the team, or roles in projects. Refused where this user could not give it."""
    said = fields.items("projects")
    if not said and fields.raw("projectId") is not None:
        said = [{name: fields.raw(name) for name in ("projectId", "role", "roleName") if name in fields}]
    if not said:
        access.team(ask, "Project_Admin")
        role = _role(team, fields) if "role" in fields or "roleName" in fields else people.MEMBER
        mine = access.rights_of(team, access.role_in_team(team, ask.user))
        return roles.grant(team, role, mine), {}
    projects = {}
    for item in said[:_MOST_PROJECTS]:
        if not isinstance(item, dict):
            raise bad("projects must be a list of objects.")
        part = Fields(item, "projects.")
        project = access.require(ask, "Project_Admin", part.guid("projectId"), name="projects.projectId")
        role = _role(team, part)
        if role == people.MEMBER:
            raise part.wrong("role", "a role in projects")
        projects[str(project["id"])] = roles.grant(team, role, access.rights_in(team, project, ask.user))
    return None, projects


def _role(team: Record, fields: Fields) -> str:
    said = fields.raw("role")
    return roles.chosen(team, fields.raw("roleName") if said is None else said, "role")


def _text(fields: Fields) -> str | None:
    text = fields.text("invitationText", limit=_TEXT)
    return fields.text("message", limit=_TEXT) if text is None else text


def _may(ask: Ask, team: Record, invitation: Record) -> bool:
    """Whether this user administers all that the invitation is to."""
    if "Project_Admin" in access.rights_of(team, access.role_in_team(team, ask.user)):
        return True
    projects = [ask.store.get("project", key) for key in invitation["projects"]]
    return bool(projects) and all(
        project is not None and "Project_Admin" in access.rights_in(team, project, ask.user) for project in projects
    )


def _found(ask: Ask) -> tuple[Record, Record]:
    team, key = access.team(ask), ask.id("invitation")
    found = ask.store.get("invitation", key)
    mine = {one["id"] for one in ask.store.all("invitation", owner=team["id"])}
    if found is None or key not in mine or not _may(ask, team, found):
        raise missing("invitation", key)
    return found, team


def _own(ask: Ask) -> tuple[Record, Record]:
    """The invitation of the address, if it is this user's, and its team."""
    key = ask.id("invitation")
    found = ask.store.get("invitation", key)
    row = ask.store.row("SELECT owner FROM things WHERE id = ?", key)
    team = ask.store.get("team", row[0]) if row and row[0] else None
    if found is None or team is None or found["email"].lower() != ask.user["email"].lower():
        raise missing("invitation", key)
    if team["status"] != "Active":
        raise forbidden(f"Team {team['slug'][:80]!r} is {team['status'].lower()}; nobody enters it.")
    return found, team


def _still_open(invitation: Record) -> None:
    if invitation["status"] != "Open":
        raise conflict("This invitation was accepted already.")


def _shown(ask: Ask, invitation: Record, team: Record) -> Record:
    inviter = ask.store.get("user", invitation["inviter"])
    projects = [(ask.store.get("project", key), role) for key, role in invitation["projects"].items()]
    return {
        "id": invitation["id"],
        "email": invitation["email"],
        "invitationText": invitation["text"],
        "status": invitation["status"],
        "inviter": person(inviter) if inviter else None,
        "created": invitation["created"],
        "changed": invitation["changed"],
        "teamSlug": team["slug"],
        "teamName": team["name"],
        "role": roles.named(team, invitation["role"]) if invitation["role"] else None,
        "projects": [
            {"projectId": project["id"], "projectName": project["name"], "roleName": roles.named(team, role)["name"]}
            for project, role in projects
            if project
        ],
    }

"""Who may see and do what: the one place where a right is asked for.

Each function finds what an address names and refuses in the same order everywhere: 404 for what does not exist, lies
in another team or is not this user's to see, then 403 for what may be seen but not done.
"""

from __future__ import annotations

from bimplus_nb.sandbox import people
from bimplus_nb.sandbox.fields import guid
from bimplus_nb.sandbox.people import Right
from bimplus_nb.sandbox.problem import forbidden, missing
from bimplus_nb.sandbox.wire import Ask, Record


def role_in_team(team: Record, user: Record) -> str | None:
    role: str | None = team["members"].get(user["id"])
    return role


def role_in_project(team: Record, project: Record, user: Record) -> str | None:
    """A project's own word on this user, else the team's. An empty role keeps a member out."""
    role: str | None = project["roles"].get(user["id"], role_in_team(team, user))
    return role if user["id"] in team["members"] and role != people.MEMBER else None


def rights_of(team: Record, role: str | None) -> frozenset[Right]:
    """What a role gives: one of the four that are everywhere, or one that this team made for itself."""
    custom = team["customRoles"].get(role or "")
    if custom is None:
        return people.rights(role)
    return frozenset(right for resource in custom["resources"] for right in resource["rights"])


def rights_of_role(team: Record, project: Record, user: Record) -> frozenset[Right]:
    """What this user's role in the project gives, even while it lies in the recycle bin."""
    return rights_of(team, role_in_project(team, project, user))


def rights_in(team: Record, project: Record, user: Record) -> frozenset[Right]:
    return frozenset() if "recycled" in project else rights_of_role(team, project, user)


def is_portal(ask: Ask) -> bool:
    """Whether the shop and portal ask: the sign-in is theirs and the user's who is account owner of some team."""
    if ask.signed is None or ask.signed.application != people.PORTAL:
        return False
    return any(team["owner"] == ask.user["id"] for team in ask.store.all("team"))


def portal(ask: Ask) -> None:
    """Refuses whoever is not the shop and portal. Source: Bimplus documentation, User, Team and Administration."""
    if not is_portal(ask):
        raise forbidden(
            "This is for the shop and portal only: a token for their application_id, of the account owner of a team."
        )


def teams_of(ask: Ask) -> list[Record]:
    return [team for team in ask.store.all("team") if ask.user["id"] in team["members"]]


def named_team(ask: Ask, *, anybody: bool = False) -> Record:
    """The team of the address, whether it may be entered or not; with `anybody` also one of strangers."""
    name = ask.path["team"].lower()
    key = guid(name)
    teams = ask.store.all("team") if anybody else teams_of(ask)
    found = next((team for team in teams if team["slug"] == name or team["id"] == key), None)
    if found is None:
        raise missing("team", ask.path["team"])
    return found


def team(ask: Ask, right: Right | None = None) -> Record:
    """The team of the address."""
    found = named_team(ask)
    if found["status"] != "Active":
        raise forbidden(f"Team {found['slug'][:80]!r} is {found['status'].lower()}; nobody enters it.")
    role = role_in_team(found, ask.user)
    if right and right not in rights_of(found, role):
        raise _refusal(found, right, role, f"team {found['slug'][:80]!r}")
    return found


def visible_projects(ask: Ask, team: Record) -> list[Record]:
    if team["status"] != "Active":
        return []
    projects = ask.store.all("project", owner=team["id"])
    return [project for project in projects if "Project_View" in rights_in(team, project, ask.user)]


def require(ask: Ask, right: Right, project: str | None, *, what: str = "project", name: str = "") -> Record:
    """The project, if it is in the address's team, visible, and this user has the right in it.

    `what` and `name` are the thing asked for when it is not the project itself: the words of a 404.
    """
    home = team(ask)
    found = ask.store.get("project", project) if project else None
    granted = rights_in(home, found, ask.user) if found and found["team"] == home["id"] else frozenset()
    if found is None or "Project_View" not in granted:
        raise missing(what, name or project or "")
    if right not in granted:
        raise _refusal(home, right, role_in_project(home, found, ask.user), f"project {found['name'][:80]!r}")
    return found


def project(ask: Ask, right: Right = "Project_View") -> Record:
    """The project of the address."""
    return require(ask, right, ask.id("project"), name=ask.path["project"])


def thing(ask: Ask, kind: str, right: Right = "Project_View") -> Record:
    """The issue, pin, comment, … of the address."""
    key = ask.id(kind)
    found = ask.store.get(kind, key)
    require(ask, right, ask.store.project_of(key) if found else None, what=kind, name=ask.path[kind])
    assert found is not None
    return found


def model(ask: Ask, right: Right = "Project_View") -> Record:
    """The model of the address, by its own id or its topology's, as the vendor's viewer asks with either."""
    key = ask.id("model")
    row = ask.store.row("SELECT model FROM objects WHERE id = ? AND type = 'TopologyDivision'", key)
    found = ask.store.get("model", row[0] if row else key)
    require(ask, right, found["projectId"] if found else None, what="model", name=ask.path["model"])
    assert found is not None
    return found


def _refusal(team: Record, right: Right, role: str | None, where: str) -> Exception:
    name = team["customRoles"].get(role, {}).get("name", role) or "none"
    return forbidden(f"This needs the right {right} in {where}; your role there is {name[:80]}.")

"""Roles and rights. Source: Bimplus documentation, Role Service; own roles and the list of rights: published JavaScript
SDK 1.0.56. Which role gives what is in `people`."""

from __future__ import annotations

import uuid
from typing import Any

from bimplus_nb.sandbox import access, people
from bimplus_nb.sandbox.fields import NAME, Fields, guid
from bimplus_nb.sandbox.people import Right
from bimplus_nb.sandbox.problem import bad, conflict, forbidden, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_MOST = 100


@table.get("/{team}/roles")
def every(ask: Ask) -> Any:
    """All roles; `customrole` chooses the team's own or the others, `rights=false` leaves the rights out."""
    team, rights, custom = access.team(ask), ask.flag("rights", True), ask.flag("customrole")
    shown = [_built_in(name) for name in people.ROLES] + [_own(key, role) for key, role in _custom(team)]
    if ask.query.get("customrole", "undefined") not in ("", "undefined", "null"):
        shown = [role for role in shown if role["customRole"] == custom]
    return shown if rights else [{**role, "resources": []} for role in shown]


@table.get("/{team}/roles/{role}")
def one(ask: Ask) -> Any:
    team, key = access.team(ask), ask.id("role")
    name = next((name for name, known in people.ROLE_IDS.items() if known == key), None)
    return _built_in(name) if name else _own(key, _found(ask, team))


@table.post("/{team}/roles")
def create(ask: Ask) -> Any:
    """A role of the team's own, by its account owner."""
    team, fields, key = _owned(ask), ask.fields(), str(uuid.uuid4())
    if len(team["customRoles"]) >= _MOST:
        raise conflict(f"A team has at most {_MOST} roles of its own.")
    role = {"name": _free_name(team, fields, key), "resources": _resources(fields) or []}
    team["customRoles"][key] = role
    ask.store.save(team)
    return _own(key, role)


@table.put("/{team}/roles/{role}")
def update(ask: Ask) -> Any:
    """Changes what is given; who has the role has its new rights at once."""
    team, fields, key = _owned(ask), ask.fields(), ask.id("role")
    role = _found(ask, team)
    if "name" in fields:
        role["name"] = _free_name(team, fields, key)
    resources = _resources(fields)
    role["resources"] = role["resources"] if resources is None else resources
    ask.store.save(team)
    return _own(key, role)


@table.delete("/{team}/roles/{role}")
def delete(ask: Ask) -> Any:
    """Deletes a role that nobody has."""
    team, key = _owned(ask), ask.id("role")
    _found(ask, team)
    projects = ask.store.all("project", owner=team["id"])
    given = [team["members"], team["passive"], *(project["roles"] for project in projects)]
    for invitation in ask.store.all("invitation", owner=team["id"]):
        given += [{"": invitation["role"]}, invitation["projects"]]
    if any(key in roles.values() for roles in given):
        raise conflict("Somebody has this role; give them another one first.")
    del team["customRoles"][key]
    ask.store.save(team)


@table.get("/{team}/rights")
def rights(ask: Ask) -> Any:
    """All rights there are, by what they are rights in; `global` and `project` choose."""
    access.team(ask)
    wanted = {"UserRightGlobal": ask.flag("global"), "UserRightProject": ask.flag("project")}
    names = [name for name, chosen in wanted.items() if chosen] or [*wanted]
    return [{"resource": name, "rights": [*people.RESOURCES[name]]} for name in names]


def named(team: Record, role: str) -> Record:
    """A role as part of a membership: id and name."""
    custom = team["customRoles"].get(role)
    return {"id": role, "name": custom["name"]} if custom else {"id": people.ROLE_IDS.get(role), "name": role}


def chosen(team: Record, said: Any, where: str) -> str:
    """The role meant by a text or by {"id"} or {"name"}; the id counts where they do not fit.

    The published .NET example writes names without the underscore.
    """
    fields = Fields(said, f"{where}.") if isinstance(said, dict) else Fields({"name": said}, f"{where}.")
    text = fields.text("id", limit=NAME) or fields.text("name", limit=NAME) or ""
    key = guid(text)
    known = {_folded(people.MEMBER): people.MEMBER}
    known |= {_folded(custom["name"]): own for own, custom in _custom(team)}
    known |= {_folded(name): name for name in people.ROLES}
    by_id = {known_id: name for name, known_id in people.ROLE_IDS.items()} | {own: own for own, _ in _custom(team)}
    role = by_id.get(key) if key else known.get(_folded(text))
    if role is None:
        raise bad(f"{where} must be a role of this team, by id or name.")
    return role


def grant(team: Record, role: str, granted: frozenset[Right]) -> str:
    """The role, if whoever has the rights `granted` may give it to others: none gives more than they have."""
    if role == people.OWNER:
        raise forbidden("A team has one account owner; the role is not given to others.")
    if not access.rights_of(team, role) <= granted:
        raise forbidden(f"Nobody gives rights that they do not have; {named(team, role)['name'][:80]!r} has more.")
    return role


def _built_in(name: str) -> Record:
    rights = people.rights(name)
    # An account owner has the rights in projects by AllProjects; the payload lists the global ones alone.
    names = ["UserRightGlobal"] if name == people.OWNER else ["UserRightProject"]
    resources = [
        {"resource": resource, "rights": [right for right in people.RESOURCES[resource] if right in rights]}
        for resource in names
    ]
    return {"id": people.ROLE_IDS[name], "name": name, "customRole": False, "resources": resources}


def _own(key: str, role: Record) -> Record:
    return {"id": key, "name": role["name"], "customRole": True, "resources": role["resources"]}


def _custom(team: Record) -> list[tuple[str, Record]]:
    return [*team["customRoles"].items()]


def _found(ask: Ask, team: Record) -> Record:
    """The team's own role of the address."""
    key = ask.id("role")
    if key in people.ROLE_IDS.values():
        raise forbidden("The roles of the service itself stay as they are.")
    found: Record | None = team["customRoles"].get(key)
    if found is None:
        raise missing("role", key)
    return found


def _owned(ask: Ask) -> Record:
    team = access.team(ask)
    if team["owner"] != ask.user["id"]:
        raise forbidden("Only the account owner makes, changes or deletes roles.")
    return team


def _free_name(team: Record, fields: Fields, key: str) -> str:
    name = fields.needed("name")
    taken = [people.MEMBER, *people.ROLES, *(role["name"] for own, role in _custom(team) if own != key)]
    if _folded(name) in {_folded(one) for one in taken}:
        raise conflict(f"There is a role {name[:80]!r} in this team already.")
    return name


def _resources(fields: Fields) -> list[Record] | None:
    said = fields.items("resources")
    if said is None:
        return None
    granted: dict[str, set[str]] = {name: set() for name in people.RESOURCES}
    for item in said:
        if not isinstance(item, dict):
            raise fields.wrong("resources", 'a list of {"resource", "rights"}')
        one = Fields(item, "resources.")
        resource = one.choice("resource", people.RESOURCES)
        if resource is None:
            raise one.wrong("resource", "one of " + ", ".join(people.RESOURCES))
        for right in one.items("rights") or []:
            if right not in people.RESOURCES[resource]:
                raise one.wrong("rights", "of " + ", ".join(people.RESOURCES[resource]))
            granted[resource].add(right)
    return [
        {"resource": resource, "rights": [right for right in people.RESOURCES[resource] if right in rights]}
        for resource, rights in granted.items()
        if rights
    ]


def _folded(name: str) -> str:
    return name.replace("_", "").strip().lower()

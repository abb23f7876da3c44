"""Teams. Source: Bimplus documentation, Team Service; `PUT /team`: published JavaScript SDK 1.0.56."""

from __future__ import annotations

import base64
import re
from typing import Any

from bimplus_nb.sandbox import access, accounts, templates
from bimplus_nb.sandbox.fields import Fields
from bimplus_nb.sandbox.problem import conflict, forbidden, missing
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

# The real service hands out its database's connection string here. A client must drop it before it shows, keeps or
# logs a team; this made-up one is there so that a test can look for it.
_CONNECTION = base64.b64encode(b"Server=sandbox.invalid;Database=teamworks;User=nobody;Password=not-a-secret").decode()
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
# What stands in an address where a team's slug could stand.
_RESERVED = frozenset(
    [
        *("administration", "authorize", "content", "cross-authorize", "cross-token", "hello", "invitations", "logs"),
        *("messages", "projects", "team", "teams", "user", "users"),
    ]
)


@table.get("/teams")
def all_teams(ask: Ask) -> Any:
    """The teams this user belongs to; with `filterEmpty` only those with a project to see."""
    teams = access.teams_of(ask)
    if ask.flag("filterEmpty"):
        teams = [team for team in teams if access.visible_projects(ask, team)]
    return [_team(ask, team) for team in teams]


@table.post("/teams")
def create(ask: Ask) -> Any:
    access.portal(ask)
    fields = ask.fields()
    slug, name = fields.needed("slug"), fields.needed("name")
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        raise fields.wrong("slug", "1 to 100 of a-z, 0-9 and -, and no word that addresses begin with")
    if any(team["slug"] == slug for team in ask.store.all("team")):
        raise conflict(f"There is a team {slug!r} already.")
    owner = fields.guid("owner")
    if owner is None or ask.store.get("user", owner) is None:
        raise fields.wrong("owner", "the id of a user")
    team = accounts.new_team(slug, name, owner)
    team["totalStorage"] = _storage(fields, team["totalStorage"])
    team["dataStorageStatus"] = fields.choice("dataStorageStatus", ("Online", "Offline")) or "Online"
    team["public"] = _public(fields, team)
    templates.furnish(ask.store, ask.store.add("team", team))
    return _full(ask, team)


@table.get("/teams/{team}")
def one(ask: Ask) -> Any:
    """One team, by slug or id, with its figures."""
    return _full(ask, access.named_team(ask, anybody=access.is_portal(ask)))


@table.put("/teams/{team}")
def update(ask: Ask) -> Any:
    return _update(ask, access.named_team(ask, anybody=access.is_portal(ask)), ask.fields())


@table.put("/team")
def update_named(ask: Ask) -> Any:
    """The same, for the team that the body names by `id` or `slug`."""
    fields = ask.fields()
    name = fields.guid("id") or fields.needed("slug").lower()
    teams = ask.store.all("team") if access.is_portal(ask) else access.teams_of(ask)
    found = next((team for team in teams if name in (team["id"], team["slug"])), None)
    if found is None:
        raise missing("team", name)
    return _update(ask, found, fields)


@table.delete("/teams/{team}")
def delete(ask: Ask) -> Any:
    """Deletes the team with its projects and everything in them."""
    found = access.named_team(ask, anybody=access.is_portal(ask))
    access.portal(ask)
    ask.store.delete(found["id"])


def used_space(store: Store, team: Record) -> int:
    """Bytes of the bodies and files in a team's projects."""
    keys = [project["id"] for project in store.all("project", owner=team["id"])]
    slots = ", ".join("?" * len(keys))
    bodies = store.row(
        "SELECT total(length(head) + length(geometry) + length(tail)) FROM solids "
        f"WHERE object IN (SELECT seq FROM objects WHERE project IN ({slots}))",
        *keys,
    )[0]
    files = store.row(
        f"SELECT total(length(body)) FROM files WHERE owner IN (SELECT id FROM things WHERE project IN ({slots}))",
        *keys,
    )[0]
    return int(bodies + files)


def _update(ask: Ask, team: Record, fields: Fields) -> Record:
    """Changes the name, who else may read, and the status.

    Of the storage bought, which the documents want said with every change, only the portal's word counts.
    """
    portal = access.is_portal(ask)
    if team["owner"] != ask.user["id"] and not portal:
        raise forbidden("Only the account owner, or the shop and portal, change a team.")
    if "name" in fields:
        team["name"] = fields.needed("name")
    storage = _storage(fields, team["totalStorage"])
    status = fields.choice("status", ("Active", "Inactive", "Disabled")) or team["status"]
    if status != team["status"] and "Disabled" in (status, team["status"]) and not portal:
        raise forbidden("Only the shop and portal disable a team or enable it again.")
    storage = storage if portal else team["totalStorage"]
    team.update(totalStorage=storage, status=status, public=_public(fields, team))
    return _full(ask, ask.store.save(team))


def _storage(fields: Fields, present: int) -> int:
    value = fields.number("totalStorage")
    if value is None:
        return present
    if value < 0 or value != int(value):
        raise fields.wrong("totalStorage", "a whole number of bytes")
    return int(value)


def _public(fields: Fields, team: Record) -> Record:
    """What is said of users outside the team. It is kept; the sandbox lets nobody in by it."""
    said, present = fields.within("public") or Fields({}), team["public"]
    read, write = said.flag("read"), said.flag("write")
    return {
        "read": present["read"] if read is None else read,
        "write": present["write"] if write is None else write,
    }


def _full(ask: Ask, team: Record) -> Record:
    projects, members = ask.store.count("project", team["id"]), len(team["members"])
    stats = {
        "usedSpace": used_space(ask.store, team),
        "numberOfProjects": projects,
        "numberOfMembers": members,
        "totalSpace": team["totalStorage"],
        "totalNumberOfProjects": projects,
        "totalNumberOfMembers": members,
    }
    writes = "Project_Edit" in access.rights_of(team, access.role_in_team(team, ask.user))
    return {**_team(ask, team), "storageStats": stats, "haswriteaccess": writes, "public": team["public"]}


def _team(ask: Ask, team: Record) -> Record:
    role = access.role_in_team(team, ask.user)
    return {
        "id": team["id"],
        "slug": team["slug"],
        "name": team["name"],
        "displayname": f"{team['name']} ({team['slug']})",
        "owner": team["owner"],
        "totalStorage": team["totalStorage"],
        "storageStats": None,
        "status": team["status"],
        "teamWorksConnection": _CONNECTION,
        "dataStorageStatus": team["dataStorageStatus"],
        "accountType": "Sandbox",
        "ismyteam": team["owner"] == ask.user["id"],
        "rights": {"projectCreate": "Project_Create" in access.rights_of(team, role)},
    }

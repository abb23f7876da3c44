"""Teams. Source: Bimplus documentation, Team Service."""

from __future__ import annotations

import base64
from typing import Any

from bimplus_nb.sandbox import access, people
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

# The real service hands out its database's connection string here. A client must drop it before it shows, keeps or
# logs a team; this made-up one is there so that a test can look for it.
_CONNECTION = base64.b64encode(b"Server=sandbox.invalid;Database=teamworks;User=nobody;Password=not-a-secret").decode()


@table.get("/teams")
def all_teams(ask: Ask) -> Any:
    """The teams this user belongs to; with `filterEmpty` only those with a project to see."""
    teams = access.teams_of(ask)
    if ask.flag("filterEmpty"):
        teams = [team for team in teams if access.visible_projects(ask, team)]
    return [_team(ask, team) for team in teams]


@table.get("/teams/{team}")
def one(ask: Ask) -> Any:
    """One team, by slug or id, with its figures."""
    team = access.team(ask)
    projects, members = ask.store.count("project", team["id"]), len(team["members"])
    size = ask.store.row("SELECT total(length(head) + length(tail)) FROM solids")[0]
    stats = {
        "usedSpace": int(size),
        "numberOfProjects": projects,
        "numberOfMembers": members,
        "totalSpace": team["totalStorage"],
        "totalNumberOfProjects": projects,
        "totalNumberOfMembers": members,
    }
    return {**_team(ask, team), "storageStats": stats, "public": {"read": False, "write": False}}


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
        "status": "Active",
        "teamWorksConnection": _CONNECTION,
        "dataStorageStatus": "Online",
        "accountType": "Sandbox",
        "ismyteam": team["owner"] == ask.user["id"],
        "rights": {"projectCreate": "Project_Create" in people.rights(role)},
    }

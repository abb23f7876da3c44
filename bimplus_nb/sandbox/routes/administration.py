"""Users, teams and database servers as the shop and portal manage them. Source: Bimplus documentation, Administration,
Database Server Statistics and Database Move Service.

The documents do not say whether the first `pageIndex` is 0 or 1: here it is 0.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, accounts
from bimplus_nb.sandbox.fields import NAME, Fields, now
from bimplus_nb.sandbox.problem import bad, forbidden, missing
from bimplus_nb.sandbox.routes import roles
from bimplus_nb.sandbox.routes.session import profile
from bimplus_nb.sandbox.routes.teams import used_space
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_MB = 2**20
_SPACE = 800_000
_STATUS = ("Active", "Disabled")
_COLUMNS = ("id", "slug", "name", "server", "ownerId", "status", "countMembers", "countProjects", "usedSpace")


@table.get("/administration/users")
def users(ask: Ask) -> Any:
    access.portal(ask)
    return [_user(user) for user in ask.store.all("user")]


@table.get("/administration/users/{user}")
def user(ask: Ask) -> Any:
    found = _found_user(ask)
    return {**_user(found), "adminLog": _log(ask, found)}


@table.put("/administration/users/{user}")
def activate_user(ask: Ask) -> Any:
    """Lets a user sign in, or keeps them from it: their tokens are good for nothing meanwhile."""
    found = _found_user(ask)
    if found["id"] == ask.user["id"]:
        raise forbidden("Nobody activates or disables themselves.")
    _activate(ask, found)
    if found["status"] == "Disabled":
        ask.service.sessions.end_all(found["id"])
    return {**_user(found), "adminLog": _log(ask, found)}


@table.get("/administration/teams")
def teams(ask: Ask) -> Any:
    """All teams; a page of them by the headers pageSize and pageIndex, in the order of sortColumn and sortDirection."""
    access.portal(ask)
    order, descending, page = _order(ask), _descending(ask), _page(ask)
    listed = [_team(ask, team) for team in ask.store.all("team")]
    if order:
        listed.sort(key=lambda team: _sortable(team[order]), reverse=descending)
    return listed[page]


@table.get("/administration/teams/{team}")
def team(ask: Ask) -> Any:
    return _full(ask, _found_team(ask))


@table.put("/administration/teams/{team}")
def activate_team(ask: Ask) -> Any:
    """Opens a team to its members, or closes it: below its slug everybody is refused meanwhile."""
    found = _found_team(ask)
    _activate(ask, found)
    return _full(ask, found)


@table.put("/administration/teams/{team}/move")
def move(ask: Ask) -> Any:
    """Moves the team's database to another server."""
    found, fields = _found_team(ask), ask.fields()
    server = fields.guid("targetServerId")
    if server is None or server not in accounts.SERVERS:
        raise fields.wrong("targetServerId", "the id of a database server")
    author = fields.text("adminId", limit=NAME) or ask.user["id"]
    found["server"] = server
    ask.store.save(found)
    _note(ask, found, "Moved", author, f"To {accounts.SERVERS[server]}")
    return _full(ask, found)


@table.get("/administration/dbservers")
def database_servers(ask: Ask) -> Any:
    access.portal(ask)
    return [_server(ask, key) for key in accounts.SERVERS]


@table.get("/administration/dbservers/{server}")
def database_server(ask: Ask) -> Any:
    access.portal(ask)
    key = ask.id("server")
    if key not in accounts.SERVERS:
        raise missing("database server", key)
    return {**_server(ask, key), "adminLog": []}


def _found_user(ask: Ask) -> Record:
    access.portal(ask)
    key = ask.id("user")
    found = ask.store.get("user", key)
    if found is None:
        raise missing("user", key)
    return found


def _found_team(ask: Ask) -> Record:
    access.portal(ask)
    return access.named_team(ask, anybody=True)


def _activate(ask: Ask, found: Record) -> None:
    """Changes the status of a user or team and writes it into their log."""
    fields = ask.fields()
    status = fields.choice("activeStatus", _STATUS)
    if status is None:
        raise fields.wrong("activeStatus", "one of " + ", ".join(_STATUS))
    author, reason = fields.needed("adminId"), fields.needed("reason")
    found["status"] = status
    ask.store.save(found)
    _note(ask, found, status, author, reason)


def _note(ask: Ask, found: Record, action: str, author: str, reason: str) -> None:
    entry = {"action": action, "author": author, "reason": reason, "timestamp": now()}
    ask.store.add("admin log", entry, owner=found["id"])


def _log(ask: Ask, found: Record) -> list[Record]:
    """What was done to a user or team, newest first."""
    names = ("id", "action", "author", "reason", "timestamp")
    entries = ask.store.all("admin log", owner=found["id"])
    return [{name: entry[name] for name in names} for entry in reversed(entries)]


def _user(user: Record) -> Record:
    return {name: user[name] for name in ("id", "email", "status")}


def _team(ask: Ask, team: Record) -> Record:
    return {
        "id": team["id"],
        "slug": team["slug"],
        "name": team["name"],
        "server": accounts.SERVERS[team["server"]],
        "ownerId": team["owner"],
        "status": team["status"],
        "countMembers": len(team["members"]) + len(team["passive"]),
        "countProjects": ask.store.count("project", team["id"]),
        "usedSpace": _megabytes(ask, team),
    }


def _full(ask: Ask, team: Record) -> Record:
    owner = ask.store.get("user", team["owner"])
    others = {key: role for key, role in {**team["members"], **team["passive"]}.items() if key != team["owner"]}
    members = [_team_member(team, user, others[user["id"]]) for user in ask.store.all("user") if user["id"] in others]
    return {
        "publicRead": team["public"]["read"],
        "publicWrite": team["public"]["write"],
        "teamDbName": f"BimPlus.Tenant.Sandbox.{team['slug']}",
        "payment": None,
        "lastLogin": "0001-01-01T00:00:00",
        "failedLogins": 0,
        "owner": {**profile(owner), "wrongLogins": 0} if owner else None,
        "invitees": len(members),
        "teamMembers": members,
        "adminLog": _log(ask, team),
        **_team(ask, team),
    }


def _team_member(team: Record, user: Record, role: str) -> Record:
    return {
        "id": user["id"],
        "firstname": user["firstname"],
        "lastName": user["lastname"],
        "fullName": f"{user['firstname']} {user['lastname']}".strip(),
        "email": user["email"],
        "roleName": roles.named(team, role)["name"],
        "invitationStatus": None,
    }


def _server(ask: Ask, key: str) -> Record:
    """The figures of one server. A sandbox's space is counted, its growth is not: it is always 0."""
    teams = [team for team in ask.store.all("team") if team["server"] == key]
    spaces = [_megabytes(ask, team) for team in teams]
    projects = [ask.store.count("project", team["id"]) for team in teams]
    used = sum(spaces)
    growth = {
        f"growing{what}Last{time}{of}": 0
        for of in ("SpaceUsed", "Teams", "Projects")
        for what in ("Sum", "PerDay")
        for time in ("Week", "Month")
    }
    return {
        "id": key,
        "dbServerName": accounts.SERVERS[key],
        "dbServerStatus": "Active",
        "usageStatisticsIsWorking": True,
        "dbServerIsClosed": False,
        "dbSpaceTotal": _SPACE,
        "dbSpaceUsed": used,
        "growingDaysLastMonth": 31,
        "growingDaysLastWeek": 7,
        **growth,
        "dbSpaceRemaining": _SPACE - used,
        "dbSpaceRemainingPercentage": round(100 * (_SPACE - used) / _SPACE, 1),
        "numberOfTeams": len(teams),
        "numberOfProjects": sum(projects),
        "numberOfProjectsMin": min(projects, default=0),
        "numberOfProjectsMax": max(projects, default=0),
        "teamDbSpaceMin": min(spaces, default=0),
        "teamDbSpaceMax": max(spaces, default=0),
        "popularity": round(100 * (_SPACE - used) / _SPACE, 4),
        "unitSpace": "MB",
    }


def _megabytes(ask: Ask, team: Record) -> int:
    return -(-used_space(ask.store, team) // _MB)


def _order(ask: Ask) -> str | None:
    headers = Fields({"sortColumn": ask.headers.get("sortcolumn")})
    return headers.choice("sortColumn", _COLUMNS)


def _descending(ask: Ask) -> bool:
    headers = Fields({"sortDirection": ask.headers.get("sortdirection")})
    return headers.choice("sortDirection", ("asc", "desc")) == "desc"


def _sortable(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _page(ask: Ask) -> slice:
    said = {name: ask.headers.get(name.lower()) for name in ("pageSize", "pageIndex")}
    if all(value is None for value in said.values()):
        return slice(None)
    size, index = (_whole(name, value) for name, value in said.items())
    if size == 0:
        raise bad("pageSize must be 1 at least.")
    return slice(index * size, (index + 1) * size)


def _whole(name: str, value: str | None) -> int:
    if value is None:
        raise bad("pageSize and pageIndex are both needed for a page.")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise bad(f"{name} must be a whole number.")
    return int(value)

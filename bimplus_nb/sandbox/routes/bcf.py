"""Issues as BCF files, in and out. Source: published JavaScript SDK 1.0.56, which has the addresses and `version`; what
the answers look like is not known.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bimplus_nb.sandbox import access, issues
from bimplus_nb.sandbox.bcf import export, read, write
from bimplus_nb.sandbox.bcf.importer import Importer
from bimplus_nb.sandbox.bcf.topics import Version
from bimplus_nb.sandbox.fields import guid, parse
from bimplus_nb.sandbox.problem import bad, missing
from bimplus_nb.sandbox.wire import Ask, Record, Reply, Table

table = Table()

_MOST = 10_000
_VERSIONS: dict[str, Version] = {"2.1": "2.1", "2": "2.1", "3.0": "3.0", "3": "3.0"}


@table.put("/{team}/projects/{project}/issues/bcf", upload=True)
def bring(ask: Ask) -> Any:
    """Topics become issues; a topic that came before changes its issue. All or nothing."""
    project = access.project(ask, "Project_Edit")
    found = read.read(ask.upload().content)
    home = access.team(ask)
    members = {
        str(user["email"]).lower(): str(user["id"])
        for user in ask.store.all("user")
        if access.rights_in(home, project, user)
    }
    granted = frozenset[str](access.rights_in(home, project, ask.user))
    report = Importer(ask.store, project, ask.user["id"], members, granted).run(found.topics)
    _tell(ask, report.touched)
    refused = [{"topic": topic, "reason": reason} for topic, reason in found.refused]
    return {"created": report.created, "updated": report.updated, "skipped": [*report.skipped, *refused]}


@table.post("/{team}/projects/{project}/issues/export/bcf")
def of_project(ask: Ask) -> Any:
    """The issues of a project, or those that the body names."""
    project, version, asked = access.project(ask), _version(ask), _asked(ask)
    found = ask.store.all("issue", owner=project["id"])
    return _file(ask, _chosen(found, asked), version, project["name"], (project["id"], project["name"]))


@table.post("/{team}/issues/export/bcf")
def of_team(ask: Ask) -> Any:
    """The issues that the body names, of any project of the team that this user can see; all if it names none."""
    team, version, asked = access.team(ask), _version(ask), _asked(ask)
    projects = access.visible_projects(ask, team)
    found = [issue for project in projects for issue in ask.store.all("issue", owner=project["id"])]
    return _file(ask, _chosen(found, asked), version, team["name"], None)


def _tell(ask: Ask, touched: list[Record]) -> None:
    for user in issues.involved(*touched):
        concerned = [issue for issue in touched if user in issues.involved(issue)]
        issues.tell(ask.store, "ISSUE_UPDATED", ask.user["id"], [user], concerned)


def _version(ask: Ask) -> Version:
    asked = ask.query.get("version", "").strip()
    if asked.lower() in {"", "undefined", "null"}:
        return "2.1"
    if asked not in _VERSIONS:
        raise bad("version must be 2.1 or 3.0.")
    return _VERSIONS[asked]


def _asked(ask: Ask) -> list[str]:
    """The ids of the body: a list, or an object with that list as `ids`."""
    value = parse(ask.body) if ask.body else None
    if isinstance(value, dict):
        value = {name.lower(): item for name, item in value.items()}.get("ids")
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST:
        raise bad(f"The body must be a list of at most {_MOST} ids of issues.")
    ids = [guid(one) if isinstance(one, str) else None for one in value]
    if None in ids:
        raise bad("The body must be a list of ids of issues.")
    return [one for one in ids if one]


def _chosen(found: list[Record], asked: list[str]) -> list[Record]:
    by_id = {issue["id"]: issue for issue in found}
    for one in asked:
        if one not in by_id:
            raise missing("issue", one)
    return [by_id[one] for one in dict.fromkeys(asked)] if asked else found


def _file(ask: Ask, found: list[Record], version: Version, name: str, project: tuple[str, str] | None) -> Reply:
    content = write.write(export.topics(ask.store, found), version, project)
    called = quote("".join(char for char in name if char.isalnum() or char in " -_")[:80].strip() or "issues")
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename=\"issues.bcf\"; filename*=UTF-8''{called}.bcf",
    }
    return Reply(content, headers=headers)

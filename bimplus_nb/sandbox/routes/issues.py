"""Issues. Source: Bimplus documentation, Topic Service and Issue Service; counts, `responsibles`, `shortinfo`, rights
and the library of types: published JavaScript SDK 1.0.56.

Who may: creating needs the right to edit the project; for the rest see `issue_rules`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bimplus_nb.sandbox import access, issue_rules, issues
from bimplus_nb.sandbox.fields import NAME, TEXT, Fields, guid
from bimplus_nb.sandbox.issue_rules import PRIORITIES, STATUS, TYPES
from bimplus_nb.sandbox.people import guid as constant
from bimplus_nb.sandbox.problem import Problem, bad, forbidden
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_TEXTS = {"name": NAME, "description": TEXT, "solution": TEXT, "classification": TEXT, "tag": TEXT}
_MOST_PEOPLE = 100
_SHORT = (
    "id",
    "shortId",
    "projectId",
    "name",
    "status",
    "type",
    "priority",
    "author",
    "responsible",
    "createdAt",
    "dueDate",
)


@table.get("/{team}/projects/{project}/issues")
def of_project(ask: Ask) -> Any:
    """All issues. `scene=false` leaves the scenes out, `scenethumbnail=false` their pictures, `shortinfo=true` most of
    the rest; `currenttime` goes with the last and changes nothing here."""
    project = access.project(ask)
    scene, thumbnail, short = ask.flag("scene", True), ask.flag("scenethumbnail", True), ask.flag("shortinfo")
    _check_time(ask.query.get("currenttime", ""))
    shown = issues.shown(ask.store, project["id"], ask.store.all("issue", owner=project["id"]))
    if short:
        return [{name: issue[name] for name in _SHORT} for issue in shown]
    return [issues.with_scene(issue, scene=scene, thumbnail=thumbnail) for issue in shown]


@table.post("/{team}/projects/{project}/issues")
def create(ask: Ask) -> Any:
    """A new issue by this user, with the project's next number."""
    project = access.project(ask, "Project_Edit")
    issue = issues.make(ask.store, project, ask.user["id"], _changes(ask, project, ask.fields()))
    issues.tell(ask.store, "ISSUE_CREATED", ask.user["id"], issues.involved(issue), [issue])
    return _one(ask, issue)


@table.delete("/{team}/projects/{project}/issues")
def delete_all(ask: Ask) -> Any:
    """Deletes every issue of the project, whoever wrote it: an administrator's work."""
    project = access.project(ask, "Project_Admin")
    gone = ask.store.all("issue", owner=project["id"])
    issues.remember_number(ask.store, project)
    ask.store.run("DELETE FROM things WHERE kind = 'issue' AND owner = ?", project["id"])
    for user in issues.involved(*gone):
        concerned = [issue for issue in gone if user in issues.involved(issue)]
        issues.tell(ask.store, "ISSUE_DELETED", ask.user["id"], [user], concerned)


@table.get("/{team}/issues/types")
@table.get("/{team}/issues/types/{type}")
def types(ask: Ask) -> Any:
    """The documents list both addresses and say "not implemented"."""
    access.team(ask)
    raise Problem(501, "The documents list this and say that it is not implemented; see lib/issuetypes.")


@table.get("/{team}/lib/issuetypes")
def library(ask: Ask) -> Any:
    """The types an issue can have."""
    access.team(ask)
    return [{"id": constant("issue type", name), "name": name} for name in TYPES]


@table.get("/{team}/issues/{issue}")
def one(ask: Ask) -> Any:
    return _one(ask, access.thing(ask, "issue"))


@table.put("/{team}/issues/{issue}")
def update(ask: Ask) -> Any:
    """Changes what is given, as far as this user may."""
    issue = access.thing(ask, "issue")
    project = access.require(ask, "Project_View", issue["projectId"])
    changes = _changes(ask, project, ask.fields(), issue)
    refusal = issue_rules.refusal(issue, ask.user["id"], changes)
    if refusal:
        raise forbidden(refusal)
    told = issues.involved(issue)
    changed = issues.change(ask.store, issue, changes)
    if changed:
        issues.tell(ask.store, "ISSUE_UPDATED", ask.user["id"], told | issues.involved(issue), [issue], changed)
    return _one(ask, issue)


@table.delete("/{team}/issues/{issue}")
def delete(ask: Ask) -> Any:
    """Deletes the issue with its pins and comments; its number is not used again. With `forceDelete` an administrator
    of the project deletes what others wrote."""
    issue, force = access.thing(ask, "issue"), ask.flag("forceDelete")
    if not _rights(ask, issue)["forceDelete" if force else "delete"]:
        raise forbidden("Only its author deletes an issue, or with forceDelete=true an administrator of the project.")
    issues.remember_number(ask.store, access.require(ask, "Project_View", issue["projectId"]))
    ask.store.delete(issue["id"])
    issues.tell(ask.store, "ISSUE_DELETED", ask.user["id"], issues.involved(issue), [issue])


@table.get("/{team}/issues/{issue}/rights")
def rights(ask: Ask) -> Any:
    """What this user may do with the issue now."""
    return _rights(ask, access.thing(ask, "issue"))


def _rights(ask: Ask, issue: Record) -> dict[str, bool]:
    project = access.require(ask, "Project_View", issue["projectId"])
    return issue_rules.rights(issue, ask.user["id"], access.rights_in(access.team(ask), project, ask.user))


def _one(ask: Ask, issue: Record) -> Record:
    return issues.shown(ask.store, issue["projectId"], [issue])[0]


def _check_time(value: str) -> None:
    """The vendor's client sends "2026-11-22T20:34:14+00:00" as it is, so its plus arrives as a space."""
    try:
        datetime.fromisoformat(value.strip().replace(" ", "+") or "2026-01-01")
    except ValueError:
        raise bad("currenttime must be a date and time such as 2026-03-01T10:00:00+00:00.") from None


def _changes(ask: Ask, project: Record, fields: Fields, issue: Record | None = None) -> Record:
    """What a request sets. `author`, `shortId`, `createdAt` and the like are the service's own and passed over."""
    changes: Record = {}
    for name, limit in _TEXTS.items():
        if name in fields:
            changes[name] = fields.text(name, limit=limit)
    if "name" in changes and changes["name"] is None:
        changes["name"] = ""
    if "status" in fields:
        changes["status"] = fields.choice("status", STATUS) or "Open"
    if "type" in fields:
        changes["type"] = fields.choice("type", TYPES) or "Problem"
    if "priority" in fields:
        # The documents list three and then send "very high" themselves.
        changes["priority"] = fields.choice("priority", PRIORITIES, lenient=True)
    if "dueDate" in fields:
        when = fields.moment("dueDate")
        # The year 1 is no date (samples of the documents), so it takes one away.
        changes["dueDate"] = None if when is None or when.startswith("0001-01-01") else when
    if "scene" in fields:
        changes["scene"] = fields.raw("scene")
    if "revision" in fields:
        revision = fields.number("revision")
        changes["revision"] = None if revision is None else int(revision)
    return changes | _people(ask, project, fields, issue)


def _people(ask: Ask, project: Record, fields: Fields, issue: Record | None) -> Record:
    """Who is responsible and who is told. `responsible` is the first of `responsibles`; where a request sends both, as
    one that sends back what it read, the one that differs from what is there is meant."""
    known = issues.involved(issue) if issue else set()
    present = issue_rules.responsibles(issue) if issue else []
    changes: Record = {}
    if "cc" in fields:
        changes["cc"] = _members(ask, project, fields.items("cc") or [], known)
    asked: list[list[str]] = []
    if "responsibles" in fields:
        asked.append(_members(ask, project, fields.items("responsibles") or [], known))
    if "responsible" in fields:
        one = fields.raw("responsible")
        alone = [] if one is None else _members(ask, project, [one], known)
        asked.append(present if alone == present[:1] else alone)
    meant = next((people for people in asked if people != present), present if asked else None)
    if meant is not None and (meant != present or issue is None):
        changes |= {"responsible": meant[0] if meant else None, "responsibles": meant}
    return changes


def _members(ask: Ask, project: Record, values: list[Any], known: set[str]) -> list[str]:
    """The ids of members of the project, each named by id, by e-mail, or by an object with one of these. Who is on the
    issue already may stay there, also after having left."""
    if len(values) > _MOST_PEOPLE:
        raise bad(f"An issue concerns at most {_MOST_PEOPLE} people.")
    home, users = access.team(ask), ask.store.all("user")
    found: list[str] = []
    for value in values:
        named = value if isinstance(value, dict) else {"id": value}
        key = named.get("id") or named.get("email")
        key = key.lower() if isinstance(key, str) else ""
        user = next((one for one in users if (guid(key) or "") == one["id"] or key == one["email"].lower()), None)
        if user is None or not (user["id"] in known or access.rights_in(home, project, user)):
            raise bad("responsible, responsibles and cc must be members of the project.")
        found.append(str(user["id"]))
    return list(dict.fromkeys(found))

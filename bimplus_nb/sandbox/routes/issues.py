"""Issues. Source: Bimplus documentation, Topic Service and Issue Service; counts, `responsibles` and `shortinfo`:
published JavaScript SDK 1.0.56.

Who may: creating needs the right to edit the project. Only the author changes, closes or deletes an issue; the
responsible may write the solution and set it solved or open again.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import NAME, TEXT, Fields, guid, now
from bimplus_nb.sandbox.problem import bad, forbidden
from bimplus_nb.sandbox.routes.session import person
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_STATUS = ("Open", "Solved", "Closed")
_TYPES = ("Problem", "Remark", "Task", "Appointment", "Document", "Contact", "Clash")
_PRIORITIES = ("Low", "Medium", "High")
_TEXTS = {"name": NAME, "description": TEXT, "solution": TEXT, "classification": TEXT, "tag": TEXT}
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
    """All issues; `scene=false` leaves the scenes out, `shortinfo=true` most of the rest."""
    project, scene, short = access.project(ask), ask.flag("scene", True), ask.flag("shortinfo")
    people = {user["id"]: person(user) for user in ask.store.all("user")}
    counts = ask.store.counts(project["id"], "pin", "comment")
    shown = [_shown(issue, people, counts) for issue in ask.store.all("issue", owner=project["id"])]
    if short:
        return [{name: issue[name] for name in _SHORT} for issue in shown]
    return shown if scene else [{key: value for key, value in issue.items() if key != "scene"} for issue in shown]


@table.post("/{team}/projects/{project}/issues")
def create(ask: Ask) -> Any:
    """A new issue by this user, with the project's next number."""
    project, fields, when = access.project(ask, "Project_Edit"), ask.fields(), now()
    # Numbers are never given twice, so the highest ever is kept with the project.
    number = (
        max([project.get("lastIssue", 0), *(one["shortId"] for one in ask.store.all("issue", owner=project["id"]))]) + 1
    )
    record: Record = {
        "shortId": number,
        "projectId": project["id"],
        "name": "",
        "description": None,
        "author": ask.user["id"],
        "responsible": None,
        "cc": [],
        "status": "Open",
        "type": "Problem",
        "priority": None,
        "createdAt": when,
        "modifiedAt": when,
        "dueDate": None,
        "solution": None,
        "classification": "",
        "tag": None,
        "revision": None,
        "scene": None,
    }
    record |= _changes(ask, project, fields)
    issue = ask.store.add("issue", record, owner=project["id"], project=project["id"])
    return _one(ask, issue)


@table.delete("/{team}/projects/{project}/issues")
def delete_all(ask: Ask) -> Any:
    """Deletes every issue of the project, whoever wrote it: an administrator's work."""
    project = access.project(ask, "Project_Admin")
    ask.store.save({**project, "lastIssue": _last_number(ask, project)})
    ask.store.run("DELETE FROM things WHERE kind = 'issue' AND owner = ?", project["id"])


@table.get("/{team}/issues/{issue}")
def one(ask: Ask) -> Any:
    return _one(ask, access.thing(ask, "issue"))


@table.put("/{team}/issues/{issue}")
def update(ask: Ask) -> Any:
    """Changes what is given, as far as this user may."""
    issue = access.thing(ask, "issue")
    project = access.require(ask, "Project_View", issue["projectId"])
    changes = _changes(ask, project, ask.fields())
    changed = {name for name, value in changes.items() if value != issue[name]}
    _check_author(ask, issue, changed, changes)
    if changed:
        issue |= changes
        issue["modifiedAt"] = now()
        ask.store.save(issue)
    return _one(ask, issue)


@table.delete("/{team}/issues/{issue}")
def delete(ask: Ask) -> Any:
    """Deletes the issue with its pins and comments; its number is not used again."""
    issue = access.thing(ask, "issue")
    if issue["author"] != ask.user["id"]:
        raise forbidden("Only its author deletes an issue.")
    project = access.require(ask, "Project_View", issue["projectId"])
    ask.store.save({**project, "lastIssue": _last_number(ask, project)})
    ask.store.delete(issue["id"])


def _last_number(ask: Ask, project: Record) -> int:
    """The highest number any issue of the project ever had; the project keeps it when issues are deleted."""
    numbers = [issue["shortId"] for issue in ask.store.all("issue", owner=project["id"])]
    return max(numbers, default=0) if "lastIssue" not in project else max([project["lastIssue"], *numbers])


def _check_author(ask: Ask, issue: Record, changed: set[str], changes: Record) -> None:
    if not changed or issue["author"] == ask.user["id"]:
        return
    if issue["responsible"] != ask.user["id"]:
        raise forbidden("Only its author changes an issue; its responsible may write the solution.")
    if not changed <= {"solution", "status"}:
        raise forbidden("The responsible of an issue changes its solution and status only.")
    if "status" in changed and "Closed" in (issue["status"], changes["status"]):
        raise forbidden("Only its author closes an issue or opens a closed one.")


def _changes(ask: Ask, project: Record, fields: Fields) -> Record:
    """What a request sets. `author`, `shortId`, `createdAt` and the like are the service's own and passed over."""
    changes: Record = {}
    for name, limit in _TEXTS.items():
        if name in fields:
            changes[name] = fields.text(name, limit=limit)
    if "name" in changes and changes["name"] is None:
        changes["name"] = ""
    if "status" in fields:
        changes["status"] = fields.choice("status", _STATUS) or "Open"
    if "type" in fields:
        changes["type"] = fields.choice("type", _TYPES) or "Problem"
    if "priority" in fields:
        # The documents list three and then send "very high" themselves.
        changes["priority"] = fields.choice("priority", _PRIORITIES, lenient=True)
    if "dueDate" in fields:
        changes["dueDate"] = fields.moment("dueDate")
    if "scene" in fields:
        changes["scene"] = fields.raw("scene")
    if "revision" in fields:
        revision = fields.number("revision")
        changes["revision"] = None if revision is None else int(revision)
    if "responsible" in fields:
        changes["responsible"] = _member(ask, project, fields.raw("responsible"))
    elif "responsibles" in fields:
        several = fields.items("responsibles") or []
        changes["responsible"] = _member(ask, project, several[0]) if several else None
    if "cc" in fields:
        changes["cc"] = [_member(ask, project, one) for one in fields.items("cc") or []]
    return changes


def _member(ask: Ask, project: Record, value: Any) -> str | None:
    """The id of a member of the project, named by id, by {"id"} or by {"email"}."""
    if value is None:
        return None
    named = value if isinstance(value, dict) else {"id": value}
    key, email = named.get("id"), named.get("email")
    home = access.team(ask)
    for user in ask.store.all("user"):
        is_meant = guid(key) == user["id"] if isinstance(key, str) else email == user["email"]
        if is_meant and access.role_in_project(home, project, user):
            return str(user["id"])
    raise bad("responsible and cc must be members of the project.")


def _one(ask: Ask, issue: Record) -> Record:
    people = {user["id"]: person(user) for user in ask.store.all("user")}
    return _shown(issue, people, ask.store.counts(issue["projectId"], "pin", "comment"))


def _shown(issue: Record, people: dict[str, Record], counts: dict[tuple[str, str], int]) -> Record:
    responsible = people.get(issue["responsible"] or "")
    return {
        **issue,
        "author": people.get(issue["author"]),
        "responsible": responsible,
        "responsibles": [responsible] if responsible else [],
        "cc": [people[one] for one in issue["cc"] if one in people],
        "attachmentsCount": 0,
        "pinsCount": counts.get((issue["id"], "pin"), 0),
        "commentsCount": counts.get((issue["id"], "comment"), 0),
        "hyperlinksCount": 0,
    }

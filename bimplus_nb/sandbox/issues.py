"""Issues in the store: made with the next number, shown with their counts, and whom a change is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bimplus_nb.sandbox import notices
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.issue_rules import responsibles
from bimplus_nb.sandbox.routes.session import person
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

_COUNTED = {
    "pin": "pinsCount",
    "comment": "commentsCount",
    "attachment": "attachmentsCount",
    "hyperlink": "hyperlinksCount",
}
_TOLD_NAME = 200


def make(store: Store, project: Record, author: str, changes: Record) -> Record:
    """A new issue with the project's next number. Numbers are never given twice, so the project keeps the last one."""
    when = now()
    number = last_number(store, project) + 1
    project["lastIssue"] = number
    store.save(project)
    record: Record = {
        "shortId": number,
        "projectId": project["id"],
        "name": "",
        "description": None,
        "author": author,
        "responsible": None,
        "responsibles": [],
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
    return store.add("issue", record | changes, owner=project["id"], project=project["id"])


def change(store: Store, issue: Record, changes: Record) -> set[str]:
    """Makes these changes, and answers the names of what differs now."""
    changed = {name for name, value in changes.items() if value != issue.get(name)}
    if changed:
        issue |= changes
        issue["modifiedAt"] = now()
        store.save(issue)
    return changed


def last_number(store: Store, project: Record) -> int:
    """The highest number any issue of the project ever had. A project knows it from its first issue on."""
    if "lastIssue" in project:
        return int(project["lastIssue"])
    (highest,) = store.row(
        "SELECT max(json_extract(CAST(body AS TEXT), '$.shortId')) FROM things WHERE kind = 'issue' AND owner = ?",
        project["id"],
    )
    return int(highest or 0)


def remember_number(store: Store, project: Record) -> None:
    """Before issues are deleted: their numbers stay used."""
    store.save({**project, "lastIssue": last_number(store, project)})


def shown(store: Store, project: str, issues: Iterable[Record]) -> list[Record]:
    """Issues of one project as the service answers them."""
    people = {user["id"]: person(user) for user in store.all("user")}
    issues = list(issues)
    # Of one issue what hangs on it is counted, and not what hangs on everything in the project.
    counts = (
        {(issues[0]["id"], kind): store.count(kind, issues[0]["id"]) for kind in _COUNTED}
        if len(issues) == 1
        else store.counts(project, *_COUNTED)
    )
    return [_shown(issue, people, counts) for issue in issues]


def _shown(issue: Record, people: dict[str, Record], counts: dict[tuple[str, str], int]) -> Record:
    several = [people[one] for one in responsibles(issue) if one in people]
    return {
        **issue,
        "author": people.get(issue["author"]),
        "responsible": several[0] if several else None,
        "responsibles": several,
        "cc": [people[one] for one in issue["cc"] if one in people],
        **{name: counts.get((issue["id"], kind), 0) for kind, name in _COUNTED.items()},
    }


def involved(*states: Record) -> set[str]:
    """Whom issues concern: author, responsible and copied in."""
    return {user for issue in states for user in (issue["author"], *responsibles(issue), *issue["cc"])}


def tell(
    store: Store, topic: str, actor: str, told: Iterable[str], issues: list[Record], changed: Iterable[str] = ()
) -> None:
    """One message to each of `told` but the one who did it.

    Topics ISSUE_UPDATED and ISSUE_DELETED, and a `correlationId` where there is one to name: Bimplus documentation,
    Messaging Service, whose samples do not say what it is of; ISSUE_CREATED goes with them.
    """
    data: Record = {"projectId": issues[0]["projectId"], "issueIds": [issue["id"] for issue in issues]}
    one = issues[0]["id"] if len(issues) == 1 else None
    if one:
        data |= {"shortId": issues[0]["shortId"], "name": issues[0]["name"][:_TOLD_NAME], "changed": sorted(changed)}
    for user in sorted(set(told) - {actor}):
        if store.get("user", user):
            notices.tell(
                store, user, sender=actor, source="IssueService", topic=topic, code="OK", data=data, correlation=one
            )


def with_scene(issue: Record, *, scene: bool, thumbnail: bool) -> Any:
    """The issue without its scene, or without the picture in that, where a list shall be quick."""
    if not scene:
        return {key: value for key, value in issue.items() if key != "scene"}
    if not thumbnail and isinstance(issue["scene"], dict):
        return {**issue, "scene": {key: value for key, value in issue["scene"].items() if key != "thumbnail"}}
    return issue

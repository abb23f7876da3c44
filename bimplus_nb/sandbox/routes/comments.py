"""Comments on issues and objects. Source: Bimplus documentation, Comment Service: what a comment hangs on is always
called `issueId`."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.people import Right
from bimplus_nb.sandbox.problem import forbidden
from bimplus_nb.sandbox.routes.session import person
from bimplus_nb.sandbox.tree import find
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_ON = ("/{team}/issues/{issue}/comments", "/{team}/objects/{object}/comments")


@table.get(*_ON)
def every(ask: Ask) -> Any:
    owner, _ = _owner(ask)
    return [_shown(ask, comment) for comment in ask.store.all("comment", owner=owner)]


@table.post(*_ON)
def create(ask: Ask) -> Any:
    owner, project = _owner(ask, writing=True)
    when = now()
    record = {
        "issueId": owner,
        "text": ask.fields().needed("text"),
        "createdAt": when,
        "modifiedAt": when,
        "author": ask.user["id"],
    }
    return _shown(ask, ask.store.add("comment", record, owner=owner, project=project))


@table.delete(*_ON)
def delete_all(ask: Ask) -> Any:
    """Deletes every comment there, if all are this user's own or the user administers the project."""
    owner, project = _owner(ask, writing=True)
    if any(comment["author"] != ask.user["id"] for comment in ask.store.all("comment", owner=owner)):
        access.require(ask, "Project_Admin", project)
    ask.store.run("DELETE FROM things WHERE kind = 'comment' AND owner = ?", owner)


@table.get("/{team}/comments/{comment}")
def one(ask: Ask) -> Any:
    return _shown(ask, access.thing(ask, "comment"))


@table.put("/{team}/comments/{comment}")
def update(ask: Ask) -> Any:
    comment = _own(ask)
    comment.update(text=ask.fields().needed("text"), modifiedAt=now())
    return _shown(ask, ask.store.save(comment))


@table.delete("/{team}/comments/{comment}")
def delete(ask: Ask) -> Any:
    ask.store.delete(_own(ask)["id"])


def _owner(ask: Ask, *, writing: bool = False) -> tuple[str, str]:
    """What the comments hang on, and its project."""
    right: Right = "Project_Edit" if writing else "Project_View"
    if "issue" in ask.path:
        issue = access.thing(ask, "issue", right)
        return issue["id"], issue["projectId"]
    found = find(ask, right)
    return found.id, found.project


def _own(ask: Ask) -> Record:
    comment = access.thing(ask, "comment")
    if comment["author"] != ask.user["id"]:
        raise forbidden("Only its author changes or deletes a comment.")
    return comment


def _shown(ask: Ask, comment: Record) -> Record:
    author = ask.store.get("user", comment["author"])
    return {**comment, "author": person(author) if author else None}

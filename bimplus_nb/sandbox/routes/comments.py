"""Comments on issues, objects and slides. Source: Bimplus documentation, Comment Service: what a comment hangs on is
always called `issueId`. All of a project: published JavaScript SDK 1.0.56."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.places import place
from bimplus_nb.sandbox.problem import forbidden
from bimplus_nb.sandbox.routes.session import profile
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_ON = tuple(f"/{{team}}/{place}/comments" for place in ("issues/{issue}", "objects/{object}", "slides/{slide}"))


@table.get("/{team}/projects/{project}/comments")
def of_project(ask: Ask) -> Any:
    """Every comment in the project, whatever it is on."""
    return [_shown(ask, comment) for comment in ask.store.all("comment", project=access.project(ask)["id"])]


@table.get(*_ON)
def every(ask: Ask) -> Any:
    return [_shown(ask, comment) for comment in ask.store.all("comment", owner=place(ask).id)]


@table.post(*_ON)
def create(ask: Ask) -> Any:
    on, when = place(ask, "Project_Edit"), now()
    record = {
        "issueId": on.id,
        "text": ask.fields().needed("text"),
        "createdAt": when,
        "modifiedAt": when,
        "author": ask.user["id"],
    }
    return _shown(ask, ask.store.add("comment", record, owner=on.id, project=on.project))


@table.delete(*_ON)
def delete_all(ask: Ask) -> Any:
    """Deletes every comment there, if all are this user's own or the user administers the project."""
    on = place(ask, "Project_Edit")
    if any(comment["author"] != ask.user["id"] for comment in ask.store.all("comment", owner=on.id)):
        access.require(ask, "Project_Admin", on.project)
    ask.store.run("DELETE FROM things WHERE kind = 'comment' AND owner = ?", on.id)


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


def _own(ask: Ask) -> Record:
    comment = access.thing(ask, "comment")
    if comment["author"] != ask.user["id"]:
        raise forbidden("Only its author changes or deletes a comment.")
    return comment


def _shown(ask: Ask, comment: Record) -> Record:
    author = ask.store.get("user", comment["author"])
    # The samples of a comment's author differ: one has a full name, one a status.
    return {**comment, "author": {**profile(author), "status": author["status"]} if author else None}

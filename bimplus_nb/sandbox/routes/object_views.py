"""Object views: tables over objects. Source: Bimplus documentation, Windows Explorer Services."""

from __future__ import annotations

from typing import Any

import orjson

from bimplus_nb.sandbox import access, views
from bimplus_nb.sandbox.fields import NAME, Fields, guid
from bimplus_nb.sandbox.private import hidden
from bimplus_nb.sandbox.problem import Problem, bad, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_MOST = 10_000


@table.get("/{team}/objectview")
def every(ask: Ask) -> Any:
    access.team(ask)
    return views.views()


@table.get("/{team}/objectview/{view}")
def one(ask: Ask) -> Any:
    """A list of the one view: so the documents show it."""
    access.team(ask)
    return [_find(ask.path["view"])]


@table.get("/{team}/objectview/{view}/tablecolumns")
def columns(ask: Ask) -> Any:
    access.team(ask)
    return views.columns(_find(ask.path["view"]))


@table.post("/{team}/objectview/tablecontent", status=200)
def content(ask: Ask) -> Any:
    """A row for each of the elements that are there, in the table's own order of columns, all lower case."""
    team, fields = access.team(ask), ask.fields()
    view = _named(fields)
    wanted = {column["name"].lower() for column in views.columns(view)}
    asked = _texts(fields, "filterColumns")
    if asked is not None:
        if unknown := [name for name in asked if name.lower() not in wanted]:
            raise bad(f"The table has no column {unknown[0][:80]!r}.")
        wanted = {name.lower() for name in asked}
    keys = _texts(fields, "elementsId")
    keys = _texts(fields, "elementsguid") if keys is None else keys
    if keys is None:
        raise bad("elementsId must be a list of ids.")
    found = _issues(ask, keys) if view["objectname"] == "Issue" else _objects(ask, team, keys)
    return [{name: value for name, value in row.items() if name in wanted} for row in found]


@table.post("/{team}/objectviews")
def create(ask: Ask) -> Any:
    access.team(ask)
    raise Problem(501, "Making an object view is listed in the service's documents as not ready yet.")


def _find(name: str) -> Record:
    for view in views.views():
        if view["viewname"].lower() == name.lower():
            return view
    raise missing("object view", name)


def _named(fields: Fields) -> Record:
    name = fields.choice("tablename", [view["viewname"] for view in views.views()])
    if name is None:
        raise bad("tablename must be the name of an object view.")
    return _find(name)


def _texts(fields: Fields, name: str) -> list[str] | None:
    items = fields.items(name)
    if items is None:
        return None
    if len(items) > _MOST or not all(isinstance(item, str) and len(item) <= NAME for item in items):
        raise fields.wrong(name, f"at most {_MOST} texts")
    return items


def _ids(keys: list[str]) -> list[str]:
    found = [guid(key) for key in keys]
    if None in found:
        raise bad(f"{keys[found.index(None)][:80]!r} is not a GUID.")
    return [key for key in dict.fromkeys(found) if key]


def _objects(ask: Ask, team: Record, keys: list[str]) -> list[Record]:
    """Rows of objects as they are now; what is not there, or not this user's to see, has none."""
    ids = _ids(keys)
    rows = ask.store.rows(
        "SELECT o.id, o.project, o.model, o.layer, o.body FROM json_each(?) j CROSS JOIN objects o ON o.id = j.value "
        "WHERE o.current ORDER BY j.key",
        orjson.dumps(ids).decode(),
    )
    visible = {project["id"]: hidden(ask, project) for project in access.visible_projects(ask, team)}
    models = {key: ask.store.get("model", key) for key in {row[2] for row in rows if row[2]}}
    return [
        views.row(orjson.loads(body), models.get(model))
        for _, project, model, layer, body in rows
        if project in visible and (model, layer) not in visible[project]
    ]


def _issues(ask: Ask, keys: list[str]) -> list[Record]:
    team = access.team(ask)
    visible = {project["id"] for project in access.visible_projects(ask, team)}
    found = [ask.store.get("issue", key) for key in _ids(keys)]
    return [views.issue_row(issue) for issue in found if issue and issue["projectId"] in visible]

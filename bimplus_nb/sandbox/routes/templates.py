"""Project attribute templates, and the attribute templates in them.

Source: Bimplus documentation, Project Attribute Template Service and Attribute Template Service; `default`: published
JavaScript SDK 1.0.56. Who administers projects in the team changes them, every member reads them.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from bimplus_nb.sandbox import access, attributes, templates
from bimplus_nb.sandbox.catalogue import ELEMENT_TYPES
from bimplus_nb.sandbox.fields import TEXT, Fields, now
from bimplus_nb.sandbox.problem import bad, conflict, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_HOMES, _HOME = "/{team}/projectattributetemplates", "/{team}/projectattributetemplates/{projecttemplate}"
_ALL, _ONE = "/{team}/attributetemplates", "/{team}/attributetemplates/{template}"
_MOST, _DEEPEST, _WIDEST = 500, 10, 500


@table.get(_HOMES)
def homes(ask: Ask) -> Any:
    return [templates.home_shown(one) for one in templates.of_team(ask.store, access.team(ask)).values()]


@table.post(_HOMES)
def create_home(ask: Ask) -> Any:
    """A new project attribute template, empty. Its name is the only one of that name in the team."""
    team, fields = access.team(ask, "Project_Admin"), ask.fields()
    record: Record = {
        "name": _free_name(ask, team, fields),
        "description": fields.text("description", limit=TEXT) or "",
    }
    record |= {"team": team["id"], "builtin": False, "default": False}
    return templates.home_shown(ask.store.add("projecttemplate", record, owner=team["id"]))


@table.get(_HOME)
def home(ask: Ask) -> Any:
    return templates.home_shown(_home(ask))


@table.put(_HOME)
def update_home(ask: Ask) -> Any:
    found, fields = _home(ask, writing=True), ask.fields()
    if "name" in fields and fields.needed("name") != found["name"]:
        found["name"] = _free_name(ask, access.team(ask), fields)
    if "description" in fields:
        found["description"] = fields.text("description", limit=TEXT) or ""
    return templates.home_shown(ask.store.save(found))


@table.delete(_HOME)
def delete_home(ask: Ask) -> Any:
    """Deletes a project attribute template with all in it, but neither the one that came with the team nor the one
    that is the default now."""
    found = _home(ask, writing=True)
    if found["builtin"] or found["default"]:
        raise conflict("The default project attribute template cannot be deleted.")
    ask.store.delete(found["id"])


@table.put(f"{_HOME}/copyfrom")
def copy(ask: Ask) -> Any:
    """Adds the templates of another project attribute template, by default of the default one. Nothing is replaced:
    what both have is then there twice."""
    target, fields = _home(ask, writing=True), ask.fields()
    all_ = templates.of_team(ask.store, access.team(ask))
    key = fields.guid("id")
    source = all_.get(key) if key else next((one for one in all_.values() if one["default"]), None)
    if source is None:
        raise bad("id must be that of another project attribute template.")
    if source["id"] == target["id"]:
        raise bad("A project attribute template cannot be copied into itself.")
    found = templates.inside(ask.store, source)
    _check_room(ask, target, len(found))
    for one in found:
        body = {name: one[name] for name in ("name", "description", "elementtypes", "freeattributes")}
        templates.add(ask.store, target, {**body, "groups": templates.copied(one["groups"])}, ask.user["id"])
    return templates.home_shown(target)


@table.put(f"{_HOME}/default")
def set_default(ask: Ask) -> Any:
    """Makes this the one that is meant where none is named."""
    chosen = _home(ask, writing=True)
    for one in templates.of_team(ask.store, access.team(ask)).values():
        if one["default"] != (one["id"] == chosen["id"]):
            ask.store.save({**one, "default": not one["default"]})
    return templates.home_shown({**chosen, "default": True})


@table.get(_ALL)
def every(ask: Ask) -> Any:
    return [
        templates.shown(ask.store, one, home)
        for home in templates.of_team(ask.store, access.team(ask)).values()
        for one in templates.inside(ask.store, home)
    ]


@table.post(_ALL)
def create(ask: Ask) -> Any:
    team, fields = access.team(ask, "Project_Admin"), ask.fields()
    home = _named_home(ask, team, fields)
    body = _changes(ask, team, fields, creating=True)
    _check_room(ask, home, 1)
    fresh: Record = {"description": "", "freeattributes": [], "groups": []}
    made = templates.add(ask.store, home, {**fresh, **body}, ask.user["id"])
    _order(ask, home, made, fields)
    return _answer(ask, made["id"], home)


@table.get(_ONE)
def one(ask: Ask) -> Any:
    template, home = _find(ask)
    return templates.shown(ask.store, template, home)


@table.put(_ONE)
def update(ask: Ask) -> Any:
    """Changes what is given; a list that is given takes the old one's place."""
    team = access.team(ask)
    (template, home), fields = _find(ask, writing=True), ask.fields()
    changes = _changes(ask, team, fields)
    if fields.raw("projectAttributeTemplate") is not None and _named_home(ask, team, fields)["id"] != home["id"]:
        raise bad("An attribute template stays in its project attribute template.")
    template = ask.store.save({**template, **changes, "changed": now(), "changedby": ask.user["id"]})
    _order(ask, home, template, fields)
    return _answer(ask, template["id"], home)


@table.delete(_ONE)
def delete(ask: Ask) -> Any:
    template, home = _find(ask, writing=True)
    ask.store.delete(template["id"])
    templates.renumber(ask.store, templates.inside(ask.store, home))


def _home(ask: Ask, *, writing: bool = False) -> Record:
    key = ask.id("projecttemplate")
    found = templates.of_team(ask.store, access.team(ask)).get(key)
    if found is None:
        raise missing("project attribute template", key)
    if writing:
        access.team(ask, "Project_Admin")
    return found


def _find(ask: Ask, *, writing: bool = False) -> tuple[Record, Record]:
    key, team = ask.id("template"), access.team(ask)
    found = ask.store.get("attributetemplate", key)
    home = ask.store.get("projecttemplate", found["home"]) if found else None
    if found is None or home is None or home["team"] != team["id"]:
        raise missing("attribute template", key)
    if writing:
        access.team(ask, "Project_Admin")
    return found, home


def _named_home(ask: Ask, team: Record, fields: Fields) -> Record:
    found = templates.of_team(ask.store, team).get(fields.guid("projectAttributeTemplate") or "")
    if found is None:
        raise bad("projectAttributeTemplate must be the id of a project attribute template of the team.")
    return found


def _free_name(ask: Ask, team: Record, fields: Fields) -> str:
    name = fields.needed("name")
    if any(one["name"].lower() == name.lower() for one in templates.of_team(ask.store, team).values()):
        raise conflict(f"There is a project attribute template {name[:80]!r} already.")
    return name


def _check_room(ask: Ask, home: Record, more: int) -> None:
    if ask.store.count("attributetemplate", home["id"]) + more > _MOST:
        raise conflict(f"A project attribute template holds at most {_MOST} templates.")


def _answer(ask: Ask, key: str, home: Record) -> Record:
    found = ask.store.get("attributetemplate", key)
    assert found is not None
    return templates.shown(ask.store, found, home)


def _order(ask: Ask, home: Record, template: Record, fields: Fields) -> None:
    """Puts a template where the request wants it: 0 at the end, 1 … n there; the others move."""
    number = fields.number("orderNumber")
    if number is None:
        return
    if number != int(number) or number < 0:
        raise bad("orderNumber must be a whole number, 0 for the end.")
    others = [one for one in templates.inside(ask.store, home) if one["id"] != template["id"]]
    others.insert(int(number) - 1 if number else len(others), template)
    templates.renumber(ask.store, others)


def _changes(ask: Ask, team: Record, fields: Fields, *, creating: bool = False) -> Record:
    changes: Record = {}
    if creating or "name" in fields:
        changes["name"] = fields.needed("name")
    if "description" in fields:
        changes["description"] = fields.text("description", limit=TEXT) or ""
    if creating or "elementtypes" in fields:
        changes["elementtypes"] = _types(fields)
    known = attributes.seen(ask.store, team["id"])
    for name, read in (("freeattributes", _attributes), ("groups", _groups)):
        if name in fields:
            changes[name] = read(fields, known)
    return changes


def _types(fields: Fields) -> list[str]:
    """At least one element type, each one that can take a template."""
    able = {one.id for one in ELEMENT_TYPES if templates.templatable(one)}
    found = _ids(fields, "elementtypes")
    if not found or not set(found) <= able:
        raise bad("elementtypes must be at least one element type that can take templates; they are listed at "
                  "/element-types/attributetemplates.")  # fmt: skip
    return found


def _attributes(fields: Fields, known: dict[str, Record]) -> list[str]:
    found = _ids(fields, "freeattributes")
    if unknown := [key for key in found if key not in known]:
        raise bad(f"There is no attribute {unknown[0]}.")
    return found


def _ids(fields: Fields, name: str) -> list[str]:
    """The ids of a list of things, each once."""
    items = fields.items(name) or []
    if len(items) > _WIDEST:
        raise bad(f"{name} has more than {_WIDEST} entries.")
    found = []
    for item in items:
        key = Fields(item, f"{name}.").guid("id") if isinstance(item, dict) else None
        if key is None:
            raise bad(f"{name} must be objects with an id.")
        found.append(key)
    return [*dict.fromkeys(found)]


def _groups(fields: Fields, known: dict[str, Record], deep: int = 1) -> list[Record]:
    groups = fields.items("groups") or []
    if len(groups) > _WIDEST or (groups and deep > _DEEPEST):
        raise bad(f"groups are at most {_WIDEST} side by side and {_DEEPEST} deep.")
    read = []
    for group in groups:
        if not isinstance(group, dict):
            raise bad("groups must be objects.")
        inner = Fields(group, "groups.")
        read.append(
            {
                "id": inner.guid("id") or str(uuid4()),
                "name": inner.needed("name"),
                "description": inner.text("description", limit=TEXT) or "",
                "freeattributes": _attributes(inner, known),
                "groups": _groups(inner, known, deep + 1),
            }
        )
    return read

"""Groups of free attributes. Source: Bimplus documentation, Free Attribute Group Service.

Objects name an attribute by its group's and its own name. Groups in different places may have one name; together
they have no attribute twice.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import attributes, doors
from bimplus_nb.sandbox.catalogue import OWN_GROUPS
from bimplus_nb.sandbox.fields import TEXT
from bimplus_nb.sandbox.problem import bad, conflict, forbidden
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_ALL = ("/content/freeattributegroups", "/{team}/freeattributegroups")
_ONE = ("/content/freeattributegroups/{group}", "/{team}/freeattributegroups/{group}")
_DEEPEST = 20
# Groups that objects have of themselves.
_TAKEN = {*OWN_GROUPS, "geometry", "elementstate", "related_objects", attributes.ALONE}


@table.get(*_ALL)
def every(ask: Ask) -> Any:
    """All groups as a tree."""
    return attributes.tree(_groups(ask, doors.home(ask)).values())


@table.post(*_ALL)
def create(ask: Ask) -> Any:
    team, fields = doors.writer(ask), ask.fields()
    name, parent = fields.needed("name"), fields.guid("parent")
    description = fields.text("description", limit=TEXT) or ""
    if parent:
        named(ask, parent, team)
        _check_depth(_groups(ask, team), parent, 1)
    _check_name(ask, {"id": None, "name": name, "parent": parent, "team": team})
    made = attributes.new_group(ask.store, name, description=description, parent=parent, team=team)
    return {**attributes.group_shown(made), "children": []}


@table.get(*_ONE)
def one(ask: Ask) -> Any:
    """The group with those below it."""
    return _node(ask, find(ask))


@table.put(*_ONE)
def update(ask: Ask) -> Any:
    """Renames or moves a group; its attributes stay in it."""
    fields, group = ask.fields(), find(ask, writing=True)
    groups = _groups(ask, group["team"])
    before = group["name"], group["parent"]
    if "name" in fields:
        group["name"] = fields.needed("name")
    if "description" in fields:
        group["description"] = fields.text("description", limit=TEXT) or ""
    if "parent" in fields:
        group["parent"] = fields.guid("parent")
        if group["parent"]:
            named(ask, group["parent"], group["team"])
            if group["id"] in _above(groups, group["parent"]):
                raise bad("A group cannot lie below itself.")
            _check_depth(groups, group["parent"], _height(groups, group["id"]))
    if (group["name"], group["parent"]) != before:
        if before[0] in OWN_GROUPS:
            raise forbidden(f"The group {before[0]!r} is the service's own; it stays what and where it is.")
        _check_name(ask, group)
    ask.store.save(group)
    attributes.adjust(ask.store, "parent", group["id"], group=group["name"])
    return _node(ask, group)


@table.delete(*_ONE)
def delete(ask: Ask) -> Any:
    """Deletes a group with nothing in it."""
    group = find(ask, writing=True)
    everything = (*ask.store.all("attributegroup"), *ask.store.attributes().values())
    if group["name"] in OWN_GROUPS or any(thing["parent"] == group["id"] for thing in everything):
        raise conflict(f"There are attributes or groups in {group['name'][:80]!r}; move or delete them first.")
    ask.store.delete(group["id"])


def find(ask: Ask, *, writing: bool = False) -> Record:
    """The group of the address."""
    groups = {group["id"]: group for group in ask.store.all("attributegroup")}
    return doors.one(ask, "group", groups, "attribute group", writing=writing)


def named(ask: Ask, key: str, team: str | None) -> Record:
    """The group a request names as `parent` of something of the team's, or of the service's own."""
    found = _groups(ask, team).get(key)
    if found is None:
        raise bad("parent must be the id of an attribute group.")
    return found


def _groups(ask: Ask, team: str | None) -> dict[str, Record]:
    return {group["id"]: group for group in ask.store.all("attributegroup") if doors.seen(group, team)}


def _node(ask: Ask, group: Record) -> Record:
    def below(key: str) -> list[Record]:
        return [
            {**attributes.group_shown(one), "children": below(one["id"])}
            for one in groups.values()
            if one["parent"] == key
        ]

    groups = _groups(ask, doors.home(ask))
    return {**attributes.group_shown(group), "children": below(group["id"])}


def _check_name(ask: Ask, group: Record) -> None:
    """That no group beside this one has its name, and no group of its name an attribute that is in this one too."""
    name = group["name"].lower()
    others = [one for one in _groups(ask, group["team"]).values() if one["id"] != group["id"]]
    if name in _TAKEN or any((one["name"].lower(), one["parent"]) == (name, group["parent"]) for one in others):
        raise conflict(f"There is an attribute group {group['name'][:80]!r} already.")
    seen = attributes.seen(ask.store, group["team"]).values()
    inside = {one["name"].lower() for one in seen if one["parent"] == group["id"]} if group["id"] else set()
    namesakes = [one for one in seen if one["group"].lower() == name and one["parent"] != group["id"]]
    if any(one["name"].lower() in inside for one in namesakes):
        raise conflict(f"Another group {group['name'][:80]!r} has an attribute of the same name.")


def _above(groups: dict[str, Record], key: str | None) -> list[str]:
    """A group and those it lies in."""
    found = []
    while key in groups and key not in found:
        found.append(key)
        key = groups[key]["parent"]
    return found


def _height(groups: dict[str, Record], key: str) -> int:
    return 1 + max((_height(groups, one["id"]) for one in groups.values() if one["parent"] == key), default=0)


def _check_depth(groups: dict[str, Record], parent: str, height: int) -> None:
    if len(_above(groups, parent)) + height > _DEEPEST:
        raise bad(f"Groups are nested at most {_DEEPEST} deep.")

"""The attribute catalogue as the store keeps it, and the shape free attributes are answered in.

An attribute that is made here is one of objects at once: its definition is the one the rich groups show. Source of the
shape: Bimplus documentation, Free Attribute Service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bimplus_nb.sandbox import units
from bimplus_nb.sandbox.catalogue import ATTRIBUTES, GLOBAL_ID, OWN_GROUPS, group_above, group_id
from bimplus_nb.sandbox.content import Attribute
from bimplus_nb.sandbox.forms import definition, dumps
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

ALONE = "allfreeattrib"
"""The group of an attribute that lies in none, as objects show it."""

CONTROLS = ("Checkbox", "Datepicker", "TextBox", "Enumeration", "Combobox")
TYPES = ("int", "double", "string", "guid", "datetime", "binary", "boolean")


def seed(store: Store) -> None:
    """The service's own attributes with their groups and units."""
    units.seed(store)
    add(store, ATTRIBUTES)


def add(store: Store, attributes: Iterable[Attribute]) -> None:
    """Attributes of the service, as far as they are not there yet, with the groups they lie in."""
    known = {key for (key,) in store.rows("SELECT id FROM attributes")}
    new = {one.id: one for one in attributes if one.id not in known}
    if not new:
        return
    groups = {group["name"].lower(): group for group in store.all("attributegroup") if group["team"] is None}
    symbols = {unit["unit"]: unit["id"] for unit in store.all("unit") if unit["team"] is None}

    def group(name: str) -> Record:
        if name.lower() not in groups:
            above = group_above(name)
            groups[name.lower()] = new_group(
                store, name, id=group_id(name), parent=group(above)["id"] if above else None
            )
        return groups[name.lower()]

    rows = []
    for one in new.values():
        place = group(one.group) if one.group else {"id": None, "name": ALONE}
        body = {
            **definition(one), "group": place["name"], "parent": place["id"], "unitid": symbols.get(one.unit),
            "optionalsymbol": None, "visible": True, "team": None,
        }  # fmt: skip
        rows.append((one.id, dumps(body)))
    store.many("INSERT INTO attributes VALUES (?, ?)", rows)


def new_group(
    store: Store,
    name: str,
    *,
    id: str | None = None,
    description: str = "",
    parent: str | None = None,
    team: str | None = None,
) -> Record:
    """An attribute group, now kept. A team's own goes with the team."""
    record = {"name": name, "description": description, "parent": parent, "team": team}
    return store.add("attributegroup", {"id": id, **record} if id else record, owner=team)


def seen(store: Store, team: str | None) -> dict[str, Record]:
    """The attributes that are there for a team, or at the service's own door, by id."""
    return {key: one for key, one in store.attributes().items() if one["team"] in (None, team)}


def of_project(store: Store, project: str) -> dict[str, Record]:
    """The attributes that a project's objects may have, by id."""
    found = store.get("project", project)
    return seen(store, found["team"] if found else None)


def keep(store: Store, attribute: Record, *, new: bool = False) -> Record:
    if new:
        store.run("INSERT INTO attributes VALUES (?, ?)", attribute["id"], dumps(attribute))
    else:
        store.run("UPDATE attributes SET body = ? WHERE id = ?", dumps(attribute), attribute["id"])
    return attribute


def adjust(store: Store, field: str, key: str, **changes: Any) -> None:
    """Changes every attribute that names this group or unit, as each carries its group's name and its unit's symbol."""
    for attribute in store.attributes().values():
        if attribute[field] == key:
            keep(store, {**attribute, **changes})


def used(store: Store, key: str) -> bool:
    """Whether any object, in any revision, has a value of this attribute."""
    sql = "SELECT 1 FROM objects WHERE instr(body, ?) AND json_type(CAST(body AS TEXT), ?) IS NOT NULL LIMIT 1"
    return store.row(sql, f'"{key}"', f'$.values."{key}"') is not None


def built_in(attribute: Record) -> bool:
    """Whether the service itself reads this attribute, so that it stays what it is."""
    return attribute["group"] in OWN_GROUPS or attribute["id"] == GLOBAL_ID


def shown(attribute: Record) -> Record:
    """A free attribute. The documents call some things two names, so both are there."""
    unit, kind = attribute["unit"] or None, attribute["type"]
    controls = {control.lower(): control for control in CONTROLS}
    return {
        "id": attribute["id"],
        "name": attribute["name"],
        "description": attribute["description"],
        "parent": attribute["parent"],
        "type": kind,
        "freeattribtype": kind,
        "minvalue": text(attribute["minValue"]),
        "maxvalue": text(attribute["maxValue"]),
        "defaultvalue": text(attribute["defaultValue"]),
        "decimal": attribute["decimal"] or 0,
        "unitid": attribute["unitid"],
        "attribunitnameid": attribute["unitid"],
        "unit": unit,
        "symbol": unit,
        "optionalsymbol": attribute["optionalsymbol"],
        "visible": int(attribute["visible"]),
        "changeable": int(attribute["isChangeable"]),
        "controltype": controls[attribute["control"]],
        "enumDefinition": attribute["enumdefinition"] or None,
    }


def text(value: Any) -> str | None:
    """A limit or default as the documents write it: as a text, a whole number without a point."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if value == int(value) else repr(float(value))


def group_shown(group: Record) -> Record:
    return {name: group[name] for name in ("id", "name", "description", "parent")}


def tree(groups: Iterable[Record], attributes: Mapping[str, Record] | None = None) -> list[Record]:
    """Groups nested by where they lie; with `attributes` each with its own, and those in no group at the end."""
    nodes = {group["id"]: {**group_shown(group), "children": []} for group in groups}
    inside: dict[str | None, list[Record]] = {}
    for attribute in (attributes or {}).values():
        inside.setdefault(attribute["parent"], []).append(shown(attribute))
    tops: list[Record] = []
    for key, node in nodes.items():
        if attributes is not None:
            node["freeattributes"] = inside.get(key, [])
        above = nodes.get(node["parent"])
        (tops if above is None else above["children"]).append(node)
    return tops + inside.get(None, [])

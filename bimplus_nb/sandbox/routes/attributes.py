"""Free attributes. Source: Bimplus documentation, Free Attribute Service; `topology`, and the attributes a project
uses: published JavaScript SDK 1.0.56. The groups they lie in are beside them, in `attribute_groups`."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from bimplus_nb.sandbox import access, attributes, doors
from bimplus_nb.sandbox.catalogue import ELEMENT_TYPES, OWN_GROUPS
from bimplus_nb.sandbox.edit import checked
from bimplus_nb.sandbox.fields import NAME, TEXT, Fields, finite, guid
from bimplus_nb.sandbox.private import condition, hidden
from bimplus_nb.sandbox.problem import bad, conflict, forbidden
from bimplus_nb.sandbox.routes.attribute_groups import find as find_group
from bimplus_nb.sandbox.routes.attribute_groups import named as named_group
from bimplus_nb.sandbox.routes.attribute_groups import table as groups
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()
table.entries += groups.entries

_ALL = ("/content/freeattributes", "/{team}/freeattributes")
_ONE = ("/content/freeattributes/{attribute}", "/{team}/freeattributes/{attribute}")
_CHOICES = re.compile(r"[^|;]+(\|[^|;]*)?([|;][^|;]+(\|[^|;]*)?)*;?")
_USED = """SELECT DISTINCT j.key FROM objects o, json_each(CAST(o.body AS TEXT), '$.values') j
    WHERE o.project = ? AND o.current AND o.layer = coalesce(?, o.layer) AND o.type = coalesce(?, o.type)"""


@table.get(*_ALL)
def every(ask: Ask) -> Any:
    """All attributes, or with ``filter=name=part`` some; with ``topology=true`` all in their groups."""
    team, part = doors.home(ask), doors.part(ask, "name")
    found = attributes.seen(ask.store, team)
    if part is not None:
        found = {key: one for key, one in found.items() if part in one["name"].lower()}
    if ask.flag("topology"):
        return attributes.tree([one for one in ask.store.all("attributegroup") if doors.seen(one, team)], found)
    return [attributes.shown(one) for one in found.values()]


@table.get("/content/freeattributegroups/{group}/freeattributes", "/{team}/freeattributegroups/{group}/freeattributes")
def of_group(ask: Ask) -> Any:
    group = find_group(ask)
    found = attributes.seen(ask.store, doors.home(ask)).values()
    return [attributes.shown(one) for one in found if one["parent"] == group["id"]]


@table.get("/{team}/projects/{project}/attributes")
def of_project(ask: Ask) -> Any:
    """The attributes that objects of the project really have; `layer` and `type` (a type's id or name) narrow it."""
    project, kind = access.project(ask), _asked(ask, "type")
    layer = _asked(ask, "layer")
    if layer is not None and (layer := guid(layer)) is None:
        raise bad("layer must be a GUID.")
    if kind is not None:
        kind = next((one.type for one in ELEMENT_TYPES if kind.lower() in (one.id, one.type.lower())), "")
    visible = condition(hidden(ask, project), "o")
    used = {key for (key,) in ask.store.rows(f"{_USED} AND {visible}", project["id"], layer, kind)}
    return [attributes.shown(one) for key, one in ask.store.attributes().items() if key in used]


@table.post(*_ALL)
def create(ask: Ask) -> Any:
    """A new attribute: from now on objects may have it."""
    team, fields = doors.writer(ask), ask.fields()
    fields.needed("name")
    if _type(fields) is None:
        raise bad("type must be one of " + ", ".join(attributes.TYPES) + ".")
    fresh: Record = {
        "id": str(uuid4()), "name": "", "description": "", "group": attributes.ALONE, "type": "string", "unit": "",
        "decimal": None, "control": "textbox", "enumdefinition": "", "isChangeable": True, "defaultValue": None,
        "minValue": None, "maxValue": None, "parent": None, "unitid": None, "optionalsymbol": None, "visible": True,
        "team": team,
    }  # fmt: skip
    made = _changed(ask, fresh, fields)
    return attributes.shown(attributes.keep(ask.store, made, new=True))


@table.get(*_ONE)
def one(ask: Ask) -> Any:
    return attributes.shown(_find(ask))


@table.put(*_ONE)
def update(ask: Ask) -> Any:
    """Changes what is given. An attribute that objects have keeps its type; the service's own keep name and group."""
    fields, found = ask.fields(), _find(ask, writing=True)
    new = _changed(ask, found, fields)
    if attributes.built_in(found) and any(new[name] != found[name] for name in ("name", "parent", "type")):
        raise forbidden("The service reads this attribute itself; it keeps its name, group and type.")
    if new["type"] != found["type"] and attributes.used(ask.store, found["id"]):
        raise conflict(f"Objects have values of {found['name'][:80]!r}; it keeps its type {found['type']}.")
    return attributes.shown(attributes.keep(ask.store, new))


@table.delete(*_ONE)
def delete(ask: Ask) -> Any:
    """Deletes an attribute that no object has. Templates that name it go on without."""
    found = _find(ask, writing=True)
    if attributes.built_in(found):
        raise forbidden("The service reads this attribute itself; it stays.")
    if attributes.used(ask.store, found["id"]):
        raise conflict(f"Objects have values of {found['name'][:80]!r}; it cannot be deleted.")
    ask.store.run("DELETE FROM attributes WHERE id = ?", found["id"])


def _find(ask: Ask, *, writing: bool = False) -> Record:
    return doors.one(ask, "attribute", ask.store.attributes(), "attribute", writing=writing)


def _asked(ask: Ask, name: str) -> str | None:
    value = ask.query.get(name, "").strip()
    return None if value.lower() in {"", "undefined", "null"} else value


def _type(fields: Fields) -> str | None:
    """The documents' answer to a created attribute calls its type `freeattribtype`."""
    return fields.choice("type", attributes.TYPES) or fields.choice("freeattribtype", attributes.TYPES)


def _changed(ask: Ask, old: Record, fields: Fields) -> Record:
    """The attribute with what the request sets, if that can be. `symbol` and `unit` follow from the unit."""
    new: Record = {**old, "type": _type(fields) or old["type"]}
    if "name" in fields:
        new["name"] = fields.needed("name")
    if "description" in fields:
        new["description"] = fields.text("description", limit=TEXT) or ""
    if "optionalsymbol" in fields:
        new["optionalsymbol"] = fields.text("optionalsymbol", limit=NAME)
    for name, key in (("minvalue", "minValue"), ("maxvalue", "maxValue"), ("decimal", "decimal")):
        if name in fields:
            new[key] = None if fields.raw(name) == "" else fields.number(name)
    for name, key in (("visible", "visible"), ("changeable", "isChangeable")):
        if fields.raw(name) is not None:
            new[key] = _switch(fields, name)
    _check_decimal(new)
    _place(ask, new, fields)
    _unit(ask, new, fields)
    _control(new, fields)
    _default(new, fields)
    return new


def _check_decimal(new: Record) -> None:
    decimal, low, high = new["decimal"], new["minValue"], new["maxValue"]
    if decimal is not None:
        if decimal != int(decimal) or not 0 <= decimal <= 15:
            raise bad("decimal must be a whole number from 0 to 15.")
        new["decimal"] = int(decimal)
    if low is not None and high is not None and low > high:
        raise bad("minvalue must not be above maxvalue.")


def _switch(fields: Fields, name: str) -> bool:
    value = fields.raw(name)
    if isinstance(value, bool) or (isinstance(value, str) and value.lower() in {"true", "false"}):
        return value in (True, "true") or str(value).lower() == "true"
    if isinstance(value, int | float | str) and str(value) in {"0", "1"}:
        return str(value) == "1"
    raise fields.wrong(name, "0 or 1")


def _place(ask: Ask, new: Record, fields: Fields) -> None:
    """The group, and that no other attribute in it has this name: objects name them by both."""
    if "parent" in fields:
        key = fields.guid("parent")
        group = named_group(ask, key, new["team"]) if key else None
        if group and group["name"] in OWN_GROUPS and new["parent"] != key:
            raise forbidden(f"The group {group['name']!r} is the service's own; nothing is added to it.")
        new["parent"], new["group"] = key, group["name"] if group else attributes.ALONE
    for other in attributes.seen(ask.store, new["team"]).values():
        same = all(other[part].lower() == new[part].lower() for part in ("group", "name"))
        if same and other["id"] != new["id"]:
            raise conflict(f"There is an attribute {new['name'][:80]!r} in a group {new['group'][:80]!r} already.")


def _unit(ask: Ask, new: Record, fields: Fields) -> None:
    for name in ("unitid", "attribunitnameid"):
        if name in fields:
            key = fields.guid(name)
            unit = ask.store.get("unit", key) if key else None
            if key and (unit is None or not doors.seen(unit, new["team"])):
                raise fields.wrong(name, "the id of a unit")
            new["unitid"], new["unit"] = key, unit["unit"] if unit else ""
            return


def _control(new: Record, fields: Fields) -> None:
    """How it is chosen; where nothing is said, as the type asks for."""
    control = fields.choice("controltype", attributes.CONTROLS)
    if "enumDefinition" in fields:
        new["enumdefinition"] = fields.text("enumDefinition", limit=TEXT) or ""
    if control:
        new["control"] = control.lower()
    elif new["control"] == "textbox":
        new["control"] = {"boolean": "checkbox", "datetime": "datepicker"}.get(new["type"], "textbox")
    if new["control"] in {"enumeration", "combobox"} and not _CHOICES.fullmatch(new["enumdefinition"]):
        raise bad("enumDefinition must be the choices: key|value;key|value, of a Combobox value|value.")


def _default(new: Record, fields: Fields) -> None:
    """The default, which must itself be a value that fits."""
    value = fields.raw("defaultvalue") if "defaultvalue" in fields else new["defaultValue"]
    if value is None or value == "":
        new["defaultValue"] = None
        return
    kind = new["type"]
    if kind in {"int", "double"}:
        value = finite(value, "defaultvalue")
    elif kind == "boolean" and isinstance(value, str | int):
        value = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower(), value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        value = attributes.text(value)
    new["defaultValue"] = checked({**new, "group": "defaultvalue of", "isChangeable": True}, value)

"""The shapes an object is served in: tree entry, threejs record, plain groups, rich groups.

Pure functions from an object's stored body to JSON. Sources: Bimplus documentation, Object Service (plain groups,
viewer attributes, tree); published JavaScript renderer 1.8.17 (tree entries) and web components 0.0.189 (rich groups).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bimplus_nb.sandbox.catalogue import GLOBAL_ID, OWN_GROUPS
from bimplus_nb.sandbox.content import Attribute, ValueType
from bimplus_nb.sandbox.wire import Record

TOPOLOGY_TYPES = {
    "Project": "8d27ae6d-3c9a-4201-8a4d-bf0225861788",
    "TopologyDivision": "e003e080-f21b-4f8a-8c4c-4c9c5026cf50",
    # The vendor's viewer lists these as types without geometry, without saying which is which.
    "Site": "699c3feb-d9fa-4c3a-a91a-e1615a843d76",
    "Building": "6206bbfb-f389-4874-bf41-110c8689c018",
    "Storey": "d72696e0-6f5e-4883-a54d-f36ccb3b5f3b",
}
_TREE_NAMES = {"Wall": "ID_ArchWall"}
_TITLES = {"general": "General", "element": "Element", "quantity": "Quantities"}
_DEFINED = (
    *("id", "name", "description", "group", "type", "unit", "decimal", "control", "enumdefinition"),
    *("isChangeable", "defaultValue", "minValue", "maxValue"),
)
_NOTHING_DEFINED = "0aaf5a1c-2453-40cb-9232-315119dd288f"


@dataclass(frozen=True, slots=True)
class Words:
    """What an object says of itself beside attributes and geometry."""

    id: str
    parent: str | None
    name: str
    type: str
    element_type: str
    layer: str | None = None
    is_child: bool = False  # hangs on another object with geometry, not on the topology
    ifc_id: str = ""
    ifc_type: str = ""
    number: int = 0
    level: float = 0.0

    @classmethod
    def of(cls, body: Record) -> Words:
        return cls(**{name: body[name] for name in cls.__slots__})

    def record(self) -> Record:
        """The start of the stored body; `of` reads it back."""
        return {name: getattr(self, name) for name in self.__slots__}


def dumps(value: Any) -> bytes:
    """JSON, also of the numpy numbers and the moments that content may hold."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z)


# tree -----------------------------------------------------------------------------------------------------------------


def entry(words: Words) -> bytes:
    """The fields every tree entry has, without the parent, which depends on where the tree begins."""
    fields = {
        "id": words.id,
        "name": words.name,
        "type": _TREE_NAMES.get(words.type, f"ID_{words.type}"),
        "elementTypeId": words.element_type,
        "layerid": words.layer,
        "isChild": words.is_child,
    }
    return dumps(fields)[1:-1]


def details(words: Words) -> bytes:
    """The fields a tree entry has beyond `shortinfo`."""
    ifc = {"ifcId": words.ifc_id or None, "ifcType": words.ifc_type or None}
    return dumps({**ifc, "number": words.number, "level": words.level})[1:-1]


# threejs --------------------------------------------------------------------------------------------------------------


def head(words: Words, virtual: int | None = None) -> bytes:
    """The start of a threejs record. `virtual`: its number, if it is a further body of this object."""
    if virtual is None:
        fields = {"id": words.id, "parent": words.parent, "type": words.type}
    else:
        fields = {"id": f"{virtual:08x}-0000-0000-0000-000000000000", "parent": words.id, "type": "GeometryObject"}
    return dumps(fields)[:-1]


def tail(name: str, quantities: Record) -> bytes:
    """The attributes of a threejs record without viewer attributes."""
    return b"," + dumps({"quantity": quantities, "general": {"name": name}})[1:-1]


def virtual_tail(words: Words) -> bytes:
    """Whose body it really is. The documents key this by "0", as if it were a list."""
    return b"," + dumps({"related_objects": {"0": {"id": words.id, "type": words.type}}})[1:-1]


def viewer_tail(body: Record, attributes: Mapping[str, Record], model: str, layer: str) -> bytes:
    """The viewer attributes: the service's own groups, and every free attribute as text."""
    groups = _groups(body, attributes)
    free = {
        name: _text(value)
        for group, found in groups.items()
        if group not in OWN_GROUPS
        for name, value in found.items()
    }
    own = {"elementtyp": body["type"], "layer": layer, "model": model}
    shown = {
        "general": {"name": body["name"], **groups.get("general", {})},
        "element": {**groups.get("element", {}), **own},
        "elementstate": {"state": "Nothing Defined"},
        "quantity": groups.get("quantity", {}),
        "allfreeattrib": free,
    }
    return b"," + dumps(shown)[1:-1]


def _text(value: Any) -> str:
    """A value as viewer attributes write it: True and False, and a comma for the decimal point."""
    return repr(value).replace(".", ",") if isinstance(value, float) else str(value)


# properties -----------------------------------------------------------------------------------------------------------


def plain(body: Record, attributes: Mapping[str, Record], project: str, model: str | None) -> Record:
    """Groups of plain, typed values under lower-case names."""
    groups = _groups(body, attributes)
    topology = body["layer"] is None
    own = {"isparent": topology, "nr": body["number"], "elementtyp": body["element_type"]}
    if body["type"] != "Project":
        own["logparentid"] = project
    if model:
        own["divisionid"] = model
    shown: Record = {
        "element": {**own, **groups.pop("element", {})},
        "general": {"name": body["name"], "isobjectvalid": True, **groups.pop("general", {})},
        **groups,
    }
    if not topology:
        shown["elementstate"] = {"state": _NOTHING_DEFINED}
    return {"id": body["id"], "parent": body["parent"], "type": body["type"], "attributes": shown}


def rich(body: Record, attributes: Mapping[str, Record]) -> Record:
    """Groups of described values: type, unit, limits, control and whether it may be changed; titles for the groups."""
    groups: dict[str, dict[str, Record]] = {group: {} for group in OWN_GROUPS}
    titles = dict(_TITLES)
    for key, value in body["values"].items():
        known = attributes.get(key)
        if known is not None:
            group = known["group"].lower()
            titles.setdefault(group, known["group"])
            groups.setdefault(group, {})[known["name"].lower()] = {**described(known), "value": value}
    for group, values in body["free"].items():
        titles.setdefault(group, group)
        for name, value in values.items():
            groups.setdefault(group, {})[name] = {**_undescribed(group, name, value), "value": value}
    name = next((one for one in attributes.values() if (one["group"], one["name"]) == ("general", "name")), None)
    if name:
        groups["general"] = {"name": {**described(name), "value": body["name"]}, **groups["general"]}
    return {
        "id": body["id"],
        "parent": body["parent"],
        "name": body["name"],
        "type": body["type"],
        "elementTypeId": body["element_type"],
        "layerid": body["layer"],
        "attributes": {group: values or None for group, values in groups.items()},
        "localizedAttributeGroups": titles,
    }


def flat(body: Record, attributes: Mapping[str, Record], *, defined: bool = True) -> Record:
    """All values under `content` by attribute id, each with name and value, and if `defined` with type, unit and all
    the rest. A value under a name the catalogue does not know is keyed by group and name.

    Source: published JavaScript renderer 1.8.17, which reads id, name, value, type and unit.
    """
    record = rich(body, attributes)
    del record["localizedAttributeGroups"]
    items = [item for values in record["attributes"].values() for item in (values or {}).values()]
    shown = items if defined else [{name: item[name] for name in ("id", "name", "value")} for item in items]
    keys = [item["id"] or f"{item['group']}/{item['name']}" for item in items]
    return {**record, "attributes": {"content": dict(zip(keys, shown, strict=True))}}


def value(body: Record, attribute: Record) -> Any:
    """What an object says of one attribute, None if nothing. Its name and IFC GlobalId are its own words."""
    found = body["values"].get(attribute["id"])
    if found is not None or not own_words(attribute):
        return found
    return body["ifc_id"] or None if attribute["id"] == GLOBAL_ID else body["name"]


def own_words(attribute: Record) -> bool:
    """Whether objects may say something of an attribute without a value of it: their name and IFC GlobalId."""
    return attribute["id"] == GLOBAL_ID or (attribute["group"], attribute["name"]) == ("general", "name")


def described(known: Record) -> Record:
    """An attribute of the catalogue as rich groups describe it."""
    return {name: known[name] for name in _DEFINED}


def definition(attribute: Attribute) -> Record:
    """What rich groups say of an attribute."""
    return {
        "id": attribute.id,
        "name": attribute.name,
        "description": attribute.description,
        "group": attribute.group,
        "type": attribute.type,
        "unit": attribute.unit,
        "decimal": attribute.decimal,
        "control": attribute.control,
        "enumdefinition": attribute.enumeration,
        "isChangeable": attribute.changeable,
        "defaultValue": attribute.default,
        "minValue": attribute.minimum,
        "maxValue": attribute.maximum,
    }


def _undescribed(group: str, name: str, value: Any) -> Record:
    """A value somebody stored under a name the catalogue does not know."""
    kinds: dict[type, ValueType] = {bool: "boolean", int: "int", float: "double"}
    return definition(Attribute("", name, group, kinds.get(type(value), "string")))


def _groups(body: Record, attributes: Mapping[str, Record]) -> dict[str, Record]:
    """Values by lower-case group and name."""
    groups: dict[str, Record] = {}
    for key, value in body["values"].items():
        known = attributes.get(key)
        if known is not None:
            groups.setdefault(known["group"].lower(), {})[known["name"].lower()] = value
    for group, values in body["free"].items():
        groups.setdefault(group, {}).update(values)
    return groups

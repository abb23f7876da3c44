"""Changing objects: from the body of a request to new rows. Every function runs inside the request's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from bimplus_nb.sandbox import mesh
from bimplus_nb.sandbox.attributes import of_project
from bimplus_nb.sandbox.catalogue import ELEMENT_TYPES, TYPES
from bimplus_nb.sandbox.fields import NAME, TEXT, Fields, finite, guid
from bimplus_nb.sandbox.forms import TOPOLOGY_TYPES, Words, details, entry, head, tail, virtual_tail
from bimplus_nb.sandbox.ingest import Writer
from bimplus_nb.sandbox.problem import bad, conflict
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.tree import Found
from bimplus_nb.sandbox.wire import Record

_DEEPEST = 50
_DEPTH = """WITH RECURSIVE above (up, n) AS (SELECT up, 1 FROM objects WHERE seq = ?
    UNION ALL SELECT o.up, n + 1 FROM above JOIN objects o ON o.seq = above.up) SELECT max(n) FROM above"""
_HEIGHT = """WITH RECURSIVE below (seq, n) AS (SELECT seq, 1 FROM objects WHERE seq = ?
    UNION ALL SELECT o.seq, n + 1 FROM below JOIN objects o ON o.up = below.seq) SELECT max(n) FROM below"""
_COMPUTED = {"elementtyp", "divisionid", "logparentid", "isparent", "layer", "model"}


@dataclass(slots=True)
class Change:
    """What a request says about an object's attributes."""

    name: str | None = None
    number: int | None = None
    values: Record = field(default_factory=dict)  # by attribute id; None takes a value away
    free: dict[str, Record] = field(default_factory=dict)  # by group and name, where the catalogue knows neither
    geometry: Record | None = None


def create(store: Store, fields: Fields, parent: Found, model: Record) -> str:
    """A new object below `parent` in the latest revision of `model`, and its `children`. Answers its id."""
    kind, element_type, layer = _kind(fields)
    _check_depth(store, parent, 1)
    if kind == "TopologyDivision":
        if parent.type != "Project":
            raise bad("A TopologyDivision hangs on the project.")
        if model["topologyId"]:
            raise conflict(f"Model {model['id']} has its topology already: {model['topologyId']}.")
    change = read(fields, of_project(store, parent.project), creating=True)
    words = Words(
        str(uuid.uuid4()),
        parent.id,
        change.name or "",
        kind,
        element_type,
        layer,
        is_child=parent.layer is not None,
        number=change.number or 0,
    )
    if kind == "TopologyDivision":
        model["topologyId"] = words.id
    writer = Writer(store, model["projectId"], model["id"], model["revision"])
    (seq,) = writer.objects([(words, parent.seq, {})])
    found = Found(seq, words.id, model["revision"], parent.seq, model["projectId"], model["id"], kind, layer, {})
    _store(store, found, words, {**words.record(), "values": {}, "free": {}}, change)
    for child in fields.items("children") or []:
        if not isinstance(child, dict):
            raise bad("children must be objects.")
        create(store, Fields(child), found, model)
    return words.id


def update(store: Store, found: Found, fields: Fields, parent: Found | None) -> None:
    """Changes what the request names: type, attributes one by one, mesh, and with `parent` where it hangs."""
    words = Words.of(found.body)
    change = read(fields, of_project(store, found.project))
    if "type" in fields and (fields.text("type") or "").lower() != words.type.lower():
        kind, element_type, layer = _kind(fields)
        if layer is None or words.layer is None:
            raise bad("An object of the topology cannot become another kind of object.")
        words = replace(words, type=kind, element_type=element_type, layer=layer)
    if change.name is not None:
        words = replace(words, name=change.name)
    if change.number is not None:
        words = replace(words, number=change.number)
    if parent is not None and parent.seq != found.up:
        if parent.model not in (None, found.model) or parent.project != found.project:
            raise bad("An object stays in its model.")
        if any(seq == found.seq for seq in _above(store, parent.seq)):
            raise bad("An object cannot hang below itself.")
        _check_depth(store, parent, store.row(_HEIGHT, found.seq)[0])
        words = replace(words, parent=parent.id, is_child=parent.layer is not None)
        store.run("UPDATE objects SET up = ? WHERE seq = ?", parent.seq, found.seq)
    _store(store, found, words, found.body, change)


def rename(store: Store, key: str, name: str) -> None:
    """Gives the object that a project also is its name."""
    for seq, body in store.rows("SELECT seq, body FROM objects WHERE id = ? AND current", key):
        found = orjson.loads(body)
        words = replace(Words.of(found), name=name)
        store.run(
            "UPDATE objects SET entry = ?, body = ? WHERE seq = ?",
            entry(words),
            orjson.dumps({**found, **words.record()}),
            seq,
        )


def _check_depth(store: Store, parent: Found, height: int) -> None:
    """A tree is served by nested entries, so it must not become deeper than anyone can read."""
    if store.row(_DEPTH, parent.seq)[0] + height > _DEEPEST:
        raise bad(f"Objects are nested at most {_DEEPEST} deep.")


def _above(store: Store, seq: int | None) -> Iterator[int]:
    while seq is not None:
        yield seq
        seq = store.row("SELECT up FROM objects WHERE seq = ?", seq)[0]


def _store(store: Store, found: Found, words: Words, body: Record, change: Change) -> None:
    """Writes an object's row and the words around its bodies anew."""
    values = {key: value for key, value in {**body["values"], **change.values}.items() if value is not None}
    free = {group: dict(names) for group, names in body["free"].items()}
    for group, names in change.free.items():
        merged = {**free.get(group, {}), **names}
        free[group] = {name: value for name, value in merged.items() if value is not None}
    _take_over(store, free, change)
    geometry = change.geometry if change.geometry is not None else body.get("geometry")
    new = {**words.record(), "values": values, "free": {group: names for group, names in free.items() if names}}
    if geometry is not None:
        new["geometry"] = geometry
    store.run(
        "UPDATE objects SET type = ?, layer = ?, entry = ?, details = ?, body = ? WHERE seq = ?",
        words.type,
        words.layer,
        entry(words),
        details(words),
        orjson.dumps(new),
        found.seq,
    )
    quantity = {key: one["name"].lower() for key, one in store.attributes().items() if one["group"] == "quantity"}
    measured = {name: values[key] for key, name in quantity.items() if key in values} | free.get("quantity", {})
    matrix = free.get("element", {}).get("matrix")
    if change.geometry is not None and words.layer is None:
        raise bad("An object of the topology has no geometry.")
    moved = "matrix" in change.free.get("element", {})
    if geometry is not None and (moved or change.geometry is not None):
        solid = mesh.read(geometry["mesh"], matrix)
        store.run("DELETE FROM solids WHERE object = ?", found.seq)
        Writer(store, found.project, found.model).solids([(found.seq, words, measured, [solid])])
        return
    for seq, part in store.rows("SELECT seq, part FROM solids WHERE object = ?", found.seq):
        around = (head(words, seq), virtual_tail(words)) if part else (head(words), tail(words.name, measured))
        store.run("UPDATE solids SET head = ?, tail = ? WHERE seq = ?", *around, seq)


def _take_over(store: Store, free: dict[str, Record], change: Change) -> None:
    """Drops what was said under a name before the catalogue knew it, now that the attribute itself is set."""
    known = store.attributes() if free else {}
    for key in change.values if free else ():
        free.get(known[key]["group"].lower(), {}).pop(known[key]["name"].lower(), None)


def read(fields: Fields, attributes: Mapping[str, Record], *, creating: bool = False) -> Change:
    """The `attributes` of a request: groups of names and values, or values by attribute id as the vendor's own
    property panel sends them."""
    change = Change()
    groups = fields.raw("attributes")
    if groups is None:
        return change
    if not isinstance(groups, dict):
        raise bad("attributes must be an object.")
    by_name = {(one["group"].lower(), one["name"].lower()): one for one in attributes.values()}
    for key, values in groups.items():
        attribute = guid(key)
        if attribute is not None:
            if attribute not in attributes:
                raise bad(f"There is no attribute {attribute}.")
            known = attributes[attribute]
            place = known["group"].lower(), known["name"].lower()
            _set(change, *place, values, {place: known}, creating)
            continue
        if values is None:
            continue
        if not isinstance(values, dict):
            raise bad(f"attributes.{key[:80]} must be an object.")
        group = key.lower()
        if group == "geometry":
            change.geometry = _geometry(values)
            continue
        for name, value in values.items():
            _set(change, group, name.lower(), value, by_name, creating)
    return change


def _set(
    change: Change, group: str, name: str, value: Any, by_name: Mapping[tuple[str, str], Record], creating: bool
) -> None:
    known = by_name.get((group, name))
    if isinstance(value, dict | list):
        raise bad(f"attributes.{group[:80]}.{name[:80]} must be a text, a number, true, false or null.")
    if isinstance(value, str) and len(value) > TEXT:
        raise bad(f"attributes.{group[:80]}.{name[:80]} is too long.")
    if group == "general" and name == "name":
        if not isinstance(value, str) or len(value) > NAME:
            raise bad(f"attributes.general.name must be a text of at most {NAME} characters.")
        change.name = value
    elif group == "element" and name == "nr":
        number = finite(value, "attributes.element.nr")
        if number != int(number):
            raise bad("attributes.element.nr must be a whole number.")
        change.number = int(number)
    elif group == "element" and name in _COMPUTED:
        return  # follows from where the object hangs and what it is
    elif known is not None:
        change.values[known["id"]] = checked(known, value, creating)
    else:
        change.free.setdefault(group, {})[name] = value


def checked(attribute: Record, value: Any, creating: bool = False) -> Any:
    """A value that fits its attribute's type and limits."""
    name = f"{attribute['group']}.{attribute['name']}"
    if not attribute["isChangeable"] and not creating:
        raise bad(f"{name} may not be changed.")
    if value is None:
        return None
    wanted = attribute["type"]
    if wanted in {"double", "int"}:
        number = finite(value, name)
        low, high = attribute["minValue"], attribute["maxValue"]
        if (low is not None and number < low) or (high is not None and number > high):
            raise bad(f"{name} must lie between {low} and {high}.")
        if wanted == "int" and number != int(number):
            raise bad(f"{name} must be a whole number.")
        return int(number) if wanted == "int" else number
    if wanted == "boolean":
        if not isinstance(value, bool):
            raise bad(f"{name} must be true or false.")
        return value
    if not isinstance(value, str) or len(value) > TEXT:
        raise bad(f"{name} must be a text.")
    if wanted == "datetime":
        return Fields({name: value}).moment(name)
    if wanted == "guid" and guid(value) is None:
        raise bad(f"{name} must be a GUID.")
    return value


def _geometry(values: Record) -> Record | None:
    """The mesh of a request, kept as it came. A compressed `picture` is not read."""
    lowered = {name.lower(): value for name, value in values.items()}
    if lowered.get("mesh") is None:
        if "picture" in lowered:
            raise bad("The sandbox reads geometry.mesh, not a compressed picture.")
        return None
    return {"mesh": lowered["mesh"]}


def _kind(fields: Fields) -> tuple[str, str, str | None]:
    """Type, element type id and layer, by the type's name or by `attributes.element.elementtyp`."""
    name = fields.text("type", limit=NAME) or ""
    kinds = {kind.lower(): kind for kind in (*TYPES, *TOPOLOGY_TYPES)}
    kind = kinds.get(name.lower())
    if kind is None and not name:
        attributes = fields.within("attributes")
        element = attributes.within("element") if attributes else None
        key = element.guid("elementtyp") if element else None
        kind = next((one.type for one in ELEMENT_TYPES if one.id == key), None)
    if kind is None or kind == "Project":
        raise bad(f"There is no element type {name[:80]!r}.")
    if kind in TYPES:
        return kind, TYPES[kind].id, TYPES[kind].layer
    return kind, TOPOLOGY_TYPES[kind], None

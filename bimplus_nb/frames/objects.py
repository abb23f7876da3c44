"""Objects as a table: one row an object, from the tree of its model and what the geometry answers say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal

import pandas as pd

from bimplus_nb.frames.topology import Node, own_type, storeys
from bimplus_nb.frames.values import Kind, Problem, column, infer, pick, snake

# On the wire lengths are mm, areas mm², volumes mm³ (Bimplus documentation, Object Service).
_QUANTITIES = {
    "length": ("length_m", 1e-3, "m"),
    "width": ("width_m", 1e-3, "m"),
    "height": ("height_m", 1e-3, "m"),
    "area": ("area_m2", 1e-6, "m²"),
    "volume": ("volume_m3", 1e-9, "m³"),
}

# Attributes people ask for in nearly every project: column, kind, unit, and the names they go by. Those of IFC's common
# property sets arrive in lower case.
_WELL_KNOWN: tuple[tuple[str, Kind, str, tuple[str, ...]], ...] = (
    ("material", "category", "", ("material",)),
    ("fire_rating", "category", "", ("fire_rating", "firerating")),
    ("load_bearing", "boolean", "", ("load_bearing", "loadbearing")),
    ("is_external", "boolean", "", ("is_external", "isexternal")),
    ("u_value", "number", "W/(m²K)", ("u_value", "uvalue", "thermal_transmittance", "thermaltransmittance")),
    ("acoustic_rating", "number", "dB", ("acoustic_rating", "acousticrating")),
    ("mass_kg", "number", "kg", ("mass", "weight")),
    ("cost", "number", "", ("cost",)),
    ("room_number", "text", "", ("room_number",)),
    ("room_usage", "category", "", ("room_usage",)),
)
_GUID = ("globalid", "ifcguid", "ifc_guid")
# What the tree says already, and what says nothing about the object.
_SAID = {"general": {"name", "isobjectvalid"}, "element": {"elementtyp", "layer", "model"}, "elementstate": {"state"}}


def objects_frame(
    entries: Sequence[Node],
    objects: Iterable[Mapping[str, Any]] = (),
    *,
    layers: Mapping[str, str] | None = None,
    columns: Sequence[str] | Literal["all"] = (),
) -> pd.DataFrame:
    """One row an object, index `id`, in the order of the trees.

    `entries`: the trees' entries; those that only hold others are no rows. `objects`: what the geometry answers say of
    each (`id`, `type`, `attributes` in groups). `layers`: the name of each layer id.

    Columns: name, type, ifc_type, layer, model, storey (categorical from the lowest up), parent, guid; length_m,
    width_m, height_m, area_m2, volume_m3 as the service declares them; then those of the well-known attributes that
    occur (material, fire_rating, load_bearing, is_external, u_value, acoustic_rating, mass_kg, cost, room_number,
    room_usage); then `columns`, by their names in snake_case, or every other attribute with "all".
    Raises ValueError for a name that no object has.
    """
    known = {str(item["id"]).lower(): item for item in objects}
    rows = [node for node in entries if not node.branch or node.id.lower() in known]
    found = [known.get(node.id.lower(), {}) for node in rows]
    groups = [_groups(item) for item in found]
    free = [_free(group) for group in groups]
    # A mesh names objects as the geometry answers do, so the table does too.
    ids = [str(item["id"]) if item else node.id for item, node in zip(found, rows, strict=True)]
    index = pd.Index(ids, name="id", dtype="str")
    problems: list[Problem] = []
    units: dict[str, str] = {}
    made: dict[str, pd.Series[Any]] = {}

    def add(name: str, values: Sequence[Any], kind: Kind, unit: str = "") -> None:
        made[name] = column(values, kind, index=index, name=name, problems=problems)
        if unit:
            units[name] = unit

    names = [pick(group.get("general", {}), "name") for group in groups]
    types = [own_type(item.get("type")) or node.type for item, node in zip(found, rows, strict=True)]
    add("name", [node.name or said for node, said in zip(rows, names, strict=True)], "text")
    add("type", types, "category")
    add("ifc_type", [node.ifc_type for node in rows], "category")
    add("layer", [_layer(node, group, layers or {}) for node, group in zip(rows, groups, strict=True)], "category")
    add("model", [node.model for node in rows], "category")
    made["storey"] = storeys(rows, index)
    add("parent", [node.parent for node in rows], "text")
    add("guid", [node.guid or _first(said, _GUID) for node, said in zip(rows, free, strict=True)], "text")
    for key, (name, factor, unit) in _QUANTITIES.items():
        add(name, [pick(group.get("quantity", {}), key) for group in groups], "number", unit)
        made[name] *= factor
    used = set(_GUID)
    for name, kind, unit, aliases in _WELL_KNOWN:
        used.update(aliases)
        values = [_first(said, aliases) for said in free]
        if any(value is not None for value in values):
            add(name, values, kind, unit)
    for name in _chosen(columns, free, used, made):
        values = [said.get(name) for said in free]
        add(f"attribute_{name}" if name in made else name, values, infer(values))
    frame = pd.DataFrame(made, index=index)
    frame.attrs = {"units": units, "problems": tuple(problems)}
    return frame


def _chosen(
    columns: Sequence[str] | Literal["all"], free: Sequence[Mapping[str, Any]], used: set[str], made: Mapping[str, Any]
) -> list[str]:
    there = dict.fromkeys(name for said in free for name in said)
    if columns == "all":
        return sorted(name for name in there if name not in used)
    wanted = dict.fromkeys(snake(name) for name in ([columns] if isinstance(columns, str) else columns))
    for name in wanted:
        if name not in there and name not in made:
            close = ", ".join(get_close_matches(name, there, n=5, cutoff=0.4)) or ", ".join(sorted(there)[:10])
            raise ValueError(f"No object has an attribute {name!r}. There are: {close}.")
    return [name for name in wanted if name not in made]


def _groups(item: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    groups = item.get("attributes")
    if not isinstance(groups, Mapping):
        return {}
    return {str(name).lower(): group for name, group in groups.items() if isinstance(group, Mapping)}


def _free(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Every attribute but quantities and what the tree says, by its name in snake_case; the first of equal names."""
    found: dict[str, Any] = {}
    for group, values in groups.items():
        if group in ("quantity", "geometry", "related_objects"):
            continue
        for name, value in values.items():
            if str(name).lower() not in _SAID.get(group, ()) and not isinstance(value, (Mapping, list)):
                found.setdefault(snake(str(name)), value)
    return found


def _first(said: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "")), None)


def _layer(node: Node, groups: Mapping[str, Mapping[str, Any]], layers: Mapping[str, str]) -> str | None:
    name = layers.get(node.layer_id) or pick(groups.get("element", {}), "layer")
    return layer_name(str(name)) if name else None


def layer_name(name: str) -> str:
    """A layer's name for people: "ID_BuildingModel" is Building."""
    return name.removeprefix("ID_").removesuffix("Model") or name

"""Objects as a table: one row an object, from the tree of its model and what the geometry answers say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from bimplus_nb.frames.attributes import Definition, Definitions, key_of
from bimplus_nb.frames.properties import held
from bimplus_nb.frames.reading import read
from bimplus_nb.frames.topology import Node, own_type, storeys
from bimplus_nb.frames.units import Units
from bimplus_nb.frames.values import Kind, Problem, column, ordered, pick, snake

# Column, its unit, and the unit on the wire (Bimplus documentation, Object Service).
_QUANTITIES = {
    "length": ("length_m", "m", "mm"),
    "width": ("width_m", "m", "mm"),
    "height": ("height_m", "m", "mm"),
    "area": ("area_m2", "m²", "mm²"),
    "volume": ("volume_m3", "m³", "mm³"),
}
_DOCUMENTED = {("mm", "m"): 1e-3, ("mm²", "m²"): 1e-6, ("mm³", "m³"): 1e-9}
_TYPE: dict[Kind, str] = {"number": "double", "boolean": "boolean"}

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
    definitions: Definitions | None = None,
    units: Units | None = None,
) -> pd.DataFrame:
    """One row an object, index `id`, in the order of the trees.

    `entries`: the trees' entries; those that only hold others are no rows. `objects`: what the geometry answers say of
    each (`id`, `type`, `attributes` in groups). `layers`: the name of each layer id. `definitions` and `units`: what
    the attributes are.

    Columns: name, type, ifc_type, layer, model, storey (categorical from the lowest up), parent, guid; length_m,
    width_m, height_m, area_m2, volume_m3 as the service declares them; then those of the well-known attributes that
    occur (material, fire_rating, load_bearing, is_external, u_value, acoustic_rating, mass_kg, cost, room_number,
    room_usage), an enumeration in the order the service defines.
    ``attrs["attributes"]`` has the attribute id of each column that is one attribute for all objects.
    """
    known = {str(item["id"]).lower(): item for item in objects}
    rows = [node for node in entries if not node.branch or node.id.lower() in known]
    found = [known.get(node.id.lower(), {}) for node in rows]
    groups = [_groups(item) for item in found]
    free = [_free(group) for group in groups]
    # A mesh names objects as the geometry answers do, so the table does too.
    ids = [str(item["id"]) if item else node.id for item, node in zip(found, rows, strict=True)]
    table = _Table(pd.Index(ids, name="id", dtype="str"), found, definitions or Definitions(), units or Units())

    names = [pick(group.get("general", {}), "name") for group in groups]
    types = [own_type(item.get("type")) or node.type for item, node in zip(found, rows, strict=True)]
    table.add("name", [node.name or said for node, said in zip(rows, names, strict=True)], "text")
    table.add("type", types, "category")
    table.add("ifc_type", [node.ifc_type for node in rows], "category")
    where = zip(rows, groups, strict=True)
    table.add("layer", [_layer(node, group, layers or {}) for node, group in where], "category")
    table.add("model", [node.model for node in rows], "category")
    table.columns["storey"] = storeys(rows, table.index)
    table.add("parent", [node.parent for node in rows], "text")
    guids = [_first(said, _GUID) for said in free]
    table.add("guid", [node.guid or (said and said[2]) for node, said in zip(rows, guids, strict=True)], "text")
    for key, (name, unit, documented) in _QUANTITIES.items():
        said = [pick(group.get("quantity", {}), key) for group in groups]
        table.attribute(
            name, [None if value is None else ("quantity", key, value) for value in said], "number", unit, documented
        )
    for name, kind, unit, aliases in _WELL_KNOWN:
        values = [_first(said, aliases) for said in free]
        if any(value is not None for value in values):
            table.attribute(name, values, kind, unit)
    return table.frame()


class _Table:
    """A frame that is being made, with the units, attributes and problems of its columns."""

    def __init__(
        self, index: pd.Index[Any], objects: Sequence[Mapping[str, Any]], definitions: Definitions, units: Units
    ) -> None:
        self.index = index
        self.columns: dict[str, pd.Series[Any]] = {}
        self._objects = objects
        self._definitions = definitions
        self._known_units = units
        self._units: dict[str, str] = {}
        self._attributes: dict[str, str] = {}
        self._problems: list[Problem] = []

    def add(self, name: str, values: Sequence[Any], kind: Kind) -> None:
        self.columns[name] = column(values, kind, index=self.index, name=name, problems=self._problems)

    def attribute(
        self, name: str, said: Sequence[tuple[str, str, Any] | None], kind: Kind, unit: str = "", documented: str = ""
    ) -> None:
        """A column of values, each with the group and name it came under; `documented`: the unit of undefined ones."""
        places: dict[Definition | None, list[int]] = {}
        keys: dict[tuple[str, str, str], Definition | None] = {}
        for row, each in enumerate(said):
            if each is not None:
                key = key_of(self._objects[row], each[0], each[1])
                if key not in keys:
                    keys[key] = self._definitions.find(key)
                places.setdefault(keys[key], []).append(row)
        one = next(iter(places)) if len(places) == 1 else None
        unit = unit or (one.unit if one else "")
        values: list[Any] = [None] * len(said)
        for definition, rows in places.items():
            raw = [each[2] for row in rows if (each := said[row])]
            own = (definition.unit if definition else "") or documented or unit
            reading = read(raw, _TYPE.get(kind, "string"), own, self._known_units) if kind in _TYPE else None
            factor = self._factor(own, unit)
            for place, row in enumerate(rows):
                if reading is None:
                    values[row] = raw[place]
                elif place in reading.wrong or (factor is None and kind == "number"):
                    why = reading.wrong.get(place) or f"{own} cannot be {unit}"
                    self._problems.append(Problem(str(self.index[row]), name, str(raw[place])[:200], why))
                else:
                    values[row] = reading.values[place] * factor if factor not in (None, 1) else reading.values[place]
        if one is not None and one.choices and kind == "category":
            self.columns[name] = ordered(values, held(one.choices, values), index=self.index, name=name)
        else:
            self.add(name, values, kind)
        if unit:
            self._units[name] = unit
        if one is not None and one.id:
            self._attributes[name] = one.id

    def _factor(self, unit: str, to: str) -> float | None:
        if unit == to:
            return 1
        try:
            return self._known_units.factor(unit, to)
        except ValueError:
            # The documents say what quantities are in, whether or not the service tells its units.
            return _DOCUMENTED.get((unit, to))

    def frame(self) -> pd.DataFrame:
        frame = pd.DataFrame(self.columns, index=self.index)
        frame.attrs = {
            "units": self._units,
            "attributes": self._attributes,
            "problems": tuple(self._problems),
            "unit_definitions": self._known_units,
        }
        return frame


def _groups(item: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    groups = item.get("attributes")
    if not isinstance(groups, Mapping):
        return {}
    return {str(name).lower(): group for name, group in groups.items() if isinstance(group, Mapping)}


def _free(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, str, Any]]:
    """Group, name and value of every attribute but quantities and what the tree says, by the name in snake_case; the
    first of equal names that has a value."""
    found: dict[str, tuple[str, str, Any]] = {}
    for group, values in groups.items():
        if group in ("quantity", "geometry", "related_objects"):
            continue
        for name, value in values.items():
            nothing = value is None or value == "" or isinstance(value, (Mapping, list))
            if not nothing and str(name).lower() not in _SAID.get(group, ()):
                found.setdefault(snake(str(name)), (group, str(name), value))
    return found


def _first(said: Mapping[str, tuple[str, str, Any]], names: Iterable[str]) -> tuple[str, str, Any] | None:
    return next((said[name] for name in names if name in said), None)


def _layer(node: Node, groups: Mapping[str, Mapping[str, Any]], layers: Mapping[str, str]) -> str | None:
    name = layers.get(node.layer_id) or pick(groups.get("element", {}), "layer")
    return layer_name(str(name)) if name else None


def layer_name(name: str) -> str:
    """A layer's name for people: "ID_BuildingModel" is Building."""
    return name.removeprefix("ID_").removesuffix("Model") or name

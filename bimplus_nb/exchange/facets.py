"""What a specification of an IDS says of each object, by what tables tell of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

import pandas as pd

from bimplus_nb.text import plain

_SAME: Final = 1e-6  # IDS 1.0: how far apart equal numbers may be

# Kinds of values by the IFC types that an IDS names; the service's own types do not tell a label from a text.
_TEXT: Final = {"IFCLABEL", "IFCTEXT", "IFCIDENTIFIER", "IFCDATE", "IFCDATETIME", "IFCTIME", "IFCDURATION"}
_TRUTH: Final = {"IFCBOOLEAN", "IFCLOGICAL"}
_COUNT: Final = {"IFCINTEGER", "IFCCOUNTMEASURE"}

Said: TypeAlias = "pd.Series[Any]"
"""By object id, why a rule is not kept; "" where it is."""


class Untold(Exception):
    """What would have to be known to decide a rule, and is not told."""


class Tables:
    """What is told of the objects."""

    def __init__(self, objects: pd.DataFrame, properties: pd.DataFrame) -> None:
        self.objects = objects
        told = properties["value"].notna() & (properties["value"].astype(object) != "")
        self.properties = properties[told & properties["object_id"].isin(objects.index)]
        self.sizes: Mapping[str, Any] = properties.attrs.get("unit_definitions", {})

    def none(self) -> Said:
        return pd.Series("", index=self.objects.index, dtype=object)

    def attribute(self, name: str) -> pd.Series[Any]:
        """The values of an attribute that IFC has beside its properties. Raises Untold."""
        known = {"Name": "name", "GlobalId": "guid"}
        if name in known:
            return self.objects[known[name]].astype(object)
        if (told := self._told("IFC", name)) is None:
            raise Untold(f"the service does not tell the attribute {plain(name, 60)}")
        return told

    def materials(self) -> pd.Series[Any]:
        """What objects are made of, by the attribute for that and not by any other of its name."""
        told = self._told("element", "material")
        return self.objects["material"].astype(object) if told is None else told

    def _told(self, group: str, name: str) -> pd.Series[Any] | None:
        rows = self.properties[(self.properties["group"] == group) & (self.properties["name"] == name)]
        if rows.empty:
            return None
        return rows.drop_duplicates("object_id").set_index("object_id")["value"].reindex(self.objects.index)

    def classes(self) -> pd.Series[Any]:
        """IFC classes in capitals; the exact one where it is told."""
        of_type = self.objects["ifc_type"].astype(object)
        with suppress(Untold):
            of_type = self.attribute("Class").fillna(of_type)
        return of_type.fillna("").str.upper()

    def in_si(self, value: Any, unit: Any) -> Any:
        """A number in the unit that the service's base units give."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        size = self.sizes.get(unit) if number and isinstance(unit, str) else None
        return value if size is None else value * size[0]


def held(one: Any, usage: str, tables: Tables) -> Said:
    """Of each object that a specification speaks of, why it does not keep it."""
    applies = pd.Series(True, index=tables.objects.index)
    for facet in one.applicability:
        applies &= _facet(facet, tables).eq("")
    if usage == "prohibited":
        return tables.none()[applies].replace("", "there must be no such thing")
    why = tables.none()
    for facet in one.requirements:
        said = _facet(facet, tables)
        why = why.where(why != "", said)
    return why[applies]


def _facet(facet: Any, tables: Tables) -> Said:
    """Of each object why it is not as a facet has it."""
    decide = _FACETS.get(type(facet).__name__)
    if decide is None:
        raise Untold(f"the service does not tell what a facet {type(facet).__name__} asks for")
    said = decide(facet, tables)
    if getattr(facet, "cardinality", "required") == "prohibited":
        return said.eq("").map({True: "it has what it must not have", False: ""}).astype(object)
    return said


def _entity(facet: Any, tables: Tables) -> Said:
    said = _unlike(tables.classes(), facet.name, "its class is")
    if facet.predefinedType:
        other = _unlike(tables.attribute("PredefinedType"), facet.predefinedType, "its predefined type is")
        said = said.where(said != "", other)
    return said


def _attribute(facet: Any, tables: Tables) -> Said:
    if not isinstance(facet.name, str):
        raise Untold("a pattern of attribute names cannot be looked for")
    values = tables.attribute(facet.name)
    missing = values.isna() | values.eq("")
    said = _unlike(values, facet.value, f"its {plain(facet.name, 60)} is") if facet.value else tables.none()
    return said.mask(missing, f"it has no {plain(facet.name, 60)}")


def _material(facet: Any, tables: Tables) -> Said:
    values = tables.materials()
    missing = values.isna() | values.eq("")
    said = tables.none()
    if facet.value:
        # Of what has layers, the service tells all materials in one text.
        good = values.fillna("").map(
            lambda text: any(_is(part, facet.value) for part in (text, *(each.strip() for each in text.split(";"))))
        )
        said = said.mask(~good, "its material is another")
    return said.mask(missing, "" if facet.cardinality == "optional" else "it has no material")


def _property(facet: Any, tables: Tables) -> Said:
    everything = tables.properties
    groups = everything["group"].astype(object).map(lambda name: _is(name, facet.propertySet))
    sets = everything[groups.astype(bool)]
    rows = sets[sets["name"].astype(object).map(lambda name: _is(name, facet.baseName)).astype(bool)]
    what = f"{_words(facet.propertySet)}.{_words(facet.baseName)}"
    optional = facet.cardinality == "optional"
    # Each set that it has must have the property.
    index = tables.objects.index
    has = sets.groupby("object_id")["group"].nunique().reindex(index).fillna(0)
    whole = rows.groupby("object_id")["group"].nunique().reindex(index).fillna(0)
    said = tables.none()
    if facet.dataType:
        kind = _kind(str(facet.dataType).upper())
        other = rows.loc[~rows["type"].astype(object).map(kind).astype(bool), "object_id"]
        said[said.index.isin(other)] = f"{what} is no {plain(facet.dataType, 40)}"
    if facet.value:
        wrong = {
            id_: f"{what} is {plain(value, 60)}"
            for id_, value, unit in rows[["object_id", "value", "unit"]].itertuples(index=False)
            if not _is(tables.in_si(value, unit), facet.value)
        }
        found = pd.Series(wrong, dtype=object).reindex(index).fillna("")
        said = said.where(said != "", found)
    return said.mask((has == 0) | (whole < has), "" if optional else f"it has no {what}")


_FACETS: Final[dict[str, Callable[[Any, Tables], Said]]] = {
    "Entity": _entity,
    "Attribute": _attribute,
    "Material": _material,
    "Property": _property,
}


def _kind(data_type: str) -> Callable[[Any], bool]:
    """Whether one of the service's types is of the kind of an IFC type."""
    if data_type in _TEXT:
        return lambda type_: type_ in ("string", "date", "datetime", "enum", "enumeration", "stringlist")
    if data_type in _TRUTH:
        return lambda type_: type_ in ("boolean", "bool")
    if data_type in _COUNT:
        return lambda type_: type_ in ("int", "integer")
    return lambda type_: type_ in ("double", "float", "int", "integer")


def _unlike(values: pd.Series[Any], wanted: Any, what: str) -> Said:
    """Why each value is not what is wanted, "" where it is."""
    return values.map(lambda value: "" if _is(value, wanted) else f"{what} {plain(value, 60)}").astype(object)


def _is(value: Any, wanted: Any) -> bool:
    """Whether a value is what a text or a restriction of an IDS says."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return False
    if not isinstance(wanted, str):
        return bool(wanted == value)  # ifctester's restriction decides
    if isinstance(value, bool):
        return wanted.lower() in (("true", "1") if value else ("false", "0"))
    if isinstance(value, int | float):
        try:
            return math.isclose(value, float(wanted), rel_tol=_SAME)
        except ValueError:
            return False
    return str(value) == wanted


def _words(wanted: Any) -> str:
    return plain(wanted, 60) if isinstance(wanted, str) else "(of a pattern)"

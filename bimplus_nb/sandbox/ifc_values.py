"""What an IFC file says of a product: property sets and quantities with their units, and what the geometry says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.sandbox.catalogue import stable_id
from bimplus_nb.sandbox.content import Attribute, Control, ValueType

# measure: the kind of unit it is given in, the factor from SI to the unit served, and that unit
_MEASURES: dict[str, tuple[str, float, str]] = {
    "IfcLengthMeasure": ("LENGTHUNIT", 1e3, "mm"),
    "IfcPositiveLengthMeasure": ("LENGTHUNIT", 1e3, "mm"),
    "IfcNonNegativeLengthMeasure": ("LENGTHUNIT", 1e3, "mm"),
    "IfcQuantityLength": ("LENGTHUNIT", 1e3, "mm"),
    "IfcAreaMeasure": ("AREAUNIT", 1e6, "mm²"),
    "IfcQuantityArea": ("AREAUNIT", 1e6, "mm²"),
    "IfcVolumeMeasure": ("VOLUMEUNIT", 1e9, "mm³"),
    "IfcQuantityVolume": ("VOLUMEUNIT", 1e9, "mm³"),
    "IfcMassMeasure": ("MASSUNIT", 1.0, "kg"),
    "IfcQuantityWeight": ("MASSUNIT", 1.0, "kg"),
    "IfcTimeMeasure": ("TIMEUNIT", 1.0, "s"),
    "IfcQuantityTime": ("TIMEUNIT", 1.0, "s"),
    "IfcPlaneAngleMeasure": ("PLANEANGLEUNIT", 180 / pi, "°"),
    "IfcPositivePlaneAngleMeasure": ("PLANEANGLEUNIT", 180 / pi, "°"),
    "IfcPowerMeasure": ("POWERUNIT", 1.0, "W"),
    "IfcPressureMeasure": ("PRESSUREUNIT", 1.0, "Pa"),
    "IfcForceMeasure": ("FORCEUNIT", 1.0, "N"),
    "IfcFrequencyMeasure": ("FREQUENCYUNIT", 1.0, "Hz"),
    "IfcIlluminanceMeasure": ("ILLUMINANCEUNIT", 1.0, "lx"),
    "IfcElectricVoltageMeasure": ("ELECTRICVOLTAGEUNIT", 1.0, "V"),
    "IfcElectricCurrentMeasure": ("ELECTRICCURRENTUNIT", 1.0, "A"),
    "IfcThermalTransmittanceMeasure": ("THERMALTRANSMITTANCEUNIT", 1.0, "W/(m²K)"),
    "IfcVolumetricFlowRateMeasure": ("VOLUMETRICFLOWRATEUNIT", 1.0, "m³/s"),
    "IfcLinearVelocityMeasure": ("LINEARVELOCITYUNIT", 1.0, "m/s"),
    "IfcMassDensityMeasure": ("MASSDENSITYUNIT", 1.0, "kg/m³"),
}
_POWERS = {"SQUARE_METRE": 2, "CUBIC_METRE": 3}
_PREFIXES = {
    "EXA": 18,
    "PETA": 15,
    "TERA": 12,
    "GIGA": 9,
    "MEGA": 6,
    "KILO": 3,
    "HECTO": 2,
    "DECA": 1,
    "DECI": -1,
    "CENTI": -2,
    "MILLI": -3,
    "MICRO": -6,
    "NANO": -9,
    "PICO": -12,
    "FEMTO": -15,
    "ATTO": -18,
}
_OWN_GROUPS = {"general", "element", "quantity", "geometry", "elementstate"}
# the service's quantity: the names it may have in a quantity set, best first
_BASE_QUANTITIES = {
    "length": ("Length",),
    "width": ("Width",),
    "height": ("Height",),
    "thickness": ("Thickness", "Depth"),
    "area": ("NetSideArea", "NetFloorArea", "NetArea", "Area", "GrossSideArea", "GrossFloorArea", "GrossArea"),
    "volume": ("NetVolume", "GrossVolume"),
}

Plain = str | bool | int | float


@dataclass(frozen=True, slots=True)
class Fact:
    """One value a file gives a product."""

    group: str
    name: str
    value: Plain
    unit: str = ""
    quantity: bool = False  # from a quantity set


class Units:
    """The project's units, as factors to SI."""

    def __init__(self, file: Any) -> None:
        self._project: dict[str, float] = {}
        self._celsius = False
        for project in file.by_type("IfcProject"):
            for unit in project.UnitsInContext.Units if project.UnitsInContext else ():
                kind = getattr(unit, "UnitType", None)
                if kind:
                    self._project[kind] = _factor(unit)
                    self._celsius |= getattr(unit, "Name", None) == "DEGREE_CELSIUS"

    @property
    def metre(self) -> float:
        """Metres in one of the project's units of length."""
        return self._project.get("LENGTHUNIT", 1.0)

    def convert(self, value: float, measure: str, unit: Any) -> tuple[float, str]:
        """A measure in the unit it is served in, and that unit; `unit` is the value's own where it has one."""
        if measure == "IfcThermodynamicTemperatureMeasure":
            return value, "°C" if self._celsius else "K"
        if measure not in _MEASURES:
            return value, ""
        kind, to_served, symbol = _MEASURES[measure]
        factor = _factor(unit) if unit is not None else self._project.get(kind, 1.0)
        return value * factor * to_served, symbol


def _factor(unit: Any) -> float:
    """A unit's size in SI."""
    if unit.is_a("IfcSIUnit"):
        # IFC names the gram, but what is derived from masses, a watt too, rests on the kilogram.
        whole = 1e-3 if unit.Name == "GRAM" else 1.0
        return float(10 ** (_PREFIXES.get(unit.Prefix, 0) * _POWERS.get(unit.Name, 1))) * whole
    if unit.is_a("IfcConversionBasedUnit"):
        measure = unit.ConversionFactor
        return float(measure.ValueComponent.wrappedValue) * _factor(measure.UnitComponent)
    if unit.is_a("IfcDerivedUnit"):
        factor = 1.0
        for part in unit.Elements:
            factor *= _factor(part.Unit) ** part.Exponent
        return factor
    return 1.0


class Facts:
    """Reads what is said of products; a set that many products share is read once."""

    def __init__(self, units: Units) -> None:
        self.units = units
        self._read: dict[int, list[Fact]] = {}

    def of(self, product: Any) -> list[Fact]:
        """Everything said of a product and of its type; the product's own word wins."""
        facts = {(fact.group, fact.name): fact for fact in self._class(product)}
        for definition in _definitions(product):
            if definition.id() not in self._read:
                self._read[definition.id()] = list(self._set(definition))
            facts |= {(fact.group, fact.name): fact for fact in self._read[definition.id()]}
        return list(facts.values())

    def _class(self, product: Any) -> Iterator[Fact]:
        yield Fact("IFC", "Class", product.is_a())
        for name in ("ObjectType", "Tag", "PredefinedType"):
            value = getattr(product, name, None)
            if value:
                yield Fact("IFC", name, str(value))

    def _set(self, definition: Any) -> Iterator[Fact]:
        group = definition.Name or definition.is_a().removeprefix("Ifc")
        if group.lower() in _OWN_GROUPS:
            group = f"{group} (IFC)"
        if definition.is_a("IfcElementQuantity"):
            for quantity in definition.Quantities or ():
                if quantity.is_a("IfcPhysicalSimpleQuantity"):
                    value, unit = self.units.convert(float(quantity[3]), quantity.is_a(), quantity.Unit)
                    yield from _fact(group, quantity.Name, value, unit, quantity=True)
        elif definition.is_a("IfcPropertySet"):
            for each in definition.HasProperties or ():
                yield from _fact(group, each.Name, *self._property(each))

    def _property(self, each: Any) -> tuple[Plain | None, str]:
        """A property's value and unit; lists and ranges become text."""
        if each.is_a("IfcPropertySingleValue"):
            return self._value(each.NominalValue, each.Unit)
        if each.is_a("IfcPropertyBoundedValue"):
            parts = [self._value(each[k], each.Unit) for k in (2, 3)]  # upper, lower in every version
            low, high = (str(value) if value is not None else "" for value, _ in reversed(parts))
            return f"{low} … {high}", parts[0][1]
        values = getattr(each, "EnumerationValues", None) or getattr(each, "ListValues", None) or ()
        texts = [str(value) for value, _ in (self._value(item, None) for item in values) if value is not None]
        return "; ".join(texts) or None, ""

    def _value(self, wrapped: Any, unit: Any) -> tuple[Plain | None, str]:
        value = None if wrapped is None else wrapped.wrappedValue
        if isinstance(value, float):
            return self.units.convert(value, wrapped.is_a(), unit)
        if value is None or value in ("UNKNOWN", ""):
            return None, ""
        return value if isinstance(value, str | bool | int) else str(value), ""


def _definitions(product: Any) -> Iterator[Any]:
    """A product's property and quantity sets, those of its type first."""
    own: list[Any] = []
    for relation in getattr(product, "IsDefinedBy", ()):
        if relation.is_a("IfcRelDefinesByType"):
            yield from relation.RelatingType.HasPropertySets or ()
        elif relation.is_a("IfcRelDefinesByProperties"):
            found = relation.RelatingPropertyDefinition
            own += found.wrappedValue if found.is_a("IfcPropertySetDefinitionSet") else [found]
    for relation in getattr(product, "IsTypedBy", ()):
        yield from relation.RelatingType.HasPropertySets or ()
    yield from own


def _fact(group: str, name: str, value: Plain | None, unit: str, *, quantity: bool = False) -> Iterator[Fact]:
    if value is None or not name or (isinstance(value, float) and not isfinite(value)):
        return
    # Integers beyond what a double holds exactly are numbers of things, not quantities.
    exact = str(value) if isinstance(value, int) and abs(value) > 2**53 else value
    yield Fact(group, name, exact, unit, quantity)


def attributes(products: Sequence[Iterable[Fact]]) -> tuple[tuple[Attribute, ...], list[dict[str, Any]]]:
    """The attributes that occur, and each product's values by attribute id, all of one attribute of one type."""
    types: dict[tuple[str, str], set[type]] = {}
    units: dict[tuple[str, str], set[str]] = {}
    for facts in products:
        for fact in facts:
            types.setdefault((fact.group, fact.name), set()).add(type(fact.value))
            units.setdefault((fact.group, fact.name), set()).add(fact.unit)
    made = {key: _attribute(*key, found, units[key]) for key, found in types.items()}
    values = []
    for facts in products:
        said = ((made[fact.group, fact.name], fact.value) for fact in facts)
        values.append({attribute.id: _as(attribute.type, value) for attribute, value in said})
    return tuple(made.values()), values


def _attribute(group: str, name: str, types: set[type], units: set[str]) -> Attribute:
    kind: ValueType = "string"
    control: Control = "textbox"
    if types == {bool}:
        kind, control = "boolean", "checkbox"
    elif types == {int}:
        kind = "int"
    elif types <= {int, float}:
        kind = "double"
    unit = units.pop() if len(units) == 1 and kind != "boolean" else ""
    return Attribute(stable_id("attribute", group, name), name, group, kind, unit, control=control)


def _as(kind: ValueType, value: Plain) -> Plain:
    if kind == "double":
        return float(value)
    return str(value) if kind == "string" else value


def quantities(vertices: NDArray[np.float64], triangles: NDArray[np.int32], facts: Iterable[Fact]) -> dict[str, float]:
    """The service's own quantities, mm, mm², mm³: the volume of a closed body is measured, the rest as the file has it.

    Where the file says nothing, length, width and height are the extents along the axes. `vertices` are mm, Z up.
    """
    declared = {fact.name: float(fact.value) for fact in facts if fact.quantity}
    found: dict[str, float] = {}
    for name, spellings in _BASE_QUANTITIES.items():
        said = next((declared[spelling] for spelling in spellings if spelling in declared), None)
        if said is not None:
            found[name] = round(said, 3)
    x, y, z = np.ptp(vertices, axis=0).tolist()
    found = {"length": round(max(x, y), 3), "width": round(min(x, y), 3), "height": round(z, 3)} | found
    if _closed(triangles):
        corners = (vertices - vertices[0])[triangles]
        found["volume"] = round(abs(float(np.linalg.det(corners).sum())) / 6, 3)
    return found


def _closed(triangles: NDArray[np.int32]) -> bool:
    """Whether every edge is walked as often one way as the other."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    way = np.where(edges[:, 0] < edges[:, 1], 1, -1)
    key = edges.min(axis=1) << 32 | edges.max(axis=1)
    _, inverse = np.unique(key, return_inverse=True)
    return not np.bincount(inverse, way).any()

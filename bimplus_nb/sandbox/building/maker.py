"""From bodies to objects: ids, quantities that equal the geometry, masses, costs and whatever else is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from bimplus_nb.sandbox.building.materials import Material
from bimplus_nb.sandbox.building.plan import Storey
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID, TYPES, stable_id
from bimplus_nb.sandbox.content import Element, Model, Node
from bimplus_nb.sandbox.shapes import Body

Part = tuple[Body, Material]

_BASE64 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"
_NO_COST = frozenset({"Room", "Planting", "Terrain"})


def global_id(id_: str) -> str:
    """A GUID as IFC writes it: 22 characters of its own base 64."""
    number = UUID(id_).int
    return "".join(_BASE64[number >> shift & 63] for shift in range(126, -1, -6))


def measured(parts: Sequence[Part], thickness: float = 0) -> dict[str, Any]:
    """What bodies say of themselves: material, extents, volume, mass, cost, and the area where a thickness is given."""
    corners = np.concatenate([body.vertices for body, _ in parts])
    x, y, z = np.ptp(corners, axis=0).tolist()
    volumes = [(body.volume, material) for body, material in parts]
    volume = sum(each for each, _ in volumes)
    facts: dict[str, Any] = {
        "material": parts[0][1].name,
        "length": round(max(x, y), 1),
        "width": round(min(x, y), 1),
        "height": round(z, 1),
        "volume": round(volume, 1),
        "mass": round(sum(each / 1e9 * material.density for each, material in volumes), 1),
        "cost": round(sum(each / 1e9 * material.cost for each, material in volumes), 2),
    }
    if thickness:
        facts |= {"thickness": thickness, "area": round(volume / thickness, 1)}
    return facts


def by_id(said: Mapping[str, Any]) -> dict[str, Any]:
    """Values by attribute id instead of by name in Python's spelling; None means that nothing is said."""
    return {ATTRIBUTE[word].id: value for word, value in said.items() if value is not None}


class Maker:
    """Collects the objects of one model. Bodies come in plan coordinates, their heights above the storey's floor."""

    def __init__(self, name: str, description: str, *, project: str, building: str, storeys: Iterable[Storey]) -> None:
        self.id = stable_id(project, name)
        self.name = name
        self.description = description
        self._elements: dict[str, Element] = {}
        self._rng = np.random.default_rng(UUID(self.id).int)
        site, house = (stable_id(self.id, kind) for kind in ("site", "building"))
        self._nodes = [
            Node(site, None, "Site", "Site", "IfcSite", guid=global_id(site)),
            Node(house, site, building, "Building", "IfcBuilding", guid=global_id(house)),
        ]
        for storey in storeys:
            id_ = stable_id(self.id, "storey", storey.key)
            guid = global_id(id_)
            self._nodes.append(
                Node(id_, house, storey.name, "Storey", "IfcBuildingStorey", storey.number, storey.level, guid)
            )

    def add(self, storey: Storey, type_: str, name: str, *parts: Part, thickness: float = 0, **values: Any) -> None:
        """One object of these parts; further values by their attribute's name in Python's spelling.

        Length, width, height and volume are measured on the bodies; the area too where a `thickness` is given. A value
        of None leaves the attribute out.
        """
        if name in self._elements:
            raise ValueError(f"two objects of {self.name} are called {name!r}")
        id_ = stable_id(self.id, type_, name)
        facts = measured(parts, thickness)
        if type_ in _NO_COST:
            del facts["cost"], facts["mass"]
        else:
            facts["cost"] = round(facts["cost"] * float(self._rng.uniform(0.96, 1.06)), 2)  # offers differ
        solids = tuple(body.moved(z=storey.level).solid(material.color) for body, material in parts)
        node = stable_id(self.id, "storey", storey.key)
        guid = global_id(id_)
        said = by_id({"globalid": guid, **facts, **values})
        self._elements[name] = Element(id_, name, TYPES[type_].type, node, solids, said, guid)

    def change(self, name: str, *, node: Storey | None = None, **values: Any) -> None:
        """Says something else of an object; None takes a value away, `node` hangs it on another storey."""
        element = self._elements[name]
        said = {**element.values, **{ATTRIBUTE[word].id: value for word, value in values.items()}}
        place = stable_id(self.id, "storey", node.key) if node else element.node
        kept = {key: value for key, value in said.items() if value is not None}
        self._elements[name] = replace(element, node=place, values=kept)

    def value(self, name: str, word: str) -> Any:
        """What is said of an object."""
        return self._elements[name].values[ATTRIBUTE[word].id]

    def repeat(self, name: str, again: str) -> None:
        """A second object exactly where another one is."""
        element = self._elements[name]
        id_ = stable_id(self.id, element.type, again)
        values = {**element.values, GLOBAL_ID: global_id(id_)}
        self._elements[again] = replace(element, id=id_, name=again, values=values, guid=global_id(id_))

    def serial(self, prefix: str) -> dict[str, Any]:
        """What a maker's plate says: serial number, date of installation, warranty."""
        day = datetime(2025, 3, 3, tzinfo=UTC) + timedelta(days=int(self._rng.integers(0, 200)))
        number = f"{prefix}-{self._rng.integers(100_000, 999_999)}"
        return {"serial_number": number, "installation_date": day, "warranty": int(self._rng.choice([2, 5, 10]))}

    def model(self) -> Model:
        """Everything added so far."""
        return Model(self.id, self.name, self.description, tuple(self._nodes), tuple(self._elements.values()))

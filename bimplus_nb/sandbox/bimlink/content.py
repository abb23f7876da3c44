"""Who may see what in BIMlink, and what there is to see: two domain accounts, made from the demo projects.

Lengths, areas, volumes and masses are m, m², m³ and kg: another service, other units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bimplus_nb.sandbox import content, people
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, TYPES

Record = dict[str, Any]

_QUANTITIES = {"length": 1e-3, "area": 1e-6, "volume": 1e-9, "mass": 1.0}
_VALUES = {
    "material": "material",
    "isExternal": "is_external",
    "loadBearing": "load_bearing",
    "fireRating": "fire_rating",
}


def guid(*name: object) -> str:
    return people.guid("bimlink", *name)


@dataclass(frozen=True)
class Phase:
    """One project phase: its spatial structure, and the elements in it."""

    name: str
    models: tuple[content.Model, ...]

    @cached_property
    def id(self) -> str:
        return guid("phase", self.name, *(model.id for model in self.models))

    @cached_property
    def structure(self) -> list[Record]:
        """Site, building, storeys: one each, though every model has its own."""
        found: dict[str, Record] = {}
        for model in self.models:
            nodes = {node.id: node for node in model.nodes}
            for node in model.nodes:
                parent = nodes.get(node.parent or "")
                key = self._place(node)
                found.setdefault(
                    key,
                    {
                        "id": key,
                        "name": node.name,
                        "ifcType": node.ifc_type or f"Ifc{'Building' if node.type == 'Storey' else ''}{node.type}",
                        "parentId": None if parent is None else self._place(parent),
                        "elevation": node.level / 1000 if node.type == "Storey" else None,
                    },
                )
        return list(found.values())

    @cached_property
    def elements(self) -> list[Record]:
        return [self._element(element, model) for model in self.models for element in model.elements]

    def _place(self, node: content.Node) -> str:
        return guid(self.id, node.type, node.name)

    def _element(self, element: content.Element, model: content.Model) -> Record:
        node = next(node for node in model.nodes if node.id == element.node)
        values: dict[str, Any] = {
            name: element.values.get(ATTRIBUTE[name].id) for name in (*_QUANTITIES, *_VALUES.values())
        }
        return {
            "id": guid(self.id, element.id),
            "name": element.name,
            "ifcType": TYPES[element.type].ifc_type,
            "guid": element.guid,
            "spatialStructureElementId": self._place(node),
            **{name: values[attribute] for name, attribute in _VALUES.items()},
            "quantities": {
                name: None if values[name] is None else round(values[name] * factor, 6)
                for name, factor in _QUANTITIES.items()
            },
        }


@dataclass(frozen=True)
class Project:
    name: str
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Location:
    name: str
    address: str
    projects: tuple[Project, ...]


@dataclass(frozen=True)
class Member:
    """What somebody may in an account: see these phases (None: all), and write."""

    phases: frozenset[str] | None = None
    writes: bool = False

    def sees(self, phase: Phase) -> bool:
        return self.phases is None or phase.name in self.phases


@dataclass(frozen=True)
class Account:
    """A domain account: a company, or one very large project."""

    name: str
    locations: tuple[Location, ...]
    members: Mapping[str, Member] = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        return guid("account", self.name)

    def record(self, member: Member) -> Record:
        return {"id": self.id, "name": self.name, "mayWrite": member.writes}

    def phases(self) -> Iterator[Phase]:
        return (phase for location in self.locations for project in location.projects for phase in project.phases)

    def tree(self, member: Member) -> list[Record]:
        """Locations with their projects with their phases, as far as this member may see."""
        return [
            location
            for one in self.locations
            if (location := {
                "id": guid(self.id, one.name), "name": one.name, "address": one.address,
                "projects": [
                    project
                    for each in one.projects
                    if (project := {
                        "id": guid(self.id, one.name, each.name), "name": each.name,
                        "projectPhases": [{"id": p.id, "name": p.name} for p in each.phases if member.sees(p)],
                    })["projectPhases"]
                ],
            })["projects"]
        ]  # fmt: skip


def accounts() -> tuple[Account, ...]:
    """Riverside Planning: Anna writes, Ben sees one phase of two. Harbour Works: Ben alone."""
    # Imported when needed: who does not ask BIMlink does not wait for its building.
    from bimplus_nb.sandbox import demo

    offices, pavilion = demo.riverside(), demo.revisions()
    bearing = tuple(model for model in offices.models if model.name == "Structure")
    detailed = Phase("Detailed design", offices.models)
    built = tuple(earlier for model in pavilion.models for earlier in model.earlier)
    return (
        Account(
            "Riverside Planning",
            (
                Location(
                    "Riverside", "Quay Street 12",
                    (Project(offices.name, (Phase("Preliminary design", bearing), detailed)),),
                ),
            ),
            {"anna": Member(writes=True), "ben": Member(frozenset({detailed.name}))},
        ),
        Account(
            "Harbour Works",
            (
                Location(
                    "Harbour", "Harbour Road 1",
                    (Project(pavilion.name, (Phase("Building permit", built), Phase("As built", pavilion.models))),),
                ),
            ),
            {"ben": Member(writes=True)},
        ),
    )  # fmt: skip

"""The demo project "Riverside Offices" and the small ones beside it, made anew from a seed."""

from __future__ import annotations

from collections.abc import Sequence

from bimplus_nb.sandbox.building import (
    cores,
    facade,
    findings,
    interior,
    issues,
    plant,
    roof,
    services,
    site,
    structure,
)
from bimplus_nb.sandbox.building.findings import FINDINGS
from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.pavilion import archive, revisions
from bimplus_nb.sandbox.building.plan import BASEMENT, GROUND, STOREYS, TOP, TYPICAL
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, stable_id
from bimplus_nb.sandbox.content import Model, Project, Structure

__all__ = ["FINDINGS", "archive", "empty", "revisions", "riverside"]

_NAME = "Riverside Offices"
_COST_GROUPS = {
    "320": "Foundations",
    "330": "Exterior walls",
    "340": "Interior walls",
    "350": "Slabs",
    "360": "Roofs",
}
_MODELS = {
    "Architecture": "Facade, rooms, fittings and outdoor works",
    "Structure": "Foundations, columns, beams, slabs, cores",
    "Building Services": "Ventilation, heating, cooling, sprinklers, power and light",
}


def riverside(seed: int = 0) -> Project:
    """Riverside Offices: three models, eight storeys, issues. The same seed gives the same project, ids included.

    What is wrong with it on purpose is listed in `FINDINGS`.
    """
    id_ = stable_id(_NAME, str(seed))
    architecture, structural, technical = (
        Maker(name, words, project=id_, building=_NAME, storeys=STOREYS) for name, words in _MODELS.items()
    )
    _architecture(architecture)
    structure.build(structural)
    services.build(technical)
    plant.build(technical)
    roof.solar_panels(technical)
    findings.spoil(architecture, structural, technical)
    models = tuple(maker.model() for maker in (architecture, structural, technical))
    return Project(
        id_,
        _NAME,
        "Offices around a courtyard by the river: basement, six storeys, roof",
        models,
        issues.issues(models),
        properties={
            "client": "Riverside Estates",
            "address": "Quay Street 12",
            "phase": "Detailed design",
            "gross floor area": "7350 m²",
        },
        structures=(costs(models),),
    )


def costs(models: Sequence[Model]) -> Structure:
    """The building's parts by cost group, in two levels: DIN 276, group 300."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for element in (element for model in models for element in model.elements):
        group = str(element.values.get(ATTRIBUTE["cost_group"].id, ""))
        if f"{group[:2]}0" in _COST_GROUPS:
            groups.setdefault(group, []).append((element.id, element.name))
    nodes = tuple(
        Structure(
            f"{number} {name}",
            nodes=tuple(
                Structure(group, objects=tuple(objects))
                for group, objects in sorted(groups.items())
                if group.startswith(number[:2])
            ),
        )
        for number, name in _COST_GROUPS.items()
    )
    return Structure("Construction costs", "CostStructure", nodes)


def _architecture(maker: Maker) -> None:
    facade.build(maker)
    interior.build(maker)
    roof.build(maker)
    site.build(maker)
    for storey in (BASEMENT, GROUND, *TYPICAL):
        cores.railings(maker, storey)
    for storey in (BASEMENT, GROUND, *TYPICAL, TOP):
        cores.doors(maker, storey)
    cores.lift_car(maker, GROUND, 1)
    cores.lift_car(maker, TYPICAL[2], 2)


def empty(seed: int = 0) -> Project:
    """A project without models."""
    return Project(stable_id("Empty plot", str(seed)), "Empty plot", "Nothing is here yet.")

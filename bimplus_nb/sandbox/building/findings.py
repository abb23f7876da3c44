"""What is wrong with Riverside Offices on purpose, so that a check has something to find.

Each finding names the objects it is about; whatever a check of that kind finds beyond them is a mistake of the check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import GALVANISED
from bimplus_nb.sandbox.building.plan import TYPICAL
from bimplus_nb.sandbox.shapes import pipe


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of mistake: its key, what it is, and the names of the objects that have it."""

    key: str
    words: str
    objects: tuple[str, ...]


FINDINGS = (
    Finding(
        "fire doors without rating",
        "Doors in walls rated F90 say nothing of their fire rating.",
        tuple(f"Fire door {storey}.{place}" for storey in "1234" for place in ("W", "M", "Switch room")),
    ),
    Finding(
        "absurd U-values",
        "Outer walls whose U-value is negative, zero, or typed a thousand times too high.",
        ("Wall 1.N.04", "Wall 2.E.03", "Wall 3.S.02"),
    ),
    Finding(
        "volume in another unit",
        "A column whose volume was typed in m³ where mm³ are meant.",
        ("Column 2.E.2",),
    ),
    Finding(
        "room numbers used twice",
        "Rooms that carry the number of another room.",
        ("Office 104", "Office 105", "Office 205", "Office 206", "Office 310", "Office 311"),
    ),
    Finding(
        "core walls said to carry nothing",
        "Concrete walls of the cores that are not marked as load bearing.",
        ("Core wall 0.W north", "Core wall 1.M west", "Core wall 2.M west", "Core wall 3.M east", "Core wall B.M back"),
    ),
    Finding(
        "duct through a beam",
        "A duct that was led through a beam instead of beneath it.",
        ("Supply loop 2", "Beam 2.D.S-D.2"),
    ),
    Finding(
        "partitions without material",
        "Partitions of which nobody said what they are made of.",
        tuple(f"Partition 2.{number:02}" for number in (3, 8, 11, 14, 19, 22)),
    ),
    Finding(
        "windows without cost",
        "Windows that are missing in the cost plan.",
        tuple(f"Window 3.C.{number:02}" for number in range(1, 9)),
    ),
    Finding(
        "a price with a slipped point",
        "One window costs a hundred times what its neighbours cost.",
        ("Window 1.E.06",),
    ),
    Finding(
        "on the wrong storey",
        "Furniture of the third floor that hangs on the second.",
        ("Workplace Office 302.1", "Workplace Office 302.2"),
    ),
    Finding(
        "modelled twice",
        "Two partitions in exactly the same place.",
        ("Partition 3.05", "Partition 3.05 (2)"),
    ),
    Finding(
        "installed in the future",
        "A machine whose date of installation lies decades ahead.",
        ("Air handling unit 2",),
    ),
    Finding(
        "serial number used twice",
        "Two heat pumps that share one serial number.",
        ("Heat pump 1", "Heat pump 2"),
    ),
    Finding(
        "too many people",
        "A meeting room planned for more people than can stand in it.",
        ("Meeting 213",),
    ),
)

BY_KEY = {finding.key: finding for finding in FINDINGS}


def spoil(architecture: Maker, structure: Maker, services: Maker) -> None:
    """Puts every finding into the models."""
    _each(architecture, "fire doors without rating", fire_rating=None)
    for name, value in zip(BY_KEY["absurd U-values"].objects, (-0.21, 210.0, 0.0), strict=True):
        architecture.change(name, u_value=value)
    structure.change("Column 2.E.2", volume=0.299)
    for twin, number in (("Office 105", "104"), ("Office 206", "205"), ("Office 311", "310")):
        architecture.change(twin, room_number=number)
    _each(structure, "core walls said to carry nothing", load_bearing=False)
    _each(architecture, "partitions without material", material=None)
    _each(architecture, "windows without cost", cost=None)
    architecture.change("Window 1.E.06", cost=architecture.value("Window 1.E.06", "cost") * 100)
    _each(architecture, "on the wrong storey", node=TYPICAL[1])
    architecture.repeat("Partition 3.05", "Partition 3.05 (2)")
    services.change("Air handling unit 2", installation_date=datetime(2052, 5, 14, tzinfo=UTC))
    services.change("Heat pump 2", serial_number=services.value("Heat pump 1", "serial_number"))
    architecture.change("Meeting 213", occupancy=180)
    _misled_duct(services)


def _each(maker: Maker, key: str, **values: Any) -> None:
    for name in BY_KEY[key].objects:
        maker.change(name, **values)


def _misled_duct(services: Maker) -> None:
    storey = TYPICAL[1]
    height = storey.clear - 150
    path = [(14100.0, 2950.0, height), (18300.0, 2950.0, height), (18300.0, 5880.0, height)]
    services.add(
        storey,
        "Duct",
        "Supply loop 2",
        (pipe(path, 250, bend=300, sides=8), GALVANISED),
        duct_diameter=250.0,
        air_flow=480.0,
        insulation_thickness=30.0,
        system="Supply air",
        manufacturer="Luftwerk",
        cost_group="431 Ventilation",
    )

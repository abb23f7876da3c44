"""Courtyard, quay and river, trees and benches."""

from __future__ import annotations

from typing import Any

import numpy as np

from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import (
    ALUMINIUM,
    BARK,
    LAWN,
    LEAVES,
    OAK,
    PAVING,
    PRECAST,
    STEEL,
    STONE,
    WATER,
    Material,
)
from bimplus_nb.sandbox.building.plan import BAR, DEPTH, GROUND, INNER, MODULE, WING
from bimplus_nb.sandbox.parts import flight, gable, i_beam
from bimplus_nb.sandbox.polygon import rectangle
from bimplus_nb.sandbox.shapes import Body, box, cylinder, join, lathe, prism

WEST, EAST, SOUTH, NORTH = -9000.0, BAR + 7000, -WING - 8400, DEPTH + 7000
BEDS = tuple(rectangle(x, y, x + 5400, y + 3600) for x in (4500.0, 14400.0, 24300.0) for y in (-9000.0, -18000.0))
STEPS = 12000.0, 27000.0  # along the quay, x


def build(maker: Maker) -> None:
    """Everything outside."""
    _ground(maker)
    _quay(maker)
    _furniture(maker)
    _shelter(maker)
    for number, (x, y, height) in enumerate(_trees(), start=1):
        trunk = cylinder(260, height * 0.4, 6)
        crown = lathe(
            [
                (0, height * 0.28),
                (height * 0.17, height * 0.36),
                (height * 0.25, height * 0.55),
                (height * 0.2, height * 0.8),
                (height * 0.09, height * 0.95),
                (0, height),
            ],
            8,
        )
        maker.add(
            GROUND,
            "Planting",
            f"Tree {number}",
            (crown.turned(number * 17.0).moved(x, y, -60), LEAVES),
            (trunk.moved(x, y, -60), BARK),
            is_external=True,
        )


def _add(maker: Maker, name: str, body: Body, material: Material, thickness: float) -> None:
    maker.add(
        GROUND,
        "Terrain",
        name,
        (body, material),
        thickness=thickness,
        is_external=True,
        cost_group="520 Outdoor surfaces",
    )


def _ground(maker: Maker) -> None:
    court = ((WEST, SOUTH), (INNER, SOUTH), (INNER, 0.0), (0.0, 0.0), (0.0, DEPTH), (WEST, DEPTH))
    lawn = (
        (INNER, SOUTH),
        (EAST, SOUTH),
        (EAST, NORTH),
        (WEST, NORTH),
        (WEST, DEPTH),
        (0.0, DEPTH),
        (BAR, DEPTH),
        (BAR, -WING),
        (INNER, -WING),
    )
    _add(maker, "Courtyard", prism(court, 400, BEDS, z=-430), PAVING, 400.0)
    _add(maker, "Lawn", prism(lawn, 370, z=-430), LAWN, 370.0)
    for number, bed in enumerate(BEDS, start=1):
        _add(maker, f"Bed {number}", prism(bed, 420, z=-430), LAWN, 420.0)
    arcade = (
        (0.0, 0.0),
        (INNER, 0.0),
        (INNER, -WING),
        (INNER + MODULE, -WING),
        (INNER + MODULE, MODULE),
        (0.0, MODULE),
    )
    maker.add(
        GROUND,
        "Covering",
        "Arcade floor",
        (prism(arcade, 20), STONE),
        thickness=20.0,
        is_external=True,
        cost_group="353 Floor finishes",
    )


def _quay(maker: Maker) -> None:
    """A wall along the river with broad steps down to the water."""
    west, east = STEPS
    for number, (x0, x1) in enumerate(((WEST, west), (east, EAST)), start=1):
        _add(maker, f"Quay wall {number}", box(x1 - x0, 500, 2300, (x0, SOUTH - 500, -2330)), PRECAST, 500.0)
    stairs = flight(5, 300, 800, east - west, waist=500).turned(90).moved(east, SOUTH - 3200, -1530)
    maker.add(
        GROUND,
        "Stair",
        "River steps",
        (stairs, PRECAST),
        number_of_risers=5,
        riser_height=300.0,
        tread_length=800.0,
        is_external=True,
        cost_group="534 Outdoor stairs",
    )
    _add(maker, "River", prism(rectangle(WEST, SOUTH - 9000, EAST, SOUTH - 500), 300, z=-1700), WATER, 300.0)


def _furniture(maker: Maker) -> None:
    """Benches by the beds, lamps along the quay."""
    for number, bed in enumerate(BEDS, start=1):
        x, y = bed[0]
        seat = join(*(box(2600, 130, 60, (x + 1400, y - 620 + k * 150, 380)) for k in range(3)))
        feet = join(*(box(80, 430, 410, (x + 1700 + dx, y - 620, -30)) for dx in (0, 1900)))
        maker.add(
            GROUND,
            "Furniture",
            f"Bench {number}",
            (seat, OAK),
            (feet, STEEL),
            is_external=True,
            cost_group="551 Outdoor",
        )
    for number, x in enumerate(np.linspace(WEST + 2500, EAST - 2500, 6).tolist(), start=1):
        post = cylinder(110, 4200, 8).moved(x, SOUTH + 900, -30)
        head = lathe([(0, 4170), (330, 4190), (300, 4250), (0, 4330)], 10).moved(x, SOUTH + 900)
        maker.add(
            GROUND,
            "Luminaire",
            f"Quay lamp {number}",
            (join(post, head), STEEL),
            is_external=True,
            rated_power=36.0,
            system="Outdoor lighting",
            cost_group="446 Outdoor electrics",
        )


def _shelter(maker: Maker) -> None:
    """A roof for bicycles on a steel frame, at the courtyard's western edge."""
    x, y, length, width, eaves = WEST + 1500, -21000.0, 11000.0, 4600.0, 2600.0
    common: dict[str, Any] = {"is_external": True, "load_bearing": True, "cost_group": "539 Outdoor structures"}
    for number in range(3):
        along = y + 500 + number * (length - 1000) / 2
        posts = [box(120, 120, eaves + 30, (px, along - 60, -30)) for px in (x + 240, x + width - 360)]
        beam = i_beam(width - 480, 200, 100, 6, 9).moved(x + 240, along, eaves)
        maker.add(GROUND, "Member", f"Shelter frame {number + 1}", (join(*posts, beam), STEEL), **common)
    for number, px in enumerate((x + 300, x + width - 300), start=1):
        purlin = i_beam(length, 160, 82, 5, 8).turned(90).moved(px, y, eaves + 200)
        maker.add(GROUND, "Member", f"Shelter purlin {number}", (purlin, STEEL), **common)
    roof = gable(length, width, 700, 60).turned(90).moved(x + width, y, eaves + 330)
    maker.add(GROUND, "Roof", "Shelter roof", (roof, ALUMINIUM), thickness=60.0, fire_rating="F0", **common)


def _trees() -> list[tuple[float, float, float]]:
    """Two trees in every bed, a row in the north, a few on the eastern lawn: x, y, height."""
    rng = np.random.default_rng(7)
    places = [(x + dx, y + 1800) for bed in BEDS for x, y in [bed[0]] for dx in (1400.0, 4000.0)]
    places += [(x, NORTH - 3000) for x in np.arange(-3000, BAR + 3000, 9600.0).tolist()]
    places += [(EAST - 3000, y) for y in (-24000.0, -15500.0, -7800.0, 600.0)]
    return [(x, y, float(rng.uniform(6500, 9000))) for x, y in places]

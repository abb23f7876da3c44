"""The big machines: air handling on the roof, heating and sprinkler tanks in the basement."""

from __future__ import annotations

from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import (
    COPPER,
    EQUIPMENT,
    EXTRACT,
    GALVANISED,
    SPRINKLER,
    STEEL,
    UNIT,
    Material,
)
from bimplus_nb.sandbox.building.plan import BASEMENT, INNER, ROOF
from bimplus_nb.sandbox.building.services import EXTRACT_RISER, SUPPLY_RISER
from bimplus_nb.sandbox.polygon import rectangle
from bimplus_nb.sandbox.shapes import Body, Vector, box, cylinder, join, lathe, pipe, rounded, sweep

UNITS = (INNER - 900, 4300.0, 26000.0), (INNER + 6300, 4300.0, 34000.0)
"""Where the air handling units stand and how much air they move, m³/h."""


def build(maker: Maker) -> None:
    """Roof plant and basement plant."""
    _air_handling(maker)
    x, y = SUPPLY_RISER
    _gooseneck(maker, "Supply", [(x, y, 0), (x, y, 1100), (x, UNITS[1][1] + 2200, 1100)], 520, 660, GALVANISED)
    x, y = EXTRACT_RISER
    _gooseneck(maker, "Extract", [(x, y, 0), (x, y, 1100), (x, UNITS[0][1] + 100, 1100)], 600, 480, EXTRACT)
    _heating(maker)
    _tanks(maker)


def _unit(length: float, width: float, height: float) -> tuple[Body, Body]:
    """A housing of four sections on a frame."""
    step = length / 4
    housing = join(*(box(step - 20, width, height, (k * step + 10, 0, 200)) for k in range(4)))
    hood = box(120, width - 400, height - 500, (-120, 200, 450))
    feet = join(*(box(length, 120, 160, (0, y, 40)) for y in (100.0, width - 220)))
    return join(housing, hood), feet


def _air_handling(maker: Maker) -> None:
    for number, (x, y, flow) in enumerate(UNITS, start=1):
        housing, feet = _unit(6400, 2300, 1750)
        maker.add(
            ROOF,
            "AirHandlingUnit",
            f"Air handling unit {number}",
            (housing.moved(x, y, 80), UNIT),
            (feet.moved(x, y, 80), STEEL),
            air_flow=flow,
            rated_power=22000.0,
            system="Extract air" if number == 1 else "Supply air",
            is_external=True,
            manufacturer="Luftwerk",
            model_label="LW Duplex 34",
            cost_group="431 Ventilation",
            **maker.serial("LW"),
        )


def _gooseneck(maker: Maker, name: str, path: list[Vector], width: float, depth: float, material: Material) -> None:
    """From the riser up, over and to the unit."""
    section = rectangle(-width / 2, -depth / 2, width / 2, depth / 2)
    maker.add(
        ROOF,
        "DuctFitting",
        f"{name} gooseneck",
        (sweep(section, rounded(path, 500, 4)), material),
        air_flow=30000.0,
        system=f"{name} air",
        is_external=True,
        insulation_thickness=60.0,
        cost_group="431 Ventilation",
    )


def _heating(maker: Maker) -> None:
    """Two heat pumps, three buffer tanks and the pipes between, in the heating room."""
    for number in (1, 2):
        body = join(box(2000, 900, 1700, (0, 0, 100)), box(1800, 700, 100, (100, 100, 0)))
        maker.add(
            BASEMENT,
            "Equipment",
            f"Heat pump {number}",
            (body.moved(13850, 2400 + 2600 * number), EQUIPMENT),
            rated_power=48000.0,
            system="Heating",
            manufacturer="Thermon",
            model_label="TH 180",
            cost_group="421 Heat generation",
            **maker.serial("TH"),
        )
    for number in (1, 2, 3):
        tank = lathe([(0, 60), (350, 90), (500, 260), (500, 2140), (350, 2310), (0, 2340)], 16)
        maker.add(
            BASEMENT,
            "Equipment",
            f"Buffer tank {number}",
            (tank.moved(18300 + 1400 * (number - 1), 3000), EQUIPMENT),
            system="Heating",
            manufacturer="Thermon",
            model_label="TH Puffer 1500",
            cost_group="421 Heat generation",
            **maker.serial("TB"),
        )
    for number, y in enumerate((5800.0, 7900.0), start=1):
        top = 2700.0 + 130 * (number - 1)
        path: list[Vector] = [
            (15850, y, 1400),
            (17200, y, 1400),
            (17200, y, top),
            (17200, 3000, top),
            (21100, 3000, top),
        ]
        maker.add(
            BASEMENT,
            "Pipe",
            f"Heat pump pipe {number}",
            (pipe([*path, (21100, 3000, 2300)], 89, bend=130, sides=8), COPPER),
            nominal_diameter=80,
            medium="Heating flow",
            flow_rate=9.2,
            system="Heating",
            cost_group="422 Heat distribution",
        )


def _tanks(maker: Maker) -> None:
    """The sprinklers' water."""
    for number in (1, 2):
        shell = join(
            cylinder(4200, 2500, 24).moved(z=150), *(box(300, 3600, 150, (dx, -1800, 0)) for dx in (-1300, 0, 1000))
        )
        maker.add(
            BASEMENT,
            "Equipment",
            f"Sprinkler tank {number}",
            (shell.moved(INNER + 6750, -8100 - 5400 * number), SPRINKLER),
            system="Sprinkler",
            manufacturer="Brandschutz Keller",
            model_label="BK 35",
            cost_group="474 Fire protection",
            **maker.serial("BT"),
        )

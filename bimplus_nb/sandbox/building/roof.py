"""What lies on top: the planted roof, skylights, solar panels, the plant behind its screen, the terrace."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox.building.cores import EXTRACT_HOLE, SHAFT
from bimplus_nb.sandbox.building.facade import place
from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import (
    DECK,
    GLASS,
    GRAVEL,
    GREEN_ROOF,
    LEAVES,
    PRECAST,
    SILICON,
    STEEL,
    TIMBER,
)
from bimplus_nb.sandbox.building.plan import (
    BAR,
    BAY,
    FOOTPRINT,
    INNER,
    MODULE,
    PENTHOUSE,
    ROOF,
    SKYLIGHTS,
    TOP,
    WING,
    sides,
)
from bimplus_nb.sandbox.polygon import Outline, offset, rectangle
from bimplus_nb.sandbox.shapes import box, join, lathe, prism

EDGE = -400.0  # of the planting, beyond the top floor's face
PLANT = INNER - MODULE, -3 * MODULE  # the gravelled corner: its western and southern border


def build(maker: Maker) -> None:
    """Roof and terrace."""
    _surfaces(maker)
    _skylights(maker)
    _screen(maker)
    _terrace(maker)


def _surfaces(maker: Maker) -> None:
    ring = prism(offset(PENTHOUSE, -500), 320, [offset(PENTHOUSE, EDGE)])
    common: dict[str, Any] = {"is_external": True, "cost_group": "363 Roof coverings"}
    maker.add(ROOF, "Covering", "Roof edge", (ring, PRECAST), **common)
    west, south = PLANT
    inner = offset(PENTHOUSE, EDGE)
    (x0, y0), (xc, _), _, (x1, yr), _, (_, y1) = inner
    bar = prism(rectangle(x0, y0, west, y1), 120, SKYLIGHTS)
    wing = prism(rectangle(xc, yr, x1, south), 120)
    head = rectangle(INNER + 2850, 8000.0, SHAFT[0], 10750.0)
    corner = ((west, y0), (xc, y0), (xc, south), (x1, south), (x1, y1), (west, y1))
    shaft = rectangle(SHAFT[0] + 40, SHAFT[1], SHAFT[2], SHAFT[1] + 1300)
    gravel = prism(corner, 80, [head, shaft, EXTRACT_HOLE])
    for name, body, material, thickness in (
        ("Planted roof, bar", bar, GREEN_ROOF, 120.0),
        ("Planted roof, wing", wing, GREEN_ROOF, 120.0),
        ("Gravel roof", gravel, GRAVEL, 80.0),
    ):
        maker.add(ROOF, "Roof", name, (body, material), thickness=thickness, u_value=0.15, fire_rating="F30", **common)


def _skylights(maker: Maker) -> None:
    for number, hole in enumerate(SKYLIGHTS, start=1):
        (x0, y0), _, (x1, y1), _ = hole
        curb = prism(offset(hole, -120), 450, [hole])
        pane = prism(offset(hole, -90), 60, z=450)
        maker.add(
            ROOF,
            "Window",
            f"Skylight {number}",
            (curb, STEEL),
            (pane, GLASS),
            area=(x1 - x0) * (y1 - y0),
            is_external=True,
            u_value=1.1,
            solar_transmittance=0.4,
            manufacturer="Nordlicht Fenster",
            model_label="NF Roof",
            cost_group="362 Skylights",
            **maker.serial("NF"),
        )


def solar_panels(maker: Maker) -> None:
    """Two rows of panels on the bar, tilted to the south; they belong to the building services."""
    tilt: Outline = ((0, 0), (1650, 300), (1650, 345), (0, 45))
    for row, y in enumerate((6200.0, 9400.0), start=1):
        for column in range(6):
            x = 3200 + column * BAY
            panel = prism(tilt, BAY - 700).sideways().moved(x, y, 200)
            feet = join(*(box(60, 60, 330, (x + dx, y + 1500, 120)) for dx in (300, BAY - 1060)))
            maker.add(
                ROOF,
                "SolarPanel",
                f"Solar panel {row}.{column + 1}",
                (panel, SILICON),
                (feet, STEEL),
                is_external=True,
                rated_power=1720.0,
                system="Photovoltaics",
                manufacturer="Heliotec",
                model_label="HT 430",
                cost_group="442 Own power supply",
                **maker.serial("HT"),
            )


def _screen(maker: Maker) -> None:
    """Larch slats around the plant, two modules long each."""
    x0, y0, y1, panel = INNER - 2500.0, 3600.0, 7400.0, 5200.0
    runs = [(x0, y0, 0, 3), (x0, y1, 0, 3), (x0, y0, 90, 1), (x0 + 3 * panel, y0, 90, 1)]
    number = 0
    for x, y, degrees, pieces in runs:
        length = (y1 - y0) if degrees else panel
        for piece in range(pieces):
            number += 1
            posts = join(*(box(80, 80, 2100, (along, 0, 80)) for along in (0, length / 2 - 40, length - 80)))
            slats = join(*(box(length, 40, 120, (0, -40, 250 + 190 * k)) for k in range(10)))
            at = (x + piece * length, y) if not degrees else (x, y)
            maker.add(
                ROOF,
                "Member",
                f"Plant screen {number}",
                (slats.turned(degrees).moved(*at), TIMBER),
                (posts.turned(degrees).moved(*at), STEEL),
                is_external=True,
                cost_group="369 Roof, other",
            )


def _terrace(maker: Maker) -> None:
    court, inner = 250.0, INNER + 250
    river, back = 250 - WING, BAR - 250
    deck = (
        (court, court),
        (inner, court),
        (inner, river),
        (back, river),
        (back, MODULE - WING),
        (INNER + MODULE, MODULE - WING),
        (INNER + MODULE, MODULE),
        (court, MODULE),
    )
    maker.add(
        TOP,
        "Covering",
        "Terrace deck",
        (prism(deck, 60), DECK),
        thickness=60.0,
        is_external=True,
        cost_group="353 Floor finishes",
    )
    _balustrade(maker)
    for number, (x, y) in enumerate(
        ((6000, 700), (16800, 700), (27600, 700), (INNER + 700, -9000), (51000, 900 - WING)), 1
    ):
        trough = prism(rectangle(x, y, x + 2200, y + 600), 520, z=60)
        shrubs = join(
            *(
                lathe([(0, 500), (330, 640), (380, 900), (210, 1180), (0, 1230)], 7).moved(x + dx, y + 300)
                for dx in (400, 1100, 1800)
            )
        )
        maker.add(TOP, "Planting", f"Planter {number}", (shrubs, LEAVES), (trough, STEEL), is_external=True)


def _balustrade(maker: Maker) -> None:
    """Glass along the terrace's three open sides."""
    for side in sides(FOOTPRINT)[:3]:
        modules = round(side.length / MODULE)
        for number, first in enumerate(range(0, modules, 2), start=1):
            start = max(first * MODULE, 180.0 if side.key != "C" else 0.0)
            end = min((first + 2) * MODULE, side.length - (180 if side.key != "S" else -180))
            length = end - start
            pane = box(length - 40, 24, 980, (20, 0, 60))
            rail = join(box(length, 60, 40, (0, -18, 1040)), box(length, 60, 60, (0, -18, 0)))
            maker.add(
                TOP,
                "Railing",
                f"Balustrade {side.key}.{number}",
                *((place(body, side, start, 180), material) for body, material in ((pane, GLASS), (rail, STEEL))),
                is_external=True,
                cost_group="359 Railings",
            )

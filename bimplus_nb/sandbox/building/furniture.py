"""Furniture, drawn about its own origin: workplaces, tables, seats, cabinets, counters, sanitary ware."""

from __future__ import annotations

from bimplus_nb.sandbox.building.maker import Part
from bimplus_nb.sandbox.building.materials import (
    CERAMIC,
    DESKTOP,
    FABRIC,
    FABRIC_GREEN,
    OAK,
    STEEL,
    STONE,
    Material,
)
from bimplus_nb.sandbox.shapes import Body, box, cylinder, join, lathe


def turned(parts: list[Part], degrees: float) -> list[Part]:
    return [(body.turned(degrees), material) for body, material in parts]


def moved(parts: list[Part], x: float, y: float, z: float = 0.0) -> list[Part]:
    return [(body.moved(x, y, z), material) for body, material in parts]


def _legs(length: float, depth: float, height: float, size: float = 40.0) -> Body:
    corners = [(x, y) for x in (0.0, length - size) for y in (0.0, depth - size)]
    return join(*(box(size, size, height, (x, y, 0)) for x, y in corners))


def chair(seat: Material = FABRIC) -> list[Part]:
    """An office chair that looks along -x, its column at the origin."""
    cushions = join(box(480, 480, 70, (-240, -240, 430)), box(60, 440, 480, (210, -220, 540)))
    return [(cushions, seat), (box(200, 200, 430, (-100, -100, 0)), STEEL)]


def workplace(seat: Material = FABRIC) -> list[Part]:
    """A desk 1600 x 800 in front of x = 0, its screen, and the chair behind it; one sits facing -x."""
    top = box(800, 1600, 25, (0, -800, 720))
    frame = join(box(700, 50, 720, (50, -740, 0)), box(700, 50, 720, (50, 690, 0)))
    screen = box(30, 640, 400, (180, -320, 790))
    return [(top, DESKTOP), (join(frame, screen), STEEL), *moved(chair(seat), 1150, 0)]


def table(length: float, depth: float) -> list[Part]:
    """A table along x, centred."""
    top = box(length, depth, 40, (-length / 2, -depth / 2, 700))
    trestles = [box(60, depth * 0.7, 700, (x - 30, -depth * 0.35, 0)) for x in (-length * 0.36, length * 0.36)]
    return [(top, OAK), (join(*trestles), STEEL)]


def round_table(diameter: float = 800.0) -> list[Part]:
    foot = join(cylinder(60, 690, 6).moved(z=20), cylinder(460, 20, 12))
    return [(cylinder(diameter, 30, 16).moved(z=710), OAK), (foot, STEEL)]


def seat(cushion: Material) -> list[Part]:
    """A visitor's chair that looks along -x."""
    shell = join(box(460, 460, 50, (-230, -230, 430)), box(40, 440, 400, (200, -220, 480)))
    return [(shell, cushion), (box(360, 360, 430, (-180, -180, 0)), STEEL)]


def cabinet(width: float = 1600.0, height: float = 1200.0) -> list[Part]:
    """A sideboard whose back is at y = 0 and that opens towards -y."""
    return [(box(width, 430, height, (0, -430, 0)), DESKTOP), (box(width - 16, 20, height - 100, (8, -450, 70)), OAK)]


def sofa(cushion: Material = FABRIC_GREEN, width: float = 1900.0) -> list[Part]:
    """A sofa whose back is at y = 0, looking along -y."""
    body = join(
        box(width - 320, 640, 260, (160, -820, 160)),
        box(width, 180, 720, (0, -180, 100)),
        box(160, 640, 500, (0, -820, 100)),
        box(160, 640, 500, (width - 160, -820, 100)),
    )
    return [(body, cushion), (_legs(width - 200, 620, 100, 50).moved(100, -760), STEEL)]


def counter(length: float, depth: float = 700.0, height: float = 950.0) -> list[Part]:
    """A counter along x with its back at y = 0, towards -y."""
    return [
        (box(length - 60, depth - 60, height - 50, (30, -depth + 60, 0)), OAK),
        (box(length, depth, 50, (0, -depth, height - 50)), STONE),
    ]


def toilet() -> list[Part]:
    """A wall-hung toilet, its wall at y = 0, towards -y."""
    bowl = lathe([(0, 180), (110, 180), (180, 330), (190, 400), (0, 400)], 10).moved(y=-330)
    return [(join(bowl, box(360, 180, 220, (-180, -180, 180)), box(240, 20, 160, (-120, -20, 960))), CERAMIC)]


def basin() -> list[Part]:
    """A washbasin, its wall at y = 0, towards -y."""
    bowl = lathe([(0, 700), (120, 720), (230, 850), (0, 850)], 12).moved(y=-260)
    return [(join(bowl, box(460, 60, 60, (-230, -60, 790))), CERAMIC)]


def whiteboard(width: float = 2000.0) -> list[Part]:
    """A screen on the wall at y = 0, towards -y."""
    return [(box(width, 50, 1150, (-width / 2, -60, 850)), STEEL)]

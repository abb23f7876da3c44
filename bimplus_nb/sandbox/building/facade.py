"""The outer skin: rendered walls with deep window reveals, the glazed arcade, the timber-clad top floor."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import ceil

from bimplus_nb.sandbox.building.maker import Maker, Part
from bimplus_nb.sandbox.building.materials import CLADDING, GLASS, PRECAST, RENDER, STEEL, TIMBER, Material
from bimplus_nb.sandbox.building.plan import (
    ARCADE,
    BAY,
    FOOTPRINT,
    GROUND,
    MODULE,
    PENTHOUSE,
    SLAB,
    TOP,
    TYPICAL,
    WALL,
    Side,
    Storey,
    sides,
)
from bimplus_nb.sandbox.parts import frame, lights, panes, railing
from bimplus_nb.sandbox.polygon import Outline, offset, rectangle
from bimplus_nb.sandbox.shapes import Body, Opening, box, join, prism, wall

FRAME = 80.0
REVEAL = 170.0
STRIP = 2  # the gable's module with the glazed stair
ENTRANCE = 13  # the courtyard side's module with the doors

Rule = Callable[[Side, int], Opening | None]
"""The opening in a side's module, its place counted from the module's start."""


def place(body: Body, side: Side, along: float, inwards: float = 0.0, z: float = 0.0) -> Body:
    """A body drawn along +x with its outer face at y = 0, set into a side."""
    x, y = side.at(along, inwards)
    return body.turned(side.degrees).moved(x, y, z)


def build(maker: Maker) -> None:
    """The whole facade, from the arcade to the top floor."""
    _skin(maker, GROUND, ARCADE, _ground_opening, PRECAST)
    _arcade(maker)
    for storey in TYPICAL:
        _skin(maker, storey, FOOTPRINT, _opening, RENDER)
        _fins(maker, storey)
        _balcony(maker, storey)
    _skin(maker, TOP, PENTHOUSE, _top_opening, CLADDING)
    for storey in (GROUND, *TYPICAL, TOP):
        _stair_glass(maker, storey)
    for storey in (*TYPICAL, TOP):
        _band(maker, storey)


def _blind(side: Side, module: int) -> bool:
    """Whether there is no window: the gable, and the shafts of the main core in the north."""
    return side.key == "W" or (side.key == "N" and module in (2, 3))


def _opening(side: Side, module: int) -> Opening | None:
    if _blind(side, module):
        return None
    if side.key == "R" and module == 2:
        return Opening(450, 0, 1800, 2750)  # the way onto the balcony
    return Opening(450, 450, 1800, 2300)


def _ground_opening(side: Side, module: int) -> Opening | None:
    return None if _blind(side, module) or side.key in "SC" else Opening(450, 450, 1800, 2900)


def _top_opening(side: Side, module: int) -> Opening | None:
    return None if _blind(side, module) else Opening(450, 0 if side.key in "SCR" else 450, 1800, 2750)


def _skin(maker: Maker, storey: Storey, outline: Outline, rule: Rule, material: Material) -> None:
    """Walls two modules long, with windows where `rule` says so; on the ground the arcade's sides stay open."""
    for side in sides(outline):
        if storey is GROUND and side.key in "SC":
            continue
        modules = round(side.length / MODULE)
        for number, (start, end) in enumerate(_pieces(side, modules), start=1):
            holes = []
            for module in range(modules):
                hole = rule(side, module)
                if hole is not None and start <= module * MODULE + hole.along < end:
                    holes.append(Opening(module * MODULE + hole.along - start, hole.sill, hole.width, hole.height))
                    _window(maker, storey, side, module, hole)
            maker.add(
                storey,
                "Wall",
                f"Wall {storey.key}.{side.key}.{number:02}",
                (place(wall(end - start, WALL, storey.clear, holes), side, start), material),
                thickness=WALL,
                is_external=True,
                load_bearing=False,
                fire_rating="F30",
                u_value=0.19 if storey is TOP else 0.21,
                acoustic_rating=48.0,
                renovation_status="new",
                cost_group="332 Outer walls",
            )


def _pieces(side: Side, modules: int) -> list[tuple[float, float]]:
    """Where each wall begins and ends; the gable is two plain ones beside the glass of the stair."""
    if side.key == "W":
        return [(side.first, STRIP * MODULE), ((STRIP + 1) * MODULE, side.last)]
    joints = [side.first, *(k * BAY for k in range(1, ceil(modules / 2))), side.last]
    return list(pairwise(joints))


def _window(maker: Maker, storey: Storey, side: Side, module: int, hole: Opening) -> None:
    # The narrow light changes sides from storey to storey and along the facade.
    narrow = hole.width * 0.31
    mullion = narrow if (module + storey.number) % 2 else hole.width - narrow
    openings = lights(hole.width, hole.height, FRAME, [mullion])
    parts: list[Part] = [
        (frame(hole.width, hole.height, 90, openings), TIMBER),
        (panes([rectangle(FRAME, FRAME, hole.width - FRAME, hole.height - FRAME)], 36, 27), GLASS),
        (box(hole.width, REVEAL + 40, 25, (0, -REVEAL - 40, 0)), STEEL),
    ]
    along = module * MODULE + hole.along
    glazed = (hole.width - 3 * FRAME) * (hole.height - 2 * FRAME) / (hole.width * hole.height)
    maker.add(
        storey,
        "Window",
        f"Window {storey.key}.{side.key}.{module + 1:02}",
        *((place(body, side, along, REVEAL, hole.sill), material) for body, material in parts),
        area=hole.width * hole.height,
        is_external=True,
        u_value=0.9,
        acoustic_rating=38.0,
        solar_transmittance=0.5,
        glazing_area_fraction=round(glazed, 2),
        renovation_status="new",
        manufacturer="Nordlicht Fenster",
        model_label="NF 90 Larch",
        cost_group="334 Windows",
        **maker.serial("NF"),
    )


def _glass_wall(
    maker: Maker, storey: Storey, name: str, side: Side, along: float, width: float, *, mullions: int, transom: float
) -> None:
    """Storey-high glazing between two floors."""
    centres = [width * (k + 1) / (mullions + 1) for k in range(mullions)]
    openings = lights(width, storey.clear, 60, centres, [transom])
    parts: list[Part] = [(frame(width, storey.clear, 140, openings), TIMBER), (panes(openings, 40, 40), GLASS)]
    maker.add(
        storey,
        "CurtainWall",
        name,
        *((place(body, side, along, 60), material) for body, material in parts),
        area=width * storey.clear,
        is_external=True,
        load_bearing=False,
        u_value=1.0,
        acoustic_rating=40.0,
        solar_transmittance=0.45,
        manufacturer="Nordlicht Fenster",
        model_label="NF Front",
        cost_group="337 Curtain walls",
    )


def _arcade(maker: Maker) -> None:
    """Shop-front glazing behind the arcade, and the entrance."""
    for side in sides(ARCADE):
        if side.key not in "SC":
            continue
        modules = round(side.length / MODULE)
        first = 0
        while first < modules:
            if side.key == "S" and first == ENTRANCE:
                _entrance(maker, side)
                first += 1
                continue
            count = 1 if first == ENTRANCE - 1 or first == modules - 1 else 2
            name = f"Shop front {side.key}.{first + 1:02}"
            start = max(first * MODULE, side.first)
            first += count
            corner = 200 if side.key == "S" else -WALL
            end = first * MODULE if first < modules else side.length + corner
            _glass_wall(maker, GROUND, name, side, start, end - start, mullions=2 * count - 1, transom=2900)


def _entrance(maker: Maker, side: Side) -> None:
    """Double doors of glass in a deep steel portal."""
    along = ENTRANCE * MODULE
    over = lights(MODULE, GROUND.clear - 2700, 60, [MODULE / 2])
    parts: list[Part] = [
        (frame(MODULE, GROUND.clear - 2700, 140, over).moved(y=60, z=2700), TIMBER),
        (panes(over, 40, 40).moved(y=60, z=2700), GLASS),
    ]
    for left in (120.0, MODULE / 2 + 10):
        width = MODULE / 2 - 130
        hole = lights(width, 2560, 90)
        parts.append((frame(width, 2560, 60, hole).moved(x=left, y=100, z=10), STEEL))
        parts.append((panes(hole, 24, 18).moved(x=left, y=100, z=10), GLASS))
        handle = MODULE / 2 - 110 if left < MODULE / 2 else MODULE / 2 + 70
        parts.append((box(40, 40, 1400, (handle, 50, 500)), STEEL))
    portal = [(0.0, 0.0), (0.0, 2700.0), (MODULE, 2700.0), (MODULE, 0.0)]
    inner = [(MODULE - 110, 0.0), (MODULE - 110, 2590.0), (110.0, 2590.0), (110.0, 0.0)]
    parts.insert(0, (prism([*portal, *inner], 900).upright().moved(y=-500), STEEL))
    maker.add(
        GROUND,
        "Door",
        "Main entrance",
        *((place(body, side, along), material) for body, material in parts),
        is_external=True,
        u_value=1.3,
        clear_width=2200.0,
        fire_exit=True,
        self_closing=True,
        fire_rating="F0",
        manufacturer="Nordlicht Fenster",
        model_label="NF Portal",
        cost_group="334 Outer doors",
        **maker.serial("NF"),
    )


def _stair_glass(maker: Maker, storey: Storey) -> None:
    side = sides(FOOTPRINT)[5]
    name = f"Stair glazing {storey.key}"
    _glass_wall(maker, storey, name, side, STRIP * MODULE, MODULE, mullions=1, transom=storey.clear * 0.62)


def _band(maker: Maker, storey: Storey) -> None:
    """The line of precast concrete that marks a floor all around the building."""
    ring = prism(offset(FOOTPRINT, -70), SLAB + 50, [offset(FOOTPRINT, 120)], z=-SLAB - 25)
    maker.add(
        storey,
        "Covering",
        f"Band {storey.key}",
        (ring, PRECAST),
        is_external=True,
        exposure_class="XC4",
        cost_group="335 Outer cladding",
    )


def _fins(maker: Maker, storey: Storey) -> None:
    """Larch blades against the low sun along the two courtyard sides."""
    for side in sides(FOOTPRINT)[:2]:
        for module in range(1, round(side.length / MODULE)):
            blade = box(70, 330, storey.clear - 80, (-35, -330, 40))
            maker.add(
                storey,
                "Shading",
                f"Fin {storey.key}.{side.key}.{module:02}",
                (place(blade, side, module * MODULE), TIMBER),
                is_external=True,
                cost_group="338 Sun protection",
            )


def _balcony(maker: Maker, storey: Storey) -> None:
    """A balcony at the end of the wing's corridor, over the river."""
    side = sides(FOOTPRINT)[2]
    start, width, depth = MODULE, 3 * MODULE, 1700.0
    maker.add(
        storey,
        "Slab",
        f"Balcony {storey.key}",
        (place(box(width, depth, 200, (0, -depth - 70, -230)), side, start), PRECAST),
        thickness=200.0,
        is_external=True,
        load_bearing=True,
        fire_rating="F30",
        exposure_class="XC4",
        cost_group="339 Balconies",
    )
    ends = [railing(depth - 60).turned(90).moved(x, -depth - 10) for x in (40, width - 40)]
    body = join(railing(width).moved(y=-depth - 20), *ends).moved(z=-30)
    name = f"Balcony railing {storey.key}"
    maker.add(storey, "Railing", name, (place(body, side, start), STEEL), is_external=True, cost_group="359 Railings")

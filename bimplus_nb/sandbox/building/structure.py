"""What carries the building: raft, columns, beams, slabs, basement walls."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import Any

from bimplus_nb.sandbox.building import cores
from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import CONCRETE, FAIR_FACED, FOUNDATION
from bimplus_nb.sandbox.building.plan import (
    BASEMENT,
    BAY,
    BEAM,
    COLUMN,
    DEPTH,
    FOOTPRINT,
    GROUND,
    INNER,
    PENTHOUSE,
    ROOF,
    SKYLIGHTS,
    SLAB,
    STOREYS,
    TOP,
    WING,
    Storey,
    sides,
)
from bimplus_nb.sandbox.polygon import Point, offset
from bimplus_nb.sandbox.shapes import box, cylinder, prism, wall

RAFT = 600.0
RETAINING = 350.0
EDGE, NEAR, FAR = 550.0, 5250.0, 8250.0  # rows of columns, counted from the courtyard's face
OVERHANG = 550.0

_BAR = [k * BAY for k in range(1, 8)]
_WING = [-k * BAY for k in range(4)]
_END = 550 - WING

Columns = dict[str, Point]


def columns(storey: Storey) -> Columns:
    """Where columns stand in a storey, by name: the grid's line and row."""
    points: Columns = {"A.N": (EDGE, DEPTH - EDGE), "A.S": (EDGE, EDGE)}
    for letter, x in zip("BCDEFGH", _BAR, strict=True):
        points |= {f"{letter}.S": (x, EDGE), f"{letter}.N": (x, DEPTH - EDGE)}
        if letter != "B":  # at B the stair's walls carry
            points |= {f"{letter}.2": (x, NEAR), f"{letter}.3": (x, FAR)}
    for number, y in enumerate([*_WING, _END], start=4):
        points |= {f"{number}.2": (INNER + NEAR, y), f"{number}.3": (INNER + FAR, y), f"{number}.E": (_EAST, y)}
        if number > 4:
            points[f"{number}.C"] = (INNER + EDGE, y)
    points |= {"J.S": (INNER + EDGE, EDGE), "J.2": (INNER + EDGE, NEAR), "K.2": (INNER + NEAR, NEAR)}
    points |= {"L.3": (INNER + FAR, BAY), "M.3": (_EAST, BAY), "L.N": (INNER + FAR, DEPTH - EDGE)}
    points |= {"M.N": (_EAST, DEPTH - EDGE)}
    if storey is TOP:
        set_back = {"A.S", "J.S", *(f"{letter}.S" for letter in "BCDEFGH"), *(f"{n}.C" for n in range(5, 9))}
        points = {name: point for name, point in points.items() if name not in set_back and not name.startswith("8.")}
    return points


_EAST = INNER + DEPTH - EDGE


def _girders(points: Columns) -> dict[str, tuple[Point, Point]]:
    """Beams across the bar and the wing, from the facade to the corridor, by name."""
    pairs = [(f"{letter}.S", f"{letter}.2") for letter in "CDEFGH"] + [(f"{c}.3", f"{c}.N") for c in "CDEFGH"]
    pairs += [(f"{n}.C", f"{n}.2") for n in range(5, 9)] + [(f"{n}.3", f"{n}.E") for n in range(4, 9)]
    pairs += [("J.2", "K.2"), ("L.3", "M.3")]
    return {f"{a}-{b}": (points[a], points[b]) for a, b in pairs if a in points and b in points}


def _edge(points: Columns) -> dict[str, tuple[Point, Point]]:
    """Beams from column to column above the arcade."""
    row = ["A.S", *(f"{letter}.S" for letter in "BCDEFGH"), "J.S", *(f"{n}.C" for n in range(5, 9))]
    return {f"{a}-{b}": (points[a], points[b]) for a, b in pairwise(row)}


def build(maker: Maker) -> None:
    """The whole structural model."""
    _ground_works(maker)
    for storey, above in pairwise(STOREYS):
        _columns(maker, storey)
        _beams(maker, storey)
        cores.walls(maker, storey)
        if storey is not TOP:
            cores.stairs(maker, storey)
        _slab(maker, storey, above)
    _lift_heads(maker)


def _ground_works(maker: Maker) -> None:
    raft = prism(offset(FOOTPRINT, -300), RAFT, z=-RAFT)
    common: dict[str, Any] = {
        "load_bearing": True,
        "is_external": True,
        "strength_class": "C25/30",
        "exposure_class": "XC2",
    }
    maker.add(
        BASEMENT,
        "Foundation",
        "Raft",
        (raft, FOUNDATION),
        thickness=RAFT,
        reinforcement_ratio=95.0,
        cost_group="322 Foundations",
        **common,
    )
    for name, (x, y) in columns(BASEMENT).items():
        if not name.endswith(".S"):
            continue  # the raft is thick enough but below the arcade's heavier columns
        cap = box(1500, 1500, 500, (x - 750, y - 750, -RAFT - 500))
        maker.add(
            BASEMENT,
            "Foundation",
            f"Pile cap {name}",
            (cap, FOUNDATION),
            reinforcement_ratio=80.0,
            cost_group="322 Foundations",
            **common,
        )
    for side in sides(FOOTPRINT):
        modules = round(side.length / BAY * 2)
        count = ceil(modules / 4)
        for number in range(count):
            start = max(side.first - 50, number * 2 * BAY) if number == 0 and side.first else number * 2 * BAY
            end = min(side.last, (number + 1) * 2 * BAY) if number < count - 1 else side.last
            x, y = side.at(start)
            maker.add(
                BASEMENT,
                "Wall",
                f"Basement wall {side.key}.{number + 1}",
                (wall(end - start, RETAINING, BASEMENT.clear).turned(side.degrees).moved(x, y), FOUNDATION),
                thickness=RETAINING,
                fire_rating="F90",
                u_value=0.32,
                reinforcement_ratio=100.0,
                cost_group="331 Load-bearing outer walls",
                **common,
            )


def _columns(maker: Maker, storey: Storey) -> None:
    for name, (x, y) in columns(storey).items():
        arcade = storey is GROUND and (name.endswith((".S", ".C"))) and name != "A.N"
        height = storey.clear
        body = cylinder(480, height, 16) if arcade else box(COLUMN, COLUMN, height, (-COLUMN / 2, -COLUMN / 2, 0))
        maker.add(
            storey,
            "Column",
            f"Column {storey.key}.{name}",
            (body.moved(x, y), FAIR_FACED if arcade else CONCRETE),
            load_bearing=True,
            is_external=arcade,
            fire_rating="F90",
            strength_class="C35/45" if storey.number < 2 else "C30/37",
            exposure_class="XC4" if arcade else "XC1",
            reinforcement_ratio=180.0 if storey.number < 2 else 140.0,
            cost_group="343 Inner columns",
        )


def _beams(maker: Maker, storey: Storey) -> None:
    points = columns(storey)
    beams = _girders(points)
    if storey is GROUND:
        beams |= _edge(points)
    for name, ((x0, y0), (x1, y1)) in beams.items():
        half = COLUMN / 2
        low, high = (min(x0, x1), min(y0, y1)), (max(x0, x1), max(y0, y1))
        along_x = high[0] - low[0] > high[1] - low[1]
        start = (low[0] + half, low[1] - half) if along_x else (low[0] - half, low[1] + half)
        size = (high[0] - low[0] - COLUMN, COLUMN) if along_x else (COLUMN, high[1] - low[1] - COLUMN)
        maker.add(
            storey,
            "Beam",
            f"Beam {storey.key}.{name}",
            (box(*size, BEAM, (*start, storey.clear - BEAM)), CONCRETE),
            load_bearing=True,
            is_external=False,
            fire_rating="F90",
            strength_class="C30/37",
            exposure_class="XC1",
            reinforcement_ratio=160.0,
            cost_group="351 Slabs and beams",
        )


def _slab(maker: Maker, below: Storey, storey: Storey) -> None:
    if storey is ROOF:
        outline, openings = offset(PENTHOUSE, -OVERHANG), [*cores.holes(below)[2:-1], cores.EXTRACT_HOLE, *SKYLIGHTS]
    else:
        outline, openings = offset(FOOTPRINT, 120), cores.holes(below)
    maker.add(
        storey,
        "Slab",
        "Roof slab" if storey is ROOF else f"Slab {storey.key}",
        (prism(outline, SLAB, openings, z=-SLAB), FAIR_FACED if storey is ROOF else CONCRETE),
        thickness=SLAB,
        load_bearing=True,
        is_external=storey is ROOF,
        fire_rating="F90",
        acoustic_rating=55.0,
        u_value=0.16 if storey is ROOF else (0.25 if storey is GROUND else None),
        strength_class="C30/37",
        exposure_class="XC1",
        reinforcement_ratio=125.0,
        cost_group="351 Slabs and beams",
    )


def _lift_heads(maker: Maker) -> None:
    """The lifts' overrun above the roof, with its lid."""
    x0, y0, x1, y1 = cores.LIFTS[0][0] - 250, 8000.0, cores.SHAFT[0], 10750.0
    outer = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    inner = [(x0 + 250, y0 + 250), (x1 - 250, y0 + 250), (x1 - 250, y1 - 250), (x0 + 250, y1 - 250)]
    shell = prism(outer, 1500, [inner])
    lid = prism(outer, 200, z=1500)
    maker.add(ROOF, "Wall", "Lift head", (shell, FAIR_FACED), load_bearing=True, fire_rating="F90", is_external=True)
    maker.add(
        ROOF,
        "Slab",
        "Lift head lid",
        (lid, FAIR_FACED),
        thickness=200.0,
        load_bearing=True,
        fire_rating="F90",
        is_external=True,
    )

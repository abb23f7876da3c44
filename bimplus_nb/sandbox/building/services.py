"""Building services above the corridors: supply air, extract air, pipes, cable trays, light.

Supply ducts hang highest, so that their branches pass over extract ducts and below nothing but the slab; branches run
in the middle of a module, where there is neither column nor beam.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bimplus_nb.sandbox.building.cores import RISERS, SHAFT, SWITCH_ROOM
from bimplus_nb.sandbox.building.interior import TO_LET
from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import (
    CHILLED,
    COPPER,
    DRAIN,
    EQUIPMENT,
    EXTRACT,
    GALVANISED,
    LAMP,
    SPRINKLER,
    Material,
)
from bimplus_nb.sandbox.building.plan import BAY, GROUND, INNER, MODULE, STOREYS, TOP, TYPICAL, WING, Storey
from bimplus_nb.sandbox.polygon import rectangle
from bimplus_nb.sandbox.shapes import Body, Vector, box, cylinder, join, lathe, length_of, pipe, prism, rounded, sweep

SUPPLY, REMOVE, PIPES = -200.0, -570.0, -520.0  # middle of each below the slab
SUPPLY_Y, EXTRACT_Y, TRAY_Y = 6150.0, 7350.0, 7800.0  # along the bar's corridor
SUPPLY_X, EXTRACT_X, TRAY_X = (SHAFT[0] + SHAFT[2]) / 2, INNER + 6150, INNER + 5750  # along the wing's
SUPPLY_RISER = (SUPPLY_X, SHAFT[1] + 650)
EXTRACT_RISER = (RISERS[0] + 450, RISERS[1] + 450)
WEST_END = 9400.0


def _wing_end(storey: Storey) -> float:
    """How far south the wing's mains reach."""
    return 1500 - WING + (MODULE if storey is TOP else 0)


_MEDIA: tuple[tuple[str, Material, int, float], ...] = (
    ("Heating flow", COPPER, 76, 2.4),
    ("Chilled water", CHILLED, 108, 4.6),
    ("Sprinkler", SPRINKLER, 89, 18.0),
)


def build(maker: Maker) -> None:
    """The services of all storeys above ground; the plant is in `plant`."""
    for storey in (GROUND, *TYPICAL, TOP):
        _supply(maker, storey)
        _extract(maker, storey)
        _pipes(maker, storey)
        _electrics(maker, storey)
    for storey in STOREYS[:-1]:
        _risers(maker, storey)


def _duct(maker: Maker, storey: Storey, name: str, body: Body, material: Material, flow: float, **values: Any) -> None:
    maker.add(
        storey,
        values.pop("kind", "Duct"),
        name,
        (body, material),
        **{
            "air_flow": flow,
            "insulation_thickness": 30.0 if material is GALVANISED else 0.0,
            "system": "Supply air" if material is GALVANISED else "Extract air",
            "fire_rating": None,
            "manufacturer": "Luftwerk",
            "cost_group": "431 Ventilation",
            **values,
        },
    )


def _trunk(
    maker: Maker, storey: Storey, name: str, start: Vector, end: Vector, material: Material, flow: float
) -> None:
    """A straight main in pieces of two bays, narrower towards its end."""
    count = max(1, round(length_of([start, end]) / (2 * BAY)))
    step = [(b - a) / count for a, b in zip(start, end, strict=True)]
    for k in range(count):
        a, b = (tuple(s + d * (k + more) for s, d in zip(start, step, strict=True)) for more in (0, 1))
        width, height = 520.0 - 260 * k / count, 280.0
        section = rectangle(-width / 2, -height / 2, width / 2, height / 2)
        share = round(flow * (1 - k / (count + 1)) / 10) * 10.0
        path: list[Vector] = [(a[0], a[1], a[2]), (b[0], b[1], b[2])]
        _duct(maker, storey, f"{name}.{k + 1}", sweep(section, path), material, share, model_label="LW rectangular")


def _bend(path: Sequence[Vector], width: float, height: float, radius: float) -> Body:
    section = rectangle(-width / 2, -height / 2, width / 2, height / 2)
    return sweep(section, rounded(path, radius, 3))


def _supply(maker: Maker, storey: Storey) -> None:
    z = storey.clear + SUPPLY
    x, y = SUPPLY_RISER
    key = storey.key
    elbow = _bend([(x, y, z - 300), (x, y, z), (x, y - 1300, z)], 520, 280, 240)
    _duct(maker, storey, f"Supply elbow {key}", elbow, GALVANISED, 6400.0, kind="DuctFitting")
    corner = _bend([(x, y - 1300, z), (x, SUPPLY_Y, z), (x - 1300, SUPPLY_Y, z)], 520, 280, 420)
    _duct(maker, storey, f"Supply bend {key}", corner, GALVANISED, 4200.0, kind="DuctFitting")
    _trunk(maker, storey, f"Supply {key}.bar", (x - 1300, SUPPLY_Y, z), (WEST_END, SUPPLY_Y, z), GALVANISED, 4200.0)
    _trunk(maker, storey, f"Supply {key}.wing", (x, SUPPLY_Y - 420, z), (x, _wing_end(storey), z), GALVANISED, 2200.0)
    if storey is TO_LET:
        return
    set_back = storey in (GROUND, TOP)
    for number, (module, toward) in enumerate(((m, t) for t in (-1, 1) for m in (4.5, 8.5, 12.5)), start=1):
        reach = 2000.0 if toward < 0 and set_back else 3200.0
        _outlet(maker, storey, f"{key}.bar.{number}", (module * MODULE, SUPPLY_Y, z), (0, toward), reach, 480.0)
    for number, (module, toward) in enumerate(((m, t) for t in (-1, 1) for m in (0.5, 4.5)), start=1):
        reach = 3400.0 if toward > 0 or set_back else 4900.0
        _outlet(maker, storey, f"{key}.wing.{number}", (x, -module * MODULE, z), (toward, 0), reach, 480.0)


def _outlet(
    maker: Maker, storey: Storey, name: str, start: Vector, toward: tuple[int, int], reach: float, flow: float
) -> None:
    """A round branch that turns down into a diffuser."""
    x, y, z = start
    dx, dy = toward
    end = (x + dx * reach, y + dy * reach)
    path: list[Vector] = [(x + dx * 130, y + dy * 130, z), (*end, z), (*end, 2750.0)]
    body = pipe(path, 250, bend=190, sides=8)
    _duct(maker, storey, f"Branch {name}", body, GALVANISED, flow, duct_diameter=250.0, model_label="LW spiral")
    plate = lathe([(0, 2700), (190, 2705), (150, 2740), (0, 2760)], 8).moved(*end)
    _duct(maker, storey, f"Diffuser {name}", plate, GALVANISED, flow, kind="AirTerminal", insulation_thickness=None)


def _extract(maker: Maker, storey: Storey) -> None:
    z = storey.clear + REMOVE
    x, y = EXTRACT_RISER
    key = storey.key
    if storey is not GROUND:
        elbow = _bend([(x, y, z - 300), (x, y, z), (EXTRACT_X - 200, y, z)], 400, 280, 220)
        _duct(maker, storey, f"Extract elbow {key}", elbow, EXTRACT, 5200.0, kind="DuctFitting")
    corner = _bend([(EXTRACT_X, 1900, z), (EXTRACT_X, EXTRACT_Y, z), (EXTRACT_X - 1300, EXTRACT_Y, z)], 400, 280, 420)
    _duct(maker, storey, f"Extract bend {key}", corner, EXTRACT, 3300.0, kind="DuctFitting")
    x, y = EXTRACT_X, EXTRACT_Y
    _trunk(maker, storey, f"Extract {key}.bar", (x - 1300, y, z), (WEST_END, y, z), EXTRACT, 3300.0)
    _trunk(maker, storey, f"Extract {key}.wing", (x, 1900, z), (x, _wing_end(storey), z), EXTRACT, 1900.0)


def _pipes(maker: Maker, storey: Storey) -> None:
    """Along bar and wing, branching off beside the extract duct."""
    high, low = storey.clear - 130, storey.clear + PIPES
    for number, (medium, material, size, flow) in enumerate(_MEDIA):
        x, y = RISERS[0] + 650, RISERS[1] + 1150 + 280 * number
        turn, row = EXTRACT_X + 380 + 170 * number, SUPPLY_Y + 450 + 170 * number
        bar: list[Vector] = [(x, y, high), (turn, y, high), (turn, y, low), (turn, row, low), (WEST_END, row, low)]
        wing: list[Vector] = [(turn, y, low), (turn, _wing_end(storey), low)]
        for part, path in (("bar", bar), ("wing", wing)):
            body = pipe(path, size, bend=110 if part == "bar" else 0, sides=6)
            _pipe(
                maker,
                storey,
                f"{medium} {storey.key}.{part}",
                body,
                material,
                size,
                medium,
                flow * 0.6,
                length_of(path),
            )


def _pipe(
    maker: Maker,
    storey: Storey,
    name: str,
    body: Body,
    material: Material,
    size: int,
    medium: str,
    flow: float,
    length: float,
) -> None:
    maker.add(
        storey,
        "Pipe",
        name,
        (body, material),
        nominal_diameter=size,
        medium=medium,
        flow_rate=round(flow, 2),
        length=round(length, 1),
        system=medium.split()[0],
        cost_group="474 Fire protection" if medium == "Sprinkler" else "422 Heat distribution",
    )


def _risers(maker: Maker, storey: Storey) -> None:
    """What passes through a storey upright: ducts in the shaft, pipes and drains by the inner corner."""
    key, height = storey.key, storey.height
    x, y = SUPPLY_RISER
    body = prism(rectangle(x - 260, y - 330, x + 260, y + 330), height - 1)
    _duct(maker, storey, f"Supply riser {key}", body, GALVANISED, 34000.0)
    if storey.number > 0:
        x, y = EXTRACT_RISER
        body = prism(rectangle(x - 300, y - 240, x + 300, y + 240), height - 1)
        _duct(maker, storey, f"Extract riser {key}", body, EXTRACT, 26000.0)
    if storey is not TOP:
        for number, (medium, material, size, flow) in enumerate(_MEDIA):
            tube = cylinder(size, height, 8).moved(RISERS[0] + 650, RISERS[1] + 1150 + 280 * number)
            _pipe(maker, storey, f"{medium} {key}.riser", tube, material, size, medium, flow * 6, height)
    if 0 < storey.number < TOP.number:
        for number, x in enumerate((INNER + 2700, INNER + 3700), start=1):
            tube = cylinder(114, storey.clear, 8, bore=100).moved(x, 2700)
            _pipe(maker, storey, f"Drain {key}.{number}", tube, DRAIN, 100, "Waste water", 1.5, storey.clear)


def _electrics(maker: Maker, storey: Storey) -> None:
    """Cable trays, a board in the switch room, light along the corridors."""
    z = storey.clear - 420
    tray = ((-100, 0), (100, 0), (100, 60), (96, 60), (96, 4), (-96, 4), (-96, 60), (-100, 60))
    paths: dict[str, list[Vector]] = {
        "bar": [(TRAY_X, TRAY_Y, z), (WEST_END, TRAY_Y, z)],
        "wing": [(TRAY_X, TRAY_Y - 100, z), (TRAY_X, _wing_end(storey), z)],
    }
    for name, path in paths.items():
        maker.add(
            storey,
            "CableTray",
            f"Cable tray {storey.key}.{name}",
            (sweep(tray, path), GALVANISED),
            system="Power",
            cost_group="444 Low voltage",
        )
    x0, _, _, y1 = SWITCH_ROOM
    board = join(*(box(780, 400, 2000, (x0 + 400 + 800 * k, y1 - 420, 20)) for k in range(3)))
    maker.add(
        storey,
        "DistributionBoard",
        f"Distribution board {storey.key}",
        (board, EQUIPMENT),
        rated_power=63000.0,
        system="Power",
        manufacturer="Elektro Sand",
        model_label="ES 3",
        cost_group="444 Low voltage",
        **maker.serial("ES"),
    )
    spots = [(float(x), SUPPLY_Y + 600, 1500.0, 90.0) for x in range(11000, int(INNER), int(2 * BAY))]
    spots += [(EXTRACT_X + 600, float(y), 90.0, 1500.0) for y in range(int(-WING) + 6900, 2000, int(2 * BAY))]
    for number, (x, y, length, width) in enumerate(spots, start=1):
        maker.add(
            storey,
            "Luminaire",
            f"Luminaire {storey.key}.{number:02}",
            (box(length, width, 70, (x - length / 2, y - width / 2, 2540)), LAMP),
            rated_power=38.0,
            system="Lighting",
            manufacturer="Lichtbau",
            model_label="LB Line 38",
            cost_group="445 Lighting",
        )

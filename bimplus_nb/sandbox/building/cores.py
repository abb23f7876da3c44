"""Stairs, lifts and the concrete walls around them; the stair in the west gable stands behind glass."""

from __future__ import annotations

from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import FAIR_FACED, GALVANISED, LACQUER, OAK, STEEL
from bimplus_nb.sandbox.building.plan import CORE, DEPTH, INNER, WALL, Storey
from bimplus_nb.sandbox.parts import door_frame, flight, railing
from bimplus_nb.sandbox.polygon import Outline, rectangle
from bimplus_nb.sandbox.shapes import Body, Opening, box, join, wall

LANDING = 200.0
FLIGHT = 1200.0

WEST = (WALL, 5500.0, 7975.0, 8000.0)  # clear of its walls: x0, y0, x1, y1
MAIN = (INNER + 250, 8250.0, INNER + 2850, DEPTH - WALL)
LIFTS = ((INNER + 3100, 8250.0, INNER + 4800, 10500.0), (INNER + 5050, 8250.0, INNER + 6750, 10500.0))
SHAFT = (INNER + 7000, 8250.0, INNER + 7750, DEPTH - WALL)  # supply air
SWITCH_ROOM = (LIFTS[0][0], 10750.0, LIFTS[1][2], DEPTH - WALL)
RISERS = (INNER + 4400, 300.0, INNER + 5300, 2300.0)  # extract air and pipes, in the store by the inner corner
WEST_LANDING = 1900.0  # its edge, x
MAIN_LANDING = DEPTH - WALL - 1200  # its edge, y


def steps(storey: Storey) -> tuple[int, float, float, float]:
    """Risers of one of the two flights, their height, the treads of the west and of the main stair, mm."""
    risers = 12 if storey.height > 4000 else 10
    return risers, storey.height / 2 / risers, 270.0, 260.0


def holes(below: Storey) -> list[Outline]:
    """What the cores cut out of the slab above a storey."""
    risers, _, west, main = steps(below)
    x0, y0, _, y1 = WEST
    stairs = [
        rectangle(x0, y0, WEST_LANDING + (risers - 1) * west, y1),
        rectangle(MAIN[0], MAIN_LANDING - (risers - 1) * main, MAIN[2], MAIN[3]),
    ]
    x0, y0, x1, _ = SHAFT
    return [
        *stairs,
        *(rectangle(*lift) for lift in LIFTS),
        rectangle(x0 + 80, y0 + 150, x1 - 80, y0 + 1150),
        RISER_HOLE,
    ]


RISER_HOLE = rectangle(*RISERS)
EXTRACT_HOLE = rectangle(RISERS[0] + 100, RISERS[1] + 160, RISERS[0] + 800, RISERS[1] + 740)  # in the roof


def walls(maker: Maker, storey: Storey) -> None:
    """The concrete walls of both cores with their door openings."""
    door = 1010.0, 2135.0
    lift = [Opening(x0 + 250 - MAIN[0], 0, 1200, 2300) for x0, _, _, _ in LIFTS]
    west, main = (WEST[2] - WEST[0] + CORE, WALL), (SHAFT[2] - MAIN[0], 0.0)
    across = MAIN[3] - MAIN[1] + CORE
    lines: list[tuple[str, float, float, float, float, list[Opening]]] = [
        ("W south", west[1], 5500 - CORE, 0, west[0], []),
        ("W north", west[1], 8000.0, 0, west[0], []),
        ("W east", WEST[2] + CORE, 5500.0, 90, 2500, [Opening(1180, 0, *door)]),
        ("M south", MAIN[0], 8000.0, 0, main[0], [Opening(250, 0, *door), *lift]),
        ("M west", MAIN[0], 8000.0, 90, across, []),
        ("M stair", MAIN[2] + CORE, 8250.0, 90, across - CORE, [Opening(3700, 0, 885, 2135)]),
        ("M middle", LIFTS[1][0], 8250.0, 90, 2250, []),
        ("M back", LIFTS[0][0], 10500.0, 0, LIFTS[1][2] - LIFTS[0][0], []),
        ("M shaft", SHAFT[0], 8250.0, 90, across - CORE, [Opening(3700, 0, 885, 2135)]),
        ("M east", SHAFT[2] + CORE, 8000.0, 90, across, []),
    ]
    for name, x, y, degrees, length, openings in lines:
        maker.add(
            storey,
            "Wall",
            f"Core wall {storey.key}.{name}",
            (wall(length, CORE, storey.clear, openings).turned(degrees).moved(x, y), FAIR_FACED),
            thickness=CORE,
            load_bearing=True,
            is_external=False,
            fire_rating="F90",
            acoustic_rating=58.0,
            strength_class="C30/37",
            exposure_class="XC1",
            reinforcement_ratio=110.0,
            cost_group="341 Load-bearing inner walls",
        )


def stairs(maker: Maker, storey: Storey) -> None:
    """Two flights and a landing in each core, from this storey to the next."""
    risers, riser, west, main = steps(storey)
    half = risers * riser
    run = (risers - 1) * west
    x0, y0, _, y1 = WEST
    up = flight(risers, riser, west, FLIGHT)
    pieces: dict[str, Body] = {
        "West 1": up.turned(180).moved(WEST_LANDING + run, y0 + FLIGHT),
        "West 2": up.moved(WEST_LANDING, y1 - FLIGHT, half),
    }
    climb = flight(risers, riser, main, FLIGHT)
    run = (risers - 1) * main
    pieces |= {
        "Main 1": climb.turned(90).moved(MAIN[2], MAIN_LANDING - run),
        "Main 2": climb.turned(270).moved(MAIN[0], MAIN_LANDING, half),
    }
    for name, body in pieces.items():
        maker.add(
            storey,
            "Stair",
            f"Flight {storey.key}.{name}",
            (body, FAIR_FACED),
            number_of_risers=risers,
            riser_height=round(riser, 1),
            tread_length=west if name.startswith("West") else main,
            fire_rating="F90",
            load_bearing=True,
            strength_class="C30/37",
            cost_group="351 Slabs and stairs",
        )
    landings = {
        "West": box(WEST_LANDING - x0, y1 - y0, LANDING, (x0, y0, half - LANDING)),
        "Main": box(MAIN[2] - MAIN[0], MAIN[3] - MAIN_LANDING, LANDING, (MAIN[0], MAIN_LANDING, half - LANDING)),
    }
    for name, body in landings.items():
        maker.add(
            storey,
            "Slab",
            f"Landing {storey.key}.{name}",
            (body, FAIR_FACED),
            thickness=LANDING,
            fire_rating="F90",
            load_bearing=True,
            cost_group="351 Slabs and stairs",
        )


def railings(maker: Maker, storey: Storey) -> None:
    """The handrails between the flights."""
    risers, riser, west, main = steps(storey)
    half = risers * riser
    run, climb = (risers - 1) * west, (risers - 1) * main
    lower = railing(run, 950, rise=half - riser).turned(180).moved(WEST_LANDING + run, 6760, riser)
    upper = railing(run, 950, rise=half - riser).moved(WEST_LANDING, 6740, half + riser)
    first = railing(climb, 950, rise=half - riser).turned(90).moved(MAIN[0] + 1390, MAIN_LANDING - climb, riser)
    second = railing(climb, 950, rise=half - riser).turned(270).moved(MAIN[0] + 1210, MAIN_LANDING, half + riser)
    for name, body in {"West": join(lower, upper), "Main": join(first, second)}.items():
        maker.add(storey, "Railing", f"Stair railing {storey.key}.{name}", (body, STEEL), cost_group="359 Railings")


def doors(maker: Maker, storey: Storey) -> None:
    """Fire doors of the stairs and shafts, landing doors of the lifts."""
    fire = {
        "W": door(1010, 2135, CORE).turned(90).moved(WEST[2] + CORE, 6680),
        "M": door(1010, 2135, CORE).moved(MAIN[0] + 250, 8000),
        "Switch room": door(885, 2135, CORE).turned(90).moved(MAIN[2] + CORE, 11950),
        "Shaft": door(885, 2135, CORE).turned(90).moved(SHAFT[0], 11950),
    }
    for name, body in fire.items():
        maker.add(
            storey,
            "Door",
            f"Fire door {storey.key}.{name}",
            (body, LACQUER),
            fire_rating="F90" if name in "WM" else "F30",
            self_closing=True,
            fire_exit=name in "WM",
            is_external=False,
            clear_width=900.0 if name in "WM" else 775.0,
            acoustic_rating=37.0,
            manufacturer="Brandschutz Keller",
            model_label="BK T90",
            cost_group="344 Inner doors",
            **maker.serial("BK"),
        )
    for number, (x0, *_) in enumerate(LIFTS, start=1):
        leaves = join(box(598, 40, 2240, (52, 60, 0)), box(598, 40, 2240, (652 - 102, 100, 0)))
        maker.add(
            storey,
            "Door",
            f"Lift door {storey.key}.{number}",
            (leaves.moved(x0 + 250, 8000), GALVANISED),
            fire_rating="F90",
            is_external=False,
            clear_width=1100.0,
            manufacturer="Aufzug Nord",
            cost_group="461 Lifts",
            **maker.serial("AN"),
        )


def door(width: float, height: float, depth: float) -> Body:
    """A closed door with its frame in a wall that is `depth` thick, from the origin along +x."""
    leaf = box(width - 120, 50, height - 65, (60, depth - 60, 5))
    return join(door_frame(width, height, depth, 60), leaf)


def lift_car(maker: Maker, storey: Storey, number: int) -> None:
    """A lift car, waiting at a storey."""
    x0, y0, x1, y1 = LIFTS[number - 1]
    shell = join(
        box(x1 - x0 - 300, y1 - y0 - 350, 100, (x0 + 150, y0 + 100, 0)),
        box(x1 - x0 - 300, y1 - y0 - 350, 100, (x0 + 150, y0 + 100, 2200)),
        box(x1 - x0 - 300, 60, 2100, (x0 + 150, y1 - 310, 100)),
        *(box(60, y1 - y0 - 410, 2100, (x, y0 + 100, 100)) for x in (x0 + 150, x1 - 210)),
    )
    handrail = box(x1 - x0 - 600, 40, 60, (x0 + 300, y1 - 370, 900))
    maker.add(
        storey,
        "Lift",
        f"Lift {number}",
        (shell, GALVANISED),
        (handrail, OAK),
        manufacturer="Aufzug Nord",
        model_label="AN 13 persons",
        rated_power=9500.0,
        cost_group="461 Lifts",
        **maker.serial("AN"),
    )

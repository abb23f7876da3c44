"""Which rooms there are on which storey.

Upper storeys have rows of rooms along all sides; ground floor and top floor are open towards the courtyard, one storey
is still an empty shell, and the basement is one room behind the other.
"""

from __future__ import annotations

from bimplus_nb.sandbox.building import furnish
from bimplus_nb.sandbox.building.cores import MAIN, SWITCH_ROOM, WEST, door
from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import GLAZED_PARTITION, LACQUER, PLASTER
from bimplus_nb.sandbox.building.plan import (
    BAR,
    BASEMENT,
    BEAM,
    CORE,
    CORRIDOR,
    DEPTH,
    GROUND,
    INNER,
    MODULE,
    PARTITION,
    TOP,
    TYPICAL,
    WALL,
    WING,
)
from bimplus_nb.sandbox.building.rooms import BACK, BESIDE, DOOR, STAIR_END, Floor, Rooms
from bimplus_nb.sandbox.polygon import rectangle
from bimplus_nb.sandbox.shapes import Opening, wall

TO_LET = TYPICAL[-1]  # a shell without partitions

# side, its first module, rooms; odd and even storeys differ
_ODD: tuple[tuple[str, int, Rooms], ...] = (
    ("S", 0, [("Office", 4), ("Office", 2), ("Meeting", 2), ("Office", 2), ("Office", 2), ("Office", 3)]),
    ("C", 0, [("Meeting", 2), ("Office", 2), ("Office", 2), ("Office", 2)]),
    ("E", 0, [("Office", 2), ("Office", 2), ("Meeting", 2), ("Office", 4), ("Meeting", 3)]),
    ("N", 5, [("Kitchen", 2), ("Office", 3), ("Meeting", 2), ("Office", 4), ("Office", 4)]),
)
_EVEN: tuple[tuple[str, int, Rooms], ...] = (
    ("S", 0, [("Office", 4), ("Meeting", 2), ("Office", 4), ("Office", 2), ("Office", 3)]),
    ("C", 0, [("Office", 4), ("Meeting", 2), ("Office", 2)]),
    ("E", 0, [("Office", 4), ("Office", 2), ("Office", 2), ("Office", 2), ("Meeting", 3)]),
    ("N", 5, [("Kitchen", 2), ("Office", 4), ("Office", 2), ("Meeting", 3), ("Office", 4)]),
)
_GROUND: tuple[tuple[str, int, Rooms], ...] = (
    ("E", 0, [("Meeting", 2), ("Meeting", 2), ("Office", 2), ("Office", 2), ("Storage", 2), ("Office", 3)]),
    ("N", 5, [("Sanitary", 1), ("Sanitary", 1), ("Meeting", 3), ("Meeting", 2), ("Kitchen", 3), ("Storage", 5)]),
)
_TOP: tuple[tuple[str, int, Rooms], ...] = (
    ("E", 1, [("Office", 3), ("Office", 2), ("Office", 2), ("Office", 2), ("Meeting", 3)]),
    ("N", 5, [("Sanitary", 1), ("Sanitary", 1), ("Kitchen", 2), ("Meeting", 3), ("Office", 4), ("Office", 4)]),
)


def build(maker: Maker) -> None:
    """All rooms of all storeys."""
    for storey in TYPICAL[:-1]:
        floor = Floor(maker, storey)
        for row in _ODD if storey.number % 2 else _EVEN:
            floor.row(*row)
        _corridor(floor)
        _sanitary(floor)
    for storey, rows in ((GROUND, _GROUND), (TOP, _TOP)):
        floor = Floor(maker, storey)
        for row in rows:
            floor.row(*row)
        _open_floor(floor)
    _shell(Floor(maker, TO_LET))
    _basement(Floor(maker, BASEMENT))


def _stairs(floor: Floor) -> None:
    floor.room("Stair", rectangle(*WEST), "Stair west")
    floor.room("Stair", rectangle(*MAIN), "Stair main")
    floor.room("Technical", rectangle(*SWITCH_ROOM), "Switch room")


def _corridor(floor: Floor) -> None:
    """The corridor through bar and wing, and both stairs."""
    near, far = CORRIDOR
    end = WALL - WING
    bar = ((STAIR_END, near), (INNER + near, near), (INNER + near, end), (INNER + far, end), (INNER + far, far))
    floor.room("Circulation", (*bar, (STAIR_END, far)), "Corridor")
    _stairs(floor)


def _sanitary(floor: Floor) -> None:
    """Toilets and a store in the dark corner where bar and wing meet."""
    half = PARTITION / 2
    x0, x1, middle = INNER + half, INNER + BACK, INNER + 3200
    shelf = 2450.0  # between store and toilets
    width, height = DOOR
    clear = floor.storey.clear
    floor.wall(wall(BACK - WALL, PARTITION, clear).turned(90).moved(x0, WALL))
    floor.wall(wall(x1 - x0, PARTITION, clear).moved(x0, shelf))
    under_beam = wall(BACK - shelf - PARTITION, PARTITION, clear - BEAM)
    floor.wall(under_beam.turned(90).moved(middle + half, shelf + PARTITION))
    doors = [700.0, x1 - x0 - width - 700]
    front = wall(x1 - x0 + 2 * half, PARTITION, clear, [Opening(along, 0, width, height) for along in doors])
    floor.wall(front.moved(x0, BACK))
    for along in doors:
        floor.door(door(width, height, PARTITION).moved(x0 + along, BACK), "Sanitary")
    floor.wall(wall(BACK, PARTITION, clear, [Opening(700, 0, width, height)]).turned(90).moved(x1 + PARTITION, 0))
    floor.door(door(width, height, PARTITION).turned(90).moved(x1 + PARTITION, 700), "Storage")
    corner = ((INNER + WALL, half), (x1, half), (x1, shelf), (x0, shelf), (x0, WALL), (INNER + WALL, WALL))
    floor.room("Storage", corner, "Store")
    for label, left, right in (("WC women", x0, middle - half), ("WC men", middle + half, x1)):
        name = floor.room("Sanitary", rectangle(left, shelf + PARTITION, right, BACK), label)
        furnish.toilets(floor.maker, floor.storey, name, (left, shelf + PARTITION), right - left)


def _open_floor(floor: Floor) -> None:
    """Lobby and café on the ground, lounge and café under the roof: open from the glass front to the northern rooms."""
    storey = floor.storey
    south, river = MODULE + WALL, WALL - WING + (MODULE if storey is TOP else 0)
    far = CORRIDOR[1]
    cut = 9 * MODULE
    bar = ((WALL, south), (cut - PARTITION / 2, south), (cut - PARTITION / 2, far), (STAIR_END, far))
    cafe = floor.room("Café", (*bar, (STAIR_END, BESIDE), (WALL, BESIDE)))
    hall = ((cut + PARTITION / 2, south), (INNER + south, south), (INNER + south, river), (INNER + far, river))
    lobby = floor.room(
        "Lobby", (*hall, (INNER + far, far), (cut + PARTITION / 2, far)), "Lounge" if storey is TOP else ""
    )
    glass = wall(far - south, PARTITION, storey.clear, [Opening(2600, 0, 1900, 2400)])
    floor.wall(glass.turned(90).moved(cut + PARTITION / 2, south), GLAZED_PARTITION, fire_rating="F0")
    furnish.cafe(floor.maker, storey, cafe, (WALL, south), (cut, far))
    furnish.lobby(floor.maker, storey, lobby, reception=storey is GROUND)
    _stairs(floor)


def _shell(floor: Floor) -> None:
    """The storey that is still to let: two open floors, in the bar and in the wing."""
    far, back = DEPTH - WALL, INNER + WALL
    west = ((WALL, WALL), (INNER, WALL), (INNER, far), (WALL, far), (WALL, CORRIDOR[1] + CORE))
    stair = ((STAIR_END, CORRIDOR[1] + CORE), (STAIR_END, BESIDE), (WALL, BESIDE))
    floor.room("Office", (*west, *stair), "To let, bar")
    floor.room("Office", rectangle(back, WALL - WING, BAR - WALL, CORRIDOR[1] - 20), "To let, wing")
    _stairs(floor)


def _basement(floor: Floor) -> None:
    """Plant, stores and bicycles, divided across the bar and the wing."""
    near, wet = 350.0, DEPTH - 350
    left = STAIR_END
    lines = [5 * MODULE, 9 * MODULE, 13 * MODULE, INNER - 500]
    for usage, label, x in zip(
        ("Storage", "Technical", "Technical", "Storage"),
        ("Archive", "Heating", "Ventilation", "Bicycles"),
        lines,
        strict=True,
    ):
        floor.room(usage, rectangle(left, near, x - 125, wet), label)
        height = floor.storey.clear
        body = wall(wet - near, CORE, height, [Opening(5800, 0, 1400, 2135)]).turned(90).moved(x + 125, near)
        floor.maker.add(
            floor.storey,
            "Wall",
            f"Fire wall {label}",
            (body, PLASTER),
            thickness=CORE,
            load_bearing=False,
            is_external=False,
            fire_rating="F90",
            acoustic_rating=52.0,
            cost_group="342 Inner walls",
        )
        floor.maker.add(
            floor.storey,
            "Door",
            f"Fire wall door {label}",
            (door(1400, 2135, CORE).turned(90).moved(x + 125, near + 5800), LACQUER),
            is_external=False,
            fire_rating="F90",
            self_closing=True,
            clear_width=1290.0,
            acoustic_rating=40.0,
            manufacturer="Brandschutz Keller",
            model_label="BK T90",
            cost_group="344 Inner doors",
            **floor.maker.serial("BK"),
        )
        left = x + 125
    floor.room("Technical", rectangle(INNER + 350, 350 - WING, INNER + DEPTH - 350, -3000), "Sprinkler tank")
    _stairs(floor)

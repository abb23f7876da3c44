"""Two small projects: a pavilion in two revisions, and a warehouse that nobody may change any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bimplus_nb.sandbox.building import furniture
from bimplus_nb.sandbox.building.cores import door
from bimplus_nb.sandbox.building.maker import Maker, Part
from bimplus_nb.sandbox.building.materials import (
    CLADDING,
    CONCRETE,
    DECK,
    FOUNDATION,
    GLASS,
    OAK,
    PLASTER,
    PRECAST,
    RENDER,
    STEEL,
    TIMBER,
    air,
)
from bimplus_nb.sandbox.building.plan import Storey
from bimplus_nb.sandbox.catalogue import stable_id
from bimplus_nb.sandbox.content import Model, Project
from bimplus_nb.sandbox.parts import frame, gable, i_beam, i_section, lights, panes
from bimplus_nb.sandbox.polygon import rectangle
from bimplus_nb.sandbox.shapes import Opening, box, prism, wall

_GROUND = Storey("0", "Ground floor", 0, 0.0, 3400.0)
_ROOF = Storey("R", "Roof", 1, 3400.0, 2000.0)
LENGTH, DEPTH, HEIGHT, SKIN = 16_200.0, 8100.0, 3400.0, 300.0


def revisions(seed: int = 0) -> Project:
    """Harbour Pavilion, a model of two revisions: objects came, went, moved and changed.

    From the first to the second: a window and two tables are new, a partition is gone, the door has moved, and the
    outer walls are insulated better.
    """
    id_ = stable_id("Harbour Pavilion", str(seed))
    first, second = _pavilion(id_, later=False), _pavilion(id_, later=True)
    first = replace(first, revision_name="Building permit")
    model = replace(second, revision_name="Detailed design", earlier=(first,))
    return Project(id_, "Harbour Pavilion", "A small hall in two revisions, to compare.", (model,))


def _pavilion(project: str, *, later: bool) -> Model:
    maker = Maker("Architecture", "Hall", project=project, building="Pavilion", storeys=(_GROUND, _ROOF))
    slab: dict[str, Any] = {"thickness": 250.0, "load_bearing": True, "fire_rating": "F90"}
    maker.add(_GROUND, "Foundation", "Base slab", (box(LENGTH, DEPTH, 250, (0, 0, -250)), FOUNDATION), **slab)
    maker.add(_GROUND, "Covering", "Deck", (box(LENGTH, 2700, 60, (0, -2700, -100)), DECK), thickness=60.0)
    openings = [Opening(450 + 2700.0 * k, 600, 1800, 2200) for k in range(6) if k != 2 and (later or k != 4)]
    entrance = Opening(6600 if later else 6000, 0, 1010, 2135)
    sides = {
        "south": (wall(LENGTH, SKIN, HEIGHT, [*openings, entrance]), 0.0, 0.0, 0.0),
        "east": (wall(DEPTH - 2 * SKIN, SKIN, HEIGHT), LENGTH, SKIN, 90.0),
        "north": (wall(LENGTH, SKIN, HEIGHT), LENGTH, DEPTH, 180.0),
        "west": (wall(DEPTH - 2 * SKIN, SKIN, HEIGHT), 0.0, DEPTH - SKIN, 270.0),
    }
    for name, (body, x, y, degrees) in sides.items():
        maker.add(
            _GROUND,
            "Wall",
            f"Wall {name}",
            (body.turned(degrees).moved(x, y), CLADDING if name == "south" else RENDER),
            thickness=SKIN,
            is_external=True,
            load_bearing=True,
            fire_rating="F30",
            u_value=0.18 if later else 0.28,
        )
    for opening in openings:
        light = lights(opening.width, opening.height, 80)
        parts: list[Part] = [(frame(opening.width, opening.height, 90, light), TIMBER), (panes(light, 36, 27), GLASS)]
        place = round((opening.along - 450) / 2700) + 1
        moved = [(body.moved(opening.along, 120, opening.sill), material) for body, material in parts]
        maker.add(_GROUND, "Window", f"Window {place}", *moved, u_value=0.9, is_external=True)
    leaf = door(entrance.width, entrance.height, SKIN).moved(entrance.along, 0)
    maker.add(_GROUND, "Door", "Door", (leaf, OAK), fire_rating="F30", is_external=True, clear_width=900.0)
    hall = rectangle(SKIN, SKIN, LENGTH - SKIN, DEPTH - SKIN)
    maker.add(
        _GROUND,
        "Room",
        "Hall",
        (prism(hall, 3000), air("Lobby")),
        room_number="1",
        room_usage="Lobby",
        net_area=round((LENGTH - 2 * SKIN) * (DEPTH - 2 * SKIN) / 1e6, 2),
    )
    if not later:
        partition = box(100, DEPTH - 2 * SKIN, 3000, (10_800, SKIN, 0))
        maker.add(_GROUND, "Wall", "Partition", (partition, PLASTER), thickness=100.0, load_bearing=False)
    for number in range(1, 5 if later else 3):
        table = furniture.moved(furniture.table(2400, 900), 3000 * number, 4800)
        maker.add(_GROUND, "Furniture", f"Table {number}", *table)
    roof = gable(LENGTH + 800, DEPTH + 1000, 1500, 240).moved(-400, -500)
    maker.add(_ROOF, "Roof", "Roof", (roof, TIMBER), thickness=240.0, u_value=0.16, fire_rating="F30")
    return maker.model()


def archive(seed: int = 0) -> Project:
    """Warehouse 4, finished years ago: whatever role someone has in the team, here everybody only looks."""
    id_ = stable_id("Warehouse 4", str(seed))
    maker = Maker("As built", "Steel frame", project=id_, building="Warehouse 4", storeys=(_GROUND,))
    length, width, height = 24_000.0, 12_000.0, 5400.0
    slab = box(length, width, 300, (0, 0, -300))
    maker.add(_GROUND, "Slab", "Floor", (slab, CONCRETE), thickness=300.0, load_bearing=True)
    for line in range(5):
        for side, y in (("S", 300.0), ("N", width - 300)):
            x = 300 + line * (length - 600) / 4
            column = prism(i_section(300, 300, 11, 19), height).moved(x, y - 150)
            maker.add(_GROUND, "Column", f"Column {line + 1}.{side}", (column, STEEL), load_bearing=True)
        girder = i_beam(width - 600, 500, 200, 10, 16).turned(90).moved(x, 300, height)
        maker.add(_GROUND, "Beam", f"Girder {line + 1}", (girder, STEEL), load_bearing=True)
    for name, y in (("south", 0.0), ("north", width - 120)):
        panel = wall(length, 120, height).moved(y=y)
        maker.add(_GROUND, "Wall", f"Wall {name}", (panel, PRECAST), thickness=120.0, is_external=True)
    return Project(
        id_,
        "Warehouse 4 (archive)",
        "Finished in 2019; kept to look things up.",
        (maker.model(),),
        roles=dict.fromkeys(("ben", "carla", "david"), "Project_Viewer"),
    )

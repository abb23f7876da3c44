"""A quarter of office houses with as many objects as asked for, to measure with.

Every house is a row of equal slices on every storey; the objects of a slice are drawn once and put wherever they are
needed. What is left over after the last whole house are trees along the streets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import ceil, sqrt
from typing import Any
from uuid import UUID

import numpy as np

from bimplus_nb.sandbox.building import furniture
from bimplus_nb.sandbox.building.cores import door
from bimplus_nb.sandbox.building.maker import Part, by_id, global_id, measured
from bimplus_nb.sandbox.building.materials import (
    BARK,
    CONCRETE,
    COPPER,
    GALVANISED,
    GLASS,
    LEAVES,
    OAK,
    PAVING,
    PLASTER,
    RENDER,
    TIMBER,
    Material,
    air,
)
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID, stable_id
from bimplus_nb.sandbox.content import Element, Model, Node, Project, Solid
from bimplus_nb.sandbox.parts import frame, lights, panes
from bimplus_nb.sandbox.shapes import Body, Opening, box, cylinder, lathe, pipe, wall

BAY, DEPTH, HEIGHT, SLAB, SKIN = 5400.0, 12_000.0, 3600.0, 280.0, 400.0
CLEAR = HEIGHT - SLAB
STREET, LANE, AVENUE = 30_000.0, 14_000.0, 7000.0  # from house to house north-south and east-west, from tree to tree
LONGEST, TALLEST = 11, 9
GROVE = 150  # up to so many leftovers become trees

_TINTS = (RENDER.color, 0xFFE7DAC6, 0xFFDDE0DE, 0xFFE4D0C0, 0xFFD7D4CC)
_RATINGS = ("F30", "F60", "F90", None)
_MODELS = ("Architecture", "Structure", "Building Services")
_MODEL_OF = {"Slab": 1, "Column": 1, "Beam": 1, "Duct": 2, "Pipe": 2}


@dataclass(frozen=True, slots=True)
class Template:
    """One object drawn once, at the origin; its first body takes its house's colour if it is `tinted`."""

    model: str
    type: str
    name: str
    solids: tuple[Solid, ...]
    values: Mapping[str, Any]
    tinted: bool

    def put(self, x: float, y: float, z: float, tint: int) -> tuple[Solid, ...]:
        """Its bodies elsewhere: x east, y north, z up, mm."""
        by = np.array([x, z, -y])
        return tuple(
            Solid(each.vertices + by, each.triangles, each.quads, tint if self.tinted and not k else each.color)
            for k, each in enumerate(self.solids)
        )


@dataclass(frozen=True, slots=True)
class House:
    """Where a house stands, how many slices long and how many storeys high it is, and its colour."""

    number: int
    x: float
    y: float
    bays: int
    storeys: int
    tint: int


Placed = tuple[Template, str, str, tuple[Solid, ...]]
"""A template, the key of its storey, its name, its bodies."""


def scaled(n: int, seed: int = 0) -> Project:
    """A project of exactly `n` objects; the same `n` and `seed` give the same one. Raises ValueError below 1."""
    if n < 1:
        raise ValueError(f"a project has at least one object, not {n}")
    id_ = stable_id("scaled", str(n), str(seed))
    rng = np.random.default_rng([n, seed])
    houses, trees = _quarter(n - 1, rng)
    models = {name: stable_id(id_, name) for name in _MODELS}
    nodes = {name: {node.name: node for node in _nodes(models[name], houses)} for name in _MODELS}
    elements: dict[str, list[Element]] = {name: [] for name in _MODELS}
    ratings = rng.integers(len(_RATINGS), size=n).tolist()
    random = rng.bytes(16 * n)
    fire = ATTRIBUTE["fire_rating"].id
    for k, (template, storey, name, solids) in enumerate(_objects(houses, trees, rng)):
        key = str(UUID(bytes=random[16 * k : 16 * k + 16], version=4))
        guid = global_id(key)
        values = {**template.values, GLOBAL_ID: guid}
        if template.type in ("Wall", "Door") and _RATINGS[ratings[k]]:
            values[fire] = _RATINGS[ratings[k]]
        node = nodes[template.model][storey].id
        elements[template.model].append(Element(key, name, template.type, node, solids, values, guid))
    made = tuple(
        Model(models[name], name, f"{len(found):,} objects", tuple(nodes[name].values()), tuple(found))
        for name, found in elements.items()
        if found
    )
    return Project(id_, f"Quarter of {n:,} objects", "Made to measure with.", made)


def _quarter(left: int, rng: np.random.Generator) -> tuple[list[House], int]:
    """Houses that hold `left` objects, and how many are left over for trees."""
    sizes: list[tuple[int, int]] = []
    while left > (GROVE if sizes else 60):
        bays = min(int(rng.integers(7, LONGEST + 1)), max(1, round(sqrt(left / 60))))
        a_storey = bays * len(slice_()) + len(gables())
        storeys = min(int(rng.integers(4, TALLEST + 1)), (left - 1) // a_storey)
        if not storeys:
            break
        sizes.append((bays, storeys))
        left -= storeys * a_storey + 1
    tints = rng.integers(len(_TINTS), size=len(sizes)).tolist()
    # As wide as deep, on the whole.
    width = sqrt(sum(bays * BAY + LANE for bays, _ in sizes) * STREET)
    houses, x, y = [], 0.0, 0.0
    for number, (bays, storeys) in enumerate(sizes, start=1):
        houses.append(House(number, x, y, bays, storeys, _TINTS[tints[number - 1]]))
        x += bays * BAY + LANE
        if x > width:
            x, y = 0.0, y + STREET
    return houses, left


def _nodes(model: str, houses: list[House]) -> Iterator[Node]:
    """Site, buildings and storeys, each under a name of its own."""
    site = stable_id(model, "Site")
    yield Node(site, None, "Site", "Site", "IfcSite", guid=global_id(site))
    for house in houses:
        title = f"House {house.number}"
        building = stable_id(model, title)
        yield Node(building, site, title, "Building", "IfcBuilding", guid=global_id(building))
        for number in range(house.storeys + 1):
            name = f"{title}, {'roof' if number == house.storeys else f'storey {number}'}"
            id_ = stable_id(model, name)
            yield Node(id_, building, name, "Storey", "IfcBuildingStorey", number, number * HEIGHT, guid=global_id(id_))


def _objects(houses: list[House], trees: int, rng: np.random.Generator) -> Iterator[Placed]:
    """Every object with its place, house by house."""
    east = max((house.x + house.bays * BAY for house in houses), default=LANE)
    north = max((house.y + DEPTH for house in houses), default=0.0)
    a_row = int(east // AVENUE) + 1
    rows = max(round(north / STREET) + 1, ceil(trees / a_row))
    plate = box(east + 2 * LANE, max(north, rows * STREET - LANE) + 2 * LANE, 400)
    ground = _template("Terrain", "Ground", [(plate, PAVING)])
    yield ground, "Site", "Ground", ground.put(-LANE, -LANE, -SLAB - 400, 0)
    for house in houses:
        for number in range(house.storeys):
            storey = f"House {house.number}, storey {number}"
            z = number * HEIGHT
            for bay, template in product(range(house.bays), slice_()):
                name = f"{template.name} {house.number}.{number}.{bay + 1}"
                yield template, storey, name, template.put(house.x + bay * BAY, house.y, z, house.tint)
            for template, x in zip(gables(), (-SKIN, house.bays * BAY), strict=True):
                name = f"{template.name} {house.number}.{number}"
                yield template, storey, name, template.put(house.x + x, house.y, z, house.tint)
        roof = _roof(house.bays)
        z = house.storeys * HEIGHT - SLAB
        yield roof, f"House {house.number}, roof", f"Roof {house.number}", roof.put(house.x, house.y, z, 0)
    for number in range(trees):
        row, place = divmod(number, a_row)
        dx, dy = rng.uniform(-500, 500, 2).tolist()
        solids = tree().put(place * AVENUE + dx, row % rows * STREET - LANE / 2 + dy, -SLAB, 0)
        yield tree(), "Site", f"Tree {number + 1}", solids


def _template(type_: str, name: str, parts: list[Part], *, tinted: bool = False, **said: Any) -> Template:
    thickness = float(said.pop("thickness", 0))
    values = by_id({**measured(parts, thickness), **said})
    solids = tuple(body.solid(material.color) for body, material in parts)
    return Template(_MODELS[_MODEL_OF.get(type_, 0)], type_, name, solids, values, tinted)


@lru_cache(maxsize=LONGEST)
def _roof(bays: int) -> Template:
    body = box(bays * BAY + 2 * SKIN + 400, DEPTH + 400, SLAB, (-SKIN - 200, -200, 0))
    return _template("Roof", "Roof", [(body, CONCRETE)], thickness=SLAB, u_value=0.16, fire_rating="F90")


@lru_cache(maxsize=1)
def tree() -> Template:
    """One tree."""
    crown = lathe([(0, 1900), (1500, 3000), (1600, 4600), (0, 6800)], 7)
    return _template("Planting", "Tree", [(crown, LEAVES), (cylinder(240, 2400, 5), BARK)])


@lru_cache(maxsize=1)
def gables() -> tuple[Template, ...]:
    """The two walls that close a storey."""
    body = box(SKIN, DEPTH, HEIGHT, (0, 0, -SLAB))
    said = {"thickness": SKIN, "u_value": 0.22, "is_external": True, "load_bearing": True}
    return tuple(_template("Wall", f"Gable {side}", [(body, RENDER)], tinted=True, **said) for side in ("west", "east"))


@lru_cache(maxsize=1)
def slice_() -> tuple[Template, ...]:
    """The objects of one slice: two rooms on either side of a corridor, with what belongs to them."""
    return (*_carcass(), *_rooms(), *_services())


def _carcass() -> Iterator[Template]:
    openings = [Opening(450, 500, 1800, 2200), Opening(3150, 500, 1800, 2200)]
    facade = wall(BAY, SKIN, CLEAR, openings)
    outside = {"is_external": True, "load_bearing": False, "renovation_status": "new"}
    window = lights(1800, 2200, 80)
    glazed: list[tuple[Body, Material]] = [(frame(1800, 2200, 90, window), TIMBER), (panes(window, 36, 27), GLASS)]
    yield _template(
        "Slab", "Slab", [(box(BAY, DEPTH, SLAB, (0, 0, -SLAB)), CONCRETE)], thickness=SLAB, load_bearing=True
    )
    for side, degrees, x, y in (("south", 0, 0.0, 0.0), ("north", 180, BAY, DEPTH)):
        body = facade.turned(degrees).moved(x, y)
        yield _template("Wall", f"Wall {side}", [(body, RENDER)], tinted=True, thickness=SKIN, u_value=0.22, **outside)
        for number, opening in enumerate(openings, start=1):
            parts = [(part.moved(opening.along, 150, 500).turned(degrees).moved(x, y), m) for part, m in glazed]
            name = f"Window {side} {number}"
            yield _template("Window", name, parts, u_value=0.9, is_external=True, area=1800.0 * 2200)
    for side, y in (("south", 550.0), ("north", DEPTH - 850)):
        column = box(300, 300, CLEAR, (-150, y, 0))
        yield _template("Column", f"Column {side}", [(column, CONCRETE)], load_bearing=True, fire_rating="F90")
    for side, y in (("south", 850.0), ("north", 6700.0)):
        beam = box(300, 4450, 320, (-150, y, CLEAR - 320))
        yield _template("Beam", f"Beam {side}", [(beam, CONCRETE)], load_bearing=True, fire_rating="F90")


def _rooms() -> Iterator[Template]:
    hole = Opening(400, 0, 985, 2110)
    inside = {"is_external": False, "load_bearing": False}
    for side, y, low, high in (("south", 5300.0, SKIN, 5300.0), ("north", 6700.0, 6800.0, DEPTH - SKIN)):
        body = wall(BAY, 100, CLEAR, [hole]).moved(y=y)
        yield _template("Wall", f"Partition {side}", [(body, PLASTER)], thickness=100.0, **inside)
        yield _template("Door", f"Door {side}", [(door(985, 2110, 100).moved(400, y), OAK)], **inside)
        divide = box(100, high - low, CLEAR - 320, (-50, low, 0))
        yield _template("Wall", f"Divider {side}", [(divide, PLASTER)], thickness=100.0, **inside)
        usage = "Office" if side == "south" else "Meeting"
        space = box(BAY - 100, high - low, 2680, (50, low, 20))
        net = round((BAY - 100) * (high - low) / 1e6, 2)
        yield _template("Room", usage, [(space, air(usage))], room_usage=usage, net_area=net, mass=None, cost=None)
        desk = [(part.moved(2500, low + 2600), material) for part, material in furniture.workplace()[:2]]
        yield _template("Furniture", f"Desk {side}", desk)


def _services() -> Iterator[Template]:
    main = box(BAY, 500, 280, (0, 5550, CLEAR - 400))
    yield _template("Duct", "Main duct", [(main, GALVANISED)], air_flow=3200.0, system="Supply air")
    for side, y, end in (("south", 5550.0, 3200.0), ("north", 6050.0, 9000.0)):
        branch = pipe([(2700, y, CLEAR - 260), (2700, end, CLEAR - 260), (2700, end, 2750)], 200, bend=160, sides=6)
        yield _template("Duct", f"Branch {side}", [(branch, GALVANISED)], air_flow=240.0, duct_diameter=200.0)
    for number, medium in enumerate(("flow", "return")):
        tube = pipe([(0, 6300 + 150 * number, CLEAR - 300), (BAY, 6300 + 150 * number, CLEAR - 300)], 76, sides=6)
        yield _template("Pipe", f"Heating {medium}", [(tube, COPPER)], nominal_diameter=65, medium="Water")

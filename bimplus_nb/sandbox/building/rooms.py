"""One storey while it is divided up: rooms in rows along the building's sides, walls and doors between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bimplus_nb.sandbox.building import furnish
from bimplus_nb.sandbox.building.cores import WEST, door
from bimplus_nb.sandbox.building.facade import place
from bimplus_nb.sandbox.building.maker import Maker
from bimplus_nb.sandbox.building.materials import GLAZED_PARTITION, OAK, PLASTER, Material, air, floor_finish
from bimplus_nb.sandbox.building.plan import (
    BEAM,
    CORE,
    CORRIDOR,
    FOOTPRINT,
    MODULE,
    PARTITION,
    WALL,
    Side,
    Storey,
    sides,
)
from bimplus_nb.sandbox.polygon import Outline, rectangle
from bimplus_nb.sandbox.shapes import Body, Opening, prism, wall

FINISH = 20.0
CEILING = 2700.0
DOOR = 985.0, 2110.0
FRONT = WALL  # rooms begin behind the outer wall and end at the corridor's
BACK = CORRIDOR[0] - PARTITION
BESIDE = CORRIDOR[0] - CORE  # beside the gable's stair, whose wall is thicker
STAIR_END = WEST[2] + CORE

Rooms = Sequence[tuple[str, int]]
"""What each room is for and how many modules it has."""

# people a room is planned for: m² a head
_DENSITY = {"Office": 10.0, "Meeting": 2.5, "Lobby": 12.0, "Café": 2.5, "Kitchen": 8.0}
_WARMTH = {"Circulation": 18.0, "Stair": 15.0, "Storage": 15.0, "Technical": 15.0, "Sanitary": 22.0}


class Floor:
    """One storey while it is divided up: numbers rooms, walls and doors as they come."""

    def __init__(self, maker: Maker, storey: Storey) -> None:
        self.maker = maker
        self.storey = storey
        self.sides = {side.key: side for side in sides(FOOTPRINT)}
        self._counts = {"room": 0, "wall": 0, "door": 0}

    def _next(self, kind: str) -> int:
        self._counts[kind] += 1
        return self._counts[kind]

    def row(self, key: str, first: int, rooms: Rooms) -> None:
        """A row of rooms along a side, with the walls between them and the walls and doors to the corridor."""
        side = self.sides[key]
        module = first
        for usage, modules in rooms:
            start, module = module * MODULE, module + modules
            end = module * MODULE
            low, high, back = self._limits(side, first, start, end)
            begin, finish = max(start + PARTITION / 2, low), min(end - PARTITION / 2, high)
            (x0, y0), (x1, y1) = side.at(begin, FRONT), side.at(finish, back)
            name = self.room(usage, rectangle(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
            furnish.room(self.maker, self.storey, name, usage, side, (begin, FRONT), (finish - begin, back - FRONT))
            if start > low or key == "C":
                self._between(side, start)
            self._front(side, usage, max(start, STAIR_END if key == "S" else low), end)

    def _limits(self, side: Side, first: int, start: float, end: float) -> tuple[float, float, float]:
        """Where rooms of a side may begin and end, and how far inwards a room from `start` to `end` reaches."""
        low = first * MODULE + WALL if side.key == "E" else first * MODULE if side.key == "N" else side.first
        high = side.length if side.key == "S" else side.length - WALL
        beside = (side.key == "S" and start < STAIR_END) or (side.key == "N" and end > side.length - STAIR_END)
        return low, high, BESIDE if beside else BACK

    def _between(self, side: Side, along: float) -> None:
        """The wall between two rooms; at the grid's lines it stands between columns, below the beam."""
        grid = round(along / MODULE) % 2 == 0
        front = FRONT + (300 if grid and along else 0)
        back = BACK - (300 if grid else 0)
        height = self.storey.clear - (BEAM if grid and along else 0)
        body = wall(back - front, PARTITION, height).turned(90).moved(PARTITION / 2, front)
        self.wall(place(body, side, along))

    def _front(self, side: Side, usage: str, start: float, end: float) -> None:
        """A room's wall to the corridor with its door; meeting rooms have it in glass."""
        high = side.length - STAIR_END if side.key == "N" else side.length - (0 if side.key == "S" else WALL)
        end = min(end, high)
        width, height = DOOR
        glass = usage == "Meeting"
        body = wall(end - start, PARTITION, self.storey.clear, [Opening(300, 0, width, height)])
        material = GLAZED_PARTITION if glass else PLASTER
        self.wall(place(body, side, start, BACK), material, fire_rating="F0" if glass else "F30")
        self.door(place(door(width, height, PARTITION), side, start + 300, BACK), usage)

    def wall(self, body: Body, material: Material = PLASTER, **values: Any) -> None:
        """A partition where it stands."""
        common = {"load_bearing": False, "is_external": False, "fire_rating": "F30", "acoustic_rating": 42.0}
        common |= {"renovation_status": "new", "cost_group": "342 Inner walls"}
        name = f"Partition {self.storey.key}.{self._next('wall'):02}"
        self.maker.add(self.storey, "Wall", name, (body, material), thickness=PARTITION, **(common | values))

    def door(self, body: Body, usage: str) -> None:
        """A door where it hangs."""
        name = f"Door {self.storey.key}.{self._next('door'):02}"
        self.maker.add(
            self.storey,
            "Door",
            name,
            (body, OAK),
            is_external=False,
            fire_rating="F30" if usage in ("Storage", "Technical") else "F0",
            self_closing=usage in ("Storage", "Technical", "Sanitary"),
            clear_width=DOOR[0] - 110,
            acoustic_rating=37.0 if usage == "Meeting" else 32.0,
            manufacturer="Tischlerei Uhl",
            model_label="TU Oak",
            cost_group="344 Inner doors",
        )

    def room(self, usage: str, outline: Outline, label: str = "") -> str:
        """A room's volume and, where there is one, its floor finish; gives the room's name."""
        storey = self.storey
        number = f"{'U' if storey.number < 0 else ''}{abs(storey.number)}{self._next('room'):02}"
        name = f"{label or usage} {number}"
        body = prism(outline, CEILING - FINISH, z=FINISH)
        square_metres = body.volume / (CEILING - FINISH) / 1e6
        self.maker.add(
            storey,
            "Room",
            name,
            (body, air(usage)),
            area=round(square_metres * 1e6, 1),
            material=None,
            room_number=number,
            room_usage=usage,
            net_area=round(square_metres, 2),
            occupancy=round(square_metres / _DENSITY[usage]) if usage in _DENSITY else 0,
            design_temperature=_WARMTH.get(usage, 21.0),
        )
        if usage in ("Stair", "Storage", "Technical"):
            return name  # bare concrete
        self.maker.add(
            storey,
            "Covering",
            f"Floor {number}",
            (prism(outline, FINISH), floor_finish(usage)),
            thickness=FINISH,
            is_external=False,
            acoustic_rating=24.0,
            cost_group="353 Floor finishes",
        )
        return name

"""The measures: storeys, outlines, grid. Plan coordinates in mm, x east, y north; the river lies in the south.

A bar of 20 modules runs east-west, a wing of 8 modules comes south from its eastern end; both are 5 modules deep. The
ground floor steps back behind an arcade around the courtyard, the top floor behind a terrace.
"""

from __future__ import annotations

from dataclasses import dataclass

from bimplus_nb.sandbox.polygon import Outline, Point, rectangle, signed_area

MODULE = 2700.0
BAY = 2 * MODULE
DEPTH = 5 * MODULE
BAR = 20 * MODULE
WING = 8 * MODULE
INNER = BAR - DEPTH  # where the wing leaves the bar

SLAB = 280.0
WALL = 400.0
PARTITION = 100.0
CORE = 250.0
COLUMN = 300.0
BEAM = 320.0  # below the slab

CORRIDOR = (5500.0, 8000.0)
"""From the outer face of the bar's southern side to the corridor's two walls; the wing is the same, from its west."""


@dataclass(frozen=True, slots=True)
class Storey:
    """One storey: its floor's level and the height to the next floor, mm."""

    key: str
    name: str
    number: int
    level: float
    height: float

    @property
    def clear(self) -> float:
        """Height from the floor to the underside of the slab above."""
        return self.height - SLAB


BASEMENT = Storey("B", "Basement", -1, -3600.0, 3600.0)
GROUND = Storey("0", "Ground floor", 0, 0.0, 4200.0)
TYPICAL = tuple(
    Storey(str(n), f"{name} floor", n, 4200.0 + 3600.0 * (n - 1), 3600.0)
    for n, name in enumerate(("First", "Second", "Third", "Fourth"), start=1)
)
TOP = Storey("5", "Fifth floor", 5, 18600.0, 3600.0)
ROOF = Storey("R", "Roof", 6, 22200.0, 3600.0)
STOREYS = (BASEMENT, GROUND, *TYPICAL, TOP, ROOF)


def _ell(south: float = 0.0, court: float = 0.0, river: float = 0.0) -> Outline:
    """The L, stepped back from the courtyard's two sides and from the river."""
    x, y = INNER + court, -WING + river
    return (0.0, south), (x, south), (x, y), (BAR, y), (BAR, DEPTH), (0.0, DEPTH)


FOOTPRINT = _ell()
ARCADE = _ell(MODULE, MODULE)
PENTHOUSE = _ell(MODULE, MODULE, MODULE)

SKYLIGHTS = tuple(rectangle(x - 600, 3600, x + 600, 4800) for x in (5400.0, 13500.0, 18900.0, 29700.0, 35100.0))

SIDES = ("S", "C", "R", "E", "N", "W")  # bar to the courtyard, wing to the courtyard, river, east, north, west gable


@dataclass(frozen=True, slots=True)
class Side:
    """One straight face of an outline, walked with the inside on the left."""

    key: str
    start: Point
    degrees: float
    length: float
    first: float  # where walls begin: after the wall around a convex corner
    last: float  # where they end: beyond a corner that turns inwards

    def at(self, along: float, inwards: float = 0.0) -> Point:
        """A point of the plan, given along the side and inwards from it."""
        dx, dy = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[int(self.degrees) % 360]
        return self.start[0] + along * dx - inwards * dy, self.start[1] + along * dy + inwards * dx


def sides(outline: Outline) -> tuple[Side, ...]:
    """The six faces of one of the L-shaped outlines."""
    turns = [signed_area((outline[i - 1], outline[i], outline[(i + 1) % 6])) > 0 for i in range(6)]
    result = []
    for i, key in enumerate(SIDES):
        (x0, y0), (x1, y1) = outline[i], outline[(i + 1) % 6]
        degrees = (0.0 if x1 > x0 else 180.0) if y0 == y1 else (90.0 if y1 > y0 else 270.0)
        length = abs(x1 - x0) + abs(y1 - y0)
        first = WALL if turns[i] else 0.0
        last = length if turns[(i + 1) % 6] else length + WALL
        result.append(Side(key, outline[i], degrees, length, first, last))
    return tuple(result)

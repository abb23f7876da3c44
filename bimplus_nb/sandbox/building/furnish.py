"""Which furniture stands where."""

from __future__ import annotations

from itertools import count

from bimplus_nb.sandbox.building import furniture
from bimplus_nb.sandbox.building.facade import place
from bimplus_nb.sandbox.building.furniture import moved, turned
from bimplus_nb.sandbox.building.maker import Maker, Part
from bimplus_nb.sandbox.building.materials import FABRIC, FABRIC_GREEN, FABRIC_WARM, Material
from bimplus_nb.sandbox.building.plan import INNER, MODULE, Side, Storey
from bimplus_nb.sandbox.shapes import join

Point = tuple[float, float]


def _put(maker: Maker, storey: Storey, name: str, parts: list[Part], type_: str = "Furniture") -> None:
    """One piece, its bodies of one material joined, standing on the floor's finish."""
    materials = dict.fromkeys(material for _, material in parts)
    merged = [
        (join(*(body for body, other in parts if other == material)).moved(z=20), material) for material in materials
    ]
    maker.add(storey, type_, name, *merged, cost_group="610 Furnishings", renovation_status="new")


def room(maker: Maker, storey: Storey, name: str, usage: str, side: Side, corner: Point, size: Point) -> None:
    """Furnish a room beside the facade; `corner` and `size` are along the side and inwards."""
    arranged = {"Office": _office, "Meeting": _meeting, "Kitchen": _kitchen, "Sanitary": _sanitary}.get(usage)
    if arranged is None:
        return
    numbers: dict[str, count[int]] = {}
    for kind, parts in arranged(*size, storey.number):
        number = next(numbers.setdefault(kind, count(1)))
        standing = [(place(body, side, *corner), material) for body, material in parts]
        type_ = "SanitaryTerminal" if kind in ("WC", "Basin") else "Furniture"
        _put(maker, storey, f"{kind} {name}.{number}", standing, type_)


def _office(width: float, depth: float, number: int) -> list[tuple[str, list[Part]]]:
    """Islands of facing desks across the window, a sideboard at the back of the larger rooms."""
    islands = max(1, round(width / (2 * MODULE)))
    deep = 2 if width > 3.5 * MODULE else 1
    fabric: Material = (FABRIC, FABRIC_GREEN, FABRIC_WARM)[number % 3]
    result: list[tuple[str, list[Part]]] = []
    for island in range(islands):
        x = width * (island + 0.5) / islands
        for row in range(deep):
            y = 1500 + 1620.0 * row
            result.append(("Workplace", moved(furniture.workplace(fabric), x, y)))
            result.append(("Workplace", moved(turned(furniture.workplace(fabric), 180), x, y)))
    if islands > 1:
        result.append(("Cabinet", moved(furniture.cabinet(), width - 2100, depth)))
    return result


def _meeting(width: float, depth: float, number: int) -> list[tuple[str, list[Part]]]:
    """A table with its screen at the far end, seats along both sides."""
    length = min(width - 2400, 5200.0)
    seats: list[Part] = []
    places = int(length // 750)
    for k in range(places):
        x = width / 2 + (k - (places - 1) / 2) * 750
        for y, degrees in ((depth / 2 - 900, 270), (depth / 2 + 900, 90)):
            seats += moved(turned(furniture.seat(FABRIC_WARM if number % 2 else FABRIC), degrees), x, y)
    screen = moved(turned(furniture.whiteboard(), 270), width, depth / 2)
    table = moved(furniture.table(length, 1200), width / 2, depth / 2)
    return [("Table", table + screen), ("Seats", seats)]


def _kitchen(width: float, depth: float, _number: int) -> list[tuple[str, list[Part]]]:
    """A counter along the back and a high table."""
    length = min(width - 2300, 3200.0)
    bar = moved(furniture.counter(length), width - length - 350, depth)  # the grid's column stands in the corner
    table = moved(furniture.table(2200, 800), width / 2, depth * 0.36)
    return [("Counter", bar), ("Table", table)]


def _sanitary(width: float, depth: float, _number: int) -> list[tuple[str, list[Part]]]:
    """Toilets below the window, a basin by the door."""
    toilets = [moved(turned(furniture.toilet(), 180), width * share, 0) for share in (0.28, 0.72)]
    basin = moved(turned(furniture.basin(), 270), width, depth - 900)
    return [*(("WC", toilet) for toilet in toilets), ("Basin", basin)]


def toilets(maker: Maker, storey: Storey, name: str, corner: Point, width: float) -> None:
    """Cubicles' toilets along the wall at the back, basins opposite each other."""
    for k in range(2):
        wc = moved(turned(furniture.toilet(), 180), corner[0] + width * (0.3 + 0.4 * k), corner[1])
        _put(maker, storey, f"WC {name}.{k + 1}", wc, "SanitaryTerminal")
    basin = moved(turned(furniture.basin(), 270), corner[0] + width, corner[1] + 1600)
    _put(maker, storey, f"Basin {name}", basin, "SanitaryTerminal")


def cafe(maker: Maker, storey: Storey, name: str, low: Point, high: Point) -> None:
    """Round tables behind the glass and a long counter at the back."""
    for k in range(7):
        x = low[0] + 3200 + k * MODULE
        y = low[1] + 1300
        if x > high[0] - 800:
            break
        group = moved(furniture.round_table(), x, y)
        for degrees, dx, dy in ((0, 750, 0), (180, -750, 0)):
            group += moved(turned(furniture.seat(FABRIC_GREEN), degrees), x + dx, y + dy)
        _put(maker, storey, f"Café table {name}.{k + 1}", group)
    _put(maker, storey, f"Bar {name}", moved(furniture.counter(6000, 800, 1050), 13500, high[1] - 900))


def lobby(maker: Maker, storey: Storey, name: str, *, reception: bool) -> None:
    """Sofas along the glass; on the ground floor the reception opposite the doors."""
    if reception:
        _put(maker, storey, "Reception desk", moved(furniture.counter(4200, 900, 1100), INNER - 6800, 7400))
    colours = (FABRIC_GREEN, FABRIC_WARM, FABRIC)
    places = [(28700.0, 5300.0), (39000.0, 5300.0), (INNER + 4600, -4000.0), (INNER + 4600, -9400.0)]
    if not reception:
        places[2:] = [(34100.0, 5300.0), (42300.0, 5300.0)]
    for k, (x, y) in enumerate(places):
        group = moved(furniture.sofa(colours[k % 3]), x, y + 1500) + moved(
            turned(furniture.sofa(colours[k % 3]), 180), x + 1900, y - 900
        )
        _put(maker, storey, f"Sofas {name}.{k + 1}", group)
        _put(maker, storey, f"Lounge table {name}.{k + 1}", moved(furniture.round_table(700), x + 950, y + 250, 0))

"""A storey as a drawing to scale: `Mesh` -> SVG.

North (-Z of our frame, +Y where Z is up) is up the page. One unit of the drawing is a millimetre of the building;
``width`` and ``height`` are millimetres of paper, so that a print is to scale. Every object is a group with its id as
``data-id`` and its name as ``title``, which browsers show as a tooltip.
Source: W3C, SVG 1.1 (https://www.w3.org/TR/SVG11/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.exchange.sheet import INK, Drawing, Sheet, safe, visual_centre
from bimplus_nb.geometry import Mesh, Plan, plan, rings, section
from bimplus_nb.geometry.batch import CLEAR
from bimplus_nb.geometry.plan import UP
from bimplus_nb.geometry.rings import Rings
from bimplus_nb.text import plain

Label = tuple[float, float, str]

# A drawing has so many thin lines at most, the longest: some megabytes.
MOST_LINES: Final = 60_000
# Of one label.
_MOST_ROWS: Final = 8
# mm of paper: pens at 1:100, letters, and the shortest line worth drawing.
_CUT_PEN, _PEN, _SHORTEST = 0.35, 0.13, 0.4
_NAME, _TINY = 2.5, 0.9
_THIN, _ROOM = "#717a85", "#faf8f1"


def plan_svg(
    mesh: Mesh,
    *,
    level: float,
    cut: float = 1200.0,
    depth: float | None = None,
    colors: NDArray[np.uint8] | None = None,
    rooms: Mapping[str, str] | None = None,
    labels: Iterable[Label] = (),
    names: Mapping[str, str] | None = None,
    scale: float | None = None,
    title: str = "",
) -> Drawing:
    """The plan of a storey whose floor lies at the height `level` (mm), cut `cut` mm above it: the text of an SVG file.

    What is cut is filled with its colour (`colors`: (p, 3) uint8, default the mesh's) and outlined heavily; what lies
    below the cut, down to `depth` mm below it (by default 300 mm into the floor), is drawn thinly, higher things over
    lower ones. `rooms` (id -> name) are objects that are air: they get their name and the area of their cut. `labels`
    are further texts (x, z, text) in mm of the world; "\\n" begins a new line. `names` (id -> name) become tooltips.
    `scale` 100 means 1:100, by default the largest usual one at which all fits on an A3 sheet. `ValueError`: nothing
    is cut or seen there.
    """
    rooms = rooms or {}
    at, depth = level + cut, cut + 300.0 if depth is None else depth
    near = (mesh.bounds[:, 0, 1] <= at) & (mesh.bounds[:, 1, 1] >= at - depth)
    colors = (mesh.color if colors is None else colors)[near[mesh.owner], :3]
    mesh = mesh.of(*compress(mesh.ids, near.tolist()))
    air = np.array([id_ in rooms for id_ in mesh.ids], bool)[mesh.owner]
    found = plan(mesh, at, depth=depth, parts=~air)
    spaces = rings(section(mesh, UP, at, parts=air), UP, mesh.owner)
    cut_points = [found.cut.points, spaces.points, found.edges.segments.reshape(-1, 3)]
    sheet = Sheet.around(cut_points, found.seen.points, scale)
    drawing = _Drawing(mesh, sheet, colors, {**rooms, **(names or {})})
    texts = [
        *drawing.rooms(found, spaces, rooms),
        *(sheet.text(*sheet.at(x, z), text.split("\n")[:_MOST_ROWS]) for x, z, text in labels),
    ]
    note = f"cut {cut / 1000:.2f} m above the floor"
    return sheet.page([*drawing.below(found, spaces), *drawing.sliced(found)], texts, title, note)


class _Drawing:
    """The building's part of the page."""

    def __init__(self, mesh: Mesh, sheet: Sheet, colors: NDArray[np.uint8], names: Mapping[str, str]) -> None:
        self.mesh, self.sheet, self.names = mesh, sheet, names
        self.cut_fill = ["#" + bytes(color).hex() for color in colors]
        self.pale_fill = ["#" + bytes(color).hex() for color in (255 - (255 - colors) * 0.3).astype(np.uint8)]
        # Finer at smaller scales, or what is near flows together.
        finer = min(max((100 / sheet.scale) ** 0.4, 0.4), 1.2)
        self.heavy, self.thin = sheet.pen(_CUT_PEN * finer), sheet.pen(_PEN * finer)
        self.glass = (mesh.color[:, 3] < CLEAR).tolist()

    def below(self, found: Plan, spaces: Rings) -> Iterator[str]:
        """What is seen below the cut, the lowest first; a room lies on what is no higher than its floor."""
        height = found.height.copy()
        room = np.unique(spaces.part)
        height[room] = self.mesh.bounds[self.mesh.owner[room], 0, 1] + 1
        of_object = np.full(len(self.mesh), -np.inf)
        np.maximum.at(of_object, self.mesh.owner, height)
        order = np.lexsort((height, self.mesh.owner, of_object[self.mesh.owner]))
        order = order[np.isfinite(height[order])]
        seen, floors = self._paths(found.seen), self._paths(spaces)
        long = np.flatnonzero(np.hypot(*np.diff(found.lines, axis=1)[:, 0, [0, 2]].T) >= _SHORTEST * self.sheet.scale)
        lines = self._lines(found.lines[long[:MOST_LINES]], found.line_part[long[:MOST_LINES]])
        yield f'<g stroke="{_THIN}" stroke-width="{self.thin}" stroke-linecap="round">'
        for owner, parts in groupby(order.tolist(), key=lambda part: int(self.mesh.owner[part])):
            yield self._group(owner, (self._seen(part, seen, floors, lines) for part in parts))
        yield "</g>"

    def _seen(self, part: int, seen: dict[int, str], floors: dict[int, str], lines: dict[int, str]) -> str:
        if part in floors:
            return f'<path fill="{_ROOM}" stroke="none" d="{floors[part]}"/>'
        fill = f'fill="{self.pale_fill[part]}"' + (' fill-opacity="0.5"' if self.glass[part] else "")
        out = f'<path {fill} stroke="none" d="{seen[part]}"/>' if part in seen else ""
        return out + (f'<path fill="none" d="{lines[part]}"/>' if part in lines else "")

    def sliced(self, found: Plan) -> Iterator[str]:
        """What is cut, and the edges of cut surfaces that enclose nothing."""
        solid, edges = self._paths(found.cut), self._lines(found.edges.segments, found.edges.part)
        pen = f'stroke="{INK}" stroke-width="{self.heavy}" stroke-linejoin="round"'
        yield f"<g {pen}>"
        for owner, parts in groupby(sorted({*solid, *edges}), key=lambda part: int(self.mesh.owner[part])):
            yield self._group(owner, (self._sliced(part, solid, edges) for part in parts))
        yield "</g>"

    def _sliced(self, part: int, solid: dict[int, str], edges: dict[int, str]) -> str:
        thin = f' fill-opacity="0.5" stroke-width="{self.thin}"' if self.glass[part] else ""
        out = f'<path fill="{self.cut_fill[part]}"{thin} d="{solid[part]}"/>' if part in solid else ""
        return out + (f'<path fill="none"{thin} d="{edges[part]}"/>' if part in edges else "")

    def _group(self, owner: int, paths: Iterable[str]) -> str:
        id_ = self.mesh.ids[owner]
        return f'<g data-id="{safe(id_)}"><title>{safe(self.names.get(id_, id_))}</title>{"".join(paths)}</g>'

    def _paths(self, outline: Rings) -> dict[int, str]:
        """Part -> the path around it."""
        out: dict[int, list[str]] = {}
        points, start = self.sheet.places(outline.points), outline.start.tolist()
        for part, first, last in zip(outline.part.tolist(), start[:-1], start[1:], strict=True):
            ring = points[first:last]
            steps = np.diff(ring, axis=0)
            steps = steps[steps.any(axis=1)]
            if len(steps) > 1:
                way = " ".join(f"{x} {z}" for x, z in steps.tolist())
                out.setdefault(part, []).append(f"M{ring[0, 0]} {ring[0, 1]}l{way}z")
        return {part: "".join(rings_) for part, rings_ in out.items()}

    def _lines(self, ends: NDArray[np.float64], part: NDArray[np.int64]) -> dict[int, str]:
        """Part -> the path of its lines, each once."""
        places = self.sheet.places(ends.reshape(-1, 3)).reshape(-1, 4)
        out: dict[int, list[str]] = {}
        for whose, (x0, z0, x1, z1) in zip(part.tolist(), places.tolist(), strict=True):
            if (x0, z0) != (x1, z1):
                out.setdefault(whose, []).append(f"M{x0} {z0}l{x1 - x0} {z1 - z0}")
        return {whose: "".join(dict.fromkeys(lines)) for whose, lines in out.items()}

    def rooms(self, found: Plan, spaces: Rings, rooms: Mapping[str, str]) -> Iterator[str]:
        """Name and area of each room, where there is room for them, and as small as they must be."""
        owner = self.mesh.owner[spaces.part]
        boxes, top = self._boxes(found)
        for row in np.unique(owner).tolist():
            mine = np.flatnonzero(owner == row)
            outlines = [spaces.points[spaces.start[k] : spaces.start[k + 1]][:, [0, 2]] for k in mine]
            lines = [plain(rooms[self.mesh.ids[row]], 60), f"{spaces.area[mine].sum() / 1e6:,.1f} m²"]
            letters = max(0.56 * len(lines[0]), 0.45 * len(lines[1]), 1)
            words = (_NAME * letters + 1) * self.sheet.scale, 2.3 * _NAME * self.sheet.scale
            low, high = np.concatenate(outlines).min(axis=0), np.concatenate(outlines).max(axis=0)
            near = (boxes[:, 0] < high).all(axis=1) & (boxes[:, 1] > low).all(axis=1)
            near &= top > self.mesh.bounds[row, 0, 1] + 50  # what stands on the floor, not the floor
            (x, z), width = visual_centre(outlines, words, boxes[near])
            size = min(_NAME, width / self.sheet.scale * 0.92 / letters)
            if size >= _TINY:
                yield self.sheet.text(*self.sheet.at(x, z), lines, size)

    def _boxes(self, found: Plan) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Around each ring of what is cut and seen: (n, 2, 2) least and greatest x, z; how high it reaches: (n,)."""
        boxes, top = [np.empty((0, 2, 2))], [np.empty(0)]
        for outline, height in ((found.cut, np.full(len(self.mesh.owner), np.inf)), (found.seen, found.height)):
            if len(outline):
                flat, first = outline.points[:, [0, 2]], outline.start[:-1]
                boxes.append(np.stack([np.minimum.reduceat(flat, first), np.maximum.reduceat(flat, first)], axis=1))
                top.append(height[outline.part])
        return np.concatenate(boxes), np.concatenate(top)

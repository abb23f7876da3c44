"""Bodies that builders have names for: stair flights, I-beams, frames and panes, railings, pitched roofs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bimplus_nb.sandbox.polygon import Outline, Point, rectangle
from bimplus_nb.sandbox.shapes import Body, Vector, box, join, prism, sweep


def flight(risers: int, riser: float, tread: float, width: float, waist: float = 180.0) -> Body:
    """A stair flight that climbs along +x from the origin, `waist` thick; its last riser is the edge of the floor."""
    line: list[Point] = [(0.0, 0.0)]
    for step in range(risers - 1):
        line += [(step * tread, (step + 1) * riser), ((step + 1) * tread, (step + 1) * riser)]
    run, rise = (risers - 1) * tread, risers * riser
    drop = waist * (riser**2 + tread**2) ** 0.5 / tread
    line += [(run, rise - riser - drop), (max(0.0, drop - riser) * tread / riser, 0.0)]
    return prism(line, width).upright()


def i_section(height: float, width: float, web: float, flange: float) -> Outline:
    """The cross-section of a rolled beam, upright, centred on x, from y = 0."""
    w, t, h, f = width / 2, web / 2, height, flange
    half = ((w, 0.0), (w, f), (t, f), (t, h - f), (w, h - f), (w, h))
    return (*half, *((-x, y) for x, y in reversed(half)))


def i_beam(length: float, height: float, width: float, web: float, flange: float) -> Body:
    """An I-section along +x, centred on y, its underside at z = 0."""
    return prism(i_section(height, width, web, flange), length).sideways()


def lights(
    width: float, height: float, bar: float, mullions: Sequence[float] = (), transoms: Sequence[float] = ()
) -> list[Outline]:
    """The openings of a frame with `bar` wide members: upright ones centred at `mullions`, level ones at `transoms`."""

    def clear(length: float, centres: Sequence[float]) -> list[tuple[float, float]]:
        edges = [bar, *(x + side * bar / 2 for x in centres for side in (-1, 1)), length - bar]
        return list(zip(edges[::2], edges[1::2], strict=True))

    return [rectangle(x0, z0, x1, z1) for x0, x1 in clear(width, mullions) for z0, z1 in clear(height, transoms)]


def frame(width: float, height: float, depth: float, holes: Sequence[Outline]) -> Body:
    """A frame standing in x-z from the origin, its front at y = 0, with these openings."""
    return prism(rectangle(0, 0, width, height), depth, holes).upright()


def panes(holes: Sequence[Outline], thickness: float, at: float) -> Body:
    """A pane in each of a frame's openings, its front `at` mm behind the frame's front."""
    return join(*(prism(hole, thickness).upright().moved(y=at) for hole in holes))


def door_frame(width: float, height: float, depth: float, bar: float) -> Body:
    """A frame open at the floor, standing in x-z from the origin."""
    inner = [(width - bar, 0.0), (width - bar, height - bar), (bar, height - bar), (bar, 0.0)]
    return prism([(0.0, 0.0), (0.0, height), (width, height), (width, 0.0), *inner], depth).upright()


def gable(length: float, width: float, height: float, thickness: float) -> Body:
    """A pitched roof along +x with its eaves at z = 0, `thickness` measured upright."""
    half, t = width / 2, thickness
    outline = [(0.0, 0.0), (half, height), (width, 0.0), (width, t), (half, height + t), (0.0, t)]
    return prism(outline, length).sideways()


def railing(length: float, height: float = 1050.0, spacing: float = 1350.0, rails: int = 4, rise: float = 0.0) -> Body:
    """Posts and rails along +x from the origin, rising evenly by `rise`; thin steel, each bar a body of its own."""
    count = max(2, round(length / spacing) + 1)
    places = np.linspace(20, length - 20, count)
    posts = [box(40, 12, height, (x - 20, -6, rise * x / length)) for x in places.tolist()]
    bars = [(height - 40, 40.0), *((120 + k * (height - 200) / rails, 12.0) for k in range(rails))]
    slope = [(0.0, 0.0, 0.0), (length, 0.0, rise)]
    lines = [sweep(rectangle(-6, -size / 2, 6, size / 2), _raised(slope, z + 20)) for z, size in bars]
    return join(*posts, *lines)


def _raised(path: Sequence[Vector], z: float) -> list[Vector]:
    return [(x, y, height + z) for x, y, height in path]

"""Bodies: closed, outward, and of the volume that can be computed by hand."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solids import closed, is_closed, volume

from bimplus_nb.sandbox import parts, shapes
from bimplus_nb.sandbox.polygon import counter_clockwise, offset, rectangle, signed_area, triangulate
from bimplus_nb.sandbox.shapes import Body, Opening

Plate = tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]

ELL = ((0.0, 0.0), (6.0, 0.0), (6.0, 2.0), (2.0, 2.0), (2.0, 5.0), (0.0, 5.0))


def sound(body: Body) -> bool:
    return is_closed(len(body.vertices), (body.triangles, body.quads)) and body.volume > 0


def section(n: int, diameter: float) -> float:
    """The area of a regular polygon in a circle."""
    return n * diameter**2 / 8 * sin(2 * pi / n)


BEND = ((0, 0, 0), (4000, 0, 0), (4000, 3000, 0), (4000, 3000, 2500))
BODIES = {
    "box": (shapes.box(1, 2, 3, (5, 6, 7)), 6),
    "ell": (shapes.prism(ELL, 4), 18 * 4),
    "slab with holes": (shapes.prism(rectangle(0, 0, 20, 10), 2, [rectangle(1, 1, 3, 9), rectangle(5, 1, 7, 9)]), 336),
    "slab, clockwise": (shapes.prism(ELL[::-1], 4, [rectangle(0.5, 0.5, 1, 1)[::-1]]), (18 - 0.25) * 4),
    "plain wall": (shapes.wall(5000, 300, 2800), 5000 * 300 * 2800),
    "wall with windows in a row": (
        shapes.wall(5400, 400, 3320, [Opening(450, 450, 1800, 2300), Opening(3150, 450, 1800, 2300)]),
        400 * (5400 * 3320 - 2 * 1800 * 2300),
    ),
    "wall with door and window": (
        shapes.wall(5000, 100, 3000, [Opening(3000, 900, 1200, 1200), Opening(500, 0, 1000, 2100)]),
        100 * (5000 * 3000 - 1200 * 1200 - 1000 * 2100),
    ),
    "column": (shapes.cylinder(480, 3320, 16), section(16, 480) * 3320),
    "hollow column": (shapes.cylinder(480, 3320, 16, 440), (section(16, 480) - section(16, 440)) * 3320),
    "straight pipe": (shapes.pipe([(1, 2, 3), (1001, 2, 3)], 50, sides=8), section(8, 50) * 1000),
    "mitred pipe": (shapes.pipe(BEND, 100, sides=8), section(8, 100) * 9500),
    "bent pipe": (
        shapes.pipe(BEND, 100, bend=300, sides=12),
        section(12, 100) * shapes.length_of(shapes.rounded(BEND, 300)),
    ),
    "bent hollow pipe": (
        shapes.pipe(BEND, 100, bend=300, sides=12, bore=90),
        (section(12, 100) - section(12, 90)) * shapes.length_of(shapes.rounded(BEND, 300)),
    ),
    "pipe that starts upwards": (shapes.pipe(BEND[::-1], 100, sides=8), section(8, 100) * 9500),
    "duct with a bend": (
        shapes.sweep(rectangle(-300, -150, 300, 150), shapes.rounded(BEND[:3], 900, 6)),
        600 * 300 * shapes.length_of(shapes.rounded(BEND[:3], 900, 6)),
    ),
    "I-beam": (parts.i_beam(5000, 300, 150, 8, 12), 5000 * (2 * 150 * 12 + 276 * 8)),
    "frame": (parts.frame(1800, 2300, 90, parts.lights(1800, 2300, 80, [600])), 90 * (1800 * 2300 - 1560 * 2140)),
    "frame with transom": (
        parts.frame(1000, 2000, 50, parts.lights(1000, 2000, 100, [500], [800])),
        50 * (1000 * 2000 - 4 * 350 * (650 + 1050) / 2),
    ),
    "panes": (parts.panes(parts.lights(1800, 2300, 80, [600]), 30, 20), 30 * 1560 * 2140),
    "door frame": (parts.door_frame(1000, 2100, 100, 60), 100 * (1000 * 2100 - 880 * 2040)),
    "gable roof": (parts.gable(9000, 6000, 2000, 200), 9000 * 6000 * 200),
    "joined": (shapes.join(shapes.box(1, 1, 1), shapes.cylinder(2, 3, 6).moved(9)), 1 + section(6, 2) * 3),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_closed_and_has_the_volume_computed_by_hand(name: str) -> None:
    body, expected = BODIES[name]
    if name == "frame":  # three upright bars of 80 and two level ones between them
        expected = 90 * (1800 * 2300 - (1800 - 3 * 80) * (2300 - 2 * 80))
    assert sound(body)
    assert body.volume == pytest.approx(expected, rel=1e-9)


def test_a_flight_has_its_steps_and_nothing_else() -> None:
    risers, riser, tread, width, waist = 10, 180.0, 270.0, 1200.0, 180.0
    body = parts.flight(risers, riser, tread, width, waist)
    drop = waist * (riser**2 + tread**2) ** 0.5 / tread
    start = (drop - riser) * tread / riser
    run = (risers - 1) * tread
    steps = riser * tread * sum(range(1, risers))
    below = (run - start) * ((risers - 1) * riser - drop) / 2
    assert sound(body)
    assert body.volume == pytest.approx((steps - below) * width)
    assert body.size == pytest.approx((run, width, risers * riser - riser))


def test_a_railing_and_a_turned_body_are_closed() -> None:
    assert sound(parts.railing(5400, rise=1800))
    assert sound(shapes.lathe([(0, 0), (100, 50), (120, 150), (0, 300)], 9))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 360, 33.3])
def test_the_service_frame_keeps_volume_and_direction(degrees: float) -> None:
    body = shapes.prism(ELL, 4, [rectangle(0.5, 0.5, 1, 1)]).turned(degrees).moved(3, -7, 11).upright()
    solid = body.solid(0xFF123456)
    assert closed(solid)
    assert volume(solid) == pytest.approx((18 - 0.25) * 4)
    x, y, z = body.vertices.T
    np.testing.assert_array_equal(solid.vertices, np.stack([x, z, -y], axis=1))


@pytest.mark.parametrize(
    "opening",
    [Opening(0, 500, 1000, 1000), Opening(4500, 500, 1000, 1000), Opening(500, 500, 1000, 2500), Opening(9, -1, 9, 9)],
)
def test_an_opening_must_lie_within_its_wall(opening: Opening) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        shapes.wall(5000, 300, 3000, [opening])


def test_a_hole_must_lie_within_its_outline() -> None:
    with pytest.raises(ValueError, match=r"touches or leaves|crosses itself"):
        triangulate(rectangle(0, 0, 4, 4), (rectangle(3, 3, 6, 6)[::-1],))


def test_an_offset_outline_keeps_its_corners() -> None:
    np.testing.assert_allclose(
        offset(ELL, 0.5),
        ((0.5, 0.5), (5.5, 0.5), (5.5, 1.5), (1.5, 1.5), (1.5, 4.5), (0.5, 4.5)),
        atol=1e-12,
    )
    assert signed_area(offset(ELL, -1)) == pytest.approx(18 + 22 + 4)


@st.composite
def perforated(draw: st.DrawFn) -> Plate:
    """A plate with holes in some cells of a grid, as walls have windows: many corners in line with each other."""
    columns, rows = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    holes = []
    for column in range(columns):
        for row in range(rows):
            kind = draw(st.sampled_from(["none", "square", "slit", "round"]))
            x, y = 10.0 * column, 10.0 * row
            if kind == "square":
                holes.append(list(rectangle(x + 2, y + 2, x + 8, y + 8)))
            elif kind == "slit":
                holes.append(list(rectangle(x + 5, y + 1, x + 6, y + 9)))
            elif kind == "round":
                turn = draw(st.floats(0, 6))
                holes.append(
                    [(x + 5 + 3 * cos(turn + a), y + 5 + 3 * sin(turn + a)) for a in np.arange(7) * 2 * pi / 7]
                )
    return list(rectangle(0, 0, 10 * columns, 10 * rows)), holes


@settings(max_examples=60, deadline=None)
@given(perforated())
def test_any_perforated_plate_is_closed(
    plate: tuple[list[tuple[float, float]], list[list[tuple[float, float]]]],
) -> None:
    outline, holes = plate
    body = shapes.prism(outline, 3, holes)
    area = signed_area(outline) - sum(abs(signed_area(hole)) for hole in holes)
    assert sound(body)
    assert body.volume == pytest.approx(3 * area)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(1, 10), min_size=3, max_size=30))
def test_any_star_is_cut_into_triangles_that_face_up(radii: list[float]) -> None:
    angles = np.arange(len(radii)) * 2 * pi / len(radii)
    outline = counter_clockwise([(r * cos(a), r * sin(a)) for r, a in zip(radii, angles, strict=True)])
    points = np.array(outline)
    a, b, c = (points[np.array(triangulate(outline))[:, k]] for k in range(3))
    doubled = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    assert (doubled > 0).all()
    assert len(doubled) == len(outline) - 2
    assert doubled.sum() / 2 == pytest.approx(signed_area(outline))

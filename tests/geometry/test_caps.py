from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.geometry import Caps, Mesh, caps, section
from bimplus_nb.geometry.rings import axes, rings
from geometry.solids import BODIES, FAR_AWAY, Body, box, l_shape, mesh_of, prism, tetra, turning

UP = (0.0, 1.0, 0.0)


def areas(cut: Caps, parts: int) -> np.ndarray:
    """(p,) mm², from the triangles."""
    a, b, c = (cut.vertices[cut.triangles[:, corner]] for corner in range(3))
    return np.bincount(cut.part, np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2, parts)


def check(mesh: Mesh, cut: Caps, normal: tuple[float, ...], at: float) -> np.ndarray:
    """What holds of every cut; returns the areas by part."""
    tip = np.asarray(normal)
    far = 1e-9 * np.abs(mesh.vertices).max() + 1e-6
    assert np.abs(cut.vertices @ tip - at).max(initial=0) < far
    a, b, c = (cut.vertices[cut.triangles[:, corner]] for corner in range(3))
    assert (np.cross(b - a, c - a) @ tip > -1e-3).all()  # towards what was removed
    assert (np.diff(cut.part) >= 0).all()
    found = areas(cut, len(mesh.owner))
    by_rings = np.bincount(cut.outline.part, cut.outline.area, len(mesh.owner))
    assert np.allclose(found, by_rings, rtol=1e-6, atol=1e-3)
    return found


def inside_out(body: Body) -> Body:
    return Body(body.vertices, body.triangles[:, ::-1], -body.volume, body.area, body.edges)


def together(*bodies: Body) -> Body:
    shift = np.cumsum([0, *(len(body.vertices) for body in bodies)])
    return Body(
        np.concatenate([body.vertices for body in bodies]),
        np.concatenate([body.triangles + first for body, first in zip(bodies, shift, strict=False)]),
        sum(body.volume for body in bodies), sum(body.area for body in bodies), sum(body.edges for body in bodies),
    )  # fmt: skip


def tube(n: int = 48, outer: float = 500.0, inner: float = 300.0, height: float = 3000.0) -> Body:
    """A pipe, standing; its cut has n / 2 sin(2 pi / n) (outer² - inner²)."""
    wall, bore = prism(n, outer, height), prism(n, inner, height)
    sides = [triangle for triangle in wall.triangles if (triangle < n).any() and (triangle >= n).any()]
    bores = [triangle[::-1] + 2 * n for triangle in bore.triangles if (triangle < n).any() and (triangle >= n).any()]
    lids = []
    for k in range(n):
        here, after = k, (k + 1) % n
        lids += [(n + here, n + after, 3 * n + after), (n + here, 3 * n + after, 3 * n + here)]
        lids += [(after, here, 2 * n + after), (2 * n + after, here, 2 * n + here)]
    vertices = np.concatenate([wall.vertices, bore.vertices])
    return Body(vertices, np.array(sides + bores + lids), wall.volume - bore.volume, 0, 0)


@pytest.mark.parametrize("at", [(0, 0, 0), FAR_AWAY], ids=["here", "far"])
def test_known_cuts_have_their_known_areas(at: tuple[float, float, float]) -> None:
    bodies = [box(4000, 2500, 240), l_shape(), prism(48), tetra(), tube()]
    mesh = mesh_of(*(body.moved(at) for body in bodies))
    cut = caps(mesh, UP, 400 + at[1])
    circle = 24 * np.sin(np.pi / 24)
    known = [4000 * 240, 4e6, circle * 500**2, 200 * 200 / 2, circle * (500**2 - 300**2)]
    assert np.allclose(check(mesh, cut, UP, 400 + at[1]), known, rtol=1e-6)
    assert np.allclose(mesh.volume[4], tube().volume)
    assert np.bincount(cut.outline.part).tolist() == [1, 1, 1, 1, 2]
    assert cut.outline.open == {}


def test_a_ring_has_no_points_that_say_nothing() -> None:
    cut = caps(mesh_of(box(), l_shape()), UP, 400)
    assert np.diff(cut.outline.start).tolist() == [4, 6]
    assert np.bincount(cut.part).tolist() == [2, 4]


def test_a_cavity_is_a_hole_and_what_stands_in_it_is_filled() -> None:
    outer, middle, inner = (
        Body(box().vertices * (1 - 0.2 * k) + np.array([100, 100, -100]) * k, box().triangles, 0, 0, 0)
        for k in range(3)
    )
    nested = together(outer, inside_out(middle), inner)
    mesh = mesh_of(nested)
    assert check(mesh, caps(mesh, UP, 500), UP, 500)[0] == pytest.approx(1e6 - 800**2 + 600**2)
    assert np.diff(caps(mesh, UP, 500).outline.start).tolist() == [4, 4, 4]


@pytest.mark.parametrize("name", BODIES)
def test_inside_out_makes_no_difference(name: str) -> None:
    mesh, turned = mesh_of(BODIES[name]), mesh_of(inside_out(BODIES[name]))
    assert np.allclose(check(mesh, caps(mesh, UP, 77), UP, 77), check(turned, caps(turned, UP, 77), UP, 77))


@pytest.mark.parametrize("normal", [(0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0), (0, 0, 1), (0, 0, -1)])
def test_exactly_through_faces_the_solid_behind_the_plane_is_closed(normal: tuple[float, float, float]) -> None:
    mesh = mesh_of(box().moved((-500, -500, 500)))
    assert check(mesh, caps(mesh, normal, 500), normal, 500)[0] == 1e6
    assert len(caps(mesh, normal, -500).triangles) == 0


def test_exactly_through_vertices_and_edges() -> None:
    cube, diagonal = mesh_of(box()), (1.0, 0.0, 1.0)  # through two upright edges of the cube
    assert check(cube, caps(cube, diagonal, 0), diagonal, 0)[0] == pytest.approx(1e6 * 2**0.5)
    corner = (1.0, 1.0, -1.0)  # through three corners
    cut = caps(cube, corner, 1000)
    assert check(cube, cut, corner, 1000)[0] == pytest.approx(3**0.5 / 2 * 1e6)
    touched = caps(cube, corner, 0)
    assert len(touched.triangles) == 0
    assert len(touched.outline) == 0


def test_outlines_that_touch_in_a_point_or_along_a_side_do_not_cross() -> None:
    # Two cubes of one part that share an upright edge, and two that share a face.
    edge = together(box(), box().moved((1000, 0, -1000)))
    face = together(box(), box().moved((1000, 0, 0)))
    mesh = mesh_of(edge, face)
    for at in (0.0, 400.0, 1000.0):
        cut = caps(mesh, UP, at)
        assert np.allclose(check(mesh, cut, UP, at), 2e6 if at else 0)
    assert np.bincount(caps(mesh, UP, 400).outline.part).tolist() == [2, 2]


@given(st.integers(0, 2**32 - 1), st.integers(4, 40), st.floats(0.02, 0.98))
def test_any_cut_through_any_convex_body_has_the_area_of_its_hull(seed: int, n: int, share: float) -> None:
    random = np.random.default_rng(seed)
    body = convex(random.normal(size=(n, 3)) * random.uniform(100, 5000, 3))
    normal = random.normal(size=3)
    normal /= np.linalg.norm(normal)
    heights = body.vertices @ normal
    at = float(heights.min() + share * np.ptp(heights))
    mesh = mesh_of(body)
    found = check(mesh, caps(mesh, normal, at), tuple(normal), at)[0]
    assert found == pytest.approx(hull_area(body.vertices, normal, at), rel=1e-6, abs=1e-2)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=12)
def test_areas_of_a_stack_of_cuts_add_up_to_the_volume(seed: int) -> None:
    """Convex or not, holes or not: Cavalieri."""
    random = np.random.default_rng(seed)
    turn = turning(random.uniform(0, 6), 0) @ turning(random.uniform(0, 6)) @ turning(random.uniform(0, 6), 2)
    body = [
        l_shape(),
        tube(12),
        together(box(), inside_out(convex(random.normal(size=(9, 3)) * 90).moved((500, 500, -500)))),
    ]
    solid = body[seed % 3]
    mesh = mesh_of(Body(solid.vertices @ turn.T, solid.triangles, 0, 0, 0))
    low, high = mesh.bounds[0, :, 1]
    heights = low + (np.arange(200) + 0.5) / 200 * (high - low)
    total = sum(areas(caps(mesh, UP, at), 1)[0] for at in heights) * (high - low) / 200
    assert total == pytest.approx(mesh.volume[0], rel=5e-3)


def test_a_slab_with_many_openings() -> None:
    places = [(x, z) for x in range(500, 20_000, 1000) for z in range(500, 10_000, 1000)]
    slab = together(box(20_000, 300, 10_000), *(inside_out(box(400, 300, 300).moved((x, 0, -z))) for x, z in places))
    mesh = mesh_of(slab)
    assert check(mesh, caps(mesh, UP, 150), UP, 150)[0] == pytest.approx(20_000 * 10_000 - len(places) * 400 * 300)
    assert len(caps(mesh, UP, 150).outline) == 1 + len(places)


def test_parts_that_are_closed_together_are_filled_as_one() -> None:
    cube = box()
    halves = [Body(cube.vertices, cube.triangles[which], 0, 0, 0) for which in (slice(0, 5), slice(5, None))]
    mesh = mesh_of(*halves, box().moved((3000, 0, 0)), names=["a", "a", "b"])
    cut = caps(mesh, UP, 500)
    assert areas(cut, 3).tolist() == [1e6, 0, 1e6]
    assert cut.outline.open == {}
    apart = mesh_of(*halves, names=["a", "b"])
    assert set(caps(apart, UP, 500).outline.open) == {0, 1}


def test_hairline_gaps_are_closed_and_open_bodies_are_told() -> None:
    whole = box()
    side = next(k for k, triangle in enumerate(whole.triangles) if set(triangle.tolist()) == {0, 1, 5})
    vertices = np.vstack([whole.vertices, whole.vertices[whole.triangles[side]] + (3, 0, 0)])
    triangles = whole.triangles.copy()
    triangles[side] = (8, 9, 10)
    slit = mesh_of(Body(vertices, triangles, 0, 0, 0))
    cut = caps(slit, UP, 500)
    assert areas(cut, 1)[0] == pytest.approx(1e6, rel=0.01)
    assert cut.outline.open == {}
    tray = mesh_of(Body(whole.vertices, np.delete(whole.triangles, [0, 1], axis=0), 0, 0, 0))  # one side is missing
    cut = caps(tray, UP, 500)
    assert len(cut.triangles) == 0
    assert cut.outline.open == {0: pytest.approx(3000)}


def test_an_edge_that_meets_two_shorter_ones_is_no_gap() -> None:
    """Far from the origin, where the two sides of such a seam agree to a thousandth of a millimetre only."""
    cube = box()
    side = next(k for k, triangle in enumerate(cube.triangles) if set(triangle.tolist()) == {0, 1, 5})
    a, b, c = cube.triangles[side]
    corners = cube.vertices[[a, b, c]]
    split = int(np.argmax(np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)))  # its longest edge
    a, b, c = np.roll([a, b, c], -split)
    vertices = np.vstack([cube.vertices, 0.3 * cube.vertices[a] + 0.7 * cube.vertices[b]])
    triangles = np.vstack([np.delete(cube.triangles, side, axis=0), [(a, 8, c), (8, b, c)]])
    mesh = mesh_of(Body(vertices, triangles, 0, 0, 0).moved(FAR_AWAY))
    for share in (0.123, 0.5, 0.7, 0.9):
        cut = caps(mesh, UP, FAR_AWAY[1] + 1000 * share)
        assert areas(cut, 1)[0] == pytest.approx(1e6, rel=1e-6)
        assert np.diff(cut.outline.start).tolist() == [4]


def test_a_sieve_is_told_and_ends() -> None:
    random = np.random.default_rng(1)
    n = 3000
    flakes = random.uniform(0, 1000, (n, 1, 3)) + random.uniform(-200, 200, (n, 3, 3))
    mesh = mesh_of(Body(flakes.reshape(-1, 3), np.arange(3 * n).reshape(-1, 3), 0, 0, 0))
    cut = caps(mesh, UP, 500)
    length = np.linalg.norm(np.diff(section(mesh, UP, 500).segments, axis=1), axis=2).sum()
    assert cut.outline.open == {0: pytest.approx(length)}


def test_only_the_parts_asked_for_and_nothing_of_nothing() -> None:
    mesh = mesh_of(box(), box().moved((5000, 0, 0)))
    assert set(caps(mesh, UP, 300, parts=np.array([False, True])).part.tolist()) == {1}
    for nothing in (caps(mesh, UP, 5000), caps(Mesh.empty(), UP, 0)):
        assert nothing.triangles.shape == (0, 3)
        assert nothing.vertices.shape == (0, 3)
        assert len(nothing.outline) == len(nothing.part) == 0


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_axes_are_right_handed(x: float, y: float, z: float) -> None:
    normal = np.array([x, y, z])
    if np.linalg.norm(normal) < 1e-3:
        return
    across, up = axes(normal)
    assert np.allclose(np.cross(across, up), normal / np.linalg.norm(normal))
    assert np.array_equal(np.stack(axes(UP)), [(1, 0, 0), (0, 0, -1)])


def test_rings_need_no_library_and_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mapbox_earcut", None)
    mesh = mesh_of(box())
    assert rings(section(mesh, UP, 500), UP).area.tolist() == [1e6]
    with pytest.raises(ImportError, match=r'pip install "bimplus-nb\[mesh\]"'):
        caps(mesh, UP, 500)


def convex(points: np.ndarray) -> Body:
    """The hull of points, grown one by one; each new one sees some faces and is joined to their border."""
    faces: list[tuple[int, int, int]] = []
    order = list(range(len(points)))
    a, b, c, d = order[:4]
    if np.dot(np.cross(points[b] - points[a], points[c] - points[a]), points[d] - points[a]) > 0:
        b, c = c, b
    faces = [(a, b, c), (a, d, b), (b, d, c), (c, d, a)]
    for new in order[4:]:
        seen = [f for f in faces if outside(points, f, new)]
        edges = {(f[k], f[(k + 1) % 3]) for f in seen for k in range(3)}
        border = [(i, j) for i, j in edges if (j, i) not in edges]
        faces = [f for f in faces if f not in seen] + [(i, j, new) for i, j in border]
    used, local = np.unique(np.array(faces), return_inverse=True)
    return Body(points[used], local.reshape(-1, 3), 0, 0, 0)


def outside(points: np.ndarray, face: tuple[int, int, int], new: int) -> bool:
    a, b, c = points[list(face)]
    return bool(np.dot(np.cross(b - a, c - a), points[new] - a) > 0)


def hull_area(points: np.ndarray, normal: np.ndarray, at: float) -> float:
    """The cut of a hull, from nothing but its corners: the hull of where all lines between them pass the plane."""
    heights = points @ normal - at
    low, high = points[heights < 0], points[heights >= 0]
    down, up = heights[heights < 0], heights[heights >= 0]
    share = (down[:, None] / (down[:, None] - up))[..., None]
    crossing = (low[:, None] + share * (high - low[:, None])).reshape(-1, 3)
    across, north = axes(normal)
    # Rounded, so that what is the same point but for its last bits is one.
    flat = sorted(set(map(tuple, np.stack([crossing @ across, crossing @ north], axis=1).round(6).tolist())))
    ring: list[tuple[float, float]] = []
    for half in (flat, flat[::-1]):
        line: list[tuple[float, float]] = []
        for x, y in half:
            while len(line) > 1 and (line[-1][0] - line[-2][0]) * (y - line[-2][1]) <= (line[-1][1] - line[-2][1]) * (
                x - line[-2][0]
            ):
                line.pop()
            line.append((x, y))
        ring += line[:-1]
    (x, y) = np.array(ring).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2

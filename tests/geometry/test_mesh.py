from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.geometry import Mesh, Problem, measure
from bimplus_nb.geometry.arrays import BLOCK
from geometry.solids import BODIES, FAR_AWAY, Body, box, l_shape, mesh_of, prism, tetra, turning


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("at", [(0, 0, 0), FAR_AWAY], ids=["here", "far"])
def test_measures_of_known_bodies(name: str, at: tuple[float, float, float]) -> None:
    body = BODIES[name]
    mesh = mesh_of(body.moved(at))
    exact = 1e-12 if name != "prism" or at == (0, 0, 0) else 1e-9  # its corners are not representable so far out
    assert mesh.volume == pytest.approx([body.volume], rel=exact)
    assert mesh.area == pytest.approx([body.area], rel=exact)
    assert mesh.closed.tolist() == [True]
    assert np.array_equal(mesh.bounds[0], [mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)])


def test_whole_numbers_far_away_are_measured_without_any_error() -> None:
    body = box(4000, 2500, 240)
    assert mesh_of(body.moved(FAR_AWAY)).volume[0] == 4000 * 2500 * 240
    assert mesh_of(body.moved(FAR_AWAY)).area[0] == body.area


def test_many_objects_are_each_measured_on_their_own() -> None:
    bodies = [body.moved((k * 1e6, 0, k)) for k, body in enumerate(BODIES.values())]
    mesh = mesh_of(*bodies)
    assert mesh.volume == pytest.approx([body.volume for body in bodies], rel=1e-9)
    assert mesh.closed.all()
    assert len(mesh) == len(bodies)


@given(st.lists(st.floats(-1e4, 1e4), min_size=12, max_size=12))
def test_volume_of_any_tetrahedron_is_a_sixth_of_its_determinant(numbers: list[float]) -> None:
    corners = np.array(numbers).reshape(4, 3)
    mesh = mesh_of(Body(corners, tetra().triangles, 0, 0, 0))
    expected = np.linalg.det(corners[1:] - corners[0]) / 6
    assert mesh.volume[0] == pytest.approx(expected, rel=1e-9, abs=0.01)


@given(st.floats(0, 7), st.floats(0, 7))
def test_measures_do_not_depend_on_how_a_body_is_turned(one: float, two: float) -> None:
    body = l_shape()
    turned = Body(body.vertices @ turning(one).T @ turning(two, 0).T, body.triangles, 0, 0, 0)
    mesh = mesh_of(turned)
    assert mesh.volume[0] == pytest.approx(body.volume, rel=1e-9)
    assert mesh.area[0] == pytest.approx(body.area, rel=1e-9)
    assert mesh.closed[0]


def test_an_inside_out_body_has_negative_volume_and_is_closed() -> None:
    body = prism()
    mesh = mesh_of(Body(body.vertices, body.triangles[:, ::-1], 0, 0, 0))
    assert mesh.volume[0] == pytest.approx(-body.volume)
    assert mesh.closed[0]


@pytest.mark.parametrize("name", BODIES)
def test_a_body_without_one_triangle_is_not_closed(name: str) -> None:
    body = BODIES[name]
    for missing in range(len(body.triangles)):
        assert not mesh_of(Body(body.vertices, np.delete(body.triangles, missing, axis=0), 0, 0, 0)).closed[0]


def test_a_body_with_one_triangle_turned_is_not_closed() -> None:
    body = box()
    triangles = body.triangles.copy()
    triangles[3] = triangles[3, ::-1]
    assert not mesh_of(Body(body.vertices, triangles, 0, 0, 0)).closed[0]


def test_a_tube_is_not_closed_though_its_area_vectors_cancel() -> None:
    body = box()
    normal = np.cross(*(body.vertices[body.triangles[:, k]] - body.vertices[body.triangles[:, 0]] for k in (1, 2)))
    for axis in range(3):
        tube = body.triangles[normal[:, axis] == 0]
        assert len(tube) == 8
        assert not mesh_of(Body(body.vertices, tube, 0, 0, 0)).closed[0]


def test_shared_vertices_are_not_needed_to_be_closed() -> None:
    body = l_shape()
    soup = body.vertices[body.triangles].reshape(-1, 3)
    mesh = mesh_of(Body(soup, np.arange(len(soup)).reshape(-1, 3), 0, 0, 0))
    assert mesh.closed[0]
    assert mesh.volume[0] == pytest.approx(body.volume)


def test_an_edge_that_meets_two_shorter_ones_is_no_hole() -> None:
    body = tetra()
    middle = body.vertices[[0, 1]].mean(axis=0)
    triangles = np.concatenate([body.triangles[1:], [(0, 2, 4), (4, 2, 1)]])  # only one side knows of the middle
    mesh = mesh_of(Body(np.concatenate([body.vertices, [middle]]), triangles, 0, 0, 0))
    assert mesh.closed[0]
    assert mesh.volume[0] == pytest.approx(body.volume)


def test_an_object_can_be_closed_by_its_parts_together() -> None:
    body = box()
    halves = [Body(body.vertices, body.triangles[part], 0, 0, 0) for part in (slice(0, 5), slice(5, None))]
    mesh = mesh_of(*halves, names=["a", "a"])
    assert mesh.closed.tolist() == [True]
    assert mesh.volume[0] == pytest.approx(body.volume)
    assert not measure(mesh, np.arange(2), 2).closed.any()


def test_a_mesh_of_several_blocks_is_measured_as_its_objects_are_alone() -> None:
    bodies = [(body, k) for k in range(240) for body in (prism(12 + k), box(k + 1, 10, 10), tetra())]
    assert sum(len(body.triangles) for body, _ in bodies) > 2 * BLOCK
    open_ = [k % 7 == 0 for k in range(len(bodies))]
    mesh = mesh_of(
        *(
            Body(body.moved((k, 1e6, -k)).vertices, body.triangles[lid:], 0, 0, 0)
            for (body, k), lid in zip(bodies, open_, strict=True)
        ),
        prism(BLOCK),  # larger than a block
    )
    assert mesh.closed.tolist() == [*(not lid for lid in open_), True]
    for id_ in ("0", "1", "400", "719", "720"):
        alone = mesh.of(id_)
        assert mesh.volume[mesh.row(id_)] == alone.volume[0]
        assert mesh.area[mesh.row(id_)] == alone.area[0]
    assert mesh.volume[-1] == pytest.approx(prism(BLOCK).volume)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=9), st.sampled_from([(0, 0, 0), FAR_AWAY]))
def test_objects_of_several_parts_have_the_measures_of_their_bodies(
    names: list[str], at: tuple[float, float, float]
) -> None:
    bodies = [box(100.0 * (k + 1), 50, 20).moved(np.add(at, (3000.0 * k, k, -k))) for k in range(len(names))]
    mesh = mesh_of(*bodies, names=names)
    for id_ in mesh.ids:
        mine = [body for body, name in zip(bodies, names, strict=True) if name == id_]
        assert mesh.volume[mesh.row(id_)] == pytest.approx(sum(body.volume for body in mine), rel=1e-12)
        assert mesh.area[mesh.row(id_)] == sum(body.area for body in mine)
    assert mesh.closed.all()


def test_parts_of_one_object_are_brought_together() -> None:
    mesh = mesh_of(box(), tetra(), prism(), names=["a", "b", "a"], colors=[(1, 1, 1, 1), (2, 2, 2, 2), (3, 3, 3, 3)])
    assert mesh.ids == ("a", "b")
    assert mesh.owner.tolist() == [0, 0, 1]
    assert mesh.color[:, 0].tolist() == [1, 3, 2]
    assert mesh.volume == pytest.approx([box().volume + prism().volume, tetra().volume])
    assert mesh.volume[mesh.row("b")] == pytest.approx(tetra().volume)


def test_concatenate_merges_an_id_that_occurs_twice_and_keeps_the_problems() -> None:
    one = mesh_of(box(), tetra(), names=["a", "b"])
    two = mesh_of(prism(), names=["a"])
    mesh = Mesh.concatenate([one, Mesh.empty([Problem("c", "why")]), two])
    assert mesh.ids == ("a", "b")
    assert mesh.volume == pytest.approx([box().volume + prism().volume, tetra().volume])
    assert mesh.problems == (Problem("c", "why"),)
    assert len(Mesh.concatenate([])) == 0


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12), st.integers(1, 11))
def test_concatenating_pieces_is_the_same_as_never_having_cut(names: list[str], cut: int) -> None:
    bodies = [box(100.0 * (k + 1), 50, 20).moved((k, k, k)) for k in range(len(names))]
    whole = mesh_of(*bodies, names=names)
    sides = [(bodies[:cut], names[:cut]), (bodies[cut:], names[cut:])]
    again = Mesh.concatenate(mesh_of(*some, names=those) for some, those in sides if some)
    assert again.ids == whole.ids
    for field in ("vertices", "triangles", "vertex_start", "triangle_start", "owner", "color"):
        assert np.array_equal(getattr(again, field), getattr(whole, field)), field


def test_of_gives_some_objects_and_refuses_unknown_ones() -> None:
    mesh = mesh_of(box(), tetra(), prism(), l_shape(), names=["a", "b", "a", "c"])
    some = mesh.of("c", "a")
    assert some.ids == ("a", "c")
    assert some.volume == pytest.approx([box().volume + prism().volume, l_shape().volume])
    assert some.closed.all()
    assert "b" in mesh
    assert "b" not in some
    with pytest.raises(ValueError, match="no object 'x' among the 3"):
        mesh.of("x")
    assert len(mesh.of()) == 0


def test_vertices_that_nothing_uses_and_empty_parts_are_dropped() -> None:
    body = tetra()
    mesh = Mesh.from_parts(
        ["nothing", "a"],
        np.concatenate([np.full((2, 3), 7e9), body.vertices, np.full((3, 3), -7e9)]),
        body.triangles,
        np.array([2, 7]),
        np.array([0, 4]),
        np.zeros((2, 4), np.uint8),
    )
    assert mesh.ids == ("a",)
    assert np.array_equal(mesh.vertices, body.vertices)
    assert np.array_equal(mesh.bounds[0], [body.vertices.min(axis=0), body.vertices.max(axis=0)])


def test_arrays_that_contradict_each_other_are_refused() -> None:
    mesh = mesh_of(box(), tetra())
    good = [mesh.ids, mesh.vertices, mesh.triangles, mesh.vertex_start, mesh.triangle_start, mesh.owner, mesh.color]
    for position, bad in [(0, ("a",)), (1, mesh.vertices[1:]), (2, mesh.triangles[1:]), (5, mesh.owner[::-1])]:
        with pytest.raises(ValueError, match=r"owner|parts|vertices"):
            Mesh(*[bad if k == position else value for k, value in enumerate(good)])
    with pytest.raises(ValueError, match="without vertices or triangles"):
        Mesh(*good[:4], np.array([0, 0, len(mesh.triangles)]), *good[5:])


def test_repr_tells_sizes_in_metres_and_no_numbers_of_arrays() -> None:
    mesh = mesh_of(box(4000, 2500, 240))
    assert repr(mesh) == "<Mesh: 1 objects, 12 triangles, 8 vertices, 4 × 0.24 × 2.5 m>"
    assert repr(Mesh.empty()) == "<Mesh: 0 objects, 0 triangles, 0 vertices>"
    assert Mesh.empty().bounds.shape == (0, 2, 3)
    assert Mesh.empty().volume.shape == (0,)

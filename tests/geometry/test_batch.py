from __future__ import annotations

from collections import Counter
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry import Batch, Mesh, batch
from bimplus_nb.geometry.order import MOST_VERTICES, morton
from geometry.solids import BODIES, FAR_AWAY, Body, box, l_shape, mesh_of, prism, tetra


def village(n: int, seed: int = 0, spread: float = 2e5, at: tuple[float, float, float] = (0, 0, 0)) -> Mesh:
    """n boxes and columns, every fourth of glass."""
    random = np.random.default_rng(seed)
    bodies = [
        (box(*random.uniform(50, 5000, 3)) if k % 3 else prism(6, 200, 2800)).moved(random.uniform(0, spread, 3) + at)
        for k in range(n)
    ]
    return mesh_of(*bodies, colors=[(k % 256, 0, 0, 80 if k % 4 == 0 else 255) for k in range(n)])


def corners(drawn: Batch, chunk: int, buffer: str) -> np.ndarray:
    """The triangles of a buffer in world coordinates, as the graphics card places them: (k, 3, 3)."""
    source = drawn.chunks[chunk]
    places = drawn.origin + source.center + source.positions * drawn.step
    return places[getattr(source, buffer).astype(int)].reshape(-1, 3, 3)


def check(mesh: Mesh, drawn: Batch) -> None:
    """Everything a batch promises: nothing lost, nothing moved by more than half a step, every face known."""
    seen: Counter[int] = Counter()
    for number, chunk in enumerate(drawn.chunks):
        assert 0 < len(chunk.positions) <= MOST_VERTICES < 2**16
        assert (chunk.positions.dtype, chunk.part.dtype, chunk.opaque.dtype) == (np.int16, np.float32, np.uint16)
        assert np.allclose(chunk.center / drawn.step, np.round(chunk.center / drawn.step), atol=1e-6)
        exact = mesh.vertices[chunk.source]
        off = np.abs(drawn.origin + chunk.center + chunk.positions * drawn.step - exact).max()
        assert off <= drawn.step / 2 + 4 * np.spacing(np.abs(mesh.vertices).max())
        assert np.array_equal(chunk.part, mesh.vertex_part[chunk.source])
        for buffer, clear in (("opaque", False), ("clear", True)):
            index = getattr(chunk, buffer).astype(int).reshape(-1, 3)
            part = chunk.part[index].astype(int)
            assert (part == part[:, :1]).all()
            assert ((mesh.color[part[:, 0], 3] < 230) == clear).all()
            seen.update(part[:, 0].tolist())
            for face in range(0, len(index), max(len(index) // 5, 1)):
                assert drawn.element_at(number, face, buffer) == mesh.ids[mesh.owner[part[face, 0]]]
    assert seen == Counter(mesh.triangle_part.tolist())
    assert (drawn.ids, drawn.owner is mesh.owner, drawn.color is mesh.color) == (mesh.ids, True, True)
    assert np.allclose(drawn.origin + drawn.low, mesh.vertices.min(axis=0))
    assert np.allclose(drawn.origin + drawn.high, mesh.vertices.max(axis=0))
    assert np.array_equal(drawn.origin, np.round(drawn.origin))
    assert drawn.triangles == len(mesh.triangles)


@given(
    st.integers(1, 40), st.integers(0, 9), st.floats(0, 1e7), st.sampled_from([(0, 0, 0), FAR_AWAY]), st.integers(1, 70)
)
@settings(max_examples=25)
def test_any_batch_keeps_its_promises(
    n: int, seed: int, spread: float, at: tuple[float, float, float], first: int
) -> None:
    mesh = village(n, seed, spread, at)
    drawn = batch(mesh, first=first)
    check(mesh, drawn)
    assert len(np.unique(mesh.owner[drawn.chunks[0].part.astype(int)])) <= first
    assert drawn.closed_parts.all()


def test_small_chunks_in_a_large_model() -> None:
    mesh = village(15_000, spread=1e6)
    drawn = batch(mesh, first=500)
    check(mesh, drawn)
    assert len(drawn.chunks) == 1 + -(-(len(mesh.vertices) - len(drawn.chunks[0].positions)) // MOST_VERTICES)
    bounds = mesh.bounds
    extent = np.sort(bounds[:, 1] - bounds[:, 0], axis=1)
    shown = extent[:, 2] * extent[:, 1]
    leading = np.unique(mesh.owner[drawn.chunks[0].part.astype(int)])
    assert shown[leading].min() >= np.delete(shown, leading).max() * 0.99


def test_a_point_that_chunks_share_is_one_point() -> None:
    left, right = box(1000.3, 1000, 777.7), box(333.1, 1000, 777.7).moved((1000.3, 0, 0))
    mesh = mesh_of(left, right, box(80_000, 3, 90_000))
    drawn = batch(mesh, first=1)
    assert len(drawn.chunks) == 2
    places = [
        np.round((c.center + c.positions * drawn.step) / drawn.step).astype(int) for c in batch(mesh, first=1).chunks
    ]
    shared = [vertex for vertex in left.vertices.tolist() if vertex in right.vertices.tolist()]
    assert len(shared) == 4
    for vertex in shared:
        found = {
            tuple(place)
            for c, p in zip(drawn.chunks, places, strict=True)
            for place in p[(mesh.vertices[c.source] == vertex).all(axis=1)].tolist()
        }
        assert len(found) == 1


def test_the_grid_is_as_fine_as_int16_allows() -> None:
    drawn = batch(mesh_of(box(65_530, 10, 10).moved((0.4, 0.4, 0.4))))
    assert drawn.step == pytest.approx(1)
    assert abs(drawn.chunks[0].positions).max() == pytest.approx(32_765, abs=1)


@pytest.mark.parametrize("name", BODIES)
def test_welding_keeps_the_volume(name: str) -> None:
    body = BODIES[name]
    soup = body.vertices[body.triangles].reshape(-1, 3)
    mesh = mesh_of(Body(soup, np.arange(len(soup)).reshape(-1, 3), 0, 0, 0))
    drawn = batch(mesh)
    assert len(drawn.chunks[0].positions) == len(body.vertices)
    a, b, c = (corners(drawn, 0, "opaque") - drawn.origin).transpose(1, 0, 2)
    volume = np.einsum("ij,ij->", a, np.cross(b, c)) / 6
    assert volume == pytest.approx(body.volume, rel=4 * drawn.step / 240)


@given(
    st.lists(st.sampled_from(sorted(BODIES)), min_size=1, max_size=8), st.sampled_from([(0, 0, 0), FAR_AWAY]), st.data()
)
@settings(max_examples=40)
def test_welded_soup_is_watertight_and_of_the_same_volume(
    names: list[str], at: tuple[float, float, float], data: st.DataObject
) -> None:
    soups = []
    for k, name in enumerate(names):
        body = BODIES[name].moved(np.add(at, (7000.0 * k, 0, 0)))
        # Some corners on their own, some shared, in any order.
        copies = np.array(
            data.draw(st.lists(st.integers(0, 2), min_size=body.triangles.size, max_size=body.triangles.size))
        )
        number, triangles = np.unique(body.triangles.ravel() + len(body.vertices) * copies, return_inverse=True)
        order = np.array(data.draw(st.permutations(range(len(number)))))
        soups.append(
            Body(
                body.vertices[number[order] % len(body.vertices)], np.argsort(order)[triangles].reshape(-1, 3), 0, 0, 0
            )
        )
    mesh = mesh_of(*soups)
    drawn = batch(mesh)
    assert drawn.closed_parts.all()
    (chunk,) = drawn.chunks
    corners_of, exact = chunk.opaque.astype(int).reshape(-1, 3), mesh.vertices[chunk.source]
    part = chunk.part[corners_of[:, 0]].astype(int)
    assert np.bincount(chunk.part.astype(int)).tolist() == [len(BODIES[name].vertices) for name in names]
    edges = Counter((int(t[i]), int(t[(i + 1) % 3])) for t in corners_of for i in range(3))
    assert set(edges.values()) == {1}
    assert all((end, begin) in edges for begin, end in edges)
    for k, name in enumerate(names):
        a, b, c = (exact[corners_of[part == k]] - exact[chunk.part == k][0]).transpose(1, 0, 2)
        assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(BODIES[name].volume, rel=1e-9)


def test_parts_are_not_welded_together() -> None:
    drawn = batch(mesh_of(box(), box(), names=["a", "a"]))
    assert len(drawn.chunks[0].positions) == 16


def test_triangles_without_three_places_are_left_out() -> None:
    body = tetra()
    twice = Body(
        np.concatenate([body.vertices, body.vertices[:1]]), np.concatenate([body.triangles, [(0, 4, 1)]]), 0, 0, 0
    )
    drawn = batch(mesh_of(twice))
    assert drawn.triangles == 4
    assert len(drawn.chunks[0].positions) == 4
    flat = mesh_of(Body(np.zeros((3, 3)), np.array([(0, 1, 2)]), 0, 0, 0))
    assert batch(flat).triangles == 0


def test_what_is_inside_out_is_turned_and_what_is_open_is_known() -> None:
    def inverted(body: Body) -> Body:
        return Body(body.vertices, body.triangles[:, ::-1], 0, 0, 0)

    whole = box()
    halves = [Body(whole.vertices, inverted(whole).triangles[half], 0, 0, 0) for half in (slice(0, 5), slice(5, None))]
    lid = Body(whole.vertices[:3], np.array([(0, 1, 2)]), 0, 0, 0)
    mesh = mesh_of(whole, inverted(l_shape()), lid, *halves, names=["a", "b", "c", "d", "d"])
    drawn = batch(mesh)
    assert drawn.closed_parts.tolist() == [True, True, False, True, True]
    triangles, chunk = corners(drawn, 0, "opaque"), drawn.chunks[0]
    part = chunk.part[chunk.opaque[::3]].astype(int)
    assert np.array_equal(drawn.parts(["d", "nobody", "b"]), [1, 3, 4])
    for parts, volume in (([0], whole.volume), ([1], l_shape().volume), ([3, 4], whole.volume)):
        a, b, c = triangles[np.isin(part, parts)].transpose(1, 0, 2) - drawn.origin
        assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(volume, rel=1e-3)


def sheet(n: int) -> Body:
    """A waved surface of n × n squares."""
    x, z = np.meshgrid(np.arange(n + 1) * 100.0, np.arange(n + 1) * 100.0, indexing="ij")
    k = (np.arange(n)[:, None] * (n + 1) + np.arange(n)).ravel()
    triangles = np.concatenate([np.stack([k, k + 1, k + n + 2], 1), np.stack([k, k + n + 2, k + n + 1], 1)])
    return Body(np.stack([x, 500 * np.sin(x / 3000), z], axis=-1).reshape(-1, 3), triangles, 0, 0, 0)


def test_an_object_too_large_for_a_chunk_is_spread_over_several() -> None:
    mesh = mesh_of(box(), sheet(400), tetra(), names=["a", "terrain", "b"])
    drawn = batch(mesh)
    check(mesh, drawn)
    # 160,801 vertices fit three times 65,535; the seams between pieces are in two.
    assert len(drawn.chunks) == 1 + 3
    assert sum(len(chunk.positions) for chunk in drawn.chunks[1:]) < 1.03 * 401**2
    assert {drawn.element_at(k, 0) for k in (1, 2, 3)} == {"terrain"}


def test_faces_that_there_are_not_are_refused() -> None:
    drawn = batch(mesh_of(box()))
    for face, buffer in [(12, "opaque"), (-1, "opaque"), (0, "clear")]:
        with pytest.raises(ValueError, match="no face"):
            drawn.element_at(0, face, buffer)  # type: ignore[arg-type]


def test_an_empty_mesh_is_an_empty_batch() -> None:
    drawn = batch(Mesh.empty())
    assert (drawn.chunks, len(drawn), drawn.triangles, drawn.nbytes) == ((), 0, 0, 0)
    assert repr(drawn) == "<Batch: 0 objects, 0 triangles, 0 chunks, 0.0 MB, grid 1 mm>"


def test_more_parts_than_float32_can_count_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("bimplus_nb.geometry.batch"), "_MOST_PARTS", 1)
    with pytest.raises(GeometryError, match="2 parts"):
        batch(mesh_of(box(), tetra()))


def test_morton_order_is_interleaved_bits() -> None:
    points = np.array([(x, y, z) for x in range(8) for y in range(8) for z in range(8)], float)
    order = points[np.argsort(morton(np.concatenate([points, [(2**20 - 1.0,) * 3]]))[:-1])].astype(int)
    expected = sorted(
        points.astype(int).tolist(),
        key=lambda p: sum((p[axis] >> bit & 1) << 3 * bit + axis for bit in range(3) for axis in range(3)),
    )
    assert order.tolist() == expected
    assert len(morton(np.empty((0, 3)))) == 0

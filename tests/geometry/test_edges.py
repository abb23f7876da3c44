from __future__ import annotations

import numpy as np
import pytest

from bimplus_nb.geometry import Mesh, batch, chunk_creases, creases
from bimplus_nb.geometry.arrays import BLOCK
from geometry.solids import BODIES, FAR_AWAY, Body, box, mesh_of, prism, tetra
from geometry.test_batch import sheet, village


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("soup", [False, True], ids=["shared", "soup"])
def test_a_body_has_as_many_lines_as_it_has_edges(name: str, soup: bool) -> None:
    body = BODIES[name].moved(FAR_AWAY)
    if soup:
        vertices = body.vertices[body.triangles].reshape(-1, 3)
        body = Body(vertices, np.arange(len(vertices)).reshape(-1, 3), 0, 0, body.edges)
    lines = creases(mesh_of(body))
    assert len(lines) == body.edges
    ends = mesh_of(body).vertices[lines.index]
    assert np.allclose(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1), lines.length)
    assert (np.diff(lines.length) <= 0).all()


def test_edges_of_a_cube_are_its_edges() -> None:
    mesh = mesh_of(box())
    ends = mesh.vertices[creases(mesh).index]
    assert (np.abs(ends[:, 1] - ends[:, 0]).max(axis=1) == 1000).all()
    assert (np.count_nonzero(ends[:, 1] - ends[:, 0], axis=1) == 1).all()
    assert len({frozenset(map(tuple, pair)) for pair in ends.tolist()}) == 12


def test_an_angle_decides() -> None:
    column = mesh_of(prism(12))  # bends by 30 degrees
    assert len(creases(column, degrees=29)) == 36
    assert len(creases(column, degrees=31)) == 24


def test_short_lines_are_left_out() -> None:
    plate = mesh_of(box(1000, 11.9, 1000))
    assert len(creases(plate)) == 8
    assert len(creases(plate, shortest=11.9)) == 12


def test_borders_and_edges_of_three_faces_are_lines_and_flat_ones_are_not() -> None:
    flat = np.array([(0, 0, 0), (100, 0, 0), (100, 0, -100), (0, 0, -100.0)])
    square = mesh_of(Body(flat, np.array([(0, 1, 2), (0, 2, 3)]), 0, 0, 0))
    assert len(creases(square)) == 4
    wrongly_wound = mesh_of(Body(flat, np.array([(0, 1, 2), (0, 3, 2)]), 0, 0, 0))
    assert len(creases(wrongly_wound)) == 4
    fin = mesh_of(Body(np.vstack([flat, (50, 90, -50)]), np.array([(0, 1, 2), (0, 2, 3), (0, 2, 4)]), 0, 0, 0))
    assert len(creases(fin)) == 4 + 1 + 2


def test_a_mesh_of_several_blocks_has_the_lines_of_its_objects() -> None:
    bodies = [prism(3 + k, 500.0 + k, 3000.0 + k) for k in range(150)]
    assert sum(len(body.triangles) for body in bodies) > 2 * BLOCK
    mesh = mesh_of(*bodies)
    lines = creases(mesh, degrees=0.5)
    assert np.bincount(lines.part).tolist() == [body.edges for body in bodies]
    assert (np.diff(lines.length) <= 0).all()
    assert (mesh.vertex_part[lines.index] == lines.part[:, None]).all()


def test_parts_have_lines_of_their_own() -> None:
    lines = creases(mesh_of(box(), box(), tetra(), names=["a", "a", "b"]))
    assert np.bincount(lines.part).tolist() == [12, 12, 6]


def test_by_chunk_they_are_the_same_lines_on_the_grid() -> None:
    mesh = village(1500)
    lines, drawn = creases(mesh), batch(mesh, first=200)
    split = chunk_creases(lines, drawn)
    assert len(split) == len(drawn.chunks)
    assert sum(map(len, split)) == len(lines)
    expected = {
        (int(p), *sorted(map(tuple, ends)))
        for p, ends in zip(lines.part, mesh.vertices[lines.index].tolist(), strict=True)
    }
    found = set()
    for chunk, mine in zip(drawn.chunks, split, strict=True):
        assert mine.index.dtype == np.uint16
        assert (chunk.part[mine.index] == mine.part[:, None]).all()
        exact = mesh.vertices[chunk.source[mine.index]]
        placed = drawn.origin + chunk.center + chunk.positions[mine.index] * drawn.step
        assert np.abs(placed - exact).max() <= drawn.step / 2 + 1e-6
        found |= {(int(p), *sorted(map(tuple, ends))) for p, ends in zip(mine.part, exact.tolist(), strict=True)}
    assert found == expected


def test_a_cut_through_a_large_object_makes_no_line() -> None:
    mesh = mesh_of(sheet(300), names=["terrain"])
    lines, drawn = creases(mesh), batch(mesh)
    assert len(drawn.chunks) == 2
    assert len(lines) == 4 * 300  # its border alone
    assert sum(map(len, chunk_creases(lines, drawn))) == 4 * 300
    waves = creases(mesh, degrees=1e-3)
    assert sum(map(len, chunk_creases(waves, drawn))) == len(waves) == 4 * 300 + 299 * 300


def test_nothing_has_no_lines() -> None:
    lines = creases(Mesh.empty())
    assert len(lines) == 0
    assert chunk_creases(lines, batch(Mesh.empty())) == ()

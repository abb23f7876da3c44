from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.geometry import Mesh, Plan, plan
from geometry.solids import FAR_AWAY, Body, box, l_shape, mesh_of, prism
from geometry.test_caps import convex, hull_area, inside_out, together, tube


def seen_area(found: Plan, part: int) -> float:
    return float(found.seen.area[found.seen.part == part].sum())


def test_a_wall_is_cut_and_a_floor_and_a_table_are_seen() -> None:
    floor, wall = box(6000, 200, 4000).moved((0, -200, 0)), box(6000, 2800, 240)
    table, lamp = box(1200, 740, 800).moved((2000, 0, -1000)), box(300, 200, 300).moved((2000, 2000, -1000))
    found = plan(mesh_of(floor, wall, table, lamp), 1200, depth=1500)
    assert dict(zip(found.cut.part.tolist(), found.cut.area.tolist(), strict=True)) == {1: 6000 * 240}
    assert [seen_area(found, part) for part in range(4)] == [6000 * 4000, 0, 1200 * 800, 0]
    assert found.height.tolist() == [0, -np.inf, 740, -np.inf]
    assert np.bincount(found.line_part, minlength=4).tolist() == [4, 0, 4, 0]
    assert len(found.edges.segments) == 0


def test_only_what_lies_between_the_cut_and_the_depth_is_seen() -> None:
    mesh = mesh_of(box().moved((0, -2000, 0)), box().moved((0, -600, 0)))
    assert plan(mesh, 1200, depth=1200).height.tolist() == [-np.inf, 400]
    assert plan(mesh, 1200, depth=2200).height.tolist() == [-1000, 400]
    assert plan(mesh, 1200, depth=2200, parts=np.array([True, False])).height.tolist() == [-1000, -np.inf]


@pytest.mark.parametrize("at", [(0, 0, 0), FAR_AWAY], ids=["here", "far"])
def test_a_slope_is_seen_up_to_the_cut(at: tuple[float, float, float]) -> None:
    """A pyramid: what is cut and the slope below it make up the base."""
    base = np.array([(0, 0, 0), (2000, 0, 0), (2000, 0, -2000), (0, 0, -2000), (1000, 2000, -1000.0)])
    faces = np.array([(2, 1, 0), (3, 2, 0), (0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)])
    found = plan(mesh_of(Body(base + at, faces, 0, 0, 0)), 500 + at[1], depth=600)
    assert found.cut.area[0] == pytest.approx(1500**2)
    assert seen_area(found, 0) == pytest.approx(2000**2 - 1500**2)
    assert found.height[0] == 500 + at[1]
    assert (found.lines[..., 1] <= 500 + at[1]).all()


def test_steps_are_one_outline_and_a_line_each() -> None:
    steps = [box(1000, 170 * (k + 1), 280).moved((0, 0, -280 * k)) for k in range(5)]
    found = plan(mesh_of(together(*steps)), 1200, depth=1200)
    assert found.seen.area.tolist() == [1000 * 280 * 5]
    assert len({tuple(sorted(line)) for line in found.lines[..., 2].round().tolist()}) == 5 + 6
    assert found.height.tolist() == [850]


def test_an_opening_stays_open() -> None:
    found = plan(mesh_of(tube(4, 3000, 1000, 200)), 1200, depth=1300)
    assert sorted(found.seen.area.tolist()) == [-2e6, 18e6]


def test_sheets_and_what_is_inside_out_are_seen_from_either_side() -> None:
    square = np.array([(0, 100, 0), (1000, 100, 0), (1000, 100, -1000), (0, 100, -1000.0)])
    faces = np.array([(0, 1, 2), (0, 2, 3)])
    sheets = [Body(square, faces, 0, 0, 0), Body(square, faces[:, ::-1], 0, 0, 0)]
    found = plan(mesh_of(*sheets, inside_out(l_shape())), 3000, depth=3000)
    assert [seen_area(found, part) for part in range(3)] == [1e6, 1e6, 4e6]
    assert found.height.tolist() == [100, 100, 2500]


def test_the_edges_of_a_cut_sheet_are_lines() -> None:
    wall = np.array([(0, 0, 0), (3000, 0, 0), (3000, 2800, 0), (0, 2800, 0.0)])
    found = plan(mesh_of(Body(wall, np.array([(0, 1, 2), (0, 2, 3)]), 0, 0, 0)), 1200, depth=1200)
    assert len(found.cut) == len(found.seen) == 0
    assert np.abs(np.diff(found.edges.segments, axis=1)).sum() == pytest.approx(3000)


def test_what_counts_as_closed_and_cannot_be_has_its_edges_drawn() -> None:
    """A large body, and in the same part a small flag that is open."""
    flag = Body(np.array([(0, 0, 50), (0, 3000, 50), (600, 1500, 50.0)]), np.array([(0, 1, 2)]), 0, 0, 0)
    found = plan(mesh_of(together(box(20_000, 3000, 20_000), flag)), 1200, depth=1200)
    assert found.cut.area.tolist() == [4e8]
    assert found.cut.open == {0: pytest.approx(480)}
    assert 0 in found.edges.part


@given(st.integers(0, 2**32 - 1), st.integers(4, 30))
def test_the_outline_of_a_convex_body_is_its_shadow(seed: int, n: int) -> None:
    body = convex(np.random.default_rng(seed).normal(size=(n, 3)) * 2000)
    found = plan(mesh_of(body), body.vertices[:, 1].max() + 1, depth=1e5)
    flat = np.concatenate([body.vertices * [1, 0, 1], body.vertices * [1, 0, 1] - [0, 1, 0]])
    # Whole millimetres, and without what is nearly upright.
    less = np.ptp(body.vertices[:, [0, 2]], axis=0).sum() * 2 + mesh_of(body).area[0] * 1e-3
    assert seen_area(found, 0) == pytest.approx(hull_area(flat, np.array([0, 1.0, 0]), 0), abs=less)


def test_a_round_column_below_the_cut_has_its_rim_alone() -> None:
    found = plan(mesh_of(prism(48, 300, 900)), 1200, depth=1200)
    assert len(found.lines) == 48
    assert (found.lines[..., 1] == 900).all()


def test_nothing_shows_nothing() -> None:
    found = plan(Mesh.empty(), 1200, depth=1200)
    assert (len(found.cut), len(found.seen), len(found.lines), len(found.height)) == (0, 0, 0, 0)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.geometry import Mesh, section
from geometry.solids import FAR_AWAY, box, l_shape, mesh_of, prism, tetra, turning


def enclosed(segments: np.ndarray, normal: np.ndarray) -> float:
    """The area that segments enclose, positive where it lies left of them seen from the tip of the normal."""
    local = segments - segments[0, 0]
    return float(np.cross(local[:, 0], local[:, 1]).sum(axis=0) @ normal) / 2


def closed(segments: np.ndarray) -> bool:
    """Every point is left as often as it is entered, to the last bit."""
    return sorted(map(tuple, segments[:, 0].tolist())) == sorted(map(tuple, segments[:, 1].tolist()))


@pytest.mark.parametrize("at", [(0, 0, 0), FAR_AWAY], ids=["here", "far"])
def test_a_level_cut_encloses_the_ground_plan(at: tuple[float, float, float]) -> None:
    mesh = mesh_of(l_shape().moved(at), prism(12).moved(at), tetra().moved(at))
    found = section(mesh, (0, 1, 0), 300 + at[1])
    assert np.allclose(found.segments[..., 1], 300 + at[1], rtol=0, atol=1e-6)
    for part, area in enumerate([l_shape().volume / 2500, prism(12).volume / 3000, 300 * 300 / 2]):
        outline = found.segments[found.part == part]
        assert enclosed(outline, np.array([0, 1, 0])) == pytest.approx(area, rel=1e-6)
        assert closed(outline)


@given(st.floats(0, 7), st.floats(0, 7), st.floats(0.01, 0.99))
def test_any_plane_through_a_cube_gives_a_closed_outline_that_turns_left(one: float, two: float, share: float) -> None:
    normal = turning(one) @ turning(two, 0) @ np.array([0, 1.0, 0])
    mesh = mesh_of(box())
    heights = mesh.vertices @ normal
    found = section(mesh, normal, heights.min() + share * np.ptp(heights))
    assert closed(found.segments)
    assert enclosed(found.segments, normal) >= -1e-6
    assert np.allclose(found.segments @ normal, heights.min() + share * np.ptp(heights))


def test_areas_of_many_cuts_add_up_to_the_volume() -> None:
    body, normal = l_shape(), turning(0.4) @ turning(1.1, 0) @ np.array([0, 1.0, 0])
    mesh = mesh_of(body)
    heights = mesh.vertices @ normal
    edges = np.linspace(heights.min(), heights.max(), 801)
    areas = [enclosed(section(mesh, normal, at).segments, normal) for at in (edges[1:] + edges[:-1]) / 2]
    assert sum(areas) * (edges[1] - edges[0]) == pytest.approx(body.volume, rel=1e-4)


def test_a_plane_in_a_face_keeps_the_solid_behind_it() -> None:
    mesh = mesh_of(box())
    assert enclosed(section(mesh, (0, 1, 0), 1000).segments, np.array([0, 1, 0])) == 1e6
    assert len(section(mesh, (0, 1, 0), 0).segments) == 0
    assert enclosed(section(mesh, (0, -1, 0), 0).segments, np.array([0, -1, 0])) == 1e6


def test_the_length_of_the_normal_does_not_matter_and_parts_can_be_chosen() -> None:
    mesh = mesh_of(box(), box().moved((5000, 0, 0)))
    one, two = section(mesh, (0, 1, 0), 300), section(mesh, (0, 10, 0), 3000)
    assert np.allclose(one.segments, two.segments)
    chosen = section(mesh, (0, 1, 0), 300, parts=np.array([False, True]))
    assert set(chosen.part.tolist()) == {1}
    assert chosen.segments[..., 0].min() == 5000


def test_no_cut_no_segments() -> None:
    assert section(mesh_of(box()), (0, 1, 0), 5000).segments.shape == (0, 2, 3)
    assert section(Mesh.empty(), (0, 1, 0), 0).segments.shape == (0, 2, 3)


@pytest.mark.parametrize("normal", [(0, 0, 0), (1, 2), (float("nan"), 0, 0), (float("inf"), 0, 0)])
def test_a_plane_needs_a_normal(normal: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="normal"):
        section(mesh_of(box()), normal, 0)

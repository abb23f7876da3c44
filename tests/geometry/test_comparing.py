"""Bodies before and after: moved, turned, painted, or as they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from houses import house
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.geometry import Mesh
from bimplus_nb.geometry.comparing import SAME, differences

HOUSE = house(at=(1e6, 2e6, -3e6))


def shifted(mesh: Mesh, id_: str, way: tuple[float, float, float]) -> Mesh:
    vertices = mesh.vertices.copy()
    vertices[np.array(mesh.ids)[mesh.owner][mesh.vertex_part] == id_] += way
    return replace(mesh, vertices=vertices)


@given(st.sampled_from(HOUSE.ids), st.tuples(*[st.floats(-1e4, 1e4, width=32)] * 3))
def test_what_moved_and_nothing_else(id_: str, way: tuple[float, float, float]) -> None:
    found = differences(HOUSE, shifted(HOUSE, id_, way))
    assert found.ids == HOUSE.ids
    assert not found.reshaped.any()
    assert not found.recolored.any()
    row = found.ids.index(id_)
    expected = way if np.linalg.norm(way) > SAME + 1e-6 else (0, 0, 0)
    if abs(np.linalg.norm(way) - SAME) > 1e-6:
        assert found.moved[row] == pytest.approx(expected, abs=1e-6)
    assert not np.delete(found.moved, row, axis=0).any()


def test_another_body_is_not_moved() -> None:
    turned = HOUSE.vertices.copy()
    of = np.array(HOUSE.ids)[HOUSE.owner][HOUSE.vertex_part] == "roof"
    turned[of] = (turned[of] - turned[of][0])[:, [2, 1, 0]] * (1, 1, -1) + turned[of][0]
    found = differences(HOUSE, replace(HOUSE, vertices=turned))
    assert [id_ for id_, other in zip(found.ids, found.reshaped, strict=True) if other] == ["roof"]
    assert not found.moved.any()


def test_paint_alone() -> None:
    color = HOUSE.color.copy()
    color[HOUSE.owner == HOUSE.row("roof")] = 7
    found = differences(HOUSE, replace(HOUSE, color=color))
    assert [id_ for id_, other in zip(found.ids, found.recolored, strict=True) if other] == ["roof"]
    assert not found.reshaped.any()


def test_only_what_is_in_both_in_the_order_of_the_later() -> None:
    few = HOUSE.of("roof", "terrace")
    assert differences(few, HOUSE).ids == tuple(id_ for id_ in HOUSE.ids if id_ in few)
    assert differences(HOUSE, few).ids == few.ids
    assert differences(Mesh.empty(), HOUSE).ids == differences(HOUSE, Mesh.empty()).ids == ()

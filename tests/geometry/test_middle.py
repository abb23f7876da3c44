from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.geometry.middle import middles
from geometry.solids import FAR_AWAY, box, extruded, mesh_of, prism

# Two legs 500 mm wide, around a court that the middle of the whole lies in.
AROUND_A_COURT = extruded(
    [(0.0, 0.0), (3000, 0), (3000, 500), (500, 500), (500, 2000), (0, 2000)],
    [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5)],
    2500,
)


@pytest.mark.parametrize("at", [(0.0, 0.0, 0.0), FAR_AWAY])
def test_the_middle_of_a_box_is_its_own_and_that_of_an_l_is_in_a_leg(at: tuple[float, float, float]) -> None:
    mesh = mesh_of(box(4000, 2500, 240), AROUND_A_COURT, prism())
    mesh = replace(mesh, vertices=mesh.vertices + at)
    found = middles(mesh) - at
    assert found[0] == pytest.approx((2000, 1250, -120))
    x, y, z = found[1]
    assert y == pytest.approx(1250)
    assert (0 < x < 3000 and -500 < z < 0) or (0 < x < 500 and -2000 < z < 0)
    assert found[2] == pytest.approx((0, 1500, 0), abs=1e-3)


def test_what_has_nothing_to_lie_on_keeps_its_middle() -> None:
    upright = Mesh.from_parts(
        ["pane"], np.array([(0.0, 0, 0), (1000, 0, 0), (0, 2000, 0)]), np.array([(0, 1, 2)]), np.array([3]),
        np.array([1]), np.zeros((1, 4), np.uint8),
    )  # fmt: skip
    assert middles(upright).tolist() == [[500, 1000, 0]]
    assert middles(Mesh.empty()).shape == (0, 3)

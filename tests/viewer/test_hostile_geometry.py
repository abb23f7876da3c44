"""Geometry that is wrong, huge, minute or too much, from answer to viewer: the rest of the building is drawn."""

from __future__ import annotations

from collections.abc import Callable

import hostile
import numpy as np
import pytest
from geometry.solids import box, mesh_of
from sight import Drawn

from bimplus_nb.geometry import Mesh, decode_threejs
from bimplus_nb.viewer import Viewer

CASES = hostile.cases()


def seen(mesh: Mesh) -> Viewer:
    """The mesh in a viewer, with lines and light, which take the same numbers."""
    viewer = Viewer(mesh)
    viewer._decor.subject(viewer.mesh, viewer._texels.values)
    assert np.isfinite([*viewer.camera.position, *viewer.camera.target]).all()
    return viewer


def good_is_drawn(viewer: Viewer) -> None:
    """The two good objects are drawn where they are, to a tenth of a millimetre."""
    drawn = Drawn.among(viewer, 800, 400)
    assert {"left", "right"} <= set(viewer.visible_ids)
    for name, exact in hostile.GOOD.items():
        corners = drawn.corners[viewer._building.owner[drawn.row] == viewer._building.rows[name]]
        corners = corners + viewer._building.origin
        assert len(corners) == len(exact.triangles)
        low, high = exact.vertices.min(axis=0), exact.vertices.max(axis=0)
        assert np.abs(corners.min(axis=(0, 1)) - low).max() < 0.1
        assert np.abs(corners.max(axis=(0, 1)) - high).max() < 0.1


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_wrong_costs_itself_alone(case: hostile.Case) -> None:
    mesh = decode_threejs(hostile.between_good(*case.items))
    assert {problem.id for problem in mesh.problems} == set(case.problems)
    assert set(mesh.ids) == {"left", "right", *case.there}
    good_is_drawn(seen(mesh))


def test_all_of_it_at_once() -> None:
    mesh = decode_threejs(hostile.between_good(*(item for case in CASES.values() for item in case.items)))
    assert {problem.id for problem in mesh.problems} == {name for case in CASES.values() for name in case.problems}
    viewer = seen(mesh)
    good_is_drawn(viewer)
    viewer.select("left")
    assert viewer.selected_ids == ("left",)


def test_nothing_but_what_cannot_be_seen() -> None:
    """No triangle has an area, or there is none at all: an empty picture, and no fault."""
    for items in ((), CASES["flat"].items, CASES["no triangles"].items, CASES["minute"].items):
        seen(decode_threejs(hostile.answer(*items)))


@pytest.mark.parametrize(("kind", "n"), [(hostile.parts, 100_000), (hostile.soup, 50_000), (hostile.fan, 200_000)])
def test_too_much_of_one_object_is_drawn_whole(kind: Callable[[int], Mesh], n: int) -> None:
    mesh = kind(n)
    viewer = seen(mesh)
    good_is_drawn(viewer)
    assert viewer._building.triangles_drawn == len(mesh.triangles)


@pytest.mark.parametrize("at", [(9.9e11, 0, 0), (4.5e9, 0, 5.3e9)], ids=["10^9 m", "a national grid"])
def test_one_object_far_from_all_others_costs_them_nothing(at: tuple[float, float, float]) -> None:
    crowd = {f"near {k}": box().moved((5000 + k * 500, 0, 0)) for k in range(8)}
    bodies = {**hostile.GOOD, **crowd, "stray": box().moved(at)}
    viewer = seen(mesh_of(*bodies.values(), names=list(bodies)))
    good_is_drawn(viewer)
    assert np.linalg.norm(np.subtract(viewer.camera.position, (10_000, 1000, 0))) < 200_000
    assert viewer._words()["caption"].endswith("too far away to be drawn: 1")

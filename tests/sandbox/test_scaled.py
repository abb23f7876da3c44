"""The project to measure with: exactly as many objects as asked for, sound, and the same every time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from solids import closed, corners, triangles_of, volume

from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID
from bimplus_nb.sandbox.content import Element, Project
from bimplus_nb.sandbox.scaled import gables, scaled, slice_, tree


def elements(project: Project) -> list[Element]:
    return [element for model in project.models for element in model.elements]


@pytest.fixture(scope="module")
def thousand() -> Project:
    return scaled(1000)


@pytest.mark.parametrize("n", [1, 2, 29, 60, 61, 62, 211, 999, 1000, 4321])
def test_it_has_exactly_as_many_objects_as_asked_for(n: int) -> None:
    assert len(elements(scaled(n))) == n


@pytest.mark.parametrize("n", [0, -5])
def test_nothing_cannot_be_asked_for(n: int) -> None:
    with pytest.raises(ValueError, match="at least one object"):
        scaled(n)


def test_the_same_call_gives_the_same_project(thousand: Project) -> None:
    for one, two in zip(elements(thousand), elements(scaled(1000)), strict=True):
        assert (one.id, one.name, one.node, one.guid, one.values) == (two.id, two.name, two.node, two.guid, two.values)
        assert all(np.array_equal(a.vertices, b.vertices) for a, b in zip(one.solids, two.solids, strict=True))
    ids = {element.id for element in elements(thousand)}
    assert not ids & {element.id for element in elements(scaled(1000, seed=1))}
    assert not ids & {element.id for element in elements(scaled(1001))}


def test_every_body_is_closed_and_its_volume_true(thousand: Project) -> None:
    for element in elements(thousand):
        assert all(closed(solid) for solid in element.solids), element.name
        true = sum(volume(solid) for solid in element.solids)
        assert element.values[ATTRIBUTE["volume"].id] == pytest.approx(true, rel=1e-3)


def test_ids_names_and_nodes_are_in_order(thousand: Project) -> None:
    everything = elements(thousand)
    nodes = [node for model in thousand.models for node in model.nodes]
    assert max(Counter([*(e.id for e in everything), *(n.id for n in nodes)]).values()) == 1
    assert max(Counter(element.name for element in everything).values()) == 1
    for model in thousand.models:
        known = {node.id for node in model.nodes}
        assert {element.node for element in model.elements} <= known
        assert {node.parent for node in model.nodes} <= known | {None}
    assert all(element.values[GLOBAL_ID] == element.guid for element in everything)


def test_it_looks_like_storeys_of_houses_on_the_ground() -> None:
    project = scaled(5000)
    levels = {node.id: node.level for model in project.models for node in model.nodes}
    kinds = Counter(element.type for element in elements(project))
    assert kinds["Window"] == 4 * kinds["Slab"] > 0
    assert {"Wall", "Door", "Column", "Beam", "Room", "Furniture", "Duct", "Pipe", "Planting"} <= set(kinds)
    for element in elements(project):
        low, _ = corners(element)
        if element.type != "Terrain":
            assert -300 <= low[1] - levels[element.node] < 3600
    roofs = [corners(element) for element in elements(project) if element.type == "Roof"]
    for k, (low, high) in enumerate(roofs):
        for other_low, other_high in roofs[:k]:
            assert (high < other_low)[[0, 2]].any() or (low > other_high)[[0, 2]].any()


def test_an_object_has_about_thirty_triangles() -> None:
    kit = [*slice_(), *gables(), tree()]
    assert all(sum(len(triangles_of(solid)) for solid in one.solids) < 100 for one in kit)
    found = elements(scaled(5000))
    assert 24 < np.mean([sum(len(triangles_of(s)) for s in element.solids) for element in found]) < 34

"""Riverside Offices: sound bodies, true quantities, and exactly the mistakes that are meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray
from solids import closed, corners, triangles_of, volume

from bimplus_nb.sandbox import demo
from bimplus_nb.sandbox.building.findings import FINDINGS
from bimplus_nb.sandbox.building.issues import AS_OF
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, ATTRIBUTES, GLOBAL_ID, TYPES
from bimplus_nb.sandbox.content import Element, Model, Node, Project

BY_ID = {attribute.id: attribute for attribute in ATTRIBUTES}
PYTHON = {"string": str, "boolean": bool, "double": (int, float), "int": int, "datetime": datetime, "guid": str}


@pytest.fixture(scope="module")
def riverside() -> Project:
    return demo.riverside()


def elements(project: Project) -> list[Element]:
    return [element for model in project.models for element in model.elements]


def said(element: Element, word: str) -> Any:
    """What is said of an object, by the attribute's name in Python's spelling."""
    return element.values.get(ATTRIBUTE[word].id)


def storeys(project: Project) -> dict[str, Node]:
    return {node.id: node for model in project.models for node in model.nodes if node.type == "Storey"}


def test_it_is_a_building_of_three_models_and_eight_storeys(riverside: Project) -> None:
    assert [model.name for model in riverside.models] == ["Architecture", "Structure", "Building Services"]
    everything = elements(riverside)
    assert 1500 <= len(everything) <= 2700
    assert sum(len(triangles_of(solid)) for element in everything for solid in element.solids) < 120_000
    assert len({TYPES[element.type].layer for element in everything}) >= 8
    assert {"Wall", "Slab", "Column", "Beam", "Stair", "Window", "Door", "Roof", "Room", "Duct", "Pipe"} <= {
        element.type for element in everything
    }
    for model in riverside.models:
        floors = [node for node in model.nodes if node.type == "Storey"]
        assert [node.number for node in floors] == [-1, 0, 1, 2, 3, 4, 5, 6]
        assert floors == sorted(floors, key=lambda node: node.level)
        assert (floors[0].name, floors[-1].name) == ("Basement", "Roof")
        assert {element.node for element in model.elements} <= {node.id for node in floors}


def test_the_same_seed_gives_the_same_project_and_another_one_another(riverside: Project) -> None:
    again, other = demo.riverside(), demo.riverside(seed=1)
    assert again.issues == riverside.issues
    for one, two in zip(elements(riverside), elements(again), strict=True):
        assert (one.id, one.name, one.node, one.values) == (two.id, two.name, two.node, two.values)
        for here, there in zip(one.solids, two.solids, strict=True):
            np.testing.assert_array_equal(here.vertices, there.vertices)
            np.testing.assert_array_equal(here.quads, there.quads)
    assert not {element.id for element in elements(riverside)} & {element.id for element in elements(other)}


def test_every_body_is_closed_and_faces_outwards(riverside: Project) -> None:
    bad = [e.name for e in elements(riverside) if not all(closed(s) and volume(s) > 0 for s in e.solids)]
    assert bad == []


def test_every_volume_is_that_of_the_geometry(riverside: Project) -> None:
    wrong = []
    for element in elements(riverside):
        true = sum(volume(solid) for solid in element.solids)
        if abs(said(element, "volume") - true) > 0.001 * true:
            wrong.append(element.name)
    assert wrong == list(finding("volume in another unit"))


def test_extents_and_areas_fit_the_geometry(riverside: Project) -> None:
    for element in elements(riverside):
        low, high = corners(element)
        x, y, z = (high - low).tolist()
        if element.type != "Pipe":  # a pipe's length is measured along it
            assert said(element, "length") == pytest.approx(max(x, z), abs=0.11), element.name
        assert said(element, "height") == pytest.approx(y, abs=0.11), element.name
        thickness = said(element, "thickness")
        if thickness and element.name not in finding("volume in another unit"):
            assert said(element, "area") * thickness == pytest.approx(said(element, "volume"), rel=1e-6)


def test_ids_are_guids_and_global_ids_are_theirs(riverside: Project) -> None:
    guid = pytest.importorskip("ifcopenshell.guid")
    nodes = [node for model in riverside.models for node in model.nodes]
    everything = [*elements(riverside), *nodes]
    assert max(Counter(each.id for each in everything).values()) == 1
    for each in everything:
        assert each.id == str(UUID(each.id))
        assert each.guid == guid.compress(UUID(each.id).hex)
    assert all(element.values[GLOBAL_ID] == element.guid for element in elements(riverside))


def test_values_are_of_their_attributes_type_and_choices(riverside: Project) -> None:
    for element in elements(riverside):
        for id_, value in element.values.items():
            attribute = BY_ID[id_]
            assert isinstance(value, PYTHON[attribute.type]), (element.name, attribute.name)  # type: ignore[arg-type]
            assert isinstance(value, bool) == (attribute.type == "boolean")
            if attribute.enumeration:
                assert value in [choice.split("|")[0] for choice in attribute.enumeration.split(";")]


def test_glass_and_rooms_can_be_looked_through(riverside: Project) -> None:
    alphas = defaultdict(set)
    for element in elements(riverside):
        alphas[element.type] |= {solid.color >> 24 for solid in element.solids}
    assert alphas["Room"] == {0x40}
    assert alphas["Window"] == {0xFF, 0x50}
    assert alphas["Column"] == alphas["Slab"] == {0xFF}


# -- what is wrong on purpose --------------------------------------------------------------------------------------


def finding(key: str) -> tuple[str, ...]:
    return next(each.objects for each in FINDINGS if each.key == key)


def fire_doors(project: Project) -> Iterator[str]:
    for element in elements(project):
        if element.type == "Door" and said(element, "model_label") == "BK T90" and not said(element, "fire_rating"):
            yield element.name


def u_values(project: Project) -> Iterator[str]:
    for element in elements(project):
        value = said(element, "u_value")
        if value is not None and not 0 < value <= 6:
            yield element.name


def volumes(project: Project) -> Iterator[str]:
    yield from (element.name for element in elements(project) if said(element, "volume") < 1000)


def room_numbers(project: Project) -> Iterator[str]:
    rooms = [element for element in elements(project) if element.type == "Room"]
    count = Counter(said(room, "room_number") for room in rooms)
    yield from (room.name for room in rooms if count[said(room, "room_number")] > 1)


def core_walls(project: Project) -> Iterator[str]:
    for element in elements(project):
        if element.type == "Wall" and said(element, "strength_class") and not said(element, "load_bearing"):
            yield element.name


def materials(project: Project) -> Iterator[str]:
    for element in elements(project):
        if element.type != "Room" and said(element, "material") is None:
            yield element.name


def missing_costs(project: Project) -> Iterator[str]:
    yield from (e.name for e in elements(project) if e.type == "Window" and said(e, "cost") is None)


def slipped_costs(project: Project) -> Iterator[str]:
    priced = [e for e in elements(project) if e.type == "Window" and said(e, "cost") is not None]
    usual = float(np.median([said(e, "cost") for e in priced]))
    yield from (e.name for e in priced if said(e, "cost") > 10 * usual)


def storey_of_furniture(project: Project) -> Iterator[str]:
    levels = storeys(project)
    for element in elements(project):
        if element.type == "Furniture" and abs(corners(element)[0][1] - levels[element.node].level) > 500:
            yield element.name


def doubles(project: Project) -> Iterator[str]:
    places: dict[bytes, list[str]] = defaultdict(list)
    for element in elements(project):
        places[b"".join(solid.vertices.round(3).tobytes() for solid in element.solids)].append(element.name)
    yield from (name for names in places.values() if len(names) > 1 for name in names)


def installed_late(project: Project) -> Iterator[str]:
    for element in elements(project):
        day = said(element, "installation_date")
        if day is not None and day > datetime(2030, 1, 1, tzinfo=UTC):
            yield element.name


def serial_numbers(project: Project) -> Iterator[str]:
    named = [element for element in elements(project) if said(element, "serial_number")]
    count = Counter(said(element, "serial_number") for element in named)
    yield from (element.name for element in named if count[said(element, "serial_number")] > 1)


def crowds(project: Project) -> Iterator[str]:
    for element in elements(project):
        if said(element, "occupancy") and said(element, "net_area") / said(element, "occupancy") < 0.5:
            yield element.name


def samples(element: Element, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points close together on those triangles of an object that may reach into a box: mm, Y up."""
    corner = np.concatenate([solid.vertices[triangles_of(solid)] for solid in element.solids])
    near = ((corner.min(axis=1) < high) & (corner.max(axis=1) > low)).all(axis=1)
    u, v = np.meshgrid(np.linspace(0, 1, 60), np.linspace(0, 1, 60))
    keep = u + v <= 1
    u, v = u[keep][:, None, None], v[keep][:, None, None]
    a, b, c = (corner[None, near, k] for k in range(3))
    return np.asarray((a + u * (b - a) + v * (c - a)).reshape(-1, 3))


def clashes(project: Project) -> Iterator[str]:
    """Ducts and pipes that reach more than 20 mm into a beam, a column, and those."""
    carrying = [element for element in elements(project) if element.type in ("Beam", "Column")]
    boxes = [corners(element) for element in carrying]
    low, high = np.array([box[0] for box in boxes]) + 20, np.array([box[1] for box in boxes]) - 20
    for element in elements(project):
        if TYPES[element.type].name not in ("Duct", "Duct fitting", "Pipe", "Cable tray", "Air terminal"):
            continue
        first, last = corners(element)
        for k in np.flatnonzero(((low < last) & (high > first)).all(axis=1)):
            points = samples(element, low[k], high[k])
            if ((points > low[k]) & (points < high[k])).all(axis=1).any():
                yield from (element.name, carrying[k].name)


CHECKS: dict[str, Callable[[Project], Iterator[str]]] = {
    "fire doors without rating": fire_doors,
    "absurd U-values": u_values,
    "volume in another unit": volumes,
    "room numbers used twice": room_numbers,
    "core walls said to carry nothing": core_walls,
    "duct through a beam": clashes,
    "partitions without material": materials,
    "windows without cost": missing_costs,
    "a price with a slipped point": slipped_costs,
    "on the wrong storey": storey_of_furniture,
    "modelled twice": doubles,
    "installed in the future": installed_late,
    "serial number used twice": serial_numbers,
    "too many people": crowds,
}


def test_there_is_a_check_for_every_finding() -> None:
    assert set(CHECKS) == {each.key for each in FINDINGS}


@pytest.mark.parametrize("key", CHECKS)
def test_a_check_finds_what_is_wrong_on_purpose_and_nothing_else(riverside: Project, key: str) -> None:
    assert sorted(CHECKS[key](riverside)) == sorted(finding(key))


# -- issues --------------------------------------------------------------------------------------------------------


def test_issues_come_in_every_state_kind_and_priority(riverside: Project) -> None:
    found = riverside.issues
    assert len(found) >= 40
    assert {issue.status for issue in found} == {"Open", "Solved", "Closed"}
    assert {issue.priority for issue in found} == {"Low", "Medium", "High"}
    assert len({issue.type for issue in found}) == 7
    assert len({issue.name for issue in found}) == len(found)
    assert {issue.author for issue in found} == {"anna", "ben", "carla"}  # a viewer writes none
    assert {issue.responsible for issue in found} == {"anna", "ben", "carla", "david"}
    assert all((issue.solution is None) == (issue.status == "Open") for issue in found)
    assert all(issue.created < AS_OF for issue in found)
    overdue = [issue for issue in found if issue.status == "Open" and issue.due and issue.due < AS_OF]
    assert 5 <= len(overdue) < len(found) / 2


def test_every_finding_has_its_issue(riverside: Project) -> None:
    by_id = {element.id: element.name for element in elements(riverside)}
    pinned = [tuple(by_id[pin.object_id] for pin in issue.pins) for issue in riverside.issues]
    assert all(each.objects in pinned for each in FINDINGS)


def test_pins_lie_on_the_surface_and_point_outwards(riverside: Project) -> None:
    by_id = {element.id: element for element in elements(riverside)}
    pins = [pin for issue in riverside.issues for pin in issue.pins]
    assert len(pins) > 60
    for pin in pins:
        corner = np.concatenate([s.vertices[triangles_of(s)] for s in by_id[pin.object_id].solids])
        a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
        across = np.cross(b - a, c - a)
        normals = across / np.linalg.norm(across, axis=1, keepdims=True)
        point, normal = np.array(pin.position), np.array(pin.normal)
        in_plane = np.abs(((point - a) * normals).sum(axis=1)) < 1e-6
        sides = [(np.cross(q - p, point - p) * normals).sum(axis=1) > -1e-3 for p, q in ((a, b), (b, c), (c, a))]
        inside = in_plane & np.all(sides, axis=0)
        assert inside.any()
        assert np.linalg.norm(normals[inside] - normal, axis=1).min() < 1e-9


# -- the small projects --------------------------------------------------------------------------------------------


def test_the_pavilion_has_two_revisions_that_differ_as_said() -> None:
    (model,) = demo.revisions().models
    (first,) = model.earlier
    assert first.id == model.id
    assert (first.revision_name, model.revision_name) == ("Building permit", "Detailed design")
    old, new = ({element.id: element for element in state.elements} for state in (first, model))
    assert {new[id_].name for id_ in set(new) - set(old)} == {"Window 5", "Table 3", "Table 4"}
    assert {old[id_].name for id_ in set(old) - set(new)} == {"Partition"}
    both = [(old[id_], new[id_]) for id_ in set(old) & set(new)]
    moved = {a.name for a, b in both if not same_bodies(a, b)}
    assert moved == {"Door", "Wall south"}
    changed = {a.name for a, b in both if said(a, "u_value") != said(b, "u_value")}
    assert changed == {"Wall south", "Wall east", "Wall north", "Wall west"}
    assert first.nodes == model.nodes


def same_bodies(one: Element, two: Element) -> bool:
    pairs = zip(one.solids, two.solids, strict=True)
    return all(np.array_equal(a.vertices, b.vertices) and np.array_equal(a.quads, b.quads) for a, b in pairs)


def test_the_small_projects_are_sound() -> None:
    models: list[Model] = [*demo.archive().models, *demo.revisions().models, *demo.revisions().models[0].earlier]
    assert all(closed(solid) for model in models for element in model.elements for solid in element.solids)
    assert demo.empty().models == ()
    assert set(demo.archive().roles.values()) == {"Project_Viewer"}
    ids = [project.id for project in (demo.archive(), demo.revisions(), demo.empty(), demo.riverside())]
    assert len(set(ids)) == 4

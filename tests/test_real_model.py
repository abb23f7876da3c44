"""Real buildings, the whole way: imported into the sandbox, signed in to, picked, drawn, tabled.

The witness is ifcopenshell, which reads the same files by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lab import Lab
from real import ABSENT, FILES, bodies, storey

from bimplus_nb.client import connect
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.widgets import ProjectPicker

# measure of a property or quantity: the file's kind of unit for it, and the base unit that this is in
_SCALED = {
    "IfcLengthMeasure": ("LENGTHUNIT", "m"), "IfcPositiveLengthMeasure": ("LENGTHUNIT", "m"),
    "IfcQuantityLength": ("LENGTHUNIT", "m"), "IfcAreaMeasure": ("AREAUNIT", "m²"),
    "IfcQuantityArea": ("AREAUNIT", "m²"), "IfcVolumeMeasure": ("VOLUMEUNIT", "m³"),
    "IfcQuantityVolume": ("VOLUMEUNIT", "m³"), "IfcPlaneAngleMeasure": ("PLANEANGLEUNIT", "rad"),
}  # fmt: skip
_UNSCALED = {"IfcReal", "IfcThermalTransmittanceMeasure", "IfcPowerMeasure"}

pytestmark = pytest.mark.ifc
if ABSENT:
    pytest.skip(ABSENT, allow_module_level=True)


@dataclass(frozen=True)
class Witness:
    """One product with geometry, as ifcopenshell reads it."""

    storey: str | None
    volume: float  # m³


@pytest.fixture(scope="module")
def witnesses() -> dict[str, Witness]:
    """GlobalId -> product, for every product with geometry but openings."""
    import ifcopenshell
    import ifcopenshell.util.shape as shape

    file = ifcopenshell.open(str(FILES["Duplex"]))
    found = bodies(file, reorient_shells=True)
    return {product.GlobalId: Witness(storey(product), shape.get_volume(body)) for product, body in found}


@pytest.fixture(scope="module")
def duplex(real_models: Sandbox) -> Iterator[Project]:
    """Signed in as the editor, picked in the picker."""
    with connect(real_models, user="carla") as client:
        picker = ProjectPicker(client)
        picker.choose("Duplex")
        assert picker.project is not None
        yield picker.project


def test_every_product_is_an_object_with_its_guid_and_storey(duplex: Project, witnesses: dict[str, Witness]) -> None:
    objects = duplex.objects(progress=False)
    assert sorted(objects["guid"]) == sorted(witnesses)
    storeys = dict(zip(objects["guid"], objects["storey"].astype(object), strict=True))
    expected = {guid: witness.storey for guid, witness in witnesses.items() if witness.storey is not None}
    assert {guid: storeys[guid] for guid in expected} == expected


@pytest.fixture(scope="module", params=FILES)
def building(real_models: Sandbox, request: pytest.FixtureRequest) -> Iterator[tuple[Project, Any]]:
    """Each of the buildings, and its file as ifcopenshell reads it."""
    import ifcopenshell

    with connect(real_models, user="carla") as client:
        yield client.project(request.param), ifcopenshell.open(str(FILES[request.param]))


def test_every_object_stands_on_its_storey(building: tuple[Project, Any]) -> None:
    project, file = building
    objects = project.objects(progress=False)
    assert len(objects) > 50
    for guid, name in zip(objects["guid"], objects["storey"].astype(object), strict=True):
        assert (None if pd.isna(name) else name) == storey(file.by_guid(guid)), guid


def test_every_property_of_every_object_is_that_of_the_file(building: tuple[Project, Any]) -> None:
    """Text, whole numbers and yes or no as they stand there, measures as ifcopenshell converts them to SI."""
    import ifcopenshell.util.element as element
    import ifcopenshell.util.unit as scale

    project, file = building
    guids = project.objects(progress=False)["guid"]
    properties = project.properties(progress=False)
    units = properties.attrs["unit_definitions"]
    rows = properties[["object_id", "group", "name", "value", "unit"]].itertuples(index=False)
    ours = {(guids[id_], group, name): (value, unit) for id_, group, name, value, unit in rows}
    assert properties["attribute_id"].notna().all()
    assert properties.problems.empty
    checked = 0
    for guid in guids:
        for group, said in element.get_psets(file.by_guid(guid), verbose=True).items():
            for name, each in said.items():
                if not isinstance(each, dict) or each["value"] in (None, ""):
                    continue
                value, unit = ours[guid, group, name]
                if isinstance(each["value"], float):
                    measure = each.get("value_type") or each["class"]
                    kind, base = _SCALED.get(measure, (None, None))
                    assert kind or measure in _UNSCALED
                    factor = scale.calculate_unit_scale(file, kind) if kind else 1
                    found = value * units.factor(unit, base) if kind else value
                    assert found == pytest.approx(each["value"] * factor, rel=1e-9), (guid, group, name)
                else:
                    assert (type(value), value) == (type(each["value"]), each["value"]), (guid, group, name)
                checked += 1
    assert checked > 3000


def test_quantities_by_storey_and_class_are_those_of_the_file(building: tuple[Project, Any]) -> None:
    import ifcopenshell.util.shape as shape

    project, file = building
    expected = defaultdict[tuple[str, str], list[float]](list)
    for product, body in bodies(file, reorient_shells=True):
        expected[storey(product) or "No storey", product.is_a()].append(abs(shape.get_volume(body)))
    found = project.quantities(["storey", "class"], progress=False)
    assert found["objects"].to_dict() == {key: len(volumes) for key, volumes in expected.items()}
    whole = found[(found["open_meshes"] == 0) & (found["volume_known"] == found["objects"])]
    assert len(whole) > 0.8 * len(found)
    sums = {key: sum(volumes) for key, volumes in expected.items()}
    assert whole["volume_mesh_m3"].to_dict() == pytest.approx({key: sums[key] for key in whole.index}, rel=2e-3)
    assert found["volume_mesh_m3"].sum() == pytest.approx(sum(sums.values()), rel=2e-2)


def test_the_volume_is_that_of_the_file(duplex: Project, witnesses: dict[str, Witness]) -> None:
    """The sum over everything, and object by object where it is closed.

    Two alike objects, of which ifcopenshell itself says volumes 0.1 % apart, set the bound for the single ones.
    """
    mesh = duplex.mesh(progress=False)
    assert not mesh.problems
    guids = duplex.objects(progress=False)["guid"]
    ours = {guids[id]: volume / 1e9 for id, volume in zip(mesh.ids, mesh.volume, strict=True)}
    closed = {guids[id] for id, whole in zip(mesh.ids, mesh.closed, strict=True) if whole}
    assert len(closed) > 0.95 * len(mesh)
    for guid in closed:
        assert ours[guid] == pytest.approx(abs(witnesses[guid].volume), rel=2e-3, abs=1e-6), guid
    total = sum(abs(witness.volume) for witness in witnesses.values())
    assert sum(ours.values()) == pytest.approx(total, rel=1e-4)


def test_property_sets_arrive(duplex: Project) -> None:
    objects = duplex.objects(progress=False, columns="all")
    walls = objects[objects["type"] == "Wall"]
    assert len(walls) == 57
    assert walls["is_external"].notna().mean() > 0.5
    assert walls["material"].notna().all()


@pytest.mark.browser
def test_it_is_drawn(real_models: Sandbox, lab: Lab) -> None:
    cells = [
        f"import os; os.environ['BIMPLUS_SANDBOX_URL'] = {real_models.url!r}\nimport bimplus_nb as bp\n"
        "project = bp.connect(user='carla').project('Duplex')\nviewer = project.view(progress=False)\nviewer",
        "bp.ObjectTable(project, viewer=viewer)",
    ]
    with lab.open(cells, size=(1200, 1100)) as notebook:
        notebook.run_all()
        notebook.settle()
        pixels = notebook.pixels().reshape(-1, 3).astype(int)
        green = (pixels[:, 1] > pixels[:, 0] + 8) & (pixels[:, 1] > pixels[:, 2] + 8)
        assert green.mean() > 0.01, "the planted roof can be seen"
        assert len(np.unique(pixels // 16, axis=0)) > 50
        notebook.kernel("viewer.select(project.objects()['type'] == 'Wall')")
        notebook.settle()
        assert len(notebook.ask("viewer.selected_ids")) == 57
        assert notebook.errors == []

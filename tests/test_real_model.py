"""A real building, the whole way: imported into the sandbox, signed in to, picked, drawn, tabled.

The witness is ifcopenshell, which reads the same file by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from lab import Lab

from bimplus_nb.client import connect
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.widgets import ProjectPicker

MODELS = Path(__file__).parent.parent.parent / "shared" / "models"
DUPLEX = MODELS / "Duplex_Architecture.ifc"

pytestmark = pytest.mark.ifc
if not MODELS.parent.is_dir():
    pytest.skip("no folder of models beside the project", allow_module_level=True)


@dataclass(frozen=True)
class Witness:
    """One product with geometry, as ifcopenshell reads it."""

    storey: str | None
    volume: float  # m³


@pytest.fixture(scope="module")
def witnesses() -> dict[str, Witness]:
    """GlobalId -> product, for every product with geometry but openings."""
    import ifcopenshell
    import ifcopenshell.geom
    import ifcopenshell.util.element as element
    import ifcopenshell.util.shape as shape

    file = ifcopenshell.open(str(DUPLEX))
    settings = ifcopenshell.geom.settings()
    settings.set("reorient-shells", True)
    found = {}
    iterator = ifcopenshell.geom.iterator(settings, file, exclude=file.by_type("IfcOpeningElement"))
    assert iterator.initialize()
    while True:
        got = iterator.get()
        product = file.by_guid(got.guid)
        place = element.get_container(product) or element.get_aggregate(product)
        while place is not None and not place.is_a("IfcBuildingStorey"):
            place = element.get_aggregate(place) or element.get_container(place)
        found[got.guid] = Witness(place.Name if place is not None else None, shape.get_volume(got.geometry))
        if not iterator.next():
            return found


@pytest.fixture(scope="module")
def imported() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.import_ifc(DUPLEX, project="Duplex")
        yield sandbox


@pytest.fixture(scope="module")
def duplex(imported: Sandbox) -> Iterator[Project]:
    """Signed in as the editor, picked in the picker."""
    with connect(imported, user="carla") as client:
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
def test_it_is_drawn(imported: Sandbox, lab: Lab) -> None:
    cells = [
        f"import os; os.environ['BIMPLUS_SANDBOX_URL'] = {imported.url!r}\nimport bimplus_nb as bp\n"
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

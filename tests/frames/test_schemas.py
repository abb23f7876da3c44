"""Every frame of a project, of the demo building and of an empty plot, against the schema that pins it."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from frames import schemas

from bimplus_nb.client import Client
from bimplus_nb.project import Project


@pytest.fixture(params=["Riverside Offices", "Empty plot"])
def any_project(client: Client, request: pytest.FixtureRequest) -> Project:
    return client.project(request.param)


def test_each_frame_keeps_to_its_schema(any_project: Project) -> None:
    objects, properties = any_project.objects(progress=False), any_project.properties(progress=False)
    schemas.objects(objects).validate(objects)
    schemas.PROPERTIES.validate(properties)
    schemas.PROBLEMS.validate(properties.problems)
    schemas.MODELS.validate(any_project.models())
    schemas.LAYERS.validate(any_project.layers())
    schemas.TOPOLOGY.validate(any_project.topology())
    schemas.ATTRIBUTES.validate(any_project.attributes())
    schemas.COMPLETENESS.validate(any_project.completeness(progress=False))
    schemas.UNITS.validate(any_project.units())
    schemas.ISSUES.validate(any_project.issues())
    schemas.PINS.validate(any_project.issues.pins())
    schemas.COMMENTS.validate(any_project.issues.comments())
    schemas.HISTORY.validate(any_project.issues.history())
    schemas.SLIDES.validate(any_project.slides())
    schemas.ATTACHMENTS.validate(any_project.issues.attachments())
    schemas.SINCE.validate(any_project.issues.since("2026-01-01"))
    schemas.DUPLICATES.validate(any_project.issues.duplicates())
    storeys = any_project.issues.by_storey()
    assert {str(dtype) for dtype in storeys.dtypes} <= {"Int64"}
    assert [*storeys] == ["Open", "Solved", "Closed", "overdue", "issues"]
    schemas.STRUCTURES.validate(any_project.structures())
    for by in (["storey", "type"], ["layer"]):
        schemas.quantities(by).validate(any_project.quantities(by, progress=False))


def test_what_changed_keeps_to_its_schema(client: Client) -> None:
    for other in (1, 2):
        comparison = client.project("Harbour Pavilion").compare(1, other, progress=False)
        schemas.COMPARISON.validate(comparison)
        schemas.CHANGES.validate(comparison.changes)
        assert comparison.empty == (other == 1)


def test_no_column_of_an_object_is_mixed(any_project: Project) -> None:
    for frame in (any_project.objects(columns="all", progress=False), any_project.properties(progress=False).wide()):
        assert frame.index.name == "id"
        assert not [name for name, dtype in frame.dtypes.items() if pd.api.types.is_object_dtype(dtype)]


def test_what_a_frame_carries_can_be_written_as_json(any_project: Project) -> None:
    """Parquet keeps `attrs` as JSON."""
    wide = any_project.properties(progress=False).wide()
    for frame in (any_project.objects(columns="all", progress=False), wide, any_project.units()):
        assert json.loads(json.dumps(frame.attrs)).keys() == frame.attrs.keys()


def test_every_attribute_column_has_its_attribute_and_unit(project: Project) -> None:
    objects, attributes = project.objects(columns="all", progress=False), project.attributes()
    units, ids = objects.attrs["units"], objects.attrs["attributes"]
    tree = {"name", "type", "ifc_type", "layer", "model", "storey", "parent", "guid"}
    assert {*objects.columns} - tree == {*ids}
    documented = {name for name in objects.columns if name.endswith(("_m", "_m2", "_m3"))}
    for name in {*ids} - documented:
        unit = attributes.loc[ids[name], "unit"]
        assert units.get(name) == (None if pd.isna(unit) else unit), name
    assert {name: units[name] for name in ("length_m", "area_m2", "volume_m3")} == {
        "length_m": "m", "area_m2": "m²", "volume_m3": "m³",
    }  # fmt: skip
    assert objects["fire_rating"].cat.ordered
    assert [*objects["fire_rating"].cat.categories] == ["F0", "F30", "F60", "F90", "F120"]

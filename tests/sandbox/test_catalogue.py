"""Layers, element types and attributes: whole, unambiguous, and with the service's own ids."""

from __future__ import annotations

import re
from collections import Counter
from uuid import UUID

import pytest

from bimplus_nb.sandbox.catalogue import ATTRIBUTE, ATTRIBUTES, ELEMENT_TYPES, GLOBAL_ID, LAYERS, TYPES, element_type


def test_every_id_is_a_guid_and_used_once() -> None:
    ids = [each.id for each in (*LAYERS, *ELEMENT_TYPES, *ATTRIBUTES)]
    assert all(str(UUID(id_)) == id_ for id_ in ids)
    assert max(Counter(ids).values()) == 1


def test_ids_that_the_service_publishes() -> None:
    assert {layer.name: layer.id for layer in LAYERS}["ID_BuildingModel"] == "0f106af0-a919-44c5-b211-15bd5ef620b6"
    assert TYPES["Column"].id == "2e308afe-d078-4c20-b53c-76b2da66d848"
    assert TYPES["Wall"].category == "/1/10/1/"
    assert ATTRIBUTE["globalid"].id == GLOBAL_ID == "93027bad-df91-48ee-a0bb-60a8184cddba"


def test_each_type_lies_in_one_layer_and_below_its_category() -> None:
    categories = {layer.id: layer.category for layer in LAYERS}
    assert len(TYPES) == len(ELEMENT_TYPES)
    assert len({each.category for each in ELEMENT_TYPES}) == len(ELEMENT_TYPES)
    for each in ELEMENT_TYPES:
        assert each.category.startswith(categories[each.layer])
        assert each.ifc_type.startswith("Ifc")


@pytest.mark.parametrize(
    ("ifc_class", "type_"),
    [
        ("IfcWallStandardCase", "Wall"),
        ("IfcSpace", "Room"),
        ("IfcFooting", "Foundation"),
        ("IfcStairFlight", "Stair"),
        ("IfcFlowTerminal", "SanitaryTerminal"),
        ("IfcBuildingElementProxy", "GeometryObject"),
        ("IfcOfTomorrow", "GeometryObject"),
    ],
)
def test_ifc_classes_find_their_type(ifc_class: str, type_: str) -> None:
    assert element_type(ifc_class) is TYPES[type_]


def test_every_type_is_found_by_its_own_class() -> None:
    assert all(element_type(each.ifc_type) is each for each in ELEMENT_TYPES)


def test_attributes_can_be_told_apart_by_name_and_have_sound_definitions() -> None:
    assert len(ATTRIBUTE) == len(ATTRIBUTES)
    for attribute in ATTRIBUTES:
        assert (attribute.control == "enumeration") == bool(attribute.enumeration)
        assert (attribute.control == "checkbox") == (attribute.type == "boolean")
        assert re.fullmatch(r"([^|;]+\|[^|;]+)?(;[^|;]+\|[^|;]+)*", attribute.enumeration)


def test_the_quantities_are_in_millimetres() -> None:
    units = {attribute.name: attribute.unit for attribute in ATTRIBUTES if attribute.group == "quantity"}
    assert units == {
        "length": "mm",
        "width": "mm",
        "height": "mm",
        "thickness": "mm",
        "area": "mm²",
        "volume": "mm³",
    }

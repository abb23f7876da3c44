"""The real models, as ifcopenshell reads them by itself: the witness of what the sandbox makes of their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

MODELS = Path(__file__).parent.parent.parent / "shared" / "models"
FILES = {
    "Duplex": MODELS / "Duplex_Architecture.ifc",
    "Tall": MODELS / "TallBuilding.ifc",
    "Large": MODELS / "LargeBuilding.ifc",
}
ABSENT = None if MODELS.is_dir() else "no folder of models beside the project"


def bodies(file: Any, *without: str, **settings: Any) -> Iterator[tuple[Any, Any]]:
    """Every product with a body and its triangles, but openings and products of the classes in `without`."""
    import ifcopenshell.geom

    wanted = ifcopenshell.geom.settings()
    for name, value in settings.items():
        wanted.set(name.replace("_", "-"), value)
    left_out = [product for name in ("IfcOpeningElement", *without) for product in file.by_type(name)]
    iterator = ifcopenshell.geom.iterator(wanted, file, 2, exclude=left_out)
    assert iterator.initialize()
    while True:
        got = iterator.get()
        yield file.by_guid(got.guid), got.geometry
        if not iterator.next():
            return


def storey(product: Any) -> str | None:
    """The name of the storey that it stands on, by itself or with what it is a part of."""
    import ifcopenshell.util.element as element

    place = element.get_container(product) or element.get_aggregate(product)
    while place is not None and not place.is_a("IfcBuildingStorey"):
        place = element.get_aggregate(place) or element.get_container(place)
    return None if place is None else str(place.Name)

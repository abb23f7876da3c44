"""The building of the tutorial that makes a sandbox of one's own: as an IFC file, and as a sandbox's file.

    python tests/boathouse.py    # writes notebooks/files/boathouse.ifc and boathouse.db again

Drawn here from nothing, so it is under this package's licence. Some of its parts say nothing of their material: that is
the exercise. Needs the extra `ifc`.
"""

from __future__ import annotations

import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.shapes import Body, Opening, box, cylinder, join, prism, wall

FILES = Path(__file__).parent.parent / "notebooks" / "files"
IFC, KEPT = FILES / "boathouse.ifc", FILES / "boathouse.db"
NAME = "Boathouse"

TIMBER, PLANKS, TAR, STONE = (0.62, 0.42, 0.26), (0.78, 0.62, 0.42), (0.17, 0.20, 0.23), (0.68, 0.67, 0.63)
RED, GLASS, STEEL = (0.62, 0.17, 0.13), (0.62, 0.80, 0.86), (0.45, 0.48, 0.52)

LONG, WIDE, HIGH, RIDGE, THICK = 9_000.0, 5_400.0, 2_700.0, 2_200.0, 160.0  # mm; the ridge above the eaves
FLOOR = 1_100.0  # above the lake, whose surface is z = 0


Color = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """One product: its IFC class, storey, material (None: not said) and bodies with their colours."""

    kind: str
    name: str
    storey: int
    material: str | None
    bodies: tuple[tuple[Body, Color], ...]


def parts() -> Iterator[Part]:
    """All of it, z above the floor. x along the ridge, y away from the lake, z up, mm."""
    lake, house, loft = 0, 1, 2
    for k in range(10):
        x, y = k % 5 * 2_200 + 100.0, -3_000.0 if k < 5 else -500.0
        name = f"Pile {k + 1}"
        yield Part("IfcColumn", name, lake, "Larch", ((cylinder(240, 760, 12).moved(x, y, -1_100), TIMBER),))
    for k in range(2):
        y = -3_000.0 if k == 0 else -500.0
        beam = box(9_200, 180, 240, at=(-100, y - 90, -340))
        yield Part("IfcBeam", f"Beam {k + 1}", lake, "Larch", ((beam, TIMBER),))
    deck = join(*(box(9_400, 220, 40, at=(-200, -3_300 + 240.0 * k, -100)) for k in range(13)))
    yield Part("IfcSlab", "Landing stage", lake, "Larch", ((deck, PLANKS),))
    yield Part("IfcFooting", "Plinth", lake, "Granite", ((box(LONG, WIDE, 900, at=(0, 0, -1_100)), STONE),))
    yield Part("IfcSlab", "Floor", house, "Concrete C25/30", ((box(LONG, WIDE, 200, at=(0, 0, -200)), STONE),))
    # The walls: the one to the water with a gate for boats and a door, the others with windows.
    front = (Opening(700, 0, 2_600, 2_200), Opening(4_100, 0, 1_000, 2_100), Opening(5_900, 900, 1_200, 1_100))
    back = tuple(Opening(x, 900, 1_200, 1_100) for x in (1_000.0, 3_900.0, 6_800.0))
    side = (Opening(1_900, 900, 1_400, 1_100),)
    gable = prism([(0, HIGH), (WIDE, HIGH), (WIDE / 2, HIGH + RIDGE)], THICK).sideways()
    yield Part("IfcWall", "Wall to the lake", house, "Spruce", ((wall(LONG, THICK, HIGH, front), RED),))
    behind = wall(LONG, THICK, HIGH, back).turned(180).moved(LONG, WIDE)
    yield Part("IfcWall", "Wall to the land", house, None, ((behind, RED),))
    depth = WIDE - 2 * THICK
    left = wall(depth, THICK, HIGH, side).turned(-90).moved(0, WIDE - THICK)
    right = wall(depth, THICK, HIGH, side).turned(90).moved(LONG, THICK)
    yield Part("IfcWall", "Wall west", house, "Spruce", ((left, RED),))
    yield Part("IfcWall", "Wall east", house, "Spruce", ((right, RED),))
    yield Part("IfcWall", "Gable west", loft, "Spruce", ((gable, RED),))
    yield Part("IfcWall", "Gable east", loft, None, ((gable.moved(LONG - THICK), RED),))
    for name, x, y, wide, turn in (
        ("Window lake", 5_900, 0, 1_200, 0),
        ("Window land 1", LONG - 1_000, WIDE, 1_200, 180),
        ("Window land 2", LONG - 3_900, WIDE, 1_200, 180),
        ("Window land 3", LONG - 6_800, WIDE, 1_200, 180),
        ("Window west", 0, WIDE - THICK - 1_900, 1_400, -90),
        ("Window east", LONG, THICK + 1_900, 1_400, 90),
    ):
        hole = [[(60, 60), (wide - 60, 60), (wide - 60, 1_040), (60, 1_040)]]
        frame = prism([(0, 0), (wide, 0), (wide, 1_100), (0, 1_100)], 80, hole).upright().moved(0, 40, 900)
        pane = box(wide - 120, 24, 980, at=(60, 68, 960))
        placed = tuple((body.turned(turn).moved(x, y), color) for body, color in ((frame, PLANKS), (pane, GLASS)))
        yield Part("IfcWindow", name, house, "Oak, insulating glass", placed)
    gate = join(*(box(640, 60, 2_180, at=(710 + 645.0 * k, 50, 0)) for k in range(4)))
    yield Part("IfcDoor", "Boat gate", house, None, ((gate, PLANKS),))
    yield Part("IfcDoor", "Door", house, "Oak", ((box(980, 60, 2_080, at=(4_110, 50, 0)), TIMBER),))
    # Two slopes, each a slab of 180 mm that reaches 500 mm over the walls.
    run, over, thick = WIDE / 2, 500.0, 180.0
    fall = RIDGE / run
    for name, way in (("Roof to the lake", 1), ("Roof to the land", -1)):
        foot = [(-over, HIGH - over * fall), (run, HIGH + RIDGE), (run, HIGH + RIDGE + thick)]
        outline = [*foot, (-over, HIGH - over * fall + thick)]
        turned = [(y if way == 1 else WIDE - y, z) for y, z in outline]
        slope = prism(turned, LONG + 2 * over).sideways().moved(-over)
        yield Part("IfcRoof", name, loft, "Tarred boards", ((slope, TAR),))
    yield Part("IfcSlab", "Loft", loft, "Spruce", ((box(3_600, WIDE - 320, 120, at=(5_240, 160, 2_580)), PLANKS),))
    stove = join(box(500, 500, 800, at=(7_900, 4_300, 0)), box(260, 260, 4_700, at=(8_020, 4_420, 800)))
    yield Part("IfcChimney", "Stove and chimney", house, "Steel", ((stove, STEEL),))
    steps = join(*(box(1_200, 280, 180, at=(7_800, -3_300 - 280.0 * (k + 1), -280 - 200.0 * k)) for k in range(4)))
    yield Part("IfcStair", "Steps into the lake", lake, "Larch", ((steps, PLANKS),))
    table = join(
        box(1_600, 800, 50, at=(5_600, 2_400, 720)),
        *(box(70, 70, 720, at=(5_650 + 1_430 * (k % 2), 2_450 + 630.0 * (k // 2), 0)) for k in range(4)),
    )
    yield Part("IfcFurniture", "Table", house, "Oak", ((table, TIMBER),))
    hull = prism([(0, 500), (700, 0), (3_300, 80), (3_300, 920), (700, 1_000)], 420).moved(-3_900, -2_700, -1_080)
    yield Part("IfcFurniture", "Rowing boat", lake, None, ((hull, TIMBER),))


def write_ifc(path: Path) -> None:
    """The building as IFC4, the same each time."""
    import ifcopenshell

    file = ifcopenshell.file(schema="IFC4")
    made: Any = file.create_entity
    place = made("IfcAxis2Placement3D", made("IfcCartesianPoint", (0.0, 0.0, 0.0)))
    context = made("IfcGeometricRepresentationContext", None, "Model", 3, 1e-5, place)
    here = {"ObjectPlacement": made("IfcLocalPlacement", None, place)}
    whole = here | {"CompositionType": "ELEMENT"}

    units = [
        made("IfcSIUnit", None, *unit)
        for unit in (
            ("LENGTHUNIT", "MILLI", "METRE"),
            ("AREAUNIT", None, "SQUARE_METRE"),
            ("VOLUMEUNIT", None, "CUBIC_METRE"),
        )
    ]
    known = {"RepresentationContexts": [context], "UnitsInContext": made("IfcUnitAssignment", units)}
    project = made("IfcProject", _guid("project"), None, NAME, **known)
    building = made("IfcBuilding", _guid("building"), None, NAME, **whole)
    levels = (("Lake", 0.0), ("Ground floor", FLOOR), ("Loft", FLOOR + HIGH))
    storeys = [
        made("IfcBuildingStorey", _guid("storey", name), None, name, Elevation=level, **whole) for name, level in levels
    ]
    made("IfcRelAggregates", _guid("whole"), None, None, None, project, [building])
    made("IfcRelAggregates", _guid("storeys"), None, None, None, building, storeys)

    styles: dict[Color, Any] = {}
    materials: dict[str, list[Any]] = {}
    held: list[list[Any]] = [[] for _ in storeys]
    for part in parts():
        items = [_item(made, body, color, styles) for body, color in part.bodies]
        shape = made("IfcShapeRepresentation", context, "Body", "Tessellation", items)
        drawn = made("IfcProductDefinitionShape", None, None, [shape])
        product = made(part.kind, _guid(part.name), None, part.name, Representation=drawn, **here)
        held[part.storey].append(product)
        if part.material is not None:
            materials.setdefault(part.material, []).append(product)
    for storey, products in zip(storeys, held, strict=True):
        guid = _guid("in", storey.Name)
        made("IfcRelContainedInSpatialStructure", guid, None, None, None, products, storey)
    for name, products in materials.items():
        made("IfcRelAssociatesMaterial", _guid("of", name), None, None, None, products, made("IfcMaterial", name))
    file.header.file_name.time_stamp = "2026-11-26T00:00:00"
    file.header.file_name.name = path.name
    file.write(str(path))


def _guid(*words: str) -> str:
    from ifcopenshell.guid import compress

    return str(compress(uuid.uuid5(uuid.NAMESPACE_URL, "boathouse:" + "/".join(words)).hex))


def _item(made: Any, body: Body, color: Color, styles: dict[Color, Any]) -> Any:
    """One body, with its colour."""
    vertices = body.moved(z=FLOOR).vertices.round(3).tolist()
    item = made(
        "IfcTriangulatedFaceSet", made("IfcCartesianPointList3D", vertices), None, True, (body.faces + 1).tolist()
    )
    if color not in styles:
        shaded = made("IfcSurfaceStyleShading", made("IfcColourRgb", None, *color), 0.65 if color == GLASS else 0.0)
        styles[color] = made("IfcSurfaceStyle", None, "BOTH", [shaded])
    made("IfcStyledItem", item, [styles[color]])
    return item


def write_kept(ifc: Path, path: Path) -> None:
    """The same as a sandbox's file without the demo projects, for those who cannot read IFC files."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, path.name)
        with Sandbox(path=kept, demo=False) as sandbox:
            sandbox.import_ifc(ifc, project=NAME)
        with sqlite3.connect(kept, isolation_level=None) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("VACUUM")
        database.close()
        path.write_bytes(kept.read_bytes())


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    write_ifc(IFC)
    write_kept(IFC, KEPT)
    for each in (IFC, KEPT):
        print(f"{each.name}: {each.stat().st_size / 1000:.0f} kB")

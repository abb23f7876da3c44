"""IFC files as models: real ones against what ifcopenshell says of them, small ones against what was written."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from solids import closed, corners, volume

from bimplus_nb.errors import SandboxError
from bimplus_nb.sandbox import ifc
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, ATTRIBUTES, GLOBAL_ID
from bimplus_nb.sandbox.content import Element, Model

ifcopenshell = pytest.importorskip("ifcopenshell", reason='needs ifcopenshell: pip install "bimplus-nb[ifc]"')
pytestmark = pytest.mark.ifc

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
REAL = ("Duplex_Architecture", "TallBuilding")

# One wall of 4 x 0.2 x 3 m with a door opening of 1 x 2 m, a room, a site that is 2 m below zero; {unit} is the unit
# of length, and every length is given in it by {m} (one metre).
SMALL = """ISO-10303-21;
HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','','');FILE_SCHEMA(('IFC4'));ENDSEC;
DATA;
#1=IFCPROJECT('0YvctVUKr0kugbFTf53O9L',$,'Small','',$,'Small house',$,(#2),#5);
#2=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#3,$);
#3=IFCAXIS2PLACEMENT3D(#4,$,$);
#4=IFCCARTESIANPOINT((0.,0.,0.));
#5=IFCUNITASSIGNMENT((#6,#7,#8,#9));
#6={unit}
#7=IFCSIUNIT(*,.AREAUNIT.,$,.SQUARE_METRE.);
#8=IFCSIUNIT(*,.VOLUMEUNIT.,$,.CUBIC_METRE.);
#9=IFCSIUNIT(*,.MASSUNIT.,.KILO.,.GRAM.);
#10=IFCDIMENSIONALEXPONENTS(1,0,0,0,0,0,0);
#11=IFCMEASUREWITHUNIT(IFCLENGTHMEASURE(0.3048),#12);
#12=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);
#20=IFCSITE('3Um00000000000000000s1',$,'Plot',$,$,#21,$,$,.ELEMENT.,$,$,$,$,$);
#21=IFCLOCALPLACEMENT($,#3);
#22=IFCBUILDING('3Um00000000000000000b1',$,'House',$,$,#21,$,$,.ELEMENT.,$,$,$);
#23=IFCBUILDINGSTOREY('3Um00000000000000000e0',$,'Upper',$,$,#24,$,$,.ELEMENT.,{level});
#24=IFCLOCALPLACEMENT(#21,#25);
#25=IFCAXIS2PLACEMENT3D(#26,$,$);
#26=IFCCARTESIANPOINT((0.,0.,{level}));
#27=IFCBUILDINGSTOREY('3Um00000000000000000e1',$,'Lower',$,$,#21,$,$,.ELEMENT.,0.);
#30=IFCRELAGGREGATES('3Um00000000000000000r1',$,$,$,#1,(#20));
#31=IFCRELAGGREGATES('3Um00000000000000000r2',$,$,$,#20,(#22));
#32=IFCRELAGGREGATES('3Um00000000000000000r3',$,$,$,#22,(#23,#27));
#33=IFCRELAGGREGATES('3Um00000000000000000r4',$,$,$,#23,(#60));
#34=IFCRELCONTAINEDINSPATIALSTRUCTURE('3Um00000000000000000r5',$,$,$,(#40,#70),#23);
#40=IFCWALL('3Um00000000000000000w1',$,'Wall <1>','Outer wall',$,#24,#41,'T1',.SOLIDWALL.);
#41=IFCPRODUCTDEFINITIONSHAPE($,$,(#42));
#42=IFCSHAPEREPRESENTATION(#2,'Body','SweptSolid',(#43));
#43=IFCEXTRUDEDAREASOLID(#44,#3,#46,{height});
#44=IFCRECTANGLEPROFILEDEF(.AREA.,$,#45,{length},{thickness});
#45=IFCAXIS2PLACEMENT2D(#47,$);
#46=IFCDIRECTION((0.,0.,1.));
#47=IFCCARTESIANPOINT((0.,0.));
#48=IFCOPENINGELEMENT('3Um00000000000000000o1',$,'Hole',$,$,#24,#49,$,.OPENING.);
#49=IFCPRODUCTDEFINITIONSHAPE($,$,(#50));
#50=IFCSHAPEREPRESENTATION(#2,'Body','SweptSolid',(#51));
#51=IFCEXTRUDEDAREASOLID(#52,#3,#46,{door});
#52=IFCRECTANGLEPROFILEDEF(.AREA.,$,#45,{width},{length});
#53=IFCRELVOIDSELEMENT('3Um00000000000000000r6',$,$,$,#40,#48);
#60=IFCSPACE('3Um00000000000000000p1',$,'101',$,$,#24,#61,'Hall',.ELEMENT.,.INTERNAL.,$);
#61=IFCPRODUCTDEFINITIONSHAPE($,$,(#62));
#62=IFCSHAPEREPRESENTATION(#2,'Body','SweptSolid',(#63));
#63=IFCEXTRUDEDAREASOLID(#64,#3,#46,{height});
#64=IFCRECTANGLEPROFILEDEF(.AREA.,$,#45,{length},{length});
#70=IFCBUILDINGELEMENTPROXY('3Um00000000000000000w1',$,$,$,$,#24,#71,$,$);
#71=IFCPRODUCTDEFINITIONSHAPE($,$,(#72));
#72=IFCSHAPEREPRESENTATION(#2,'Body','SweptSolid',(#73,#74));
#73=IFCEXTRUDEDAREASOLID(#44,#3,#46,{height});
#74=IFCEXTRUDEDAREASOLID(#44,#25,#46,{height});
#75=IFCSTYLEDITEM(#74,(#76),$);
#76=IFCSURFACESTYLE('Glass',.BOTH.,(#77));
#77=IFCSURFACESTYLERENDERING(#78,0.75,$,$,$,$,$,$,.FLAT.);
#78=IFCCOLOURRGB($,0.2,0.4,1.);
#80=IFCPROPERTYSET('3Um00000000000000000q1',$,'Pset_WallCommon',$,(#81,#82,#83,#84,#85));
#81=IFCPROPERTYSINGLEVALUE('LoadBearing',$,IFCBOOLEAN(.T.),$);
#82=IFCPROPERTYSINGLEVALUE('ThermalTransmittance',$,IFCTHERMALTRANSMITTANCEMEASURE(0.24),$);
#83=IFCPROPERTYSINGLEVALUE('Offset',$,IFCLENGTHMEASURE({thickness}),$);
#84=IFCPROPERTYENUMERATEDVALUE('Status',$,(IFCLABEL('NEW'),IFCLABEL('TEMPORARY')),$);
#85=IFCPROPERTYSINGLEVALUE('Reference',$,IFCIDENTIFIER('of the wall'),$);
#86=IFCRELDEFINESBYPROPERTIES('3Um00000000000000000r7',$,$,$,(#40),#80);
#87=IFCELEMENTQUANTITY('3Um00000000000000000q2',$,'Qto_WallBaseQuantities',$,$,(#88,#89,#90,#91));
#88=IFCQUANTITYLENGTH('Length',$,$,{length},$);
#89=IFCQUANTITYAREA('NetSideArea',$,$,10.,$);
#90=IFCQUANTITYVOLUME('NetVolume',$,$,999.,$);
#91=IFCQUANTITYWEIGHT('NetWeight',$,$,4800.,$);
#92=IFCRELDEFINESBYPROPERTIES('3Um00000000000000000r8',$,$,$,(#40),#87);
#93=IFCWALLTYPE('3Um00000000000000000t1',$,'Type',$,$,(#94),$,$,$,.SOLIDWALL.);
#94=IFCPROPERTYSET('3Um00000000000000000q3',$,'Pset_WallCommon',$,(#95,#96));
#95=IFCPROPERTYSINGLEVALUE('Reference',$,IFCIDENTIFIER('of the type'),$);
#96=IFCPROPERTYSINGLEVALUE('FireRating',$,IFCLABEL('F90'),$);
#97=IFCRELDEFINESBYTYPE('3Um00000000000000000r9',$,$,$,(#40),#93);
#98=IFCMATERIAL('Brick',$,$);
#99=IFCRELASSOCIATESMATERIAL('3Um00000000000000000m1',$,$,$,(#40),#98);
ENDSEC;
END-ISO-10303-21;
"""
UNITS = {
    "metres": ("IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);", 1.0),
    "millimetres": ("IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);", 1000.0),
    "feet": ("IFCCONVERSIONBASEDUNIT(#10,.LENGTHUNIT.,'FOOT',#11);", 1 / 0.3048),
}


def small(unit: str = "metres") -> str:
    text, m = UNITS[unit]
    sizes = {"length": 4, "thickness": 0.2, "height": 3, "door": 2, "width": 1, "level": 3.5}
    return SMALL.format(unit=text, **{name: repr(float(size * m)) for name, size in sizes.items()})


def write(folder: Path, content: str | bytes, name: str = "file.ifc") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def told(model: Model, element: Element) -> dict[str, tuple[Any, str]]:
    """What is said of an object: "group/name" -> value and unit."""
    known = {each.id: each for each in (*ATTRIBUTES, *model.attributes)}
    return {f"{known[id_].group}/{known[id_].name}": (value, known[id_].unit) for id_, value in element.values.items()}


# -- real files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_agrees_with_ifcopenshell(name: str) -> None:
    import ifcopenshell.geom
    import ifcopenshell.util.element
    import ifcopenshell.util.shape

    path = MODELS / f"{name}.ifc"
    if not path.exists():
        pytest.skip(f"{name}.ifc is not beside the project")
    steps: list[float] = []
    model = ifc.read(path, progress=steps.append)
    file = ifcopenshell.open(path)
    by_guid = {element.guid: element for element in model.elements}
    nodes = {node.id: node for node in model.nodes}
    settings = ifcopenshell.geom.settings()
    settings.set("reorient-shells", True)  # without it a shell that is wound at random has no volume worth the name
    iterator = ifcopenshell.geom.iterator(settings, file, 2, exclude=file.by_type("IfcOpeningElement"))
    shapes = {shape.guid: shape for shape in iterator}
    assert len(model.elements) == len(shapes)
    assert set(by_guid) == set(shapes)
    assert all(element.values[GLOBAL_ID] == element.guid for element in model.elements)
    assert Counter(node.name for node in model.nodes if node.type == "Storey") == Counter(
        storey.Name for storey in file.by_type("IfcBuildingStorey")
    )
    total = mine = 0.0
    for guid, shape in shapes.items():
        element = by_guid[guid]
        product = file.by_guid(guid)
        above = ifcopenshell.util.element.get_container(product, ifc_class="IfcBuildingStorey")
        above = above or ifcopenshell.util.element.get_aggregate(product)
        assert nodes[element.node].guid == above.GlobalId
        measured = element.values.get(ATTRIBUTE["volume"].id)
        if measured is not None:  # its shell is closed, so that it has a volume at all
            true = abs(ifcopenshell.util.shape.get_volume(shape.geometry)) * 1e9
            assert measured == pytest.approx(true, rel=1e-3)
            assert abs(sum(volume(solid) for solid in element.solids)) == pytest.approx(true, rel=1e-3)
            total, mine = total + true, mine + measured
    assert mine == pytest.approx(total, rel=1e-3)
    assert mine > 0
    assert steps == sorted(steps)
    assert (steps[0] < 1, steps[-1]) == (True, 1.0)


def test_the_same_file_gives_the_same_ids(tmp_path: Path) -> None:
    one, two = (ifc.read(write(tmp_path, small(), name)) for name in ("one.ifc", "two.ifc"))
    assert [element.id for element in one.elements] == [element.id for element in two.elements]
    assert one.nodes == two.nodes


# -- what a file says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS)
def test_lengths_are_millimetres_whatever_the_project_uses(tmp_path: Path, unit: str) -> None:
    model = ifc.read(write(tmp_path, small(unit)))
    assert [(node.name, node.type, node.number, node.level) for node in model.nodes] == [
        ("Plot", "Site", 0, 0.0),
        ("House", "Building", 0, 0.0),
        ("Lower", "Storey", 0, 0.0),
        ("Upper", "Storey", 1, 3500.0),
    ]
    wall = model.elements[0]
    (solid,) = wall.solids
    assert closed(solid)
    assert volume(solid) == pytest.approx((4 * 3 - 2) * 0.2 * 1e9, rel=1e-6)
    low, high = corners(wall)
    np.testing.assert_allclose(low, (-2000, 3500, -100), atol=1e-3)
    np.testing.assert_allclose(high, (2000, 6500, 100), atol=1e-3)
    said = told(model, wall)
    assert said["quantity/length"] == (pytest.approx(4000), "mm")
    assert said["quantity/height"] == (pytest.approx(3000), "mm")
    assert said["quantity/area"] == (pytest.approx(10e6), "mm²")
    assert said["Pset_WallCommon/Offset"] == (pytest.approx(200), "mm")
    assert said["Qto_WallBaseQuantities/NetWeight"] == (pytest.approx(4800), "kg")


def test_properties_are_typed_and_the_products_own_word_wins(tmp_path: Path) -> None:
    model = ifc.read(write(tmp_path, small()))
    wall = model.elements[0]
    said = told(model, wall)
    assert (model.name, wall.name, wall.type, len(wall.guid)) == ("Small house", "Wall <1>", "Wall", 22)
    assert said["Pset_WallCommon/LoadBearing"] == (True, "")
    assert said["Pset_WallCommon/ThermalTransmittance"] == (0.24, "W/(m²K)")
    assert said["Pset_WallCommon/Status"] == ("NEW; TEMPORARY", "")
    assert said["Pset_WallCommon/Reference"] == ("of the wall", "")
    assert said["Pset_WallCommon/FireRating"] == ("F90", "")
    assert said["element/material"] == ("Brick", "")
    assert said["general/description"] == ("Outer wall", "")
    # What the file claims stays beside what the geometry says.
    assert said["Qto_WallBaseQuantities/NetVolume"] == (pytest.approx(999e9), "mm³")
    assert said["quantity/volume"] == (pytest.approx(2e9, rel=1e-6), "mm³")
    types = {attribute.name: attribute.type for attribute in model.attributes}
    assert (types["LoadBearing"], types["ThermalTransmittance"], types["Reference"]) == ("boolean", "double", "string")


def test_spaces_are_rooms_openings_are_gone_and_colours_keep_their_alpha(tmp_path: Path) -> None:
    model = ifc.read(write(tmp_path, small()))
    assert [element.type for element in model.elements] == ["Wall", "Room", "GeometryObject"]
    _, room, proxy = model.elements
    assert room.name == "101 Hall"
    assert room.values[ATTRIBUTE["room_number"].id] == "101"
    assert room.solids[0].color >> 24 < 0x80
    upper = next(node.id for node in model.nodes if node.name == "Upper")
    assert {element.node for element in model.elements} == {upper}
    assert sorted(solid.color for solid in proxy.solids)[0] == 0x403366FF
    assert len(proxy.solids) == 2
    assert all(closed(solid) for solid in proxy.solids)


def test_a_global_id_used_twice_still_gives_two_objects(tmp_path: Path) -> None:
    wall, _, proxy = ifc.read(write(tmp_path, small())).elements
    assert wall.guid == proxy.guid
    assert wall.id != proxy.id
    assert proxy.name == "BuildingElementProxy"


def test_a_file_without_structure_hangs_its_products_on_nothing(tmp_path: Path) -> None:
    lines = [line for line in small().splitlines() if not line.startswith(("#30=", "#33=", "#34="))]
    model = ifc.read(write(tmp_path, "\n".join(lines)))
    assert model.nodes == ()
    assert {element.node for element in model.elements} == {""}


# -- bad files -----------------------------------------------------------------------------------------------------

HEAD = b"ISO-10303-21;\nHEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','','');"
END = b"ENDSEC;\nEND-ISO-10303-21;\n"
BAD = {
    "empty": (b"", "is empty"),
    "text": (b"Dear Sir or Madam,", "is not an IFC file"),
    "binary": (bytes(range(256)) * 40, "is not an IFC file"),
    "junk inside": (b"ISO-10303-21;\n" + bytes(range(256)) * 40 + END, "cannot be read as IFC"),
    "cut off": (small().encode()[:2000], "is cut off"),
    "cut and closed": (
        small().encode().partition(b"del'")[0] + END,
        "(cannot be read as IFC|no product with geometry)",
    ),
    "unknown schema": (HEAD + b"FILE_SCHEMA(('IFC9'));ENDSEC;DATA;" + END, "cannot be read as IFC"),
    "no products": (HEAD + b"FILE_SCHEMA(('IFC4'));ENDSEC;DATA;" + END, "no product with geometry"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, name: str) -> None:
    content, words = BAD[name]
    with pytest.raises(SandboxError, match=rf"bad\.ifc.*{words}"):
        ifc.read(write(tmp_path, content, "bad.ifc"))


def test_missing_files_folders_and_huge_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "none.ifc", tmp_path):
        with pytest.raises(SandboxError, match="There is no file"):
            ifc.read(path)
    monkeypatch.setattr(ifc, "LIMIT", 1000)
    with pytest.raises(SandboxError, match="up to 0 MB can be imported"):
        ifc.read(write(tmp_path, small()))


def test_without_ifcopenshell_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ifcopenshell", None)
    with pytest.raises(SandboxError, match=r'pip install "bimplus-nb\[ifc\]"'):
        ifc.read(write(tmp_path, small()))

"""A small IFC file to import: two walls of 4 x 0.2 x 3 m on a storey, and what may differ between two states of it."""

from __future__ import annotations

WALL_GUIDS = ("3Um00000000000000000w1", "3Um00000000000000000w2")

_FILE = """ISO-10303-21;
HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','','');FILE_SCHEMA(('IFC4'));ENDSEC;
DATA;
#1=IFCPROJECT('0YvctVUKr0kugbFTf53O9L',$,'Small','',$,'Small house',$,(#2),#5);
#2=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#3,$);
#3=IFCAXIS2PLACEMENT3D(#4,$,$);
#4=IFCCARTESIANPOINT((0.,0.,0.));
#5=IFCUNITASSIGNMENT((#6));
#6=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);
#20=IFCBUILDING('3Um00000000000000000b1',$,'House',$,$,#21,$,$,.ELEMENT.,$,$,$);
#21=IFCLOCALPLACEMENT($,#3);
#22=IFCBUILDINGSTOREY('3Um00000000000000000e1',$,'Ground',$,$,#21,$,$,.ELEMENT.,0.);
#30=IFCRELAGGREGATES('3Um00000000000000000r1',$,$,$,#1,(#20));
#31=IFCRELAGGREGATES('3Um00000000000000000r2',$,$,$,#20,(#22));
#33=IFCRELCONTAINEDINSPATIALSTRUCTURE('3Um00000000000000000r5',$,$,$,({walls}),#22);
#41=IFCPRODUCTDEFINITIONSHAPE($,$,(#42));
#42=IFCSHAPEREPRESENTATION(#2,'Body','SweptSolid',(#43));
#43=IFCEXTRUDEDAREASOLID(#44,#3,#46,3.);
#44=IFCRECTANGLEPROFILEDEF(.AREA.,$,#45,4.,0.2);
#45=IFCAXIS2PLACEMENT2D(#47,$);
#46=IFCDIRECTION((0.,0.,1.));
#47=IFCCARTESIANPOINT((0.,0.));
#50=IFCLOCALPLACEMENT(#21,#51);
#51=IFCAXIS2PLACEMENT3D(#52,$,$);
#52=IFCCARTESIANPOINT((0.,{place},0.));
#61=IFCPRODUCTDEFINITIONSHAPE($,$,(#62));
#62=IFCSHAPEREPRESENTATION(#2,'Body','SweptSolid',(#43));
{products}
ENDSEC;
END-ISO-10303-21;
"""
_WALLS = (
    "#40=IFCWALL('{}',$,'{}','Outer wall',$,#21,#41,'T1',.SOLIDWALL.);".format(WALL_GUIDS[0], "{name}"),
    f"#60=IFCWALL('{WALL_GUIDS[1]}',$,'Second',$,$,#50,#61,'T2',.SOLIDWALL.);",
)


def small(*, name: str = "First", place: float = 5.0, both: bool = True) -> bytes:
    """The file, with the first wall's name, where the second one stands (m), or without the second."""
    products = "\n".join(_WALLS if both else _WALLS[:1]).format(name=name)
    return _FILE.format(walls="#40,#60" if both else "#40", place=float(place), products=products).encode()

"""Bytes of the service -> `Mesh` -> `Batch`: geometry as numpy arrays, and what is computed on them.

Written conventions, which every function here keeps:

**Frame.** Millimetres, Y up, right-handed, world coordinates: the frame of the service's threejs answers, pins and
scenes. What is written Z up (`mesh`, `meshblob`, IFC) passes through `y_up`: (x, y, z) -> (x, z, -y); `z_up` goes back.
float64 wherever a number means a place, so that a model a thousand kilometres from the origin loses nothing; volumes
are summed about a vertex nearby.

**Units.** Lengths mm, areas mm², volumes mm³; nothing is converted here.

**Winding.** Triangles run counter-clockwise seen from outside, so volumes are positive. `mesh` and `meshblob` run
clockwise on the wire and are turned. A matrix that mirrors turns them too.

**Shapes.** v vertices (v, 3), t triangles (t, 3) of vertex numbers, p parts, o objects. A part has one colour and
belongs to one object; what belongs to part k lies between ``start[k]`` and ``start[k + 1]``.

**Matrices.** (4, 4) float64 for column vectors: translation in the last column; row by row on the wire.

**Colours.** RGBA uint8, not linear. On the wire ARGB in 32 bits, signed or unsigned.

**Trust.** What comes from the wire is checked before it is used. One bad object becomes a `Problem` and the others are
there; an answer that is none raises `GeometryError`.
"""

from bimplus_nb.geometry.batch import Batch, Chunk, batch
from bimplus_nb.geometry.caps import Caps, caps
from bimplus_nb.geometry.edges import Creases, chunk_creases, creases
from bimplus_nb.geometry.light import Light, light_volume
from bimplus_nb.geometry.mesh import Mesh, Problem, measure
from bimplus_nb.geometry.meshblob import decode_meshblob
from bimplus_nb.geometry.moments import Surface
from bimplus_nb.geometry.plan import Plan, plan
from bimplus_nb.geometry.polymesh import decode_polymesh
from bimplus_nb.geometry.rings import Rings, rings
from bimplus_nb.geometry.section import Section, section
from bimplus_nb.geometry.templates import Instance, decode_templates, place
from bimplus_nb.geometry.threejs import Answer, decode_attributes, decode_threejs, read
from bimplus_nb.geometry.wire import y_up, z_up

__all__ = [
    "Answer",
    "Batch",
    "Caps",
    "Chunk",
    "Creases",
    "Instance",
    "Light",
    "Mesh",
    "Plan",
    "Problem",
    "Rings",
    "Section",
    "Surface",
    "batch",
    "caps",
    "chunk_creases",
    "creases",
    "decode_attributes",
    "decode_meshblob",
    "decode_polymesh",
    "decode_templates",
    "decode_threejs",
    "light_volume",
    "measure",
    "place",
    "plan",
    "read",
    "rings",
    "section",
    "y_up",
    "z_up",
]

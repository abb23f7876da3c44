"""To other formats: what leaves a notebook as a file, one file a format.

Meshes, each by a function from a mesh to bytes or text:

``to_glb``: glTF 2.0 in one file, for viewers, game engines, Blender. ``to_obj``: Wavefront OBJ and its MTL.
``plan_svg``: a storey drawn to scale. All take a whole `Mesh` or ``mesh.of(*ids)``, and nothing here needs a library
of its own. ``dataclasses.replace(mesh, color=...)`` is a mesh in other colours, such as those of a viewer.

Tables, each by a function from a frame and a path: ``to_excel`` and ``read_excel``, ``to_parquet``, ``to_csv``. Units
go along, and a file is there whole or not at all. Imported from where they are, or from the package:

>>> file = bp.to_excel(project.objects(), "objects.xlsx")
>>> changes = project.diff(bp.read_excel("objects.xlsx"))  # after somebody has edited it
"""

from bimplus_nb.exchange.gltf import to_glb
from bimplus_nb.exchange.obj import to_obj
from bimplus_nb.exchange.plan import plan_svg
from bimplus_nb.exchange.sheet import Drawing

__all__ = ["Drawing", "plan_svg", "to_glb", "to_obj"]

"""To other formats: what leaves a notebook as a file. Each is a function from a mesh to bytes or text.

``to_glb``: glTF 2.0 in one file, for viewers, game engines, Blender. ``to_obj``: Wavefront OBJ and its MTL.
Both take a whole `Mesh` or ``mesh.of(*ids)``; ``dataclasses.replace(mesh, color=...)`` has the colours of a viewer.
"""

from bimplus_nb.exchange.gltf import to_glb
from bimplus_nb.exchange.obj import to_obj

__all__ = ["to_glb", "to_obj"]

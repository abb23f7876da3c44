"""`Mesh` -> OBJ and MTL, the text format that every program reads.

Source: Wavefront, "Object Files" (B1) and "Material Template Library", as kept by Paul Bourke
(https://paulbourke.net/dataformats/obj/, https://paulbourke.net/dataformats/mtl/).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

import numpy as np
import orjson
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh
from bimplus_nb.geometry.arrays import same
from bimplus_nb.text import plain

# White space ends a name, "#" the line, and "\" at the end of a line joins the next one to it.
_UNFIT = re.compile(r"[\s#%\\\x00-\x1f\x7f\ud800-\udfff]")


def to_obj(
    mesh: Mesh,
    *,
    names: Mapping[str, str] | None = None,
    unit: Literal["m", "mm"] = "m",
    library: str = "model.mtl",
) -> tuple[str, str]:
    """The mesh as the texts of an OBJ file and of its MTL file, which the first one knows as `library`. Y up.

    One object (``o``) an object, under its name in `names` (id -> name) or its id, with ``# id`` before it. Spaces in
    names become "_", what else would end them is percent-encoded, and names that several objects share have the id
    behind them. Coordinates are the shortest decimals that read back as the same float64.
    """
    if unit not in ("m", "mm"):
        raise ValueError(f"a unit is 'm' or 'mm', not {unit!r}")
    vertices, triangles = _welded(mesh)
    if unit == "m":
        vertices = vertices / 1000
    called = [_named(plain((names or {}).get(id_, id_))) for id_ in mesh.ids]
    shared = {name for name, count in Counter(called).items() if count > 1}
    materials = ["c" + bytes(color).hex() for color in mesh.color]
    lines = [f"# bimplus_nb, {unit}, Y up", f"mtllib {_named(library)}", _lines("v", vertices)]
    before, used = -1, ""
    start = mesh.triangle_start.tolist()
    for part, (owner, material) in enumerate(zip(mesh.owner.tolist(), materials, strict=True)):
        if owner != before:
            id_ = _named(mesh.ids[owner])
            lines += [f"# id {id_}", f"o {called[owner]}_{id_}" if called[owner] in shared else f"o {called[owner]}"]
            before = owner
        if material != used:
            lines.append(f"usemtl {material}")
            used = material
        lines.append(_lines("f", triangles[start[part] : start[part + 1]]))
    looks = dict(zip(materials, mesh.color.tolist(), strict=True))
    return "\n".join(lines) + "\n", "".join(_material(name, color) for name, color in looks.items())


def _welded(mesh: Mesh) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """The vertices, each place of a part once, and the triangles into them, counted from 1."""
    first = same(mesh.vertices, mesh.vertex_part)
    kept = first == np.arange(len(first))
    return mesh.vertices[kept], np.cumsum(kept)[first][mesh.triangles]


def _lines(key: str, rows: NDArray[Any]) -> str:
    """Rows of three numbers, one a line; orjson writes shortest decimals, and a hundred times quicker than `repr`."""
    if not len(rows):
        return "#"
    text = orjson.dumps(np.ascontiguousarray(rows), option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return f"{key} " + text[2:-2].replace("],[", f"\n{key} ").replace(",", " ")


def _named(text: str) -> str:
    return _UNFIT.sub(lambda found: "_" if found[0] == " " else quote(found[0], errors="replace"), text) or "_"


def _material(name: str, color: list[int]) -> str:
    red, green, blue, alpha = (f"{value / 255:.6g}" for value in color)
    return f"newmtl {name}\nKd {red} {green} {blue}\nKa 0 0 0\nKs 0 0 0\nd {alpha}\nillum 1\n\n"

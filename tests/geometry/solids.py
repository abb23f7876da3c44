"""Bodies of known volume and area, and an encoder of geometry answers. Millimetres, Y up, faces outwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh

# One that a service could give, and so far away that float32 would be off by 64 mm.
FAR_AWAY = (1_000_000_000.0, 250_000.0, -1_000_000_000.0)


@dataclass(frozen=True)
class Body:
    """A closed body: (v, 3), (t, 3), and what is known about it."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    volume: float
    area: float
    edges: int

    def moved(self, by: Sequence[float]) -> Body:
        return Body(self.vertices + np.asarray(by), self.triangles, self.volume, self.area, self.edges)


def extruded(outline: Sequence[tuple[float, float]], cover: Sequence[tuple[int, int, int]], height: float) -> Body:
    """A body on an outline in x, -z that runs counter-clockwise seen from above, covered by the triangles given."""
    n = len(outline)
    ground = np.array([(x, 0.0, -depth) for x, depth in outline])
    top = ground + np.array([0, height, 0])
    sides = [t for k in range(n) for t in ((k, (k + 1) % n, n + (k + 1) % n), (k, n + (k + 1) % n, n + k))]
    lids = [(c, b, a) for a, b, c in cover] + [(a + n, b + n, c + n) for a, b, c in cover]
    (x, z), shifted = np.array(outline).T, np.roll(np.array(outline), -1, axis=0)
    base = float((x * shifted[:, 1] - z * shifted[:, 0]).sum()) / 2
    around = float(np.hypot(*(shifted - np.array(outline)).T).sum())
    return Body(np.concatenate([ground, top]), np.array(sides + lids), base * height, 2 * base + around * height, 3 * n)


def box(width: float = 1000.0, height: float = 1000.0, depth: float = 1000.0) -> Body:
    return extruded([(0, 0), (width, 0), (width, depth), (0, depth)], [(0, 1, 2), (0, 2, 3)], height)


def l_shape() -> Body:
    outline = [(0.0, 0.0), (3000, 0), (3000, 1000), (1000, 1000), (1000, 2000), (0, 2000)]
    return extruded(outline, [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5)], 2500)


def prism(n: int = 12, radius: float = 500.0, height: float = 3000.0) -> Body:
    """A column; its edges bend by 360 / n degrees around."""
    turn = 2 * np.pi * np.arange(n) / n
    outline = [(float(x), float(y)) for x, y in np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius]
    return extruded(outline, [(0, k, k + 1) for k in range(1, n - 1)], height)


def tetra() -> Body:
    vertices = np.array([(0.0, 0, 0), (600, 0, 0), (0, 600, 0), (0, 0, 600)])
    triangles = np.array([(0, 2, 1), (0, 3, 2), (0, 1, 3), (1, 2, 3)])
    return Body(vertices, triangles, 600**3 / 6, 3 * 600**2 / 2 + 3**0.5 / 4 * 2 * 600**2, 6)


BODIES = {"cube": box(), "box": box(4000, 2500, 240), "l": l_shape(), "prism": prism(), "tetra": tetra()}


def mesh_of(*bodies: Body, names: Sequence[str] | None = None, colors: Any = None) -> Mesh:
    """One object a body, "0", "1", … unless named; equal names make one object."""
    return Mesh.from_parts(
        names or [str(k) for k in range(len(bodies))],
        np.concatenate([body.vertices for body in bodies]),
        np.concatenate([body.triangles for body in bodies]),
        np.array([len(body.vertices) for body in bodies]),
        np.array([len(body.triangles) for body in bodies]),
        np.array(colors if colors is not None else [(200, 200, 200, 255)] * len(bodies), np.uint8),
    )


def threejs(body: Body, colorid: int | None = 0, **further: Any) -> dict[str, Any]:
    """A body as `attributes.geometry.threejs`, triangles only."""
    faces = np.insert(body.triangles, 0, 0, axis=1).ravel().tolist()
    metadata = {"formatVersion": 3} | ({} if colorid is None else {"colorid": colorid})
    return {"faces": faces, "vertices": body.vertices.ravel().tolist(), "metadata": metadata, **further}


def item(id_: str, geometry: Any, **further: Any) -> dict[str, Any]:
    """One object of an answer; `geometry` is its `threejs`."""
    attributes = {
        "geometry": {"threejs": geometry},
        "general": {"name": f"Wall {id_}"},
        **further.pop("attributes", {}),
    }
    return {"id": id_, "type": "Wall", "attributes": attributes, **further}


def answer(*items: Any, colors: Any = (-4272966, 0x80FF0000, 4278255360), **further: Any) -> bytes:
    said = {"elementsCount": len(items), "viewbox": {}, "colors": colors, "objects": items, **further}
    return json.dumps(said).encode()


def turning(angle: float, axis: int = 1) -> NDArray[np.float64]:
    """A rotation, (3, 3)."""
    (i, j), out = [k for k in range(3) if k != axis], np.eye(3)
    out[i, i] = out[j, j] = np.cos(angle)
    out[i, j], out[j, i] = -np.sin(angle), np.sin(angle)
    return out

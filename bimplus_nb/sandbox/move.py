"""Moving a whole model: its bodies, the matrices of objects that were made with one, and the pins on them."""

from __future__ import annotations

import base64
from collections.abc import Iterable

import numpy as np
import orjson

from bimplus_nb.sandbox.mesh import FAR, matrix_of
from bimplus_nb.sandbox.problem import bad
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.threejs import moved
from bimplus_nb.sandbox.wire import Record

Vector = tuple[float, float, float]


def model(store: Store, record: Record, by: Vector) -> None:
    """Moves all revisions of a model by a vector in mm, Z up. Runs inside the request's transaction."""
    x, y, z = by
    world = (x, z, -y)
    corners = ", ".join(f"min({axis}0), max({axis}1)" for axis in "xyz")
    box = store.row(
        f"SELECT {corners} FROM solids s JOIN objects o ON o.seq = s.object WHERE o.model = ?", record["id"]
    )
    ends = [end + world[place // 2] for place, end in enumerate(box) if end is not None]
    if max(map(abs, [*world, *ends])) >= FAR:
        raise bad("The model would lie too far away.")
    _bodies(store, record["id"], world)
    _matrices(store, record["id"], by)
    _pins(store, record["id"], world)


def _bodies(store: Store, key: str, world: Vector) -> None:
    rows = store.rows(
        "SELECT s.seq, s.geometry FROM solids s JOIN objects o ON o.seq = s.object WHERE o.model = ?", key
    )
    changed = [(*moved(geometry, world), seq) for seq, geometry in rows]
    store.many(
        "UPDATE solids SET geometry = ?, x0 = ?, y0 = ?, z0 = ?, x1 = ?, y1 = ?, z1 = ? WHERE seq = ?",
        [(geometry, *box, seq) for geometry, box, seq in changed],
    )


def _matrices(store: Store, key: str, by: Vector) -> None:
    """An object that keeps the mesh it was made with is placed by its matrix."""
    changed = []
    for seq, body in _with_mesh(store, key):
        element = body["free"].setdefault("element", {})
        matrix = matrix_of(element["matrix"]).copy() if element.get("matrix") is not None else np.identity(4)
        matrix[:3, 3] += by
        element["matrix"] = base64.b64encode(matrix.astype("<f8").tobytes()).decode()
        changed.append((orjson.dumps(body), seq))
    store.many("UPDATE objects SET body = ? WHERE seq = ?", changed)


def _with_mesh(store: Store, key: str) -> Iterable[tuple[int, Record]]:
    for seq, written in store.rows("SELECT seq, body FROM objects WHERE model = ? AND layer IS NOT NULL", key):
        body = orjson.loads(written)
        if body.get("geometry") is not None:
            yield seq, body


def _pins(store: Store, key: str, world: Vector) -> None:
    rows = store.rows(
        "SELECT body FROM things WHERE kind = 'pin' AND about IN (SELECT id FROM objects WHERE model = ?)", key
    )
    for (written,) in rows:
        pin = orjson.loads(written)
        if pin.get("position"):
            pin["position"] = {
                axis: pin["position"][axis] + by
                for axis, by in zip("xyz", world, strict=True)
                if pin["position"].get(axis) is not None
            }
            store.save(pin)

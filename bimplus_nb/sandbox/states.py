"""The states a model goes through: another content for its latest revision, and a new revision."""

from __future__ import annotations

import orjson

from bimplus_nb.sandbox import attributes, content, people
from bimplus_nb.sandbox.ingest import Writer, node_above, write_state
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record


def replace_content(store: Store, model: Record, state: content.Model) -> None:
    """Puts another content in the latest revision of a model. What hangs on an object that is there again stays.

    Runs inside a transaction; the model's record is changed and not yet saved.
    """
    key, number = model["id"], model["revision"]
    before = {id_ for (id_,) in store.rows("SELECT id FROM objects WHERE model = ? AND current", key)}
    # Rows that are not current take nothing with them.
    store.run("UPDATE objects SET current = 0, revision = -1 WHERE model = ? AND revision = ?", key, number)
    attributes.add(store, state.attributes)
    model["topologyId"] = model["topologyId"] or people.guid("topology", key)
    write_state(Writer(store, model["projectId"], key, number), model, state, str)
    store.run("DELETE FROM objects WHERE model = ? AND revision = -1", key)
    _let_go(store, key, before)


def _let_go(store: Store, model: str, before: set[str]) -> None:
    """Deletes what hung on objects of a model that are there no more, and puts the pins on the others right."""
    there = {id_ for (id_,) in store.rows("SELECT id FROM objects WHERE model = ? AND current", model)}
    gone = orjson.dumps([*(before - there)]).decode()
    listed = "(SELECT value FROM json_each(?))"
    store.run(f"DELETE FROM things WHERE owner IN {listed} AND kind != 'model' OR about IN {listed}", gone, gone)
    store.run(f"DELETE FROM files WHERE owner IN {listed}", gone)
    pins = store.rows(
        "SELECT t.body FROM things t JOIN objects o ON o.id = t.about AND o.current "
        "WHERE t.kind = 'pin' AND o.model = ?",
        model,
    )
    for (body,) in pins:
        pin = orjson.loads(body)
        store.save({**pin, "topologyNodeId": node_above(store, pin["objectId"])})


def copy_revision(store: Store, model: Record, number: int) -> None:
    """Makes revision `number` the current one, with what the latest has. Runs inside a transaction."""
    key, latest = model["id"], model["revision"]
    low = store.row("SELECT min(seq) FROM objects WHERE model = ? AND revision = ?", key, latest)[0]
    if low is None:
        return
    # Every row keeps its distance to the others, so that what hangs together still does.
    far = store.row("SELECT max(seq) FROM objects")[0] + 1 - low
    store.run("UPDATE objects SET current = 0 WHERE model = ? AND revision = ?", key, latest)
    store.run(
        "INSERT INTO objects SELECT seq + ?, id, ?, 1, CASE type WHEN 'TopologyDivision' THEN up ELSE up + ? END, "
        "project, model, type, layer, is_element, entry, details, body FROM objects WHERE model = ? AND revision = ?",
        *(far, number, far, key, latest),
    )
    last = store.row("SELECT coalesce(max(seq), 0) FROM solids")[0]
    store.run(
        "INSERT INTO solids SELECT ? + row_number() OVER (ORDER BY s.seq), s.object + ?, "
        "s.part, s.color, s.triangles, s.points, s.x0, s.y0, s.z0, s.x1, s.y1, s.z1, s.head, s.geometry, s.tail "
        "FROM solids s JOIN objects o ON o.seq = s.object WHERE o.model = ? AND o.revision = ?",
        *(last, far, key, latest),
    )

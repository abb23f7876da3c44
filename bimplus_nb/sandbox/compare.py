"""What changed between two revisions of a model, object by object: computed by SQL, so that large models are quick.

The shape is the sandbox's own, flat: ``{"divisionId", "newer", "older", "counts": {"added", "removed", "modified",
"unchanged"}, "complete", "objects": [{"id", "name", "type", "layerid", "change", "changes": [...]}]}``. A change says
`what` (name, type, parent, number, geometry, attribute), `old` and `new`; of an attribute also `id`, `group`, `name`
and `unit`; of a geometry `moved`, a vector in mm (Y up), where the body only lies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from bimplus_nb.sandbox.private import Hidden, condition
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

_MOST_OBJECTS = 20_000
_MOST_CHANGES = 100
_LONGEST = 1000
_WORDS = ("name", "type", "parent", "number", "level")

_PAIRS = """WITH pair (id, a, b) AS (
    SELECT o.id, o.seq, n.seq FROM objects o JOIN objects n ON n.id = o.id AND n.revision = ?
    WHERE o.model = ? AND o.revision = ? AND o.layer IS NOT NULL) """
# A body may be another, or be there in one of the two only.
_GEOMETRY = (
    _PAIRS
    + """SELECT p.id FROM pair p JOIN solids s ON s.object = p.b
        LEFT JOIN solids t ON t.object = p.a AND t.part = s.part
        WHERE t.seq IS NULL OR t.color != s.color OR t.geometry != s.geometry
    UNION SELECT p.id FROM pair p JOIN solids t ON t.object = p.a
        LEFT JOIN solids s ON s.object = p.b AND s.part = t.part WHERE s.seq IS NULL"""
)
_BODIES = _PAIRS + "SELECT p.id FROM pair p JOIN objects o ON o.seq = p.a JOIN objects n ON n.seq = p.b "


def compare(store: Store, model: Record, newer: int, older: int, unseen: Hidden) -> Record:
    """The way from `older` to `newer`, without what lies in `unseen` layers."""
    key, numbers = model["id"], (newer, model["id"], older)
    added = _only_in(store, key, newer, older, unseen)
    removed = _only_in(store, key, older, newer, unseen)
    shapes = {id_ for (id_,) in store.rows(_GEOMETRY, *numbers)}
    words = {id_ for (id_,) in store.rows(_BODIES + "WHERE o.body != n.body", *numbers)}
    changed = list(_modified(store, numbers, shapes, words, unseen))
    common = store.row(
        _PAIRS + f"SELECT count(*) FROM pair p JOIN objects o ON o.seq = p.b WHERE {condition(unseen, 'o')}", *numbers
    )[0]
    found = [*({**one, "change": "added", "changes": []} for one in added),
             *({**one, "change": "removed", "changes": []} for one in removed), *changed]  # fmt: skip
    counts = {"added": len(added), "removed": len(removed), "modified": len(changed)}
    return {
        "divisionId": key,
        "newer": newer,
        "older": older,
        "counts": {**counts, "unchanged": common - len(changed)},
        "complete": len(found) <= _MOST_OBJECTS,
        "objects": found[:_MOST_OBJECTS],
    }


def _only_in(store: Store, model: str, there: int, not_there: int, unseen: Hidden) -> list[Record]:
    rows = store.rows(
        "SELECT o.body FROM objects o WHERE o.model = ? AND o.revision = ? AND o.layer IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM objects n WHERE n.id = o.id AND n.revision = ?) AND {condition(unseen, 'o')} ORDER BY o.seq",
        *(model, there, not_there),
    )
    return [_object(orjson.loads(body)) for (body,) in rows]


def _object(body: Record) -> Record:
    return {"id": body["id"], "name": body["name"], "type": body["type"], "layerid": body["layer"]}


def _modified(
    store: Store, numbers: tuple[int, str, int], shapes: set[str], words: set[str], unseen: Hidden
) -> Iterator[Record]:
    rows = store.rows(
        _BODIES.replace("SELECT p.id", "SELECT p.id, p.a, p.b, o.body, n.body")
        + f"WHERE p.id IN (SELECT value FROM json_each(?)) AND {condition(unseen, 'n')} ORDER BY n.seq",
        *numbers,
        orjson.dumps([*(shapes | words)]).decode(),
    )
    attributes = store.attributes()
    bodies = _bodies(store, [seq for row in rows if row[0] in shapes for seq in row[1:3]])
    for id_, a, b, old, new in rows:
        before, after = orjson.loads(old), orjson.loads(new)
        changes = [
            {"what": word, "old": _short(before[word]), "new": _short(after[word])}
            for word in _WORDS
            if before[word] != after[word]
        ]
        changes += _attributes(before, after, attributes)
        if id_ in shapes:
            changes.append({"what": "geometry", "old": None, "new": None, "moved": _moved(bodies[a], bodies[b])})
        if changes:
            yield {**_object(after), "change": "modified", "changes": changes[:_MOST_CHANGES]}


def _attributes(before: Record, after: Record, known: Mapping[str, Record]) -> Iterator[Record]:
    for key in dict.fromkeys((*before["values"], *after["values"])):
        old, new = before["values"].get(key), after["values"].get(key)
        if old != new:
            about = known.get(key, {})
            told = {"id": key, "group": about.get("group"), "name": about.get("name"), "unit": about.get("unit")}
            yield {"what": "attribute", **told, "old": _short(old), "new": _short(new)}
    for group in dict.fromkeys((*before["free"], *after["free"])):
        olds, news = before["free"].get(group, {}), after["free"].get(group, {})
        for name in dict.fromkeys((*olds, *news)):
            if olds.get(name) != news.get(name):
                told = {"id": None, "group": group, "name": name, "unit": ""}
                yield {"what": "attribute", **told, "old": _short(olds.get(name)), "new": _short(news.get(name))}


def _short(value: Any) -> Any:
    return value[:_LONGEST] if isinstance(value, str) else value


def _bodies(store: Store, owners: list[int]) -> Mapping[int, list[tuple[int, bytes]]]:
    """Colour and written geometry of every body of some objects."""
    found: dict[int, list[tuple[int, bytes]]] = {owner: [] for owner in owners}
    rows = store.rows(
        "SELECT s.object, s.color, s.geometry FROM json_each(?) j CROSS JOIN solids s ON s.object = j.value "
        "ORDER BY s.object, s.part",
        orjson.dumps(owners).decode(),
    )
    for owner, color, geometry in rows:
        found[owner].append((color, geometry))
    return found


def _moved(before: list[tuple[int, bytes]], after: list[tuple[int, bytes]]) -> list[float] | None:
    """The one vector that all bodies moved by; None where more than that changed."""
    if not before or [color for color, _ in before] != [color for color, _ in after]:
        return None
    split = b',"vertices":'
    parts = [(old.partition(split), new.partition(split)) for (_, old), (_, new) in zip(before, after, strict=True)]
    if any(old[0] != new[0] for old, new in parts):
        return None
    old, new = ([_points(pair[side][2]) for pair in parts] for side in (0, 1))
    if [len(points) for points in old] != [len(points) for points in new]:
        return None
    way = np.vstack(new) - np.vstack(old)
    same = np.abs(way - way[0]).max() <= 2e-4  # coordinates are rounded to a ten-thousandth
    return [round(axis, 4) for axis in way.mean(axis=0).tolist()] if same else None


def _points(written: bytes) -> NDArray[np.float64]:
    return np.array(orjson.loads(written), dtype=float).reshape(-1, 3)

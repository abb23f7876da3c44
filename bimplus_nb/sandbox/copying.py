"""A project again: the same models, objects and bodies under new ids, wherever an id is mentioned.

Source of the operation: published JavaScript SDK 1.0.56, `createFromExisting`. What else a copy holds the SDK does not
say: here all that hangs on the project and its objects, but what is under way; issues and comments only if asked for.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import orjson

from bimplus_nb.sandbox.store import Store

_GUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NEVER = {"lock", "upload", "import"}
_TALK = {"issue", "comment"}

Translate = Callable[[bytes], bytes]


def copy(store: Store, source: str, target: str, *, talk: bool) -> None:
    """Everything in the project `source` into the project `target`, which has nothing yet, not even its tree. `talk`:
    with issues and comments. Runs inside the request's transaction."""
    things = _things(store, source, _NEVER if talk else _NEVER | _TALK)
    objects = [key for (key,) in store.rows("SELECT DISTINCT id FROM objects WHERE project = ?", source)]
    new = {key: str(uuid.uuid4()) for key in (*objects, *(thing[0] for thing in things))}
    new[source] = target

    def translate(text: bytes) -> bytes:
        return _GUID.sub(lambda found: new.get(found[0].decode().lower(), found[0].decode()).encode(), text)

    for key, kind, owner, about, body in things:
        record = orjson.loads(translate(body)) | {"id": new[key]}
        store.add(kind, record, owner=new.get(owner, owner), project=target, about=about and new.get(about, about))
    _bodies(store, source, _objects(store, source, target, new, translate), translate)
    files = [(fresh, old) for old, fresh in new.items()]
    store.many("INSERT INTO files SELECT ?, name, body FROM files WHERE owner = ?", files)


def _things(store: Store, source: str, left_out: set[str]) -> list[tuple[str, str, str, str | None, bytes]]:
    """The records to copy, each after what it hangs from."""
    rows = store.rows(
        "SELECT id, kind, owner, about, body FROM things WHERE project = ? AND id != ? ORDER BY seq", source, source
    )
    dropped: set[str | None] = set()
    kept = []
    for key, kind, owner, about, body in rows:
        if kind in left_out or owner in dropped or about in dropped:
            dropped.add(key)
        else:
            kept.append((key, kind, owner, about, body))
    return kept


def _objects(store: Store, source: str, target: str, new: dict[str, str], translate: Translate) -> dict[int, int]:
    """The rows of the tree; answers which row became which."""
    rows = store.rows(
        "SELECT seq, id, revision, current, up, model, type, layer, is_element, entry, details, body "
        "FROM objects WHERE project = ? ORDER BY seq",
        source,
    )
    first = store.row("SELECT coalesce(max(seq), 0) + 1 FROM objects")[0]
    seqs = {row[0]: seq for seq, row in enumerate(rows, first)}
    # An object may hang on one that was made later.
    store.run("PRAGMA defer_foreign_keys = ON")
    store.many(
        "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (seqs[seq], new[key], revision, current, seqs.get(up), target, new.get(model, model), *kind,
             *(translate(text) for text in (entry, details, body)))
            for seq, key, revision, current, up, model, *kind, entry, details, body in rows
        ],
    )  # fmt: skip
    return seqs


def _bodies(store: Store, source: str, seqs: dict[int, int], translate: Translate) -> None:
    """The bodies of the objects. What they are made of never leaves the database."""
    rows = store.rows(
        "SELECT s.seq, s.object, s.head, s.tail FROM solids s JOIN objects o ON o.seq = s.object "
        "WHERE o.project = ? ORDER BY s.seq",
        source,
    )
    first = store.row("SELECT coalesce(max(seq), 0) + 1 FROM solids")[0]
    store.many(
        "INSERT INTO solids SELECT ?, ?, part, color, triangles, points, x0, y0, z0, x1, y1, z1, ?, geometry, ? "
        "FROM solids WHERE seq = ?",
        [
            (number, seqs[owner], translate(head).replace(_virtual(seq), _virtual(number)), translate(tail), seq)
            for number, (seq, owner, head, tail) in enumerate(rows, first)
        ],
    )


def _virtual(seq: int) -> bytes:
    """The start of the id that a further body of an object goes by, made of its number (see `forms.head`)."""
    return b"%08x-0000-0000-" % seq

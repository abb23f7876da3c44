"""The sandbox's memory: SQLite, in memory or in a file, one connection behind one lock.

Four tables. `things` holds everything that is a record with a few fields (users, teams, projects, models, revisions,
issues, pins, comments, structures, …): its JSON, what it hangs from (`owner`) and what it points at (`about`).
`objects` holds the tree of every project, one row an object and revision. `solids` holds the bodies, already written
as the JSON they are served as. `files` holds what was uploaded, by what it belongs to. Deleting a row deletes what
hangs from it, by triggers, so nothing is ever half there.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson

from bimplus_nb.sandbox.wire import Record

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE things (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, owner TEXT, project TEXT, about TEXT,
    body BLOB NOT NULL);
CREATE INDEX things_owner ON things (owner, kind);
CREATE INDEX things_project ON things (project, kind);
CREATE INDEX things_about ON things (about) WHERE about IS NOT NULL;
CREATE TABLE attributes (id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, revision INTEGER NOT NULL, current INTEGER NOT NULL,
    up INTEGER REFERENCES objects (seq) ON DELETE CASCADE,
    project TEXT NOT NULL, model TEXT, type TEXT NOT NULL, layer TEXT, is_element INTEGER NOT NULL,
    entry BLOB NOT NULL, details BLOB NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX objects_id ON objects (id, revision);
CREATE INDEX objects_up ON objects (up, is_element, type);
CREATE INDEX objects_layer ON objects (model, layer, type, current);
CREATE TABLE solids (
    seq INTEGER PRIMARY KEY, object INTEGER NOT NULL REFERENCES objects (seq) ON DELETE CASCADE,
    part INTEGER NOT NULL, color INTEGER NOT NULL, triangles INTEGER NOT NULL, points INTEGER NOT NULL,
    x0 REAL, y0 REAL, z0 REAL, x1 REAL, y1 REAL, z1 REAL,
    head BLOB NOT NULL, geometry BLOB NOT NULL, tail BLOB NOT NULL);
CREATE INDEX solids_object ON solids (object);
CREATE TABLE files (
    owner TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (owner, name)) WITHOUT ROWID;
CREATE TRIGGER things_cascade AFTER DELETE ON things BEGIN
    DELETE FROM things WHERE owner = OLD.id;
    DELETE FROM files WHERE owner = OLD.id;
    DELETE FROM objects WHERE OLD.kind = 'model' AND model = OLD.id;
    DELETE FROM objects WHERE OLD.kind = 'project' AND id = OLD.id;
    DELETE FROM attributes WHERE OLD.kind = 'team' AND json_extract(CAST(body AS TEXT), '$.team') = OLD.id;
END;
CREATE TRIGGER objects_cascade AFTER DELETE ON objects WHEN OLD.current BEGIN
    DELETE FROM things WHERE owner = OLD.id AND kind != 'model' OR about = OLD.id;
    DELETE FROM files WHERE owner = OLD.id;
END;
"""


_VERSION = 20261125


class Store:
    """Where the sandbox keeps everything. Safe to use from several threads; writes go through `transaction`."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.writes = 0
        """Grows with every committed change; what is cached from the store is keyed by it."""
        self._attributes: tuple[int, dict[str, Record]] = (-1, {})
        self._db = sqlite3.connect(path or ":memory:", timeout=1, check_same_thread=False, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise
        salt = self.row("SELECT value FROM meta WHERE name = 'salt'")
        assert salt is not None
        self.salt: str = salt[0]
        """Part of every ETag, so that two stores never share one."""

    def _prepare(self) -> None:
        """Takes the file, if it is a sandbox's or new."""
        fresh = not self.row("SELECT count(*) FROM sqlite_master")[0]
        if not fresh and self.row("PRAGMA user_version")[0] != _VERSION:
            raise ValueError("it holds something else, or was written by another version of the sandbox")
        # One sandbox a file; and what was answered as written is in the file, whatever kills the process.
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "foreign_keys = ON",
            "recursive_triggers = ON",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        with self.transaction():
            if fresh:
                # executescript would commit first; one statement after the other keeps it all or nothing.
                for statement in _statements(_SCHEMA):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {_VERSION}")
                self._db.execute("INSERT INTO meta VALUES ('salt', ?)", (secrets.token_hex(8),))

    @property
    def seeded(self) -> bool:
        """Whether the demo content is already in the file."""
        return self.row("SELECT 1 FROM meta WHERE name = 'seeded'") is not None

    def mark_seeded(self) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('seeded', '1')")

    def image(self) -> bytes:
        """All that a store in memory holds, for `load`."""
        with self.lock:
            return self._db.serialize()

    def load(self, image: bytes) -> None:
        """Takes what a store in memory held in the place of what is here; the salt stays."""
        with self.lock, closing(sqlite3.connect(":memory:")) as other:
            other.deserialize(image)
            other.backup(self._db)
            self.run("UPDATE meta SET value = ? WHERE name = 'salt'", self.salt)
            self.writes += 1

    def close(self) -> None:
        with self.lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested use joins the outer one."""
        with self.lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self.writes += 1

    # SQL ------------------------------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: Any) -> list[Any]:
        with self.lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> Any:
        with self.lock:
            return self._db.execute(sql, values).fetchone()

    def run(self, sql: str, *values: Any) -> None:
        with self.transaction():
            self._db.execute(sql, values)

    def many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        with self.transaction():
            self._db.executemany(sql, values)

    def attributes(self) -> dict[str, Record]:
        """The attribute catalogue by id."""
        with self.lock:
            if self._db.in_transaction or self._attributes[0] != self.writes:
                rows = self.rows("SELECT id, body FROM attributes ORDER BY rowid")
                found = {key: orjson.loads(body) for key, body in rows}
                if self._db.in_transaction:
                    return found  # may be rolled back yet
                self._attributes = (self.writes, found)
            return self._attributes[1]

    # things ---------------------------------------------------------------------------------------------------------

    def add(
        self, kind: str, body: Record, *, owner: str | None = None, project: str | None = None, about: str | None = None
    ) -> Record:
        """The record, with an id if it had none, now kept."""
        body.setdefault("id", str(uuid.uuid4()))
        self.run(
            "INSERT INTO things (id, kind, owner, project, about, body) VALUES (?, ?, ?, ?, ?, ?)",
            *(body["id"], kind, owner, project, about, orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)),
        )
        return body

    def get(self, kind: str, key: str) -> Record | None:
        row = self.row("SELECT body FROM things WHERE id = ? AND kind = ?", key, kind)
        return orjson.loads(row[0]) if row else None

    def all(self, kind: str, *, owner: str | None = None, project: str | None = None) -> list[Record]:
        """Every record of a kind that hangs from `owner` or lies in `project`, in the order they were made."""
        where, key = ("owner = ?", owner) if owner else ("project = ?", project) if project else ("? IS NULL", None)
        rows = self.rows(f"SELECT body FROM things WHERE kind = ? AND {where} ORDER BY seq", kind, key)
        return [orjson.loads(body) for (body,) in rows]

    def count(self, kind: str, owner: str) -> int:
        return int(self.row("SELECT count(*) FROM things WHERE kind = ? AND owner = ?", kind, owner)[0])

    def counts(self, project: str, *kinds: str) -> dict[tuple[str, str], int]:
        """How many things of each kind hang on each owner in a project."""
        rows = self.rows("SELECT owner, kind, count(*) FROM things WHERE project = ? GROUP BY owner, kind", project)
        return {(owner, kind): count for owner, kind, count in rows if kind in kinds}

    def project_of(self, key: str) -> str | None:
        """The project a thing lies in."""
        row = self.row("SELECT project FROM things WHERE id = ?", key)
        return row[0] if row else None

    def save(self, body: Record, *, about: str | None = None) -> Record:
        self.run(
            "UPDATE things SET body = ?, about = coalesce(?, about) WHERE id = ?",
            orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY),
            about,
            body["id"],
        )
        return body

    def delete(self, key: str) -> None:
        self.run("DELETE FROM things WHERE id = ?", key)

    # files ----------------------------------------------------------------------------------------------------------

    def keep_file(self, owner: str, name: str, body: bytes) -> None:
        """Keeps bytes as the `name` of a thing or object ("content", "thumbnail"), instead of those there were."""
        self.run("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", owner, name, body)

    def file(self, owner: str, name: str) -> bytes | None:
        row = self.row("SELECT body FROM files WHERE owner = ? AND name = ?", owner, name)
        return row[0] if row else None

    def drop_file(self, owner: str, name: str) -> None:
        self.run("DELETE FROM files WHERE owner = ? AND name = ?", owner, name)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's inner ones stay together."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""

"""What an attachment is: its record, its versions and their contents."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import replace as changed
from hashlib import sha256

from bimplus_nb.sandbox import files
from bimplus_nb.sandbox.chunks import Piece
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.places import Place
from bimplus_nb.sandbox.wire import Ask, Record, Upload


def attach(ask: Ask, on: Place, file: Upload, *, kind: str = "", key: str = "") -> Record:
    """A new attachment with its first version. Of a `kind` there is one in a place."""
    files.check_room(ask, len(file.content))
    if kind:
        for before in ask.store.all("attachment", owner=on.id):
            if before["attachmentType"] == kind:
                ask.store.delete(before["id"])
    record: Record = {
        "objectIds": [on.id],
        "createdAt": now(),
        "creator": ask.user["id"],
        "changed": now(),
        "attachmentType": kind,
        "tag": "",
        "last": 1,
        "versions": [_version(ask, 1, file)],
    }
    if key:
        record["id"] = key
    attachment = ask.store.add("attachment", record, owner=on.id, project=on.project)
    ask.store.keep_file(attachment["id"], file_of(attachment["versions"][0]), file.content)
    return attachment


def replace(ask: Ask, attachment: Record, file: Upload) -> Record:
    """The attachment with another content of its latest version."""
    files.check_room(ask, len(file.content))
    attachment["versions"][-1] = _version(ask, latest(attachment)["version"], file)
    return _keep(ask, attachment, file)


def add_version(ask: Ask, attachment: Record, file: Upload) -> Record:
    """The attachment with one more version, now its latest."""
    files.check_room(ask, len(file.content))
    attachment["last"] += 1
    attachment["versions"].append(_version(ask, attachment["last"], file))
    return _keep(ask, attachment, file)


def latest(attachment: Record) -> Record:
    found: Record = attachment["versions"][-1]
    return found


def file_of(version: Record) -> str:
    """Under which name the store keeps the content of a version."""
    return f"version {version['version']}"


def holds(ask: Ask, attachment: Record, one: Piece) -> bool:
    """Whether the latest version is the file that a piece is of: then the answer got lost before, not the piece."""
    version = latest(attachment)
    if (version["fileName"], version["size"]) != (one.name, one.total) or not (one.whole or one.first):
        return False
    row = ask.store.row(
        "SELECT substr(body, ?, ?) = ? FROM files WHERE owner = ? AND name = ?",
        *(one.first + 1, len(one.content), one.content, attachment["id"], file_of(version)),
    )
    return bool(row and row[0])


def assembled(name: str, body: bytes) -> Upload:
    """A file that came in pieces, which carry no content type."""
    return Upload(name, mimetypes.guess_type(name)[0] or files.content_type(""), body)


def asking_for(ask: Ask, key: str) -> Ask:
    """The same request, for an object of this id."""
    path: Mapping[str, str] = {"team": ask.path["team"], "object": key}
    return changed(ask, path=path, query={})


def _version(ask: Ask, number: int, file: Upload) -> Record:
    return {
        "version": number,
        "fileName": file.name,
        "type": file.type,
        "size": len(file.content),
        "createdAt": now(),
        "creator": ask.user["id"],
        "hash": sha256(file.content).hexdigest(),
        "release": False,
    }


def _keep(ask: Ask, attachment: Record, file: Upload) -> Record:
    ask.store.keep_file(attachment["id"], file_of(latest(attachment)), file.content)
    attachment["changed"] = now()
    return ask.store.save(attachment)

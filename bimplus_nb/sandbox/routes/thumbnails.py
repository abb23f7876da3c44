"""Thumbnails: one picture of a project, an object, a slideshow or a slide, under the id of that thing.

Source: Bimplus documentation, Project Service and Slideshow Service; those of objects and deleting: published
JavaScript SDK 1.0.56.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from bimplus_nb.sandbox import files
from bimplus_nb.sandbox.places import Place, place
from bimplus_nb.sandbox.problem import Problem, bad, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_LIMIT = 8 * 2**20
_OF = tuple(
    f"/{{team}}/{place}/thumbnail"
    for place in ("projects/{project}", "objects/{object}", "slideshows/{slideshow}", "slides/{slide}")
)
# The documents print the address of a slide's also in the singular.
_CONTENT = (*(f"{path}/download" for path in _OF), "/{team}/slide/{slide}/thumbnail/download")


@table.post(*_OF, upload=True)
def create(ask: Ask) -> Any:
    """A picture instead of the one there was."""
    of, file = place(ask, "Project_Edit"), files.sent(ask)
    kind = files.picture(file.content)
    if kind is None:
        raise bad("A thumbnail must be a PNG, JPEG, GIF or WebP picture.")
    if len(file.content) > _LIMIT:
        raise Problem(413, f"A thumbnail may have at most {_LIMIT:,} bytes.")
    files.check_room(ask, len(file.content))
    _drop(ask, of)
    record: Record = {
        "fileName": file.name,
        "type": kind,
        "size": len(file.content),
        "hash": sha256(file.content).hexdigest(),
    }
    kept = ask.store.add("thumbnail", record, owner=of.id, project=of.project)
    ask.store.keep_file(kept["id"], "content", file.content)
    _name_in_project(ask, of, of.id)
    return {"fileName": file.name, "type": kind, "size": len(file.content), "id": of.id}


@table.get(*_CONTENT)
def download(ask: Ask) -> Any:
    return _served(ask, place(ask))


@table.get("/{team}/thumbnail/{thumbnail}")
def one(ask: Ask) -> Any:
    """The picture of whatever has this id."""
    return _served(ask, place(ask, slot="thumbnail"))


@table.delete(*_OF)
def delete(ask: Ask) -> Any:
    of = place(ask, "Project_Edit")
    if not _drop(ask, of):
        raise missing("thumbnail", of.id)
    _name_in_project(ask, of, None)


def _served(ask: Ask, of: Place) -> Any:
    for kept in ask.store.all("thumbnail", owner=of.id):
        known = {"called": kept["fileName"], "kind": kept["type"], "size": kept["size"], "tag": kept["hash"]}
        return files.served(ask, kept["id"], "content", **known)
    raise missing("thumbnail", of.id)


def _drop(ask: Ask, of: Place) -> bool:
    there = ask.store.all("thumbnail", owner=of.id)
    for kept in there:
        ask.store.delete(kept["id"])
    return bool(there)


def _name_in_project(ask: Ask, of: Place, key: str | None) -> None:
    """A project's record says which thumbnail it has."""
    project = ask.store.get("project", of.project)
    if of.kind == "project" and project is not None:
        ask.store.save({**project, "thumbnail": key})

"""Geometry of a node, whole or of one layer, in one piece or in chunks.

Source: Bimplus documentation, Object Service; chunks, `revision`, `levelofdetail`, templates: published JavaScript
renderer 0.4.90 and SDK 1.0.56.
"""

from __future__ import annotations

from typing import Any

import orjson

from bimplus_nb.sandbox import access, meshblob
from bimplus_nb.sandbox.catalogue import ELEMENT_TYPES, LAYERS
from bimplus_nb.sandbox.fields import guid
from bimplus_nb.sandbox.private import hidden
from bimplus_nb.sandbox.problem import Problem, bad, missing
from bimplus_nb.sandbox.scene import CHUNK_SIZES, Wanted, etag
from bimplus_nb.sandbox.tree import Found, find
from bimplus_nb.sandbox.wire import Ask, Reply, Table

table = Table()

_MOST_BLOBS = 5000


@table.get(
    "/{team}/objects/{object}/geometries/threejs",
    "/{team}/objects/{object}/geometries/threejs/properties/{bits}",
    "/{team}/objects/{object}/disciplines/{layer}/geometries/threejs",
    "/{team}/objects/{object}/disciplines/{layer}/geometries/threejs/properties/{bits}",
)
def threejs(ask: Ask) -> Any:
    """Bodies as THREE JSON. `X-Total-Count` is the number of chunks, not of objects."""
    wanted, bodies, headers, tag = _page(ask, "threejs")
    return Reply(lambda: ask.service.scenes.answer(wanted, bodies, tag), headers=headers, etag=tag)


@table.get(
    "/{team}/objects/{object}/geometries/meshblob",
    "/{team}/objects/{object}/disciplines/{layer}/geometries/meshblob",
)
def blobs(ask: Ask) -> Any:
    """Bodies as compressed polyhedra. They take long to write, so that very many are to be had in chunks only."""
    _, bodies, headers, tag = _page(ask, "meshblob")
    if len(bodies) > _MOST_BLOBS:
        raise Problem(413, f"{len(bodies)} bodies are more than {_MOST_BLOBS}: ask for one layer or smaller chunks.")
    return Reply(lambda: meshblob.answer(ask.store, bodies), headers=headers, etag=tag)


@table.get("/{team}/objects/{object}/disciplines/{layer}/templates/threejs")
def templates(ask: Ask) -> Any:
    """What bodies have in common: nothing here, every body is written where it is, in `geometries/threejs`."""
    root, wanted = _wanted(ask)
    _, number = _chunking(ask)
    if number > 1:
        raise missing("chunk", f"{number} of 1")
    return Reply(
        orjson.dumps([{"revision": root.revision, "colors": [], "templates": []}]),
        headers={"X-Total-Count": "1"},
        etag=etag(ask.store, root, "templates", wanted),
    )


def _page(ask: Ask, form: str) -> tuple[Wanted, list[int], dict[str, str], str]:
    """What is asked for, the bodies of the chunk that is asked for, and how the answer is headed and tagged."""
    root, wanted = _wanted(ask)
    size, number = _chunking(ask)
    plan = ask.service.scenes.plan(wanted)
    total = plan.chunks(size)
    if number > total:
        raise missing("chunk", f"{number} of {total}")
    tag = etag(ask.store, root, form, wanted, size, number)
    return wanted, plan.chunk(size, number), {"X-Total-Count": str(total)}, tag


def _wanted(ask: Ask) -> tuple[Found, Wanted]:
    """The node of the address, and what of it is asked for."""
    root = find(ask)
    detail = ask.whole("levelofdetail", 0, 100)
    unseen = hidden(ask, access.require(ask, "Project_View", root.project))
    return root, Wanted(root.seq, _layer(ask), _type(ask), _bits(ask), 100 if detail is None else detail, unseen)


def _layer(ask: Ask) -> str | None:
    if "layer" not in ask.path:
        return None
    key = ask.id("layer")
    if all(layer.id != key for layer in LAYERS):
        raise missing("layer", key)
    return key


def _type(ask: Ask) -> str | None:
    asked = ask.query.get("elementtypeid", "")
    if asked in {"", "undefined", "null"}:
        return None
    key = guid(asked)
    if key is None:
        raise bad("elementTypeId must be a GUID.")
    # A type nothing has is no mistake: the answer is an empty one.
    return next((one.type for one in ELEMENT_TYPES if one.id == key), "")


def _bits(ask: Ask) -> int:
    text = ask.path.get("bits", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) < 16):
        raise bad("properties must be a whole number from 0 to 15.")
    return int(text)


def _chunking(ask: Ask) -> tuple[int | None, int]:
    """How many objects a chunk has, and which chunk; without either parameter everything is one chunk."""
    name, number = ask.query.get("chunksize", "").lower(), ask.whole("chunk", 1)
    if name and name not in CHUNK_SIZES:
        raise bad("chunkSize must be one of " + ", ".join(CHUNK_SIZES) + ".")
    if not name and number is None:
        return None, 1
    return CHUNK_SIZES[name or "medium"], number or 1

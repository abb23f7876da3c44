"""Geometry of a node, whole or of one layer, in one piece or in chunks.

Source: Bimplus documentation, Object Service; chunks, `revision`, `levelofdetail`: published JavaScript
renderer 0.4.90.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox.catalogue import ELEMENT_TYPES, LAYERS
from bimplus_nb.sandbox.fields import guid
from bimplus_nb.sandbox.problem import bad, missing
from bimplus_nb.sandbox.scene import CHUNK_SIZES, Wanted, etag
from bimplus_nb.sandbox.tree import find
from bimplus_nb.sandbox.wire import Ask, Reply, Table

table = Table()


@table.get(
    "/{team}/objects/{object}/geometries/threejs",
    "/{team}/objects/{object}/geometries/threejs/properties/{bits}",
    "/{team}/objects/{object}/disciplines/{layer}/geometries/threejs",
    "/{team}/objects/{object}/disciplines/{layer}/geometries/threejs/properties/{bits}",
)
def threejs(ask: Ask) -> Any:
    """Bodies as THREE JSON. `X-Total-Count` is the number of chunks, not of objects."""
    root = find(ask)
    wanted = Wanted(root.seq, _layer(ask), _type(ask), _bits(ask))
    ask.whole("levelofdetail", 0, 100)
    size, number = _chunking(ask)
    plan = ask.scenes.plan(wanted)
    if number > plan.chunks(size):
        raise missing("chunk", f"{number} of {plan.chunks(size)}")
    return Reply(
        lambda: ask.scenes.answer(wanted, plan.chunk(size, number)),
        headers={"X-Total-Count": str(plan.chunks(size))},
        etag=etag(ask.store, root, wanted, size, number),
    )


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

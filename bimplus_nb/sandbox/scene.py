"""Geometry answers: which bodies lie below a node, cut into chunks, joined from what the store holds ready."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson

from bimplus_nb.sandbox.catalogue import LAYERS
from bimplus_nb.sandbox.forms import viewer_tail
from bimplus_nb.sandbox.private import Hidden
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.threejs import record, with_normals
from bimplus_nb.sandbox.tree import Found, below

CHUNK_SIZES = {"small": 500, "medium": 2000, "large": 8000}
"""Objects a chunk. Only "medium" is known of the real service; how much that is there, is not."""

TREE, VIEWER, NORMALS = 1, 2, 4
"""The bits of `properties/{n}`. 8, which the vendor's viewer sends, is undocumented and changes nothing here."""

_PLANS = 32
_READY = 128 << 20  # bytes of answers that are remembered
_SMALL = 0.02
"""At detail 0, bodies whose longest side is below this share of the whole scene's are left out; at 100 none is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer is asked for: the row it begins at, a layer, an element type, how much detail (0 to 100), the bits
    of `properties`; and what its reader may not see."""

    root: int
    layer: str | None = None
    type: str | None = None
    bits: int = 0
    detail: int = 100
    hidden: Hidden = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Which bodies an answer has, object by object; all bodies of an object lie in one chunk."""

    bodies: list[int]  # numbers in the store, in the order they are served
    starts: list[int]  # where each object's bodies begin in `bodies`

    def chunks(self, size: int | None) -> int:
        """How many chunks of `size` objects there are; at least one, as an empty answer is one too."""
        return max(-(-len(self.starts) // size), 1) if size else 1

    def chunk(self, size: int | None, number: int) -> list[int]:
        """The bodies of one chunk, counted from 1."""
        size = size or len(self.starts) or 1
        edges = [*self.starts[(number - 1) * size : number * size + 1], len(self.bodies)]
        return self.bodies[edges[0] : edges[min(size, len(edges) - 1)]]


class Scenes:
    """Answers from one store. Remembers recent plans, so that chunk 50 costs what chunk 1 does, and recent answers by
    their ETags, so that what many ask for is written once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._plans: OrderedDict[Wanted, Plan] = OrderedDict()
        self._as_of = -1
        self._ready: OrderedDict[str, bytes] = OrderedDict()

    def _forget(self) -> None:
        """Let go of what is older than the last write: names of attributes are in an answer, and not in its ETag."""
        if self._as_of != self._store.writes:
            self._plans.clear()
            self._ready.clear()
            self._as_of = self._store.writes

    def plan(self, wanted: Wanted) -> Plan:
        self._forget()
        key = replace(wanted, bits=0)
        if key not in self._plans:
            rows = self._store.rows(
                below(without=wanted.hidden) + "SELECT s.seq, s.object, s.x0, s.y0, s.z0, s.x1, s.y1, s.z1 "
                "FROM below JOIN objects o USING (seq) JOIN solids s ON s.object = o.seq "
                "WHERE o.layer = coalesce(?, o.layer) AND o.type = coalesce(?, o.type) ORDER BY s.object, s.seq",
                *(wanted.root, wanted.layer, wanted.type),
            )
            rows = [row[:2] for row in _large_enough(rows, wanted.detail)]
            before = [None, *(owner for _, owner in rows)]
            starts = [place for place, (_, owner) in enumerate(rows) if owner != before[place]]
            self._plans[key] = Plan([seq for seq, _ in rows], starts)
        self._plans.move_to_end(key)
        while len(self._plans) > _PLANS:
            self._plans.popitem(last=False)
        return self._plans[key]

    def answer(self, wanted: Wanted, bodies: list[int], tag: str) -> bytes:
        """One complete answer: its own palette, its own viewbox. Its ETag is `tag`."""
        self._forget()
        if tag not in self._ready:
            self._ready[tag] = self._written(wanted, bodies)
        self._ready.move_to_end(tag)
        answer, size = self._ready[tag], sum(map(len, self._ready.values()))
        while size > _READY:
            size -= len(self._ready.popitem(last=False)[1])
        return answer

    def _written(self, wanted: Wanted, bodies: list[int]) -> bytes:
        rows = self._store.rows(
            "SELECT s.x0, s.y0, s.z0, s.x1, s.y1, s.z1, s.triangles, s.points, s.color, s.head, s.geometry, s.tail, "
            "s.object, s.part FROM json_each(?) j CROSS JOIN solids s ON s.seq = j.value",
            orjson.dumps(bodies).decode(),
        )
        columns = list(zip(*rows, strict=True)) or [()] * 14
        palette = {color: place for place, color in enumerate(dict.fromkeys(columns[8]))}
        tails = self._viewer_tails(columns[12]) if wanted.bits & VIEWER else {}
        geometries = with_normals(columns[10]) if rows and wanted.bits & NORMALS else columns[10]
        records = [
            record(head, geometry, palette[color], tail if part else tails.get(owner, tail))
            for color, head, geometry, tail, owner, part in zip(
                columns[8], columns[9], geometries, *columns[11:], strict=True
            )
        ]
        if not rows:
            objects = b"null"
        elif wanted.bits & TREE:
            objects = b"[" + self._tree(wanted.root, columns[12], columns[13], records) + b"]"
        else:
            objects = b"[" + b"},".join(records) + b"}]"
        figures = {
            "elementsCount": len(rows),
            "faceCount": sum(columns[6]),
            "verticesCount": sum(columns[7]),
            "viewbox": _viewbox(columns[:3], columns[3:6]),
            "colors": [*palette],
        }
        return orjson.dumps(figures)[:-1] + b',"objects":' + objects + b"}"

    def _viewer_tails(self, owners: Iterable[int]) -> Mapping[int, bytes]:
        found = self._store.rows(
            "SELECT o.seq, o.layer, m.body, o.body FROM json_each(?) j CROSS JOIN objects o ON o.seq = j.value "
            "JOIN things m ON m.id = o.model",
            orjson.dumps([*set(owners)]).decode(),
        )
        attributes = self._store.attributes()
        layers = {layer.id: layer.name.removeprefix("ID_") for layer in LAYERS}
        models = {model: orjson.loads(model)["name"] for model in {row[2] for row in found}}
        return {
            seq: viewer_tail(orjson.loads(body), attributes, models[model], layers.get(layer, ""))
            for seq, layer, model, body in found
        }

    def _tree(self, root: int, owners: Sequence[int], parts: Sequence[int], records: list[bytes]) -> bytes:
        """The records under the topology they hang on; a virtual object under its owner."""
        nodes = self._store.rows(
            below("nodes") + "SELECT o.seq, o.up, o.body FROM below JOIN objects o USING (seq)", root
        )
        opened = {}
        children: dict[int, list[bytes | int]] = defaultdict(list)
        for seq, up, body in nodes:
            words = orjson.loads(body)
            fields = {key: words[key] for key in ("id", "parent", "type")}
            opened[seq] = orjson.dumps({**fields, "attributes": {"general": {"name": words["name"]}}})[:-1]
            if seq != root:
                children[up].append(seq)
        own = set(owners)
        ups = dict(
            self._store.rows(
                "SELECT o.seq, o.up FROM json_each(?) j CROSS JOIN objects o ON o.seq = j.value",
                orjson.dumps([*own]).decode(),
            )
        )
        for owner, part, written in zip(owners, parts, records, strict=True):
            if part:
                children[owner].append(written + b',"children":[]}')
                continue
            opened[owner] = written
            if owner != root:
                # A part whose whole lies in another chunk hangs on the root of this one.
                children[ups[owner] if ups[owner] in opened or ups[owner] in own else root].append(owner)

        def closed(seq: int) -> bytes:
            inner = b",".join([one if isinstance(one, bytes) else closed(one) for one in children[seq]])
            return opened[seq] + b',"children":[' + inner + b"]}"

        return closed(root)


def etag(store: Store, root: Found, *question: object) -> str:
    """An ETag for answers about what lies below a node, known without them: it changes when a model there does."""
    models = store.all("model", owner=root.project) if root.model is None else [store.get("model", root.model) or {}]
    versions = [(model["id"], model["version"]) for model in models]
    return blake2b(repr((store.salt, root.seq, versions, question)).encode(), digest_size=12).hexdigest()


def _large_enough(rows: list[Any], detail: int) -> list[Any]:
    """The bodies (rows that end in a box) that `detail` shows. What the real service leaves out is not known."""
    if detail >= 100 or not rows:
        return rows
    low, high = np.hsplit(np.array([row[-6:] for row in rows]), 2)
    least = _SMALL * (100 - detail) / 100 * (high.max(axis=0) - low.min(axis=0)).max()
    return [row for row, side in zip(rows, (high - low).max(axis=1).tolist(), strict=True) if side >= least]


def _viewbox(lows: Sequence[Sequence[float]], highs: Sequence[Sequence[float]]) -> dict[str, float]:
    """Centre and full size, though the names look like a corner and a size: so it is in the documents' samples."""
    ends = [(min(low, default=0), max(high, default=0)) for low, high in zip(lows, highs, strict=True)]
    numbers = [(low + high) / 2 for low, high in ends] + [high - low for low, high in ends]
    return dict(zip(("x", "y", "z", "width", "height", "depth"), numbers, strict=True))

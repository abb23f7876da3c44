"""The tree of a model: sites, buildings, storeys, and the objects that hang on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import pandas as pd

from bimplus_nb.frames.values import column, number, pick, text
from bimplus_nb.text import plain

# Nodes that only hold others. The service names them with and without ``ID_``.
_BRANCHES = frozenset({"project", "topologydivision", "site", "building", "storey", "topology", "topologynode"})
_DEPTH = 1000


@dataclass(frozen=True, slots=True)
class Node:
    """One entry of a tree. `storey` is the nearest storey above, `level` its elevation or the entry's own (mm)."""

    id: str
    parent: str | None
    name: str
    type: str
    ifc_type: str
    layer_id: str
    model: str
    storey: str
    level: float
    guid: str
    depth: int
    path: str
    branch: bool


def nodes(tree: Mapping[str, Any], model: str = "") -> list[Node]:
    """Every entry of a topology answer, in its order, each entry after the one above it."""
    return list(_walk(tree, model))


def at_and_below(entries: Sequence[Node], id: str) -> list[Node]:
    """An entry and all that is below it. An id that is not among them: ValueError."""
    first = next((k for k, node in enumerate(entries) if node.id.lower() == id.lower()), None)
    if first is None:
        raise ValueError(f"There is no entry {plain(id, 60)!r} in the models' trees.")
    depth = entries[first].depth
    return [entries[first], *takewhile(lambda node: node.depth > depth, entries[first + 1 :])]


def _walk(tree: Mapping[str, Any], model: str) -> Iterator[Node]:
    # By a stack of our own: a tree may be deeper than Python's.
    stack: list[tuple[Mapping[str, Any], Node | None]] = [(tree, None)]
    while stack:
        entry, above = stack.pop()
        node = _node(entry, above, model)
        yield node
        children = pick(entry, "children")
        if isinstance(children, list) and node.depth < _DEPTH:
            stack.extend((child, node) for child in reversed(children) if isinstance(child, Mapping))


def _node(entry: Mapping[str, Any], above: Node | None, model: str) -> Node:
    type_ = own_type(pick(entry, "type"))
    ifc_type = own_type(pick(entry, "ifcType"))
    name = text(pick(entry, "name")) or ""
    layer = text(pick(entry, "layerid")) or ""
    is_storey = type_.lower() == "storey" or ifc_type.lower() == "ifcbuildingstorey"
    level = number(pick(entry, "level"))
    return Node(
        id=str(entry.get("id", "")),
        parent=text(pick(entry, "parent")) or (above.id if above else None),
        name=name,
        type=type_,
        ifc_type=ifc_type,
        layer_id=layer.lower(),
        model=model,
        storey=name if is_storey else above.storey if above else "",
        level=level if is_storey and level is not None else above.level if above else 0.0,
        guid=text(pick(entry, "ifcId")) or "",
        depth=above.depth + 1 if above else 0,
        path=f"{above.path}/{name}" if above else name,
        branch=not layer and (type_.lower() in _BRANCHES or is_storey),
    )


def own_type(value: object) -> str:
    """A type's name without the service's prefix: "ID_ArchWall" is Wall, "ID_IFCColumn" IfcColumn."""
    name = (text(value) or "").removeprefix("ID_")
    if name.startswith("Arch") and name[4:5].isupper():
        name = name[4:]
    return "Ifc" + name[3:] if name.startswith("IFC") else name


def topology_frame(entries: Sequence[Node]) -> pd.DataFrame:
    """One row an entry, index `id`: name, type, ifc_type, model, storey, parent, depth, path, is_object."""
    index = pd.Index([node.id for node in entries], name="id", dtype="str")
    columns = {
        "name": column([node.name for node in entries], "text", index=index),
        "type": column([node.type for node in entries], "category", index=index),
        "ifc_type": column([node.ifc_type for node in entries], "category", index=index),
        "model": column([node.model for node in entries], "category", index=index),
        "storey": storeys(entries, index),
        "parent": column([node.parent for node in entries], "text", index=index),
        "depth": column([node.depth for node in entries], "integer", index=index),
        "path": column([node.path for node in entries], "text", index=index),
        "is_object": column([not node.branch for node in entries], "boolean", index=index),
    }
    return pd.DataFrame(columns, index=index)


def storeys(entries: Sequence[Node], index: pd.Index[Any]) -> pd.Series[Any]:
    """The storey of each entry, as a categorical from the lowest to the highest."""
    lowest: dict[str, float] = {}
    for node in entries:
        if node.storey:
            lowest[node.storey] = min(node.level, lowest.get(node.storey, node.level))
    names = sorted(lowest, key=lambda name: (lowest[name], name))
    found = [node.storey or None for node in entries]
    return pd.Series(pd.Categorical(found, categories=names, ordered=True), index=index, name="storey")

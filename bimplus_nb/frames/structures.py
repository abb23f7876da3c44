"""Structures: trees of named nodes beside the building's, such as costs, and the objects that hang on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from bimplus_nb.frames.members import Members
from bimplus_nb.frames.topology import Node
from bimplus_nb.frames.values import column

# What is between a node and an object (Bimplus documentation, Structure Service).
_CONNECTION = "structureelement"


def structures_frame(entries: Sequence[Node]) -> pd.DataFrame:
    """One row a node, index `id`, in the order of the trees: name, structure, parent, depth, path, objects.

    `entries`: those of the tree of all structures, from the project down. Depth 0 is a structure itself, which has no
    parent. The column objects counts those on the node and below it, each once; ``attrs["object_ids"]`` says which.
    """
    lines = [line for line in _lines(entries) if not _is_connection(line)]
    below = defaultdict[str, dict[str, None]](dict)
    for above, object_id in _ends(entries):
        for node in above:
            below[node.id][object_id] = None
    index = pd.Index([line[-1].id for line in lines], name="id", dtype="str")
    columns = {
        "name": column([line[-1].name for line in lines], "text", index=index),
        "structure": column([line[0].name for line in lines], "category", index=index),
        "parent": column([line[-2].id if len(line) > 1 else None for line in lines], "text", index=index),
        "depth": column([len(line) - 1 for line in lines], "integer", index=index),
        "path": column(["/".join(node.name for node in line) for line in lines], "text", index=index),
        "objects": column([len(below[id_]) for id_ in index], "integer", index=index),
    }
    frame = pd.DataFrame(columns, index=index)
    frame.attrs = {"units": {}, "object_ids": Members.of(index, ([*below[id_]] for id_ in index))}
    return frame


def hanging(entries: Iterable[Node]) -> dict[str, list[tuple[str, str]]]:
    """For each structure, by its name: pairs of an object's id and the path of the node it hangs on, below the
    structure."""
    found: dict[str, list[tuple[str, str]]] = {}
    for above, object_id in _ends(entries):
        path = "/".join(node.name for node in above[1:]) or above[0].name
        found.setdefault(above[0].name, []).append((object_id, path))
    return found


def _lines(entries: Iterable[Node]) -> Iterator[list[Node]]:
    """Each entry below the project, behind those that it is below."""
    line: list[Node] = []
    for node in entries:
        del line[node.depth :]
        line.append(node)
        if node.depth:
            yield line[1:]


def _is_connection(line: Sequence[Node]) -> bool:
    """Whether the last of these is the connection of a node and an object, or the object."""
    return any(node.type.lower() == _CONNECTION for node in line[-2:])


def _ends(entries: Iterable[Node]) -> Iterator[tuple[list[Node], str]]:
    """The nodes above each object, and its id."""
    for line in _lines(entries):
        if len(line) > 2 and line[-2].type.lower() == _CONNECTION:
            yield line[:-2], line[-1].id

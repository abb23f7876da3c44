"""A frame of entries with parents as a tree of rows, some of them open. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_Ints = NDArray[np.int64]


class Branches:
    """The n entries of a frame, each before those below it, and which of them are in sight.

    `frame`: index the entries' ids, each once, columns name and parent, as `topology_frame` and `structures_frame` have
    them. An entry whose parent is not in the frame is at the top; so is one of a ring, which no tree has.

    Entries stand for objects: for those of ``attrs["object_ids"]``; without it, for the entries that are objects
    (column is_object; without it, all), at and below.

    - ``order`` (n,) rows of the frame; all numbers of entries count in this order
    - ``level``, ``up``, ``end`` (n,): how deep, the number of the entry above (-1), and the first behind those below
    - ``nth``, ``siblings`` (n,): which of how many below the same entry
    - ``ids``: the objects; ``size`` (n,): how many objects each entry stands for
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        if not frame.index.is_unique:
            raise ValueError("A tree needs a frame in which each id is once.")
        missing = {"name", "parent"} - set(frame)
        if missing:
            raise ValueError(f"A tree needs the columns name and parent; {', '.join(sorted(missing))} is missing.")
        n = len(frame)
        row = {id_: k for k, id_ in enumerate(frame.index)}
        above = [-1 if parent == id_ else row.get(parent, -1) for id_, parent in frame["parent"].items()]
        self.order, self.level, self.up, self.end = _walked(above)
        self.nth, self.siblings = _places(self.up)
        self.number = dict(zip(frame.index[self.order], range(n), strict=True))
        self.names = frame["name"].astype("str").fillna("").iloc[self.order].tolist()
        self._spelled = [name.casefold() for name in self.names]
        self.ids, self._things, self._start, self._stop = self._members(frame)
        self._object_number = {id_: k for k, id_ in enumerate(self.ids)}
        self.size = self._stop - self._start
        self._open, self._turned, self._wanted = set[int](), set[int](), ""
        self._matched = self._above_match = self._below_match = np.zeros(n, bool)

    def __len__(self) -> int:
        return len(self.order)

    def _members(self, frame: pd.DataFrame) -> tuple[list[str], _Ints, _Ints, _Ints]:
        """The ids of the objects; a list of their numbers; and where in that list those of each entry begin and end."""
        labels = frame.index[self.order].tolist()
        if "object_ids" not in frame.attrs:
            own = frame["is_object"].eq(True).to_numpy(bool)[self.order] if "is_object" in frame else np.ones(len(self))
            count: _Ints = np.append(0, np.cumsum(own, dtype=np.int64))
            ids = [id_ for id_, is_one in zip(labels, own.tolist(), strict=True) if is_one]
            return ids, np.arange(len(ids)), count[:-1], count[self.end]
        said, numbers = dict(frame.attrs["object_ids"]), dict[str, int]()
        each = [said.get(label, ()) for label in labels]
        things = [numbers.setdefault(id_, len(numbers)) for some in each for id_ in some]
        size = np.array([len(some) for some in each], np.int64)
        return list(numbers), np.array(things, np.int64), np.cumsum(size) - size, np.cumsum(size)

    # --- what is open ----------------------------------------------------------------------------------------------

    def is_open(self, at: int) -> bool:
        """Whether what is below an entry is in sight, if the entry is."""
        return bool(self._below_match[at]) != (at in self._turned) if self._wanted else at in self._open

    def turn(self, at: int, wish: bool) -> None:
        """Open an entry, or close it."""
        if self._wanted:
            (self._turned.discard if wish == bool(self._below_match[at]) else self._turned.add)(at)
        else:
            (self._open.add if wish else self._open.discard)(at)

    def reveal(self, at: int) -> None:
        """Open everything above an entry; what hides it by its name is given up."""
        if self._wanted and not (self._matched | self._above_match | self._below_match)[at]:
            self.filter("")
        while (at := int(self.up[at])) >= 0:
            self.turn(at, True)

    def filter(self, text: str) -> None:
        """Only entries with this in their names, those above them, and what is below them; "" for all."""
        self._wanted, self._turned = text.strip().casefold(), set()
        found = np.fromiter((self._wanted in name for name in self._spelled), bool, len(self))
        total = np.append(0, np.cumsum(found))
        self._matched = found
        self._below_match = total[self.end] - total[np.arange(len(self)) + 1] > 0
        step = np.zeros(len(self) + 1, np.int64)
        np.add.at(step, np.flatnonzero(found) + 1, 1)
        np.add.at(step, self.end[found], -1)
        self._above_match = np.cumsum(step)[: len(self)] > 0

    def rows(self) -> _Ints:
        """(r,) the numbers of the entries in sight, from top to bottom."""
        seen = self._matched | self._above_match | self._below_match if self._wanted else np.ones(len(self), bool)
        found, at, end = list[int](), 0, self.end.tolist()
        while at < len(end):
            if seen[at]:
                found.append(at)
            at = at + 1 if seen[at] and self.is_open(at) else end[at]
        return np.array(found, np.int64)

    # --- what is chosen --------------------------------------------------------------------------------------------

    def objects(self, numbers: Iterable[int]) -> list[str]:
        """The ids of the objects that these entries stand for, each once."""
        some = [k for at in numbers for k in self._things[self._start[at] : self._stop[at]].tolist()]
        return [self.ids[k] for k in dict.fromkeys(some)]

    def chosen(self, ids: Iterable[str]) -> _Ints:
        """(n,) how many of these objects each entry stands for."""
        flags = np.zeros(len(self.ids), np.int64)
        flags[[self._object_number[id_] for id_ in ids if id_ in self._object_number]] = 1
        total: _Ints = np.append(0, np.cumsum(flags[self._things]))
        return total[self._stop] - total[self._start]

    def __contains__(self, id_: object) -> bool:
        """Whether an entry stands for this object."""
        return id_ in self._object_number

    def nearest(self, id_: str) -> int:
        """The entry that stands for an object and for the fewest others, the lowest of equals."""
        places = np.flatnonzero(self._things == self._object_number[id_])
        holds = ((self._start[:, None] <= places) & (places < self._stop[:, None])).any(axis=1)
        return int(min(np.flatnonzero(holds).tolist(), key=lambda at: (self.size[at], -at)))


def _walked(above: list[int]) -> tuple[_Ints, _Ints, _Ints, _Ints]:
    """The order of rows with each above's rows behind it, and of each in that order its level, above and end."""
    below: dict[int, list[int]] = {}
    for row, at in enumerate(above):
        below.setdefault(at, []).append(row)
    order, level, up, end, number = list[int](), list[int](), list[int](), [0] * len(above), dict[int, int]()
    waiting = [(row, 0, -1) for row in reversed(below.get(-1, []))]
    left = iter(range(len(above)))
    while len(order) < len(above):
        if not waiting:  # what is left is a ring: it begins somewhere
            waiting.append((next(row for row in left if row not in number), 0, -1))
        row, depth, holder = waiting.pop()
        if row in number:
            continue
        number[row] = len(order)
        order.append(row)
        level.append(depth)
        up.append(holder)
        waiting += [(one, depth + 1, number[row]) for one in reversed(below.get(row, [])) if one not in number]
    for at in range(len(order) - 1, -1, -1):
        end[at] = max(end[at], at + 1)
        if up[at] >= 0:
            end[up[at]] = max(end[up[at]], end[at])
    return tuple(np.array(values, np.int64) for values in (order, level, up, end))  # type: ignore[return-value]


def _places(up: _Ints) -> tuple[_Ints, _Ints]:
    """Which of its siblings each is, from 1, and how many they are."""
    count: Any = np.bincount(up + 1, minlength=len(up) + 1)
    seen, nth = dict[int, int](), []
    for at in up.tolist():
        seen[at] = seen.get(at, 0) + 1
        nth.append(seen[at])
    return np.array(nth, np.int64), np.asarray(count[up + 1], np.int64)

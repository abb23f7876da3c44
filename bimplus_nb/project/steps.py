"""What is to be done about the issue of a check, from what fails and what there is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from bimplus_nb.frames.values import pick
from bimplus_nb.records import Record
from bimplus_nb.text import plain

_NAMED: Final = 3

Action = Literal["create", "update", "pin", "unpin", "attach", "solve", "comment"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, in words for people; `ids` are the objects that it is about."""

    action: Action
    words: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """The issue of a check as it is: the objects that it shows red, its pins by object, whether it has the table."""

    record: Record
    red: tuple[str, ...]
    pins: dict[str, str]
    has_table: bool

    @property
    def number(self) -> int | None:
        found = pick(self.record, "shortId")
        return found if isinstance(found, int) else None

    @property
    def status(self) -> str:
        return str(pick(self.record, "status") or "Open")


def plan(
    name: str,
    failing: pd.DataFrame,
    kept: Kept | None,
    pinned: Sequence[str],
    priority: str,
    closed: int | None,
) -> list[Step]:
    """What is to be done. What only the author may comes first, so that nothing is half done for want of a right."""
    ids = tuple(str(id_) for id_ in failing.index)
    if not ids:
        if kept is None or kept.status != "Open":
            return []
        words = f"Passes again: {_objects(len(kept.red))} failed before, none does now."
        return [Step("solve", words), Step("comment", words)]
    names = dict(zip(ids, failing["name"].fillna("").astype(str), strict=True))
    picture = f"red: {_few(names, ids)}; all else can be seen through"
    if kept is None:
        again = "" if closed is None else f", since issue {closed} is closed"
        steps = [Step("create", f"issue {name!r}, priority {priority}{again}; {picture}", ids)]
        said = f"{count(len(ids))}: {_few(names, ids)}."
    else:
        red, there = {*kept.red}, {*ids}
        other, solved = red != there, kept.status != "Open"
        update = f"open again; {picture}" if solved else picture
        steps = [Step("update", update, ids)] if other or solved else []
        gone, new = len(red - there), [id_ for id_ in ids if id_ not in red]
        changes = [f"new: {_few(names, new)}"] * bool(new) + [f"{gone} pass now"] * bool(gone)
        said = f"{count(len(ids))}, {len(red):,} before; {'; '.join(changes)}." if changes else f"{count(len(ids))}."
        said = f"Fails again: {_objects(len(ids))}: {_few(names, ids)}." if solved else said
        if late := tuple(id_ for id_ in kept.pins if id_ in red - there):
            steps.append(Step("unpin", f"{len(late)} that do not fail any more", late))
        pinned = [id_ for id_ in pinned if id_ not in kept.pins]
    if pinned:
        steps.append(Step("pin", _few(names, pinned), tuple(pinned)))
    if kept is None or not kept.has_table or (steps and steps[0].action == "update"):
        steps += [Step("comment", said), Step("attach", f"the table of what fails, {len(ids)} rows", ids)]
    return steps


def _objects(number: int) -> str:
    return "1 object" if number == 1 else f"{number:,} objects"


def count(number: int) -> str:
    return f"{_objects(number)} {'fails' if number == 1 else 'fail'}"


def _few(names: Mapping[str, str], ids: Sequence[str]) -> str:
    """The first of these by name, and how many more there are."""
    some = ", ".join(plain(names.get(id_) or id_, 60) for id_ in ids[:_NAMED])
    return some + (f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else "")

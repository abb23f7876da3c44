"""A project with many issues, in a sandbox's file: what tables of issues and the board are measured with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bimplus_nb.sandbox import Sandbox, content, people, seeding
from bimplus_nb.sandbox.building.issues import AS_OF, pin_on
from bimplus_nb.sandbox.scaled import scaled
from bimplus_nb.sandbox.store import Store

_WHAT = (
    "Clash",
    "Gap",
    "Opening missing",
    "Wrong material",
    "No fire rating",
    "Crack",
    "Runs through a beam",
    "Height",
)
_TYPES = ("Problem", "Remark", "Task", "Clash")
_STATES = ("Open", "Open", "Open", "Solved", "Closed")
_USERS = tuple(user.username for user in people.USERS)


def project(objects: int, issues: int, pins: int) -> content.Project:
    """`scaled(objects)` with so many issues, on which so many pins are spread; always the same."""
    whole = scaled(objects)
    elements = [element for model in whole.models for element in model.elements]
    rng = np.random.default_rng([objects, issues, pins])
    of = np.concatenate([np.arange(min(issues, pins)), rng.integers(issues, size=max(pins - issues, 0))])
    on: dict[int, list[content.Pin]] = {}
    for issue, element in zip(of.tolist(), rng.integers(len(elements), size=pins).tolist(), strict=True):
        on.setdefault(issue, []).append(pin_on(elements[element]))
    drawn = rng.integers(1 << 30, size=(issues, 8)).tolist()
    return replace(whole, issues=tuple(_issue(k, numbers, on.get(k, [])) for k, numbers in enumerate(drawn)))


def _issue(number: int, drawn: list[int], pins: list[content.Pin]) -> content.Issue:
    what, kind, state, author, responsible, written, due, priority = drawn
    status = _STATES[state % len(_STATES)]
    return content.Issue(
        name=f"{_WHAT[what % len(_WHAT)]}, place {number + 1}",
        description="Found while walking through the model. Please look at it before the next meeting.",
        author=_USERS[author % 3],
        responsible=_USERS[responsible % 4],
        status=status,
        type=_TYPES[kind % len(_TYPES)],
        priority=("Low", "Medium", "High")[priority % 3],
        created=AS_OF - timedelta(minutes=written % 200_000),
        due=AS_OF + timedelta(hours=due % 1000 - 500),
        solution=None if status == "Open" else "Done.",
        pins=tuple(pins),
    )


@contextmanager
def sandbox(folder: Path, objects: int, issues: int, pins: int, **options: Any) -> Iterator[Sandbox]:
    """A sandbox with that project alone; `options` are the Sandbox's own."""
    path = folder / "busy.db"
    store = Store(path)
    seeding.fill(store, [(people.RIVERSIDE, project(objects, issues, pins))])
    store.close()
    with Sandbox(path=path, **options) as running:
        yield running

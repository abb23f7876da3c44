"""What people have written about Riverside Offices: issues in every state, pinned on the surface of objects."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Literal, cast

import numpy as np

from bimplus_nb.sandbox.building.findings import BY_KEY
from bimplus_nb.sandbox.content import Element, Issue, Model, Pin

AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""The day the project is shown as it stood; due dates before it are overdue."""

Status = Literal["Open", "Solved", "Closed"]
Type = Literal["Problem", "Remark", "Task", "Appointment", "Document", "Contact", "Clash"]
Priority = Literal["Low", "Medium", "High"]


def issues(models: Iterable[Model]) -> tuple[Issue, ...]:
    """All issues of the project, oldest first, with their pins on the models' objects."""
    elements = {element.name: element for model in models for element in model.elements}
    table = files("bimplus_nb.sandbox.building").joinpath("issues.tsv").read_text(encoding="utf-8")
    made = [_issue(row, elements) for row in csv.DictReader(table.splitlines(), delimiter="\t")]
    return tuple(sorted(made, key=lambda issue: issue.created))


def _issue(row: Mapping[str, str], elements: Mapping[str, Element]) -> Issue:
    """An issue from its row: `about` is a finding or objects, `written` and `due` are days before and after today."""
    finding = BY_KEY.get(row["about"])
    objects = finding.objects if finding else [name for name in row["about"].split("; ") if name]
    return Issue(
        name=row["name"],
        description=row["description"],
        author=row["author"],
        responsible=row["responsible"],
        status=cast(Status, row["status"]),
        type=cast(Type, row["type"]),
        priority=cast(Priority, row["priority"]),
        # Nobody writes everything at nine o'clock.
        created=AS_OF - timedelta(days=int(row["written"]), minutes=37 * len(row["name"]) % 400),
        due=AS_OF + timedelta(days=int(row["due"])),
        solution=row["solution"] or None,
        pins=tuple(pin_on(elements[name]) for name in objects),
    )


def pin_on(element: Element) -> Pin:
    """A pin in the middle of the largest face of an object's first body, mm, Y up."""
    solid = element.solids[0]
    faces = np.concatenate([solid.triangles, solid.quads[:, [0, 1, 3]], solid.quads[:, [1, 2, 3]]])
    a, b, c = (solid.vertices[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    twice = np.linalg.norm(across, axis=1)
    largest = int(np.argmax(np.round(twice)))
    x, y, z = ((a + b + c)[largest] / 3).tolist()
    nx, ny, nz = (across[largest] / twice[largest] + 0.0).tolist()
    return Pin(element.id, (x, y, z), (nx, ny, nz))

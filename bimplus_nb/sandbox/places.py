"""What files, links, scenes, comments and pictures hang on: a project, object, issue, slideshow or slide."""

from __future__ import annotations

from typing import NamedTuple

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.people import Right
from bimplus_nb.sandbox.tree import find
from bimplus_nb.sandbox.wire import Ask

_SLOTS = ("project", "object", "issue", "slideshow", "slide")


class Place(NamedTuple):
    """One such thing, and the project it lies in."""

    id: str
    project: str
    kind: str


def place(ask: Ask, right: Right = "Project_View", *, slot: str = "") -> Place:
    """What the address names.

    At the addresses of objects issues, slideshows and slides are found too: they are objects to the service
    (Bimplus documentation, Comment Service; published JavaScript SDK 1.0.56 for scenes and thumbnails of issues).
    """
    slot = slot or next(name for name in _SLOTS if name in ask.path)
    if slot == "project":
        project = access.project(ask, right)["id"]
        return Place(project, project, "project")
    if slot in _SLOTS[2:]:
        key = str(access.thing(ask, slot, right)["id"])
        return Place(key, ask.store.project_of(key) or "", slot)
    key = ask.id(slot)
    row = ask.store.row(
        "SELECT kind, project FROM things WHERE id = ? AND kind IN ('issue', 'slideshow', 'slide')", key
    )
    if row:
        access.require(ask, right, row[1], what=row[0], name=key)
        return Place(key, row[1], row[0])
    found = find(ask, right, name=slot)
    return Place(found.id, found.project, "project" if found.id == found.project else "object")

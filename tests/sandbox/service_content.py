"""A small, fully known content for the service's tests: every number in it can be checked by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bimplus_nb.sandbox import content, people, seeding
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID, TYPES
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.store import Store

QUADS = np.array([[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]], dtype=np.int32)
NONE = np.empty((0, 3), dtype=np.int32)
RED, GLASS = 0xFFC02020, 0x60AADDEE

PROJECT, MODEL = guid("test", "house"), guid("test", "model")
PLOT, GROUND, UPPER = (guid("test", name) for name in ("plot", "ground", "upper"))
WALL, WINDOW, SLAB, ROOM = (guid("test", name) for name in ("wall", "window", "slab", "room"))
VERSIONED, READ_ONLY, CLOSED, QUAY = (guid("test", name) for name in ("versioned", "read only", "closed", "quay"))
VERSIONED_MODEL = guid("test", "versioned model")
OLD_WALL, NEW_WALL = guid("test", "old wall"), guid("test", "new wall")
WALL_LAYER, WINDOW_LAYER, ROOM_LAYER = (TYPES[name].layer for name in ("Wall", "Window", "Room"))
WALL_GUID = "1kTvXnbbzCWw8lcMd1dR4o"
OPEN_ISSUE, SOLVED_ISSUE = guid("issue", PROJECT, 1), guid("issue", PROJECT, 2)


def box(corner: tuple[float, float, float], size: tuple[float, float, float], color: int = RED) -> content.Solid:
    """A box with counter-clockwise quads; the first two are the faces at low and high z."""
    unit = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]])
    return content.Solid(unit * size + np.array(corner, dtype=float), NONE, QUADS, color)


def wedge(corner: tuple[float, float, float]) -> content.Solid:
    """Half a cube of 1 m, with triangles and quads."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1]]) * 1000.0
    triangles = np.array([[0, 2, 1], [3, 4, 5]], dtype=np.int32)
    quads = np.array([[0, 1, 4, 3], [1, 2, 5, 4], [2, 0, 3, 5]], dtype=np.int32)
    return content.Solid(points + np.array(corner, dtype=float), triangles, quads, RED)


def element(id: str, name: str, type: str, node: str, *solids: content.Solid, **values: object) -> content.Element:
    return content.Element(id, name, type, node, solids, {ATTRIBUTE[key].id: value for key, value in values.items()})


def _house() -> content.Project:
    wall = element(
        WALL,
        "Wall <1>",
        "Wall",
        GROUND,
        box((0, 0, 0), (5000, 2500, 300)),
        box((0, 2500, 0), (5000, 100, 300)),
        length=5000.0,
        volume=3750000000.0,
        fire_rating="F90",
        load_bearing=True,
        u_value=0.24,
        cost=1234.5,
    )
    wall = content.Element(
        wall.id, wall.name, wall.type, wall.node, wall.solids, {**wall.values, GLOBAL_ID: WALL_GUID}, WALL_GUID
    )
    nodes = (
        content.Node(PLOT, None, "Plot", "Site", "IfcSite"),
        content.Node(UPPER, PLOT, "Upper floor", "Storey", "IfcBuildingStorey", 1, 3000.0),
        content.Node(GROUND, PLOT, "Ground floor", "Storey", "IfcBuildingStorey", 0, 0.0),
    )
    elements = (
        wall,
        element(WINDOW, "Window", "Window", UPPER, box((1000, 4000, 100), (1200, 1400, 40), GLASS), width=1200.0),
        element(SLAB, "Slab", "Slab", UPPER, wedge((0, 3000, 0)), volume=5e8),
        element(ROOM, "Room 1", "Room", GROUND, box((0, 0, 300), (4000, 2500, 4000), GLASS)),
    )
    when = datetime(2026, 2, 1, 9, tzinfo=UTC)
    issues = (
        content.Issue("Fire exit", "Wrong place", "carla", "david", "Open", "Problem", "High", when, when, None,
                      (content.Pin(WALL, (2500.0, 1250.0, 300.0), (0.0, 0.0, 1.0)),)),
        content.Issue("Done", "", "anna", "ben", "Solved", "Task", "Low", when, None, "Moved."),
    )  # fmt: skip
    return content.Project(
        PROJECT,
        "House",
        "A small one",
        (content.Model(MODEL, "Architecture", "Walls and more", nodes, elements),),
        issues,
        {"architect": {"city": "Riverside"}},
    )


def _versioned() -> content.Project:
    def state(name: str, *elements: content.Element, earlier: tuple[content.Model, ...] = ()) -> content.Model:
        return content.Model(VERSIONED_MODEL, "Shell", "", (), elements, (), earlier, name)

    stays = element(OLD_WALL, "Stays", "Wall", "", box((0, 0, 0), (1000, 1000, 1000)))
    moved = element(OLD_WALL, "Stays, wider", "Wall", "", box((0, 0, 0), (2000, 1000, 1000)))
    new = element(NEW_WALL, "New", "Wall", "", box((5000, 0, 0), (1000, 1000, 1000)))
    return content.Project(
        VERSIONED, "Two states", "", (state("Design", moved, new, earlier=(state("Sketch", stays),)),)
    )


def seed(path: Path) -> Path:
    """A new file of a sandbox with all the content."""
    store = Store(path)
    seeding.fill(store, projects())
    store.close()
    return path


def projects() -> list[tuple[people.Team, content.Project]]:
    """All the content, for `seeding.fill`."""
    only = {user.username: "Project_Viewer" for user in people.USERS}
    kept_out = {"carla": "", "david": ""}
    return [
        (people.RIVERSIDE, _house()),
        (people.RIVERSIDE, _versioned()),
        (people.RIVERSIDE, content.Project(READ_ONLY, "Read only", "", roles=only)),
        (people.RIVERSIDE, content.Project(CLOSED, "Closed to some", "", roles=kept_out)),
        (people.HARBOUR, content.Project(QUAY, "Quay Hall", "")),
    ]

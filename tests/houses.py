"""Meshes that need no service: a small house, and a building of any number of objects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
FACES = np.array([(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)])
BOX = np.concatenate([FACES[:, [0, 1, 2]], FACES[:, [0, 2, 3]]])

Body = tuple[NDArray[np.float64], NDArray[np.int64], tuple[int, int, int, int]]


def box(low: tuple[float, float, float], high: tuple[float, float, float], color: tuple[int, int, int, int]) -> Body:
    """A box between two corners, mm."""
    return CORNERS * np.subtract(high, low) + low, BOX, color


def cylinder(
    foot: tuple[float, float, float], radius: float, height: float, color: tuple[int, int, int, int], n: int = 24
) -> Body:
    """An upright cylinder of n sides, mm."""
    top = (0, height, 0)
    turn = np.arange(n) * 2 * np.pi / n
    ring = np.stack([np.cos(turn) * radius, np.zeros(n), -np.sin(turn) * radius], 1) + foot
    vertices = np.concatenate([ring, np.add(ring, top), [foot, np.add(foot, top)]])
    i, j = np.arange(n), (np.arange(n) + 1) % n
    sides = np.concatenate([np.stack([i, j, j + n], 1), np.stack([i, j + n, i + n], 1)])
    caps = np.concatenate([np.stack([j, i, np.full(n, 2 * n)], 1), np.stack([i + n, j + n, np.full(n, 2 * n + 1)], 1)])
    return vertices, np.concatenate([sides, caps]), color


def mesh(objects: dict[str, list[Body]], at: tuple[float, float, float] = (0, 0, 0)) -> Mesh:
    """The mesh of these objects, each of one or more bodies, moved by `at`."""
    names = [name for name, bodies in objects.items() for _ in bodies]
    bodies = [body for some in objects.values() for body in some]
    return Mesh.from_parts(
        names,
        np.concatenate([vertices for vertices, _, _ in bodies]) + at,
        np.concatenate([triangles for _, triangles, _ in bodies]),
        np.array([len(vertices) for vertices, _, _ in bodies]),
        np.array([len(triangles) for _, triangles, _ in bodies]),
        np.array([color for _, _, color in bodies]),
    )


PLASTER, TIMBER, GLASS = (239, 235, 227, 255), (160, 105, 60, 255), (150, 190, 210, 90)


def house(at: tuple[float, float, float] = (0, 0, 0)) -> Mesh:
    """Twelve objects, 10 x 6 m: a slab, walls, a roof, a column, a window of frame and glass, a room."""
    t = 300.0
    return mesh(
        {
            "slab": [box((0, -200, 0), (10_000, 0, 6_000), (200, 198, 192, 255))],
            "wall-left": [box((0, 0, 0), (t, 2_800, 6_000), PLASTER)],
            "wall-right": [box((10_000 - t, 0, 0), (10_000, 2_800, 6_000), PLASTER)],
            "wall-back": [box((t, 0, 0), (10_000 - t, 2_800, t), PLASTER)],
            "wall-front-1": [box((t, 0, 6_000 - t), (3_000, 2_800, 6_000), PLASTER)],
            "wall-front-2": [box((6_500, 0, 6_000 - t), (10_000 - t, 2_800, 6_000), (200, 90, 70, 255))],
            "sill": [box((3_000, 0, 6_000 - t), (6_500, 900, 6_000), PLASTER)],
            "window": [
                box((3_000, 900, 5_800), (3_100, 2_800, 5_900), TIMBER),
                box((6_400, 900, 5_800), (6_500, 2_800, 5_900), TIMBER),
                box((3_100, 900, 5_840), (6_400, 2_800, 5_860), GLASS),
            ],
            "roof": [box((-400, 2_800, -400), (10_400, 3_100, 6_400), (120, 150, 105, 255))],
            "column": [cylinder((11_500, -200, 5_000), 200, 3_000, (90, 110, 150, 255))],
            "terrace": [box((10_000, -200, 3_000), (13_000, -50, 6_000), (180, 178, 172, 255))],
            "room": [box((t, 0, t), (10_000 - t, 2_800, 6_000 - t), (120, 170, 220, 80))],
        },
        at,
    )


def many(n: int) -> Mesh:
    """n objects on ten floors: one column of 24 sides to four boxes, about 29 triangles an object."""
    side = int(np.ceil((n / 10) ** 0.5))
    row = np.arange(n)
    floor, on_floor = np.divmod(row, side * side)
    foot = np.stack([on_floor % side * 6_000, floor * 4_000, on_floor // side * 6_000], 1).astype(float)
    kind = row % 5
    palette = np.array([[200, 190, 170], [150, 160, 175], [185, 95, 70], [110, 140, 110], [220, 220, 225]])
    shapes = [
        cylinder((0, 0, 0), 350, 3_600, (0, 0, 0, 0)),
        box((200, 0, -125), (5_800, 3_400, 125), (0, 0, 0, 0)),
        box((-125, 0, 200), (125, 3_400, 5_800), (0, 0, 0, 0)),
        box((100, 3_550, 100), (5_900, 3_850, 5_900), (0, 0, 0, 0)),
        box((-200, 3_050, 100), (200, 3_550, 5_900), (0, 0, 0, 0)),
    ]
    vertices = [shapes[k][0] + at for k, at in zip(kind, foot, strict=True)]
    triangles = [shapes[k][1] for k in kind]
    return Mesh.from_parts(
        [f"object-{k}" for k in row],
        np.concatenate(vertices),
        np.concatenate(triangles),
        np.array([len(v) for v in vertices]),
        np.array([len(t) for t in triangles]),
        np.column_stack([palette[(kind + row // 7) % 5], np.full(n, 255)]),
    )

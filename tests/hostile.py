"""Objects of a geometry answer that are wrong or too much, between two that are good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from geometry.solids import Body, answer, box, item, mesh_of, threejs

from bimplus_nb.geometry import Mesh

GOOD = {"left": box(3000, 2500, 300), "right": box(300, 2500, 3000).moved((4000, 0, 0))}


@dataclass(frozen=True)
class Case:
    """Items of an answer, whose ids the problems name, and which of them are objects of the mesh all the same."""

    items: tuple[dict[str, Any], ...]
    problems: tuple[str, ...] = ()
    there: tuple[str, ...] = ()


def between_good(*items: dict[str, Any]) -> bytes:
    """An answer with these items and a good one on either side."""
    left, right = (item(name, threejs(body)) for name, body in GOOD.items())
    return answer(left, *items, right)


def cases() -> dict[str, Case]:
    """By name."""
    shape = threejs(box())

    def wrong(name: str, **change: Any) -> Case:
        return Case((item(name, shape | change),), (name,))

    def placed(name: str, at: list[float]) -> dict[str, Any]:
        return item(name, shape | {"vertices": [*at, *shape["vertices"][3:]]})

    def sized(name: str, factor: float) -> dict[str, Any]:
        return item(name, shape | {"vertices": [number * factor for number in shape["vertices"]]})

    colors = [-1, 3, 10**9, 2**31, 2**70]
    line, point = [0.0, 0, 0, 500, 0, 0, 1000, 0, 0], [7.0, 7, 7] * 3
    flat = [item("line", shape | {"vertices": line, "faces": [0, 0, 1, 2]})]
    flat += [item("point", shape | {"vertices": point, "faces": [0, 0, 1, 2]})]
    flat += [item("twice", shape | {"faces": [0, 0, 0, 0, 0, 1, 1, 2]})]
    return {
        "not a number": Case((placed("nan", [float("nan"), 0, 0]),), ("nan",)),
        "endless": Case((placed("inf", [0, float("inf"), 0]),), ("inf",)),
        "1e300": Case((placed("huge", [1e300, 0, 0]),), ("huge",)),
        "minute": Case((sized("minute", 1e-300), sized("small", 1e-9)), there=("minute", "small")),
        "no triangles": Case((item("none", shape | {"faces": []}), item("void", {"faces": [], "vertices": []}))),
        "flat": Case(tuple(flat), there=("line", "point", "twice")),
        "cut short": wrong("cut", faces=shape["faces"][:-1]),
        "no such vertex": wrong("beyond", faces=[0, 0, 1, 8]),
        "ten thousand layers": Case(
            (item("said", shape | {"metadata": {"uvs": 10_000}}), item("listed", shape | {"uvs": [[0]] * 10_000})),
            ("said", "listed"),
        ),
        "no such colour": Case(
            tuple(item(f"color {n}", shape | {"metadata": {"colorid": n}}) for n in colors),
            tuple(f"color {n}" for n in colors),
            tuple(f"color {n}" for n in colors),
        ),
        "one id five times": Case((item("again", shape),) * 5, there=("again",)),
    }


def _with_good(body: Body, names: list[str], vertices: list[int], triangles: list[int]) -> Mesh:
    """Parts of an object and, after them, what is good."""
    good = mesh_of(*GOOD.values(), names=list(GOOD))
    return Mesh.concatenate(
        [
            Mesh.from_parts(
                names,
                body.vertices,
                body.triangles,
                np.array(vertices),
                np.array(triangles),
                np.full((len(names), 4), 255),
            ),
            good,
        ]
    )


def parts(n: int) -> Mesh:
    """One object of n parts, a triangle each."""
    at = np.stack([np.arange(n) % 300, np.arange(n) // 300, np.zeros(n)], axis=1) * 20.0
    corners = at[:, None] + np.array([(0.0, 0, 0), (15, 0, 0), (0, 15, 0)])
    triangles = np.tile([0, 1, 2], (n, 1))
    return _with_good(Body(corners.reshape(-1, 3), triangles, 0, 0, 0), ["parts"] * n, [3] * n, [1] * n)


def soup(n: int) -> Mesh:
    """One object of n triangles anywhere, each as large as the whole."""
    corners = np.random.default_rng(5).uniform(0, 4000, (3 * n, 3))
    return _with_good(Body(corners, np.arange(3 * n).reshape(-1, 3), 0, 0, 0), ["soup"], [3 * n], [n])


def fan(n: int) -> Mesh:
    """One object of n triangles that all meet in one vertex, and n edges in another."""
    turn = np.linspace(0, 2 * np.pi, n + 1)
    rim = np.stack([np.cos(turn), np.zeros(n + 1), np.sin(turn)], axis=1) * 3000
    k = np.arange(1, n + 1)
    triangles = np.stack([np.zeros_like(k), k + 1, k], axis=1)
    return _with_good(Body(np.concatenate([[[0, 0, 0]], rim]), triangles, 0, 0, 0), ["fan"], [n + 2], [n])

"""What the graphics card picks, against brute force: a thousand clicks a scene, and a ray cast in numpy for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook

from bimplus_nb.sandbox import Sandbox

pytestmark = pytest.mark.browser

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import houses, numpy as np, sight
import bimplus_nb as bp
"""
# 10⁶ m from the origin.
HOUSE = "viewer = bp.Viewer(houses.house(at=(1e9, 2e6, -1e9)), rooms='room')\nviewer"
DEMO = "viewer = bp.connect().project('Riverside Offices').view(progress=False)\nviewer"
COMPLETE = "viewer._page.side.light_shape and viewer._page.picture"

# Some objects hidden, some ghosts, and a section lengthwise. What the page says of clicks is kept instead of followed.
MESS = """
ids = np.random.default_rng(3).permutation(viewer.mesh.ids).tolist()
some = len(ids) // 8 + 1
viewer.hide(ids[:some])
viewer.xray(ids[some:2 * some])
low, high = viewer.mesh.bounds[:, 0].min(axis=0), viewer.mesh.bounds[:, 1].max(axis=0)
way = np.array((2.0, 1.0, 10.0)) / np.linalg.norm((2.0, 1.0, 10.0))
viewer.section(tuple(way), float(way @ (low * 0.3 + high * 0.7)))
picked = []
viewer._page._heard = picked.append
"""

# As orbit.js hears them. Pointer 1 is the mouse.
CLICKS = """
points => {
  const canvas = [...document.querySelectorAll('.jupyter-threejs canvas')].at(-1), box = canvas.getBoundingClientRect();
  for (const [x, y] of points) {
    for (const type of ['pointerdown', 'pointerup']) {
      const at = {clientX: box.left + x, clientY: box.top + y};
      canvas.dispatchEvent(new PointerEvent(type, {bubbles: true, pointerId: 1, ...at}));
    }
  }
}
"""
# Pixels of the screen that the canvas has.
CANVAS = """
() => {
  const canvas = [...document.querySelectorAll('.jupyter-threejs canvas')].at(-1);
  const {width, height} = canvas.getBoundingClientRect();
  return [width, height].map(k => Math.floor(k * devicePixelRatio));
}
"""

# Of each click the part that was picked, the one in front, and how the two may differ: at an edge, or where two faces
# lie in one place.
COMPARE = """
def compare(points, reach):
    rays, found = sight.Drawn(viewer), []
    around = [(x, y) for x in (-reach, 0, reach) for y in (-reach, 0, reach)]
    for (x, y), message in zip(points, picked, strict=True):
        got = -1 if message["part"] is None else message["part"]
        distance, part = rays.hits(x, y)
        first = int(part[np.argmin(distance)]) if len(part) else -1
        how = "same" if got == first else "wrong"
        if how == "wrong" and got in part[distance < distance.min(initial=np.inf) + 0.01]:
            how = "one place"
        elif how == "wrong" and any(rays.first(x + dx, y + dy) == got for dx, dy in around):
            how = "edge"
        found.append((got, first, how, x, y))
    return found
"""

# How far, mm, the point that is seen lies from the surface of its box, by the numbers that the box was made of.
OFF = """
def off(points):
    rays, plain, at, found = sight.Drawn(viewer), houses.house(), np.array((1e9, 2e6, -1e9)), []
    for x, y in points:
        distance, part = rays.hits(x, y)
        if not len(part) or part[k := np.argmin(distance)] < 0 or plain.ids[plain.owner[part[k]]] == "column":
            continue
        corners = plain.vertices[plain.vertex_start[part[k]] : plain.vertex_start[part[k] + 1]]
        low, high = corners.min(axis=0) + at, corners.max(axis=0) + at
        start, way = rays.ray(x, y)
        place = start + distance[k] * way + viewer._building.origin
        found.append(float(np.max(np.abs(place - (low + high) / 2) - (high - low) / 2)))
    return found
"""


@dataclass(frozen=True)
class Picks:
    """What a thousand clicks found: (part picked, part in front, how they differ, x, y) each, and `OFF`."""

    found: list[tuple[int, int, str, float, float]]
    off: list[float]

    def differ(self, how: str) -> list[tuple[int, int, str, float, float]]:
        return [one for one in self.found if one[2] == how]

    def seen(self) -> list[int]:
        return [first for _, first, *_ in self.found if first >= 0]


def picks(notebook: Notebook, ratio: float, count: int, *, house: bool) -> Picks:
    """Click so many random pixels of a mess of what is on the page."""
    notebook.run_all(timeout=120)
    notebook.until(COMPLETE, timeout=120)
    notebook.kernel(MESS + COMPARE + OFF)
    notebook.settle(timeout=120)
    buffer = notebook.page.evaluate(CANVAS)
    rng = np.random.default_rng(1)
    pixels = rng.integers(np.multiply(buffer, (0.2, 0.1)), np.multiply(buffer, (0.8, 0.95)), (count, 2))
    inside = rng.uniform(0.05, 0.95, (count, 2))  # where in a pixel one clicks must not matter
    notebook.page.evaluate(CLICKS, ((pixels + inside) / ratio).tolist())
    notebook.until(f"len(picked) == {count}", timeout=120)
    middles = ((pixels + 0.5) / buffer * notebook.ask("viewer.size")).tolist()
    found = notebook.ask(f"compare({middles}, {0.02 / ratio})")
    assert notebook.errors == []
    return Picks(found, notebook.ask(f"off({middles})") if house else [])


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_a_thousand_picks_of_a_house_are_those_of_brute_force(lab: Lab, ratio: float) -> None:
    with lab.open([SETUP, HOUSE], scale=ratio) as notebook:
        got = picks(notebook, ratio, 1000, house=True)
    assert got.differ("wrong") == []
    assert len(got.differ("edge")) <= 3
    assert len(got.differ("one place")) <= 10
    assert len(got.seen()) > 300
    assert len(set(got.seen())) > 5
    assert len(got.off) > 300
    assert np.abs(got.off).max() < 1.0, "what is seen lies on the house to the millimetre"


def test_picks_of_the_demo_building_are_those_of_brute_force(lab: Lab, sandbox: Sandbox) -> None:
    with lab.open([f"import os; os.environ['BIMPLUS_SANDBOX_URL'] = {sandbox.url!r}\n{SETUP}", DEMO]) as notebook:
        got = picks(notebook, 1, 400, house=False)
    assert got.differ("wrong") == []
    assert len(got.differ("edge")) <= 2
    assert len(got.differ("one place")) <= 4
    assert len(got.seen()) > 150
    assert len(set(got.seen())) > 40

"""What the board costs: from running its cell to the list and the pins on the page, and from a key to the rows left.

    python tests/benchmarks/board.py [--quick] [--pictures FOLDER] [ISSUES ...]    # by default 5000, with 8 pins to 5

The building has 2,000 objects and is on the page before. `open` ends when the first row is drawn, `pins` when a first
mark is over the building; `filter` is from a letter typed to the picture of the list, `follow` until the pins are
those of the list. All times are in seconds but that of `filter`, which is in ms.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import lab as harness
import report
from report import Against, Options, table

from bimplus_nb.sandbox import Sandbox, content, people, seeding
from bimplus_nb.sandbox.scaled import scaled
from bimplus_nb.sandbox.store import Store

OBJECTS = 2_000
SETUP = """
import os, bimplus_nb as bp
client = bp.connect()
project = client.project(client.projects.all()[0].id)
viewer = project.view(height=420)
viewer"""
WORDS = "part 1 ben"
BOARD = "board = bp.IssueBoard(project, viewer); board"
TYPED = """
async text => {
  const field = [...document.querySelectorAll('.bp-top input')].at(-1), start = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
}
"""


def filled(issues: int) -> content.Project:
    """A building with so many issues, each with one pin or two."""
    whole = scaled(OBJECTS)
    elements = [element.id for model in whole.models for element in model.elements]
    began = datetime(2026, 1, 1, tzinfo=UTC)
    made, kinds, urgencies = [], ("Problem", "Task", "Clash"), ("Low", "Medium", "High")
    for number in range(issues):
        pins = tuple(
            content.Pin(
                elements[(number * 7 + k) % len(elements)],
                (number * 97.0 % 40_000, 1_000.0, k * 500.0),
                (0.0, 0.0, 1.0),
            )
            for k in range(1 + (number % 5 < 3))
        )
        made.append(
            content.Issue(
                f"Something about part {number * 31 % 997} that is to be looked at",
                "As said in the meeting.",
                ("anna", "ben", "carla")[number % 3],
                ("ben", "carla", None)[number % 3],
                ("Open", "Open", "Solved", "Closed")[number % 4],  # type: ignore[arg-type]
                kinds[number % 3],  # type: ignore[arg-type]
                urgencies[number % 3],  # type: ignore[arg-type]
                began + timedelta(minutes=number),
                due=began + timedelta(days=number % 90),
                pins=pins,
            )
        )
    return replace(whole, issues=tuple(made))


def measure(issues: int, options: Options) -> list[Any]:
    """The row of one size."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "board.db")
        seeding.fill(store, [(people.RIVERSIDE, filled(issues))])
        store.close()
        with Sandbox(path=Path(folder) / "board.db") as sandbox:
            os.environ["BIMPLUS_SANDBOX_URL"] = sandbox.url
            with harness.running(Path(folder)) as lab, lab.open([SETUP, BOARD], size=(1280, 1250)) as notebook:
                notebook.run(0)
                notebook.until("viewer._page.picture")
                notebook.settle(1, timeout=120)
                page = notebook.page

                def run() -> dict[str, float]:
                    notebook.kernel("viewer.pin()")
                    page.wait_for_function("() => !document.querySelector('.bv-pin:not([hidden])')")
                    page.evaluate("document.querySelectorAll('.bp-board').forEach(one => one.remove())")
                    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
                    start = time.perf_counter()
                    page.keyboard.press("Shift+Enter")
                    page.wait_for_selector(".bp-row")
                    opened = time.perf_counter() - start
                    page.wait_for_selector(".bv-pin:not([hidden])")
                    pinned = time.perf_counter() - start
                    notebook.settle(1, timeout=120)
                    start = time.perf_counter()
                    took = median(page.evaluate(TYPED, WORDS[: k + 1]) for k in range(len(WORDS)))
                    notebook.until("0 < len(viewer._issues) < len(board.frame)")
                    followed = time.perf_counter() - start
                    return {"open": opened, "pins": pinned, "filter": took, "follow": followed}

                figures, runs = report.repeated(options.runs, run)
                options.keep(f"board {issues}", page.screenshot())
                pins = notebook.ask("len(board._pins)")
    opened, pinned = Against(figures["open"], 3), Against(figures["pins"], 3)
    return [issues, pins, runs, opened, pinned, Against(figures["filter"], 200, "{:.0f}"), figures["follow"]]


def main(options: Options) -> None:
    """Measure and print the table."""
    columns = ("issues", "pins", "runs", "open, s", "pins, s", "filter, ms", "follow, s")
    table(
        "Board: to the list, the pins, and what a search leaves", columns, [measure(n, options) for n in options.sizes]
    )


if __name__ == "__main__":
    if why := harness.missing():
        raise SystemExit(why)
    main(Options.from_line((5_000,)))
    report.verdict()

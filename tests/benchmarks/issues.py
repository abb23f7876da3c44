"""What many issues cost: requests and seconds of their tables, and of changing many at once.

    python tests/benchmarks/issues.py [--quick] [OBJECTS ...]    # by default 20000

5,000 issues with 8,000 pins in a project of that size, in a sandbox in this process. Each row is a process of its own
that has signed in, imported everything and fetched the models' trees before; `of it here` is the processor's time in
it, which is what our code takes of the seconds.

- `issues()`, `pins()`, …: the tables
- diff: of 200 issues given to somebody else and due another day, which is held against the service
- apply: of those 400 changes, each looked at before and after
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import busy
import counted
import pandas as pd
import report
from report import Against, Options, table

import bimplus_nb as bp
from bimplus_nb.project import Project

ISSUES, PINS, MANY = 5_000, 8_000, 200
# A board of them is to be open in 3 s, and has the tables first of all.
GOALS = {"issues()": 2.0, "with_pins()": 2.0}
WAYS = (
    "issues()",
    "pins()",
    "with_pins()",
    "comments()",
    "history()",
    "since()",
    "by_storey()",
    "duplicates()",
    "diff",
    "apply",
)


def main(options: Options) -> None:
    """Measure each way at each size."""
    for objects in options.sizes:
        rows = []
        with tempfile.TemporaryDirectory() as folder, busy.sandbox(Path(folder), objects, ISSUES, PINS) as sandbox:
            environment = {**os.environ, "BIMPLUS_SANDBOX_URL": sandbox.url, "BIMPLUS_JOURNALS": folder}
            for way in WAYS:
                figures, runs = report.repeated(options.runs, partial(_run, way, environment))
                seconds: Any = figures["seconds"]
                if way in GOALS:
                    seconds = Against(seconds, GOALS[way])
                rows.append((way, round(figures["requests"]), seconds, figures["here"], round(figures["rows"]), runs))
        columns = ("way", "requests", "seconds", "of it here", "rows", "runs")
        table(f"Issues: {ISSUES:,} issues with {PINS:,} pins, {objects:,} objects", columns, rows)


def _run(way: str, environment: dict[str, str]) -> dict[str, float]:
    run = [sys.executable, __file__, "--run", way]
    out = subprocess.run(run, check=True, capture_output=True, text=True, env=environment).stdout
    found: dict[str, float] = json.loads(out)
    return found


def here(way: str) -> dict[str, float]:
    """One way, in a process of its own."""
    client = bp.connect()
    name = next(one["name"] for one in client.projects.everywhere() if one["name"].startswith("Quarter"))
    project, asked = counted.fresh(client, client.project(name))
    project.topology()
    work = _work(way, project, client.user.id)
    asked.clear()
    start, busy_start = time.perf_counter(), time.process_time()
    rows = work()
    return {
        "requests": len(asked),
        "seconds": time.perf_counter() - start,
        "here": time.process_time() - busy_start,
        "rows": rows,
    }


def _work(way: str, project: Project, user: str) -> Callable[[], int]:
    """What is measured, after what it needs beforehand."""
    issues = project.issues
    simple: dict[str, Callable[[], pd.DataFrame]] = {
        "issues()": issues, "pins()": issues.pins, "with_pins()": lambda: issues.with_pins()[1],
        "comments()": issues.comments, "history()": issues.history,
        "since()": lambda: issues.since("2026-02-01"), "by_storey()": issues.by_storey,
        "duplicates()": issues.duplicates,
    }  # fmt: skip
    if way in simple:
        return lambda: len(simple[way]())
    frame = issues()
    own = frame[frame["author"] == issues.people().loc[user, "name"]].head(MANY).copy()
    own["responsible"] = own["responsible"].map(lambda name: "Carla Costa" if name != "Carla Costa" else "Ben Bauer")
    own["due"] = pd.Timestamp.now("UTC").floor("s") + pd.Timedelta(days=7)
    if way == "diff":
        return lambda: len(issues.diff(own))
    changes = issues.diff(own)
    return lambda: int((changes.apply(progress=False)["result"] == "sent").sum())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(here(sys.argv[2])))
    else:
        given = Options.from_line((20_000,))
        print(report.machine())
        main(given)
        report.verdict()

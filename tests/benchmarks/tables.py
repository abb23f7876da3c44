"""What tables cost: requests, seconds and memory, beside one request an object and beside pandas on the same bytes.

    python tests/benchmarks/tables.py [--quick] [OBJECTS ...]    # by default 10000

A sandbox of that size, fifty properties an object, answers each request after 20 ms, in this process. Each row is a
process of its own that has signed in and imported everything before:

- `objects()`, `properties()`: of a project of which nothing was fetched
- `wide()`, `objects(all)`: after `properties()`; the latter asks for nothing more
- objects() again: `objects()` in a kernel that finds the geometry answers and trees on the disk (``cache=True``)
- one by one: `GET objects/{id}/properties/8` of each object, eight at a time, which is what there was without the
  geometry answers' own attributes; measured on 400 objects and scaled
- json_normalize: ``pandas.json_normalize`` of the same geometry answers, which are there already as bytes: what pandas
  makes of them without knowing what they are, numbers as text and no units

`MB` is what came over the line, as it came; `peak` is the greatest memory above that before, MB; of the first two with
the geometry, which comes with the attributes and is kept for the view. The goals are the requests.
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

import counted
import heavy
import pandas as pd
import report
from report import Against, Options, table

import bimplus_nb as bp
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.project import Project

LATENCY = 0.02
PROPERTIES = 50
SAMPLE = 400
GOALS = {"objects()": 10, "properties()": 40}
WAYS = ("objects()", "objects() again", "properties()", "wide()", "objects(all)", "one by one", "json_normalize")


def main(options: Options) -> None:
    """Measure each way at each size."""
    for objects in options.sizes:
        rows = []
        with (
            tempfile.TemporaryDirectory() as folder,
            heavy.sandbox(Path(folder), objects, PROPERTIES, latency=LATENCY) as sandbox,
        ):
            environment = {**os.environ, "BIMPLUS_SANDBOX_URL": sandbox.url, "BIMPLUS_CACHE": f"{folder}/cache"}
            for way in WAYS:
                figures, runs = report.repeated(options.runs, partial(_run, way, environment))
                requests: Any = round(figures["requests"])
                if way in GOALS:
                    requests = Against(requests, GOALS[way], "{:,.0f}")
                others = (figures["MB"], figures["seconds"], figures["peak"], round(figures["rows"]), runs)
                rows.append((way, objects, requests, *others))
        columns = ("way", "objects", "requests", "MB", "seconds", "peak MB", "rows", "runs")
        table(f"Tables: {PROPERTIES} properties an object, {1000 * LATENCY:.0f} ms a request", columns, rows)


def _run(way: str, environment: dict[str, str]) -> dict[str, float]:
    run = [sys.executable, __file__, "--run", way]
    out = subprocess.run(run, check=True, capture_output=True, text=True, env=environment).stdout
    found: dict[str, float] = json.loads(out)
    return found


def here(way: str) -> dict[str, float]:
    """One way, in a process of its own."""
    again = way == "objects() again"
    client = bp.connect(cache=again)
    name = next(one["name"] for one in client.projects.everywhere() if one["name"].startswith("Quarter"))
    project, asked = counted.fresh(client, client.project(name))
    if again:
        project.objects(progress=False)
        project, asked = counted.fresh(client, project)
    work, scale = _work(way, project)
    asked.clear()
    answers: list[Any] = []
    client._http._session.event_hooks = {"response": [answers.append]}
    _forget_peak()
    before, start = _memory("VmRSS"), time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - start
    peak = (_memory("VmHWM") - before) / 1e6
    came = sum(answer.num_bytes_downloaded for answer in answers) / 1e6
    found = {"requests": len(asked), "MB": came, "seconds": seconds, "rows": rows}
    return {name: figure * scale for name, figure in found.items()} | {"peak": peak}


def _work(way: str, project: Project) -> tuple[Callable[[], int], float]:
    """What is measured, after what it needs beforehand; and by how much its figures are to be multiplied."""
    if way in ("objects()", "objects() again"):
        return lambda: len(project.objects(progress=False)), 1
    if way == "properties()":
        return lambda: len(project.properties(progress=False)), 1
    if way == "wide()":
        properties = project.properties(progress=False)
        return lambda: len(properties.wide()), 1
    if way == "objects(all)":
        project.properties(progress=False)
        return lambda: len(project.objects(columns="all", progress=False)), 1
    if way == "one by one":
        ids = [*project.objects(progress=False).index]
        some = ids[:: max(len(ids) // SAMPLE, 1)][:SAMPLE]
        return lambda: len(side_by_side(project.api.objects.properties, some)), len(ids) / len(some)
    bodies = [body for root in project.layers()["model_id"].unique() for body in _answers(project, root)]
    return lambda: sum(len(pd.json_normalize(json.loads(body)["objects"])) for body in bodies), 1


def _answers(project: Project, model_id: str) -> list[bytes]:
    roots = {str(part["divisionId"]): str(part["divisionTopologyId"]) for part in project._source.disciplines()}
    return [*project.api.objects.geometry_chunks(roots[model_id], flags=2)]


def _memory(name: str) -> int:
    """Of this process, bytes. Linux."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return 1024 * int(line.split()[1])


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(here(sys.argv[2])))
    else:
        given = Options.from_line((10_000,))
        print(report.machine())
        main(given)
        report.verdict()

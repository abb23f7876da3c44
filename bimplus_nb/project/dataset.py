"""Many projects as one set of Parquet files, written project by project, for whatever queries such files.

    objects/project=<id>/objects.parquet         one row an object
    properties/project=<id>/properties.parquet   one row a value; number, text, boolean or date holds it
    issues/project=<id>/issues.parquet           one row an issue
    projects/project=<id>/projects.parquet       one row: name, team
    _finished/<id>.json                          what was written, and of which state of the project

Every file of a kind has the same columns, so that a query over ``objects/*/*.parquet`` needs to know nothing of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bimplus_nb.api import Api
from bimplus_nb.errors import BimplusError, LoginError
from bimplus_nb.exchange.parquet import Schema, apart, parquet_file
from bimplus_nb.exchange.whole import whole
from bimplus_nb.progress import Report, progress_bar
from bimplus_nb.project.project import Project
from bimplus_nb.records import Record
from bimplus_nb.text import plain

_FORM: Final = 1
_TABLES: Final[Mapping[str, Schema]] = {
    "objects": {
        "id": "text", "name": "text", "type": "text", "ifc_type": "text", "layer": "text", "model": "text",
        "storey": "text", "parent": "text", "guid": "text", "length_m": "number", "width_m": "number",
        "height_m": "number", "area_m2": "number", "volume_m3": "number",
    },
    "properties": {
        "object_id": "text", "group": "text", "name": "text", "attribute_id": "text", "number": "number",
        "text": "text", "boolean": "boolean", "date": "date", "unit": "text", "type": "text", "source": "text",
    },
    "issues": {
        "id": "text", "short_id": "integer", "name": "text", "status": "text", "priority": "text", "type": "text",
        "author": "text", "responsible": "text", "created": "date", "modified": "date", "due": "date",
        "overdue": "boolean", "pins": "integer", "comments": "integer", "attachments": "integer", "object_ids": "texts",
        "storeys": "texts", "classification": "text", "tag": "text", "description": "text", "solution": "text",
    },
    "projects": {"name": "text", "team": "text"},
}  # fmt: skip
_UNITS: Final = {"length_m": "m", "width_m": "m", "height_m": "m", "area_m2": "m²", "volume_m3": "m³"}
_VALUES: Final = {f"value_{kind}": kind for kind in ("number", "text", "boolean", "date")}


def write(projects: Iterable[tuple[Api, Record]], path: Path, progress: Report) -> pd.DataFrame:
    """Writes the projects below `path`; see `Client.dataset`."""
    path.mkdir(parents=True, exist_ok=True)
    todo = list(projects)
    rows: list[dict[str, Any]] = []
    with progress_bar(progress, "Projects") as report:
        for done, (api, record) in enumerate(todo, 1):
            row: dict[str, Any] = {"id": record.id, "name": str(record.get("name") or ""), "why": None}
            try:
                counts, fresh = _project(Project(api, api.projects.get(record.id)), path)
                row |= counts | {"result": "written" if fresh else "unchanged"}
            except LoginError:
                raise
            except BimplusError as error:  # the other projects need not suffer for this one
                row |= {"result": "failed", "why": plain(error, 300)}
            rows.append(row)
            if report is not None:
                report(done, len(todo))
    index = pd.Index([row["id"] for row in rows], name="id", dtype="str")
    columns: dict[str, Any] = {
        "name": pd.array([row["name"] for row in rows], dtype="str"),
        "result": pd.Categorical([row["result"] for row in rows], categories=["written", "unchanged", "failed"]),
        **{
            table: pd.array([row.get(table) for row in rows], dtype="Int64")
            for table in ("objects", "properties", "issues")
        },
        "why": pd.array([row["why"] for row in rows], dtype="str"),
    }
    return pd.DataFrame(columns, index=index)


def _project(project: Project, path: Path) -> tuple[dict[str, int], bool]:
    """Writes one project, its models only if they are not there as they are; the rows of each table, and whether the
    models were written. Issues are a few requests, and change without anything else saying so."""
    key = re.sub(r"[^0-9A-Za-z-]", "_", project.id)
    places = {table: path / table / f"project={key}" / f"{table}.parquet" for table in _TABLES}
    finished = path / "_finished" / f"{key}.json"
    models = project.api.models.all(project.id)
    state = _state(project.record, models)
    there = _finished(finished)
    new = there.get("state") != state or not all(places[table].is_file() for table in ("objects", "properties"))
    counts = dict.fromkeys(("objects", "properties"), 0) if new else dict(there["rows"])
    with ExitStack() as files:
        written = _TABLES if new else ("issues", "projects")
        add = {
            table: files.enter_context(
                parquet_file(places[table], _TABLES[table], _UNITS if table == "objects" else {})
            )
            for table in written
        }
        with_geometry = set(project.layers()["model_id"])
        for model in models if new else ():  # one after the other, so that memory holds one of them
            if model.id in with_geometry:
                objects = project.objects(models=model.id, progress=False)
                properties = project.properties(models=model.id, progress=False)
                add["objects"](objects.reset_index())
                add["properties"](apart(properties).rename(columns=_VALUES))
                counts["objects"] += len(objects)
                counts["properties"] += len(properties)
                project.forget()
        issues = project.issues()
        add["issues"](issues.reset_index())
        counts["issues"] = len(issues)
        team = project.record.get("teamName") or project.record.get("teamSlug")
        add["projects"](pd.DataFrame({"name": [project.name], "team": [None if team is None else str(team)]}))
    finished.parent.mkdir(exist_ok=True)
    with whole(finished, ".json") as temporary:
        temporary.write_text(json.dumps({"state": state, "rows": counts}), encoding="utf-8")
    return counts, new


def _state(record: Record, models: Iterable[Record]) -> list[Any]:
    """What changes when the project does: its own date and that of each model, with its revision."""
    layers = record.get("disciplines")
    revisions = [
        [str(layer.get("id")), str(layer.get("divisionId")), layer.get("revisions")]
        for layer in (layers if isinstance(layers, list) else [])
        if isinstance(layer, Mapping)
    ]
    dates = [[model.id, model.get("changed"), model.get("revision")] for model in models]
    state = [_FORM, record.get("name"), record.get("changed"), dates, revisions]
    return list(json.loads(json.dumps(state, default=str)))


def _finished(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
        return found if isinstance(found, dict) and isinstance(found.get("rows"), dict) else {}
    except (OSError, ValueError):
        return {}

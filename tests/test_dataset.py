"""Many projects as Parquet: what DuckDB reads of them, that nothing is fetched twice, and that one may fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from bimplus_nb.client import Client, connect
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE


class Line:
    """What is asked of a sandbox, and what it is to refuse."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down = ""

    def __call__(self, method: str, path: str) -> int | None:
        self.asked.append(f"{method} {path}")
        return 500 if self.down and self.down in path and "/geometries/" in path else None

    @property
    def geometry(self) -> int:
        """How often geometry was asked for."""
        return sum("/geometries/" in one for one in self.asked)


@pytest.fixture(scope="module")
def line() -> Line:
    return Line()


@pytest.fixture(scope="module")
def client(line: Line) -> Iterator[Client]:
    with Sandbox(faults=line) as sandbox, connect(sandbox) as signed_in:
        yield signed_in


@pytest.fixture(scope="module")
def written(client: Client, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """Everything anna may see, as files."""
    path = tmp_path_factory.mktemp("dataset")
    return path, client.dataset(None, path, progress=False)


def query(path: Path, words: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers; {objects} and so on in a query are the files."""
    names = {table: f"'{path}/{table}/*/*.parquet'" for table in ("objects", "properties", "issues", "projects")}
    return duckdb.sql(words.format(**names)).fetchall()


def test_duckdb_reads_it_as_it_is(client: Client, written: tuple[Path, pd.DataFrame]) -> None:
    path, table = written
    project = client.project("Riverside Offices")
    objects, issues = project.objects(), project.issues()
    properties = project.properties()
    assert set(table["result"]) == {"written"}
    assert table.loc[project.id, ["objects", "issues"]].tolist() == [len(objects), len(issues)]
    assert len(table) == len(client.projects.everywhere())
    of_it = f"project = '{project.id}'"
    volumes = query(
        path, f"SELECT type, count(*), sum(volume_m3) FROM {{objects}} WHERE project = '{project.id}' GROUP BY 1"
    )
    expected = objects.groupby("type", observed=True)["volume_m3"].agg(["size", "sum"])
    assert {kind: (count, pytest.approx(volume or 0)) for kind, count, volume in volumes} == {
        kind: (row["size"], row["sum"]) for kind, row in expected.iterrows()
    }
    assert query(path, "SELECT count(DISTINCT project) FROM {projects}") == [(len(table),)]
    assert query(
        path, "SELECT count(*) FROM {issues} i JOIN {projects} p USING (project) WHERE p.name = 'Riverside Offices'"
    ) == [(len(issues),)]
    rated = query(
        path,
        "SELECT o.type, p.text, count(*) FROM {objects} o JOIN {properties} p ON p.object_id = o.id "
        f"WHERE p.name = 'Fire rating' AND o.{of_it} GROUP BY ALL",
    )
    assert sum(count for *_, count in rated) == int((properties["name"] == "Fire rating").sum())
    kinds = query(path, "SELECT count(number), count(text), count(boolean), count(date), count(*) FROM {properties}")
    *each, every = kinds[0]
    assert sum(each) == every
    assert min(each) > 0
    (stated,) = {text for (text,) in query(path, "SELECT DISTINCT unit FROM {properties} WHERE name = 'U-value'")}
    assert stated == "W/(m²K)"


def test_a_project_without_anything_has_empty_tables(client: Client, written: tuple[Path, pd.DataFrame]) -> None:
    path, table = written
    empty = client.project("Empty plot").id
    assert table.loc[empty, ["objects", "properties", "issues"]].tolist() == [0, 0, 0]
    assert query(path, f"SELECT count(*) FROM {{projects}} WHERE project = '{empty}'") == [(1,)]
    assert (path / "objects" / f"project={empty}" / "objects.parquet").is_file()


def test_what_is_there_is_not_fetched_again(client: Client, written: tuple[Path, pd.DataFrame], line: Line) -> None:
    path, table = written
    line.asked.clear()
    again = client.dataset(None, path, progress=False)
    assert set(again["result"]) == {"unchanged"}
    assert line.geometry == 0
    pd.testing.assert_frame_equal(again.drop(columns="result"), table.drop(columns="result"))

    project = client.project("Riverside Offices")
    door = project.objects().query("type == 'Door'").index[0]
    client.objects.update(door, type="Door", attributes={ATTRIBUTE["material"].id: "Straw"})
    third = client.dataset(["Riverside Offices", "Harbour Pavilion"], path, progress=False)
    assert third["result"].tolist() == ["written", "unchanged"]
    found = query(path, f"SELECT text FROM {{properties}} WHERE object_id = '{door}' AND name = 'material'")
    assert found == [("Straw",)]

    issue = client.issues.create(project.id, name="A new one")
    line.asked.clear()
    fourth = client.dataset([project.id, project.id], path, progress=False)
    assert fourth["result"].tolist() == ["unchanged"]
    assert line.geometry == 0
    assert query(path, f"SELECT name FROM {{issues}} WHERE id = '{issue.id}'") == [("A new one",)]


def test_one_that_fails_does_not_hold_up_the_others(client: Client, tmp_path: Path, line: Line) -> None:
    project = client.project("Riverside Offices")
    line.down = next(str(entry["divisionTopologyId"]) for entry in project.record["disciplines"])
    try:
        table = client.dataset(["Riverside Offices", "Harbour Pavilion"], tmp_path, progress=False)
    finally:
        line.down = ""
    assert table["result"].tolist() == ["failed", "written"]
    assert "500" in table["why"].iloc[0] or "failed" in table["why"].iloc[0].lower()
    assert not list((tmp_path / "objects" / f"project={project.id}").iterdir()), "nothing half"
    assert client.dataset(["Riverside Offices", "Harbour Pavilion"], tmp_path, progress=False)["result"].tolist() == [
        "written", "unchanged",
    ]  # fmt: skip


def test_it_goes_on_where_it_was_stopped(client: Client, tmp_path: Path, line: Line) -> None:
    def interrupt(done: int, known: int) -> None:
        assert known == 2
        if done == 1:
            raise KeyboardInterrupt

    names = ["Riverside Offices", "Harbour Pavilion"]
    with pytest.raises(KeyboardInterrupt):
        client.dataset(names, tmp_path, progress=interrupt)
    line.asked.clear()
    assert client.dataset(names, tmp_path, progress=False)["result"].tolist() == ["unchanged", "written"]
    # A note that is damaged is as good as none.
    for note in (tmp_path / "_finished").iterdir():
        json.loads(note.read_text())
        note.write_text("[nonsense")
    assert set(client.dataset(names, tmp_path, progress=False)["result"]) == {"written"}


def test_a_project_that_is_not_there(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no project 'Atlantis'"):
        client.dataset(["Atlantis"], tmp_path)
    assert list(tmp_path.iterdir()) == []

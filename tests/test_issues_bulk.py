"""Many issues at once: a table that was edited, held against the service, sent and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bimplus_nb as bp
from bimplus_nb.client import Client, connect
from bimplus_nb.project import Project
from bimplus_nb.project.issues import Issues
from bimplus_nb.project.journal import Journal
from bimplus_nb.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def _journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMPLUS_JOURNALS", str(tmp_path))


def opened(sandbox: Sandbox, user: str) -> Project:
    client: Client = connect(sandbox, user=user)
    return client.project("Riverside Offices")


@pytest.fixture(scope="module")
def carla(sandbox: Sandbox) -> Project:
    return opened(sandbox, "carla")


@pytest.fixture(scope="module")
def ben(sandbox: Sandbox) -> Project:
    return opened(sandbox, "ben")


@pytest.fixture
def made(carla: Project) -> Iterator[list[str]]:
    """Twelve issues of carla's, for david to solve."""
    ids = [
        carla.issues.create(f"Crack {k}", responsible="David Dahl", due="2026-03-01", priority="Low") for k in range(12)
    ]
    yield ids
    for id_ in ids:
        carla.issues.delete(id_)


def edited(issues: Issues, ids: list[str], **columns: Any) -> pd.DataFrame:
    frame = issues().loc[ids]
    for name, value in columns.items():
        frame[name] = value
    return frame


def test_many_are_given_to_somebody_and_taken_back(carla: Project, made: list[str]) -> None:
    before = carla.issues().loc[made]
    due = pd.Timestamp("2026-05-01 08:00", tz="UTC")
    changes = carla.issues.diff(edited(carla.issues, made, responsible="ben bauer", due=due))
    table = changes.frame()
    assert len(changes) == 24
    assert table[table["field"] == "responsible"][["old", "new"]].drop_duplicates().to_numpy().tolist() == [
        ["David Dahl", "Ben Bauer"]
    ]
    assert set(table.loc[table["field"] == "due", "new"]) == {due}
    assert set(table["problem"]) == {""}
    assert changes.issue_ids.tolist() == made
    assert "24 changes of 12 issues. Nothing is sent yet" in repr(changes)
    assert carla.issues().loc[made].equals(before), "nothing is sent before apply"

    steps: list[tuple[int, int]] = []
    results = changes.apply(progress=lambda done, known: steps.append((done, known)))
    assert set(results["result"]) == {"sent"}
    assert steps[-1] == (12, 12)
    now = carla.issues().loc[made]
    assert set(now["responsible"]) == {"Ben Bauer"}
    assert set(now["due"]) == {due}
    (name,) = carla.journals().index
    assert carla.journals().loc[name, ["what", "changes", "sent"]].tolist() == ["issues", 24, 24]

    assert set(carla.undo(name, progress=False)["result"]) == {"taken back"}, "also by its journal alone"
    left = carla.issues().loc[made].drop(columns=["modified", "overdue"])
    assert left.equals(before.drop(columns=["modified", "overdue"]))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("due", "someday", "'someday' is no date"),
        ("responsible", "Nobody", "'Nobody' is no member of the project"),
        ("status", "Lost", "'Lost' is no status; there are Open, Solved, Closed"),
        ("priority", "Utmost", "'Utmost' is no priority"),
        ("name", "", "an issue must have a name"),
        ("pins", 7, "pins is not changed by hand"),
        ("author", "Ben Bauer", "author is not changed by hand"),
    ],
)
def test_what_cannot_be_is_refused(carla: Project, made: list[str], column: str, value: Any, words: str) -> None:
    frame = carla.issues().loc[made[:2]]
    frame[column] = frame[column].astype(object)
    frame.loc[made[0], column] = value
    frame.loc[made[1], "description"] = "sound"
    changes = carla.issues.diff(frame)
    assert len(changes) == 2
    problems = changes.frame().set_index("field")["problem"]
    assert words in problems[column if column != "due" else "due"]
    assert problems["description"] == ""
    results = changes.apply(progress=False).set_index("field")
    assert results.loc[[column, "description"], "result"].tolist() == ["refused", "sent"]
    carla.issues.update(made[1], description="")


def test_rights_are_those_of_each_issue(sandbox: Sandbox, carla: Project, made: list[str]) -> None:
    david = opened(sandbox, "david").issues
    frame = edited(david, made[:2], status="Solved", solution="Filled.", priority="High")
    frame.loc[made[1], "status"] = "Closed"
    problems = david.diff(frame).frame().set_index(["issue", "field"])["problem"]
    assert problems[made[0]].to_dict() == {
        "status": "", "solution": "", "priority": "only its author, Carla Costa, may",
    }  # fmt: skip
    assert problems[made[1], "status"] == "only its author, Carla Costa, may"
    changes = david.diff(frame)
    assert sorted(changes.apply(progress=False)["result"]) == ["refused", "refused", "refused", "sent", "sent", "sent"]
    assert carla.issues().loc[made[:2], ["status", "solution"]].to_numpy().tolist() == [
        ["Solved", "Filled."], ["Open", "Filled."],
    ]  # fmt: skip
    assert set(changes.undo(progress=False).query("result != 'refused'")["result"]) == {"taken back"}
    assert set(carla.issues().loc[made[:2], "status"]) == {"Open"}


def test_what_somebody_else_changed_meanwhile_is_theirs(carla: Project, made: list[str]) -> None:
    first, second, third, *_ = made
    frame = edited(carla.issues, made[:3], priority="High")
    carla.issues.update(first, priority="Medium")  # before the comparison
    changes = carla.issues.diff(frame)
    assert "changed on the service since the table was fetched: it says 'Medium'" in changes.frame()["problem"][0]
    carla.issues.update(second, priority="Medium")  # after it
    results = changes.apply(progress=False)
    assert results["result"].tolist() == ["refused", "refused", "sent"]
    assert "somebody else has changed it meanwhile: it says 'Medium' now" in results["why"][1]
    carla.issues.update(third, priority="Medium")  # and before it is taken back
    assert "somebody else" in changes.undo(progress=False)["why"][2]
    assert set(carla.issues().loc[made[:3], "priority"]) == {"Medium"}


def test_several_are_responsible_and_that_comes_back(carla: Project, made: list[str]) -> None:
    both = edited(carla.issues, made[:1])
    both["responsibles"] = [("Anna Albers", "Ben Bauer")]
    carla.issues.diff(both).apply(progress=False)
    assert carla.issues().loc[made[0], "responsibles"] == ("Anna Albers", "Ben Bauer")
    nobody = edited(carla.issues, made[:1], responsible=None)
    changes = carla.issues.diff(nobody)
    assert changes.frame()[["old", "new"]].to_numpy().tolist() == [["Anna Albers, Ben Bauer", None]]
    changes.apply(progress=False)
    assert carla.issues().loc[made[0], "responsibles"] == ()
    changes.undo(progress=False)
    assert carla.issues().loc[made[0], "responsibles"] == ("Anna Albers", "Ben Bauer")


def test_many_are_commented_and_that_is_taken_back(
    sandbox: Sandbox, carla: Project, ben: Project, made: list[str]
) -> None:
    carla.issues.comment(made[0], "Please answer.")
    ben.issues.comment(made[1], "Please answer.")
    frame = edited(carla.issues, made[:3], comment="Please answer.", priority="High")
    frame.loc[made[2], "comment"] = None
    changes = carla.issues.diff(frame)
    assert changes.frame()[["field", "old", "new"]].query("field == 'comment'").to_numpy().tolist() == [
        ["comment", None, "Please answer."], ["comment", None, "Please answer."],
    ]  # fmt: skip
    assert set(changes.apply(progress=False)["result"]) == {"sent"}
    assert carla.issues().loc[made[:3], "comments"].tolist() == [2, 2, 0], "what was said before does not count"
    assert set(carla.issues.kept(Journal(changes.path)).apply(progress=False)["result"]) == {"sent"}, "nor is it twice"
    assert carla.issues().loc[made[:3], "comments"].tolist() == [2, 2, 0]
    assert set(changes.undo(progress=False)["result"]) == {"taken back"}
    assert carla.issues().loc[made[:3], ["comments", "priority"]].to_numpy().tolist() == [
        [1, "Low"], [1, "Low"], [0, "Low"],
    ]  # fmt: skip
    assert carla.issues.comments(made[1])["author"].tolist() == ["Ben Bauer"]
    david = opened(sandbox, "david").issues
    problems = david.diff(edited(david, made[:1], comment="May I?")).frame()["problem"]
    assert problems.tolist() == ["this needs the right to edit the project"]


def test_a_table_made_by_hand_goes_by_numbers(carla: Project, made: list[str]) -> None:
    numbers = carla.issues().loc[made[:2], "short_id"]
    frame = pd.DataFrame(
        {"due": ["2026-06-01", None], "priority": ["high", None], "my_note": ["x", "y"]},
        index=[int(number) for number in numbers],
    )
    frame.loc[99999] = ["2026-06-01", None, "z"]
    changes = carla.issues.diff(frame)
    assert changes.ignored == ("my_note",)
    assert changes.frame()[["field", "problem"]].to_numpy().tolist() == [
        ["due", ""], ["priority", ""], ["due", "there is no such issue in the project, or you may not see it"],
    ]  # fmt: skip
    changes.apply(progress=False)
    row = carla.issues().loc[made[0]]
    assert (row["due"], row["priority"]) == (pd.Timestamp("2026-06-01 23:59:59", tz="UTC"), "High")


def test_a_table_comes_back_from_excel(carla: Project, made: list[str], tmp_path: Path) -> None:
    bp.to_excel(edited(carla.issues, made, classification="Facade"), tmp_path / "issues.xlsx")
    changes = carla.issues.diff(bp.read_excel(tmp_path / "issues.xlsx"))
    assert set(changes.frame()["field"]) == {"classification"}
    assert set(changes.frame()["problem"]) == {""}
    assert len(changes) == len(made)


def test_what_says_the_same_is_no_change_and_another_project_is_refused(carla: Project, made: list[str]) -> None:
    assert len(carla.issues.diff(carla.issues())) == 0
    assert len(carla.issues.diff(edited(carla.issues, made, priority="low"))) == 0
    other = carla.issues()
    other.attrs["fetched"]["project"] = "elsewhere"
    with pytest.raises(ValueError, match="of another project"):
        carla.issues.diff(other)


def test_one_that_the_service_refuses_does_not_hold_up_the_others(carla: Project, made: list[str]) -> None:
    """And what stopped is gone on with from the journal."""
    changes = carla.issues.diff(edited(carla.issues, made[:3], tag="T"))
    real = carla.api.issues.update
    refused, broken = made[0], made[1]

    def update(issue: str, **fields: Any) -> None:
        if issue == refused:
            raise bp.Forbidden("no", status=403, method="PUT", path="issues")
        if issue == broken:
            real(issue, **fields)  # it came to the service, and the answer got lost
            raise bp.ConnectionFailed("gone")
        real(issue, **fields)

    carla.api.issues.update = update  # type: ignore[method-assign, assignment]
    try:
        with pytest.raises(bp.ConnectionFailed):
            changes.apply(progress=False)
    finally:
        carla.api.issues.update = real  # type: ignore[method-assign]
    assert "not certain" in set(changes.results()["result"])
    assert changes.path is not None
    results = carla.resume(changes.path, progress=False).set_index("issue")["result"]
    assert results[broken] == "sent"
    assert set(results) <= {"sent", "refused"}
    assert set(carla.issues().loc[results.index[results == "sent"], "tag"]) == {"T"}

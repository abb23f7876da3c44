"""Checks that keep their own issues: one a rule, whatever happens, and nothing before it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counted import fresh
from PIL import Image

from bimplus_nb.client import Client, connect
from bimplus_nb.errors import Forbidden, ServerError
from bimplus_nb.project import Project
from bimplus_nb.project.checks import RED, Check, check
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.viewer.capture import View

NAME = "Fire doors are rated"
PICTURE = bytes.fromhex(  # a pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Sandbox() as sandbox, connect(sandbox) as signed_in:
        yield signed_in


@pytest.fixture(scope="module")
def kept(client: Client) -> Project:
    return client.project("Riverside Offices")


@pytest.fixture
def project(kept: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Without an issue of a check, and with pictures that are quick."""
    monkeypatch.setattr(Check, "_picture", lambda *_: PICTURE)
    before = {*kept.issues().index}
    yield kept
    for key in {*kept.issues().index} - before:
        kept.issues.delete(key)


def unrated(project: Project) -> pd.DataFrame:
    objects = project.objects(progress=False)
    return objects[objects["name"].str.startswith("Fire door") & objects["fire_rating"].isna()]


def theirs(project: Project, issue: int | None) -> Any:
    """The row of an issue."""
    frame = project.issues()
    return frame[frame["short_id"] == issue].iloc[0]


def said(project: Project, issue: int | None) -> list[str]:
    comments = project.issues.comments()
    return comments.loc[comments["short_id"] == issue, "text"].tolist()


def test_a_dry_run_shows_what_would_be_and_writes_nothing(client: Client, project: Project) -> None:
    looking, asked = fresh(client, project)
    dry = check(looking, NAME, unrated(looking), priority="High")
    assert not dry
    assert [*dry.steps["action"]] == ["create", "pin", "comment", "attach"]
    assert dry.issue is None
    assert {one.partition(" ")[0] for one in asked} == {"GET"}
    assert "Nothing is written yet" in repr(dry)
    assert "12 objects fail: Fire door" in repr(dry)
    steps = dry.steps
    dry.apply()
    pd.testing.assert_frame_equal(dry.steps, steps)
    assert "Done: issue" in repr(dry)
    assert len([one for one in asked if not one.startswith("GET")]) == 1 + 1 + 12 + 1 + 1  # with the picture


def test_the_issue_says_all_that_is_known(kept: Project, client: Client, tmp_path: Any) -> None:
    """With the picture as Python draws it."""
    bad = unrated(kept).sort_values("name", ascending=False)
    made = check(kept, NAME, bad, priority="High", responsible="Ben Bauer", description="F90.", pins=5, apply=True)
    issue = theirs(kept, made.issue)
    assert (issue["status"], issue["priority"], issue["type"]) == ("Open", "High", "Problem")
    assert (issue["responsible"], issue["name"]) == ("Ben Bauer", NAME)
    assert issue["description"].startswith("F90.\n")
    assert issue["pins"] == 5
    assert {*issue["object_ids"]} == {*bad.index[:5]}, "the worst come first"
    pins = kept.issues.pins().query(f"short_id == {made.issue}").set_index("object_id")
    door = kept.mesh(progress=False).of(bad.index[0]).bounds[0]
    assert pins.loc[bad.index[0], ["x_mm", "y_mm", "z_mm"]].tolist() == pytest.approx(door.mean(axis=0), abs=1)

    record = kept.issues.get(made.issue or 0)
    view = View.from_scene(record["scene"])
    assert view.colors == {RED: tuple(bad.index)}
    assert len(view.transparent) == len(kept.mesh(progress=False)) - 12
    attached = {one["fileName"].rpartition(".")[2]: one.id for one in client.attachments.of_issue(record.id)}
    assert {*attached} == {"csv", "png"}
    table = pd.read_csv(client.attachments.download(attached["csv"], tmp_path))
    assert [*table["id"]] == [*bad.index]
    assert {"name", "storey", "material", "volume_m3 [m³]"} <= {*table}
    pixels = np.asarray(Image.open(client.attachments.download(attached["png"], tmp_path)).convert("RGB")).astype(int)
    red = (pixels[..., 0] > pixels[..., 1:].max(axis=-1) + 90).mean()
    kept.issues.delete(record.id)
    assert 0.002 < red < 0.1, "doors, and nothing in front of them"


def test_twice_is_once(client: Client, project: Project) -> None:
    first = check(project, NAME, unrated(project), apply=True)
    looking, asked = fresh(client, project)
    second = check(looking, "  fire doors ARE rated ", unrated(looking), apply=True)
    assert second.issue == first.issue
    assert second.steps.empty
    assert "Nothing was to be done" in repr(second)
    assert {one.partition(" ")[0] for one in asked} == {"GET"}
    first.apply()
    assert (project.issues()["name"] == NAME).sum() == 1
    assert len(said(project, first.issue)) == 1


def test_it_follows_what_fails_until_nothing_does(project: Project) -> None:
    bad = unrated(project)
    number = check(project, NAME, bad, apply=True).issue
    mine = project.issues.pin(number or 0, project.objects(progress=False).index[0])
    check(project, NAME, bad.iloc[3:], apply=True)
    issue = theirs(project, number)
    assert said(project, number)[-1] == "9 objects fail, 12 before; 3 pass now."
    assert {*issue["object_ids"]} == {*bad.index[3:], project.objects(progress=False).index[0]}, "mine stays"
    assert View.from_scene(project.issues.get(number or 0)["scene"]).colors == {RED: tuple(bad.index[3:])}
    project.issues.unpin(mine)

    passing = check(project, NAME, [])
    assert passing
    assert [*passing.steps["action"]] == ["solve", "comment"]
    passing.apply()
    issue = theirs(project, number)
    assert issue["status"] == "Solved"
    words = "Passes again: 9 objects failed before, none does now."
    assert issue["solution"] == said(project, number)[-1] == words
    assert check(project, NAME, [], apply=True).steps.empty

    again = check(project, NAME, bad.iloc[:1], apply=True)
    assert again.issue == number
    assert theirs(project, number)["status"] == "Open"
    assert said(project, number)[-1] == f"Fails again: 1 object: {bad['name'].iloc[0]}."


def test_what_is_repaired_in_the_model_is_solved(project: Project) -> None:
    bad = unrated(project)
    number = check(project, NAME, bad, apply=True).issue
    fixed = project.objects(progress=False).loc[bad.index]
    fixed["fire_rating"] = "F30"
    changes = project.diff(fixed, progress=False)
    changes.apply(progress=False)
    assert check(project, NAME, unrated(project), apply=True)
    assert theirs(project, number)["status"] == "Solved"
    changes.undo(progress=False)
    assert check(project, NAME, unrated(project), apply=True).issue == number
    assert theirs(project, number)["status"] == "Open"


def test_a_closed_issue_is_somebodys_last_word(project: Project) -> None:
    bad = unrated(project)
    old = check(project, NAME, bad, apply=True).issue
    project.issues.close(old or 0)
    assert check(project, NAME, []).steps.empty
    new = check(project, NAME, bad)
    assert f"since issue {old} is closed" in repr(new)
    new.apply()
    assert new.issue not in (old, None)
    assert f"Failed before: issue {old}" in theirs(project, new.issue)["description"]
    assert theirs(project, old)["status"] == "Closed"
    assert check(project, NAME, bad).issue == new.issue


def test_it_is_found_under_another_name_and_without_its_tag(project: Project) -> None:
    bad = unrated(project)
    number = check(project, NAME, bad, apply=True).issue
    project.issues.update(number or 0, name="Doors!", tag="")
    assert check(project, NAME, bad).issue == number
    same = check(project, "Doors have ratings", bad, key=NAME)
    assert same.issue == number
    assert same.steps.empty
    assert check(project, "Doors!", bad).issue is None


def test_who_may_not_keep_it_changes_nothing(client: Client, project: Project) -> None:
    bad = unrated(project)
    number = check(project, NAME, bad, apply=True).issue
    sandbox: Any = client._sandbox
    with connect(sandbox, user="ben") as ben:
        theirs_too = ben.project("Riverside Offices")
        assert check(theirs_too, NAME, bad, apply=True).steps.empty
        before = theirs(project, number)
        for failing in (bad.iloc[1:], bad.iloc[:0]):
            with pytest.raises(Forbidden, match="only its author, Anna Albers"):
                check(theirs_too, NAME, failing, apply=True)
        pd.testing.assert_series_equal(theirs(project, number), before)


@pytest.mark.parametrize("broken", ["pins", "comments", "attachments"])
def test_what_stopped_in_the_middle_is_finished_by_the_next_run(
    project: Project, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    bad = unrated(project)

    def fail(*_: Any, **options: Any) -> Any:
        if options.get("kind") is not None:
            return real(*_, **options)
        raise ServerError("down", status=503, method="POST", path="x")

    name = "create" if broken == "pins" else "create_on_issue"
    real = getattr(getattr(project.api, broken), name)
    with monkeypatch.context() as patch:
        patch.setattr(getattr(project.api, broken), name, fail)
        with pytest.raises(ServerError):
            check(project, NAME, bad, apply=True)
    done = check(project, NAME, bad, apply=True)
    issue = theirs(project, done.issue)
    assert (project.issues()["name"] == NAME).sum() == 1
    assert (issue["pins"], issue["attachments"]) == (12, 2)
    assert said(project, done.issue)
    assert check(project, NAME, bad).steps.empty


def test_failing_may_be_said_in_many_ways(project: Project) -> None:
    objects, bad = project.objects(progress=False), unrated(project)
    ways = [[*bad.index], bad.index, bad["name"].notna(), objects.index.to_series().isin(bad.index), bad]
    for way in ways:
        assert [*check(project, NAME, way).failing.index] == [*bad.index]
    groups = project.quantities("type", types="Stair", progress=False)
    assert len(check(project, NAME, groups).failing) == groups["objects"].iloc[0]
    assert check(project, NAME, bad.iloc[:0])
    assert check(project, NAME, objects["name"] == "")
    assert len(check(project, NAME, bad.index[0]).failing) == 1
    with pytest.raises(ValueError, match="1 of 2 ids are not of this project's objects: nobody"):
        check(project, NAME, [bad.index[0], "nobody"])
    with pytest.raises(ValueError, match="must have a name"):
        check(project, " ", bad)


def test_a_viewer_shows_what_fails(project: Project) -> None:
    bad, viewer = unrated(project), project.view(progress=False)
    check(project, NAME, bad, viewer=viewer)
    shown = View.from_scene(viewer.capture())
    assert shown.colors == {RED: tuple(bad.index)} or {*shown.colors[RED]} == {*bad.index}
    assert not {*shown.transparent} & {*bad.index}
    check(project, NAME, [], viewer=viewer)
    assert View.from_scene(viewer.capture()).transparent == ()
    viewer.close()


def test_what_is_said_is_shown_as_text(project: Project) -> None:
    made = check(project, "<script>alert(1)</script>", unrated(project))
    assert "<script>" not in made._repr_html_()
    assert "&lt;script&gt;" in made._repr_html_()

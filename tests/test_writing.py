"""Tables that were edited, written back to a real sandbox: what is refused, what is sent, what can be taken back."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bimplus_nb as bp
from bimplus_nb.client import Client, connect
from bimplus_nb.project import Changes, Project
from bimplus_nb.project.journal import Journal
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID


class Service:
    """A sandbox of which every request is written down, and which can be told to refuse."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.refuse: Callable[[str, str], Any] = lambda method, path: None  # noqa: ARG005
        self.sandbox = Sandbox(faults=self._door)

    def _door(self, method: str, path: str) -> Any:
        self.asked.append((method, path))
        return self.refuse(method, path)

    @property
    def writes(self) -> list[str]:
        """The objects that were written to."""
        return [path.rpartition("/")[2] for method, path in self.asked if method == "PUT" and "/objects/" in path]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    service = Service()
    with service.sandbox:
        yield service


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[Client]:
    with connect(service.sandbox) as signed_in:
        yield signed_in


@pytest.fixture(scope="module")
def opened(service: Service, client: Client) -> tuple[Project, dict[str, str]]:
    """The demo project, and how it was."""
    return client.project("Riverside Offices"), held(service.sandbox)


@pytest.fixture
def project(service: Service, opened: tuple[Project, dict[str, str]]) -> Iterator[Project]:
    """The demo project, which every test leaves as it was."""
    project, before = opened
    service.asked.clear()
    yield project
    service.refuse = lambda method, path: None  # noqa: ARG005
    if service.writes:
        for name in project.journals().index:
            project.undo(name, progress=False)
        assert held(service.sandbox) == before


@pytest.fixture(autouse=True)
def journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIMPLUS_JOURNALS", str(tmp_path / "journals"))
    return tmp_path / "journals"


def held(sandbox: Sandbox) -> dict[str, str]:
    """What the service holds of each object, to the last digit."""
    rows = sandbox._store.rows("SELECT id, body FROM objects WHERE current")
    return {id_: json.dumps(json.loads(body), sort_keys=True) for id_, body in rows}


def doors(objects: pd.DataFrame) -> pd.DataFrame:
    """The doors that say nothing of their fire rating."""
    return objects[(objects["type"] == "Door") & objects["fire_rating"].isna()]


def problem(changes: Changes) -> str:
    """The problem of the only change."""
    (words,) = changes.frame()["problem"]
    return str(words)


def said(project: Project, object_id: str, attribute: str) -> Any:
    """What the service says of an attribute now."""
    values = project.api.objects.attribute_values(object_id, ATTRIBUTE[attribute].id)
    return values[0]["value"] if values else None


# what an edited table would change


def test_a_table_as_it_came_changes_nothing_and_asks_nothing(project: Project, service: Service) -> None:
    for frame in (project.objects(), project.objects(columns="all"), project.properties()):
        service.asked.clear()
        changes = project.diff(frame.copy())
        assert len(changes) == 0
        assert not service.asked
        assert repr(changes) == "<Changes: No changes>"
        results = changes.apply()
        assert results.empty
        assert changes.path is None
    assert service.writes == []


def test_what_was_edited_and_nothing_else(project: Project, service: Service) -> None:
    objects = project.objects()
    fix = objects.copy()
    fix.loc[doors(objects).index, "fire_rating"] = "F30"
    changes = project.diff(fix, progress=False)
    frame = changes.frame()
    assert list(frame) == ["object_id", "name", "attribute_id", "attribute", "old", "new", "unit", "problem"]
    assert list(frame["object_id"]) == list(doors(objects).index) == list(changes.object_ids)
    assert list(frame["name"]) == list(doors(objects)["name"])
    assert set(frame["attribute_id"]) == {ATTRIBUTE["fire_rating"].id}
    assert frame["old"].isna().all()
    assert set(frame["new"]) == {"F30"}
    assert set(frame["problem"]) == {""}
    assert service.writes == []

    results = changes.apply(progress=False)
    assert set(results["result"]) == {"sent"}
    assert sorted(service.writes) == sorted(frame["object_id"])
    assert not len(doors(project.objects())), "the project does not go on showing what was"
    assert "12 sent" in repr(changes)

    # The cell is run again: nothing is sent twice.
    again = changes.apply(progress=False)
    pd.testing.assert_frame_equal(again, results)
    assert len(project.diff(fix, progress=False)) == 0
    assert len(service.writes) == 12

    assert set(changes.undo(progress=False)["result"]) == {"taken back"}
    assert list(doors(project.objects()).index) == list(doors(objects).index)
    assert set(changes.undo(progress=False)["result"]) == {"taken back"}
    assert len(service.writes) == 24
    with pytest.raises(ValueError, match="taken back"):
        changes.apply(progress=False)


def test_every_kind_of_value_there_and_back(project: Project) -> None:
    long = project.properties()
    wanted = {
        "Fire rating": "F60", "Load bearing": False, "U-value": 0.31, "Occupancy": 7, "Net area": 12.5, "Cost": 99.99,
        "Installation date": pd.Timestamp("2031-04-05 06:07:08.123456", tz="UTC"), "length": 1234.5,
        "Serial number": "=1+1", "name": "<script>alert(1)</script>",
    }  # fmt: skip
    rows = {name: long.index[(long["name"] == name) & (long["value"] != value)][0] for name, value in wanted.items()}
    for name, row in rows.items():
        long.at[row, "value"] = wanted[name]
    changes = project.diff(long, progress=False)
    assert set(changes.frame()["problem"]) == {""}
    assert set(changes.apply(progress=False)["result"]) == {"sent"}
    now = project.properties()
    for name, row in rows.items():
        one = now[(now["object_id"] == long.at[row, "object_id"]) & (now["name"] == name)]
        assert list(one["value"]) == [wanted[name]]
        assert type(one["value"].iloc[0]) is type(wanted[name])


def test_a_value_that_is_missing_now_is_taken_away_and_comes_back(project: Project) -> None:
    objects = project.objects()
    one = objects.index[objects["u_value"].notna() & objects["material"].notna()][0]
    before = {name: said(project, one, name) for name in ("u_value", "material")}
    fix = objects.copy()
    fix.loc[one, ["u_value", "material"]] = None
    changes = project.diff(fix, progress=False)
    assert changes.apply(progress=False)["result"].eq("sent").all()
    assert said(project, one, "u_value") is None
    assert said(project, one, "material") is None
    changes.undo(progress=False)
    assert {name: said(project, one, name) for name in before} == before


def test_a_column_in_metres_is_written_in_millimetres(project: Project) -> None:
    fix = project.objects()
    one = fix.index[0]
    fix.loc[one, ["length_m", "volume_m3"]] = [0.285, 1.1]
    changes = project.diff(fix, progress=False)
    frame = changes.frame().set_index("attribute")
    assert frame.loc["length", ["new", "unit"]].tolist() == [285.0, "mm"]
    assert frame.loc["volume", ["new", "unit"]].tolist() == [1.1e9, "mm³"]
    changes.apply(progress=False)
    assert said(project, one, "length") == 285.0


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("fire_rating", "F45", "'F45' is not one of F0, F30, F60, F90, F120"),
        ("u_value", 6.5, "6.5 W/(m²K) is not between 0 and 6"),
        ("mass_kg", -1, "-1 kg is not at least 0"),
        ("u_value", float("inf"), "is no number"),
        ("u_value", "much", "'much' is no number"),
        ("u_value", True, "'True' is no number"),
        ("load_bearing", "perhaps", "'perhaps' is neither True nor False"),
        ("material", 5, "'5' is no text"),
        ("material", ["Oak"], "is not one value"),
        ("name", None, "an object must have a name"),
        ("guid", "another", "this is no attribute"),
        ("layer", "SteelDesign", "this attribute may not be changed"),
        ("storey", "Roof", "this is no attribute"),
    ],
)
def test_what_the_service_does_not_allow_is_refused_in_words(
    project: Project, service: Service, column: str, value: Any, words: str
) -> None:
    fix = project.objects().astype({column: object})
    one = fix.index[fix[column].notna()][0]
    fix.at[one, column] = value
    changes = project.diff(fix, progress=False)
    assert words in problem(changes)
    assert "1 refused" in repr(changes)
    results = changes.apply(progress=False)
    assert results["result"].tolist() == ["refused"]
    assert words in results["why"].iloc[0]
    assert changes.path is None
    assert service.writes == []


def test_a_unit_that_is_not_the_attributes_is_refused(project: Project) -> None:
    one = project.objects().index[0]
    by_hand = pd.DataFrame({"area": [3.0]}, index=[one])
    assert "does not say its unit" in problem(project.diff(by_hand))
    by_hand.attrs["units"] = {"area": "m³"}
    assert "m³ cannot be mm²" in problem(project.diff(by_hand))
    by_hand.attrs["units"] = {"area": "m²"}
    assert project.diff(by_hand).frame()["new"].tolist() == [3e6]


def test_a_column_in_other_units_and_the_wide_table(project: Project) -> None:
    objects = bp.convert(project.objects(), volume_m3="l", length_m="mm")
    assert len(project.diff(objects.head(30), progress=False)) == 0
    one = objects.index[0]
    objects.loc[one, ["volume_l", "length_mm"]] = [250.5, 1234.5]
    new = project.diff(objects.head(30), progress=False).frame().set_index("attribute")["new"]
    assert new.to_dict() == {"volume": 250.5e6, "length": 1234.5}

    wide = project.properties().wide()
    assert len(project.diff(wide, progress=False)) == 0
    two = wide.index[wide["air_flow"].notna()][0]
    wide.loc[two, "air_flow"] = 77.0
    wide.loc[two, "duct_diameter"] = None
    some = wide.loc[[two], ["air_flow", "duct_diameter", "material"]]
    changes = project.diff(some)
    rows = changes.frame().set_index("attribute")
    assert rows.loc["Air flow", ["new", "unit"]].tolist() == [77.0, "m³/h"]
    assert set(rows["problem"]) == {""}
    assert set(changes.apply(progress=False)["result"]) == {"sent"}
    assert said(project, two, "air_flow") == 77.0


def test_a_table_made_by_hand(project: Project) -> None:
    objects = project.objects()
    one, two = objects.index[objects["material"].notna()][:2]
    by_hand = pd.DataFrame({"Material": ["Straw", None], ATTRIBUTE["exposure_class"].id: ["XC1", None]}, [one, two])
    by_hand["note"] = "to be done"
    changes = project.diff(by_hand)
    assert changes.frame()[["object_id", "attribute", "new"]].to_numpy().tolist() == [
        [one, "material", "Straw"],
        [one, "Exposure class", "XC1"],
    ]
    assert changes.ignored == ("note",)
    assert "left alone: note" in repr(changes)
    long = pd.DataFrame({"object_id": [one], "attribute_id": [GLOBAL_ID], "value": ["0000000000000000000000"]})
    assert "may not be changed" in problem(project.diff(long))
    nobody = pd.DataFrame({"material": ["Straw"]}, index=["00000000-0000-0000-0000-000000000000"])
    assert "no object of the project" in problem(project.diff(nobody))
    strange = pd.DataFrame({"object_id": [one], "attribute_id": ["1" * 36], "value": [1]})
    assert "there is no attribute" in problem(project.diff(strange))
    with pytest.raises(ValueError, match="the objects' ids"):
        project.diff(objects.reset_index())
    with pytest.raises(ValueError, match="one name: material"):
        project.diff(pd.concat([objects["material"], objects["material"]], axis=1))


def test_two_values_for_one_attribute(project: Project) -> None:
    objects = project.objects()
    one = objects.index[objects["material"].notna()][0]
    by_hand = pd.DataFrame({"material": ["Straw", "Clay"]}, index=[one, one])
    assert set(project.diff(by_hand).frame()["problem"]) == {"the table says two different things of it"}
    twice = pd.concat([objects.loc[[one]], objects.loc[[one]]])
    twice.attrs = objects.attrs
    twice["material"] = ["Straw", objects.loc[one, "material"]]
    assert set(project.diff(twice).frame()["problem"]) == {"the table says two different things of it"}
    twice["material"] = "Straw"
    assert project.diff(twice).frame()[["new", "problem"]].to_numpy().tolist() == [["Straw", ""]]
    columns = pd.DataFrame({"material": ["Straw"], "Material": ["Clay"]}, index=[one])
    assert set(project.diff(columns).frame()["problem"]) == {"the table says two different things of it"}


def test_a_table_of_another_project_is_none_of_this_one(client: Client, project: Project) -> None:
    other = next(record for record in client.projects.all() if record.id != project.id)
    with pytest.raises(ValueError, match="another project"):
        client.project(other.id).diff(project.objects())


# others write too


def test_what_others_changed_meanwhile_is_refused(project: Project, client: Client) -> None:
    objects = project.objects()
    first, second, third = objects.index[objects["material"].notna()][:3]
    fix = objects.copy()
    fix["material"] = fix["material"].astype("str")
    fix.loc[[first, second, third], "material"] = "Straw"
    theirs = client.project("Riverside Offices")
    table = pd.DataFrame({"material": ["Clay", "Straw"]}, index=[first, third])
    before = theirs.diff(table)
    before.apply(progress=False)
    changes = project.diff(fix, progress=False)
    rows = changes.frame().set_index("object_id")["problem"]
    assert "changed on the service since the table was fetched: it says 'Clay' now" in rows[first]
    assert rows[second] == ""
    assert third not in rows, "it says so already"

    # And between the comparison and the sending.
    later = theirs.diff(pd.DataFrame({"material": ["Wool"]}, index=[second]))
    later.apply(progress=False)
    results = changes.apply(progress=False).set_index("object_id")
    assert results.loc[second, "result"] == "refused"
    assert "somebody else has changed it meanwhile: it says 'Wool' now" in results.loc[second, "why"]
    later.undo(progress=False)
    before.undo(progress=False)


def test_undo_leaves_alone_what_others_have_changed_since(project: Project, client: Client) -> None:
    objects = project.objects()
    first, second = objects.index[objects["material"].notna()][:2]
    ours = project.diff(pd.DataFrame({"material": ["Straw", "Straw"]}, index=[first, second]))
    ours.apply(progress=False)
    theirs = client.project("Riverside Offices").diff(pd.DataFrame({"material": ["Clay"]}, index=[first]))
    theirs.apply(progress=False)
    results = ours.undo(progress=False).set_index("object_id")
    assert results.loc[first, ["result", "why"]].tolist() == [
        "sent",
        "somebody else has changed it meanwhile: it says 'Clay' now",
    ]
    assert results.loc[second, "result"] == "taken back"
    assert said(project, first, "material") == "Clay"
    theirs.undo(progress=False)
    assert said(project, first, "material") == "Straw"
    back = project.diff(pd.DataFrame({"material": [objects.loc[first, "material"]]}, index=[first]))
    back.apply(progress=False)
    for changes in (back, ours, theirs):  # it is as it was, so there is nothing to be taken back at the end
        assert changes.path is not None
        changes.path.unlink()


# what the service refuses, and what stops everything


def test_what_the_service_refuses_is_a_row(project: Project, service: Service) -> None:
    objects = project.objects()
    fix = objects.copy()
    ids = list(doors(objects).index)
    fix.loc[ids, "fire_rating"] = "F30"
    service.refuse = lambda method, path: 403 if method == "PUT" and path.endswith(ids[3]) else None
    results = project.diff(fix, progress=False).apply(progress=False).set_index("object_id")
    assert results.loc[ids[3], "result"] == "refused"
    assert results.loc[ids[3], "why"] != ""
    assert (results["result"] == "sent").sum() == len(ids) - 1


def test_one_bad_value_does_not_hold_up_the_others_of_its_object(project: Project) -> None:
    """What only the service knows to be wrong: a name that is too long for it."""
    one = project.objects().index[0]
    table = pd.DataFrame({"name": ["x" * 100_000], "material": ["Straw"]}, index=[one])
    results = project.diff(table).apply(progress=False).set_index("attribute")
    assert results.loc["name", "result"] == "refused"
    assert "at most" in results.loc["name", "why"]
    assert results.loc["material", "result"] == "sent"


@pytest.mark.parametrize("status", [401, 500])
def test_what_stops_everything_is_raised_and_the_rest_is_not_sent(
    project: Project, service: Service, status: int
) -> None:
    objects = project.objects()
    fix = objects.copy()
    fix.loc[doors(objects).index, "fire_rating"] = "F30"
    changes = project.diff(fix, progress=False)
    count = iter(range(1000))
    service.refuse = lambda method, _: status if method == "PUT" and next(count) >= 4 else None
    if status == 500:  # the service itself: is it there after all? and then it cannot even be asked
        down = threading.Event()

        def refuse(method: str, path: str) -> Any:
            if method == "PUT" and next(count) >= 4:
                down.set()
            return 500 if down.is_set() and "/objects/" in path else None

        service.refuse = refuse
    with pytest.raises(bp.LoginError if status == 401 else bp.ServerError) as raised:
        changes.apply(progress=False)
    assert "goes on from here" in "".join(raised.value.__notes__)
    results = changes.results()["result"].value_counts()
    assert results.get("sent", 0) <= 4
    assert results.sum() == 12
    assert results.get("not sent", 0) >= 1
    service.refuse = lambda method, path: None  # noqa: ARG005
    assert set(changes.apply(progress=False)["result"]) == {"sent"}


def test_an_interrupt_stops_when_what_is_under_way_has_ended(
    project: Project, service: Service, client: Client
) -> None:
    objects = project.objects()
    table = pd.DataFrame({"material": "Straw"}, index=objects.index[:60])
    changes = project.diff(table, progress=False)

    def interrupt(done: int, _: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        changes.apply(progress=interrupt)
    assert "nothing more is on its way" in "".join(raised.value.__notes__)
    counts = changes.results()["result"].value_counts()
    assert set(counts.index[counts > 0]) == {"sent", "not sent"}
    assert 5 <= counts["sent"] < 60
    assert len(service.writes) == counts["sent"]
    assert "sent" in repr(changes)

    # A new kernel: the journal is all it has.
    other = client.project("Riverside Offices")
    (name,) = other.journals().index
    row = other.journals().loc[name]
    assert row["sent"] == counts["sent"]
    assert row["not_sent"] == counts["not sent"]
    assert abs(row["created"] - datetime.now(UTC)) < pd.Timedelta(minutes=5)
    assert set(other.resume(name, progress=False)["result"]) == {"sent"}
    assert len(service.writes) == 60
    assert set(other.undo(row["path"], progress=False)["result"]) == {"taken back"}


def test_a_value_that_the_service_keeps_in_its_own_way_is_taken_back_too(project: Project) -> None:
    """A date is stored in UTC, however it was written."""
    long = project.properties()
    row = long.index[long["name"] == "Installation date"][0]
    long.at[row, "value"] = "2030-01-01T12:00:00+02:00"
    changes = project.diff(long, progress=False)
    assert changes.frame()["new"].tolist() == [pd.Timestamp("2030-01-01T10:00:00Z")]
    assert changes.apply(progress=False)["result"].tolist() == ["sent"]
    assert changes.undo(progress=False)["result"].tolist() == ["taken back"]


# the journal


@pytest.fixture
def sent(project: Project) -> Changes:
    """Twelve doors with a fire rating now."""
    objects = project.objects()
    fix = objects.copy()
    fix.loc[doors(objects).index, "fire_rating"] = "F30"
    changes = project.diff(fix, progress=False)
    changes.apply(progress=False)
    return changes


def test_the_journal_is_for_its_owner_and_holds_no_secret(sent: Changes, service: Service) -> None:
    assert sent.path is not None
    assert stat.S_IMODE(sent.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(sent.path.parent.stat().st_mode) == 0o700
    text = sent.path.read_text(encoding="utf-8")
    assert "Bearer" not in text
    assert "BimPlus " not in text
    assert service.sandbox.token()[:20] not in text
    head, *plan = (json.loads(line) for line in text.splitlines())
    assert set(head) == {"journal", "project", "service", "created"}
    assert set(plan[0]) == {"object_id", "name", "attribute_id", "attribute", "type", "unit", "old", "new"}


def test_a_journal_cut_at_any_place_is_read_as_far_as_it_goes(
    sent: Changes, project: Project, service: Service
) -> None:
    """Of each byte at which a write may have been cut off: an event is there whole or not at all."""
    assert sent.path is not None
    whole = sent.path.read_bytes()
    planned = whole.index(b'{"planned": true}\n') + len(b'{"planned": true}\n')
    for cut in range(planned, len(whole), 7):
        sent.path.write_bytes(whole[:cut])
        assert len(Journal(sent.path).plan) == 12
    half = whole.rindex(b"\n", 0, (planned + len(whole)) // 2) + 12
    sent.path.write_bytes(whole[:half])
    # What it no longer knows to be sent is looked up, and not sent again; what is noted goes on a line of its own.
    service.asked.clear()
    assert {entry.state for entry in Journal(sent.path).entries} > {"sent"}
    assert set(project.resume(sent.path, progress=False)["result"]) == {"sent", "not needed"}
    assert service.writes == []
    for line in sent.path.read_bytes().splitlines():
        json.loads(line)
    sent.path.write_bytes(whole)
    service.asked.append(("PUT", "/objects/"))  # to be taken back at the end


@pytest.mark.parametrize("how", ["nonsense", "of another version", "cut in its plan", "a number that is none", "empty"])
def test_a_damaged_journal_is_said_to_be_one(sent: Changes, project: Project, how: str) -> None:
    assert sent.path is not None
    whole = sent.path.read_bytes()
    lines = whole.splitlines(keepends=True)
    sent.path.write_bytes(
        {
            "nonsense": b"".join([*lines[:20], b"\xff\x00 nonsense\n", *lines[20:]]),
            "of another version": whole.replace(b'{"journal": 1', b'{"journal": 9', 1),
            "cut in its plan": b"".join(lines[:5]),
            "a number that is none": whole + b'{"n": [12], "is": "sent"}\n',
            "empty": b"",
        }[how]
    )
    with pytest.raises(bp.JournalError, match="damaged"):
        project.undo(sent.path, progress=False)
    table = project.journals()
    assert "damaged" in table["problem"].iloc[0]
    assert table["changes"].isna().all()
    sent.path.write_bytes(whole)


def test_a_journal_of_another_project_or_service(sent: Changes, client: Client, project: Project) -> None:
    assert sent.path is not None
    other = next(record for record in client.projects.all() if record.id != project.id)
    with pytest.raises(bp.JournalError, match=f"of the project {project.id}"):
        client.project(other.id).undo(sent.path)
    whole = sent.path.read_text(encoding="utf-8")
    sent.path.write_text(whole.replace("http://127.0.0.1", "https://api.bimplus.net", 1), encoding="utf-8")
    with pytest.raises(bp.JournalError, match=r"at api\.bimplus\.net"):
        project.undo(sent.path)
    sent.path.write_text(whole, encoding="utf-8")
    with pytest.raises(bp.JournalError, match="cannot be read"):
        project.undo("no such journal.jsonl")


def test_where_no_journal_can_be_written_nothing_is_sent(project: Project, service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    changes = project.diff(pd.DataFrame({"material": ["Straw"]}, index=[project.objects().index[0]]))
    with pytest.raises(bp.JournalError, match="Nothing was sent"):
        changes.apply(folder=tmp_path / "file")
    assert service.writes == []
    assert changes.results()["result"].tolist() == ["not sent"]
    assert changes.apply(folder=tmp_path / "other", progress=False)["result"].tolist() == ["sent"]
    assert changes.path is not None
    assert changes.path.is_relative_to(tmp_path / "other")
    assert project.journals(folder=tmp_path / "other")["sent"].tolist() == [1]
    changes.undo(progress=False)


def test_two_at_once_by_one_journal(sent: Changes, project: Project) -> None:
    """A second kernel does not write by it while the first one does; a second cell waits and finds nothing to do."""
    assert sent.path is not None
    held = Journal(sent.path)
    with held.writing(), pytest.raises(bp.JournalError, match="just now"):
        project.undo(sent.path, progress=False)
    threads = [threading.Thread(target=sent.undo, kwargs={"progress": False}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(sent.results()["result"]) == {"taken back"}


def test_two_at_once_with_the_same_changes(project: Project, service: Service) -> None:
    """Two kernels with the same table: every value is written, and each once or by both as the same."""
    table = pd.DataFrame({"material": "Straw"}, index=project.objects().index[:40])
    both = [project.diff(table, progress=False) for _ in range(2)]
    threads = [threading.Thread(target=changes.apply, kwargs={"progress": False}) for changes in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results = [set(changes.results()["result"]) for changes in both]
    assert all(words <= {"sent", "not needed"} for words in results)
    assert all(said(project, id_, "material") == "Straw" for id_ in table.index)
    assert len(service.writes) <= 80


# how it looks


def test_what_is_shown_is_text_and_bounded(project: Project) -> None:
    objects = project.objects()
    one = objects.index[0]
    renamed = project.diff(pd.DataFrame({"name": ["<img src=x onerror=alert(1)>" * 100]}, index=[one]))
    page = renamed._repr_html_()
    assert "<img" not in page
    assert "&lt;img" in page
    assert len(page) < 3000
    many = project.diff(pd.DataFrame({"material": "Straw"}, index=objects.index[:100]), progress=False)
    assert "and 80 more" in many._repr_html_()
    assert "100 changes of 100 objects. Nothing is sent yet" in many._repr_html_()


def test_colours_in_the_viewer(project: Project) -> None:
    viewer = project.view(progress=False)
    objects = project.objects()
    wall, door, slab = (objects.index[objects["type"] == kind][0] for kind in ("Wall", "Door", "Slab"))
    fix = objects.copy()
    fix["material"] = fix["material"].astype("str")
    fix.loc[wall, "material"] = "Straw"
    fix.loc[door, "cost"] = 1.0
    fix.loc[slab, "cost"] = -1.0
    changes = project.diff(fix, progress=False)
    changes.color(viewer)
    assert legend(viewer) == {"material": 1, "Cost": 1, "refused": 1}
    changes.apply(progress=False)
    changes.color(viewer)
    assert legend(viewer) == {"sent": 2, "refused": 1}
    viewer.close()


def legend(viewer: Any) -> dict[str, int]:
    """Its lines, with how many objects each stands for."""
    return {one.label: len(one.members) for one in viewer._coloring.classes}


def test_numpy_and_pandas_spellings_of_a_value() -> None:
    from bimplus_nb.frames.attribute import Attribute, cell

    assert [cell(one) for one in (np.float64(2), np.bool_(True), pd.NA, pd.NaT, np.nan, "", None)] == [
        2.0, True, None, None, None, None, None,
    ]  # fmt: skip
    number = Attribute("1", "n", "", type="int", minimum=0)
    assert number.wanted(np.int64(5)) == 5
    assert number.wanted("5") == 5
    assert number.wanted(5.0) == 5
    with pytest.raises(ValueError, match="no whole number"):
        number.wanted(5.5)

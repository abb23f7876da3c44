"""Imports over HTTP: a file becomes a model's content or leaves everything as it was, and the importer is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sandbox.service_content import MODEL, PROJECT, VERSIONED, VERSIONED_MODEL, WALL
from sandbox.small_ifc import small

from bimplus_nb.geometry import decode_threejs
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
TEAM = "/riverside"
MODELS = Path(__file__).parents[2].parent / "shared" / "models"
USERS = {user.username: user.id for user in Sandbox.users}


def send(http: httpx.Client, model: str, content: bytes, *, name: str = "small.ifc", project: str = PROJECT,
         how: str = "importasync", **query: Any) -> httpx.Response:  # fmt: skip
    path = f"{TEAM}/projects/{project}/model/{model}/{how}"
    return http.post(path, files={"file": (name, content, "application/octet-stream")}, params=query)


def ended(http: httpx.Client, model: str, seconds: float = 60) -> Any:
    """The model, once nothing is being imported into it any more; asked again and again, as clients do."""
    until = time.monotonic() + seconds
    while True:
        found = http.get(f"{TEAM}/divisions/{model}").json()
        if found["status"] not in {"PREPARING", "PENDING", "PROCESSING"}:
            return found
        assert time.monotonic() < until, found["status"]
        time.sleep(0.05)  # between two looks


def told(sandbox: Sandbox, user: str) -> list[dict[str, Any]]:
    return [one for one in sandbox._store.all("message", owner=USERS[user]) if one["source"] == "ImportService"]


def new_model(http: httpx.Client, project: str = PROJECT, name: str = "Imported") -> str:
    return str(http.post(f"{TEAM}/projects/{project}/divisions", json={"name": name}).json()["id"])


def content(http: httpx.Client, model: str) -> list[bytes]:
    """Everything a model holds."""
    root = http.get(f"{TEAM}/divisions/{model}").json()["topologyId"]
    return [
        http.get(f"{TEAM}/objects/{root}/{part}").content for part in ("topology", "geometries/threejs/properties/2")
    ]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a module in the place of ifcopenshell, in the process that reads: for what the real one does not do."""

    def put(code: str) -> None:
        (tmp_path / "ifcopenshell.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return put


# what comes of a file -------------------------------------------------------------------------------------------------


@pytest.mark.ifc
@pytest.mark.parametrize(("how", "status"), [("importasync", 202), ("import", 201)])
def test_a_file_becomes_the_model(own_house: Sandbox, caller: Call, how: str, status: int) -> None:
    ben = caller(own_house, "ben")
    model = new_model(ben)
    answer = send(ben, model, small(), how=how, replaceModelData="true")
    assert (answer.status_code, answer.json()["id"]) == (status, model)
    assert answer.json()["status"] in {"PREPARING", "PENDING", "PROCESSING"}
    found = ended(ben, model)
    assert (found["status"], found["revisionObjects"], found["name"]) == ("DONE", 2, "Imported")
    assert (found["importFileName"], found["importFileSize"], found["fileType"]) == ("small.ifc", len(small()), "IFC")
    assert found["changedBy"] == USERS["ben"]
    mesh = decode_threejs(ben.get(f"{TEAM}/objects/{found['topologyId']}/geometries/threejs").content)
    np.testing.assert_allclose(mesh.volume, [2.4e9, 2.4e9])
    (message,) = told(own_house, "ben")
    assert (message["topic"], message["returnCode"], message["severity"]) == ("IFC_JOB", "OK", "Info")
    assert (message["correlationId"], message["unread"]) == (model, True)
    assert message["additionalData"]["divisionName"] == "Imported"
    assert message["additionalData"]["projectName"] == "House"
    download = ben.get(f"{TEAM}/divisions/{model}/download")
    assert download.content == small()
    assert 'attachment; filename="small.ifc"' in download.headers["Content-Disposition"]
    other = caller(own_house, "david").get(f"{TEAM}/divisions/{model}").json()
    assert other["status"] == "DONE"


@pytest.mark.ifc
def test_ids_stay_when_the_file_changes(own_house: Sandbox, caller: Call) -> None:
    """So that pins stay where they are, and two revisions can be compared."""
    anna = caller(own_house)
    model = new_model(anna)
    send(anna, model, small())
    root = ended(anna, model)["topologyId"]
    first, second = decode_threejs(anna.get(f"{TEAM}/objects/{root}/geometries/threejs").content).ids
    issue = anna.post(f"{TEAM}/projects/{PROJECT}/issues", json={"name": "x"}).json()["id"]
    pins = [anna.post(f"{TEAM}/issues/{issue}/pins", json={"objectId": one}).json() for one in (first, second)]
    comment = anna.post(f"{TEAM}/objects/{second}/comments", json={"text": "goes"}).json()["id"]
    send(anna, model, small(name="Renamed", both=False))
    assert ended(anna, model)["topologyId"] == root
    assert anna.get(f"{TEAM}/objects/{first}").json()["attributes"]["general"]["name"] == "Renamed"
    assert anna.get(f"{TEAM}/objects/{second}").status_code == 404
    assert anna.get(f"{TEAM}/issues/{issue}/pins").json() == [pins[0]]
    assert anna.get(f"{TEAM}/comments/{comment}").status_code == 404
    store = own_house._store
    assert store.row("SELECT count(*) FROM objects WHERE revision < 0 OR model = ? AND NOT current", model)[0] == 0


@pytest.mark.ifc
def test_an_import_fills_the_latest_revision_only(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    model = new_model(anna)
    send(anna, model, small())
    root = ended(anna, model)["topologyId"]
    anna.post(f"{TEAM}/divisions/{model}/revisions", json={"name": "Second"})
    send(anna, model, small(name="Renamed", place=6))
    ended(anna, model)
    then, now = (
        decode_threejs(anna.get(f"{TEAM}/objects/{root}/geometries/threejs?revision={number}").content)
        for number in (1, 2)
    )
    assert then.ids == now.ids
    found = anna.get(f"{TEAM}/divisions/{model}/revisionscomparison/2/1").json()
    assert found["counts"] == {"added": 0, "removed": 0, "modified": 2, "unchanged": 0}
    renamed, moved = found["objects"]
    assert {"what": "name", "old": "First", "new": "Renamed"} in renamed["changes"]
    assert {"what": "geometry", "old": None, "new": None, "moved": [0.0, 0.0, -1000.0]} in moved["changes"]
    first, second = anna.get(f"{TEAM}/divisions/{model}/revisions").json()
    assert (first["inputType"], second["inputType"]) == ("SANDBOX", "IFC")


@pytest.mark.ifc
def test_a_model_with_other_content_is_overwritten(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    root = anna.get(f"{TEAM}/divisions/{MODEL}").json()["topologyId"]
    send(anna, MODEL, small())
    found = ended(anna, MODEL)
    assert (found["status"], found["revisionObjects"], found["topologyId"]) == ("DONE", 2, root)
    assert anna.get(f"{TEAM}/objects/{WALL}").status_code == 404
    assert anna.get(f"{TEAM}/projects/{PROJECT}/pins").json() == []


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"not an IFC file", "not an IFC file"),
        (b"", "is empty"),
        (small()[:-30], "cut off"),
        pytest.param(small().replace(b"IFCWALL", b"IFCNOTHING"), "", marks=pytest.mark.ifc),
    ],
)
def test_a_file_that_is_none_leaves_everything(own_house: Sandbox, caller: Call, file: bytes, words: str) -> None:
    anna = caller(own_house)
    before = content(anna, MODEL)
    assert send(anna, MODEL, file).status_code == 202
    found = ended(anna, MODEL)
    assert (found["status"], found["revisionObjects"], found["importFileName"]) == ("FAILED", 4, None)
    assert content(anna, MODEL) == before
    (message,) = told(own_house, "anna")
    assert (message["severity"], message["returnCode"]) == ("Error", "INVALID_FILE")
    assert words in message["additionalData"]["message"]
    assert "bimplus-import-" not in message["additionalData"]["message"], "where it was read is nobody's business"
    assert anna.get(f"{TEAM}/divisions/{MODEL}/download").status_code == 404


def test_a_file_that_is_too_big(own_house: Sandbox, caller: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMPLUS_SANDBOX_IMPORT_MB", "0.001")
    anna = caller(own_house)
    send(anna, MODEL, small())
    assert ended(anna, MODEL)["status"] == "FAILED"
    assert [one["returnCode"] for one in told(own_house, "anna")] == ["FILE_TOO_BIG"]


@pytest.mark.parametrize(
    ("code", "expected", "words"),
    [
        ("raise ImportError", "NOT_INSTALLED", 'pip install "bimplus-nb[ifc]"'),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "CRASHED", "crash"),
        ("import threading; threading.Event().wait()", "TIMEOUT", "1 seconds"),
    ],
)
def test_a_reader_that_fails_takes_nothing_with_it(
    own_house: Sandbox, caller: Call, stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, code: str,
    expected: str, words: str,
) -> None:  # fmt: skip
    stand_in(code)
    if expected == "TIMEOUT":
        monkeypatch.setenv("BIMPLUS_SANDBOX_IMPORT_SECONDS", "1")
    anna = caller(own_house)
    before = content(anna, MODEL)
    send(anna, MODEL, small())
    assert ended(anna, MODEL)["status"] == "FAILED"
    (message,) = told(own_house, "anna")
    assert message["returnCode"] == expected
    assert words in message["additionalData"]["message"]
    assert content(anna, MODEL) == before


# while it runs --------------------------------------------------------------------------------------------------------


def test_one_at_a_time_and_stopped_with_the_sandbox(
    own_house: Sandbox, caller: Call, stand_in: Callable[[str], None], tmp_path: Path
) -> None:
    stand_in(f"import pathlib, threading; pathlib.Path({str(tmp_path / 'runs')!r}).touch(); threading.Event().wait()")
    anna = caller(own_house)
    before = content(anna, MODEL)
    assert send(anna, MODEL, small()).status_code == 202
    while not (tmp_path / "runs").exists():
        assert anna.get(f"{TEAM}/divisions/{MODEL}").json()["status"] in {"PREPARING", "PENDING", "PROCESSING"}
    assert anna.get(f"{TEAM}/divisions/{MODEL}").json()["status"] == "PROCESSING"
    assert send(anna, MODEL, small()).status_code == 409
    assert send(anna, MODEL, small(), how="import").status_code == 409
    assert send(anna, VERSIONED_MODEL, small(), project=VERSIONED).status_code == 202, "another model waits its turn"
    assert content(anna, MODEL) == before
    stopping = threading.Thread(target=own_house.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive(), "it does not wait for the reader, which would take for ever"
    with Sandbox(path=tmp_path / "0.db") as again:
        http = caller(again)
        assert http.get(f"{TEAM}/divisions/{MODEL}").json()["status"] == "FAILED"
        assert http.get(f"{TEAM}/divisions/{VERSIONED_MODEL}").json()["status"] == "FAILED"
        assert content(http, MODEL) == before
        assert [one["returnCode"] for one in told(again, "anna")] == ["INTERRUPTED"] * 2


def test_a_model_that_is_deleted_meanwhile(
    own_house: Sandbox, caller: Call, stand_in: Callable[[str], None], tmp_path: Path
) -> None:
    go = tmp_path / "go"
    stand_in(f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\nraise ImportError")
    anna = caller(own_house)
    model = new_model(anna)
    send(anna, model, small())
    assert anna.delete(f"{TEAM}/divisions/{model}").status_code == 200
    go.touch()
    send(anna, MODEL, small())
    ended(anna, MODEL)
    assert {one["correlationId"] for one in told(own_house, "anna")} == {MODEL}
    assert own_house._store.all("import") == []


@pytest.mark.ifc
def test_others_are_answered_while_a_building_is_read(own_house: Sandbox, caller: Call) -> None:
    path = MODELS / "Duplex_Architecture.ifc"
    if not path.exists():
        pytest.skip("Duplex_Architecture.ifc is not beside the project")
    anna = caller(own_house)
    model = new_model(anna)
    answered: list[float] = []
    over = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=own_house.url, headers=anna.headers, verify=False, trust_env=False) as http:
            while not over.is_set():
                began = time.perf_counter()
                assert http.get(f"{TEAM}/objects/{WALL}/geometries/threejs").status_code == 200
                answered.append(time.perf_counter() - began)

    watcher = threading.Thread(target=ask)
    watcher.start()
    try:
        began = time.perf_counter()
        assert send(anna, model, path.read_bytes(), name=path.name).status_code == 202
        assert ended(anna, model, 200)["status"] == "DONE"
        reading = time.perf_counter() - began
    finally:
        over.set()
        watcher.join()
    assert max(answered) < reading / 4, "nobody waits for the building"


# who and what ---------------------------------------------------------------------------------------------------------


def test_only_who_makes_models_may_import(own_house: Sandbox, caller: Call) -> None:
    for user, status in (("david", 403), ("carla", 403), ("ben", 202)):
        assert send(caller(own_house, user), MODEL, b"x").status_code == status
        ended(caller(own_house), MODEL)
    assert [len(told(own_house, user)) for user in ("david", "carla", "ben")] == [0, 0, 1]


@pytest.mark.parametrize(
    ("model", "project", "query", "status"),
    [
        (guid("none"), PROJECT, {}, 404),
        (MODEL, VERSIONED, {}, 404),
        ("x", PROJECT, {}, 404),
        (MODEL, guid("none"), {}, 404),
        (MODEL, PROJECT, {"replaceModelData": "perhaps"}, 400),
    ],
)
def test_what_cannot_be_imported_to(
    house: Sandbox, caller: Call, model: str, project: str, query: dict[str, str], status: int
) -> None:
    assert send(caller(house), model, small(), project=project, **query).status_code == status
    assert house._store.all("import") == []


@pytest.mark.parametrize("body", [b"", b"{}", b"ISO-10303-21;"])
def test_a_file_must_be_sent_as_one(house: Sandbox, caller: Call, body: bytes) -> None:
    path = f"{TEAM}/projects/{PROJECT}/model/{MODEL}/importasync"
    assert caller(house).post(path, content=body).status_code == 400


@pytest.mark.ifc
def test_an_attached_file_becomes_the_model(own_house: Sandbox, caller: Call) -> None:
    ben = caller(own_house, "ben")
    path = f"{TEAM}/projects/{PROJECT}/attachments"
    attached = ben.post(path, files={"file": ("small.ifc", small())}).json()["id"]
    text = ben.post(path, files={"file": ("notes.txt", b"x")}).json()["id"]
    model = new_model(ben)
    start = f"{TEAM}/projects/{PROJECT}/model/{model}/attachment/{{}}/importasync"
    assert ben.post(start.format(text)).status_code == 400
    assert ben.post(start.format(guid("none"))).status_code == 404
    assert ben.post(start.format(attached), params={"version": 9}).status_code == 404
    assert caller(own_house, "carla").post(start.format(attached)).status_code == 403
    assert ben.post(start.format(attached)).status_code == 202
    found = ended(ben, model)
    assert (found["status"], found["importFileName"], found["revisionObjects"]) == ("DONE", "small.ifc", 2)


@pytest.mark.ifc
def test_a_name_from_anywhere_goes_nowhere(own_house: Sandbox, caller: Call, tmp_path: Path) -> None:
    anna = caller(own_house)
    model = new_model(anna)
    send(anna, model, small(), name="../../ü\u202ewall;\"'.IFC")
    found = ended(anna, model)
    assert found["status"] == "DONE"
    assert "/" not in found["importFileName"]
    header = anna.get(f"{TEAM}/divisions/{model}/download").headers["Content-Disposition"]
    assert header.isascii()
    assert header.startswith("attachment; ")
    assert not list(tmp_path.glob("*.IFC"))


@pytest.mark.ifc
def test_the_file_of_a_model_with_private_layers_is_not_for_all(own_house: Sandbox, caller: Call) -> None:
    ben, david = caller(own_house, "ben"), caller(own_house, "david")
    model = new_model(ben)
    send(ben, model, small())
    (layer,) = ended(ben, model)["disciplines"]
    assert david.get(f"{TEAM}/divisions/{model}/download").status_code == 200
    ben.put(f"{TEAM}/divisions/{model}/disciplines/{layer}", json={"private": True})
    assert david.get(f"{TEAM}/divisions/{model}/download").status_code == 403
    assert ben.get(f"{TEAM}/divisions/{model}/download").status_code == 200

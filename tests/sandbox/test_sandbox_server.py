"""Starting, stopping, forgetting and killing a sandbox."""

from __future__ import annotations

import gc
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from sandbox.service_content import MODEL, PROJECT, box, element, projects

from bimplus_nb.client import connect
from bimplus_nb.errors import SandboxError
from bimplus_nb.sandbox import Sandbox, content, seeding
from bimplus_nb.sandbox.store import Store

Call = Callable[..., httpx.Client]


def is_open(url: str) -> bool:
    place = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((place.hostname, place.port)) == 0


def test_stopping_leaves_no_thread_and_no_port(seeded_file: Path, tmp_path: Path) -> None:
    before = threading.active_count()
    with Sandbox(path=shutil.copy(seeded_file, tmp_path)) as sandbox:
        assert is_open(sandbox.url)
        assert is_open(sandbox.issuer)
        assert sandbox.running
        assert sandbox.url in repr(sandbox)
    assert threading.active_count() == before
    assert not is_open(sandbox.url)
    assert not is_open(sandbox.issuer)
    sandbox.stop()
    assert not sandbox.running
    assert "stopped" in repr(sandbox)
    with pytest.raises(SandboxError, match="stopped"), sandbox:
        pass


def test_a_forgotten_sandbox_goes_away(seeded_file: Path, tmp_path: Path) -> None:
    before = threading.active_count()
    url = Sandbox(path=shutil.copy(seeded_file, tmp_path)).wait().url
    gc.collect()
    assert not is_open(url)
    assert threading.active_count() == before


def test_stopping_with_an_idle_connection_open(own_house: Sandbox, caller: Call) -> None:
    assert caller(own_house).get("/teams").status_code == 200
    own_house.stop()
    assert not is_open(own_house.url)


def test_a_port_in_use_is_a_clear_error(house: Sandbox) -> None:
    with pytest.raises(SandboxError, match="cannot be used"):
        Sandbox(port=urlsplit(house.url).port or 0)


def test_a_port_can_be_chosen(seeded_file: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Sandbox(path=shutil.copy(seeded_file, tmp_path), port=port) as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{port}/v2"


def test_a_file_that_is_no_sandbox_s(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("not a database, but long enough to be looked at as one\n" * 100)
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    before = other.read_bytes()
    for path in (text, other, tmp_path / "missing" / "folder.db"):
        with pytest.raises(SandboxError, match=path.name):
            Sandbox(path=path)
    assert other.read_bytes() == before


@pytest.mark.usefixtures("own_house")
def test_two_sandboxes_do_not_share_a_file(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="locked"):
        Sandbox(path=tmp_path / "0.db")


def test_what_is_written_to_a_file_is_there_again(own_house: Sandbox, caller: Call, tmp_path: Path) -> None:
    made = caller(own_house).post("/riverside/projects", json={"name": "Kept"}).json()["id"]
    own_house.stop()
    with Sandbox(path=tmp_path / "0.db") as again:
        names = {one["id"]: one["name"] for one in caller(again).get("/riverside/projects").json()}
    assert names[made] == "Kept"
    assert names[PROJECT] == "House"


def test_the_next_sandbox_of_a_process_is_as_new() -> None:
    with Sandbox() as first, connect(first) as client:
        begun = {project.id for project in client.projects.all()}
        client.projects.create(name="One more")
        with Sandbox() as second, connect(second) as other:
            assert {project.id for project in other.projects.all()} == begun
            assert other.project("Riverside Offices").id == client.project("Riverside Offices").id
            assert len(client.projects.all()) == len(begun) + 1


def test_what_is_loaded_is_all_and_the_salt_stays(tmp_path: Path) -> None:
    there, path = Store(), tmp_path / "loaded.db"
    seeding.fill(there, projects())
    here = Store(path)
    salt = here.salt
    here.load(there.image())
    here.close()
    again = Store(path)
    assert again.seeded
    assert again.salt == salt != there.salt
    assert again.all("project") == there.all("project")
    again.close()
    there.close()


def test_a_killed_process_keeps_every_acknowledged_write(seeded_file: Path, tmp_path: Path, caller: Call) -> None:
    path = shutil.copy(seeded_file, tmp_path)
    script = "import sys, time; from bimplus_nb.sandbox import Sandbox; s = Sandbox(path=sys.argv[1]); "
    script += "print(s.url, s.token(), flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url, token = process.stdout.readline().split()
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as writer:
            names = [f"Project {number}" for number in range(10)]
            for name in names:
                assert writer.post("/riverside/projects", json={"name": name}).status_code == 201
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    with Sandbox(path=path) as again:
        kept = {one["name"] for one in caller(again).get("/riverside/projects").json()}
    assert set(names) <= kept


def test_tokens_are_for_known_users(house: Sandbox) -> None:
    assert [user.username for user in house.users] == ["anna", "ben", "carla", "david"]
    assert house.token(house.users[2]) != house.token("carla")
    with pytest.raises(ValueError, match="anna, ben"):
        house.token("eve")


def test_an_imported_model_is_all_there_or_not_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.db")
    seeding.fill(store, projects())
    wall = element("0" * 8 + "-0000-4000-8000-" + "0" * 12, "W", "Wall", "", box((0, 0, 0), (1, 1, 1)))
    good = content.Model(MODEL, "Imported", "", (), (wall,))
    broken = content.Solid(np.zeros((2, 3)), np.zeros((1, 3), dtype=np.int32), "no array", 0)  # type: ignore[arg-type]
    bad = content.Model("1" * 8, "Broken", "", (), (wall, element("x", "X", "Wall", "", broken)))
    count = store.row("SELECT count(*) FROM things")[0], store.row("SELECT count(*) FROM objects")[0]
    with pytest.raises(AttributeError):
        seeding.import_model(store, "Second", bad)
    assert count == (store.row("SELECT count(*) FROM things")[0], store.row("SELECT count(*) FROM objects")[0])
    first = seeding.import_model(store, "House", good)
    assert first == PROJECT
    # The same model again is another model: its ids are renewed, the old ones stay what they were.
    second = seeding.import_model(store, "Second", good)
    (model,) = store.all("model", owner=second)
    assert model["id"] != MODEL
    assert [one["name"] for one in store.all("model", owner=PROJECT)] == ["Architecture", "Imported"]
    store.close()

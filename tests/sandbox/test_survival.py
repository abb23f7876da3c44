"""Killed in the middle of everything: what was answered as written is there, whole, and nothing is half there."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox.service_content import GROUND, MODEL, PROJECT, WALL
from sandbox.small_ifc import small

from bimplus_nb.errors import SandboxError
from bimplus_nb.sandbox import Sandbox

Call = Callable[..., httpx.Client]
TEAM = "/riverside"
SCRIPT = """
import sys, threading
from bimplus_nb.sandbox import Sandbox
sandbox = Sandbox(path=sys.argv[1]).wait()
print(sandbox.url, sandbox.token(), flush=True)
threading.Event().wait()
"""
MESH = {
    "vertices": [0, 0, 0, 1000, 0, 0, 0, 1000, 0, 0, 0, 1000],
    "faces": [3, 0, 1, 2, 3, 0, 3, 1, 3, 1, 3, 2, 3, 0, 2, 3],
}
# What may hang on nothing: the roots.
ORPHANS = {
    "a thing on nothing": "SELECT count(*) FROM things t WHERE owner IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM things o WHERE o.id = t.owner) AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.id = t.owner)",
    "a thing about nothing": "SELECT count(*) FROM things t WHERE kind = 'pin' AND NOT EXISTS "
    "(SELECT 1 FROM objects o WHERE o.id = t.about AND o.current)",
    "an object without its model": "SELECT count(*) FROM objects o WHERE model IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM things t WHERE t.id = o.model AND t.kind = 'model')",
    "an object that hangs in the air": "SELECT count(*) FROM objects WHERE type != 'Project' AND up IS NULL",
    "a file of nothing": "SELECT count(*) FROM files f WHERE NOT EXISTS (SELECT 1 FROM things t WHERE t.id = f.owner) "
    "AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.id = f.owner)",
    "half of an import": "SELECT count(*) FROM objects WHERE revision < 0",
}


@contextmanager
def serving(path: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """A sandbox in a process of its own, and the account owner's client of it."""
    command = [sys.executable, "-c", SCRIPT, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    assert process.stdout is not None
    try:
        url, token = process.stdout.readline().split()
        headers = {"Authorization": f"BimPlus {token}"}
        with httpx.Client(base_url=url, headers=headers, verify=False, trust_env=False, timeout=30) as client:
            yield process, client
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def write(client: httpx.Client, number: int, kept: dict[str, Any], enough: threading.Event) -> None:
    """Writes until the line is dead; `kept` is what was answered, by its address, with what to find there."""
    with suppress(httpx.HTTPError):
        for count in range(10_000):
            name = f"{number}-{count}"
            issue = client.post(f"{TEAM}/projects/{PROJECT}/issues", json={"name": name, "scene": {"of": name}}).json()
            kept[f"{TEAM}/issues/{issue['id']}"] = {"name": name, "shortId": issue["shortId"], "scene": {"of": name}}
            pin = client.post(f"{TEAM}/issues/{issue['id']}/pins", json={"objectId": WALL}).json()
            kept[f"{TEAM}/pins/{pin['id']}"] = {"issueId": issue["id"], "objectId": WALL}
            comment = client.post(f"{TEAM}/issues/{issue['id']}/comments", json={"text": name}).json()
            kept[f"{TEAM}/comments/{comment['id']}"] = {"text": name, "issueId": issue["id"]}
            body = {
                "type": "Wall",
                "parent": GROUND,
                "attributes": {"general": {"name": name}, "geometry": {"mesh": MESH}},
            }
            wall = client.post(f"{TEAM}/objects", json=body).json()
            kept[f"{TEAM}/objects/{wall['id']}"] = {"parent": GROUND, "type": "Wall"}
            files = {"file": (f"{name}.txt", name.encode() * 1000)}
            attached = client.post(f"{TEAM}/issues/{issue['id']}/attachments", files=files).json()
            kept[f"{TEAM}/attachments/{attached['id']}"] = {"fileName": f"{name}.txt", "size": len(name) * 1000}
            model = client.post(f"{TEAM}/projects/{PROJECT}/divisions", json={"name": name}).json()
            kept[f"{TEAM}/divisions/{model['id']}"] = {"name": name}
            client.post(f"{TEAM}/divisions/{model['id']}/revisions", json={"name": "first"})
            if count >= 3:
                enough.set()


def check(path: Path) -> None:
    """The file by itself: sound, and no row without what it belongs to."""
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        for words, count in ORPHANS.items():
            assert database.execute(count).fetchone()[0] == 0, words
    database.close()


@pytest.mark.parametrize("again", range(3))
def test_every_acknowledged_write_is_there_whole(seeded_file: Path, tmp_path: Path, caller: Call, again: int) -> None:
    path = Path(shutil.copy(seeded_file, tmp_path / f"{again}.db"))
    kept: dict[str, Any] = {}
    enough = [threading.Event() for _ in range(4)]
    with serving(path) as (process, client):
        writers = [
            threading.Thread(target=write, args=(client, number, kept, event)) for number, event in enumerate(enough)
        ]
        for writer in writers:
            writer.start()
        assert all(event.wait(60) for event in enough)
        process.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.join()
    with Sandbox(path=path) as sandbox:
        anna = caller(sandbox)
        assert len(kept) > 50
        for address, expected in kept.items():
            answer = anna.get(address)
            assert answer.status_code == 200, address
            assert expected.items() <= answer.json().items()
            if "/attachments/" in address:
                assert len(anna.get(f"{address}/download").content) == expected["size"]
            if "/objects/" in address:
                assert len(anna.get(f"{address}/geometries/threejs").json()["objects"]) == 1
        numbers = [issue["shortId"] for issue in anna.get(f"{TEAM}/projects/{PROJECT}/issues").json()]
        assert len(set(numbers)) == len(numbers)
    check(path)


@pytest.mark.parametrize("when", ["read", "at any moment"])
@pytest.mark.ifc
def test_killed_during_an_import(seeded_file: Path, tmp_path: Path, caller: Call, when: str) -> None:
    """The model has its former content or the new one, and never goes on being read for ever."""
    path = Path(shutil.copy(seeded_file, tmp_path / "import.db"))
    left = tmp_path / "temporary"
    left.mkdir()
    stand_in = tmp_path / "ifcopenshell.py"
    if when == "read":
        started = tmp_path / "started"
        stand_in.write_text(
            f"import os, pathlib, threading\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))\n"
            "threading.Event().wait()"
        )
    files = {"file": ("small.ifc", small())}
    with serving(path, PYTHONPATH=str(tmp_path), TMPDIR=str(left)) as (process, client):
        before = client.get(f"{TEAM}/objects/{GROUND}/topology").json()
        address = f"{TEAM}/projects/{PROJECT}/model/{MODEL}/importasync"
        assert client.post(address, files=files).status_code == 202
        if when == "read":
            while not (started.exists() and started.read_text()):
                assert client.get(f"{TEAM}/divisions/{MODEL}").json()["status"] in {
                    "PREPARING",
                    "PENDING",
                    "PROCESSING",
                }
        process.send_signal(signal.SIGKILL)
        process.wait()
    with Sandbox(path=path) as sandbox:
        anna = caller(sandbox)
        model = anna.get(f"{TEAM}/divisions/{MODEL}").json()
        assert model["status"] in ({"FAILED"} if when == "read" else {"FAILED", "DONE"})
        if model["status"] == "FAILED":
            assert anna.get(f"{TEAM}/objects/{GROUND}/topology").json() == before
            assert model["revisionObjects"] == 4
        assert sandbox._store.all("import") == []
    check(path)
    until = time.monotonic() + 10
    while list(left.glob("bimplus-import-*")):
        assert time.monotonic() < until, "the reader outlived the sandbox, or left its files"


def test_a_file_in_use_is_refused_and_stays_whole(seeded_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(seeded_file, tmp_path / "used.db"))
    with serving(path) as (_, client):
        with pytest.raises(SandboxError, match="another sandbox is using it"):
            Sandbox(path=path)
        assert client.get(f"{TEAM}/projects").status_code == 200
    check(path)

"""Killed again and again while it writes: nothing is lost, nothing is sent twice, and all of it can be taken back."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from bimplus_nb.client import connect
from bimplus_nb.project.journal import Journal
from bimplus_nb.sandbox import Sandbox

CHANGES, TABLE = 500, "table.pickle"
# Imports once, and forks a process for each attempt: a kernel that is started, does one thing, and may be killed.
SCRIPT = """
import os, sys
import pandas as pd
import bimplus_nb as bp
import bimplus_nb.client, bimplus_nb.project
url, token, name, table = sys.argv[1:]
frame = pd.read_pickle(table)
for line in sys.stdin:
    child = os.fork()
    if child:
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)
        continue
    try:
        project = bp.connect(url, token=token).project(name)
        kept = project.journals()
        if line.strip() == "undo":
            project.undo(kept.index[0], progress=False)
        elif len(kept):
            project.resume(kept.index[0], progress=False)
        else:
            project.diff(frame, progress=False).apply(progress=False)
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)
"""


class Doors:
    """Counts what comes in, and kills who asks at the moment it was told to."""

    def __init__(self) -> None:
        self.puts: Counter[str] = Counter()
        self.kill_at = 0  # requests from now; 0 for never
        self.ready = threading.Event()
        self.victim = 0

    def __call__(self, method: str, path: str) -> None:
        if method == "PUT" and "/objects/" in path:
            self.puts[path.rpartition("/")[2]] += 1
        if self.kill_at and "/objects/" in path and "topology" not in path:
            self.kill_at -= 1
            if not self.kill_at:
                self.ready.wait(30)
                os.kill(self.victim, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_killed_at_fifty_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMPLUS_JOURNALS", str(tmp_path / "journals"))
    dice = random.Random(1)
    doors = Doors()
    with Sandbox(faults=doors, latency=0.001) as sandbox:
        client = connect(sandbox)
        project = client.project("Riverside Offices")
        before = everything(sandbox)
        table = edited(project.objects())
        table.to_pickle(tmp_path / TABLE)
        arguments = [sandbox.url, sandbox.token(), project.id, str(tmp_path / TABLE)]
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        assert process.stdout is not None

        def attempt(what: str, kill_at: int = 0) -> bool:
            """Whether it came to its end."""
            assert process.stdin is not None
            assert process.stdout is not None
            doors.ready.clear()
            doors.kill_at = kill_at
            print(what, file=process.stdin, flush=True)
            doors.victim = int(process.stdout.readline())
            doors.ready.set()
            status = int(process.stdout.readline())
            assert status in (0, signal.SIGKILL), "it failed by itself"
            return status == 0

        def journal() -> Journal:
            (path,) = (tmp_path / "journals" / project.id).glob("*.jsonl")
            return Journal(path)

        try:
            # There: each object that is known to be sent is never written to again.
            doors.puts.clear()
            known: Counter[str] = Counter()
            for kill in range(50):
                assert not attempt("apply", dice.randint(1, 45) + (CHANGES if kill == 0 else 0))
                now = journal()
                assert len(now.plan) == CHANGES
                assert {entry.state for entry in now.entries} <= {"sent", "begun", "not sent"}
                known |= settled(now, "sent", doors.puts)
            assert 0 < len(known) < CHANGES, "the kills fell into the middle"
            assert attempt("apply")
            assert {entry.state for entry in journal().entries} == {"sent"}
            assert {id_: doors.puts[id_] for id_ in known} == dict(known)
            wanted = {one.object_id for one in journal().plan}
            assert wanted == set(doors.puts)
            changed = {id_ for id_, body in everything(sandbox).items() if body != before[id_]}
            assert changed == wanted
            project.reload()
            words = {"material": "str", "fire_rating": "str"}
            now_there = project.objects()[table.columns].astype(words)
            pd.testing.assert_frame_equal(now_there, table.astype(words))

            # And back, in the same way.
            doors.puts.clear()
            known.clear()
            for _ in range(25):
                assert not attempt("undo", dice.randint(1, 90))
                now = journal()
                assert {entry.state for entry in now.entries} <= {"sent", "undoing", "taken back"}
                known |= settled(now, "taken back", doors.puts)
            assert 0 < len(known) < CHANGES
            assert attempt("undo")
            assert {entry.state for entry in journal().entries} == {"taken back"}
            assert {id_: doors.puts[id_] for id_ in known} == dict(known)
            assert everything(sandbox) == before
        finally:
            process.kill()
            process.stdin.close()
            process.stdout.close()
            process.wait()
            client.close()


def edited(objects: pd.DataFrame) -> pd.DataFrame:
    """Values of every kind: other ones, new ones where there were none, and some taken away."""
    table = objects[["name", "material", "length_m", "load_bearing", "fire_rating"]].copy()
    rows = list(table.index[:CHANGES])
    for number, id_ in enumerate(rows):
        match number % 5:
            case 0:
                table.loc[id_, "name"] = f"Renamed {number} “ü”"
            case 1:
                table["material"] = table["material"].astype("str")
                table.loc[id_, "material"] = None if pd.notna(table.loc[id_, "material"]) else "Straw"
            case 2:
                table.loc[id_, "length_m"] = table.loc[id_, "length_m"] + 0.001
            case 3:
                was = table.loc[id_, "load_bearing"]
                table.loc[id_, "load_bearing"] = True if pd.isna(was) else not was
            case _:
                table.loc[id_, "fire_rating"] = "F30" if table.loc[id_, "fire_rating"] != "F30" else "F90"
    return table


def everything(sandbox: Sandbox) -> dict[str, str]:
    """What the service holds of each object, to the last digit; in what order it holds it is its own affair."""
    rows = sandbox._store.rows("SELECT id, body FROM objects WHERE current")
    return {id_: json.dumps(json.loads(body), sort_keys=True) for id_, body in rows}


def settled(journal: Journal, state: str, puts: Counter[str]) -> Counter[str]:
    """How often each object was written to of which the journal knows that it is done."""
    ids = (one.object_id for one, entry in zip(journal.plan, journal.entries, strict=True) if entry.state == state)
    return Counter({id_: puts[id_] for id_ in ids})

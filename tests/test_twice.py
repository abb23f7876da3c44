"""The tutorials in one kernel, twice, each time in another order: nothing is left behind, and no secret is said.

But the two that paint many pictures: the cells of `06_checks` run twice in test_checks_browser.py, and the widgets of
`05_viewer` in widgets/test_in_place.py.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import nbformat
import pytest
import tutorials
from jupyter_client.manager import KernelManager
from leaks.hunt import SHOWN, Hunt

TESTS = Path(__file__).parent
PATHS = [path for path in sorted(tutorials.FOLDER.glob("*.ipynb")) if path.stem not in ("05_viewer", "06_checks")]

# What there is in the kernel. Light and lines of a building are worked out in threads that end by themselves. AnyIO
# keeps some idle ones for the sandbox, and pyzmq has one for all that is sent in buffers.
LEFT = """
import gc as _gc, json as _json, threading as _threading
from collections import Counter as _Counter
from psutil import Process as _Process
from ipywidgets.widgets import widget as _widget
for _one in _threading.enumerate():
    if _one.name == "building decor":
        _one.join(60)
_gc.collect()
_theirs = ("AnyIO worker thread", "GarbageCollectorThread")
_kinds = _Counter(type(_one).__name__ for _one in _widget._instances.values())
print(_json.dumps({
    "widgets": dict(sorted(_kinds.items())),
    "ports": sum(_one.status == "LISTEN" for _one in _Process().net_connections()),
    "threads": sorted(
        _one.name for _one in _threading.enumerate() if not {_one.name, type(_one).__name__} & {*_theirs}
    ),
    "processes": len(_Process().children(recursive=True)),
}))
"""
CLOSE = """
from bimplus_nb.viewer import cells as _cells
for _, _shown in _cells._shown.values():
    for _one in list(_shown):
        _one.close()
import bimplus_nb as bp
bp.Sandbox.embedded().stop()
"""


class Kernel:
    """A kernel that is asked as JupyterLab asks, with the name of each cell; `heard` is all that it has said."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(cwd=str(folder), env=environment)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        self.heard: list[str] = []

    def run(self, code: str, cell: str) -> str:
        """What it printed; AssertionError with its traceback where it failed."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        request: Any = self._client.session.msg(
            "execute_request", content | {"user_expressions": {}}, metadata={"cellId": cell}
        )
        self._client.shell_channel.send(request)
        printed = ""
        while True:
            message = self._client.get_iopub_msg(timeout=120)
            said = message["content"]
            self.heard.append(json.dumps(said, default=str))
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            if message["msg_type"] == "error":
                raise AssertionError(f"{cell}: " + "\n".join(said["traceback"]))
            if message["msg_type"] == "stream":
                printed += said["text"]
            if message["msg_type"] == "status" and said["execution_state"] == "idle":
                return printed

    def left(self) -> Any:
        return json.loads(self.run(LEFT, "what is left"))

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    copytree(tutorials.FOLDER / "files", tmp_path / "run" / "files")
    paths = os.pathsep.join(filter(None, (str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH"))))
    ours = ("BIMPLUS_", "JUPYTERHUB_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"PYTHONPATH": paths, "HUNT_RECORD": str(tmp_path / "record.jsonl"), "BIMPLUS_CACHE": "off"}
    environment |= {"XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    running = Kernel(tmp_path / "run", environment)
    yield running
    running.close()


def test_twice_in_one_kernel_in_any_order(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run("from leaks import recorder\nrecorder.install()", "recorder")
    begun = kernel.left()
    books = {path.stem: nbformat.read(path, 4) for path in PATHS}
    after = []
    for turn in range(2):
        names = random.Random(turn).sample(sorted(books), len(books))
        for name in names:
            for cell in books[name].cells:
                if cell.cell_type == "code":
                    kernel.run(cell.source, f"{name}/{cell.id}")
        after.append(kernel.left())
    first, second = after
    assert first["widgets"]["Renderer"] == sum(len(tutorials.views(book)) for book in books.values()), "one each view"
    assert second == first, names
    kernel.run(CLOSE, "close")
    ended = kernel.left()
    assert ended | {"widgets": {}} == begun | {"widgets": {}}
    assert set(ended["widgets"]) <= {"Code"}, "the viewers' code, which all share"

    secrets = [json.loads(line) for line in (tmp_path / "record.jsonl").read_text().splitlines()]
    hunt = Hunt((kind, value) for kind, value in secrets)
    assert "access_token" in hunt.kinds
    assert hunt.search("\n".join(kernel.heard), "what the kernel said", but=SHOWN) == []

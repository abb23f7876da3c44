"""`Kernel`: one that notebooks run in one after the other, and what they leave behind in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import tutorials
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

TESTS = Path(__file__).parent

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
RECORD = "from leaks import recorder\nrecorder.begin()"


class Kernel:
    """A kernel that is asked as JupyterLab asks, with the name of each cell; `heard` is all that it has said, by kind.

    It is one of the environment that `python` belongs to, works in `folder`, where the tutorials' files lie beside it,
    notes what nobody may say, and logs there all that there is to log (leaks/recorder.py).
    """

    def __init__(self, python: Path, folder: Path, environ: Mapping[str, str]) -> None:
        copytree(tutorials.FOLDER / "files", folder / "run" / "files")
        spec = folder / "kernels" / "one"
        spec.mkdir(parents=True)
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "One", "language": "python"}))
        self._record = folder / "record.jsonl"
        environment = {
            **environ, "PYTHONPATH": str(TESTS), "HUNT_RECORD": str(self._record), "HUNT_FOLDER": str(folder),
            "BIMPLUS_CACHE": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder), "XDG_DATA_HOME": str(folder),
        }  # fmt: skip
        specs = KernelSpecManager(kernel_dirs=[str(spec.parent)])
        self._manager = KernelManager(kernel_name="one", kernel_spec_manager=specs)
        with (folder / "stdout.txt").open("w") as out, (folder / "stderr.txt").open("w") as err:
            self._manager.start_kernel(cwd=str(folder / "run"), env=environment, stdout=out, stderr=err)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        self.heard: list[tuple[str, str]] = []
        self.run(RECORD, "recorder")

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()

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
            kind = said["name"] if message["msg_type"] == "stream" else message["msg_type"]
            self.heard.append((kind, json.dumps(said, default=str)))
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            if message["msg_type"] == "error":
                raise AssertionError(f"{cell}: " + "\n".join(said["traceback"]))
            if message["msg_type"] == "stream":
                printed += said["text"]
            if message["msg_type"] == "status" and said["execution_state"] == "idle":
                return printed

    def left(self) -> Any:
        """What there is: widgets by kind, listening ports, threads by name, processes."""
        return json.loads(self.run(LEFT, "what is left"))

    def shut(self) -> None:
        """Close everything that was shown, and the sandbox."""
        self.run(CLOSE, "close")

    @property
    def secrets(self) -> list[tuple[str, str]]:
        """What nobody may say: kinds and values."""
        return [(kind, value) for kind, value in map(json.loads, self._record.read_text().splitlines())]

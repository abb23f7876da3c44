"""Reading an IFC file in a process of its own, as a hostile one may crash the parser or never end.

``python -m bimplus_nb.sandbox.ifc_process FILE RESULT KEY`` is that process: it leaves (code, words or model) in RESULT
and ends when its standard input does, so that it never outlives the sandbox. `read` starts it and waits.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import bimplus_nb
from bimplus_nb.errors import SandboxError
from bimplus_nb.sandbox.content import Model

_LOOK = 0.05


class Unread(Exception):
    """Why a file became no model: a short code and words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class Stopped(Exception):
    """The sandbox is closing."""


def read(content: bytes, name: str, *, key: str, seconds: float, stopping: threading.Event) -> Model:
    """The model in an IFC file. `key`: what its ids follow from. Raises `Unread`, and `Stopped` if `stopping` is set.

    The process gets at most so many seconds, and nothing of it stays: no file, no process.
    """
    with tempfile.TemporaryDirectory(prefix="bimplus-import-") as folder:
        file, result = Path(folder, name), Path(folder, "result")
        file.write_bytes(content)
        process = _started(file, result, key)
        try:
            status = _waited(process, seconds, stopping)
        finally:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
        if not result.is_file():
            raise Unread("CRASHED", f"{name} made the IFC parser crash (exit status {status}).")
        code, value = pickle.loads(result.read_bytes())  # written by our own process, in a folder of our own
    if code == "OK":
        model: Model = value
        return model
    raise Unread(code, value)


def _started(file: Path, result: Path, key: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", __name__, str(file), str(result), key]
    # A checkout that is not installed is found too, and nothing in the present folder is.
    home = str(Path(bimplus_nb.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), home)))
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet
    )


def _waited(process: subprocess.Popen[bytes], seconds: float, stopping: threading.Event) -> int:
    """The exit status of the process, once it has ended."""
    until = time.monotonic() + seconds
    while (status := process.poll()) is None:
        if stopping.wait(_LOOK):
            raise Stopped
        if time.monotonic() > until:
            raise Unread("TIMEOUT", f"It took longer than {seconds:g} seconds.")
    return status


def main(file: Path, result: Path, key: str) -> None:
    threading.Thread(target=_end_with_stdin, args=(file.parent,), daemon=True).start()
    from bimplus_nb.sandbox import ifc

    try:
        outcome: tuple[str, object] = ("OK", ifc.read(file, key=key))
    except ifc.NotInstalled as error:
        outcome = ("NOT_INSTALLED", str(error))
    except SandboxError as error:
        outcome = ("INVALID_FILE", str(error))
    part = result.with_suffix(".part")
    part.write_bytes(pickle.dumps(outcome))
    part.replace(result)


def _end_with_stdin(folder: Path) -> None:
    sys.stdin.buffer.read()
    # The sandbox was killed and cannot tidy up.
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])

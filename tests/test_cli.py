"""The command line, run as a user runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bimplus_nb import cli
from bimplus_nb.sandbox import Sandbox


@contextmanager
def running(*args: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """`bimplus-nb` with these arguments; gone again at the end, whatever happens."""
    env = {**os.environ, "PYTHONUNBUFFERED": "1", "JUPYTER_CONFIG_DIR": str(cwd / "config"), "DISPLAY": ""}
    command = [sys.executable, "-m", "bimplus_nb.cli", *args]
    process = subprocess.Popen(command, cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


def read_until(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """The first match of `pattern` in what the process prints, line by line."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if match := re.search(pattern, line):
            return match
    raise AssertionError(f"{pattern!r} was never printed, only:\n{printed}")


def test_sandbox_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    with running("sandbox", cwd=tmp_path) as process:
        url = read_until(process, r"Sandbox:\s+(http://127\.0\.0\.1:\d+/v2)").group(1)
        with urllib.request.urlopen(f"{url}/.well-known/openid-configuration", timeout=10) as answer:
            assert "authorization_endpoint" in json.load(answer)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) in (0, 130)


def test_a_file_keeps_what_was_written(tmp_path: Path) -> None:
    def served(path: str, token: str, body: bytes | None = None) -> list[dict[str, str]]:
        headers = {"Authorization": f"BimPlus {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}{path}", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return list(json.load(answer))

    for names in ((), ("Kept",)):
        with running("sandbox", "--file", "kept.db", "--no-demo", cwd=tmp_path) as process:
            url = read_until(process, r"Sandbox:\s+(http://127\.0\.0\.1:\d+/v2)").group(1)
            issuer = read_until(process, r"Sign-in:\s+(\S+)").group(1)
            with urllib.request.urlopen(f"{url}/.well-known/openid-configuration", timeout=10) as answer:
                assert json.load(answer)["issuer"] == issuer
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        # The command gives nobody a token; a sandbox of this process looks into the same file.
        with Sandbox(path=tmp_path / "kept.db") as sandbox:
            url = sandbox.url
            found = {project["name"] for project in served("/riverside/projects", sandbox.token())}
            assert found == {*names}
            if not names:
                served("/riverside/projects", sandbox.token(), b'{"name": "Kept"}')


def test_a_file_in_use_is_refused_in_words(tmp_path: Path) -> None:
    with Sandbox(path=tmp_path / "used.db") as sandbox:
        sandbox.wait()
        command = [sys.executable, "-m", "bimplus_nb.cli", "sandbox", "--file", "used.db"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert "another sandbox is using it" in run.stderr
    assert "Traceback" not in run.stderr


NEWS = "@jupyterlab/apputils-extension:notification"


def test_lab_opens_on_the_first_tutorial_and_stays_up(tmp_path: Path) -> None:
    """Without a screen it prints the address and stays."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / cli.FIRST).write_text("{}")
    with running("lab", "--port=0", cwd=tmp_path) as process:
        sandbox = read_until(process, r"Sandbox: (http://127\.0\.0\.1:\d+/v2)").group(1)
        address = read_until(process, rf"(http://(?:127\.0\.0\.1|localhost):\d+)/lab/tree/.*{cli.FIRST}\?token=(\w+)")
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"{address.group(1)}/api", timeout=10) as answer:
                    assert "version" in json.load(answer)
                break
            except OSError:
                assert time.monotonic() < deadline
        asks = f"{address.group(1)}/lab/api/settings/{NEWS}?token={address.group(2)}"
        with urllib.request.urlopen(asks, timeout=10) as answer:
            assert json.load(answer)["schema"]["properties"]["fetchNews"]["default"] == "false", (
                "it begins with no question"
            )
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{sandbox}/hello", timeout=5)


def test_tutorials_of_a_checkout_are_used_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / cli.FIRST).write_text("{}")
    assert cli.tutorials(tmp_path) == tmp_path / "notebooks"


def test_elsewhere_the_tutorials_are_copied_once(tmp_path: Path) -> None:
    copies = cli.tutorials(tmp_path)
    assert (copies / cli.FIRST).is_file()
    (copies / cli.FIRST).write_text("somebody's work")
    assert cli.tutorials(tmp_path) == copies
    assert (copies / cli.FIRST).read_text() == "somebody's work"
    for notebook in copies.glob("*.ipynb"):
        for needed in re.findall(r"\b(?:pictures|files)/[\w.-]+", notebook.read_text()):
            assert (copies / needed).is_file()
    assert any(copies.glob("pictures/*.png"))
    assert any(copies.glob("files/*.db"))


def test_a_bad_ifc_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "bad.ifc").write_text("not an IFC file")
    command = [sys.executable, "-m", "bimplus_nb.cli", "sandbox", "--import", "bad.ifc"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert "bad.ifc" in run.stderr
    assert "Traceback" not in run.stderr

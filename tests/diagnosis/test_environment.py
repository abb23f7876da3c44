"""What is missing in an environment, provoked in a real one: packages and extensions taken away, switched off, aged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import ipywidgets
import pytest
import scripted
from jupyterserver import enable

import bimplus_nb
from bimplus_nb.causes import CAUSES, PARTS, install

INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
HOME = "/somebody/at/home"


class Place:
    """A virtual environment in which everything of this one is installed, but whole: it may be taken away."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
        self.folder = folder
        self.packages = next(folder.glob("lib/python*/site-packages"))
        for one in (*Path(ipywidgets.__file__).parents[1].iterdir(), Path(bimplus_nb.__file__).parent):
            if not (self.packages / one.name).exists():
                (self.packages / one.name).symlink_to(one)
        self.extensions = folder / "share" / "jupyter" / "labextensions"
        self.config = folder / "etc" / "jupyter"
        for name in PARTS:
            (self.extensions / name).parent.mkdir(parents=True, exist_ok=True)
            (self.extensions / name).symlink_to(INSTALLED / name)

    def doctor(self, *more: str) -> tuple[int, str]:
        """Exit status and words of `bimplus-nb doctor` in this environment."""
        with scripted.serving(lambda request: request.reply(200)) as server:
            nowhere = {f"JUPYTER_{kind}_DIR": str(self.folder / "nowhere") for kind in ("CONFIG", "DATA")}
            environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            done = subprocess.run(
                [self.folder / "bin" / "python", "-m", "bimplus_nb.cli", "doctor", "--service", server.url, *more],
                env={**environ, **nowhere, "HOME": HOME},
                capture_output=True, text=True, timeout=120,
            )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, " ".join(done.stdout.split())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "venv")


def told(cause: str, **values: object) -> str:
    """How the report words a cause."""
    one = CAUSES[cause].told(values)
    return " ".join(f"{one.words} {one.cure} {one.command}".split())


def test_a_whole_environment_is_well(place: Place) -> None:
    enable(place.config)
    status, words = place.doctor()
    assert status == 0, words
    assert "PROBLEM" not in words
    assert "note" not in words, "the server extension is switched on"
    assert "Nothing wrong was found from here." in words


def test_a_server_without_our_extension(place: Place) -> None:
    status, words = place.doctor()
    assert status == 0, "a view is drawn without it"
    assert f"note Server extension {told('server-extension')}" in words


def test_an_extension_that_is_missing(place: Place) -> None:
    (place.extensions / "jupyter-threejs").unlink()
    status, words = place.doctor()
    assert status == 1
    missing = {"extension": "jupyter-threejs", "package": "pythreejs", "install": install("pythreejs")}
    assert told("extension-missing", **missing) in words
    assert words.count("PROBLEM") == 1


def test_an_extension_of_another_version(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left behind by somebody in a folder that Jupyter looks into first."""
    extension = tmp_path / "shared" / "labextensions" / "anywidget"
    extension.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "shared"))
    (extension / "package.json").write_text(json.dumps({"name": "anywidget", "version": "0.1.0"}))
    status, words = place.doctor()
    assert status == 1
    found = {"extension": "anywidget", "install": install("anywidget"), "found": "0.1.0"}
    assert told("extension-version", **found) in words


def test_an_extension_that_is_switched_off_is_switched_on_again(place: Place) -> None:
    folder = place.config / "labconfig"
    folder.mkdir(parents=True)
    (folder / "page_config.json").write_text(json.dumps({"disabledExtensions": {"anywidget": True}}))
    enable(place.config)
    ours = place.config / "jupyter_server_config.d" / "bimplus_nb.json"
    ours.write_text(ours.read_text().replace("true", "false"))
    status, words = place.doctor()
    assert status == 1
    assert told("extension-disabled", extension="anywidget", package="anywidget", plugin="anywidget") in words
    assert told("server-extension-off") in words
    status, words = place.doctor("--mend")
    assert status == 0
    assert words.count("It was switched off and is switched on now.") == 2
    status, words = place.doctor()
    assert status == 0
    assert "note" not in words


def test_packages_that_are_missing_and_old(place: Place) -> None:
    for one in place.packages.glob("pythreejs*"):
        one.unlink()
    for one in place.packages.glob("anywidget-*"):
        one.unlink()
    old = place.packages / "anywidget-0.1.0.dist-info"
    old.mkdir()
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: anywidget\nVersion: 0.1.0\n")
    status, words = place.doctor()
    assert status == 1
    pip = f"{place.folder / 'bin' / 'python'} -m pip"
    assert told("package-missing", package="pythreejs", requirement="pythreejs<3,>=2.4.2", pip=pip) in words
    old_one = {"package": "anywidget", "found": "0.1.0", "requirement": "anywidget>=0.9.18", "pip": pip}
    assert told("package-version", **old_one) in words


def test_without_jupyter_that_is_said(place: Place) -> None:
    (place.packages / "jupyter_core").unlink()
    status, words = place.doctor()
    assert status == 0
    assert "There is no Jupyter in this environment." in words


def test_the_words_name_nobodys_home(monkeypatch: pytest.MonkeyPatch) -> None:
    from bimplus_nb.diagnosis import facts

    monkeypatch.setenv("HOME", str(Path(sys.executable).parents[1]))
    assert facts.python() == f"~/bin/{Path(sys.executable).name}"

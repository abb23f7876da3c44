"""What is given out: the source archive and the wheel, complete, without anything else, at work outside a checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bimplus_nb import __version__

ROOT = Path(__file__).parent.parent
BUILD = """
import sys
from hatchling.builders.{kind} import {Kind}Builder
print(next({Kind}Builder(sys.argv[1]).build(directory=sys.argv[2])))
"""
# The notebooks, the pictures in their texts and the files they read are not in the package, but go with it.
BESIDE = ("*.ipynb", "pictures/*.png", "files/boathouse.*")

# Tests that need neither a browser nor another file, of several rooms.
QUICK = ["test_public.py", "test_text.py", "test_records.py", "geometry/test_mesh.py", "viewer/test_state.py"]

OUTSIDE = """
import json, pathlib, sys
import bimplus_nb as bp
from bimplus_nb import cli
from jupyter_server.extension.config import ExtensionConfigManager
assert pathlib.Path(bp.__file__).is_relative_to(sys.prefix), bp.__file__
for name in bp.__all__:
    getattr(bp, name)
project = bp.connect().project("Riverside Offices")
viewer, explorer = project.view(), bp.Explorer(bp.connect(), project=project)
board, slides = bp.IssueBoard(project, viewer=viewer), bp.SlidePlayer(project, viewer)
found = {"doors": len(project.objects(types="Door")), "tutorials": str(cli.tutorials(pathlib.Path.cwd()))}
settings = ExtensionConfigManager(read_config_path=[f"{sys.prefix}/etc/jupyter"])
print(json.dumps(found | {"extensions": settings.get_jpserver_extensions()}))
"""


def build(kind: str, source: Path, folder: Path) -> Path:
    """The archive that Hatchling makes of a source tree; it needs no network."""
    code = BUILD.format(kind=kind, Kind=kind.title())
    command = [sys.executable, "-c", code, str(source), str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return Path(run.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def source(sdist: Path) -> Path:
    """The source archive, unpacked."""
    only_data: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # not before 3.11.4
    with tarfile.open(sdist) as archive:
        archive.extractall(sdist.parent, **only_data)
    return sdist.parent / f"bimplus_nb-{__version__}"


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the unpacked archive, as pip makes it."""
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel. The libraries it depends on are those that are here already."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(command, check=True, timeout=120)
    (packages,) = folder.glob("lib/python*/site-packages")
    here = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "here.pth").write_text("\n".join(here))  # after the environment's own
    return python


def outside(python: Path, folder: Path, *arguments: str | Path) -> str:
    """What this prints in the new environment, in a folder far from the checkout."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BIMPLUS", "PYTEST"))
    }
    environ |= {"BIMPLUS_CACHE": "off", "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(arguments, cwd=folder, env=environ, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run.stdout


def inside(folder: Path, *patterns: str) -> set[str]:
    return {
        str(path.relative_to(folder))
        for pattern in patterns
        for path in folder.glob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_archive_makes_the_same_wheel_as_the_checkout(wheel: Path, tmp_path: Path) -> None:
    assert wheel.name == f"bimplus_nb-{__version__}-py3-none-any.whl"
    assert build("wheel", ROOT, tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_is_complete_and_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert b"Name: bimplus-nb" in archive.read(f"bimplus_nb-{__version__}.dist-info/METADATA")
    package = {f"bimplus_nb/{name}" for name in inside(ROOT / "bimplus_nb", "**/*")}
    tutorials = {f"bimplus_nb/notebooks/{name}" for name in inside(ROOT / "notebooks", *BESIDE)}
    enabling = f"bimplus_nb-{__version__}.data/data/etc/jupyter/jupyter_server_config.d/bimplus_nb.json"
    about = {name for name in names if name.startswith(f"bimplus_nb-{__version__}.dist-info/")}
    assert names - about == package | tutorials | {enabling}
    assert {"bimplus_nb/py.typed", "bimplus_nb/viewer/page/pane.js", "bimplus_nb/widgets/style.css"} <= names
    assert {Path(name).suffix for name in names - about} <= {
        *(
            ".py",
            ".typed",
            ".json",
            ".html",
            ".tsv",
            ".js",
            ".css",
            ".frag",
            ".vert",
            ".glsl",
            ".ipynb",
            ".png",
            ".db",
            ".ifc",
        )
    }


def test_the_archive_holds_what_is_needed_to_go_on(source: Path) -> None:
    top = {"bimplus_nb", "notebooks", "tests", "binder"}
    files = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore"}
    assert {path.name for path in source.iterdir()} == top | files
    assert inside(source / "notebooks", "**/*") == inside(ROOT / "notebooks", *BESIDE)
    assert "tests/operations.tsv" in inside(source, "tests/*")
    assert inside(source / "binder", "*") == inside(ROOT / "binder", "*")


def test_what_notebooks_write_beside_themselves_stays_there(source: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(source, tmp_path / "copy", ignore=shutil.ignore_patterns("tests")))
    for name in ("notebooks/takeoff.csv", "notebooks/portfolio/a.parquet", "notebooks/.ipynb_checkpoints/01.ipynb"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text("somebody's work")
    for kind in ("sdist", "wheel"):
        made = build(kind, copy, tmp_path)
        with zipfile.ZipFile(made) if kind == "wheel" else tarfile.open(made) as archive:
            names = archive.namelist() if isinstance(archive, zipfile.ZipFile) else archive.getnames()
        assert not [name for name in names if "takeoff" in name or "portfolio" in name or "checkpoints" in name]


def test_the_wheel_works_outside(python: Path, source: Path, tmp_path: Path) -> None:
    told = json.loads(outside(python, tmp_path, python, "-c", OUTSIDE).splitlines()[-1])
    assert told["doors"] > 50
    assert told["tutorials"] == str(tmp_path / "bimplus_notebooks")
    assert inside(tmp_path / "bimplus_notebooks", "**/*") == inside(ROOT / "notebooks", *BESIDE)
    assert outside(python, tmp_path, "bimplus-nb", "--version").strip() == f"bimplus-nb {__version__}"
    assert told["extensions"] == {"bimplus_nb.jupyter": True}
    # The archive's own tests, with the wheel under test.
    tests = source.parent / "tests-alone"
    shutil.copytree(source / "tests", tests / "tests")
    shutil.copy(source / "pyproject.toml", tests)
    said = outside(
        python, tests, python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{name}" for name in QUICK)
    )
    assert " passed" in said

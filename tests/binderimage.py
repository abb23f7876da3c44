"""The Binder image: the steps of `binder/`, done one after the other in a new virtual environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Image(NamedTuple):
    """What `binder/` makes: an environment, and a folder with the repository's files in it."""

    python: Path
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """A visitor's: nothing that says where a sandbox or anything of ours is."""
        ours = ("BIMPLUS", "JUPYTER", "PYTHON", "PYTEST")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        path = os.pathsep.join((str(self.python.parent), os.environ["PATH"]))
        return environ | {"PATH": path, "HOME": str(self.folder.parent), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def run(self, *command: str | Path, timeout: float = 300, fails: bool = False) -> str:
        """What a command printed. `fails`: it ends with 1, and not with 0."""
        run = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=timeout
        )
        assert run.returncode == int(fails), run.stdout[-3000:] + run.stderr[-3000:]
        return run.stdout


def interpreter() -> str:
    """The Python that the image has, where it is on this machine too; else this one, for which the list has markers."""
    wanted = (ROOT / "binder" / "runtime.txt").read_text().strip().replace("-", "")
    found = shutil.which(wanted)
    there = found and subprocess.run([found, "--version"], capture_output=True, timeout=30).returncode == 0
    return found if found and there else sys.executable


def made(home: Path) -> Image:
    """The image, below a folder."""
    subprocess.run([interpreter(), "-m", "venv", home / "venv"], check=True, timeout=120)
    rubbish = shutil.ignore_patterns(".git", ".*_cache", "__pycache__", ".hypothesis")
    image = Image(home / "venv" / "bin" / "python", Path(shutil.copytree(ROOT, home / "repository", ignore=rubbish)))
    # With no dependencies, so that what is missing in the list is missing here; and not compiled, which is slow.
    install = ("pip", "install", "--quiet", "--no-compile", "--no-deps")
    image.run(*install, "-r", "binder/requirements.txt", timeout=600)
    image.run("binder/postBuild")
    return image

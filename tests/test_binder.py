"""The Binder image: what repo2docker makes of the repository, without building it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_repo2docker_accepts_the_repository() -> None:
    command = [Path(sys.executable).with_name("jupyter-repo2docker"), "--no-build", "--debug", ROOT]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr[-2000:]
    recipe = run.stdout + run.stderr
    assert "binder/requirements.txt" in recipe
    assert "RUN ./binder/postBuild" in recipe
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in recipe


def test_every_dependency_is_pinned() -> None:
    """The image installs the package itself without its dependencies, so all of them must stand in the list."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["lab"] + extras["tutorials"] + extras["arrow"] + extras["bcf"]
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.]+( ;.*)?", line) for line in lines)
    pinned = {line.split("==")[0] for line in lines}
    names = {re.match(r"[\w.-]+", requirement).group().lower().replace("_", "-") for requirement in wanted}  # type: ignore[union-attr]
    # Installed by itself, since it asks for ifcopenshell and its XML does not.
    alone = set(re.findall(r"--no-deps ([a-z-]+)==[\d.]+$", (ROOT / "binder" / "postBuild").read_text(), re.MULTILINE))
    assert alone == {"bcf-client"}
    assert "xsdata" in pinned, "which its XML needs"
    assert names - {"bimplus-nb"} <= pinned | alone


def test_no_heavy_extra_in_the_image() -> None:
    assert "ifcopenshell" not in (ROOT / "binder" / "requirements.txt").read_text()

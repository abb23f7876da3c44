"""README and CONTRIBUTING, held against what is there: the tour runs, commands parse, links and names lead
somewhere."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import tomllib
from pathlib import Path

import ipywidgets
import pandas as pd
import pytest

import bimplus_nb as bp
from bimplus_nb import cli
from bimplus_nb.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
README, CONTRIBUTING, CHANGELOG = (
    (ROOT / f"{name}.md").read_text(encoding="utf-8") for name in ("README", "CONTRIBUTING", "CHANGELOG")
)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def code(text: str) -> list[str]:
    """What stands in backticks in its lines."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))


def test_the_tour_runs(own_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Line by line as it is printed, and what its comments say is so."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIMPLUS_SANDBOX_URL", own_sandbox.wait().url)
    tour = next(block for block in blocks(README, "python") if "bp.connect()" in block)
    shown: list[object] = []
    here: dict[str, object] = {"show": shown.append}
    lines = ast.parse(tour)
    for statement in lines.body:
        if isinstance(statement, ast.Expr):
            statement.value = ast.Call(ast.Name("show", ast.Load()), [statement.value], [])
    try:
        exec(compile(ast.fix_missing_locations(lines), "README.md", "exec"), here)
        viewer, doors, project = here["viewer"], here["doors"], here["project"]
        assert isinstance(viewer, bp.Viewer)
        assert isinstance(project, bp.Project)
        assert len(doors) == 12  # type: ignore[arg-type]
        assert list(viewer.selected.index) == list(doors.index)  # type: ignore[attr-defined]
        assert "Fire doors are rated" in [*project.issues()["name"]]
        kinds = {type(one) for one in shown}
        assert {bp.Viewer, bp.ObjectTable, bp.IssueBoard, bp.Check, bp.Explorer} <= kinds
        assert f"office building of {round(len(project.objects()), -2):,} objects" in " ".join(README.split())
    finally:
        ipywidgets.Widget.close_all()


def test_the_other_blocks_are_python() -> None:
    for block in blocks(README, "python"):
        compile(block, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_commands_can_be_given() -> None:
    """Those in blocks, and those in lines."""
    spoken = "\n".join([*blocks(README + CONTRIBUTING, "bash"), *code(README + CONTRIBUTING)])
    commands = re.findall(r"\bbimplus-nb [a-z][^&#\n`,;:]*", spoken)
    assert len(commands) >= 3
    for command in commands:
        cli._parser().parse_args(shlex.split(command)[1:])
    options = re.findall(r"(?<![\w-])--(?:import|scale|file)\b", README)
    offered = cli._parser().parse_args(["sandbox", "--import", "a.ifc", "--scale", "9", "--file", "a.db"])
    assert options
    assert (offered.scale, str(offered.file)) == (9, "a.db")


def test_the_first_command_brings_what_the_tutorials_use() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert "bimplus-nb[tutorials]" in extras["lab"]


def test_extras_are_there() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    text = README + CONTRIBUTING + "\n".join(inspect.getdoc(getattr(bp, name)) or "" for name in bp.__all__)
    named = [*re.findall(r'install (?:-e )?"[\w-]*\.?\[([\w,]+)\]"', text), *re.findall(r"extras? `+(\w+)`+", text)]
    assert named
    assert {extra for names in named for extra in names.split(",")} <= {*extras}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_to_files(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#\s]+)", text):
        assert link.startswith("https://") or (ROOT / link).is_file(), link


def test_files_that_are_named_are_there() -> None:
    """Paths in backticks, from the root or from a room of the package; ``<service>`` stands for any."""
    for path in code(CONTRIBUTING):
        if re.fullmatch(r"[\w./<>-]*(?:/|\.(?:py|tsv|js|md|json))", path) and not path.startswith("."):
            wanted = path.replace("<service>", "issues").removesuffix("/")
            places = [
                ROOT,
                ROOT / "bimplus_nb",
                *(ROOT / "bimplus_nb").iterdir(),
                ROOT / "tests",
                *(ROOT / "tests").iterdir(),
            ]
            assert any((place / wanted).exists() for place in places), path


def test_notebooks_that_are_named_are_there() -> None:
    named = re.findall(r"\b(\d\d_[a-z_]+)\b", README + CONTRIBUTING)
    assert named
    for name in named:
        assert (ROOT / "notebooks" / f"{name}.ipynb").is_file(), name


def test_names_that_are_spoken_of_are_there() -> None:
    """In the README every ``.name`` is one of ours, or of a DataFrame, and every method of the viewer is one."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bimplus_nb").rglob("*.py"))
    ours = {*re.findall(r"def (\w+)", source), *re.findall(r"self\.(\w+)", source), *bp.__all__, *dir(pd.DataFrame)}
    named = [name for snippet in code(README) for name in re.findall(r"(?:(?<=^)|(?<=[\w) ]))\.([a-z_]+)\b", snippet)]
    assert len(named) > 50
    files = {"py", "ifc", "ids", "xlsx", "db", "venv"}
    assert set(named) - ours - files == set()
    (methods,) = re.findall(r"the viewer: `([a-z_ ]+)`", README)
    assert [name for name in methods.split() if not hasattr(bp.Viewer, name)] == []

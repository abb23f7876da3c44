"""Examples that people copy do what they say: those of the docstrings, the README's tour, and where links lead."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import bimplus_nb
from bimplus_nb.client import Client
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# Modules of libraries that are not everywhere; none has an example.
ELSEWHERE = ("bimplus_nb.jupyter", "bimplus_nb.sandbox.ifc")


class Checker(doctest.OutputChecker):
    """An example that shows no result may have one: a notebook would show a table or a picture there."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return not want or super().check_output(want, got, optionflags)


def modules() -> list[Any]:
    names = [one.name for one in walk_packages(bimplus_nb.__path__, "bimplus_nb.")]
    return [
        bimplus_nb,
        *(import_module(name) for name in names if not name.startswith(ELSEWHERE) and "__main__" not in name),
    ]


EXAMPLES = [
    example
    for module in modules()
    for example in doctest.DocTestFinder(exclude_empty=True).find(module)
    if example.examples
]


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """An empty folder, and the sandbox of all tests as the embedded one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIMPLUS_SANDBOX_URL", sandbox.url)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name.removeprefix("bimplus_nb."))
@pytest.mark.usefixtures("anywhere")
def test_examples_of_docstrings(example: doctest.DocTest, client: Client, project: Project) -> None:
    """They find `bp`, `client` and `project` there, beside what their own file has."""
    example.globs.update(bp=bimplus_nb, client=client, project=project)
    said: list[str] = []
    outcome = doctest.DocTestRunner(Checker(), optionflags=OPTIONS).run(example, out=said.append)
    assert outcome.failed == 0, "".join(said)

"""Notebooks that run in a real kernel with verbose tracebacks, and everything that is left of such a run."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from leaks.hunt import SHOWN, Hit, Hunt, written
from nbclient import NotebookClient
from nbconvert import HTMLExporter

TESTS = Path(__file__).parent.parent
BEGIN = "%xmode Verbose\nfrom leaks import inside as hunt, recorder\nrecorder.begin()"


@dataclass
class Run:
    """A notebook that ran, and the folder with what the run left behind."""

    notebook: Any
    folder: Path

    @property
    def secrets(self) -> list[tuple[str, str]]:
        """What must not be found."""
        record = self.folder / "record.jsonl"
        lines = record.read_text().splitlines() if record.exists() else []
        return [(kind, value) for kind, value in map(json.loads, lines)]

    def errors(self) -> list[str]:
        """The error each cell ended with, the first (ours) left out; empty where it went well."""
        cells = [cell for cell in self.notebook.cells[1:] if cell.cell_type == "code"]
        return [next((o.ename for o in cell.outputs if o.output_type == "error"), "") for cell in cells]

    def remains(self) -> dict[str, tuple[str | bytes, frozenset[str]]]:
        """Everything left: by its name, what is in it, and the kinds that may stand there."""
        printed = [o.text for cell in self.notebook.cells for o in cell.get("outputs", []) if _is_printed(o)]
        other = [o for cell in self.notebook.cells for o in cell.get("outputs", []) if not _is_printed(o)]
        none: frozenset[str] = frozenset()
        found: dict[str, tuple[str | bytes, frozenset[str]]] = {
            "what cells printed": ("\n".join(printed), SHOWN),
            "what cells showed": ("\n".join(json.dumps(o, ensure_ascii=False) for o in other), none),
            "tracebacks": ("\n".join("\n".join(o.traceback) for o in other if o.output_type == "error"), none),
            "saved widgets": (json.dumps(self.notebook.metadata.get("widgets", {})), none),
            "saved notebook": (nbformat.writes(self.notebook), SHOWN),
            "HTML export": (HTMLExporter(template_name="classic").from_notebook_node(self.notebook)[0], SHOWN),
        }
        for path, what in written(self.folder):
            found[path.name] = (what, SHOWN if path.name == "waiting.txt" else none)
        return found

    def hits(self, hunt: Hunt | None = None) -> list[Hit]:
        hunt = hunt or Hunt(self.secrets)
        return [hit for where, (what, but) in self.remains().items() for hit in hunt.search(what, where, but=but)]


def _is_printed(output: Any) -> bool:
    return output.output_type == "stream" and output.name == "stdout"


def run(cells: list[str], folder: Path, *, before: str = "") -> Run:
    """The cells after one another in a new kernel, whatever goes wrong in them.

    `before` runs ahead of everything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    v4: Any = nbformat.v4
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in (before + BEGIN, *cells)])
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("BIMPLUS_", "JUPYTERHUB_"))},
        "PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent))),
        "IPYTHONDIR": str(folder / "ipython"),
        "HUNT_FOLDER": str(folder),
        "HUNT_RECORD": str(folder / "record.jsonl"),
        "BIMPLUS_CACHE": str(folder / "cache"),
    }
    client = NotebookClient(
        notebook, timeout=120, allow_errors=True, store_widget_state=True, kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},  # what cells write is left there too
    )  # fmt: skip
    with (folder / "stdout.txt").open("w") as out, (folder / "stderr.txt").open("w") as err:
        client.execute(env=environment, stdout=out, stderr=err)
    first = notebook.cells[0].outputs
    assert not any(output.output_type == "error" for output in first), first
    return Run(notebook, folder)

"""What a saved tutorial may be: small, in order, with a picture of each view, and with nothing in it that must not be.

python tests/tutorials.py [NAME …]          # a table: size, cells, pictures, faults of each
python tests/tutorials.py --run [NAME …]    # runs them first, and saves them as they ought to be
"""

from __future__ import annotations

import ast
import base64
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

FOLDER = Path(__file__).parent.parent / "notebooks"
LARGEST = 400_000  # bytes of a notebook
LARGEST_PICTURE = 150_000  # bytes of a PNG
MOST_CELLS = 15

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
TAGS = {"nbval-ignore-output"}
WIDGET = "application/vnd.jupyter.widget-view+json"
KINDS = {"text/plain", "text/html", "image/png", "image/svg+xml", WIDGET}

SECRETS = {
    "a signed token": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    "an authorization header": re.compile(r"\b(?:Bearer|BimPlus)\s+[\w.~+/-]{16,}"),
    "a secret by its name": re.compile(
        r"(?i)\b(?:(?:access|refresh|id|cross|api)[_-]?token|client_secret|code_verifier|device_code|password)\b"
        r"""["']?\s*[=:]\s*["']?[\w.~+/-]{6,}"""
    ),
    "a token in an address": re.compile(r"(?i)[?&#](?:\w*token|code|state)=[\w.~%-]{8,}"),
}
# Geometry and pictures as they travel: far longer than any word, in base64 or as numbers.
PACKED = re.compile(r"[A-Za-z0-9+/]{400,}={0,2}|(?:-?\d+(?:\.\d+)?,\s*){200,}")


@dataclass(frozen=True)
class Report:
    """What there is in a saved notebook. `pictures`: bytes of each; `views`: cells that end in a viewer."""

    name: str
    size: int
    cells: int
    views: int
    pictures: tuple[int, ...]
    faults: tuple[str, ...]


def report(path: Path) -> Report:
    """What there is in a file, and what is wrong with it."""
    notebook = nbformat.read(path, 4)
    pictures = tuple(len(png) for cell in notebook.cells for png in pngs(cell))
    faults = tuple(_faults(notebook, path.stat().st_size))
    return Report(path.name, path.stat().st_size, len(notebook.cells), len(views(notebook)), pictures, faults)


def pngs(cell: Mapping[str, Any]) -> list[bytes]:
    """The pictures in the outputs of a cell."""
    found = [output.get("data", {}).get("image/png") for output in cell.get("outputs", ())]
    return [base64.b64decode("".join(each)) for each in found if each]


def views(notebook: Any) -> list[int]:
    """The cells that end in a viewer, told by their code: a name that was given what ``.view(…)`` answers."""
    viewers: set[str] = set()
    found = []
    for number, cell in enumerate(notebook.cells):
        body = _code(cell).body
        for node in body:
            if isinstance(node, ast.Assign) and _is_view(node.value):
                viewers |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        last = body[-1] if body else None
        if isinstance(last, ast.Expr) and (
            _is_view(last.value) or (isinstance(last.value, ast.Name) and last.value.id in viewers)
        ):
            found.append(number)
    return found


def _is_view(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "view"


def _code(cell: Mapping[str, Any]) -> ast.Module:
    source = cell["source"] if cell["cell_type"] == "code" else ""
    return ast.parse(TransformerManager().transform_cell(source))


def _faults(notebook: Any, size: int) -> Iterator[str]:
    if size > LARGEST:
        yield f"{size / 1000:.0f} kB, of {LARGEST / 1000:.0f} at most"
    if len(notebook.cells) > MOST_CELLS:
        yield f"{len(notebook.cells)} cells, of {MOST_CELLS} at most"
    if notebook.metadata.get("widgets"):
        yield "the state of its widgets"
    if {**notebook.metadata, "widgets": None} != {**METADATA, "widgets": None}:
        yield f"metadata: {', '.join(sorted(notebook.metadata))}"
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != [*range(1, len(counts) + 1)]:
        yield f"not run from top to bottom: {counts}"
    shown = views(notebook)
    for number, cell in enumerate(notebook.cells):
        yield from (f"cell {number}: {fault}" for fault in _of_cell(cell, shows=number in shown))


def _of_cell(cell: Any, *, shows: bool) -> Iterator[str]:
    if set(cell.metadata) - {"tags"} or set(cell.metadata.get("tags", ())) - TAGS:
        yield f"metadata {dict(cell.metadata)}"
    if any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in ast.walk(_code(cell))):
        yield "a function is defined in it"
    said = "\n".join(_texts(cell))
    yield from (f"{kind} in it" for kind, pattern in SECRETS.items() if pattern.search(said))
    if PACKED.search(said):
        yield "packed numbers in it, such as geometry"
    if cell.get("attachments"):
        yield "attachments"
    outputs = cell.get("outputs", ())
    for output in outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            yield f"an error: {(output.get('ename') or output.get('text', ''))[:60]}"
        data = output.get("data", {})
        if unknown := set(data) - KINDS:
            yield f"an output of {', '.join(sorted(unknown))}"
        words = data.get("text/plain", "")
        if WIDGET in data and (not words.strip() or "\n" in words or re.fullmatch(r"<.*>", words)):
            yield f"a widget without a line of words: {words[:60]!r}"
    if shows and not any(map(_is_picture, outputs)):
        yield "a view without a picture"
    for png in pngs(cell):
        if not png.startswith(b"\x89PNG\r\n"):
            yield "a picture that is no PNG"
        if len(png) > LARGEST_PICTURE:
            yield f"a picture of {len(png) / 1000:.0f} kB, of {LARGEST_PICTURE / 1000:.0f} at most"


def _is_picture(output: Mapping[str, Any]) -> bool:
    """Whether an output is a picture with its line of words."""
    data = output.get("data", {})
    return "image/png" in data and bool(re.fullmatch(r"[^\n<]+", data.get("text/plain", "")))


def _texts(cell: Mapping[str, Any]) -> Iterator[str]:
    """All text of a cell, and what its outputs have in base64, but for its pictures."""
    yield cell["source"]
    for output in cell.get("outputs", ()):
        yield "".join(output.get("text", ()))
        yield "\n".join(output.get("traceback", ()))
        for kind, value in output.get("data", {}).items():
            if kind != "image/png":
                yield value if isinstance(value, str) else repr(value)
        for png in pngs(cell):
            # What a PNG says besides its pixels.
            yield " ".join(found.decode("latin-1") for found in re.findall(rb"(?:tEXt|iTXt)([ -~\0]+)", png))


def run(path: Path) -> None:
    """Run a notebook from top to bottom, and save it with its outputs and nothing else."""
    from nbclient import NotebookClient

    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    client: Any = NotebookClient(
        notebook, timeout=300, store_widget_state=False, record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    client.execute(env={**os.environ, "BIMPLUS_PROGRESS": "off"})
    notebook.metadata = nbformat.from_dict(METADATA)
    nbformat.write(notebook, path)


def main(words: list[str]) -> int:
    """Print the table; 1 where there is a fault."""
    names = [word for word in words if word != "--run"]
    paths = [Path(name) for name in names] or sorted(FOLDER.glob("*.ipynb"))
    if "--run" in words:
        for path in paths:
            run(path)
    reports = [report(path) for path in paths]
    print(f"{'':30} {'kB':>5} {'cells':>5} {'views':>5} {'pictures':>8} {'largest, kB':>11}  faults")
    for each in reports:
        largest = f"{max(each.pictures) / 1000:.0f}" if each.pictures else ""
        counted = f"{each.size / 1000:5.0f} {each.cells:5} {each.views:5} {len(each.pictures):8} {largest:>11}"
        print(f"{each.name:30} {counted}  {'; '.join(each.faults) or 'none'}")
    return int(any(each.faults for each in reports))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

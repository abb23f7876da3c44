"""The saved tutorials are as they ought to be, and show their pictures as a page; what they must not be is found."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tutorials

PATHS = sorted(tutorials.FOLDER.glob("*.ipynb"))
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4).decode()
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl"
VIEW = {"text/plain": "Viewer: a house, 12 objects", tutorials.WIDGET: {"model_id": "0" * 32}}

v4: Any = nbformat.v4


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_tutorial_is_as_it_ought_to_be(path: Path) -> None:
    assert tutorials.report(path).faults == ()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_as_a_page_it_shows_every_picture(path: Path) -> None:
    from nbconvert import HTMLExporter

    notebook = nbformat.read(path, 4)
    page, _ = HTMLExporter().from_notebook_node(notebook)
    pictures = [png for cell in notebook.cells for png in tutorials.pngs(cell)]
    assert len(pictures) >= len(tutorials.views(notebook))
    for png in pictures:
        assert f'src="data:image/png;base64,{base64.b64encode(png).decode()}"' in page
    assert "jp-OutputArea" in page
    assert "application/vnd.jupyter.widget-state+json" not in page


def sound() -> Any:
    """A notebook without a fault: words, a view with its picture, a table."""

    def display(number: int, source: str, *bundles: dict[str, Any]) -> Any:
        outputs = [v4.new_output("display_data", data) for data in bundles]
        return v4.new_code_cell(source, execution_count=number, outputs=outputs)

    cells = [
        v4.new_markdown_cell("# A house"),
        display(1, "viewer = project.view()\nviewer", VIEW, {"image/png": PNG, "text/plain": "Viewer: a house"}),
        display(2, "client.issues.create?"),
        display(
            3, "objects.head()", {"text/plain": "  name\n0 Wall", "text/html": "<table><tr><td>Wall</td></tr></table>"}
        ),
    ]
    return v4.new_notebook(cells=cells, metadata=tutorials.METADATA)


def found(notebook: Any, folder: Path) -> tuple[str, ...]:
    path = folder / "planted.ipynb"
    nbformat.write(notebook, path)
    return tutorials.report(path).faults


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    assert found(sound(), tmp_path) == ()


Plant = Callable[[Any], object]


def says(text: str, name: str = "stdout") -> Plant:
    return lambda book: book.cells[3].outputs.append(v4.new_output("stream", name=name, text=text))


def code(source: str) -> Plant:
    return lambda book: book.cells[3].update(source=source)


def shows(output: int, kind: str, value: Any) -> Plant:
    """Another value in an output of the view."""
    return lambda book: book.cells[1].outputs[output].data.update({kind: value})


def fails(book: Any) -> None:
    book.cells[3].outputs.append(v4.new_output("error", ename="ValueError", evalue="no", traceback=[]))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


STATE = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
PLANTED: dict[str, tuple[str, Plant]] = {
    "too large": ("kB, of 400 at most", lambda book: book.cells.append(v4.new_markdown_cell("word " * 90_000))),
    "too many cells": ("16 cells, of 15", lambda book: book.cells.extend(v4.new_markdown_cell("x") for _ in range(12))),
    "a function": ("a function is defined", code("def f(x):\n    return x\n%time f(1)")),
    "a class": ("a function is defined", code("class A: ...")),
    "no picture": ("a view without a picture", lambda book: book.cells[1].outputs.pop()),
    "no picture of a view without a name": ("cell 3: a view without a picture", code("project.view(height=300)")),
    "a picture without words": ("a view without a picture", shows(1, "text/plain", "")),
    "a large picture": ("a picture of 200 kB", shows(1, "image/png", b64(b"\x89PNG\r\n" + b"x" * 2 * 10**5))),
    "another kind of picture": ("no PNG", shows(1, "image/png", b64(b"GIF89a"))),
    "words in a picture": ("a signed token", shows(1, "image/png", b64(b"\x89PNG\r\n..tEXtnote\0" + TOKEN.encode()))),
    "a widget without words": ("without a line of words", shows(0, "text/plain", "<Viewer>")),
    "the state of widgets": ("the state of its widgets", lambda book: book.metadata.update(widgets=STATE)),
    "geometry": ("packed numbers", says(", ".join(f"{k / 7:.3f}" for k in range(300)))),
    "packed geometry": ("packed numbers", says(b64(bytes(range(256)) * 2))),
    "a signed token": ("a signed token", says(TOKEN)),
    "a header": ("an authorization header", says("Authorization: BimPlus 3f2504e04f8941d39a0c0305")),
    "a secret by its name": ("a secret by its name", says("{'refresh_token': 'c29tZXRoaW5n'}")),
    "a password in code": ("a secret by its name", code("password = 'letmein99'")),
    "a token in an address": ("a token in an address", says("http://127.0.0.1:1/lab?token=a8f3c1d2e4")),
    "an error": ("an error: ValueError", fails),
    "a warning": ("an error: Deprecated", says("Deprecated", "stderr")),
    "not in order": ("not run from top to bottom", lambda book: book.cells[1].update(execution_count=9)),
    "not run": ("not run from top to bottom", lambda book: book.cells[2].update(execution_count=None)),
    "times": ("metadata", lambda book: book.cells[1].metadata.update(execution={"shell.execute_reply": "2026"})),
    "another kernel": ("metadata: ", lambda book: book.metadata.kernelspec.update(name="mine")),
    "another kind of output": ("an output of application/json", shows(0, "application/json", {"a": 1})),
    "attachments": ("attachments", lambda book: book.cells[0].update(attachments={"a.png": {"image/png": PNG}})),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_what_must_not_be_is_found(fault: str, tmp_path: Path) -> None:
    words, plant = PLANTED[fault]
    notebook = sound()
    plant(notebook)
    faults = found(notebook, tmp_path)
    assert any(words in each for each in faults), faults


def test_the_table_names_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nbformat.write(sound(), tmp_path / "good.ipynb")
    assert tutorials.main([str(tmp_path / "good.ipynb")]) == 0
    bad = sound()
    bad.cells[1].outputs.pop()
    nbformat.write(bad, tmp_path / "bad.ipynb")
    assert tutorials.main([str(tmp_path / "good.ipynb"), str(tmp_path / "bad.ipynb")]) == 1
    *_, good, wrong = capsys.readouterr().out.splitlines()
    assert good.split() == ["good.ipynb", "3", "4", "1", "1", "1", "none"]
    assert wrong.endswith("0              cell 1: a view without a picture")

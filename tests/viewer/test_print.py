"""What a saved notebook has of a view: run for nobody, by nbclient, and read by what reads notebooks."""

from __future__ import annotations

import base64
import html
import io
import os
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import houses
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.png import reduced, shrunk, small_png
from bimplus_nb.viewer.print import developed

WIDGET = "application/vnd.jupyter.widget-view+json"
HOSTILE = "<img src=x onerror=alert(1)></script>"

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import houses, ipywidgets
import pandas as pd
from bimplus_nb.viewer import Arrival, Viewer
house = houses.house(at=(1e6, 2e6, -3e6))
volumes = pd.Series(range(len(house)), house.ids, name="volume_m3")
"""
CELLS = [
    SETUP,
    f"viewer = Viewer([Arrival(house)], title={HOSTILE!r})\nviewer",
    "display(viewer)\nviewer.color_by(volumes)\n'after it'",
    "ipywidgets.HBox([viewer.widget])",
    "empty = Viewer(house.of())\nempty",
]


class Seen(HTMLParser):
    """The pictures and the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pictures: list[dict[str, str | None]] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "img":
            self.pictures.append(dict(attrs))


def opened(picture: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def colorful(image: np.ndarray) -> bool:
    return len(np.unique(image.reshape(-1, 3) // 24, axis=0)) > 15


@pytest.fixture(scope="module")
def executed() -> nbformat.NotebookNode:
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode, cell: int) -> list[Any]:
    return [output.get("data") for output in notebook.cells[cell].outputs]


def test_every_view_has_a_picture_and_a_line_of_text(executed: nbformat.NotebookNode) -> None:
    view, plain = outputs(executed, 1)
    again, colored, text = outputs(executed, 2)
    assert view["text/plain"] == plain["text/plain"] == f"{HOSTILE}: 12 objects"
    assert WIDGET in view
    assert WIDGET in again
    assert colored["text/plain"] == f"{HOSTILE}: 12 objects, coloured by volume_m3"
    assert text == {"text/plain": "'after it'"}
    for data in (plain, colored):
        assert len(data["image/png"]) < 150_000
        image = opened(base64.b64decode(data["image/png"]))
        assert image.shape[1] >= 640
        assert colorful(image)
    assert plain["image/png"] != colored["image/png"], "what is above stays as it was there"


def test_what_is_no_view_of_its_own_has_no_picture(executed: nbformat.NotebookNode) -> None:
    (box,) = outputs(executed, 3)
    assert "image/png" not in box
    view, paper = outputs(executed, 4)
    assert view["text/plain"] == paper["text/plain"] == "Viewer: 0 objects"
    assert "image/png" not in paper


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
@pytest.mark.parametrize("state", [True, False])
def test_nbconvert_shows_every_picture_once(executed: nbformat.NotebookNode, template: str, state: bool) -> None:
    notebook = nbformat.from_dict(executed)
    if not state:
        notebook.metadata.pop("widgets")
    page, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
    seen = Seen(page)
    pictures = [outputs(executed, cell)[1]["image/png"].strip() for cell in (1, 2)]
    assert [(one["src"] or "").split(",")[1].strip() for one in seen.pictures] == pictures
    assert all("onerror" not in one for one in seen.pictures)
    if template != "lab":  # it knows of no other words than its own
        assert [one["alt"] for one in seen.pictures] == [
            f"{HOSTILE}: 12 objects",
            f"{HOSTILE}: 12 objects, coloured by volume_m3",
        ]
    assert state or f"{html.escape(HOSTILE)}: 12 objects" in page


def test_nbval_compares_the_words_and_not_the_pictures(executed: nbformat.NotebookNode, tmp_path: Path) -> None:
    notebook = nbformat.from_dict(executed)
    notebook.cells = [notebook.cells[cell] for cell in (0, 1, 4)]
    notebook.metadata.pop("widgets")
    for output in notebook.cells[2].outputs:
        output.data["text/plain"] = "Viewer: 1 object"
    nbformat.write(notebook, tmp_path / "views.ipynb")
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
    ).stdout
    assert "1 failed, 2 passed" in told, told
    assert "views.ipynb::Cell 2" in told


def test_a_picture_of_256_colours_looks_the_same() -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 300), np.linspace(0, 1, 200))
    image = np.round(np.stack([x, y, (x + y) / 2], axis=-1) * 255).astype(np.uint8)
    palette, index = reduced(image)
    assert len(palette) == 256
    assert np.abs(palette[index].astype(int) - image).mean() < 8
    few = np.round(image / 128).astype(np.uint8) * 100
    palette, index = reduced(few)
    assert np.array_equal(palette[index], few), "where there are few colours, they are exact"
    assert np.array_equal(opened(small_png(few)), few)


def test_shrunk_is_the_mean_of_what_lies_under() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    half = image.reshape(20, 2, 30, 2, 3).mean(axis=(1, 3))
    assert np.abs(shrunk(image, 30) - half).max() <= 1
    flat = np.full((31, 47, 3), 200, np.uint8)
    assert (shrunk(flat, 10) == 200).all()


def test_no_picture_is_too_large_for_a_notebook() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (500, 900, 3), np.uint8)
    small = small_png(noise, 50_000)
    assert len(small) <= 50_000
    assert opened(small).shape[1] > 150


@pytest.mark.parametrize(
    "message", [{}, {"width": 0, "height": 2}, {"width": 3, "height": True}, {"width": 10**9, "height": 10**9}]
)
def test_a_page_that_sends_no_picture_is_not_believed(message: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no size"):
        developed(message, memoryview(zlib.compress(bytes(18))))


def test_a_page_sends_pixels() -> None:
    pixels = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    packed = memoryview(zlib.compress(pixels.tobytes() + bytes(10**6)))
    assert np.array_equal(opened(developed({"width": 3, "height": 2}, packed)), pixels)
    with pytest.raises(ValueError, match="whole"):
        developed({"width": 3, "height": 7_00}, memoryview(zlib.compress(bytes(18))))


def test_of_a_huge_building_the_largest_objects_are_drawn() -> None:
    viewer = Viewer(houses.many(300))
    whole, bounded = viewer._still(320), viewer._still(320, most=2_000)
    assert colorful(bounded)
    assert bounded.shape == whole.shape
    viewer.isolate(viewer.mesh.ids[7])
    one = viewer._still(320, most=2_000)
    assert np.abs(one.astype(int) - viewer._still(320)).mean() < 6, "what is hidden takes no place of it"

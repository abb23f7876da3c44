"""The tutorial notebooks as somebody works through them: in a real JupyterLab, from top to bottom."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@contextmanager
def worked_through(lab: Lab, name: str) -> Iterator[Notebook]:
    """The notebook of this name, every cell run and everything drawn; in the end its page must not have complained."""
    with lab.open(NOTEBOOKS / f"{name}.ipynb", size=(1280, 1000)) as notebook:
        notebook.run_all(timeout=120)
        notebook.settle()
        yield notebook
        assert notebook.errors == [], notebook.errors


def hued(pixels: NDArray[np.uint8], color: str, *, within: float = 15) -> NDArray[np.bool_]:
    """Which pixels (…, 3) have the hue of "#rrggbb", give or take so many degrees; light and shade leave it alone."""
    red, green, blue = np.moveaxis(pixels.astype(float), -1, 0)
    most, spread = pixels.max(axis=-1).astype(float), np.ptp(pixels.astype(float), axis=-1)
    # https://en.wikipedia.org/wiki/HSL_and_HSV, "Hue and chroma": the angle of the hexagon's plane.
    angle = np.degrees(np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue))
    wanted = 360 * colorsys.rgb_to_hsv(*(int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)))[0]
    apart = np.abs((angle - wanted + 180) % 360 - 180)
    return np.asarray((apart <= within) & (spread > 0.15 * np.maximum(most, 60)))

"""`Print`: the picture that stays in the notebook when the kernel is gone.

It is an output of its own below that of the widget, because who reads a saved notebook takes of each output what it
likes best, and then has nothing else:

- JupyterLab, Notebook 7 and VS Code take the widget, and without its kernel say that its model was not found
  (microsoft/vscode-jupyter#8635), whatever else is in the same output
- ``nbconvert --to html``, nbviewer and VS Code's export take the picture beside a widget only where the file holds no
  state of widgets; ``jupyter execute`` leaves some, and what is shown then is fetched from elsewhere
- GitHub takes the picture either way (matplotlib/ipympl#343); HTML with a picture in it, it throws away

A picture that hides itself by a script or a style of its own would not survive what all of them do to HTML. So it is
hidden by the page on which the viewer is alive (side.css).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import numpy as np
from IPython.display import display, update_display

from bimplus_nb.viewer import cells
from bimplus_nb.viewer.png import small_png

BESIDE_PRINT: Final = "bv-printed"
"""The class of a widget that has a print below it wherever it is displayed by itself; see side.css."""

_WIDEST: Final = 2000  # pixels that a page sends


class Print:
    """The output right below a widget in which a building is seen.

    `words` tells in one line what is seen now, for where there is no picture.
    """

    def __init__(self, words: Callable[[], str]) -> None:
        self._words = words
        self._id = uuid4().hex
        self._picture: dict[str, bytes] = {}
        self.shown = False

    def show(self) -> None:
        """Put it below what was displayed last."""
        if cells.kept():
            self.shown = True
            # A page hides it once it has the viewer's styles, and what is in it until then is seen.
            self._send(display, self._words() if cells.unattended() or self._picture else "")

    def update(self, picture: bytes) -> None:
        """It shows this picture (PNG) from now on."""
        self._picture = {"image/png": picture}
        if self.shown:
            self._send(update_display, self._words())

    @property
    def blank(self) -> bool:
        """Whether there is no picture yet."""
        return not self._picture

    def _send(self, send: Callable[..., object], words: str) -> None:
        metadata = {kind: {"alt": words} for kind in self._picture}
        send({"text/plain": words, **self._picture}, metadata=metadata, display_id=self._id, raw=True)


def developed(message: dict[str, Any], packed: memoryview) -> bytes:
    """What a page has sent (red, green and blue of each pixel, deflated) as a small PNG; ValueError if it is none."""
    width, height = message.get("width"), message.get("height")
    if not (type(width) is int and type(height) is int and 0 < width <= _WIDEST and 0 < height <= _WIDEST):
        raise ValueError("a picture of no size")
    size = 3 * width * height
    pixels = zlib.decompressobj().decompress(packed, size)
    if len(pixels) < size:
        raise ValueError("a picture that is not whole")
    return small_png(np.frombuffer(pixels, np.uint8).reshape(height, width, 3))

"""`Parcel`: what has come of a building, on its way to the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from ipywidgets import Widget
from numpy.typing import NDArray

from bimplus_nb.geometry.batch import Batch
from bimplus_nb.geometry.edges import Creases
from bimplus_nb.viewer.building import Instalment


class Parcel(Widget):  # type: ignore[misc]  # ipywidgets has no types
    """All buffers of an instalment in one message, and later its lines in another. They are state, so a page that is
    loaded again finds them here; page/chunks.js makes meshes of them.

    A pythreejs widget for each attribute, geometry and mesh would take 29 messages a chunk, and as many answers.
    """

    # Of each chunk: its place and grid, positions, runs of parts, opaque and clear triangles.
    chunks: Any = traitlets.List().tag(sync=True)
    # Of each chunk, once they are known: ends of lines, and runs of lines of about one length.
    lines: Any = traitlets.List().tag(sync=True)

    def __init__(self, instalment: Instalment, origin: NDArray[np.float64]) -> None:
        """`origin` is what (0, 0, 0) of the scene is in the world, mm."""
        super().__init__(chunks=chunks(instalment.batch, instalment.parts, origin))

    def add_lines(self, creases: Sequence[Creases]) -> None:
        """Bring the crease lines of each chunk."""
        self.lines = lines(creases)


def lines(creases: Sequence[Creases]) -> list[dict[str, Any]]:
    """The crease lines of each chunk, as a page takes them."""
    return [{"index": _bytes(one.index.ravel()), "spans": spans(one.length) if len(one) else []} for one in creases]


def chunks(batch: Batch, parts: NDArray[np.int64], origin: NDArray[np.float64]) -> list[dict[str, Any]]:
    """The chunks of a batch, as a page takes them; `parts` are the numbers of its parts in the building."""
    made = []
    for chunk in batch.chunks:
        # The vertices of a part lie side by side, so that a number and a count say which part each belongs to.
        start = np.flatnonzero(np.diff(chunk.part, prepend=-1))
        made.append(
            {
                "at": (batch.origin - origin + chunk.center).tolist(),
                "step": batch.step,
                "positions": _bytes(_steps(chunk.positions)),
                "parts": _bytes(parts[chunk.part[start].astype(np.int64)].astype(np.uint32)),
                "counts": _bytes(np.diff(start, append=len(chunk.part)).astype(np.uint16)),
                "opaque": _bytes(_steps(chunk.opaque)),
                "clear": _bytes(_steps(chunk.clear)),
            }
        )
    return made


def _steps(array: NDArray[Any]) -> NDArray[Any]:
    """Each number as how far it is from the one before, which a connection that compresses makes much less of."""
    return np.diff(array, axis=0, prepend=np.zeros_like(array[:1]))  # it wraps around, and so does the way back


def _bytes(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).data.cast("B") if array.size else memoryview(b"")


def spans(length: NDArray[np.float32]) -> list[list[int]]:
    """Runs of lines of about one length: [first index, indices, k] each for 2^k mm, from lengths (s,) that only fall.

    Lines share vertices, so a vertex cannot say how long its line is; the page draws each run with a length of its own.
    """
    power = np.round(np.log2(length)).astype(int)
    start = np.flatnonzero(np.diff(power, prepend=power[0] + 1))
    end = [*start[1:], len(power)]
    return [[2 * int(a), 2 * int(b - a), int(power[a])] for a, b in zip(start, end, strict=True)]

"""Pictures as PNG: whole, and small enough to stay in a notebook. Pure numpy and zlib."""

from __future__ import annotations

import struct
import zlib
from heapq import heappop, heappush
from typing import Final

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

MOST: Final = 100_000
"""Bytes of a picture that stays in a notebook: 135 kB in its file, where it is written in base64."""

_COLORS: Final = 256


def png(image: Image) -> bytes:
    """(h, w, 3) uint8, or (h, w) for greys, as the bytes of a PNG."""
    return _written(image, color=2 if image.ndim == 3 else 0)


def small_png(image: Image, most: int = MOST) -> bytes:
    """(h, w, 3) uint8 as a PNG of at most `most` bytes: in 256 colours, and shrunk if that is not enough."""
    while True:
        palette, index = reduced(image)
        out = _written(index, color=3, palette=palette)
        if len(out) <= most or min(image.shape[:2]) < 2:
            return out
        image = shrunk(image, max(1, min(round(image.shape[1] * (0.95 * most / len(out)) ** 0.5), image.shape[1] - 1)))


def reduced(image: Image, colors: int = _COLORS) -> tuple[Image, Image]:
    """The picture in `colors` colours or fewer: these (n, 3), and which of them each pixel (h, w) has.

    As P. Heckbert's median cut (1982) does, but what is split is the group of colours that is furthest from its mean,
    pixel by pixel, and at that mean.
    """
    words = image.reshape(-1, 3).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    distinct, inverse, count = np.unique(words, return_inverse=True, return_counts=True)
    color = np.stack([distinct >> 16, distinct >> 8 & 255, distinct & 255], axis=1).astype(np.float64)
    groups: list[tuple[float, int, NDArray[np.int64]]] = []

    def put(rows: NDArray[np.int64]) -> None:
        some, weight = color[rows], count[rows]
        away = weight @ (some - weight @ some / weight.sum()) ** 2
        heappush(groups, (-float(away.max()), int(rows[0]), rows))  # a row is in one group, so these never tie

    put(np.arange(len(distinct)))
    while len(groups) < colors and groups[0][0] < 0:
        _, _, rows = heappop(groups)
        some, weight = color[rows], count[rows]
        mean = weight @ some / weight.sum()
        axis = int((weight @ (some - mean) ** 2).argmax())
        low = some[:, axis] <= mean[axis]
        put(rows[low])
        put(rows[~low])
    index, palette = np.empty(len(distinct), np.uint8), np.empty((len(groups), 3), np.uint8)
    for number, (_, _, rows) in enumerate(groups):
        palette[number] = np.round(count[rows] @ color[rows] / count[rows].sum())
        index[rows] = number
    return palette, index[inverse].reshape(image.shape[:2])


def shrunk(image: Image, width: int) -> Image:
    """The picture `width` pixels wide, each the mean of what lies under it."""
    return _across(_across(image, width).swapaxes(0, 1), round(image.shape[0] * width / image.shape[1])).swapaxes(0, 1)


def _across(image: Image, width: int) -> Image:
    width = max(width, 1)
    total = np.concatenate([np.zeros_like(image[:, :1], np.float64), image.cumsum(axis=1, dtype=np.float64)], axis=1)
    edge = np.linspace(0, image.shape[1], width + 1)
    low = np.minimum(edge.astype(np.int64), image.shape[1] - 1)
    upto = total[:, low] + (total[:, low + 1] - total[:, low]) * (edge - low)[:, None]
    return np.asarray(np.round(np.diff(upto, axis=1) * width / image.shape[1]), np.uint8)


def _written(image: Image, *, color: int, palette: Image | None = None) -> bytes:
    height, width = image.shape[:2]
    rows = np.concatenate([np.zeros((height, 1), np.uint8), image.reshape(height, -1)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0))
    colors = b"" if palette is None else chunk(b"PLTE", palette.tobytes())
    body = chunk(b"IDAT", zlib.compress(rows.tobytes(), 6 if palette is None else 9))
    return b"\x89PNG\r\n\x1a\n" + head + colors + body + chunk(b"IEND", b"")

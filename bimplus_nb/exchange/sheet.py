"""A sheet of paper for a plan: its scale, frame, title, scale bar and north arrow, and where words go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.text import markup, plain

SCALES: Final = (10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
INK: Final = "#1d232b"
# mm of paper: what the margins and the strip leave of A3, lying or upright; the margin; the strip below; what is left
# around the building.
_ROOMS: Final = ((404.0, 263.0), (281.0, 386.0))
_MARGIN, _STRIP, _AROUND = 8.0, 18.0, 6.0
_FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
# Where on a stretch words are tried.
_SHARES: Final = (0.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9)
# What XML cannot hold in any form.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Drawing(str):
    """The text of an SVG file. It shows itself in a notebook."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<Drawing: SVG, {len(self.encode()):,} bytes>"


def safe(text: str) -> str:
    """A text of anybody's as text inside XML: bounded, one line, escaped."""
    return markup(_NOT_XML.sub("\ufffd", text))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What part of the world is on the page, and how large. `low`, `size`: x and z in mm; `scale` 100 is 1:100."""

    low: tuple[int, int]
    size: tuple[int, int]
    scale: float

    @classmethod
    def around(cls, first: Iterable[NDArray[np.float64]], second: NDArray[np.float64], scale: float | None) -> Sheet:
        """A sheet around points (n, 3): the `first`, or where there are none the `second`. None at all: ValueError."""
        points = np.concatenate([*first])
        points = points if len(points) else second
        if not len(points):
            raise ValueError("nothing is cut or seen at this level")
        low, high = points[:, [0, 2]].min(axis=0), points[:, [0, 2]].max(axis=0)
        if scale is None:
            rooms = np.array(_ROOMS) - 2 * _AROUND
            scale = next((s for s in SCALES if ((high - low) / s <= rooms).all(axis=1).any()), SCALES[-1])
        if not scale > 0:
            raise ValueError(f"a scale is 100 for 1:100, not {scale!r}")
        low, high = np.floor(low - _AROUND * scale), np.ceil(high + _AROUND * scale)
        width, height = (high - low).astype(np.int64).tolist()
        return cls((int(low[0]), int(low[1])), (width, height), scale)

    def places(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """Points (n, 3) on the page: (n, 2), whole mm of the world; from 1:200 on, hundredths of a mm of paper."""
        grid = max(1, int(self.scale / 100))
        return np.round((points[:, [0, 2]] - self.low) / grid).astype(np.int64) * grid

    def at(self, x: float, z: float) -> tuple[float, float]:
        return x - self.low[0], z - self.low[1]

    def pen(self, paper: float) -> str:
        """mm of paper in units of the drawing."""
        return f"{paper * self.scale:.4g}"

    def text(self, x: float, y: float, lines: Sequence[str], size: float = 1.9) -> str:
        """Lines of text about a place; the first one `size` mm high, the others smaller; with a light rim."""
        sizes = [size, *[size * 0.78] * (len(lines) - 1)]
        # Capitals are 0.72 of a letter's size high, and lines 1.3 sizes apart.
        top = y + (0.72 * size - 1.3 * sum(sizes[1:])) / 2 * self.scale
        spans = []
        for line, height in zip(lines, sizes, strict=True):
            spans.append(f'<tspan x="{x:.0f}" y="{top:.0f}" font-size="{self.pen(height)}">{safe(line)}</tspan>')
            top += sizes[-1] * 1.3 * self.scale
        words = "".join(spans)
        rim = f'fill="#fff" stroke="#fff" stroke-width="{self.pen(size * 0.35)}" stroke-linejoin="round" opacity="0.8"'
        return f'<g text-anchor="middle"><text {rim} aria-hidden="true">{words}</text><text>{words}</text></g>'

    def page(self, body: Iterable[str], texts: Iterable[str], title: str, note: str) -> Drawing:
        """The whole file."""
        s, (w, h) = self.scale, self.size
        width, height = w + 2 * _MARGIN * s, h + (2 * _MARGIN + _STRIP) * s
        m = self.pen(_MARGIN)
        said = f"1:{s:g}, {note}"
        inner = f'<svg x="{m}" y="{m}" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
        pen = self.pen(0.18)
        frame = f'<rect x="{m}" y="{m}" width="{w}" height="{h}" fill="none" stroke="{INK}" stroke-width="{pen}"/>'
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width / s:.2f}mm" height="{height / s:.2f}mm" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" data-origin="{self.low[0]} {self.low[1]}" data-scale="{s:g}" '
            f'font-family="{_FONT}" fill="{INK}">'
        )
        parts = [
            head,
            f"<title>{safe(title) or 'Plan'}</title><desc>{safe(said)}</desc>",
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
            inner,
            *body,
            *texts,
            "</svg>",
            frame,
            f'<g transform="translate({m} {h + (_MARGIN + 3) * s:.0f}) scale({s:g})">',
            self._strip(w / s, title, said),
            "</g></svg>",
        ]
        return Drawing("\n".join(parts) + "\n")

    def _strip(self, width: float, title: str, said: str) -> str:
        """Title, scale bar and north arrow, in mm of paper."""
        left = width - 14 - min(60.0, width * 0.35)
        size = min(4.6, (left - 4) / max(0.62 * len(plain(title)), 1))
        words = (
            f'<text x="0" y="4.4" font-size="{size:.3g}" font-weight="bold">{safe(title)}</text>'
            f'<text x="0" y="{10.2 if title else 4.4}" font-size="{min(2.6, (left - 4) / (0.55 * len(said))):.3g}">'
            f"{safe(said)}</text>"
        )
        north = (
            f'<g transform="translate({width - 4.6:.2f} 5)" stroke="{INK}" stroke-width="0.18">'
            '<circle r="4.5" fill="none"/><path d="M0 -4.5L2 3.9L0 2.6z"/>'
            '<path d="M0 -4.5L-2 3.9L0 2.6z" fill="#fff"/></g>'
            f'<text x="{width - 4.6:.2f}" y="13" font-size="2.6" font-weight="bold" text-anchor="middle">N</text>'
        )
        return words + self._bar(left, width - 16) + north

    def _bar(self, left: float, right: float) -> str:
        """Five fields of 1, 2 or 5 times a power of ten centimetres, at most between these two."""
        most = (right - left - 4) * self.scale / 5
        field = max((n * 10.0**k for k in range(1, 7) for n in (1, 2, 5) if n * 10.0**k <= most), default=10.0)
        step = field / self.scale
        left = right - 4 - 5 * step
        fields = "".join(
            f'<rect x="{left + k * step:.3f}" y="3" width="{step:.3f}" height="1.3" fill="{fill}"/>'
            for k, fill in enumerate((INK, "#fff", INK, "#fff", INK))
        )
        marks = "".join(
            f'<text x="{left + k * step:.3f}" y="7.2" font-size="2.2" text-anchor="middle">{k * field / 1000:g}'
            f"{' m' if k == 5 else ''}</text>"
            for k in range(6)
        )
        return f'<g stroke="{INK}" stroke-width="0.14">{fields}</g>{marks}'


def visual_centre(
    outlines: Sequence[NDArray[np.float64]],
    words: tuple[float, float] = (0.0, 0.0),
    boxes: NDArray[np.float64] | None = None,
    rows: int = 25,
) -> tuple[tuple[float, float], float]:
    """Where in rings (n, 2) words of this width and height are best put, and how wide it is there.

    There is most room for them, and where they fit they stay clear of `boxes` (b, 2, 2), the least and greatest x, y of
    what stands there. Looked for along level lines.
    """
    begin = np.concatenate(outlines)
    end = np.concatenate([np.roll(ring, -1, axis=0) for ring in outlines])
    way = end - begin
    low, high = begin[:, 1].min(), begin[:, 1].max()
    found = []
    for y in (low + (np.arange(rows) + 0.5) / rows * (high - low)).tolist():
        passes = (begin[:, 1] <= y) != (end[:, 1] <= y)
        x = np.sort(begin[passes, 0] + (y - begin[passes, 1]) / way[passes, 1] * way[passes, 0]).tolist()
        for left, right in zip(x[::2], x[1::2], strict=False):
            found += [(left + share * (right - left), y, right - left, share) for share in _SHARES]
    if not found:
        return (float(begin[0, 0]), float(begin[0, 1])), 0.0
    place, (width, share) = np.array(found)[:, :2], np.array(found)[:, 2:].T
    off = place[:, None] - begin
    along = np.clip((off * way).sum(axis=2) / np.maximum((way * way).sum(axis=1), 1e-12), 0, 1)
    room = np.linalg.norm(off - along[..., None] * way, axis=2).min(axis=1)
    # Words are wide: width counts as far as there is height for them.
    worth = np.where(share == 0.5, np.minimum(width / 2, 3 * room) + 0.5 * room, -np.inf)
    best = int(np.argmax(worth))
    half = np.array(words) / 2
    if boxes is not None and len(boxes) and _covered(place[best : best + 1], half, boxes)[0]:
        fits = (np.minimum(share, 1 - share) * width > half[0]) & (room > half[1])
        away = np.linalg.norm(place - place[best], axis=1) / np.hypot(*np.ptp(begin, axis=0))
        cost = np.where(fits, _covered(place, half, boxes) + 0.3 * away, np.inf)
        best = int(np.argmin(cost)) if fits.any() else best
    return (found[best][0], found[best][1]), 2 * min(found[best][3], 1 - found[best][3]) * found[best][2]


def _covered(place: NDArray[np.float64], half: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """What share of words about these places (n, 2) boxes cover: (n,), more than 1 where several do."""
    low = np.maximum(place[:, None] - half, boxes[:, 0])
    high = np.minimum(place[:, None] + half, boxes[:, 1])
    both = np.maximum(high - low, 0).prod(axis=2).sum(axis=1)
    return np.asarray(both / max(float(4 * half.prod()), 1e-9))

"""What each object looks like at the moment, and the least that must be sent to show it.

Pure numpy. `Looks` knows objects; the graphics card knows parts. Every part has one texel, four bytes: red, green,
blue, and the bits below. The page keeps the texels in one small texture that all shaders read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

VISIBLE: Final = 1
GHOST: Final = 2
SELECTED: Final = 4
COLORED: Final = 8
CLOSED: Final = 16
ROOM: Final = 32

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Texels that changed, ready to be sent.

    - ``gaps``: (n,) uint8, uint16 or uint32: how far each changed texel is from the one before (the first from 0);
      empty where all p texels are told
    - ``values``: (k,) uint32, the new texels (bytes red, green, blue, bits)
    - ``index``: (n,) or (p,) uint8 into `values`; empty where `values` holds one for each texel
    """

    gaps: NDArray[Any]
    values: NDArray[np.uint32]
    index: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        """How much is to be sent."""
        return self.gaps.nbytes + self.values.nbytes + self.index.nbytes

    def apply(self, texels: NDArray[np.uint32]) -> None:
        """Write the changes into (p,) texels, as the page does."""
        which = np.cumsum(self.gaps, dtype=np.int64) if len(self.gaps) else slice(None)
        texels[which] = self.values[self.index] if len(self.index) else self.values


def patch(before: NDArray[np.uint32], after: NDArray[np.uint32]) -> Patch | None:
    """What leads from one state of (p,) texels to another, in the fewest bytes; None if nothing changed.

    To name neighbours costs a byte each, and where many changed none, for all are told. Few distinct values cost a byte
    a texel and a small table.
    """
    changed = np.flatnonzero(before != after)
    if not len(changed):
        return None
    gaps = np.diff(changed, prepend=0)
    sparse = _packed(gaps.astype(np.min_scalar_type(gaps.max())), after[changed])
    if 3 * len(changed) < len(after):
        return sparse
    return min(sparse, _packed(np.empty(0, np.uint8), after), key=lambda one: one.nbytes)


def _packed(gaps: NDArray[Any], texels: NDArray[np.uint32]) -> Patch:
    values, index = np.unique(texels, return_inverse=True)
    if len(values) <= 256 and values.nbytes + len(index) < texels.nbytes:
        return Patch(gaps, values, index.astype(np.uint8))
    return Patch(gaps, texels.copy(), np.empty(0, np.uint8))


class Texels:
    """What the page has been told each part looks like: `values` (p,) uint32. Changed only by who tells it."""

    def __init__(self) -> None:
        self.values: NDArray[np.uint32] = np.empty(0, np.uint32)


class Looks:
    """The looks of o objects made of p parts.

    `visible`, `ghost`, `selected`, `asked` are (o,) bool and may be written to; `color` sets colours. `owner` (p,)
    leads from part to object, `base` (p, 3) uint8 are the parts' own colours, `closed` (p,) and `room` (o,) bool are
    facts. A room is there only while it has a colour or is `asked` for. While colours are on, what the colouring does
    not speak of is a ghost.
    """

    def __init__(self) -> None:
        self.visible: Flags = np.empty(0, bool)
        self.ghost: Flags = np.empty(0, bool)
        self.selected: Flags = np.empty(0, bool)
        self.asked: Flags = np.empty(0, bool)
        self.room: Flags = np.empty(0, bool)
        self._owner: NDArray[Any] = np.empty(0, np.int64)
        self._base: NDArray[np.uint8] = np.empty((0, 3), np.uint8)
        self._color: NDArray[np.uint8] = np.empty((0, 3), np.uint8)
        self._closed: Flags = np.empty(0, bool)
        self._colored: Flags = np.empty(0, bool)
        self._spoken_of: Flags = np.empty(0, bool)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self._owner)

    def extend(self, owner: NDArray[Any], base: NDArray[np.uint8], closed: Flags, room: Flags) -> None:
        """There is more of the building now: `base` of the parts that are new, the others of all; looks stay."""
        self._owner, self._closed, self.room = owner, closed, room
        self._base = np.concatenate([self._base, base])
        fresh = len(room) - len(self.visible)
        yes, no = np.ones(fresh, bool), np.zeros(fresh, bool)
        self.visible, self._spoken_of = np.append(self.visible, yes), np.append(self._spoken_of, yes)
        self.ghost, self.selected = np.append(self.ghost, no), np.append(self.selected, no)
        self.asked, self._colored = np.append(self.asked, no), np.append(self._colored, no)
        self._color = np.concatenate([self._color, np.zeros((fresh, 3), np.uint8)])

    def color(self, color: NDArray[np.uint8], colored: Flags, spoken_of: Flags) -> None:
        """Give `colored` (o,) objects their row of `color` (o, 3); those not `spoken_of` (o,) become ghosts."""
        self._color, self._colored, self._spoken_of = color, colored, spoken_of

    def clear_color(self) -> None:
        """Give every part its own colour back."""
        self._colored = np.zeros_like(self._colored)
        self._spoken_of = np.ones_like(self._spoken_of)

    @property
    def shown(self) -> Flags:
        """(o,) bool: what is drawn solid, and so can be clicked."""
        return self.visible & ~self.ghosts & self.there

    @property
    def there(self) -> Flags:
        """(o,) bool: what can be seen unless it is hidden: not the rooms that nobody asked for."""
        return ~self.room | self._colored | self.asked

    @property
    def colored(self) -> Flags:
        """(o,) bool: what has a colour that is not its own."""
        return self._colored

    @property
    def colors(self) -> NDArray[np.uint8]:
        """(o, 3) uint8, meaningful where `colored`."""
        return self._color

    @property
    def spoken_of(self) -> Flags:
        """(o,) bool: what the colouring is about."""
        return self._spoken_of

    @property
    def ghosts(self) -> Flags:
        """(o,) bool: what is x-ray, or steps back while others have colours."""
        return self.ghost | ~self._spoken_of

    def texels(self) -> NDArray[np.uint32]:
        """(p,) uint32: one texel a part, in memory red, green, blue, bits."""
        bits = (
            self.visible * np.uint8(VISIBLE)
            | self.ghosts * np.uint8(GHOST)
            | self.selected * np.uint8(SELECTED)
            | (self._colored | (self.room & self.asked)) * np.uint8(COLORED)
            | self.room * np.uint8(ROOM)
        ).astype(np.uint8)
        out = np.empty((len(self._owner), 4), np.uint8)
        out[:, :3] = np.where(self._colored[self._owner, None], self._color[self._owner], self._base)
        out[:, 3] = bits[self._owner] | self._closed * np.uint8(CLOSED)
        return out.view(np.uint32).ravel()

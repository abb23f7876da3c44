"""`Picture`: what `Viewer.screenshot` returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any


class Picture(bytes):
    """The bytes of a PNG. It shows itself in a notebook; awaited, it is taken anew."""

    _again: Callable[[], Awaitable[Picture]]

    @classmethod
    def of(cls, png: bytes, again: Callable[[], Awaitable[Picture]]) -> Picture:
        """The picture with these bytes, and the way to a fresh one."""
        picture = cls(png)
        picture._again = again
        return picture

    def __await__(self) -> Generator[Any, None, Picture]:
        return self._again().__await__()

    def _repr_png_(self) -> bytes:
        return bytes(self)

    def __repr__(self) -> str:
        return f"<Picture: PNG, {len(self):,} bytes>"

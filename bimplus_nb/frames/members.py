"""The objects that rows stand for, where a row is not one object."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any


class Members(tuple[tuple[Hashable, tuple[str, ...]], ...]):
    """What ``attrs["object_ids"]`` of a frame holds: pairs of a row's label and the ids of the objects it stands for.

    pandas hands `attrs` on to rows, columns and parts of a frame, so whoever gets one of these knows the objects. It
    copies them each time, which these need not be: they do not change.
    """

    __slots__ = ()

    @classmethod
    def of(cls, labels: Iterable[Hashable], ids: Iterable[Sequence[str]]) -> Members:
        """The members of rows with these labels."""
        return cls((label, tuple(some)) for label, some in zip(labels, ids, strict=True))

    def __copy__(self) -> Members:
        return self

    def __deepcopy__(self, memo: Any) -> Members:
        return self

    def __repr__(self) -> str:
        return f"<the objects of {len(self):,} rows>"

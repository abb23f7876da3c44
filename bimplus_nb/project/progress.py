"""Progress of what takes longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm.auto import tqdm

Report = bool | Callable[[int, int], None]
"""Whether to show a progress bar once something takes longer; or a function called with steps done and steps known."""


@contextmanager
def progress_bar(show: Report, text: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function that moves a progress bar, which shows itself only where it takes longer."""
    if callable(show) or not show:
        yield show if callable(show) else None
        return
    with tqdm(desc=text, delay=1.0, leave=False) as bar:

        def move(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield move

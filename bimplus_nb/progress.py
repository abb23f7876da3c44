"""Progress of what takes longer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from tqdm.auto import tqdm

Report = bool | Callable[[int, int], None]
"""Whether to show a progress bar once something takes longer; or a function called with steps done and steps known."""

SWITCH: Final = "BIMPLUS_PROGRESS"
"""The environment variable that says ``off`` where no bar is wanted: a notebook that is run unattended keeps them."""

_LONGER: Final = 1.0  # seconds


@contextmanager
def progress_bar(show: Report, text: str) -> Iterator[Callable[[int, Any], None] | None]:
    """A function that moves a progress bar, which is there only where it takes longer, and gone at the end.
    Its total may be None, while nobody knows."""
    if callable(show) or not show or os.environ.get(SWITCH, "").strip().lower() == "off":
        yield show if callable(show) else None
        return
    begun, bar = time.monotonic(), None

    def move(done: int, total: int | None) -> None:
        nonlocal bar
        if bar is None:
            if time.monotonic() - begun < _LONGER:
                return
            bar = _Bar(desc=text, total=total, leave=False)
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield move
    finally:
        if bar is not None:
            bar.close()
            if not bar.total or bar.n >= bar.total:  # else it stays, red, where it stopped
                _put_away(getattr(bar, "container", None))


class _Bar(tqdm):  # type: ignore[misc]
    monitor_interval = 0  # or tqdm starts a thread that never ends


def _put_away(shown: Any) -> None:
    """Close all widgets of a bar; tqdm closes the outermost, and the others stay in the kernel for good."""
    for part in (shown, *getattr(shown, "children", ())):
        for widget in (getattr(part, "layout", None), getattr(part, "style", None), part):
            if widget is not None:
                widget.close()

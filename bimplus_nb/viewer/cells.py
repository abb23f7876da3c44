"""Which cell shows which viewers, so that running a cell again does not leave the old ones behind."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import Protocol

from IPython.core.getipython import get_ipython


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Give everything back."""


# Cell id -> the message that ran it last, and what it showed. Weak: this must not be what keeps a building in memory.
_shown: dict[str, tuple[str, weakref.WeakSet[Closable]]] = {}


def now() -> tuple[str, str] | None:
    """The id of the cell that runs, and of the message that runs it; None where the front end does not name cells.

    JupyterLab and Notebook 7 send ``cellId`` in the metadata of each execute request.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    parent = kernel.get_parent("shell") if kernel is not None else {}
    cell, run = parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")
    return (cell, run) if cell and run else None


def kept() -> bool:
    """Whether outputs stay in a notebook: in a kernel, but not one of Voilà, which keeps nothing of its pages.

    Source: the environment that Voilà 0.5 gives to its kernels.
    """
    served = os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")
    return getattr(get_ipython(), "kernel", None) is not None and not served


def unattended() -> bool:
    """Whether the cells of a notebook run for nobody who looks: nbconvert, ``jupyter execute``, a test."""
    return kept() and now() is None


def at_the_end(act: Callable[[], object]) -> None:
    """Call this when the running cell is over, before the kernel says so; once, however often it is asked for."""
    shell = get_ipython()
    if shell is None or act in _waiting:
        return
    _waiting.append(act)

    def once(_: object) -> None:
        shell.events.unregister("post_run_cell", once)
        _waiting.remove(act)
        act()

    shell.events.register("post_run_cell", once)


_waiting: list[Callable[[], object]] = []


def takes_the_place(viewer: Closable) -> None:
    """Close what the running cell showed when it ran before; `viewer` is what it shows now."""
    here = now()
    if here is None:
        return
    cell, run = here
    before, shown = _shown.get(cell, (run, weakref.WeakSet()))
    if before != run:
        for old in [old for old in shown if old is not viewer]:
            old.close()
        shown = weakref.WeakSet()
    shown.add(viewer)
    _shown[cell] = (run, shown)

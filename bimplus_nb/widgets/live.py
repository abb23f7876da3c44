"""Which widgets of a kind are live: where a cell runs again, the one it made before is not there any more."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from IPython.core.getipython import get_ipython

from bimplus_nb.client import Client


class Replaceable(Protocol):
    """A widget of which there is one a client."""

    client: Client

    def replaced(self) -> None:
        """Stop, and say that another took its place."""


_made: weakref.WeakKeyDictionary[Replaceable, tuple[str, str]] = weakref.WeakKeyDictionary()


def replace_others(new: Replaceable) -> None:
    """Replace those of the same client, and those that a former run of the same cell made."""
    cell, run = _running()
    for other, (former_cell, former_run) in list(_made.items()):
        if other.client is new.client or (cell and cell == former_cell and run != former_run):
            del _made[other]
            other.replaced()
    _made[new] = (cell, run)


def forget(closed: Replaceable) -> None:
    """It is not live any more."""
    _made.pop(closed, None)


def in_kernel() -> bool:
    """Whether this runs in a Jupyter kernel, whose cells wait while a handler runs."""
    return getattr(get_ipython(), "kernel", None) is not None


def _running() -> tuple[str, str]:
    """The cell that runs and its run; JupyterLab and Notebook name cells, others do not."""
    parent: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)() or {}
    cell = parent.get("metadata", {}).get("cellId")
    return (cell if isinstance(cell, str) else ""), str(parent.get("header", {}).get("msg_id", ""))

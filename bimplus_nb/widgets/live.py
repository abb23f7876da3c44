"""Which widgets of a kind are live: where a cell runs again, the one it made before is not there any more."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from IPython.core.getipython import get_ipython

from bimplus_nb.auth import Choice, Page, Pending, Session, Way
from bimplus_nb.records import Record


class SignsIn(Protocol):
    """A client of any service, as far as signing in goes."""

    @property
    def host(self) -> str: ...
    @property
    def signed_in(self) -> bool: ...
    @property
    def user(self) -> Record: ...
    @property
    def session(self) -> Session: ...
    def demo_users(self) -> list[str]: ...
    def way_in(self, way: Way | None = None, *, page: Page | None = None) -> Choice: ...
    def sign_in(
        self, way: Way | None = None, *, user: str | None = None, page: Page | None = None
    ) -> Pending | None: ...
    def logout(self) -> None: ...


class Replaceable(Protocol):
    """A widget of which there is one a client."""

    @property
    def client(self) -> SignsIn: ...

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

"""A tree of anything in which entries have parents; a choice in it is one selection with the building."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget
import pandas as pd
import traitlets

from bimplus_nb import hearing
from bimplus_nb.frames.branches import Branches
from bimplus_nb.text import plain
from bimplus_nb.widgets.panel import Panel

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer

_HERE: Final = Path(__file__).parent
AT_ONCE: Final = 200
"""Rows that are sent at once, at most."""


class TreePage(anywidget.AnyWidget):
    """The rows in sight, on the page. The page asks for some of them, and says what a person does."""

    _esm = hearing.script() + (_HERE / "tree.js").read_text(encoding="utf-8")
    _css = (_HERE / "tree.css").read_text(encoding="utf-8")

    number = traitlets.Int(help="goes up whenever the rows are others or look otherwise").tag(sync=True)
    total = traitlets.Int(help="how many rows there are").tag(sync=True)
    goal = traitlets.Int(-1, help="the row to bring into sight, -1 for none").tag(sync=True)
    height = traitlets.Int(help="CSS pixels").tag(sync=True)
    label = traitlets.Unicode(help="what the tree is of, for those who hear it").tag(sync=True)


class Tree(Panel):
    """A tree that opens as far as one looks: ``bp.Tree(project.topology(), viewer=viewer)``.

    `frame`: one row an entry, index its id, columns name and parent, such as ``project.topology()`` and
    ``project.structures()``. With `viewer`, entries and the objects in the picture are one selection. A click chooses,
    Ctrl adds; arrows walk, open and close; / searches, Enter chooses. `height` in CSS pixels.

    Nothing is sent to the page but the rows in sight, so 10,000 entries below one are no more than ten.
    """

    def __init__(self, frame: pd.DataFrame, *, viewer: Viewer | None = None, height: int = 420) -> None:
        self.frame = frame
        self.viewer = viewer
        self._branches = Branches(frame)
        self._chosen: tuple[str, ...] = ()
        self._count = self._branches.chosen(())
        self._callbacks: list[Callable[[tuple[str, ...]], object]] = []
        self._leading = False
        kinds = frame["type"].astype(object).where(frame["type"].notna(), "") if "type" in frame else None
        self._kinds = ["" if kinds is None else kinds.iloc[row] for row in self._branches.order]
        self._page = TreePage(height=height, label=f"{len(frame):,} entries")
        if len(self._branches) and (self._branches.level == 0).sum() == 1:
            self._branches.turn(0, True)
        super().__init__(width="100%")
        self.put(self._page)
        self._page.on_msg(lambda _, message, __: self._heard(message))
        self._show()
        self._part: Callable[[], None] = lambda: None
        if viewer is not None:
            self._part = viewer.on_select(self._follow)
            self._follow(viewer.selected_ids)

    def __repr__(self) -> str:
        return f"Tree of {len(self.frame):,} entries"

    @property
    def selected_ids(self) -> tuple[str, ...]:
        """Ids of the selected objects."""
        return self._chosen

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of the frame all of whose objects are selected."""
        whole = (self._count > 0) & (self._count == self._branches.size)
        return self.frame.iloc[sorted(self._branches.order[whole])]

    def on_select(self, callback: Callable[[tuple[str, ...]], object]) -> None:
        """Have `callback` called with the ids of the selected objects whenever they change, by whomever."""
        self._callbacks.append(callback)

    def select(self, entries: str | Iterable[str] = ()) -> None:
        """Choose these entries, by their ids: select the objects at and below them, here and in the viewer.

        Without, nothing. ValueError for an id that is not in the frame.
        """
        self._choose(self._branches.objects(self._numbers([entries] if isinstance(entries, str) else entries)))

    def open(self, entry: str) -> None:
        """Open an entry and all above it, and bring it into sight. ValueError for an id that is not in the frame."""
        (at,) = self._numbers([entry])
        self._branches.turn(at, True)
        self._go(at)

    def filter(self, text: str = "") -> None:
        """Show only entries with this text in their names, with what is above and below them; all, without."""
        self._branches.filter(text)
        self._show(goal=0)

    def close(self) -> None:
        """Take it off the page; the viewer stays."""
        self._part()
        super().close()

    def _numbers(self, entries: Iterable[str]) -> list[int]:
        known = self._branches.number
        given = list(entries)
        for id_ in given:
            if id_ not in known:
                raise ValueError(f"There is no entry {plain(id_, 60)!r} in this tree.")
        return [known[id_] for id_ in given]

    def _choose(self, ids: Iterable[str]) -> None:
        ids = tuple(ids)
        self._mark(ids)
        if self.viewer is not None:
            self._leading = True
            try:
                self.viewer.select([id_ for id_ in ids if id_ in self.viewer])
            finally:
                self._leading = False

    def _follow(self, ids: tuple[str, ...]) -> None:
        """Show what the viewer has selected, and go there."""
        if self._leading:
            return
        known = tuple(id_ for id_ in ids if id_ in self._branches)
        if known and set(known) != set(self._chosen):
            self._mark(known)
            self._go(self._branches.nearest(known[0]))
        else:
            self._mark(known)

    def _mark(self, ids: tuple[str, ...]) -> None:
        if set(ids) == set(self._chosen):
            return
        self._chosen, self._count = ids, self._branches.chosen(ids)
        self._show()
        for callback in self._callbacks:
            callback(ids)

    def _go(self, at: int) -> None:
        self._branches.reveal(at)
        self._show(entry=at)

    def _show(self, *, entry: int | None = None, goal: int = -1) -> None:
        """Have the page ask anew."""
        self._rows = self._branches.rows()
        if entry is not None:
            goal = int(self._rows.searchsorted(entry))
        with self._page.hold_sync():
            self._page.total, self._page.goal = len(self._rows), goal
            self._page.number += 1

    # --- what the page says ----------------------------------------------------------------------------------------

    def _heard(self, message: Any) -> None:
        if not isinstance(message, dict):
            return
        act = {"rows": self._tell, "turn": self._turned, "choose": self._picked, "filter": self._filtered}
        if (does := act.get(str(message.get("do")))) is not None:
            with self.errors_in_words():
                does(message)

    def _tell(self, message: dict[str, Any]) -> None:
        """The page asks for rows, from the `first` on."""
        first, count = message.get("first"), message.get("count")
        if type(first) is not int or type(count) is not int or not 0 <= first <= len(self._rows) or count < 0:
            return
        rows = [self._said(at) for at in self._rows[first : first + min(count, AT_ONCE)].tolist()]
        self._page.send({"number": self._page.number, "first": first, "rows": rows})

    def _said(self, at: int) -> list[Any]:
        """What a page shows of an entry."""
        tree = self._branches
        leaf = tree.end[at] == at + 1
        chosen = 2 if 0 < tree.size[at] == self._count[at] else 1 if self._count[at] else 0
        up = int(self._rows.searchsorted(tree.up[at])) if tree.up[at] >= 0 else -1
        return [
            at,
            int(tree.level[at]),
            plain(tree.names[at], 120) or plain(self.frame.index[tree.order[at]], 60),
            plain(self._kinds[at], 40),
            None if leaf else tree.is_open(at),
            0 if leaf else int(tree.size[at]),
            chosen,
            up,
            int(tree.nth[at]),
            int(tree.siblings[at]),
        ]

    def _entry(self, message: dict[str, Any]) -> int | None:
        at = message.get("entry")
        return at if type(at) is int and 0 <= at < len(self._branches) else None

    def _turned(self, message: dict[str, Any]) -> None:
        """An entry is opened or closed."""
        at = self._entry(message)
        if at is not None:
            self._branches.turn(at, bool(message.get("open")))
            self._show()

    def _picked(self, message: dict[str, Any]) -> None:
        """An entry is chosen; with `add`, beside what is chosen, or not any longer."""
        at = self._entry(message)
        if at is None:
            return
        objects = self._branches.objects([at])
        if message.get("add"):
            before, own = dict.fromkeys(self._chosen), set(objects)
            whole = bool(own) and own <= before.keys()
            objects = [id_ for id_ in before if id_ not in own] if whole else [*(before | dict.fromkeys(objects))]
        self._choose(objects)

    def _filtered(self, message: dict[str, Any]) -> None:
        text = message.get("text")
        if isinstance(text, str):
            self.filter(text[:200])

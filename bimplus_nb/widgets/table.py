"""A table of objects, or of what stands for objects, that is one selection with the building."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
from itables import JavascriptFunction
from itables.widget import ITable

from bimplus_nb.project import Project
from bimplus_nb.text import markup, plain
from bimplus_nb.widgets.panel import Panel, html

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer

ROWS = 50_000
"""Rows that are sent to the page; more would make it slow. The selection knows all of them."""

LINE = 20
"""Ids that the line of Python names at most; a longer one nobody would paste."""

CELL = 60
"""Characters of one cell; longer texts would push the other columns off the screen."""

# A row that is selected from elsewhere may be on another page of the table: go there, but never away from where the
# person who looks at the table has just clicked. Hooked in at the first drawing, because ITable needs the callback that
# is meant for this (initComplete) for itself.
_FOLLOW = JavascriptFunction(
    """function (settings) {
        if (settings.follows) return;
        settings.follows = true;
        const table = this.api();
        table.on('select', (event, api, kind, rows) => {
            if (kind !== 'row') return;
            const order = table.rows({search: 'applied', order: 'applied'}).indexes().toArray();
            const size = table.page.len(), start = table.page() * size;
            const places = rows.map(row => order.indexOf(row)).filter(place => place >= 0);
            if (!places.length || places.some(place => place >= start && place < start + size)) return;
            table.page(Math.floor(Math.min(...places) / size)).draw('page');
        });
    }"""
)


class ObjectTable(Panel):
    """The objects as a table: search, filter a column, sort, group, select; rows and the objects in `viewer` are one
    selection.

    `frame` is what is shown, by default all of ``project.objects()``; any frame with object ids as its index will do,
    such as the result of a query. So will one whose rows stand for objects: ``project.issues()``, ``.quantities()`` or
    ``.structures()``. Choosing an issue selects what it is pinned on and goes there; choosing an object, its issues.

    `group` is the column that rows are put together by, such as "storey". `.selected` is the frame's selected rows,
    `.select(ids)` selects; `.python` is the line that selects the same again, shown below.
    Raises ValueError for a `group` that is no column.
    """

    def __init__(
        self,
        project: Project | None = None,
        *,
        viewer: Viewer | None = None,
        frame: pd.DataFrame | None = None,
        group: str | None = None,
    ) -> None:
        if frame is None:
            if project is None:
                raise ValueError("Give a project, or a frame with object ids as its index.")
            frame = project.objects()
        self.frame = frame if group is None else _grouped(frame, group)
        self.viewer = viewer
        self._ids: list[Any] = [*self.frame.index]
        self._row = {id: row for row, id in enumerate(self._ids)}
        # What the rows stand for, where they are not objects themselves.
        stands_for: dict[Hashable, tuple[str, ...]] = dict(self.frame.attrs.get("object_ids") or ())
        self._objects = stands_for if stands_for.keys() >= self._row.keys() else {}
        self._chosen: list[Any] = []
        self._leading = False
        self._callbacks: list[Callable[[tuple[Any, ...]], object]] = []
        shown = _shown(self.frame.head(ROWS), labels=bool(self._objects) and self.frame.index.names != ["id"])
        self._head = shown.head(10).iloc[:, :10]  # what a saved notebook has of it
        self._table = ITable(
            shown,
            select=True,
            showIndex=False,
            allow_html=False,
            maxBytes=0,
            classes="display compact nowrap",
            style="table-layout:auto;width:100%;margin:0",
            pageLength=12,
            lengthMenu=[12, 25, 50, 100],
            scrollX=True,
            drawCallback=_FOLLOW,
            columnControl=["order", "searchDropdown"],
            ordering={"indicators": False, "handler": True},
            **(_together(shown, self.frame[group].head(ROWS)) if group is not None else {"order": []}),
        )
        super().__init__(width="100%")
        self._line = html()
        self.put(self._table, self._line)
        self.say(_note(len(self._ids)))
        self._table.observe(self._picked, "selected_rows")
        if viewer is not None:
            viewer.on_select(self._follow)
            self._follow(viewer.selected_ids)

    def __repr__(self) -> str:
        return f"Table of {len(self.frame):,} rows: {', '.join(self._head.columns)}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data = super()._repr_mimebundle_(**options)
        return {**data, "text/html": self._first_rows()} if isinstance(data, dict) else data

    def _first_rows(self) -> str:
        """The first rows as HTML, escaped: what is left of the table in a notebook without a kernel."""
        more = len(self.frame) - len(self._head)
        rest = f"<p>and {more:,} rows more</p>" if more > 0 else ""
        return f"{self._head.to_html(index=False, na_rep='', border=0)}{rest}"

    @property
    def selected_ids(self) -> tuple[Any, ...]:
        """Ids of the selected rows: of objects, or whatever is the index of the frame."""
        return tuple(self._chosen)

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of the frame."""
        return self.frame.loc[self._chosen]

    @property
    def python(self) -> str:
        """The line of Python that selects the same again; "" for nothing, and for more than a line should name."""
        if not 0 < len(self._chosen) <= LINE:
            return ""
        return f"{'table' if self.viewer is None or self._objects else 'viewer'}.select({self._chosen!r})"

    def on_select(self, callback: Callable[[tuple[Any, ...]], object]) -> None:
        """Have `callback` called with the selected ids whenever they change, by whomever."""
        self._callbacks.append(callback)

    def select(self, ids: Iterable[Any] = ()) -> None:
        """Select these rows here and their objects in the viewer; none by default. Rows not in the table are passed
        over."""
        self._mark([id for id in ids if id in self._row])
        if self.viewer is not None:
            self._leading = True
            try:
                self.viewer.select(self._drawn(self._chosen) if self._objects else self._chosen)
            finally:
                self._leading = False

    def _drawn(self, rows: Iterable[Any]) -> list[str]:
        """Those of these rows' objects that the viewer has; what an issue was pinned on may be gone."""
        drawn = () if self.viewer is None else self.viewer
        return [id for row in rows for id in self._objects[row] if id in drawn]

    def _follow(self, ids: Iterable[str]) -> None:
        """Show what the viewer has selected: these objects, or the rows that stand for any of them."""
        if self._leading:
            return
        if self._objects:
            chosen = {*ids}
            self._mark([row for row in self._ids if not chosen.isdisjoint(self._objects[row])])
        else:
            self._mark([id for id in ids if id in self._row])

    def _picked(self, change: dict[str, Any]) -> None:
        """Take over what was clicked in the page."""
        ids = [self._ids[row] for row in change["new"] if 0 <= row < len(self._ids)]
        if set(ids) != {id for id in self._chosen if self._row[id] < ROWS}:
            with self.errors_in_words():
                self.select(ids)
                if self.viewer is not None and self._objects and (there := self._drawn(ids)):
                    self.viewer.fit(there)

    def _mark(self, ids: list[Any]) -> None:
        if ids == self._chosen:
            return
        self._chosen = ids
        self._table.selected_rows = [self._row[id] for id in ids if self._row[id] < ROWS]
        self._line.value = f'<code class="bp-line">{markup(self.python, 2000)}</code>' if self.python else ""
        for callback in self._callbacks:
            callback(self.selected_ids)


def _grouped(frame: pd.DataFrame, group: str) -> pd.DataFrame:
    """The rows sorted by this column, each group as it was; storeys from the lowest up."""
    if group not in frame:
        raise ValueError(f"There is no column {plain(group, 60)!r} to group by. There are: {', '.join(frame.columns)}.")
    return frame.sort_values(group, kind="stable")


def _together(shown: pd.DataFrame, values: pd.Series[Any]) -> dict[str, Any]:
    """Options that keep the rows of a group together. Adds a column that nobody sees, with the groups' order."""
    key = len(shown.columns)
    shown["group"] = pd.factorize(values, use_na_sentinel=False)[0]
    place = list(shown.columns).index(plain(str(values.name).replace("_", " "), 40))
    return {
        "rowGroup": {"dataSrc": place, "emptyDataGroup": "none"},
        "orderFixed": [[key, "asc"]],
        "warn_on_undocumented_option": False,  # DataTables documents it, the types of itables do not
        "columnDefs": [{"targets": [key], "visible": False, "searchable": False}],
    }


def _note(total: int) -> str:
    """What is not shown, in words."""
    return (
        f"Shown are the first {ROWS:,} of {total:,} rows; give a smaller frame to see others." if total > ROWS else ""
    )


def _shown(frame: pd.DataFrame, *, labels: bool = False) -> pd.DataFrame:
    """The frame as people read it: headings without underscores, texts bounded, ids passed over; its `labels` too."""
    shown = frame.drop(columns=[name for name in ("parent", "guid", "object_ids") if name in frame])
    shown = shown.reset_index() if labels else shown
    for name, values in shown.items():
        if pd.api.types.is_float_dtype(values):
            shown[name] = values.round(3)
        elif pd.api.types.is_datetime64_any_dtype(values):
            shown[name] = values.dt.strftime("%Y-%m-%d").fillna("")
        elif not pd.api.types.is_numeric_dtype(values):
            texts = zip(values, values.notna(), strict=True)
            shown[name] = [plain(_words(value), CELL) if known else "" for value, known in texts]
    return shown.rename(columns=lambda name: plain(str(name).replace("_", " "), 40))


def _words(value: object) -> object:
    """Several things as a list in words, such as the storeys of an issue."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value

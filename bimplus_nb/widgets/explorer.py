"""Everything in one place: sign-in, choice of a project, the building, its storeys and types, properties, tables."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import pandas as pd
from IPython.display import display

from bimplus_nb.client import Client
from bimplus_nb.project import Project
from bimplus_nb.records import Record
from bimplus_nb.text import markup, plain
from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.print import BESIDE_PRINT, Print
from bimplus_nb.widgets.board import IssueBoard
from bimplus_nb.widgets.panel import Panel, close_tree, facts, html
from bimplus_nb.widgets.picker import ProjectPicker
from bimplus_nb.widgets.table import ObjectTable

HEIGHT = 560
BOARD = 460
_LARGE = {"mm²": (1e6, "m²"), "mm³": (1e9, "m³")}
_NOTHING = '<div class="bp-dim">Click an object in the building or a row of the table.</div>'


class Explorer(Panel):
    """One app for a project: what `Login`, `ProjectPicker`, `Viewer`, `ObjectTable` and `IssueBoard` do, side by side.

    `client` is signed in, or signs in here; `project` skips the choice. Afterwards `.project`, `.viewer`, `.table`,
    `.board` and `.selected` are at hand in the next cell.
    """

    def __init__(self, client: Client, *, project: Project | None = None) -> None:
        self.client = client
        self.project: Project | None = None
        self.viewer: Viewer | None = None
        self.table: ObjectTable | None = None
        self.board: IssueBoard | None = None
        self._paper = Print(self.__repr__)
        super().__init__(BESIDE_PRINT, width="100%")
        if project is not None:
            self.open(project)
        else:
            self.choose()

    def __repr__(self) -> str:
        if self.project is None or self.table is None:
            return "Explorer: no project is chosen"
        return f"Explorer of {plain(self.project.name, 80)}: {len(self.table.frame):,} objects"

    def _ipython_display_(self) -> None:
        display(self._repr_mimebundle_(), raw=True)  # type: ignore[no-untyped-call]
        self._paper.show()
        if self.viewer is not None:
            self.viewer.print_on(self._paper)

    @property
    def selected(self) -> pd.DataFrame:
        """The selected objects as rows of ``project.objects()``."""
        if self.table is None:
            raise ValueError("Open a project first.")
        return self.table.selected

    def choose(self) -> None:
        """Go (back) to the choice of a project."""
        self._leave()
        picker = ProjectPicker(
            self.client, on_open=lambda project: self.open(project, models=picker.models, layers=picker.layers)
        )
        self.put(picker.widget)

    def open(
        self, project: Project, *, models: Sequence[str] | None = None, layers: Sequence[str] | None = None
    ) -> None:
        """Show a project, or only these models and layers of it (ids)."""
        self.say(f"Opening {plain(project.name)} …")
        viewer = project.view(models=models, layers=layers, height=HEIGHT, title="")
        objects = project.objects()
        self._leave()
        self.project, self.viewer = project, viewer
        if self._paper.shown:
            viewer.print_on(self._paper)
        self.table = ObjectTable(frame=objects, viewer=viewer)
        self.board = IssueBoard(project, viewer, height=BOARD)
        self._facts = html(_NOTHING)
        viewer.on_select(self._describe)
        viewer.tree()

        tabs = ipywidgets.Tab([self.table.widget, self.board.widget])
        tabs.titles = (f"Objects ({len(objects):,})", f"Issues ({len(self.board.frame):,})")
        viewer.on_pin(lambda _: tabs.set_trait("selected_index", 1))
        right = ipywidgets.VBox(
            [html('<div class="bp-head">Properties</div>'), self._facts],
            layout=ipywidgets.Layout(width="236px", height=f"{HEIGHT}px"),
        )
        right.add_class("bp-side")
        stage = ipywidgets.Box([viewer.widget], layout=ipywidgets.Layout(flex="1 1 0", min_width="0"))
        app = ipywidgets.VBox([self._bar(project, objects), ipywidgets.HBox([stage, right]), tabs])
        app.add_class("bp-explorer")
        self.put(app)
        self.say()

    def close(self) -> None:
        """Close the building and all widgets."""
        self._leave()
        super().close()

    def _leave(self) -> None:
        if self.viewer is not None:
            self.viewer.close()
        for child in self.widget.children[1:-1]:
            close_tree(child)
        self.project = self.viewer = self.table = self.board = None

    def _bar(self, project: Project, objects: pd.DataFrame) -> ipywidgets.HBox:
        user = self.client.user
        team = project.record.get("teamName") or project.record.get("teamSlug")
        words = f'<span class="bp-title">{markup(project.name)}</span> <span class="bp-dim">{markup(team)}</span>'
        who = f'<span class="bp-dim">{markup(user.get("displayname") or user.get("email"))}</span>'
        columns = [name for name in objects if name not in ("name", "parent", "guid")]
        color = ipywidgets.Dropdown(
            options=[("Colours of the model", ""), *((plain(name).replace("_", " "), name) for name in columns)],
            layout=ipywidgets.Layout(width="190px", margin="0 14px 0 0"),
        )
        color.observe(lambda change: self.does(self.color_by, change["new"])(None), "value")
        other = self.button("Other project", self.choose, icon="arrow-left")
        label = html('<span class="bp-dim">Colour by</span>', margin="0 6px 0 0")
        bar = ipywidgets.HBox([html(words, flex="1"), label, color, html(who, margin="0 12px 0 0"), other])
        bar.add_class("bp-bar")
        return bar

    def color_by(self, column: str) -> None:
        """Colour the building by a column of the objects; by none ("") it has the model's own colours again."""
        if self.viewer is None or self.project is None:
            raise ValueError("Open a project first.")
        if column:
            self.viewer.color_by(self.project.objects()[column])
        else:
            self.viewer.color_by()

    def _describe(self, ids: Sequence[str]) -> None:
        """Show what the selected objects are: all about one, a summary of several."""
        if self.project is None or self.table is None:
            return
        with self.errors_in_words():
            if not ids:
                self._facts.value = _NOTHING
            elif len(ids) == 1:
                self._facts.value = _about(self.project.api.objects.properties(ids[0]))
            else:
                self._facts.value = _summary(self.table.frame.loc[list(self.table.selected_ids)])


def _about(record: Record) -> str:
    """All properties of one object, group by group."""
    words = f'<div class="bp-title">{markup(record.get("name"))}</div>'
    words += f'<span class="bp-chip">{markup(record.get("type"))}</span>'
    titles = record.get("localizedAttributeGroups") or {}
    for key, group in (record.get("attributes") or {}).items():
        rows = {}
        for attribute in (group or {}).values():
            value, unit = attribute.get("value"), attribute.get("unit")
            if value not in (None, ""):
                rows[str(attribute.get("name"))] = _with_unit(value, str(unit)) if unit else value
        if rows:
            words += f'<div class="bp-head">{markup(titles.get(key, key))}</div>{facts(rows)}'
    return words


def _with_unit(value: object, unit: str) -> str:
    """A number as people read it, in m² and m³ where the service counts mm² and mm³."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{value} {unit}"
    size, shown = _LARGE.get(unit, (1, unit))
    return f"{value / size:,.3f}".rstrip("0").rstrip(".") + f" {shown}"


def _summary(objects: pd.DataFrame) -> str:
    """How many of what, and what can be added up."""
    words = f'<div class="bp-title">{len(objects):,} objects</div>'
    counts = objects["type"].value_counts()
    words += '<div class="bp-head">Types</div>' + facts({str(name): int(n) for name, n in counts[counts > 0].items()})
    sums = {name: float(objects[name].sum()) for name in ("length_m", "area_m2", "volume_m3") if name in objects}
    words += '<div class="bp-head">Together</div>' + facts(
        {name.replace("_", " "): value for name, value in sums.items()}
    )
    return words

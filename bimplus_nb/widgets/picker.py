"""The way from a signed-in client to one project: team, project, models and layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from bimplus_nb.client import Client
from bimplus_nb.project import Project
from bimplus_nb.records import Record, Records
from bimplus_nb.text import markup, plain
from bimplus_nb.widgets.login import Login
from bimplus_nb.widgets.panel import Panel, facts, html

NAME = 80
"""Characters of a name that a list shows."""


_EMPTY = '<div class="bp-note">This project is empty: it has no models with geometry yet.</div>'
_HINT = '<div class="bp-dim">Choose a project on the left.</div>'


class ProjectPicker(Panel):
    """Choose a team, a project, its models and its layers.

    The choice is in `.project`, `.models` and `.layers` (ids); nothing is downloaded by choosing. `on_open` is called
    with the project when its button is pressed. A client that is not signed in is asked to sign in first.
    """

    def __init__(self, client: Client, *, on_open: Callable[[Project], object] | None = None) -> None:
        self.client = client
        self.project: Project | None = None
        self._on_open = on_open
        self._projects = Records()
        self._ticks: dict[tuple[str, str], ipywidgets.Checkbox] = {}

        wide = ipywidgets.Layout(width="auto")
        self._team = ipywidgets.Dropdown(description="Team", layout=wide)
        self._search = ipywidgets.Text(placeholder="Find a project …", layout=wide)
        self._list = ipywidgets.Select(description="Project", rows=9, layout=wide)
        for choice in (self._team, self._list):
            choice.add_class("bp-named")  # by the heading above, for the eye
        self._about = html(_HINT)
        self._parts = ipywidgets.VBox()
        self._open = self.button("Open", self.open, icon="cube", button_style="primary", disabled=True)
        self._team.observe(self.does(self._list_projects), "value")
        self._search.observe(self.does(self._list_projects), "value")
        self._list.observe(self.does(self._choose), "value")

        super().__init__("bp-card", max_width="940px")
        if client.signed_in:
            self.refresh()
        else:
            self.put(Login(client, on_login=self.refresh).widget)

    def __repr__(self) -> str:
        if self.project is not None:
            return f"Choice of a project: {plain(self.project.name, NAME)}"
        return f"Choice of a project: one of {len(self._projects):,}" if self._projects else "Choice of a project"

    @property
    def models(self) -> list[str]:
        """Ids of the models of which at least one layer is ticked."""
        return list(dict.fromkeys(model for (model, _), tick in self._ticks.items() if tick.value))

    @property
    def layers(self) -> list[str]:
        """Ids of the layers that are ticked in at least one model."""
        return list(dict.fromkeys(layer for (_, layer), tick in self._ticks.items() if tick.value))

    def refresh(self) -> None:
        """Ask the service again what there is to choose; a choice that is still there stays."""
        with self.errors_in_words():
            left = ipywidgets.VBox(
                [_head("Team"), self._team, _head("Project"), self._search, self._list],
                layout=ipywidgets.Layout(width="46%"),
            )
            right = ipywidgets.VBox(
                [self._about, self._parts, self._open], layout=ipywidgets.Layout(width="54%", padding="0 0 0 18px")
            )
            self.put(ipywidgets.HBox([left, right]))
            teams = self.client.teams.all()
            self._projects = self.client.projects.everywhere()
            chosen = self._team.value
            slugs = [str(team.get("slug", "")) for team in teams]
            self._team.options = [(_name(team), slug) for team, slug in zip(teams, slugs, strict=True)]
            self._team.value = chosen if chosen in slugs else self.client.team
            self._list_projects()

    def choose(self, project: str) -> None:
        """Choose a project by name, id or portal address, as `client.project` does, and show it as chosen."""
        self._describe(self.client.project(project))
        assert self.project is not None
        slug = str(self.project.record.get("teamSlug", ""))
        if slug in (value for _, value in self._team.options):
            self._team.value = slug
        if self.project.id in (value for _, value in self._list.options):
            self._list.value = self.project.id

    def open(self) -> Project | None:
        """The chosen project; also tells whoever made the picker."""
        if self.project is None:
            raise ValueError("Choose a project first.")
        if self._on_open is not None:
            self._on_open(self.project)
        else:
            self.say("It is chosen: go on with picker.project in the next cell.")
        return self.project

    def _list_projects(self) -> None:
        wanted = self._search.value.casefold().strip()
        found = [
            (_name(record), record.id)
            for record in self._projects
            if record.get("teamSlug") == self._team.value and wanted in str(record.get("name", "")).casefold()
        ]
        self._list.options = sorted(found, key=lambda option: option[0].casefold())
        if not found:
            self._about.value = f'<div class="bp-dim">No project{" of that name" if wanted else " in this team"}.</div>'
            self._parts.children = ()
            self._open.disabled = True

    def _choose(self) -> None:
        chosen = self._list.value
        if chosen is not None and (self.project is None or self.project.id != chosen):
            self._describe(self.client.project(chosen))

    def _describe(self, project: Project) -> None:
        layers = project.layers()
        self.project = project
        self._about.value = _card(project.record, layers["model"].nunique())
        self._ticks = {}
        rows: list[ipywidgets.Widget] = []
        for model, group in layers.groupby("model", sort=False):
            rows.append(_head(markup(model, NAME)))
            for model_id, layer_id, layer in zip(group["model_id"], group["layer_id"], group["layer"], strict=True):
                tick = self._ticks[str(model_id), str(layer_id)] = _tick(str(layer))
                rows.append(tick)
        for widget in self._parts.children:
            widget.close()
        self._parts.children = tuple(rows)
        self._open.disabled = layers.empty
        if layers.empty:
            self._parts.children = (html(_EMPTY),)


def _card(record: Record, models: int) -> str:
    rights = record.get("rights") or {}
    may = "edit" if rights.get("projectEdit") else "view"
    shown: dict[str, Any] = {"Models": models, "You may": may}
    for label, key in (("Created", "created"), ("Changed", "changed")):
        if date := str(record.get(key) or "")[:10]:
            shown[label] = date
    about = record.get("shortDescr") or ""
    return f'<div class="bp-title">{markup(_name(record))}</div><div>{markup(about)}</div>{facts(shown)}'


def _tick(layer: str) -> ipywidgets.Checkbox:
    height = ipywidgets.Layout(height="24px")
    return ipywidgets.Checkbox(value=True, description=plain(layer, NAME), indent=False, layout=height)


def _head(words: str) -> ipywidgets.HTML:
    """A small heading; `words` is markup."""
    return html(f'<div class="bp-head">{words}</div>')


def _name(record: Record) -> str:
    return plain(record.get("name") or record.get("displayname") or record.get("id"), NAME)

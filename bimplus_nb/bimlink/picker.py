"""The steps from a domain account to a storey, as one column of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from bimplus_nb.bimlink.link import STEPS, Link
from bimplus_nb.text import markup, plain
from bimplus_nb.widgets.login import Login
from bimplus_nb.widgets.panel import Panel, html

NAME = 80
"""Characters of a name that a list shows."""

# NOTE: ipywidgets shows a list whose value is None as empty, whatever option that is the value of.
_NOTHING = ""

_WORDS = {"domain_account": "Domain account", "location": "Location", "project": "Project", "phase": "Project phase",
          "storey": "Storey"}  # fmt: skip


class Picker(Panel):
    """Choose a domain account, a location, a project, a project phase and perhaps a storey.

    The choice is the link's: ``link.choice``, by ids; what was chosen last is shown as chosen. A step with only one
    thing in it chooses that. `on_choose` is called with the choice whenever it has come to a project phase or further.
    A link that is not signed in is asked to sign in first.
    """

    def __init__(self, link: Link, *, on_choose: Callable[[dict[str, str]], object] | None = None) -> None:
        self.link = link
        self._on_choose = on_choose
        self._showing = False
        self._lists: dict[str, ipywidgets.Dropdown] = {}
        for step in STEPS:
            each = self._lists[step] = ipywidgets.Dropdown(layout=ipywidgets.Layout(width="auto"), disabled=True)
            each.observe(self._does(step), "value")
        super().__init__("bp-card", max_width="480px")
        if link.signed_in:
            self.refresh()
        else:
            self.put(Login(link, on_login=self.refresh).widget)

    def __repr__(self) -> str:
        return "Choice of a domain account, a location, a project, a project phase and a storey"

    @property
    def choice(self) -> dict[str, str]:
        """Ids of what is chosen, by step."""
        return self.link.choice

    def refresh(self) -> None:
        """Ask the service again what there is to choose; a choice that is still there stays."""
        with self.errors_in_words():
            rows: list[ipywidgets.Widget] = []
            for step, each in self._lists.items():
                rows += [html(f'<div class="bp-head">{markup(_WORDS[step])}</div>'), each]
            self.put(*rows)
            self._show(0)

    def choose(self, **steps: str) -> dict[str, str]:
        """Choose by names or ids, as `Link.choose` does, and show it as chosen."""
        chosen = self.link.choose(**steps)
        self._show(0)
        return chosen

    def _does(self, step: str) -> Callable[[Any], None]:
        def handler(change: Any) -> None:
            if not self._showing:
                with self.errors_in_words():
                    self._take(STEPS.index(step), change["new"])

        return handler

    def _take(self, index: int, chosen: str) -> None:
        """What a list was set to; nothing is what there was before it was set."""
        if chosen:
            self.link.choose(**{STEPS[index]: chosen})
            index += 1
        elif index:
            before = STEPS[index - 1]
            self.link.choose(**{before: self.choice[before]})
        self._show(index)
        if self._on_choose is not None and "phase" in self.choice:
            self._on_choose(self.choice)

    def _show(self, first: int) -> None:
        """Fill the lists from this one on, as far as there is something chosen above."""
        for index in range(first, len(STEPS)):
            step = STEPS[index]
            reached = index == 0 or STEPS[index - 1] in self.choice
            options = self.link.options(step) if reached else []
            names = [(_name(one), one["id"]) for one in options if isinstance(one.get("id"), str)]
            chosen = self.choice.get(step)
            # A storey is a narrower choice that nobody needs to make.
            if len(names) == 1 and chosen is None and step != "storey":
                chosen = self.link.choose(**{step: names[0][1]})[step]
            self._fill(self._lists[step], names, chosen)
            if chosen not in {id_ for _, id_ in names}:
                for below in STEPS[index + 1 :]:
                    self._fill(self._lists[below], [], None)
                return

    def _fill(self, each: ipywidgets.Dropdown, names: list[tuple[str, str]], chosen: str | None) -> None:
        self._showing = True
        try:
            each.options = [("…" if names else "", _NOTHING), *names]
            each.value = chosen if chosen in {id_ for _, id_ in names} else _NOTHING
            each.disabled = not names
        finally:
            self._showing = False


def _name(record: dict[str, Any]) -> str:
    return plain(record.get("name") or record.get("id"), NAME)

"""`SlidePlayer`: a slideshow of a project, played in a viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from bimplus_nb.project import Project
from bimplus_nb.project.slides import kind
from bimplus_nb.text import markup, plain
from bimplus_nb.viewer import Viewer
from bimplus_nb.widgets.panel import Panel, html

_NARROW = {"width": "44px"}
_MOST = 60  # pictures in the strip


class SlidePlayer(Panel):
    """The slides of a project's slideshow (of all, if not told which) with their pictures: a click shows one in the
    viewer, the buttons go on, back and play.

    `seconds`: how long each is shown. `.position` says which is, from 1; 0 before the first.
    """

    def __init__(self, project: Project, viewer: Viewer, slideshow: str | None = None, *, seconds: float = 4.0) -> None:
        pictures = project.slides.pictures(slideshow)
        self.frame, self.viewer = pictures.frame, viewer
        self.position = 0
        super().__init__("bp-card", width="100%")
        self._name = html(margin="0 0 0 10px")
        # The page counts; a value that comes from it is a place among the slides.
        self._clock = ipywidgets.Play(
            min=0, max=max(len(self.frame), 1), interval=round(seconds * 1000), layout=ipywidgets.Layout(display="none")
        )
        self._clock.observe(self._ticked, "value")
        self._cards = [self._card(place, pictures.get(str(key))) for place, key in enumerate(self.frame.index, 1)]
        strip = ipywidgets.HBox(self._cards)
        strip.add_class("bp-slides")
        again = ipywidgets.ToggleButton(icon="retweet", tooltip="Begin again after the last", layout=_NARROW)
        ipywidgets.link((again, "value"), (self._clock, "repeat"))
        bar = ipywidgets.HBox(
            [
                self._step(self.previous, "step-backward", "Previous slide"),
                self._clock,  # its own buttons have no names
                self._step(self.play, "play", "Play"),
                self._step(self.stop, "stop", "Stop"),
                again,
                self._step(self.next, "step-forward", "Next slide"),
                self._name,
            ],
            layout=ipywidgets.Layout(align_items="center"),
        )
        self.put(bar, strip)
        self._mark()

    def __repr__(self) -> str:
        return f"Slideshow of {len(self.frame):,} slides"

    def next(self) -> None:
        """The slide behind this one; behind the last comes the first."""
        self.show(self.position % max(len(self.frame), 1) + 1)

    def previous(self) -> None:
        """The slide before this one; before the first comes the last."""
        self.show(self.position - 1 if self.position > 1 else len(self.frame))

    def show(self, position: int) -> None:
        """The slide at this position, the first is 1."""
        if not 1 <= position <= len(self.frame):
            raise ValueError(f"There is no slide {position}; there are {len(self.frame)}.")
        slide = self.frame.iloc[position - 1]
        self.position = position
        self._clock.value = position
        self._mark()
        if not isinstance(slide["scene"], str | dict):
            raise ValueError(f"The slide {plain(slide['name'], 60)!r} has no scene.")
        self.viewer.apply(slide["scene"])

    def play(self) -> None:
        """Show one after the other, until `stop`; on a page only, which keeps the time."""
        self._clock.playing = True

    def stop(self) -> None:
        """Stay at this one."""
        self._clock.playing = False

    def _ticked(self, change: dict[str, Any]) -> None:
        if 1 <= change["new"] <= len(self.frame) and change["new"] != self.position:
            with self.errors_in_words():
                self.show(change["new"])

    def _step(self, action: Callable[[], None], icon: str, words: str) -> ipywidgets.Button:
        return self.button("", action, icon=icon, tooltip=words, layout=_NARROW)

    def _card(self, place: int, picture: bytes | None) -> ipywidgets.VBox:
        name = str(self.frame["name"].iloc[place - 1] or "")
        inside: ipywidgets.Widget
        if picture and place <= _MOST:
            inside = ipywidgets.Image(value=picture, format=kind(picture) or "png")
        else:
            inside = html('<div class="bp-dim">No picture</div>')
        button = self.button(plain(f"{place} · {name}", 40), self.show, place, tooltip=plain(name))
        card = ipywidgets.VBox([inside, button])
        card.add_class("bp-slide")
        return card

    def _mark(self) -> None:
        """Say which slide is shown."""
        for place, card in enumerate(self._cards, 1):
            (card.add_class if place == self.position else card.remove_class)("bp-now")
        if not self._cards:
            self._name.value = '<span class="bp-dim">There is no slide yet.</span>'
            return
        count = f'<span class="bp-dim">{self.position or "–"} of {len(self.frame)}</span>'
        if self.position:
            slide = self.frame.iloc[self.position - 1]
            count = f'<span class="bp-title" dir="auto">{markup(slide["name"])}</span> {count}'
        self._name.value = count

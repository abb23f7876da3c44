"""What all widgets share: a box with our style, a line for words, and what happens when an action fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ipywidgets

from bimplus_nb.errors import BimplusError
from bimplus_nb.text import LIMIT, markup
from bimplus_nb.viewer import cells

_STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")


class Panel:
    """Something of ours on the page: the content, and below it a line in which news and errors appear.

    `.widget` is its box, to be put among other widgets; on the last line of a cell the panel shows itself. It has a box
    and is none, because ipywidgets has taken names such as `open`.
    """

    def __init__(self, *classes: str, **layout: str) -> None:
        self._style = html(f"<style>{_STYLE}</style>", height="0", margin="0")
        self._words = html()
        self.widget = ipywidgets.VBox(layout=ipywidgets.Layout(**layout))
        for name in ("bp-panel", *classes):
            self.widget.add_class(name)
        self.put()

    def put(self, *children: ipywidgets.Widget) -> None:
        """Put these children in place of what the box holds."""
        self.widget.children = (self._style, *children, self._words)

    def __repr__(self) -> str:
        """One line that says what it is, for where nobody can use it; what the service called things, made `plain`."""
        return type(self).__name__

    def _repr_mimebundle_(self, **options: Any) -> Any:
        cells.takes_the_place(self)
        data = self.widget._repr_mimebundle_(**options)
        return {**data, "text/plain": repr(self)} if isinstance(data, dict) else data

    def say(self, text: str = "", *, error: bool = False) -> None:
        """Write a line of text below, as an `error` or as news; nothing clears it."""
        kind = "bp-error" if error else "bp-note"
        self._words.value = f'<div class="{kind}" role="status">{markup(text, 10 * LIMIT)}</div>' if text else ""

    @contextmanager
    def errors_in_words(self) -> Iterator[None]:
        """What the caller or the service did wrong is said below the widget; anything else is a bug and goes on."""
        self.say()
        try:
            yield
        except (BimplusError, ValueError) as error:
            self.say(str(error), error=True)

    def does(self, action: Callable[..., object], *args: Any) -> Callable[[object], None]:
        """A handler that runs `action(*args)`, its errors in words, and leaves out the event it was called with."""

        def handler(_: object) -> None:
            with self.errors_in_words():
                action(*args)

        return handler

    def button(self, text: str, action: Callable[..., object], *args: Any, **options: Any) -> ipywidgets.Button:
        """A button with this text for one public method: it does `action(*args)`. `options` are ipywidgets' own."""
        button = ipywidgets.Button(description=text, **options)
        button.on_click(self.does(action, *args))
        return button

    def close(self) -> None:
        """Take it off the page and free what it holds there; a second time does nothing."""
        close_tree(self.widget)


def close_tree(widget: ipywidgets.Widget) -> None:
    """Close a widget and everything in it; its layout and style too, which ipywidgets leaves in the kernel for good."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    for part in (widget, getattr(widget, "layout", None), getattr(widget, "style", None)):
        if isinstance(part, ipywidgets.Widget):
            part.close()


def html(value: str = "", **layout: str) -> ipywidgets.HTML:
    """A piece of markup. Whatever came from the service must have passed `text.markup` on its way in."""
    return ipywidgets.HTML(value, layout=ipywidgets.Layout(**layout))


def facts(rows: Mapping[str, object]) -> str:
    """Names and values as a small table, escaped; numbers to the right."""
    return f'<table class="bp-facts">{"".join(_fact(name, value) for name, value in rows.items())}</table>'


def _fact(name: str, value: object) -> str:
    if isinstance(value, bool):
        shown, kind = ("Yes" if value else "No"), ""
    elif isinstance(value, int | float):
        shown, kind = f"{value:,.10g}" if isinstance(value, int) else f"{value:,.3f}", ' class="bp-number"'
    else:
        shown, kind = markup(value), ""
    return f"<tr><td>{markup(name)}</td><td{kind}>{shown}</td></tr>"

"""What a service offers, read from its own docstrings: for a notebook, the README and the tests. Pure."""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

from bimplus_nb.text import markup

_LINE = re.compile(r"``([A-Z]+ \S+)``")


class Operation(NamedTuple):
    """One operation: the method's name, its first sentence, and the request it sends (``GET {team}/projects``)."""

    name: str
    sentence: str
    request: str


def summary(kind: type) -> str:
    """What a service is about: the first sentence of its class."""
    return _sentence(kind)


def operations(kind: type) -> list[Operation]:
    """The operations of a service's class, in the order they are written."""
    found = []
    for name, method in vars(kind).items():
        line = _LINE.search(method.__doc__ or "") if inspect.isfunction(method) else None
        if line is not None and not name.startswith("_"):
            found.append(Operation(name, _sentence(method), line.group(1)))
    return found


def service_table(name: str, kind: type) -> str:
    """One service as an HTML table: what can be called, what that gives, what is sent."""
    rows = "".join(
        f"<tr><td style='text-align:left'><code>{markup(name)}.{markup(one.name)}</code></td>"
        f"<td style='text-align:left'>{markup(one.sentence, 400)}</td>"
        f"<td style='text-align:left;white-space:nowrap'><code>{markup(one.request)}</code></td></tr>"
        for one in operations(kind)
    )
    return f"<p>{markup(summary(kind), 400)}</p><table>{rows}</table>"


def services_table(kinds: dict[str, type]) -> str:
    """Every service as an HTML table: its name, what it is about, what can be called."""
    rows = "".join(
        f"<tr><td style='text-align:left'><code>{markup(name)}</code></td>"
        f"<td style='text-align:left'>{markup(summary(kind), 400)}</td>"
        f"<td style='text-align:left'>{markup(', '.join(one.name for one in operations(kind)), 1000)}</td></tr>"
        for name, kind in kinds.items()
    )
    return f"<table>{rows}</table>"


def _sentence(thing: object) -> str:
    """The first sentence of a docstring, in one line, without the backticks that name arguments."""
    first = inspect.cleandoc(getattr(thing, "__doc__", None) or "").split("\n\n")[0]
    line = " ".join(first.split())
    end = re.search(r"[.:](?= [A-Z`]|$)", line)
    return (line[: end.end()] if end else line).replace("`", "").rstrip(":")

"""The two doors to the attribute catalogue: the whole service's and the team's."""

from __future__ import annotations

from typing import Literal

Scope = Literal["service", "team"]
"""Whose part of the catalogue: "service" for everybody's, "team" for that and what the team has made for itself."""


def door(scope: Scope) -> str:
    """The start of an address. Source: Bimplus documentation, "Custom attributes": `content` or the team's slug."""
    if scope not in ("service", "team"):
        raise ValueError(f'scope must be "service" or "team", not {scope!r}.')
    return "{team}" if scope == "team" else "content"

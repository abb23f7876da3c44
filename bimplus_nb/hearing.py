"""`script`: what goes before the code of each of our widgets, so that it is told everything on a busy page, too."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def script() -> str:
    """JavaScript that declares `hearing`, through which a widget is exported; see ``hearing.js``."""
    return Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

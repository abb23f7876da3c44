"""Layers that a model keeps to those who work on it: nobody else finds, lists or draws what is in them.

Source: published JavaScript SDK 1.0.56, ``PUT divisions/{id}/disciplines/{layer}`` with ``{"private": bool}``. Who sees
a private layer is not documented; here it is whoever may edit the project.
"""

from __future__ import annotations

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.wire import Ask, Record

Hidden = tuple[tuple[str, str], ...]
"""Ids of models and layers, in pairs."""


def hidden(ask: Ask, project: Record) -> Hidden:
    """The private layers of a project, for those who do not see them."""
    if "Project_Edit" in access.rights_in(access.team(ask), project, ask.user):
        return ()
    models = ask.store.all("model", owner=project["id"])
    return tuple((model["id"], layer) for model in models for layer in model.get("private", ()))


def condition(pairs: Hidden, row: str) -> str:
    """SQL that is true for every row of `objects` but those in `pairs`. The ids are the sandbox's own."""
    if not pairs:
        return "true"
    listed = ", ".join(f"'{model}{layer}'" for model, layer in pairs)
    return f"({row}.layer IS NULL OR {row}.model || {row}.layer NOT IN ({listed}))"

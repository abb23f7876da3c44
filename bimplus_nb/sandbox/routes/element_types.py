"""Element types, the layers that group them, and the templates made for them.

Source: Bimplus documentation, Element Type Service; `topology`: published JavaScript SDK 1.0.56.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, doors, templates
from bimplus_nb.sandbox.catalogue import ELEMENT_TYPES, LAYERS
from bimplus_nb.sandbox.content import ElementType
from bimplus_nb.sandbox.fields import guid
from bimplus_nb.sandbox.private import condition, hidden
from bimplus_nb.sandbox.problem import bad, missing
from bimplus_nb.sandbox.routes.models import layer_record
from bimplus_nb.sandbox.templates import type_shown
from bimplus_nb.sandbox.wire import Ask, Table

table = Table()


@table.get("/{team}/element-types")
def every(ask: Ask) -> Any:
    access.team(ask)
    return [type_shown(one) for one in ELEMENT_TYPES]


@table.get("/{team}/element-types/disciplines")
def layers(ask: Ask) -> Any:
    """All layers, as a map keyed by id: so the documents show it."""
    access.team(ask)
    return {layer.id: layer_record(layer) for layer in LAYERS}


@table.get("/{team}/element-types/disciplines/{layer}")
def layer(ask: Ask) -> Any:
    access.team(ask)
    key = ask.id("layer")
    for one in LAYERS:
        if one.id == key:
            return layer_record(one)
    raise missing("layer", key)


@table.get("/{team}/element-types/attributetemplates")
def templatable(ask: Ask) -> Any:
    """The types that templates can be made for; with ``filter=type=part`` some of them."""
    access.team(ask)
    part = doors.part(ask, "type") or ""
    return [type_shown(one) for one in ELEMENT_TYPES if templates.templatable(one) and part in one.type.lower()]


@table.get("/{team}/element-types/topology")
def topology(ask: Ask) -> Any:
    """Layers with the types they group as `children`."""
    access.team(ask)
    return [
        {
            **layer_record(layer),
            "type": layer.name.removeprefix("ID_"),
            "children": [{**type_shown(one), "children": []} for one in ELEMENT_TYPES if one.layer == layer.id],
        }
        for layer in LAYERS
    ]


@table.get("/{team}/element-types/{type}")
def one(ask: Ask) -> Any:
    access.team(ask)
    return type_shown(_find(ask))


@table.get("/{team}/element-types/{type}/attributetemplates")
def templates_of(ask: Ask) -> Any:
    """The templates for a type: all, or those in one project attribute template; `attributes` shows what is in them."""
    team, kind, whole = access.team(ask), _find(ask), ask.flag("attributes")
    asked = ask.query.get("projectattributetemplate", "").strip()
    only = None
    if asked not in {"", "undefined", "null"}:
        only = guid(asked)
        if only is None:
            raise bad("projectattributetemplate must be a GUID.")
    homes = templates.of_team(ask.store, team)
    return [
        templates.shown(ask.store, one, home, whole=whole)
        for key, home in homes.items()
        if only in (None, key)
        for one in templates.inside(ask.store, home)
        if kind.id in one["elementtypes"]
    ]


@table.get("/{team}/projects/{project}/element-types")
def of_project(ask: Ask) -> Any:
    """The types the project's objects really have."""
    project = access.project(ask)
    without = hidden(ask, project)
    used = {
        (layer, kind)
        for model in ask.store.all("model", owner=project["id"])
        for layer, kind in ask.store.rows(
            "SELECT DISTINCT layer, type FROM objects o WHERE model = ? AND layer IS NOT NULL AND current AND "
            + condition(without, "o"),
            model["id"],
        )
    }
    return [type_shown(one) for one in ELEMENT_TYPES if (one.layer, one.type) in used]


def _find(ask: Ask) -> ElementType:
    key = ask.id("type")
    for one in ELEMENT_TYPES:
        if one.id == key:
            return one
    raise missing("element type", key)

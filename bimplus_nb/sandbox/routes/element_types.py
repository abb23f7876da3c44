"""Element types and the layers that group them. Source: Bimplus documentation, Element Type Service."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.catalogue import ELEMENT_TYPES, LAYERS
from bimplus_nb.sandbox.content import ElementType
from bimplus_nb.sandbox.problem import missing
from bimplus_nb.sandbox.routes.models import layer_record
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()


@table.get("/{team}/element-types")
def every(ask: Ask) -> Any:
    access.team(ask)
    return [_record(one) for one in ELEMENT_TYPES]


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


@table.get("/{team}/element-types/{type}")
def one(ask: Ask) -> Any:
    access.team(ask)
    key = ask.id("type")
    for one in ELEMENT_TYPES:
        if one.id == key:
            return _record(one)
    raise missing("element type", key)


@table.get("/{team}/projects/{project}/element-types")
def of_project(ask: Ask) -> Any:
    """The types the project's objects really have."""
    project = access.project(ask)
    used = {
        (layer, kind)
        for model in ask.store.all("model", owner=project["id"])
        for layer, kind in ask.store.rows(
            "SELECT DISTINCT layer, type FROM objects WHERE model = ? AND layer IS NOT NULL AND current", model["id"]
        )
    }
    return [_record(one) for one in ELEMENT_TYPES if (one.layer, one.type) in used]


def _record(one: ElementType) -> Record:
    return {
        "type": one.type,
        "category": one.category,
        "name": one.name,
        "ifcType": "ID_IFC" + one.ifc_type.removeprefix("Ifc"),
        "id": one.id,
        "layerid": one.layer,
    }

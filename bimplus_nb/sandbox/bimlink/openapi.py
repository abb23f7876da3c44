"""What BIMlink offers, as a table, and the OpenAPI document made from it.

`DomainAccounts_GetAll`, `Locations_GetAll` and `SpatialStructureElements_GetAll` are the service's own names; the
others are named as these are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_ACCOUNT = "/domainaccounts/{domainAccountId}"
_PHASE = f"{_ACCOUNT}/projectphases/{{projectPhaseId}}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; with a `limit`, the most of one page, it is paged."""

    id: str
    method: str
    path: str
    handler: str
    summary: str
    limit: int = 0
    query: tuple[str, ...] = ()


OPERATIONS = (
    Operation("DomainAccounts_GetAll", "GET", "/domainaccounts", "domain_accounts",
              "The domain accounts that you may see.", 100),
    Operation("Locations_GetAll", "GET", f"{_ACCOUNT}/locations", "locations",
              "Locations, with their projects and the phases of these.", 100),
    Operation("SpatialStructureElements_GetAll", "GET", f"{_PHASE}/spatialstructureelements", "structure",
              "Site, buildings and storeys of a project phase; elevation in m.", 500),
    Operation("BuildingElements_GetAll", "GET", f"{_PHASE}/buildingelements", "elements",
              "Building elements of a project phase; quantities in m, m², m³ and kg.", 1000,
              ("spatialStructureElementId", "ifcType")),
    Operation("BuildingElements_Get", "GET", f"{_PHASE}/buildingelements/{{buildingElementId}}", "element",
              "One building element."),
    Operation("ToDos_GetAll", "GET", f"{_PHASE}/todos", "to_dos", "The to do's of a project phase.", 100),
    Operation("ToDos_Create", "POST", f"{_PHASE}/todos", "new_to_do", "A new to do: its title."),
)  # fmt: skip


def document(url: str, scope: str) -> dict[str, Any]:
    """The OpenAPI document of the service at `url`."""
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method.lower()] = _described(each)
    return {
        "openapi": "3.0.3",
        "info": {"title": "BIMlink Public API", "version": "1"},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "parameters": {
                "offset": {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": [scope]}],
    }


def _described(operation: Operation) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in operation.query]
    if operation.limit:
        limit = {"type": "integer", "minimum": 1, "maximum": operation.limit}
        parameters += [
            {"name": "limit", "in": "query", "schema": limit},
            {"$ref": "#/components/parameters/offset"},
        ]
    said: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary, "parameters": parameters,
                            "responses": {"default": {"description": "JSON"}}}  # fmt: skip
    if operation.method == "POST":
        schema = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return said

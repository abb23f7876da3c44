"""Models ("divisions" on the wire) and their revisions.

Source: Bimplus documentation, Model Service and Revision Service; published JavaScript SDK 1.0.56.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, ingest
from bimplus_nb.sandbox.catalogue import LAYERS
from bimplus_nb.sandbox.content import Layer
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.problem import conflict, missing
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()


@table.get("/{team}/projects/{project}/divisions")
def of_project(ask: Ask) -> Any:
    return [_shown(ask, model) for model in ask.store.all("model", owner=access.project(ask)["id"])]


@table.get("/{team}/divisions")
def of_team(ask: Ask) -> Any:
    """Every model of the team this user can see."""
    projects = access.visible_projects(ask, access.team(ask))
    return [_shown(ask, model) for project in projects for model in ask.store.all("model", owner=project["id"])]


@table.post("/{team}/projects/{project}/divisions")
def create(ask: Ask) -> Any:
    """An empty model. It has no topology until a TopologyDivision object is made for it or something is imported."""
    project, fields, when = access.project(ask, "Model_Create"), ask.fields(), now()
    name, description = _free_name(ask, project["id"], fields.needed("name")), fields.text("description")
    record = ingest.new_model(project, name, description, ask.user["id"], when)
    return _shown(ask, ask.store.add("model", record, owner=project["id"], project=project["id"]))


@table.get("/{team}/divisions/{model}")
def one(ask: Ask) -> Any:
    """One model, also by the id of its topology. Its ETag changes with every change to its objects."""
    model = access.model(ask)
    return {**_shown(ask, model), "disciplines": [layer.id for layer in layers_of(ask.store, model)]}


@table.put("/{team}/divisions/{model}")
def update(ask: Ask) -> Any:
    model, fields = access.model(ask, "Model_Create"), ask.fields()
    if "name" in fields:
        name = fields.needed("name")
        if name != model["name"]:
            model["name"] = _free_name(ask, model["projectId"], name)
    if "description" in fields:
        model["description"] = fields.text("description")
    touch(ask, model)
    return _shown(ask, model)


@table.delete("/{team}/divisions/{model}")
def delete(ask: Ask) -> Any:
    """Deletes the model with its objects and their pins."""
    ask.store.delete(access.model(ask, "Model_Create")["id"])


@table.get("/{team}/divisions/{model}/disciplines")
def layers(ask: Ask) -> Any:
    return [layer_record(layer) for layer in layers_of(ask.store, access.model(ask))]


@table.get("/{team}/divisions/{model}/revisions")
def revisions(ask: Ask) -> Any:
    return ask.store.all("revision", owner=access.model(ask)["id"])


@table.get("/{team}/revisions/{revision}")
def revision(ask: Ask) -> Any:
    return access.thing(ask, "revision")


def layers_of(store: Store, model: Record) -> list[Layer]:
    """The layers in which the model has objects now."""
    return [
        layer
        for layer in LAYERS
        if store.row("SELECT 1 FROM objects WHERE model = ? AND layer = ? AND current LIMIT 1", model["id"], layer.id)
    ]


def layer_record(layer: Layer) -> Record:
    return {"category": layer.category, "name": layer.name, "ifcType": None, "id": layer.id}


def revision_of(model: Record, asked: int | None) -> int:
    """The revision a request means: the one asked for, else the latest. A model without revisions has one state."""
    if not asked or not model["revisions"]:
        return int(model["revision"])
    if asked not in model["revisions"]:
        raise missing("revision", str(asked))
    return asked


def touch(ask: Ask, model: Record) -> Record:
    """The model, marked as changed now: clients that ask whether it changed will see that."""
    model.update(changed=now(), changedBy=ask.user["id"], version=model["version"] + 1)
    return ask.store.save(model)


def _shown(ask: Ask, model: Record) -> Record:
    size = ask.store.row("SELECT count(*) FROM objects WHERE model = ? AND layer IS NOT NULL AND current", model["id"])[
        0
    ]
    record = {key: value for key, value in model.items() if key not in {"revision", "revisions", "version"}}
    return {**record, "revisionObjects": size, "teamSlug": access.team(ask)["slug"]}


def _free_name(ask: Ask, project: str, name: str) -> str:
    if any(model["name"] == name for model in ask.store.all("model", owner=project)):
        raise conflict(f"There is a model named {name[:80]!r} in this project already.")
    return name

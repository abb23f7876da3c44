"""Models ("divisions" on the wire): their records, layers and place.

Source: Bimplus documentation, Model Service; download, move and private layers: published JavaScript SDK 1.0.56.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, files, importing, ingest, move
from bimplus_nb.sandbox.catalogue import LAYERS
from bimplus_nb.sandbox.content import Layer
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.private import condition, hidden
from bimplus_nb.sandbox.problem import bad, conflict, forbidden, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_OWN = {"revision", "revisions", "version", "private", "importHash"}
_NOT_IMPORTED: Record = {
    "fileType": None,
    "inputType": "SANDBOX",
    "importFileName": None,
    "importFileSize": None,
    "size": 0,
    "sizeMB": 0.0,
}


@table.get("/{team}/projects/{project}/divisions")
def of_project(ask: Ask) -> Any:
    return [shown(ask, model) for model in ask.store.all("model", owner=access.project(ask)["id"])]


@table.get("/{team}/divisions")
def of_team(ask: Ask) -> Any:
    """Every model of the team this user can see."""
    projects = access.visible_projects(ask, access.team(ask))
    return [shown(ask, model) for project in projects for model in ask.store.all("model", owner=project["id"])]


@table.post("/{team}/projects/{project}/divisions")
def create(ask: Ask) -> Any:
    """An empty model. It has no topology until a TopologyDivision object is made for it or something is imported."""
    project, fields, when = access.project(ask, "Model_Create"), ask.fields(), now()
    name, description = _free_name(ask, project["id"], fields.needed("name")), fields.text("description")
    record = ingest.new_model(project, name, description, ask.user["id"], when)
    return shown(ask, ask.store.add("model", record, owner=project["id"], project=project["id"]))


@table.get("/{team}/divisions/{model}")
def one(ask: Ask) -> Any:
    """One model, also by the id of its topology. Its ETag changes with every change to its objects."""
    model = access.model(ask)
    return {**shown(ask, model), "disciplines": [layer.id for layer in layers_of(ask, model)]}


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
    return shown(ask, model)


@table.delete("/{team}/divisions/{model}")
def delete(ask: Ask) -> Any:
    """Deletes the model with its objects and their pins."""
    ask.store.delete(access.model(ask, "Model_Create")["id"])


@table.get("/{team}/divisions/{model}/download")
def download(ask: Ask) -> Any:
    """The file the model was imported from; only for those who see all of its layers."""
    model = access.model(ask)
    if model.get("importFileName") is None:
        raise missing("imported file of model", model["id"])
    if any(owner == model["id"] for owner, _ in hidden(ask, access.require(ask, "Project_View", model["projectId"]))):
        raise forbidden("The file holds private layers, which are not yours to see.")
    name, size, tag = model["importFileName"], model["importFileSize"], model["importHash"]
    return files.served(ask, model["id"], "content", called=name, kind="application/octet-stream", size=size, tag=tag)


@table.put("/{team}/divisions/{model}/move")
def moved(ask: Ask) -> Any:
    """Moves everything in the model, in all its revisions, by x, y and z: mm, Z up.

    No source shows this request's body; a vector is the plainest thing it could be.
    """
    model, fields = access.model(ask, "Model_Create"), ask.fields()
    by = [fields.number(axis) for axis in "xyz"]
    if all(axis is None for axis in by):
        raise bad("x, y or z must say how far the model moves, in mm.")
    move.model(ask.store, model, (by[0] or 0.0, by[1] or 0.0, by[2] or 0.0))
    touch(ask, model)
    return shown(ask, model)


@table.get("/{team}/divisions/{model}/disciplines")
def layers(ask: Ask) -> Any:
    return [layer_record(layer) for layer in layers_of(ask, access.model(ask))]


@table.put("/{team}/divisions/{model}/disciplines/{layer}")
def set_private(ask: Ask) -> Any:
    """Hides a layer from all who may not edit the project, or shows it again."""
    model, private = access.model(ask, "Model_Create"), ask.fields().raw("private")
    key = ask.id("layer")
    layer = next((one for one in layers_of(ask, model) if one.id == key), None)
    if layer is None:
        raise missing("layer", ask.path["layer"])
    if not isinstance(private, bool):
        raise bad("private must be true or false.")
    others = [one for one in model.get("private", []) if one != layer.id]
    model["private"] = [*others, layer.id] if private else others
    touch(ask, model)
    return {**layer_record(layer), "private": private}


def layers_of(ask: Ask, model: Record) -> list[Layer]:
    """The layers in which the model has objects now that this user may see."""
    unseen = hidden(ask, access.require(ask, "Project_View", model["projectId"]))
    return [
        layer
        for layer in LAYERS
        if (model["id"], layer.id) not in unseen
        and ask.store.row(
            "SELECT 1 FROM objects WHERE model = ? AND layer = ? AND current LIMIT 1", model["id"], layer.id
        )
    ]


def layer_record(layer: Layer) -> Record:
    return {"category": layer.category, "name": layer.name, "ifcType": None, "id": layer.id}


def touch(ask: Ask, model: Record) -> Record:
    """The model, marked as changed now: clients that ask whether it changed will see that."""
    model.update(changed=now(), changedBy=ask.user["id"], version=model["version"] + 1)
    return ask.store.save(model)


def shown(ask: Ask, model: Record) -> Record:
    """A model as it is answered; while a file is being imported, `status` says how far that is."""
    unseen = hidden(ask, access.require(ask, "Project_View", model["projectId"]))
    there = "SELECT count(*) FROM objects o WHERE o.model = ? AND o.layer IS NOT NULL AND o.current AND "
    size = ask.store.row(there + condition(unseen, "o"), model["id"])[0]
    record = {key: value for key, value in {**_NOT_IMPORTED, **model}.items() if key not in _OWN}
    status = importing.status(ask.store, model["id"]) or model["status"]
    return {**record, "status": status, "revisionObjects": size, "teamSlug": access.team(ask)["slug"]}


def _free_name(ask: Ask, project: str, name: str) -> str:
    if any(model["name"] == name for model in ask.store.all("model", owner=project)):
        raise conflict(f"There is a model named {name[:80]!r} in this project already.")
    return name

"""Imports into a model. Source: Bimplus documentation, Import Service; ``importasync``, attachments as its source and
``replaceModelData``: published JavaScript SDK 1.0.56."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, attaching, files, importing
from bimplus_nb.sandbox.problem import bad, missing
from bimplus_nb.sandbox.routes.models import shown
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()


def start(ask: Ask) -> Any:
    """Takes a file; the model's `status` and a message say what became of it.

    It fills the latest revision, or overwrites the content of a model without revisions, as the documents have it;
    `replaceModelData` says no more than that.
    """
    model = _model(ask)
    ask.flag("replaceModelData")
    file = files.sent(ask)
    files.check_room(ask, len(file.content))
    importing.begin(ask, model, file.name, file.content)
    return shown(ask, model)


table.post("/{team}/projects/{project}/model/{model}/import", upload=True)(start)
table.post("/{team}/projects/{project}/model/{model}/importasync", status=202, upload=True)(start)


@table.post("/{team}/projects/{project}/model/{model}/attachment/{attachment}/importasync", status=202)
def start_from_attachment(ask: Ask) -> Any:
    """The same with a file that is attached in the project, by default with its latest version."""
    model = _model(ask)
    ask.flag("replaceModelData")
    attachment, number = access.thing(ask, "attachment"), ask.whole("version", 1)
    if ask.store.project_of(attachment["id"]) != model["projectId"]:
        raise missing("attachment", attachment["id"])
    versions = [one for one in attachment["versions"] if number in (None, one["version"])]
    content = ask.store.file(attachment["id"], attaching.file_of(versions[-1])) if versions else None
    if content is None:
        raise missing("version", str(number))
    name = versions[-1]["fileName"]
    if not name.lower().endswith(".ifc"):
        raise bad("Only IFC files, named *.ifc, can be imported.")
    importing.begin(ask, model, name, content)
    return shown(ask, model)


def _model(ask: Ask) -> Record:
    project, key = access.project(ask, "Model_Create"), ask.id("model")
    found = ask.store.get("model", key)
    if found is None or found["projectId"] != project["id"]:
        raise missing("model", key)
    return found

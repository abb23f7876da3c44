"""Revisions of a model, and what changed between two of them.

Source: Bimplus documentation, Revision Service; addresses: published JavaScript SDK 1.0.56. What a comparison answers
is not documented; its shape here is the sandbox's own.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, compare, ingest, states
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.private import hidden
from bimplus_nb.sandbox.problem import conflict, missing
from bimplus_nb.sandbox.routes.models import touch
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_MOST = 200


@table.get("/{team}/divisions/{model}/revisions")
def of_model(ask: Ask) -> Any:
    return ask.store.all("revision", owner=access.model(ask)["id"])


@table.get("/{team}/projects/{project}/revisions")
def of_project(ask: Ask) -> Any:
    return ask.store.all("revision", project=access.project(ask)["id"])


@table.post("/{team}/divisions/{model}/revisions")
def create(ask: Ask) -> Any:
    """A new latest revision that begins as a copy of the present content; imports fill it from now on.

    The documents say that an import is "always done only for the latest revision". A model that had content but no
    revisions keeps that content as revision 1, so that the next import does not overwrite it; a model without content
    begins with revision 1.
    """
    model, fields, when = access.model(ask, "Model_Create"), ask.fields(), now()
    name, description = fields.needed("name"), fields.text("description")
    if len(model["revisions"]) >= _MOST:
        raise conflict(f"A model has at most {_MOST} revisions.")
    if not model["revisions"] and model["topologyId"]:
        first = _add(ask, model, 1, "Revision 1", None, when)
        ask.store.run("UPDATE objects SET revision = 1 WHERE model = ? AND revision = 0", model["id"])
        model.update(revision=1, revisions=[first["revisionNr"]])
    number = model["revision"] + 1
    states.copy_revision(ask.store, model, number)
    made = _add(ask, model, number, name, description, when)
    model.update(revision=number, revisions=[*model["revisions"], number])
    touch(ask, model)
    return made


@table.get("/{team}/revisions/{revision}")
def one(ask: Ask) -> Any:
    return access.thing(ask, "revision")


@table.put("/{team}/revisions/{revision}")
def update(ask: Ask) -> Any:
    """Changes name and description."""
    revision, fields = access.thing(ask, "revision", "Model_Create"), ask.fields()
    if "name" in fields:
        revision["name"] = fields.needed("name")
    if "description" in fields:
        revision["description"] = fields.text("description")
    revision.update(changed=now(), changedby=ask.user["id"])
    return ask.store.save(revision)


# The SDK has both verbs, as `putRevisionInfo` and `postRevisionInfo`.
table.post("/{team}/revisions/{revision}", status=200)(update)


@table.get("/{team}/divisions/{model}/revisionscomparison/{newer}/{older}")
def compared(ask: Ask) -> Any:
    """What was added, removed and changed on the way from one revision to another."""
    model = access.model(ask)
    newer, older = (_number(model, ask.path[name]) for name in ("newer", "older"))
    unseen = hidden(ask, access.require(ask, "Project_View", model["projectId"]))
    return compare.compare(ask.store, model, newer, older, unseen)


# The SDK begins a comparison by a POST and fetches it by the GET; here it is done at once.
table.post("/{team}/divisions/{model}/revisionscomparison/{newer}/{older}", status=200)(compared)


def _number(model: Record, text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if number not in model["revisions"]:
        raise missing("revision", text)
    return number


def _add(ask: Ask, model: Record, number: int, name: str, description: str | None, when: str) -> Record:
    record = ingest.new_revision(model, number, name, description, ask.user["id"], when)
    return ask.store.add("revision", record, owner=model["id"], project=model["projectId"])

"""Scenes: what was looked at and how, kept with an object or an issue. Source: published JavaScript SDK 1.0.56.

What a scene says is the viewer's own: it is kept and given back as it came, as an object or as text.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import NAME, Fields, now
from bimplus_nb.sandbox.places import place
from bimplus_nb.sandbox.problem import bad
from bimplus_nb.sandbox.routes.session import profile
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_OF = ("/{team}/objects/{object}/scenes", "/{team}/issues/{issue}/scenes")
_ONE = "/{team}/scenes/{scene}"


@table.get(*_OF)
def every(ask: Ask) -> Any:
    """All scenes there; with `shortInfo` without what they show."""
    short = ask.flag("shortInfo")
    shown = [_shown(ask, scene) for scene in ask.store.all("scene", owner=place(ask).id)]
    return [{key: value for key, value in scene.items() if key != "scene"} for scene in shown] if short else shown


@table.post(*_OF)
def create(ask: Ask) -> Any:
    of, fields = place(ask, "Project_Edit"), ask.fields()
    record: Record = {
        "objectId": of.id,
        "name": fields.text("name", limit=NAME) or "",
        "scene": given(fields),
        "created": now(),
        "author": ask.user["id"],
    }
    if record["scene"] is None:
        raise fields.wrong("scene", "an object or a text")
    return _shown(ask, ask.store.add("scene", record, owner=of.id, project=of.project))


@table.get(_ONE)
def one(ask: Ask) -> Any:
    return _shown(ask, access.thing(ask, "scene"))


@table.put(_ONE)
def update(ask: Ask) -> Any:
    """Changes what is given."""
    scene, fields = access.thing(ask, "scene", "Project_Edit"), ask.fields()
    new = given(fields)
    if "name" in fields:
        scene["name"] = fields.text("name", limit=NAME) or ""
    if new is not None:
        scene["scene"] = new
    return _shown(ask, ask.store.save(scene))


@table.delete(_ONE)
def delete(ask: Ask) -> Any:
    ask.store.delete(access.thing(ask, "scene", "Project_Edit")["id"])


def given(fields: Fields) -> Any:
    """The scene of a request."""
    scene = fields.raw("scene")
    if scene is not None and not isinstance(scene, dict | str):
        raise bad("scene must be an object or a text.")
    return scene


def _shown(ask: Ask, scene: Record) -> Record:
    author = ask.store.get("user", scene["author"])
    return {**scene, "author": profile(author) if author else None}

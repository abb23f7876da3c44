"""Objects: what a model is made of. Source: Bimplus documentation, Object Service; `properties/{n}` and the rich
groups: published JavaScript web components 0.0.189."""

from __future__ import annotations

from typing import Any

import orjson

from bimplus_nb.sandbox import access, edit, forms, mesh, tree
from bimplus_nb.sandbox.fields import Fields
from bimplus_nb.sandbox.problem import bad
from bimplus_nb.sandbox.routes.models import touch
from bimplus_nb.sandbox.scene import etag
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.threejs import faces_of
from bimplus_nb.sandbox.tree import Found, find
from bimplus_nb.sandbox.wire import Ask, Record, Reply, Table

table = Table()

_MESH, _RICH = 4, 8


@table.get("/{team}/projects/{project}/topology")
def project_topology(ask: Ask) -> Any:
    """The project and its models; what is below them is at their own topologies."""
    root = ask.store.row("SELECT seq FROM objects WHERE id = ?", access.project(ask)["id"])[0]
    return Reply(tree.tree(ask.store, root, keep="models", short=ask.flag("shortinfo")))


@table.get("/{team}/objects/{object}/topology")
def topology(ask: Ask) -> Any:
    """The tree from an object down. `hideElements` leaves the topology without what hangs on it."""
    root, hide, short = find(ask), ask.flag("hideElements"), ask.flag("shortinfo")
    keep: tree.Keep = "nodes" if hide else "all"
    return Reply(
        lambda: tree.tree(ask.store, root.seq, keep=keep, short=short),
        etag=etag(ask.store, root, "tree", keep, short, root.body["name"]),
    )


@table.get("/{team}/objects/{object}")
def one(ask: Ask) -> Any:
    """Plain groups with the mesh. A model's topology has an ETag that changes with every change below it."""
    return _answer(ask, find(ask), with_mesh=True)


@table.get("/{team}/objects/{object}/nogeometry")
def without_geometry(ask: Ask) -> Any:
    return _answer(ask, find(ask), with_mesh=False)


@table.get("/{team}/objects/{object}/properties/{bits}")
def properties(ask: Ask) -> Any:
    """With bit 8 the rich groups, else the plain ones; bit 4 adds the mesh. The other bits' meaning is not known."""
    found, bits = find(ask), ask.path["bits"]
    if not (bits.isascii() and bits.isdigit() and len(bits) < 3 and int(bits) < 16):
        raise bad("properties must be a whole number from 0 to 15.")
    if int(bits) & _RICH:
        return forms.rich(found.body, ask.store.attributes())
    return _plain(ask.store, found, with_mesh=bool(int(bits) & _MESH))


@table.post("/{team}/objects")
def create(ask: Ask) -> Any:
    """A new object. Without `parent` it hangs on the topology of the model `attributes.element.divisionid` names."""
    fields = ask.fields()
    model, parent = _place(ask, fields)
    made = edit.create(ask.store, fields, parent, model)
    model["status"] = "DONE"
    touch(ask, model)
    return _plain(ask.store, _current(ask.store, made), with_mesh=True)


@table.put("/{team}/objects/{object}")
def update(ask: Ask) -> Any:
    """Changes what is given, value by value; null takes a value away."""
    found, fields = find(ask, "Project_Edit"), ask.fields()
    if found.model is None:
        raise bad("A project is changed at its own address, /projects/{id}.")
    if (fields.guid("id") or found.id) != found.id:
        raise bad("id is not the one in the address.")
    parent = _parent(ask, fields.guid("parent"))
    edit.update(ask.store, found, fields, parent)
    _touch(ask, found)
    return _plain(ask.store, _current(ask.store, found.id), with_mesh=True)


@table.delete("/{team}/objects/{object}")
def delete(ask: Ask) -> Any:
    """Deletes the object with everything below it and the pins on any of that."""
    found = find(ask, "Project_Edit")
    if found.model is None:
        raise bad("A project is deleted at its own address, /projects/{id}.")
    ask.store.run("DELETE FROM objects WHERE seq = ?", found.seq)
    _touch(ask, found, gone=found.type == "TopologyDivision")


def _answer(ask: Ask, found: Found, *, with_mesh: bool) -> Any:
    record = _plain(ask.store, found, with_mesh=with_mesh)
    if found.layer is not None:
        return record
    return Reply(orjson.dumps(record), etag=etag(ask.store, found, record))


def _plain(store: Store, found: Found, *, with_mesh: bool) -> Record:
    record = forms.plain(found.body, store.attributes(), found.project, found.model)
    geometry = found.body.get("geometry") or _written_mesh(store, found) if with_mesh else None
    if geometry is not None:
        record["attributes"]["geometry"] = geometry
    return record


def _written_mesh(store: Store, found: Found) -> Record | None:
    """The object's own body as a mesh; its further bodies belong to its virtual objects."""
    row = store.row("SELECT color, geometry FROM solids WHERE object = ? AND part = 0", found.seq)
    if row is None:
        return None
    written = orjson.loads(b"{" + row[1] + b"}")
    return {"mesh": mesh.write(written["vertices"], *faces_of(written["faces"]), row[0])}


def _place(ask: Ask, fields: Fields) -> tuple[Record, Found]:
    """The model and the parent a new object belongs to; both are named, or one follows from the other."""
    attributes = fields.within("attributes")
    element = attributes.within("element") if attributes else None
    division = element.guid("divisionid") if element else None
    parent = _parent(ask, fields.guid("parent"))
    division = division or (parent.model if parent else None)
    model = ask.store.get("model", division) if division else None
    if model is None:
        if parent is None and division is None:
            raise bad("parent or attributes.element.divisionid must say where the object belongs.")
        raise bad("attributes.element.divisionid must name a model of this project.")
    access.require(ask, "Project_Edit", model["projectId"], what="model", name=model["id"])
    if parent is None:
        parent = _current(ask.store, model["topologyId"] or model["projectId"])
    if parent.project != model["projectId"] or parent.model not in (None, model["id"]):
        raise bad("parent and attributes.element.divisionid lie in different models.")
    return model, parent


def _parent(ask: Ask, key: str | None) -> Found | None:
    if key is None:
        return None
    row = ask.store.row("SELECT project FROM objects WHERE id = ? AND current", key)
    access.require(ask, "Project_Edit", row[0] if row else None, what="parent", name=key)
    return _current(ask.store, key)


def _current(store: Store, key: str) -> Found:
    return tree.found(
        store.row(
            "SELECT seq, id, revision, up, project, model, type, layer, body FROM objects WHERE id = ? AND current", key
        )
    )


def _touch(ask: Ask, found: Found, *, gone: bool = False) -> None:
    model = ask.store.get("model", found.model or "")
    assert model is not None
    if gone:
        model["topologyId"] = None
    touch(ask, model)

"""Objects: what a model is made of. Source: Bimplus documentation, Object Service; `properties/{n}` and the rich
groups: published JavaScript web components 0.0.189; `freeattributes`, `internal`, values and queries by attribute:
published JavaScript SDK 1.0.56 and renderer 1.8.17."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import orjson

from bimplus_nb.sandbox import access, attributes, edit, forms, mesh, tree
from bimplus_nb.sandbox.fields import Fields, finite, guid
from bimplus_nb.sandbox.private import hidden
from bimplus_nb.sandbox.problem import bad, missing
from bimplus_nb.sandbox.routes import locks
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
    without = hidden(ask, access.require(ask, "Project_View", root.project))
    keep: tree.Keep = "nodes" if hide else "all"
    return Reply(
        lambda: tree.tree(ask.store, root.seq, keep=keep, short=short, without=without),
        etag=etag(ask.store, root, "tree", keep, short, without, root.body["name"]),
    )


@table.get("/{team}/objects/{object}")
def one(ask: Ask) -> Any:
    """Plain groups with the mesh. A model's topology has an ETag that changes with every change below it.

    With ``freeattributes=true`` the rich groups instead; with ``internal=true`` too all of them flat, by attribute id,
    each with its type and unit and so on if ``attributedefinition=true``.
    """
    found, free = find(ask), ask.flag("freeattributes")
    flat, defined = ask.flag("internal"), ask.flag("attributedefinition")
    if not free:
        return _answer(ask, found, with_mesh=True)
    if flat:
        return forms.flat(found.body, ask.store.attributes(), defined=defined)
    return forms.rich(found.body, ask.store.attributes())


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


@table.get("/{team}/objects/{object}/internal")
def internal(ask: Ask) -> Any:
    """Everything the object says, flat. What this answers in the real service is not known."""
    return forms.flat(find(ask).body, ask.store.attributes())


@table.get("/{team}/objects/{object}/attributes/{attribute}")
def attribute_values(ask: Ask) -> Any:
    """What the object says of one attribute, and with ``children=true`` all below it; who says nothing is left out.

    The address is known, the answer's shape is the sandbox's own.
    """
    found = find(ask)
    known = attributes.of_project(ask.store, found.project)
    attribute = known.get(ask.id("attribute"))
    if attribute is None:
        raise missing("attribute", ask.path["attribute"])
    needle = "" if forms.own_words(attribute) else f'"{attribute["id"]}"'
    bodies = _bodies(ask, found, needle) if ask.flag("children") else iter([found.body])
    described = {name: attribute[name] for name in ("type", "unit")}
    return [
        {"id": body["id"], "name": body["name"], "attributeId": attribute["id"], "value": value, **described}
        for body in bodies
        if (value := forms.value(body, attribute)) is not None
    ]


@table.get("/{team}/objects/{object}/query")
def query(ask: Ask) -> Any:
    """The ids of the objects at and below one that have this value: ``?{attribute id}=value``, of several all.

    A text is compared exactly, as IFC GlobalIds differ in case alone. `divisions` leaves other models out.
    """
    found = find(ask)
    models = {model.strip().lower() for model in ask.query.get("divisions", "").split(",")} - {"", "undefined", "null"}
    known = attributes.of_project(ask.store, found.project)
    wanted = []
    for key, text in ((guid(name), text) for name, text in ask.query.items()):
        if key is not None and key not in known:
            raise bad(f"There is no attribute {key}.")
        if key is not None:
            wanted.append((known[key], _value(known[key], text)))
    if not wanted:
        raise bad("The query must name an attribute: ?{attribute id}={value}.")
    # What is looked for stands in the stored body: a text itself, of anything else the attribute.
    attribute, first = wanted[0]
    needle = orjson.dumps(first if isinstance(first, str) else attribute["id"]).decode()
    return [
        body["id"]
        for body in _bodies(ask, found, needle, models)
        if all(forms.value(body, attribute) == value for attribute, value in wanted)
    ]


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
    locks.check(ask, found)
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
    locks.check(ask, found, and_below=True)
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


def _value(attribute: Record, text: str) -> Any:
    """A value of the query as objects hold it."""
    if attribute["type"] in {"int", "double"}:
        return finite(text, attribute["name"])
    if attribute["type"] == "boolean":
        if text.lower() not in {"true", "false", "1", "0"}:
            raise bad(f"{attribute['name']} must be true or false.")
        return text.lower() in {"true", "1"}
    if attribute["type"] == "datetime":
        return Fields({"value": text}).moment("value")
    return text


def _bodies(ask: Ask, found: Found, needle: str, models: Collection[str] = ()) -> Iterator[Record]:
    """The objects at and below one whose stored body has a text in it, in the order they were made."""
    without = hidden(ask, access.require(ask, "Project_View", found.project))
    rows = ask.store.rows(
        tree.below(without=without) + "SELECT o.model, o.body FROM below JOIN objects o USING (seq) "
        "WHERE instr(o.body, ?) ORDER BY o.seq",
        *(found.seq, needle),
    )
    return (orjson.loads(body) for model, body in rows if not models or model in models)


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

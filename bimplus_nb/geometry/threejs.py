"""Geometry answers of the service, read once: the `Mesh` and what else is said about each object.

`GET …/geometries/threejs` answers ``{elementsCount, viewbox, colors, objects}``, each object ``{id, type, parent,
attributes}`` with its geometry in ``attributes.geometry.threejs``; flat, or as a tree by ``children``. The same walk
reads the other forms of `attributes.geometry`: `mesh`, `meshblob` (``picture``) and instances of templates.
Source: Bimplus documentation, Object Service; published JavaScript renderer 0.4.90.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import simdjson

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry.collect import Collector, Palette
from bimplus_nb.geometry.mesh import Mesh, Problem
from bimplus_nb.geometry.meshblob import decode_meshblob
from bimplus_nb.geometry.polymesh import decode_polymesh
from bimplus_nb.geometry.templates import Instance, instance_of
from bimplus_nb.geometry.wire import Unreadable, parse, plain

# In the id of geometry that the service splits off an object: openings, further colours.
_VIRTUAL = "-0000-0000-0000-000000000000"
# Written with and without the prefix, as everywhere.
_ROOMS = {"Room", "ID_Room", "IfcSpace", "ID_IFCSpace"}
# The service's own view of such elements is named onProjectElements_Terrain; how it writes their type is not published.
_TERRAIN = {"Terrain", "ID_Terrain", "IfcSite", "ID_IFCSite"}
_KNOWN = {"objects", "elementsCount", "elementCount", "viewbox", "viewBox", "colors"}


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What one answer (or one chunk of it) holds.

    - ``mesh``: the geometry, virtual objects folded into their owners
    - ``objects``: each real object as a dict with `id`, `type`, `parent` and `attributes`, in the service's spelling
      and without geometry; `parent` is the object it hangs below where the answer is a tree
    - ``instances``: objects that are a template put somewhere; `place` makes a mesh of them
    - ``rooms``: ids of the objects that are rooms, which fill a building and hide what is in it
    - ``terrain``: ids of the objects that are land, on which a building stands
    """

    mesh: Mesh
    objects: list[dict[str, Any]]
    instances: tuple[Instance, ...]
    rooms: frozenset[str] = frozenset()
    terrain: frozenset[str] = frozenset()


def decode_threejs(data: bytes) -> Mesh:
    """The mesh of one geometry answer or one chunk of it; see `read`."""
    return read(data, attributes=False).mesh


def decode_attributes(data: bytes) -> list[dict[str, Any]]:
    """What one geometry answer says about its objects besides geometry; see `Answer.objects`."""
    return read(data, geometry=False).objects


def read(data: bytes, *, geometry: bool = True, attributes: bool = True) -> Answer:
    """Mesh, objects and template instances of one geometry answer or one chunk of it, in one parse.

    What cannot be read costs that object alone and becomes a `Problem`. Geometry of a virtual object becomes part of
    the owner it names, whether or not the owner is in the same answer (chunks are put together later); if it names
    none, it stays an object of its own, with a problem. Objects of type Pin are skipped.
    `GeometryError`: not such an answer at all.
    """
    answer = parse(data)
    if isinstance(answer, simdjson.Object) and "attributes" in (keys := list(answer)) and "objects" not in keys:
        objects: Any = [answer]  # `GET /objects/{id}`
        colors = None
    elif isinstance(answer, simdjson.Object) and _KNOWN & set(keys := list(answer)):
        objects = answer["objects"] if "objects" in keys else None
        colors = answer["colors"] if "colors" in keys else None
    else:
        raise GeometryError(f"not a geometry answer: it begins with {data[:60].decode('utf-8', 'replace')!r}")
    if not (objects is None or isinstance(objects, simdjson.Array | list)):
        raise GeometryError("not a geometry answer: its objects are not a list")
    reader = _Reader(Palette(colors), geometry, attributes)
    for item, parent, keys in _walk(objects or ()):
        reader.take(item, parent, keys)
    return reader.answer()


class _Reader:
    """Goes through the objects of one answer."""

    def __init__(self, palette: Palette, geometry: bool, attributes: bool) -> None:
        self._palette = palette
        self._collector = Collector(palette)
        self._geometry = geometry
        self._attributes = attributes
        self._others: list[Mesh] = []
        self._objects: list[dict[str, Any]] = []
        self._instances: list[Instance] = []
        self._problems: list[Problem] = []
        self._rooms: list[str] = []
        self._terrain: list[str] = []

    def take(self, item: Any, parent: str | None, keys: list[str]) -> None:
        id_ = item["id"] if "id" in keys else None
        if not isinstance(id_, str) or not id_:
            self._problems.append(Problem("", "an object without an id"))
            return
        type_ = item["type"] if "type" in keys else None
        if type_ == "Pin":
            return
        if type_ in _ROOMS:
            self._rooms.append(id_)
        elif type_ in _TERRAIN:
            self._terrain.append(id_)
        attributes: Any = item["attributes"] if "attributes" in keys else None
        if self._geometry and not self._attributes and _VIRTUAL not in id_:
            # What nearly all objects are, without asking first what there is; the rest is looked at with care.
            try:
                geometry = attributes["geometry"]["threejs"]
            except (KeyError, TypeError):
                pass
            else:
                self._collector.add(id_, id_, geometry)
                return
        groups = list(attributes) if isinstance(attributes, simdjson.Object) else []
        if self._attributes and _VIRTUAL not in id_:
            said = {key: plain(item[key]) for key in keys if key not in ("attributes", "children")}
            values = {group: plain(attributes[group]) for group in groups if group != "geometry"}
            self._objects.append({"id": id_, "type": None, "parent": parent, **said, "attributes": values})
        if self._geometry and "geometry" in groups and isinstance(geometry := attributes["geometry"], simdjson.Object):
            try:
                self._shape(id_, attributes, groups, geometry)
            except (Unreadable, GeometryError) as reason:
                self._problems.append(Problem(id_, str(reason)))

    def _shape(self, id_: str, attributes: Any, groups: list[str], geometry: Any) -> None:
        forms = list(geometry)
        owner = self._owner(id_, attributes, groups) if _VIRTUAL in id_ else id_
        if "threejs" in forms:
            self._collector.add(owner, id_, geometry["threejs"])
        elif "template" in forms:
            self._instances.append(instance_of(owner, geometry, self._palette))
        elif "mesh" in forms or "picture" in forms:
            element: Any = attributes["element"] if "element" in groups else None
            placed = geometry if "matrix" in forms else element
            matrix = placed["matrix"] if isinstance(placed, simdjson.Object) and "matrix" in list(placed) else None
            decode = decode_polymesh if "mesh" in forms else decode_meshblob
            self._others.append(
                decode(plain(geometry["mesh" if "mesh" in forms else "picture"]), id=owner, matrix=matrix)
            )
        elif forms:
            raise Unreadable(f"geometry in a form that is not known: {', '.join(sorted(forms)[:5])}")

    def _owner(self, id_: str, attributes: Any, groups: list[str]) -> str:
        """The object that a virtual one belongs to; the service writes related_objects as {"0": {id}} or [{id}]."""
        related = plain(attributes["related_objects"]) if "related_objects" in groups else None
        entries = related.values() if isinstance(related, dict) else related if isinstance(related, list) else ()
        for entry in entries:
            owner = entry.get("id") if isinstance(entry, dict) else None
            if isinstance(owner, str) and owner:
                return owner
        self._problems.append(Problem(id_, "a virtual object that names no owner: kept as an object of its own"))
        return id_

    def answer(self) -> Answer:
        meshes = [self._collector.mesh(), *self._others, Mesh.empty(self._problems)]
        mesh, instances = Mesh.concatenate(meshes), tuple(self._instances)
        return Answer(mesh, self._objects, instances, frozenset(self._rooms), frozenset(self._terrain))


def _walk(objects: Any) -> Iterator[tuple[Any, str | None, list[str]]]:
    """Every object of a list and of the trees below, in the order of the document: it, its parent's id, its keys."""
    stack = [(iter(objects), None)]
    while stack:
        items, parent = stack[-1]
        for item in items:
            keys = list(item) if isinstance(item, simdjson.Object) else []
            yield item, parent, keys
            if "children" in keys and isinstance(children := item["children"], simdjson.Array):
                stack.append((iter(children), item["id"] if "id" in keys else None))
                break
        else:
            stack.pop()

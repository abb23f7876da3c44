"""Objects of a model: the building's parts, their tree, their properties, their geometry.

Longer than most files because the service has them all in one service, and a class here is one service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bimplus_nb.api.parallel import fetch_chunks
from bimplus_nb.api.service import Service
from bimplus_nb.errors import ApiError
from bimplus_nb.http import Answer, Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import Source


class Objects(Service):
    """The building's parts: tree, properties, geometry. Longer than most: the service's largest part, and its geometry
    has four addresses.

    `revision` is a revision's number, by default the newest; `project_id` names the project where the object alone does
    not say it; `short_info` leaves out most of what is said. Of geometry `chunk` is the number of a piece, without it
    all comes at once; `etag` is that of what one has: where it still stands, an answer of status 304 has no bytes.
    """

    def get(
        self,
        object_id: str,
        *,
        revision: int | None = None,
        project_id: str | None = None,
        short_info: bool | None = None,
    ) -> Record:
        """One object with its attributes in groups and its own geometry (`mesh`: Z up, mm, see `matrix`).

        ``GET {team}/objects/{}``
        """
        params = {"revision": revision, "projectId": project_id, "shortinfo": short_info}
        return self._one("GET", "{team}/objects/{}", object_id, params=params)

    def without_geometry(self, object_id: str) -> Record:
        """One object with its attributes, without its geometry.

        ``GET {team}/objects/{}/nogeometry``
        """
        return self._one("GET", "{team}/objects/{}/nogeometry", object_id)

    def create(
        self,
        *,
        type: str,
        parent: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        children: Sequence[Mapping[str, Any]] | None = None,
    ) -> Record:
        """A new object below `parent`. `type` names an element type ("Wall"), `attributes` are in groups.

        ``POST {team}/objects``
        """
        body = {"type": type, "parent": parent, "attributes": attributes, "children": children}
        return self._one("POST", "{team}/objects", body=body)

    def update(
        self,
        object_id: str,
        *,
        type: str,
        parent: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        project_id: str | None = None,
    ) -> None:
        """Change what is given. The service wants the `type` even where it stays.

        ``PUT {team}/objects/{}``
        """
        body = {"type": type, "parent": parent, "attributes": attributes}
        self._none("PUT", "{team}/objects/{}", object_id, params={"projectid": project_id}, body=body)

    def delete(self, object_id: str) -> None:
        """Delete the object with what is below it.

        ``DELETE {team}/objects/{}``
        """
        self._none("DELETE", "{team}/objects/{}", object_id)

    def topology(
        self,
        object_id: str,
        *,
        revision: int | None = None,
        hide_elements: bool | None = None,
        short_info: bool | None = None,
    ) -> Record:
        """The tree from here down, each node with `children`. `object_id` may be a project's or a model's root.

        `hide_elements` leaves out what hangs on the topology.

        ``GET {team}/objects/{}/topology``
        """
        params = {"revision": revision, "hideElements": hide_elements, "shortinfo": short_info}
        return self._one("GET", "{team}/objects/{}/topology", object_id, params=params, keep=True)

    def properties(self, object_id: str, flags: int = 8, *, revision: int | None = None) -> Record:
        """One object with its attributes in full: each with id, name, value, type, unit and how it may be changed.

        ``GET {team}/objects/{}/properties/{}``
        """
        return self._one("GET", "{team}/objects/{}/properties/{}", object_id, flags, params={"revision": revision})

    def attributes(self, object_id: str, *, revision: int | None = None, project_id: str | None = None) -> Record:
        """One object with its attributes in groups, each with its definition. Source: published JavaScript SDK 1.0.56.

        ``GET {team}/objects/{}``
        """
        params = {"freeattributes": True, "revision": revision, "projectid": project_id}
        return self._one("GET", "{team}/objects/{}", object_id, params=params)

    def flat_attributes(self, object_id: str, *, revision: int | None = None, project_id: str | None = None) -> Record:
        """One object with all attributes under `attributes.content`, by attribute id: id, name, value, type, unit.

        Source: published JavaScript SDK 1.0.56 and renderer 1.8.17.

        ``GET {team}/objects/{}``
        """
        params = {"freeattributes": True, "internal": True, "attributedefinition": True}
        more = {"revision": revision, "projectid": project_id}
        return self._one("GET", "{team}/objects/{}", object_id, params={**params, **more})

    def internal(self, object_id: str, *, revision: int | None = None) -> Record:
        """One object with the values the service keeps for itself. Source: published JavaScript SDK 1.0.56.

        ``GET {team}/objects/{}/internal``
        """
        return self._one("GET", "{team}/objects/{}/internal", object_id, params={"revision": revision})

    def attribute_values(self, object_id: str, attribute_id: str, *, children: bool | None = None) -> Records:
        """The values of one attribute on the object, with `children` also on all below it.

        Source: published JavaScript SDK 1.0.56, which does not say what an item holds beside them.

        ``GET {team}/objects/{}/attributes/{}``
        """
        return self._many(
            "GET", "{team}/objects/{}/attributes/{}", object_id, attribute_id, params={"children": children}, keep=True
        )

    def query(self, object_id: str, *, attribute: str, value: str, models: Sequence[str] | None = None) -> list[str]:
        """The ids of the objects at and below one whose `attribute` (an id) has the `value`, in all or some models.

        The IFC GlobalId is the attribute 93027bad-df91-48ee-a0bb-60a8184cddba. Source: published JavaScript SDK 1.0.56.

        ``GET {team}/objects/{}/query``
        """
        params = {attribute: value, "divisions": None if models is None else ",".join(models)}
        found = self._value("GET", "{team}/objects/{}/query", object_id, params=params)
        if found is not None and not (isinstance(found, list) and all(isinstance(item, str) for item in found)):
            raise self._unexpected("GET", "{team}/objects/{}/query", found)
        return found or []

    def changed(self, object_id: str, *, revision: int | None = None, since: str | None = None) -> str | None:
        """The ETag of the object's present state, None where that is still `since`; without the object itself.

        ``HEAD {team}/objects/{}``
        """
        params = {"revision": revision}
        answer = self._http.send("HEAD", "{team}/objects/{}", object_id, params=params, etag=since)
        return None if answer.status == 304 or answer.etag == since else answer.etag

    def geometry(
        self,
        object_id: str,
        *,
        revision: int | None = None,
        element_type: str | None = None,
        detail: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry from here down, as bytes of THREE JSON for `geometry.decode_threejs` (mm, Y up, world).

        `element_type` is the id of the only type wanted; `detail` from 0 to 100 leaves out what is small.

        ``GET {team}/objects/{}/geometries/threejs``
        """
        params = {"revision": revision, "elementTypeId": element_type, "levelofdetail": detail}
        return self._geometry("geometries/threejs", (object_id,), params, chunk, etag, progress)

    def geometry_properties(
        self,
        object_id: str,
        flags: int,
        *,
        revision: int | None = None,
        element_type: str | None = None,
        detail: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The same with more: bits of `flags` are 1 tree, 2 attributes, 4 face normals.

        ``GET {team}/objects/{}/geometries/threejs/properties/{}``
        """
        params = {"revision": revision, "elementTypeId": element_type, "levelofdetail": detail}
        return self._geometry("geometries/threejs/properties/{}", (object_id, flags), params, chunk, etag, progress)

    def layer_geometry(
        self,
        object_id: str,
        layer_id: str,
        *,
        revision: int | None = None,
        element_type: str | None = None,
        detail: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry of one layer from here down.

        ``GET {team}/objects/{}/disciplines/{}/geometries/threejs``
        """
        params = {"revision": revision, "elementTypeId": element_type, "levelofdetail": detail}
        return self._geometry("disciplines/{}/geometries/threejs", (object_id, layer_id), params, chunk, etag, progress)

    def layer_geometry_properties(
        self,
        object_id: str,
        layer_id: str,
        flags: int,
        *,
        revision: int | None = None,
        element_type: str | None = None,
        detail: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry of one layer with more, see `geometry_properties`.

        ``GET {team}/objects/{}/disciplines/{}/geometries/threejs/properties/{}``
        """
        params = {"revision": revision, "elementTypeId": element_type, "levelofdetail": detail}
        path, ids = "disciplines/{}/geometries/threejs/properties/{}", (object_id, layer_id, flags)
        return self._geometry(path, ids, params, chunk, etag, progress)

    def meshblobs(
        self,
        object_id: str,
        *,
        revision: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry from here down as compressed polyhedra, an older form that `decode_threejs` reads too.

        ``GET {team}/objects/{}/geometries/meshblob``
        """
        return self._geometry("geometries/meshblob", (object_id,), {"revision": revision}, None, etag, progress)

    def layer_meshblobs(
        self,
        object_id: str,
        layer_id: str,
        *,
        revision: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry of one layer as compressed polyhedra.

        ``GET {team}/objects/{}/disciplines/{}/geometries/meshblob``
        """
        path, ids = "disciplines/{}/geometries/meshblob", (object_id, layer_id)
        return self._geometry(path, ids, {"revision": revision}, None, etag, progress)

    def templates(
        self,
        object_id: str,
        layer_id: str,
        *,
        revision: int | None = None,
        detail: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """What objects of a layer have in common, sent once: bytes for `geometry.decode_templates`.

        ``GET {team}/objects/{}/disciplines/{}/templates/threejs``
        """
        path, params = "disciplines/{}/templates/threejs", {"revision": revision, "levelofdetail": detail}
        return self._geometry(path, (object_id, layer_id), params, chunk, etag, progress)

    def set_thumbnail(
        self, object_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """Send a picture that stands for the object, instead of the one before; needs the right to edit the project.

        ``POST {team}/objects/{}/thumbnail``
        """
        path = "{team}/objects/{}/thumbnail"
        return self._upload("POST", path, object_id, file=file, name=name, progress=progress)

    def thumbnail(self, object_id: str) -> bytes:
        """Its picture. Raises `NotFound` where it has none.

        ``GET {team}/objects/{}/thumbnail/download``
        """
        return self._bytes("{team}/objects/{}/thumbnail/download", object_id)

    def delete_thumbnail(self, object_id: str) -> None:
        """Delete its picture.

        ``DELETE {team}/objects/{}/thumbnail``
        """
        self._none("DELETE", "{team}/objects/{}/thumbnail", object_id)

    def geometry_chunks(
        self, object_id: str, *, layer_id: str | None = None, flags: int = 0, revision: int | None = None
    ) -> Iterator[bytes]:
        """The geometry from here down, of one layer or of all, in chunks: fetched side by side, in order of arrival."""

        def fetch(chunk: int) -> Answer:
            if layer_id is None:
                return self.geometry_properties(object_id, flags, revision=revision, chunk=chunk)
            return self.layer_geometry_properties(object_id, layer_id, flags, revision=revision, chunk=chunk)

        for _, _, answer in fetch_chunks([(object_id, fetch)]):
            yield answer.body

    def _geometry(
        self,
        form: str,
        ids: tuple[str | int, ...],
        params: Mapping[str, Any],
        chunk: int | None,
        etag: str | None,
        progress: Progress | None,
    ) -> Answer:
        params = {**params, "chunkSize": None if chunk is None else "medium", "chunk": chunk}
        path = f"{{team}}/objects/{{}}/{form}"
        answer = self._http.send("GET", path, *ids, params=params, etag=etag, keep=True, progress=progress)
        if answer.status == 202:
            # Seen in the published renderer 0.4.90: the service is still working the geometry out.
            text = f"GET {answer.path}: the service is still preparing this geometry. Ask again in a minute."
            raise ApiError(text, status=202, method="GET", path=answer.path)
        return answer

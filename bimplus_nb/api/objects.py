"""Objects of a model: the building's parts, their tree, their properties, their geometry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bimplus_nb.api.parallel import fetch_chunks
from bimplus_nb.api.service import Service
from bimplus_nb.errors import ApiError
from bimplus_nb.http import Answer, Progress
from bimplus_nb.records import Record


class Objects(Service):
    """Objects. Longer than most: the service's largest part, and its geometry has four addresses."""

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

        ``GET {team}/objects/{}/topology``
        """
        params = {"revision": revision, "hideElements": hide_elements, "shortinfo": short_info}
        return self._one("GET", "{team}/objects/{}/topology", object_id, params=params)

    def properties(self, object_id: str, flags: int = 8, *, revision: int | None = None) -> Record:
        """One object with its attributes in full: each with id, name, value, type, unit and how it may be changed.

        ``GET {team}/objects/{}/properties/{}``
        """
        return self._one("GET", "{team}/objects/{}/properties/{}", object_id, flags, params={"revision": revision})

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
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry from here down, as bytes of THREE JSON for `geometry.decode_threejs` (mm, Y up, world).

        ``GET {team}/objects/{}/geometries/threejs``
        """
        return self._geometry("", (object_id,), revision, chunk, etag, progress)

    def geometry_properties(
        self,
        object_id: str,
        flags: int,
        *,
        revision: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The same with more: bits of `flags` are 1 tree, 2 attributes, 4 face normals.

        ``GET {team}/objects/{}/geometries/threejs/properties/{}``
        """
        return self._geometry("/properties/{}", (object_id, flags), revision, chunk, etag, progress)

    def layer_geometry(
        self,
        object_id: str,
        layer_id: str,
        *,
        revision: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry of one layer from here down.

        ``GET {team}/objects/{}/disciplines/{}/geometries/threejs``
        """
        return self._geometry("", (object_id, layer_id), revision, chunk, etag, progress, layer=True)

    def layer_geometry_properties(
        self,
        object_id: str,
        layer_id: str,
        flags: int,
        *,
        revision: int | None = None,
        chunk: int | None = None,
        etag: str | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The geometry of one layer with more, see `geometry_properties`.

        ``GET {team}/objects/{}/disciplines/{}/geometries/threejs/properties/{}``
        """
        ids = (object_id, layer_id, flags)
        return self._geometry("/properties/{}", ids, revision, chunk, etag, progress, layer=True)

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
        more: str,
        ids: tuple[str | int, ...],
        revision: int | None,
        chunk: int | None,
        etag: str | None,
        progress: Progress | None,
        *,
        layer: bool = False,
    ) -> Answer:
        path = f"{{team}}/objects/{{}}{'/disciplines/{}' if layer else ''}/geometries/threejs{more}"
        params = {"revision": revision, "chunkSize": None if chunk is None else "medium", "chunk": chunk}
        answer = self._http.send("GET", path, *ids, params=params, etag=etag, progress=progress)
        if answer.status == 202:
            # Seen in the published renderer 0.4.90: the service is still working the geometry out.
            text = f"GET {answer.path}: the service is still preparing this geometry. Ask again in a minute."
            raise ApiError(text, status=202, method="GET", path=answer.path)
        return answer

"""Models of a project ("divisions" in the service's addresses)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bimplus_nb.api.service import Service
from bimplus_nb.http import Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import Folder


class Models(Service):
    """Models of a project, with their layers and files."""

    def all(self, project_id: str) -> Records:
        """The project's models.

        ``GET {team}/projects/{}/divisions``
        """
        return self._many("GET", "{team}/projects/{}/divisions", project_id)

    def of_team(self) -> Records:
        """The models of all the team's projects.

        ``GET {team}/divisions``
        """
        return self._many("GET", "{team}/divisions")

    def get(self, model_id: str) -> Record:
        """One model. `topologyId` is the root of its tree, `status` how far an import is.

        ``GET {team}/divisions/{}``
        """
        return self._one("GET", "{team}/divisions/{}", model_id)

    def create(self, project_id: str, *, name: str, description: str | None = None) -> Record:
        """A new, empty model.

        ``POST {team}/projects/{}/divisions``
        """
        body = {"name": name, "description": description}
        return self._one("POST", "{team}/projects/{}/divisions", project_id, body=body)

    def update(self, model_id: str, *, name: str | None = None, description: str | None = None) -> None:
        """Change what is given, leave the rest.

        ``PUT {team}/divisions/{}``
        """
        self._none("PUT", "{team}/divisions/{}", model_id, body={"name": name, "description": description})

    def delete(self, model_id: str) -> None:
        """Delete the model with its objects.

        ``DELETE {team}/divisions/{}``
        """
        self._none("DELETE", "{team}/divisions/{}", model_id)

    def disciplines(self, model_id: str) -> Records:
        """The layers it has objects in.

        ``GET {team}/divisions/{}/disciplines``
        """
        return self._many("GET", "{team}/divisions/{}/disciplines", model_id)

    def changed(self, model_id: str, *, since: str | None = None) -> str | None:
        """The ETag of the model's present state, None where that is still `since`; without the model itself.

        ``HEAD {team}/divisions/{}``
        """
        answer = self._http.send("HEAD", "{team}/divisions/{}", model_id, etag=since)
        return None if answer.status == 304 or answer.etag == since else answer.etag

    def download(self, model_id: str, folder: Folder, *, progress: Progress | None = None) -> Path:
        """The file the model was imported from, now in `folder`. Raises `NotFound` for a model made otherwise.

        ``GET {team}/divisions/{}/download``
        """
        return self._download("{team}/divisions/{}/download", model_id, folder=folder, progress=progress)

    def move(self, model_id: str, *, by: Sequence[float]) -> None:
        """Move everything in the model by (x, y, z): mm, Z up as in `mesh` and `matrix`. For owners and project admins.

        The service documents no body for this; {"x", "y", "z"} is what the sandbox takes. Address: published
        JavaScript SDK 1.0.56.

        ``PUT {team}/divisions/{}/move``
        """
        x, y, z = by
        self._none("PUT", "{team}/divisions/{}/move", model_id, body={"x": float(x), "y": float(y), "z": float(z)})

    def set_private(self, model_id: str, layer_id: str, *, private: bool) -> None:
        """Keep a layer of the model to those who may edit the project, or show it to all again.

        Source: published JavaScript SDK 1.0.56, which calls a layer that is not private valid.

        ``PUT {team}/divisions/{}/disciplines/{}``
        """
        self._none("PUT", "{team}/divisions/{}/disciplines/{}", model_id, layer_id, body={"private": private})

"""Models of a project ("divisions" in the service's addresses)."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Models(Service):
    """Models."""

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

    def revisions(self, model_id: str) -> Records:
        """Its revisions, with `revisionNr`.

        ``GET {team}/divisions/{}/revisions``
        """
        return self._many("GET", "{team}/divisions/{}/revisions", model_id)

    def revision(self, revision_id: str) -> Record:
        """One revision.

        ``GET {team}/revisions/{}``
        """
        return self._one("GET", "{team}/revisions/{}", revision_id)

    def changed(self, model_id: str, *, since: str | None = None) -> str | None:
        """The ETag of the model's present state, None where that is still `since`; without the model itself.

        ``HEAD {team}/divisions/{}``
        """
        answer = self._http.send("HEAD", "{team}/divisions/{}", model_id, etag=since)
        return None if answer.status == 304 or answer.etag == since else answer.etag

"""Revisions of a model: states it keeps. An import goes into the latest."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Revisions(Service):
    """Revisions of a model, and what changed between two."""

    def all(self, model_id: str) -> Records:
        """Its revisions, with `revisionNr`.

        ``GET {team}/divisions/{}/revisions``
        """
        return self._many("GET", "{team}/divisions/{}/revisions", model_id)

    def of_project(self, project_id: str) -> Records:
        """The revisions of all models of a project, each with its `divisionId`.

        ``GET {team}/projects/{}/revisions``
        """
        return self._many("GET", "{team}/projects/{}/revisions", project_id)

    def get(self, revision_id: str) -> Record:
        """One revision.

        ``GET {team}/revisions/{}``
        """
        return self._one("GET", "{team}/revisions/{}", revision_id)

    def create(self, model_id: str, *, name: str, description: str | None = None) -> Record:
        """A new latest revision: what the model has now stays as it is, and the next import goes into the new one.

        For owners and project admins. Source: Bimplus documentation, Revision Service.

        ``POST {team}/divisions/{}/revisions``
        """
        body = {"name": name, "description": description}
        return self._one("POST", "{team}/divisions/{}/revisions", model_id, body=body)

    def update(self, revision_id: str, *, name: str | None = None, description: str | None = None) -> None:
        """Change the name or the description.

        ``PUT {team}/revisions/{}``
        """
        self._none("PUT", "{team}/revisions/{}", revision_id, body={"name": name, "description": description})

    def compare(self, model_id: str, newer: int, older: int) -> Record:
        """What changed from one `revisionNr`, the older, to the newer.

        The service documents no answer; the sandbox's has `counts` and `objects`, each with its `change` (added,
        removed, modified) and the single `changes`. Address: published JavaScript SDK 1.0.56.

        ``GET {team}/divisions/{}/revisionscomparison/{}/{}``
        """
        return self._one("GET", "{team}/divisions/{}/revisionscomparison/{}/{}", model_id, newer, older)

"""Projects of a team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Projects(Service):
    """Projects."""

    def all(self, *, disciplines: bool | None = None) -> Records:
        """The team's projects that this user may see; quicker without their layers (`disciplines=False`).

        ``GET {team}/projects``
        """
        return self._many("GET", "{team}/projects", params={"disciplines": disciplines})

    def everywhere(self, *, disciplines: bool | None = None) -> Records:
        """The projects of all this user's teams; `teamSlug` says which team each is in.

        ``GET projects``
        """
        return self._many("GET", "projects", params={"disciplines": disciplines})

    def get(self, project_id: str) -> Record:
        """One project. `disciplines` lists its layers, one entry a model and layer, with the revisions there are.

        ``GET {team}/projects/{}``
        """
        return self._one("GET", "{team}/projects/{}", project_id)

    def create(
        self, *, name: str, description: str | None = None, properties: Mapping[str, Any] | None = None
    ) -> Record:
        """A new project, with free `properties` if wanted. Raises `Conflict` where the team has one of that name.

        ``POST {team}/projects``
        """
        body = {"name": name, "shortDescr": description, "properties": properties}
        return self._one("POST", "{team}/projects", body=body)

    def update(
        self,
        project_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> None:
        """Change what is given, leave the rest.

        ``PUT {team}/projects/{}``
        """
        body = {"name": name, "shortDescr": description, "properties": properties}
        self._none("PUT", "{team}/projects/{}", project_id, body=body)

    def delete(self, project_id: str) -> None:
        """Delete the project with everything in it.

        ``DELETE {team}/projects/{}``
        """
        self._none("DELETE", "{team}/projects/{}", project_id)

    def topology(self, project_id: str) -> Record:
        """The project's tree: below it one node a model, each with `children`.

        ``GET {team}/projects/{}/topology``
        """
        return self._one("GET", "{team}/projects/{}/topology", project_id)

    def disciplines(self, project_id: str) -> Records:
        """Its layers, one entry a model and layer.

        ``GET {team}/projects/{}/disciplines``
        """
        return self._many("GET", "{team}/projects/{}/disciplines", project_id)

    def element_types(self, project_id: str) -> Records:
        """The element types that occur in it.

        ``GET {team}/projects/{}/element-types``
        """
        return self._many("GET", "{team}/projects/{}/element-types", project_id)

"""Projects of a team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.http import Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import Source


class Projects(Service):
    """Projects with their trees and layers, copies, the recycle bin."""

    def all(self, *, disciplines: bool | None = None, recycled: bool | None = None) -> Records:
        """The team's projects that this user may see; quicker without their layers (`disciplines=False`).

        With `recycled=True` also those in the recycle bin (published JavaScript SDK 1.0.56, "alsoRecycleBin").

        ``GET {team}/projects``
        """
        return self._many("GET", "{team}/projects", params={"disciplines": disciplines, "recycleBin": recycled})

    def everywhere(self, *, disciplines: bool | None = None, recycled: bool | None = None) -> Records:
        """The projects of all this user's teams; `teamSlug` says which team each is in.

        `disciplines` and `recycled` as in `all`.

        ``GET projects``
        """
        return self._many("GET", "projects", params={"disciplines": disciplines, "recycleBin": recycled})

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

    def copy(self, project_id: str, *, name: str, description: str | None = None, issues: bool | None = None) -> Record:
        """A new project with the models of this one, and with `issues=True` its issues and comments too.

        Only an account owner may; raises `Conflict` where the name is taken. The published JavaScript SDK 1.0.56 has
        this operation, but does not say what its fields are called.

        ``POST {team}/projects/copyfrom``
        """
        body = {"id": project_id, "name": name, "shortDescr": description, "issues": issues}
        return self._one("POST", "{team}/projects/copyfrom", body=body)

    def delete(self, project_id: str, *, recycle: bool | None = None, from_bin: bool | None = None) -> None:
        """Delete the project with everything in it. Only an account owner or project admin may.

        `recycle=True` moves it to the recycle bin instead, from where `restore` brings it back and `from_bin=True`
        deletes it for good (published JavaScript SDK 1.0.56).

        ``DELETE {team}/projects/{}``
        """
        params = {"moveToRecycleBin": recycle, "fromRecycleBin": from_bin}
        self._none("DELETE", "{team}/projects/{}", project_id, params=params)

    def restore(self, project_id: str) -> None:
        """Bring the project back from the recycle bin. Raises `Conflict` where its name is taken by now.

        ``PUT {team}/objects/{}/restore``
        """
        self._none("PUT", "{team}/objects/{}/restore", project_id, body={})

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

    def set_thumbnail(
        self, project_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """Send a picture that stands for the project, instead of the one before; needs the right to edit the project.

        ``POST {team}/projects/{}/thumbnail``
        """
        path = "{team}/projects/{}/thumbnail"
        return self._upload("POST", path, project_id, file=file, name=name, progress=progress)

    def thumbnail(self, project_id: str) -> bytes:
        """Its picture. Raises `NotFound` where it has none.

        ``GET {team}/thumbnail/{}``
        """
        return self._bytes("{team}/thumbnail/{}", project_id)

    def delete_thumbnail(self, project_id: str) -> None:
        """Delete its picture.

        ``DELETE {team}/projects/{}/thumbnail``
        """
        self._none("DELETE", "{team}/projects/{}/thumbnail", project_id)

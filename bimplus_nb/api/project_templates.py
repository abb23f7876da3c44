"""Project attribute templates: sets of attribute templates for a kind of project."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class ProjectTemplates(Service):
    """Sets of attribute templates for projects.

    Every team has the default one, 0149c4a8-4e84-4c40-bfdd-5dd63b109266.
    """

    def all(self) -> Records:
        """The team's project attribute templates.

        ``GET {team}/projectattributetemplates``
        """
        return self._many("GET", "{team}/projectattributetemplates")

    def get(self, project_template_id: str) -> Record:
        """One project attribute template.

        ``GET {team}/projectattributetemplates/{}``
        """
        return self._one("GET", "{team}/projectattributetemplates/{}", project_template_id)

    def create(self, *, name: str, description: str | None = None) -> Record:
        """A new one, empty. Its `name` must be the only one in the team.

        ``POST {team}/projectattributetemplates``
        """
        body = {"name": name, "description": description}
        return self._one("POST", "{team}/projectattributetemplates", body=body)

    def update(self, project_template_id: str, *, name: str, description: str | None = None) -> Record:
        """Change name and description; the template as it is then. The service wants the `name` even where it stays.

        ``PUT {team}/projectattributetemplates/{}``
        """
        body = {"name": name, "description": description}
        return self._one("PUT", "{team}/projectattributetemplates/{}", project_template_id, body=body)

    def delete(self, project_template_id: str) -> None:
        """Delete it with the attribute templates in it.

        ``DELETE {team}/projectattributetemplates/{}``
        """
        self._none("DELETE", "{team}/projectattributetemplates/{}", project_template_id)

    def copy(self, project_template_id: str, *, source_id: str | None = None) -> Record:
        """Add the attribute templates of another one, by default of the default one; what both have is there twice.

        `source_id` is the other one.

        ``PUT {team}/projectattributetemplates/{}/copyfrom``
        """
        body = {"id": source_id}
        return self._one("PUT", "{team}/projectattributetemplates/{}/copyfrom", project_template_id, body=body)

    def set_default(self, project_template_id: str) -> None:
        """Make it the one that is meant where none is named. Source: published JavaScript SDK 1.0.56.

        ``PUT {team}/projectattributetemplates/{}/default``
        """
        self._none("PUT", "{team}/projectattributetemplates/{}/default", project_template_id)

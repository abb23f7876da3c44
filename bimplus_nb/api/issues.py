"""Issues of a project ("topics" in newer documents)."""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Issues(Service):
    """Issues. Texts such as status and priority are the service's own; compare them without case."""

    def all(self, project_id: str) -> Records:
        """The project's issues.

        ``GET {team}/projects/{}/issues``
        """
        return self._many("GET", "{team}/projects/{}/issues", project_id)

    def get(self, issue_id: str) -> Record:
        """One issue.

        ``GET {team}/issues/{}``
        """
        return self._one("GET", "{team}/issues/{}", issue_id)

    def create(
        self,
        project_id: str,
        *,
        name: str,
        description: str | None = None,
        type: str | None = None,
        status: str | None = None,
        priority: str | None = None,
        responsible: str | None = None,
        due: str | None = None,
        classification: str | None = None,
        scene: Any = None,
    ) -> Record:
        """A new issue. `responsible` is a user's id, `due` an ISO date; needs the right to edit the project.

        ``POST {team}/projects/{}/issues``
        """
        body = {
            "name": name,
            "description": description,
            "type": type,
            "status": status,
            "priority": priority,
            "responsible": None if responsible is None else {"id": responsible},
            "dueDate": due,
            "classification": classification,
            "scene": scene,
        }
        return self._one("POST", "{team}/projects/{}/issues", project_id, body=body)

    def update(
        self,
        issue_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        type: str | None = None,
        status: str | None = None,
        priority: str | None = None,
        responsible: str | None = None,
        due: str | None = None,
        classification: str | None = None,
        solution: str | None = None,
        scene: Any = None,
    ) -> None:
        """Change what is given. Only the author may; `solution` the responsible too.

        ``PUT {team}/issues/{}``
        """
        body = {
            "name": name,
            "description": description,
            "type": type,
            "status": status,
            "priority": priority,
            "responsible": None if responsible is None else {"id": responsible},
            "dueDate": due,
            "classification": classification,
            "solution": solution,
            "scene": scene,
        }
        self._none("PUT", "{team}/issues/{}", issue_id, body=body)

    def delete(self, issue_id: str) -> None:
        """Delete the issue with its pins. Only the author may.

        ``DELETE {team}/issues/{}``
        """
        self._none("DELETE", "{team}/issues/{}", issue_id)

    def delete_all(self, project_id: str) -> None:
        """Delete every issue of the project, whoever wrote it.

        ``DELETE {team}/projects/{}/issues``
        """
        self._none("DELETE", "{team}/projects/{}/issues", project_id)

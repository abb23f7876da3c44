"""What a client asks for, written down."""

from __future__ import annotations

from typing import Any

from bimplus_nb.api import Api
from bimplus_nb.client import Client
from bimplus_nb.errors import NotFound
from bimplus_nb.http import Http
from bimplus_nb.project import Project


class Counted(Api):
    """An Api that writes down what is asked for."""

    def __init__(self, http: Http) -> None:
        super().__init__(http)
        self.asked: list[str] = []
        real = http.send

        def send(method: str, path: str, *ids: str | int, **options: Any) -> Any:
            self.asked.append(f"{method} {path}")
            return real(method, path, *ids, **options)

        http.send = send  # type: ignore[method-assign]


def fresh(client: Client, project: Project) -> tuple[Project, list[str]]:
    """The same project with nothing fetched yet, and what it asks for."""
    api = Counted(client._http.for_team(project.api._http.team))
    return Project(api, project.record), api.asked


def refusing(project: Project, *paths: str) -> set[str]:
    """Has the service of a project know nothing of these addresses; what was refused is put into the answer."""
    refused: set[str] = set()
    real = project.api._http.send

    def send(method: str, path: str, *ids: str | int, **options: Any) -> Any:
        if path in paths:
            refused.add(path)
            raise NotFound(f"{path} is not there.", status=404, method=method, path=path)
        return real(method, path, *ids, **options)

    project.api._http.send = send  # type: ignore[method-assign]
    return refused

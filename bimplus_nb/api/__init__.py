"""The service's operations: one file a service of its documents, one method an operation.

`Api` holds one attribute a service. Methods return `Record`, `Records`, an `Answer` (geometry) or nothing; the line in
double backticks of each docstring is the request it sends.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.comments import Comments
from bimplus_nb.api.element_types import ElementTypes
from bimplus_nb.api.issues import Issues
from bimplus_nb.api.models import Models
from bimplus_nb.api.objects import Objects
from bimplus_nb.api.pins import Pins
from bimplus_nb.api.projects import Projects
from bimplus_nb.api.teams import Teams
from bimplus_nb.api.users import Users
from bimplus_nb.http import Http
from bimplus_nb.records import Record, Records

__all__ = ["Api"]


class Api:
    """Every service for one team, by one `Http`."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.teams = Teams(http)
        self.users = Users(http)
        self.projects = Projects(http)
        self.models = Models(http)
        self.objects = Objects(http)
        self.element_types = ElementTypes(http)
        self.issues = Issues(http)
        self.pins = Pins(http)
        self.comments = Comments(http)

    def __repr__(self) -> str:
        return f"<Api of {self._http!r}>"

    def request(
        self, method: str, path: str, *ids: str | int, params: dict[str, Any] | None = None, body: Any = None
    ) -> Any:
        """The value that any operation answers, for those without a method here.

        `path` is relative to the base URL; ``{team}`` in it is the team's slug, each ``{}`` takes the next of `ids`:
        ``client.request("GET", "{team}/projects/{}/members", project.id)``.
        """
        value = self._http.json(method.upper(), path, *ids, params=params, body=body)
        if isinstance(value, dict):
            return Record(value)
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            return Records(value)
        return value

    def for_team(self, slug: str) -> Api:
        """The same services for another team."""
        return Api(self._http.for_team(slug))

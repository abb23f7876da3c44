"""The service's operations: one file a service of its documents, one method an operation.

`Api` holds one attribute a service. Methods return `Record`, `Records`, an `Answer` (geometry) or nothing; the line in
double backticks of each docstring is the request it sends.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.administration import Administration
from bimplus_nb.api.attachments import Attachments
from bimplus_nb.api.attribute_groups import AttributeGroups
from bimplus_nb.api.attribute_templates import AttributeTemplates
from bimplus_nb.api.attributes import Attributes
from bimplus_nb.api.authorization import Authorization
from bimplus_nb.api.comments import Comments
from bimplus_nb.api.element_types import ElementTypes
from bimplus_nb.api.hyperlinks import Hyperlinks
from bimplus_nb.api.imports import Imports
from bimplus_nb.api.invitations import Invitations
from bimplus_nb.api.issues import Issues
from bimplus_nb.api.locks import Locks
from bimplus_nb.api.logs import Logs
from bimplus_nb.api.members import Members
from bimplus_nb.api.messages import Messages
from bimplus_nb.api.models import Models
from bimplus_nb.api.object_views import ObjectViews
from bimplus_nb.api.objects import Objects
from bimplus_nb.api.overview import services_table
from bimplus_nb.api.pins import Pins
from bimplus_nb.api.project_members import ProjectMembers
from bimplus_nb.api.project_templates import ProjectTemplates
from bimplus_nb.api.projects import Projects
from bimplus_nb.api.revisions import Revisions
from bimplus_nb.api.roles import Roles
from bimplus_nb.api.scenes import Scenes
from bimplus_nb.api.service import Service
from bimplus_nb.api.slides import Slides
from bimplus_nb.api.slideshows import Slideshows
from bimplus_nb.api.structures import Structures
from bimplus_nb.api.teams import Teams
from bimplus_nb.api.units import Units
from bimplus_nb.api.user_settings import UserSettings
from bimplus_nb.api.users import Users
from bimplus_nb.http import Http
from bimplus_nb.records import Record, Records
from bimplus_nb.text import markup

__all__ = ["Api"]


class Api:
    """Every service for one team, by one `Http`."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.authorization = Authorization(http)
        self.users = Users(http)
        self.teams = Teams(http)
        self.members = Members(http)
        self.roles = Roles(http)
        self.project_members = ProjectMembers(http)
        self.invitations = Invitations(http)
        self.projects = Projects(http)
        self.models = Models(http)
        self.revisions = Revisions(http)
        self.imports = Imports(http)
        self.objects = Objects(http)
        self.attributes = Attributes(http)
        self.attribute_groups = AttributeGroups(http)
        self.units = Units(http)
        self.project_templates = ProjectTemplates(http)
        self.attribute_templates = AttributeTemplates(http)
        self.element_types = ElementTypes(http)
        self.structures = Structures(http)
        self.issues = Issues(http)
        self.pins = Pins(http)
        self.comments = Comments(http)
        self.attachments = Attachments(http)
        self.hyperlinks = Hyperlinks(http)
        self.slideshows = Slideshows(http)
        self.slides = Slides(http)
        self.scenes = Scenes(http)
        self.locks = Locks(http)
        self.messages = Messages(http)
        self.object_views = ObjectViews(http)
        self.user_settings = UserSettings(http)
        self.logs = Logs(http)
        self.administration = Administration(http)

    @property
    def address(self) -> str:
        """The base URL of the service."""
        return self._http.base_url

    def __repr__(self) -> str:
        return f"<Api of {self._http!r}>"

    def _repr_html_(self) -> str:
        services = {name: type(value) for name, value in vars(self).items() if isinstance(value, Service)}
        return f"<p>{markup(self)}</p>{services_table(services)}"

    def request(
        self, method: str, path: str, *ids: str | int, params: dict[str, Any] | None = None, body: Any = None
    ) -> Any:
        """The value that any operation answers, for those without a method here.

        `path` is relative to the base URL; ``{team}`` in it is the team's slug, each ``{}`` takes the next of `ids`:
        ``client.request("GET", "{team}/projects/{}/members", project.id)``. `params` are its
        query, `body` is sent as JSON.
        """
        value = self._http.json(method.upper(), path, *ids, params=params, body=body)
        if isinstance(value, dict):
            return Record(value)
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            return Records(value)
        return value

    def for_team(self, slug: str) -> Api:
        """The same services for another team, by its slug."""
        return Api(self._http.for_team(slug))

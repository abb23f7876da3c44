"""Links to elsewhere on objects and issues."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Hyperlinks(Service):
    """Links on objects and issues. Their addresses (`url`) are anybody's text: look before you open one."""

    def of_project(self, project_id: str) -> Records:
        """The links in a project, whatever they are on.

        ``GET {team}/projects/{}/hyperlinks``
        """
        return self._many("GET", "{team}/projects/{}/hyperlinks", project_id)

    def of_object(self, object_id: str) -> Records:
        """The links on an object.

        ``GET {team}/objects/{}/hyperlinks``
        """
        return self._many("GET", "{team}/objects/{}/hyperlinks", object_id)

    def of_issue(self, issue_id: str) -> Records:
        """The links on an issue.

        ``GET {team}/issues/{}/hyperlinks``
        """
        return self._many("GET", "{team}/issues/{}/hyperlinks", issue_id)

    def get(self, hyperlink_id: str) -> Record:
        """One link.

        ``GET {team}/hyperlinks/{}``
        """
        return self._one("GET", "{team}/hyperlinks/{}", hyperlink_id)

    def create_on_object(
        self, object_id: str, *, url: str, name: str | None = None, order: int | None = None
    ) -> Record:
        """A new link on an object, at place `order` of its list; needs the right to edit the project.

        ``POST {team}/objects/{}/hyperlinks``
        """
        body = {"url": url, "name": name, "orderNumber": order}
        return self._one("POST", "{team}/objects/{}/hyperlinks", object_id, body=body)

    def create_on_issue(self, issue_id: str, *, url: str, name: str | None = None, order: int | None = None) -> Record:
        """A new link on an issue, at place `order` of its list; needs the right to edit the project.

        ``POST {team}/issues/{}/hyperlinks``
        """
        body = {"url": url, "name": name, "orderNumber": order}
        return self._one("POST", "{team}/issues/{}/hyperlinks", issue_id, body=body)

    def update(
        self, hyperlink_id: str, *, url: str | None = None, name: str | None = None, order: int | None = None
    ) -> None:
        """Change what is given.

        ``PUT {team}/hyperlinks/{}``
        """
        body = {"url": url, "name": name, "orderNumber": order}
        self._none("PUT", "{team}/hyperlinks/{}", hyperlink_id, body=body)

    def delete(self, hyperlink_id: str) -> None:
        """Delete one link.

        ``DELETE {team}/hyperlinks/{}``
        """
        self._none("DELETE", "{team}/hyperlinks/{}", hyperlink_id)

    def delete_all_of_object(self, object_id: str) -> None:
        """Delete all links on an object.

        ``DELETE {team}/objects/{}/hyperlinks``
        """
        self._none("DELETE", "{team}/objects/{}/hyperlinks", object_id)

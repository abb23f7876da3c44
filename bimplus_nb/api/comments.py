"""Comments on issues and objects. Whatever a comment is about, its record calls that thing's id `issueId`."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Comments(Service):
    """What people say on issues and objects. It is plain text."""

    def of_project(self, project_id: str) -> Records:
        """The comments in a project, whatever they are on.

        ``GET {team}/projects/{}/comments``
        """
        return self._many("GET", "{team}/projects/{}/comments", project_id)

    def of_issue(self, issue_id: str) -> Records:
        """The comments on an issue.

        ``GET {team}/issues/{}/comments``
        """
        return self._many("GET", "{team}/issues/{}/comments", issue_id)

    def of_object(self, object_id: str) -> Records:
        """The comments on an object.

        ``GET {team}/objects/{}/comments``
        """
        return self._many("GET", "{team}/objects/{}/comments", object_id)

    def get(self, comment_id: str) -> Record:
        """One comment.

        ``GET {team}/comments/{}``
        """
        return self._one("GET", "{team}/comments/{}", comment_id)

    def create_on_issue(self, issue_id: str, *, text: str) -> Record:
        """A new comment on an issue.

        ``POST {team}/issues/{}/comments``
        """
        return self._one("POST", "{team}/issues/{}/comments", issue_id, body={"text": text})

    def create_on_object(self, object_id: str, *, text: str) -> Record:
        """A new comment on an object.

        ``POST {team}/objects/{}/comments``
        """
        return self._one("POST", "{team}/objects/{}/comments", object_id, body={"text": text})

    def update(self, comment_id: str, *, text: str) -> None:
        """Change the text. Only the author may.

        ``PUT {team}/comments/{}``
        """
        self._none("PUT", "{team}/comments/{}", comment_id, body={"text": text})

    def delete(self, comment_id: str) -> None:
        """Delete one comment. Only the author may.

        ``DELETE {team}/comments/{}``
        """
        self._none("DELETE", "{team}/comments/{}", comment_id)

    def delete_all_of_issue(self, issue_id: str) -> None:
        """Delete all comments on an issue.

        ``DELETE {team}/issues/{}/comments``
        """
        self._none("DELETE", "{team}/issues/{}/comments", issue_id)

    def delete_all_of_object(self, object_id: str) -> None:
        """Delete all comments on an object.

        ``DELETE {team}/objects/{}/comments``
        """
        self._none("DELETE", "{team}/objects/{}/comments", object_id)

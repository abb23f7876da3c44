"""Members of a project, each with a role. Those of the whole team are in `members`, the roles in `roles`."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class ProjectMembers(Service):
    """Who has which role in a project. Changes need the right Project_Admin in it; nobody gives more rights than they
    have."""

    def all(self, project_id: str) -> Records:
        """Who has a role in the project: member (id, e-mail address) and role.

        ``GET {team}/projects/{}/members``
        """
        return self._many("GET", "{team}/projects/{}/members", project_id)

    def create(self, project_id: str, *, user_id: str, role_id: str) -> Record:
        """Give a user a role in the project; raises Conflict if they have one there.

        ``POST {team}/projects/{}/members``
        """
        body = {"member": {"id": user_id}, "role": {"id": role_id}}
        return self._one("POST", "{team}/projects/{}/members", project_id, body=body)

    def update(self, project_id: str, *, user_id: str, role_id: str) -> None:
        """Change a member's role.

        ``PUT {team}/projects/{}/members``
        """
        body = {"member": {"id": user_id}, "role": {"id": role_id}}
        self._none("PUT", "{team}/projects/{}/members", project_id, body=body)

    def delete(self, project_id: str, *, user_id: str) -> None:
        """Keep a member out of the project, whatever role they have in the team. The account owner always stays.

        ``DELETE {team}/projects/{}/members``
        """
        self._none("DELETE", "{team}/projects/{}/members", project_id, body={"member": {"id": user_id}})

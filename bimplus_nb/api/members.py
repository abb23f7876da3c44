"""Members of a team. Those of one project are in `project_members`."""

from __future__ import annotations

from collections.abc import Sequence

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Members(Service):
    """Who is in a team, with which role. A member's `status` is "Active" or "Passive"; a passive one may not enter
    it."""

    def all(self) -> Records:
        """Who is in the team: user, roles, status ("Active" or "Passive").

        ``GET {team}/members``
        """
        return self._many("GET", "{team}/members")

    def create(self, *, user_id: str, roles: Sequence[str] | None = None, status: str | None = None) -> Record:
        """Take a user into the team; raises Conflict if they are in it. Needs the right Project_Admin.

        Without `roles`, or with ``["Member"]``, they see what single projects give them; a role such as
        "Project_Viewer" holds for all projects.

        ``POST {team}/members``
        """
        body = {
            "user": {"id": user_id},
            "roles": list(roles if roles is not None else ("Member",)),
            "member_status": status,
        }
        return self._one("POST", "{team}/members", body=body)

    def update(self, user_id: str, *, status: str, roles: Sequence[str] | None = None) -> None:
        """Let a member in ("Active") or keep them out ("Passive"). Needs the right Project_Admin.

        ``PUT {team}/members/{}``
        """
        body = {"user": {"id": user_id}, "status": status, "roles": None if roles is None else list(roles)}
        self._none("PUT", "{team}/members/{}", user_id, body=body)

    def delete(self, user_id: str) -> None:
        """Remove a member, who may be oneself. The account owner always stays.

        ``DELETE {team}/members/{}``
        """
        self._none("DELETE", "{team}/members/{}", user_id)

"""Invitations to a team or its projects, for whoever has no account yet. Known from the published JavaScript SDK
1.0.56 (addresses) and the published .NET example (fields); the documents do not describe them."""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Invitations(Service):
    """Invitations to a team or its projects. They need the right Project_Admin where they lead to. An invitation holds
    a role and a `text` for whom it invites."""

    def all(self, *, project_id: str | None = None) -> Records:
        """The invitations that this user may manage, to one project or to all.

        ``GET {team}/invitations``
        """
        return self._many("GET", "{team}/invitations", params={"projectId": project_id})

    def get(self, invitation_id: str) -> Record:
        """One invitation.

        ``GET {team}/invitations/{}``
        """
        return self._one("GET", "{team}/invitations/{}", invitation_id)

    def create(
        self, *, email: str, project_id: str | None = None, role: str | None = None, text: str | None = None
    ) -> Record:
        """Invite an e-mail address (`email`) to a project with a role such as "Project_Editor", or to the team.

        Raises Conflict if it is invited already.

        ``POST {team}/invitations``
        """
        return self._one("POST", "{team}/invitations", body={"email": email, **_offer(project_id, role, text)})

    def update(
        self, invitation_id: str, *, project_id: str | None = None, role: str | None = None, text: str | None = None
    ) -> None:
        """Change the words, or what it is to. Raises Conflict once it is accepted.

        ``PUT {team}/invitations/{}``
        """
        self._none("PUT", "{team}/invitations/{}", invitation_id, body=_offer(project_id, role, text))

    def delete(self, invitation_id: str) -> None:
        """Take an invitation back.

        ``DELETE {team}/invitations/{}``
        """
        self._none("DELETE", "{team}/invitations/{}", invitation_id)

    def accept(self, invitation_id: str) -> Record:
        """Accept an invitation to the e-mail address of who is signed in; from then on they are a member.

        ``PUT invitations/{}/accept``
        """
        return self._one("PUT", "invitations/{}/accept", invitation_id, body={})


def _offer(project_id: str | None, role: str | None, text: str | None) -> dict[str, Any]:
    offer: dict[str, Any] = {"invitationText": text}
    if project_id is not None:
        part = {"projectId": project_id, "roleName": role}
        offer["projects"] = [{key: value for key, value in part.items() if value is not None}]
    elif role is not None:
        offer["roleName"] = role
    return offer

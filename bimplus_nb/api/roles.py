"""Roles and the rights they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Roles(Service):
    """Roles and the rights they give: the service's four, and a team's own. An account owner makes the latter
    (published JavaScript SDK 1.0.56).

    `resources` is a list such as ``[{"resource": "UserRightProject", "rights": ["Project_View"]}]``.
    """

    def all(self, *, custom: bool | None = None) -> Records:
        """The team's roles with their rights; `custom` chooses its own ones or those of the service.

        ``GET {team}/roles``
        """
        return self._many("GET", "{team}/roles", params={"customrole": custom})

    def get(self, role_id: str) -> Record:
        """One role.

        ``GET {team}/roles/{}``
        """
        return self._one("GET", "{team}/roles/{}", role_id)

    def create(self, *, name: str, resources: Sequence[Mapping[str, Any]]) -> Record:
        """A new role of the team's own. Only the account owner may.

        ``POST {team}/roles``
        """
        body = {"name": name, "resources": [dict(resource) for resource in resources]}
        return self._one("POST", "{team}/roles", body=body)

    def update(
        self, role_id: str, *, name: str | None = None, resources: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        """Change a role of the team's own, also for those who have it. Only the account owner may.

        ``PUT {team}/roles/{}``
        """
        said = None if resources is None else [dict(resource) for resource in resources]
        self._none("PUT", "{team}/roles/{}", role_id, body={"name": name, "resources": said})

    def delete(self, role_id: str) -> None:
        """Delete a role of the team's own; raises Conflict while somebody has it. Only the account owner may.

        ``DELETE {team}/roles/{}``
        """
        self._none("DELETE", "{team}/roles/{}", role_id)

    def rights(self) -> Records:
        """All rights that a role may give, by what they are rights in.

        ``GET {team}/rights``
        """
        return self._many("GET", "{team}/rights")

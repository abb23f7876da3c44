"""Teams: each is a tenant of its own, named in the address of nearly everything by its slug."""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Teams(Service):
    """The teams that one works for, each with its own projects. The shop and portal application alone makes and deletes
    teams (Bimplus documentation, Team Service). A `slug` is a team's short name, as in addresses."""

    def all(self) -> Records:
        """The teams this user belongs to.

        ``GET teams``
        """
        return self._many("GET", "teams")

    def get(self, slug: str) -> Record:
        """One team with its storage figures.

        ``GET teams/{}``
        """
        return self._one("GET", "teams/{}", slug)

    def create(self, *, slug: str, name: str, owner: str, storage: int) -> Record:
        """A new team of the user `owner`, with so many bytes of storage. For the shop and portal application only.

        ``POST teams``
        """
        body = {"slug": slug, "name": name, "owner": owner, "totalStorage": storage}
        return self._one("POST", "teams", body=body)

    def update(
        self,
        slug: str,
        *,
        name: str | None = None,
        storage: int | None = None,
        status: str | None = None,
        public_read: bool | None = None,
        public_write: bool | None = None,
    ) -> None:
        """Change what is given. The account owner may, or the shop and portal, whose word alone counts on `storage`.

        `status` is "Active" or "Inactive". `public_read` and `public_write` let every registered user view or write
        all projects of the team (Bimplus documentation, Team Service).

        ``PUT teams/{}``
        """
        public = {"read": public_read, "write": public_write}
        body: dict[str, Any] = {"name": name, "totalStorage": storage, "status": status}
        body["public"] = {key: value for key, value in public.items() if value is not None} or None
        self._none("PUT", "teams/{}", slug, body=body)

    def delete(self, slug: str) -> None:
        """Delete a team with all its projects. For the shop and portal application only.

        ``DELETE teams/{}``
        """
        self._none("DELETE", "teams/{}", slug)

"""Teams: each is a tenant of its own, named in the address of nearly everything by its slug."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Teams(Service):
    """Teams of the user who is signed in."""

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

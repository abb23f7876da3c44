"""Users: who is signed in, and whom one shares a team with."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record


class Users(Service):
    """Users."""

    def current(self) -> Record:
        """Who is signed in.

        ``GET user``
        """
        return self._one("GET", "user")

    def get(self, user_id: str) -> Record:
        """One user.

        ``GET users/{}``
        """
        return self._one("GET", "users/{}", user_id)

"""Users, teams and database servers, for the shop and portal application only (Bimplus documentation, Administration,
Database Server Statistics and Database Move Service): others are refused (Forbidden)."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Administration(Service):
    """Users, teams and database servers, for the shop and portal application only. `status` is "active" or "disabled",
    `admin_id` who does it and `reason` why: both are kept in the record's `adminLog`, newest first."""

    def users(self) -> Records:
        """All users: id, e-mail address, status.

        ``GET administration/users``
        """
        return self._many("GET", "administration/users")

    def user(self, user_id: str) -> Record:
        """One user with the log of what was done to them.

        ``GET administration/users/{}``
        """
        return self._one("GET", "administration/users/{}", user_id)

    def activate_user(self, user_id: str, *, status: str, admin_id: str, reason: str) -> Record:
        """Let a user sign in, or keep them from it.

        ``PUT administration/users/{}``
        """
        body = {"activeStatus": status, "adminId": admin_id, "reason": reason}
        return self._one("PUT", "administration/users/{}", user_id, body=body)

    def teams(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        sort: str | None = None,
        descending: bool | None = None,
    ) -> Records:
        """All teams, or a page of them: `page` and `page_size` belong together.

        `sort` names a field of the answer, `descending` turns the order round.
        The documents do not say whether the first page is 0 or 1; the sandbox counts from 0.

        ``GET administration/teams``
        """
        direction = None if descending is None else "desc" if descending else "asc"
        said = {"pageIndex": page, "pageSize": page_size, "sortColumn": sort, "sortDirection": direction}
        headers = {name: str(value) for name, value in said.items() if value is not None}
        return self._many("GET", "administration/teams", headers=headers)

    def team(self, team_id: str) -> Record:
        """One team with its owner, members and log.

        ``GET administration/teams/{}``
        """
        return self._one("GET", "administration/teams/{}", team_id)

    def activate_team(self, team_id: str, *, status: str, admin_id: str, reason: str) -> Record:
        """Open a team to its members, or close it.

        ``PUT administration/teams/{}``
        """
        body = {"activeStatus": status, "adminId": admin_id, "reason": reason}
        return self._one("PUT", "administration/teams/{}", team_id, body=body)

    def move_team(self, team_id: str, *, server_id: str, admin_id: str | None = None) -> Record:
        """Move a team's database to another server.

        ``PUT administration/teams/{}/move``
        """
        body = {"targetServerId": server_id, "adminId": admin_id}
        return self._one("PUT", "administration/teams/{}/move", team_id, body=body)

    def database_servers(self) -> Records:
        """The database servers with their figures.

        ``GET administration/dbservers``
        """
        return self._many("GET", "administration/dbservers")

    def database_server(self, server_id: str) -> Record:
        """One database server with its figures.

        ``GET administration/dbservers/{}``
        """
        return self._one("GET", "administration/dbservers/{}", server_id)

"""Groups of free attributes."""

from __future__ import annotations

from bimplus_nb.api.scope import Scope, door
from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class AttributeGroups(Service):
    """The groups that attributes lie in, a tree. `scope` and who may change what: as with attributes."""

    def all(self, *, scope: Scope = "service") -> Records:
        """The groups at the top, each with those below it as `children`; with ``scope="team"`` also the team's own.

        ``GET content/freeattributegroups``
        """
        return self._many("GET", door(scope) + "/freeattributegroups")

    def get(self, group_id: str, *, scope: Scope = "service") -> Record:
        """One group with those below it, without attributes; with ``scope="team"`` it may be the team's own.

        ``GET content/freeattributegroups/{}``
        """
        return self._one("GET", door(scope) + "/freeattributegroups/{}", group_id)

    def create(
        self, *, name: str, description: str | None = None, parent_id: str | None = None, scope: Scope = "service"
    ) -> Record:
        """A new group, at the top or below another; of the team alone with ``scope="team"``.

        ``POST content/freeattributegroups``
        """
        body = {"name": name, "description": description, "parent": parent_id}
        return self._one("POST", door(scope) + "/freeattributegroups", body=body)

    def update(
        self,
        group_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        parent_id: str | None = None,
        scope: Scope = "service",
    ) -> Record:
        """Change what is given; the group as it is then. Another `parent_id` moves it with all in it.

        ``PUT content/freeattributegroups/{}``
        """
        body = {"name": name, "description": description, "parent": parent_id}
        return self._one("PUT", door(scope) + "/freeattributegroups/{}", group_id, body=body)

    def delete(self, group_id: str, *, scope: Scope = "service") -> None:
        """Delete a group. What becomes of what is in it, the documents do not say.

        ``DELETE content/freeattributegroups/{}``
        """
        self._none("DELETE", door(scope) + "/freeattributegroups/{}", group_id)

"""Structures: trees of named nodes on which the objects of a project hang, such as cost groups."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Structures(Service):
    """Trees of one's own beside the building's, such as costs, with objects on their nodes. `type` is CostStructure,
    SpecificationStructure or TopologyStructure; `color` is that of a node in the portal."""

    def all(self, project_id: str, *, type: str | None = None) -> Records:
        """The structures of a project, or those of one type, without what is below them.

        ``GET {team}/projects/{}/structures``
        """
        return self._many("GET", "{team}/projects/{}/structures", project_id, params={"type": type})

    def delete_all(self, project_id: str) -> None:
        """Delete every structure of the project; the objects stay.

        ``DELETE {team}/projects/{}/structures``
        """
        self._none("DELETE", "{team}/projects/{}/structures", project_id)

    def project_topology(self, project_id: str) -> Record:
        """All structures of a project as one tree: structure, node, StructureElement (the connection), object.

        ``GET {team}/structures/{}/topology``
        """
        return self._one("GET", "{team}/structures/{}/topology", project_id)

    def create(
        self,
        project_id: str,
        *,
        name: str,
        description: str | None = None,
        type: str | None = None,
        color: int | None = None,
    ) -> Record:
        """A new structure of a project; needs the right to edit it.

        ``POST {team}/projects/{}/structures``
        """
        body = {"name": name, "description": description, "type": type, "color": color}
        return self._one("POST", "{team}/projects/{}/structures", project_id, body=body)

    def get(self, structure_id: str) -> Record:
        """One structure or node; `nr` is its place among its siblings.

        ``GET {team}/structures/{}``
        """
        return self._one("GET", "{team}/structures/{}", structure_id)

    def create_node(
        self,
        structure_id: str,
        *,
        name: str,
        description: str | None = None,
        type: str | None = None,
        color: int | None = None,
    ) -> Record:
        """A new node below a structure or node.

        ``POST {team}/structures/{}``
        """
        body = {"name": name, "description": description, "type": type, "color": color}
        return self._one("POST", "{team}/structures/{}", structure_id, body=body)

    def topology(self, structure_id: str) -> Record:
        """The tree from a structure or node down.

        ``GET {team}/structures/{}/topology``
        """
        return self._one("GET", "{team}/structures/{}/topology", structure_id)

    def assign(self, structure_id: str, object_id: str, *, name: str) -> Record:
        """Hang an object on a node; the connection, which has the `name`.

        ``POST {team}/structures/{}/assign/{}``
        """
        return self._one("POST", "{team}/structures/{}/assign/{}", structure_id, object_id, body={"name": name})

    def update(
        self,
        structure_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        type: str | None = None,
        parent_id: str | None = None,
        number: int | None = None,
        color: int | None = None,
    ) -> Record:
        """Change what is given; the node as it is then. `parent_id` and `number` move it with all below it.

        ``PUT {team}/structures/{}``
        """
        body = {"name": name, "description": description, "type": type, "color": color}
        return self._one(
            "PUT", "{team}/structures/{}", structure_id, body={**body, "parentId": parent_id, "nr": number}
        )

    def delete(self, structure_id: str) -> None:
        """Delete a structure or node with all nodes below it; the objects stay.

        ``DELETE {team}/structures/{}``
        """
        self._none("DELETE", "{team}/structures/{}", structure_id)

    def unassign(self, structure_id: str, object_id: str, *, below: bool | None = None) -> None:
        """Take an object off a node, with `below` off every node below it too.

        Source: published JavaScript SDK 1.0.56, which calls the switch removeAllNodes.

        ``DELETE {team}/structures/{}/delete/{}``
        """
        params = {"removeAllNodes": below}
        self._none("DELETE", "{team}/structures/{}/delete/{}", structure_id, object_id, params=params)

"""Element types: what kinds of things there are, and the layers ("disciplines") that group them."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class ElementTypes(Service):
    """The kinds of objects, and the layers they belong to."""

    def all(self) -> Records:
        """Every element type; `category` is its path from the layer down, such as ``/1/10/2/``.

        ``GET {team}/element-types``
        """
        return self._many("GET", "{team}/element-types")

    def get(self, element_type_id: str) -> Record:
        """One element type.

        ``GET {team}/element-types/{}``
        """
        return self._one("GET", "{team}/element-types/{}", element_type_id)

    def disciplines(self) -> Records:
        """The layers: element types of the top level.

        ``GET {team}/element-types/disciplines``
        """
        return self._many("GET", "{team}/element-types/disciplines")

    def discipline(self, layer_id: str) -> Record:
        """One layer.

        ``GET {team}/element-types/disciplines/{}``
        """
        return self._one("GET", "{team}/element-types/disciplines/{}", layer_id)

    def templatable(self, *, type: str | None = None) -> Records:
        """The element types that attribute templates can be made for, or those with `type` in their type.

        ``GET {team}/element-types/attributetemplates``
        """
        params = {"filter": None if type is None else f"type={type}"}
        return self._many("GET", "{team}/element-types/attributetemplates", params=params)

    def templates(
        self, element_type_id: str, *, attributes: bool | None = None, project_template_id: str | None = None
    ) -> Records:
        """The attribute templates for an element type, in all or one project attribute template.

        With `attributes` each shows its groups and attributes.

        ``GET {team}/element-types/{}/attributetemplates``
        """
        params = {"attributes": attributes, "projectattributetemplate": project_template_id}
        return self._many("GET", "{team}/element-types/{}/attributetemplates", element_type_id, params=params)

    def topology(self) -> Records:
        """The layers, each with its element types as `children`. Source: published JavaScript SDK 1.0.56.

        ``GET {team}/element-types/topology``
        """
        return self._many("GET", "{team}/element-types/topology")

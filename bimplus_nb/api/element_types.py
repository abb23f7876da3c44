"""Element types: what kinds of things there are, and the layers ("disciplines") that group them."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class ElementTypes(Service):
    """Element types."""

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

"""Attribute templates: which attributes an object of a type should have, in which groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class AttributeTemplates(Service):
    """Which attributes objects of an element type should have. `groups` hold name, description, `freeattributes`
    (objects with an id) and `groups`."""

    def all(self) -> Records:
        """The attribute templates of all the team's project attribute templates.

        ``GET {team}/attributetemplates``
        """
        return self._many("GET", "{team}/attributetemplates")

    def get(self, template_id: str) -> Record:
        """One attribute template with its element types, groups and attributes.

        ``GET {team}/attributetemplates/{}``
        """
        return self._one("GET", "{team}/attributetemplates/{}", template_id)

    def create(
        self,
        *,
        name: str,
        project_template_id: str,
        element_types: Sequence[str],
        description: str | None = None,
        attributes: Sequence[str] | None = None,
        groups: Sequence[Mapping[str, Any]] | None = None,
        order: int | None = None,
    ) -> Record:
        """A new template for at least one of the types that `element_types.templatable` lists.

        `element_types` and `attributes` (those in no group) are ids; `order` is 0 for the end or the place from 1.

        ``POST {team}/attributetemplates``
        """
        body = _body(name, description, element_types, attributes, groups, order)
        body["projectAttributeTemplate"] = project_template_id
        return self._one("POST", "{team}/attributetemplates", body=body)

    def update(
        self,
        template_id: str,
        *,
        name: str,
        project_template_id: str,
        element_types: Sequence[str],
        description: str | None = None,
        attributes: Sequence[str] | None = None,
        groups: Sequence[Mapping[str, Any]] | None = None,
        order: int | None = None,
    ) -> Record:
        """Change it; the template as it is then. A list that is given takes the place of the old one.

        The service wants name, project template and element types even where they stay.

        ``PUT {team}/attributetemplates/{}``
        """
        body = _body(name, description, element_types, attributes, groups, order)
        body["projectAttributeTemplate"] = project_template_id
        return self._one("PUT", "{team}/attributetemplates/{}", template_id, body=body)

    def delete(self, template_id: str) -> None:
        """Delete one attribute template.

        ``DELETE {team}/attributetemplates/{}``
        """
        self._none("DELETE", "{team}/attributetemplates/{}", template_id)


def _body(
    name: str,
    description: str | None,
    element_types: Sequence[str],
    attributes: Sequence[str] | None,
    groups: Sequence[Mapping[str, Any]] | None,
    order: int | None,
) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "elementtypes": [{"id": key} for key in element_types],
        "freeattributes": None if attributes is None else [{"id": key} for key in attributes],
        "groups": None if groups is None else [dict(group) for group in groups],
        "orderNumber": order,
    }

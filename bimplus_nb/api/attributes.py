"""Free attributes: what objects can say of themselves beyond what the service itself knows."""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.scope import Scope, door
from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Attributes(Service):
    """What objects can say of themselves, with type, unit and limits. With ``scope="team"`` those of the service and
    the team's own; the latter no other team sees.

    An account owner changes the service's, whoever administers projects in the team changes the team's.
    """

    def all(self, *, name: str | None = None, scope: Scope = "service") -> Records:
        """The attributes, or those with `name` in their name; with ``scope="team"`` also the team's own.

        ``GET content/freeattributes``
        """
        params = {"filter": None if name is None else f"name={name}"}
        return self._many("GET", door(scope) + "/freeattributes", params=params)

    def topology(self, *, scope: Scope = "service") -> Records:
        """The groups as a tree, each with its attributes; with ``scope="team"`` also the team's own.

        Source: published JavaScript SDK 1.0.56.

        ``GET content/freeattributes``
        """
        return self._many("GET", door(scope) + "/freeattributes", params={"topology": True})

    def of_group(self, group_id: str, *, scope: Scope = "service") -> Records:
        """The attributes of one group; with ``scope="team"`` also the team's own.

        ``GET content/freeattributegroups/{}/freeattributes``
        """
        return self._many("GET", door(scope) + "/freeattributegroups/{}/freeattributes", group_id)

    def of_project(self, project_id: str, *, layer_id: str | None = None, type_id: str | None = None) -> Records:
        """The attributes that objects of the project really have, in all or one layer, of all or one element type.

        Source: published JavaScript SDK 1.0.56.

        ``GET {team}/projects/{}/attributes``
        """
        return self._many(
            "GET", "{team}/projects/{}/attributes", project_id, params={"layer": layer_id, "type": type_id}
        )

    def get(self, attribute_id: str, *, scope: Scope = "service") -> Record:
        """One attribute; with ``scope="team"`` it may be the team's own.

        ``GET content/freeattributes/{}``
        """
        return self._one("GET", door(scope) + "/freeattributes/{}", attribute_id)

    def create(
        self,
        *,
        name: str,
        type: str,
        description: str | None = None,
        group_id: str | None = None,
        unit_id: str | None = None,
        minimum: float | None = None,
        maximum: float | None = None,
        default: str | None = None,
        decimals: int | None = None,
        symbol: str | None = None,
        control: str | None = None,
        choices: str | None = None,
        visible: bool | None = None,
        changeable: bool | None = None,
        scope: Scope = "service",
    ) -> Record:
        """A new attribute, of the team alone with ``scope="team"``; objects can have it at once.

        `type` is int, double, string, guid, datetime, binary or boolean; `control` Checkbox, Datepicker, TextBox,
        Enumeration (`choices` are ``key|value;key|value``) or Combobox (``value|value``). A value
        lies between `minimum` and `maximum`, is `default` where none is given, is shown with so many `decimals` and the
        `symbol` of its unit, where it is `visible`, and may be edited where it is `changeable`.

        ``POST content/freeattributes``
        """
        body = _body(
            name, type, description, group_id, unit_id, minimum, maximum, default, decimals, symbol, control, choices,
            visible, changeable,
        )  # fmt: skip
        return self._one("POST", door(scope) + "/freeattributes", body=body)

    def update(
        self,
        attribute_id: str,
        *,
        name: str | None = None,
        type: str | None = None,
        description: str | None = None,
        group_id: str | None = None,
        unit_id: str | None = None,
        minimum: float | None = None,
        maximum: float | None = None,
        default: str | None = None,
        decimals: int | None = None,
        symbol: str | None = None,
        control: str | None = None,
        choices: str | None = None,
        visible: bool | None = None,
        changeable: bool | None = None,
        scope: Scope = "service",
    ) -> Record:
        """Change what is given, see `create`; the attribute as it is then. Another `group_id` moves it.

        ``PUT content/freeattributes/{}``
        """
        body = _body(
            name, type, description, group_id, unit_id, minimum, maximum, default, decimals, symbol, control, choices,
            visible, changeable,
        )  # fmt: skip
        return self._one("PUT", door(scope) + "/freeattributes/{}", attribute_id, body=body)

    def delete(self, attribute_id: str, *, scope: Scope = "service") -> None:
        """Delete an attribute, the team's own with ``scope="team"``.

        ``DELETE content/freeattributes/{}``
        """
        self._none("DELETE", door(scope) + "/freeattributes/{}", attribute_id)


def _body(
    name: str | None,
    type: str | None,
    description: str | None,
    group_id: str | None,
    unit_id: str | None,
    minimum: float | None,
    maximum: float | None,
    default: str | None,
    decimals: int | None,
    symbol: str | None,
    control: str | None,
    choices: str | None,
    visible: bool | None,
    changeable: bool | None,
) -> dict[str, Any]:
    # The documents write limits as texts, switches as 0 and 1.
    return {
        "name": name,
        "type": type,
        "description": description,
        "parent": group_id,
        "unitid": unit_id,
        "minvalue": None if minimum is None else f"{minimum!r}",
        "maxvalue": None if maximum is None else f"{maximum!r}",
        "defaultvalue": default,
        "decimal": decimals,
        "optionalsymbol": symbol,
        "controltype": control,
        "enumDefinition": choices,
        "visible": None if visible is None else int(visible),
        "changeable": None if changeable is None else int(changeable),
    }

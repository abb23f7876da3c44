"""Units of measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bimplus_nb.api.scope import Scope, door
from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Units(Service):
    """Units of measure. A derived one is the product of ``ufactor * baseunit ** upower`` over its `baseunits`, so that
    a value times all factors is the value in base units; its `symbol` is what stands behind numbers. `scope` and who
    may change what: as with attributes."""

    def all(self, *, symbol: str | None = None, scope: Scope = "service") -> Records:
        """The units, or those of one symbol; with ``scope="team"`` also the team's own.

        ``GET content/units``
        """
        return self._many("GET", door(scope) + "/units", params={"symbol": symbol})

    def get(self, unit_id: str, *, scope: Scope = "service") -> Record:
        """One unit; with ``scope="team"`` it may be the team's own.

        ``GET content/units/{}``
        """
        return self._one("GET", door(scope) + "/units/{}", unit_id)

    def create(
        self,
        *,
        name: str,
        symbol: str,
        description: str | None = None,
        kind: str | None = None,
        base_units: Sequence[Mapping[str, Any]] | None = None,
        scope: Scope = "service",
    ) -> Record:
        """A new unit. `kind` is such as LENGTHUNIT; `base_units` hold baseunitid, usequence, ufactor, upower.

        ``POST content/units``
        """
        return self._one("POST", door(scope) + "/units", body=_body(name, symbol, description, kind, base_units))

    def update(
        self,
        unit_id: str,
        *,
        name: str | None = None,
        symbol: str | None = None,
        description: str | None = None,
        kind: str | None = None,
        base_units: Sequence[Mapping[str, Any]] | None = None,
        scope: Scope = "service",
    ) -> Record:
        """Change what is given, see `create`; the unit as it is then.

        ``PUT content/units/{}``
        """
        body = _body(name, symbol, description, kind, base_units)
        return self._one("PUT", door(scope) + "/units/{}", unit_id, body=body)

    def delete(self, unit_id: str, *, scope: Scope = "service") -> None:
        """Delete a unit, the team's own with ``scope="team"``.

        ``DELETE content/units/{}``
        """
        self._none("DELETE", door(scope) + "/units/{}", unit_id)


def _body(
    name: str | None,
    symbol: str | None,
    description: str | None,
    kind: str | None,
    base_units: Sequence[Mapping[str, Any]] | None,
) -> dict[str, Any]:
    # The symbol is `unit` in the documents' table and `symbol` in their samples; the type's first spelling is a slip.
    bases = None if base_units is None else [dict(one) for one in base_units]
    types = {"contexUnitType": kind, "contextUnitType": kind}
    return {"name": name, "unit": symbol, "symbol": symbol, "description": description, "baseunits": bases, **types}

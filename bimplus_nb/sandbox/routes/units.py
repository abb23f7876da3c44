"""Units of measurement. Source: Bimplus documentation, Unit Service."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import attributes, doors
from bimplus_nb.sandbox.fields import NAME, TEXT, Fields
from bimplus_nb.sandbox.problem import bad, conflict
from bimplus_nb.sandbox.units import shown
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_ALL = ("/content/units", "/{team}/units")
_ONE = ("/content/units/{unit}", "/{team}/units/{unit}")
_PARTS, _POWER = 20, 100


@table.get(*_ALL)
def every(ask: Ask) -> Any:
    """All units; with ``symbol=kg`` those of that symbol."""
    symbol = ask.query.get("symbol", "").strip()
    found = [unit for unit in ask.store.all("unit") if doors.seen(unit, doors.home(ask))]
    return [shown(unit) for unit in found if symbol in ("", "undefined", "null", unit["unit"])]


@table.post(*_ALL)
def create(ask: Ask) -> Any:
    team, fields = doors.writer(ask), ask.fields()
    fields.needed("name")
    fresh: Record = {"name": "", "description": "", "unit": "", "contextUnitType": None, "baseunits": [], "team": team}
    made = _changed(ask, fresh, fields)
    if not made["unit"].strip():
        raise bad("unit must be the symbol of the unit, a text that is not empty.")
    return shown(ask.store.add("unit", made, owner=team))


@table.get(*_ONE)
def one(ask: Ask) -> Any:
    return shown(_find(ask))


@table.put(*_ONE)
def update(ask: Ask) -> Any:
    """Changes what is given; attributes in this unit show its new symbol."""
    fields, found = ask.fields(), _find(ask, writing=True)
    unit = _changed(ask, found, fields)
    attributes.adjust(ask.store, "unitid", unit["id"], unit=unit["unit"])
    return shown(ask.store.save(unit))


@table.delete(*_ONE)
def delete(ask: Ask) -> Any:
    """Deletes a unit that no attribute and no other unit needs."""
    unit = _find(ask, writing=True)
    bases = {part["baseunitid"] for other in ask.store.all("unit") for part in other["baseunits"]}
    if unit["id"] in bases | {attribute["unitid"] for attribute in ask.store.attributes().values()}:
        raise conflict(f"The unit {unit['name'][:80]!r} is in use and cannot be deleted.")
    ask.store.delete(unit["id"])


def _find(ask: Ask, *, writing: bool = False) -> Record:
    units = {unit["id"]: unit for unit in ask.store.all("unit")}
    return doors.one(ask, "unit", units, "unit", writing=writing)


def _changed(ask: Ask, old: Record, fields: Fields) -> Record:
    """The unit with what the request sets. Its symbol is `unit` in the documents' table and `symbol` in its samples."""
    new = dict(old)
    if "name" in fields:
        new["name"] = fields.needed("name")
    if "description" in fields:
        new["description"] = fields.text("description", limit=TEXT) or ""
    for name in ("symbol", "unit"):
        if fields.raw(name) is not None:
            new["unit"] = fields.needed(name)
    for name in ("contexUnitType", "contextUnitType"):
        if name in fields:
            new["contextUnitType"] = fields.text(name, limit=NAME)
    parts = fields.items("baseunits")
    if parts is not None:
        new["baseunits"] = _parts(ask, new, parts)
    return new


def _parts(ask: Ask, unit: Record, parts: list[Any]) -> list[Record]:
    units = {one["id"]: one for one in ask.store.all("unit") if doors.seen(one, unit["team"])}
    if len(parts) > _PARTS:
        raise bad(f"baseunits are at most {_PARTS}.")
    read = []
    for place, part in enumerate(parts, 1):
        if not isinstance(part, dict):
            raise bad("baseunits must be objects.")
        fields = Fields(part, "baseunits.")
        base = fields.guid("baseunitid")
        if base not in units:
            raise fields.wrong("baseunitid", "the id of a unit")
        if _rests_on(units, base, unit.get("id")):
            raise bad("A unit cannot be derived from itself.")
        numbers = {name: fields.number(name) for name in ("usequence", "ufactor", "upower")}
        sequence, factor, power = (default if value is None else value for value, default in
                                   zip(numbers.values(), (place, 1, 1), strict=True))  # fmt: skip
        if sequence != int(sequence) or power != int(power) or not 0 < abs(power) <= _POWER or factor <= 0:
            raise bad("usequence and upower must be whole numbers, upower not 0, ufactor above 0.")
        numbers = {"usequence": int(sequence), "ufactor": factor, "upower": int(power)}
        read.append({"baseunitid": base, **numbers})
    return read


def _rests_on(units: dict[str, Record], key: str | None, other: str | None) -> bool:
    """Whether a unit is, or is derived from, another."""
    waiting, seen = [key], set()
    while waiting:
        one = waiting.pop()
        if one == other:
            return True
        if one in units and one not in seen:
            seen.add(one)
            waiting += [part["baseunitid"] for part in units[one]["baseunits"]]
    return False

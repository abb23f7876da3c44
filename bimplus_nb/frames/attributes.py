"""What attributes are: their definitions, from whichever record of the service tells them, and the table of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bimplus_nb.frames.values import boolean, column, number, pick, text, whole

# What says where an object is and how it looks, not what it is: whole groups, and names in groups.
_NO_PROPERTIES = frozenset({"geometry", "related_objects", "elementstate"})
_PLACE = {
    "general": frozenset({"isobjectvalid"}),
    "element": frozenset({"elementtyp", "layer", "model", "isparent", "nr", "matrix", "logparentid", "divisionid"}),
}
_OWN = frozenset({"general", "element", "quantity"})
_ALONE = "allfreeattrib"
_ALIASES = {
    "int32": "int",
    "integer": "int",
    "float": "double",
    "bool": "boolean",
    "date": "datetime",
    "text": "string",
}
_CHOSEN = ("enumeration", "combobox")

Key = tuple[str, str, str]
"""Type of object, group and name, without case. All property sets are one group, as in geometry answers."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What an attribute is, wherever it occurs.

    `type` is int, double, string, guid, datetime, binary or boolean, "" where nobody says; `choices` are the keys of an
    enumeration with the words for them.
    """

    id: str
    name: str
    group: str
    type: str = ""
    unit: str = ""
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: str | None = None
    decimals: int | None = None
    control: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    changeable: bool = True

    @property
    def identity(self) -> tuple[str, str]:
        """What tells it from others: its id, or where it has none its group and name."""
        return ("", self.id.lower()) if self.id else (self.group, self.name)

    @property
    def place(self) -> tuple[str, str]:
        """Group and name as plain values are filed under."""
        return _filed(self.group), self.name.lower()


def definition(record: Mapping[str, Any], *, group: str | None = None, name: str = "") -> Definition:
    """From a free attribute or from a value that says what it is; the documents spell some things in two ways.

    `group` goes before the record's own, `name` stands in for one: keyed by id, as in ``attributes.content``, a key is
    no name.
    """
    type_ = (text(pick(record, "type", "freeattribtype")) or "").lower()
    control = (text(pick(record, "control", "controltype")) or "").lower()
    changeable = pick(record, "isChangeable", "changeable")
    yes = boolean(changeable)
    return Definition(
        id=text(record.get("id")) or "",
        name=text(pick(record, "name")) or name,
        group=group or text(pick(record, "group")) or _ALONE,
        type=_ALIASES.get(type_, type_),
        unit=text(pick(record, "unit", "symbol")) or "",
        description=text(pick(record, "description")) or "",
        minimum=number(pick(record, "minValue")),
        maximum=number(pick(record, "maxValue")),
        default=text(pick(record, "defaultValue")),
        decimals=whole(pick(record, "decimal")),
        control=control,
        choices=tuple(_choices(pick(record, "enumDefinition"), control)),
        changeable=yes if yes is not None else number(changeable) != 0,
    )


def _choices(written: Any, control: str) -> Iterator[tuple[str, str]]:
    """Enumeration "k|v;k|v", Combobox "v|v"."""
    if control not in _CHOSEN or not isinstance(written, str):
        return
    if control == "combobox" and ";" not in written:
        yield from ((word, word) for word in written.split("|") if word)
        return
    for pair in filter(None, written.split(";")):
        key, _, word = pair.partition("|")
        yield key, word or key


def group_names(groups: Iterable[Any]) -> dict[str, str]:
    """The name of each attribute group by its id, from the service's tree of them."""
    found: dict[str, str] = {}
    waiting = [*groups]
    while waiting:
        group = waiting.pop()
        if isinstance(group, Mapping) and group.get("id") and pick(group, "name"):
            found.setdefault(str(group["id"]).lower(), str(pick(group, "name")))
            children = pick(group, "children")
            waiting.extend(children if isinstance(children, list) else ())
    return found


def of_catalogue(records: Iterable[Mapping[str, Any]], groups: Mapping[str, str]) -> list[Definition]:
    """The definitions of free attributes; `groups` names the group each lies in."""
    return [
        definition(record, group=groups.get(str(pick(record, "parent")).lower()))
        for record in records
        if record.get("id")
    ]


class Definitions:
    """What the names of plain values stand for: of all attributes, and where a name is several, of those of a type."""

    def __init__(self, everything: Iterable[Definition] = (), of_type: Mapping[str, Iterable[Definition]] = {}) -> None:
        self._all = _by_place(everything)
        self._of_type = {type_.lower(): _by_place(found) for type_, found in of_type.items()}

    def __iter__(self) -> Iterator[Definition]:
        for found in self._all.values():
            yield from found.values()

    def candidates(self, key: Key) -> list[Definition]:
        """The attributes that a plain value may be one of."""
        type_, *place = key
        found = self._all.get((place[0], place[1]), {})
        if len(found) > 1 and type_ in self._of_type:
            found = self._of_type[type_].get((place[0], place[1]), found)
        return [*found.values()]

    def find(self, key: Key) -> Definition | None:
        """The attribute that a plain value is of; None where that is not known or may be several."""
        found = self.candidates(key)
        return found[0] if len(found) == 1 else None

    @classmethod
    def described(cls, objects: Iterable[Mapping[str, Any]]) -> Definitions:
        """What objects in the rich shape say of their attributes, by the key they have and by their name."""
        everything: list[Definition] = []
        of_type: dict[str, list[Definition]] = {}
        for item in objects:
            found = [
                described(item, group, name, value) for group, name, value in said(item) if isinstance(value, Mapping)
            ]
            everything += found
            of_type.setdefault(str(item.get("type")), []).extend(found)
        return cls(everything, of_type)


def described(item: Mapping[str, Any], group: str, name: str, value: Mapping[str, Any]) -> Definition:
    """What a rich value of an object says of its attribute."""
    titles = item.get("localizedAttributeGroups")
    title = text(titles.get(group)) if isinstance(titles, Mapping) else None
    own = group.lower() in _OWN
    return definition(value, group=group if own else text(pick(value, "group")) or title or group, name=name)


def said(item: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Group, name and value of everything an object says, in any shape; a rich value is a dict."""
    groups = item.get("attributes")
    for group, values in groups.items() if isinstance(groups, dict) else ():
        low = str(group).lower()
        if low in _NO_PROPERTIES or not isinstance(values, dict):
            continue
        place = _PLACE.get(low)
        for name, value in values.items():
            if isinstance(value, (dict, list)) and not (isinstance(value, dict) and "value" in value):
                continue
            if place is None or str(name).lower() not in place:
                yield str(group), str(name), value


def kinds(objects: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first object of each kind: of its type, with its names of values. Many objects have few kinds."""
    found: dict[Hashable, Mapping[str, Any]] = {}
    for item in objects:
        groups = item.get("attributes")
        parts = groups.items() if isinstance(groups, dict) else ()
        shape = [(group, *values, *map(type, values.values())) for group, values in parts if isinstance(values, dict)]
        found.setdefault((str(item.get("type")), *shape), item)
    return [*found.values()]


def key_of(item: Mapping[str, Any], group: str, name: str) -> Key:
    """Where a plain value is filed."""
    return str(item.get("type")).lower(), _filed(group), name.lower()


def _filed(group: str) -> str:
    group = group.lower()
    return group if group in _OWN else ""


def _by_place(found: Iterable[Definition]) -> dict[tuple[str, str], dict[tuple[str, str], Definition]]:
    places: dict[tuple[str, str], dict[tuple[str, str], Definition]] = {}
    for each in found:
        places.setdefault(each.place, {}).setdefault(each.identity, each)
    return places


def attributes_frame(found: Iterable[Definition], used: Iterable[Definition] = ()) -> pd.DataFrame:
    """One row an attribute, index `id`: name, group, type, unit, minimum, maximum, default, decimals, control, choices,
    changeable, used, description. `choices` are the words of an enumeration, as text with commas."""
    there = {each.id.lower() for each in used}
    rows = [each for each in found if each.id]
    index = pd.Index([each.id for each in rows], name="id", dtype="str")
    columns = {
        "name": column([each.name for each in rows], "text", index=index),
        "group": column([each.group for each in rows], "category", index=index),
        "type": column([each.type for each in rows], "category", index=index),
        "unit": column([each.unit for each in rows], "category", index=index),
        "minimum": column([each.minimum for each in rows], "number", index=index),
        "maximum": column([each.maximum for each in rows], "number", index=index),
        "default": column([each.default for each in rows], "text", index=index),
        "decimals": column([each.decimals for each in rows], "integer", index=index),
        "control": column([each.control for each in rows], "category", index=index),
        "choices": column([", ".join(word for _, word in each.choices) for each in rows], "text", index=index),
        "changeable": column([each.changeable for each in rows], "boolean", index=index),
        "used": column([each.id.lower() in there for each in rows], "boolean", index=index),
        "description": column([each.description for each in rows], "text", index=index),
    }
    return pd.DataFrame(columns, index=index)

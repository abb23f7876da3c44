"""Properties in long form: one row a value of an object, from every shape the service sends.

Shapes: groups of plain values (`GET /objects/{id}`), the same as text in geometry answers, rich groups in which each
value says what it is (`/properties/8`), and values keyed by attribute id (`freeattributes=true`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bimplus_nb.frames.values import Problem, boolean, column, date, infer, number, pick, text, whole

# What says where an object is and how it looks, not what it is: whole groups, and names in groups.
_NO_PROPERTIES = frozenset({"geometry", "related_objects", "elementstate"})
_PLACE = {
    "general": frozenset({"isobjectvalid"}),
    "element": frozenset({"elementtyp", "layer", "model", "isparent", "nr", "matrix", "logparentid", "divisionid"}),
}
_OWN = frozenset({"general", "element", "quantity"})
_ALIASES = {
    "int32": "int",
    "integer": "int",
    "float": "double",
    "bool": "boolean",
    "date": "datetime",
    "text": "string",
}


_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Definition:
    """What an attribute is, wherever it occurs."""

    id: str
    name: str
    group: str
    type: str
    unit: str


@dataclass(frozen=True, slots=True)
class _Row:
    object_id: str
    group: str
    name: str
    attribute_id: str
    value: Any
    unit: str
    type: str
    source: str


def properties_frame(objects: Iterable[Mapping[str, Any]], described: Sequence[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """One row a value: object_id, group, name, attribute_id, value, unit, type, source.

    `objects` in any of the service's shapes. `described`: some of them as rich groups; what they say of an attribute
    (its real name, group, id, type and unit) is taken for the same attribute of other objects of that type. Where one
    name stands for several attributes, a plain value is not guessed to be one of them.

    `value` holds Python values as the type says: text, a number, True or False, a Timestamp in UTC; it is the one
    column of mixed kinds. What cannot be read as its type stays text and is listed in `df.attrs["problems"]`. Numbers
    are in the unit beside them. source is ``described`` where the service said what the attribute is, else ``plain``.
    """
    known = definitions(described)
    rows: list[_Row] = []
    problems: list[Problem] = []
    for item in objects:
        rows.extend(_rows(item, known, problems))
    columns: dict[str, Any] = {
        "object_id": column([row.object_id for row in rows], "text", index=pd.RangeIndex(len(rows))),
        "group": pd.Categorical([row.group for row in rows]),
        "name": pd.Categorical([row.name for row in rows]),
        "attribute_id": column([row.attribute_id for row in rows], "text", index=pd.RangeIndex(len(rows))),
        "value": pd.Series([row.value for row in rows], dtype=object),
        "unit": pd.Categorical([row.unit or None for row in rows]),
        "type": pd.Categorical([row.type for row in rows]),
        "source": pd.Categorical([row.source for row in rows], categories=["described", "plain"]),
    }
    frame = pd.DataFrame(columns)
    frame.attrs = {"problems": tuple(problems)}
    return frame


def samples(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids of few objects that together have every attribute that occurs with each type: describing these describes all.

    Taken greedily, those with the most attributes not yet seen first; about as many as there are kinds of objects.
    """
    keys: dict[frozenset[_Key], str] = {}
    for item in objects:
        found = frozenset(_key(item, group, name) for group, name, _ in _values(item))
        keys.setdefault(found, str(item["id"]))
    chosen: list[str] = []
    while keys:
        best = max(keys, key=len)
        if not best:
            break
        chosen.append(keys[best])
        rest: dict[frozenset[_Key], str] = {}
        for found, id_ in keys.items():
            rest.setdefault(found - best, id_)
        keys = rest
    return chosen


def definitions(described: Iterable[Mapping[str, Any]]) -> dict[_Key, Definition | None]:
    """What each attribute is, by type of object, group and name; and by group and name alone (type "").

    None where one key stands for several: plain values do not say which property set they are of.
    """
    known: dict[_Key, Definition | None] = {}
    for item in described:
        for group, name, value in _values(item):
            if isinstance(value, Mapping):
                found = _definition(item, group, name, value)
                for spelled in {name, found.name}:
                    type_, own, lower = _key(item, group, spelled)
                    for key in ((type_, own, lower), ("", own, lower)):
                        known[key] = found if known.get(key, found) == found else None
    return known


def _key(item: Mapping[str, Any], group: str, name: str) -> _Key:
    """Type, group and name of an attribute, without case. All property sets are one group, as in geometry answers."""
    group = group.lower()
    return str(item.get("type")).lower(), group if group in _OWN else "", name.lower()


def _rows(item: Mapping[str, Any], known: Mapping[_Key, Definition | None], problems: list[Problem]) -> Iterable[_Row]:
    object_id = str(item["id"])
    for group, name, value in _values(item):
        definition: Definition | None
        if isinstance(value, Mapping):
            definition = _definition(item, group, name, value)
            value = value.get("value")
        else:
            key = _key(item, group, name)
            definition = known[key] if key in known else known.get(("", *key[1:]))
        if value is None or value == "":
            continue
        source = "described" if definition is not None else "plain"
        if definition is None:
            type_ = {"boolean": "boolean", "number": "double", "integer": "int", "date": "datetime"}.get(infer([value]))
            definition = Definition("", name, group, type_ or "string", "")
        typed = _typed(value, definition.type)
        if typed is None:
            problems.append(Problem(object_id, definition.name, str(value)[:200]))
            typed = str(value)
        yield _Row(
            object_id, definition.group, definition.name, definition.id, typed, definition.unit, definition.type, source
        )


def _values(item: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    """Group, name and value of everything an object says; a rich value is a dict."""
    groups = item.get("attributes")
    for group, values in groups.items() if isinstance(groups, Mapping) else ():
        if str(group).lower() in _NO_PROPERTIES or not isinstance(values, Mapping):
            continue
        place = _PLACE.get(str(group).lower(), frozenset())
        for name, value in values.items():
            if (
                str(name).lower() not in place
                and not isinstance(value, list)
                and (not isinstance(value, Mapping) or "value" in value)
            ):
                yield str(group), str(name), value


def _definition(item: Mapping[str, Any], group: str, name: str, value: Mapping[str, Any]) -> Definition:
    titles = item.get("localizedAttributeGroups")
    title = text(titles.get(group)) if isinstance(titles, Mapping) else None
    type_ = (text(pick(value, "type")) or "string").lower()
    return Definition(
        id=text(pick(value, "id")) or "",
        # Keyed by id ("attributes.content"), the key is no name.
        name=text(pick(value, "name")) or name,
        group=text(pick(value, "group")) or title or group,
        type=_ALIASES.get(type_, type_),
        unit=text(pick(value, "unit")) or "",
    )


def _typed(value: Any, type_: str) -> Any:
    """The value as its type says, None if it is none; text and whatever is not known stay as they came."""
    if type_ == "boolean":
        return boolean(value)
    if type_ == "datetime":
        moment = date(value)
        return None if moment is None else pd.Timestamp(moment)
    if type_ in ("double", "int"):
        exact = whole(value) if type_ == "int" else None
        return number(value) if exact is None else exact
    return value if isinstance(value, (str, bool, int, float)) else str(value)

"""Properties in long form, one row a value of an object, from every shape the service sends; and wide, typed.

Shapes: groups of plain values (`GET /objects/{id}`), the same as text in geometry answers, rich groups in which each
value says what it is (`/properties/8`), and values keyed by attribute id (`freeattributes=true`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.frames.attributes import Definition, Definitions, Key, described, key_of, kinds, said
from bimplus_nb.frames.reading import KINDS, Reading, read
from bimplus_nb.frames.units import Units
from bimplus_nb.frames.values import Kind, Problem, column, ordered, snake

SOURCES = ("instance", "type", "inherited", "computed")

_IDENTITY = ("attribute_id", "group", "name")
_OF_ATTRIBUTE = ("group", "name", "attribute_id", "unit", "type")
_SOURCE = pd.CategoricalDtype([*SOURCES])

Exact = Mapping[str, tuple[Definition, Mapping[str, Any]]]
"""Values of attributes that plain names cannot tell apart: attribute id -> the attribute and object id -> value, with
both ids in lower case."""


class Properties(pd.DataFrame):
    """One row a value: object_id, group, name, attribute_id, value, unit, type, source; see `properties_frame`.

    `.wide()` is one row an object, `.problems` what could not be read. Both also of some of the rows:
    ``p[p["group"] == "Pset_WallCommon"].wide()``.
    """

    @property
    def _constructor(self) -> Callable[..., Properties]:
        return Properties

    @property
    def problems(self) -> pd.DataFrame:
        """One row a value that stayed text: object, column (the attribute's name), value, why."""
        return pd.DataFrame(self.attrs.get("problems", ()), columns=["object", "column", "value", "why"], dtype="str")

    def wide(self) -> pd.DataFrame:
        """One row an object, index id, one typed column an attribute.

        Columns have the attributes' names in snake_case, with their group's before where two are alike. Dtypes as in
        every frame; an enumeration is an ordered categorical of the keys or the words the service defines, whichever
        the objects hold. ``attrs["units"]`` and ``attrs["attributes"]`` say the unit and the attribute id of each
        column, ``attrs["problems"]`` what is missing in it because it could not be read as the rest.
        """
        return _wide(self)


@dataclass(slots=True)
class _Values:
    """The values of one attribute, and the numbers of the objects that have them."""

    attribute: Definition
    objects: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


def properties_frame(
    objects: Sequence[Mapping[str, Any]],
    definitions: Definitions | None = None,
    *,
    units: Units | None = None,
    exact: Exact | None = None,
) -> Properties:
    """One row a value: object_id, group, name, attribute_id, value, unit, type, source.

    `objects` in any of the service's shapes. `definitions` says what the attributes of plain values are (real name,
    group, id, type, unit); one whose name may be several is not guessed: it keeps the name it came with and has no
    attribute_id, unless `exact` holds the values of each.

    `value` is the one column of mixed kinds: text, a number, True or False, a Timestamp in UTC, read as `reading.read`
    says. Numbers are in the unit beside them. What could not be read is text there, and is listed in
    ``attrs["problems"]`` and `.problems`.

    source: the service keeps values with the objects, and its documents know no other place: what an imported file said
    of an object's type, or of the whole it is a part of, it keeps with the object too and does not tell. So a value is
    ``instance``, or ``computed`` where the attribute cannot be changed by anyone: the service keeps it itself. ``type``
    and ``inherited`` are for a service that tells; this one has never been seen to.
    """
    known, units, exact = definitions or Definitions(), units or Units(), exact or {}
    found = [*_by_attribute(objects, known, exact)]
    ids = pd.Index([str(item["id"]) for item in objects], dtype="str")
    problems: list[Problem] = []
    readings = [_read(each, units, ids, problems) for each in found]
    numbers = np.fromiter((number for each in found for number in each.objects), dtype=np.int64)
    counts = [len(each.objects) for each in found]
    order = np.argsort(numbers, kind="stable")
    values = np.empty(len(numbers), dtype=object)
    values[:] = [value for each in readings for value in each.values]

    def repeated(words: Iterable[str]) -> pd.Categorical:
        return pd.Categorical(np.repeat(np.array([*words], dtype=object), counts)[order])

    sources = [SOURCES.index("instance" if each.attribute.changeable else "computed") for each in found]
    index = pd.RangeIndex(len(numbers))
    attribute_ids = np.repeat(np.array([each.attribute.id or None for each in found], dtype=object), counts)[order]
    frame = Properties(
        {
            "object_id": ids.take(numbers[order]) if len(ids) else column([], "text", index=index),
            "group": repeated(each.attribute.group for each in found),
            "name": repeated(each.attribute.name for each in found),
            "attribute_id": column([*attribute_ids], "text", index=index),
            "value": pd.Series(values[order], index=index, dtype=object),
            "unit": repeated(each.unit or None for each in readings),  # type: ignore[misc]
            "type": repeated(each.type for each in readings),
            "source": pd.Categorical.from_codes(np.repeat(sources, counts)[order].astype(np.int8), dtype=_SOURCE),
        }
    )
    choices = {each.attribute.id: [list(pair) for pair in each.attribute.choices] for each in found}
    frame.attrs = {
        "problems": tuple(problems),
        "choices": {id_: pairs for id_, pairs in choices.items() if id_ and pairs},
        "unit_definitions": units,
    }
    return frame


def unclear(objects: Iterable[Mapping[str, Any]], definitions: Definitions) -> dict[Key, list[Definition]]:
    """The plain values' keys that may be several attributes, with those."""
    keys = dict.fromkeys(
        key_of(item, group, name)
        for item in kinds(objects)
        for group, name, value in said(item)
        if not isinstance(value, Mapping)
    )
    return {key: several for key in keys if len(several := definitions.candidates(key)) > 1}


def samples(objects: Sequence[Mapping[str, Any]], known: Definitions | None = None) -> list[str]:
    """Ids of few objects that together have every attribute that occurs with each type: describing these describes all.

    Taken greedily, those with the most attributes not yet seen first; about as many as there are kinds of objects.
    Where most attributes are `known`, few that have the others, of whatever type.
    """

    def wanted(item: Mapping[str, Any]) -> Iterator[Key]:
        for group, name, value in said(item):
            key = key_of(item, group, name)
            if isinstance(value, Mapping):
                continue  # it says itself what it is
            if known is None:
                yield key
            elif not known.candidates(key):
                yield "", *key[1:]

    keys: dict[frozenset[Key], str] = {}
    for item in kinds(objects):
        keys.setdefault(frozenset(wanted(item)), str(item["id"]))
    chosen: list[str] = []
    while keys:
        best = max(keys, key=len)
        if not best:
            break
        chosen.append(keys[best])
        rest: dict[frozenset[Key], str] = {}
        for found, id_ in keys.items():
            rest.setdefault(found - best, id_)
        keys = rest
    return chosen


def _by_attribute(objects: Sequence[Mapping[str, Any]], known: Definitions, exact: Exact) -> Iterator[_Values]:
    """The values of each attribute, in the order in which attributes are first met."""
    found: dict[Hashable, _Values] = {}
    places: dict[tuple[Any, str, str], _Values | None] = {}

    def bucket(attribute: Definition) -> _Values:
        return found.setdefault(attribute.identity, _Values(attribute))

    def filed(item: Mapping[str, Any], group: str, name: str) -> _Values | None:
        several = known.candidates(key_of(item, group, name))
        if len(several) == 1:
            return bucket(several[0])
        if several and all(each.id.lower() in exact for each in several):
            return None  # told apart below
        return bucket(Definition("", name, group))

    for number, item in enumerate(objects):
        type_ = str(item.get("type"))
        for group, name, value in said(item):
            if isinstance(value, dict):
                place: _Values | None = bucket(described(item, group, name, value))
                value = value.get("value")
            elif (key := (type_, group, name)) in places:
                place = places[key]
            else:
                place = places[key] = filed(item, group, name)
            if place is not None and value is not None and value != "":
                place.objects.append(number)
                place.values.append(value)
    numbers = {str(item["id"]).lower(): number for number, item in enumerate(objects)} if exact else {}
    for attribute, values in exact.values():
        have = [(numbers[id_], value) for id_, value in values.items() if id_ in numbers and value not in (None, "")]
        place = bucket(attribute)
        # Where plain values were of this attribute for certain, as for another type, they are there already.
        there = {*place.objects}
        for number, value in sorted((each for each in have if each[0] not in there), key=lambda each: each[0]):
            place.objects.append(number)
            place.values.append(value)
    return (each for each in found.values() if each.objects)


def _read(each: _Values, units: Units, ids: pd.Index[Any], problems: list[Problem]) -> Reading:
    attribute = each.attribute
    reading = read(each.values, attribute.type, attribute.unit, units)
    for place, why in reading.wrong.items():
        problems.append(Problem(ids[each.objects[place]], attribute.name, str(each.values[place])[:200], why))
    return reading


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    objects, ids = pd.factorize(frame["object_id"])
    index = pd.Index(ids, name="id", dtype="str")
    said = {name: _plain(frame[name]) for name in ("value", *_OF_ATTRIBUTE)}
    whys = {each[:3]: each[3] for each in map(tuple, frame.attrs.get("problems", ()))}
    heads: list[dict[str, Any]] = []
    columns: list[list[Any]] = []
    strange: list[list[tuple[str, str, str]]] = []  # in another unit than the rest: object, value, unit
    for rows in _by_group(said):
        head = {name: said[name][rows[0]] for name in _OF_ATTRIBUTE}
        alike = said["unit"][rows] == head["unit"]
        strange.append([(ids[objects[row]], str(said["value"][row]), said["unit"][row]) for row in rows[~alike]])
        own = np.full(len(index), None, dtype=object)
        rows = rows[alike][::-1]  # the first of an object is written last
        own[objects[rows]] = said["value"][rows]
        heads.append(head)
        columns.append(own.tolist())
    titles = names([(head["group"], head["name"]) for head in heads])
    made: dict[str, pd.Series[Any]] = {}
    problems: list[Problem] = []
    for title, head, values, others in zip(titles, heads, columns, strange, strict=True):
        missed: list[Problem] = []
        if choices := frame.attrs.get("choices", {}).get(head["attribute_id"]):
            made[title] = ordered(values, held(choices, values), index=index, name=title)
        else:
            made[title] = column(values, _kind(head["type"], values), index=index, name=title, problems=missed)
        problems += [each._replace(why=whys.get((each.id, head["name"], each.value), "")) for each in missed]
        problems += [Problem(id_, title, value, f"in {unit}, not in {head['unit']}") for id_, value, unit in others]
    wide = pd.DataFrame(made, index=index)
    wide.attrs = {
        "units": {title: unit for title, head in zip(titles, heads, strict=True) if (unit := head["unit"])},
        "attributes": {title: id_ for title, head in zip(titles, heads, strict=True) if (id_ := head["attribute_id"])},
        "problems": tuple(problems),
        "unit_definitions": frame.attrs.get("unit_definitions", {}),
        **{key: frame.attrs[key] for key in ("fetched",) if key in frame.attrs},
    }
    return wide


def _plain(values: pd.Series[Any]) -> NDArray[Any]:
    """A column as Python values, None where there is none."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        words: NDArray[Any] = np.array([*values.cat.categories, None], dtype=object)
        return words[values.cat.codes.to_numpy()]
    found = values.to_numpy(dtype=object, copy=True)
    found[values.isna().to_numpy(dtype=bool)] = None
    return found


def _by_group(said: Mapping[str, NDArray[Any]]) -> Iterator[NDArray[np.int64]]:
    """The rows of each attribute, in the order in which attributes are first met."""
    keys = [id_ or (group, name) for id_, group, name in zip(*(said[n] for n in _IDENTITY), strict=True)]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    codes = np.fromiter((places[key] for key in keys), dtype=np.int64, count=len(keys))
    order = np.argsort(codes, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(codes[order])) + 1) if len(order) else ()


def names(attributes: Sequence[tuple[str, str]]) -> list[str]:
    """A column name for each group and name: the name in snake_case, with the group's before it where two are alike."""
    short = [snake(name) for _, name in attributes]
    times = Counter(short)
    long = [
        name if times[name] == 1 else f"{snake(group)}_{name}"
        for name, (group, _) in zip(short, attributes, strict=True)
    ]
    taken: set[str] = set()
    for place, name in enumerate(long):
        number = 1
        while (free := name if number == 1 else f"{name}_{number}") in taken:
            number += 1
        taken.add(free)
        long[place] = free
    return long


def _kind(type_: str, values: Sequence[Any]) -> Kind:
    """What a column holds: what the service declares, unless the values are of another kind; see `reading.read`."""
    seen = {type(value) for value in values if value is not None}
    if type_ in ("int", "double"):
        return "number" if float in seen or type_ == "double" else "integer"
    if type_ in KINDS:
        return KINDS[type_]
    if seen == {bool}:
        return "boolean"
    return "number" if seen <= {int, float} else "text"


def held(choices: Sequence[Sequence[str]], values: Sequence[Any]) -> list[str]:
    """The keys of an enumeration, or its words where these are what the objects hold."""
    keys, words = ([*dict.fromkeys(pair[k] for pair in choices)] for k in (0, 1))
    seen = {str(value).strip().lower() for value in values if value is not None}
    return words if not seen <= {key.lower() for key in keys} and seen <= {word.lower() for word in words} else keys

"""What objects should say of themselves by the attribute templates of their types, and which of them do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from bimplus_nb.frames.attributes import Definition, definition
from bimplus_nb.frames.topology import own_type
from bimplus_nb.frames.values import column, pick, text

_DEEPEST = 20


def completeness_frame(
    types: Mapping[str, str],
    properties: pd.DataFrame,
    templates: Iterable[Mapping[str, Any]],
    groups: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row an element type and attribute that a template wants for it: type, group, name, attribute_id, template,
    objects, present, lacking, percent, missing.

    `types`: the type of each object by its id. `objects` counts those of the type, `present` those that have a value,
    `lacking` those that have none, `percent` is of those that have one, and `missing` has the ids of those that have
    none, as a tuple. Types without objects have no rows. `group` is the template's own, and where an attribute lies in
    none there, that of the attribute, by its id in `groups`.
    """
    of_type: dict[str, list[str]] = {}
    for id_, type_ in types.items():
        of_type.setdefault(type_.lower(), []).append(id_)
    ids = properties["attribute_id"].str.lower()
    having = {id_: {*found} for id_, found in properties["object_id"].groupby(ids)}
    rows: list[dict[str, Any]] = []
    for (type_, _), (template, wanted) in _wanted(templates, groups or {}).items():
        if objects := of_type.get(type_, []):
            have = having.get(wanted.id.lower(), set())
            missing = tuple(id_ for id_ in objects if id_ not in have)
            rows.append(
                {
                    "type": own_type(types[objects[0]]),
                    "group": wanted.group,
                    "name": wanted.name,
                    "attribute_id": wanted.id,
                    "template": template,
                    "objects": len(objects),
                    "present": len(objects) - len(missing),
                    "lacking": len(missing),
                    "percent": 100 * (1 - len(missing) / len(objects)),
                    "missing": missing,
                }
            )
    rows.sort(key=lambda row: row["type"])
    return _frame(rows)


def _frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    index = pd.RangeIndex(len(rows))

    def said(name: str) -> list[Any]:
        return [row[name] for row in rows]

    frame = pd.DataFrame(
        {
            "type": column(said("type"), "category", index=index),
            "group": column(said("group"), "category", index=index),
            "name": column(said("name"), "text", index=index),
            "attribute_id": column(said("attribute_id"), "text", index=index),
            "template": column(said("template"), "category", index=index),
            **{name: column(said(name), "integer", index=index) for name in ("objects", "present", "lacking")},
            "percent": column(said("percent"), "number", index=index),
            "missing": pd.Series(said("missing"), index=index, dtype=object),
        }
    )
    frame.attrs = {"units": {"percent": "%"}}
    return frame


def _wanted(
    templates: Iterable[Mapping[str, Any]], groups: Mapping[str, str]
) -> dict[tuple[str, str], tuple[str, Definition]]:
    """Which attributes templates want: type and attribute id, both in lower case -> the template's name, the attribute.

    What several templates want of a type is wanted once.
    """
    found: dict[tuple[str, str], tuple[str, Definition]] = {}
    for template in templates:
        types = [text(pick(type_, "type")) for type_ in _records(template, "elementtypes")]
        for wanted in _inside(template, "", groups, 0):
            for type_ in filter(None, types):
                name = text(pick(template, "name")) or ""
                found.setdefault((type_.lower(), wanted.id.lower()), (name, wanted))
    return found


def _inside(part: Mapping[str, Any], group: str, groups: Mapping[str, str], depth: int) -> Iterator[Definition]:
    """The attributes of a template or of a group in it, with the group they lie in."""
    for record in _records(part, "freeattributes"):
        if record.get("id"):
            yield definition(record, group=group or groups.get(str(pick(record, "parent")).lower()))
    for below in _records(part, "groups") if depth < _DEEPEST else ():
        yield from _inside(below, text(pick(below, "name")) or group, groups, depth + 1)


def _records(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = pick(part, name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []

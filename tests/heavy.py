"""A project of many objects with many properties each, in a sandbox's file: what tables are measured with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bimplus_nb.sandbox import Sandbox, content, people, seeding
from bimplus_nb.sandbox.catalogue import stable_id
from bimplus_nb.sandbox.scaled import scaled
from bimplus_nb.sandbox.store import Store

_KINDS: tuple[tuple[content.ValueType, str], ...] = (
    ("double", "mm"), ("double", "kg"), ("int", ""), ("boolean", ""), ("string", ""), ("double", "W/(m²K)"),
    ("datetime", ""), ("string", ""),
)  # fmt: skip


def attributes(count: int) -> tuple[content.Attribute, ...]:
    """So many attributes of all types, ten a property set."""
    made = []
    for number in range(count):
        kind, unit = _KINDS[number % len(_KINDS)]
        name, group = f"Property {number + 1}", f"Pset_Heavy{number // 10 + 1}"
        made.append(content.Attribute(stable_id("heavy", name), name, group, kind, unit))
    return tuple(made)


def value(attribute: content.Attribute, number: int) -> Any:
    """What object `number` says of an attribute: a few hundred different values each, as in real models."""
    said = (number * 7 + int(attribute.name.split()[1]) * 13) % 400
    if attribute.type == "boolean":
        return said % 2 == 0
    if attribute.type == "datetime":
        return f"2024-{said % 12 + 1:02}-{said % 28 + 1:02}T00:00:00Z"
    if attribute.type == "string":
        return f"Kind {said}"
    return said if attribute.type == "int" else said + 0.25


def project(objects: int, properties: int) -> content.Project:
    """`scaled(objects)`, each object with about so many properties; it has a dozen already."""
    more = attributes(properties - 12)
    whole, models, number = scaled(objects), [], 0
    for model in whole.models:
        elements = []
        for element in model.elements:
            said = {attribute.id: value(attribute, number) for attribute in more}
            elements.append(replace(element, values={**element.values, **said}))
            number += 1
        models.append(replace(model, elements=tuple(elements), attributes=more))
    return replace(whole, models=tuple(models))


@contextmanager
def sandbox(folder: Path, objects: int, properties: int, **options: Any) -> Iterator[Sandbox]:
    """A sandbox with that project alone; `options` are the Sandbox's own."""
    path = folder / "heavy.db"
    store = Store(path)
    seeding.fill(store, [(people.RIVERSIDE, project(objects, properties))])
    store.close()
    with Sandbox(path=path, **options) as running:
        yield running

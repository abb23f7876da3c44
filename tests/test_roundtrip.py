"""Attributes of every type, unit and control, made and filled through a real sandbox, and read back as what they are.

Two objects get the same values: one with a body, which the geometry answers tell of, as text and with one value a name;
and one without, which is asked for alone. Both must say what was written.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox.service_content import GROUND, PROJECT, seed

from bimplus_nb.client import Client, connect
from bimplus_nb.frames.values import boolean, measure
from bimplus_nb.sandbox import Sandbox

BOX = {
    "color": 4291407461,
    "vertices": [0, 0, 0, 2, 0, 0, 2, 2, 0, 0, 2, 0, 0, 0, 2, 2, 0, 2, 2, 2, 2, 0, 2, 2],
    "faces": [4, 0, 1, 2, 3, 4, 7, 6, 5, 4, 4, 0, 4, 5, 1, 4, 1, 5, 6, 2, 4, 2, 6, 7, 3, 4, 3, 7, 4, 0],
}
NUMBERS = itertools.count()


@dataclass(frozen=True)
class Written:
    """An attribute to make, and the value to give it."""

    type: str
    value: Any
    group: int
    name: int
    unit: int | None = None
    control: str | None = None
    choices: str | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def read(self) -> Any:
        """What it should be in a table."""
        return pd.Timestamp(self.value) if self.type == "datetime" else self.value


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = seed(tmp_path_factory.mktemp("roundtrip") / "sandbox.db")
    with Sandbox(path=path) as running, connect(running) as signed_in:
        yield signed_in


# Text that is a word for yes or no, or a number with a unit, is read as that; see `frames.reading`.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(
    lambda text: boolean(text) is None and measure(text) is None
)
words = st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{0,8}[A-Za-z0-9]", fullmatch=True).filter(
    lambda word: boolean(word) is None
)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(
    lambda when: when.replace(microsecond=0, tzinfo=UTC).isoformat()
)


@st.composite
def written(draw: st.DrawFn) -> Written:
    type_ = draw(st.sampled_from(["int", "double", "string", "guid", "datetime", "binary", "boolean", "choice"]))
    more: dict[str, Any] = {"group": draw(st.integers(0, 1)), "name": draw(st.integers(0, 1))}
    if type_ == "choice":
        found = draw(st.lists(words, min_size=1, max_size=4, unique_by=str.lower))
        control = draw(st.sampled_from(["Enumeration", "Combobox"]))
        choices = ";".join(f"{word}|{word}" for word in found) if control == "Enumeration" else "|".join(found)
        return Written("string", draw(st.sampled_from(found)), control=control, choices=choices, **more)
    if type_ in ("int", "double"):
        numbers = st.integers(-(10**15), 10**15) if type_ == "int" else st.floats(-1e15, 1e15)
        value = draw(numbers)
        if draw(st.booleans()):
            more |= {"minimum": float(min(value, 0)), "maximum": float(max(value, 0))}
        return Written(type_, value, unit=draw(st.none() | st.integers(0, 60)), **more)
    values = {
        "string": texts,
        "guid": st.uuids().map(str),
        "datetime": moments,
        "binary": st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode()),
        "boolean": st.booleans(),
    }
    control = draw(st.sampled_from([None, {"boolean": "Checkbox", "datetime": "Datepicker"}.get(type_, "TextBox")]))
    return Written(type_, draw(values[type_]), control=control, **more)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(written(), min_size=1, max_size=4, unique_by=lambda one: (one.group, one.name)))
def test_what_is_written_is_read_back(client: Client, attributes: list[Written]) -> None:
    run = next(NUMBERS)
    units = client.units.all(scope="team")
    groups = [client.attribute_groups.create(name=f"Set {run}.{number}", scope="team").id for number in (0, 1)]
    ids: dict[str, Written] = {}
    symbols: dict[str, str | None] = {}
    for one in attributes:
        unit = None if one.unit is None else units[one.unit % len(units)]
        made = client.attributes.create(
            # The same name in both sets, so that one name is two attributes.
            name=f"Said {run}.{one.name}", type=one.type, group_id=groups[one.group], control=one.control,
            choices=one.choices, minimum=one.minimum, maximum=one.maximum, unit_id=unit.id if unit else None,
            scope="team",
        )  # fmt: skip
        ids[made.id], symbols[made.id] = one, str(unit["unit"]) if unit else None
    values = {id_: one.value for id_, one in ids.items()}
    body = client.objects.create(type="Slab", parent=GROUND, attributes={**values, "geometry": {"mesh": BOX}}).id
    bare = client.objects.create(type="Slab", parent=GROUND, attributes=values).id
    try:
        project = client.project(PROJECT)
        everything = project.properties(progress=False)
        wide = everything[everything["attribute_id"].isin(ids)].wide()
        definitions = project.attributes()
        alone = project.properties([body, bare], progress=False)
        for object_id, frame in itertools.product((body, bare), (everything, alone)):
            own = frame[frame["object_id"] == object_id].set_index("attribute_id")
            for id_, one in ids.items():
                row = own.loc[id_]
                assert (type(row["value"]), row["value"]) == (type(one.read), one.read)
                assert row["type"] == one.type
                assert row["name"] == f"Said {run}.{one.name}"
                assert row["group"] == f"Set {run}.{one.group}"
                assert (None if pd.isna(row["unit"]) else row["unit"]) == symbols[id_]
        titles = {id_: title for title, id_ in wide.attrs["attributes"].items()}
        for id_, one in ids.items():
            assert wide.loc[[body, bare], titles[id_]].tolist() == [one.read, one.read]
            assert wide.attrs["units"].get(titles[id_]) == symbols[id_]
            definition = definitions.loc[id_]
            assert (definition["type"], bool(definition["used"])) == (one.type, True)
            for limit, value in (("minimum", one.minimum), ("maximum", one.maximum)):
                assert pd.isna(definition[limit]) if value is None else definition[limit] == value
        assert wide.attrs["problems"] == ()
    finally:
        client.objects.delete(body)
        client.objects.delete(bare)

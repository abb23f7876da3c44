"""Attributes of every type, unit and control, made by hypothesis on a real sandbox: what is written is read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bimplus_nb.client import Client, connect
from bimplus_nb.frames import Attribute
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="|;"), min_size=1, max_size=12
).filter(lambda word: word == word.strip())
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
MOMENTS = st.datetimes(pd.Timestamp("1900-01-02"), pd.Timestamp("2200-01-01"))  # type: ignore[arg-type]


@st.composite
def attributes(draw: st.DrawFn) -> tuple[dict[str, Any], Any, Any]:
    """How an attribute is made, a value that it holds, and one that it does not (None where it holds everything)."""
    type_ = draw(st.sampled_from(["int", "double", "string", "boolean", "datetime", "guid", "enumeration"]))
    if type_ in ("int", "double"):
        low, high = sorted(draw(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000))))
        within = st.integers(low, high) if type_ == "int" else st.floats(low, high)
        made = {"type": type_, "minimum": low, "maximum": high, "decimals": 2}
        return made, draw(within), draw(st.sampled_from([high + 1, low - 1, "much", float("inf")]))
    if type_ == "enumeration":
        keys = draw(st.lists(WORDS, min_size=1, max_size=5, unique=True))
        made = {"type": "string", "control": "Enumeration", "choices": ";".join(f"{key}|{key}" for key in keys)}
        return made, draw(st.sampled_from(keys)), "|"
    if type_ == "boolean":
        return {"type": "boolean", "control": "Checkbox"}, draw(st.booleans()), "perhaps"
    if type_ == "datetime":
        return {"type": "datetime", "control": "Datepicker"}, pd.Timestamp(draw(MOMENTS), tz="UTC"), "yesterday"
    if type_ == "guid":
        return {"type": "guid"}, str(draw(st.uuids())), "no guid"
    proposed = draw(st.sampled_from([{"control": "TextBox"}, {"control": "Combobox", "choices": "one|two"}]))
    return {"type": "string", **proposed}, draw(TEXTS), 5


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Sandbox() as sandbox, connect(sandbox) as signed_in:
        yield signed_in


@pytest.fixture(scope="module")
def project(client: Client) -> Project:
    return client.project("Riverside Offices")


@pytest.fixture(scope="module")
def objects(project: Project) -> list[str]:
    return project.mesh(progress=False).ids[:51]


@pytest.fixture(scope="module")
def units(client: Client) -> list[str]:
    return [unit["id"] for unit in client.units.all()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attributes(), st.data())
def test_what_is_written_is_read_back_and_what_is_wrong_is_not_sent(
    client: Client,
    project: Project,
    objects: list[str],
    units: list[str],
    tmp_path: Any,
    made: tuple[dict[str, Any], Any, Any],
    data: st.DataObject,
) -> None:
    how, value, wrong = made
    unit_id = data.draw(st.sampled_from(units)) if how["type"] in ("int", "double") else None
    attribute = client.attributes.create(name="Made up", unit_id=unit_id, scope="team", **how)
    try:
        one = data.draw(st.sampled_from(objects))
        unit = Attribute.of(attribute).unit
        table = pd.DataFrame({"value": [value]}, dtype=object)
        table.insert(0, "object_id", one)
        table.insert(1, "attribute_id", attribute.id)
        if unit:
            table["unit"] = unit
        bad = table.assign(value=[wrong])
        assert (project.diff(bad).frame()["problem"] != "").all()
        assert project.diff(bad).apply(folder=tmp_path)["result"].tolist() == ["refused"]
        changes = project.diff(table)
        assert changes.apply(folder=tmp_path)["result"].tolist() == ["sent"], changes.results()["why"].tolist()
        read = project.properties([one])
        (found,) = read.loc[read["attribute_id"] == attribute.id, "value"]
        assert found == value
        assert type(found) is type(value)
        assert len(project.diff(table)) == 0
        assert changes.undo()["result"].tolist() == ["taken back"]
        assert attribute.id not in set(project.properties([one])["attribute_id"])
    finally:
        for path in tmp_path.rglob("*.jsonl"):
            path.unlink()
        client.attributes.delete(attribute.id, scope="team")

"""How many requests tables cost: few, however many objects and properties there are, and none twice."""

from __future__ import annotations

from collections.abc import Iterator

import counted
import heavy
import pandas as pd
import pytest

from bimplus_nb.client import Client, connect
from bimplus_nb.project import Project

OBJECTS, PROPERTIES = 10_000, 50


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with heavy.sandbox(tmp_path_factory.mktemp("heavy"), OBJECTS, PROPERTIES) as sandbox, connect(sandbox) as signed_in:
        yield signed_in


@pytest.fixture
def quarter(client: Client) -> tuple[Project, list[str]]:
    return counted.fresh(client, client.project("Quarter of 10,000 objects"))


def test_ten_thousand_objects_cost_at_most_ten_requests(quarter: tuple[Project, list[str]]) -> None:
    project, asked = quarter
    objects = project.objects(progress=False)
    assert len(objects) == OBJECTS
    assert len(asked) <= 10
    assert objects["volume_m3"].notna().mean() > 0.9


def test_half_a_million_properties_cost_at_most_forty_requests(quarter: tuple[Project, list[str]]) -> None:
    project, asked = quarter
    properties = project.properties(progress=False)
    assert properties["object_id"].nunique() == OBJECTS
    assert len(properties) > 0.98 * OBJECTS * PROPERTIES
    assert len(asked) <= 40
    assert properties["attribute_id"].notna().all()
    assert properties.problems.empty
    first = len(asked)
    everything = project.objects(columns="all", progress=False)
    assert len(asked) == first
    assert len(everything.columns) > 60
    # And they are what each object says of itself, asked alone.
    some = [*everything.groupby("type", observed=True).head(2).index]
    columns = ["object_id", "attribute_id", "value", "unit", "type", "source"]
    of_all, alone = (
        frame[frame["object_id"].isin(some)][columns].astype(str).sort_values(columns, ignore_index=True)
        for frame in (properties, project.properties(some, progress=False))
    )
    pd.testing.assert_frame_equal(pd.DataFrame(of_all), pd.DataFrame(alone))


def test_what_has_come_is_kept_when_the_rest_is_interrupted(quarter: tuple[Project, list[str]]) -> None:
    project, asked = quarter
    ids = [*project.objects(progress=False).index[:60]]

    def interrupt(done: int, _: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    before = len(asked)
    with pytest.raises(KeyboardInterrupt):
        project.properties(ids, progress=interrupt)
    come = len(asked) - before
    assert 20 <= come < 60
    assert project.properties(ids, progress=False)["object_id"].nunique() == 60
    assert len(asked) - before == 60


def test_a_service_without_a_list_of_attributes_is_asked_for_a_few_objects(client: Client) -> None:
    project, asked = counted.fresh(client, client.project("Quarter of 10,000 objects"))
    refused = counted.refusing(project, "{team}/projects/{}/attributes", "{team}/units")
    properties = project.properties(progress=False)
    assert refused == {"{team}/projects/{}/attributes", "{team}/units"}
    assert len(asked) <= 40
    assert properties["attribute_id"].notna().all()

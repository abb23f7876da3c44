"""Imports, revisions and models by the client: what it sends becomes a model, and what went wrong is said in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sandbox.service_content import PROJECT, seed
from sandbox.small_ifc import small

import bimplus_nb as bp
from bimplus_nb.api import Api
from bimplus_nb.api.imports import ImportFailed
from bimplus_nb.client import Client, connect
from bimplus_nb.geometry import decode_templates, decode_threejs
from bimplus_nb.http import Http
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.catalogue import TYPES


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seed(tmp_path_factory.mktemp("seeded") / "sandbox.db")


@pytest.fixture
def house(seeded: Path, tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(path=shutil.copy(seeded, tmp_path)) as running:
        yield running


@pytest.fixture
def client(house: Sandbox) -> Iterator[Client]:
    with connect(house) as signed_in:
        yield signed_in


@pytest.mark.ifc
def test_a_file_its_revisions_and_back(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "small.ifc"
    file.write_bytes(small())
    model = client.models.create(PROJECT, name="Small")
    sent: list[tuple[int, int | None]] = []
    statuses: list[str] = []
    started = client.imports.start(PROJECT, model.id, file, replace=True, progress=lambda *a: sent.append(a))
    assert started.id == model.id
    assert sent[-1] == (len(small()), len(small()))
    done = client.imports.wait(model.id, progress=statuses.append)
    assert (done["status"], statuses[-1], len(statuses)) == ("DONE", "DONE", len(set(statuses)))
    (tmp_path / "back").mkdir()
    back = client.models.download(model.id, tmp_path / "back")
    assert (back.name, back.read_bytes()) == ("small.ifc", small())

    revision = client.revisions.create(model.id, name="Second", description="moved")
    client.revisions.update(revision.id, name="Two")
    assert client.revisions.get(revision.id)["name"] == "Two"
    client.imports.start_documented(PROJECT, model.id, small(place=6), name="next.ifc")
    assert client.imports.wait(model.id)["importFileName"] == "next.ifc"
    assert client.revisions.all(model.id).ids == [one.id for one in client.revisions.of_project(PROJECT)]
    found = client.revisions.compare(model.id, 2, 1)
    assert found["counts"] == {"added": 0, "removed": 0, "modified": 1, "unchanged": 1}
    assert found["objects"][0]["changes"][-1]["moved"] == [0, 0, -1000]


@pytest.mark.ifc
def test_an_attached_file(client: Client) -> None:
    made = client.attachments.create_on_project(PROJECT, small(), name="small.ifc")
    model = client.models.create(PROJECT, name="Small")
    client.imports.start_from_attachment(PROJECT, model.id, made.id)
    assert client.imports.wait(model.id)["revisionObjects"] == 2


def test_a_failure_is_told_with_the_services_words(client: Client) -> None:
    model = client.models.create(PROJECT, name="Small")
    client.imports.start(PROJECT, model.id, b"no IFC at all", name="notes.ifc")
    with pytest.raises(ImportFailed, match=r"INVALID_FILE: notes\.ifc is not an IFC file") as caught:
        client.imports.wait(model.id)
    assert isinstance(caught.value, bp.ApiError)
    with pytest.raises(ImportFailed):
        client.imports.wait(model.id)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (None, "does not say why"),
        ([], "does not say why"),
        ([{"correlationid": "M", "returncode": "BAD", "additionaldata": "x" * 9999}], "BAD: xxx"),
        ([{"correlationId": "m", "returnCode": "A\u202e\n", "additionalData": {"message": 5}}], ": 5"),
        ([{"correlationId": "m", "returnCode": "NEW", "timestamp": "2026-02", "additionalData": None},
          {"correlationId": "m", "returnCode": "OLD", "timestamp": "2026-01", "additionalData": None}], "NEW"),
    ],
)  # fmt: skip
def test_whatever_the_service_says_of_a_failure(messages: list[Any] | None, words: str) -> None:
    told = httpx.Response(403) if messages is None else httpx.Response(200, json=messages)
    answers = iter([httpx.Response(200, json={"id": "m", "status": "Failed"}), told])
    http = Http("https://api.example/v2", team="t", transport=httpx.MockTransport(lambda _: next(answers)))
    with pytest.raises(ImportFailed, match=words) as caught:
        Api(http).imports.wait("m")
    assert len(str(caught.value)) < 700
    assert "\u202e" not in str(caught.value)


def test_unknown_statuses_are_waited_out() -> None:
    said = iter(["", "Thinking", "PROCESSING", "done_Refreshed"])
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"id": "m", "status": next(said)}))
    seen: list[str] = []
    api = Api(Http("https://api.example/v2", team="t", transport=transport))
    assert api.imports.wait("m", progress=seen.append)["status"] == "done_Refreshed"
    assert seen == ["Thinking", "PROCESSING", "done_Refreshed"]


def test_waiting_ends_in_time() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"id": "m", "status": "PENDING"}))
    with pytest.raises(TimeoutError, match=r"PENDING after 0\.2 s\. It goes on"):
        Api(Http("https://api.example/v2", team="t", transport=transport)).imports.wait("m", timeout=0.2)


def test_a_model_is_moved_and_its_layers_hidden(house: Sandbox, client: Client) -> None:
    model = client.models.all(PROJECT)[0]
    root, layer = model["topologyId"], client.models.disciplines(model.id)[0].id
    before = decode_threejs(client.objects.geometry(root).body)
    client.models.move(model.id, by=(100, 0, 5))
    after = decode_threejs(client.objects.geometry(root).body)
    np.testing.assert_allclose(after.vertices, np.add(before.vertices, (100, 5, 0)))
    client.models.set_private(model.id, layer, private=True)
    with connect(house, user="david") as viewer:
        assert layer not in viewer.models.disciplines(model.id).ids
        assert len(decode_threejs(viewer.objects.geometry(root).body).ids) < len(before.ids)
    client.models.set_private(model.id, layer, private=False)


def test_every_form_of_geometry(client: Client) -> None:
    model = client.models.all(PROJECT)[0]
    root, layer = model["topologyId"], client.models.disciplines(model.id)[0].id
    whole, one = client.objects.geometry(root), client.objects.layer_geometry(root, layer)
    for plain, packed in ((whole, client.objects.meshblobs(root)), (one, client.objects.layer_meshblobs(root, layer))):
        mine, theirs = decode_threejs(packed.body), decode_threejs(plain.body)
        assert mine.ids == theirs.ids
        np.testing.assert_allclose(mine.vertices, theirs.vertices, atol=1e-9)
    assert client.objects.meshblobs(root, etag=client.objects.meshblobs(root).etag).status == 304
    assert decode_templates(client.objects.templates(root, layer, detail=100).body).ids == ()
    slabs = client.objects.geometry(root, element_type=TYPES["Slab"].id)
    assert len(decode_threejs(slabs.body).ids) == 1
    assert decode_threejs(client.objects.geometry(root, detail=100).body).ids == decode_threejs(whole.body).ids

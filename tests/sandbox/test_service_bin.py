"""Copies of projects, and the recycle bin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import (
    MODEL,
    NEW_WALL,
    OPEN_ISSUE,
    PROJECT,
    READ_ONLY,
    VERSIONED,
    VERSIONED_MODEL,
    WALL,
    WALL_LAYER,
    WINDOW,
)

from bimplus_nb.client import connect
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
COPY = "/riverside/projects/copyfrom"
HOME = f"/riverside/projects/{PROJECT}"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def everything(of: httpx.Client, project: str) -> list[Any]:
    """What can be asked of a project: its trees, properties and bodies, model by model and revision by revision."""
    record = of.get(f"/riverside/projects/{project}").json()
    models = of.get(f"/riverside/projects/{project}/divisions").json()
    seen = [of.get(f"/riverside/projects/{project}/topology").json(), of.get(f"/riverside/objects/{project}").json()]
    for model in models:
        for revision in (0, *range(1, len(of.get(f"/riverside/divisions/{model['id']}/revisions").json()) + 1)):
            tree = of.get(f"/riverside/objects/{model['topologyId']}/topology?revision={revision}").json()
            seen.append(tree)
            seen += [of.get(f"/riverside/objects/{key}/properties/12?revision={revision}").json() for key in ids(tree)]
            seen.append(
                of.get(f"/riverside/objects/{model['topologyId']}/geometries/threejs?revision={revision}").json()
            )
    return [record["disciplines"], record["properties"], models, *seen]


def ids(tree: dict[str, Any]) -> list[str]:
    return [tree["id"], *(key for child in tree["children"] for key in ids(child))]


def named(of: httpx.Client, project: str, name: str) -> str:
    """The id of the object with that name in the only model of a project."""
    (model,) = of.get(f"/riverside/projects/{project}/divisions").json()
    tree = of.get(f"/riverside/objects/{model['topologyId']}/topology").json()
    objects = {key: of.get(f"/riverside/objects/{key}").json()["attributes"]["general"]["name"] for key in ids(tree)}
    (found,) = (key for key, called in objects.items() if called == name)
    return found


def nameless(text: str) -> str:
    """With every id replaced by its number in the order they come: equal for what differs in its ids only."""
    order: dict[str, str] = {}
    return GUID.sub(lambda found: order.setdefault(found[0], f"id {len(order)}"), text)


@pytest.mark.parametrize("source", [PROJECT, VERSIONED])
def test_a_copy_is_the_same_under_other_ids(own_house: Sandbox, caller: Call, source: str) -> None:
    anna = caller(own_house)
    before = everything(anna, source)
    made = anna.post(COPY, json={"id": source.upper(), "name": "Copy"})
    assert made.status_code == 201
    key = made.json()["id"]
    assert anna.get(f"/riverside/projects/{key}").json() == made.json()
    after = everything(anna, key)
    original = anna.get(f"/riverside/projects/{source}").json()
    assert made.json()["shortDescr"] == original["shortDescr"]
    renamed = repr(after).replace("'Copy'", repr(original["name"]))
    assert nameless(renamed) == nameless(repr(before))
    assert everything(anna, source) == before
    own = {key} | {one for tree in after for one in GUID.findall(repr(tree))}
    shared = own & set(GUID.findall(repr(before)))
    for one in shared:
        assert anna.get(f"/riverside/objects/{one}").status_code == 404, "only what is no object is in both"


def test_a_copy_stands_alone(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    key = anna.post(COPY, json={"id": PROJECT, "name": "Copy", "shortDescr": None}).json()["id"]
    copied = everything(anna, key)
    assert anna.delete(f"/riverside/objects/{WALL}").status_code == 200
    assert anna.delete(HOME).status_code == 200
    assert everything(anna, key) == copied
    assert anna.get(f"/riverside/projects/{key}").json()["shortDescr"] is None
    assert anna.delete(f"/riverside/projects/{key}").status_code == 200
    assert anna.get(f"/riverside/objects/{copied[2][0]['topologyId']}").status_code == 404


def test_files_links_slides_and_structures_come_along(own_house: Sandbox, caller: Call) -> None:
    anna, png = caller(own_house), b"\x89PNG\r\n\x1a\n" + b"x" * 50
    for path, content in ((f"{HOME}/attachments", b"plan"), (f"/riverside/objects/{WALL}/attachments", b"detail"),
                          (f"{HOME}/thumbnail", png)):  # fmt: skip
        assert anna.post(path, files={"file": ("file.png", content)}).status_code == 201
    link = {"name": "Link", "url": f"https://example.com/{guid('elsewhere')}"}
    assert anna.post(f"/riverside/objects/{WALL}/hyperlinks", json=link).status_code == 201
    show = anna.post(f"{HOME}/slideshows", json={"name": "Show"}).json()["id"]
    anna.post(
        f"/riverside/slideshows/{show}/slides", json={"name": "Slide", "scene": {"objects": {"selected": [WALL]}}}
    )
    before = everything(anna, PROJECT)
    key = anna.post(COPY, json={"id": PROJECT, "name": "Copy"}).json()["id"]
    path = f"/riverside/projects/{key}"
    wall = named(anna, key, "Wall <1>")
    for place, content in ((path, b"plan"), (f"/riverside/objects/{wall}", b"detail")):
        (attachment,) = anna.get(f"{place}/attachments").json()
        assert anna.get(f"/riverside/attachments/{attachment['id']}/download").content == content
        assert attachment["objectIds"] == [place.rpartition("/")[2]]
    assert anna.get(f"/riverside/thumbnail/{key}").content == png
    (copied,) = anna.get(f"/riverside/objects/{wall}/hyperlinks").json()
    assert copied["url"] == link["url"]
    (shown,) = anna.get(f"{path}/slideshows").json()
    (slide,) = anna.get(f"/riverside/slideshows/{shown['id']}/slides").json()
    assert slide["scene"] == {"objects": {"selected": [wall]}}
    anna.delete(path)
    assert everything(anna, PROJECT) == before
    assert anna.get(f"/riverside/thumbnail/{PROJECT}").content == png


def test_issues_come_along_if_asked_for(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    scene = {"objects": {"selected": [WALL, WINDOW.upper(), "x"]}, "note": OPEN_ISSUE}
    issue = anna.post(f"{HOME}/issues", json={"name": "x", "scene": scene}).json()
    anna.post(f"/riverside/issues/{issue['id']}/comments", json={"text": "c"})
    anna.post(f"/riverside/objects/{WALL}/comments", json={"text": "on the wall"})
    anna.delete(f"/riverside/issues/{anna.post(f'{HOME}/issues', json={'name': 'gone'}).json()['id']}")
    plain = anna.post(COPY, json={"id": PROJECT, "name": "Without"}).json()["id"]
    assert anna.get(f"/riverside/projects/{plain}/issues").json() == []
    assert anna.get(f"/riverside/projects/{plain}/pins").json() == []
    assert anna.post(f"/riverside/projects/{plain}/issues", json={"name": "first"}).json()["shortId"] == 1
    key = anna.post(COPY, json={"id": PROJECT, "name": "With", "issues": True}).json()["id"]
    old, new = (anna.get(f"/riverside/projects/{one}/issues").json() for one in (PROJECT, key))
    kept = ("shortId", "name", "status", "author", "responsible", "createdAt", "pinsCount", "commentsCount")
    assert [[one[name] for name in kept] for one in new] == [[one[name] for name in kept] for one in old]
    (pin,) = anna.get(f"/riverside/projects/{key}/pins").json()
    assert anna.get(f"/riverside/objects/{pin['objectId']}").json()["attributes"]["general"]["name"] == "Wall <1>"
    assert new[2]["scene"]["objects"]["selected"][0] == pin["objectId"]
    assert new[2]["scene"]["note"] == new[0]["id"]
    assert WINDOW.upper() not in repr(new)
    assert [one["text"] for one in anna.get(f"/riverside/objects/{pin['objectId']}/comments").json()] == ["on the wall"]
    assert anna.post(f"/riverside/projects/{key}/issues", json={"name": "y"}).json()["shortId"] == 5


def test_who_copies_what(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    count = len(anna.get("/riverside/projects").json())
    for user in ("ben", "carla", "david"):
        assert caller(own_house, user).post(COPY, json={"id": PROJECT, "name": "Copy"}).status_code == 403
    refused: list[tuple[dict[str, Any], int]] = [
        ({}, 400), ({"id": PROJECT}, 400), ({"id": PROJECT, "name": " "}, 400), ({"id": "x", "name": "Copy"}, 400),
        ({"id": guid("none"), "name": "Copy"}, 404), ({"id": PROJECT, "name": "House"}, 409),
        ({"id": PROJECT, "name": "Copy", "issues": "yes"}, 400), ({"id": guid("test", "quay"), "name": "Copy"}, 404),
    ]  # fmt: skip
    for body, status in refused:
        assert anna.post(COPY, json=body).status_code == status, body
    assert len(anna.get("/riverside/projects").json()) == count
    made = anna.post(COPY, json={"projectId": READ_ONLY, "name": "Copy"}).json()
    assert made["rights"]["projectEdit"], "a copy has its own roles"


PARTS = [
    HOME, f"{HOME}/topology", f"{HOME}/issues", f"{HOME}/pins", f"{HOME}/divisions", f"{HOME}/disciplines",
    f"/riverside/divisions/{MODEL}", f"/riverside/divisions/{MODEL}/revisions", f"/riverside/objects/{WALL}",
    f"/riverside/objects/{WALL}/topology", f"/riverside/objects/{WALL}/geometries/threejs",
    f"/riverside/objects/{WALL}/disciplines/{WALL_LAYER}/geometries/threejs", f"/riverside/objects/{PROJECT}",
    f"/riverside/objects/{WALL}/properties/8", f"/riverside/objects/{WALL}/comments",
    f"/riverside/issues/{OPEN_ISSUE}", f"/riverside/issues/{OPEN_ISSUE}/pins", f"/riverside/issues/{OPEN_ISSUE}/rights",
    f"/riverside/pins/{guid('pin', OPEN_ISSUE, 0)}",
]  # fmt: skip


def test_the_recycle_bin_hides_all_of_a_project_and_gives_it_back(own_house: Sandbox, caller: Call) -> None:
    anna, carla = caller(own_house), caller(own_house, "carla")
    before = [anna.get(path).json() for path in PARTS]
    assert anna.delete(f"{HOME}?moveToRecycleBin=true").status_code == 200
    for client in (anna, carla):
        assert {path: client.get(path).status_code for path in PARTS} == dict.fromkeys(PARTS, 404)
        assert PROJECT not in client.get("/projects").text + client.get("/riverside/projects").text
        assert MODEL not in client.get("/riverside/divisions").text
    assert anna.put(HOME, json={"name": "x"}).status_code == 404
    assert anna.post(f"{HOME}/issues", json={"name": "x"}).status_code == 404
    assert anna.post("/riverside/objects", json={"parent": PROJECT, "type": "Wall"}).status_code == 404
    assert anna.post("/riverside/issues/export/bcf", json=[OPEN_ISSUE]).status_code == 404
    assert anna.delete(HOME).status_code == 404
    for path in ("/projects", "/riverside/projects"):
        listed = {one["id"]: one["recycleBin"] for one in anna.get(f"{path}?recycleBin=true").json()}
        assert listed[PROJECT] is True
        assert listed[VERSIONED] is False
        assert PROJECT not in carla.get(f"{path}?recycleBin=true").text
    restore = f"/riverside/objects/{PROJECT}/restore"
    assert carla.put(restore, json={}).status_code == 404
    assert anna.put(restore, json={}).status_code == 200
    assert [anna.get(path).json() for path in PARTS] == before
    assert anna.put(restore, json={}).status_code == 404


def test_a_name_in_the_bin_is_free_until_it_comes_back(own_house: Sandbox, caller: Call) -> None:
    anna, restore = caller(own_house), f"/riverside/objects/{PROJECT}/restore"
    anna.delete(f"{HOME}?moveToRecycleBin=true")
    other = anna.post("/riverside/projects", json={"name": "House"})
    assert other.status_code == 201
    assert anna.put(restore, json={}).status_code == 409
    assert anna.get(HOME).status_code == 404
    anna.put(f"/riverside/projects/{other.json()['id']}", json={"name": "Another"})
    assert anna.put(restore, json={}).status_code == 200
    assert anna.get(HOME).json()["name"] == "House"


def test_deleting_from_the_bin_is_for_good(own_house: Sandbox, caller: Call) -> None:
    anna, ben = caller(own_house), caller(own_house, "ben")
    assert anna.delete(f"{HOME}?fromRecycleBin=true").status_code == 404, "it is not there"
    assert anna.delete(f"{HOME}?fromRecycleBin=true&moveToRecycleBin=true").status_code == 400
    assert anna.get(HOME).status_code == 200
    for user in ("carla", "david"):
        assert caller(own_house, user).delete(f"{HOME}?moveToRecycleBin=true").status_code == 403
    assert ben.delete(f"{HOME}?moveToRecycleBin=true").status_code == 200
    assert caller(own_house, "carla").delete(f"{HOME}?fromRecycleBin=true").status_code == 404
    assert ben.delete(f"{HOME}?fromRecycleBin=true").status_code == 200
    assert anna.put(f"/riverside/objects/{PROJECT}/restore", json={}).status_code == 404
    assert PROJECT not in anna.get("/riverside/projects?recycleBin=true").text


def test_the_client_copies_recycles_and_restores(own_house: Sandbox) -> None:
    with connect(own_house) as client:
        copy = client.projects.copy(VERSIONED, name="Copy", description="again", issues=True)
        assert (copy["name"], copy["shortDescr"]) == ("Copy", "again")
        (model,) = client.models.all(copy.id)
        assert model.id != VERSIONED_MODEL
        names = {entry["name"] for entry in client.objects.topology(model["topologyId"])["children"]}
        assert "New" in names
        assert NEW_WALL not in repr(client.objects.topology(model["topologyId"]))
        client.projects.delete(copy.id, recycle=True)
        assert copy.id not in client.projects.all().ids
        assert copy.id in client.projects.all(recycled=True).ids
        assert copy.id in client.projects.everywhere(recycled=True).ids
        client.projects.restore(copy.id)
        assert copy.id in client.projects.all().ids
        client.projects.delete(copy.id, recycle=True)
        client.projects.delete(copy.id, from_bin=True)
        assert copy.id not in client.projects.all(recycled=True).ids

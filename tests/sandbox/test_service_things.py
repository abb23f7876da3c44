"""What hangs on objects and issues: links, scenes, locks, and all comments of a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import GROUND, OPEN_ISSUE, PROJECT, SOLVED_ISSUE, UPPER, WALL, WINDOW

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
ON = [f"objects/{WALL}", f"issues/{OPEN_ISSUE}"]
SCENE = {"viewMode": "hidden,clipIsolated", "version": [2, 0, 0], "own": {"kept": [None, 1e-7, "ü"]}}
LOCKS = f"/riverside/objects/{WALL}/locks"


def remove(client: httpx.Client, on: str) -> None:
    assert client.delete(f"/riverside/{on}").status_code == 200


@pytest.mark.parametrize("on", ON)
def test_links(own_house: Sandbox, caller: Call, on: str) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/{on}/hyperlinks"
    made = carla.post(path, json={"name": "Fire code", "url": "https://example.com/a?b=ü#c"})
    assert made.status_code == 201
    first = made.json()
    assert first == {"objectId": on.split("/")[1], "orderNumber": 1, "name": "Fire code",
                     "url": "https://example.com/a?b=ü#c", "id": first["id"]}  # fmt: skip
    front = carla.post(path, json={"url": "mailto:a@example.com", "orderNumber": "0"}).json()
    assert front["name"] == front["url"]
    last = carla.post(path, json={"url": "http://localhost:8080", "name": "x"}).json()
    assert carla.get(path).json() == [front, first, last]
    assert carla.get(f"/riverside/projects/{PROJECT}/hyperlinks").json() == [first, front, last]
    one = f"/riverside/hyperlinks/{first['id']}"
    changed = carla.put(one, json={"name": "My new website", "url": "https://www.example.com/"})
    assert (changed.status_code, changed.json()["orderNumber"]) == (200, 1)
    assert carla.get(one).json() == changed.json()
    assert carla.delete(one).status_code == 200
    assert carla.get(one).status_code == 404
    remove(carla, on)
    assert carla.get(f"/riverside/projects/{PROJECT}/hyperlinks").json() == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:alert(1)", " https://example.com", "data:text/html,x", "//example.com",
            "ftp://example.com", "https://", "https:///etc", "https://a b", "https://a\nb", "mailto:", "", None, 5,
            "https://\x00"],
)  # fmt: skip
def test_what_a_link_cannot_be(own_house: Sandbox, caller: Call, url: Any) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/objects/{WALL}/hyperlinks"
    kept = carla.post(path, json={"url": "https://example.com"}).json()
    assert carla.post(path, json={"url": url}).status_code == 400
    assert carla.put(f"/riverside/hyperlinks/{kept['id']}", json={"url": url, "name": "new"}).status_code == 400
    assert carla.get(path).json() == [kept]


@pytest.mark.parametrize("on", ON)
def test_scenes(own_house: Sandbox, caller: Call, on: str) -> None:
    """An issue's are found at the addresses of objects too, as the vendor's SDK asks."""
    carla, key = caller(own_house, "carla"), on.split("/")[1]
    path = f"/riverside/objects/{key}/scenes"
    for scene in (SCENE, '{"version": [1, 0, 0]}'):
        made = carla.post(path, json={"scene": scene, "name": "From the south"})
        assert made.status_code == 201
        record = made.json()
        assert (record["scene"], record["objectId"], record["author"]["firstname"]) == (scene, key, "Carla")
        one = f"/riverside/scenes/{record['id']}"
        assert carla.get(one).json() == record
    listed = carla.get(path).json()
    short = carla.get(path, params={"shortInfo": "true"}).json()
    assert short == [{name: value for name, value in scene.items() if name != "scene"} for scene in listed]
    assert carla.put(one, json={"scene": {"a": 1}}).json() == {**record, "scene": {"a": 1}}
    assert carla.put(one, json={"name": "x"}).json()["scene"] == {"a": 1}
    for body in ({}, {"scene": None}, {"scene": [1]}, {"scene": 5}, {"scene": {}, "name": 5}):
        assert carla.post(path, json=body).status_code == 400
    assert carla.delete(one).status_code == 200
    assert carla.get(path).json() == listed[:1]
    remove(carla, on)
    assert carla.get(f"/riverside/scenes/{listed[0]['id']}").status_code == 404


@pytest.mark.parametrize("kind", ["hyperlinks", "scenes"])
@pytest.mark.parametrize(("user", "status"), [("anna", 200), ("ben", 200), ("carla", 200), ("david", 403)])
def test_who_may(own_house: Sandbox, caller: Call, kind: str, user: str, status: int) -> None:
    anna, one, path = caller(own_house), caller(own_house, user), f"/riverside/objects/{WALL}/{kind}"
    body = {"url": "https://example.com", "scene": {"a": 1}}
    kept = anna.post(path, json=body).json()
    assert one.post(path, json=body).status_code == (201 if status == 200 else status)
    assert kept in one.get(path).json()
    assert one.put(f"/riverside/{kind}/{kept['id']}", json={}).status_code == status
    assert one.delete(f"/riverside/{kind}/{kept['id']}").status_code == status
    assert anna.get(f"/harbour/{kind}/{kept['id']}").status_code == 404
    if kind == "hyperlinks":
        assert one.delete(path).status_code == status
        assert len(one.get(path).json()) == (0 if status == 200 else 1)


def test_a_locked_object_is_its_holders(own_house: Sandbox, caller: Call) -> None:
    anna, carla, david = (caller(own_house, name) for name in ("anna", "carla", "david"))
    assert david.get(LOCKS).json() == []
    made = carla.put(LOCKS, json={})
    assert made.status_code == 200
    lock = made.json()
    assert (lock["objectId"], lock["user"]["displayname"]) == (WALL, "Carla Costa")
    assert david.get(LOCKS).json() == [lock] == [carla.put(LOCKS, json={}).json()]
    before = anna.get(f"/riverside/objects/{WALL}").json()
    body = {"attributes": {"general": {"name": "New"}}}
    for answer in (anna.put(LOCKS, json={}), anna.put(f"/riverside/objects/{WALL}", json=body),
                   anna.delete(f"/riverside/objects/{WALL}"), anna.delete(f"/riverside/objects/{GROUND}")):  # fmt: skip
        assert answer.status_code == 409
        assert "Carla Costa" in answer.json()["message"]
    assert anna.get(f"/riverside/objects/{WALL}").json() == before
    assert anna.put(f"/riverside/objects/{WINDOW}", json=body).status_code == 200, "only that one is locked"
    assert carla.put(f"/riverside/objects/{WALL}", json=body).status_code == 200
    assert carla.delete(LOCKS).status_code == 200
    assert carla.delete(LOCKS).status_code == 404
    assert anna.put(f"/riverside/objects/{WALL}", json=body).status_code == 200


def test_locks_below(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    locks = [carla.put(f"/riverside/objects/{key}/locks", json={}).json() for key in (WINDOW, WALL, UPPER)]
    everywhere = f"/riverside/objects/{PROJECT}/locks"
    assert carla.get(everywhere).json() == []
    assert carla.get(everywhere, params={"withChildren": "true"}).json() == locks
    upper = f"/riverside/objects/{UPPER}/locks"
    assert carla.get(upper).json() == [locks[2]]
    assert carla.get(upper, params={"withChildren": "true"}).json() == [locks[0], locks[2]]
    assert carla.delete(f"/riverside/objects/{UPPER}").status_code == 200
    assert carla.get(everywhere, params={"withChildren": "true"}).json() == [locks[1]]


@pytest.mark.parametrize(
    ("user", "locks", "plain", "as_admin"),
    [("anna", 409, 403, 200), ("ben", 409, 403, 200), ("carla", 200, 200, 200), ("david", 403, 403, 403)],
)
def test_who_unlocks(own_house: Sandbox, caller: Call, user: str, locks: int, plain: int, as_admin: int) -> None:
    carla, one = caller(own_house, "carla"), caller(own_house, user)
    carla.put(LOCKS, json={})
    assert one.put(LOCKS, json={}).status_code == locks
    assert one.delete(LOCKS).status_code == plain
    carla.put(LOCKS, json={})
    assert one.delete(f"{LOCKS}?asAdmin=true").status_code == as_admin
    assert len(carla.get(LOCKS).json()) == (0 if as_admin == 200 else 1)


def test_all_comments_of_a_project(own_house: Sandbox, caller: Call) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/projects/{PROJECT}/comments"
    made = [
        carla.post(f"/riverside/{on}/comments", json={"text": on}).json()
        for on in (f"objects/{WALL}", f"issues/{OPEN_ISSUE}", f"issues/{SOLVED_ISSUE}")
    ]
    assert carla.get(path).json() == made
    assert made[0]["author"]["fullname"] == "Carla Costa"
    remove(carla, f"issues/{OPEN_ISSUE}")
    assert carla.get(path).json() == [made[0], made[2]]
    assert carla.get(f"/riverside/projects/{guid('test', 'closed')}/comments").status_code == 404

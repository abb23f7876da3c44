"""Slideshows, slides and thumbnails: order, what is kept as it came, and what goes with what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import OPEN_ISSUE, PROJECT, VERSIONED, WALL

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
SHOWS = f"/riverside/projects/{PROJECT}/slideshows"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)
PICTURES = {"image/png": PNG, "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(9), "image/gif": b"GIF89a" + bytes(9),
            "image/webp": b"RIFF\x04\x00\x00\x00WEBPVP8 "}  # fmt: skip
SCENE = {"viewMode": "transparent", "camera": {"fov": 45}, "version": [2, 0, 0], "own": {"kept": [None, 1e-7, "ü"]}}


def show(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    made = client.post(SHOWS, json={"name": "Tour", **fields})
    assert made.status_code == 201
    record: dict[str, Any] = made.json()
    return record


def add(client: httpx.Client, show_id: str, name: str, **fields: Any) -> dict[str, Any]:
    made = client.post(f"/riverside/slideshows/{show_id}/slides", json={"name": name, **fields})
    assert made.status_code == 201
    record: dict[str, Any] = made.json()
    return record


def names(client: httpx.Client, show_id: str) -> list[str]:
    slides = client.get(f"/riverside/slideshows/{show_id}/slides").json()
    assert [slide["index"] for slide in slides] == list(range(1, len(slides) + 1))
    return [slide["name"] for slide in slides]


def test_a_slideshow(own_house: Sandbox, caller: Call) -> None:
    carla, david = caller(own_house, "carla"), caller(own_house, "david")
    made = show(carla)
    assert (made["projectId"], made["name"], made["description"], made["thumbnail"]) == (PROJECT, "Tour", None, None)
    assert (made["author"]["fullname"], made["author"]["preferedLanguage"]) == ("Carla Costa", "en")
    path = f"/riverside/slideshows/{made['id']}"
    assert david.get(SHOWS).json() == [david.get(path).json()] == [made]
    body = {"projectId": PROJECT, "name": "Other", "description": None, "author": {"id": guid("none")}}
    changed = carla.put(path, json=body)
    assert (changed.status_code, changed.json()) == (200, {**made, "name": "Other"})
    for body in ({"projectId": VERSIONED}, {"name": ""}, {"name": None}, {"description": 5}):
        assert carla.put(path, json=body).status_code == 400
    assert carla.post(SHOWS, json={}).status_code == 400
    wrong = f"/riverside/projects/{VERSIONED}/slideshows/{made['id']}"
    assert carla.delete(wrong).status_code == 404
    assert carla.get(f"{SHOWS}/{made['id']}").json()["name"] == "Other"
    assert carla.delete(f"{SHOWS}/{made['id']}").status_code == 200
    assert david.get(path).status_code == 404


@pytest.mark.parametrize("scene", [SCENE, '{"version": [1, 0, 0]}', None])
def test_a_slide_keeps_its_scene_as_it_came(own_house: Sandbox, caller: Call, scene: Any) -> None:
    carla = caller(own_house, "carla")
    made = add(carla, show(carla)["id"], "One", scene=scene, index=7)
    assert (made["index"], made["slideInfo"], made["scene"]) == (1, "", scene)
    path = f"/riverside/slides/{made['id']}"
    assert carla.get(path).json() == carla.get(f"/riverside/projects/{PROJECT}/slides/{made['id']}").json() == made
    assert carla.put(path, json={"slideInfo": "x"}).json() == {**made, "slideInfo": "x"}
    assert carla.put(path, json={"scene": {"new": 1}}).json()["scene"] == {"new": 1}
    for body in ({"scene": [1]}, {"scene": 5}, {"slideInfo": 5}, {"projectId": VERSIONED}):
        assert carla.put(path, json=body).status_code == 400


def test_slides_stay_counted(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    key = show(carla)["id"]
    made = {name: add(carla, key, name)["id"] for name in "abcd"}

    def move(name: str, index: Any) -> int:
        return carla.put(f"/riverside/slides/{made[name]}", json={"index": index}).status_code

    assert (move("d", 1), names(carla, key)) == (200, ["d", "a", "b", "c"])
    assert (move("d", "3"), names(carla, key)) == (200, ["a", "b", "d", "c"])
    assert (move("c", 4), names(carla, key)) == (200, ["a", "b", "d", "c"])
    for index in (0, 5, -1, 1.5, "x", [], 1e300):
        assert (move("a", index), names(carla, key)) == (400, ["a", "b", "d", "c"])
    assert carla.delete(f"/riverside/projects/{PROJECT}/slides/{made['b']}").status_code == 200
    assert names(carla, key) == ["a", "d", "c"]
    assert carla.delete(f"/riverside/slides/{made['a']}").status_code == 200
    add(carla, key, "e")
    assert names(carla, key) == ["d", "c", "e"]


@pytest.mark.parametrize(
    ("user", "edits", "clears"), [("anna", 200, 200), ("ben", 200, 200), ("carla", 200, 403), ("david", 403, 403)]
)
def test_who_may(own_house: Sandbox, caller: Call, user: str, edits: int, clears: int) -> None:
    anna, one = caller(own_house), caller(own_house, user)
    made = show(anna)
    slide = add(anna, made["id"], "a")
    assert one.post(SHOWS, json={"name": "x"}).status_code == (201 if edits == 200 else edits)
    assert one.put(f"/riverside/slideshows/{made['id']}", json={}).status_code == edits
    assert one.put(f"/riverside/slides/{slide['id']}", json={}).status_code == edits
    assert one.delete(SHOWS).status_code == clears
    assert one.get(f"/riverside/slides/{slide['id']}").status_code == (404 if clears == 200 else 200)
    stranger = f"/harbour/slides/{slide['id']}"
    assert anna.get(stranger).status_code == 404


def test_a_slideshow_takes_all_of_it_along(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    made = show(carla)
    slide = add(carla, made["id"], "a")["id"]
    comment = carla.post(f"/riverside/objects/{slide}/comments", json={"text": "Nice"}).json()
    assert comment["issueId"] == slide
    assert carla.get(f"/riverside/slides/{slide}/comments").json() == [comment]
    picture = {"file": ("a.png", PNG)}
    assert carla.post(f"/riverside/slides/{slide}/thumbnail", files=picture).status_code == 201
    assert carla.get(f"/riverside/slides/{slide}").json()["thumbnail"] == slide
    assert carla.delete(f"/riverside/slideshows/{made['id']}").status_code == 200
    for path in (f"slides/{slide}", f"comments/{comment['id']}", f"thumbnail/{slide}"):
        assert carla.get(f"/riverside/{path}").status_code == 404


@pytest.mark.parametrize("kind", PICTURES)
def test_thumbnails_by_every_address(own_house: Sandbox, caller: Call, kind: str) -> None:
    carla, david = caller(own_house, "carla"), caller(own_house, "david")
    show_id = show(carla)["id"]
    slide = add(carla, show_id, "a")["id"]
    for of in (f"projects/{PROJECT}", f"objects/{WALL}", f"slideshows/{show_id}", f"slides/{slide}"):
        key = of.split("/")[1]
        assert david.get(f"/riverside/thumbnail/{key}").status_code == 404
        for content in (PNG + b"before", PICTURES[kind]):
            made = carla.post(f"/riverside/{of}/thumbnail", files={"file": ("my picture", content, "text/html")})
            assert made.status_code == 201
        assert made.json() == {"fileName": "my picture", "type": kind, "size": len(content), "id": key}
        for path in (f"thumbnail/{key}", f"{of}/thumbnail/download"):
            answer = david.get(f"/riverside/{path}")
            assert (answer.content, answer.headers["Content-Type"]) == (PICTURES[kind], kind)
        assert david.delete(f"/riverside/{of}/thumbnail").status_code == 403
    assert david.get(f"/riverside/slide/{slide}/thumbnail/download").content == PICTURES[kind]
    assert david.get(f"/riverside/projects/{PROJECT}").json()["thumbnail"] == PROJECT
    assert carla.delete(f"/riverside/projects/{PROJECT}/thumbnail").status_code == 200
    assert carla.delete(f"/riverside/projects/{PROJECT}/thumbnail").status_code == 404
    assert david.get(f"/riverside/projects/{PROJECT}").json()["thumbnail"] is None
    assert david.get(f"/riverside/thumbnail/{WALL}").content == PICTURES[kind], "only that one is gone"


def test_what_is_no_thumbnail(own_house: Sandbox, caller: Call) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/objects/{WALL}/thumbnail"
    for content in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b" " + PNG, b"RIFF1234WAVE"):
        assert carla.post(path, files={"file": ("a.png", content, "image/png")}).status_code == 400
    large = carla.post(path, files={"file": ("a.png", PNG + bytes(8 * 2**20), "image/png")})
    assert large.status_code == 413
    assert carla.get(f"{path}/download").status_code == 404
    assert caller(own_house, "david").post(path, files={"file": ("a.png", PNG)}).status_code == 403
    assert carla.get(f"/riverside/thumbnail/{OPEN_ISSUE}").status_code == 404
    assert carla.get(f"/riverside/thumbnail/{guid('none')}").status_code == 404

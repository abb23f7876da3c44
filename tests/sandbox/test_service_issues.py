"""Issues, pins and comments: what they hold and the rules they follow. Who may is in test_service_rights."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sandbox.service_content import (
    GROUND,
    OLD_WALL,
    OPEN_ISSUE,
    PROJECT,
    ROOM,
    SOLVED_ISSUE,
    UPPER,
    VERSIONED,
    WALL,
    WINDOW,
)

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
ISSUES = f"/riverside/projects/{PROJECT}/issues"
CLOSE = {"Open": "Closed", "Solved": "Closed", "Closed": "Open"}
USERS = {user.username: user.id for user in Sandbox.users}


def test_an_issue_as_it_stands(anna: httpx.Client) -> None:
    issue = anna.get(f"/riverside/issues/{OPEN_ISSUE}").json()
    assert (issue["shortId"], issue["name"], issue["description"]) == (1, "Fire exit", "Wrong place")
    assert (issue["status"], issue["type"], issue["priority"]) == ("Open", "Problem", "High")
    assert (issue["author"]["id"], issue["author"]["displayname"]) == (USERS["carla"], "Carla Costa")
    assert issue["responsible"]["id"] == USERS["david"]
    assert issue["responsibles"] == [issue["responsible"]]
    assert issue["createdAt"] == issue["dueDate"] == "2026-02-01T09:00:00Z"
    assert (issue["pinsCount"], issue["commentsCount"]) == (1, 0)
    assert anna.get(ISSUES).json()[0] == issue


def test_an_issue_is_made_with_the_next_number(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    body = {
        "shortId": 77,
        "projectId": guid("ignored"),
        "name": "New",
        "author": {"id": USERS["ben"]},
        "responsible": {"email": "ben@example.com"},
        "cc": [USERS["anna"], {"id": USERS["carla"].upper()}],
        "status": "oPEN",
        "type": "TASK",
        "priority": "very high",
        "dueDate": "2026-06-05T10:05:00+02:00",
        "scene": {"viewMode": "hidden", "version": [2, 0, 0], "unknown": {"kept": None}},
    }
    made = carla.post(ISSUES, json=body)
    assert made.status_code == 201
    issue = made.json()
    assert issue["shortId"] == 3
    assert issue["projectId"] == PROJECT
    assert issue["author"]["id"] == USERS["carla"], "the author is who makes it"
    assert issue["responsible"]["id"] == USERS["ben"]
    assert [one["id"] for one in issue["cc"]] == [USERS["anna"], USERS["carla"]]
    assert (issue["status"], issue["type"], issue["priority"]) == ("Open", "Task", "very high")
    assert issue["dueDate"] == "2026-06-05T08:05:00Z"
    assert issue["scene"] == body["scene"]
    assert carla.get(f"/riverside/issues/{issue['id']}").json() == issue


def test_numbers_are_never_given_twice(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    numbers = []
    for _ in range(3):
        made = anna.post(ISSUES, json={"name": "x"}).json()
        numbers.append(made["shortId"])
        assert anna.delete(f"/riverside/issues/{made['id']}").status_code == 200
    assert anna.delete(ISSUES).status_code == 200
    assert anna.get(ISSUES).json() == []
    numbers.append(anna.post(ISSUES, json={"name": "x"}).json()["shortId"])
    assert numbers == [3, 4, 5, 6]
    other = anna.post(f"/riverside/projects/{VERSIONED}/issues", json={})
    assert other.json()["shortId"] == 1, "every project counts for itself"


def test_lists_with_less(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    anna.post(ISSUES, json={"name": "x", "scene": '{"version": [1, 0, 0]}'})
    whole = anna.get(ISSUES).json()
    assert whole[2]["scene"] == '{"version": [1, 0, 0]}', "a scene comes back as it was given"
    assert anna.get(f"{ISSUES}?scene=false").json() == [{k: v for k, v in one.items() if k != "scene"} for one in whole]
    short = anna.get(f"{ISSUES}?shortinfo=true&currenttime=2026-11-22T20:34:14+00:00").json()
    assert all(item.items() <= one.items() and len(item) < len(one) for item, one in zip(short, whole, strict=True))


def test_an_issue_is_changed_piece_by_piece(own_house: Sandbox, caller: Call) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/issues/{OPEN_ISSUE}"
    before = carla.get(path).json()
    after = carla.put(path, json={"description": None, "responsible": None}).json()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"description", "responsible", "responsibles", "modifiedAt"}
    assert after["modifiedAt"] > before["modifiedAt"]
    assert carla.put(path, json={"status": "Closed"}).json()["status"] == "Closed"
    assert carla.put(path, json={"status": "Open"}).json()["status"] == "Open"


def test_the_responsible_may_send_the_whole_issue_back(own_house: Sandbox, caller: Call) -> None:
    """Clients send what they read; only what differs counts as a change."""
    david, path = caller(own_house, "david"), f"/riverside/issues/{OPEN_ISSUE}"
    issue = david.get(path).json()
    assert david.put(path, json=issue).json() == issue
    solved = david.put(path, json={**issue, "solution": "Moved", "status": "Solved"})
    assert solved.status_code == 200
    assert david.put(path, json={**issue, "name": "Other"}).status_code == 403
    assert david.put(path, json={"status": "Closed"}).status_code == 403
    caller(own_house, "carla").put(path, json={"status": "Closed"})
    assert david.put(path, json={"status": "Open"}).status_code == 403
    assert david.get(path).json()["solution"] == "Moved"


@pytest.mark.parametrize(
    "body",
    [{"status": "Half done"}, {"status": 1}, {"type": "Wish"}, {"name": 5}, {"dueDate": "soon"}, {"dueDate": 20260101},
     {"responsible": "eve"}, {"responsible": {"id": guid("eve")}}, {"responsible": {}}, {"responsible": 5},
     {"responsibles": "anna"}, {"responsibles": [[]]}, {"cc": [None, {"email": "eve@example.com"}]}, {"cc": 1},
     {"revision": "x"}, {"priority": []}, {"dueDate": "9999-12-31T23:59:59-14:00"}, {"solution": {}}],
)  # fmt: skip
def test_what_an_issue_cannot_be(house: Sandbox, caller: Call, body: Any) -> None:
    assert caller(house, "carla").post(ISSUES, json=body).status_code == 400
    assert caller(house, "carla").put(f"/riverside/issues/{OPEN_ISSUE}", json=body).status_code == 400


def test_pins(own_house: Sandbox, caller: Call) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/issues/{OPEN_ISSUE}/pins"
    (first,) = carla.get(path).json()
    assert first["objectId"] == WALL
    assert first["topologyNodeId"] == GROUND
    assert first["position"] == {"x": 2500.0, "y": 1250.0, "z": 300.0}
    body = {
        "objectId": WINDOW.upper(),
        "topologyNodeId": guid("ignored"),
        "position": {"x": "123.45", "y": "234.56", "z": "345.67"},
        "normalVector": {"x": "0", "y": "1", "z": "2"},
    }
    made = carla.post(path, json=body)
    assert made.status_code == 201
    pin = made.json()
    assert pin["position"] == {"x": 123.45, "y": 234.56, "z": 345.67}
    assert pin["normalVector"] == {"x": 0, "y": 1, "z": 2}
    assert (pin["objectId"], pin["topologyNodeId"], pin["issueId"]) == (WINDOW, UPPER, OPEN_ISSUE)
    assert carla.get(f"/riverside/pins/{pin['id']}").json() == pin
    assert carla.get(path).json() == carla.get(f"/riverside/projects/{PROJECT}/pins").json() == [first, pin]
    moved = carla.put(f"/riverside/pins/{pin['id']}", json={**pin, "newObjectId": ROOM, "position": {"y": 5}}).json()
    assert (moved["objectId"], moved["topologyNodeId"]) == (ROOM, GROUND)
    assert moved["position"] == {"x": 123.45, "y": 5, "z": 345.67}
    assert carla.delete(f"/riverside/objects/{WINDOW}").status_code == 200
    assert len(carla.get(path).json()) == 2
    assert carla.delete(f"/riverside/objects/{ROOM}").status_code == 200
    assert carla.get(path).json() == [first]
    assert carla.delete(f"/riverside/pins/{first['id']}").status_code == 200
    assert carla.get(f"/riverside/issues/{OPEN_ISSUE}").json()["pinsCount"] == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"objectId": None}, {"objectId": "x"}, {"objectId": guid("none")}, {"objectId": OLD_WALL},
     {"objectId": WALL, "position": 5}, {"objectId": WALL, "position": {"x": "far"}},
     {"objectId": WALL, "position": {"x": True}},
     {"objectId": WALL, "position": {"x": "nan"}}, {"objectId": WALL, "position": {"x": 1e300}},
     {"objectId": WALL, "normalVector": [0, 0, 1]}],
)  # fmt: skip
def test_what_a_pin_cannot_be(house: Sandbox, caller: Call, body: Any) -> None:
    assert caller(house, "carla").post(f"/riverside/issues/{OPEN_ISSUE}/pins", json=body).status_code == 400


def test_a_pin_stays_with_its_issue(house: Sandbox, caller: Call) -> None:
    carla = caller(house, "carla")
    pin = carla.get(f"/riverside/projects/{PROJECT}/pins").json()[0]
    for body in ({"issueId": SOLVED_ISSUE}, {"objectId": ROOM}, {"newObjectId": OLD_WALL}):
        assert carla.put(f"/riverside/pins/{pin['id']}", json=body).status_code == 400


@pytest.mark.parametrize("on", [f"issues/{OPEN_ISSUE}", f"objects/{WALL}"])
def test_comments(own_house: Sandbox, caller: Call, on: str) -> None:
    anna, path = caller(own_house), f"/riverside/{on}/comments"
    made = anna.post(path, json={"text": "Look"})
    assert made.status_code == 201
    comment = made.json()
    assert (comment["issueId"], comment["text"]) == (on.split("/")[1], "Look")
    assert comment["author"]["displayname"] == "Anna Albers"
    assert anna.get(path).json() == [anna.get(f"/riverside/comments/{comment['id']}").json()] == [comment]
    for body in ({}, {"text": ""}, {"text": 5}):
        assert anna.post(path, json=body).status_code == 400
    assert anna.delete(f"/riverside/comments/{comment['id']}").status_code == 200
    assert anna.get(path).json() == []


def test_a_deleted_issue_takes_its_pins_and_comments(own_house: Sandbox, caller: Call) -> None:
    carla = caller(own_house, "carla")
    pin = carla.get(f"/riverside/projects/{PROJECT}/pins").json()[0]["id"]
    comment = carla.post(f"/riverside/issues/{OPEN_ISSUE}/comments", json={"text": "x"}).json()["id"]
    assert carla.get(f"/riverside/issues/{OPEN_ISSUE}").json()["commentsCount"] == 1
    assert carla.delete(f"/riverside/issues/{OPEN_ISSUE}").status_code == 200
    assert carla.get(f"/riverside/pins/{pin}").status_code == 404
    assert carla.get(f"/riverside/comments/{comment}").status_code == 404
    assert [one["shortId"] for one in carla.get(ISSUES).json()] == [2]


@pytest.mark.parametrize("user", ["anna", "ben", "carla", "david"])
@pytest.mark.parametrize("status", ["Open", "Solved", "Closed"])
def test_the_rights_stated_are_those_one_has(own_house: Sandbox, caller: Call, user: str, status: str) -> None:
    """carla wrote it, david is responsible, ben administers the project, anna owns the team."""
    carla, who = caller(own_house, "carla"), caller(own_house, user)
    acts: dict[str, list[tuple[str, str, Any]]] = {
        "update": [("PUT", "", {"name": "Other"}), ("PUT", "", {"responsible": USERS["ben"]})],
        "solve": [("PUT", "", {"solution": "By hand"})],
        "close": [("PUT", "", {"status": CLOSE[status]})],
        "delete": [("DELETE", "", None)],
        "forceDelete": [("DELETE", "?forceDelete=true", None)],
        "comment": [("POST", "/comments", {"text": "x"})],
        "pin": [("POST", "/pins", {"objectId": WALL})],
    }
    if status != "Closed":
        acts["solve"].append(("PUT", "", {"status": {"Open": "Solved", "Solved": "Open"}[status]}))
    stated = {}
    for right, requests in acts.items():
        for method, suffix, body in requests:
            issue = carla.post(ISSUES, json={"name": "x", "responsible": USERS["david"], "status": status}).json()
            path = f"/riverside/issues/{issue['id']}"
            stated = who.get(f"{path}/rights").json()
            answer = who.request(method, path + suffix, json=body)
            assert (answer.status_code < 400) == stated[right], (right, body, answer.text)
            if not stated[right]:
                assert answer.status_code == 403
                assert carla.get(path).json() == issue
    assert set(stated) == set(acts)


def test_numbers_are_single_also_when_many_write_at_once(own_house: Sandbox, caller: Call) -> None:
    clients = [caller(own_house, user) for user in ("anna", "ben", "carla")]
    with ThreadPoolExecutor(12) as pool:
        made = [*pool.map(lambda n: clients[n % 3].post(ISSUES, json={"name": str(n)}).json()["shortId"], range(60))]
    assert sorted(made) == [*range(3, 63)]


def test_several_responsibles(own_house: Sandbox, caller: Call) -> None:
    carla, david, ben = (caller(own_house, user) for user in ("carla", "david", "ben"))
    body = {"name": "x", "responsibles": ["david@example.com", {"id": USERS["ben"]}, USERS["ben"].upper()]}
    issue = carla.post(ISSUES, json=body).json()
    path = f"/riverside/issues/{issue['id']}"
    assert [one["id"] for one in issue["responsibles"]] == [USERS["david"], USERS["ben"]]
    assert issue["responsible"] == issue["responsibles"][0]
    for one in (david, ben):
        assert one.put(path, json={"solution": one.headers["Authorization"][:20]}).status_code == 200
        assert one.put(path, json={"responsibles": []}).status_code == 403
    # What is sent back as it was read changes nothing; of the two fields the one that differs is meant.
    assert carla.put(path, json=issue).json()["responsibles"] == issue["responsibles"]
    assert carla.put(path, json={**issue, "responsible": "BEN@example.com"}).json()["responsibles"] == [
        issue["responsibles"][1]
    ]
    assert carla.put(path, json={**issue, "responsibles": []}).json()["responsible"] is None
    assert ben.put(path, json={"solution": "No more mine"}).status_code == 403


def test_who_is_told(own_house: Sandbox, caller: Call) -> None:
    """Author, responsible and copied in, but who did it."""
    carla, david = caller(own_house, "carla"), caller(own_house, "david")
    everyone = {user: caller(own_house, user) for user in USERS}

    def news() -> dict[str, list[str]]:
        got = {}
        for user, client in everyone.items():
            messages = [one for one in client.get("/user/messages").json() if one["source"] == "IssueService"]
            got[user] = [one["topic"] for one in messages]
            for one in messages:
                assert client.delete(f"/messages/{one['id']}").status_code == 200
        return {user: topics for user, topics in got.items() if topics}

    issue = carla.post(ISSUES, json={"name": "x", "responsible": USERS["david"], "cc": [USERS["ben"]]}).json()
    path = f"/riverside/issues/{issue['id']}"
    assert news() == {"david": ["ISSUE_CREATED"], "ben": ["ISSUE_CREATED"]}
    david.put(path, json={"status": "Solved", "solution": "Done"})
    assert news() == {"carla": ["ISSUE_UPDATED"], "ben": ["ISSUE_UPDATED"]}
    carla.put(path, json={"responsible": USERS["anna"], "cc": []})
    assert news() == {"david": ["ISSUE_UPDATED"], "ben": ["ISSUE_UPDATED"], "anna": ["ISSUE_UPDATED"]}
    assert david.put(path, json={"name": "Refused"}).status_code == 403
    carla.put(path, json={"status": "Solved"})
    assert news() == {}, "neither a refusal nor what changes nothing is news"
    carla.delete(path)
    assert news() == {"anna": ["ISSUE_DELETED"]}
    everyone["anna"].delete(ISSUES)
    assert news() == {user: ["ISSUE_DELETED"] for user in ("ben", "carla", "david")}


def test_scenes_and_their_pictures(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    scene = {"camera": {"fov": 45}, "thumbnail": "data:image/png;base64,AAAA", "unknown": [{"é": None}], "version": 3}
    path = f"/riverside/issues/{anna.post(ISSUES, json={'name': 'x', 'scene': scene}).json()['id']}"
    assert anna.get(path).json()["scene"] == scene
    assert anna.get(f"{ISSUES}?scenethumbnail=true").json()[2]["scene"] == scene
    (less,) = [one["scene"] for one in anna.get(f"{ISSUES}?scenethumbnail=false").json() if one["scene"]]
    assert less == {key: value for key, value in scene.items() if key != "thumbnail"}


@pytest.mark.parametrize("query", ["scene=maybe", "shortinfo=2", "currenttime=soon", "scenethumbnail=x"])
def test_lists_that_nobody_can_give(anna: httpx.Client, query: str) -> None:
    assert anna.get(f"{ISSUES}?{query}").status_code == 400


def test_the_types_are_in_the_library_and_not_where_the_documents_list_them(anna: httpx.Client) -> None:
    types = anna.get("/riverside/lib/issuetypes").json()
    names = ["Problem", "Remark", "Task", "Appointment", "Document", "Contact", "Clash"]
    assert [one["name"] for one in types] == names
    assert len({one["id"] for one in types}) == 7
    for path in ("types", f"types/{types[0]['id']}"):
        answer = anna.get(f"/riverside/issues/{path}")
        assert answer.status_code == 501
        assert "lib/issuetypes" in answer.json()["message"]

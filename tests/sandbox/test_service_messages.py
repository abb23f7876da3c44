"""Messages: everybody sees what they received and sent, finds it by its fields, and nobody reads another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]
USERS = {user.username: user for user in Sandbox.users}


def body(to: str = "ben", **fields: Any) -> dict[str, Any]:
    user = USERS[to]
    return {
        "receiver": {"id": user.id, "email": user.email},
        "source": "Planner",
        "topic": "SKETCHUP_JOB",
        "severity": "Warn",
        "returncode": "FILE_TOO_BIG",
        "unread": True,
        **fields,
    }


def send(client: httpx.Client, to: str = "ben", **fields: Any) -> dict[str, Any]:
    made = client.post("/messages", json=body(to, **fields))
    assert made.status_code == 201, made.text
    record: dict[str, Any] = made.json()
    return record


def filtered(client: httpx.Client, text: str) -> list[str]:
    answer = client.get("/messages", params={"filter": text})
    assert answer.status_code == 200, answer.text
    return [message["id"] for message in answer.json()]


def ids(client: httpx.Client, path: str) -> list[str]:
    return [message["id"] for message in client.get(path).json()]


def test_a_message_as_documented(own_house: Sandbox, caller: Call) -> None:
    anna, ben = caller(own_house), caller(own_house, "ben")
    sent = send(
        anna,
        id=guid("ignored"),
        sender={"id": USERS["anna"].id.upper(), "email": "anna@example.com"},
        timestamp="2013-11-15T10:55:53",
        additionalData="42 MB",
        correlationId=guid("other"),
    )
    assert sent["sender"] == {"id": USERS["anna"].id, "email": "anna@example.com"}
    assert sent["receiver"] == {"id": USERS["ben"].id, "email": "ben@example.com"}
    assert (sent["returncode"], sent["additionaldata"], sent["correlationid"]) == (
        "FILE_TOO_BIG", "42 MB", guid("other"),
    )  # fmt: skip
    assert sent["unread"] is True
    assert not sent["timestamp"].startswith("2013")
    assert ben.get(f"/messages/{sent['id']}").json() == sent
    (found,) = ben.get("/messages", params={"filter": f"id={sent['id']}"}).json()
    lowered = {name.lower(): value for name, value in found.items()}
    assert {"returnCode", "additionalData", "correlationId"} <= set(found)
    assert lowered == {name.lower(): value for name, value in sent.items()}


def test_everybody_sees_their_own(own_house: Sandbox, caller: Call) -> None:
    anna, ben, carla = (caller(own_house, name) for name in ("anna", "ben", "carla"))
    first, second = send(anna)["id"], send(ben, "anna")["id"]
    assert ids(anna, "/messages") == ids(ben, "/messages") == [first, second]
    assert ids(carla, "/messages") == ids(carla, "/user/messages") == []
    me = f"/user/{USERS['anna'].id}/messages"
    assert ids(anna, "/user/messages") == ids(anna, me) == [second]
    assert ids(anna, f"{me}/sent") == [first]
    assert anna.get(f"{me}/groupsent").json() == []
    assert ids(anna, f"{me}?topic=sketchup_job") == [second]
    assert ids(anna, f"{me}?topic=dashboard") == []
    for path in (me, f"{me}/sent", f"{me}/groupsent"):
        assert ben.get(path).status_code == 403
        assert ben.get(path.replace(USERS["anna"].id, guid("nobody"))).status_code == 404
    for call in (carla.get, carla.delete):
        assert call(f"/messages/{first}").status_code == 404
    assert carla.post(f"/messages/{first}/markasread").status_code == 404


@pytest.mark.parametrize("word", ["markasread", "markasreadbrowser"])
def test_reading_and_deleting_is_the_receivers(own_house: Sandbox, caller: Call, word: str) -> None:
    anna, ben = caller(own_house), caller(own_house, "ben")
    path = f"/messages/{send(anna)['id']}"
    assert anna.post(f"{path}/{word}").status_code == anna.delete(path).status_code == 403
    assert anna.get(path).json()["unread"] is True
    read = ben.post(f"{path}/{word}")
    assert (read.status_code, read.json()["unread"]) == (200, False)
    assert anna.get(path).json() == read.json()
    assert ben.delete(path).status_code == 200
    assert anna.get(path).status_code == 404


def test_filters(own_house: Sandbox, caller: Call) -> None:
    anna, ben = caller(own_house), caller(own_house, "ben")
    first = send(anna, source="A&B", topic="x=y", severity="Error")["id"]
    second = send(anna, source="A", topic="x", unread=False)["id"]
    third = send(ben, "anna", topic="50%", returncode="OK")["id"]
    assert filtered(ben, "source=A%26B&topic=x%3Dy") == [first]
    assert filtered(ben, "source=a") == [second]
    assert filtered(ben, "topic=x=y") == [first], "the first = divides"
    assert filtered(ben, "topic=50%") == [third]
    assert filtered(ben, "unread=true&receiver.email=BEN@example.com") == [first]
    assert filtered(ben, "RETURNCODE=ok") == filtered(ben, f"sender.id={USERS['ben'].id}") == [third]
    assert filtered(ben, "severity=Error&unread=false") == []
    assert filtered(caller(own_house, "carla"), "unread=true") == []
    assert ben.get("/messages", params={"filter": ""}).json() == ben.get("/messages").json()
    for text in ("a=b", "unread", "unread=true&", "&", "sender=x", "source>1"):
        assert ben.get("/messages", params={"filter": text}).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [{"receiver": None}, {"receiver": {}}, {"receiver": {"id": guid("nobody")}}, {"receiver": {"email": "x@y.z"}},
     {"receiver": "ben"}, {"sender": {"id": USERS["carla"].id}}, {"sender": {}}, {"source": ""}, {"topic": None},
     {"severity": "Fatal"}, {"severity": None}, {"returncode": None}, {"unread": "yes"}, {"correlationId": "x"}],
)  # fmt: skip
def test_what_a_message_cannot_be(house: Sandbox, caller: Call, changes: dict[str, Any]) -> None:
    anna = caller(house)
    status = anna.post("/messages", json=body(**changes)).status_code
    assert status == (403 if changes.get("sender") else 400)
    assert anna.get("/messages").json() == []


def test_a_message_by_email_alone(own_house: Sandbox, caller: Call) -> None:
    sent = send(caller(own_house, "david"), receiver={"email": "Anna@Example.com"})
    assert sent["receiver"]["id"] == USERS["anna"].id

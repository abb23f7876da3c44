"""The API's old sign-in by password: one token a device, ended, crossed over, remembered, and never given away."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox.service_content import CLOSED, PROJECT

from bimplus_nb.sandbox import Sandbox, people
from bimplus_nb.sandbox.issuer import Issuer
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.problem import Problem
from bimplus_nb.sandbox.sessions import CROSS, LIFETIME, PAUSE, REMEMBERED, TRIES, Sessions
from bimplus_nb.sandbox.store import Store

Call = Callable[..., httpx.Client]
ANNA, BEN = (user.id for user in people.USERS[:2])


def body(user: str = "anna", **more: Any) -> dict[str, Any]:
    return {"user_id": f"{user}@example.com", "password": people.PASSWORD, **more}


def sign_in(client: httpx.Client, user: str = "anna", **more: Any) -> dict[str, Any]:
    answer = client.post("/authorize", json=body(user, **more))
    assert answer.status_code == 200, answer.text
    return answer.json()


def who(client: httpx.Client, token: str, scheme: str = "BimPlus") -> str | None:
    """Whose token it is, None if it is refused."""
    answer = client.get("/user", headers={"Authorization": f"{scheme} {token}"})
    assert answer.status_code in (200, 401)
    return answer.json()["id"] if answer.status_code == 200 else None


def test_a_token_for_a_password(own_house: Sandbox, caller: Call) -> None:
    nobody = caller(own_house, None)
    answer = sign_in(nobody, application_id="A" * 32)
    assert set(answer) == {"access_token", "expires_in", "client_id", "token_type"}
    assert (answer["expires_in"], answer["token_type"], len(answer["access_token"])) == (LIFETIME, "BimPlus", 32)
    assert who(nobody, answer["access_token"]) == who(nobody, answer["access_token"], "bearer") == ANNA
    info = nobody.get("/authorize", params={"api-token": answer["access_token"]}).json()
    assert (info["user_id"], info["audience"]) == (ANNA, answer["client_id"])
    assert LIFETIME - 60 < info["expires_in"] <= LIFETIME
    assert who(nobody, sign_in(nobody, user="BEN")["access_token"]) == BEN


def test_information_on_a_token_of_the_sign_in_service(house: Sandbox, caller: Call) -> None:
    info = caller(house, "ben").get("/authorize").json()
    assert info.pop("expires_in") in range(240, 301)
    assert info == {"user_id": BEN, "audience": "00000000-0000-0000-0000-000000000000"}


def test_a_wrong_password_and_an_unknown_address_read_the_same(own_house: Sandbox, caller: Call) -> None:
    nobody = caller(own_house, None)
    wrong = nobody.post("/authorize", json=body(password="guess")).json()
    unknown = nobody.post("/authorize", json=body("eve", password="guess")).json()
    assert wrong["status"] == 401
    assert {**wrong, "requestId": ""} == {**unknown, "requestId": ""}
    assert "guess" not in str(wrong)


@pytest.mark.parametrize(
    "changes",
    [{"user_id": None}, {"user_id": " "}, {"user_id": 5}, {"password": None}, {"password": ""}, {"password": ["x"]},
     {"password": "x" * 1001}, {"client_id": "x"}, {"application_id": "x"}, {"remember_me": "yes"}],
)  # fmt: skip
def test_what_cannot_sign_in(house: Sandbox, caller: Call, changes: dict[str, Any]) -> None:
    assert caller(house, None).post("/authorize", json={**body(), **changes}).status_code == 400


def test_one_token_a_device(own_house: Sandbox, caller: Call) -> None:
    nobody = caller(own_house, None)
    first = sign_in(nobody)
    second = sign_in(nobody)
    assert [who(nobody, one["access_token"]) for one in (first, second)] == [None, ANNA]
    phone = sign_in(nobody, client_id=guid("phone").upper())
    assert phone["client_id"] == guid("phone")
    assert [who(nobody, one["access_token"]) for one in (second, phone)] == [ANNA, ANNA]
    renewed = sign_in(nobody, client_id=second["client_id"])
    tokens = [one["access_token"] for one in (second, phone, renewed)]
    assert [who(nobody, token) for token in tokens] == [None, ANNA, ANNA]
    assert len({first["client_id"], second["client_id"], phone["client_id"]}) == 3
    assert renewed["client_id"] == second["client_id"]
    others = sign_in(nobody, "ben", client_id=phone["client_id"])
    assert who(nobody, others["access_token"]) == BEN
    assert who(nobody, phone["access_token"]) == ANNA, "a device's name is nobody else's key"


@pytest.mark.parametrize("old", [True, False], ids=["of the API", "of the sign-in service"])
def test_ending_one_sign_in_ends_no_other(own_house: Sandbox, caller: Call, old: bool) -> None:
    application = guid("app") if old else None
    one, other = (own_house.token("ben", application=application) for _ in range(2))
    nobody = caller(own_house, None)
    assert nobody.delete("/authorize", headers={"Authorization": f"Bearer {one}"}).content == b""
    assert [who(nobody, token) for token in (one, other)] == [None, BEN]
    assert nobody.delete("/authorize", headers={"Authorization": f"Bearer {one}"}).status_code == 401


def test_a_cross_token_is_good_once(own_house: Sandbox, caller: Call) -> None:
    nobody = caller(own_house, None)
    first = sign_in(nobody, application_id=guid("app"))
    asked = nobody.post("/cross-token", headers={"Authorization": f"BimPlus {first['access_token']}"})
    cross = asked.json()
    assert asked.status_code == 200
    assert (cross["expires_in"], cross["token_type"], set(cross)) == (CROSS, "BimPlus", {"cross_token", *cross})
    with ThreadPoolExecutor(8) as pool:
        request = {"cross_token": cross["cross_token"], "project_id": PROJECT, "team_id": "riverside"}
        answers = [*pool.map(lambda _: nobody.post("/cross-authorize", json=request), range(8))]
    assert sorted(answer.status_code for answer in answers) == [200] + 7 * [401]
    (made,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert set(made) == set(first)
    assert [who(nobody, one["access_token"]) for one in (first, made)] == [ANNA, ANNA]
    assert who(nobody, cross["cross_token"]) is None, "it is no token of its own"


def test_a_cross_token_opens_what_its_user_sees(own_house: Sandbox, caller: Call) -> None:
    nobody, carla = caller(own_house, None), caller(own_house, "carla")
    request = {"cross_token": carla.post("/cross-token").json()["cross_token"]}
    assert nobody.post("/cross-authorize", json={**request, "project_id": CLOSED}).status_code == 404
    assert nobody.post("/cross-authorize", json={**request, "team_id": "harbour"}).status_code == 404
    assert nobody.post("/cross-authorize", json={**request, "client_id": "x"}).status_code == 400
    assert nobody.post("/cross-authorize", json={}).status_code == 400
    made = nobody.post("/cross-authorize", json={**request, "project_id": PROJECT})
    assert made.status_code == 200, "what was refused has not used it up"
    assert who(nobody, made.json()["access_token"]) == people.USERS[2].id


def test_a_remembered_sign_in_needs_no_password_once_more(own_house: Sandbox, caller: Call) -> None:
    nobody = caller(own_house, None)
    first = sign_in(nobody, remember_me=True)
    assert first["remember_me_expires_in"] == REMEMBERED
    request = {"user_id": "anna@example.com", "remember_me_token": first["remember_me_token"], "remember_me": True}
    assert nobody.post("/authorize", json={**request, "user_id": "ben@example.com"}).status_code == 401
    again = nobody.post("/authorize", json=request).json()
    assert who(nobody, again["access_token"]) == ANNA
    assert nobody.post("/authorize", json=request).status_code == 401
    assert again["remember_me_token"] not in (None, first["remember_me_token"])
    assert who(nobody, again["remember_me_token"]) is None


def test_tokens_outlive_a_restart_and_stand_in_no_file(seeded_file: Path, tmp_path: Path, caller: Call) -> None:
    path, secret = shutil.copy(seeded_file, tmp_path), "a most telling password"
    with Sandbox(path=path) as sandbox:
        anna = caller(sandbox)
        assert anna.put(f"/users/{ANNA}", json={"password": secret}).status_code == 200
        assert secret not in anna.get("/user").text
        made = sign_in(caller(sandbox, None), password=secret, remember_me=True)
        cross = anna.post("/cross-token").json()["cross_token"]
        files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    files += b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for each in (secret, made["access_token"], made["remember_me_token"], cross):
        assert each.encode() not in files
    with Sandbox(path=path) as sandbox:
        nobody = caller(sandbox, None)
        assert who(nobody, made["access_token"]) == ANNA
        assert nobody.post("/authorize", json=body()).status_code == 401
        assert nobody.post("/cross-authorize", json={"cross_token": cross}).status_code == 200


def test_guessing_ends_soon(own_house: Sandbox, caller: Call) -> None:
    nobody = caller(own_house, None)
    answers = [nobody.post("/authorize", json=body(password=f"guess {n}")) for n in range(TRIES + 1)]
    assert [answer.status_code for answer in answers] == TRIES * [401] + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= PAUSE
    assert nobody.post("/authorize", json=body()).status_code == 429
    unknown = [nobody.post("/authorize", json=body("eve")).status_code for _ in range(TRIES + 1)]
    assert unknown == TRIES * [401] + [429], "who has no account is not told apart"
    assert who(nobody, sign_in(nobody, "ben")["access_token"]) == BEN


class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(seeded_file: Path, tmp_path: Path, clock: Clock) -> Iterator[Sessions]:
    store = Store(Path(shutil.copy(seeded_file, tmp_path)))
    yield Sessions(store, Issuer(people.USERS, now=clock), now=clock)
    store.close()


def test_what_expires(sessions: Sessions, clock: Clock) -> None:
    user = sessions.proved("anna@example.com", people.PASSWORD, None)
    made = sessions.begin(user, application=None, client=None, remember=True)
    signed = sessions.signed(made["access_token"])
    assert signed is not None
    crosses = [sessions.cross_token(signed) for _ in range(2)]
    clock.now += CROSS - 1
    assert sessions.crossed(crosses[0])[0]["id"] == ANNA
    clock.now += 1
    with pytest.raises(Problem, match="expired"):
        sessions.crossed(crosses[1])
    clock.now += REMEMBERED - CROSS
    with pytest.raises(Problem):
        sessions.proved("anna@example.com", None, made["remember_me_token"])
    clock.now += LIFETIME - REMEMBERED - 1
    later = sessions.signed(made["access_token"])
    assert later is not None
    assert later.expires_in == 1
    assert made["access_token"] not in repr(later)
    clock.now += 1
    assert sessions.signed(made["access_token"]) is None


def test_a_pause_ends(sessions: Sessions, clock: Clock) -> None:
    for _ in range(TRIES):
        with pytest.raises(Problem, match="not right"):
            sessions.proved("anna@example.com", "guess", None)
    with pytest.raises(Problem, match="Too many"):
        sessions.proved("anna@example.com", people.PASSWORD, None)
    clock.now += PAUSE
    assert sessions.proved("anna@example.com", people.PASSWORD, None)["id"] == ANNA


def test_sign_ins_do_not_pile_up(sessions: Sessions) -> None:
    user = sessions.proved("anna@example.com", people.PASSWORD, None)
    made = [sessions.begin(user, application=None, client=guid("device", n))["access_token"] for n in range(60)]
    good = [sessions.signed(token) is not None for token in made]
    assert good == [False] * 10 + [True] * 50

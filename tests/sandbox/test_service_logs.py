"""The log: one's own requests, and no secrets in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sandbox.service_content import PROJECT

from bimplus_nb.client import connect
from bimplus_nb.sandbox import Sandbox

Call = Callable[..., httpx.Client]


def test_everybody_sees_their_own_requests(own_house: Sandbox, caller: Call) -> None:
    anna, david = caller(own_house), caller(own_house, "david")
    answer = anna.get(f"/riverside/projects/{PROJECT}")
    david.get("/riverside/projects/none")
    lines = anna.get("/logs").json()
    assert [line["message"].partition(" with")[0] for line in lines] == [
        f"BEGIN Request (GET /v2/riverside/projects/{PROJECT})", f"END Request (GET /v2/riverside/projects/{PROJECT})",
    ]  # fmt: skip
    assert set(lines[0]) == {
        "id", "server", "date", "requestid", "thread", "level", "logger", "message", "exception", "userid", "clientid",
        "executiontime",
    }  # fmt: skip
    assert {line["requestid"] for line in lines} == {answer.headers["X-Request-Id"]}
    assert {line["userid"] for line in lines} == {own_house.users[0].id}
    (_, end) = david.get("/logs").json()
    assert "with StatusCode 404" in end["message"]


def test_a_time_span_is_the_part_of_the_log_that_lies_in_it(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    for _ in range(3):
        anna.get("/teams")
    now = datetime.now(UTC)
    last, day, minute = now - timedelta(minutes=5), "%Y%m%d", "%Y%m%d%H%M"
    spans = [f"{now:{day}}/{now + timedelta(days=1):{day}}", f"{last:{minute}}/{now + timedelta(minutes=1):{minute}}"]
    for span in spans:
        lines = anna.get(f"/logs/{span}").json()
        assert sum("GET /v2/teams" in line["message"] for line in lines) == 6
    past = now - timedelta(days=2)
    assert anna.get(f"/logs/{past:{day}}/{past:{day}}").json() == []
    assert anna.get("/logs/99991231/999912312359").json() == []


@pytest.mark.parametrize(
    "span",
    ["20260101/x", "2026-01-01/20260102", "20260102/20260101", "20261301/20261302", "202601012460/20260102",
     "٢٠٢٦٠١٠١/20260102", "1/2", "%00/20260101", "20260101/2026010112345"],
)  # fmt: skip
def test_what_is_no_time_span(anna: httpx.Client, span: str) -> None:
    assert anna.get(f"/logs/{span}").status_code == 400


def test_no_query_is_ever_in_a_line(own_house: Sandbox) -> None:
    token = own_house.token("ben")
    with httpx.Client(base_url=own_house.url, verify=False, trust_env=False) as nobody:
        assert nobody.get(f"/teams?api-token={token}").status_code == 200
        nobody.get(f"/no/such?api-token={token}")
        lines = nobody.get(f"/logs?api-token={token}").json()
    assert any("GET /v2/teams" in line["message"] for line in lines)
    assert token not in repr(lines)
    assert "?" not in repr(lines)


def test_the_client_reads_the_log(own_house: Sandbox) -> None:
    with connect(own_house) as client:
        client.teams.all()
        today = datetime.now(UTC)
        whole, day = client.logs.all(), client.logs.between(today.date() - timedelta(days=1), today.date())
        assert [line["id"] for line in whole] == [line["id"] for line in day[: len(whole)]]
        later = client.logs.between(today + timedelta(hours=1), today + timedelta(hours=2))
        assert later == []

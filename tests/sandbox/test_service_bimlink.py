"""BIMlink in the sandbox, by plain HTTP: what its documents say, and whose is what."""

from __future__ import annotations

import httpx
import pytest

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.authorization import PUBLICAPI


def ask(sandbox: Sandbox, path: str, user: str | None = "anna", **params: object) -> httpx.Response:
    headers = {}
    if user is not None:
        known = sandbox._issuer.users[user]
        session = sandbox._issuer._begin(known, f"openid {PUBLICAPI}", None)
        headers["Authorization"] = f"Bearer {sandbox._issuer._access(session)}"
    return httpx.get(sandbox.bimlink_url + path, headers=headers, params=params, timeout=60)  # type: ignore[arg-type]


def phases(sandbox: Sandbox, user: str) -> dict[tuple[str, str], str]:
    """Path of each phase that a user sees, by the names of account and phase."""
    return {
        (account["name"], phase["name"]): f"/domainaccounts/{account['id']}/projectphases/{phase['id']}"
        for account in ask(sandbox, "/domainaccounts", user).json()
        for location in ask(sandbox, f"/domainaccounts/{account['id']}/locations", user).json()
        for project in location["projects"]
        for phase in project["projectPhases"]
    }


def test_each_sees_what_is_theirs(sandbox: Sandbox) -> None:
    riverside, harbour = "Riverside Planning", "Harbour Works"
    anna, ben = phases(sandbox, "anna"), phases(sandbox, "ben")
    assert set(anna) == {(riverside, "Preliminary design"), (riverside, "Detailed design")}
    assert set(ben) == {(riverside, "Detailed design"), (harbour, "Building permit"), (harbour, "As built")}
    assert ask(sandbox, "/domainaccounts", "david").json() == []
    for theirs, other in ((anna, "ben"), (ben, "anna")):
        for path in set(theirs.values()) - set(phases(sandbox, other).values()):
            for what in ("spatialstructureelements", "buildingelements", "todos"):
                assert ask(sandbox, f"{path}/{what}", other).status_code == 404


def test_tokens_are_for_one_of_the_two_services(sandbox: Sandbox) -> None:
    for header in ("", f"Bearer {sandbox.token()}", f"BimPlus {sandbox.token()}", "Bearer x"):
        answer = httpx.get(f"{sandbox.bimlink_url}/domainaccounts", headers={"Authorization": header})
        assert (answer.status_code, PUBLICAPI in answer.headers["WWW-Authenticate"]) == (401, True)
    mine = ask(sandbox, "/domainaccounts").request.headers["Authorization"]
    assert ask(sandbox, "/domainaccounts").status_code == 200
    assert httpx.get(f"{sandbox.url}/teams", headers={"Authorization": mine}).status_code == 401


def test_a_page_and_what_its_headers_say(sandbox: Sandbox) -> None:
    path = phases(sandbox, "anna")["Riverside Planning", "Detailed design"] + "/buildingelements"
    answer = ask(sandbox, path, limit=2000, offset=10)
    shown = {name: int(answer.headers[f"Pagination-{name}"]) for name in ("Limit", "Offset", "Result")}
    assert shown == {"Limit": 1000, "Offset": 10, "Result": 2591}
    assert len(answer.json()) == 1000
    assert ask(sandbox, path, limit=0).status_code == 400
    assert ask(sandbox, path, offset="x").status_code == 400
    assert ask(sandbox, path, offset=10**8).json() == []


def test_elements_are_those_of_the_demo_building(sandbox: Sandbox) -> None:
    path = phases(sandbox, "anna")["Riverside Planning", "Detailed design"]
    structure = ask(sandbox, f"{path}/spatialstructureelements").json()
    assert [one["ifcType"] for one in structure[:3]] == ["IfcSite", "IfcBuilding", "IfcBuildingStorey"]
    ids = {one["id"] for one in structure}
    assert {one["parentId"] for one in structure} <= ids | {None}
    roof = next(one for one in structure if one["name"] == "Roof")
    assert roof["elevation"] == pytest.approx(22.2)
    found = ask(sandbox, f"{path}/buildingelements", spatialStructureElementId=roof["id"], limit=1000).json()
    assert found
    assert {one["spatialStructureElementId"] for one in found} == {roof["id"]}
    assert ask(sandbox, f"{path}/buildingelements/{found[0]['id']}").json() == found[0]

"""Signing in to the second service, and the way to the data: by the same doors, and never through one another's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter
from scripted import Handler, serving

import bimplus_nb as bp
from bimplus_nb.bimlink import SERVICES, Link, connect
from bimplus_nb.bimlink.memory import Memory
from bimplus_nb.errors import Forbidden, LoginError, NotFound, NotOffered
from bimplus_nb.sandbox import Sandbox


def test_signed_in_by_the_code_flow_with_its_own_scopes(link: Link) -> None:
    assert link.signed_in
    assert link.user["email"] == "anna@example.com"
    assert link.session.issuer is not None
    url = link.session.issuer.begin("http://127.0.0.1/callback").url
    for part in ("code_challenge_method=S256", "state=", "scope=bimlink_publicapi+offline_access+openid+email"):
        assert part in url


def test_tokens_are_renewed_and_slide_on(link: Link) -> None:
    before = link.session._tokens
    assert before is not None
    for _ in range(3):
        tokens = link.session._tokens
        assert tokens is not None
        tokens.expires_at = 0.0
        assert link.domain_accounts()
    after = link.session._tokens
    assert after is not None
    assert after.secret("refresh_token") != before.secret("refresh_token")
    assert link.user["email"] == "anna@example.com"


def test_signing_out_ends_it(sandbox: Sandbox) -> None:
    with connect(sandbox) as link:
        link.domain_accounts()
        token = link.session._tokens.secret("access_token")  # type: ignore[union-attr]
        link.logout()
        assert not link.signed_in
        with pytest.raises(LoginError):
            link.domain_accounts()
    with connect(sandbox.bimlink_url, token=token) as again, pytest.raises(LoginError):
        again.domain_accounts()


def test_a_token_of_one_service_is_no_good_for_the_other(sandbox: Sandbox, link: Link) -> None:
    with connect(sandbox.bimlink_url, token=sandbox.token()) as other, pytest.raises(LoginError):
        other.domain_accounts()
    token = link.session._tokens.secret("access_token")  # type: ignore[union-attr]
    with bp.connect(sandbox.url, token=token) as client, pytest.raises(LoginError):
        client.teams.all()


@pytest.mark.parametrize("name", ["BIMPLUS_TOKEN", "BIMPLUS_TOKEN_FILE"])
def test_a_token_for_bimplus_is_never_sent_there(name: str, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    monkeypatch.setenv(name, "somebody's")
    with connect(sandbox.bimlink_url, client_id="c") as link:
        assert link.way_in().way != "environment"
        for way in ("environment", "password"):
            with pytest.raises(ValueError, match="Bimplus's own"):
                link.sign_in(way)  # type: ignore[arg-type]
    assert not link.signed_in


def test_headers_and_addresses_are_its_own() -> None:
    paths = {"/domainaccounts": {"get": {"operationId": "DomainAccounts_GetAll"}}}

    def script(handler: Handler) -> None:
        handler.reply(200, json.dumps({"paths": paths}).encode() if "swagger" in handler.path else b"[]")

    with serving(script) as server, connect(server.url, token="t") as other:
        assert other.domain_accounts() == []
        (_, path, headers) = server.seen[-1]
    assert path == "/v2/domainaccounts"
    assert headers["Authorization"] == "Bearer t"


def test_services_by_name() -> None:
    for name, url in SERVICES.items():
        with connect(name, client_id="c") as link:
            assert url.endswith(link.host)
    with pytest.raises(ValueError, match="There is no service 'production'"):
        connect("production", client_id="c")
    with pytest.raises(ValueError, match="client_id= is needed"):
        connect("live")
    with pytest.raises(ValueError, match="https only"):
        connect("http://api.bimlink.nl", client_id="c")
    with pytest.raises(ValueError, match="demo users of a sandbox"):
        connect("live", client_id="c", user="ben")


def test_the_embedded_sandbox_is_the_one_of_bimplus(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    monkeypatch.setenv("BIMPLUS_SANDBOX_URL", sandbox.url)
    with connect(user="ben") as link, bp.connect() as client:
        assert link.host == client.host
        assert len(link.domain_accounts()) == 2
    monkeypatch.setenv("BIMPLUS_SANDBOX_URL", "https://api.bimlink.nl")
    with pytest.raises(ValueError, match="on this computer"):
        connect()


@pytest.mark.parametrize("jedi", [False, True])
def test_operations_complete_with_tab(link: Link, jedi: bool) -> None:
    completer = IPCompleter(namespace={"link": link}, use_jedi=jedi)
    typed = "link.operations.Bu"
    with provisionalcompleter():
        found = {each.text.rpartition(".")[2] for each in completer.completions(typed, len(typed))}
    assert {"BuildingElements_Get", "BuildingElements_GetAll"} <= found


# the steps ------------------------------------------------------------------------------------------------------------


def names(records: bp.Records) -> list[str]:
    return [one["name"] for one in records]


def test_step_by_step(ben: Link) -> None:
    assert names(ben.domain_accounts()) == ["Riverside Planning", "Harbour Works"]
    with pytest.raises(ValueError, match="Choose the domain account first"):
        ben.locations()
    with pytest.raises(ValueError, match="Choose the domain account too"):
        ben.choose(phase="Detailed design")
    ben.choose(domain_account="Harbour Works")
    assert names(ben.locations()) == ["Harbour"]
    ben.choose(location="Harbour")
    assert names(ben.projects()) == ["Harbour Pavilion"]
    ben.choose(project="Harbour Pavilion")
    assert names(ben.phases()) == ["Building permit", "As built"]
    chosen = ben.choose(phase="As built")
    assert list(chosen) == ["domain_account", "location", "project", "phase"]
    storey = ben.storeys()[-1]
    ben.choose(storey=storey["name"])
    assert ben.choice["storey"] == storey.id


def test_a_new_choice_drops_what_is_below(ben: Link) -> None:
    ben.choose(domain_account="Harbour Works", phase="As built")
    before = ben.choice
    with pytest.raises(ValueError, match=r"There is no phase 'Nowhere'. There are: 'Building permit', 'As built'"):
        ben.choose(phase="Nowhere")
    assert ben.choice == before
    ben.choose(phase=ben.phases()[0].id)
    assert ben.choice["location"] == before["location"]
    ben.choose(domain_account="Riverside Planning")
    assert list(ben.choice) == ["domain_account"]
    with pytest.raises(ValueError, match="Choose what"):
        ben.choose()


def test_each_sees_what_is_theirs(link: Link, ben: Link) -> None:
    assert names(link.domain_accounts()) == ["Riverside Planning"]
    with pytest.raises(ValueError, match="no domain account 'Harbour Works'"):
        link.choose(domain_account="Harbour Works")
    link.choose(phase="Preliminary design")
    hidden = link.choice["phase"]
    ben.choose(domain_account="Riverside Planning", phase="Detailed design")
    assert names(ben.phases()) == ["Detailed design"]
    with pytest.raises(NotFound):
        ben.operations.BuildingElements_GetAll(projectPhaseId=hidden)
    with pytest.raises(Forbidden, match="read this domain account, and not write"):
        ben.operations.ToDos_Create(body={"title": "Paint it"})
    made = link.operations.ToDos_Create(body={"title": "Paint it"})
    assert link.operations.ToDos_GetAll().ids == [made.id]


def test_what_is_chosen_fills_what_is_needed(link: Link) -> None:
    elements = link.operations.BuildingElements_GetAll
    with pytest.raises(TypeError, match="needs domainAccountId, projectPhaseId"):
        elements()
    link.choose(phase="Detailed design", storey="Roof")
    every, roof = elements(), elements(spatialStructureElementId=link.choice["storey"])
    assert 0 < len(roof) < len(every) == 2591
    assert link.operations.BuildingElements_Get(buildingElementId=roof[0].id) == roof[0]


def service(paths: dict[str, Any]) -> Any:
    """A service whose projects and phases have operations of their own, if any."""
    said = {
        path: {
            "get": {
                "operationId": key,
                "parameters": [{"name": name, "in": "query", "required": True} for name in query],
            }
        }
        for path, (key, query, _) in paths.items()
    }

    def script(handler: Handler) -> None:
        path = handler.path.removeprefix("/v2").partition("?")[0]
        answer = {"paths": said} if "swagger" in path else paths[path][2]
        handler.reply(200, json.dumps(answer).encode())

    return serving(script)


def test_steps_that_are_operations_of_their_own() -> None:
    paths = {
        "/a": ("DomainAccounts_GetAll", (), [{"id": "A"}]),
        "/l": ("Locations_GetAll", ("domainAccountId",), [{"id": "L"}]),
        "/p": ("Projects_GetAll", ("locationId",), [{"id": "P"}]),
        "/h": ("ProjectPhases_GetAll", ("ProjectID",), [{"id": "H"}]),
        "/s": ("SpatialStructureElements_GetAll", ("projectPhaseId",), [{"id": "S"}]),
    }
    with service(paths) as server, connect(server.url, token="t") as link:
        assert link.choose(storey="S") == dict(
            zip(("domain_account", "location", "project", "phase", "storey"), "ALPHS", strict=True)
        )
        asked = {path for _, path, _ in server.seen}
    assert {"/v2/l?domainAccountId=A", "/v2/p?locationId=L", "/v2/h?ProjectID=P", "/v2/s?projectPhaseId=H"} <= asked


def test_a_service_that_lacks_a_step_says_so() -> None:
    paths = {
        "/a": ("DomainAccounts_GetAll", (), [{"id": "A"}, {"id": 7}, "x"]),
        "/l": ("Locations_GetAll", ("domainAccountId",), [{"id": "L"}]),
    }
    with service(paths) as server, connect(server.url, token="t") as link:
        link.choose(domain_account="A", location="L")
        with pytest.raises(NotOffered, match="no projects in it, and no Projects_GetAll"):
            link.projects()
    with service({"/x": ("Other", (), {})}) as server, connect(server.url, token="t") as other:
        words = ""
        try:
            other.domain_accounts()
        except NotOffered as error:
            words = str(error)
        assert words == "The service offers no DomainAccounts_GetAll. It offers Other."


# remembered -----------------------------------------------------------------------------------------------------------


def test_the_last_choice_is_remembered_by_id(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_state_path", lambda name: tmp_path / name)

    def signed_in(user: str) -> Link:
        with connect(sandbox, user=user) as demo:
            tokens = demo.session._tokens
        link = connect(sandbox.bimlink_url, client_id=sandbox.client_id)
        assert tokens is not None
        link.session.accept(tokens)
        return link

    with signed_in("anna") as first:
        chosen = first.choose(phase="Detailed design", storey="Roof")
    with signed_in("anna") as again, signed_in("ben") as ben:
        assert again.choice == chosen
        assert ben.choice == {}
        assert [one.id for one in again.phases() if one["name"] == "Detailed design"] == [chosen["phase"]]
    kept = (tmp_path / "bimplus_nb" / "bimlink.json").read_text()
    assert "Roof" not in kept
    assert "eyJ" not in kept


@pytest.mark.parametrize("text", ["", "x", "[]", '{"k": 3}', '{"k": {"phase": 3}}', "[" * 100_000])
def test_a_spoilt_memory_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(text)
    memory = Memory("k", tmp_path / "m.json")
    assert memory.read() == {}
    memory.write({"phase": "P"})
    assert memory.read() == {"phase": "P"}
    Memory("k", tmp_path / "m.json" / "below").write({"phase": "P"})  # not there to write to: no error

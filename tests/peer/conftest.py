"""One provider for the session. Each test must account for all that the provider did not like about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from peer.peer import Peer, Person, install, running

import bimplus_nb as bp


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    folder = tmp_path_factory.mktemp("peer")
    if why := install(folder):
        pytest.skip(why)
    with running(folder) as peer:
        yield peer


@pytest.fixture
def peer(service: Peer) -> Iterator[Peer]:
    service.heard()
    yield service
    assert refusals(service.heard()) == []


def refusals(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the provider refused. That an expired token does not open `userinfo` is the API's matter."""
    return [line for line in lines if "error" in line and line["at"] != "userinfo"]


@pytest.fixture
def person() -> Iterator[Person]:
    with Person() as person:
        yield person


@pytest.fixture
def client_for(peer: Peer) -> Iterator[Callable[[str], bp.Client]]:
    """A client of the API in front of the provider, as the application of that id."""
    clients: list[bp.Client] = []

    def client_for(client_id: str = "notebook") -> bp.Client:
        clients.append(bp.connect(peer.api.url, client_id=client_id))
        return clients[-1]

    yield client_for
    for client in clients:
        client.close()


@pytest.fixture
def client(client_for: Callable[[str], bp.Client]) -> bp.Client:
    return client_for("notebook")

"""Sandboxes with the small known content, over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox.oidc_client import SignIn
from sandbox.service_content import seed

from bimplus_nb.sandbox import Sandbox

Call = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox's file with the small content, to be copied."""
    return seed(tmp_path_factory.mktemp("seeded") / "sandbox.db")


@pytest.fixture(scope="session")
def house(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """For tests that only read."""
    with Sandbox(path=shutil.copy(seeded_file, tmp_path_factory.mktemp("house"))) as sandbox:
        yield sandbox


@pytest.fixture
def start(seeded_file: Path, tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Starts a sandbox of the test's own: ``start(latency=0.1)``."""
    started = []

    def one(**options: Any) -> Sandbox:
        path = shutil.copy(seeded_file, tmp_path / f"{len(started)}.db")
        started.append(Sandbox(path=path, **options))
        return started[-1]

    yield one
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def own_house(start: Callable[..., Sandbox]) -> Sandbox:
    """For tests that write."""
    return start()


@pytest.fixture
def caller() -> Iterator[Call]:
    """An HTTP client of a sandbox, signed in as somebody: ``caller(sandbox, "ben")``."""
    opened = []

    def open_as(sandbox: Sandbox, user: str | None = "anna") -> httpx.Client:
        headers = {"Authorization": f"BimPlus {sandbox.token(user)}"} if user else {}
        # No TLS here, and reading the machine's certificates takes longer than most tests.
        opened.append(httpx.Client(base_url=sandbox.url, headers=headers, verify=False, trust_env=False))
        return opened[-1]

    yield open_as
    for one in opened:
        one.close()


@pytest.fixture
def anna(house: Sandbox, caller: Call) -> httpx.Client:
    return caller(house, "anna")


@pytest.fixture
def sign_in(house: Sandbox) -> Iterator[SignIn]:
    with httpx.Client(verify=False, trust_env=False) as http:
        yield SignIn(house, http)

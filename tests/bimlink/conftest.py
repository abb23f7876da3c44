"""What the tests of the second service share: who is signed in to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bimplus_nb.bimlink import Link, connect
from bimplus_nb.sandbox import Sandbox


@pytest.fixture
def link(sandbox: Sandbox) -> Iterator[Link]:
    """Anna, who has chosen nothing yet."""
    with connect(sandbox) as signed_in:
        yield signed_in


@pytest.fixture
def ben(sandbox: Sandbox) -> Iterator[Link]:
    with connect(sandbox, user="ben") as signed_in:
        yield signed_in

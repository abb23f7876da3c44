"""What all tests share: one sandbox for those that only read, one JupyterLab, and that nothing may be skipped in CI."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import lab as harness
import pytest
import real
from hypothesis import HealthCheck, settings
from labnotebook import Notebook

from bimplus_nb.client import Client, connect
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox

# No test finds what another one, or whoever runs them, has fetched.
os.environ["BIMPLUS_CACHE"] = "off"

# A busy machine is no failure: no cell has a progress bar for output because it took longer here.
os.environ["BIMPLUS_PROGRESS"] = "off"
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails: CI has everything that is needed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The image first, since it takes longest. Then what needs no browser, because `asyncio.run` refuses once
    playwright has an event loop running. In each part the files of many tests first, so that the last ones are short.
    """
    size = Counter(item.path for item in items)
    browser = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: (item.path.name != "test_binder.py", item.path in browser, -size[item.path]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:  # noqa: ARG001
    report = yield
    if report.failed:
        report.sections.extend(("An open page", notebook.account()) for notebook in Notebook.open)
    # The real models are data that may lie beside the project or not; where they lie, their tests run.
    absent = "beside the project" in str(report.longrepr)
    if report.skipped and not absent and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where --no-skips forbids it: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with the demo project, for tests that leave it as it is."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def real_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox with the real models in it. All processes of a run share the work of importing them."""
    if real.ABSENT:
        pytest.skip(real.ABSENT)
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "real models"
    made, done = folder / "made.db", folder / "done.db"
    try:
        folder.mkdir()
    except FileExistsError:
        until = time.monotonic() + 300
        while not done.exists():
            assert time.monotonic() < until, "another process imports the models, and does not end"
            time.sleep(0.2)  # between two looks
    else:
        with Sandbox(path=made) as sandbox:
            for name, path in real.FILES.items():
                sandbox.import_ifc(path, project=name)
        made.rename(done)
    with Sandbox(path=shutil.copy(done, tmp_path_factory.mktemp("real") / "models.db")) as sandbox:
        yield sandbox


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox of the test's own, to write to."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def client(sandbox: Sandbox) -> Iterator[Client]:
    """The account owner, signed in to the shared sandbox."""
    with connect(sandbox) as signed_in:
        yield signed_in


@pytest.fixture(scope="session")
def project(client: Client) -> Project:
    """The demo project, for tests that leave it as it is."""
    return client.project("Riverside Offices")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[harness.Lab]:
    """JupyterLab with a browser in front of it; skips where there is no browser."""
    if why := harness.missing():
        pytest.skip(why)
    with harness.running(tmp_path_factory.mktemp("lab")) as running:
        yield running

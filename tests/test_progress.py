"""The progress bar: not there for what is quick, moved for what is not, and nothing of it stays."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import tqdm.notebook
from ipywidgets.widgets import widget

from bimplus_nb import progress


@pytest.fixture(autouse=True)
def wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(progress.SWITCH, raising=False)


def test_what_is_quick_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_Bar", None)
    with progress.progress_bar(True, "Quick") as move:
        assert move is not None
        move(1, 2)
    with progress.progress_bar(False, "Silent") as silent:
        assert silent is None


def test_none_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_LONGER", 0)
    monkeypatch.setenv(progress.SWITCH, "Off")
    with progress.progress_bar(True, "Unattended") as move:
        assert move is None
    with progress.progress_bar(lambda *_: None, "Told") as told:
        assert told is not None


def test_a_function_is_told_instead() -> None:
    told: list[tuple[int, int]] = []
    with progress.progress_bar(lambda done, total: told.append((done, total)), "Told") as move:
        assert move is not None
        move(3, 4)
    assert told == [(3, 4)]


class _Shown(tqdm.notebook.tqdm_notebook):
    """The bar of a notebook, on no page."""

    monitor_interval = 0

    def __init__(self, **words: Any) -> None:
        super().__init__(display=False, **words)


@pytest.mark.parametrize("total", [5, None], ids=["of a known number", "of who knows how many"])
def test_nothing_of_a_bar_stays(monkeypatch: pytest.MonkeyPatch, total: int | None) -> None:
    monkeypatch.setattr(progress, "_LONGER", 0)
    monkeypatch.setattr(progress, "_Bar", _Shown)
    before, threads = set(widget._instances), threading.active_count()
    with progress.progress_bar(True, "Geometry") as move:
        assert move is not None
        for done in range(1, 6):
            move(done, total)
        made = [each for key, each in widget._instances.items() if key not in before]
        assert {type(each).__name__ for each in made} >= {"TqdmHBox", "FloatProgress", "HTML", "Layout"}
    assert set(widget._instances) == before
    assert threading.active_count() == threads


def test_a_bar_starts_no_thread(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_LONGER", 0)
    threads = threading.active_count()
    with progress.progress_bar(True, "Slow") as move:
        assert move is not None
        move(1, 2)
        move(2, 2)
    assert threading.active_count() == threads
    assert "Slow" in capsys.readouterr().err

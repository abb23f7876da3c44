from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from bimplus_nb.api.parallel import WORKERS, fetch_chunks, side_by_side, total_chunks
from bimplus_nb.errors import BimplusError, GeometryError, NotFound
from bimplus_nb.http import Answer


def answer(text: str, total: int | str | None = None) -> Answer:
    return Answer(200, {} if total is None else {"x-total-count": str(total)}, text.encode())


def job(name: str, total: int | None, asked: list[str]) -> tuple[str, Callable[[int], Answer]]:
    def fetch(number: int) -> Answer:
        asked.append(f"{name}{number}")
        return answer(f"{name}{number}", total if number == 1 else None)

    return name, fetch


@pytest.mark.parametrize("totals", [[1], [None], [0], [5], [40, 1, 3], [1] * 30, []])
def test_every_chunk_of_every_job_comes_once(totals: list[int | None]) -> None:
    asked: list[str] = []
    steps: list[tuple[int, int]] = []
    jobs = [job(f"job{index}-", total, asked) for index, total in enumerate(totals)]
    got = [
        (key, number, each.body.decode())
        for key, number, each in fetch_chunks(jobs, lambda done, known: steps.append((done, known)))
    ]
    wanted = [
        (f"job{index}-", number, f"job{index}-{number}")
        for index, total in enumerate(totals)
        for number in range(1, (total or 1) + 1)
    ]
    assert sorted(got) == sorted(wanted)
    assert len(asked) == len(wanted)
    assert steps[-1:] == ([(len(wanted), len(wanted))] if wanted else [])


def test_no_more_than_eight_at_once_and_not_far_ahead() -> None:
    lock, running, most, begun = threading.Lock(), 0, 0, 0
    full = threading.Barrier(WORKERS)

    def fetch(number: int) -> Answer:
        nonlocal running, most, begun
        with lock:
            running, begun = running + 1, begun + 1
            most = max(most, running)
        if 1 < number <= WORKERS + 1:
            full.wait(30)  # passes only when this many are under way together
        with lock:
            running -= 1
        return answer("", 100)

    chunks = fetch_chunks([("a", fetch)])
    for _ in range(3):
        next(chunks)
    assert begun <= 3 + 2 * WORKERS
    assert len(list(chunks)) == 97
    assert most == WORKERS


def test_an_error_stops_everything() -> None:
    asked: list[str] = []

    def fail(number: int) -> Answer:
        if number == 3:
            raise NotFound("gone", status=404, method="GET", path="/x")
        return job("a", 1000, asked)[1](number)

    with pytest.raises(NotFound):
        list(fetch_chunks([("a", fail)]))
    assert len(asked) < 3 + 3 * WORKERS
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bimplus geometry")]


def test_whoever_stops_reading_stops_fetching() -> None:
    asked: list[str] = []
    chunks = fetch_chunks([job("a", 1000, asked)])
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert len(asked) < 3 * WORKERS
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bimplus geometry")]


@pytest.mark.parametrize(("said", "count"), [(None, 1), ("7", 7), (" 7 ", 7), ("0", 1)])
def test_the_number_of_chunks(said: str | None, count: int) -> None:
    assert total_chunks(answer("", said)) == count


@pytest.mark.parametrize("said", ["-1", "x", "1.5", "", "9" * 30, "100001"])
def test_a_number_of_chunks_that_is_none(said: str) -> None:
    with pytest.raises(GeometryError, match="chunks"):
        total_chunks(answer("", said))


def test_answers_keep_the_order_of_the_questions() -> None:
    steps: list[tuple[int, int]] = []
    first = threading.Event()

    def ask(number: int) -> int:
        if number == 0:
            first.wait(30)  # the others answer before
        elif number == WORKERS - 1:
            first.set()
        return number * number

    got = side_by_side(ask, range(50), lambda done, total: steps.append((done, total)))
    assert got == [number * number for number in range(50)]
    assert steps == [(number, 50) for number in range(1, 51)]
    assert side_by_side(ask, []) == []

    def fail(number: int) -> int:
        raise BimplusError(str(number))

    with pytest.raises(BimplusError, match="0"):
        side_by_side(fail, range(50))

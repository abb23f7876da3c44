"""Asking side by side: many questions at once, and geometry that comes in chunks.

With `chunk=1` the header ``X-Total-Count`` tells the number of chunks; without it there is one. Every chunk is an
answer complete in itself, with its own palette (published JavaScript SDK 1.0.56 and renderer 0.4.90).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from bimplus_nb.errors import GeometryError
from bimplus_nb.http import Answer

Fetch = Callable[[int], Answer]
"""Fetches the chunk of that number, counted from 1."""

Report = Callable[[int, int], None]
"""Called with the steps done and the steps known of."""

Key = TypeVar("Key")
T = TypeVar("T")

WORKERS = 8
_AHEAD = 2 * WORKERS
_MOST = 100_000


def total_chunks(answer: Answer) -> int:
    """How many chunks there are, said by the first of them."""
    text = answer.headers.get("x-total-count", "1").strip()
    if not text.isdecimal() or len(text) > 9 or int(text) > _MOST:
        raise GeometryError(f"The service says its geometry comes in {text[:20]!r} chunks.")
    return max(int(text), 1)


def fetch_chunks(jobs: Iterable[tuple[Key, Fetch]], report: Report | None = None) -> Iterator[tuple[Key, int, Answer]]:
    """Every chunk of every job with the job's key and its number, in the order of arrival, `WORKERS` at a time.

    Only a few answers wait to be taken, so memory holds what is decoded and not everything that was fetched.
    Stopping early, by an error or an interrupt, sends nothing more.
    """
    queue: list[tuple[Key, Fetch, int]] = [(key, fetch, 1) for key, fetch in jobs]
    queue.reverse()
    known, arrived = len(queue), 0
    stopped = threading.Event()
    running: dict[Future[Answer], tuple[Key, Fetch, int]] = {}

    def run(fetch: Fetch, number: int) -> Answer:
        if stopped.is_set():
            raise InterruptedError
        return fetch(number)

    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="bimplus geometry")
    try:
        while queue or running:
            while queue and len(running) < _AHEAD:
                job = queue.pop()
                running[pool.submit(run, job[1], job[2])] = job
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                key, fetch, number = running.pop(future)
                answer = future.result()
                if number == 1 and (count := total_chunks(answer)) > 1:
                    queue.extend((key, fetch, later) for later in range(count, 1, -1))
                    known += count - 1
                arrived += 1
                if report is not None:
                    report(arrived, known)
                yield key, number, answer
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)


def side_by_side(ask: Callable[[Key], T], items: Sequence[Key], report: Report | None = None) -> list[T]:
    """`ask` of each item, `WORKERS` at a time; the answers in the items' order."""
    answers: list[T] = []
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="bimplus")
    try:
        for answer in pool.map(ask, items):
            answers.append(answer)
            if report is not None:
                report(len(answers), len(items))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return answers

"""Asking side by side: many questions at once, and geometry that comes in chunks.

With `chunk=1` the header ``X-Total-Count`` tells the number of chunks; without it there is one. Every chunk is an
answer complete in itself, with its own palette (published JavaScript SDK 1.0.56 and renderer 0.4.90).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from heapq import heappop, heappush
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
    """Every chunk of every job with the job's key and its number, in the order of the jobs, `WORKERS` at a time.

    Only a few answers wait to be taken, so memory holds what is decoded and not everything that was fetched.
    Stopping early, by an error or an interrupt, sends nothing more.
    """
    work = list(jobs)
    # What is next to be taken is always the first to be asked for, so waiting for it never blocks it.
    queue = [(job, 1) for job in range(len(work))]
    chunks = [1] * len(work)
    running: dict[Future[Answer], tuple[int, int]] = {}
    here: dict[tuple[int, int], Answer] = {}
    job, number, arrived = 0, 1, 0
    stopped = threading.Event()

    def run(fetch: Fetch, number: int) -> Answer:
        if stopped.is_set():
            raise InterruptedError
        return fetch(number)

    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="bimplus geometry")
    try:
        while job < len(work):
            while queue and (len(running) + len(here) < _AHEAD or not running):
                asked = heappop(queue)
                running[pool.submit(run, work[asked[0]][1], asked[1])] = asked
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                place = running.pop(future)
                here[place] = answer = future.result()
                if place[1] == 1:
                    chunks[place[0]] = total_chunks(answer)
                    for later in range(2, chunks[place[0]] + 1):
                        heappush(queue, (place[0], later))
                arrived += 1
                if report is not None:
                    report(arrived, sum(chunks))
            while (job, number) in here:
                yield work[job][0], number, here.pop((job, number))
                job, number = (job, number + 1) if number < chunks[job] else (job + 1, 1)
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

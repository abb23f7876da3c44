"""Work that goes on after the answer: one after the other, in a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Jobs:
    """A queue of work. A job that takes long looks at `stopping` now and then and gives up when it is set."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self, job: Callable[[], None]) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="sandbox-jobs", daemon=True)
                self._thread.start()
        self._waiting.put(job)

    def close(self) -> None:
        """Ends the job at work as soon as it looks, and drops those that wait."""
        self.stopping.set()
        self._waiting.put(None)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None and not self.stopping.is_set():
            try:
                job()
            except Exception:
                _log.exception("A job failed.")

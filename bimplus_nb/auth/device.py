"""The way in by a code that is typed elsewhere, on a page in any browser (RFC 8628).

For kernels to which no browser can come back: a remote computer, Binder, a codespace. Nothing is listened to; the
service is asked again and again whether its user has agreed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from bimplus_nb.auth.devicecode import TOO_LATE, DeviceCode
from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.pending import Pending
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import BimplusError, ConnectionFailed, LoginError

SLOWER = 5.0
"""Seconds that each ``slow_down`` adds to the interval (RFC 8628, section 3.5)."""

SLOWEST = 60.0


def start(issuer: Issuer, accept: Callable[[TokenSet], None]) -> Pending:
    """A sign-in that ends by itself when its user has opened `url` and typed `code` there, or agreed that it is it."""
    code = issuer.begin_device()
    pending = _Polled(code, accept)
    thread = threading.Thread(target=pending.poll, args=(issuer, code), name="bimplus sign-in", daemon=True)
    thread.start()
    return pending


class _Polled(Pending):
    """A sign-in that asks its service until it has ended or its time is over."""

    def __init__(self, code: DeviceCode, accept: Callable[[TokenSet], None]) -> None:
        super().__init__(code.url, code=code.user_code, patience=code.lifetime)
        self._accept = accept
        self._over = threading.Event()
        self.future.add_done_callback(lambda _: self._over.set())

    def poll(self, issuer: Issuer, code: DeviceCode) -> None:
        """Ask until it has ended; to be run in a thread of its own."""
        interval = pause = code.interval
        deadline = time.monotonic() + code.lifetime
        error: BaseException = LoginError(TOO_LATE)
        while not self._over.wait(min(pause, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                break
            try:
                answer = issuer.collect(code)
            except ConnectionFailed as away:
                # "Exponential backoff" (RFC 8628, section 3.5); the code may well be good when the network is back.
                pause = min(pause * 2, SLOWEST)
                error = LoginError(f"{TOO_LATE} The sign-in service was out of reach at last. {away}")
                continue
            except BaseException as refused:
                error = refused
                break
            if isinstance(answer, TokenSet):
                self._end(issuer, answer)
                return
            if answer == "slow_down":
                interval = min(interval + SLOWER, SLOWEST)
            pause, error = interval, LoginError(TOO_LATE)
        self._end(issuer, error)

    def _end(self, issuer: Issuer, result: TokenSet | BaseException) -> None:
        with self._lock:
            late = self.done
            if not late and isinstance(result, TokenSet):
                try:
                    self._accept(result)
                except BaseException as error:
                    result = error
                else:
                    self.future.set_result(None)
            if not late and isinstance(result, BaseException):
                self.future.set_exception(result)
        if late and isinstance(result, TokenSet):
            # Cancelled while the answer was under way: nobody shall stay signed in who was told otherwise.
            with suppress(BimplusError):
                issuer.end(result)

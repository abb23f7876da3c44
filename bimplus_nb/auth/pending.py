"""A sign-in that waits for its person, whichever way it goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from bimplus_nb.auth.oidc import Attempt, Issuer
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import sealed

PATIENCE = 300.0
"""Seconds that a sign-in waits for its person; afterwards its link is dead."""


class Pending:
    """A sign-in under way. Nothing here blocks but `wait`.

    Open `url` in a browser; where there is a `code`, type it there. `until` is when the link is dead, in seconds since
    1970, `patience` seconds from now. `future` is done when it has ended, with the error if it failed; await it by
    ``asyncio.wrap_future(pending.future)``.
    """

    takes_address = False
    """Whether it can be ended by pasting the address at which the browser ended, see `complete`."""

    def __init__(self, url: str, *, code: str = "", patience: float = PATIENCE) -> None:
        self.url = url
        self.code = code
        self.until = time.time() + patience
        self.future: Future[None] = Future()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Pending sign-in, {'over' if self.done else 'waiting'}>"

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.future.done()

    def complete(self, address: str) -> None:
        """End it with the address at which the browser ended, where it `takes_address`."""
        del address
        raise LoginError("This sign-in goes on by itself; there is no address to give.")

    def wait(self, timeout: float = PATIENCE) -> None:
        """Block until it has ended; raises what made it fail, or a LoginError when `timeout` seconds are over."""
        try:
            self.future.result(timeout)
        except TimeoutError:
            self.cancel()
            raise LoginError(f"Nobody signed in within {timeout:g} seconds. Start again for a new link.") from None
        except BaseException:
            self.cancel()
            raise

    def cancel(self, why: str = "The sign-in was cancelled.") -> None:
        """Give it up, and say `why`: its link is dead. Harmless when it has ended, or is about to because the browser
        is back."""
        if self._lock.acquire(blocking=False):
            try:
                if not self.done:
                    self.future.set_exception(LoginError(why))
            finally:
                self._lock.release()


class Redirected(Pending):
    """A sign-in whose browser ends at an address that holds a one-time code. `accept` is given the tokens."""

    takes_address = True

    def __init__(self, issuer: Issuer, attempt: Attempt, accept: Callable[[TokenSet], None]) -> None:
        super().__init__(attempt.url)
        self._issuer = issuer
        self._attempt = attempt
        self._accept = accept

    @sealed
    def complete(self, address: str) -> None:
        """End it with the address at which the browser ended.

        An address that is not the answer to this very sign-in raises a LoginError and changes nothing, so that it can
        be pasted again and nobody else's can spoil it. Everything later ends it, for a code can be used once.
        """
        with self._lock:
            if self.done:
                raise LoginError("This sign-in is over. Start a new one.")
            redirect = self._attempt.read(address)
            if not self.future.set_running_or_notify_cancel():
                raise LoginError("The sign-in was cancelled.")
            try:
                if redirect.refusal:
                    raise LoginError(f"The sign-in was refused: {redirect.refusal}.")
                self._accept(self._issuer.finish(self._attempt, redirect))
            except BaseException as error:
                self.future.set_exception(_twin(error))
                raise
            self.future.set_result(None)


def _twin(error: BaseException) -> BaseException:
    """The same error without the way it came: whoever waits prints its frames, and some hold the address."""
    twin = type(error).__new__(type(error), *error.args)
    twin.__dict__.update(error.__dict__)
    return twin

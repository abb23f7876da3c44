"""Signing in with words: what `Client.login` prints and asks, in a notebook's cell as in a terminal."""

from __future__ import annotations

import asyncio
import getpass
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bimplus_nb.auth.choice import Choice, Way
from bimplus_nb.auth.pending import Pending
from bimplus_nb.auth.signin import Forgotten, Given, SignIn
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

TRIES = 5
"""So many addresses may be pasted."""

PIECE = 0.25
"""Seconds after which a stopped cell stops."""


@sealed
async def login(sign_in: SignIn, way: Way | None, given: Given, timeout: float | None) -> None:
    """Sign in and wait for it, `timeout` seconds or as long as the link is good; interrupted, it is given up."""
    pending = None
    try:
        chosen = await _say(sign_in, way, given)
        if chosen.way == "password" and given.cross_token is None:
            given = _asked(given)
        try:
            pending = await asyncio.to_thread(sign_in.start, chosen.way, given)
        except Forgotten as forgotten:
            if way is not None:
                raise
            print(forgotten)
            chosen = await _say(sign_in, None, given)
            pending = await asyncio.to_thread(sign_in.start, chosen.way, given)
        if pending is not None:
            await _wait(chosen.way, pending, timeout)
    except asyncio.CancelledError:
        if pending is None:
            sign_in.give_up()  # the thread that begins it goes on, and shall find that nobody waits
        raise
    finally:
        if pending is not None:
            pending.cancel()


async def _say(sign_in: SignIn, way: Way | None, given: Given) -> Choice:
    chosen = await asyncio.to_thread(sign_in.chosen, way, given)
    print(f"Signing in {chosen.reason}.")
    if sign_in.waits:
        print("The sign-in that was still waiting is given up; its link is dead.")
    return chosen


async def _wait(way: Way, pending: Pending, timeout: float | None) -> None:
    left = max(0.0, pending.until - time.time())
    seconds = left if timeout is None else timeout
    print(f"Open this link: {pending.url}")
    if pending.code:
        print(f"Type this code there, or see that it is the same: {pending.code}")
        print(f"It is good for {left / 60:.0f} minutes.")
    elif way == "loopback":
        print("Does the browser end at a page that cannot be shown? await client.login('paste'), or bp.Login(client).")
    elif way == "paste":
        _pasted(pending)
    waiting = asyncio.wrap_future(pending.future)
    deadline = time.monotonic() + seconds
    try:
        while not waiting.done() and (rest := deadline - time.monotonic()) > 0:
            # In pieces: a kernel that sleeps until something happens does not hear that its cell is to stop
            # (ipykernel 7.4: its signal handler leaves a callback, and nothing wakes the loop).
            await asyncio.wait({waiting}, timeout=min(rest, PIECE))
        if not waiting.done():
            raise LoginError(f"Nobody signed in within {seconds:.3g} seconds. Start again for a new link.")
        waiting.result()
    finally:
        waiting.cancel()


def _asked(given: Given) -> Given:
    """With the e-mail address and the password, asked for where they were not said."""
    user = given.user or _typed(input, "E-mail address: ").strip()
    return replace(given, user=user, password=given.password or _typed(getpass.getpass, "Password: "))


def _pasted(pending: Pending) -> None:
    """Ask for the address until it is the right one. It is not shown: it holds the one-time code."""
    for _ in range(TRIES):
        address = _typed(getpass.getpass, "Then paste the address at which the browser ended (it is not shown): ")
        try:
            pending.complete(address)
        except LoginError as wrong:
            if not pending.done:
                print(plain(wrong, 300))
        if pending.done:
            return  # well or not: the future says
    raise LoginError(f"None of {TRIES} addresses was the right one. Start again for a new link.")


def _typed(ask: Callable[[str], str], prompt: str) -> str:
    try:
        with warnings.catch_warnings(), _interruptible():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown while it is typed
            return ask(prompt)
    except KeyboardInterrupt:
        # Let through, it would end the loop of the kernel, not of the cell.
        raise LoginError("The sign-in was cancelled.") from None
    except (NotImplementedError, EOFError, OSError, getpass.GetPassWarning):
        raise LoginError(
            "Nothing can be typed here unseen: use bp.Login(client) in a notebook, BIMPLUS_TOKEN in a script."
        ) from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt end what blocks: asyncio and ipykernel only make a note of the first, for the loop to read."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

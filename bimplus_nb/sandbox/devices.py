"""Sign-ins by a code that is typed elsewhere: the state of the device grant (RFC 8628), as a Keycloak realm keeps it.

A device gets a long code for itself and a short one for its user, and asks again and again until the user, on a page in
any browser, has said yes or no. Pure but for the clock; `issuer` makes the tokens, `issuer_app` speaks HTTP.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bimplus_nb.sandbox.authorization import PENDING_LIFETIME, OAuthError

GRANT = "urn:ietf:params:oauth:grant-type:device_code"

TRIES, PAUSE = 10, 60
"""After so many wrong codes in so many seconds none is taken until they have passed (RFC 8628, section 5.1)."""

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come about, and no digits that look like letters (RFC 8628, section 6.1)."""

_LENGTH = 8
_SLOWER = 5
_MOST = 1000


@dataclass(slots=True)
class Device:
    """A sign-in that waits for its user, and what they said: `username` of the one who agreed, or `denied`."""

    scope: str
    user_code: str = field(repr=False)
    expires: float
    interval: float
    asked: float = 0.0
    handle: str = field(default="", repr=False)
    username: str = ""
    denied: bool = False
    collected: bool = False

    @property
    def answered(self) -> bool:
        return self.denied or bool(self.username)


class Devices:
    """All that wait. `interval` is in seconds, as is `now`, the clock."""

    def __init__(self, *, interval: float = 5, now: Callable[[], float] = time.time) -> None:
        self._interval = interval
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, Device] = {}  # by the digest of the device code
        self._wrong: list[float] = []

    def begin(self, scope: str) -> dict[str, Any]:
        """Both codes for a new device, as the service answers them but for the addresses."""
        with self._lock:
            self._forget()
            taken = {device.user_code for device in self._known.values()}
            user_code = _random_code()
            while user_code in taken:
                user_code = _random_code()
            device_code = secrets.token_urlsafe(32)
            self._known[_digest(device_code)] = Device(scope, user_code, self._now() + PENDING_LIFETIME, self._interval)
            return {
                "device_code": device_code,
                "user_code": shown(user_code),
                "expires_in": PENDING_LIFETIME,
                "interval": self._interval,
            }

    def typed(self, user_code: str) -> Device:
        """The device whose code this is, in any case and with any dashes; it gets a handle, by which only our page can
        answer. The newest page counts."""
        with self._lock:
            self._forget()
            now = self._now()
            self._wrong = [when for when in self._wrong if when > now - PAUSE]
            if len(self._wrong) >= TRIES:
                raise OAuthError("slow_down", "Too many wrong codes were typed. Wait a minute and try again.", 429)
            wanted = "".join(char for char in user_code.upper()[:100] if char.isalnum())
            for device in self._known.values():
                if device.user_code == wanted and device.expires > now and not device.answered:
                    device.handle = secrets.token_urlsafe(32)
                    return device
            self._wrong.append(now)
            raise OAuthError("invalid_request", "This code is not known, was used before or has expired.")

    def answer(self, handle: str, username: str) -> bool:
        """Keep what the user said: who they are, or no (an empty name). False where nobody waits for it any more."""
        with self._lock:
            self._forget()
            for device in self._known.values():
                if handle and secrets.compare_digest(device.handle.encode(), handle.encode()):
                    if device.answered or device.expires <= self._now():
                        return False
                    device.username, device.denied, device.handle = username, not username, ""
                    return True
            return False

    def collect(self, device_code: str) -> Device:
        """The device whose user has agreed, once; else what is in the way (RFC 8628, section 3.5)."""
        with self._lock:
            self._forget()
            device = self._known.get(_digest(device_code))
            if device is None or device.collected:
                raise OAuthError("invalid_grant", "The device code is unknown or was used before.")
            now = self._now()
            if device.expires <= now:
                raise OAuthError("expired_token", "The device code has expired.")
            early = now - device.asked < device.interval * 0.9  # clocks are not that even
            device.asked = now
            if early:
                device.interval += _SLOWER
                raise OAuthError("slow_down", "Asked too soon; wait longer from now on.")
            if device.denied:
                raise OAuthError("access_denied", "The user said no.")
            if not device.username:
                raise OAuthError("authorization_pending", "The user has not answered yet.")
            device.collected = True
            return device

    def _forget(self) -> None:
        """Drops what has long expired (its device is told so for a while), and the oldest of too many."""
        past = self._now() - PENDING_LIFETIME
        self._known = {key: one for key, one in self._known.items() if one.expires > past}
        while len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]


def shown(user_code: str) -> str:
    """A user code as people read it: BCDF-GHJK."""
    return f"{user_code[: _LENGTH // 2]}-{user_code[_LENGTH // 2 :]}"


def _random_code() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

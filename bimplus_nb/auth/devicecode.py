"""Reading what a sign-in service answers a device that asks for a code. Pure. RFC 8628, section 3.2.

Everything in it is shown to a person or slept by, so all of it is bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bimplus_nb.auth.metadata import is_safe
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import Uncarried, sealed
from bimplus_nb.text import plain

LONGEST = 1800.0
"""Seconds that a code is waited for at most, whatever its service says."""

TOO_LATE = "The code was not typed in time. Start again for a new one."

_INTERVAL = 5.0  # where the service names none (RFC 8628, section 3.2)
_LIFETIME = 600.0


@dataclass(frozen=True, slots=True)
class DeviceCode(Uncarried):
    """A sign-in under way elsewhere: the page to open, the code to type there, and what only we know of it.

    `lifetime` and `interval`, between two questions, are in seconds.
    """

    url: str = field(repr=False)
    user_code: str = field(repr=False)
    lifetime: float
    interval: float
    device_code: str = field(repr=False)


@sealed
def read_device_code(answer: Mapping[str, object], *, on_this_machine: bool) -> DeviceCode:
    """What the answer says, if it can be used; else a LoginError.

    The page must be https; only where the API itself is `on_this_machine` may it be http on this machine, and only
    there may the service be asked more often than once a second.
    """
    code, user_code = answer.get("device_code"), answer.get("user_code")
    page, complete = answer.get("verification_uri"), answer.get("verification_uri_complete")
    lifetime, interval = answer.get("expires_in"), answer.get("interval")
    usable = isinstance(code, str) and 0 < len(code) <= 4096 and code.isascii() and code.isprintable()
    readable = isinstance(user_code, str) and 0 < len(user_code) <= 40 and user_code.isprintable()
    safe = is_safe(page, on_this_machine=on_this_machine) and (
        complete is None or is_safe(complete, on_this_machine=on_this_machine)
    )
    if usable and readable and safe:
        return DeviceCode(
            str(page if complete is None else complete),
            plain(user_code),
            _seconds(lifetime, _LIFETIME),
            min(max(_seconds(interval, _INTERVAL), 0.02 if on_this_machine else 1.0), 60.0),
            str(code),
        )
    if usable and readable:
        raise LoginError("The sign-in service names a page for its code that is not safe to open.")
    raise LoginError("The sign-in service gave no usable code to type.")


def _seconds(value: object, otherwise: float) -> float:
    """A number or a text of digits; anything else is unknown."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 12:
        value = int(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value != value:  # NaN is not itself
        return otherwise
    return float(min(max(value, 0), LONGEST))

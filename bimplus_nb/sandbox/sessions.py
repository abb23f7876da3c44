"""Who a token belongs to: tokens of the sign-in service, and the old ones the API itself gives out.

Source: Bimplus documentation, Authorization Service; `remember_me`: published .NET client library. Old tokens are kept
as digests in the store, so that they outlive a restart and nobody reads them out of a file.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from bimplus_nb.sandbox import passwords
from bimplus_nb.sandbox.issuer import Issuer
from bimplus_nb.sandbox.problem import Problem
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

LIFETIME = 2_591_999
REMEMBERED = 2_419_199
CROSS = 299
"""Seconds that a token, a remembered sign-in and a cross token are good for."""

TRIES, PAUSE = 10, 300
"""After so many wrong passwords in so many seconds nobody signs in with this e-mail address until they have passed."""

_MOST = 50
_MOST_WATCHED = 1000
_OLD = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Signed:
    """One sign-in: who, by which application, on which device."""

    user: Record
    token: str = field(repr=False)
    application: str | None = None
    client: str | None = None
    expires_in: int = 0


class Sessions:
    """Begins, finds and ends sign-ins. `now` is the clock, in seconds."""

    def __init__(self, store: Store, issuer: Issuer, now: Callable[[], float] = time.time) -> None:
        self.issuer = issuer
        self._store = store
        self._now = now
        self._wrong: dict[str, list[float]] = {}

    def signed(self, token: str) -> Signed | None:
        """The sign-in a token is of; None if it is not valid, has expired, was revoked, or the user may not sign in."""
        if _OLD.fullmatch(token):
            kept = self._kept("session", token)
            user = self._store.get("user", kept["user"]) if kept else None
            if kept is None or user is None or user["status"] != "Active":
                return None
            left = int(kept["expires"] - self._now())
            return Signed(user, token, kept["application"], kept["client"], left)
        username = self.issuer.username(token, audience="bimplus")
        user = self._store.get("user", self.issuer.users[username].id) if username else None
        if user is None or user["status"] != "Active":
            return None
        return Signed(user, token, expires_in=self.issuer.expires_in(token))

    def proved(self, email: str, password: str | None, remembered: str | None) -> Record:
        """The user with this e-mail address, if the password or the token of a remembered sign-in is theirs.

        One refusal for all that can be wrong, so that nobody finds out who has an account.
        """
        name, now = email.lower()[:300], self._now()
        recent = [when for when in self._wrong.get(name, []) if when > now - PAUSE]
        if len(recent) >= TRIES:
            pause = {"Retry-After": str(int(recent[0] + PAUSE - now) + 1)}
            raise Problem(429, "Too many wrong passwords for this e-mail address; wait a while.", pause)
        user = next((one for one in self._store.all("user") if one["email"].lower() == name), None)
        kept = self._kept("remembered", remembered) if remembered else None
        if kept:
            good = user is not None and kept["user"] == user["id"]
        else:
            good = passwords.fits(self._store, user["id"] if user else None, password or "")
        if not good or user is None or user["status"] != "Active":
            self._wrong = {one: times for one, times in self._wrong.items() if times[-1] > now - PAUSE}
            if len(self._wrong) >= _MOST_WATCHED:
                del self._wrong[next(iter(self._wrong))]
            self._wrong[name] = [*recent, now]
            raise Problem(401, "The e-mail address or the password is not right, or the user may not sign in.")
        self._wrong.pop(name, None)
        if kept:
            self._store.delete(kept["id"])
        return user

    def begin(self, user: Record, *, application: str | None, client: str | None, remember: bool = False) -> Record:
        """A new token, as the service answers it.

        With `client` it takes the place of that device's token and all others stay; without, of the one that was given
        out without.
        """
        named, own = client is not None, client or str(uuid.uuid4())
        with self._store.transaction():
            for one in self._those_of("session", user["id"]):
                if one["client"] == own or not (named or one["named"]):
                    self._store.delete(one["id"])
            about = {"application": application, "client": own, "named": named}
            token = self._keep("session", user["id"], LIFETIME, about)
            answer = {"access_token": token, "expires_in": LIFETIME, "client_id": own, "token_type": "BimPlus"}
            if remember:
                answer["remember_me"] = True
                answer["remember_me_token"] = self._keep("remembered", user["id"], REMEMBERED, {})
                answer["remember_me_expires_in"] = REMEMBERED
        return answer

    def cross_token(self, signed: Signed) -> str:
        """A token that signs the same user in once, elsewhere."""
        return self._keep("cross", signed.user["id"], CROSS, {"application": signed.application})

    def crossed(self, token: str) -> tuple[Record, str | None]:
        """Whose cross token this is, and the application it was asked for by. It is used up."""
        kept = self._kept("cross", token)
        user = self._store.get("user", kept["user"]) if kept else None
        if kept is None or user is None or user["status"] != "Active":
            raise Problem(401, "The cross token is not valid, has expired or was used before.")
        self._store.delete(kept["id"])
        return user, kept["application"]

    def end(self, signed: Signed) -> None:
        """Ends the sign-in of a token of either kind."""
        if _OLD.fullmatch(signed.token):
            self._store.delete(_digest(signed.token))
        else:
            self.issuer.revoke(signed.token)

    def end_all(self, user: str, *, but: str = "") -> None:
        """Ends every sign-in with the old tokens of a user, remembered ones too, but that of the token `but`."""
        for kind in ("session", "remembered", "cross"):
            for one in self._store.all(kind, owner=user):
                if one["id"] != _digest(but):
                    self._store.delete(one["id"])

    def _keep(self, kind: str, user: str, seconds: int, about: Record) -> str:
        for oldest in self._those_of(kind, user)[: 1 - _MOST]:
            self._store.delete(oldest["id"])
        token = secrets.token_hex(16)
        record = {"id": _digest(token), "user": user, "expires": self._now() + seconds, **about}
        self._store.add(kind, record, owner=user)
        return token

    def _kept(self, kind: str, token: str) -> Record | None:
        found = self._store.get(kind, _digest(token))
        return found if found and found["expires"] > self._now() else None

    def _those_of(self, kind: str, user: str) -> list[Record]:
        """What is good yet; what is not goes."""
        found, now = self._store.all(kind, owner=user), self._now()
        for one in found:
            if one["expires"] <= now:
                self._store.delete(one["id"])
        return [one for one in found if one["expires"] > now]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

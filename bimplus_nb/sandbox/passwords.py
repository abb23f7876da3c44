"""Passwords of users, kept as salted hashes apart from the users' own records."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.store import Store

LONGEST = 1000
_NOBODY = "00" * 16


def keep(store: Store, user: str, password: str) -> None:
    """Takes this password for a user from now on."""
    salt = secrets.token_hex(16)
    key = guid("password", user)
    with store.transaction():
        store.delete(key)
        store.add("password", {"id": key, "salt": salt, "hash": _hash(password, salt)}, owner=user)


def fits(store: Store, user: str | None, password: str) -> bool:
    """Whether it is this user's. Takes as long for nobody as for somebody."""
    kept = store.get("password", guid("password", user)) if user else None
    hashed = _hash(password, kept["salt"] if kept else _NOBODY)
    return hmac.compare_digest(hashed, kept["hash"] if kept else _NOBODY) and kept is not None


def _hash(password: str, salt: str) -> str:
    # Cheap, for a sandbox with made-up users; still far from free to turn round.
    return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**10, r=8, p=1).hex()

"""A sign-in that outlives the kernel, for who asks for it: its refresh token in the operating system's keyring.

By the library `keyring` (extra ``keyring``), loaded when first needed. Only backends that encrypt are used; there are
no files of our own. What goes wrong is said in words of ours: the libraries' errors hold frames with the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bimplus_nb.auth.choice import place
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

SERVICE = "bimplus-nb"

# They store nothing, or store it readable (keyring 25.7, README, "Third-Party Backends": keyrings.alt).
_UNSAFE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


@sealed
def refuse_elsewhere(environ: Mapping[str, str]) -> None:
    """Raises LoginError where the computer is not its user's own, so that nothing is to be kept on it."""
    where = place(environ)
    if where is not None and not where.own:
        raise LoginError(
            f"remember=True: this kernel runs on {where.name}, whose disk is not yours alone, so no sign-in is kept "
            "there. Leave remember out; the sign-in then lives as long as the kernel."
        )


def check() -> None:
    """Raises LoginError, in words, where there is no keyring that can be trusted."""
    _backend()


@sealed
def read(account: str) -> TokenSet | None:
    """What is remembered for this account: a refresh token beside an expired access token; None if nothing."""
    backend = _backend()
    try:
        stored = backend.get_password(SERVICE, account)
    except Exception as error:  # backends raise what their operating systems do
        raise LoginError(f"The keyring could not be read ({type(error).__name__}). Is it locked?") from None
    try:
        return TokenSet({"access_token": "expired", "refresh_token": stored, "expires_in": 0}) if stored else None
    except LoginError:
        raise LoginError("The keyring holds something that is no sign-in.") from None


@sealed
def keep(account: str, tokens: TokenSet) -> None:
    """Remember the refresh token, in place of what was remembered for this account."""
    backend = _backend()
    try:
        backend.set_password(SERVICE, account, tokens.secret("refresh_token") or "")
    except Exception as error:  # as above; Windows takes no more than 1,280 characters, for example
        raise LoginError(f"The keyring did not take the sign-in ({type(error).__name__}).") from None


@sealed
def forget(account: str) -> None:
    """Remember nothing for this account. Harmless where nothing is."""
    backend = _backend()
    try:
        if backend.get_password(SERVICE, account) is not None:
            backend.delete_password(SERVICE, account)
    except Exception as error:  # as above
        raise LoginError(f"The keyring did not forget the sign-in ({type(error).__name__}).") from None


def _backend() -> Any:
    """The keyring to use: the configured one, or the first safe one of those that are chained."""
    try:
        import keyring
    except ImportError:
        raise LoginError('There is no library for keyrings here: pip install "bimplus-nb[keyring]".') from None
    try:
        found = keyring.get_keyring()
        backends = [*getattr(found, "backends", [])] or [found]
    except Exception as error:  # a configured backend that cannot be loaded
        raise LoginError(f"The keyring cannot be used ({type(error).__name__}).") from None
    for backend in backends:
        if _is_safe(backend):
            return backend
    names = ", ".join(plain(f"{type(each).__module__}.{type(each).__name__}", 60) for each in backends)
    raise LoginError(f"There is no keyring here that encrypts what it keeps (found: {names}).")


def _is_safe(backend: Any) -> bool:
    if type(backend).__module__.startswith(_UNSAFE):
        return False
    try:
        # "Recommended" by keyring itself (keyring.core.recommended): below are those that do not encrypt.
        return float(backend.priority) >= 1
    except Exception:  # a backend that cannot be used here raises instead of naming its priority
        return False

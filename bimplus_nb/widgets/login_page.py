"""`LoginPage`: the small widget inside `Login` that knows the page: where it is, what comes back, what is pasted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import anywidget
import traitlets

from bimplus_nb import hearing
from bimplus_nb.auth import Page, Pending
from bimplus_nb.auth.page import CALLBACK
from bimplus_nb.secrecy import sealed

_HERE: Final = Path(__file__).parent
_LONGEST: Final = 8192
"""Characters of anything the page says; an address with a code is far shorter."""
_ORIGIN: Final = re.compile(r"[a-z-]+://(?:[a-zA-Z0-9_.-]+|\[[0-9a-f:]+\])(?::[0-9]+)?")
_PATH: Final = re.compile(r"/(?:(?!\.{1,2}/)[a-zA-Z0-9_.~%@+-]+/)*")


class LoginPage(anywidget.AnyWidget):
    """Tells the kernel about the page, and the page what a sign-in waits for.

    What is synchronised can end up in a saved notebook, so it holds nothing that is good for anything later: `url` and
    `state` are for one sign-in and are emptied when it ends. The answer with its code comes as a message.
    """

    _esm = hearing.script() + (_HERE / "login.js").read_text(encoding="utf-8")
    _css = (_HERE / "login.css").read_text(encoding="utf-8")

    stage = traitlets.Unicode("out", help="out, busy, waiting, in, failed or replaced").tag(sync=True)
    news = traitlets.Unicode(help="said to those who hear the page instead of seeing it").tag(sync=True)
    url = traitlets.Unicode(help="the link to open").tag(sync=True)
    state = traitlets.Unicode(help="the answer that is waited for carries this").tag(sync=True)
    code = traitlets.Unicode(help="to be typed at the link").tag(sync=True)
    pastes = traitlets.Bool(help="whether the address at which the browser ended can be pasted").tag(sync=True)
    comes_back = traitlets.Bool(help="whether it usually need not be").tag(sync=True)
    asks = traitlets.Bool(help="whether the server is asked for our extension even on this computer").tag(sync=True)
    left = traitlets.Float(help="seconds until the link is dead").tag(sync=True)
    until = traitlets.Float(help="when the token expires, seconds since 1970; 0 where that is unknown").tag(sync=True)

    def __init__(
        self,
        *,
        seen: Callable[[Page], object],
        back: Callable[[str], object],
        pasted: Callable[[str], object],
        asks: bool = False,
    ) -> None:
        super().__init__(asks=asks)
        self._seen = seen
        self._hear = {"back": back, "pasted": pasted}
        self.on_msg(self._listen)

    def waits(self, **what: Any) -> None:
        """Show what is waited for; without arguments, nothing is any more."""
        with self.hold_sync():
            for name in ("url", "state", "code"):
                setattr(self, name, what.get(name, ""))
            self.pastes, self.comes_back = what.get("pastes", False), what.get("comes_back", False)
            self.left = what.get("left", 0.0)

    def ended(self, state: str, *, ok: bool) -> None:
        """Tell the tab in which the browser came back how it ended."""
        self.send({"type": "ended", "state": state, "ok": ok})

    @sealed
    def _listen(self, _: object, message: object, __: object) -> None:
        """What the page says. Anything on it might have said it, so all else is left alone."""
        if not isinstance(message, Mapping):
            return
        kind, text = message.get("type"), message.get("text")
        if kind == "page":
            self._seen(read_page(message))
        elif kind in self._hear and isinstance(text, str) and len(text) <= _LONGEST:
            self._hear[str(kind)](text)


def read_page(said: Mapping[str, Any]) -> Page:
    """What a page says of itself, as far as it can be true; the rest is as if it had not been said. Pure."""

    def path(key: str) -> str:
        value = said.get(key)
        return value if isinstance(value, str) and len(value) < 2000 and _PATH.fullmatch(value) else ""

    origin = said.get("origin")
    if not isinstance(origin, str) or not _ORIGIN.fullmatch(origin[:300]):
        origin = ""
    base_url = path("base_url") if origin.startswith("http") else ""
    return Page(
        origin=origin,
        base_url=base_url,
        hub_prefix=path("hub_prefix") if base_url else "",
        answers=bool(base_url) and said.get("answers") is True,
    )


def asked_for(pending: Pending) -> dict[str, str]:
    """What the link asks for: its `redirect_uri` and `state`, where it has them."""
    return {name: values[0] for name, values in parse_qs(urlsplit(pending.url).query).items()}


@sealed
def as_asked(address: str, pending: Pending) -> str:
    """The address as the link asked for it: a JupyterHub leads from there to the user's own server."""
    home = asked_for(pending).get("redirect_uri", "")
    try:
        parts, asked = urlsplit(address), urlsplit(home)
    except ValueError:
        return address
    ours = all(each.path.endswith(f"/{CALLBACK}") for each in (parts, asked))
    same = (parts.scheme, parts.netloc) == (asked.scheme, asked.netloc)
    return f"{home}?{parts.query}" if ours and same and not parts.fragment else address


def comes_back(redirect_uri: str) -> bool:
    """Whether somebody is there to take the browser back: our page of the server, or a port of ours."""
    try:
        parts = urlsplit(redirect_uri)
        return parts.path.endswith(f"/{CALLBACK}") or parts.port is not None
    except ValueError:
        return False


def what_to_do(pending: Pending, back: bool) -> str:
    """How a sign-in goes on, in words for whoever has the link before them."""
    if pending.code:
        return (
            "Open the page, look whether it shows the code below (else type it there), and sign in. This goes on by "
            "itself, wherever you open it: on your phone, too."
        )
    if back:
        return "Sign in in the new tab. This goes on by itself when you are back."
    return "Sign in in the new tab, then come back with the address at which it ended."

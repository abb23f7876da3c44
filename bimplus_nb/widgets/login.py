"""Signing in, with something to click: who to be in a sandbox, else the link that the browser opens."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import ipywidgets

from bimplus_nb.auth import Pending
from bimplus_nb.client import Client
from bimplus_nb.text import markup, plain
from bimplus_nb.widgets.panel import Panel, html


class Login(Panel):
    """Sign in, see who is signed in, sign out. `on_login` is called whenever somebody has signed in.

    In a sandbox one chooses a demo user. Elsewhere a link opens the service's own page in the browser; where the
    browser cannot come back by itself, the address at which it ended is pasted here.
    """

    def __init__(self, client: Client, *, on_login: Callable[[], object] | None = None) -> None:
        self.client = client
        self._on_login = on_login
        self._pending: Pending | None = None
        super().__init__("bp-card", max_width="560px")
        if client.signed_in:
            self._signed_in()
        else:
            self._signed_out()

    def sign_in(self, user: str | None = None) -> None:
        """Begin to sign in, in a sandbox as `user`; shows what there is to do."""
        self.cancel()
        self._pending = self.client.sign_in(user=user)
        if self._pending is None:
            self._welcome()
        else:
            self._waiting(self._pending)
            self._pending.future.add_done_callback(self._ended)

    def complete(self, address: str) -> None:
        """End a waiting sign-in with the address at which the browser ended."""
        if self._pending is None:
            raise ValueError("No sign-in is waiting.")
        if not address.strip():
            raise ValueError("Paste the whole address from the browser's address bar.")
        self._pending.complete(address.strip())

    def cancel(self) -> None:
        """Give up a waiting sign-in; its link is dead."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            pending.cancel()
            self._signed_out()

    def sign_out(self) -> None:
        """End the sign-in, here and at the service."""
        try:
            self.client.logout()
        finally:
            self._signed_out()

    def close(self) -> None:
        """Give up what waits, and close the widget."""
        if self._pending is not None:
            self._pending.cancel()
        super().close()

    def _signed_out(self) -> None:
        title = html(f'<div class="bp-title">Sign in to {markup(self.client.host)}</div>')
        reason = html(f'<div class="bp-dim">{markup(self.client.way_in().reason)}.</div>')
        if users := self.client.demo_users():
            wide = ipywidgets.Layout(width="auto")
            buttons = [
                self.button(f"Continue as {name}", self.sign_in, name, icon="user", layout=wide) for name in users
            ]
            self.put(title, html('<div class="bp-dim">A sandbox: choose who to be.</div>'), ipywidgets.HBox(buttons))
        else:
            self.put(title, reason, self.button("Sign in", self.sign_in, icon="sign-in", button_style="primary"))

    def _waiting(self, pending: Pending) -> None:
        link = html(
            f'<a href="{markup(pending.url, 8000)}" target="_blank" rel="noopener noreferrer">'
            f"Open the sign-in page of {markup(self.client.host)}</a>"
        )
        # A password field, cleared at once: the address holds the one-time code, and widgets can be saved.
        paste = ipywidgets.Password(placeholder="… or paste the address at which the browser ended")
        paste.layout.width = "100%"

        def pasted(_: object) -> None:
            address, paste.value = paste.value, ""
            self.does(self.complete, address)(None)

        done = ipywidgets.Button(description="Done", icon="check")
        done.on_click(pasted)
        self.put(
            html('<div class="bp-title">Waiting for you to sign in</div>'),
            link,
            html('<div class="bp-dim">This goes on by itself when you come back. The browser shows an error page? '
                 "Copy its address and paste it here.</div>"),
            paste,
            ipywidgets.HBox([done, self.button("Cancel", self.cancel)]),
        )  # fmt: skip

    def _ended(self, future: Future[None]) -> None:
        """Called in whichever thread the sign-in ended."""
        if self._pending is None or self._pending.future is not future:
            return
        self._pending = None
        if (error := future.exception()) is None:
            with self.errors_in_words():
                self._welcome()
        else:
            self._signed_out()
            self.say(str(error), error=True)

    def _welcome(self) -> None:
        self._signed_in()
        if self._on_login is not None:
            self._on_login()

    def _signed_in(self) -> None:
        user = self.client.user
        name = plain(user.get("displayname") or user.get("email") or user.id)
        until = self.client.session.until
        words = f"at {self.client.host}" + (f", until {until:%H:%M} UTC, then renewed by itself" if until else "")
        self.put(
            html(f'<div class="bp-title">Signed in as {markup(name)}</div><div class="bp-dim">{markup(words)}</div>'),
            self.button("Sign out", self.sign_out, icon="sign-out"),
        )

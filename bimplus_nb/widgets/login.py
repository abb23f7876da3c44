"""Signing in, with something to click: who to be in a sandbox, else the link that the browser opens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

import ipywidgets

from bimplus_nb.auth import Page, Pending, Way
from bimplus_nb.errors import BimplusError
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import markup, plain
from bimplus_nb.widgets.live import SignsIn, forget, in_kernel, replace_others
from bimplus_nb.widgets.login_page import LoginPage, as_asked, asked_for, comes_back, what_to_do
from bimplus_nb.widgets.panel import Panel, close_tree, html


class Login(Panel):
    """Sign in, see who is signed in, sign out. `on_login` is called whenever somebody has signed in.

    In a sandbox one chooses a demo user. Elsewhere a link opens the service's own page in the browser; what happens
    next depends on where this notebook is, and the widget says which way it takes and why; `way` forces one. Where the
    browser cannot come back by itself, the address at which it ended is pasted here.

    One a client and a cell is live: a newer one takes its place.
    """

    def __init__(
        self, client: SignsIn, *, way: Way | None = None, on_login: Callable[[], object] | None = None
    ) -> None:
        self.client = client
        self._way = way
        self._on_login = on_login
        self._page: Page | None = None
        self._pending: Pending | None = None
        self._attempt = 0
        self._completing: int | None = None
        self._lock = threading.RLock()
        self._text = html()
        self._buttons = ipywidgets.HBox()
        self._buttons.layout.flex_flow = "row wrap"
        self._told = LoginPage(
            seen=self._seen,
            back=self._aside(self._back),
            pasted=self._aside(self.complete),
            asks=way == "server",
        )
        super().__init__("bp-card", "bp-login", max_width="560px")
        self.put(self._text, self._told, self._buttons)
        replace_others(self)
        self._show()

    def __repr__(self) -> str:
        return f"Sign-in: signed {'in' if self.client.signed_in else 'out'}"

    def sign_in(self, user: str | None = None) -> None:
        """Begin to sign in, in a sandbox as `user`; shows what there is to do."""
        attempt = self._drop()
        self._stage(
            "busy", f'<div class="bp-title">Asking {markup(self.client.host)} …</div>', news="Asking the service."
        )
        self._offer(self._button("Cancel", self.cancel))
        try:
            pending = self.client.sign_in(self._way, user=user, page=self._page)
        except BaseException as error:
            self._failed(error, attempt)
            raise
        with self._lock:
            given_up = attempt != self._attempt
            if not given_up:
                self._pending = pending
        if given_up:
            if pending is not None:
                pending.cancel()
        elif pending is None:
            self._welcome()
        else:
            self._waiting(pending)
            pending.future.add_done_callback(self._ended)

    @sealed
    def complete(self, address: str) -> None:
        """End a waiting sign-in with the address at which the browser ended."""
        pending = self._pending
        if pending is None:
            raise ValueError("No sign-in is waiting.")
        self.say()
        self._completing = threading.get_ident()
        try:
            if not address.strip():
                raise ValueError("Paste the whole address from the browser's address bar.")
            pending.complete(as_asked(address.strip(), pending))
        except (BimplusError, ValueError) as error:
            if not pending.done:
                self.say(str(error), error=True)
            raise
        finally:
            self._completing = None

    def cancel(self) -> None:
        """Give up a waiting sign-in; its link is dead."""
        self._drop()
        self._show()

    def sign_out(self) -> None:
        """End the sign-in, here and at the service."""
        try:
            self.client.logout()
        except BimplusError as error:
            self._show()
            self.say(f"Signed out here, but the service may not know: {error}", error=True)
            raise
        self._show()

    def close(self) -> None:
        """Give up what waits, and close the widget."""
        forget(self)
        self._drop()
        super().close()

    # what is shown ----------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Who is signed in, or how to."""
        attempt = self._attempt
        try:
            stage, text, news, buttons = self._signed_in() if self.client.signed_in else self._signed_out()
        except (BimplusError, ValueError) as error:
            self._failed(error, attempt)
            return
        with self._lock:
            if attempt == self._attempt:  # else it is of the past: to know all that, a service was asked
                self._stage(stage, text, news)
                self._offer(*buttons)

    def _signed_out(self) -> tuple[str, str, str, list[ipywidgets.Button]]:
        title = f'<div class="bp-title">Sign in to {markup(self.client.host)}</div>'
        if users := self.client.demo_users():
            text = f'{title}<div class="bp-dim">A sandbox: choose who to be.</div>'
            return (
                "out",
                text,
                "",
                [self._button(f"Continue as {user}", self.sign_in, user, icon="user") for user in users],
            )
        try:
            reason = self.client.way_in(self._way, page=self._page).reason.rstrip(".")
        except (BimplusError, ValueError) as error:
            reason = str(error).rstrip(".")
        text = f'{title}<div class="bp-dim">{markup(reason[:1].upper() + reason[1:], 500)}.</div>'
        return "out", text, "", [self._button("Sign in", self.sign_in, icon="sign-in", button_style="primary")]

    def _signed_in(self) -> tuple[str, str, str, list[ipywidgets.Button]]:
        user = self.client.user
        name = plain(user.get("displayname") or user.get("email") or user.id)
        until = self.client.session.until
        self._told.until = 0.0 if until is None else until.timestamp()
        email = plain(user.get("email"))
        where = self.client.host if email in ("", name) else f"{email} · {self.client.host}"
        text = f'<div class="bp-title">Signed in as {markup(name)}</div><div class="bp-dim">{markup(where)}</div>'
        return "in", text, f"Signed in as {name}.", [self._button("Sign out", self.sign_out, icon="sign-out")]

    def _waiting(self, pending: Pending) -> None:
        asked = asked_for(pending)
        host = markup(self.client.host)
        back = pending.takes_address and comes_back(asked.get("redirect_uri", ""))
        how = what_to_do(pending, back)
        with self._lock:
            if self._pending is not pending:
                return
            # Before the link is shown: whoever follows it quickly must find somebody who listens.
            self._told.waits(
                url=pending.url, code=plain(pending.code, 40), state=asked.get("state", ""),
                left=max(0.0, pending.until - time.time()), pastes=pending.takes_address, comes_back=back,
            )  # fmt: skip
            self._stage(
                "waiting",
                f'<div class="bp-title">Waiting for you to sign in to {host}</div><div class="bp-dim">{markup(how)}'
                f'</div><a class="bp-open" href="{markup(pending.url, 8000)}" target="_blank" rel="noopener '
                f'noreferrer">Open the sign-in page</a>',
                news="Waiting for you to sign in: open the link.",
            )
            self._offer(self._button("Cancel", self.cancel))
        timer = threading.Timer(max(0.0, pending.until - time.time()) + 1, self._too_late, [pending])
        timer.daemon = True
        timer.start()
        pending.future.add_done_callback(lambda _: timer.cancel())

    def _failed(self, error: BaseException, attempt: int) -> None:
        """Why it did not work, and the way on."""
        expected = isinstance(error, (BimplusError, ValueError))
        # The words of anything else are not ours, and might hold what is not to be shown.
        why = str(error) if expected else f"Something went wrong that should not ({type(error).__name__})."
        with self._lock:
            if attempt != self._attempt:
                return
            self._told.waits()
            self._stage(
                "failed",
                f'<div class="bp-title">The sign-in did not work</div><div class="bp-why">{markup(why, 1000)}</div>',
                news=f"The sign-in did not work. {plain(why, 1000)}",
            )
            self._offer(
                self._button("Try again", self.sign_in, icon="refresh", button_style="primary")
                if not self.client.demo_users()
                else self._button("Back", self.cancel),
            )

    def replaced(self) -> None:
        """Give up what waits, and say that a newer one took this one's place."""
        self._drop()
        title = "Another sign-in took this one's place"
        self._stage("replaced", f'<div class="bp-dim">{title}: the one of the cell that ran last.</div>', news=title)
        self._offer()

    def _stage(self, stage: str, text: str, news: str = "") -> None:
        self.say()
        self._text.value = text
        self._told.news = news
        self._told.stage = stage

    def _offer(self, *buttons: ipywidgets.Button) -> None:
        former = self._buttons.children
        if [each.description for each in former] == [each.description for each in buttons]:
            # They do the same, and somebody may just be clicking: a click on one that is replaced would be lost.
            former, buttons = buttons, former
        self._buttons.children = buttons
        for button in former:
            close_tree(button)

    # what happens -----------------------------------------------------------------------------------------------------

    def _drop(self) -> int:
        """Let go of what waits, without a word; the number of the next attempt."""
        with self._lock:
            self._attempt += 1
            attempt = self._attempt
            pending, self._pending = self._pending, None
            self._told.waits()
        if pending is not None:
            pending.cancel()
        return attempt

    def _ended(self, future: Future[None]) -> None:
        """Called in whichever thread the sign-in ended, which has somebody else waiting for it: a browser."""
        with self._lock:
            pending = self._pending
            if pending is None or pending.future is not future:
                return
            self._pending = None
            attempt = self._attempt
            self._told.waits()
            # The link is used up: it goes before somebody is asked who signed in, which may take a while.
            self._stage("busy", '<div class="bp-title">Signing in …</div>', news="Signing in.")
            self._offer()
        error = future.exception()
        self._told.ended(asked_for(pending).get("state", ""), ok=error is None)
        if error is not None:
            self._failed(error, attempt)
        elif self._completing == threading.get_ident():
            self._welcome()
        else:
            threading.Thread(target=self._welcome, name="bimplus sign-in", daemon=True).start()

    def _welcome(self) -> None:
        self._show()
        if self._on_login is not None and self.client.signed_in:
            with self.errors_in_words():
                self._on_login()

    def _too_late(self, pending: Pending) -> None:
        with self._lock:
            if self._pending is not pending:
                return
            attempt = self._drop()
        self._failed(BimplusError("Nobody signed in in time, so the link is dead. Start again for a new one."), attempt)

    def _seen(self, page: Page) -> None:
        """A page shows this, for the first time or again."""
        new, self._page = page != self._page, page
        pending = self._pending
        if pending is not None:
            self._told.left = max(0.0, pending.until - time.time())
        elif self._told.stage == "in" or (self._told.stage == "out" and new and not self.client.demo_users()):
            self._aside(self._show)()

    @sealed
    def _back(self, query: str) -> None:
        """The browser came back to the server's page, which says with what."""
        pending = self._pending
        if pending is None:
            return
        asked = asked_for(pending)
        try:
            self.complete(f"{asked.get('redirect_uri', '')}?{query}")
        finally:
            if not pending.done:
                self._told.ended(asked.get("state", ""), ok=False)

    def _button(self, text: str, action: Callable[..., object], *args: object, **options: object) -> ipywidgets.Button:
        button = ipywidgets.Button(description=text, **options)
        button.on_click(lambda _: self._aside(action, *args)())
        return button

    def _aside(self, action: Callable[..., object], *args: object) -> Callable[..., None]:
        """The action, beside the kernel's own work where there is a kernel: cells go on while a service is asked.

        Its errors are shown by the action itself.
        """

        @sealed
        def run(*more: object) -> None:
            with suppress(BimplusError, ValueError):
                action(*args, *more)

        def handler(*more: object) -> None:
            if in_kernel():
                threading.Thread(target=run, args=more, name="bimplus sign-in", daemon=True).start()
            else:
                run(*more)

        return handler

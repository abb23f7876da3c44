"""Signing one client in and out, by whichever way: what `Client.sign_in` and `logout` do."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from bimplus_nb.auth import device, environment, hub, keychain, loopback, password, paste, sandbox, server
from bimplus_nb.auth.choice import HUB, Choice, Way, choose
from bimplus_nb.auth.oidc import Issuer
from bimplus_nb.auth.page import Page
from bimplus_nb.auth.pending import Pending
from bimplus_nb.auth.session import Session
from bimplus_nb.auth.tokens import TokenSet
from bimplus_nb.errors import BimplusError, LoginError
from bimplus_nb.secrecy import Uncarried, sealed

REPLACED = "This sign-in was replaced by a newer one, or given up; its link is dead."


@dataclass(frozen=True, slots=True)
class Given(Uncarried):
    """What the caller of a sign-in said."""

    user: str | None = None
    page: Page | None = None
    password: str | None = field(default=None, repr=False)
    cross_token: str | None = field(default=None, repr=False)
    application_id: str | None = None


class SignIn:
    """The ways in of one `session`. `changed` is called when somebody has signed in, perhaps somebody else.

    `environ` is the environment as this service may see it: a token in it is for one service only.
    """

    def __init__(
        self,
        session: Session,
        api_url: str,
        *,
        changed: Callable[[], None],
        in_sandbox: bool = False,
        user: str | None = None,
        remember: bool = False,
        timeout: float = 30.0,
        environ: environment.Environ | None = None,
    ) -> None:
        self._session = session
        self._api_url = api_url
        self._changed = changed
        self._in_sandbox = in_sandbox
        self._user = user
        self._timeout = timeout
        self._environ = environment.Environ() if environ is None else environ
        self._lock = threading.Lock()
        self._number = 0  # of the newest sign-in: only it is let in
        self._pending: Pending | None = None
        self._way: Way | None = None
        self._device: str | None = None
        self._hub_fits: bool | None = None
        self._account = ""
        if remember:
            self._remember()

    def _remember(self) -> None:
        """Keep the sign-in in the keyring from now on, where that can be."""
        issuer = self._session.issuer
        if issuer is None or self._in_sandbox:
            raise ValueError("remember=True is for a service with a client_id; a sandbox needs no remembering.")
        keychain.refuse_elsewhere(self._environ)
        try:
            keychain.check()
        except LoginError as problem:
            self._not_remembered(problem)
            return
        self._account = f"{urlsplit(self._api_url).netloc} {issuer.client_id}"
        self._session.keep = self._keep

    # the choice -------------------------------------------------------------------------------------------------------

    def choice(self, way: Way | None = None, page: Page | None = None) -> Choice:
        """The way in that is taken, and why. May ask the sign-in service, the hub and the keyring."""

        def offers_device() -> bool:
            try:
                return self._issuer().offers_device
            except BimplusError:
                if way is not None:
                    raise
                return False

        return choose(
            self._environ, sandbox=self._in_sandbox, way=way, page=page,
            device=offers_device, hub=self._does_hub_fit, keyring=self._is_remembered,
        )  # fmt: skip

    def _does_hub_fit(self) -> bool:
        """Whether the hub gives a token of the very sign-in service that this API names; asked once."""
        if self._hub_fits is None:
            self._hub_fits = False
            if all(self._environ.get(name) for name in (HUB, hub.TOKEN, hub.USER)):
                with suppress(BimplusError):
                    hub.read(self._environ, self._issuer_name(), sure=True)
                    self._hub_fits = True
        return self._hub_fits

    def _is_remembered(self) -> bool:
        if not self._account:
            return False
        try:
            return keychain.read(self._account) is not None
        except LoginError as problem:
            self._not_remembered(problem)
            return False

    # begin and end ----------------------------------------------------------------------------------------------------

    @sealed
    def begin(self, way: Way | None, given: Given) -> Pending | None:
        """Begin to sign in; gives what waits for its person, None where nobody needs to be waited for."""
        chosen = self.chosen(way, given)
        try:
            return self.start(chosen.way, given)
        except Forgotten:
            if way is not None:
                raise
        return self.start(self.chosen(None, given).way, given)

    def chosen(self, way: Way | None, given: Given) -> Choice:
        """The way in that is taken for what is `given`."""
        if given.user is not None and not self._in_sandbox and way != "password":
            raise ValueError("user= chooses among the demo users of a sandbox; other services ask in the browser.")
        return self.choice(way, given.page)

    @property
    def waits(self) -> bool:
        """Whether a sign-in waits for its person."""
        pending = self._pending
        return pending is not None and not pending.done

    @sealed
    def start(self, way: Way, given: Given) -> Pending | None:
        """Begin by this very way; raises Forgotten where a remembered sign-in is not good any more."""
        number = self.give_up()
        accept = partial(self._accept, number, way)
        if way == "environment":
            accept(environment.read(self._environ), environment.renewal(self._environ))
        elif way == "hub":
            self._by_hub(accept)
        elif way == "password":
            accept(self._by_password(given))
        elif way == "keyring":
            self._by_keyring(accept)
        elif way == "sandbox":
            sandbox.start(self._issuer(), accept, given.user or self._user)
        else:
            return self._wait(number, self._by_browser(way, accept, given.page))
        return None

    def _by_browser(self, way: Way, accept: Callable[[TokenSet], None], page: Page | None) -> Pending:
        issuer = self._issuer()
        if way == "server" and page is not None:
            return server.start(issuer, accept, page)
        if way == "device":
            return device.start(issuer, accept)
        if way == "paste":
            return paste.start(issuer, accept)
        return loopback.start(issuer, accept)

    def _by_password(self, given: Given) -> TokenSet:
        if given.cross_token is None and not (given.user and given.password):
            raise LoginError("Give user= (an e-mail address) and password=, or await client.login('password').")
        warnings.warn(password.OBSOLETE, FutureWarning, stacklevel=2)
        tokens = password.read(
            self._api_url, user=given.user, password=given.password, cross_token=given.cross_token,
            application_id=given.application_id, device=self._device, timeout=self._timeout,
        )  # fmt: skip
        self._device = tokens.device
        return tokens

    def _by_hub(self, accept: Callable[..., None]) -> None:
        issuer = self._issuer_name()
        sure = self._hub_fits is True  # else it was asked for, and whoever asks may know better
        accept(hub.read(self._environ, issuer, sure=sure), hub.renewal(self._environ, issuer, sure=sure))

    def _by_keyring(self, accept: Callable[..., None]) -> None:
        stored = keychain.read(self._account) if self._account else None
        if stored is None:
            raise Forgotten("No sign-in is remembered here any more.")
        try:
            tokens = self._issuer().refresh(stored)
        except LoginError:
            self._keep(None)
            raise Forgotten("The sign-in that was remembered has ended, and was forgotten.") from None
        accept(tokens)

    def give_up(self) -> int:
        """Cancel what waits: its link is dead, also if the browser comes back just now. Gives the next one's number."""
        with self._lock:
            self._number += 1
            number, pending, self._pending = self._number, self._pending, None
        if pending is not None:
            pending.cancel(REPLACED)
        return number

    def _wait(self, number: int, pending: Pending) -> Pending:
        with self._lock:
            newest = number == self._number
            if newest:
                self._pending = pending
        if not newest:
            pending.cancel(REPLACED)
        return pending

    def _accept(
        self, number: int, way: Way, tokens: TokenSet, renew: Callable[[TokenSet], TokenSet] | None = None
    ) -> None:
        if self._account and tokens.refreshable:
            renew = self._renew_remembered
        with self._lock:
            newest = number == self._number
            if newest:
                self._way = way
                self._session.accept(tokens, renew=renew)
        if newest:
            self._changed()
            return
        if self._session.issuer is not None and tokens.refreshable:
            # Nobody shall be signed in at the service who was told here that they are not.
            with suppress(BimplusError):
                self._session.issuer.end(tokens)
        raise LoginError(REPLACED)

    def end(self) -> None:
        """Sign out: give up what waits, forget the tokens, and end them at the service where they are our own."""
        self.give_up()
        way, self._way = self._way, None
        if way == "password":
            try:
                password.end(self._api_url, self._session, self._timeout)
            finally:
                self._session.forget()
        elif way in ("environment", "hub"):
            # Somebody else's: other jobs use the token, and the hub is still signed in.
            self._session.forget()
        else:
            if self._account and not self._session.signed_in:
                # What another kernel left shall not stay good at the service when it is forgotten here.
                with suppress(LoginError):
                    if (stored := keychain.read(self._account)) is not None:
                        self._session.accept(stored)
            self._session.logout()

    # remembering ------------------------------------------------------------------------------------------------------

    def _keep(self, tokens: TokenSet | None) -> None:
        if not self._account or (tokens is not None and not tokens.refreshable):
            return
        try:
            if tokens is None:
                keychain.forget(self._account)
            else:
                keychain.keep(self._account, tokens)
        except LoginError as problem:
            # What is stored is used up: using it again would end the whole sign-in, for it would look like a theft.
            with suppress(LoginError):
                keychain.forget(self._account)
            self._not_remembered(problem)

    def _not_remembered(self, problem: LoginError) -> None:
        self._account = ""
        warnings.warn(f"The sign-in is not remembered beyond this kernel: {problem}", stacklevel=2)

    def _renew_remembered(self, tokens: TokenSet) -> TokenSet:
        """The next tokens, for the refresh token that is stored: another kernel may have used up ours meanwhile."""
        stored = keychain.read(self._account) if self._account else None
        if stored is not None:
            tokens = tokens.with_refresh(stored)
        return self._issuer().refresh(tokens)

    def _issuer(self) -> Issuer:
        if self._session.issuer is None:
            raise LoginError(
                "To sign in by the browser, name the application: connect(…, client_id=…). Bimplus gives out client "
                "ids; without one, set BIMPLUS_TOKEN."
            )
        return self._session.issuer

    def _issuer_name(self) -> str:
        issuer = self._session.issuer or Issuer(self._api_url, client_id="", timeout=self._timeout)
        return issuer.metadata.issuer


class Forgotten(LoginError):
    """What was remembered is not good any more; another way may be."""

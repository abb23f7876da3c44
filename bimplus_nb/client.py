"""The way in: `connect` to a service, and `Client`, which has one attribute a service of it.

Longer than most files because all the ways to name a service, a team and a project are meant to be read in one place.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from bimplus_nb.api import Api
from bimplus_nb.auth import Choice, Given, Issuer, Page, Pending, Scheme, Session, SignIn, TokenSet, Way, console
from bimplus_nb.auth import sandbox as into_sandbox
from bimplus_nb.auth.choice import place
from bimplus_nb.cache import Cache, folder
from bimplus_nb.errors import BimplusError, LoginError
from bimplus_nb.http import Http, is_loopback
from bimplus_nb.project import Project
from bimplus_nb.records import Record
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

if TYPE_CHECKING:
    import pandas as pd

    from bimplus_nb.sandbox import Sandbox

# Published JavaScript SDK 1.0.56.
SERVICES = {
    "production": "https://api.bimplus.net/v2",
    "stage": "https://api-stage.bimplus.net/v2",
    "dev": "https://api-dev.bimplus.net/v2",
}
SANDBOX_CLIENT = "bimplus-nb-sandbox"
SANDBOX_URL = "BIMPLUS_SANDBOX_URL"

_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Running(Protocol):
    """What `connect` needs of a sandbox."""

    url: str
    client_id: str


@sealed
def connect(
    service: str | Sandbox | Running = "sandbox",
    *,
    client_id: str | None = None,
    team: str | None = None,
    token: str | None = None,
    user: str | None = None,
    remember: bool = False,
    scheme: Scheme = "BimPlus",
    timeout: float = 30.0,
    cache: bool | None = None,
) -> Client:
    """A client of a Bimplus service.

    `service`: ``"sandbox"``, the embedded one, needs no account and is signed in at once, by its real code flow, as
    the account owner or as `user`; so is a `Sandbox` of your own. ``"production"``, ``"stage"``, ``"dev"`` or an
    address (https) need a `client_id`, which Bimplus gives out, and ``await client.login()``; or a `token`, used as it
    is and never renewed.

    `team`: slug of the team to begin with, by default the first active one. `remember`: keep the sign-in in the keyring
    of this computer, so that the next kernel need not ask (extra ``keyring``; refused on computers that are not the
    user's own). `scheme`: the word before the token, ``"BimPlus"`` or ``"Bearer"``. `timeout`: seconds of silence
    before a request is given up.

    `cache`: keep geometry and trees on this computer, so that the next kernel fetches only what has changed; nothing is
    shown before the service has said that it still stands. By default for services other than a sandbox. The
    environment variable BIMPLUS_CACHE names another folder, or says ``off``. Never on a computer that is not the
    user's own, such as a JupyterHub's.

    The environment variable BIMPLUS_SANDBOX_URL names a running sandbox to use as the embedded one.
    """
    tokens = None if token is None else TokenSet({"access_token": token})
    sandbox: Running | None = None
    if isinstance(service, str) and service != "sandbox":
        url = SERVICES.get(service, service)
        if "://" not in url:
            raise ValueError(
                f"There is no service {plain(service, 60)!r}: sandbox, {', '.join(SERVICES)} or an address."
            )
        if user is not None:
            raise ValueError("user= chooses among the demo users of a sandbox; other services ask in the browser.")
    else:
        sandbox = _embedded() if isinstance(service, str) else service
        url, client_id = sandbox.url, client_id or sandbox.client_id
    client = Client(
        url, client_id=client_id, team=team, remember=remember, scheme=scheme, timeout=timeout, sandbox=sandbox,
        user=user, cache=cache,
    )  # fmt: skip
    if tokens is not None:
        client.session.accept(tokens)
    elif sandbox is not None:
        client.sign_in()
    return client


class Client(Api):
    """One attribute a service: teams, users, projects, models, objects, element_types, issues, pins,
    comments.

    Made by `connect`. Their calls go to the present `team`. May be used from many threads.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str | None = None,
        team: str | None = None,
        remember: bool = False,
        scheme: Scheme = "BimPlus",
        timeout: float = 30.0,
        sandbox: Running | None = None,
        user: str | None = None,
        cache: bool | None = None,
    ) -> None:
        self._cache_folder = _cache_folder(sandbox is None if cache is None else cache, asked=bool(cache))
        self._cache: tuple[int, Cache | None] | None = None
        self._caching = threading.Lock()
        issuer = None if client_id is None else Issuer(url, client_id=client_id, timeout=timeout)
        self.session = Session(url, scheme=scheme, issuer=issuer)
        self._sandbox = sandbox  # kept, for a sandbox that nobody holds stops
        self._user: Record | None = None
        self._chosen_team = team
        self._sign_in = SignIn(
            self.session, url, changed=self._changed, in_sandbox=sandbox is not None, user=user, remember=remember,
            timeout=timeout,
        )  # fmt: skip
        http = Http(url, auth=self.session, team=team or self._first_team, timeout=timeout, cache=self._present_cache)
        super().__init__(http)

    def __repr__(self) -> str:
        return f"<Client {self.host}, {'signed in' if self.signed_in else 'signed out'}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The sign-in stays; `logout` ends it."""
        self._http.close()

    @property
    def user(self) -> Record:
        """Who is signed in. Asked for once."""
        if self._user is None:
            self._user = self.users.current()
        return self._user

    @property
    def team(self) -> str:
        """Slug of the team that calls go to. Set another to switch; projects opened before stay in theirs."""
        return self._http.team

    @team.setter
    def team(self, slug: str) -> None:
        known = [str(team.get("slug")) for team in self.teams.all()]
        if slug not in known:
            raise ValueError(f"You are in no team {plain(slug, 60)!r}. There are: {', '.join(known) or 'none'}.")
        self._http.team = self._chosen_team = slug

    @property
    def host(self) -> str:
        """Where the service is: host name, and port where it is not the usual one."""
        return urlsplit(self._http.base_url).netloc

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.session.signed_in

    def demo_users(self) -> list[str]:
        """Whom one can be in this service: the demo users of a sandbox, nobody elsewhere."""
        issuer = self.session.issuer
        return [] if self._sandbox is None or issuer is None else into_sandbox.users(issuer)

    def way_in(self, way: Way | None = None, *, page: Page | None = None) -> Choice:
        """The way in that `login` takes, and why; `way` is one asked for, `page` what a widget knows of its page.

        Raises LoginError where a way that is asked for cannot work here, and says what to do.
        """
        return self._sign_in.choice(way, page)

    @sealed
    def sign_in(
        self,
        way: Way | None = None,
        *,
        user: str | None = None,
        page: Page | None = None,
        password: str | None = None,
        cross_token: str | None = None,
        application_id: str | None = None,
    ) -> Pending | None:
        """Begin to sign in. Gives what waits for its person (a link), None where nobody needs to be waited for.

        `user` is one of `demo_users`; with the obsolete way ``"password"`` an e-mail address, beside `password` (or
        `cross_token`) and the `application_id`. Blocks only for a few short requests. A sign-in that still waits is
        given up: its link is dead. `login` is this with the waiting.
        """
        return self._sign_in.begin(way, Given(user, page, password, cross_token, application_id))

    @sealed
    async def login(
        self,
        way: Way | None = None,
        *,
        timeout: float | None = None,
        user: str | None = None,
        page: Page | None = None,
        password: str | None = None,
        cross_token: str | None = None,
        application_id: str | None = None,
    ) -> None:
        """Sign in: ``await client.login()``. Says which way it takes and why; `way` forces one, the rest as `sign_in`.

        Raises LoginError where it fails, is refused, or nobody comes within `timeout` seconds (by default, as long as
        the link is good). Interrupting it gives the sign-in up.
        """
        given = Given(user, page, password, cross_token, application_id)
        await console.login(self._sign_in, way, given, timeout)
        who = await asyncio.to_thread(lambda: self.user)
        print(f"Signed in as {plain(who.get('displayname') or who.get('email') or who.get('id'), 80)}.")

    def logout(self) -> None:
        """Sign out: forget the tokens and what is remembered, revoke them, end the session at the sign-in service.

        A token from the environment or of a JupyterHub is forgotten alone: it is not ours to end.
        """
        self._user = None
        self._sign_in.end()

    def project(self, name_or_id_or_url: str) -> Project:
        """A project of any of your teams, by its name or id or URL: the address the portal shows for it.

        Raises ValueError where there is none (with the closest names) or more than one (with their teams and ids).
        """
        found = find_project(self.projects.everywhere(disciplines=False), name_or_id_or_url)
        api = self.for_team(str(found.get("teamSlug") or self.team))
        return Project(api, api.projects.get(found.id))

    def dataset(
        self,
        projects: Iterable[str] | None,
        path: str | os.PathLike[str],
        *,
        progress: bool | Callable[[int, int], None] = True,
    ) -> pd.DataFrame:
        """Write projects as Parquet files below a folder, for DuckDB, Dask, Spark, or whatever reads such files.

        `projects`: names, ids or portal addresses; None for all that you may see in all your teams. There will be
        ``objects/project=<id>/…``, ``properties/…``, ``issues/…`` and ``projects/…``, each with the same columns in
        every project: ``duckdb.sql("from 'folder/objects/*/*.parquet'")``. Memory holds one model at a time.

        It can be stopped and run again at any moment: a project is there whole or not at all, and one that is there and
        has not changed since is not fetched again, but for its issues. What cannot be fetched does not hold up the
        others. `progress` as in `Project`. One row a project, index id: name, result (written, unchanged, failed),
        objects, properties, issues (rows), why. Needs the extra `arrow`. Raises ValueError for a project that is not
        there.
        """
        from bimplus_nb.project import dataset

        everywhere = self.projects.everywhere(disciplines=False)
        chosen = everywhere if projects is None else [find_project(everywhere, wanted) for wanted in projects]
        records = {record.id: Record(record) for record in chosen}
        found = [(self.for_team(str(record.get("teamSlug") or self.team)), record) for record in records.values()]
        return dataset.write(found, Path(path), progress)

    def _present_cache(self) -> Cache | None:
        """What is kept of whoever is signed in now; the same one for as long as they are."""
        if self._cache_folder is None:
            return None
        with self._caching:
            turn = self.session.turn
            if self._cache is None or self._cache[0] != turn:
                try:
                    who = str(self.users.current().get("id") or "")  # not `user`, perhaps still the one before
                except BimplusError:
                    who = ""
                self._cache = turn, Cache(self._cache_folder, f"{self.address}\n{who}") if who else None
            return self._cache[1]

    def _changed(self) -> None:
        """Somebody has signed in, perhaps somebody else, who is in other teams."""
        self._user = None
        self._http.team = self._chosen_team or self._first_team

    def _first_team(self) -> str:
        teams = self.teams.all()
        active = [team for team in teams if str(team.get("status") or "active").lower() == "active"]
        if not active:
            raise LoginError("This account is in no active team, so there is nothing to open.")
        return str(active[0]["slug"])


def find_project(projects: Sequence[Mapping[str, Any]], wanted: str) -> Record:
    """The one project that is meant, by name (in any case), id or portal address. Pure; ValueError says what to do."""
    # Portal addresses carry ``project_id=``, and often a token, so they are never repeated in a message.
    address = re.search(rf"project_id=({_GUID})(?![0-9a-fA-F-])", wanted)
    wanted = address.group(1) if address else wanted.strip()
    if address or re.fullmatch(_GUID, wanted):
        matches = [each for each in projects if str(each.get("id")).lower() == wanted.lower()]
        if not matches:
            raise ValueError(f"There is no project with the id {wanted}, or this user may not see it.")
        return Record(matches[0])
    if "://" in wanted:
        raise ValueError("That address names no project: it has no project_id=.")
    matches = [each for each in projects if each.get("name") == wanted]
    matches = matches or [each for each in projects if str(each.get("name")).casefold() == wanted.casefold()]
    if len(matches) == 1:
        return Record(matches[0])
    if matches:
        which = "; ".join(f"{plain(each.get('teamSlug'), 40)}: {plain(each.get('id'), 40)}" for each in matches)
        raise ValueError(f"{len(matches)} projects are called {plain(wanted, 60)!r}. Open one by its id: {which}.")
    names = {str(each.get("name")).casefold(): str(each.get("name")) for each in projects}
    close = get_close_matches(wanted.casefold(), names, n=5, cutoff=0.4) or list(names)[:10]
    known = ", ".join(repr(plain(names[each], 60)) for each in close)
    raise ValueError(f"There is no project {plain(wanted, 60)!r}. There are: {known or 'none'}.")


def _cache_folder(wanted: bool, *, asked: bool) -> Path | None:
    """Where answers are kept, None for nowhere. ValueError where that is `asked` for and cannot be."""
    where = place(os.environ)
    if where is None or where.own:
        return folder() if wanted else None
    if asked:
        raise ValueError(
            f"cache=True: this kernel runs on {where.name}, whose disk is not yours alone, so nothing is kept there."
        )
    return None


def _embedded() -> Running:
    """The sandbox of this process, started when first asked for, or the running one that the environment names."""
    url = os.environ.get(SANDBOX_URL)
    if url:
        if not is_loopback(url):
            raise ValueError(f"{SANDBOX_URL} must name a sandbox on this computer.")
        return _Elsewhere(url)
    from bimplus_nb.sandbox import Sandbox

    return Sandbox.embedded()


class _Elsewhere:
    """A sandbox of another process, such as that of ``bimplus-nb lab``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client_id = SANDBOX_CLIENT

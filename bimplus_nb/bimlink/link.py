"""`Link`: somebody signed in to BIMlink, what they have chosen, and what the service offers."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

from bimplus_nb.auth import Choice, Environ, Given, Issuer, Page, Pending, Session, SignIn, Way, console, demo_users
from bimplus_nb.bimlink import openapi
from bimplus_nb.bimlink.memory import Memory
from bimplus_nb.bimlink.operations import Operations
from bimplus_nb.errors import ApiError, NotOffered
from bimplus_nb.http import Http, secure_url
from bimplus_nb.records import Record, Records
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

SCOPE = "bimlink_publicapi offline_access openid email"

STEPS = ("domain_account", "location", "project", "phase", "storey")
"""The way to the data; each step is chosen within the one before."""

# How operations spell them in their parameters.
_PARAMETERS = dict(
    zip(
        STEPS,
        ("domainAccountId", "locationId", "projectId", "projectPhaseId", "spatialStructureElementId"),
        strict=True,
    )
)


class Link:
    """A BIMlink service as one person sees it. Made by `connect`.

    The way to the data goes in steps: `domain_accounts`, `locations`, `projects`, `phases`, `storeys` say what there is
    to choose, `choose` chooses, `choice` is what is chosen, by ids; but for a sandbox's it is remembered on this
    computer. `operations` are all that the service offers.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str | None = None,
        document: str = "swagger/v1/swagger.json",
        remember: bool = False,
        timeout: float = 30.0,
        sandbox: object | None = None,
        user: str | None = None,
    ) -> None:
        self._url = secure_url(url).rstrip("/")
        self._document = document
        self._timeout = timeout
        self._sandbox = sandbox  # kept, for a sandbox that nobody holds stops
        self._lock = threading.RLock()
        # No property: IPython completes behind attributes, and would run no code of ours to get there.
        self.operations = Operations(self._offered, self._parameters)
        self._choice: dict[str, str] | None = None
        issuer = None if client_id is None else Issuer(url, client_id=client_id, scope=SCOPE, timeout=timeout)
        self.session = Session(url, scheme="Bearer", issuer=issuer)
        self._sign_in = SignIn(
            self.session, url, changed=self._changed, in_sandbox=sandbox is not None, user=user, remember=remember,
            timeout=timeout, environ=Environ(but=("BIMPLUS_TOKEN", "BIMPLUS_TOKEN_FILE")),
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"<Link {self.host}, {'signed in' if self.signed_in else 'signed out'}>"

    def __enter__(self) -> Link:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The sign-in stays; `logout` ends it."""
        self.operations._close()

    # who --------------------------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """Where the service is: host name, and port where it is not the usual one."""
        return urlsplit(self._url).netloc

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.session.signed_in

    @property
    def user(self) -> Record:
        """Who is signed in, as far as their ID token says: id and email."""
        return Record({"id": self.session.subject or "unknown", "email": self.session.email})

    def demo_users(self) -> list[str]:
        """Whom one can be in this service: the demo users of a sandbox, nobody elsewhere."""
        issuer = self.session.issuer
        return [] if self._sandbox is None or issuer is None else demo_users(issuer)

    def way_in(self, way: Way | None = None, *, page: Page | None = None) -> Choice:
        """The way in that `login` takes, and why; `way` is one asked for, `page` what a widget knows of its page.

        Raises LoginError where one that is asked for cannot work here.
        """
        return self._sign_in.choice(_possible(way), page)

    @sealed
    def sign_in(self, way: Way | None = None, *, user: str | None = None, page: Page | None = None) -> Pending | None:
        """Begin to sign in, as `user` where it is one of `demo_users`. Gives what waits for its person (a link), None
        where nobody needs to be waited for. `page` is what a widget knows of its page."""
        return self._sign_in.begin(_possible(way), Given(user, page))

    @sealed
    async def login(self, way: Way | None = None, *, timeout: float | None = None, user: str | None = None) -> None:
        """Sign in: ``await link.login()``. Says which way it takes and why; `way` forces one, `user` is as in
        `sign_in`.

        Raises LoginError where it fails, is refused, or nobody comes within `timeout` seconds.
        """
        await console.login(self._sign_in, _possible(way), Given(user), timeout)
        who = self.user
        print(f"Signed in as {plain(who.get('email') or who.id, 80)}.")

    def logout(self) -> None:
        """Sign out: forget the tokens, revoke them, end the session at the sign-in service."""
        self._sign_in.end()
        self._choice = None

    # what the service offers ------------------------------------------------------------------------------------------

    def _offered(self) -> tuple[Http, openapi.Description]:
        said = openapi.read(self._described(), service=self._url, address=self._address)
        return Http(said.base, auth=self.session, timeout=self._timeout), said

    @property
    def _address(self) -> str:
        return urljoin(f"{self._url}/", self._document)

    def _described(self) -> object:
        """The OpenAPI document, which is public, so that nobody's token goes with it."""
        address = urlsplit(self._address)
        if (address.scheme, address.netloc) != urlsplit(self._url)[:2]:
            raise ValueError(f"The OpenAPI document must lie at {self.host}, not at {plain(address.netloc, 60)}.")
        http = Http(self._address, timeout=self._timeout)
        try:
            return json.loads(http.send("GET", "", signed=False, limit=openapi.LIMIT).body)
        except (ValueError, RecursionError):
            return None
        finally:
            http.close()

    def _parameters(self) -> dict[str, str]:
        return {_PARAMETERS[step]: chosen for step, chosen in self.choice.items()}

    # the way to the data ----------------------------------------------------------------------------------------------

    @property
    def choice(self) -> dict[str, str]:
        """Ids of what is chosen, by step: domain_account, location, project, phase, storey, as far as one has come."""
        with self._lock:
            if self._choice is None:
                memory = self._memory()
                kept = {} if memory is None else memory.read()
                self._choice = {}
                for step in STEPS:
                    if step not in kept:
                        break
                    self._choice[step] = kept[step]
            return dict(self._choice)

    def choose(
        self,
        *,
        domain_account: str | None = None,
        location: str | None = None,
        project: str | None = None,
        phase: str | None = None,
        storey: str | None = None,
    ) -> dict[str, str]:
        """Choose by name or id, and have chosen all before: what is not named stays, or is the only one there is.

        Whatever lies below is not chosen any more. Gives the `choice`. Raises ValueError where there is no
        such thing, or several before it to choose from; nothing has changed then.
        """
        wanted = dict(zip(STEPS, (domain_account, location, project, phase, storey), strict=True))
        if not any(wanted.values()):
            raise ValueError(f"Choose what? {', '.join(f'{step}=' for step in STEPS)} by name or id.")
        last = max(index for index, step in enumerate(STEPS) if wanted[step])
        with self._lock:
            before = self.choice
            chosen: dict[str, str] = {}
            for step in STEPS[: last + 1]:
                name = wanted[step]
                if name is None and step in before:
                    chosen[step] = before[step]
                    continue
                found = _named(self._options(step, chosen), name, step)
                if before.get(step) != found:
                    before = {}
                chosen[step] = found
            self._choice = chosen
            if (memory := self._memory()) is not None:
                memory.write(chosen)
            return dict(chosen)

    def options(self, step: str) -> Records:
        """What there is to choose from at a step, after those already chosen."""
        if step not in STEPS:
            raise ValueError(f"There is no step {plain(step, 40)!r}: {', '.join(STEPS)}.")
        return self._options(step, self.choice)

    def domain_accounts(self) -> Records:
        """The domain accounts one may see: companies, or very large projects."""
        return self.options("domain_account")

    def locations(self) -> Records:
        """The locations of the chosen domain account."""
        return self.options("location")

    def projects(self) -> Records:
        """The projects of the chosen location."""
        return self.options("project")

    def phases(self) -> Records:
        """The phases of the chosen project; most data belong to one."""
        return self.options("phase")

    def storeys(self) -> Records:
        """The spatial structure of the chosen phase: its storeys, and the site and buildings above them."""
        return self.options("storey")

    def _options(self, step: str, chosen: Mapping[str, str]) -> Records:
        for before in STEPS[: STEPS.index(step)]:
            if before not in chosen and not (before in ("location", "project") and step == "storey"):
                raise ValueError(f"Choose the {before.replace('_', ' ')} first: link.choose({before}=…).")
        match step:
            case "domain_account":
                return self._all("DomainAccounts_GetAll", chosen)
            case "location":
                return self._all("Locations_GetAll", chosen)
            case "project":
                return self._within("location", chosen, ("projects",), "Projects_GetAll")
            case "phase":
                return self._within("project", chosen, ("projectPhases", "phases"), "ProjectPhases_GetAll")
        return self._all("SpatialStructureElements_GetAll", chosen)

    def _within(self, above: str, chosen: Mapping[str, str], keys: tuple[str, ...], operation: str) -> Records:
        """What a thing holds, in itself or by an operation of its own: the documents do not say which."""
        if operation in self.operations:
            return self._all(operation, chosen)
        holder = next((one for one in self._options(above, chosen) if one.get("id") == chosen[above]), None)
        if holder is None:
            raise ValueError(f"The {above} that was chosen is not there any more: link.choose({above}=…).")
        held = next((holder[key] for key in keys if isinstance(holder.get(key), list)), None)
        if held is None:
            raise NotOffered(f"The service does not say what is in a {above}: no {keys[0]} in it, and no {operation}.")
        return Records(one for one in held if isinstance(one, Mapping))

    def _all(self, name: str, chosen: Mapping[str, str]) -> Records:
        call = self.operations[name]
        takes = (*call.operation.ids, *call.operation.query)
        spelt = {name.lower(): name for name in takes}
        given: dict[str, Any] = {
            spelt[key]: one for step, one in chosen.items() if (key := _PARAMETERS[step].lower()) in spelt
        }
        found = call(progress=False, **given)
        if not isinstance(found, Records):
            path = call.operation.path
            raise ApiError(f"{name}: a list was expected.", status=200, method="GET", path=path)
        return found

    def _memory(self) -> Memory | None:
        """A sandbox's ids mean nothing to the next one."""
        if self._sandbox is not None or not self.signed_in:
            return None
        return Memory(f"{self.host} {self.session.subject or ''}")

    def _changed(self) -> None:
        """Somebody has signed in, perhaps somebody else, who sees other things."""
        self._choice = None


def _named(options: Records, name: str | None, step: str) -> str:
    """The id of the one option that is meant; without a name, of the only one there is."""
    what = step.replace("_", " ")
    known = ", ".join(repr(plain(one.get("name") or one.get("id"), 60)) for one in options[:20]) or "none"
    matches = options if name is None else [one for one in options if name in (one.get("id"), one.get("name"))]
    if len(matches) == 1 and isinstance(matches[0].get("id"), str):
        return matches[0].id
    if name is None:
        raise ValueError(f"Choose the {what} too: {step}=…. There are: {known}.")
    if matches:
        raise ValueError(f"{len(matches)} are called {plain(name, 60)!r}: choose the {what} by its id.")
    raise ValueError(f"There is no {what} {plain(name, 60)!r}. There are: {known}.")


def _possible(way: Way | None) -> Way | None:
    """The ways that are Bimplus's own are none into another vendor's service."""
    if way in ("password", "environment"):
        raise ValueError(f"The way in {way!r} is Bimplus's own. Leave it out, or take 'loopback', 'paste' or 'device'.")
    return way

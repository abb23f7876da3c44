"""A Bimplus service of one's own: real HTTP on this machine, a demo building in it, a sign-in service beside it."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import uuid
import weakref
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp

from bimplus_nb.errors import SandboxError
from bimplus_nb.sandbox import bimlink, importing, issuer_app, people, seeding
from bimplus_nb.sandbox.app import VERSION, Application
from bimplus_nb.sandbox.authorization import CLIENT_ID
from bimplus_nb.sandbox.gate import Faults
from bimplus_nb.sandbox.issuer import Issuer
from bimplus_nb.sandbox.jobs import Jobs
from bimplus_nb.sandbox.logbook import Logbook
from bimplus_nb.sandbox.people import User
from bimplus_nb.sandbox.routes import TABLES
from bimplus_nb.sandbox.scene import Scenes
from bimplus_nb.sandbox.sessions import Sessions
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Service


class Sandbox:
    """A Bimplus service on this machine, running from the moment it is made until `stop`.

    `scale`: adds a project of so many objects. `seed`: of the generated content. `demo`: whether there are the demo
    projects, or users and teams alone. `latency`: seconds before each answer. `faults`: statuses to answer instead,
    ``{"GET /v2/teams": [503, (429, {"Retry-After": "1"})]}`` (one a request, then as usual) or a function of method and
    path. `path`: a file to keep everything in, used again as it is if it exists. `port`: of the API; 0 takes a free
    one. `token_lifetime`: seconds an access token is good for. `device_interval`: seconds between two questions of a
    sign-in by a typed code.

    Another vendor's service, BIMlink, answers at `bimlink_url` (see `bimplus_nb.bimlink`).

    The demo content is written in the background; requests that need it wait for it. Raises SandboxError if the port
    is taken or the file is not a sandbox's.
    """

    client_id = CLIENT_ID
    """A public client (no secret, PKCE) that may be redirected to any port and path of this machine."""

    users: tuple[User, ...] = people.USERS
    """The demo users: account owner, project admin, editor, viewer."""

    password = people.PASSWORD
    """Every demo user's password for the API's old sign-in, `client.authorization.sign_in`. The usual one asks none."""

    portal = people.PORTAL
    """The `application_id` of the shop and portal; a token for it may manage users, teams and database servers."""

    def __init__(
        self,
        *,
        scale: int | None = None,
        seed: int = 0,
        demo: bool = True,
        latency: float = 0.0,
        faults: Faults | None = None,
        path: str | Path | None = None,
        port: int = 0,
        token_lifetime: int = 300,
        device_interval: float = 5,
    ) -> None:
        self._store = _open(path)
        self._issuer = Issuer(self.users, lifetime=token_lifetime, interval=device_interval)
        self._filled: Future[None] = Future()
        api, sign_in = _listen(port), _listen(0)
        self._issuer.url = f"http://127.0.0.1:{sign_in.getsockname()[1]}{issuer_app.REALM}"
        origin = f"http://127.0.0.1:{api.getsockname()[1]}"
        self.url = f"{origin}{VERSION}"
        self._bimlink = bimlink.Bimlink(self._issuer)
        self._bimlink.url = self.bimlink_url = f"{origin}{bimlink.PATH}"
        jobs = Jobs()
        self._sessions = Sessions(self._store, self._issuer)
        service = Service(self._store, self._sessions, Scenes(self._store), jobs, Logbook())
        application = Application(service, _waiting(self._filled))
        self._servers = _Servers(
            {
                api: application.serve(
                    TABLES, latency=latency, faults=faults, beside={bimlink.PATH: self._bimlink.application()}
                ),
                sign_in: issuer_app.application(self._issuer),
            }
        )
        filler = threading.Thread(
            target=_fill,
            args=(self._filled, self._store, self._issuer, seed, scale, demo),
            name="sandbox-content",
            daemon=True,
        )
        filler.start()
        # A sandbox that is simply forgotten, as when a cell is run again, takes its thread and ports with it.
        self._stop = weakref.finalize(self, _close, self._servers, filler, jobs, self._store)
        if scale:
            self.wait()

    @property
    def issuer(self) -> str:
        """The address of the sign-in service: another origin than the API's."""
        return self._issuer.url

    @property
    def running(self) -> bool:
        """Whether it still answers."""
        return self._stop.alive

    def wait(self) -> Sandbox:
        """The sandbox, once its content is there."""
        self._filled.result()
        return self

    def stop(self) -> None:
        """Closes both servers and the store. Harmless when stopped already."""
        self._stop()

    def token(self, user: str | User = "anna", *, application: str | None = None) -> str:
        """An access token for a demo user, for tools that do not sign in themselves.

        With `application` one of the API's own old kind, good for what that application may do (`Sandbox.portal`).
        """
        username = user.username if isinstance(user, User) else user
        if username not in self._issuer.users:
            raise ValueError(f"There is no user {username!r}; there are {', '.join(self._issuer.users)}.")
        known = self._issuer.users[username]
        if application is None:
            return self._issuer.token(known)
        self.wait()
        begun = self._sessions.begin({"id": known.id}, application=application, client=str(uuid.uuid4()))
        return str(begun["access_token"])

    def import_ifc(self, path: str | Path, *, project: str | None = None) -> str:
        """The id of the project that now has an IFC file as a model. `project` is its name, by default the file's; a
        project is made if there is none of that name.

        All or nothing. Raises SandboxError for a file that cannot be read, and without the extra `ifc`.
        """
        from bimplus_nb.sandbox import ifc

        model = ifc.read(Path(path))
        self.wait()
        return seeding.import_model(self._store, project or Path(path).stem, model)

    def __enter__(self) -> Sandbox:
        if not self.running:
            raise SandboxError("This sandbox was stopped; make a new one.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @classmethod
    def embedded(cls) -> Sandbox:
        """The sandbox of this process, started when first asked for, and again where somebody stopped it."""
        with _EMBEDDING:
            sandbox = _embed()
            if not sandbox.running:
                _embed.cache_clear()
                sandbox = _embed()
            return sandbox

    def __repr__(self) -> str:
        return f"<Sandbox {self.url}>" if self.running else "<Sandbox, stopped>"


_EMBEDDING = threading.Lock()


@cache
def _embed() -> Sandbox:
    return Sandbox()


class _Servers:
    """Both HTTP servers, on one event loop in one thread."""

    def __init__(self, apps: dict[socket.socket, ASGIApp]) -> None:
        self._servers = {
            listening: uvicorn.Server(
                uvicorn.Config(
                    app,
                    lifespan="off",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    timeout_keep_alive=75,
                    timeout_graceful_shutdown=1,
                )
            )
            for listening, app in apps.items()
        }
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), name="sandbox", daemon=True)
        self._thread.start()

    async def _serve(self) -> None:
        await asyncio.gather(*(server.serve(sockets=[one]) for one, server in self._servers.items()))

    def close(self) -> None:
        for server in self._servers.values():
            server.should_exit = True
        # Garbage collection may end a forgotten sandbox from any thread, its own too.
        if threading.current_thread() is not self._thread:
            self._thread.join()
        for listening in self._servers:
            listening.close()


def _open(path: str | Path | None) -> Store:
    try:
        return Store(None if path is None else Path(path))
    except Exception as error:
        why = f"{error}; another sandbox is using it" if "locked" in str(error) else error
        raise SandboxError(f"{path} cannot be used as a sandbox's file: {why}") from error


def _listen(port: int) -> socket.socket:
    # NOTE: asyncio sets TCP_NODELAY only where the protocol is named; without it each request takes 40 ms longer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise SandboxError(f"Port {port} of 127.0.0.1 cannot be used: {error.strerror}.") from error
    return listening


def _fill(filled: Future[None], store: Store, issuer: Issuer, seed: int, scale: int | None, demo: bool) -> None:
    """Everything that takes time at the start; failures reach whoever waits."""
    try:
        _ = issuer.key
        if not store.seeded:
            with _no_collection():
                if demo and not scale:
                    store.load(seeding.demo_image(seed))
                else:
                    projects = seeding.demo_projects(seed) if demo else []
                    seeding.fill(store, [*projects, *([seeding.scaled_project(scale, seed)] if scale else [])])
        importing.recover(store)
    except BaseException as error:
        filled.set_exception(error)
    else:
        filled.set_result(None)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pauses garbage collection: of a building's many small objects all stay, and looking through them again and again
    takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _waiting(filled: Future[None]) -> Callable[[], Awaitable[None]]:
    """What a request awaits before it is served."""

    async def ready() -> None:
        if not filled.done():
            # Shielded: a client that gives up must not cancel the filling for everyone.
            await asyncio.shield(asyncio.wrap_future(filled))
        filled.result()

    return ready


def _close(servers: _Servers, filler: threading.Thread, jobs: Jobs, store: Store) -> None:
    servers.close()
    filler.join()
    jobs.close()
    store.close()

"""What can be asked from here: this environment, and the service. Asks and does not judge."""

from __future__ import annotations

import json
import os
import platform as machine
import sys
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from bimplus_nb._version import __version__
from bimplus_nb.causes import PARTS, PLUGINS
from bimplus_nb.errors import BimplusError, LoginError
from bimplus_nb.http import Knock, knock, proxy_for
from bimplus_nb.secrecy import sealed
from bimplus_nb.text import plain

if TYPE_CHECKING:
    from bimplus_nb.client import Client

SERVER_EXTENSION = "bimplus_nb.jupyter"
PACKAGES = (*PARTS.values(), "itables")

Level = Literal["user", "sys_prefix", "system"]

# Whose wheel brings the files of an extension.
_WHEEL = {"@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets"}


@dataclass(frozen=True, slots=True)
class Environment:
    """The Python environment that this runs in.

    - ``packages``: version of each of `PACKAGES`, None where it is missing; ``requirements``: what we need of them
    - ``jupyter``: whether there is any Jupyter, else the rest says nothing
    - ``extensions``: version of each JupyterLab extension here, ``wanted``: of the one that came with the package
    - ``disabled``: of extensions that are switched off, by which name and at which level
    - ``server``: whether the Jupyter server of this environment is told to load our extension, and at which level; None
      where nobody told it
    """

    packages: dict[str, str | None]
    requirements: dict[str, str]
    jupyter: bool = True
    extensions: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, str | None] = field(default_factory=dict)
    disabled: dict[str, tuple[str, Level]] = field(default_factory=dict)
    server: tuple[bool, Level] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What came of one request to a service without a sign-in.

    `ahead`: seconds by which this computer's clock is before that of the service, None where it tells no time. `proxy`:
    host and port of one on the way, and the variable that names it. `good`: whether the client's sign-in is, None where
    there is no client or it could not be tried; `begun`: whether there ever was one.
    """

    host: str
    knock: Knock
    ahead: float | None = None
    proxy: tuple[str, str] | None = None
    good: bool | None = None
    begun: bool = False


def platform() -> str:
    """What this runs on, in one line that names nobody."""
    versions = [f"bimplus-nb {__version__}", f"Python {machine.python_version()}"]
    versions += [f"JupyterLab {lab}" for lab in (_version("jupyterlab"),) if lab]
    return " · ".join([*versions, f"{machine.system()} {machine.machine()}"])


def python() -> str:
    """The Python of this process as one types it, the home folder as ``~``."""
    path, home = sys.executable, os.path.expanduser("~")
    return f"~{path[len(home) :]}" if path.startswith(home + os.sep) else path


def environment() -> Environment:
    """This environment."""
    packages = {name: _version(name) for name in PACKAGES}
    requirements = _requirements()
    try:
        from jupyter_core.paths import jupyter_config_path, jupyter_path
    except ImportError:
        return Environment(packages, requirements, jupyter=False)
    configured = [Path(folder) for folder in jupyter_config_path()]
    return Environment(
        packages,
        requirements,
        extensions=_extensions([Path(folder) for folder in jupyter_path("labextensions")]),
        wanted={extension: _came_with(extension) for extension in PARTS},
        disabled=_disabled(configured),
        server=_server_loads(configured),
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _requirements() -> dict[str, str]:
    """What our own package says that it needs, by name, without extras and conditions."""
    from packaging.requirements import Requirement

    try:
        said = [Requirement(line) for line in metadata.requires("bimplus-nb") or ()]
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        said = []
    plainly = {one.name: f"{one.name}{one.specifier}" for one in said if one.marker is None}
    return {name: plainly.get(name, name) for name in PACKAGES}


def _extensions(folders: list[Path]) -> dict[str, str]:
    """Names and versions of the extensions that a JupyterLab of this environment finds; the first of a name counts."""
    found: dict[str, str] = {}
    for extension in PARTS:
        for folder in folders:
            said = _json(folder / extension / "package.json")
            if said.get("name") == extension:
                found.setdefault(extension, plain(said.get("version"), 40))
    return found


def _came_with(extension: str) -> str | None:
    """The version of the extension in the wheel of the package whose widgets it draws, None where that is not known."""
    package = _WHEEL.get(extension, PARTS[extension])
    try:
        files = metadata.files(package) or ()
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == "package.json" and "labextension" in str(file):
            said = _json(Path(str(file.locate())))
            if said.get("name") == extension:
                return plain(said.get("version"), 40)
    return None


def _disabled(folders: list[Path]) -> dict[str, tuple[str, Level]]:
    """Extensions that are switched off, by what and where: jupyterlab_server 2.28, `config.get_page_config`."""
    said: dict[str, tuple[bool, Level]] = {}
    for folder in folders:  # the first to say something of one counts
        off = _json(folder / "labconfig" / "page_config.json").get("disabledExtensions")
        named = dict.fromkeys(off, True) if isinstance(off, list) else off if isinstance(off, dict) else {}
        for name, value in named.items():
            said.setdefault(str(name), (bool(value), _level(folder)))
    return {
        extension: (name, said[name][1])
        for extension, plugin in PLUGINS.items()
        for name in (plugin, plugin.partition(":")[0])
        if name in said and said[name][0]
    }


def _level(folder: Path) -> Level:
    if folder.is_relative_to(sys.prefix):
        return "sys_prefix"
    return "system" if str(folder).startswith(("/usr/", "/etc/")) else "user"


def _server_loads(folders: list[Path]) -> tuple[bool, Level] | None:
    """Whether a Jupyter server of this environment loads our extension: jupyter_server 2.21, `extension.config`."""
    for folder in folders:  # the first to say something of it counts, and in it the last file
        files = [*sorted((folder / "jupyter_server_config.d").glob("*.json")), folder / "jupyter_server_config.json"]
        for said in map(_json, reversed(files)):
            server = said.get("ServerApp")
            extensions = server.get("jpserver_extensions") if isinstance(server, dict) else None
            if isinstance(extensions, dict) and SERVER_EXTENSION in extensions:
                return bool(extensions[SERVER_EXTENSION]), _level(folder)
    return None


def _json(path: Path) -> dict[str, Any]:
    """What a file holds; nothing where it is not there or is not an object."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


@sealed
def service(wanted: str | Client) -> Service:
    """How it stands with a service: a name that `connect` takes, an address, or a client, whose sign-in is tried too.

    Raises SandboxError where the embedded sandbox does not start.
    """
    client: Client | None = None
    if isinstance(wanted, str) and "://" in wanted:
        url = wanted
    else:
        from bimplus_nb.client import SERVICES, connect

        client = connect() if wanted == "sandbox" else None if isinstance(wanted, str) else wanted
        url = SERVICES.get(str(wanted), str(wanted)) if client is None else client.address
    asked = time.time()
    answer = knock(url)
    known = None if client is None or answer.trouble else _good(client)
    return Service(
        plain(urlsplit(url).netloc.rpartition("@")[2], 80),
        answer,
        ahead=_ahead((asked + time.time()) / 2, answer.headers.get("date", "")),
        proxy=_proxy(url),
        good=known,
        begun=client is not None and client.session.turn > 0,
    )


def _ahead(now: float, date: str) -> float | None:
    try:
        return now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _proxy(url: str) -> tuple[str, str] | None:
    used = proxy_for(url)
    if used is None:
        return None
    # In the order in which Python reads them: urllib.request, `getproxies_environment`.
    spelled = (urlsplit(url).scheme + "_proxy", "all_proxy")
    named = [name for each in spelled for name in (each, each.upper()) if os.environ.get(name)]
    return plain(urlsplit(used).netloc.rpartition("@")[2], 80), named[0] if named else "the system"


def _good(client: Client) -> bool | None:
    try:
        client.users.current()
    except LoginError:
        return False
    except BimplusError:
        return None
    return True

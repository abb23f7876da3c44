"""Which way in fits where this runs, and why, in words for people. Pure: what must be asked is handed in as a question.

The kernel may be on the computer whose browser is used, or anywhere else; environment variables and the page that shows
the notebook (`Page`) tell. Where they do not, the browser's last address can always be pasted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bimplus_nb.auth import environment
from bimplus_nb.auth.page import Page
from bimplus_nb.errors import LoginError
from bimplus_nb.text import plain

Way = Literal["environment", "hub", "keyring", "sandbox", "loopback", "server", "device", "paste", "password"]

HUB = "JUPYTERHUB_API_URL"
"""Set by JupyterHub for every server it starts (jupyterhub 6.1, spawner.py, `Spawner.get_env`)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way in, and why it was taken, in words for people."""

    way: Way
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """Another computer that the kernel runs on. One that is not its user's `own` keeps no secrets for them; where it is
    `passing`, nobody could register its address."""

    name: str
    own: bool = False
    passing: bool = False


# The first that fits; a Binder is a JupyterHub is a Kubernetes pod, so the order matters.
_PLACES: tuple[tuple[str, Place], ...] = (
    # Kubernetes names its services so, and a BinderHub names what it launched (binderhub/launcher.py, `Launcher`).
    ("BINDER_SERVICE_HOST", Place("Binder", passing=True)),
    ("BINDER_REPO_URL", Place("Binder", passing=True)),
    ("BINDER_LAUNCH_HOST", Place("Binder", passing=True)),
    # Images of Kaggle carry Colab's variables too. https://www.kaggle.com/docs/notebooks
    ("KAGGLE_KERNEL_RUN_TYPE", Place("Kaggle", passing=True)),
    # Set by Colab's runtimes (google-colab).
    ("COLAB_RELEASE_TAG", Place("Google Colab", passing=True)),
    ("COLAB_BACKEND_VERSION", Place("Google Colab", passing=True)),
    # https://docs.github.com/codespaces, "Default environment variables for your codespace"
    ("CODESPACES", Place("a GitHub codespace", passing=True)),
    (HUB, Place("a JupyterHub")),
    # https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    ("KUBERNETES_SERVICE_HOST", Place("a Kubernetes cluster")),
    # ssh(1), section ENVIRONMENT; Remote-SSH of VS Code inherits it.
    ("SSH_CONNECTION", Place("a remote computer", own=True)),
    # Set by VS Code's Dev Containers in the container, whose ports are not those of the computer around it.
    ("REMOTE_CONTAINERS", Place("a development container", own=True)),
    # The command line of a VS Code *server*. A local VS Code sets VSCODE_PID and VSCODE_IPC_HOOK, which say nothing.
    ("VSCODE_IPC_HOOK_CLI", Place("a VS Code server", own=True)),
)


def place(environ: Mapping[str, str]) -> Place | None:
    """Where the kernel runs, None for the computer of its user, as far as the environment tells."""
    # In WSL the VS Code server is on the same computer, and Windows hands the browser on to its ports.
    local = {"VSCODE_IPC_HOOK_CLI"} if environ.get("WSL_DISTRO_NAME") else set()
    return next((found for name, found in _PLACES if environ.get(name) and name not in local), None)


def no() -> bool:
    """The answer of nobody."""
    return False


def choose(
    environ: Mapping[str, str],
    *,
    sandbox: bool = False,
    way: Way | None = None,
    page: Page | None = None,
    device: Callable[[], bool] = no,
    hub: Callable[[], bool] = no,
    keyring: Callable[[], bool] = no,
) -> Choice:
    """The way in that fits where this runs, or `way` where one is asked for.

    `page` shows the notebook, where a widget can tell. The questions are asked only where the choice hangs on them:
    does the sign-in service offer codes to type (`device`), does the JupyterHub keep a token for this very service
    (`hub`), is a sign-in remembered here (`keyring`). Raises LoginError where `way` cannot work here.
    """
    where = place(environ)
    if way is not None:
        problem = _cannot(environ, way, page, device, keyring)
        del environ  # a traceback that shows variables shall not list the whole environment
        if problem:
            raise LoginError(problem)
        return Choice(way, _asked_for(way, where))
    if sandbox:
        # Before a token of the environment: that is meant for the real service and has no business in a sandbox.
        return Choice("sandbox", "because the service is a sandbox, whose demo users need no password")
    for name in (environment.TOKEN, environment.TOKEN_FILE):
        if environ.get(name):
            return Choice("environment", f"because {name} is set")
    if environ.get(HUB) and hub():
        return Choice("hub", "with the token of the JupyterHub, which signs in at the same service")
    if keyring():
        return Choice("keyring", "with the sign-in that the keyring of this computer remembers")
    return _by_browser(where, page, device)


def _by_browser(where: Place | None, page: Page | None, device: Callable[[], bool]) -> Choice:
    on_hub = where is not None and where.name == "a JupyterHub"
    if page is not None and page.answers and not (where is not None and where.passing):
        # A hub's one address is registered, also where the hub is on this computer.
        if page.hub_prefix:
            return Choice("server", "by the browser, which comes back through the JupyterHub by itself")
        if not page.is_local:
            return Choice("server", "by the browser, which comes back to this notebook's server by itself")
    if where is not None:
        why = f"this kernel runs on {where.name}, where the browser cannot come back by itself"
        if on_hub and page is not None:
            why = "bimplus-nb does not answer in this hub's servers, so the browser cannot come back by itself"
    elif page is not None and _is_away(page):
        why = "this notebook's server is on another computer and bimplus-nb does not answer there"
    else:
        return Choice("loopback", "by the browser, which comes back to this computer by itself")
    if device():
        return Choice("device", f"with a code to type in any browser, because {why}")
    return Choice("paste", f"by the browser, whose last address is to be pasted here, because {why}")


def _is_away(page: Page) -> bool:
    """Whether the page is from another computer. The pages of a local VS Code are from no computer at all."""
    return page.origin.startswith(("http://", "https://")) and not page.is_local


def _cannot(
    environ: Mapping[str, str],
    way: Way,
    page: Page | None,
    device: Callable[[], bool],
    keyring: Callable[[], bool],
) -> str:
    """Why a way that was asked for cannot work here, and what to do; empty where it may."""
    if way not in get_args(Way):
        known = ", ".join(get_args(Way))
        del environ
        raise ValueError(f"There is no way in called {plain(way, 40)!r}; there are {known}.")
    if way == "environment" and not (environ.get(environment.TOKEN) or environ.get(environment.TOKEN_FILE)):
        return f"Neither {environment.TOKEN} nor {environment.TOKEN_FILE} is set in the environment of this kernel."
    if way == "hub" and not environ.get(HUB):
        return "This kernel was not started by a JupyterHub, so there is no token of one. Leave the way out."
    if way == "keyring" and not keyring():
        return "No sign-in is remembered here. connect(…, remember=True) and sign in once by another way."
    if way == "server" and page is None:
        return "Only a widget knows the page to come back to: use bp.Login(client), or another way ('paste')."
    if way == "server" and page is not None and not page.answers:
        return (
            f"bimplus-nb does not answer in the Jupyter server at {plain(page.origin, 80)}: install it in the "
            "environment of that server and restart the server, or use another way ('paste')."
        )
    if way == "device" and not device():
        return (
            "The sign-in service offers no codes to type to this application. Ask its administrator for the device "
            "grant, or use another way ('paste')."
        )
    return ""


def _asked_for(way: Way, where: Place | None) -> str:
    reason = "because it was asked for"
    if way == "loopback" and where is not None:
        return (
            f"by the browser, {reason}. This kernel runs on {where.name}, so the browser may end at a page that cannot "
            "be shown; then take the way 'paste'"
        )
    if way == "password":
        return (
            f"with a password, {reason}. This is the service's old way, to be removed in 2026; the password goes "
            "through this kernel, so use it only where the kernel is yours"
        )
    return f"by the way {way!r}, {reason}"

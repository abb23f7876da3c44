"""Why a view may stay empty, and what mends it: one table, for `doctor` and for the page that would draw.

Imports nothing of ours. ``causes.js`` says the same words in the page, and what a page alone can see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, what to do about it, and the exact command or call where there is one. ``{…}`` are filled in."""

    words: str
    cure: str
    command: str = ""

    def told(self, values: Mapping[str, object]) -> Cause:
        """The same with everything filled in."""

        def fill(text: str) -> str:
            return re.sub(r"\{(\w+)\}", lambda slot: str(values[slot.group(1)]), text)

        return Cause(fill(self.words), fill(self.cure), fill(self.command))


PARTS: Final = {
    "@jupyter-widgets/jupyterlab-manager": "ipywidgets",
    "jupyter-threejs": "pythreejs",
    "anywidget": "anywidget",
}
"""What a page must have to show our widgets: names of JupyterLab extensions, and whose widgets each of them draws."""

PLUGINS: Final = {
    "@jupyter-widgets/jupyterlab-manager": "@jupyter-widgets/jupyterlab-manager:plugin",
    "jupyter-threejs": "jupyter.extensions.jupyter-threejs",
    "anywidget": "anywidget:plugin",
}
"""What JupyterLab calls them where it switches them off: by this name, or by what is before its colon."""

MESSAGE_LIMIT: Final = 10 << 20
"""Bytes of one message from a page to its kernel that a Jupyter server takes: tornado's `websocket_max_message_size`,
which Jupyter Server 2.21 leaves as it is. A longer one ends the connection. The other way there is no limit."""

_SERVER: Final = (
    "In the environment that JupyterLab was started from, which may be another than the kernel's, run this; then start "
    "JupyterLab again and load this page again."
)

CAUSES: Final = {
    # The kernel's environment.
    "package-missing": Cause(
        "{package} is not installed in this kernel's environment.",
        "Install it and restart the kernel.",
        '{pip} install "{requirement}"',
    ),
    "package-version": Cause(
        "{package} {found} is in this kernel's environment, and bimplus-nb needs {requirement}.",
        "Install the other version and restart the kernel.",
        '{pip} install "{requirement}"',
    ),
    # The Jupyter server's, as far as the page or this environment shows it.
    "extension-missing": Cause(
        "This JupyterLab does not have the extension {extension}, without which nothing of {package} is drawn.",
        _SERVER,
        'pip install "{install}"',
    ),
    "extension-disabled": Cause(
        "This JupyterLab has the extension {extension}, but it is switched off, so nothing of {package} is drawn.",
        _SERVER,
        "jupyter labextension enable {plugin}",
    ),
    "extension-version": Cause(
        "The extension {extension} of this JupyterLab is version {found}; {install} of the kernel does not go with it.",
        _SERVER,
        'pip install "{install}"',
    ),
    "server-extension": Cause(
        "The Jupyter server does not have the extension of bimplus-nb, so a browser sign-in cannot come back through "
        "it. Everything else works.",
        "Only if you sign in that way: in the server's environment run this, and start the server again.",
        'pip install "bimplus-nb[server]"',
    ),
    "server-extension-off": Cause(
        "The extension of bimplus-nb is switched off in the Jupyter server, so a browser sign-in cannot come back "
        "through it. Everything else works.",
        "Only if you sign in that way: in the server's environment run this, and start the server again.",
        "jupyter server extension enable bimplus_nb.jupyter",
    ),
    "cdn": Cause(
        "This page fetches the code of widgets from the internet ({host}), which it cannot reach.",
        "Let the network reach that address (in VS Code name it in the setting jupyter.widgetScriptSources), or use "
        "JupyterLab, which needs no such address.",
    ),
    "no-code": Cause(
        "This page does not load anywidget, which draws what belongs here.",
        "The doctor says why, and what mends it. In a cell:",
        "bp.doctor()",
    ),
    # The browser.
    "no-webgl": Cause(
        "This browser cannot draw in 3D here: it has no WebGL 2.",
        "Switch hardware acceleration on in the browser's settings, or take another browser. Everything else of the "
        "viewer works; the tables show the same objects.",
    ),
    "software-drawing": Cause(
        "This browser draws in 3D without the graphics card, so large buildings turn slowly.",
        "Switch hardware acceleration on in the browser's settings.",
    ),
    "contexts": Cause(
        "The browser has taken the canvas of this view away: it lends only about sixteen at a time to one page.",
        "Draw it again by its button, and close views that you need no more.",
        "viewer.close()",
    ),
    "message-limit": Cause(
        "This picture has {size} MB, and a Jupyter server takes 10 MB at most from a page.",
        "Make the view smaller and take it again.",
    ),
    # The service.
    "proxy": Cause(
        "Requests to {host} go through the proxy {proxy}, as {variable} says, and get no answer from it.",
        "Correct the variable where the kernel is started. Where no proxy is needed, remove it and connect again.",
        'import os; os.environ.pop("{variable}", None)',
    ),
    "certificate": Cause(
        "The certificate of {host} is not trusted here.",
        "Behind a company's proxy, name the file with its certificates and connect again.",
        'import os; os.environ["SSL_CERT_FILE"] = "…"',
    ),
    "unreachable": Cause(
        "There is no connection to {host}.",
        "Check the address and the network. Where a proxy is needed, name it in HTTPS_PROXY before the kernel starts.",
    ),
    "failing": Cause(
        "{host} answers that it has failed ({status}).",
        "Nothing is wrong here. Try again later.",
    ),
    "clock": Cause(
        "This computer's clock is {minutes} minutes {way} that of {host}, so that sign-ins are refused.",
        "Set the clock, best by network time, and sign in again.",
    ),
    "sign-in": Cause(
        "{why}",
        "Sign in again. A token given by hand, or in BIMPLUS_TOKEN, is to be replaced by a new one.",
        "await client.login()",
    ),
}


@cache
def script() -> str:
    """JavaScript that declares `Causes`: the table, and how a page tells and looks; see ``causes.js``."""
    given: dict[str, Any] = {
        "table": {name: asdict(cause) for name, cause in CAUSES.items()},
        "parts": {
            extension: {"package": package, "install": install(package), "plugin": PLUGINS[extension]}
            for extension, package in PARTS.items()
        },
        "limit": MESSAGE_LIMIT,
    }
    code = Path(__file__).with_name("causes.js").read_text(encoding="utf-8")
    return code.replace("__GIVEN__", json.dumps(given, ensure_ascii=False).replace("<", "\\u003c"))


def install(package: str) -> str:
    """What pip is to install in the server's environment so that it goes with this kernel: ``name==version``."""
    try:
        return f"{package}=={version(package)}"
    except PackageNotFoundError:
        return package

"""Our extension of the Jupyter server: the address at which a browser sign-in ends where the kernel is elsewhere.

`{base}bimplus/oauth/callback` is a page without state that hands its own query to the notebook in the same browser;
`{base}bimplus/ping` says that it is there. Installing the package enables both, by ``bimplus_nb.json`` in
``etc/jupyter/jupyter_server_config.d``. The server is another program than the kernel, perhaps in another
environment, so this room imports nothing of ours but the version, and Jupyter Server, which a kernel need not have,
only when the server asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where Jupyter Server finds the extension."""
    return [{"module": "bimplus_nb.jupyter"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Called by Jupyter Server as it starts."""
    from bimplus_nb.jupyter.handlers import routes

    app.web_app.add_handlers(".*$", routes(app.web_app.settings["base_url"]))  # type: ignore[no-untyped-call]

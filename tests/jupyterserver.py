"""A Jupyter server with our extension, enabled by the file that the package installs, below an address of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import bimplus_nb.jupyter

ENABLED = Path(bimplus_nb.jupyter.__file__).with_name("bimplus_nb.json")
BASE = "/some/where/"


def enable(config: Path) -> None:
    """Put the file where Jupyter Server looks, as an installed wheel does; a development install does not."""
    folder = config / "jupyter_server_config.d"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ENABLED, folder)


def configure(folder: Path, *, base_url: str = BASE) -> None:
    """Settings for `lab.server(folder)`: the extension, a base URL, and widgets saved in notebooks."""
    config = folder / "config"
    enable(config)
    (config / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"base_url": base_url}}))
    widgets = config / "lab" / "user-settings" / "@jupyter-widgets" / "jupyterlab-manager"
    widgets.mkdir(parents=True)
    (widgets / "plugin.jupyterlab-settings").write_text(json.dumps({"saveState": True}))

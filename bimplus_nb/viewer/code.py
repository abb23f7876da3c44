"""`Code`: what runs on the page, sent there once for all viewers of a kernel."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Final

import traitlets
from ipywidgets import Widget

_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = (
    "vectors.js",
    "materials.js",
    "chunks.js",
    "detail.js",
    "derived.js",
    "cuts.js",
    "looking.js",
    "stage.js",
    "pick.js",
    "place.js",
    "orbit.js",
    "legend.js",
    "panel.js",
    "pane.js",
)
_STYLES: Final = ("side.css", "legend.css")


class Code(Widget):  # type: ignore[misc]  # ipywidgets has no types
    """The scripts, styles and shaders of the page in one module, packed.

    A widget that brings its own code sends it with each viewer and each further run of a cell, and no page ever lets go
    of a module that it has loaded.
    """

    packed = traitlets.Bytes(help="the module, by gzip").tag(sync=True)

    _shared: Code | None = None

    @classmethod
    def address(cls) -> dict[str, str]:
        """Where the page finds the one of this kernel, and what tells it from that of another version."""
        if cls._shared is None or cls._shared.comm is None:  # somebody may have closed all widgets
            cls._shared = cls(packed=packed())
        return {"id": cls._shared.model_id, "fingerprint": fingerprint()}


@cache
def packed() -> bytes:
    """The module, by gzip."""
    return gzip.compress(module().encode(), mtime=0)


@cache
def fingerprint() -> str:
    """Of the module."""
    return hashlib.sha256(packed()).hexdigest()[:16]


def module() -> str:
    """The whole JavaScript module."""
    shaders = {path.name: path.read_text(encoding="utf-8") for path in sorted((_HERE / "glsl").iterdir())}
    given = f"const GLSL = {json.dumps(shaders)};\nconst CSS = {json.dumps(style())};\n"
    return given + _read(*_SCRIPTS, *_tools("js"), "side.js")


def style() -> str:
    """The whole style sheet."""
    return _read(*_STYLES, *_tools("css"))


def loader() -> str:
    """The module that fetches the other."""
    return _read("loader.js")


def _read(*names: str) -> str:
    return "\n".join((_HERE / "page" / name).read_text(encoding="utf-8") for name in names)


def _tools(kind: str) -> list[str]:
    return sorted(f"tools/{path.name}" for path in (_HERE / "page" / "tools").glob(f"*.{kind}"))

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

from bimplus_nb import causes, hearing
from bimplus_nb.viewer.palette import THEMES
from bimplus_nb.viewer.shared import Shared

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
_FOR_KERNELS: Final = ("tools/asking.js", "tools/lost.js", "tools/measure.js")


class Code(Shared, Widget):  # type: ignore[misc]  # ipywidgets has no types
    """The scripts, styles and shaders of the page in one module, packed.

    A widget that brings its own code sends it with each viewer and each further run of a cell, and no page ever lets go
    of a module that it has loaded.
    """

    packed = traitlets.Bytes(help="the module, by gzip").tag(sync=True)

    @classmethod
    def address(cls) -> dict[str, str]:
        """Where the page finds the one of this kernel, and what tells it from that of another version."""
        return {"id": cls.shared().model_id, "fingerprint": fingerprint()}

    @classmethod
    def _made(cls) -> Code:
        return cls(packed=packed())


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
    return _given(style()) + _read(*_SCRIPTS, *_tools("js"), "side.js") + "export default WIDGET;\n"


def alone() -> str:
    """The same as one script for a page of its own, with what stands in for a kernel there; it needs ``THREE``."""
    tools = [name for name in _tools("js") if name not in _FOR_KERNELS]
    here = sorted(f"alone/{path.name}" for path in (_HERE / "page" / "alone").glob("*.js"))
    return f"(() => {{\n{_given(alone_style())}{_read(*_SCRIPTS, *tools, 'side.js', *here)}\n}})();\n"


def alone_style() -> str:
    """Its style sheet."""
    return style() + "\n" + _read("alone/alone.css")


def style() -> str:
    """The whole style sheet."""
    return _read(*_STYLES, *_tools("css"))


def loader() -> str:
    """The module that fetches the other."""
    return hearing.script() + _read("loader.js")


def _given(css: str) -> str:
    shaders = {path.name: path.read_text(encoding="utf-8") for path in sorted((_HERE / "glsl").iterdir())}
    given = {"GLSL": shaders, "CSS": css, "THEMES": THEMES}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items()) + causes.script()


def _read(*names: str) -> str:
    return "\n".join((_HERE / "page" / name).read_text(encoding="utf-8") for name in names)


def _tools(kind: str) -> list[str]:
    return sorted(f"tools/{path.name}" for path in (_HERE / "page" / "tools").glob(f"*.{kind}"))

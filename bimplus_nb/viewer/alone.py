"""A view as a page of its own: one file that needs neither a kernel nor a network.

It holds three.js, which pythreejs brings along, and the same scripts as a notebook's page, with a small stand-in for
the kernel (page/alone). The way in which ipywidgets exports widgets would fetch libraries from the network.
The page runs nothing but these two scripts, by their fingerprints, and may ask nobody for anything.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import struct
from typing import Any

from ipywidgets.widgets.widget import _remove_buffers

from bimplus_nb.text import markup
from bimplus_nb.viewer import code, scene

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
</head>
<body>
<div id="viewer" class="bv-box"><noscript><p>{words}</p></noscript></div>
<script id="packed" type="text/plain">{packed}</script>
<script>{three}</script>
<script>{script}</script>
</body>
</html>
"""


class Html(str):
    """The text of a page that needs nothing but a browser."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Html: {len(self.encode()):,} bytes>"


def page(state: dict[str, Any], *, title: str, words: str) -> Html:
    """The page. `state` is what page/alone/start.js unpacks, numbers as bytes; `title` and `words` are anybody's."""
    three, script = _inside(scene.script()), _inside(code.alone())
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_fingerprint(three)} {_fingerprint(script)}",
            f"style-src {_fingerprint(code.alone_style())}",
            "img-src blob: data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return Html(
        _PAGE.format(
            policy=policy,
            title=markup(title),
            words=markup(words),
            packed=base64.b64encode(packed(state)).decode(),
            three=three,
            script=script,
        )
    )


def packed(state: dict[str, Any]) -> bytes:
    """The state in one piece: how long what follows in JSON is, that, and the bytes that belong into it; by gzip."""
    rest, paths, buffers = _remove_buffers(state)
    sizes = [memoryview(one).nbytes for one in buffers]
    said = json.dumps({"state": rest, "paths": paths, "sizes": sizes}, separators=(",", ":")).encode()
    return gzip.compress(b"".join([struct.pack("<I", len(said)), said, *buffers]), mtime=0)


def _inside(script: str) -> str:
    """A script of ours as it may stand in a page."""
    if "</script" in script.lower() or "<!--" in script:
        raise ValueError("a script that ends its own element")
    return f"\n{script}\n"


def _fingerprint(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

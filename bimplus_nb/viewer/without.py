"""`Without`: words for a page that cannot run the code of the viewer, and so cannot say itself what is the matter."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML

from bimplus_nb.causes import CAUSES
from bimplus_nb.viewer.shared import Shared

# Seen once the code has had time to come. Where it came (`Side` is `.bv` then), they are not.
_STYLE = """
.bv-box:has(> .bv) > .bv-without { display: none }
.bv-box > .bv-without { visibility: hidden; animation: bv-without 0s 4s forwards }
@keyframes bv-without { to { visibility: visible } }
.bv-without p { margin: 0; line-height: 1.5 }
"""


class Without(Shared, HTML):  # type: ignore[misc]  # ipywidgets has no types
    """The words, in a widget that needs nothing but ipywidgets."""

    @classmethod
    def _made(cls) -> Without:
        cause = CAUSES["no-code"]
        lines = (escape(cause.words), escape(cause.cure), f"<code>{escape(cause.command)}</code>")
        said = "".join(f"<p>{line}</p>" for line in lines)
        made = cls(value=f"<style>{_STYLE}</style>{said}")
        made.add_class("bv-without")
        return made

"""`Without`: words for a page that cannot run the code of the viewer, and so cannot say itself what is the matter."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML

from bimplus_nb.causes import CAUSES

# Seen once the code has had time to come. Where it came (`Side` is `.bv` then), they are not.
_STYLE = """
.bv-box:has(> .bv) > .bv-without { display: none }
.bv-box > .bv-without { visibility: hidden; animation: bv-without 0s 4s forwards }
@keyframes bv-without { to { visibility: visible } }
.bv-without p { margin: 0; line-height: 1.5 }
"""


class Without(HTML):  # type: ignore[misc]  # ipywidgets has no types
    """The words, in a widget that needs nothing but ipywidgets; one for all viewers of a kernel."""

    _shared: Without | None = None

    @classmethod
    def shared(cls) -> Without:
        """The one of this kernel."""
        if cls._shared is None or cls._shared.comm is None:  # somebody may have closed all widgets
            cause = CAUSES["no-code"]
            lines = (escape(cause.words), escape(cause.cure), f"<code>{escape(cause.command)}</code>")
            said = "".join(f"<p>{line}</p>" for line in lines)
            cls._shared = cls(value=f"<style>{_STYLE}</style>{said}")
            cls._shared.add_class("bv-without")
        return cls._shared

"""What the service sends, made safe to show to people: bounded, without control characters, escaped.

Names are written by anybody who may edit a project. Every word of theirs passes through here on its way into a widget,
a table or a message. Imports nothing of ours.
"""

from __future__ import annotations

import html
import re
import unicodedata

LIMIT = 200
"""Characters of one value that are shown; a name of 10,000 would push everything else off the screen."""

# Marks that change the direction of the text around them could make a name read as another one: they are shown as
# what they are. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


HIDDEN = "•••"
"""What is shown instead of a secret."""

_SECRETS = frozenset(
    {
        "accesstoken",
        "apitoken",
        "crosstoken",
        "refreshtoken",
        "remembermetoken",
        "idtoken",
        "clientsecret",
        "devicecode",
    }
)


def is_secret(key: object) -> bool:
    """Whether what stands under this key is not to be shown: a password, or a token somebody could sign in with."""
    name = re.sub(r"[\W_]", "", str(key)).lower()
    return name in _SECRETS or name.endswith("password")


def plain(value: object, limit: int = LIMIT) -> str:
    """The value as one line of text of at most `limit` characters, for where text stays text (labels, options).

    >>> plain("two\\nlines of words", 12)
    'two lines o…'
    """
    text = "" if value is None else str(value)[: limit + 1]
    text = _DIRECTION.sub(lambda mark: f"⟨{unicodedata.name(mark.group()).lower()}⟩", text)
    text = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def markup(value: object, limit: int = LIMIT) -> str:
    """The value as text inside HTML, attributes included.

    >>> markup("<b>R&D</b>")
    '&lt;b&gt;R&amp;D&lt;/b&gt;'
    """
    return html.escape(plain(value, limit), quote=True)

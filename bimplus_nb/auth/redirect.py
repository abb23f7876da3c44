"""Reading the address at which a browser sign-in ended. Pure: no request, no state.

Our own, because the library's reader takes the last of doubled parameters, does not know `error=` and does not check
`iss`. Whoever can make the browser visit an address can put anything into it; only what is exactly right passes.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from bimplus_nb.errors import LoginError
from bimplus_nb.secrecy import Uncarried, sealed
from bimplus_nb.text import plain

LIMIT = 8192
"""Characters of an address; a code and a state are far shorter."""


@dataclass(frozen=True, slots=True)
class Redirect(Uncarried):
    """How it ended: with a `code`, or with the service's `refusal` in words."""

    code: str = field(default="", repr=False)
    refusal: str = ""


@sealed
def parse_redirect(url: str, *, redirect_uri: str, state: str, issuer: str, iss_required: bool = False) -> Redirect:
    """What the address says, if it is the answer to our own request; else a LoginError that tells why it is not.

    `iss` (RFC 9207) must be the issuer's wherever it is present, and present where the issuer promises it.
    """
    url = url.strip()
    if len(url) > LIMIT or not url.isascii() or not url.isprintable():
        raise LoginError("That is not an address at which a sign-in ends.")
    try:
        parts, home = urlsplit(url), urlsplit(redirect_uri)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query), max_num_fields=32)
    except ValueError:
        raise LoginError("That is not an address at which a sign-in ends.") from None
    if (parts.scheme, parts.netloc, parts.path) != (home.scheme, home.netloc, home.path) or parts.fragment:
        raise LoginError(f"The address must begin with {redirect_uri}? and be copied whole.")
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise LoginError("The address says something twice; it was tampered with. Start the sign-in again.")
    values = dict(pairs)
    if "state" not in values:
        raise LoginError("The address carries no state, so it may be from somebody else. Copy the whole address.")
    if not _same(values["state"], state):
        raise LoginError("The address belongs to another sign-in (its state differs). Use the newest link.")
    if not (_same(values["iss"], issuer) if "iss" in values else not iss_required):
        raise LoginError("The address was not written by the sign-in service that was asked (iss). Start again.")
    if "error" in values:
        said = values.get("error_description") or values["error"]
        return Redirect(refusal=plain(said).rstrip(". "))
    if not values.get("code"):
        raise LoginError("The address carries no code. Copy the whole address.")
    return Redirect(code=values["code"])


def _same(said: str, known: str) -> bool:
    """As bytes, for the comparison of texts takes ASCII alone, and a quoted value may hold anything."""
    return hmac.compare_digest(said.encode(), known.encode())

"""What a project consists of: its models and their layers, chosen by the names people use."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from difflib import get_close_matches

from bimplus_nb.text import plain

Names = str | Iterable[str] | None
"""One name or id, several, or None for all."""

# Layers the service keeps for itself (published JavaScript renderer 0.4.90); shown only where asked for.
INTERNAL = {"a330fde2-1a2f-48ed-a6e3-90b92965dca6": "Clash", "8fdb13a4-92c3-49fd-b074-7c481d601274": "RevisionCompare"}


@dataclass(frozen=True, slots=True)
class Part:
    """One layer of one model: what a geometry answer is about. `models` and `layers` are the names each goes by."""

    topology_id: str
    model: str
    layer_id: str
    layer: str
    models: frozenset[str]
    layers: frozenset[str]


def chosen(wanted: Names, there: Set[str], what: str) -> set[str] | None:
    """Those of the names there that are wanted, compared without case; None for all. ValueError for an unknown one."""
    if wanted is None:
        return None
    spelled: dict[str, set[str]] = {}
    for name in there:
        spelled.setdefault(name.casefold(), set()).add(name)
    found: set[str] = set()
    for name in [wanted] if isinstance(wanted, str) else wanted:
        meant = spelled.get(str(name).casefold())
        if meant is None:
            close = get_close_matches(str(name), sorted(there), n=5, cutoff=0.3) or sorted(there)[:10]
            known = ", ".join(repr(plain(word, 60)) for word in close)
            raise ValueError(f"There is no {what} {plain(name, 60)!r}. There are: {known or 'none'}.")
        found |= meant
    return found

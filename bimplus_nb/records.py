"""What the service answers: dicts and lists of dicts that show as tables in a notebook.

Keys stay as the service spells them. What they hold is anybody's text: shown bounded and escaped, stored as it came.
Passwords and tokens are not shown at all; ``record["access_token"]`` gives one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bimplus_nb.text import HIDDEN, is_secret, markup, plain

if TYPE_CHECKING:
    import pandas as pd

ROWS, COLUMNS, CELL = 20, 12, 80
"""How much of a list is shown: rows, columns, characters of one cell."""

# What people look for first; the rest follows in the service's own order.
_FIRST = ("name", "displayname", "id", "slug", "shortId", "status", "type")


class Record(dict[str, Any]):
    """One thing as the service describes it: a dict in the service's own words.

    >>> bp.Record({"id": "a", "password": "secret"})
    {'id': 'a', 'password': '•••'}
    """

    @property
    def id(self) -> str:
        """Its id."""
        return str(self["id"])

    def __repr__(self) -> str:
        return repr(_shown(dict(self)))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{markup(key, CELL)}</th>{_cell(_open(key, value), 2 * CELL)}</tr>"
            for key, value in list(self.items())[: 2 * ROWS]
        )
        return f"<table>{rows}</table>{_more(len(self) - 2 * ROWS, 'values')}"


class Records(list[Record]):
    """A list of things, made of any `items` that are mappings; `.frame()` makes a DataFrame of it.

    >>> some = bp.Records([{"id": "a", "displayName": "Anna"}, {"id": "b", "displayName": "Ben"}])
    >>> some.ids
    ['a', 'b']
    >>> some.frame()
       display_name
    id
    a          Anna
    b           Ben
    """

    def __init__(self, items: Iterable[Mapping[str, Any]] = ()) -> None:
        super().__init__(Record(item) for item in items)

    @property
    def ids(self) -> list[str]:
        """The ids, in order."""
        return [item.id for item in self]

    def frame(self) -> pd.DataFrame:
        """A DataFrame, one row a thing, index `id` where they have one, columns in snake_case with real dtypes."""
        from bimplus_nb.frames.plain import plain_frame

        return plain_frame(self)

    def __repr__(self) -> str:
        shown = ", ".join(repr(plain(_title(item), 40)) for item in self[:3])
        return f"<Records: {len(self)}{': ' + shown if shown else ''}{', …' if len(self) > 3 else ''}>"

    def _repr_html_(self) -> str:
        columns = _columns(self[:ROWS])
        head = "".join(f"<th>{markup(name, CELL)}</th>" for name in columns[:COLUMNS])
        body = "".join(
            f"<tr>{''.join(_cell(_open(name, item.get(name)), CELL) for name in columns[:COLUMNS])}</tr>"
            for item in self[:ROWS]
        )
        note = _more(len(self) - ROWS, "rows") + _more(len(columns) - COLUMNS, "columns")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _open(key: object, value: Any) -> Any:
    """A value as it may be shown under its key."""
    return HIDDEN if value is not None and is_secret(key) else value


def _shown(value: Any) -> Any:
    """A value with everything in it that may be shown."""
    if isinstance(value, Mapping):
        return {key: _shown(_open(key, item)) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value


def _columns(items: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(name for item in items for name in item))
    return sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def _title(item: Mapping[str, Any]) -> object:
    return item.get("name") or item.get("displayname") or item.get("id") or ""


def _cell(value: Any, limit: int) -> str:
    # dir=auto keeps a name that is written from right to left from turning its neighbours round.
    return f"<td dir='auto' style='text-align:left'>{markup(_summary(value), limit)}</td>"


def _summary(value: Any) -> object:
    if isinstance(value, Mapping):
        return _title(value) or f"{len(value)} values"
    if isinstance(value, list):
        scalars = all(isinstance(item, (str, int, float)) for item in value[:10])
        return ", ".join(str(item) for item in value[:10]) if scalars else f"{len(value)} entries"
    return value


def _more(count: int, what: str) -> str:
    return f"<div>… and {count:,} more {what}</div>" if count > 0 else ""

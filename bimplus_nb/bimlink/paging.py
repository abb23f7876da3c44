"""A whole list out of pages, whatever Pagination-Result counts. Pure: the asking is given.

`limit` and `offset` in the query; Pagination-Limit, -Offset and -Result in the answer, of which the last is not
explained: all that there are, or those in this answer (help center of BIMcollab Twin, "API Quickstart").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bimplus_nb.errors import ApiError

Report = bool | Callable[[int, int | None], None]
"""Whether to show a progress bar once it takes longer; or a function called with rows so far and rows known, if so."""

Ask = Callable[[int, int], tuple[Any, Mapping[str, str]]]
"""A page: limit and offset in, the value and the headers (names in lower case) out."""


def gather(
    ask: Ask, *, size: int, known_size: bool, path: str, report: Callable[[int, int | None], None] | None = None
) -> Any:
    """All rows, asked for `size` at a time; what is no list comes back as it is.

    A Pagination-Result larger than the page can only be the total, and ends it. Else an empty page does, or a short
    one where `known_size` says that the service grants pages of `size`. Raises ApiError where pages do not follow one
    another, or end before the total.
    """

    def refuse(why: str) -> ApiError:
        return ApiError(f"GET {path}: {why}", status=200, method="GET", path=path)

    rows: list[Any] = []
    former: list[Any] = []
    total: int | None = None
    while True:
        page, headers = ask(size, len(rows))
        if not isinstance(page, list):
            if rows:
                raise refuse(f"after {len(rows):,} rows came something that is no list.")
            return page
        limit, offset, result = (_number(headers.get(f"pagination-{name}")) for name in ("limit", "offset", "result"))
        if (offset is not None and offset != len(rows)) or (offset is None and page and page == former):
            raise refuse(f"asked for what follows row {len(rows):,}, the service sent other rows.")
        rows += page
        former = page
        if result is not None and result > len(page):
            total = result
        if report is not None:
            report(len(rows), total)
        if total is not None and len(rows) >= total:
            return rows
        if not page:
            if total is not None:
                raise refuse(
                    f"the service has {total:,} rows and sent {len(rows):,}. Did somebody change them? Ask again."
                )
            return rows
        if total is None and known_size and limit is not None and len(page) < min(limit, size):
            return rows


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 13 else None

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.text import LIMIT, markup, plain


class Tags(HTMLParser):
    """Counts the elements that a browser would make."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_markup_is_text_and_reads_as_plain(value: str) -> None:
    parser = Tags()
    parser.feed(f"<p>{markup(value)}</p>")
    parser.close()
    assert parser.seen == ["p"]
    assert parser.text == plain(value)


@given(st.text(min_size=0, max_size=3 * LIMIT), st.integers(5, LIMIT))
def test_plain_is_bounded_and_one_line(value: str, limit: int) -> None:
    shown = plain(value, limit)
    assert len(shown) <= limit
    assert shown.splitlines() in ([], [shown])


@pytest.mark.parametrize("mark", ["\u202e", "\u200f", "\u2066"])
def test_direction_marks_are_shown_not_obeyed(mark: str) -> None:
    assert mark not in plain(f"abc{mark}def")
    assert "⟨right-to-left override⟩" in plain("a\u202eb")


def test_nothing_is_nothing() -> None:
    assert plain(None) == ""

from __future__ import annotations

from html.parser import HTMLParser
from pprint import pformat

import pytest

from bimplus_nb.records import CELL, COLUMNS, ROWS, Record, Records

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</td></table><script>alert(1)</script>",
    "'\" onmouseover='alert(1)",
    "a\u202egnp.exe",
    "x" * 10_000,
    "line\nbreak\x00\x1b[31m",
]


class Elements(HTMLParser):
    """The elements and attributes that a browser would make, and the text it would show."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_shown_as_text(name: str) -> None:
    record = Record({"id": "1", "name": name, name: {"name": name}, "list": [name], "deep": {"a": {"b": name}}})
    for page in (record._repr_html_(), Records([record, record])._repr_html_()):
        found = Elements(page)
        assert set(found.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "div"}
        assert found.attributes <= {"style", "dir"}
        assert "\u202e" not in page
        assert len(page) < 5_000


def test_what_is_shown_is_bounded() -> None:
    records = Records({f"key {n}": "v" for n in range(100)} for _ in range(1000))
    page = records._repr_html_()
    assert Elements(page).tags.count("tr") == ROWS + 1
    assert Elements(page).tags.count("td") == ROWS * COLUMNS
    assert "980 more rows" in page
    assert "88 more columns" in page
    assert len(repr(records)) < 200
    assert "60 more values" in Record(records[0])._repr_html_()
    assert Elements(Record({"k": "v" * 999})._repr_html_()).text == "k" + "v" * (2 * CELL - 1) + "…"


def test_lists_are_lists_of_records() -> None:
    records = Records([{"id": "b", "name": "B"}, {"id": "a", "name": None}])
    assert isinstance(records[0], Record)
    assert records.ids == ["b", "a"]
    assert records[0].id == "b"
    assert records == [{"id": "b", "name": "B"}, {"id": "a", "name": None}]
    assert repr(records) == "<Records: 2: 'B', 'a'>"
    assert repr(Records()) == "<Records: 0>"
    assert Records()._repr_html_()
    frame = records.frame()
    assert list(frame.index) == ["b", "a"]
    assert list(frame.columns) == ["name"]


@pytest.mark.parametrize("key", ["access_token", "Access_Token", "cross_token", "refresh_token", "remember_me_token",
                                 "id_token", "password"])  # fmt: skip
def test_a_secret_is_given_and_never_shown(key: str) -> None:
    record = Record(
        {"id": "1", key: "0123456789abcdef", "deep": {key: "0123456789abcdef", "list": [{key: ["0123456789"]}]}}
    )
    records = Records([record, {"id": "2", key: None}])
    assert record[key] == records[0][key] == "0123456789abcdef"
    shown = [repr(record), str(record), f"{record}", record._repr_html_(), repr(records), records._repr_html_()]
    shown += [records.frame().to_string(), repr([record]), pformat(record)]
    assert not any("0123456789" in text for text in shown)
    assert all("•••" in shown[at] for at in (0, 3, 5, 6))
    assert "'id': '1'" in repr(record)
    assert dict(record) == {**record}


def test_a_record_without_secrets_shows_as_a_dict() -> None:
    value = {"id": "1", "list": [1, {"a": None}], "token_type": "BimPlus", "expires_in": 5}
    assert repr(Record(value)) == repr(value)

"""The table of causes, and the report in its three forms."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from bimplus_nb import causes
from bimplus_nb.causes import CAUSES, Cause
from bimplus_nb.diagnosis import Finding, Report
from bimplus_nb.diagnosis.judging import goes_with

# found, wanted, no older one; whether they go together
VERSIONS = [
    ("2.4.1", "2.4.1", True, True),
    ("2.4.0", "2.4.1", True, False),
    ("2.4.0", "2.4.1", False, True),
    ("2.10.0", "2.4.1", True, True),
    ("3.0.0", "2.4.1", True, False),
    ("0.11.2", "0.11.0", False, True),
    ("0.9.18", "0.11.0", False, False),
    ("5.0.16", "5.0.10", False, True),
    ("6.0.0", "5.0.10", False, False),
]
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.mark.parametrize(("found", "wanted", "not_older", "together"), VERSIONS)
def test_versions_that_go_together(found: str, wanted: str, not_older: bool, together: bool) -> None:
    assert goes_with(found, wanted, not_older=not_older) is together


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES.keys())
def test_a_cause_says_what_is_wrong_and_what_to_do(cause: Cause) -> None:
    assert cause.words
    assert cause.cure.endswith((".", ":"))
    slots = set(re.findall(r"\{(\w+)\}", f"{cause.words}{cause.cure}{cause.command}"))
    told = cause.told(dict.fromkeys(slots, "…"))
    assert "{" not in f"{told.words}{told.cure}{told.command}"
    assert "\n" not in f"{told.words}{told.cure}{told.command}", "a page tells the three apart by their lines"


def test_words_of_the_viewer_fit_into_its_notice() -> None:
    told = CAUSES["message-limit"].told({"size": "1234.5"})
    assert len(f"{told.words}\n{told.cure}") < 200, "page.py cuts what a page says"


def finding(status: str = "ok", **more: str) -> Finding:
    return Finding("check", "About", status, "Words.", **more)  # type: ignore[arg-type]


def test_the_text_says_what_the_table_says() -> None:
    bad = finding("problem", cause="cdn", cure="Do this.", command="pip install this")
    report = Report([finding(), bad], "bimplus-nb 1", {})
    assert str(report) == repr(report)
    assert str(report).splitlines() == [
        "bimplus-nb 1",
        "",
        "ok       About  Words.",
        "PROBLEM  About  Words.",
        "                Do this.",
        "                    pip install this",
        "",
        "1 problem found.",
    ]
    assert report.problems == (bad,)
    seen = _Texts(report._repr_html_())
    for words in ("About", "Words.", "Do this.", "pip install this", "1 problem found.", "bimplus-nb 1"):
        assert words in seen.texts


def test_nothing_wrong_is_said_too() -> None:
    assert Report([finding()], "", {}).summary == "Nothing wrong was found from here."
    assert Report([finding("problem")] * 2, "", {}).summary == "2 problems found."


def test_hostile_words_stay_words() -> None:
    hostile = Finding(HOSTILE, HOSTILE, "problem", HOSTILE, cure=HOSTILE, command=HOSTILE)
    seen = _Texts(Report([hostile], HOSTILE, {HOSTILE: HOSTILE})._repr_html_())
    assert "img" not in seen.tags
    assert seen.tags.count("script") == 1
    assert seen.texts.count(HOSTILE) == 5


def test_the_script_holds_the_table() -> None:
    assert "__GIVEN__" not in causes.script()
    assert "</" not in causes.script().partition("*/")[0].replace("</g", "")


class _Texts(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, _: object) -> None:
        self.tags.append(tag)
